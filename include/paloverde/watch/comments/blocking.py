"""unexplained-block: users whom an account blocks without a case, and cases that do not hold (V.B.9, P-49).

A block takes a voice away. The policy allows it only after repeated violations, and only where the posts are
so frequent that the City cannot keep up; never for an opinion. A case states all that (`block-cases`); this
looks whether the archive bears it out, and whether the day on which it was to be looked at again has passed.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime

from paloverde.records import Kind, archive_day
from paloverde.retention.dossier import FiledPaper, subject_of
from paloverde.watch.book import Book
from paloverde.watch.check import Check, Finding
from paloverde.watch.comments.hidden import citation
from paloverde.watch.comments.public import item_of
from paloverde.watch.now import Now
from paloverde.watch.register import Entered
from paloverde.watch.registers.moderation_cases import BLOCK_CASES, BlockCase
from paloverde.watch.seen import Seen
from paloverde.wording import several, short, spoken

_OF_OPINION = frozenset("ab")  # off the topic, politics: what nobody is blocked for
_MUTED = "muted:"  # before the id of somebody whom an X account mutes; whoever is muted may still speak


def _unexplained(now: Now, book: Book) -> Iterator[Finding]:
    cases = [*book.of(BLOCK_CASES).values()]
    for account in now.accounts():
        theirs = [one for one in cases if one.entry.account == account.slug]
        names: dict[str, set[str]] = {one.id: {_plain(one.entry.user)} for one in theirs}
        for seen, last_seen in now.standing(account.slug, Kind.BLOCKED.value):
            about = [one.id for one in theirs if _is_about(one.entry, seen)]
            for id_ in about:
                names[id_] |= _names(seen)
            if not about and not seen.native_id.startswith(_MUTED):
                yield _without_case(seen, last_seen)
        open_ = [one for one in theirs if one.entry.ended_on is None]
        if open_:
            cited = _Cited(now, account.slug)
            for one in open_:
                yield from cited.doubts(one, names[one.id])
    for one in cases:
        if one.entry.ended_on is None and one.entry.review_on < book.day:
            yield _overdue(one)


def _is_about(case: BlockCase, seen: Seen) -> bool:
    return case.is_of(seen.account.slug, seen.native_id, seen.poster.id, seen.poster.username)


def _names(seen: Seen) -> set[str]:
    """What the site calls somebody, in any of its ways."""
    poster = seen.poster
    return {_plain(name) for name in (poster.id, poster.username, poster.name) if name}


def _plain(name: str) -> str:
    return name.strip().removeprefix("@").casefold()


class _Cited:
    """What the archive has of the removals of an account that cases cite."""

    def __init__(self, now: Now, slug: str) -> None:
        self._now = now
        self._subjects = {item_of(fact): subject_of(fact.item) for fact in now.removals(slug)}
        self._papers: Mapping[str, Sequence[FiledPaper]] = now.papers(slug)

    def doubts(self, one: Entered[BlockCase], names: set[str]) -> Iterator[Finding]:
        """What speaks against a case in the archive itself."""
        items = [*dict.fromkeys(one.entry.removals)]
        if missing := [item for item in items if item not in self._subjects]:
            yield _doubt(one, "missing", f"the archive knows no removal of {several(missing)}", missing)
        letters = {item: self._letters(item) for item in items if item in self._subjects}
        if uncited := [item for item, of in letters.items() if not of]:
            what = f"no Content Guideline is cited for {several(uncited)}"
            yield _doubt(one, "uncited", what, uncited)
        under = {letter for of in letters.values() for letter in of}
        if letters and under and under <= _OF_OPINION:
            what = "all that it cites was removed as off the topic or as politics, which turns on opinion"
            yield _doubt(one, "opinion", what, items)
        if others := [item for item in letters if self._is_of_another(item, names)]:
            yield _doubt(one, "another", f"somebody else wrote {several(others)}", others)

    def _letters(self, item: str) -> frozenset[str]:
        cited = citation(self._papers.get(self._subjects[item], ()))
        return frozenset(cited.guidelines) if cited else frozenset()

    def _is_of_another(self, item: str, names: set[str]) -> bool:
        """Whether the archive names another poster by all that it has; none, and nobody can tell."""
        seen = self._now.newest(item)
        theirs = _names(seen) if seen is not None else set()
        return bool(theirs) and theirs.isdisjoint(names)


def _without_case(seen: Seen, last_seen: datetime) -> Finding:
    first, last = archive_day(seen.observed_at), archive_day(last_seen)
    return UNEXPLAINED_BLOCK.in_item(
        seen,
        f"The account blocks somebody, and no case says why: the site listed it first on {short(first)}, "
        f"last on {short(last)}.",
        "Unblock this user at the site, or state the case under Blocks: at least the removals, how "
        "frequent the comments were, what was tried, and who signed off. In no event is anybody blocked "
        "for an opinion.",
        private=True,
    )


def _doubt(one: Entered[BlockCase], which: str, what: str, items: Sequence[str]) -> Finding:
    return UNEXPLAINED_BLOCK.found(
        f"{BLOCK_CASES.name}/{one.id}",
        f"There is a doubt about the case {one.id} for a block: {what}.",
        "Mend the case, or unblock the user. A case that cites a removal names the item as Removed content "
        "does, and the guideline is cited there.",
        account=one.entry.account,
        which=which,
        links=tuple(items),
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
    version=1,
    clauses=("P-49",),
    says="Users whom an account blocks and whom no case under Blocks is about; cases that cite a removal "
    "which the archive does not know, which has no Content Guideline, or which somebody else wrote; and "
    "cases past the day on which they were to be looked at again. Facebook, X and YouTube's live chat "
    "tell who is blocked, and Instagram in its export; an end of a block no site tells. Whoever is only "
    "muted is left out.",
    answered_by=("counsel", "clerk"),
    of_now=_unexplained,
)
