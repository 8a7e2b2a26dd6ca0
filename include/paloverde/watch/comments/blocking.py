"""unexplained-block: users whom an account blocks without a case, and cases that do not hold (V.B.9, P-49).

A block takes a voice away. The policy allows it only after repeated violations, and only where the posts are
so frequent that the City cannot keep up; never for an opinion. A case states all that (`block-cases`); this
looks whether the archive bears it out, and whether the day on which it was to be looked at again has passed.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from paloverde.records import Kind, archive_day
from paloverde.watch.book import Book
from paloverde.watch.check import Check, Finding
from paloverde.watch.comments.grounds import Doubt, Removals, names_of, plain
from paloverde.watch.now import Now
from paloverde.watch.register import Entered
from paloverde.watch.registers.block_cases import BLOCK_CASES, SIGN_OFFS, BlockCase, signed_off
from paloverde.watch.seen import Seen
from paloverde.wording import short, spoken

_MUTED = "muted:"  # before the id of somebody whom an X account mutes; whoever is muted may still speak


def _unexplained(now: Now, book: Book) -> Iterator[Finding]:
    cases = [*book.of(BLOCK_CASES).values()]
    listed = set[str]()  # the cases about somebody whom a site lists as blocked
    for account in now.accounts():
        theirs = [one for one in cases if one.entry.account == account.slug]
        names: dict[str, set[str]] = {one.id: {plain(one.entry.user)} for one in theirs}
        for seen, last_seen in now.standing(account.slug, Kind.BLOCKED.value):
            about = [one.id for one in theirs if _is_about(one.entry, seen)]
            listed |= set(about)
            for id_ in about:
                names[id_] |= names_of(seen.poster)
            if not about and not seen.native_id.startswith(_MUTED):
                yield _without_case(seen, last_seen)
        open_ = [one for one in theirs if one.entry.ended_on is None]
        if open_:
            cited = Removals(now, account.slug)
            for one in open_:
                yield from (_doubted(one, doubt) for doubt in cited.doubts(one.entry, names[one.id]))
    for one in cases:
        if one.entry.ended_on is None:
            yield from _of_the_case(one, one.id in listed, book)


def _is_about(case: BlockCase, seen: Seen) -> bool:
    return case.is_of(seen.account.slug, seen.native_id, seen.poster.id, seen.poster.username)


def _of_the_case(one: Entered[BlockCase], is_listed: bool, book: Book) -> Iterator[Finding]:
    """What of a case itself is not in order: counsel's signature, and the day of the next look."""
    case = one.entry
    if case.blocked_on is not None and case.review_on < book.day:
        yield _overdue(one)
    papers = [paper for paper in book.papers(BLOCK_CASES) if paper.id == one.id]
    sign = signed_off(papers, book.of(SIGN_OFFS).values())
    if sign is None:
        if is_listed or case.blocked_on is not None:
            yield _unsigned(one, "unsigned", "counsel has not signed off what it says now")
    elif case.blocked_on is not None and case.blocked_on < archive_day(sign.at):
        day = spoken(archive_day(sign.at))
        yield _unsigned(one, "late", f"counsel signed it off on {day}, after the block was made")


def _without_case(seen: Seen, last_seen: datetime) -> Finding:
    first, last = archive_day(seen.observed_at), archive_day(last_seen)
    return UNEXPLAINED_BLOCK.in_item(
        seen,
        f"The account blocks somebody, and no case says why: the site listed it first on {short(first)}, "
        f"last on {short(last)}.",
        "Unblock this user at the site, or state the case under Blocks: at least the removals, how "
        "frequent the comments were, and what was tried; counsel signs it off. In no event is anybody "
        "blocked "
        "for an opinion.",
    )


def _doubted(one: Entered[BlockCase], doubt: Doubt) -> Finding:
    return UNEXPLAINED_BLOCK.found(
        f"{BLOCK_CASES.name}/{one.id}",
        f"There is a doubt about the case {one.id} for a block: {doubt.what}.",
        "Mend the case, or unblock the user. A case that cites a removal names the item as Removed content "
        "does, and the guideline is cited there.",
        account=one.entry.account,
        which=doubt.which,
        links=tuple(doubt.items),
    )


def _unsigned(one: Entered[BlockCase], which: str, what: str) -> Finding:
    return UNEXPLAINED_BLOCK.found(
        f"{BLOCK_CASES.name}/{one.id}",
        f"Somebody is blocked by the case {one.id}, and {what}.",
        f"Counsel reads the case, and signs it off under {SIGN_OFFS.title}; else unblock the user. Nobody "
        "is blocked before that.",
        account=one.entry.account,
        which=which,
    )


def _overdue(one: Entered[BlockCase]) -> Finding:
    return UNEXPLAINED_BLOCK.found(
        f"{BLOCK_CASES.name}/{one.id}",
        f"The block of the case {one.id} was to be looked at again by {spoken(one.entry.review_on)}.",
        "Look at it again: unblock the user and enter the day, or enter what the look found and a new day.",
        account=one.entry.account,
        which="review",
    )


UNEXPLAINED_BLOCK = Check(
    name="unexplained-block",
    title="Blocked, and nothing says why",
    version=2,
    clauses=("P-49",),
    says="Users whom an account blocks and whom no case under Blocks is about; blocks that counsel has not "
    "signed off, or only afterwards; cases that cite a removal which the archive does not know, which has "
    "no Content Guideline, or which somebody else wrote; and cases past the day on which they were to be "
    "looked at again. Facebook, X and YouTube's live chat "
    "tell who is blocked, and Instagram in its export; an end of a block no site tells. Whoever is only "
    "muted is left out.",
    answered_by=("counsel", "clerk"),
    of_now=_unexplained,
)
