"""The ledger: append-only events, each covering the hash of the one before.

Kept twice: in the database for order, as one locked object an event in the store. Events name who,
what and when; never a secret, never the text of a message.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from functools import partial
from typing import Protocol

import msgspec
from sqlalchemy import Connection, Engine, RowMapping, select

from paloverde.archive.layout import ledger_key
from paloverde.archive.owners import OWNER_SECONDS, is_left
from paloverde.archive.seal import FIRST
from paloverde.archive.signing import Signer, signature_holds
from paloverde.archive.store.interface import Store
from paloverde.errors import ArchiveDamaged, BadQuestion
from paloverde.records import add_calendar_years
from paloverde.state.books import writing
from paloverde.state.tables import LEDGER

LONGEST_ENTRY = 0xFFFF  # bytes: what the length of an entry in the published log can say


class Event(msgspec.Struct, frozen=True):
    """Something that happened: a past-tense `what` ("run sealed", "search made"), by whom, about what."""

    what: str
    actor: str
    at: datetime
    about: dict[str, str]


class Entry(msgspec.Struct, frozen=True):
    """An event in its place of the chain."""

    sequence: int
    previous: str
    event: Event
    public_key: str
    signature: str = ""


class Register(Protocol):
    """The keys that may sign, as `archive.keys.KeyRegister` has them."""

    def refuse_entry(self, entry: Entry) -> None:
        """`ArchiveDamaged` where the key of an entry was not known when it was made."""


class Ledger:
    """Appends events and checks their chain.

    `register` reads the register of keys, which is itself written in this ledger.
    """

    def __init__(
        self, store: Store, books: Engine, signer: Signer, lock_years: int,
        register: Callable[[Connection], Register] | None = None,
    ) -> None:  # fmt: skip
        self._store, self._books, self._signer, self._years = store, books, signer, lock_years
        self._register = register

    def append(self, event: Event, also: Callable[[Connection, int], None] | None = None) -> Entry:
        """Write down an event: in the database first, then in the store; both before this returns.

        `also` is done in the same transaction, given the entry's number: all of it happens, or nothing.
        Raises `BadQuestion`, and writes nothing, where the event is too long for the published log.
        """
        with writing(self._books) as connection:
            sequence, previous = _next(connection)
            entry, body, sha256 = self._sign(Entry(sequence, previous, event, self._signer.public_key))
            connection.execute(
                LEDGER.insert().values(
                    sequence=sequence,
                    sha256=sha256,
                    previous=previous,
                    key=ledger_key(sequence, sha256),
                    body=body.decode(),
                    pending=True,
                )
            )
            if also is not None:
                also(connection, sequence)
        self._settle(sequence)
        return entry

    def settle(self, *, patience: float = OWNER_SECONDS) -> None:
        """Store every entry that its owner has not stored after `patience` seconds."""
        self._settle(None, patience)

    def _settle(self, mine: int | None, patience: float = OWNER_SECONDS) -> None:
        """Store what is pending, in the order of the chain; up to the entry that is `mine`, it at once."""
        for row in self._pending():
            if mine is not None and row["sequence"] > mine:
                return
            is_mine = row["sequence"] == mine
            if is_mine or is_left(partial(self._is_pending, row["sequence"]), patience):
                self._store_entry(row)

    def _pending(self) -> Sequence[RowMapping]:
        with self._books.connect() as connection:
            rows = connection.execute(select(LEDGER).where(LEDGER.c.pending).order_by(LEDGER.c.sequence))
            return rows.mappings().all()

    def _is_pending(self, sequence: int) -> bool:
        with self._books.connect() as connection:
            query = select(LEDGER.c.pending).where(LEDGER.c.sequence == sequence)
            return bool(connection.execute(query).scalar())

    def _store_entry(self, row: RowMapping) -> None:
        until = _locked_until(msgspec.json.decode(row["body"], type=Entry).event.at, self._years)
        stored = self._store.put(row["key"], row["body"].encode(), locked_until=until, sha256=row["sha256"])
        with writing(self._books) as connection:
            connection.execute(
                LEDGER.update()
                .where(LEDGER.c.sequence == row["sequence"])
                .values(pending=False, version_id=stored.version_id)
            )

    def entries(self) -> list[Entry]:
        """All entries in order, chain, signatures and keys checked; `ArchiveDamaged` names the first that
        does not fit.
        """
        with self._books.connect() as connection:
            rows = connection.execute(select(LEDGER).order_by(LEDGER.c.sequence)).mappings().all()
            register = self._register(connection) if self._register else None
        previous, entries = FIRST, []
        for row in rows:
            body = row["body"].encode()
            entry = msgspec.json.decode(body, type=Entry)
            if entry.previous != previous or hashlib.sha256(body).hexdigest() != row["sha256"]:
                raise ArchiveDamaged(
                    f"Ledger entry {row['sequence']} does not follow from the one before it. "
                    "Run `paloverde rebuild`, which reads the ledger from the store again."
                )
            _refuse_a_forged_entry(entry)
            if register is not None:
                register.refuse_entry(entry)
            previous = row["sha256"]
            entries.append(entry)
        return entries

    def _sign(self, unsigned: Entry) -> tuple[Entry, bytes, str]:
        signature = self._signer.sign(msgspec.json.encode(unsigned, order="sorted"))
        entry = msgspec.structs.replace(unsigned, signature=signature)
        body = msgspec.json.encode(entry, order="sorted")
        if len(body) > LONGEST_ENTRY:
            raise BadQuestion(
                f"What is to be noted ({entry.event.what}) takes {len(body):,} bytes, and an entry of the "
                f"ledger holds {LONGEST_ENTRY:,}: say it in fewer words, or name fewer things at once."
            )
        return entry, body, hashlib.sha256(body).hexdigest()


def _next(connection: Connection) -> tuple[int, str]:
    """The number of the next entry and the hash of the last; `ArchiveDamaged` where that one was altered.

    An entry that follows from an altered one could never be taken back: it is stored, locked, for good.
    """
    newest = select(LEDGER.c.sequence, LEDGER.c.sha256, LEDGER.c.body).order_by(LEDGER.c.sequence.desc())
    head = connection.execute(newest.limit(1)).first()
    if head is None:
        return 1, FIRST
    if hashlib.sha256(head.body.encode()).hexdigest() != head.sha256:
        raise ArchiveDamaged(
            f"Ledger entry {head.sequence:,} was altered in the database; nothing was written after it. Run "
            "`paloverde repair`, which puts the database right, then the same again."
        )
    return head.sequence + 1, head.sha256


def _refuse_a_forged_entry(entry: Entry) -> None:
    unsigned = msgspec.json.encode(msgspec.structs.replace(entry, signature=""), order="sorted")
    if not signature_holds(entry.public_key, unsigned, entry.signature):
        raise ArchiveDamaged(
            f"Ledger entry {entry.sequence:,} in the database does not bear the signature that it names. Run "
            "`paloverde repair`, which fills the database again from the objects."
        )


def _locked_until(at: datetime, years: int) -> datetime:
    return datetime.combine(add_calendar_years(at.date(), years) + timedelta(days=1), at.timetz())
