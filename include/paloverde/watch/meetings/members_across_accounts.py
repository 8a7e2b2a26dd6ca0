"""Members of one body on one thing, each on another account or site (P-56): what one thread does not show.

A serial meeting needs no common thread (Gov. Code 54952.2(b)(1)): one member shares a page, the second
answers under the City's post of it, the third on a site of her own. Told to counsel alone.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Sequence
from datetime import timedelta
from typing import NamedTuple

from paloverde.records import Kind, archive_day
from paloverde.watch.book import Book
from paloverde.watch.check import Check, Finding
from paloverde.watch.meetings.acts import Act, seats_then
from paloverde.watch.meetings.law import LAW, cited, is_law_on
from paloverde.watch.meetings.matter import matter
from paloverde.watch.meetings.things import MEASURES, addresses_in, handle_on_x, root_id, things_of
from paloverde.watch.now import Now
from paloverde.watch.registers.bodies import MEMBERS, Seat, seats_by_id
from paloverde.watch.seen import Seen
from paloverde.wording import several, some, spoken

_SAID = (Kind.POST, Kind.STORY, Kind.EVENT, Kind.COMMENT, Kind.MESSAGE, Kind.REACTION)
_ROOTS = (Kind.POST, Kind.STORY, Kind.EVENT)
_ACROSS = MEASURES["across"].value
_ON = {"link": "the same page or post", "item": "the same post", "words": "posts of the same words"}


class Said(NamedTuple):
    """What a member did, in which conversation, what this began with where that is archived, and the things
    that it is about.
    """

    act: Act
    thread: tuple[str, str]  # the account, and the id of what the conversation began with
    root: Seen | None
    things: frozenset[str]


def _look(now: Now, book: Book) -> Iterator[Finding]:
    if not book.of(MEMBERS):
        return
    said = _said(now, book)
    yield from _answers(said, book)
    yield from _majorities(said)


def _said(now: Now, book: Book) -> list[Said]:
    """All that members did of late, earliest first, each item in its newest version."""
    since = archive_day(now.at) - timedelta(days=_ACROSS)
    newest: dict[str, Seen] = {}
    for account in now.accounts():
        for seen in now.seen(account.slug, since, *(kind.value for kind in _SAID)):
            if seats_then(seen, book):
                newest[seen.item] = seen
    roots = _roots(now, newest.values())
    found = []
    for seen in newest.values():
        thread = seen.account.slug, root_id(seen)
        root = roots.get(thread)
        things = frozenset((*things_of(seen), *(things_of(root) if root else ())))
        found += [Said(Act(seen, seat), thread, root, things) for seat in seats_then(seen, book)]
    return sorted(found, key=lambda one: (one.act.at, one.act.seen.item, one.act.seat.body.id))


def _roots(now: Now, items: Iterable[Seen]) -> dict[tuple[str, str], Seen]:
    """What the conversations of these items began with, where it is archived."""
    threads = {(seen.account.slug, root_id(seen)) for seen in items}
    names = sorted(f"{slug}/{kind.value}/{id_}" for slug, id_ in threads for kind in _ROOTS)
    return {(seen.account.slug, seen.native_id): seen for seen in now.newest_of(names)}


def _majorities(said: Sequence[Said]) -> Iterator[Finding]:
    told: set[tuple[str, frozenset[str]]] = set()
    groups: dict[tuple[str, str], list[Said]] = {}
    for one in said:
        for thing in sorted(one.things):
            groups.setdefault((one.act.seat.body.id, thing), []).append(one)
    for (body, thing), group in sorted(groups.items()):
        needed, items = group[0].act.seat.body.entry.needed, frozenset(one.act.seen.item for one in group)
        # Where one thread alone has as many members, `majority-on-a-thread` tells of it.
        of_one = max(
            len(_members(one for one in group if one.thread == thread)) for thread in _threads(group)
        )
        if len(_members(group)) >= needed and len(_members(group)) > of_one and (body, items) not in told:
            told.add((body, items))
            yield _majority(thing, group)


def _members(said: Iterable[Said]) -> dict[str, Said]:
    """The first that each member did."""
    found: dict[str, Said] = {}
    for one in said:
        found.setdefault(one.act.seat.person.id, one)
    return found


def _threads(said: Iterable[Said]) -> set[tuple[str, str]]:
    return {one.thread for one in said}


def _majority(thing: str, group: Sequence[Said]) -> Finding:
    first = [*_members(group).values()]
    seat, body = first[0].act.seat, first[0].act.seat.body.entry
    roots = {one.thread: one.root for one in group if one.root is not None}
    about = matter([body], None, [*(one.act.seen for one in group), *roots.values()])
    begun, ended = group[0].act.seen.said_on, group[-1].act.seen.said_on
    days = f"On {spoken(begun)}" if begun == ended else f"From {spoken(begun)} to {spoken(ended)}"
    names = ", ".join(_name(one.act.seat) for one in first)
    accounts = several(sorted({slug for slug, _ in _threads(group)}))
    return CHECK.found(
        first[0].act.seen.item,
        f"{some(len(first), 'member')} of {body.name}, which has {some(body.seats, 'seat')}, spoke of "
        f"{_ON[thing.partition(':')[0]]} in {some(len(_threads(group)), 'thread')} on {accounts}: {names}. "
        f"{days}. {about.said}",
        f"Read the threads side by side, and advise the members. {_law(group[-1].act.seen)}",
        account=first[0].act.seen.account.slug,
        weight=about.weight,
        rule=", ".join(dict.fromkeys(rule for one in first for rule in one.act.seat.rules)),
        which=f"{seat.body.id}/{len(first)}/{hashlib.sha256(thing.encode()).hexdigest()[:12]}",
        private=any(one.act.seen.is_private for one in group),
        privileged=True,
        links=tuple(dict.fromkeys(one.act.seen.item for one in group)),
    )


def _answers(said: Sequence[Said], book: Book) -> Iterator[Finding]:
    """Where what a member says leads to what another said elsewhere: one suffices."""
    at: dict[str, list[Said]] = {}
    for one in said:
        for thing in _own_names(one.act.seen):
            at.setdefault(thing, []).append(one)
    told: set[str] = set()
    for one in said:
        if is_law_on(LAW["direct-answer"], one.act.seen.said_on):
            for thing, url in addresses_in(one.act.seen).items():
                others = [other.act for other in at.get(thing, ())]
                pairs = [
                    *((act.seat, act.seen) for act in others),
                    *((seat, None) for seat in _on_x(url, one, book)),
                ]
                for finding in _pairs(one.act, pairs):
                    if finding.id not in told:
                        told.add(finding.id)
                        yield finding


def _own_names(seen: Seen) -> set[str]:
    """The names under which an item itself is led to."""
    return {thing for thing in things_of(seen) if thing.startswith("link:")} - {*addresses_in(seen)}


def _on_x(url: str, one: Said, book: Book) -> tuple[Seat, ...]:
    """The seats of whoever a post on X is of, by the handle in its address."""
    handle = handle_on_x(url)
    if not handle or one.act.seen.account.platform == "x":
        return ()  # there the other check knows it by the quoted post
    return seats_by_id("x", handle, one.act.seen.said_on, book)


def _pairs(act: Act, others: Iterable[tuple[Seat, Seen | None]]) -> Iterator[Finding]:
    for seat, seen in others:
        is_another = seat.body.id == act.seat.body.id and seat.person.id != act.seat.person.id
        if is_another and not (seen is not None and _is_answered(act.seen, seen)):
            yield _answer(act, seat, seen)


def _is_answered(one: Seen, other: Seen) -> bool:
    """Whether one answers or shares the other by the site's own means: the other check tells of it."""
    return one.account.platform == other.account.platform and one.parent_id == other.native_id


