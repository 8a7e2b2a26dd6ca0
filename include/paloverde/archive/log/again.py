"""The table LOG filled again from the objects, and what a rebuilt ledger must fit: its published heads."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from datetime import datetime

from sqlalchemy import Connection

from paloverde.archive.anywhere import Anywhere
from paloverde.archive.layout import LOG_HEADS, LOG_STAMPS, LOG_TILES, LOG_WITNESSES, TILE_WIDTH
from paloverde.archive.log import merkle
from paloverde.archive.log.heads import short_ledger
from paloverde.archive.log.notes import Head
from paloverde.archive.log.shelf import Kept, What, read_kept_head, refuse_two_roots, row_of
from paloverde.archive.store.interface import Store, Stored
from paloverde.errors import ArchiveDamaged
from paloverde.state.tables import LOG

_TILE = re.compile(r"(?P<level>entries|\d+)/(?P<place>[x\d/]+)(?:\.p/(?P<width>\d+))?")
_NAMED = {LOG_HEADS: What.HEAD, LOG_STAMPS: What.TIMESTAMP, LOG_WITNESSES: What.WITNESS}


def refill(store: Anywhere, connection: Connection, entries: Sequence[tuple[bytes, datetime]]) -> int:
    """Fill the table LOG from the store, given the rebuilt ledger's entries and their times.

    Returns how many objects were found.

    Raises `ArchiveDamaged` where the entries are not what the signed heads in the store were signed over.
    """
    heads = [read_kept_head(body, one.key) for one, body in store.named(LOG_HEADS)]
    _refuse_what_heads_deny(heads, [body for body, _ in entries])
    times = [at for _, at in entries]
    connection.execute(LOG.delete())
    rows = [row_of(kept) for kept in _found(store, times)]
    if rows:
        connection.execute(LOG.insert(), rows)
    return len(rows)


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


def _found(store: Store, times: Sequence[datetime]) -> Iterator[Kept]:
    """Every object of the log. No object says when it was made: the time of its last entry is the nearest."""
    for prefix, what in _NAMED.items():
        for stored in store.walk(prefix):
            size = int(stored.key.removeprefix(prefix).partition("-")[0])
            yield Kept(stored, what, size, times[min(size, len(times)) - 1])
    for stored in store.walk(LOG_TILES):
        what, reach = _reach(stored)
        if reach <= len(times):  # else of a publication that was broken off before its head
            yield Kept(stored, what, reach, times[reach - 1])


def _reach(stored: Stored) -> tuple[What, int]:
    """What a tile is, and up to which entry it reaches."""
    match = _TILE.fullmatch(stored.key.removeprefix(LOG_TILES))
    if match is None:
        raise ArchiveDamaged(f"{stored.key} is no name of a tile: find out who wrote it.")
    index = int(match["place"].replace("x", "").replace("/", ""))
    width = int(match["width"] or TILE_WIDTH)
    is_bundle = match["level"] == "entries"
    level = 0 if is_bundle else int(match["level"])
    return What.ENTRIES if is_bundle else What.TILE, (index * TILE_WIDTH + width) << 8 * level
