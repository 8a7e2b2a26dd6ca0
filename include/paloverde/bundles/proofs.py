"""Proofs that the City's ledger tells of the runs in a bundle: entries under a signed and stamped head.

An entry that says no more than which run was sealed, of which account and day, goes along to be read. Of any
other (an import's, with its notes) its leaf hash alone does: a proof needs no more.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from functools import lru_cache

import msgspec
from sqlalchemy import select

from paloverde.archive.ledger import Entry
from paloverde.archive.log import merkle
from paloverde.archive.log.proofs import Proof, prove
from paloverde.archive.log.shelf import Shelf, What
from paloverde.archive.log.witness import with_cosignatures
from paloverde.archive.vault import Vault
from paloverde.bundles.box import Box
from paloverde.bundles.verify import HEAD, LOG
from paloverde.state.tables import LEDGER

_TILES = 256  # of the log that are kept in memory while proofs are made


_NEEDED = {"account", "day", "sequence", "seal"}  # what an entry that goes along to be read tells of its run
_MAY = _NEEDED | {"outcome"}


class Told(msgspec.Struct, frozen=True):
    """The proof (C2SP tlog-proof) of the ledger's entry `number`, which names the seal of a run. `leaf` is
    the entry's hash in the log (RFC 6962), in hexadecimal; the proof holds the entry where it may be read.
    """

    number: int
    seal: str
    leaf: str
    proof: bytes


class Proofs(msgspec.Struct, frozen=True):
    """The proofs of entries, all under one `head`; the timestamps of that head by their names. All empty
    where no head was published.
    """

    head: bytes = b""
    witnessed: bytes = b""  # the head with the signatures of its witnesses, where it has any
    entries: tuple[Told, ...] = ()
    stamps: tuple[tuple[str, bytes], ...] = ()


def proofs_of(vault: Vault, seals: Collection[str]) -> Proofs:
    """Of each of these seals (their SHA-256) the proof of an entry that names it, as far as the newest head
    reaches: the first that may be read, else the first.

    Raises `ArchiveDamaged` where the published log does not lead to its head.
    """
    shelf = Shelf(vault)
    head = shelf.newest_head()
    if head is None:
        return Proofs()
    read = lru_cache(_TILES)(shelf.read)
    named: dict[str, tuple[int, bool]] = {}
    for number, seal, is_plain in _entries_of(vault, seals):
        if number <= head.size and (seal not in named or is_plain > named[seal][1]):
            named[seal] = number, is_plain
    stamps = [
        (stored.key.rpartition("/")[2], shelf.read(stored.key))
        for stored in shelf.of(What.TIMESTAMP, head.size)
    ]
    body, witnessed = head.whole().encode(), with_cosignatures(shelf, head).whole().encode()
    return Proofs(
        head=body,
        witnessed=witnessed if witnessed != body else b"",
        entries=tuple(
            _told(prove(number, head, head, read), seal, is_plain)
            for seal, (number, is_plain) in sorted(named.items(), key=lambda one: one[1])
        ),
        stamps=tuple(sorted(stamps)),
    )


def add_proofs(box: Box, proofs: Proofs) -> None:
    """Write them into a bundle; nothing where there is no head."""
    if not proofs.head:
        return
    box.add(HEAD, proofs.head)
    for told in proofs.entries:
        box.add(f"{LOG}proofs/{told.number:012d}.txt", told.proof)
    for name, token in proofs.stamps:
        box.add(f"{LOG}timestamps/{name}", token)
    if proofs.witnessed:
        box.add(f"{LOG}witnessed-head.txt", proofs.witnessed)


def _told(proof: Proof, seal: str, is_plain: bool) -> Told:
    text = proof.text(with_entry=is_plain).encode()
    return Told(proof.number, seal, merkle.leaf_hash(proof.entry).hex(), text)


def _entries_of(vault: Vault, seals: Collection[str]) -> Iterator[tuple[int, str, bool]]:
    """The entries of the ledger that name one of these seals, in their order: number, seal, and whether it
    says no more than may be read.
    """
    wanted, named = set(seals), LEDGER.c.body.contains('"seal":"')
    with vault.books.connect() as connection:
        rows = connection.execute(
            select(LEDGER.c.sequence, LEDGER.c.body).where(named).order_by(LEDGER.c.sequence)
        )
        for row in rows:
            about = msgspec.json.decode(row.body, type=Entry).event.about
            if about.get("seal") in wanted:
                yield int(row.sequence), about["seal"], _NEEDED <= about.keys() <= _MAY
