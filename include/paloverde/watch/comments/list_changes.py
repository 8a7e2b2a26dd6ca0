"""list-changes and unexplained-list-change: what of the lists that silence somebody changed on which day, by
whom, and whether anything on record says why (V.B.9, P-50).

Three kinds of list: the City's own lists of words, each version a paper; the filter of a site, as somebody
last stated it; whom an account blocks, as the site lists it each night. No name of anybody blocked stands in
the report: who may see these finds them by the check of blocks.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, datetime, timedelta
from itertools import groupby
from typing import Any, NamedTuple

from paloverde.records import Kind, archive_day
from paloverde.watch.book import Book
from paloverde.watch.check import Check, Finding, Weight
from paloverde.watch.measures import measure
from paloverde.watch.now import Now
from paloverde.watch.register import Entered
from paloverde.watch.registers.block_cases import BLOCK_CASES
from paloverde.watch.registers.moderation import APPROVALS, WORD_LISTS, is_approved, lists_in_force
from paloverde.watch.registers.site_filters import SITE_FILTERS, SiteFilter
from paloverde.watch.report import Report, Table
from paloverde.watch.seen import Seen
from paloverde.wording import several, short, some, spoken

NOBODY = "nothing on record"
_MUTED = "muted:"  # before the id of somebody whom an X account mutes; whoever is muted may still speak


class Change(NamedTuple):
    """One change of one list. `explained` says by what, "" where nothing does."""

    day: date
    list: str
    who: str
    added: tuple[str, ...]
    removed: tuple[str, ...]
    explained: str


def changes(now: Now, book: Book) -> Iterator[Change]:
    """Every change of every list that is on record."""
    for papers in _by_entry(book.papers(WORD_LISTS)):
        yield from _of_words(papers, book)
    for papers in _by_entry(book.papers(SITE_FILTERS)):
        yield from _of_filter(papers, book)
    for account in now.accounts():
        yield from _of_blocks(now, account.slug, book)


def _by_entry(papers: Sequence[Entered[Any]]) -> Iterator[list[Entered[Any]]]:
    for _, of_one in groupby(sorted(papers, key=lambda one: (one.id, one.number)), key=lambda one: one.id):
        yield list(of_one)


def _of_words(papers: Sequence[Entered[Any]], book: Book) -> Iterator[Change]:
    before: frozenset[str] = frozenset()
    approvals = [one for one in book.papers(APPROVALS) if not one.withdrawn]
    for paper in papers:
        after = frozenset() if paper.withdrawn else _words_of(paper.entry)
        if after != before or paper.number == 1:
            why = f"withdrawn: {paper.withdrawn}" if paper.withdrawn else ""
            if not why and is_approved(paper, approvals):
                why = f"version {paper.number:,} was approved"
            yield _change(paper, f"{WORD_LISTS.name}/{paper.id}", before, after, why)
        before = after


def _words_of(entry: Any) -> frozenset[str]:
    hides = (f"hides at {slug}" for slug in entry.hides_at)
    return frozenset((*entry.terms, *entry.domains, *hides))


def _of_filter(papers: Sequence[Entered[SiteFilter]], book: Book) -> Iterator[Change]:
    before: frozenset[str] = frozenset()
    for paper in papers:
        told = (*paper.entry.words, *filter(None, (paper.entry.settings,)))
        after = frozenset() if paper.withdrawn else frozenset(told)
        if after != before:
            strange = _strange(paper.entry, book, archive_day(paper.at))
            why = paper.withdrawn or paper.entry.why or ("" if strange else "what the approved lists say")
            yield _change(paper, f"{SITE_FILTERS.name}/{paper.id}", before, after, why)
        before = after


def _of_blocks(now: Now, slug: str, book: Book) -> Iterator[Change]:
    """How many users a site's list of blocks has more or less, by the day on which it was found so."""
    came: dict[date, list[str]] = {}
    gone: dict[date, list[str]] = {}
    captured = now.last_capture(slug)
    for seen, last_seen in now.standing(slug, Kind.BLOCKED.value):
        came.setdefault(archive_day(seen.observed_at), []).append(_case_of(seen, book))
        if _is_gone(last_seen, captured):
            gone.setdefault(archive_day(last_seen), []).append(_case_of(seen, book, ended=True))
    for days, is_more in ((came, True), (gone, False)):
        for day, cases in days.items():
            told = (some(len(cases), "user"),)
            why = several(sorted({*filter(None, cases)}))
            if "" in cases and why:
                why = f"{why}; not all"
            yield Change(
                day, f"blocked at {slug}", "the site does not tell", told if is_more else (),
                () if is_more else told, why,
            )  # fmt: skip


