"""Twelve writers at once: what a second scheduler, a zombie task and an impatient clerk would do together.

Each round lets twelve processes, started in the same moment, archive the same night of the same account; then the
nights of as many accounts as there are. In every third round of the same account they leave out the turn that
usually lets one run ask after the other, as a run would whose turn ended while it was stopped: only the commit
stands between them then.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta

from faults.city import Child, Ended, FaultyCity, forked
from faults.places import POSTGRESQL, SQLITE, fresh_bucket, fresh_database, fresh_home
from faults.results import Progress, Result, in_processes
from paloverde.capture.night import NightReport, archive_night
from paloverde.simulator.sites import SITES
from postgres import PostgreSQL

WRITERS = 12
SAME, TURNLESS, ALL = "the same account", "the same account, without turns", "different accounts"
KINDS = (SAME, TURNLESS, ALL)


@dataclass(frozen=True)
class Round:
    """One race."""

    number: int
    kind: str
    database: str


@dataclass
class Told:
    """What came of a race: who was first, and how the others ended."""

    round: Round
    winners: int = 0
    runs: int = 0  # different runs that the reports name
    endings: list[str] = field(default_factory=list)
    surplus: int = 0  # of seals and entries
    twins: int = 0  # of media and papers
    unnamed: int = 0
    breaks: list[str] = field(default_factory=list)


@dataclass
class RaceGround:
    access: dict[str, str]
    server: PostgreSQL | None
    plant: Callable[[FaultyCity], None] = lambda _: None


def play(ground: RaceGround, race: Round) -> Told:
    """One race, from an empty bucket to the audit."""
    server = ground.server if race.database == POSTGRESQL else None
    sites = tuple(SITES) if race.kind == ALL else ("x",)
    with fresh_home() as home, fresh_bucket(ground.access) as place, fresh_database(server) as url:
        city = FaultyCity(home, place, url, sites=sites, seed=race.number)
        try:
            ground.plant(city)
            city.first_night()
            city.a_day()
            told = _race(city, race)
            city.again()
            told.breaks += [f"{race}: {one.what}: {one.words}" for one in city.close_audit()]
            assert city.mirror is not None
            told.surplus = city.mirror.surplus_under("runs/", "ledger/")
            told.twins, told.unnamed = city.mirror.surplus - told.surplus, city.mirror.unnamed()
            if told.surplus:
                told.breaks.append(f"{race}: {told.surplus} surplus versions of a seal or an entry")
            return told
        finally:
            city.close()


def _race(city: FaultyCity, race: Round) -> Told:
    slugs = list(city.tokens)
    writers = [_writer(city, slugs[number % len(slugs)], number, race) for number in range(WRITERS)]
    for writer in writers:
        writer.begin()
    endings = [writer.join() for writer in writers]
    city.city.clock.move(600)
    reports: list[NightReport] = [ended.value for ended in endings if ended.value is not None]
    told = Told(race, sum(report.is_new for report in reports), len({report.sequence for report in reports}))
    told.endings = sorted(ended.raised or "done" for ended in endings)
    told.breaks = [f"{race}: {words}" for words in _wrong(endings, reports, len(slugs), told)]
    return told


def _wrong(endings: list[Ended], reports: list[NightReport], accounts: int, told: Told) -> Iterator[str]:
    if any(ended.foreign or ended.killed for ended in endings):
        yield f"crash: {[ended.words for ended in endings if ended.foreign]}"
    if told.winners != accounts or told.runs != accounts:
        yield f"{told.winners} winners of {told.runs} runs where there are {accounts} accounts"
    for slug in {report.account for report in reports}:
        if len({(one.records, one.new_versions, one.sequence) for one in reports if one.account == slug}) > 1:
            yield f"writers of {slug} tell different results"


def _writer(city: FaultyCity, slug: str, number: int, race: Round) -> Child:
    def write() -> NightReport:
        begun = time.monotonic()
        simulated = city.city.clock.now
        city.now = lambda: simulated() + timedelta(seconds=time.monotonic() - begun)  # type: ignore[method-assign]
        city.open()
        if race.kind != TURNLESS:
            return city.installation.archive_night(slug, city.day, city.tokens[slug])
        return _without_turn(city, slug)

    return forked(write)


def _without_turn(city: FaultyCity, slug: str) -> NightReport:
    """As a run goes on that was stopped for so long that its turn ended."""
    installed = city.installation
    account = installed.account(slug)
    platform = installed.platform(account.platform)
    line = installed.access.line(platform, account, city.tokens[slug])
    since = city.city.clock.now() - timedelta(days=45)
    report, trouble = archive_night(installed.vault, platform, account, city.day, since, line)
    if trouble is not None:
        raise trouble
    return report


def long_form(
    access: dict[str, str], server: PostgreSQL | None, progress: Progress, *, processes: int, seconds: float,
    rounds: int = 100,
) -> Result:  # fmt: skip
    """So many rounds, over both databases and all kinds of race."""
    begun = time.monotonic()
    bases = [SQLITE, POSTGRESQL] if server else [SQLITE]
    races = [
        Round(number, KINDS[number % len(KINDS)], bases[number // len(KINDS) % len(bases)])
        for number in range(rounds)
    ]

    @contextmanager
    def opened() -> Iterator[RaceGround]:
        yield RaceGround(access, server)

    tolds: list[Told] = []
    for told in in_processes(races, opened, play, processes, begun + seconds):
        tolds.append(told)
        broken = sum(bool(one.breaks) for one in tolds)
        progress(f"writers: {len(tolds):,} of {rounds:,} rounds of {WRITERS} writers, {broken} broken")
    breaks = [words for one in tolds for words in one.breaks]
    endings = [ending for one in tolds for ending in one.endings]
    figures: dict[str, int | float | str] = {
        "writers in each round": WRITERS,
        **{
            f"writers that ended with {name}": endings.count(name) for name in sorted(set(endings) - {"done"})
        },
        "rounds without turns": sum(one.round.kind == TURNLESS for one in tolds),
        "surplus versions of seals and entries": sum(one.surplus for one in tolds),
        "surplus versions of media and papers, with turns": sum(
            one.twins for one in tolds if one.round.kind != TURNLESS
        ),
        "surplus versions of media and papers, without": sum(
            one.twins for one in tolds if one.round.kind == TURNLESS
        ),
        "locked objects that no seal names": sum(one.unnamed for one in tolds),
    }
    passed = sum(not one.breaks for one in tolds)
    note = (
        "Media and papers are named by their content: two processes that find the same one missing at the same "
        "moment both store it, which is the same bytes twice. What decides, a seal or an entry, is stored once."
    )
    return Result("writers", "Twelve writers at once", len(tolds), passed, time.monotonic() - begun, breaks, figures,
                  [note], whole=len(tolds) == rounds)  # fmt: skip
