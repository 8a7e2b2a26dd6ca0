"""What a million records cost: `make bench ARGS=capacity` measures it into bench/capacity.json.

Whole sealed nights, as `ours.night` makes them, from wire bytes that a site would send (posts of 1.8 kB):
some with many records a night, some with few, since a city of many quiet accounts pays for nights and not for
records. Then the search index over them and the Iceberg tables. Each point runs in a process of its own.
`capacity_model.py` turns the points into a price for each record and each night.
"""

from __future__ import annotations

import json
import sys
import tempfile
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, date, datetime, timedelta
from os import times
from pathlib import Path
from typing import Any

from msgspec import structs
from sqlalchemy import Engine, func, select, text

from measured import environment, measured, size_of
from ours import ACCOUNT, Canned, Timeline
from pages import PAGE, pages
from paloverde.archive.reader import Archive
from paloverde.archive.signing import open_signer
from paloverde.archive.store import open_store
from paloverde.archive.store.shelf import DirectoryShelf
from paloverde.archive.vault import Vault
from paloverde.capture.night import archive_night
from paloverde.lake.publish import publish
from paloverde.platforms.conversation import Conversation, Listing
from paloverde.platforms.line import Line, Rules
from paloverde.records import Account
from paloverde.search.index.upkeep import refresh
from paloverde.state.books import open_books
from paloverde.state.tables import METADATA

RECORDS = 0  # every point; `--sizes` names some
POINTS = (
    (5_000, 50),
    (10_000, 1),
    (30_000, 3),
    (100_000, 10),
    (300_000, 30),
    (1_000_000, 100),
)  # records, nights
MEASURED = Path(__file__).with_name("capacity.json")
_FIRST = date(2026, 1, 1)
_AHEAD = datetime(2027, 1, 1, tzinfo=UTC)  # nothing that is known was posted since: none of it is missed


def main(records: int) -> None:
    """Measure the points of so many records (0: all), each kept in place of its earlier measurement."""
    for size, nights in POINTS:
        if records in (0, size):
            done = measured([sys.executable, __file__, str(size), str(nights)])
            keep(
                done.said
                | {"peak_mb": round(done.resident), "on": f"{_now():%Y-%m-%d}", "machine": environment()}
            )
    print("`python bench/capacity_page.py > docs/reference/capacity.md` makes the page of it.")


def keep(point: dict[str, Any]) -> None:
    """Say a point, and put it into capacity.json."""
    print(json.dumps(point), flush=True)
    kept = json.loads(MEASURED.read_text(encoding="utf-8")) if MEASURED.exists() else []
    others = [one for one in kept if (one["records"], one["nights"]) != (point["records"], point["nights"])]
    points = sorted([*others, point], key=lambda one: (int(one["records"]), int(one["nights"])))
    MEASURED.write_text(json.dumps(points, indent=1) + "\n", encoding="utf-8")


class New(Timeline):
    """A night that lists what is new and reaches back no further, as X is asked with `since_id`."""

    def night(self, account: Account, since: datetime | None) -> Conversation:
        talk, answer = super().night(account, since), None
        with suppress(StopIteration):
            while True:
                said = talk.send(answer)
                if isinstance(said, Listing):
                    said = structs.replace(said, since=_AHEAD)
                answer = yield said


def point(records: int, nights: int) -> dict[str, Any]:
    """So many records in so many nights of one account: processor seconds, bytes, objects, rows."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        books = open_books(f"sqlite:///{folder / 'state.db'}")
        store = open_store(f"file://{folder / 'archive'}")
        vault = Vault(store, books, open_signer(folder / "key.pem"), _now, 2)
        capture = sum(_night(vault, number, records // nights) for number in range(nights))
        archive = Archive(store, books)
        clock = _clock()
        refresh(archive, folder / "index")
        index = clock()
        clock = _clock()
        tables = publish(archive, f"file://{folder / 'archive'}", DirectoryShelf(folder / "lake"))
        lake = clock()
        assert tables[0].holds.rows == records, tables
        rows = _rows(books)
        books.dispose()
        return {
            "records": records,
            "nights": nights,
            "capture_cpu_s": round(capture, 2),
            "index_cpu_s": index,
            "lake_cpu_s": lake,
            "objects": sum(1 for path in _files(folder / "archive") if ".locks" not in path.parts),
            **{f"{part}_bytes": size_of(folder / "archive" / part) for part in ("records", "sightings")},
            "exchanges_bytes": size_of(folder / "archive" / "exchanges"),
            "seals_bytes": size_of(folder / "archive" / "runs"),
            "index_bytes": size_of(folder / "index"),
            "lake_bytes": size_of(folder / "lake"),
            "database_bytes": size_of(folder / "state.db"),
            "database_rows": rows,
        }


def _night(vault: Vault, number: int, records: int) -> float:
    """Seal one; the seconds of processor that took, without those of making the site's answers."""
    bodies = iter(list(pages(records, seed=number, first=number * -(-records // PAGE))))

    def line() -> Line:
        canned = Canned(bodies)
        rules = Rules(clock_skew=10**9)
        return Line(New(), "https://api.x.example", "bench", clock=_now, rules=rules, transport=canned)

    day = _FIRST + timedelta(days=number)
    clock = _clock()
    report, trouble = archive_night(vault, New(), ACCOUNT, day, None, line)
    took = clock()
    assert trouble is None, trouble
    assert report.new_versions == records, report
    return took


def _rows(books: Engine) -> int:
    with books.connect() as connection:
        connection.execute(text("PRAGMA wal_checkpoint(TRUNCATE)"))
        queries = [select(func.count()).select_from(table) for table in METADATA.sorted_tables]
        return sum(int(connection.execute(query).scalar() or 0) for query in queries)


def _files(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if path.is_file()]


def _clock() -> Callable[[], float]:
    """Seconds of processor from now on, children included."""
    before = sum(times()[:4])
    return lambda: round(sum(times()[:4]) - before, 2)


def _now() -> datetime:
    return datetime.now(UTC)


if __name__ == "__main__":
    print(json.dumps(point(int(sys.argv[1]), int(sys.argv[2]))))
