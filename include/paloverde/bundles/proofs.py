"""Proofs that the City's ledger tells of the runs in a bundle: entries under a signed and stamped head."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from functools import lru_cache

import msgspec
from sqlalchemy import select

from paloverde.archive.ledger import Entry
from paloverde.archive.log.proofs import prove
from paloverde.archive.log.shelf import Shelf, What
from paloverde.archive.log.witness import with_cosignatures
from paloverde.archive.vault import Vault
from paloverde.bundles.box import Box
from paloverde.bundles.verify import HEAD, LOG
from paloverde.state.tables import LEDGER

_TILES = 256  # of the log that are kept in memory while proofs are made


class Proofs(msgspec.Struct, frozen=True):
    """Of each entry its number and its proof (C2SP tlog-proof), all under one `head`; the timestamps of that
    head by their names. All empty where no head was published.
    """

    head: bytes = b""
    witnessed: bytes = b""  # the head with the signatures of its witnesses, where it has any
    entries: tuple[tuple[int, bytes], ...] = ()
    stamps: tuple[tuple[str, bytes], ...] = ()


def proofs_of(vault: Vault, seals: Collection[str]) -> Proofs:
    """The proofs of the entries that tell of these seals (their SHA-256), as far as the newest head reaches.

    Raises `ArchiveDamaged` where the published log does not lead to its head.
    """
    shelf = Shelf(vault)
    head = shelf.newest_head()
    if head is None:
        return Proofs()
    read = lru_cache(_TILES)(shelf.read)
    numbers = [number for number in _entries_of(vault, seals) if number <= head.size]
    stamps = [
        (stored.key.rpartition("/")[2], shelf.read(stored.key))
        for stored in shelf.of(What.TIMESTAMP, head.size)
    ]
    body, witnessed = head.whole().encode(), with_cosignatures(shelf, head).whole().encode()
    return Proofs(
        head=body,
        witnessed=witnessed if witnessed != body else b"",
        entries=tuple((number, prove(number, head, head, read).text().encode()) for number in numbers),
        stamps=tuple(sorted(stamps)),
    )


def add_proofs(box: Box, proofs: Proofs) -> None:
    """Write them into a bundle; nothing where there is no head."""
    if not proofs.head:
        return
    box.add(HEAD, proofs.head)
    for number, proof in proofs.entries:
        box.add(f"{LOG}proofs/{number:012d}.txt", proof)
    for name, token in proofs.stamps:
        box.add(f"{LOG}timestamps/{name}", token)
    if proofs.witnessed:
        box.add(f"{LOG}witnessed-head.txt", proofs.witnessed)


def _entries_of(vault: Vault, seals: Collection[str]) -> Iterator[int]:
    """The entries of the ledger that name one of these seals, in their order."""
    wanted, named = set(seals), LEDGER.c.body.contains('"seal":"')
    with vault.books.connect() as connection:
        rows = connection.execute(
            select(LEDGER.c.sequence, LEDGER.c.body).where(named).order_by(LEDGER.c.sequence)
        )
        for row in rows:
            if msgspec.json.decode(row.body, type=Entry).event.about.get("seal") in wanted:
                yield int(row.sequence)
