"""Checking a whole log against itself and against a head that somebody else has kept.

The root is computed again from every entry. It needs the objects under `ledger/` and nothing else: no
database, no store, no network. Memory does not grow with the log, but for the names of its files.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Protocol

import msgspec

from paloverde.archive.layout import LEDGER_ENTRIES, LOG_HEADS, TILE_WIDTH
from paloverde.archive.log import merkle
from paloverde.archive.log.notes import Head, Key, log_key, read_head, signed_by
from paloverde.archive.log.proofs import Proof
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


class Report(msgspec.Struct):
    """What was found, in sentences. `wrong` holds everything that speaks against the log."""

    checked: list[str] = []
    wrong: list[str] = []
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
        yield from (f"{LOG_HEADS}{path.name}" for path in sorted((self._root / LOG_HEADS).iterdir()))

    def entries(self, first: int, last: int) -> Iterator[tuple[int, str, bytes]]:
        while self._at < len(self._own) and (number := _number(self._own[self._at])) <= last:
            key = f"{LEDGER_ENTRIES}{self._own[self._at]}"
            self._at += 1
            if number >= first:
                yield number, key, self.read(key)

    def last_entry(self) -> int:
        return _number(self._own[-1]) if self._own else 0


def _number(name: str) -> int:
    digits = name.partition("-")[0]
    return int(digits) if digits.isdigit() else 0


def check_log(source: Source, kept: Head | None, keys: Sequence[Key]) -> Report:
    """Check a log: entries, tiles, every signed head, and that a kept head is of the same history.

    `keys` are the City's verifier keys as somebody outside knows them; without any, the heads are checked
    with the keys that the entries name.
    """
    report = Report()
    heads = _heads_in(source, report)
    if not heads:
        report.blame("No signed head can be read: nothing shows what this log was.")
        return report
    newest = max(heads, key=lambda head: head.size)
    _compare_size(kept, newest, report)
    walk = _Walk(source, newest.size, report)
    wanted = {head.size for head in heads} | ({kept.size} if kept else set())
    roots = dict(walk.roots(wanted))
    if walk.is_broken_off:
        return report
    _check_roots(heads, kept, roots, report)
    _check_signatures(heads, kept, keys, sorted(walk.keys), report)
    _tell(source, newest, kept, walk, report)
    return report


def check_proof(proof: Proof, kept: Head | None, keys: Sequence[Key]) -> Report:
    """Check the proof of one entry against a kept head, or against the head in it where only a key is known."""
    report = Report()
    head = proof.head
    if not proof.holds():
        report.blame(f"The proof does not lead from entry {proof.number:,} to the root of the head in it.")
    if kept is not None and (kept.origin, kept.size, kept.root) != (head.origin, head.size, head.root):
        what = "another log" if kept.origin != head.origin else "another root over as many entries"
        if kept.origin == head.origin and kept.size != head.size:
            what = f"{kept.size:,} entries"
            report.limits.append(
                "Ask the City for a proof with your head: `paloverde ledger prove N --head YOURS`."
            )
        report.blame(
            f"The proof is for a head over {head.size:,} entries, and the head that you kept is of {what}."
        )
    if keys and signed_by(head.note, keys) is None:
        report.blame("The head in the proof does not bear the signature of the key that you gave.")
    if not report.wrong:
        what = "the head that you kept" if kept else "the signed head in the proof"
        report.checked.append(f"Entry {proof.number:,} is in the ledger of {head.origin}, under {what}.")
    return report


def _heads_in(source: Source, report: Report) -> list[Head]:
    heads: dict[int, Head] = {}
    for key in source.heads():
        try:
            body = source.read(key)
            head = read_head(body)
        except Unreadable as error:
            report.blame(f"{key} cannot be read: {error}.")
            continue
        except ArchiveDamaged as error:
            report.blame(str(error))
            continue
        if hashlib.sha256(body).hexdigest() != key.rpartition("-")[2]:
            report.blame(f"{key} was changed: its bytes are not those that its name tells.")
        if heads.setdefault(head.size, head).root != head.root:
            report.blame(
                f"There are two signed heads over {head.size:,} entries with two roots: two histories."
            )
        if head.origin != next(iter(heads.values())).origin:
            report.blame(f"{key} is of another log, {head.origin}.")
    return list(heads.values())


def _compare_size(kept: Head | None, newest: Head, report: Report) -> None:
    if kept is None:
        report.limits.append(
            "No head that somebody else has kept was compared: this shows that the log fits itself, not that "
            "it is the one that was published."
        )
        return
    if kept.origin != newest.origin:
        report.blame(f"The head that you kept is of the log {kept.origin}, and this one is {newest.origin}.")
    if kept.size > newest.size:
        report.blame(
            f"The head that you kept covers {kept.size:,} entries, and this log ends at {newest.size:,}: "
            "entries were cut off, or this is an older copy."
        )


def _check_roots(heads: list[Head], kept: Head | None, roots: dict[int, bytes], report: Report) -> None:
    for head in heads:
        if roots[head.size] != head.root:
            report.blame(
                f"The signed head over {head.size:,} entries has another root than these entries give."
            )
    if kept is not None and kept.size in roots and roots[kept.size] != kept.root:
        report.blame(
            f"The head that you kept, over {kept.size:,} entries, is not of this history: the first {kept.size:,} "
            "entries here give another root. Something among them was changed, put in or taken out."
        )


def _check_signatures(
    heads: list[Head], kept: Head | None, given: Sequence[Key], named: list[str], report: Report
) -> None:
    newest = max(heads, key=lambda head: head.size)
    own = [log_key(newest.origin, public) for public in named]
    for head in heads:
        if signed_by(head.note, [*given, *own]) is None:
            report.blame(
                f"The head over {head.size:,} entries bears no signature of a key that the log names."
            )
    for head, whose in ((newest, "The newest head"), (kept, "The head that you kept")):
        if head is not None and signed_by(head.note, list(given) or own) is None:
            report.blame(
                f"{whose} does not bear the signature of {'the key that you gave' if given else 'the log'}."
            )
    if not given:
        told = ", ".join(key.text() for key in own)
        report.limits.append(
            f"Whose key it is, this check cannot tell. Compare it with what the City gave you: {told}"
        )


def _tell(source: Source, newest: Head, kept: Head | None, walk: _Walk, report: Report) -> None:
    newer = source.last_entry() - newest.size
    if newer > 0:
        report.limits.append(f"{newer:,} newer entries are in no signed head yet.")
    if source.last_entry() == 0:
        report.limits.append(
            f"{LEDGER_ENTRIES} is not there; the entries were read from the log's own bundles."
        )
    if report.wrong:
        return
    report.checked.append(
        f"All {newest.size:,} entries follow from one another, lie in their bundles and tiles as they are "
        f"hashed, and give the root of every signed head ({len(walk.sizes):,} sizes)."
    )
    if kept is not None:
        report.checked.append(f"The head that you kept, over {kept.size:,} entries, is of the same history.")


class _Walk:
    """One way through all entries, from the first to the last that the newest head covers."""

    def __init__(self, source: Source, size: int, report: Report) -> None:
        self._source, self._size, self._report = source, size, report
        self._previous = "0" * 64
        self.keys: set[str] = set()  # that the entries name
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
            if len(entries) != width:
                raise ArchiveDamaged(f"{key} holds {len(entries):,} entries where {width:,} belong.")
        except ArchiveDamaged as error:
            self._report.blame(str(error))
            return None
        return entries

    def _leaves_of_tile(self, index: int) -> list[bytes]:
        """The hashes of entries that cannot be read themselves, so that what is behind them can be checked."""
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
        if self._source.last_entry():
            self._compare_own(first, entries)

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
        first = (tile.index * TILE_WIDTH + wrong[0]) * reach + 1
        which = f"entry {first:,}" if reach == 1 else f"the entries {first:,} to {first + reach - 1:,}"
        self._report.blame(
            f"{tile.key} does not have the hash of {which}: the tile or the entry was changed."
        )
