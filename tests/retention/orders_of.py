"""A city without records whose clock can be set, and orders filed in it by hand."""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime, timedelta
from pathlib import Path

import msgspec

from paloverde.installation import Installation, open_installation
from paloverde.records import Kind, archive_day
from paloverde.retention.approval import FILES, ORDERS
from paloverde.retention.facts import ItemId
from paloverde.retention.orders import Line, Order
from paloverde.settings import load

START = datetime(2026, 3, 2, 17, 0, tzinfo=UTC)  # a Monday morning in California
ACCOUNT = "facebook-springfield"
PEOPLE = {"ana": "clerk", "ben": "approver", "cleo": "counsel", "dora": "approver", "ed": "clerk"}
WAIT = 30
TABLE = b"account,kind,item"


class Clock:
    """Says what time the test wants it to be."""

    def __init__(self, now: datetime = START) -> None:
        self.now = now

    def __call__(self) -> datetime:
        return self.now

    def go(self, days: float) -> None:
        self.now += timedelta(days=days)


def open_city(home: Path, clock: Clock) -> Installation:
    return open_installation(load({"PALOVERDE_HOME": str(home)}), clock)


def lines(*natives: str) -> bytes:
    day = archive_day(START)
    listed = [
        Line(ItemId(ACCOUNT, Kind.COMMENT, native_id), "SOC-COMMENT", "2020-1", day, 1)
        for native_id in natives
    ]
    return b"".join(msgspec.json.encode(line, order="sorted") + b"\n" for line in listed)


def an_order(
    city: Installation,
    clock: Clock,
    *natives: str,
    id_: str = "order-2026-0001",
    report: bytes = b"A report.",
) -> Order:
    """File the list, the report, and the order that names both."""
    body = lines(*(natives or ("c1", "c2")))
    order = Order(
        id_, clock(), "ana", archive_day(clock()) + timedelta(days=WAIT), [ACCOUNT], len(body.splitlines()),
        len(body.splitlines()), *(hashlib.sha256(file).hexdigest() for file in (body, report, TABLE)),
    )  # fmt: skip
    for file in (body, report, TABLE):
        city.cabinet.file(FILES, order.lines_sha256, file, what="filed by a test", actor="ana")
    city.cabinet.file(ORDERS, id_, order, what="destruction proposed", actor="ana")
    clock.go(1 / 24)
    return order


def document(folder: Path, text: str) -> Path:
    file = folder / "document.pdf"
    file.write_text(text)
    return file


def complete(city: Installation, clock: Clock, folder: Path, order: Order) -> None:
    """Everything that an order needs, but the days of waiting."""
    disposition, day = city.disposition, archive_day(clock())
    disposition.resolution(order.id, "2026-41", day, document(folder, "Resolution 2026-41"), "ana")
    disposition.consent(order.id, "Rosa Quintero", day, document(folder, "I consent."), "cleo")
    disposition.approve(order.id, "ana", "clerk", "command line")
    disposition.approve(order.id, "ben", "approver", "command line")
