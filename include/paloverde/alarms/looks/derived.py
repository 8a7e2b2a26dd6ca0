"""What is made from the archive: the search index, the ledger as it is published, runs not sealed yet."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import NamedTuple

from sqlalchemy import func, select

from paloverde.alarms.here import Look, Place
from paloverde.alarms.line import Level, Line
from paloverde.archive.seal import read_seal
from paloverde.capture.spool import FOLDER
from paloverde.search.index.upkeep import Coverage, coverage
from paloverde.state.tables import LEDGER, LOG, RUNS
from paloverde.wording import at_time, some

_INDEX_HOURS, _INDEX_LATE_HOURS = 3, 26
_HEAD_HOURS = 50  # the DAG ledger_head publishes every day
_RUN_HOURS = 20  # a night may wait for a site's limit; a folder older than this belongs to nothing that runs
_SECONDS = 30.0


class Behind(NamedTuple):
    """What the index lacks, and since when: the end of the oldest run that is not in it."""

    is_there: bool
    coverage: Coverage
    since: datetime | None
    now: datetime


class Head(NamedTuple):
    """The newest signed head. `at` is None where none was published."""

    is_wanted: bool
    at: datetime | None
    size: int
    entries: int
    now: datetime


class Unsealed(NamedTuple):
    """Of the oldest run that is not sealed: when its folder changed last, or when it ended, where its seal
    waits to be stored; None where there is no such run.
    """

    since: datetime | None
    now: datetime


def ask_index(place: Place) -> Behind:
    city = place.city
    index = city.index.open()
    found = coverage(city.archive, index)
    oldest = min((part.of_run for part in found.missing), default=None)
    since = None
    if oldest is not None:
        with city.vault.books.connect() as connection:
            body = connection.execute(select(RUNS.c.body).where(RUNS.c.sequence == oldest)).scalar_one()
        since = read_seal(body.encode(), where="in the database").run.ended_at
    return Behind(index is not None, found, since, place.now)


def judge_index(found: Behind) -> Iterator[Line]:
    key, subject, todo = "index", "The search index", "`paloverde index refresh`"
    hours = (found.now - found.since) / timedelta(hours=1) if found.since else 0.0
    missing = len(found.coverage.missing)
    if hours <= _INDEX_HOURS:
        told = "It has everything." if not missing else f"{some(missing, 'new object')} are not in it yet."
        yield Line(key, subject, Level.OK, told)
        return
    told = (
        f"It is behind by {some(missing, 'object')}: searches find the same, more slowly."
        if found.is_there
        else "There is none that can be read: every search reads the whole archive."
    )
    level = Level.BAD if hours > _INDEX_LATE_HOURS else Level.WARN
    yield Line(
        key,
        subject,
        level,
        told,
        f"see why the DAG search_index does not run, or run {todo}",
        since=found.since,
    )


def ask_head(place: Place) -> Head:
    newest = (
        select(LOG.c.made_at, LOG.c.tree_size).where(LOG.c.what == "head").order_by(LOG.c.tree_size.desc())
    )
    with place.city.vault.books.connect() as connection:
        head = connection.execute(newest.limit(1)).first()
        entries = connection.execute(select(func.max(LEDGER.c.sequence))).scalar() or 0
    at, size = (head.made_at, head.tree_size) if head else (None, 0)
    return Head(place.settings.log_origin is not None, at, size, entries, place.now)


def judge_head(found: Head) -> Iterator[Line]:
    if not found.is_wanted:
        return  # the look at the settings says so
    key, subject, open_ = "ledger head", "The published ledger", found.entries - found.size
    is_late = found.at is None or found.now - found.at > timedelta(hours=_HEAD_HOURS)
    when = f"Its newest head is of {at_time(found.at)}" if found.at else "No head was published yet"
    told = f"{when}; {some(open_, 'entry is', 'entries are')} not under it."
    todo = "see why the DAG ledger_head fails, or run `paloverde ledger publish`"
    if is_late and open_ > 0:
        yield Line(key, subject, Level.WARN, told, todo, since=found.at)
    else:
        yield Line(key, subject, Level.OK, told)


def ask_unsealed(place: Place) -> Unsealed:
    with place.city.vault.books.connect() as connection:
        waiting = connection.execute(select(RUNS.c.body).where(RUNS.c.pending)).scalars().all()
    ended = (read_seal(body.encode(), where="in the database").run.ended_at for body in waiting)
    return Unsealed(min([*_touched(), *ended], default=None), place.now)


def _touched() -> Iterator[datetime]:
    """When the folder of each run at work changed last; one that is cleared away meanwhile is none."""
    for folder in Path(tempfile.gettempdir()).glob(f"{FOLDER}*"):
        with suppress(FileNotFoundError):
            yield datetime.fromtimestamp(folder.stat().st_mtime, UTC)


def judge_unsealed(found: Unsealed) -> Iterator[Line]:
    key, subject = "unsealed runs", "Runs that are not sealed yet"
    old = found.since is not None and found.now - found.since > timedelta(hours=_RUN_HOURS)
    if found.since is not None and old:
        told = f"A run of {at_time(found.since)} was neither sealed nor given up."
        todo = "see what the tasks of nightly_archive say; the next night completes it or clears it away"
        yield Line(key, subject, Level.WARN, told, todo, since=found.since)
    else:
        told = "One is at work." if found.since else "There is none."
        yield Line(key, subject, Level.OK, told)


LOOKS = (
    Look("index", "The search index", ask_index, judge_index, _SECONDS),
    Look("ledger head", "The published ledger", ask_head, judge_head),
    Look("unsealed runs", "Runs that are not sealed yet", ask_unsealed, judge_unsealed),
)
