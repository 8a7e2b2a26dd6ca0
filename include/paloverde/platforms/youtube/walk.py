"""Walking one list of the YouTube Data API to its end, and knowing whether that was the end.

https://developers.google.com/youtube/v3/guides/implementation/pagination : a page may be short or empty
and still have a next one; only a page without `nextPageToken` is the last. `pageInfo.totalResults` guesses.
"""

from __future__ import annotations

from collections.abc import Callable, Generator
from datetime import datetime

import msgspec

from paloverde.errors import Unreachable
from paloverde.platforms.asking import TROUBLE, body_of
from paloverde.platforms.conversation import Found, Gap, Listing, NotThere, Request, Response, Said
from paloverde.platforms.youtube.judge import SWITCHED_OFF
from paloverde.platforms.youtube.read import NOWHERE, Page, Setting, read_page
from paloverde.records import Kind, Record

_BARREN = 5  # pages in a row without anything new are a circle
_RESTARTS = 2  # walks from the top after the mark of a page expired
_PATIENCE = 3  # questions in a row that cannot be answered before the site counts as down

Params = tuple[tuple[str, str], ...]
Talk = Generator[Said, Response | None, None]


class Ask(msgspec.Struct, frozen=True, kw_only=True):
    """One list to be walked. `size` is the most items that the site gives in a page of it."""

    stream: str
    kind: Kind
    path: str
    params: Params
    purpose: str
    size: int
    of: str = ""
    setting: Setting = NOWHERE


class Patience:
    """How many questions in a row could not be answered. All walks of a night share it."""

    def __init__(self) -> None:
        self._failures = 0

    def words(self, error: Exception) -> str:
        """Why something could not be had. Raises the error where the site seems to be down."""
        self._failures = self._failures + 1 if isinstance(error, Unreachable) else 0
        if self._failures >= _PATIENCE:
            raise error
        return str(error) or "the site gave no reason"

    def renew(self) -> None:
        self._failures = 0


class Course:
    """Where a walk stands: what was seen, what was missed and why, and whether the end mark came."""

    def __init__(self, patience: Patience) -> None:
        self.seen: set[str] = set()
        self.causes: list[str] = []
        self.whole = False  # the site's own end mark was seen
        self.enough = False  # whoever walks wanted no more
        self.answered_at: datetime | None = None
        self.absent = False  # the site says that there is no such list
        self.switched_off = False  # there is no list: comments are switched off
        self.patience = patience

    @property
    def complete(self) -> bool:
        return self.whole and not self.causes

    def fresh(self, records: list[Record]) -> list[Record]:
        """Those that this walk had not seen."""
        new = []
        for record in records:
            if record.native_id not in self.seen:
                self.seen.add(record.native_id)
                new.append(record)
        return new

    def miss(self, cause: str) -> None:
        if cause not in self.causes:
            self.causes.append(cause)


# What is done with a page: its new records are said, and whether the walk may end here is returned.
Take = Callable[[Page, list[Record], Course], Generator[Said, Response | None, bool]]


class _Marks:
    """The marks of the pages so far, and whether they still lead anywhere."""

    def __init__(self) -> None:
        self.mark: str | None = None
        self._known: set[str] = set()
        self._barren = 0
        self._restarts = 0

    def restart(self) -> bool:
        """Back to the top after a mark expired; False where that is no use."""
        if self.mark is None or self._restarts >= _RESTARTS:
            return False
        self._restarts, self._barren, self.mark = self._restarts + 1, 0, None
        self._known.clear()
        return True

    def advance(self, page: Page, *, brought: bool) -> str:
        """On to the next page; says why where the pages go in a circle."""
        self.mark = page.next_token
        self._barren = 0 if brought else self._barren + 1
        if self.mark in self._known or (self.mark and self._barren >= _BARREN):
            return "the site leads in a circle: the same page came again"
        if self.mark:
            self._known.add(self.mark)
        return ""


def walk(ask: Ask, take: Take, patience: Patience) -> Generator[Said, Response | None, Course]:
    """Every page of a list, each handed to `take`. Says nothing of the list itself; see `tell`."""
    course, marks = Course(patience), _Marks()
    while True:
        try:
            response = yield _request(ask, marks.mark)
            page = read_page(body_of(response), ask.setting)
        except NotThere as error:
            if marks.restart():
                continue
            course.switched_off = SWITCHED_OFF in str(error)
            course.absent = marks.mark is None
            if not course.switched_off:
                course.miss(str(error) or "the site says that there is no such list")
            return course
        except TROUBLE as error:
            course.miss(course.patience.words(error))
            return course
        course.patience.renew()
        course.answered_at = response.received_at if response else None
        fresh = course.fresh(page.reading.records)
        if page.reading.unread:
            course.miss(f"{len(page.reading.unread)} items could not be read; their bytes are kept")
        course.enough = yield from take(page, fresh, course)
        circle = marks.advance(page, brought=bool(fresh))
        course.whole = marks.mark is None
        if course.whole or course.enough:
            return course
        if circle:
            course.miss(circle)
            return course


def tell(ask: Ask, course: Course, got: int | None = None, since: datetime | None = None) -> Talk:
    """The end of a list: what could not be had, and the `Listing`; it vouches for nothing before `since`."""
    for cause in course.causes:
        yield Gap(ask.stream, ask.kind, cause, ask.of)
    reason = "; ".join(course.causes) or ("" if course.whole else "only the newest were looked at")
    count = len(course.seen) if got is None else got
    yield Listing(ask.stream, ask.kind, course.complete, count, ask.of, since, reason=reason)


def saying(ask: Ask) -> Take:
    """The usual way to take a page: what it brought is said, and the walk goes on to the end."""

    def take(page: Page, fresh: list[Record], course: Course) -> Generator[Said, Response | None, bool]:
        del course
        yield Found(fresh, page.reading.unread, ask.stream, ask.of)
        return False

    return take


def is_older(records: list[Record], since: datetime | None) -> bool:
    """Whether all that a page shows was posted before `since`. One old item among new ones ends no walk."""
    if since is None or not records:
        return False
    return all(record.posted_at is not None and record.posted_at < since for record in records)


def _request(ask: Ask, mark: str | None) -> Request:
    more = (("pageToken", mark),) if mark else ()
    return Request(ask.path, (*ask.params, ("maxResults", str(ask.size)), *more), ask.purpose)
