"""What the database knows of an account's nights: the newest, the newest whole one, how far back to ask."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import UTC, date, datetime, time, timedelta
from itertools import count, takewhile
from typing import NamedTuple

from sqlalchemy import Connection, Engine, func, select

from paloverde.archive.gaps import LIMIT, met, reaches_back_to_the_first
from paloverde.archive.register import oldest_look
from paloverde.archive.seal import BrokenOff, RunKind, read_seal
from paloverde.capture.removal import LASTING
from paloverde.errors import BadQuestion
from paloverde.records import PACIFIC
from paloverde.state.tables import RUNS
from paloverde.wording import some

_FIRST_DAY = date(2004, 1, 1)  # before the first of the sites
_AT_ONCE = 40  # nights that are read in one question
_USUAL = 7  # nights, at the least, that say what a night asks for
_LOOKED_AT = 30  # nights before, at the most, among which these are found
_MOST_KEPT = 100_000  # nights in memory: those of thirty accounts over nine years


class Night(NamedTuple):
    """What of a sealed night says whether it is complete.

    `is_closed` where nothing that it asked for is missing but what its site gives on no night. `streams` are
    its lists that hang under no item, had or not; `candidates` the items that no list showed any more, which
    the removal check looks up.
    """

    sequence: int
    day: date
    is_closed: bool
    streams: frozenset[str]
    candidates: int
    code_version: str


class LastNight(NamedTuple):
    """An account's newest sealed night. `unasked` says what was planned for it and not asked."""

    account: str
    day: date
    whole: bool
    unasked: tuple[str, ...] = ()


_READ: dict[str, Night] = {}  # by the SHA-256 of the seal, which never changes


def last_nights(books: Engine) -> list[LastNight]:
    """The newest sealed night of each account."""
    newest = select(func.max(RUNS.c.sequence)).where(RUNS.c.kind == RunKind.NIGHT.value, ~RUNS.c.pending)
    rows = select(RUNS.c.account, RUNS.c.sequence).where(RUNS.c.sequence.in_(newest.group_by(RUNS.c.account)))
    with books.connect() as connection:
        found = [_last(connection, slug, sequence) for slug, sequence in connection.execute(rows).all()]
    return sorted(found)


def _last(connection: Connection, slug: str, sequence: int) -> LastNight:
    nights = _Nights(connection, slug)
    place, night = next((place, one) for place, one in nights.all() if one.sequence == sequence)
    unasked = nights.unasked(place)
    return LastNight(slug, night.day, night.is_closed and not unasked, unasked)


def newest_night(books: Engine, slug: str) -> tuple[Night, tuple[str, ...]] | None:
    """The night of the newest day, with what was planned for it and not asked."""
    with books.connect() as connection:
        nights = _Nights(connection, slug)
        return next(((night, nights.unasked(place)) for place, night in nights.all()), None)


def longest_ago(books: Engine, slug: str) -> datetime | None:
    """When what was longest not looked at was last looked at. Every item of the account is read for it."""
    with books.connect() as connection:
        return oldest_look(connection, slug, LASTING)


def whole_night(books: Engine, slug: str) -> date | None:
    """The newest complete night: it had all that it asked for, and asked for all that was planned.

    Planned are the lists that the nights before had asked for, and the look-up of each item that the night no
    longer saw.
    """
    return whole_nights(books, [slug]).get(slug)


def whole_nights(books: Engine, slugs: Iterable[str]) -> dict[str, date]:
    """The newest complete night of each of these accounts that has one."""
    with books.connect() as connection:
        found = ((slug, _whole(_Nights(connection, slug))) for slug in slugs)
        return {slug: day for slug, day in found if day is not None}


def nights_between(books: Engine, slug: str, first: date, last: date) -> list[tuple[Night, tuple[str, ...]]]:
    """The sealed nights of these days, newest first, each with what was planned for it and not asked."""
    with books.connect() as connection:
        nights = _Nights(connection, slug, last)
        there = takewhile(lambda found: found[1].day >= first, nights.all())
        return [(night, nights.unasked(place)) for place, night in there]


def _whole(nights: _Nights) -> date | None:
    return next((one.day for place, one in nights.all() if one.is_closed and not nights.unasked(place)), None)


