"""Direct look-ups: is an item still there?

The site answers "does not exist, cannot be loaded due to missing permissions" in one breath (code 100,
subcode 33). So such an answer means GONE only where, after it, another item of the same kind still
answered: then the permission is there and the item is not.
"""

from __future__ import annotations

from collections.abc import Generator, Iterator
from typing import TypeVar

import msgspec

from paloverde.errors import PermissionMissing, Unreachable, Unreadable
from paloverde.platforms.conversation import Look, NotThere, Request, Response, Seen, TooMuch
from paloverde.platforms.facebook.walk import path
from paloverde.records import Account, Kind

T = TypeVar("T")
Asking = Generator[Request | Seen, Response | None, None]

BATCH = 50  # https://developers.facebook.com/docs/graph-api/batch-requests : `ids` takes 50

# What to ask of each kind, and how to find an item of that kind that answers, where none is known.
_FIELDS = {Kind.POST: "id,is_hidden,is_published", Kind.COMMENT: "id,is_hidden"}
_WITNESS = {
    Kind.POST: ("published_posts", "id", "1"),
    Kind.COMMENT: ("published_posts", "id,comments.limit(1).filter(stream){id}", "10"),
}
# Kinds whose "not there" says nothing: messages past the 20 newest and idle conversations look deleted.
_MUTE = {
    Kind.MESSAGE: "the site answers for every message but the newest of a conversation as if it were deleted",
    Kind.CONVERSATION: "the site stops showing conversations that have been idle",
}
_NO_WITNESS = "the site says that it is not there, and no other item answered: the permission may be missing"
_WITHOUT = (PermissionMissing, Unreachable, Unreadable)


class _Shown(msgspec.Struct):
    id: str | None = None
    is_hidden: bool | None = None


def look_up(account: Account, items: list[tuple[Kind, str]]) -> Asking:
    """One `Seen` for each item. Errors that concern the whole run (a dead token, a limit) pass through."""
    try:
        own = _decode((yield Request(path(account.native_id), (("fields", "id"),), "the Page itself")))
    except (*_WITHOUT, NotThere, TooMuch) as error:
        for _, native_id in items:
            yield Seen(native_id, Look.UNKNOWN, f"the Page itself does not answer: {error}")
        return
    if own.id != account.native_id:
        for _, native_id in items:
            yield Seen(native_id, Look.UNKNOWN, "another Page answered")
        return
    kinds = dict.fromkeys(kind for kind, _ in items)
    for kind in kinds:
        yield from _of_one_kind(account, kind, [native_id for one, native_id in items if one is kind])


def _of_one_kind(account: Account, kind: Kind, ids: list[str]) -> Asking:
    """Looks up all ids of a kind; decides on those that are not there last, when others have answered."""
    absent: list[str] = []
    present: list[str] = []
    for start in range(0, len(ids), BATCH):
        batch = ids[start : start + BATCH]
        alone = batch
        if len(batch) > 1:
            alone = yield from _together(kind, batch, present)
        yield from _apart(kind, alone, present, absent)
    if not absent:
        return
    reason = _MUTE.get(kind) or (yield from _doubt(account, kind, present))
    for native_id in absent:
        if reason:
            yield Seen(native_id, Look.UNKNOWN, reason)
        else:
            yield Seen(
                native_id, Look.GONE, "the site says that it does not exist, and others of its kind answer"
            )


def _together(
    kind: Kind, batch: list[str], present: list[str]
) -> Generator[Request | Seen, Response | None, list[str]]:
    """One question for many; returns those that must be asked one by one: one missing id fails them all."""
    params = (("ids", ",".join(batch)), ("fields", _FIELDS.get(kind, "id")))
    try:
        response = yield Request("/", params, f"look-up of {len(batch)} items")
        shown = _decode_map(response)
    except (NotThere, TooMuch, PermissionMissing, Unreadable):
        return batch
    except Unreachable as error:
        for native_id in batch:
            yield Seen(native_id, Look.UNKNOWN, str(error))
        return []
    for native_id in batch:
        if native_id in shown:
            present.append(native_id)
            yield _seen(native_id, shown[native_id])
    return [native_id for native_id in batch if native_id not in shown]


def _apart(kind: Kind, ids: list[str], present: list[str], absent: list[str]) -> Asking:
    for native_id in ids:
        try:
            response = yield Request(path(native_id), _fields(kind), f"look-up of {native_id}")
            shown = _decode(response)
        except NotThere:
            absent.append(native_id)
        except (*_WITHOUT, TooMuch) as error:
            yield Seen(native_id, Look.UNKNOWN, str(error))
        else:
            present.append(native_id)
            yield _seen(native_id, shown)


def _doubt(
    account: Account, kind: Kind, present: list[str]
) -> Generator[Request | Seen, Response | None, str]:
    """Why "not there" cannot be believed; "" where it can, as another item of the kind still answers."""
    for request in _witnesses(account, kind, present):
        try:
            response = yield request
            if _bears_witness(response, kind, listed=request.path.endswith("/published_posts")):
                return ""
        except (*_WITHOUT, NotThere, TooMuch):
            continue
    return _NO_WITNESS


def _witnesses(account: Account, kind: Kind, present: list[str]) -> Iterator[Request]:
    for native_id in present[-2:]:
        yield Request(path(native_id), _fields(kind), "whether other items still answer")
    if kind in _WITNESS:
        edge, fields, limit = _WITNESS[kind]
        params = (("fields", fields), ("limit", limit))
        yield Request(path(account.native_id, edge), params, "whether other items still answer")


def _bears_witness(response: Response | None, kind: Kind, *, listed: bool) -> bool:
    if not listed:
        return _decode(response).id is not None
    posts = _read(response, _POSTS).data
    if kind is Kind.COMMENT:
        return any(post.comments is not None and post.comments.data for post in posts)
    return bool(posts)


class _Post(msgspec.Struct):
    comments: _Posts | None = None


class _Posts(msgspec.Struct):
    data: list[_Post] = []


def _fields(kind: Kind) -> tuple[tuple[str, str], ...]:
    return (("fields", _FIELDS.get(kind, "id")),)


def _seen(native_id: str, shown: _Shown) -> Seen:
    if shown.is_hidden:
        return Seen(native_id, Look.HIDDEN, "the site says that the site says that it is hidden")
    return Seen(native_id, Look.PRESENT)


def _decode(response: Response | None) -> _Shown:
    return _read(response, _SHOWN)


def _decode_map(response: Response | None) -> dict[str, _Shown]:
    return _read(response, _MAP)


def _read(response: Response | None, decoder: msgspec.json.Decoder[T]) -> T:
    try:
        return decoder.decode(b"" if response is None else response.body)
    except msgspec.DecodeError as error:
        raise Unreadable(f"The answer to a look-up cannot be read: {error}.") from None


_SHOWN = msgspec.json.Decoder(_Shown)
_MAP = msgspec.json.Decoder(dict[str, _Shown])
_POSTS = msgspec.json.Decoder(_Posts)
