"""A majority of one body on one thread (P-56): what may be a serial meeting.

Gov. Code 54952.2(b)(1) and (b)(3)(A). Posts, comments, shares, reactions and private messages count; so does
what the thread began with, where a member said it. Told to counsel alone.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import timedelta
from pathlib import Path

from paloverde.watch.book import Book
from paloverde.watch.check import Check, Finding
from paloverde.watch.measures import read_measures
from paloverde.watch.meetings.acts import Act, acts_on, is_act, items_of, root_of, seats_then
from paloverde.watch.meetings.law import LAW, cited, is_law_on
from paloverde.watch.meetings.matter import matter
from paloverde.watch.registers.bodies import Seat
from paloverde.watch.seen import Seen
from paloverde.wording import some, spoken

_MEASURES = read_measures(Path(__file__).with_name("measures.toml").read_text(encoding="utf-8"))
_NEAR = _MEASURES["near"].value


def _look(begun: Seen, thread: Sequence[Seen], book: Book) -> Iterator[Finding]:
    items = items_of(thread, begun)
    for seat in {one.body.id: one for one in seats_then(begun, book)}.values():
        acts = acts_on(seat.body.id, items, book)
        first = _first_of_each(acts)
        if len(first) >= seat.body.entry.needed:
            yield _finding(seat, first, acts, root_of(begun, items))


def _first_of_each(acts: Sequence[Act]) -> list[Act]:
    """The first act of each member, earliest first."""
    found: dict[str, Act] = {}
    for act in acts:
        found.setdefault(act.seat.person.id, act)
    return list(found.values())


def _finding(seat: Seat, first: Sequence[Act], acts: Sequence[Act], root: Seen | None) -> Finding:
    body = seat.body.entry
    about = matter([body], None, [act.seen for act in acts] + ([root] if root else []))
    where = root or first[0].seen
    names = ", ".join(act.seat.person.entry.name for act in first)
    rules = [rule for act in first for rule in act.seat.rules]
    return CHECK.found(
        where.item,
        f"{some(len(first), 'member')} of {body.name}, which has {some(body.seats, 'seat')}, took part in "
        f"one thread: {names}. "
        f"{_over(acts, body.needed)} {about.said}",
        f"Read the thread, and advise the members. {_law(first[-1])}",
        account=where.account.slug,
        weight=about.weight,
        rule=", ".join(dict.fromkeys(rules)),
        which=f"{seat.body.id}/{len(first)}",  # one more who joins is worth another look
        private=any(act.seen.is_private for act in acts) or where.is_private,
        privileged=True,
        links=tuple(dict.fromkeys(act.seen.item for act in acts)),
    )


def _over(acts: Sequence[Act], needed: int) -> str:
    """From when to when, and whether a majority did so close together."""
    begun, ended = acts[0].seen.said_on, acts[-1].seen.said_on
    days = f"On {spoken(begun)}" if begun == ended else f"From {spoken(begun)} to {spoken(ended)}"
    near = "a majority" if _is_near(acts, needed) else "never a majority"
    return f"{days}, {near} within {some(_NEAR, 'hour')}."


def _is_near(acts: Sequence[Act], needed: int) -> bool:
    """Whether so many members acted within the time that is told as close together."""
    near = timedelta(hours=_NEAR)
    return any(
        len({act.seat.person.id for act in acts if timedelta() <= act.at - one.at <= near}) >= needed
        for one in acts
    )


def _law(last: Act) -> str:
    """The sections that held when the last of them took part."""
    held = [LAW[name] for name in ("discussion", "serial-meeting") if is_law_on(LAW[name], last.seen.said_on)]
    return " ".join(map(cited, held))


CHECK = Check(
    name="majority-on-a-thread",
    title="A majority of a body on one thread",
    version=1,
    clauses=("P-56",),
    says="Looks at each thread in which somebody who sits on a legislative body says something, shares it or "
    "reacts to it, on the accounts that are archived and no others, and flags it where a majority of that "
    "body took part, whoever began it. Private messages that are archived count. Members are known by the "
    "ids in the register of people; Facebook may give one person another id on each page. Only Facebook "
    "(some people, posts of the last seven days) and LinkedIn (posts) tell who reacted. A thread is followed "
    "on one account: what is spoken of on several is for members-across-accounts. Taking part is not "
    "discussing: counsel reads the thread.",
    answered_by=("counsel",),
    begins=is_act,
    of_thread=_look,
)
