"""What a process on another clock does; `faults.clocks` starts it and judges it.

    python -m faults.clocked FOLDER night|again [SITE]

A night of the small site `plaza`; `again` finds a comment deleted and checks for removals. The last line it prints
is what it did, as JSON.
"""

from __future__ import annotations

import json
import sys
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import select

from paloverde.archive.ledger import Event, Ledger
from paloverde.archive.seal import Role
from paloverde.errors import PaloverdeError
from paloverde.records import Kind, archive_day
from paloverde.retention.decision import reasons_to_keep
from paloverde.retention.facts import Facts, Ground, ItemId
from paloverde.retention.schedule import Schedules
from paloverde.state.tables import ITEMS, RUNS
from plaza import ACCOUNT, PlazaSite, plaza
from plazacity import City


def main(home: Path, what: str, address: str) -> dict[str, Any]:
    """The night, and what came of it."""
    with ExitStack() as stack:
        site = stack.enter_context(plaza())
        _fill(site, deleted=what == "again")
        city = City(home, site)
        if address:  # a site whose clock is not this process's
            site.url, city.skew = address, 300
        before = _objects(home)
        now = city.clock()
        told: dict[str, Any] = {
            "now": now.isoformat(),
            "day": archive_day(now).isoformat(),
            "raised": "",
            "words": "",
        }
        try:
            _night(city, told, check=what == "again")
        except PaloverdeError as error:
            told |= {"raised": type(error).__name__, "words": str(error)}
        with city.vault.books.connect() as books:
            told["seals"] = len(books.execute(select(RUNS.c.sequence)).all())
            rows = books.execute(select(ITEMS.c.native_id, ITEMS.c.last_seen).order_by(ITEMS.c.native_id))
            told["seen"] = {row.native_id: row.last_seen.isoformat() for row in rows}
        told["written"] = sorted(_objects(home) - before)
        return told


def _night(city: City, told: dict[str, Any], *, check: bool) -> None:
    day = archive_day(city.clock())
    _, trouble = city.night(day)
    if trouble is not None:
        raise trouble
    ledger = Ledger(city.vault.store, city.vault.books, city.vault.signer, 2)
    ledger.append(Event("night sealed", "a test", city.clock(), {"day": str(day)}))
    if check:
        told["removed"] = city.check(day).removed
        told |= _held(city)


def _held(city: City) -> dict[str, Any]:
    """The dossier of what was removed, and until when the decision keeps it."""
    found = [
        row for one in city.archive.parts(Role.REMOVED) for row in city.archive.table(one.part).to_pylist()
    ]
    if not found:
        return {}
    row = found[0]
    day = archive_day(row["confirmed_at"])
    facts = Facts(
        item=ItemId(ACCOUNT.slug, Kind.COMMENT, row["native_id"]),
        received_on=day,
        removed_on=day,
        cause=row["cause"],
    )
    until = {reason.ground: reason.until for reason in reasons_to_keep(facts, day, Schedules())}
    return {
        "confirmed_at": row["confirmed_at"].isoformat(),
        "retain_until": row["retain_until"].isoformat(),
        "kept_until": str(until[Ground.REMOVAL]),
        "floor_until": str(until[Ground.FLOOR]),
    }


def _fill(site: PlazaSite, *, deleted: bool) -> None:
    site._posted = datetime.now(UTC) - timedelta(days=3)
    site.post("p1", "The pool opens again.")
    for number in range(1, 30):
        site.comment("p1", f"c{number}", f"When? ({number})")
    if deleted:
        del site.comments["p1"]["c1"]


def _objects(home: Path) -> set[str]:
    root = home / "archive"
    found = (path.relative_to(root).as_posix() for path in root.rglob("*") if path.is_file())
    return {key for key in found if not key.startswith(".")}


if __name__ == "__main__":
    print(json.dumps(main(Path(sys.argv[1]), sys.argv[2], sys.argv[3])))
