"""All questions put to one way, measured: pages (asked for the first time and again, of an index just opened,
and cold) and complete lists, wall and processor.
"""

from __future__ import annotations

import resource
import statistics
from collections.abc import Callable
from functools import partial
from importlib import import_module
from multiprocessing import get_context
from pathlib import Path
from time import perf_counter, process_time
from typing import Any

import numpy as np

from bounded import TooLong, at_most
from questions import QUESTIONS
from searchers import FTS5, DuckDB, FullScan, Ours, Ripgrep, Way, dropped

WAYS: dict[str, Callable[[Path], Way]] = {
    "paloverde": Ours, "DuckDB": DuckDB, "FTS5": FTS5, "ripgrep": Ripgrep,
}  # fmt: skip
OPENED = {"paloverde": "index", "FTS5": "fts5.db"}  # what a page opens; the others have none
_REPEATS, _ENOUGH = 7, 2.0
_SCANNED = 50_000  # records that our own scan reads for each question
Figures = dict[str, dict[str, float]]


def warm(way: str, folder: Path, limit: float) -> Figures:
    """All questions to one way in this process. `over` is the limit in seconds, where it took longer."""
    opened = WAYS[way](folder)
    opened.look(QUESTIONS[0])  # warm: what is made once for all questions
    return {
        question.title: _one(way, opened, number, folder, limit) for number, question in enumerate(QUESTIONS)
    }


def cold(way: str, folder: Path, limit: float) -> Figures:
    """The first page in a process that has just opened everything, for each question another process."""
    titles = [question.title for question in QUESTIONS]
    import_module("pandas")  # pyarrow loads it at the first array; loading of programs is not counted
    with get_context("fork").Pool(1, maxtasksperchild=1) as pool:
        took = pool.map(partial(_first, way, folder, limit), range(len(titles)), chunksize=1)
    return dict(zip(titles, took, strict=True))


def scanned(folder: Path) -> Figures:
    """Our own scan of some of the objects: the truth that the index must agree with."""
    scan = FullScan(folder, _SCANNED / int(folder.name))
    _save(folder, "scan", "read", scan.covered())
    found = {}
    for number, question in enumerate(QUESTIONS):
        started, before = perf_counter(), spent()
        _save(folder, "scan", number, scan.every(question))
        each = 1_000_000 / scan.rows
        found[question.title] = {
            "all": (perf_counter() - started) * each,
            "all cpu": (spent() - before) * each,
        }
    return found


def listed(folder: Path) -> dict[str, Any]:
    """The lists of our index as numbers."""
    ours = Ours(folder)
    for number, question in enumerate(QUESTIONS):
        _save(folder, "paloverde", number, ours.every(question))
    return {}


def spent() -> float:
    """Seconds of processor of this process and of those that it started and that have ended."""
    children = resource.getrusage(resource.RUSAGE_CHILDREN)
    return process_time() + children.ru_utime + children.ru_stime


def _one(way: str, opened: Way, number: int, folder: Path, limit: float) -> dict[str, float]:
    question, found = QUESTIONS[number], dict[str, float]()
    try:
        with at_most(limit, opened.stop):
            hits, *page = _timed(lambda: opened.look(question), opened.forget)
        if hits is not None:
            found |= {"hits": hits, **dict(zip(("page", "page cpu"), page, strict=True))}
            with at_most(limit, opened.stop):
                _, *again = _timed(lambda: opened.look(question))
            found |= dict(zip(("again", "again cpu"), again, strict=True))
        if isinstance(opened, Ours):
            _, *first = _timed(lambda: opened.look(question), opened.open_anew)
            found |= dict(zip(("opened", "opened cpu"), first, strict=True))
        with at_most(limit, opened.stop):
            every, *took = _timed(lambda: _list(opened, number), opened.forget)
    except TooLong as error:
        return found | {"over": error.seconds}
    if every is None:
        return {}
    if isinstance(opened, Ours):
        assert sum(map(len, every.values())) == found["hits"]
    else:
        _save(folder, way, number, every)
    return found | dict(zip(("all", "all cpu"), took, strict=True))


def _list(opened: Way, number: int) -> Any:
    question = QUESTIONS[number]
    return opened.places(question) if isinstance(opened, Ours) else opened.every(question)


def _timed(work: Callable[[], Any], ready: Callable[[], None] = lambda: None) -> tuple[Any, float, float]:
    """What it gives, and the medians of its milliseconds of wall and of processor; the first is for warming
    where there are others. What makes it `ready` each time is not counted.
    """
    took: list[tuple[float, float]] = []
    while len(took) <= _REPEATS and (sum(wall for wall, _ in took) < _ENOUGH or not took):
        ready()
        started, before = perf_counter(), spent()
        given = work()
        took.append((perf_counter() - started, spent() - before))
    wall, cpu = (statistics.median(one) * 1_000 for one in zip(*(took[1:] or took), strict=True))
    return given, wall, cpu


def _first(way: str, folder: Path, limit: float, number: int) -> dict[str, float]:
    dropped(folder / OPENED[way])
    started, before = perf_counter(), spent()
    opened = WAYS[way](folder)
    try:
        with at_most(limit, opened.stop):
            hits = opened.look(QUESTIONS[number])
    except TooLong as error:
        return {"over": error.seconds}
    took, cpu = perf_counter() - started, spent() - before
    return {} if hits is None else {"cold": took * 1_000, "cold cpu": cpu * 1_000}


def _save(folder: Path, way: str, number: int | str, numbers: Any) -> None:
    path = folder / "numbers" / way
    path.mkdir(parents=True, exist_ok=True)
    np.save(path / f"{number}.npy", np.unique(numbers))
