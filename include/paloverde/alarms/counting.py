"""The values of the figures, from the database and the looks. Nothing is asked of a site or a store."""

from __future__ import annotations

import threading
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import date, datetime, timedelta
from datetime import time as clock_time
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, func, select, text

from paloverde.alarms.figures import Sample, exposition
from paloverde.alarms.here import Place
from paloverde.alarms.line import Level
from paloverde.alarms.looks import derived, machine, offices
from paloverde.alarms.memory import remembered
from paloverde.archive.kept import totals
from paloverde.archive.seal import Role
from paloverde.capture.health import Standing
from paloverde.errors import PaloverdeError
from paloverde.installation import Installation
from paloverde.platforms.conversation import Platform
from paloverde.records import PACIFIC
from paloverde.settings import Settings
from paloverde.state.tables import ACCOUNTS, BUDGETS, FINDINGS, GAPS, IS_OPEN, ITEMS, LEDGER, PARTS, RUNS

_FRESH_SECONDS = 30.0  # gathered again after so long: several may read, and each page costs some questions


class Counted:
    """The page of figures, gathered again when it is old; one gathering at a time."""

    def __init__(self, place: Callable[[], Place], timer: Callable[[], float] = time.monotonic) -> None:
        self._place, self._timer, self._lock = place, timer, threading.Lock()
        self._page, self._until = "", float("-inf")

    def page(self) -> str:
        """What Prometheus reads. Where the archive cannot be asked, it says `paloverde_up 0` and the rest."""
        with self._lock:
            if self._timer() >= self._until:
                self._page = exposition(samples(self._place, self._timer))
                self._until = self._timer() + _FRESH_SECONDS
            return self._page


def place_of(settings: Settings, now: datetime, opening: Callable[[], Installation]) -> Place:
    """The installation to be counted, open where it can be opened."""
    try:
        return Place(settings, now, opening())
    except PaloverdeError:
        return Place(settings, now)


def samples(place: Callable[[], Place], timer: Callable[[], float] = time.monotonic) -> Iterator[Sample]:
    """Every figure that can be had now."""
    began, here = timer(), place()
    try:
        found = [*_of_the_city(here)] if here.is_open else []
    except PaloverdeError:
        found = []
    yield Sample("up", int(bool(found)))
    yield from found
    yield from _of_the_machine(here)
    yield Sample("gathering_seconds", timer() - began)


def _of_the_machine(here: Place) -> Iterator[Sample]:
    for disk in machine.ask_disks(here):
        yield Sample("disk_free_bytes", disk.free, (disk.what.removeprefix("the "),))
    memory = remembered(here.settings.home)
    levels = Counter(known.line.level for known in memory.known.values())
    for level in (Level.WARN, Level.BAD):
        yield Sample("alerts", levels[level], (level.value,))
    if memory.round_at is not None:
        yield Sample("alert_round_age_seconds", (here.now - memory.round_at).total_seconds())


def _of_the_city(here: Place) -> Iterator[Sample]:
    city, books = here.city, here.city.vault.books
    standings = city.standings()
    yield from _nights(standings, here.now)
    yield from _budgets(city, standings)
    with books.connect() as connection:
        yield from _counts(connection)
        yield from _kept(connection, here)
    unsealed = derived.ask_unsealed(here)
    age = (here.now - unsealed.since).total_seconds() if unsealed.since else 0.0
    yield Sample("unsealed_run_age_seconds", age)
    behind = derived.ask_index(here)
    yield Sample("index_missing_objects", len(behind.coverage.missing))
    lag = (here.now - behind.since).total_seconds() if behind.since else 0.0
    yield Sample("index_lag_seconds", max(0.0, lag))
    yield from _offices(here)


def _nights(standings: Iterable[Standing], now: datetime) -> Iterator[Sample]:
    ages, ends = dict[str, list[float]](), dict[str, list[int]]()
    for one in standings:
        platform = one.account.platform
        if one.whole_night is not None:
            ages.setdefault(platform, []).append((now - _end_of(one.whole_night)).total_seconds())
        if one.days_left is not None:
            ends.setdefault(platform, []).append(one.days_left)
    yield from (Sample("night_age_seconds", max(0.0, *found), (name,)) for name, found in ages.items())
    yield from (Sample("token_days_left", min(found), (name,)) for name, found in ends.items())


