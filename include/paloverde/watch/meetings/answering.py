"""Who answered whom in a conversation, as far as the site tells. Pure.

X names what each post answers. The other sites hang every reply of a branch under the first comment of it:
there, two members in one branch may have answered each other, and only reading it can tell.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from enum import StrEnum
from typing import NamedTuple

from paloverde.records import Kind
from paloverde.watch.book import Book
from paloverde.watch.meetings.acts import seats_then
from paloverde.watch.meetings.parents import author_of_parent
from paloverde.watch.registers.bodies import Seat, seats_by_id, speaker
from paloverde.watch.seen import Seen

_NAMES_WHAT_IS_ANSWERED = frozenset(("x",))


class How(StrEnum):
    """By what one communication answers another."""

    DIRECT = "direct"  # it names the other as what it answers, shares or reacts to
    BRANCH = "branch"  # it stands after the other under one comment, and the site does not say more


class Answer(NamedTuple):
    """What one member said to another. `other` is None where only its author is known.

    `shared` are the seats of both on each body on which both sat when the answer was given.
    """

    seen: Seen
    other: Seen | None
    shared: tuple[tuple[Seat, Seat], ...]
    how: How = How.DIRECT


def answers(begun: Seen, items: Iterable[Seen], book: Book) -> list[Answer]:
    """Where one member answered another of the same body, `begun` being the answer or what is answered.

    The sure ones come first.
    """
    return sorted(_answers(begun, items, book), key=lambda answer: answer.how is How.BRANCH)


def _answers(begun: Seen, items: Iterable[Seen], book: Book) -> Iterator[Answer]:
    is_known = False
    for other in items:
        if other.item == begun.item:
            continue
        if (told := _told(begun, other)) is not None:
            answer, answered, how = told
            is_known = is_known or (answer is begun and how is How.DIRECT)
            shared = _shared(answer, seats_then(answered, book, answer.said_on), book)
            if shared and speaker(answer) != speaker(answered):
                yield Answer(answer, answered, shared, how)
    if not is_known and (shared := _shared(begun, _seats_of_parent(begun, book), book)):
        yield Answer(begun, None, shared)


def _told(one: Seen, two: Seen) -> tuple[Seen, Seen, How] | None:
    """Which of two answers the other, and by what; None where neither does."""
    if one.account.platform != two.account.platform or one.is_private or two.is_private:
        return None  # two members alone in private are no majority: majority-on-a-thread looks at messages
    for answer, answered in ((one, two), (two, one)):
        if answer.parent_id and answer.parent_id == answered.native_id:
            return answer, answered, How.DIRECT
    if _is_reply_of_a_branch(one) and _is_reply_of_a_branch(two) and one.parent_id == two.parent_id:
        earlier, later = sorted((one, two), key=lambda seen: (seen.said_at, seen.native_id))
        return later, earlier, How.BRANCH
    return None


def _is_reply_of_a_branch(seen: Seen) -> bool:
    is_flat = seen.account.platform not in _NAMES_WHAT_IS_ANSWERED
    return is_flat and seen.kind is Kind.COMMENT and bool(seen.parent_id) and seen.parent_id != seen.thread_id


def _shared(answer: Seen, others: Iterable[Seat], book: Book) -> tuple[tuple[Seat, Seat], ...]:
    own = seats_then(answer, book)
    return tuple(
        (seat, other)
        for seat in own
        for other in others
        if seat.body.id == other.body.id and seat.person.id != other.person.id
    )


def _seats_of_parent(seen: Seen, book: Book) -> tuple[Seat, ...]:
    """The seats of whoever said what this answers, where that is not archived but the site names them."""
    id_ = author_of_parent(seen)
    return seats_by_id(seen.account.platform, id_, seen.said_on, book) if id_ else ()
