"""The N-th operation sweep: every request and every statement of a night fails once, in each way that it can.

A case: the archive of the night before (`faults.stage`), a day on which things happen, and then the night of which
the N-th operation goes wrong, in a process of its own. The night is run again without a fault, and the
independent audit looks at everything. (The pattern is SQLite's: its tests fail the N-th allocation, read or write,
for N from 1 until nothing fails any more.)
"""

from __future__ import annotations

import json
import os
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

from sqlalchemy import Engine

from faults import httpproxy, pgproxy, statements
from faults.city import Ended, FaultyCity
from faults.places import POSTGRESQL, SQLITE
from faults.stage import Stage, stage
from faults.statements import Script
from postgres import PostgreSQL
from simcity.audit import Break

STORE, DATABASE = "store", "database"
S3, DIRECTORY = "S3", "directory"
# Where a fault could make two archives of one, or a seal of nothing.
CRITICAL = (
    "PUT runs", "HEAD runs", "PUT ledger", "INSERT runs", "UPDATE runs", "INSERT ledger", "UPDATE ledger", "COMMIT",
)  # fmt: skip


@dataclass(frozen=True, order=True)
class Case:
    """One operation and one fault: the `nth` one that reaches the `layer`, on the database of that name.

    `store` is where the objects lie. Faults of the database that do not meet a commit are played over a directory:
    what they must not harm is the same, and it takes a fifth of the time.
    """

    layer: str
    database: str
    nth: int
    fault: str
    store: str = S3

    def __str__(self) -> str:
        return f"{self.layer}/{self.database} on {self.store}, operation {self.nth}: {self.fault}"


@dataclass
class Outcome:
    """What came of a case."""

    case: Case
    operation: str
    struck: bool
    ended: Ended
    breaks: list[Break]
    surplus: int  # versions beyond one of each key
    unnamed: int  # objects that no seal names
    seconds: float
    seen: list[str] = field(default_factory=list)

    @property
    def words(self) -> list[str]:
        """What is wrong with it; empty where nothing is."""
        told = [f"{one.what}: {one.words}" for one in self.breaks]
        if self.ended.foreign:
            told.append(f"crash: {self.ended.raised} {self.ended.words}")
        if self.ended.killed and not self.case.fault.startswith(("kill", "hang")):
            told.append("crash: the process was killed, and not by this case")
        if self.surplus:
            told.append(f"surplus: {self.surplus} versions of keys that were stored before")
        return told


@dataclass
class Ground:
    """Where cases are played. `plant` puts a bug into every city, to see whether the sweep names it."""

    access: dict[str, str]
    proxy: httpproxy.Proxy
    server: PostgreSQL | None = None
    way: pgproxy.PgProxy | None = None  # to that server
    plant: Callable[[FaultyCity], None] = lambda _: None
    open: ExitStack = field(default_factory=ExitStack)
    stages: dict[tuple[str, str], Stage] = field(default_factory=dict)

    def databases(self) -> list[str]:
        return [SQLITE, POSTGRESQL] if self.server else [SQLITE]

    def stage(self, case: Case) -> Stage:
        """Where a case is played: built when it is needed first."""
        named = (case.store, case.database)
        if named not in self.stages:
            access = self.access if case.store == S3 else None
            server = self.server if case.database == POSTGRESQL else None
            built = stage(access, self.proxy.endpoint, server, self.plant)
            self.stages[named] = self.open.enter_context(built)
        return self.stages[named]


@contextmanager
def ground(access: dict[str, str], server: PostgreSQL | None) -> Iterator[Ground]:
    """The proxies, started before anything else of this process lives in threads."""
    with ExitStack() as opened:
        proxy = opened.enter_context(httpproxy.proxy_to(access["endpoint"]))
        way = opened.enter_context(pgproxy.proxy_to(server.folder)) if server else None
        with ExitStack() as stages:
            yield Ground(access, proxy, server, way, open=stages)


def faults_of(layer: str, database: str) -> tuple[str, ...]:
    """The faults that have a meaning for an operation of this layer."""
    if layer == STORE:
        return httpproxy.FAULTS
    return statements.FAULTS if database == SQLITE else pgproxy.FAULTS


