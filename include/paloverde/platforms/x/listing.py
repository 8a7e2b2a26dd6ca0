"""One listing of X walked to its end, with everything that can go wrong on the way said.

https://docs.x.com/x-api/fundamentals/pagination: a page may be short or empty and still carry
`next_token`; only its absence ends a listing. Ids are never compared to decide when to stop.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterator
from datetime import datetime, timedelta

import msgspec

from paloverde.errors import PermissionMissing, RateLimited, TryAgain, Unreadable
from paloverde.platforms.conversation import Found, Gap, Listing, NotThere, Request, Response, Said, TooMuch
from paloverde.platforms.x.questions import Choice, Params, Words
from paloverde.platforms.x.read import Page, read_page
from paloverde.records import Kind, Record

BARREN_PAGES = 25  # so many pages in a row without anything new are a loop
A_GLANCE = "this was a short look between two nights"
SEARCH_WINDOW = timedelta(days=7)  # https://docs.x.com/x-api/posts/search/introduction
RESTARTS = 2  # walks from the top after an expired page mark
_ROUNDED = timedelta(minutes=1)  # the edge of a time window moves while we read


class Vocabulary:
    """Which words X takes: under "auto" the new before the old, until a question is answered."""

    def __init__(self, choice: Choice) -> None:
        self._open: tuple[Words, ...] = ("post", "tweet") if choice == "auto" else (choice,)

    def questions(self, about: Callable[[Words], Params]) -> dict[Params, Words]:
        """The same question in the words that are still open; one where the words make no difference."""
        return {about(words): words for words in self._open}

    def settle(self, words: Words) -> None:
        """X answered: these are its words."""
        self._open = (words,)


class Stream(msgspec.Struct, frozen=True, kw_only=True):
    """What to list and what X allows there.

    `window` is how far back X looks, `newest` how many items it gives at most; both bound the listing.
    """

    name: str
    kind: Kind
    path: str
    purpose: str
    about: Callable[[Words], Params]
    largest: int
    smallest: int
    of: str = ""
    params: Params = ()
    people: Kind = Kind.PROFILE
    page_mark: str = "pagination_token"
    since: datetime | None = None
    window: timedelta | None = None
    newest: int | None = None
    declared: int | None = None
    owner: str | None = None  # where set, what others wrote is a comment: they speak to this account
    beyond: str = ""  # what to do about items beyond the window or number
    prefix: str = ""  # before native ids, where the same people stand in another list of that kind too
    glance: datetime | None = None  # a look between two nights: enough once the pages reach back to here
    threads: bool = False  # whether the items belong to the listings of their own threads


class Walk(msgspec.Struct):
    """What a walk has got so far, the time of its latest answer, and why it did not reach the end."""

    records: dict[str, Record] = {}
    unread: int = 0
    since: datetime | None = None
    latest: datetime | None = None
    trouble: str = ""
    refused: bool = False  # asking for more of this kind is useless tonight


Walking = Generator[Said, Response | None, Walk]


def walk(stream: Stream, vocabulary: Vocabulary) -> Walking:
    """Every page of a stream, then its `Listing`, and a `Gap` for what could not be had."""
    got = Walk(since=stream.since)
    try:
        got.trouble = yield from _pages(stream, vocabulary, got)
    except (PermissionMissing, RateLimited) as error:
        got.refused, got.trouble = True, str(error)
    except TryAgain as error:
        got.trouble = str(error)
    if got.trouble:
        yield Gap(stream.name, stream.kind, got.trouble, of=stream.of, since=got.since)
    elif cause := _ceiling(stream, got):
        yield Gap(stream.name, stream.kind, cause, of=stream.of, until=got.since, is_limit=True)
    if not got.trouble and got.unread:
        got.trouble = f"{got.unread} of the items could not be read, so none is known to be absent"
    reason = got.trouble or (A_GLANCE if stream.glance else "")
    yield Listing(
        stream=stream.name,
        kind=stream.kind,
        complete=not reason,
        got=len(got.records) + got.unread,
        of=stream.of,
        since=got.since,
        declared=_declared(stream, got),
        reason=reason,
    )
    return got


def ask(
    path: str, about: Callable[[Words], Params], params: Params, purpose: str, vocabulary: Vocabulary
) -> Generator[Request, Response | None, Response]:
    """One question in the words that X takes.

    Raises what is thrown in; `NotThere` only after every open vocabulary was tried, since a word that X
    does not know and a thing that does not exist are refused alike.
    """
    questions = vocabulary.questions(about)
    unknown = NotThere(f"X does not answer about {purpose}")
    for asked, words in questions.items():
        try:
            response = yield Request(path, (*params, *asked), purpose)
        except NotThere as error:
            unknown = error
            continue
        if response is None:
            raise Unreadable(f"No answer was handed over for {purpose}; this is a fault of the driver.")
        if len(questions) > 1:
            vocabulary.settle(words)
        return response
    raise unknown


class _Cursor:
    """Where a walk stands in its pages, and whether it still gets anywhere."""

    def __init__(self, stream: Stream) -> None:
        self.size = stream.largest
        self.mark: str | None = None
        self._smallest = stream.smallest
        self._restarts = 0
        self._barren = 0
        self._marks: set[str] = set()
        self._ids: set[str] = set()

    def shrink(self, told: TooMuch) -> str:
        """Half as many items at a time; says why where it cannot be less."""
        if self.size <= self._smallest:
            return f"X finds even {self.size} items at a time too much: {told}"
        self.size = max(self._smallest, self.size // 2)
        return ""

    def restart(self, told: NotThere) -> str:
        """Back to the top after the mark of a page expired; says why where that is no use."""
        if self.mark is None:
            return f"X says that there is no such list: {told}"
        if self._restarts >= RESTARTS:
            return f"the marks of the pages expired {RESTARTS + 1} times: {told}"
        self._restarts, self._barren, self.mark = self._restarts + 1, 0, None
        self._marks.clear()
        self._ids.clear()
        return ""

    def advance(self, page: Page) -> str:
        """On to the next page; says why where the pages go in a circle."""
        self.mark = page.next_token
        if self.mark in self._marks:
            return "X gave the same mark for the next page twice, so its pages go in a circle"
        if self.mark:
            self._marks.add(self.mark)
        ids = {record.native_id for record in page.records}
        self._barren = 0 if ids - self._ids else self._barren + 1
        self._ids |= ids
        if self.mark and self._barren >= BARREN_PAGES:
            return f"{BARREN_PAGES} pages in a row brought nothing new, so its pages go in a circle"
        return ""


def _pages(stream: Stream, vocabulary: Vocabulary, got: Walk) -> Generator[Said, Response | None, str]:
    """Walks to the end; returns why the end was not reached, "" where it was."""
    cursor = _Cursor(stream)
    trouble = ""
    while not trouble:
        params = _page_params(stream, cursor)
        try:
            response = yield from ask(stream.path, stream.about, params, stream.purpose, vocabulary)
        except TooMuch as error:
            trouble = cursor.shrink(error)
            continue
        except NotThere as error:
            trouble = cursor.restart(error)
            continue
        page = read_page(response.body, stream.people)
        trouble = _refusal(page)
        if trouble:
            break
        _bound(stream, got, response.received_at)
        yield from _take(stream, page, got)
        trouble = _short(page) or cursor.advance(page)
        if cursor.mark is None or _far_enough(stream, page):
            break
    return trouble


def _page_params(stream: Stream, cursor: _Cursor) -> Params:
    more = ((stream.page_mark, cursor.mark),) if cursor.mark else ()
    return (*stream.params, ("max_results", str(cursor.size)), *more)


def _take(stream: Stream, page: Page, got: Walk) -> Iterator[Found]:
    """The records that this listing had not given before, and all that could not be read."""
    fresh: dict[str, list[Record]] = {stream.of: []}
    for record in page.records:
        if stream.owner and record.poster.id != stream.owner and record.kind is Kind.POST:
            record.kind = Kind.COMMENT
        record.native_id = stream.prefix + record.native_id
        if record.native_id not in got.records:
            got.records[record.native_id] = record
            under = record.thread_id if stream.threads and record.thread_id else stream.of
            fresh.setdefault(under, []).append(record)
    got.unread += len(page.unread)
    yield Found(fresh.pop(stream.of), page.unread, stream.name, stream.of)
    for thread, records in fresh.items():
        yield Found(records, [], stream.name, thread)


def _far_enough(stream: Stream, page: Page) -> bool:
    """Whether a look between two nights has reached what is known; pages come newest first."""
    if stream.glance is None:
        return False
    return any(one.posted_at is not None and one.posted_at < stream.glance for one in page.records)


def _refusal(page: Page) -> str:
    """Why a page says nothing about what there is; no items are none only where X gives the number 0."""
    if page.records or page.unread or page.result_count is not None or page.next_token:
        return ""
    if page.problems:
        return f"X gives errors instead of the list: {page.problems[0].words}"
    return "X sent neither items nor the statement that there are none"


def _short(page: Page) -> str:
    came = len(page.records) + len(page.unread)
    if page.result_count is None or page.result_count <= came:
        return ""
    return f"X announced {page.result_count} items in a page and sent {came}"


def _bound(stream: Stream, got: Walk, now: datetime) -> None:
    """The edge of the window as of the latest answer: what is older may be missing though it exists."""
    got.latest = now
    if stream.window is None:
        return
    edge = now - stream.window + _ROUNDED
    got.since = max(edge, stream.since) if stream.since else edge


def _ceiling(stream: Stream, got: Walk) -> str:
    """Why the oldest items are missing, where X gives only the newest; it bounds the listing too."""
    if stream.newest is None or stream.glance:
        return ""
    more_exist = stream.since is None and stream.declared is not None and stream.declared > stream.newest
    if len(got.records) < stream.newest and not more_exist:
        return ""
    oldest = min((record.posted_at for record in got.records.values() if record.posted_at), default=None)
    got.since = oldest or got.since
    return f"X gives only the newest {stream.newest:,} {stream.name}; {stream.beyond}"


def _declared(stream: Stream, got: Walk) -> int | None:
    """X's own count, made comparable: it counts only direct replies, and the whole thread is listed."""
    if stream.declared is None or not stream.of:
        return stream.declared
    deeper = sum(1 for record in got.records.values() if record.parent_id != stream.of)
    return stream.declared + deeper
