"""What was done, as lineage tells it: a job, what it read, what it wrote. Read from the database.

No name of a person, no question and no word of a record is among it: of a search only that there was one. An
official's own account may bear a person's name, so that it is told by a number that follows from its slug.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from datetime import datetime

import msgspec
from sqlalchemy import Connection, func, select

from paloverde.archive.ledger import Entry
from paloverde.archive.seal import Role, read_seal
from paloverde.records import Holder
from paloverde.state.tables import ACCOUNTS, LEDGER, PARTS, RUNS

_BUNDLES = {"bundle built": "bundle", "production: built": "production"}
_SEARCHED = "search made"
_RECORDS, _INDEX = "records", "query/index"
_TOLD = (_SEARCHED, *_BUNDLES)


class Written(msgspec.Struct, frozen=True):
    """A data set that was written, or read: its path in the store, and how much of it. None: not counted."""

    name: str
    rows: int | None = None
    size: int | None = None
    files: int | None = None


class Deed(msgspec.Struct, frozen=True):
    """One run of a job. `key` names it for good; `site` is the platform that was asked, "" for none."""

    job: str
    key: str
    began: datetime
    ended: datetime
    site: str
    read: list[Written]
    wrote: list[Written]


class Cursor(msgspec.Struct, frozen=True):
    """How far was told: the last run, the last entry of the ledger, the last run that the index had."""

    run: int = 0
    entry: int = 0
    index: int = 0


def runs_after(connection: Connection, last: int, most: int) -> Iterator[tuple[int, Deed]]:
    """Sealed runs after `last`, oldest first, each with what it sealed.

    One that waits for its seal, and those after it, are told in their turn.
    """
    names = _names(connection)
    waiting = connection.execute(select(func.min(RUNS.c.sequence)).where(RUNS.c.pending)).scalar()
    query = select(RUNS.c.sequence, RUNS.c.body, RUNS.c.key).where(RUNS.c.sequence > last)
    query = query if waiting is None else query.where(RUNS.c.sequence < waiting)
    for row in connection.execute(query.order_by(RUNS.c.sequence).limit(most)).all():
        run = read_seal(row.body.encode(), where=row.key).run
        account = names.get(run.account, _hidden(run.account))
        wrote = [_written(role, account, found) for role, found in _sums(connection, row.sequence).items()]
        deed = Deed(
            f"capture.{run.kind.value}", row.key, run.started_at, run.ended_at, run.platform, [], wrote
        )
        yield row.sequence, deed


def entries_after(connection: Connection, last: int, most: int) -> Iterator[tuple[int, Deed | None]]:
    """Entries of the ledger after `last`; None for those that are no work with data sets."""
    query = select(LEDGER.c.sequence, LEDGER.c.body, LEDGER.c.key).where(LEDGER.c.sequence > last)
    for row in connection.execute(query.order_by(LEDGER.c.sequence).limit(most)).all():
        entry = msgspec.json.decode(row.body, type=Entry)
        yield row.sequence, _deed(entry, row.key) if entry.event.what in _TOLD else None


def indexed(seal: int, files: int, documents: int, at: datetime) -> Deed:
    """That the search index has everything up to a run."""
    wrote = [Written(_INDEX, rows=documents, files=files)]
    return Deed("index.refresh", f"index/{seal}", at, at, "", [Written(_RECORDS)], wrote)


def _deed(entry: Entry, key: str) -> Deed:
    event = entry.event
    job = _BUNDLES.get(event.what, "search")
    wrote = [] if event.what == _SEARCHED else [Written(f"bundles/{_subject(event.about)}")]
    read = [Written(_RECORDS), *([Written(_INDEX)] if event.what == _SEARCHED else [])]
    return Deed(job, key, event.at, event.at, "", read, wrote)


def _subject(about: Mapping[str, str]) -> str:
    """The bundle or production by a number that follows from its name: names are people's own words."""
    return hashlib.sha256(about.get("production", about.get("name", "")).encode()).hexdigest()[:16]


def _names(connection: Connection) -> dict[str, str]:
    """How each account is told: its slug where it is the City's, else a number."""
    rows = connection.execute(select(ACCOUNTS.c.slug, ACCOUNTS.c.holder)).all()
    return {row.slug: row.slug if row.holder == Holder.CITY.value else _hidden(row.slug) for row in rows}


def _hidden(slug: str) -> str:
    return f"official-{hashlib.sha256(slug.encode()).hexdigest()[:12]}"


def _sums(connection: Connection, sequence: int) -> dict[Role, tuple[int, int, int]]:
    """Rows, bytes and files of a run by what they are."""
    sums = func.sum(PARTS.c.rows), func.sum(PARTS.c.size), func.count()
    query = select(PARTS.c.role, *sums).where(PARTS.c.sequence == sequence).group_by(PARTS.c.role)
    return {
        Role(role): (int(rows), int(size), count) for role, rows, size, count in connection.execute(query)
    }


def _written(role: Role, account: str, found: tuple[int, int, int]) -> Written:
    name = "media" if role is Role.MEDIA else f"{role.value}/account={account}"
    return Written(name, *found)
