"""Direct look-ups: what X says about one item. A refusal is never taken for a removal.

X answers a batch with HTTP 200, the items that it shows in `data`, and one entry of `errors` for each other.
"""

from __future__ import annotations

import re
from collections.abc import Generator, Iterator
from datetime import UTC, datetime, timedelta

import msgspec

from paloverde.errors import PermissionMissing, TryAgain
from paloverde.platforms.conversation import Clock, Look, NotThere, Request, Response, Seen, TooMuch
from paloverde.platforms.x.listing import Vocabulary, ask
from paloverde.platforms.x.questions import Choice, Params, Words, about_posts, about_users
from paloverde.platforms.x.read import Page, read_page
from paloverde.platforms.x.wire import Post, Problem, decode
from paloverde.records import Kind, Record

BATCH = 100  # ids in one question, for posts and for users
PLATFORM_DID_IT = "platform"
MESSAGES_SHOWN = timedelta(days=29)  # X shows 30 days; a day less, so that its clock may differ from ours
_EPOCH_MS = (
    1_288_834_974_657  # ids since 4 November 2010 carry their time: milliseconds since then, times 2**22
)
_EVERYWHERE = frozenset(("XX", "XY"))
_ID = re.compile(r"[0-9]{1,19}")

Looking = Generator[Request | Seen, Response | None, None]


def look_up(items: list[tuple[Kind, str]], choice: Choice, clock: Clock) -> Looking:
    """One `Seen` for each item. What is thrown in at a question makes its items UNKNOWN, never GONE."""
    vocabulary = Vocabulary(choice)
    posts, users, messages = [], [], []
    for kind, native_id in items:
        if not _ID.fullmatch(native_id):
            yield Seen(native_id, Look.UNKNOWN, "X has no look-up for an id of this form")
        elif kind in (Kind.POST, Kind.COMMENT):
            posts.append(native_id)
        elif kind in (Kind.SUBSCRIBER, Kind.SUBSCRIBER_COUNT, Kind.PROFILE):
            users.append(native_id)
        elif kind is Kind.MESSAGE:
            messages.append(native_id)
        else:
            yield Seen(native_id, Look.UNKNOWN, f"X has no look-up for items of the kind {kind.value}")
    for path, ids in (("/2/tweets", posts), ("/2/users", users)):
        for start in range(0, len(ids), BATCH):
            yield from _batch(path, ids[start : start + BATCH], vocabulary)
    for native_id in messages:
        yield from _message(native_id, clock)


def _batch(path: str, ids: list[str], vocabulary: Vocabulary) -> Looking:
    about = about_posts if path == "/2/tweets" else about_users
    distinct = list(dict.fromkeys(ids))
    params: Params = (("ids", ",".join(distinct)),)
    try:
        response = yield from ask(path, about, params, f"look-up of {len(distinct)} items", vocabulary)
    except TooMuch as error:
        if len(ids) > 1:
            yield from _batch(path, ids[: len(ids) // 2], vocabulary)
            yield from _batch(path, ids[len(ids) // 2 :], vocabulary)
        else:
            yield Seen(ids[0], Look.UNKNOWN, str(error))
        return
    except (PermissionMissing, TryAgain, NotThere) as error:
        yield from (Seen(native_id, Look.UNKNOWN, str(error)) for native_id in ids)
        return
    yield from _outcomes(read_page(response.body), ids)


def _outcomes(page: Page, ids: list[str]) -> Iterator[Seen]:
    shown = {record.native_id: record for record in page.records}
    problems = {_subject(problem): problem for problem in page.problems if _is_about_items(problem)}
    for native_id in ids:
        if native_id in shown:
            yield _present(shown[native_id])
        elif native_id in problems:
            yield _absent(native_id, problems[native_id])
        else:
            yield Seen(native_id, Look.UNKNOWN, "X left it out of its answer and does not say why")


def _is_about_items(problem: Problem) -> bool:
    """Errors about what an item refers to (its author, a quoted post) say nothing about the item."""
    return problem.parameter in (None, "id", "ids", "event_id")


def _subject(problem: Problem) -> str:
    return problem.value if problem.value and _ID.fullmatch(problem.value) else problem.resource_id or ""


def _present(record: Record) -> Seen:
    withheld = decode(Post, record.payload)[0].withheld
    countries = frozenset(withheld.country_codes or ()) if withheld else frozenset()
    if countries & _EVERYWHERE:
        return Seen(record.native_id, Look.WITHHELD, "X withholds it everywhere", PLATFORM_DID_IT)
    reason = f"X withholds it in {', '.join(sorted(countries))}" if countries else ""
    return Seen(record.native_id, Look.PRESENT, reason)


def _absent(native_id: str, problem: Problem) -> Seen:
    """By the problem's name, after its words: X reports a suspended account as "not found" too."""
    if "suspended" in problem.words.lower():
        return Seen(native_id, Look.WITHHELD, problem.words, PLATFORM_DID_IT)
    match problem.about:
        case "resource-not-found":
            return Seen(native_id, Look.GONE, problem.words)
        case "disallowed-resource":
            return Seen(native_id, Look.WITHHELD, problem.words, PLATFORM_DID_IT)
        case "not-authorized-for-resource":
            return Seen(native_id, Look.WITHHELD, problem.words)
    return Seen(native_id, Look.UNKNOWN, problem.words)


def _only_ids(_: Words) -> Params:
    """The same in both vocabularies, so that "not there" can only mean the message."""
    return (("dm_event.fields", "id"),)


def _message(native_id: str, clock: Clock) -> Looking:
    path = f"/2/dm_events/{native_id}"
    try:
        response = yield from ask(path, _only_ids, (), f"message {native_id}", Vocabulary("post"))
    except (PermissionMissing, TryAgain, TooMuch) as error:
        yield Seen(native_id, Look.UNKNOWN, str(error))
        return
    except NotThere as error:
        yield _still_shown(Seen(native_id, Look.GONE, str(error)), clock())
        return
    for seen in _outcomes(read_page(response.body), [native_id]):
        yield _still_shown(seen, response.received_at)


def _still_shown(seen: Seen, now: datetime) -> Seen:
    """A message older than X shows is not known to be gone."""
    sent = datetime.fromtimestamp(((int(seen.native_id) >> 22) + _EPOCH_MS) / 1000, UTC)
    if seen.look is Look.GONE and now - sent > MESSAGES_SHOWN:
        reason = "the message is older than the 30 days that X shows, so its absence says nothing"
        return msgspec.structs.replace(seen, look=Look.UNKNOWN, reason=reason)
    return seen
