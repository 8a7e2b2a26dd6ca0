"""The ledger: append-only events, each covering the hash of the one before.

Kept twice: in the database for order, as one locked object an event in the store. Events name who,
what and when; never a secret, never the text of a message.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime, timedelta
from functools import lru_cache, partial
from typing import Protocol

import msgspec
from sqlalchemy import Connection, Engine, RowMapping, func, select

from paloverde.archive.layout import ledger_key, ledger_prefix
from paloverde.archive.owners import OWNER_SECONDS, is_left
from paloverde.archive.seal import FIRST
from paloverde.archive.signing import Signer, bears_signature
from paloverde.archive.store.interface import Store
from paloverde.archive.telling import note_told, told_seals
from paloverde.errors import ArchiveDamaged, BadQuestion
from paloverde.records import add_calendar_years
from paloverde.state.books import writing
from paloverde.state.tables import LEDGER

_AT_ONCE = 200  # entries read from the database at a time
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

    def refuse_writing(self, entry: Entry) -> None:
        """`BadSetting` where the key of an entry that is to be written is not known."""


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
        Raises `BadQuestion`, and writes nothing, where the event is too long for the published log, and
        `BadSetting` where the register does not know the key: nobody would believe the entry. Raises
        `ArchiveDamaged`, and writes nothing, where the store holds an entry of the next number already: a key
        ends with the entry's hash, so another one of that number would be stored beside it without a word.
        """
        self._refuse_a_longer_store(self._head())
        with writing(self._books) as connection:
            register = self.register(connection)
            sequence, previous = _next(connection, register)
            entry, body, sha256 = self._sign(Entry(sequence, previous, event, self._signer.public_key))
            if register is not None:
                register.refuse_writing(entry)
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
            note_told(connection, told_seals(event.about))
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
            register = self.register(connection)
        previous, entries = FIRST, []
        for row in rows:
            body = row["body"].encode()
            entry = msgspec.json.decode(body, type=Entry)
            if entry.previous != previous or hashlib.sha256(body).hexdigest() != row["sha256"]:
                raise ArchiveDamaged(
                    f"Ledger entry {row['sequence']} does not follow from the one before it. "
                    "Run `paloverde rebuild`, which reads the ledger from the store again."
                )
            _refuse_a_forged_entry(entry, body)
            if register is not None:
                register.refuse_entry(entry)
            previous = row["sha256"]
            entries.append(entry)
        return entries

    def register(self, connection: Connection) -> Register | None:
        """The keys that may sign, as a database's ledger tells them; None where none are asked for."""
        return self._register(connection) if self._register else None

    def proven(self, connection: Connection) -> Iterator[Entry]:
        """Every entry, oldest first, shown to be the City's: chained up to a head that the City signed.

        Reads little more than each entry's hash: the head's signature vouches for all before it.
        `ArchiveDamaged` where one is missing or altered, or where the store holds more than the database.
        """
        newest = select(LEDGER.c.sequence, LEDGER.c.body).order_by(LEDGER.c.sequence.desc()).limit(1)
        head = connection.execute(newest).first()
        if head is None:
            self._refuse_a_longer_store(0)
            return
        last = genuine(head.body, head.sequence)
        self._refuse_strangers(connection, last)
        self._refuse_a_longer_store(last.sequence)
        previous = FIRST
        for number, body in _bodies(connection, last.sequence):
            entry = _decoded(body)
            if (entry.sequence, entry.previous) != (number, previous):
                raise ArchiveDamaged(_BROKEN.format(number))
            previous = hashlib.sha256(body.encode()).hexdigest()
            yield entry
        if previous != hashlib.sha256(head.body.encode()).hexdigest():
            raise ArchiveDamaged(_BROKEN.format(last.sequence))

    def _refuse_strangers(self, connection: Connection, last: Entry) -> None:
        """Who put entries in could name a key of their own; then the City's own key would no longer do."""
        register = self.register(connection)
        if register is not None:
            register.refuse_entry(last)
            mine = self._signer.public_key
            register.refuse_entry(msgspec.structs.replace(last, sequence=last.sequence + 1, public_key=mine))

    def _refuse_a_longer_store(self, head: int) -> None:
        """Entries that were taken out at the end of the database's ledger lie in the store still."""
        if next(iter(self._store.walk(ledger_prefix(head + 1))), None) is None:
            return
        if self._head() <= head:  # else another process has just written it
            raise ArchiveDamaged(
                f"The store holds ledger entry {head + 1:,}, and the database does not know it: it was lost, "
                "or put back from an older copy. Run `paloverde rebuild`, then the same again."
            )

    def _head(self) -> int:
        """The number of the last entry that the database knows of."""
        with self._books.connect() as connection:
            return connection.execute(select(func.max(LEDGER.c.sequence))).scalar() or 0

    def newest(self, what: str, fits: Callable[[Event], bool] = lambda _: True) -> Entry | None:
        """The newest entry of a kind that `fits`, its own signature and key checked; None without one.

        Only entries of that kind are read: a ledger may be long, and this is asked at every opening.
        """
        named = f'"what":{msgspec.json.encode(what).decode()}'  # no text in an event can hold it unescaped
        query = select(LEDGER).where(LEDGER.c.body.contains(named, autoescape=True))
        with self._books.connect() as connection:
            rows = connection.execute(query.order_by(LEDGER.c.sequence.desc())).mappings().all()
            register = self._register(connection) if self._register else None
        for row in rows:
            entry = msgspec.json.decode(row["body"], type=Entry)
            if entry.event.what == what and fits(entry.event):
                _refuse_a_forged_entry(entry, row["body"].encode())
                if register is not None:
                    register.refuse_entry(entry)
                return entry
        return None

    def count(self) -> int:
        """How many entries there are."""
        with self._books.connect() as connection:
            return connection.execute(select(func.count()).select_from(LEDGER)).scalar() or 0

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


