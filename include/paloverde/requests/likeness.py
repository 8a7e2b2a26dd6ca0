"""Duplicates and near-duplicates, so that they travel together in review and are decided alike.

Two texts are alike where of all runs of three words that either has, at least `LEAST` are in both (the
Jaccard index of their shingles). Words are folded as a search folds them. Candidates come from MinHash and
bands (Broder 1997; Leskovec, Rajaraman, Ullman: Mining of Massive Datasets, chapter 3), and each pair is then
compared exactly: what is grouped is alike; a pair at the very threshold may be missed.
"""

from __future__ import annotations

import hashlib
import io
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

import numpy as np
from PIL import Image

from paloverde.search.hits import Hit
from paloverde.search.words import tokens

LEAST = 0.7  # of the runs of words in both texts that either has
_RUN = 3  # words
_BANDS, _ROWS = 32, 3  # texts of likeness 0.7 share a band with a chance of 0.999997
_SEED = 0x5DEECE66D  # fixed: the same records give the same groups
_NEAR = 3  # of 64 bits in which two pictures may differ that look the same
_AT_ONCE = 2_048
Hashes = np.ndarray[tuple[int], np.dtype[np.uint64]]


def alike(texts: Sequence[str | None], least: float = LEAST) -> list[tuple[int, ...]]:
    """The numbers of texts that are the same or nearly the same, group by group; each group has two or more.

    Texts without any word are like none. A text of one or two words is like the same words only.
    """
    shingles = _Shingles(texts)
    groups = _Groups(len(texts))
    for one, other in shingles.candidates():
        if not groups.are_together(one, other) and shingles.likeness(one, other) >= least:
            groups.join(one, other)
    return groups.all()


def alike_hits(hits: Sequence[Hit], least: float = LEAST) -> list[tuple[int, ...]]:
    """The numbers of records whose texts are the same or nearly the same."""
    return alike([hit.text for hit in hits], least)


def same_files(hits: Sequence[Hit]) -> dict[str, tuple[int, ...]]:
    """The numbers of the records that hold the same kept file, by its hash, where several do."""
    found: dict[str, dict[int, None]] = {}
    for number, hit in enumerate(hits):
        for kept in hit.media:
            if kept.sha256:
                found.setdefault(kept.sha256, {})[number] = None
    return {sha256: tuple(numbers) for sha256, numbers in found.items() if len(numbers) > 1}


def looks(body: bytes) -> int:
    """How a picture looks, in 64 bits: whether each of 8 by 8 places is brighter than its right neighbour.

    Raises what Pillow raises where the bytes are no picture.
    """
    with Image.open(io.BytesIO(body)) as opened:
        small = opened.convert("L").resize((9, 8), Image.Resampling.BILINEAR)
    grey = np.asarray(small, dtype=np.int16)
    bits = np.packbits(grey[:, 1:] > grey[:, :-1])
    return int.from_bytes(bits.tobytes(), "big")


def look_alike(looks_of: Mapping[str, int]) -> list[tuple[str, ...]]:
    """The hashes of pictures that look the same (another size or another compression), group by group."""
    names = list(looks_of)
    values = np.array([looks_of[name] for name in names], dtype=np.uint64)
    groups = _Groups(len(names))
    for start in range(0, len(names), _AT_ONCE):
        apart = np.bitwise_count(values[start : start + _AT_ONCE, None] ^ values[None, :])
        for one, other in np.argwhere(apart <= _NEAR).tolist():
            groups.join(start + one, other)
    return [tuple(names[number] for number in group) for group in groups.all()]


