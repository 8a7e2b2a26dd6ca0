"""Direct look-ups: is an item still there?

The site answers "does not exist, cannot be loaded due to missing permissions" in one breath (code 100,
subcode 33). So such an answer means GONE only where, after it, another item of the same kind still
answered: then the permission is there and the item is not.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterator, Mapping
from typing import TypeVar

import msgspec

from paloverde.errors import PermissionMissing, Unreachable, Unreadable
from paloverde.platforms.asking import TROUBLE
from paloverde.platforms.conversation import Look, NotThere, Request, Response, Seen, TooMuch
from paloverde.platforms.graph.course import path
from paloverde.records import Account, Kind

T = TypeVar("T")
Asking = Generator[Request | Seen, Response | None, None]

_FEW = 3  # so many are asked for one by one
# Yields a `Seen` for each item that it finds after all; returns the others, each with why its absence cannot
# be believed ("": it can).
Doubted = Generator[Request | Seen, Response | None, dict[str, str]]
Doubt = Callable[[Account, list[str]], Doubted]

BATCH = 50  # https://developers.facebook.com/docs/graph-api/batch-requests : `ids` takes 50

_NO_WITNESS = "the site says that it is not there, and no other item answered: the permission may be missing"
_WITHOUT = (PermissionMissing, Unreachable, Unreadable)


class Witness(msgspec.Struct, frozen=True):
    """Where to find an item of a kind that answers, where none is known: a list of posts of the account.

    `below` is asked where the kind hangs under a post.
    """

    edge: str
    fields: str = "id"
    limit: str = "1"
    below: bool = False


class Habits(msgspec.Struct, frozen=True):
    """What a site answers to look-ups.

    `fields` are asked of each kind. `mute` are kinds whose "not there" says nothing, and why. `whose` is
    what the account is called. `doubts` look once more, in another way, for what of a kind is not there.
    """

    whose: str
    fields: Mapping[Kind, str]
    witnesses: Mapping[Kind, Witness]
    mute: Mapping[Kind, str]
    doubts: Mapping[Kind, Doubt] = {}

    def asked(self, kind: Kind) -> str:
        return self.fields.get(kind, "id")


class _Shown(msgspec.Struct):
    id: str | None = None
    is_hidden: bool | None = None  # Facebook
    hidden: bool | None = None  # Instagram


def look_up(account: Account, items: list[tuple[Kind, str]], habits: Habits) -> Asking:
    """One `Seen` for each item. Errors that concern the whole run (a dead token, a limit) pass through."""
    try:
        own = _decode((yield Request(path(account.native_id), (("fields", "id"),), f"{habits.whose} itself")))
    except TROUBLE as error:
        for _, native_id in items:
            yield Seen(native_id, Look.UNKNOWN, f"{habits.whose} itself does not answer: {error}")
        return
    if own.id != account.native_id:
        for _, native_id in items:
            yield Seen(native_id, Look.UNKNOWN, "another account answered")
        return
    kinds = dict.fromkeys(kind for kind, _ in items)
    for kind in kinds:
        yield from _of_one_kind(account, habits, kind, [native_id for one, native_id in items if one is kind])


def _of_one_kind(account: Account, habits: Habits, kind: Kind, ids: list[str]) -> Asking:
    """Looks up all ids of a kind; decides on those that are not there last, when others have answered."""
    absent: list[str] = []
    present: list[str] = []
    for start in range(0, len(ids), BATCH):
        batch = ids[start : start + BATCH]
        smallest = BATCH if kind in habits.mute else _FEW
        yield from _halving(habits.asked(kind), batch, smallest, present, absent)
    if not absent:
        return
    reason = habits.mute.get(kind) or (yield from _doubt(account, habits, kind, present))
    reasons = dict.fromkeys(absent, reason)
    if not reason and kind in habits.doubts:
        reasons = yield from habits.doubts[kind](account, absent)
    for native_id, reason in reasons.items():
        if reason:
            yield Seen(native_id, Look.UNKNOWN, reason)
        else:
            yield Seen(
                native_id, Look.GONE, "the site says that it does not exist, and others of its kind answer"
            )


def _halving(fields: str, batch: list[str], smallest: int, present: list[str], absent: list[str]) -> Asking:
    """One missing id fails all that are asked with it: halve until it is among few; ask these alone."""
    alone = batch
    if len(batch) > 1:
        alone = yield from _together(fields, batch, present)
    if len(alone) <= smallest or len(alone) < len(batch):
        yield from _apart(fields, alone, present, absent)
        return
    middle = len(alone) // 2
    for half in (alone[:middle], alone[middle:]):
        yield from _halving(fields, half, smallest, present, absent)


def _together(
    fields: str, batch: list[str], present: list[str]
) -> Generator[Request | Seen, Response | None, list[str]]:
    """One question for many; returns those that it did not answer: one missing id fails them all."""
    params = (("ids", ",".join(batch)), ("fields", fields))
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


def _apart(fields: str, ids: list[str], present: list[str], absent: list[str]) -> Asking:
    for native_id in ids:
        try:
            response = yield Request(path(native_id), (("fields", fields),), f"look-up of {native_id}")
            shown = _decode(response)
        except NotThere:
            absent.append(native_id)
        except (*_WITHOUT, TooMuch) as error:
            yield Seen(native_id, Look.UNKNOWN, str(error))
        else:
            present.append(native_id)
            yield _seen(native_id, shown)


def _doubt(
    account: Account, habits: Habits, kind: Kind, present: list[str]
) -> Generator[Request | Seen, Response | None, str]:
    """Why "not there" cannot be believed; "" where it can, as another item of the kind still answers."""
    for request, witness in _witnesses(account, habits, kind, present):
        try:
            response = yield request
            if _bears_witness(response, witness):
                return ""
        except TROUBLE:
            continue
    return _NO_WITNESS


def _witnesses(
    account: Account, habits: Habits, kind: Kind, present: list[str]
) -> Iterator[tuple[Request, Witness | None]]:
    purpose = "whether other items still answer"
    for native_id in present[-2:]:
        yield Request(path(native_id), (("fields", habits.asked(kind)),), purpose), None
    if witness := habits.witnesses.get(kind):
        params = (("fields", witness.fields), ("limit", witness.limit))
        yield Request(path(account.native_id, witness.edge), params, purpose), witness


def _bears_witness(response: Response | None, witness: Witness | None) -> bool:
    if witness is None:
        return _decode(response).id is not None
    posts = _read(response, _POSTS).data
    if witness.below:
        return any(post.comments is not None and post.comments.data for post in posts)
    return bool(posts)


class _Post(msgspec.Struct):
    comments: _Posts | None = None


class _Posts(msgspec.Struct):
    data: list[_Post] = []


def _seen(native_id: str, shown: _Shown) -> Seen:
    if shown.is_hidden or shown.hidden:
        return Seen(native_id, Look.HIDDEN, "the site says that it is hidden")
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