class _Nights:
    """An account's nights, newest day first, read as far as somebody looks."""

    def __init__(self, connection: Connection, slug: str, last: date | None = None) -> None:
        self._connection, self._found, self._is_all = connection, list[Night](), False
        mine = RUNS.c.account == slug, ~RUNS.c.pending
        nights = select(RUNS.c.sequence, RUNS.c.sha256).where(*mine, RUNS.c.kind == RunKind.NIGHT.value)
        if last is not None:
            nights = nights.where(RUNS.c.day <= last)
        self._newest_first = nights.order_by(RUNS.c.day.desc(), RUNS.c.sequence.desc())
        checks = select(func.max(RUNS.c.sequence)).where(*mine, RUNS.c.kind == RunKind.REMOVAL_CHECK.value)
        self._last_check: int = connection.execute(checks).scalar() or 0

    def all(self) -> Iterator[tuple[int, Night]]:
        """Each night with its place."""
        for place in count():
            night = self._at(place)
            if night is None:
                return
            yield place, night

    def unasked(self, place: int) -> tuple[str, ...]:
        """What was planned for a night and not asked, in words.

        A list is planned that each night before asked for, by the same version of this program, for a week or
        more; items that a night no longer saw are looked up by any later removal check.
        """
        night, told = self._found[place], list[str]()
        if missing := sorted(self._planned(place) - night.streams):
            names = ", ".join(one.replace("_", " ") for one in missing)
            told.append(f"it did not ask for {names}, as the nights before did")
        if night.candidates and night.sequence > self._last_check:
            items = f"{some(night.candidates, 'item')} {'is' if night.candidates == 1 else 'are'}"
            told.append(f"{items} no longer listed, and no removal check has looked since")
        return tuple(told)

    def _planned(self, place: int) -> frozenset[str]:
        """What a night asks for that does not depend on what it finds: the week before always asked for it.

        Nights that left something of it out say nothing of what is usual.
        """
        version = self._found[place].code_version
        nights = (self._at(one) for one in range(place + _LOOKED_AT, place, -1))
        usual: list[frozenset[str]] = []
        for night in nights:
            if night is None or not night.is_closed or night.code_version != version:
                continue
            if len(usual) < _USUAL or frozenset.intersection(*usual) <= night.streams:
                usual.append(night.streams)
        return frozenset.intersection(*usual) if len(usual) >= _USUAL else frozenset()

    def _at(self, place: int) -> Night | None:
        while place >= len(self._found) and not self._is_all:
            rows = self._connection.execute(self._newest_first.limit(_AT_ONCE).offset(len(self._found))).all()
            self._is_all = len(rows) < _AT_ONCE  # nights before an account's first are not asked for again
            self._found += [_read(self._connection, row.sequence, row.sha256) for row in rows]
        return self._found[place] if place < len(self._found) else None


def _read(connection: Connection, sequence: int, sha256: str) -> Night:
    if (known := _READ.get(sha256)) is not None:
        return known
    body = connection.execute(select(RUNS.c.body).where(RUNS.c.sequence == sequence)).scalar_one()
    run = read_seal(body.encode(), where="in the database").run
    cover = run.coverage
    asked = [it.stream for it in cover.listings if not it.of] + [
        gap.stream for gap in cover.gaps if not gap.of
    ]
    is_closed = cover.broken_off is BrokenOff.NO and all(one.what == LIMIT for one in met(run))
    streams, candidates = frozenset(asked), run.counts.get("candidates", 0)
    night = Night(sequence, run.day, is_closed, streams, candidates, run.code_version)
    if len(_READ) >= _MOST_KEPT:
        _READ.clear()
    _READ[sha256] = night
    return night


def reaching_back(books: Engine, slug: str, day: date, days: int) -> datetime | None:
    """How far back a night lists posts: everything (None) the first time, then so many days."""
    with books.connect() as connection:
        if reaches_back_to_the_first(connection, slug, day):
            return None
    return datetime.combine(day - timedelta(days=days), time(), PACIFIC).astimezone(UTC)


def refuse_an_odd_day(day: date, today: date) -> None:
    """What is sealed for a day cannot be taken back, so the day must be one that a site can speak of."""
    if not _FIRST_DAY <= day <= today:
        raise BadQuestion(
            f"{day} cannot be archived: an archive day lies between {_FIRST_DAY} and today ({today})."
        )