def _case_of(seen: Seen, book: Book, *, ended: bool = False) -> str:
    for one in book.of(BLOCK_CASES).values():
        is_theirs = one.entry.is_of(seen.account.slug, seen.native_id, seen.poster.id, seen.poster.username)
        if is_theirs and (not ended or one.entry.ended_on is not None):
            return one.id
    return ""


def _is_gone(last_seen: datetime, captured: datetime | None) -> bool:
    """Whether a whole capture came after the site listed somebody last: one day more, as nights overlap."""
    return captured is not None and captured - last_seen > timedelta(days=1)


def _change(
    paper: Entered[Any], name: str, before: frozenset[str], after: frozenset[str], why: str
) -> Change:
    added, removed = tuple(sorted(after - before)), tuple(sorted(before - after))
    return Change(archive_day(paper.at), name, paper.by.partition(" (")[0], added, removed, why)


def _strange(stated: SiteFilter, book: Book, day: date) -> tuple[str, ...]:
    """The words in which a site's filter and the approved lists that are to be set there differ on a day."""
    lists = [one for one in lists_in_force(book, day) if stated.account in one.entry.hides_at]
    listed = {term.casefold() for one in lists for term in one.entry.terms}
    there = {word.casefold() for word in stated.words}
    return tuple(sorted(there ^ listed))


def _report(now: Now, book: Book, since: date, until: date) -> Table:
    found = sorted(one for one in changes(now, book) if since <= one.day <= until)
    rows = tuple(
        (short(one.day), one.list, one.who, several(one.added), several(one.removed), one.explained or NOBODY)
        for one in found
    )
    return Table(_COLUMNS, rows, _NOTES)


def _unexplained(now: Now, book: Book) -> Iterator[Finding]:
    for papers in _by_entry(book.papers(WORD_LISTS)):
        yield from _unapproved(papers, now, book)
    for stated in book.of(SITE_FILTERS).values():
        strange = _strange(stated.entry, book, book.day)
        if strange and not stated.entry.why:
            yield _filter_differs(stated, strange)
    yield from _never_stated(book)
    for account in now.accounts():
        captured = now.last_capture(account.slug)
        for seen, last_seen in now.standing(account.slug, Kind.BLOCKED.value):
            if _is_gone(last_seen, captured) and not seen.native_id.startswith(_MUTED):
                case = _case_of(seen, book)
                if case and not _case_of(seen, book, ended=True):
                    yield _listed_no_more(seen, case, last_seen)


def _unapproved(papers: Sequence[Entered[Any]], now: Now, book: Book) -> Iterator[Finding]:
    newest, approvals = papers[-1], [one for one in book.papers(APPROVALS) if not one.withdrawn]
    late = now.at - newest.at > timedelta(days=measure("list_approval"))
    if late and not newest.withdrawn and not is_approved(newest, approvals):
        yield UNEXPLAINED_LIST_CHANGE.found(
            f"{WORD_LISTS.name}/{newest.id}",
            f"The list {newest.id} was filed on {spoken(archive_day(newest.at))} (version "
            f"{newest.number:,}), and two people have not approved it.",
            "Approve that version, counsel among those who do; or file the list as it was, or withdraw it "
            "with "
            "the reason.",
            which=f"version {newest.number}",
        )


