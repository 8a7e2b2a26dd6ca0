"""Papers: documents that people and rules make about records, filed for good.

A paper (a hold, an approval, a consultation, a certificate, a statement) is one locked object and one ledger
entry that names it. The object comes first: one that no ledger entry names does not exist. What the database
knows of papers is derived from the ledger, so that losing it loses none of them.

A row of the database proves nothing by itself: every paper that is read is shown to be the one that a signed
ledger entry filed, and before anything that nobody can undo, that none is missing (`Cabinet.prove`).

Papers of one subject are numbered from 1. None is ever changed: what is true now is what the last one says,
or what all of them say together, as each series has it.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from pathlib import Path
from typing import TypeVar

import msgspec
from sqlalchemy import Connection, Engine, RowMapping, Select, and_, func, select, tuple_

from paloverde.archive.layout import paper_key
from paloverde.archive.ledger import Event, Ledger, genuine
from paloverde.archive.store.interface import Store, Stored
from paloverde.archive.store.rules import digest_of, size_of
from paloverde.archive.vault import Vault, end_of
from paloverde.errors import ArchiveDamaged, Suspicious
from paloverde.records import add_calendar_years, archive_day
from paloverde.state.tables import FILED, LEDGER

KEPT_IN_DATABASE = 256 * 1024  # bytes; what is longer is read from the store
FOR_EVER_YEARS = 75  # certificates and the like; lock dates after 2106 are not kept by every server
# What a ledger entry says of the paper that it files. `rebuild` reads the same names.
_NAMED = ("paper", "paper_version", "paper_sha256", "paper_size", "series", "subject")
_AT_ONCE = 200  # rows read at a time
_MEND = "Run `paloverde repair`, which fills the database again from the objects."
T = TypeVar("T", bound=msgspec.Struct)


class Filed(msgspec.Struct, frozen=True):
    """A paper as the database knows it. `text` is None where the paper is long or no text."""

    series: str
    subject: str
    number: int
    stored: Stored
    filed_at: datetime
    filed_by: str
    entry: int  # the ledger entry that filed it
    text: str | None


class Cabinet:
    """Files papers and finds them again."""

    def __init__(self, vault: Vault, ledger: Ledger) -> None:
        self._vault, self._ledger = vault, ledger

    def file(
        self,
        series: str,
        subject: str,
        body: msgspec.Struct | bytes | Path,
        *,
        what: str,
        actor: str,
        about: Mapping[str, str] | None = None,
        after: int | None = None,
        for_ever: bool = False,
        key_of: Callable[[str], str] | None = None,
    ) -> Filed:
        """File one paper: store it, then write the ledger entry `what` that names it.

        A struct is filed as canonical JSON. `after` is the number of the last paper of the subject that the
        filer has seen: `Suspicious` where somebody else has filed another one since, and nothing is filed.
        """
        body = msgspec.json.encode(body, order="sorted") if isinstance(body, msgspec.Struct) else body
        now = self._vault.clock()
        key = (key_of or (lambda sha256: paper_key(series, subject, sha256)))(digest_of(body, "sha256").hex())
        years = FOR_EVER_YEARS if for_ever else self._vault.lock_years
        until = end_of(add_calendar_years(archive_day(now), years))
        stored = self._vault.store.put(key, body, locked_until=until)
        told = (stored.key, stored.version_id, stored.sha256, str(stored.size), series, subject)
        named = dict(zip(_NAMED, told, strict=True))
        event = Event(what, actor, now, {**(about or {}), **named})
        filed: list[Filed] = []

        def note(connection: Connection, entry: int) -> None:
            filed.append(_note(connection, event, entry, _text_of(body), after))

        self._ledger.append(event, note)
        return filed[0]

    def last(self, series: str, subject: str) -> Filed | None:
        """The newest paper of a subject."""
        return next(self._read(_ends(series, subject)), None)

    def history(self, series: str, subject: str) -> list[Filed]:
        """Every paper of a subject, oldest first."""
        query = _told().where(FILED.c.series == series, FILED.c.subject == subject).order_by(FILED.c.number)
        papers, before = list(self._read(query)), 0
        for number, filed in enumerate(papers, 1):
            if filed.number != number or filed.entry <= before:
                raise ArchiveDamaged(_OUT_OF_PLACE.format(filed.number, subject, series))
            before = filed.entry
        return papers

    def newest(self, series: str) -> Iterator[Filed]:
        """The newest paper of each subject, by subject."""
        return self._read(_ends(series).order_by(FILED.c.subject))

    def read(self, filed: Filed, type_: type[T]) -> T:
        """What a paper says. `ArchiveDamaged` where its bytes are not what was filed."""
        return msgspec.json.decode(self.bytes_of(filed), type=type_)

    def bytes_of(self, filed: Filed) -> bytes:
        """The bytes of a paper, as they were filed; `ArchiveDamaged` where they are others now."""
        if filed.text is None:
            return self._vault.store.get(filed.stored)
        body = filed.text.encode()
        if hashlib.sha256(body).hexdigest() != filed.stored.sha256:
            raise ArchiveDamaged(
                f"Paper {filed.number} of {filed.subject} ({filed.series}) in the database is not what was "
                f"filed. {_MEND}"
            )
        return body

    def prove(self) -> None:
        """Show that the database knows every paper that was ever filed, each in its place, and no other.

        For whatever nobody can undo: a paper that was taken out of the database (a hold, a withdrawal) would
        not be missed otherwise. Reads the whole ledger: a second for 100,000 entries. `ArchiveDamaged` names
        the first paper that is missing or is not what the ledger says.
        """
        numbers: Counter[tuple[str, str]] = Counter()
        with self._vault.books.connect() as connection:
            rows, last = _rows(connection), 0
            for entry in self._ledger.proven(connection):
                last = entry.sequence
                if entry.event.about.get("paper"):
                    named = entry.event.about["series"], entry.event.about["subject"]
                    numbers[named] += 1
                    row = next(rows, None)
                    if row is None or _place(row) != (*named, numbers[named], last):
                        raise ArchiveDamaged(
                            f"Ledger entry {last:,} filed paper {numbers[named]} of {named[1]} ({named[0]}), "
                            f"and the database has another one in its place, or none. {_MEND}"
                        )
                    _refuse_an_untold(row, entry.event)
            more = next(rows, None)
        if more is not None and more["entry"] <= last:
            raise ArchiveDamaged(_OUT_OF_PLACE.format(more["number"], more["subject"], more["series"]))

    def _read(self, query: Select[tuple[object, ...]]) -> Iterator[Filed]:
        with self._vault.books.connect() as connection:
            rows = connection.execute(query).mappings().all()
            register = self._ledger.register(connection) if rows else None
        for row in rows:
            if row["told"] is None:
                raise ArchiveDamaged(_untold(row))
            _refuse_an_untold(row, genuine(row["told"], row["entry"], register).event)
            if row["entry"] != row.get("newest", row["entry"]):
                raise ArchiveDamaged(_OUT_OF_PLACE.format(row["number"], row["subject"], row["series"]))
            yield _filed(row)


def file_again(connection: Connection, store: Store, entry: int, event: Event) -> None:
    """Note a paper that an earlier ledger entry filed: how `rebuild` fills the table again."""
    if event.about.get("paper"):
        size = int(event.about["paper_size"])
        stored = Stored(event.about["paper"], event.about["paper_version"], event.about["paper_sha256"], size)
        text = _text_in(store, stored) if size <= KEPT_IN_DATABASE else None
        _note(connection, event, entry, text, None)


def papers_of(books: Engine) -> list[Stored]:
    """Every object that a ledger entry filed, oldest first."""
    query = select(FILED.c.key, FILED.c.version_id, FILED.c.sha256, FILED.c.size).order_by(FILED.c.entry)
    with books.connect() as connection:
        return [Stored(*row) for row in connection.execute(query)]


def _note(connection: Connection, event: Event, entry: int, text: str | None, after: int | None) -> Filed:
    about = event.about
    series, subject = about["series"], about["subject"]
    last = select(func.max(FILED.c.number)).where(FILED.c.series == series, FILED.c.subject == subject)
    number = (connection.execute(last).scalar() or 0) + 1
    if after is not None and number != after + 1:
        raise Suspicious(
            f"Somebody else has filed something about {subject} ({series}) meanwhile, and nothing of yours "
            "was filed: look at it again, then do the same once more."
        )
    stored = Stored(about["paper"], about["paper_version"], about["paper_sha256"], int(about["paper_size"]))
    row = {
        "series": series, "subject": subject, "number": number, **msgspec.structs.asdict(stored),
        "filed_at": event.at, "filed_by": event.actor, "entry": entry, "body": text,
    }  # fmt: skip
    connection.execute(FILED.insert().values(row))
    return Filed(series, subject, number, stored, event.at, event.actor, entry, text)


def _text_of(body: bytes | Path) -> str | None:
    if size_of(body) > KEPT_IN_DATABASE:
        return None
    body = body.read_bytes() if isinstance(body, Path) else body
    if b"\0" in body:
        return None
    try:
        return body.decode()
    except UnicodeDecodeError:
        return None


def _text_in(store: Store, stored: Stored) -> str | None:
    """None where the paper is lost: that there was one stays known, and who reads it is told of the loss."""
    try:
        return _text_of(store.get(stored))
    except ArchiveDamaged:
        return None


_OUT_OF_PLACE = (
    "The database has a paper {} of {} ({}) that is not in its place among those that the ledger filed. "
    f"{_MEND}"
)


def _told() -> Select[tuple[object, ...]]:
    """The papers of the database, each with the ledger entry that is said to have filed it."""
    return select(FILED, LEDGER.c.body.label("told")).outerjoin(LEDGER, LEDGER.c.sequence == FILED.c.entry)


def _ends(series: str, subject: str | None = None) -> Select[tuple[object, ...]]:
    """The newest paper of each subject, or of one, with the newest entry that filed any of that subject."""
    ends = select(
        FILED.c.subject, func.max(FILED.c.number).label("number"), func.max(FILED.c.entry).label("newest")
    )
    wanted = [FILED.c.series == series, *([] if subject is None else [FILED.c.subject == subject])]
    of = ends.where(*wanted).group_by(FILED.c.subject).subquery()
    is_end = and_(FILED.c.subject == of.c.subject, FILED.c.number == of.c.number)
    return _told().add_columns(of.c.newest).join(of, is_end).where(*wanted)


def _rows(connection: Connection) -> Iterator[RowMapping]:
    """Every paper in the order of the ledger, without its text."""
    names = [column for column in FILED.columns if column.name != "body"]
    place = tuple_(FILED.c.entry, FILED.c.series, FILED.c.subject, FILED.c.number)
    query = select(*names).order_by(*place.clauses).limit(_AT_ONCE)
    wanted = query
    while rows := connection.execute(wanted).mappings().all():
        yield from rows
        wanted = query.where(place > tuple(rows[-1][column.name] for column in place.clauses))


def _place(row: RowMapping) -> tuple[str, str, int, int]:
    return row["series"], row["subject"], row["number"], row["entry"]


def _refuse_an_untold(row: RowMapping, event: Event) -> None:
    """`ArchiveDamaged` where a row is not what the ledger entry that it names has filed."""
    said = [event.about.get(name) for name in _NAMED]
    here = [row["key"], row["version_id"], row["sha256"], str(row["size"]), row["series"], row["subject"]]
    if said != here or (row["filed_at"], row["filed_by"]) != (event.at, event.actor):
        raise ArchiveDamaged(_untold(row))


def _untold(row: RowMapping) -> str:
    return (
        f"The ledger does not say what the database says of paper {row['number']} of {row['subject']} "
        f"({row['series']}): somebody else may have put it in. {_MEND}"
    )


def _filed(row: RowMapping) -> Filed:
    return Filed(
        row["series"], row["subject"], row["number"],
        Stored(row["key"], row["version_id"], row["sha256"], row["size"]),
        row["filed_at"], row["filed_by"], row["entry"], row["body"],
    )  # fmt: skip
