"""City employees who operate an official's campaign or personal account (V.E.4(f))."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date, timedelta

from paloverde.records import Kind
from paloverde.watch.book import Book
from paloverde.watch.check import Check, Finding, as_quoted
from paloverde.watch.now import Now
from paloverde.watch.people.publishers import person_known_as, publishers
from paloverde.watch.people.rules import rules
from paloverde.watch.registers.accounts import ACCOUNT_PAPERS, AccountClass, AccountPapers
from paloverde.watch.registers.authorizing import GRANTS
from paloverde.watch.registers.people import PEOPLE, Standing
from paloverde.wording import short

_PERSONAL = (AccountClass.CAMPAIGN, AccountClass.PRIVATE)
_TODO = (
    "Ask the employee and the official. V.E.4(f) keeps employees of the City from operating or managing such "
    "an account: if that is what was done, see that it ends, and tell the City Manager."
)


def _ask(now: Now, book: Book) -> Iterable[Finding]:
    archived = {account.slug for account in now.accounts()}
    for one in book.of(ACCOUNT_PAPERS).values():
        if one.entry.account_class in _PERSONAL and not one.entry.is_closed_on(book.day):
            yield from _granted(one.entry, book)
            if one.entry.account in archived:
                yield from _published(one.entry, now, book)


def _is_staff(book: Book, person: str, day: date) -> bool:
    known = book.of(PEOPLE).get(person)
    return known is not None and known.entry.standing is Standing.STAFF and known.entry.is_there_on(day)


def _granted(papers: AccountPapers, book: Book) -> Iterator[Finding]:
    for one in book.of(GRANTS).values():
        is_of_it = one.entry.account == papers.account and one.entry.is_open_on(book.day)
        if is_of_it and _is_staff(book, one.entry.person, book.day):
            yield _found(papers, one.entry.person, f"has a grant ({one.id}) on it", book, "grant")


def _published(papers: AccountPapers, now: Now, book: Book) -> Iterator[Finding]:
    """What employees published there lately, where the site says who did; each person once."""
    since = book.day - timedelta(days=rules().staff_on_campaign.days)
    told: set[str] = set()
    for seen in now.seen(papers.account, since, Kind.POST.value, Kind.COMMENT.value):
        if not seen.is_by_the_account:
            continue
        day = seen.said_on
        for publisher in publishers(seen):
            person = person_known_as(book, seen.account.platform, publisher.id)
            if person and person not in told and _is_staff(book, person, day):
                told.add(person)
                said = f"published there on {short(day)} ({as_quoted(seen.item)})"
                yield _found(papers, person, said, book, "published", seen.item)


def _found(papers: AccountPapers, person: str, said: str, book: Book, which: str, item: str = "") -> Finding:
    kind = "campaign" if papers.account_class is AccountClass.CAMPAIGN else "private"
    name = book.of(PEOPLE)[person].entry.name
    return STAFF_ON_CAMPAIGN.found(
        papers.account,
        f"{papers.account} is a {kind} account of {papers.official or 'an official'}; {name}, an employee "
        f"of the City, {said}.",
        _TODO,
        account=papers.account,
        which=f"{which} {person}",
        links=(item,) if item else (),
    )


STAFF_ON_CAMPAIGN = Check(
    name="staff-on-campaign",
    title="No employees on campaign and personal accounts",
    version=1,
    clauses=("P-66",),
    says=(
        "Flags an employee of the register of people who has a grant on an account that its papers call "
        "campaign or private, or who published there in the last month, where Facebook or LinkedIn says so. "
        "Other sites never say who published; conflicts of interest it cannot see."
    ),
    answered_by=("counsel", "clerk"),
    of_now=_ask,
)
