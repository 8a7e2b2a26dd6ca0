"""How often the checks are right: what people found who judged a sample drawn by lot, and that sample."""

from __future__ import annotations

from typing import Any

from fastapi.responses import Response
from starlette.exceptions import HTTPException

from paloverde.desk.areas.watch_frame import is_of, shown
from paloverde.desk.areas.watch_waiting import is_seen, may_know, row
from paloverde.desk.rights import Act
from paloverde.desk.visit import Here, Pages, Visit
from paloverde.watch.sampling import Precision

pages = Pages()
_AT = "/watch/precision"


@pages.page("/watch/precision", Act.SEE_WATCH)
def figures(visit: Here) -> Response:
    """What is known of each check."""
    checks = visit.city.watch.checks
    rows = [_row(visit, one) for one in visit.city.watch.precision() if may_know(visit, checks[one.check])]
    return shown(visit, "watch_precision.html", "How often the checks are right", _AT, rows=rows)


@pages.page("/watch/precision/{check}", Act.ANSWER_WATCH)
def sample(visit: Here, check: str) -> Response:
    """What of a check is to be judged."""
    checks = visit.city.watch.checks
    if check not in checks:
        raise HTTPException(404)
    mine = checks[check]
    found = visit.city.watch.to_sample(check) if is_of(visit, mine.answered_by) else []
    rows = [row(one, sample=True) for one in found if is_seen(visit, one)]
    return shown(visit, "watch_sample.html", f"{mine.title}: to be judged", _AT, check=mine, rows=rows)


def _row(visit: Visit, one: Precision) -> dict[str, Any]:
    waits = one.drawn - one.looked_at
    is_theirs = is_of(visit, visit.city.watch.checks[one.check].answered_by)
    may_judge = waits and is_theirs and visit.may(Act.ANSWER_WATCH)
    return {
        **one._asdict(),
        "wrong": one.wrong,
        "sentence": one.sentence(),
        "path": f"{_AT}/{one.check}" if may_judge else "",
    }