def _answer(act: Act, other: Seat, seen: Seen | None) -> Finding:
    body, around = act.seat.body.entry, [seen] if seen is not None else []
    about = matter([body], act.seen, around)
    what = f"what {_name(other)} said"
    what += f" on {spoken(seen.said_on)} on {seen.account.slug}" if seen is not None else " on X"
    return CHECK.in_item(
        act.seen,
        f"On {spoken(act.seen.said_on)}, {_name(act.seat)} linked to {what}. Both sit on {body.name}. "
        f"{about.said}",
        f"Read both, and advise the members. {cited(LAW['direct-answer'])}",
        weight=about.weight,
        spans=about.spans,
        rule=", ".join((*act.seat.rules, *other.rules)),
        which=f"{act.seat.body.id}/{other.person.id}",
        privileged=True,
        links=tuple(one.item for one in around),
    )


def _name(seat: Seat) -> str:
    return seat.person.entry.name


def _law(last: Seen) -> str:
    """The sections that held when the last of them spoke."""
    held = [LAW[name] for name in ("discussion", "serial-meeting") if is_law_on(LAW[name], last.said_on)]
    return " ".join(map(cited, held))


CHECK = Check(
    name="members-across-accounts",
    title="Members of a body on one thing, on several accounts",
    version=1,
    clauses=("P-56",),
    says=f"Puts together what members of a body said, shared and reacted to in the last "
    f"{some(_ACROSS, 'day')} on all archived accounts, and flags it where a majority took part in several "
    "threads that share a link, a post or the words of a post (the City's own, put on several sites, too), "
    "and where one member links to what another said elsewhere. Threads that share none of these are not put "
    "together: that two speak of one matter in words of their own only a reader sees. A front page counts as "
    "no link.",
    answered_by=("counsel",),
    of_now=_look,
)
