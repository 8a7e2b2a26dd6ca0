"""Walking one listing of LinkedIn to its end, and knowing whether that was the end.

Pages are told by a place and a size (`start`, `count`), and the list may change between two of them: what
is deleted moves all that follows up, and an edited post jumps to the top. So each page begins within the
one before it; where it does not begin with something already seen, the walk steps back until it does; and
a list that edits reorder is looked at again from its top, until that shows nothing new. A page may be short
and still have a next one: https://learn.microsoft.com/linkedin/shared/api-guide/concepts/pagination
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Mapping
from datetime import datetime
from urllib.parse import parse_qs, urlsplit

import msgspec

from paloverde.platforms.asking import TROUBLE, body_of
from paloverde.platforms.conversation import Found, Gap, Listing, Request, Response, Said, TooMuch
from paloverde.platforms.linkedin import restli
from paloverde.platforms.linkedin.assets import ask_addresses
from paloverde.platforms.linkedin.content import NOWHERE, Setting
from paloverde.platforms.linkedin.read import Page, read_page
from paloverde.platforms.linkedin.restli import Value
from paloverde.platforms.linkedin.wire import Paging
from paloverde.records import Kind, Record

LARGEST = 100  # https://learn.microsoft.com/linkedin/shared/api-guide/concepts/pagination
_OVERLAP = 1  # so many places of each page are asked for again with the next
_STEP_BACK = 10  # places at first, doubled each time
_REPEATS = 4  # pages in a row without anything new before it is called a loop


class Ask(msgspec.Struct, frozen=True):
    """One listing to be walked.

    `moves` says that an edit moves an item to the top. `declared` is the site's own count where it is known
    beforehand. `doubt` is why even a whole listing cannot be believed. `belongs` says what of the list is of
    this stream; the rest is passed over. Media of items changed before `media_since` are not asked for: an
    earlier night has them.
    """

    stream: str
    kind: Kind
    path: str
    purpose: str
    params: Mapping[str, Value] = {}
    setting: Setting = NOWHERE
    of: str = ""
    since: datetime | None = None
    declared: int | None = None
    doubt: str = ""
    moves: bool = False
    belongs: Callable[[Record], bool] | None = None
    media_since: datetime | None = None


class Walked(msgspec.Struct):
    """What a walk brought, in the order of the site, and the error that ended it, if any."""

    records: list[Record]
    trouble: Exception | None = None


Talk = Generator[Said, Response | None, Walked]


def walk(ask: Ask) -> Talk:
    """Every item of a listing. Ends with one `Listing`; whatever is missing is a `Gap` as well."""
    course = _Course(ask)
    while not course.ended:
        try:
            page = yield from _page(course)
        except TooMuch as error:
            course.ask_for_less(error)
            continue
        except TROUBLE as error:
            course.give_up(error)
            break
        fresh = course.take(page)
        if fresh or page.reading.unread:
            yield Found(fresh, page.reading.unread, ask.stream, ask.of)
    course.compare()
    for cause in course.causes:
        yield Gap(ask.stream, ask.kind, cause, ask.of, ask.since)
    yield course.listing()
    return Walked(list(course.seen.values()), course.trouble)


def first_page(ask: Ask) -> Talk:
    """The newest items only, for a sweep. Its listing is never complete."""
    course = _Course(ask)
    fresh: list[Record] = []
    try:
        page = yield from _page(course)
        fresh = course.take(page)
        yield Found(fresh, page.reading.unread, ask.stream, ask.of)
    except TROUBLE as error:
        course.give_up(error)
        yield Gap(ask.stream, ask.kind, course.causes[0], ask.of, ask.since)
    reason = "; ".join(course.causes) or "only the first page was asked for, between two nights"
    yield Listing(ask.stream, ask.kind, complete=False, got=len(fresh), of=ask.of, reason=reason)
    return Walked(list(course.seen.values()), course.trouble)


def _page(course: _Course) -> Generator[Said, Response | None, Page]:
    """One page. Where its media have no address yet, they are asked for and then the page once more.

    A row must lead back to the answer that it was read from, so the page has to be the last one asked for.
    """
    page = read_page(body_of((yield course.request())), course.setting)
    wanted = course.without_address(page)
    if wanted:
        course.addresses |= yield from ask_addresses(wanted)
        page = read_page(body_of((yield course.request())), course.setting)
    return page


class _Course:
    """Where a walk stands: what was seen, which place is next, and what went wrong."""

    def __init__(self, ask: Ask) -> None:
        self.ask = ask
        self.seen: dict[str, Record] = {}
        self.causes: list[str] = [ask.doubt] if ask.doubt else []
        self.trouble: Exception | None = None
        self.addresses: dict[str, str] = {}
        self.ended = False
        self._whole = False  # the site's own end mark was seen
        self._lost = 0
        self._idle = 0
        self._start, self._count = 0, LARGEST
        self._step = _STEP_BACK
        self._joined: set[str] = set()  # what was read without a break from the top
        self._checking = False  # another look at the top, after the end
        self._declared = ask.declared

    @property
    def setting(self) -> Setting:
        return msgspec.structs.replace(self.ask.setting, addresses=self.addresses)

    @property
    def _overlap(self) -> int:
        return _OVERLAP if self._count > _OVERLAP else 0

    def request(self) -> Request:
        query = restli.query(**self.ask.params, start=self._start, count=self._count)
        return Request(self.ask.path, purpose=self.ask.purpose, query=query)

    def ask_for_less(self, error: TooMuch) -> None:
        if self._count == 1:
            self.give_up(error)
        self._count = max(1, self._count // 2)

    def without_address(self, page: Page) -> dict[str, str]:
        """The media whose addresses must be asked for, by URN, and the item of each."""
        return {
            medium.native_id: record.native_id
            for record in page.reading.records
            if self._wants_media(record)
            for medium in record.media
            if not medium.url and medium.native_id and medium.native_id not in self.addresses
        }

    def _wants_media(self, record: Record) -> bool:
        if not self._belongs(record):
            return False
        changed, edge = record.edited_at or record.posted_at, self.ask.media_since
        return edge is None or changed is None or changed >= edge

    def take(self, page: Page) -> list[Record]:
        """The records not seen before, and the next step."""
        records = page.reading.records
        joined = self._joins(records)
        fresh = []
        for record in records:
            if record.native_id not in self.seen:
                self.seen[record.native_id] = record
                fresh.append(record)
        if page.reading.unread:
            self._lost += len(page.reading.unread)
            self.add(f"{len(page.reading.unread)} items could not be read; their bytes are kept")
        if page.paging.total is not None:
            self._declared = page.paging.total
        before = len(self._joined)
        if joined:
            self._joined.update(record.native_id for record in records)
        self._idle = 0 if fresh or len(self._joined) > before else self._idle + 1
        self._go_on(page, joined=joined, any_fresh=bool(fresh))
        return list(filter(self._belongs, fresh))

    def _joins(self, records: list[Record]) -> bool:
        """Whether a page begins within what was read without a break from the top."""
        if min(self._start, self._overlap) == 0:
            return True
        return bool(records) and records[0].native_id in self._joined

    def _belongs(self, record: Record) -> bool:
        return self.ask.belongs is None or self.ask.belongs(record)

    def _go_on(self, page: Page, *, joined: bool, any_fresh: bool) -> None:
        came = len(page.reading.records) + len(page.reading.unread)
        following = _following(page.paging)
        is_last = (following is None and came < self._count) or (self._checking and not any_fresh)
        if self._idle > _REPEATS:
            self.stop("the site leads in a circle: page after page brought nothing new")
        elif not joined:
            self._start = max(0, self._start - self._step)
            self._step *= 2
        elif not is_last:
            self._step = _STEP_BACK
            beyond = following if following is not None else self._start + self._count
            self._start = max(0, beyond - self._overlap)
        elif self.ask.moves and self._start:
            self._checking, self._start, self._idle = True, 0, 0
            self._joined.clear()
        else:
            self._whole = self.ended = True

    def stop(self, cause: str) -> None:
        self.ended = True
        self.add(cause)

    def add(self, cause: str) -> None:
        if cause not in self.causes:
            self.causes.append(cause)

    def give_up(self, error: Exception) -> None:
        self.trouble = error
        self.stop(str(error) or "the site gave no reason")

    def compare(self) -> None:
        """The site's own count against ours, where the whole list was walked."""
        if self._whole and self._declared is not None and len(self.seen) + self._lost < self._declared:
            self._lost += 1
            self.add(f"the site counts {self._declared} and gave {len(self.seen)}")

    def listing(self) -> Listing:
        ask = self.ask
        complete = self._whole and not self._lost and not ask.doubt
        reason = "" if complete else "; ".join(self.causes)
        kept = list(filter(self._belongs, self.seen.values()))
        declared = None if ask.belongs else self._declared
        return Listing(ask.stream, ask.kind, complete, len(kept), ask.of, ask.since, declared, reason)


def _following(paging: Paging) -> int | None:
    """The place at which the site itself goes on, None where it names no next page."""
    for link in paging.links or ():
        if link.rel != "next":
            continue
        try:
            named = parse_qs(urlsplit(link.href or "").query).get("start", [""])[0]
        except ValueError:
            named = ""
        if named.isascii() and named.isdigit():
            return int(named[:9])
        return (paging.start or 0) + (paging.count or LARGEST)
    return None
