"""The tree in tiles (C2SP tlog-tiles): objects that never change, from which each hash of the tree follows.

A whole tile of level L holds 256 hashes, each over 256**L entries; beside a tile of level 0 lies the bundle
of its entries. At the right edge of the tree tiles are partial: one for each size that has a signed head.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import NamedTuple

from paloverde.archive.layout import TILE_WIDTH, bundle_of_entries_key, tile_key
from paloverde.archive.log import merkle
from paloverde.errors import ArchiveDamaged

_HEIGHT = 8  # of a tile: 2**8 hashes
_HASH = 32  # bytes
_KEPT = 64  # tiles in memory
Read = Callable[[str], bytes]  # gives the bytes of the object with a key


class Tile(NamedTuple):
    """The place of a tile: its level, its number there from 0, and how many hashes it holds."""

    level: int
    number: int
    width: int

    @property
    def key(self) -> str:
        return tile_key(*self)

    @property
    def begins(self) -> int:
        """The first leaf below the tile, counted from 0."""
        return self.number * TILE_WIDTH << _HEIGHT * self.level

    @property
    def covers(self) -> int:
        """Up to which entry, counted from 1, the tile reaches."""
        return (self.number * TILE_WIDTH + self.width) << _HEIGHT * self.level


def tile_at(level: int, index: int, size: int) -> Tile:
    """The tile at a place of the tree of `size` entries."""
    return Tile(level, index, min(TILE_WIDTH, (size >> _HEIGHT * level) - index * TILE_WIDTH))


def edge_of(size: int) -> Iterator[Tile]:
    """The partial tiles of the tree of `size` entries, lowest first; a level has none that would be empty."""
    level = 0
    while size >> _HEIGHT * level:
        index, width = divmod(size >> _HEIGHT * level, TILE_WIDTH)
        if width:
            yield Tile(level, index, width)
        level += 1


def levels_of(size: int) -> Iterator[tuple[int, int]]:
    """Each level of the tree of `size` entries, with how many hashes it holds."""
    level = 0
    while count := size >> _HEIGHT * level:
        yield level, count
        level += 1


def bundle_key(index: int, size: int) -> str:
    """Where the entries of the tile `index` of level 0 lie, in the tree of `size` entries."""
    return bundle_of_entries_key(index, tile_at(0, index, size).width)


def hashes_in(body: bytes, tile: Tile) -> list[bytes]:
    """The hashes of a tile; `ArchiveDamaged` where it holds another number of them."""
    if len(body) != tile.width * _HASH:
        raise ArchiveDamaged(f"{tile.key} has {len(body):,} bytes where {tile.width * _HASH:,} are a tile.")
    return [body[at : at + _HASH] for at in range(0, len(body), _HASH)]


def bundle(entries: Sequence[bytes]) -> bytes:
    """Entries as one object: each with its length in two bytes before it."""
    return b"".join(len(entry).to_bytes(2, "big") + entry for entry in entries)


def entries_in(body: bytes, key: str) -> list[bytes]:
    """The entries of a bundle; `ArchiveDamaged` where it ends within one."""
    entries, at = [], 0
    while at < len(body):
        end = at + 2 + int.from_bytes(body[at : at + 2], "big")
        if end > len(body) or at + 2 > len(body):
            raise ArchiveDamaged(f"{key} ends in the middle of an entry.")
        entries.append(body[at + 2 : end])
        at = end
    return entries


class Tree:
    """The tree of `size` entries, read from its tiles as they are asked for; few of them are in memory.

    Raises `ArchiveDamaged` where a tile is none.
    """

    def __init__(self, size: int, read: Read) -> None:
        self.size, self._read = size, read
        self._tiles: dict[Tile, list[bytes]] = {}

    def root(self) -> bytes:
        return self.hashes(0, self.size) if self.size else merkle.EMPTY

    def edge(self) -> dict[int, list[bytes]]:
        """By level, the hashes of the partial tiles."""
        return {tile.level: self.tile(tile.level, tile.number) for tile in edge_of(self.size)}

    def hashes(self, start: int, end: int) -> bytes:
        """The hash over the leaves from `start` up to `end`, as proofs ask for it (`merkle.Hashes`)."""
        count = end - start
        if count & (count - 1) == 0 and start % count == 0:
            return self._whole(start, count.bit_length() - 1)
        middle = start + merkle.split(count)
        return merkle.node_hash(self.hashes(start, middle), self.hashes(middle, end))

    def tile(self, level: int, index: int) -> list[bytes]:
        """The hashes of a tile."""
        tile = tile_at(level, index, self.size)
        if tile not in self._tiles:
            if len(self._tiles) >= _KEPT:
                del self._tiles[next(iter(self._tiles))]
            self._tiles[tile] = hashes_in(self._read(tile.key), tile)
        return self._tiles[tile]

    def _whole(self, start: int, height: int) -> bytes:
        """The hash of the whole subtree of that height that begins at a leaf."""
        level, rest = divmod(height, _HEIGHT)
        index, at = divmod(start >> _HEIGHT * level, TILE_WIDTH)
        return merkle.root_of(self.tile(level, index)[at : at + (1 << rest)])


class Growth:
    """A tree that grows leaf by leaf, and gives each of its tiles when it is whole, the partial ones at last.

    `edge` has the hashes of the partial tiles of the tree that it begins with, by level.
    """

    def __init__(
        self, size: int, edge: dict[int, list[bytes]], give: Callable[[Tile, list[bytes]], None]
    ) -> None:
        self.size, self._give = size, give
        self._edge = {level: list(hashes) for level, hashes in edge.items()}

    def append(self, leaf: bytes) -> None:
        self.size += 1
        self._add(0, leaf)

    def close(self) -> None:
        for tile in edge_of(self.size):
            self._give(tile, self._edge[tile.level])

    def _add(self, level: int, value: bytes) -> None:
        hashes = self._edge.setdefault(level, [])
        hashes.append(value)
        if len(hashes) == TILE_WIDTH:
            index = (self.size >> _HEIGHT * level) // TILE_WIDTH - 1
            self._give(Tile(level, index, TILE_WIDTH), hashes)
            self._edge[level] = []
            self._add(level + 1, merkle.root_of(hashes))
