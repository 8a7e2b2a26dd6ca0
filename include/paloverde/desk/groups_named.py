"""What an order of destruction names, counted for its page."""

from __future__ import annotations

from datetime import date
from typing import NamedTuple

from paloverde.desk.visit import Visit
from paloverde.retention.orders import Line, OrderStanding

_MOST_KNOWN = 200


class Group(NamedTuple):
    """Items of one account, kind and class of a schedule, that nothing has kept since some days."""

    account: str
    kind: str
    record_class: str
    items: int
    versions: int
    first: date
    last: date


_groups: dict[str, list[Group]] = {}  # by the SHA-256 of a list, which never changes


def groups_of(visit: Visit, standing: OrderStanding) -> list[Group]:
    """What an order names, counted by account, kind and class."""
    sha256 = standing.order.lines_sha256
    if sha256 not in _groups:
        if len(_groups) >= _MOST_KNOWN:
            _groups.clear()
        _groups[sha256] = _counted(visit.city.disposition.lines(standing.order.id))
    return _groups[sha256]


def _counted(lines: list[Line]) -> list[Group]:
    found: dict[tuple[str, str, str], list[Line]] = {}
    for line in lines:
        named = line.item.account, line.item.kind.value, f"{line.record_class} ({line.resolution})"
        found.setdefault(named, []).append(line)
    return [
        Group(
            *named, len(some_), sum(line.versions for line in some_),
            min(line.keep_until for line in some_), max(line.keep_until for line in some_),
        )
        for named, some_ in sorted(found.items())
    ]  # fmt: skip
