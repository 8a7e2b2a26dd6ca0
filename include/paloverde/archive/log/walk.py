"""One way through a whole log, from its first entry to the last, and where its objects may come from."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Protocol

import msgspec

from paloverde.archive.layout import LEDGER_ENTRIES, LOG_HEADS, LOG_STAMPS, TILE_WIDTH
from paloverde.archive.log import merkle
from paloverde.archive.log.lineage import Lineage
from paloverde.archive.log.tiles import Growth, Tile, bundle_key, entries_in, hashes_in, tile_at
from paloverde.errors import ArchiveDamaged, Unreadable

_MOST_TOLD = 50  # sentences about what is wrong


class Source(Protocol):
    """Where the objects of a log come from."""

    def read(self, key: str) -> bytes:
        """The bytes under a key; `ArchiveDamaged` where they are missing or changed."""

    def heads(self) -> Iterator[str]:
        """The key of every signed head."""

    def entries(self, first: int, last: int) -> Iterator[tuple[int, str, bytes]]:
        """The ledger's own entries from number `first` to `last`: number, where it lies, bytes; in order."""

    def last_entry(self) -> int:
        """The number of the ledger's last own entry; 0 where it has none."""

    def stamps(self) -> Iterator[str]:
        """The key of every kept timestamp."""


class Report(msgspec.Struct):
    """What was found, in sentences. `wrong` holds everything that speaks against the log.

    `unvouched` says where nothing is wrong and the keys that were given cannot vouch for it all the same;
    `followed` which key took the place of a given one; `stamps` what authorities outside state, by the kept
    timestamps.
    """

    checked: list[str] = []
    wrong: list[str] = []
    unvouched: list[str] = []
    followed: list[str] = []
    stamps: list[str] = []
    limits: list[str] = []

    def blame(self, sentence: str) -> None:
        if len(self.wrong) < _MOST_TOLD:
            self.wrong.append(sentence)


class Folder:
    """A log in a folder: a copy of the store, what `paloverde export` wrote, or its `ledger` folder alone."""

    def __init__(self, folder: Path) -> None:
        self._root = folder.parent if folder.name == "ledger" and not (folder / "ledger").is_dir() else folder
        if not (self._root / LOG_HEADS).is_dir():
            raise Unreadable(f"{folder} holds no published log: there is no {LOG_HEADS} in it.")
        own = self._root / LEDGER_ENTRIES
        self._own = sorted(path.name for path in own.iterdir()) if own.is_dir() else []
        self._at = 0

    def read(self, key: str) -> bytes:
        try:
            return (self._root / key).read_bytes()
        except OSError as error:
            raise ArchiveDamaged(f"{key} is missing or cannot be read ({error.strerror}).") from error

    def heads(self) -> Iterator[str]:
        return self._names(LOG_HEADS)

    def stamps(self) -> Iterator[str]:
        return self._names(LOG_STAMPS)

    def entries(self, first: int, last: int) -> Iterator[tuple[int, str, bytes]]:
        while self._at < len(self._own) and (number := _number(self._own[self._at])) <= last:
            key = f"{LEDGER_ENTRIES}{self._own[self._at]}"
            self._at += 1
            if number >= first:
                yield number, key, self.read(key)

    def last_entry(self) -> int:
        return _number(self._own[-1]) if self._own else 0

    def _names(self, prefix: str) -> Iterator[str]:
        folder = self._root / prefix
        yield from (f"{prefix}{path.name}" for path in sorted(folder.iterdir() if folder.is_dir() else ()))


def _number(name: str) -> int:
    digits = name.partition("-")[0]
    return int(digits) if digits.isdigit() else 0


