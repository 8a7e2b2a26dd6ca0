"""Which of many byte strings stand in another, in one pass over it however many they are.

The text is looked at in blocks of eight bytes (four where a short string is among those looked for), and most
often at every eighth byte alone: a string of fifteen bytes covers one such block wherever it stands, so that
it is known by each of its first eight blocks; a shorter one is looked for at more places, by fewer blocks.
Blocks are hashed into two tables in columns, and only what both tables know is compared.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator

import numpy as np
import numpy.typing as npt

LEAST = 4  # bytes of a string that can be looked for
_WIDE = 8
_WINDOW = 1 << 18  # bytes looked at in one step: columns of it stay in the cache
_FEWEST, _MOST = 12, 22  # bits of a table
_SPARSE = 5  # bits of a table beyond those that its entries need: of 32 places it knows one
_ODD = np.uint64(0x9E3779B97F4A7C15)  # Fibonacci hashing: 2**64 divided by the golden ratio
_Numbers = npt.NDArray[np.uint64]


class _Anchors:
    """Strings of at least `width` bytes. A string is looked for where a block begins at a multiple of its
    step: the largest power of two for which the string surely holds such a block whole.
    """

    def __init__(self, strings: Iterable[bytes], width: int) -> None:
        self._width, self._type = width, np.dtype("<u8" if width == _WIDE else "<u4")
        self._known: dict[bytes, list[tuple[bytes, int, int]]] = defaultdict(list)  # string, offset, step
        self._step, own = width, list(strings)
        begun = Counter(string[:width] for string in own)
        for string in own:
            step = 1 << (min(width, len(string) - width + 1).bit_length() - 1)
            self._step = min(self._step, step)
            # Ids often begin alike, and each of them would be compared wherever one of them stands.
            first = 0 if begun[string[:width]] == 1 else len(string) - width - step + 1
            for offset in range(first, first + step):
                self._known[string[offset : offset + width]].append((string, offset, step))
        bits = min(max(len(self._known).bit_length() + _SPARSE, _FEWEST), _MOST)
        self._top, self._next = np.uint64(64 - bits), np.uint64(64 - 2 * bits)
        self._mask = np.uint64((1 << bits) - 1)
        self._first, self._second = (np.zeros(1 << bits, np.bool_) for _ in range(2))
        hashes = self._hashes(b"".join(self._known), 0)
        self._first[hashes >> self._top] = True
        self._second[hashes >> self._next & self._mask] = True

    def places(self, body: bytes) -> Iterator[tuple[bytes, int]]:
        width = self._width
        for start in range(0, len(body) - width + 1, _WINDOW):
            window = body[start : start + _WINDOW + width - 1]
            for offset in range(0, min(width, len(window) - width + 1), self._step):
                for at in self._candidates(window, offset):
                    yield from self._standing(body, start + offset + at * width)

    def _standing(self, body: bytes, block: int) -> Iterator[tuple[bytes, int]]:
        """The strings that hold the block at that place."""
        for string, offset, step in self._known.get(body[block : block + self._width], ()):
            if block % step == 0 and block >= offset and body.startswith(string, block - offset):
                yield string, block - offset

    def _candidates(self, window: bytes, offset: int) -> list[int]:
        hashes = self._hashes(window, offset)
        found = np.flatnonzero(self._first[hashes >> self._top])
        sure: list[int] = found[self._second[hashes[found] >> self._next & self._mask]].tolist()
        return sure

    def _hashes(self, window: bytes, offset: int) -> _Numbers:
        """Of the blocks that begin at every `width`-th place from `offset` on."""
        count = (len(window) - offset) // self._width
        numbers = np.frombuffer(window, self._type, count, offset)
        return numbers.astype(np.uint64, copy=False) * _ODD


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
        """Every string that stands in `body`, once for each place where it begins; in no order."""
        for anchors in self._anchors:
            yield from anchors.places(body)