def _end_of(day: date) -> datetime:
    return datetime.combine(day + timedelta(days=1), clock_time(), PACIFIC)


def _budgets(city: Installation, standings: Iterable[Standing]) -> Iterator[Sample]:
    for name in sorted({one.account.platform for one in standings}):
        platform = city.platform(name)
        used = _used(city, platform)
        for budget in platform.budgets:
            yield Sample(
                "api_units_left", max(0, budget.most - used.get(budget.name, 0)), (name, budget.name)
            )


def _used(city: Installation, platform: Platform) -> dict[str, int]:
    """The most that any owner has used today, on the site's own calendar."""
    found: dict[str, int] = {}
    with city.vault.books.connect() as connection:
        for budget in platform.budgets:
            today = city.vault.clock().astimezone(ZoneInfo(budget.zone)).date()
            mine = BUDGETS.c.site == platform.name, BUDGETS.c.name == budget.name, BUDGETS.c.day == today
            found[budget.name] = (
                connection.execute(select(func.max(BUDGETS.c.used)).where(*mine)).scalar() or 0
            )
    return found


def _counts(connection: Connection) -> Iterator[Sample]:
    sites = {
        row.slug: row.platform for row in connection.execute(select(ACCOUNTS.c.slug, ACCOUNTS.c.platform))
    }
    rows = select(PARTS.c.account, func.sum(PARTS.c.rows)).where(PARTS.c.role == Role.RECORDS.value)
    gaps = select(GAPS.c.account, func.count()).where(GAPS.c.filled_by.is_(None))
    absent = select(ITEMS.c.account, func.count()).where(text(IS_OPEN))
    for name, query, column in (
        ("record_versions_total", rows, PARTS.c.account),
        ("gaps_open", gaps, GAPS.c.account),
        ("absent_items", absent, ITEMS.c.account),
    ):
        found = {row[0]: row[1] for row in connection.execute(query.group_by(column))}
        yield from _by_site(name, found, sites)
    kinds = select(RUNS.c.kind, func.count()).where(~RUNS.c.pending).group_by(RUNS.c.kind)
    yield from (Sample("runs_total", count, (kind,)) for kind, count in connection.execute(kinds))
    yield Sample(
        "ledger_entries_total", connection.execute(select(func.max(LEDGER.c.sequence))).scalar() or 0
    )
    waiting = select(func.count()).select_from(FINDINGS)
    open_ = waiting.where(FINDINGS.c.ended_at.is_(None), FINDINGS.c.verdict == "")
    yield Sample("findings_waiting", connection.execute(open_).scalar_one())


def _by_site(name: str, found: Mapping[str, int], sites: Mapping[str, str]) -> Iterator[Sample]:
    """Numbers of accounts, put together by their sites: no account is named."""
    sums = Counter[str](dict.fromkeys(sites.values(), 0))
    for slug, number in found.items():
        sums[sites.get(slug, "other")] += int(number)
    yield from (Sample(name, number, (site,)) for site, number in sorted(sums.items()))


def _kept(connection: Connection, here: Place) -> Iterator[Sample]:
    found = totals(connection, here.now, here.settings.fixity_days)
    yield Sample("stored_bytes", found.size, ("first",))
    yield Sample("stored_bytes", found.copied_size, ("second",))
    yield Sample("stored_objects", found.objects, ("first",))
    yield Sample("stored_objects", found.copied, ("second",))
    yield Sample("damaged_objects", found.damaged)
    yield Sample("unread_objects", found.overdue)


def _offices(here: Place) -> Iterator[Sample]:
    city = here.city
    yield Sample("requests_open", len(city.requests.open()))
    yield Sample("requests_overdue", sum(one.days_left < 0 for one in offices.ask_requests(here)))
    yield Sample("reviews_waiting", sum(review.signature is None for review in city.reviews.all()))
    yield Sample("holds_incomplete", sum(not one.is_complete for one in offices.ask_holds(here)))
