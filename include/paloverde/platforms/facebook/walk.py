"""Walking one listing of the Graph API to its end, and knowing whether that was the end.

https://developers.facebook.com/docs/graph-api/results : a page may be short or empty and still have a
next one; only a page without `next` is the last.
"""

from __future__ import annotations

from collections.abc import Generator
from datetime import datetime
from urllib.parse import parse_qsl, quote, urlsplit

import msgspec

from paloverde.errors import PermissionMissing, Unreachable, Unreadable
from paloverde.platforms.conversation import Found, Gap, Listing, NotThere, Request, Response, Said, TooMuch
from paloverde.platforms.facebook.read import Page, Paging, Setting, read, read_page
from paloverde.records import Kind, Record

# Members of `next` that say where to go on. Everything else in it we know, and the token is not reused.
_PAGER = frozenset({"after", "until", "offset", "__paging_token", "__after_id"})
_REPEATS = 2  # pages in a row without anything new before it is called a loop

# What ends one listing and not the night. A dead token or a limit ends the night.
TROUBLE = (PermissionMissing, Unreachable, NotThere, Unreadable, TooMuch)

Talk = Generator[Said, Response | None, "Walked"]


def path(*parts: str) -> str:
    """The path of a node or an edge, below the address of the API and its version.

    Ids come from the site: nothing in them may act as a path.
    """
    return "/".join(("", *(quote(part, safe="") for part in parts)))


class Ask(msgspec.Struct, frozen=True):
    """One listing to be walked.

    `light` are the fields to fall back to where the site finds the full ones too much. `declared` is the
    site's own count where it is known beforehand, `readable` how many of the newest items the site shows.
    """

    stream: str
    kind: Kind
    path: str
    fields: str
    light: str
    purpose: str
    params: tuple[tuple[str, str], ...] = ()
    limit: int = 100
    of: str = ""
    thread_id: str | None = None
    since: datetime | None = None
    declared: int | None = None
    readable: int | None = None
    counted: bool = False  # whether the site is asked for its own count, and a list without it is doubted
    keep: bool = False  # whether `Walked` holds the records too: only for lists that stay short


class Walked(msgspec.Struct):
    """What a walk brought: ids in the order of the site, and the error that ended it, if any."""

    ids: dict[str, None]
    records: list[Record]
    trouble: Exception | None = None


def walk(ask: Ask) -> Talk:
    """Every item of a listing. Ends with one `Listing`; whatever is missing is a `Gap` as well."""
    course = _Course(ask)
    while not course.ended:
        try:
            response = yield course.request()
            page = read_page(body_of(response), Setting(ask.kind, ask.thread_id))
        except TooMuch as error:
            course.ask_for_less(error)
            continue
        except TROUBLE as error:
            course.give_up(error)
            break
        if course.ids_only:
            page.reading.records = yield from _one_by_one(course, page)
        fresh = course.take(page)
        if fresh or page.reading.unread:
            yield Found(fresh, page.reading.unread, ask.stream, ask.of)
    course.compare()
    for cause in course.causes:
        yield Gap(ask.stream, ask.kind, cause, ask.of, ask.since, course.until)
    yield course.listing()
    return Walked(course.seen, course.kept, course.trouble)


def _one_by_one(course: _Course, page: Page) -> Generator[Said, Response | None, list[Record]]:
    """The items of a page that is too much in any form: each asked for by its id."""
    records = []
    for bare in page.reading.records:
        try:
            records += yield from _alone(course.ask, bare.native_id)
        except TROUBLE as error:
            course.miss(bare, str(error) or "the site finds it too much data even alone")
    return records


def _alone(ask: Ask, native_id: str) -> Generator[Said, Response | None, list[Record]]:
    """One item by its id, with the light fields where the full ones are too much."""
    purpose = f"{ask.purpose}: {native_id} alone"
    try:
        response = yield Request(path(native_id), (("fields", ask.fields),), purpose)
    except TooMuch:
        response = yield Request(path(native_id), (("fields", ask.light),), purpose)
    return read(body_of(response), Setting(ask.kind, ask.thread_id)).records[:1]


def body_of(response: Response | None) -> bytes:
    """The body of the answer that the driver sent in."""
    if response is None:
        raise TypeError("A request is answered with a response or an error.")
    return response.body


