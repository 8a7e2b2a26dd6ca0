"""The first look at a large review: its records are looked through as long work, its pages come at once."""

from __future__ import annotations

from collections.abc import Callable

from fastapi.responses import Response

from paloverde.desk.jobs import JOBS, Progress
from paloverde.desk.pointed import look_through
from paloverde.desk.rights import Act
from paloverde.desk.under_review import UnderReview
from paloverde.desk.wording import plain
from paloverde.errors import BadQuestion, PersonNeeded

_AT_ONCE = 1_000  # records that are looked through while somebody waits for a page


def looked_through_first(desk: UnderReview, page: str) -> Response | None:
    """The page of the work that looks through the records; None where that was done, or takes no time."""
    if not _is_large(desk) or desk.pointed is not None:
        return None

    def work(progress: Progress) -> str:
        look_through(desk.remembered, desk.number, desk.there, desk.hits.__getitem__, progress)
        return page

    what = f"A look through the records of {desk.number}"
    path = JOBS.start(desk.visit, what, desk.number, work, again=page, act=Act.REVIEW)
    return desk.visit.go(path)


def left_looked_for_first(desk: UnderReview, page: str) -> Response | None:
    """The page of the work that looks for redacted words wherever they still stand; None where that was done,
    takes no time, or cannot be: the page itself says why.
    """
    try:
        if not _is_large(desk) or desk.known_left is not None or not desk.release.decided:
            return None
    except BadQuestion:
        return None

    def work(progress: Progress) -> str:
        progress("Redacted words are looked for wherever they may still stand.")
        desk.look_for_left()
        return page

    what = f"A look for redacted words in the records of {desk.number}"
    path = JOBS.start(desk.visit, what, desk.number, work, again=page, act=Act.SIGN_REVIEW)
    return desk.visit.go(path)


def signed_as_work(desk: UnderReview, page: str, sign: Callable[[], object]) -> Response | None:
    """The page of the work that signs a large review, in which all is looked through once more; None where it
    takes no time.
    """
    if not _is_large(desk):
        return None

    def work(progress: Progress) -> str:
        progress("All is looked through once more, then signed.")
        try:
            sign()
        except PersonNeeded as error:
            raise PersonNeeded(plain(error)) from error
        return page

    what, again = f"The signature under the review of {desk.number}", f"{page}/sign"
    path = JOBS.start(desk.visit, what, desk.number, work, again=again, act=Act.SIGN_REVIEW)
    return desk.visit.go(path)


def _is_large(desk: UnderReview) -> bool:
    return len(desk.review.versions) > _AT_ONCE and len(desk.there) > _AT_ONCE
