"""The words of a stream as such: found by what is written of them."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Callable
from functools import cached_property, lru_cache
from typing import Any, TypeVar

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from paloverde.search.index.arrow import integers
from paloverde.search.index.layout import U32, U64, Arrays
from paloverde.search.index.letters import letter_alone, letters_in
from paloverde.search.index.mapped import ahead
from paloverde.search.index.strings import Strings
from paloverde.search.words import stem

_REMEMBERED = 16  # of a piece its forms, how often they stand, and whether that is nearly everywhere

Found = TypeVar("Found")


class Lexicon:
    """Words by number, in the order of their letters."""

    def __init__(self, arrays: Arrays, stream: str) -> None:
        self._words = Strings(arrays, f"{stream}.words")
        self._stems = Strings(arrays, f"{stream}.stems")
        self._of_stem: U32 = arrays[f"{stream}.of_stem"]
        self._of_stem_from: U32 = arrays[f"{stream}.of_stem_from"]
        self._backwards: U32 = arrays[f"{stream}.backwards"]
        self._letters: U64 = arrays[f"{stream}.letters"]  # of each word
        self._remembered: dict[object, Any] = {}  # a question asks for a piece several times

    def __len__(self) -> int:
        return len(self._words)

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
        needed = letters_in(infix)
        held = ahead(self._letters) & needed
        if letter_alone(f"*{infix}*") is not None:
            return np.flatnonzero(held != 0).astype(np.uint32)
        may = np.flatnonzero(held == needed)
        self._words.ahead()
        found = pc.match_substring(self._arrow.take(integers(may)), infix)
        numbers: U32 = may[np.from_dlpack(pc.indices_nonzero(found))].astype(np.uint32)
        return numbers

    def like(self, pattern: str) -> U32:
        """The numbers of the words that a pattern matches in full: `*` is any letters, `?` exactly one."""
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

    def remembered(self, name: object, find: Callable[[], Found]) -> Found:
        """What was found under a name, or is found now."""
        found: Found | None = self._remembered.get(name)
        if found is None:
            if len(self._remembered) >= _REMEMBERED:
                self._remembered.clear()
            found = self._remembered[name] = find()
        return found

    @cached_property
    def _arrow(self) -> pa.Array:
        return self._words.arrow()


def _is_past(first: bytes) -> Callable[[bytes], bool]:
    """Whether a string comes after all that start so."""
    return lambda word: word > first and not word.startswith(first)


def _numbers(words: range) -> U32:
    return np.arange(words.start, words.stop, dtype=np.uint32)


@lru_cache(maxsize=256)
def _pattern(pattern: str) -> re.Pattern[str]:
    wild = {"*": ".*", "?": "."}
    return re.compile("".join(wild.get(char, re.escape(char)) for char in pattern), re.DOTALL)