class _Course:
    """Where a walk stands: what was seen, how much is asked at a time, and what went wrong."""

    def __init__(self, ask: Ask) -> None:
        self.ask = ask
        self.seen: dict[str, None] = {}
        self.kept: list[Record] = []
        self.causes: list[str] = []
        self.trouble: Exception | None = None
        self.until: datetime | None = None
        self._oldest: datetime | None = None
        self.declared = ask.declared
        self.ended = False
        self.whole = False  # the site's own end mark was seen
        self._lost = 0
        self._idle = 0
        self._rungs = _rungs(ask)
        self._rung = 0
        self._pager: tuple[tuple[str, str], ...] = ()
        self._pagers: set[tuple[tuple[str, str], ...]] = {()}

    @property
    def ids_only(self) -> bool:
        return self._rungs[self._rung][1] == "id"

    def request(self) -> Request:
        limit, fields = self._rungs[self._rung]
        params = (("fields", fields), ("limit", str(limit)), *self.ask.params, *self._pager)
        return Request(self.ask.path, params, self.ask.purpose)

    def ask_for_less(self, error: TooMuch) -> None:
        """Halve the page down to one, then leave nested fields out, then ask for ids alone."""
        if self._rung + 1 == len(self._rungs):
            self.give_up(error)
            return
        self._rung += 1
        if self._rungs[self._rung][1] == self.ask.light != self.ask.fields:
            self._add("the site finds the full items too much: for some, attachments and tags were left out")

    def miss(self, bare: Record, reason: str) -> None:
        self._lost += 1
        self._add(f"{bare.native_id} is there and could not be read: {reason}")

    def take(self, page: Page) -> list[Record]:
        """The records not seen before, and the next step."""
        fresh = []
        for record in page.reading.records:
            if record.native_id in self.seen:
                continue
            if self.ask.readable is not None and _is_bare(record):
                self._stop_at_readable()
                break
            self.seen[record.native_id] = None
            fresh.append(record)
            if record.posted_at is not None and (self._oldest is None or record.posted_at < self._oldest):
                self._oldest = record.posted_at
        if self.ask.keep:
            self.kept += fresh
        if page.reading.unread:
            self._lost += len(page.reading.unread)
            self._add(f"{len(page.reading.unread)} items could not be read; their bytes are kept")
        if page.declared is not None:
            self.declared = page.declared
        if not self.ended:
            self._go_on(page.paging, idle=bool(page.reading.records) and not fresh)
        return fresh

    def _go_on(self, paging: Paging, *, idle: bool) -> None:
        pager = _following(paging)
        self._idle = self._idle + 1 if idle else 0
        if self.ids_only:
            self._rung = 0  # the next page need not have what made this one too much
        if pager is None:
            self.whole = self.ended = True
        elif pager == ():
            self._stop("the site says that there is more and gives no way to it")
        elif pager in self._pagers or self._idle >= _REPEATS:
            self._stop("the site leads in a circle: the same page came again")
        elif self.ask.readable is not None and len(self.seen) >= self.ask.readable:
            self._stop_at_readable()
        self._pager = pager or ()
        self._pagers.add(self._pager)

    def _stop_at_readable(self) -> None:
        """Older items exist and the site does not show them. No gap where an earlier night had them."""
        self.ended = True
        if self.ask.since is None or self._oldest is None or self._oldest > self.ask.since:
            self.until = self._oldest
            self._add(f"the site shows only the {len(self.seen)} newest; older ones exist and cannot be read")

    def _stop(self, cause: str) -> None:
        self.ended = True
        self._add(cause)

    def _add(self, cause: str) -> None:
        if cause not in self.causes:
            self.causes.append(cause)

    def give_up(self, error: Exception) -> None:
        self.trouble = error
        self._stop(str(error) or "the site gave no reason")

    def compare(self) -> None:
        """The site's own count against ours, where the whole list was walked."""
        if self.whole and self.declared is not None and len(self.seen) < self.declared:
            self._lost += 1
            self._add(f"the site counts {self.declared} and gave {len(self.seen)}")
        if self.whole and self.ask.counted and self.declared is None:
            self._lost += 1  # a list emptied by a lost permission looks just like this
            self._add("the site left out its own count, so it cannot be told whether this is all")

    def listing(self) -> Listing:
        complete = self.whole and not self._lost
        reason = "" if complete else "; ".join(self.causes) or "the site shows only the newest"
        ask = self.ask
        return Listing(
            ask.stream, ask.kind, complete, len(self.seen), ask.of, ask.since, self.declared, reason
        )


def _rungs(ask: Ask) -> list[tuple[int, str]]:
    """From the full question down to bare ids, each at half the size of the one before."""
    limits = [ask.limit]
    while limits[-1] > 1:
        limits.append(limits[-1] // 2)
    return [(limit, fields) for fields in dict.fromkeys((ask.fields, ask.light, "id")) for limit in limits]


def _following(paging: Paging) -> tuple[tuple[str, str], ...] | None:
    """Parameters of the next page, None where this was the last, () where the site gives no way to it."""
    if not paging.next:
        return None
    try:
        query = parse_qsl(urlsplit(paging.next).query)
    except ValueError:
        query = []
    pager = tuple((name, value) for name, value in query if name in _PAGER and value)
    if not pager and paging.cursors is not None and paging.cursors.after:
        return (("after", paging.cursors.after),)
    return pager


def _is_bare(record: Record) -> bool:
    """A message of which the site shows that it exists, and nothing more."""
    return msgspec.json.decode(record.payload, type=dict[str, msgspec.Raw]).keys() <= {"id", "created_time"}
