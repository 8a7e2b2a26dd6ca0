"""Ten thousand corruptions: bits, lengths, zeros, swaps, losses and older bytes, in objects and in rows.

An archive with its second copy is damaged in a few places at once; the fixity check must name every one, and after
the repair every byte of both copies and every row must be what it was. What is damaged in both copies must be put
back from the database (seals and entries stand there too) or be named as lost; it is never passed over.
"""

from __future__ import annotations

import shutil
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from typing import Any

from sqlalchemy import Integer, LargeBinary, String, Table, Text, delete, update

from faults.city import FaultyCity, rows_by_table
from faults.places import fresh_home
from faults.results import Progress, Result, in_processes
from paloverde.archive.seal import Role
from paloverde.errors import PaloverdeError
from paloverde.state.books import changing
from paloverde.state.tables import FILED, GAPS, ITEMS, LEDGER, LOG, PARTS, RUNS

WAYS = ("flip", "truncate", "zero", "swap", "delete", "older")
ROWS = (RUNS, LEDGER, FILED, LOG, PARTS, ITEMS, GAPS)
MOST = 16  # corruptions at once
BATCH = 10  # rounds of one process's case
FIRST, SECOND = "archive", "second"
_AFTER = 8  # a round in so many damages both copies of something


@dataclass(frozen=True)
class Batch:
    """Some rounds in one archive."""

    seed: int
    rounds: int = BATCH


@dataclass
class Told:
    """What came of a batch."""

    done: Counter[str] = field(default_factory=Counter)  # by what was damaged and how
    found: int = 0
    repaired: int = 0
    both: int = 0  # damaged in both copies
    lost: int = 0  # of those: named as lost
    breaks: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class Harm:
    """One corruption: in which copy, of which key, how."""

    copy: str
    key: str
    way: str


class Patient:
    """An archive that is damaged and repaired, and put back as it was by copying it anew."""

    def __init__(self, home: Path, seed: int) -> None:
        self.home, self.well = home / "city", home / "well"
        self.home.mkdir()
        more = {"PALOVERDE_SECOND_STORE": f"file://{self.home / SECOND}"}
        self.city = FaultyCity(self.home, None, None, seed=seed, sites=("x", "nextdoor"), more=more)
        live(self.city)
        self.city.installation.copies.copy()
        self.rows = rows_by_table(self.city.installation.vault.books, ROWS)
        self.city.installation.vault.books.dispose()
        shutil.copytree(self.home, self.well)
        self.bytes = {copy: _files(self.well / copy) for copy in (FIRST, SECOND)}
        self.keys = sorted(self.bytes[FIRST])

    def heal(self) -> None:
        """Everything as it was before the first damage."""
        self.city.installation.vault.books.dispose()
        for name in (FIRST, SECOND):
            shutil.rmtree(self.home / name)
            shutil.copytree(self.well / name, self.home / name)
        for file in self.home.glob("paloverde.db*"):
            file.unlink()
        for file in self.well.glob("paloverde.db*"):
            shutil.copy(file, self.home / file.name)
        self.city.reopen()

    def close(self) -> None:
        self.city.close()


def live(city: FaultyCity) -> None:
    """Two nights, a removal, a paper, a published head: an object of every kind."""
    city.first_night()
    city.a_day()
    city.again()
    installed = city.installation
    installed.cabinet.file("statements", "2026", b"Invented words.", what="statement filed", actor="a clerk")
    installed.log.publish()
    assert len(installed.archive.parts(Role.REMOVED)) > 0


def _files(root: Path) -> dict[str, bytes]:
    """Key -> bytes, of the objects alone."""
    found = {path.relative_to(root).as_posix(): path for path in root.rglob("*") if path.is_file()}
    return {key: path.read_bytes() for key, path in found.items() if not key.startswith(".")}


def play(ground: Callable[[FaultyCity], None], batch: Batch) -> Told:
    """Some rounds of damage, check and repair. `ground` may plant a bug in the city."""
    told, rng = Told(), Random(f"corruption/{batch.seed}")
    with fresh_home() as home:
        patient = Patient(home, batch.seed)
        try:
            for number in range(batch.rounds):
                patient.heal()
                ground(patient.city)
                if number % 3 == 2:
                    _round_of_rows(patient, rng, told)
                else:
                    _round_of_objects(patient, rng, told)
        finally:
            patient.close()
    told.breaks = [f"seed {batch.seed}: {words}" for words in told.breaks]
    return told