class Walk:
    """One way through all entries, from the first to the last that the newest head covers."""

    def __init__(self, source: Source, size: int, report: Report) -> None:
        self._source, self._size, self._report = source, size, report
        self._previous = "0" * 64
        self.keys: set[str] = set()  # that the entries name
        self.lineage = Lineage()
        self.sizes: set[int] = set()
        self.is_broken_off = False

    def roots(self, wanted: set[int]) -> Iterator[tuple[int, bytes]]:
        """The root at each of these sizes; the tiles are compared on the way."""
        self.sizes = wanted
        frontier, growth = merkle.Frontier(), Growth(0, {}, self._compare)
        if 0 in wanted:
            yield 0, merkle.EMPTY
        for leaf in self._leaves():
            frontier.append(leaf)
            growth.append(leaf)
            if frontier.size in wanted:
                yield frontier.size, frontier.root()
        if not self.is_broken_off:
            growth.close()

    def _leaves(self) -> Iterator[bytes]:
        for index in range(-(-self._size // TILE_WIDTH)):
            entries = self._bundle(index)
            if entries is None:
                yield from self._leaves_of_tile(index)
            else:
                self._check_entries(index * TILE_WIDTH + 1, entries)
                yield from map(merkle.leaf_hash, entries)
            if self.is_broken_off:
                return

    def _bundle(self, index: int) -> list[bytes] | None:
        key, width = bundle_key(index, self._size), tile_at(0, index, self._size).width
        try:
            entries = entries_in(self._source.read(key), key)
        except ArchiveDamaged as error:
            self._report.blame(str(error))
            return None
        if len(entries) != width:
            self._report.blame(f"{key} holds {len(entries):,} entries where {width:,} belong.")
            return None
        return entries

    def _leaves_of_tile(self, index: int) -> list[bytes]:
        """The hashes of entries that cannot be read: what is behind them is checked all the same."""
        tile = tile_at(0, index, self._size)
        self._previous = ""
        try:
            return hashes_in(self._source.read(tile.key), tile)
        except ArchiveDamaged as error:
            self._report.blame(f"{error} Nothing behind entry {index * TILE_WIDTH:,} could be checked.")
            self.is_broken_off = True
            return []

    def _check_entries(self, first: int, entries: list[bytes]) -> None:
        for number, entry in enumerate(entries, first):
            try:
                said = json.loads(entry)
                follows = said["sequence"] == number and self._previous in ("", said["previous"])
                self.keys.add(str(said["public_key"]))
            except (ValueError, KeyError, TypeError, RecursionError):
                follows = False
            if not follows:
                self._report.blame(f"Entry {number:,} does not follow from the one before it.")
            self._previous = hashlib.sha256(entry).hexdigest()
            self._note_key(number, entry)
        if self._source.last_entry():
            self._compare_own(first, entries)

    def _note_key(self, number: int, entry: bytes) -> None:
        try:
            self.lineage.take(number, entry)
        except ArchiveDamaged as error:
            self._report.blame(str(error))

    def _compare_own(self, first: int, entries: list[bytes]) -> None:
        """The ledger's own objects are the entries that the log has hashed, each once."""
        missing = set(range(first, first + len(entries)))
        for number, name, body in self._source.entries(first, first + len(entries) - 1):
            if body != entries[number - first]:
                self._report.blame(f"{name} is not what the log has as entry {number:,}.")
            elif number not in missing:
                self._report.blame(f"{name} stands there a second time.")
            missing.discard(number)
        for number in sorted(missing):
            self._report.blame(f"Ledger entry {number:,} is missing, and the log has it.")

    def _compare(self, tile: Tile, hashes: list[bytes]) -> None:
        try:
            stored = hashes_in(self._source.read(tile.key), tile)
        except ArchiveDamaged as error:
            self._report.blame(str(error))
            return
        wrong = [at for at, (one, other) in enumerate(zip(stored, hashes, strict=True)) if one != other]
        if not wrong:
            return
        reach = TILE_WIDTH**tile.level
        first = (tile.number * TILE_WIDTH + wrong[0]) * reach + 1
        which = f"entry {first:,}" if reach == 1 else f"the entries {first:,} to {first + reach - 1:,}"
        self._report.blame(
            f"{tile.key} does not have the hash of {which}: the tile or the entry was changed."
        )