def counted(ground: Ground, layer: str, database: str) -> dict[str, list[str]]:
    """The operations of one faultless night, in order, over each store that its cases are played on."""
    found = {}
    for store in (S3,) if layer == STORE else (S3, DIRECTORY):
        outcome = play(ground, Case(layer, database, 0, "", store))
        assert not outcome.words, outcome.words
        found[store] = outcome.seen
    return found


def all_cases(seen: dict[str, list[str]], layer: str, database: str) -> list[Case]:
    """Every operation with every fault; what decides is broken over S3, the database's other statements are not."""
    return [
        Case(layer, database, nth, fault, store)
        for store, operations in seen.items()
        for nth, operation in enumerate(operations, 1)
        if layer == STORE or (operation in CRITICAL) == (store == S3)
        for fault in faults_of(layer, database)
    ]


def play(ground: Ground, case: Case) -> Outcome:
    """One case, from an empty bucket to the audit."""
    begun = time.monotonic()
    outcome = ground.stage(case).play(partial(_act, ground, case))
    outcome.seconds = time.monotonic() - begun
    return outcome


def _act(ground: Ground, case: Case, city: FaultyCity, url: str | None) -> Outcome:
    """From the evening before to the audit."""
    ended, seen, struck = _broken_night(ground, case, city, url)
    city.again()
    breaks = list(city.close_audit())
    surplus, unnamed = (city.mirror.surplus, city.mirror.unnamed()) if city.mirror else (0, 0)
    operation = seen[case.nth - 1] if 0 < case.nth <= len(seen) else ""
    return Outcome(case, operation, struck, ended, breaks, surplus, unnamed, 0.0, seen)


def _broken_night(
    ground: Ground, case: Case, city: FaultyCity, url: str | None
) -> tuple[Ended, list[str], bool]:
    """The night in its own process, with its fault; how it ended, its operations, whether the fault struck."""
    if case.layer == STORE:
        ended = city.night_in_a_process(partial(ground.proxy.arm, case.nth, case.fault))
        told = ground.proxy.told()
        ground.proxy.arm()  # the audit goes its own way, but the night after this one takes the same
        return ended, told["seen"], told["struck"]
    if case.database == SQLITE:
        return _broken_statement(case, city)
    assert ground.way is not None
    assert url is not None
    arm = partial(ground.way.arm, case.nth, case.fault)
    ended = city.night_in_a_process(arm, database=ground.way.instead_of(url))
    told = ground.way.told()
    return ended, told["seen"], told["struck"]


def _broken_statement(case: Case, city: FaultyCity) -> tuple[Ended, list[str], bool]:
    """SQLite's operations are counted by the dying process itself, line by line into a file."""
    notes = city.home / "statements.txt"
    handle = os.open(notes, os.O_WRONLY | os.O_CREAT | os.O_APPEND)

    def tell(words: str) -> None:
        os.write(handle, f"{words}\n".encode())

    def prepare(engine: Engine) -> None:
        statements.listen(engine, Script(case.nth, case.fault, tell))

    city.prepare = prepare
    ended = city.night_in_a_process(lambda _: None)
    city.prepare = lambda _: None
    os.close(handle)
    seen = Path(notes).read_text(encoding="utf-8").splitlines()
    return ended, seen, 0 < case.nth <= len(seen)


@dataclass
class Tally:
    """What came of many cases."""

    cases: int = 0
    broken: list[str] = field(default_factory=list)
    endings: Counter[str] = field(default_factory=Counter)
    surplus: Counter[str] = field(default_factory=Counter)
    unnamed: Counter[str] = field(default_factory=Counter)

    missed: int = 0  # whose night had fewer operations than the one that was counted: no case

    def add(self, outcome: Outcome) -> None:
        if not outcome.struck and not outcome.words:
            self.missed += 1
            return
        self.cases += 1
        self.endings[_ending(outcome.ended)] += 1
        self.surplus[outcome.case.fault] += outcome.surplus
        self.unnamed[outcome.case.fault] += outcome.unnamed
        if outcome.words:
            told = f"{outcome.case} ({outcome.operation}): {'; '.join(outcome.words)}"
            self.broken.append(told)

    def as_json(self) -> str:
        return json.dumps(
            {"cases": self.cases, "broken": self.broken, "endings": self.endings,
             "surplus": +self.surplus, "unnamed": +self.unnamed}
        )  # fmt: skip


def _ending(ended: Ended) -> str:
    if ended.killed:
        return "killed"
    return f"ended with {ended.raised}" if ended.raised else "went on by itself"
