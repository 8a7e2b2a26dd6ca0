"""An archive of many nights, and a complete order to destroy one item of each answer, for disposition.py.

python bench/ordered.py HOME NIGHTS
"""

from __future__ import annotations

import gzip
import hashlib
import json
import sys
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import msgspec
from sqlalchemy import select, update

from ours import ACCOUNT, Canned, Timeline
from pages import PAGE, pages
from paloverde.capture.night import archive_night
from paloverde.installation import Installation, open_installation
from paloverde.platforms.conversation import Conversation, Listing
from paloverde.platforms.line import Line as Wire
from paloverde.platforms.line import Rules
from paloverde.records import Account, Kind, archive_day
from paloverde.retention.approval import FILES, ORDERS
from paloverde.retention.facts import ItemId
from paloverde.retention.orders import Line, Order
from paloverde.retention.schedule import RecordClass, Schedule, file_schedule
from paloverde.settings import load
from paloverde.state.books import changing
from paloverde.state.tables import ITEMS

ORDER = "order-bench"
EACH_NIGHT = 1_000
BEGIN = datetime(2026, 3, 2, 10, tzinfo=UTC)
LATER = BEGIN + timedelta(days=4 * 366)
SCHEDULE = Schedule(
    resolution="2020-1",
    title="Social media",
    adopted_on=date(2020, 1, 1),
    effective_from=date(2020, 1, 1),
    classes=(RecordClass(id="SOC", title="Social media", years=2),),
)


class Clock:
    def __init__(self, now: datetime) -> None:
        self.now = now

    def __call__(self) -> datetime:
        return self.now


class Newest(Timeline):
    """X, whose listing shows a night's posts and says nothing of those before."""

    def night(self, account: Account, since: datetime | None) -> Conversation:
        steps, answer = super().night(account, since), None
        while True:
            try:
                step = steps.send(answer)
            except StopIteration:
                return
            bounded = isinstance(step, Listing)
            answer = yield msgspec.structs.replace(step, since=LATER) if bounded else step


def make(home: Path, nights: int) -> None:
    clock = Clock(BEGIN)
    city = open_installation(load({"PALOVERDE_HOME": str(home)}), clock)
    city.register_account(ACCOUNT)
    file_schedule(city.cabinet, SCHEDULE, "ana")
    bodies = pages(nights * EACH_NIGHT)
    for night in range(nights):
        clock.now = BEGIN + timedelta(days=night)
        _archive(city, clock, _answers(bodies))
    clock.now = LATER
    _order(city, clock, _going(city))


def _answers(bodies: Iterator[bytes]) -> Iterator[bytes]:
    """The answers of one night; the last names no further page."""
    for left in reversed(range(EACH_NIGHT // PAGE)):
        answer = json.loads(gzip.decompress(next(bodies)))
        if not left:
            answer["meta"].pop("next_token", None)
        text = json.dumps(answer, ensure_ascii=False, separators=(",", ":"))
        yield gzip.compress(text.encode(), 6, mtime=0)


def _archive(city: Installation, clock: Clock, answers: Iterator[bytes]) -> None:
    def line() -> Wire:
        rules, canned = Rules(clock_skew=10**9), Canned(answers)
        return Wire(
            Newest(), "https://api.x.example", "bench-token", clock=clock, rules=rules, transport=canned
        )

    report, trouble = archive_night(city.vault, Newest(), ACCOUNT, clock.now.date(), None, line)
    assert (trouble, report.new_versions) == (None, EACH_NIGHT), (trouble, report)


def _going(city: Installation) -> list[ItemId]:
    """One item of each answer, which the site is made to show no longer: no removal check is run here."""
    query = select(ITEMS.c.kind, ITEMS.c.native_id).order_by(ITEMS.c.native_id)
    with changing(city.vault.books) as connection:
        rows = list(connection.execute(query))[7::PAGE]
        for _, native_id in rows:
            named = ITEMS.c.native_id == native_id
            connection.execute(update(ITEMS).where(named).values(state="imported"))
    return [ItemId(ACCOUNT.slug, Kind(kind), native_id) for kind, native_id in rows]


def _order(city: Installation, clock: Clock, going: list[ItemId]) -> None:
    """An order with everything that it needs."""
    lines = (Line(item, "SOC", "2020-1", LATER.date(), 1) for item in going)
    files = (
        b"".join(msgspec.json.encode(line, order="sorted") + b"\n" for line in lines),
        b"A report.",
        b"account,kind,item",
    )
    day = archive_day(LATER)
    named = (ORDER, LATER, "ana", day + timedelta(days=30), [ACCOUNT.slug], len(going), len(going))
    order = Order(*named, *(hashlib.sha256(file).hexdigest() for file in files))
    for file in files:
        city.cabinet.file(FILES, order.lines_sha256, file, what="filed by a bench", actor="ana")
    city.cabinet.file(ORDERS, ORDER, order, what="destruction proposed", actor="ana")
    clock.now += timedelta(hours=1)
    paper = city.settings.home / "paper.txt"
    paper.write_text("Resolved.")
    city.disposition.resolution(ORDER, "2026-41", day, paper, "ana")
    city.disposition.consent(ORDER, "Rosa Quintero", day, paper, "cleo")
    city.disposition.approve(ORDER, "ana", "clerk", "command line")
    city.disposition.approve(ORDER, "ben", "approver", "command line")
    # for the floor, which reads no order
    (city.settings.home / "going.txt").write_text("\n".join(item.native_id for item in going))


if __name__ == "__main__":
    make(Path(sys.argv[1]), int(sys.argv[2]))
