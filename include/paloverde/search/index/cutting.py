"""Cutting many texts into the forms of their words at once, exactly as `search.words.tokens` cuts each.

Texts are cut together, in columns: those of plain ASCII as bytes, the others by the classes of their
characters. The few with joined emoji, flags and the like are cut one by one. What a form is, `segment` says.
Its key is the folded word alone where there is nothing more to say of it (no sign, one word, an exact form
like the folding), else `word NUL sign length NUL exact`, which sorts right behind the word.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple

import numpy as np

from paloverde.search.index.classes import Classes, find
from paloverde.search.index.layout import I64, SIGN_CODES, U32, Mask
from paloverde.search.words import class_string, exact_form, tokens

_LOWER = bytes(code + 32 if 65 <= code <= 90 else code for code in range(256))
_ASCII = class_string(bytes(range(128)).decode()).encode().ljust(256)
_ONLY_WORDS = bytes(_LOWER[code] if _ASCII[code] in b"wd" else 32 for code in range(256))
_APART = "\n"  # parts words; before the first text twice, so that it can be looked behind its first word
_ALONE = tuple(b"zr")  # classes of what joins emoji, and of half flags
_REMEMBERED = 300_000  # words as they were written, other than in ASCII


class Form(NamedTuple):
    """What a key says."""

    word: bytes
    sign: int  # number in SIGN_CODES
    length: int
    exact: bytes  # empty where it is the word itself


class Cut(NamedTuple):
    """The forms of some texts. Words are counted through all of them: `ordinals` are such numbers.

    `forms[i]` begins with the word `ordinals[i]`; `words[t]` is how many words text `t` has.
    """

    forms: U32
    ordinals: U32
    words: U32


_Way = Callable[[Sequence[str]], Cut]


class Vocabulary(dict[bytes, int]):
    """The number of each key, in the order in which they were met."""

    def __missing__(self, key: bytes) -> int:
        self[key] = number = len(self)
        return number


class _Written(dict[str, int]):
    """The number of the form of each word, signed word or run, as it is written."""

    def __init__(self, number_of: Callable[[str], int]) -> None:
        super().__init__()
        self._number_of = number_of

    def __missing__(self, written: str) -> int:
        if len(self) >= _REMEMBERED:
            self.clear()
        self[written] = number = self._number_of(written)
        return number


class Cutter:
    """Cuts texts and numbers the forms that it meets."""

    def __init__(self) -> None:
        self.vocabulary = Vocabulary()
        self._classes, self._written = Classes(), _Written(self._number_of)

    def cut(self, texts: Sequence[str]) -> Cut:
        """The forms of texts, in their order."""
        return self._in_two(
            texts, np.fromiter(map(str.isascii, texts), np.bool_, len(texts)), self._plain, self._odd
        )

    def _in_two(self, texts: Sequence[str], first: Mask, one: _Way, other: _Way) -> Cut:
        """Texts of which the `first` are cut one way and the rest another."""
        chosen = [first, ~first]
        parts = [
            way([texts[number] for number in np.flatnonzero(mine).tolist()])
            for way, mine in zip((one, other), chosen, strict=True)
        ]
        return _interleaved(chosen, parts)

    def _plain(self, texts: Sequence[str]) -> Cut:
        """Texts of ASCII: what is written of a word, in lower case, is the word."""
        joined = _together(texts).encode()
        found = find(np.frombuffer(joined.translate(_ASCII), np.uint8))
        words = joined.translate(_ONLY_WORDS).split()
        forms = np.fromiter(map(self.vocabulary.__getitem__, words), np.uint32, len(words))
        signs = {
            number: bytes([joined[found.starts[number] - 1]])
            for number in np.flatnonzero(found.signed).tolist()
        }
        for number, sign in signs.items():
            forms[number] = self.vocabulary[_key(words[number], sign, 1, b"")]
        firsts, lasts = _runs(found.joins)
        runs = []
        for first, last in zip(firsts.tolist(), lasts.tolist(), strict=True):
            word, written = b"".join(words[first : last + 1]), joined[found.starts[first] : found.ends[last]]
            # An exact form keeps one of the signs that may stand inside a run, the comma.
            exact = written.translate(_LOWER, b"'-") if b"," in written else b""
            runs.append(self.vocabulary[_key(word, signs.get(first, b""), last - first + 1, exact)])
        return _with_runs(texts, forms, found.starts, firsts, runs)

    def _odd(self, texts: Sequence[str]) -> Cut:
        """Other texts: what is written is looked up, and cut by `tokens` the first time."""
        joined = _together(texts)
        classes, where = self._classes.of(
            np.frombuffer(joined.encode("utf-32-le", "surrogatepass"), np.uint32)
        )
        alone = np.zeros(len(texts), np.bool_)
        alone[
            np.searchsorted(_ends(texts), where[np.flatnonzero(np.isin(classes, _ALONE))], side="right")
        ] = True
        if alone.any():
            return self._in_two(texts, alone, self._alone, self._odd)
        found = find(classes)
        starts = where[found.starts - found.signed]
        ends = np.maximum(where[found.ends], where[found.ends - 1] + 1)
        written = [joined[start:end] for start, end in zip(starts.tolist(), ends.tolist(), strict=True)]
        forms = np.fromiter(map(self._written.__getitem__, written), np.uint32, len(written))
        firsts, lasts = _runs(found.joins)
        bounds = zip(starts[firsts].tolist(), ends[lasts].tolist(), strict=True)
        runs = [self._written[joined[start:end]] for start, end in bounds]
        return _with_runs(texts, forms, where[found.starts], firsts, runs)

    def _alone(self, texts: Sequence[str]) -> Cut:
        forms: list[int] = []
        ordinals: list[int] = []
        words: list[int] = []
        before = 0
        for text in texts:
            after = before
            for token in tokens(text):
                forms.append(
                    self._number(token.folded, token.sign, token.length, text[token.start : token.end])
                )
                ordinals.append(before + token.position)
                after = before + token.position + token.length
            words.append(after - before)
            before = after
        return Cut(np.array(forms, np.uint32), np.array(ordinals, np.uint32), np.array(words, np.uint32))

    def _number_of(self, written: str) -> int:
        """The number of the form of one word or run; a run is the first of its own tokens."""
        token = tokens(written)[0]
        return self._number(token.folded, token.sign, token.length, written)

    def _number(self, folded: str, sign: str, length: int, written: str) -> int:
        exact = exact_form(written)
        told = b"" if exact == folded else exact.encode("utf-8", "surrogatepass")
        return self.vocabulary[_key(folded.encode("utf-8", "surrogatepass"), sign.encode(), length, told)]


def _key(word: bytes, sign: bytes, length: int, exact: bytes) -> bytes:
    if not sign and length == 1 and not exact:
        return word
    return b"%b\0%b%d\0%b" % (word, sign, length, exact)


def form_of(key: bytes) -> Form:
    """What a key says."""
    word, _, more = key.partition(b"\0")
    if not more:
        return Form(word, 0, 1, b"")
    told, _, exact = more.partition(b"\0")
    sign = 0 if told.isdigit() else SIGN_CODES.index(told[:1].decode())
    return Form(word, sign, int(told[1:] if sign else told), exact)


def _together(texts: Sequence[str]) -> str:
    return _APART.join(["", "", *texts, ""])


def _ends(texts: Sequence[str]) -> I64:
    """Where each text ends in all of them together."""
    lengths = np.fromiter(map(len, texts), np.int64, len(texts)) + len(_APART)
    return np.cumsum(lengths) + 2 * len(_APART) - 1


def _runs(joins: Mask) -> tuple[I64, I64]:
    """The first and the last word of each run of several."""
    edges = np.diff(np.concatenate([[False], joins, [False]]).astype(np.int8))
    return np.flatnonzero(edges == 1), np.flatnonzero(edges == -1)


def _with_runs(texts: Sequence[str], forms: U32, starts: I64, firsts: I64, runs: Sequence[int]) -> Cut:
    """Single words and runs together; `starts` say in which text a word lies."""
    words = np.diff(np.searchsorted(starts, _ends(texts)), prepend=0).astype(np.uint32)
    ordinals = np.arange(len(forms), dtype=np.uint32)
    return Cut(
        np.concatenate([forms, np.array(runs, np.uint32)]),
        np.concatenate([ordinals, firsts.astype(np.uint32)]),
        words,
    )


def _interleaved(chosen: Sequence[Mask], parts: Sequence[Cut]) -> Cut:
    """Several cuts as one, each of those texts that are `chosen` for it."""
    words = np.empty(len(chosen[0]), np.uint32)
    for mine, part in zip(chosen, parts, strict=True):
        words[mine] = part.words
    starts = np.cumsum(words, dtype=np.int64) - words
    ordinals = []
    for mine, part in zip(chosen, parts, strict=True):
        moved = starts[mine] - (np.cumsum(part.words, dtype=np.int64) - part.words)
        ordinals.append((part.ordinals + np.repeat(moved, part.words)[part.ordinals]).astype(np.uint32))
    return Cut(np.concatenate([part.forms for part in parts]), np.concatenate(ordinals), words)
