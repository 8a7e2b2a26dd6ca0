"""The table LOG filled again from the objects, and what a rebuilt ledger must fit: its published heads."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator, Sequence
from datetime import datetime

import msgspec
from sqlalchemy import Connection

from paloverde.archive.anywhere import LOST, Anywhere
from paloverde.archive.keys import key_register
from paloverde.archive.layout import LOG_HEADS, LOG_STAMPS, LOG_TILES, LOG_WITNESSES, TILE_WIDTH
from paloverde.archive.log import merkle
from paloverde.archive.log.heads import short_ledger
from paloverde.archive.log.notes import Head, log_key, signed_by
from paloverde.archive.log.shelf import Kept, What, read_kept_head, refuse_two_roots, row_of
from paloverde.archive.log.tiles import Tile, bundle
from paloverde.archive.store.interface import Stored
from paloverde.errors import ArchiveDamaged
from paloverde.state.tables import LOG

_TILE = re.compile(r"(?P<level>entries|\d+)/(?P<place>[x\d/]+)(?:\.p/(?P<width>\d+))?")
_NAME = re.compile(r"(?P<size>\d{12})-(?:.*-)?(?P<sha256>[0-9a-f]{64})(?:\.tsr)?")
Entries = Sequence[tuple[bytes, datetime]]  # of the ledger, in order: the bytes of each, and when it was
_NAMED = {LOG_HEADS: What.HEAD, LOG_STAMPS: What.TIMESTAMP, LOG_WITNESSES: What.WITNESS}


def refill(store: Anywhere, connection: Connection, entries: Entries) -> int:
    """Fill the table LOG from the store, given the rebuilt ledger's entries and their times.

    Returns how many objects were found. Raises `ArchiveDamaged` where the entries are not what the heads in
    the store were signed over; a head that no key of the register has signed says nothing.
    """
    heads = [read_kept_head(body, one.key) for one, body in store.named(LOG_HEADS)]
    _refuse_what_heads_deny(_ours(connection, heads), [body for body, _ in entries])
    connection.execute(LOG.delete())
    if not entries:
        return 0
    rows = [row_of(kept) for kept in (*_named(store, entries), *_tiles(store, entries))]
    if rows:
        connection.execute(LOG.insert(), rows)
    return len(rows)


def _ours(connection: Connection, heads: list[Head]) -> list[Head]:
    """Those that a key of the register has signed; all of them where no key was ever registered."""
    known = [key.public_key for key in key_register(connection).keys]
    keys = {head.origin: [log_key(head.origin, one) for one in known] for head in heads}
    return [head for head in heads if not known or signed_by(head.note, keys[head.origin]) is not None]


def _refuse_what_heads_deny(heads: list[Head], bodies: list[bytes]) -> None:
    refuse_two_roots(heads)
    roots = {head.size: head.root for head in heads}
    newest = max(roots, default=0)
    if newest > len(bodies):
        raise ArchiveDamaged(short_ledger(newest, len(bodies)))
    frontier = merkle.Frontier()
    for body in bodies[:newest]:
        frontier.append(merkle.leaf_hash(body))
        if frontier.size in roots and roots[frontier.size] != frontier.root():
            raise ArchiveDamaged(
                f"The ledger's entries in the store are not those of the signed head over {frontier.size:,} "
                "entries: one was put in place of another. Restore ledger/entries/ from the second copy."
            )


def _named(store: Anywhere, entries: Entries) -> Iterator[Kept]:
    """Heads, timestamps and witnesses' signatures, whose names tell their hash.

    No object says when it was made: the time of the last entry that it covers is the nearest.
    """
    for prefix, what in _NAMED.items():
        for key, versions in _versions(store, prefix).items():
            match = _NAME.fullmatch(key.removeprefix(prefix))
            if match is None:
                raise ArchiveDamaged(f"{key} is no name of an object of the log: find out who wrote it.")
            size, at = int(match["size"]), min(int(match["size"]), len(entries)) - 1
            yield Kept(_with_hash(versions, match["sha256"]), what, size, entries[at][1])


def _tiles(store: Anywhere, entries: Entries) -> Iterator[Kept]:
    """Tiles and bundles: what each must hold follows from the entries, whatever lies there now.

    Passed over are those that reach behind the last entry: of a publication that was broken off.
    """
    bodies = [body for body, _ in entries]
    leaves = [merkle.leaf_hash(body) for body in bodies]
    for key, versions in _versions(store, LOG_TILES).items():
        tile, is_bundle = _tile_of(key)
        if tile.covers > len(entries):
            continue
        made = bundle(bodies[tile.begins : tile.covers]) if is_bundle else _hashes(tile, leaves)
        stored = _with_hash(versions, hashlib.sha256(made).hexdigest())
        what = What.ENTRIES if is_bundle else What.TILE
        at = entries[tile.covers - 1][1]
        yield Kept(msgspec.structs.replace(stored, size=len(made)), what, tile.covers, at)


def _versions(store: Anywhere, prefix: str) -> dict[str, list[Stored]]:
    """By key, every version in the first store; what is in the second copy alone is lost there."""
    found: dict[str, list[Stored]] = {}
    for one in store.store.walk(prefix):
        found.setdefault(one.key, []).append(one)
    for one in store.second.walk(prefix) if store.second else ():
        found.setdefault(one.key, [msgspec.structs.replace(one, version_id=LOST)])
    return found


def _with_hash(versions: list[Stored], sha256: str) -> Stored:
    """The version with these bytes; where none has them, the row says what is to be put back."""
    right = (one for one in versions if one.sha256 == sha256)
    return next(right, msgspec.structs.replace(versions[0], sha256=sha256))


def _tile_of(key: str) -> tuple[Tile, bool]:
    """The tile of a key, and whether it is the bundle beside it."""
    match = _TILE.fullmatch(key.removeprefix(LOG_TILES))
    if match is None:
        raise ArchiveDamaged(f"{key} is no name of a tile: find out who wrote it.")
    number = int(match["place"].replace("x", "").replace("/", ""))
    is_bundle = match["level"] == "entries"
    level = 0 if is_bundle else int(match["level"])
    return Tile(level, number, int(match["width"] or TILE_WIDTH)), is_bundle


def _hashes(tile: Tile, leaves: Sequence[bytes]) -> bytes:
    reach = TILE_WIDTH**tile.level
    starts = range(tile.begins, tile.covers, reach)
    return b"".join(merkle.root_of(leaves[at : at + reach]) for at in starts)