def _filter_differs(stated: Entered[SiteFilter], strange: Sequence[str]) -> Finding:
    return UNEXPLAINED_LIST_CHANGE.found(
        f"{SITE_FILTERS.name}/{stated.id}",
        f"The filter at {stated.id}, as it was looked at on {spoken(stated.entry.seen_on)}, differs from the "
        f"approved lists in {some(len(strange), 'word')}, and nobody says why.",
        "Set at the site what the approved lists name, look at it again and file what stands there; or say "
        "why "
        "it differs. A word that hides comments and that nobody approved is taken out.",
        account=stated.id,
        which="differs",
    )


def _never_stated(book: Book) -> Iterator[Finding]:
    """Accounts whose filter was not looked at since a list that is to be set there began to count."""
    stated = book.of(SITE_FILTERS)
    began: dict[str, date] = {}
    for one in lists_in_force(book, book.day):
        for slug in one.entry.hides_at:
            began[slug] = max(began.get(slug, date.min), archive_day(one.begins))
    for slug, day in sorted(began.items()):
        known = stated.get(slug)
        if known is None or known.entry.seen_on < day:
            yield UNEXPLAINED_LIST_CHANGE.found(
                slug,
                f"A list that is to hide comments at {slug} counts since {spoken(day)}, and nobody has "
                "looked "
                "since at what the filter of the site holds.",
                f"Open the moderation settings at the site, and file under {SITE_FILTERS.title} what "
                "stands there.",
                account=slug,
                weight=Weight.ADVICE,
                which="not looked at",
            )


def _listed_no_more(seen: Seen, case: str, last_seen: datetime) -> Finding:
    return UNEXPLAINED_LIST_CHANGE.in_item(
        seen,
        f"The site listed a user as blocked last on {spoken(archive_day(last_seen))}, and not in the "
        "captures "
        f"since; the case {case} is open.",
        "Look at the site whether the user is still blocked. If not, enter in the case on which day the "
        "block "
        "ended, and in its history who ended it.",
        weight=Weight.ADVICE,
        which="listed no more",
    )


_COLUMNS = ("Day", "List", "By whom", "Added", "Taken away", "What explains it")
_READERS = ("clerk", "counsel", "public_affairs", "auditor")
_NOTES = (
    "A list of words changes when somebody files it; a version hides nothing before two people approved it.",
    (
        "The filter of a site is what somebody last saw there and stated under “Filters at the sites”: no "
        "site "
        "tells a program. It is explained where its words are those of the approved lists, or by what was "
        "stated."
    ),
    (
        "Blocks are those that the site lists, by the day on which a night found them (or a new name of "
        "theirs), and by the day on which it listed them last. Users are counted, not named. Who blocked "
        "somebody no site tells."
    ),
)
LIST_CHANGES = Report(
    name="list-changes",
    title="What changed in lists of words, filters and blocks",
    clauses=("P-50", "P-49"),
    says="Each day's changes of every list of words, of every filter at a site as it was stated, and of whom "
    "each account blocks: by whom, what was added, what was taken away, and what explains it.",
    read_by=_READERS,
    make=_report,
)
UNEXPLAINED_LIST_CHANGE = Check(
    name="unexplained-list-change",
    title="A list changed, and nothing says why",
    version=1,
    clauses=("P-50",),
    says="Lists of words whose newest version two people have not approved within "
    f"{some(measure('list_approval'), 'day')}; filters at a site that differ from the approved lists, or "
    "that "
    "nobody looked at since these changed; users of an open case for a block whom the site lists as blocked "
    "no more. A new block without a case is told by the check of blocks. What is really set at a site it "
    "knows as far as somebody states it.",
    answered_by=("public_affairs", "clerk", "counsel"),
    of_now=_unexplained,
)
