"""The classes of characters of many texts in one column, and the words that lie in them.

The rules are those of `search.words`: the classes are its own, the words are found by the same grammar, in
columns instead of by a regular expression.
"""

from __future__ import annotations

import re
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from paloverde.search.index.layout import I64, Mask
from paloverde.search.words import class_string

_UNKNOWN = 255  # length of a folding that was not looked up yet
_WHOLE = re.compile(r".?|[wd]+|cm*|m+| +")  # foldings that are a piece of one word, one word, or none
Codes = npt.NDArray[np.uint32]
Bytes = npt.NDArray[np.uint8]
_BEYOND = 0x110000


class Classes:
    """What each character folds to, as classes (a letter each), looked up once."""

    def __init__(self) -> None:
        self._lengths = np.full(_BEYOND, _UNKNOWN, np.uint8)
        self._starts = np.zeros(_BEYOND, np.uint32)
        self._letters = bytearray()

    def of(self, codes: Codes) -> tuple[Bytes, I64]:
        """The classes of the folding of a text, and which character each comes from, with one more at the
        end. What folds to several words (as ¼ does) is a joiner here: nobody cuts those in columns.
        """
        lengths = self._lengths[codes]
        if (lengths == _UNKNOWN).any():
            self._learn(np.unique(codes[lengths == _UNKNOWN]).tolist())
            lengths = self._lengths[codes]
        known = np.frombuffer(bytes(self._letters), np.uint8)
        if (lengths == 1).all():
            return known[self._starts[codes]], np.arange(len(codes) + 1)
        where = np.repeat(np.arange(len(codes)), lengths)
        within = np.arange(len(where)) - np.repeat(np.cumsum(lengths, dtype=np.int64) - lengths, lengths)
        return known[self._starts[codes][where] + within], np.append(where, len(codes))

    def _learn(self, codes: list[int]) -> None:
        for code in codes:
            folded = class_string(chr(code))
            letters = (folded if _WHOLE.fullmatch(folded) else "z").encode()
            self._starts[code], self._lengths[code] = len(self._letters), len(letters)
            self._letters += letters


class Found(NamedTuple):
    """Words of one position each: where they lie among the classes, whether a sign stands before each, and
    whether each but the last is of one run with the next (`city's`, `re-open`, `1,000`).
    """

    starts: I64
    ends: I64
    signed: Mask
    joins: Mask


def find(classes: Bytes) -> Found:
    """The words among classes that hold no joiner (z) and no half flags (r); two spaces come first."""
    is_word = _any(classes, b"wd")
    is_mark, is_own = classes == ord("m"), classes == ord("c")
    is_emoji = classes == ord("e")
    clings = is_mark.copy()
    clings[1:] &= is_mark[:-1] | is_own[:-1]
    begins = is_own | is_emoji | (is_mark & ~clings)
    begins[1:] |= is_word[1:] & ~is_word[:-1]
    goes_on = clings
    goes_on[1:] |= is_word[1:] & is_word[:-1]
    starts = np.flatnonzero(begins)
    inside = begins | goes_on
    ends_here = inside.copy()
    ends_here[:-1] &= ~goes_on[1:]
    ends = np.flatnonzero(ends_here) + 1
    before = classes[starts - 1]
    is_sign = ((before == ord("#")) | (before == ord("@"))) & ~(is_word | is_own | is_mark)[starts - 2]
    joins = _joins(classes, is_word, starts, ends)
    signed = is_sign & ~is_emoji[starts] & ~np.concatenate([[False], joins])[: len(starts)]
    return Found(starts, ends, np.asarray(signed, np.bool_), joins)


def _joins(classes: Bytes, is_word: Mask, starts: I64, ends: I64) -> Mask:
    between = classes[ends[:-1]] if len(ends) else classes[:0]
    is_number = (classes[ends[:-1] - 1] == ord("d")) & (classes[starts[1:]] == ord("d"))
    may = (between == ord("j")) | ((between == ord(",")) & is_number)
    are_words = is_word[starts[:-1]] & is_word[starts[1:]]
    return np.asarray((starts[1:] - ends[:-1] == 1) & may & are_words, np.bool_)


def _any(classes: Bytes, letters: bytes) -> Mask:
    table = np.zeros(256, np.bool_)
    table[np.frombuffer(letters, np.uint8)] = True
    return np.asarray(table[classes], np.bool_)
