"""Which of many byte strings stand in another, in one pass over it however many they are.

Each looked-for string is known by its first eight bytes (a short one by four), hashed into two tables; every
place of the text is hashed with them in columns, and only what both tables know is compared.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator

import numpy as np
import numpy.typing as npt

LEAST = 4  # bytes of a string that can be looked for
_WIDE = 8
_WINDOW = 1 << 18  # bytes looked at in one step: columns of it stay in the cache
_BITS = 21
_ODD = np.uint64(0x9E3779B97F4A7C15)  # Fibonacci hashing: 2**64 divided by the golden ratio
_TOP, _NEXT, _MASK = np.uint64(64 - _BITS), np.uint64(64 - 2 * _BITS), np.uint64((1 << _BITS) - 1)
_Numbers = npt.NDArray[np.uint64]


class _Anchors:
    """Strings that begin with some bytes of one width."""

    def __init__(self, strings: Iterable[bytes], width: int) -> None:
        self._width, self._type = width, np.dtype("<u8" if width == _WIDE else "<u4")
        self._known: dict[bytes, list[bytes]] = defaultdict(list)
        for string in strings:
            self._known[string[:width]].append(string)
        self._top, self._next = (np.zeros(1 << _BITS, np.bool_) for _ in range(2))
        hashes = self._hashes(b"".join(self._known), 0)
        self._top[hashes >> _TOP], self._next[hashes >> _NEXT & _MASK] = True, True

    def places(self, body: bytes) -> Iterator[tuple[bytes, int]]:
        width = self._width
        for start in range(0, len(body) - width + 1, _WINDOW):
            window = body[start : start + _WINDOW + width - 1]
            for offset in range(min(width, len(window) - width + 1)):
                for at in self._candidates(window, offset):
                    place = start + offset + at * width
                    for string in self._known.get(body[place : place + width], ()):
                        if body.startswith(string, place):
                            yield string, place

    def _candidates(self, window: bytes, offset: int) -> list[int]:
        hashes = self._hashes(window, offset)
        found = np.flatnonzero(self._top[hashes >> _TOP])
        sure: list[int] = found[self._next[hashes[found] >> _NEXT & _MASK]].tolist()
        return sure

    def _hashes(self, window: bytes, offset: int) -> _Numbers:
        """Of the bytes that begin at every `width`-th place from `offset` on."""
        count = (len(window) - offset) // self._width
        numbers = np.frombuffer(window, self._type, count, offset)
        return numbers.astype(np.uint64) * _ODD


class Strings:
    """Byte strings of at least `LEAST` bytes, to be looked for together."""

    def __init__(self, strings: Iterable[bytes]) -> None:
        found = sorted(set(strings))
        self.longest = max(map(len, found), default=0)
        kinds = (
            ([s for s in found if len(s) >= _WIDE], _WIDE),
            ([s for s in found if len(s) < _WIDE], LEAST),
        )
        self._anchors = [_Anchors(own, width) for own, width in kinds if own]

    def places(self, body: bytes) -> Iterator[tuple[bytes, int]]:
        """Every string that stands in `body`, and where it begins; in no order."""
        for anchors in self._anchors:
            yield from anchors.places(body)
