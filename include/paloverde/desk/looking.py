"""The first look at a large review: its records are looked through as long work, its pages come at once."""

from __future__ import annotations

from fastapi.responses import Response

from paloverde.desk.jobs import JOBS, Progress
from paloverde.desk.pointed import look_through
from paloverde.desk.rights import Act
from paloverde.desk.under_review import UnderReview

_AT_ONCE = 2_000  # records that are looked through while somebody waits for a page


def looked_through_first(desk: UnderReview, page: str) -> Response | None:
    """The page of the work that looks through the records; None where that was done, or takes no time."""
    if len(desk.review.versions) <= _AT_ONCE or len(desk.there) <= _AT_ONCE or desk.pointed is not None:
        return None

    def work(progress: Progress) -> str:
        look_through(desk.remembered, desk.number, desk.there, desk.hits.__getitem__, progress)
        return page

    what = f"A look through the records of {desk.number}"
    path = JOBS.start(desk.visit, what, desk.number, work, again=page, act=Act.REVIEW)
    return desk.visit.go(path)