# Objects.


def _round_of_objects(patient: Patient, rng: Random, told: Told) -> None:
    harms = _harms(patient, rng)
    changed = [harm for harm in harms if _do(patient, harm, rng)]
    copies = patient.city.installation.copies
    report = copies.check()
    said = " ".join(report.damaged)
    repair = copies.repair()
    for harm in changed:
        told.done[f"{harm.key.partition('/')[0]} {harm.way}"] += 1
        told.found += harm.key in said
        if harm.key not in said:
            told.breaks.append(f"not found: {harm.way} of {harm.key} in {harm.copy}")
    twice = {one.key for one in changed if Harm(SECOND, one.key, one.way) in changed and one.copy == FIRST}
    told.both += len(twice)
    told.lost += len(twice & set(repair.lost))
    for harm in changed:
        is_whole = _read(patient.home / harm.copy / harm.key) == patient.bytes[harm.copy][harm.key]
        told.repaired += is_whole
        if not is_whole and not (harm.key in twice and harm.key in repair.lost):
            told.breaks.append(
                f"not repaired: {harm.way} of {harm.key} in {harm.copy}; lost are {repair.lost}"
            )
        if is_whole and harm.key in repair.lost:
            told.breaks.append(f"called lost, and whole: {harm.key}")
    told.breaks += [f"harmed by the repair: {name}" for name in _others_harmed(patient, changed)]


def _harms(patient: Patient, rng: Random) -> list[Harm]:
    """A few keys of all kinds, each in one of the copies; sometimes one in both."""
    kinds: dict[str, list[str]] = {}
    for key in patient.keys:
        kinds.setdefault(key.partition("/")[0], []).append(key)
    number = rng.randrange(1, MOST)
    keys = {rng.choice(kinds[rng.choice(sorted(kinds))]) for _ in range(number)}
    harms = [
        Harm(rng.choice((FIRST, FIRST, SECOND)), key, rng.choice(WAYS))
        for key in sorted(keys)
        if key in patient.bytes[SECOND]
    ]
    if harms and rng.randrange(_AFTER) == 0:
        twice = harms[0]
        harms[:1] = [Harm(FIRST, twice.key, twice.way), Harm(SECOND, twice.key, twice.way)]
    return harms


def _do(patient: Patient, harm: Harm, rng: Random) -> bool:
    """Damages a file; False where that happens to change nothing."""
    path, before = patient.home / harm.copy / harm.key, patient.bytes[harm.copy][harm.key]
    others = [key for key in patient.keys if key != harm.key and key in patient.bytes[harm.copy]]
    same = [key for key in others if key.partition("/")[0] == harm.key.partition("/")[0]]
    if harm.way == "delete":
        path.unlink()
        return True
    if harm.way == "flip":
        at = rng.randrange(len(before))
        after = before[:at] + bytes([before[at] ^ (1 << rng.randrange(8))]) + before[at + 1 :]
    elif harm.way == "truncate":
        after = before[: rng.randrange(len(before))]
    elif harm.way == "zero":
        after = bytes(len(before))
    else:  # bytes that belong under another name: of any object, or of an earlier one of the same kind
        after = patient.bytes[harm.copy][rng.choice((same if harm.way == "older" else others) or others)]
    path.write_bytes(after)
    return after != before


def _read(path: Path) -> bytes | None:
    return path.read_bytes() if path.is_file() else None


def _others_harmed(patient: Patient, changed: list[Harm]) -> Iterator[str]:
    for copy, objects in patient.bytes.items():
        harmed = {harm.key for harm in changed if harm.copy == copy}
        for key, body in objects.items():
            if key not in harmed and _read(patient.home / copy / key) != body:
                yield f"{copy}/{key}"


# Rows.


