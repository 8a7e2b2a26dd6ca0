"""Search beside what one would use instead: the same records, the same questions, the same answers or not.

    make bench ARGS=search                        (or: python bench/search.py [--records N] [--folder F])

A made-up archive (corpus.py) is sealed once and kept in the folder, and so is what each way builds of it;
with `--again` all is built again. Every way runs in a process of its own. A page is counts by account, kind
and month with fifty hits, the median of seven (of fewer where seven would take more than two seconds); cold
is the first page of a process that opens everything after the machine was asked to forget the files; `cpu` is
what a page takes of the processor, fairer than the wall where others work too. `all` is the complete list of
numbers. A scan has no page: it takes as long as for all. At the end the lists are compared.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import sqlite3
import statistics
import sys
import tempfile
from collections.abc import Callable
from functools import partial
from importlib import import_module
from multiprocessing import get_context
from pathlib import Path
from time import perf_counter, process_time
from typing import Any

import msgspec
import numpy as np

from compared import differences
from corpus import add, corpus
from measured import Measured, environment, measured, size_of
from paloverde.search.index.upkeep import refresh
from questions import QUESTIONS
from searchers import FTS5, DuckDB, FullScan, Ours, Ripgrep, Way, dropped, flat, open_archive

RECORDS = 1_000_000
FOLDER = Path(__file__).parents[1] / ".bench" / "search"
NIGHT = 10_000
SEED = 5
_LEAST = 20_000
_SCANNED = 50_000  # records that our own scan reads for each question
_REPEATS, _PATIENCE = 7, 2.0
_ASKED = {"paloverde": Ours, "DuckDB": DuckDB, "FTS5": FTS5, "ripgrep": Ripgrep}
_FILES = {"paloverde": "index", "FTS5": "fts5.db"}


def main(records: int, folder: Path = FOLDER, *, again: bool = False) -> None:
    if records < _LEAST:
        raise SystemExit(f"At least {_LEAST:,} records: with fewer, accounts that are asked for have none.")
    folder = folder / str(records)
    folder.mkdir(parents=True, exist_ok=True)
    print(environment())
    print(f"{records:,} records in {folder}")
    for step, what in _STEPS.items():
        _tell(what, _kept(step, folder, again=again), records)
    shutil.rmtree(folder / "numbers", ignore_errors=True)
    night = _run("night", folder)
    print(f"{'a night of 10,000 more, indexed':34} {night.said['wall']:.1f} s, {night.said['cpu']:.1f} cpu-s")
    ways = [way for way in _ASKED if way != "ripgrep" or shutil.which("rg")]
    if "ripgrep" not in ways:
        print("ripgrep (rg) is not installed here, and left out")
    found = {way: _asked(way, folder) for way in ways}
    found["scan"] = _asked("scan", folder)
    _run("numbers", folder)
    _table(found)
    differences(folder / "numbers", [*ways[1:], "scan"])


_STEPS = {
    "corpus": "made and sealed (not part of any figure)",
    "index": "index of Paloverde",
    "fts5": "SQLite FTS5",
    "jsonl": "JSON lines for ripgrep",
}


def _kept(step: str, folder: Path, *, again: bool) -> Measured:
    """Build a thing, or the figures of when it was built."""
    note = folder / f"{step}.json"
    if again or not note.exists():
        note.unlink(missing_ok=True)
        note.write_bytes(msgspec.json.encode(_run(step, folder)._asdict()))
    return Measured(**json.loads(note.read_bytes()))


def _run(step: str, folder: Path) -> Measured:
    return measured([sys.executable, __file__, "--step", step, "--folder", str(folder)])


def _tell(what: str, took: Measured, records: int) -> None:
    rates = f"{records / took.said['wall']:,.0f} records/s, {records / took.said['cpu']:,.0f} per cpu-s"
    size = f"{took.said['bytes'] / records:,.0f} bytes a record"
    print(f"{what:34} {rates}, {size}; {took}", flush=True)


def _asked(way: str, folder: Path) -> dict[str, dict[str, float]]:
    took = _run(way, folder)
    print(f"{way:34} all questions: {took}", flush=True)
    cold = _run(f"cold {way}", folder).said if way in _FILES else {}
    return {title: {**figures, **cold.get(title, {})} for title, figures in took.said.items()}


def _table(found: dict[str, dict[str, dict[str, float]]]) -> None:
    columns = [("paloverde", what) for what in ("page", "cpu", "cold", "all")]
    columns += [("FTS5", "page"), ("FTS5", "cold"), ("FTS5", "all"), ("DuckDB", "all"), ("ripgrep", "all")]
    columns = [(way, what) for way, what in columns if way in found]
    print(f"\n{'milliseconds':22}{'hits':>10}", *(f"{way[:9]:>9}" for way, _ in columns), f"{'our scan':>12}")
    print(" " * 32, *(f"{what:>9}" for _, what in columns), f"{'s/million':>12}")
    for question in QUESTIONS:
        title = question.title
        figures = (found[way].get(title, {}).get(what) for way, what in columns)
        cells = [f"{'-' if one is None else f'{one:,.1f}':>9}" for one in figures]
        scan = found["scan"][title]
        each = scan["all"] / 1_000 / scan["read"] * 1_000_000
        print(f"{title:22}{found['paloverde'][title]['hits']:>10,.0f}", *cells, f"{each:>12,.1f}")


# -- what runs in processes of their own ---------------------------------------------------------------------


def _clock() -> Callable[[], dict[str, float]]:
    """Seconds of wall and of processor (children included) from now on, without what starting Python took."""
    started, before = perf_counter(), sum(os.times()[:4])
    return lambda: {"wall": perf_counter() - started, "cpu": sum(os.times()[:4]) - before}


def _corpus(folder: Path) -> dict[str, Any]:
    for old in folder.iterdir():
        shutil.rmtree(old) if old.is_dir() else old.unlink()
    corpus(folder, int(folder.name), SEED)
    return {"bytes": size_of(folder / "store")}


def _index(folder: Path) -> dict[str, Any]:
    shutil.rmtree(folder / "index", ignore_errors=True)
    done = refresh(open_archive(folder), folder / "index")
    return {"bytes": size_of(folder / "index"), "records": done.records, "segments": done.segments}


def _night(folder: Path) -> dict[str, Any]:
    """A night more, in a copy of archive and index of which only what is new takes room."""
    with tempfile.TemporaryDirectory(dir=folder) as name:
        copy = Path(name)
        shutil.copytree(folder / "store", copy / "store", copy_function=os.link)
        shutil.copytree(folder / "index", copy / "index", copy_function=os.link)
        shutil.copy(folder / "state.db", copy)
        archive = open_archive(copy)
        add(archive, NIGHT, SEED + 1, per_part=NIGHT // 20)
        took = _clock()
        done = refresh(archive, copy / "index")
        assert done.records >= NIGHT, done
        return took() | {"segments": done.segments}


def _fts5(folder: Path) -> dict[str, Any]:
    path = folder / "fts5.db"
    path.unlink(missing_ok=True)
    connection = sqlite3.connect(path)
    connection.executescript(
        """PRAGMA journal_mode = off; PRAGMA synchronous = off;
        CREATE TABLE records (id, account, kind, posted, observed, month, poster, media, text, described);
        CREATE VIRTUAL TABLE fts USING fts5(text, described, content = 'records',
          tokenize = 'unicode61 remove_diacritics 2');
        CREATE VIRTUAL TABLE words USING fts5vocab(fts, 'row');"""
    )
    for table in flat(folder):
        rows = table.drop_columns(["day"])
        columns = [column.to_pylist() for column in rows.columns]
        marks = ",".join("?" * len(columns))
        connection.executemany(f"INSERT INTO records VALUES ({marks})", zip(*columns, strict=True))
    connection.executescript(
        """INSERT INTO fts (fts) VALUES ('rebuild');
        CREATE INDEX by_account ON records (account, posted);
        CREATE INDEX by_poster ON records (poster, posted);"""
    )
    connection.commit()
    connection.close()
    return {"bytes": size_of(path)}


def _jsonl(folder: Path) -> dict[str, Any]:
    path, encoder = folder / "records.jsonl", msgspec.json.Encoder()
    with path.open("wb") as file:
        for table in flat(folder):
            plain = table.select(["id", "account", "kind", "day", "poster", "media"]).to_pylist()
            said = zip(table["text"].to_pylist(), table["described"].to_pylist(), strict=True)
            lines = ({**row, "said": texts} for row, texts in zip(plain, said, strict=True))
            file.write(encoder.encode_lines(list(lines)))
    return {"bytes": size_of(path)}


def _ways(way: str, folder: Path) -> dict[str, dict[str, float]]:
    """All questions put to one way."""
    opened = _ASKED[way](folder)
    opened.look(QUESTIONS[0])  # warm: what is made once for all questions
    return {question.title: _one(way, opened, number, folder) for number, question in enumerate(QUESTIONS)}


def _one(way: str, opened: Way, number: int, folder: Path) -> dict[str, float]:
    question = QUESTIONS[number]
    hits, page, cpu = _timed(lambda: opened.look(question))
    found = {} if hits is None else {"hits": hits, "page": page, "cpu": cpu}
    if isinstance(opened, Ours):
        places, took, _ = _timed(lambda: opened.places(question))
        assert sum(map(len, places.values())) == hits
        return found | {"all": took}
    numbers, took, _ = _timed(lambda: opened.every(question))
    if numbers is None:
        return {}
    _save(folder, way, number, numbers)
    return found | {"all": took}


def _timed(work: Callable[[], Any]) -> tuple[Any, float, float]:
    """What it gives, and the medians of its milliseconds of wall and of processor; the first is for warming
    where there are others.
    """
    took: list[tuple[float, float]] = []
    while len(took) <= _REPEATS and (sum(wall for wall, _ in took) < _PATIENCE or not took):
        started, before = perf_counter(), process_time()
        given = work()
        took.append((perf_counter() - started, process_time() - before))
    wall, cpu = (statistics.median(one) * 1_000 for one in zip(*(took[1:] or took), strict=True))
    return given, wall, cpu


def _cold(way: str, folder: Path) -> dict[str, dict[str, float]]:
    """The first page in a process that has just opened everything, for each question another process."""
    titles = [question.title for question in QUESTIONS]
    import_module("pandas")  # pyarrow loads it at the first array; loading of programs is not counted

    with get_context("fork").Pool(1, maxtasksperchild=1) as pool:
        took = pool.map(partial(_first, way, folder), range(len(titles)), chunksize=1)
    return {title: {"cold": one} for title, one in zip(titles, took, strict=True) if one is not None}


def _first(way: str, folder: Path, number: int) -> float | None:
    dropped(folder / _FILES[way])
    started = perf_counter()
    hits = _ASKED[way](folder).look(QUESTIONS[number])
    return None if hits is None else (perf_counter() - started) * 1_000


def _scan(folder: Path) -> dict[str, dict[str, float]]:
    scan = FullScan(folder, _SCANNED / int(folder.name))
    _save(folder, "scan", "read", scan.covered())
    found = {}
    for number, question in enumerate(QUESTIONS):
        started = perf_counter()
        _save(folder, "scan", number, scan.every(question))
        found[question.title] = {"all": (perf_counter() - started) * 1_000, "read": scan.rows}
    return found


def _numbers(folder: Path) -> dict[str, Any]:
    """The lists of our index as numbers."""
    ours = Ours(folder)
    for number, question in enumerate(QUESTIONS):
        _save(folder, "paloverde", number, ours.every(question))
    return {}


def _save(folder: Path, way: str, number: int | str, numbers: Any) -> None:
    path = folder / "numbers" / way
    path.mkdir(parents=True, exist_ok=True)
    np.save(path / f"{number}.npy", np.unique(numbers))


def _step(name: str, folder: Path) -> dict[str, Any]:
    """What one process does; what is built says how long that took."""
    builds = {"corpus": _corpus, "index": _index, "fts5": _fts5, "jsonl": _jsonl}
    asks = {"night": _night, "numbers": _numbers, "scan": _scan}
    if name in builds:
        took = _clock()
        return builds[name](folder) | took()
    if name.startswith("cold "):
        return _cold(name.removeprefix("cold "), folder)
    return asks[name](folder) if name in asks else _ways(name, folder)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--records", type=int, default=RECORDS)
    parser.add_argument("--folder", type=Path, default=FOLDER, help="where all that is built is kept")
    parser.add_argument("--again", action="store_true", help="build all of it again")
    parser.add_argument("--step", help=argparse.SUPPRESS)
    args = parser.parse_args()
    if args.step:
        print(json.dumps(_step(args.step, args.folder)))
    else:
        main(args.records, args.folder, again=args.again)
