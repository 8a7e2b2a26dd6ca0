"""What members of bodies said, shared and reacted to in the conversations that are archived. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime
from typing import NamedTuple

from paloverde.records import Kind, Visibility
from paloverde.watch.book import Book
from paloverde.watch.registers.bodies import Seat, seats_of
from paloverde.watch.seen import Seen

_SAID = frozenset((Kind.POST, Kind.STORY, Kind.EVENT, Kind.COMMENT, Kind.MESSAGE, Kind.REACTION))
# What was never shown to anybody is no communication.
_UNSEEN = frozenset((Visibility.UNPUBLISHED, Visibility.HELD))


class Act(NamedTuple):
    """Something that a member said, shared or reacted to, and a seat that this member held then."""

    seen: Seen
    seat: Seat

    @property
    def at(self) -> datetime:
        return self.seen.said_at


def seats_then(seen: Seen, book: Book, day: date | None = None) -> tuple[Seat, ...]:
    """The seats of whoever communicated this, at that time or on another day; none where nobody sat."""
    if seen.kind not in _SAID or seen.visibility in _UNSEEN:
        return ()
    return seats_of(seen, day or seen.said_on, book)


def is_act(seen: Seen, book: Book) -> bool:
    """Whether a member of a body did this: what a conversation is looked at for."""
    return bool(seats_then(seen, book))


def acts_on(body: str, thread: Iterable[Seen], book: Book) -> list[Act]:
    """What members of one body did in a conversation, earliest first."""
    found = [Act(seen, seat) for seen in thread for seat in seats_then(seen, book) if seat.body.id == body]
    return sorted(found, key=lambda act: (act.at, bool(act.seen.parent_id), act.seen.item))


def items_of(thread: Iterable[Seen], begun: Seen) -> list[Seen]:
    """Each item of a conversation once, in its newest version; `begun` in its own, and there in any case."""
    found: dict[str, Seen] = {}
    for seen in thread:
        known = found.get(seen.item)
        if known is None or _order(known) <= _order(seen):
            found[seen.item] = seen
    return [*(found | {begun.item: begun}).values()]


def root_of(begun: Seen, items: Iterable[Seen]) -> Seen | None:
    """What a conversation began with, where it is archived."""
    name = begun.thread_id or begun.parent_id or begun.native_id
    return next((seen for seen in items if seen.native_id == name), None)


def _order(seen: Seen) -> tuple[datetime, int]:
    return seen.observed_at, seen.sequence
