"""Direct look-ups: is an item still there?

YouTube leaves what it does not have out of a list answer, and says nothing. So an item is GONE only where
the token opens this channel, and others of its kind answer in the same question or in one after it. A comment
that the channel rejected is left out just like one that its author deleted: the site does not tell them apart
(https://developers.google.com/youtube/v3/docs/comments/setModerationStatus).
"""

from __future__ import annotations

from collections.abc import Generator

import msgspec

from paloverde.errors import WrongAccount
from paloverde.platforms.asking import TROUBLE, body_of
from paloverde.platforms.conversation import Look, Request, Response, Seen
from paloverde.platforms.youtube.read import Page, read_page
from paloverde.platforms.youtube.talk import BATCH, canary
from paloverde.platforms.youtube.walk import Params
from paloverde.platforms.youtube.wire import Resource
from paloverde.records import Account, Kind, Record, Visibility

PLATFORM_DID_IT = "platform"
CHAT = "LCC."  # how ids of chat messages begin

Asking = Generator[Request | Seen, Response | None, None]
Answering = Generator[Request | Seen, Response | None, Page | None]


class Way(msgspec.Struct, frozen=True):
    """How items of one kind are looked up, and where to find some that must answer."""

    path: str
    params: Params
    witness: str
    witness_params: Params


_WAYS: dict[Kind, Way] = {
    Kind.POST: Way(
        "/videos",
        (("part", "id,snippet,status"),),
        "/playlistItems",
        (("part", "contentDetails"), ("maxResults", "5")),
    ),
    Kind.COMMENT: Way(
        "/comments",
        (("part", "id,snippet"), ("textFormat", "plainText")),
        "/commentThreads",
        (("part", "id,snippet"), ("maxResults", "5")),
    ),
    Kind.ALBUM: Way(
        "/playlists",
        (("part", "id,snippet,status"),),
        "/playlists",
        (("part", "id,snippet"), ("mine", "true"), ("maxResults", "5")),
    ),
}
_NO_WITNESS = "YouTube left it out, and nothing else of its kind answered: the site may be at fault"
_GONE = "YouTube no longer has it, and others of its kind answer"
_NO_CHAT = "a chat message can be asked for only while its broadcast is on air"


def look_up(account: Account, items: list[tuple[Kind, str]]) -> Asking:
    """One `Seen` for each item. Errors that concern the whole run (a dead token, a limit) pass through."""
    try:
        yield from canary(account)
    except (*TROUBLE, WrongAccount) as error:
        for _, native_id in items:
            yield Seen(native_id, Look.UNKNOWN, f"the channel itself does not answer: {error}")
        return
    for kind in dict.fromkeys(kind for kind, _ in items):
        ids = [native_id for one, native_id in items if one is kind]
        if kind in _WAYS:
            yield from _of_one_kind(account, kind, ids)
            continue
        for native_id in ids:
            yield Seen(native_id, Look.UNKNOWN, f"YouTube has no look-up for items of the kind {kind.value}")


def _of_one_kind(account: Account, kind: Kind, ids: list[str]) -> Asking:
    absent: list[str] = []
    asked = [native_id for native_id in ids if not native_id.startswith(CHAT)]
    for native_id in ids:
        if native_id.startswith(CHAT):
            yield Seen(native_id, Look.UNKNOWN, _NO_CHAT)
    for start in range(0, len(asked), BATCH):
        batch = asked[start : start + BATCH]
        page = yield from _answer(kind, batch)
        if page is None:
            continue
        shown = _shown(page)
        missing = [native_id for native_id in batch if native_id not in shown]
        yield from (_seen(native_id, *shown[native_id]) for native_id in batch if native_id in shown)
        if shown:
            yield from (Seen(native_id, Look.GONE, _GONE) for native_id in missing)
        else:
            absent += missing
    if absent:
        # What answered before or after a batch of which nothing answered does not vouch for it: ask now.
        believed = yield from _witness(account, kind)
        look, reason = (Look.GONE, _GONE) if believed else (Look.UNKNOWN, _NO_WITNESS)
        yield from (Seen(native_id, look, reason) for native_id in absent)


def _answer(kind: Kind, batch: list[str]) -> Answering:
    """The answer to one batch; None where there was none, and each of the batch is UNKNOWN."""
    way = _WAYS[kind]
    params = (*way.params, ("id", ",".join(batch)))
    try:
        response = yield Request(way.path, params, f"look-up of {len(batch)} items")
        page = read_page(body_of(response))
    except TROUBLE as error:
        for native_id in batch:
            yield Seen(native_id, Look.UNKNOWN, str(error) or "the site gave no reason")
        return None
    if page.reading.unread:
        for native_id in batch:
            yield Seen(native_id, Look.UNKNOWN, "a part of the answer could not be read")
        return None
    return page


def _shown(page: Page) -> dict[str, tuple[Resource, Record]]:
    """By id: the resource and its record; threads are not asked for here."""
    pairs = zip(page.resources, page.reading.records, strict=True)
    return {record.native_id: (resource, record) for resource, record in pairs}


def _seen(native_id: str, resource: Resource, record: Record) -> Seen:
    status = resource.status
    if record.visibility is Visibility.HIDDEN:
        return Seen(native_id, Look.HIDDEN, "YouTube says that the channel rejected it")
    if record.visibility is Visibility.HELD:
        return Seen(native_id, Look.PRESENT, "it is held for review, or as likely spam")
    if status is not None and status.upload_status == "deleted":
        return Seen(native_id, Look.GONE, "YouTube says that the video was deleted")
    if status is not None and status.upload_status == "rejected":
        reason = f"YouTube rejected the video ({status.rejection_reason or 'no reason given'})"
        return Seen(native_id, Look.WITHHELD, reason, PLATFORM_DID_IT)
    private = status is not None and status.privacy_status == "private"
    return Seen(native_id, Look.PRESENT, "the video is private" if private else "")


def _witness(account: Account, kind: Kind) -> Generator[Request | Seen, Response | None, bool]:
    """Whether an item of the kind that a list shows answers when it is looked up by its id."""
    way = _WAYS[kind]
    try:
        response = yield Request(way.witness, (*way.witness_params, *_whose(account, kind)), "a witness")
        page = read_page(body_of(response))
        ids = [record.native_id for record in page.reading.records]
        if kind is Kind.POST:
            ids = [item.content_details.video_id or "" for item in page.resources if item.content_details]
        if not ids:
            return False
        params = (*way.params, ("id", ",".join(ids)))
        response = yield Request(way.path, params, "whether other items still answer")
        return bool(read_page(body_of(response)).reading.records)
    except TROUBLE:
        return False


def _whose(account: Account, kind: Kind) -> Params:
    if kind is Kind.POST:
        # the list of uploads has the channel's id with another beginning
        return (("playlistId", f"UU{account.native_id.removeprefix('UC')}"),)
    return (("allThreadsRelatedToChannelId", account.native_id),) if kind is Kind.COMMENT else ()