def _round_of_rows(patient: Patient, rng: Random, told: Told) -> None:
    city = patient.city
    done = [_bend_a_row(city, rng) for _ in range(rng.randrange(1, 5))]
    try:
        report = city.installation.copies.check()
        named = bool(report.database) or not report.is_whole
    except PaloverdeError:
        named = True
    city.installation.copies.repair()
    after = rows_by_table(city.installation.vault.books, ROWS)
    wrong = [name for name, rows in patient.rows.items() if not set(rows) <= set(after[name])]
    told.done.update(f"row of {words}" for words in done)
    told.found += len(done) * named
    told.repaired += len(done) * (not wrong)
    if not named:
        told.breaks.append(f"rows not found: {done}")
    if wrong:
        told.breaks.append(f"rows of {wrong} not repaired: {done}")


def _bend_a_row(city: FaultyCity, rng: Random) -> str:
    """Changes one value of one row, or takes the row out; what was done, in words."""
    with changing(city.installation.vault.books) as books:
        filled = [table for table in ROWS if books.execute(table.select().limit(1)).first()]
        table: Table = rng.choice(filled)
        keys = list(table.primary_key.columns)
        rows = books.execute(table.select()).mappings().all()
        row = rng.choice(rows)
        here = [column == row[column.name] for column in keys]
        others = [column for column in table.columns if column not in keys and _bendable(column, row)]
        if not others or rng.random() < 0.2:
            books.execute(delete(table).where(*here))
            return f"{table.name} taken out"
        column = rng.choice(others)
        books.execute(update(table).where(*here).values({column.name: _bent(row[column.name], rng)}))
        return f"{table.name} {column.name}"


# Any whole version of an object may be named.
_FREE = {("runs", "version_id"), ("ledger", "version_id"), ("log", "version_id")}


def _bendable(column: Any, row: Any) -> bool:
    is_plain = isinstance(column.type, (Integer, String, Text)) and not isinstance(column.type, LargeBinary)
    is_value = isinstance(row[column.name], (int, str)) and not isinstance(row[column.name], bool)
    return is_plain and is_value and (column.table.name, column.name) not in _FREE


def _bent(value: int | str, rng: Random) -> int | str:
    if isinstance(value, int):
        return value ^ (1 << rng.randrange(4))
    if not value:
        return "x"
    at = rng.randrange(len(value))
    return value[:at] + chr(ord(value[at]) ^ 1) + value[at + 1 :]


# The long form.


def nothing(_: FaultyCity) -> None:
    """No bug is planted."""


@contextmanager
def sound() -> Iterator[Callable[[FaultyCity], None]]:
    yield nothing


def long_form(progress: Progress, *, processes: int, seconds: float, wanted: int = 10_000) -> Result:
    """At least so many corruptions on the directory store, where the time allows."""
    begun, tolds = time.monotonic(), list[Told]()
    batches = [Batch(seed) for seed in range(1, wanted // BATCH // 4)]
    for told in in_processes(batches, sound, play, processes, begun + seconds):
        tolds.append(told)
        number = sum(one.done.total() for one in tolds)
        broken = sum(len(one.breaks) for one in tolds)
        progress(f"corruption: {number:,} of {wanted:,}, {broken} not found or not repaired")
    return _result(tolds, wanted, time.monotonic() - begun)


def _result(tolds: list[Told], wanted: int, seconds: float) -> Result:
    done: Counter[str] = sum((one.done for one in tolds), Counter())
    breaks = [words for one in tolds for words in one.breaks]
    kinds: Counter[str] = Counter()
    for name, number in done.items():
        kinds["rows" if name.startswith("row of") else name.partition(" ")[0]] += number
    figures: dict[str, int | float | str] = {
        "found": sum(one.found for one in tolds),
        "byte for byte as before": sum(one.repaired for one in tolds),
        "objects damaged in both copies at once": sum(one.both for one in tolds),
        "of those whole nowhere, and named as lost": sum(one.lost for one in tolds),
        **{f"of {kind}": number for kind, number in sorted(kinds.items())},
        "ways": ", ".join(WAYS),
    }
    total = done.total()
    return Result("corruption", "Corruption of objects and rows, on the directory store", total,
                  max(0, total - len(breaks)), seconds, breaks, figures, whole=total >= wanted)  # fmt: skip
