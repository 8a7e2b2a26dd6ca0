"""Which letters and digits of ASCII stand in words, as a bit for each of them.

A pattern of one letter (`*a*`) matches half of all words. In which documents it stands is known beforehand,
and for longer ones only those words are looked at that hold all the letters.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from paloverde.search.index.layout import U32, U64

LETTERS = "abcdefghijklmnopqrstuvwxyz0123456789"
_BITS = np.zeros(256, np.uint64)
_BITS[np.frombuffer(LETTERS.encode(), np.uint8)] = np.uint64(1) << np.arange(len(LETTERS), dtype=np.uint64)
_AT_ONCE = 1_000_000  # documents of forms


def letters_of(words: Sequence[bytes]) -> U64:
    """The letters of each word (none is empty)."""
    if not words:
        return np.empty(0, np.uint64)
    lengths = np.fromiter(map(len, words), np.int64, len(words))
    letters = _BITS[np.frombuffer(b"".join(words), np.uint8)]
    return np.asarray(np.bitwise_or.reduceat(letters, np.cumsum(lengths) - lengths), np.uint64)


def letters_in(text: str) -> np.uint64:
    """The letters of one text, of whatever else it holds none."""
    known = np.frombuffer(text.encode(), np.uint8)
    return np.bitwise_or.reduce(_BITS[known]) if len(known) else np.uint64(0)


def letter_alone(pattern: str) -> int | None:
    """The number of the letter that words with this pattern hold, where it asks for nothing else (`*a*`)."""
    if len(pattern) == 3 and pattern[0] == pattern[2] == "*" and pattern[1] in LETTERS:
        return LETTERS.index(pattern[1])
    return None


def letters_of_documents(letters: U64, documents: U32, counts: U32, size: int) -> U64:
    """The letters of each of so many documents; each form has `letters`, and so many of the `documents`."""
    found = np.zeros(size, np.uint64)
    of_each = np.repeat(np.arange(len(letters), dtype=np.uint32), counts)
    for at in range(0, len(documents), _AT_ONCE):
        some, forms = documents[at : at + _AT_ONCE], of_each[at : at + _AT_ONCE]
        np.bitwise_or.at(found, some.astype(np.intp), letters[forms])
    return found