class _Shingles:
    """The runs of words of many texts as numbers, one after another."""

    def __init__(self, texts: Sequence[str | None]) -> None:
        words, counts = _words(texts)
        counts_of_runs = np.maximum(counts - _RUN + 1, (counts > 0).astype(np.int64))
        self._values = _runs(words, counts)
        self._ends = np.cumsum(counts_of_runs)
        self._starts = self._ends - counts_of_runs
        self._have = np.flatnonzero(counts_of_runs)

    def likeness(self, one: int, other: int) -> float:
        """The Jaccard index of two texts."""
        first, second = self._of(one), self._of(other)
        both = len(np.intersect1d(first, second, assume_unique=True))
        return both / (len(first) + len(second) - both)

    def _of(self, number: int) -> Hashes:
        found: Hashes = np.unique(self._values[self._starts[number] : self._ends[number]])
        return found

    def candidates(self) -> Iterator[tuple[int, int]]:
        """Pairs that share a band of their smallest hashes; each with the first and the one before it."""
        if not len(self._have):
            return
        for band in range(_BANDS):
            keys = np.zeros(len(self._have), dtype=np.uint64)
            for row in range(_ROWS):
                keys = keys * np.uint64(0x9E3779B97F4A7C15) + self._smallest(band * _ROWS + row)
            yield from self._sharing(keys)

    def _smallest(self, number: int) -> Hashes:
        """Of each text that has words the smallest of its runs, mixed in the way of that number."""
        mixed = _mixed(self._values ^ _mixed(np.array([_SEED + number], dtype=np.uint64)))
        found: Hashes = np.minimum.reduceat(mixed, self._starts[self._have])
        return found

    def _sharing(self, keys: Hashes) -> Iterator[tuple[int, int]]:
        order = np.argsort(keys, kind="stable")
        ordered = keys[order]
        same = np.flatnonzero(ordered[1:] == ordered[:-1]) + 1
        first, last = -1, -2
        for place in same.tolist():
            if place != last + 1:
                first = place - 1
            last = place
            here, before = int(self._have[order[place]]), int(self._have[order[place - 1]])
            yield int(self._have[order[first]]), here
            if place - 1 != first:
                yield before, here


def _words(texts: Sequence[str | None]) -> tuple[Hashes, np.ndarray[tuple[int], np.dtype[np.int64]]]:
    """The words of all texts as numbers, one after another, and how many each text has."""
    known: dict[str, int] = {}
    numbers: list[int] = []
    counts: list[int] = []
    for text in texts:
        folded = [token.folded for token in tokens(text or "") if token.length == 1]
        numbers += [known.get(word) or known.setdefault(word, _number(word)) for word in folded]
        counts.append(len(folded))
    return np.array(numbers, dtype=np.uint64), np.array(counts, dtype=np.int64)


def _number(word: str) -> int:
    return int.from_bytes(
        hashlib.blake2b(word.encode("utf-8", "surrogatepass"), digest_size=8).digest(), "big"
    )


def _runs(words: Hashes, counts: np.ndarray[tuple[int], np.dtype[np.int64]]) -> Hashes:
    """A number for each run of three words of a text; a shorter text is one run."""
    if not len(words):
        return words
    ends = np.cumsum(counts)
    end_of = np.repeat(ends, counts)
    start_of = np.repeat(ends - counts, counts)
    at = np.arange(len(words))
    value = np.zeros(len(words), dtype=np.uint64)
    for step in range(_RUN):
        place = np.minimum(at + step, len(words) - 1)
        there = np.where(at + step < end_of, words[place], np.uint64(step))
        value = _mixed(value * np.uint64(31) + there)
    whole: Hashes = value[(at + _RUN <= end_of) | (at == start_of)]
    return whole


def _mixed(value: Hashes) -> Hashes:
    """A number that tells nothing of the number it comes from (the end of SplitMix64)."""
    value = (value ^ (value >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    value = (value ^ (value >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    mixed: Hashes = value ^ (value >> np.uint64(31))
    return mixed


class _Groups:
    """Numbers that belong together (disjoint sets)."""

    def __init__(self, size: int) -> None:
        self._above = list(range(size))

    def _top(self, one: int) -> int:
        while self._above[one] != one:
            self._above[one] = one = self._above[self._above[one]]
        return one

    def are_together(self, one: int, other: int) -> bool:
        return self._top(one) == self._top(other)

    def join(self, one: int, other: int) -> None:
        first, second = sorted((self._top(one), self._top(other)))
        self._above[second] = first

    def all(self) -> list[tuple[int, ...]]:
        """The groups of two or more, by their first member."""
        found: dict[int, list[int]] = {}
        for one in range(len(self._above)):
            found.setdefault(self._top(one), []).append(one)
        return [tuple(group) for group in found.values() if len(group) > 1]


def together(groups: Iterable[tuple[int, ...]]) -> Callable[[int], tuple[int, ...]]:
    """The group that a record is in, by its number; none for one that is like no other."""
    group_of = {number: group for group in groups for number in group}
    return lambda number: group_of.get(number, ())
