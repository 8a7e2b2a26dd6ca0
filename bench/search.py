"""Search beside what one would use instead: the same records, the same questions, the same answers or not.

    make bench ARGS=search                        (or: python bench/search.py [--records N] [--folder F])

A made-up archive (corpus.py) is sealed once and kept in the folder, and so is what each way builds of it;
with `--again` all is built again. Every way runs in a process of its own. A page is counts by account, kind
and month with fifty hits, the median of seven (of fewer where seven would take more than two seconds), each
time asked for the first time; `again` is the same page asked for once more, which our index answers from what
it remembers; `opened` is the first page since our index was opened, its files in the machine's memory; `cold`
is the first page of a process that opens everything after the machine was asked to forget the files; `cpu` is
what it takes of the processor, children included, fairer than the wall where others work too. `all` is the
complete list of numbers, asked for the first time, too. A scan has no page: it takes as long as for all.
What a peer has not answered after `--limit` seconds is stopped, and
so is a copy for a peer that takes more than an hour. At the end the lists are compared.
"""

from __future__ import annotations

import argparse
import json
import shutil
import sys
from pathlib import Path
from typing import Any

import msgspec

from asked import OPENED, WAYS, Figures, cold, listed, scanned, warm
from built import NIGHT, STEPS, build, night
from compared import differences
from measured import Measured, environment, measured
from paloverde.search.index.layout import Damaged
from paloverde.search.index.opening import open_index
from questions import QUESTIONS

RECORDS = 1_000_000
FOLDER = Path(__file__).parents[1] / ".bench" / "search"
LIMIT = 120.0
_LEAST = 20_000
_COPY = {"FTS5": "fts5", "ripgrep": "jsonl"}
Column = tuple[str, str]
_PAGES: list[Column] = [
    *(("paloverde", what) for what in ("page", "page cpu", "again", "opened", "cold", "cold cpu")),
    *(("FTS5", what) for what in ("page", "page cpu", "cold", "cold cpu")),
]
_LISTS: list[Column] = [(way, what) for way in WAYS for what in ("all", "all cpu")]
_SCAN: list[Column] = [("scan", "all"), ("scan", "all cpu")]


def main(records: int, folder: Path = FOLDER, *, limit: float = LIMIT, again: bool = False) -> None:
    """Print all figures. `folder` is where archives of several sizes are kept, or the one of this size."""
    if records < _LEAST:
        raise SystemExit(f"At least {_LEAST:,} records: with fewer, accounts that are asked for have none.")
    folder = folder if folder.name == str(records) else folder / str(records)
    folder.mkdir(parents=True, exist_ok=True)
    print(environment())
    print(f"{records:,} records in {folder}; peers are stopped after {limit:,.0f} s")
    ways = _built(folder, records, again=again)
    shutil.rmtree(folder / "numbers", ignore_errors=True)
    more = _run("night", folder)
    print(
        f"{f'a night of {NIGHT:,} more, indexed':42} {more.said['wall']:.1f} s, {more.said['cpu']:.1f} cpu-s"
    )
    found = {way: _asked(way, folder, limit) for way in ways}
    found["scan"] = _asked("scan", folder, limit)
    _run("numbers", folder)
    _table("a page, milliseconds", found, _PAGES)
    _table("all, milliseconds", found, _LISTS)
    _table("all, s per million read", found, _SCAN)
    differences(folder, found)
    shutil.rmtree(folder / "numbers")


def _built(folder: Path, records: int, *, again: bool) -> list[str]:
    """Build what is not there yet; the ways that can be asked."""
    ways = [way for way in WAYS if way != "ripgrep" or shutil.which("rg")]
    if "ripgrep" not in ways:
        print("ripgrep (rg) is not installed here, and left out")
    for step, (what, _) in STEPS.items():
        outdated = step == "index" and not _is_readable(folder / "index")
        took = _kept(step, folder, again=again or outdated)
        if "over" in took.said:
            print(f"{what:42} took more than {took.said['over']:,.0f} s, and is left out")
            ways = [way for way in ways if _COPY.get(way) != step]
        else:
            _tell(what, took, records)
    return ways


def _is_readable(index: Path) -> bool:
    """Whether there is an index, and this program reads its format."""
    try:
        return open_index(index) is not None
    except Damaged:
        return False


def _kept(step: str, folder: Path, *, again: bool) -> Measured:
    """Build a thing, or the figures of when it was built."""
    note = folder / f"{step}.json"
    if again or not note.exists():
        note.unlink(missing_ok=True)
        note.write_bytes(msgspec.json.encode(_run(step, folder)._asdict()))
    return Measured(**json.loads(note.read_bytes()))


def _run(step: str, folder: Path, limit: float = LIMIT) -> Measured:
    here = [sys.executable, __file__, "--step", step, "--folder", str(folder), "--limit", str(limit)]
    return measured(here)


def _tell(what: str, took: Measured, records: int) -> None:
    rates = f"{records / took.said['wall']:,.0f} records/s, {records / took.said['cpu']:,.0f} per cpu-s"
    size = f"{took.said['bytes'] / records:,.0f} bytes a record"
    print(f"{what:42} {rates}, {size}; {took}", flush=True)


def _asked(way: str, folder: Path, limit: float) -> Figures:
    took = _run(way, folder, limit)
    print(f"{way + ', all questions':42} {took}", flush=True)
    if way not in OPENED:
        return took.said
    first = _run(f"cold {way}", folder, limit)
    print(f"{way + ', all questions, each cold':42} {first}", flush=True)
    return {title: {**first.said[title], **figures} for title, figures in took.said.items()}


def _table(what: str, found: dict[str, Figures], columns: list[Column]) -> None:
    columns = [(way, name) for way, name in columns if way in found]
    print(f"\n{what:24}{'hits':>10}", *(f"{way:>10}" for way, _ in columns))
    print(" " * 34, *(f"{name:>10}" for _, name in columns))
    for question in QUESTIONS:
        cells = [_cell(found[way][question.title], name) for way, name in columns]
        print(f"{question.title:24}{found['paloverde'][question.title]['hits']:>10,.0f}", *cells, flush=True)


def _cell(figures: dict[str, float], name: str) -> str:
    if name in figures:
        return f"{figures[name]:>10,.1f}"
    told = f">{figures['over']:,.0f} s" if "over" in figures else "-"
    return f"{told:>10}"


def _step(name: str, folder: Path, limit: float) -> Any:
    """What one process does."""
    if name in STEPS:
        return build(name, folder)
    if name.startswith("cold "):
        return cold(name.removeprefix("cold "), folder, limit)
    others = {"night": night, "numbers": listed, "scan": scanned}
    return others[name](folder) if name in others else warm(name, folder, limit)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--records", type=int, default=RECORDS)
    parser.add_argument("--folder", type=Path, default=FOLDER, help="where all that is built is kept")
    parser.add_argument("--limit", type=float, default=LIMIT, help="seconds that a peer has for a question")
    parser.add_argument("--again", action="store_true", help="build all of it again")
    parser.add_argument("--step", help=argparse.SUPPRESS)
    args = parser.parse_args()
    if args.step:
        print(json.dumps(_step(args.step, args.folder, args.limit)))
    else:
        main(args.records, args.folder, limit=args.limit, again=args.again)
