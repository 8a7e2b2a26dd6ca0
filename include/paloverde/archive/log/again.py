"""The table LOG filled again from the objects, and what a rebuilt ledger must fit: its published heads.

No bytes are believed because they lie there. What a tile or a bundle holds follows from the entries, which
are chained and signed, and which of them there must be from the sizes of the heads; a head is believed by its
signature. So a row never names what is damaged: it names what should be there, for the fixity check to find.
What lies nowhere any more is still named where the database tells of it: it was lost, and somebody must hear.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime

import msgspec
from sqlalchemy import Connection

from paloverde.archive.anywhere import LOST, Anywhere
from paloverde.archive.keys import key_register
from paloverde.archive.layout import (
    LOG_HEADS,
    LOG_STAMPS,
    LOG_TILES,
    LOG_WITNESSES,
    TILE_WIDTH,
    bundle_of_entries_key,
)
from paloverde.archive.log import merkle
from paloverde.archive.log.heads import short_ledger
from paloverde.archive.log.notes import Head, log_key, signed_by
from paloverde.archive.log.shelf import Kept, What, read_kept_head, refuse_two_roots, row_of
from paloverde.archive.log.tiles import Tile, bundle, edge_of, levels_of
from paloverde.archive.store.interface import Stored
from paloverde.errors import ArchiveDamaged
from paloverde.state.tables import LOG

_NAME = re.compile(r"(?P<size>\d{12})-(?:.*-)?(?P<sha256>[0-9a-f]{64})(?:\.tsr)?")
Entries = Sequence[tuple[bytes, datetime]]  # of the ledger, in order: the bytes of each, and when it was
_NAMED = {LOG_HEADS: What.HEAD, LOG_STAMPS: What.TIMESTAMP, LOG_WITNESSES: What.WITNESS}


def refill(store: Anywhere, connection: Connection, entries: Entries) -> list[str]:
    """Fill the table LOG from the store, given the rebuilt ledger's entries and their times.

    Returns the keys of heads that no key of the register has signed: they say nothing, and are left out.
    Raises `ArchiveDamaged` where the entries are not what the heads in the store were signed over.
    """
    heads, strangers = _read_heads(store, connection)
    _refuse_what_heads_deny(heads, [body for body, _ in entries])
    connection.execute(LOG.delete())
    if not entries:
        return strangers
    named = list(_named(store, entries, strangers))
    sizes = {kept.tree_size for kept in named if kept.what is What.HEAD}
    rows = [row_of(kept) for kept in (*named, *_tiles(store, entries, sizes))]
    if rows:
        connection.execute(LOG.insert(), rows)
    return strangers


def _read_heads(store: Anywhere, connection: Connection) -> tuple[list[Head], list[str]]:
    """The heads that a key of the register has signed, and the keys of all others.

    Where no key was ever registered, every head is one of ours.
    """
    known = [key.public_key for key in key_register(connection).keys]
    ours, strangers = [], []
    for one, body in store.named(LOG_HEADS):
        try:
            head = read_kept_head(body, one.key)
        except ArchiveDamaged:
            if not known:
                raise
            strangers.append(one.key)  # its bytes are what its name says: it was written like this
            continue
        if known and signed_by(head.note, [log_key(head.origin, key) for key in known]) is None:
            strangers.append(one.key)
        else:
            ours.append(head)
    return ours, strangers


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


def _named(store: Anywhere, entries: Entries, strangers: Sequence[str]) -> Iterator[Kept]:
    """Heads, timestamps and witnesses' signatures, whose names tell their hash.

    No object says when it was made: the time of the last entry that it covers is the nearest.
    """
    for prefix, what in _NAMED.items():
        noted = store.noted(prefix)
        for key, versions in (_gone(noted, prefix, len(entries)) | _versions(store, prefix)).items():
            if key in strangers:
                continue
            match = _NAME.fullmatch(key.removeprefix(prefix))
            if match is None:
                raise ArchiveDamaged(f"{key} is no name of an object of the log: find out who wrote it.")
            size, at = int(match["size"]), min(int(match["size"]), len(entries)) - 1
            stored = _with_hash(versions, match["sha256"])
            if stored is None:  # whole nowhere: how long it was, only the database may still tell
                known = noted.get(key, versions[0])
                stored = msgspec.structs.replace(versions[0], sha256=match["sha256"], size=known.size)
            yield Kept(stored, what, size, entries[at][1])


def _gone(noted: Mapping[str, Stored], prefix: str, entries: int) -> dict[str, list[Stored]]:
    """What the database alone still tells of; a row that was altered does not fit the name that it bears."""
    named = ((row, _NAME.fullmatch(key.removeprefix(prefix))) for key, row in sorted(noted.items()))
    return {
        row.key: [row]
        for row, match in named
        if match is not None and match["sha256"] == row.sha256 and int(match["size"]) <= entries
    }


def _tiles(store: Anywhere, entries: Entries, sizes: set[int]) -> Iterator[Kept]:
    """The tiles and bundles that the heads over so many entries need, whatever lies there now.

    Others are left from a publication that was broken off; the next one needs none of them.
    """
    bodies = [body for body, _ in entries]
    levels = _levels(bodies)
    versions = _versions(store, LOG_TILES)
    for tile in _tiles_of(size for size in sizes if size <= len(entries)):
        begin = tile.number * TILE_WIDTH
        hashes = b"".join(levels[tile.level][begin : begin + tile.width])
        made = [(tile.key, What.TILE, hashes)]
        if tile.level == 0:
            key = bundle_of_entries_key(tile.number, tile.width)
            made.append((key, What.ENTRIES, bundle(bodies[tile.begins : tile.covers])))
        for key, what, body in made:
            sha256, lying = hashlib.sha256(body).hexdigest(), versions.get(key, [])
            version_id = lying[0].version_id if lying else LOST
            found = _with_hash(lying, sha256) or Stored(key, version_id, sha256, len(body))
            stored = msgspec.structs.replace(found, size=len(body))
            yield Kept(stored, what, tile.covers, entries[tile.covers - 1][1])


def _tiles_of(sizes: Iterable[int]) -> list[Tile]:
    """Every tile of the trees of these sizes: the whole ones, and the partial ones of each."""
    tiles, newest = set[Tile](), 0
    for size in sizes:
        tiles.update(edge_of(size))
        newest = max(newest, size)
    for level, count in levels_of(newest):
        tiles.update(Tile(level, number, TILE_WIDTH) for number in range(count // TILE_WIDTH))
    return sorted(tiles)


def _levels(bodies: Sequence[bytes]) -> list[list[bytes]]:
    """By level, all hashes that whole or partial tiles of the ledger's tree can hold."""
    levels = [[merkle.leaf_hash(body) for body in bodies]]
    while whole := len(levels[-1]) // TILE_WIDTH:
        below = levels[-1]
        starts = range(0, whole * TILE_WIDTH, TILE_WIDTH)
        levels.append([merkle.root_of(below[at : at + TILE_WIDTH]) for at in starts])
    return levels


def _versions(store: Anywhere, prefix: str) -> dict[str, list[Stored]]:
    """By key, every version in the first store, then those of the second copy, under the id of the first."""
    found: dict[str, list[Stored]] = {}
    for one in store.store.walk(prefix):
        found.setdefault(one.key, []).append(one)
    for one in store.second.walk(prefix) if store.second else ():
        there = found.setdefault(one.key, [])
        there.append(msgspec.structs.replace(one, version_id=there[0].version_id if there else LOST))
    return found


def _with_hash(versions: list[Stored], sha256: str) -> Stored | None:
    """The version with these bytes; None where none has them."""
    return next((one for one in versions if one.sha256 == sha256), None)
