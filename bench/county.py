"""`make bench ARGS=county`: what a question must know of the sealed runs, where there are very many.

A county of 300 accounts seals a night of each every day: a hundred thousand runs a year, whatever was
posted. Seals and parts stand in the database as nights leave them, without the objects: of these a question
reads what answers it, and `search` measures that. Beside it: every seal read and checked at each question.
"""

from __future__ import annotations

import json
import sys
import tempfile
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, time, timedelta
from hashlib import sha256
from itertools import count, islice
from os import times
from pathlib import Path
from typing import Any

from sqlalchemy import Engine, insert

from measured import measured
from paloverde.archive.commit import apply, run_row
from paloverde.archive.reader import Archive
from paloverde.archive.seal import FIRST, Coverage, Draft, Part, Role, RunKind, Seal, make_seal
from paloverde.archive.signing import Signer, open_signer
from paloverde.archive.store import open_store
from paloverde.platforms.conversation import Gap, Listing
from paloverde.records import Kind
from paloverde.search.index.asking import standing
from paloverde.search.inquiry import extent, inquire, known_gaps
from paloverde.search.scope import Scope
from paloverde.state.books import open_books
from paloverde.state.tables import PARTS, RUNS

RECORDS = 109_500  # runs: 300 accounts, each night of a year
_ACCOUNTS = 300
_ROWS = 20
_FIRST_DAY = date(2026, 1, 1)
_AT_ONCE = 5_000
_LISTED = (("posts", Kind.POST), ("comments", Kind.COMMENT), ("messages", Kind.MESSAGE))
_LIMIT = "the site shows the newest 3,200 posts alone; older ones cannot be had"
_ROLES = (Role.EXCHANGES, Role.SIGHTINGS, Role.RECORDS)


def main(runs: int) -> None:
    """Print what each step took, and the memory of the process."""
    done = measured([sys.executable, __file__, str(runs)])
    print(f"{runs:,} sealed runs, {round(done.resident):,} MB at most with what they were made of")
    for step, seconds in done.said.items():
        print(f"  {step:58}{seconds:>8.2f} s of processor time")


def point(runs: int) -> dict[str, Any]:
    """What a question costs: at first, again, and after one more night."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        books = open_books(f"sqlite:///{folder / 'state.db'}")
        archive = Archive(open_store(f"file://{folder / 'archive'}"), books)
        chain = _chain(open_signer(folder / "key.pem"))
        _seal(books, chain, runs)
        took = {"every seal read and checked": _timed(lambda: sum(1 for _ in archive.seals()))}
        took["the first question"] = _timed(lambda: _ask(archive))
        took["the next question"] = _timed(lambda: _ask(archive))
        _seal(books, chain, 1)
        took["the next question, after one more run"] = _timed(lambda: _ask(archive))
        took["the names of all parts, once after each run"] = _timed(lambda: standing(archive))
        assert archive.told.now()[-1].sequence == runs + 1
        books.dispose()
        return took


def _ask(archive: Archive) -> None:
    """All that an answer says of what was searched, apart from what the index and the objects say."""
    inquiry = inquire(archive, "pool", Scope())
    extent(archive, inquiry)
    assert inquiry.limits(known_gaps(archive))


def _chain(signer: Signer) -> Iterator[tuple[Seal, bytes, str]]:
    """The seals of one night of each account after another, for ever."""
    previous = FIRST
    for sequence in count(1):
        night, account = divmod(sequence - 1, _ACCOUNTS)
        draft = _night(f"x-department-{account:03}", _FIRST_DAY + timedelta(days=night))
        seal, body, digest = make_seal(draft, sequence, previous, signer)
        yield seal, body, digest
        previous = digest


def _night(account: str, day: date) -> Draft:
    digest, at = sha256(f"{account} {day}".encode()).hexdigest(), datetime.combine(day, time(10), UTC)
    parts = [
        Part(
            role, f"{role.value}/account={account}/date={day}/{digest}", "1", digest, 5_000, _ROWS, 0, at, at
        )
        for role in _ROLES
    ]
    listings = [Listing(stream, kind, complete=True, got=_ROWS) for stream, kind in _LISTED]
    gaps = [Gap("posts", Kind.POST, _LIMIT, is_limit=True)]
    counts = {"records": _ROWS, "new_versions": _ROWS, "candidates": 0}
    coverage = Coverage(listings, gaps, exchanges=len(_LISTED))
    return Draft(account, "x", day, RunKind.NIGHT, digest, at, at, parts, coverage, counts, "bench")


def _seal(books: Engine, chain: Iterator[tuple[Seal, bytes, str]], runs: int) -> None:
    """Write so many of them down as a night does. The gap that every night meets is opened by the first."""
    for start in range(0, runs, _AT_ONCE):
        some = list(islice(chain, min(_AT_ONCE, runs - start)))
        stored = {"pending": False, "version_id": "1"}
        sealed = [run_row(seal, body, digest) | stored for seal, body, digest in some]
        first = [seal for seal, _, _ in some if seal.sequence <= _ACCOUNTS]
        rest = [row for seal, _, _ in some[len(first) :] for row in _rows(seal)]
        with books.begin() as connection:
            connection.execute(insert(RUNS), sealed)
            for seal in first:
                apply(connection, seal, ())
            if rest:
                connection.execute(insert(PARTS), rest)


def _rows(seal: Seal) -> Iterator[dict[str, object]]:
    run = seal.run
    of_run = {"account": run.account, "day": run.day, "sequence": seal.sequence, "of_run": seal.sequence}
    for part in run.parts:
        named = {name: getattr(part, name) for name in Part.__struct_fields__}
        yield named | {"role": part.role.value} | of_run


def _timed(work: Callable[[], object]) -> float:
    before = sum(times()[:2])
    work()
    return round(sum(times()[:2]) - before, 3)


if __name__ == "__main__":
    print(json.dumps(point(int(sys.argv[1]))))