_BROKEN = (
    "Ledger entry {:,} does not follow from the one before it, or is missing. Run `paloverde rebuild`, which "
    "reads the ledger from the store again."
)


@lru_cache(maxsize=4_096)
def _signed(body: str) -> Entry:
    entry = _decoded(body)
    _refuse_a_forged_entry(entry, body.encode())
    return entry


def _decoded(body: str) -> Entry:
    try:
        return msgspec.json.decode(body, type=Entry)
    except msgspec.MsgspecError as error:
        raise ArchiveDamaged(
            f"A ledger entry in the database cannot be read ({error}). Run `paloverde repair`, which fills "
            "the database again from the objects."
        ) from error


def genuine(body: str, sequence: int, register: Register | None = None) -> Entry:
    """The ledger entry in a row of the database: its number, its signature and its key checked."""
    entry = _signed(body)
    if entry.sequence != sequence:
        raise ArchiveDamaged(_BROKEN.format(sequence))
    if register is not None:
        register.refuse_entry(entry)
    return entry


def _bodies(connection: Connection, until: int) -> Iterator[tuple[int, str]]:
    """Every entry up to one of them; `ArchiveDamaged` names the first that is missing."""
    for after in range(0, until, _AT_ONCE):
        upper = min(after + _AT_ONCE, until)
        query = select(LEDGER.c.sequence, LEDGER.c.body).order_by(LEDGER.c.sequence)
        rows = connection.execute(query.where(LEDGER.c.sequence > after, LEDGER.c.sequence <= upper)).all()
        for number, row in zip(range(after + 1, upper + 1), rows, strict=False):
            if row.sequence != number:
                raise ArchiveDamaged(_BROKEN.format(number))
            yield number, row.body
        if len(rows) < upper - after:
            raise ArchiveDamaged(_BROKEN.format(after + len(rows) + 1))


def _next(connection: Connection, register: Register | None) -> tuple[int, str]:
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
    genuine(head.body, head.sequence, register)
    return head.sequence + 1, head.sha256


def _refuse_a_forged_entry(entry: Entry, body: bytes) -> None:
    if not bears_signature(body, entry.public_key, entry.signature):
        raise ArchiveDamaged(
            f"Ledger entry {entry.sequence:,} in the database does not bear the signature that it names. Run "
            "`paloverde repair`, which fills the database again from the objects."
        )


def _locked_until(at: datetime, years: int) -> datetime:
    return datetime.combine(add_calendar_years(at.date(), years) + timedelta(days=1), at.timetz())
