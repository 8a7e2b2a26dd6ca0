"""The kill -9 loop: night after night in a process that is killed at a moment that nobody chose.

After each kill the same night is run again and audited; every few kills everything is: the database against the
objects, all locks, every byte for secrets.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from random import Random

from faults.city import FaultyCity
from faults.httpproxy import proxy_to
from faults.places import POSTGRESQL, SQLITE, fresh_bucket, fresh_database, fresh_home
from faults.results import Progress, Result, in_processes
from postgres import PostgreSQL

KILLS_A_CITY = 25  # then another one: a city that grows for ever makes slow nights
WHOLE_AUDIT = 5  # kills between two audits of everything
S3, DIRECTORY = "S3", "directory"


@dataclass(frozen=True)
class Series:
    """Kills in one city: where it lies, and the seed of the moments."""

    seed: int
    store: str
    database: str
    kills: int = KILLS_A_CITY


@dataclass
class Told:
    """What came of a series."""

    series: Series
    kills: int = 0  # that met the process before it was done
    late: int = 0  # that came after
    seals: int = 0
    surplus: int = 0
    unnamed: int = 0
    breaks: list[str] = field(default_factory=list)


@dataclass
class KillGround:
    access: dict[str, str] | None
    server: PostgreSQL | None
    plant: Callable[[FaultyCity], None] = lambda _: None
    way: str = ""  # to the S3 server; a proxy that turns off Nagle's algorithm is much faster


def play(ground: KillGround, series: Series) -> Told:
    """A city and its kills."""
    told, rng = Told(series), Random(f"kill/{series.seed}")
    with _city(ground, series) as city:
        ground.plant(city)
        city.first_night()
        length = 0.3  # seconds that a night takes, from fork to end; measured as it goes
        while told.kills + told.late < series.kills and not told.breaks:
            city.a_day()
            length = _one_kill(city, rng, length, told)
            city.again()
            if (told.kills + told.late) % WHOLE_AUDIT == 0:
                city.close_audit()
            told.breaks = [
                f"kill {told.kills}, seed {series.seed}: {one.what}: {one.words}" for one in city.audit.breaks
            ]
        city.close_audit()
        told.breaks = [f"seed {series.seed}: {one.what}: {one.words}" for one in city.audit.breaks]
        told.seals = city.audit.counts["runs"]
        if city.mirror is not None:
            told.surplus, told.unnamed = city.mirror.surplus, city.mirror.unnamed()
            if told.surplus:
                told.breaks.append(f"seed {series.seed}: {told.surplus} surplus versions of a key")
    return told


def _one_kill(city: FaultyCity, rng: Random, length: float, told: Told) -> float:
    """A night that is killed; how long a night takes, as far as this one tells."""
    child = city.night_begun()
    begun = time.monotonic()
    child.begin()
    time.sleep(rng.uniform(0, length))
    child.kill()
    ended = child.join()
    city.city.clock.move(600)
    if ended.killed:
        told.kills += 1
        return length * 1.02
    told.late += 1
    if ended.foreign:
        city.audit.tell("crash", f"{ended.raised}: {ended.words}")
    return max(0.05, (length + time.monotonic() - begun) / 2 * 0.9)


@contextmanager
def _city(ground: KillGround, series: Series) -> Iterator[FaultyCity]:
    server = ground.server if series.database == POSTGRESQL else None
    with fresh_home() as home, fresh_database(server) as url:
        if series.store == DIRECTORY:
            city = FaultyCity(home, None, url, seed=series.seed)
            try:
                yield city
            finally:
                city.close()
            return
        assert ground.access is not None
        with fresh_bucket(ground.access) as place:
            way = place.behind(ground.way) if ground.way else place
            city = FaultyCity(home, way, url, seed=series.seed, audited=place)
            try:
                yield city
            finally:
                city.close()


def all_series(access: dict[str, str] | None, server: PostgreSQL | None, kills: int) -> list[Series]:
    """So many kills, shared among the stores and databases that are there."""
    stores = [S3, DIRECTORY] if access else [DIRECTORY]
    grounds = [(store, base) for store in stores for base in ([SQLITE, POSTGRESQL] if server else [SQLITE])]
    number = -(-kills // KILLS_A_CITY)
    return [Series(seed, *grounds[seed % len(grounds)]) for seed in range(1, number + 1)]


def long_form(
    access: dict[str, str] | None,
    server: PostgreSQL | None,
    progress: Progress,
    *,
    processes: int,
    seconds: float,
    kills: int = 1000,
) -> Result:
    """At least so many kills that met a process at work, where the time allows."""
    begun, wanted = time.monotonic(), all_series(access, server, kills * 5 // 4)
    tolds: list[Told] = []

    @contextmanager
    def opened() -> Iterator[KillGround]:
        if access is None:
            yield KillGround(None, server)
            return
        with proxy_to(access["endpoint"]) as proxy:
            yield KillGround(access, server, way=proxy.endpoint)

    for told in in_processes(wanted, opened, play, processes, begun + seconds):
        tolds.append(told)
        met = sum(one.kills for one in tolds)
        progress(
            f"kill -9: {met:,} of {kills:,} kills, {sum(bool(one.breaks) for one in tolds)} cities broken"
        )
    breaks = [words for one in tolds for words in one.breaks]
    met = sum(one.kills for one in tolds)
    figures: dict[str, int | float | str] = {
        "kills that met a run at work": met,
        "kills that came after its end": sum(one.late for one in tolds),
        "cities": len(tolds),
        "seals audited": sum(one.seals for one in tolds),
        "surplus versions of a key": sum(one.surplus for one in tolds),
        "locked objects that no seal names": sum(one.unnamed for one in tolds),
    }
    return Result("kills", "kill -9 at random moments", met, met - len(breaks), time.monotonic() - begun, breaks,
                  figures, whole=met >= kills)  # fmt: skip
