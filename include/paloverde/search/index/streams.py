"""The words of a segment: how they are found, and where they stand. `segment` says what the nouns are."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Callable, Iterator
from functools import cached_property, lru_cache

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from paloverde.search.index.dense import Marks, Space
from paloverde.search.index.layout import BLOCK, I64, SIGN_CODES, U8, U16, U32, U64, Arrays, Mask
from paloverde.search.index.places import distinct
from paloverde.search.words import stem

_LIKED = 8  # patterns
_SHORT, _SEVERAL = 512, 16  # values of a stretch, and stretches
_BLOCK_BITS = np.uint32(BLOCK.bit_length() - 1)


class Strings:
    """Sorted strings (by code point) in one buffer of UTF-8."""

    def __init__(self, arrays: Arrays, name: str) -> None:
        self._ends: U32 = arrays[f"{name}.ends"]
        self._bytes = arrays[f"{name}.bytes"].data

    def __len__(self) -> int:
        return len(self._ends)

    def __getitem__(self, number: int) -> bytes:
        start = int(self._ends[number - 1]) if number else 0
        return bytes(self._bytes[start : int(self._ends[number])])

    def arrow(self) -> pa.Array:
        """All of them as an Arrow array, without a copy of the letters."""
        ends = np.concatenate([np.zeros(1, np.int64), self._ends]).astype(np.int64)
        return pa.LargeStringArray.from_buffers(len(self), pa.py_buffer(ends), pa.py_buffer(self._bytes))


class Words:
    """The words of one stream of a segment: sorted, with their forms and where each stands."""

    def __init__(self, arrays: Arrays, stream: str) -> None:
        def array(name: str) -> U32:
            return arrays[f"{stream}.{name}"]

        self._words = Strings(arrays, f"{stream}.words")
        self._stems = Strings(arrays, f"{stream}.stems")
        self._exacts = Strings(arrays, f"{stream}.exacts")
        self._of_stem, self._of_stem_from = array("of_stem"), array("of_stem_from")
        self._backwards = array("backwards")
        self._forms_from = array("forms_from")
        self.signs: U8 = arrays[f"{stream}.signs"]  # of each form: number in SIGN_CODES
        self.lengths: U16 = arrays[f"{stream}.lengths"]  # of each form: how many words it covers
        self._exact = array("exact")  # of each form: number of its exact form and 1, 0 where it is the word
        self._documents, self._documents_from = array("documents"), array("documents_from")
        self._positions, self._positions_from = array("positions"), array("positions_from")
        self._frequent = array("frequent")  # forms whose positions are kept as bits, too
        self._frequent_bits: U64 = arrays[f"{stream}.frequent_bits"]
        self._liked: dict[str, U32] = {}  # a question asks for a pattern several times
        self._block_passages = array("block_passages")  # of each `BLOCK` positions, their passage
        self._passage_documents = array("passage_documents")

    def __len__(self) -> int:
        return len(self._words)

    # -- words ---------------------------------------------------------------------------------------------

    def word(self, number: int) -> str:
        """A word by its number."""
        return self._words[number].decode()

    def find(self, folded: str) -> int | None:
        """The number of a word; None where no document holds it."""
        number = bisect_left(self._words, folded.encode())
        return number if number < len(self) and self._words[number] == folded.encode() else None

    def starting(self, prefix: str) -> range:
        """The numbers of the words that start so."""
        first = prefix.encode()
        return range(bisect_left(self._words, first), bisect_left(self._words, True, key=_is_past(first)))

    def ending(self, suffix: str) -> U32:
        """The numbers of the words that end so, sorted."""
        last = suffix[::-1].encode()

        def turned(number: np.uint32) -> bytes:
            return self.word(int(number))[::-1].encode()

        first = bisect_left(self._backwards, last, key=turned)
        after = bisect_left(self._backwards, True, first, key=lambda number: _is_past(last)(turned(number)))
        return np.sort(self._backwards[first:after])

    def holding(self, infix: str) -> U32:
        """The numbers of the words that hold this anywhere, sorted."""
        found = pc.indices_nonzero(pc.match_substring(self._arrow, infix))
        return np.from_dlpack(found).astype(np.uint32)

    def like(self, pattern: str) -> U32:
        """The numbers of the words that a pattern matches in full: `*` is any letters, `?` exactly one."""
        found = self._liked.get(pattern)
        if found is None:
            found = self._matching(pattern)
            if len(self._liked) >= _LIKED:
                self._liked.clear()
            self._liked[pattern] = found
        return found

    def _matching(self, pattern: str) -> U32:
        start = re.split(r"[*?]", pattern, maxsplit=1)[0]
        end = re.split(r"[*?]", pattern)[-1]
        longest = max(re.split(r"[*?]", pattern), key=len)
        if pattern == f"{start}*":
            return _numbers(self.starting(start))
        if pattern == f"*{end}":
            return self.ending(end)
        if start:
            among = _numbers(self.starting(start))
        elif end:
            among = self.ending(end)
        else:
            among = self.holding(longest)
            if pattern == f"*{longest}*":
                return among
        matches = _pattern(pattern).fullmatch
        return np.array([number for number in among if matches(self.word(int(number)))], np.uint32)

    def stems(self, wanted: str) -> U32:
        """The numbers of the words whose stem (`search.words.stem`) is this one, sorted."""
        found = bisect_left(self._stems, wanted.encode())
        numbers = self._of_stem[:0]
        if found < len(self._stems) and self._stems[found] == wanted.encode():
            numbers = self._of_stem[self._of_stem_from[found] : self._of_stem_from[found + 1]]
        own = self.find(wanted)
        if own is None or stem(wanted) != wanted:
            return numbers
        return np.sort(np.append(numbers, np.uint32(own)))

    @cached_property
    def _arrow(self) -> pa.Array:
        return self._words.arrow()

    # -- forms ---------------------------------------------------------------------------------------------

    def forms(self, word: int) -> range:
        """The numbers of the forms of a word."""
        return range(int(self._forms_from[word]), int(self._forms_from[word + 1]))

    def forms_of(self, words: range | U32) -> U32:
        """The numbers of the forms of several words (sorted), sorted."""
        if isinstance(words, range):
            return np.arange(self._forms_from[words.start], self._forms_from[words.stop], dtype=np.uint32)
        first, after = self._forms_from[words], self._forms_from[words + np.uint32(1)]
        return stretches(first, after)

    def sign(self, form: int) -> str:
        """`#`, `@` or nothing."""
        return SIGN_CODES[self.signs[form]]

    def length(self, form: int) -> int:
        """How many words it covers: more than 1 for a run that stands beside its pieces."""
        return int(self.lengths[form])

    def exact(self, form: int, word: int) -> str:
        """`words.exact_form` of every occurrence; `word` is the number of the word that it is a form of."""
        number = int(self._exact[form])
        return self._exacts[number - 1].decode() if number else self.word(word)

    # -- places --------------------------------------------------------------------------------------------

    def frequency(self, form: int) -> int:
        """How many documents hold it."""
        return int(self._documents_from[form + 1] - self._documents_from[form])

    def occurrences(self, form: int) -> int:
        """How often it stands anywhere."""
        return int(self._positions_from[form + 1] - self._positions_from[form])

    def occurrences_of(self, forms: U32) -> int:
        """How often several forms stand anywhere."""
        return int(
            (self._positions_from[forms + np.uint32(1)] - self._positions_from[forms]).sum(dtype=np.int64)
        )

    def documents(self, form: int) -> U32:
        """The documents that hold a form, sorted, each once."""
        return self._documents[self._documents_from[form] : self._documents_from[form + 1]]

    def positions(self, form: int) -> U32:
        """Where a form stands, sorted: the position of its first word."""
        return self._positions[self._positions_from[form] : self._positions_from[form + 1]]

    def documents_of(self, forms: U32) -> U32:
        """The documents that hold any of several forms (sorted), sorted, each once."""
        found = [*self.documents_each(forms)]
        return found[0] if len(found) == len(forms) == 1 else distinct(_joined(found))

    def documents_each(self, forms: U32) -> Iterator[U32]:
        """The documents of several forms (sorted), in pieces: one may come in several of them."""
        return _pieces(self._documents, *_together(self._documents_from, forms))

    def positions_of(self, forms: U32) -> U32:
        """Where any of several forms (sorted) stands, sorted."""
        found = [*_pieces(self._positions, *_together(self._positions_from, forms))]
        return found[0] if len(found) == len(forms) == 1 else np.sort(_joined(found))

    @cached_property
    def space(self) -> Space:
        """All positions, for words so frequent that a bit for each is less than a list."""
        return Space(self._block_passages)

    def marks(self, forms: U32) -> Marks:
        """Where any of several forms (sorted) stands."""
        kept = np.isin(forms, self._frequent)
        size = self.space.words
        bits = [
            self._frequent_bits[at * size : (at + 1) * size]
            for at in np.searchsorted(self._frequent, forms[kept]).tolist()
        ]
        found = _pieces(self._positions, *_together(self._positions_from, forms[~kept]))
        return self.space.marks([*found], bits)

    def blocks_of(self, documents: Mask) -> I64:
        """The numbers of the blocks of positions (`layout.BLOCK`) in which documents are, rising."""
        numbers = np.flatnonzero(documents)
        first, after = (self._blocks_from.take(numbers + more, mode="clip") for more in (0, 1))
        return _numbered(first, after)

    @cached_property
    def _blocks_from(self) -> U32:
        """Of each document to the last that has any, its first block; and how many blocks there are."""
        counts = np.bincount(self._passage_documents[self._block_passages])
        return np.append(0, np.cumsum(counts)).astype(np.uint32)

    def documents_of_passages(self, passages: U32) -> U32:
        """The document of each passage; sorted where the passages are."""
        found: U32 = self._passage_documents[passages.astype(np.intp)]
        return found

    def passages_at(self, positions: U32) -> U32:
        """The number of the passage of each position."""
        found: U32 = self._block_passages[(positions >> _BLOCK_BITS).astype(np.intp)]
        return found

    def documents_at(self, positions: U32) -> U32:
        """The document of each position; sorted where the positions are."""
        return self.documents_of_passages(self.passages_at(positions))


def _is_past(first: bytes) -> Callable[[bytes], bool]:
    """Whether a string comes after all that start so."""
    return lambda word: word > first and not word.startswith(first)


def _numbers(words: range) -> U32:
    return np.arange(words.start, words.stop, dtype=np.uint32)


def _joined(found: list[U32]) -> U32:
    return np.concatenate(found) if found else np.empty(0, np.uint32)


def stretches(first: U32, after: U32) -> U32:
    """The numbers from each `first` to before its `after`, one after the other."""
    return _numbered(first, after).astype(np.uint32)


def _numbered(first: U32, after: U32) -> I64:
    counts = (after - first).astype(np.int64)
    found = np.repeat(first - (np.cumsum(counts) - counts), counts)
    found += np.arange(len(found))
    return found


def _together(bounds: U32, forms: U32) -> tuple[U32, U32]:
    """Where what several forms (sorted) have begins and ends: together for those that follow each other."""
    if not len(forms):
        return forms, forms
    gaps = np.flatnonzero(np.diff(forms) != 1)
    firsts, lasts = forms[np.append(0, gaps + 1)], forms[np.append(gaps, len(forms) - 1)]
    return bounds[firsts], bounds[lasts + np.uint32(1)]


def _pieces(values: U32, first: U32, after: U32) -> Iterator[U32]:
    """These stretches of values: each long one by itself, and the short ones together."""
    short = after - first < _SHORT if len(first) > _SEVERAL else np.zeros(len(first), dtype=bool)
    if short.any():
        yield values[_numbered(first[short], after[short])]
    for begin, end in zip(first[~short].tolist(), after[~short].tolist(), strict=True):
        yield values[begin:end]


@lru_cache(maxsize=256)
def _pattern(pattern: str) -> re.Pattern[str]:
    wild = {"*": ".*", "?": "."}
    return re.compile("".join(wild.get(char, re.escape(char)) for char in pattern), re.DOTALL)
