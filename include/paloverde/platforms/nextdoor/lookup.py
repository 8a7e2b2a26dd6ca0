"""Look-ups on Nextdoor: the list is asked for again, since no question for one item is documented.

An item is GONE where the list is whole, others of its kind are in it, and it is not.
"""

from __future__ import annotations

from collections.abc import Generator

from paloverde.platforms.asking import TROUBLE
from paloverde.platforms.conversation import Look, Request, Response, Seen
from paloverde.platforms.nextdoor.read import Feed
from paloverde.platforms.nextdoor.talk import posts, shortfall, whose
from paloverde.records import Account, Kind

_SHOWN = (Kind.POST, Kind.COMMENT)


def look_up(
    account: Account, items: list[tuple[Kind, str]]
) -> Generator[Request | Seen, Response | None, None]:
    """One `Seen` for each item, by one answer. What is thrown in makes all of them UNKNOWN."""
    try:
        profile = yield from whose(account)
        feed = yield from posts(account, profile.poster)
    except TROUBLE as error:
        for _, native_id in items:
            yield Seen(native_id, Look.UNKNOWN, str(error) or "the site gave no reason")
        return
    short = shortfall(feed)
    for kind, native_id in items:
        yield _seen(feed, short, kind, native_id)


def _seen(feed: Feed, short: str, kind: Kind, native_id: str) -> Seen:
    given = [record.native_id for record in feed.reading.records if record.kind is kind]
    if native_id in given:
        return Seen(native_id, Look.PRESENT)
    if kind not in _SHOWN:
        return Seen(native_id, Look.UNKNOWN, f"Nextdoor has no look-up for items of the kind {kind.value}")
    if not native_id.isdigit():
        return Seen(
            native_id, Look.UNKNOWN, "this id was given by the archive, and Nextdoor does not know it"
        )
    if short:
        return Seen(native_id, Look.UNKNOWN, short)
    if not given:
        return Seen(
            native_id, Look.UNKNOWN, f"Nextdoor shows no {kind.value} at all; the permission may be missing"
        )
    return Seen(
        native_id, Look.GONE, "Nextdoor's whole list does not have it, and others of its kind are there"
    )
