"""Walking one listing of the Graph API to its end, and knowing whether that was the end."""

from __future__ import annotations

from collections.abc import Generator

import msgspec

from paloverde.platforms.asking import TROUBLE, body_of
from paloverde.platforms.conversation import Found, Gap, Request, Response, Said, TooMuch
from paloverde.platforms.graph.course import Ask, Below, Course, following, path
from paloverde.platforms.graph.pages import Page, Reads
from paloverde.records import Reading, Record

__all__ = ["Ask", "Below", "Walked", "path", "walk"]

Talk = Generator[Said, Response | None, "Walked"]


class Walked(msgspec.Struct):
    """What a walk brought: ids in the order of the site, each with the count that the site gives of what
    hangs under it, and the error that ended the walk, if any.
    """

    ids: dict[str, int | None]
    records: list[Record]
    trouble: Exception | None = None


def walk(ask: Ask, reads: Reads) -> Talk:
    """Every item of a listing. Ends with one `Listing`; whatever is missing is a `Gap` as well."""
    course = Course(ask)
    yield from _pages(course, reads)
    for native_id, paging in course.open_below:
        deeper = Course(_beneath(ask, native_id), course.seen, following(paging))
        yield from _pages(deeper, reads)
        course.add_below(deeper)
    course.compare()
    for cause in course.causes:
        yield Gap(ask.stream, ask.kind, cause, ask.of, ask.since)
    if course.beyond:
        yield Gap(ask.stream, ask.kind, course.beyond, ask.of, ask.since, course.until, is_limit=True)
    yield course.listing()
    return Walked(course.seen, course.kept, course.trouble)


def _beneath(ask: Ask, native_id: str) -> Ask:
    """The further pages of the listing inside one item."""
    below = ask.below or Below("", "id", "id")
    return Ask(
        ask.stream, ask.kind, path(native_id, below.name), below.fields, below.light,
        f"{below.name} under {native_id}", limit=below.limit, of=ask.of, thread_id=ask.thread_id,
        parent_id=native_id,
    )  # fmt: skip


def _pages(course: Course, reads: Reads) -> Generator[Said, Response | None, None]:
    ask = course.ask
    while not course.ended:
        try:
            response = yield course.request()
            page = reads.read_page(body_of(response), ask.setting)
        except TooMuch as error:
            course.ask_for_less(error)
            continue
        except TROUBLE as error:
            course.give_up(error)
            return
        if course.ids_only:
            page.reading = yield from _one_by_one(course, page, reads)
        fresh = course.take(page)
        if fresh or page.reading.unread:
            yield Found(fresh, page.reading.unread, ask.stream, ask.of)


def _one_by_one(course: Course, page: Page, reads: Reads) -> Generator[Said, Response | None, Reading]:
    """The items of a page that is too much in any form: each asked for by its id."""
    whole = Reading([], list(page.reading.unread))
    for bare in page.reading.records:
        try:
            alone = yield from _alone(course.ask, bare.native_id, reads)
        except TROUBLE as error:
            course.miss(bare, str(error) or "the site finds it too much data even alone")
        else:
            whole.records += alone.records
            whole.unread += alone.unread
    return whole


def _alone(ask: Ask, native_id: str, reads: Reads) -> Generator[Said, Response | None, Reading]:
    """One item by its id, with the light fields where the full ones are too much."""
    purpose = f"{ask.purpose}: {native_id} alone"
    try:
        response = yield Request(path(native_id), (("fields", ask.fields),), purpose)
    except TooMuch:
        response = yield Request(path(native_id), (("fields", ask.light),), purpose)
    return reads.read(body_of(response), ask.setting)
