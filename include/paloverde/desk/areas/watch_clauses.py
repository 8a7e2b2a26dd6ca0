"""The policy clause by clause: what serves each, what a person must do, how many findings of it wait."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from fastapi.responses import Response

from paloverde.desk.areas.watch_frame import is_of, shown
from paloverde.desk.areas.watch_waiting import waiting_by_check
from paloverde.desk.rights import Act
from paloverde.desk.visit import Here, Pages, Visit
from paloverde.watch.clauses import Clause, Standing, clauses
from paloverde.watch.registers import ALL
from paloverde.wording import some

pages = Pages()
_AT = "/watch/clauses"


class Server(NamedTuple):
    """What serves a clause, and its page at the desk, "" where it has none."""

    words: str
    path: str = ""
    waits: int = 0


@pages.page("/watch/clauses", Act.SEE_WATCH)
def every(visit: Here, stands: str = "") -> Response:
    """Every clause, counted by how it is served; or those that are served in one way."""
    known, counts = sorted(clauses(), key=in_order), Counter(clause.standing for clause in clauses())
    chosen = [clause for clause in known if stands in ("", clause.standing.name.lower())]
    waits = waiting_by_check(visit)
    return shown(
        visit, "watch_clauses.html", "The policy clause by clause", _AT, stands=stands,
        counts=[(one.value, one.name.lower(), counts[one]) for one in Standing],
        count=some(len(known), "clause"), rows=[_row(visit, clause, waits) for clause in chosen],
    )  # fmt: skip


def in_order(clause: Clause) -> list[tuple[int, str]]:
    """Where a clause stands in the policy: its section piece by piece, so that V.B.9 comes before V.B.10.

    The rows are numbered in another order (P-44 is V.B.7, and P-47 is V.B.6).
    """
    return [
        (int(piece), "") if piece.isdigit() else (0, piece)
        for piece in re.findall(r"\d+|[A-Za-z]+", clause.section)
    ]


def _row(visit: Visit, clause: Clause, waits: Mapping[str, int]) -> dict[str, Any]:
    servers = list(_servers(visit, clause, waits))
    return {
        "id": clause.id,
        "section": clause.section,
        "quote": clause.quote,
        "standing": clause.standing.value,
        "says": clause.says,
        "left": clause.left,
        "limit": clause.limit,
        "person": clause.person,
        "servers": servers,
        "waits": sum(one.waits for one in servers),
    }


def _servers(visit: Visit, clause: Clause, waits: Mapping[str, int]) -> Iterator[Server]:
    """The checks, reports and registers of a clause. Modules are for whoever reads the program."""
    checks, reports = visit.city.watch.checks, visit.city.watch.reports
    for name in clause.named("check"):
        if name in checks:
            yield Server(f"check “{checks[name].title}”", f"/watch?check={name}", waits.get(name, 0))
    for name in clause.named("report"):
        if name in reports:
            path = f"/watch/reports/{name}" if is_of(visit, reports[name].read_by) else ""
            yield Server(f"report “{reports[name].title}”", path)
    for name in clause.named("register"):
        if name in ALL:
            yield Server(f"register “{ALL[name].title}”", f"/watch/registers/{name}")
