"""Where the walk of one listing stands: what was seen, how much is asked at a time, and what went wrong.

https://developers.facebook.com/docs/graph-api/results : a page may be short or empty and still have a
next one; only a page without `next` is the last.
"""

from __future__ import annotations

from datetime import datetime
from urllib.parse import parse_qsl, quote, urlsplit

import msgspec

from paloverde.platforms import jsontext
from paloverde.platforms.conversation import Listing, Request
from paloverde.platforms.graph.pages import Page, Paging, Setting
from paloverde.records import Kind, Record

# Members of `next` that say where to go on. Everything else in it we know, and the token is not reused.
_PAGER = frozenset({"after", "until", "offset", "__paging_token", "__after_id"})
_REPEATS = 2  # pages in a row without anything new before it is called a loop

Pager = tuple[tuple[str, str], ...]


def path(*parts: str) -> str:
    """The path of a node or an edge, below the address of the API and its version.

    Ids come from the site: nothing in them may act as a path.
    """
    return "/".join(("", *(quote(part, safe="") for part in parts)))


class Below(msgspec.Struct, frozen=True):
    """A listing inside each item, whose further pages belong to the same walk: replies inside comments."""

    name: str
    fields: str
    light: str
    limit: int = 50


class Ask(msgspec.Struct, frozen=True):
    """One listing to be walked.

    `light` are the fields to fall back to where the site finds the full ones too much. `declared` is the
    site's own count where it is known beforehand, `readable` how many of the newest items the site shows.
    `glance` ends a listing that comes newest first at the page that reaches back to it: such a walk is short
    and proves nothing.
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
    parent_id: str | None = None
    below: Below | None = None
    since: datetime | None = None
    declared: int | None = None
    readable: int | None = None
    counted: bool = False  # whether the site is asked for its own count, and a list without it is doubted
    keep: bool = False  # whether `Walked` holds the records too: only for lists that stay short
    glance: datetime | None = None

    @property
    def setting(self) -> Setting:
        """What is known about each item of this listing before it is read."""
        return Setting(self.kind, self.thread_id, self.parent_id)


class _Inside(msgspec.Struct):
    paging: Paging | None = None


class Course:
    """Where a walk stands: what was seen, how much is asked at a time, and what went wrong."""

    def __init__(
        self,
        ask: Ask,
        seen: dict[str, int | None] | None = None,
        pager: Pager | None = (),
    ) -> None:
        self.ask = ask
        self.seen = {} if seen is None else seen
        self.open_below: list[tuple[str, Paging]] = []  # items inside which a listing goes on
        self.got = 0
        self.kept: list[Record] = []
        self.causes: list[str] = []
        self.trouble: Exception | None = None
        self.until: datetime | None = None
        self._oldest: datetime | None = None
        self.declared = ask.declared
        self.ended = False
        self.whole = False  # the site's own end mark was seen
        self.at_limit = False  # the site shows no further
        self.beyond = ""  # why what lies beyond that limit is missing, where no earlier night had it
        self._lost = 0
        self._idle = 0
        self._rungs = _rungs(ask)
        self._rung = 0
        self._pager = pager or ()
        self._pagers = {self._pager}

    @property
    def ids_only(self) -> bool:
        return self._rungs[self._rung][1] == "id"

    def request(self) -> Request:
        limit, fields = self._rungs[self._rung]
        params = (("fields", fields), ("limit", str(limit)), *self.ask.params, *self._pager)
        return Request(self.ask.path, params, self.ask.purpose)

    def ask_for_less(self, error: Exception) -> None:
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
            self.seen[record.native_id] = record.count
            self._look_below(record)
            fresh.append(record)
            self.got += record.kind is self.ask.kind
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

    def _look_below(self, record: Record) -> None:
        """Note where the listing inside an item has a further page."""
        if self.ask.below is None:
            return
        inside = _members(record).get(self.ask.below.name)
        try:
            paging = msgspec.json.decode(inside or b"{}", type=_Inside).paging
        except msgspec.DecodeError as error:
            self._lost += 1
            self._add(f"it cannot be told whether the {self.ask.below.name} of an item go on: {error}")
            return
        if paging is not None and paging.next:
            self.open_below.append((record.native_id, paging))

    def add_below(self, deeper: Course) -> None:
        """What further pages inside an item brought, and what they lacked."""
        self.got += deeper.got
        self.kept += deeper.kept
        self.trouble = self.trouble or deeper.trouble
        self._lost += not deeper.listing().complete
        for cause in deeper.causes:
            self._add(cause)

    def _go_on(self, paging: Paging, *, idle: bool) -> None:
        pager = following(paging)
        self._idle = self._idle + 1 if idle else 0
        if self.ids_only:
            self._rung = 0  # the next page need not have what made this one too much
        if pager is None:
            self.whole = self.ended = True
        elif pager == ():
            self._stop("the site says that there is more and gives no way to it")
        elif pager in self._pagers or self._idle >= _REPEATS:
            self._stop("the site leads in a circle: the same page came again")
        elif self.ask.readable is not None and self.got >= self.ask.readable:
            self._stop_at_readable()
        elif self.ask.glance is not None and (self._oldest is None or self._oldest < self.ask.glance):
            self.ended = True
        self._pager = pager or ()
        self._pagers.add(self._pager)

    def _stop_at_readable(self) -> None:
        """Older items exist and the site does not show them. No gap where an earlier night had them."""
        self.ended = self.at_limit = True
        if self.ask.since is None or self._oldest is None or self._oldest > self.ask.since:
            self.until = self._oldest
            self.beyond = f"the site shows only the {self.got} newest; older ones exist and cannot be read"

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
        if self.whole and self.declared is not None and self.got < self.declared:
            self._lost += 1
            self._add(f"the site counts {self.declared} and gave {self.got}")
        if self.whole and self.ask.counted and self.declared is None:
            self._lost += 1  # a list emptied by a lost permission looks just like this
            self._add("the site left out its own count, so it cannot be told whether this is all")

    def listing(self) -> Listing:
        ask = self.ask
        complete = self.whole and not self._lost and ask.glance is None
        told = "; ".join(filter(None, (self.beyond, *self.causes)))
        return Listing(
            ask.stream, ask.kind, complete, self.got, ask.of, ask.since, self.declared,
            "" if complete else told or "the site shows only the newest", self.at_limit and not self._lost,
        )  # fmt: skip


def _rungs(ask: Ask) -> list[tuple[int, str]]:
    """From the full question down to bare ids, each at half the size of the one before."""
    limits = [ask.limit]
    while limits[-1] > 1:
        limits.append(limits[-1] // 2)
    return [(limit, fields) for fields in dict.fromkeys((ask.fields, ask.light, "id")) for limit in limits]


def following(paging: Paging) -> Pager | None:
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
    return _members(record).keys() <= {"id", "created_time"}


def _members(record: Record) -> dict[str, msgspec.Raw]:
    """The members of what the site sent, mended where its text is unsound."""
    return jsontext.fields(jsontext.open_text(record.payload).sound)
