"""Whether somebody looked over, each quarter, who can post on each City account (V.A.4)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import date, timedelta

from paloverde.watch.accounts.own_page import city_accounts
from paloverde.watch.book import Book
from paloverde.watch.check import Check, Finding
from paloverde.watch.now import Now
from paloverde.watch.people.rules import rules
from paloverde.watch.register import Entered
from paloverde.watch.registers.accounts import AccountPapers
from paloverde.watch.registers.authorizing import ACCESS_REVIEWS, GRANTS, AccessReview, Grant, may_answer
from paloverde.watch.registers.people import PEOPLE
from paloverde.wording import short, some


def _ask(now: Now, book: Book) -> Iterable[Finding]:
    for one in city_accounts(now, book):
        slug = one.account.slug
        grants = [found.entry for found in book.of(GRANTS).values() if found.entry.account == slug]
        review = last_review(book, slug)
        if not grants:
            yield ACCESS_REVIEW.found(
                slug,
                f"No grant was ever entered for {slug}: nobody can tell who may post there.",
                "Enter each authorized person in the register “Who may post”, with the first day and who "
                "granted it.",
                account=slug,
                which="no grants",
            )
        if overdue := overdue_since(review, one.papers, grants, book.day):
            yield _due(slug, review, overdue, book.day)
        if review is not None:
            yield from _listed(review, book)


def last_review(book: Book, account: str) -> Entered[AccessReview] | None:
    """The newest review of an account, up to the day of the book."""
    of_it = [
        one
        for one in book.of(ACCESS_REVIEWS).values()
        if one.entry.account == account and one.entry.reviewed_on <= book.day
    ]
    return max(of_it, key=lambda one: one.entry.reviewed_on, default=None)


def overdue_since(
    review: Entered[AccessReview] | None, papers: AccountPapers | None, grants: Sequence[Grant], day: date
) -> date | None:
    """The day on which a review was due, if it has passed. The first is due a quarter after the account began
    to be used: its approval or its first grant, whichever came first; at once where nobody knows of either.
    """
    known = [grant.since for grant in grants]
    if papers is not None and papers.approved_on is not None:
        known.append(papers.approved_on)
    began = review.entry.reviewed_on if review else min(known, default=None)
    if began is None:
        return day
    due = began + timedelta(days=rules().access_review.days)
    return due if due < day else None


def _due(slug: str, review: Entered[AccessReview] | None, due: date, day: date) -> Finding:
    last = f"No review of who can post on {slug} is on file"
    if review is not None:
        last = f"Who can post on {slug} was last looked over on {short(review.entry.reviewed_on)}"
    late = (day - due).days
    since = f" A review was due {some(late, 'day')} ago, on {short(due)}." if late else ""
    return ACCESS_REVIEW.found(
        slug,
        f"{last}.{since}",
        "Open the account's own settings at the site, write down who can post there, take away what nobody "
        "should have, and enter it in the register “Reviews of access”.",
        account=slug,
        which="due",
    )


def _listed(review: Entered[AccessReview], book: Book) -> Iterator[Finding]:
    """Those whom the site listed and who have no grant, neither on the day of the review nor today."""
    account, seen_on = review.entry.account, review.entry.reviewed_on
    granted = may_answer(book, account, seen_on) | may_answer(book, account, book.day)
    for name in review.entry.able_to_post:
        if name not in granted:
            known = book.of(PEOPLE).get(name)
            yield ACCESS_REVIEW.found(
                account,
                f"The site listed {known.entry.name if known else name} on {short(seen_on)} among those who "
                f"can post on {account}, and no grant says so.",
                "Take the access away at the site and review it again; or enter the grant in the register "
                "“Who may post”.",
                account=account,
                which=f"listed {name}",
                rule=f"access-reviews/{review.id}#{review.number}",
            )


ACCESS_REVIEW = Check(
    name="access-review",
    title="Who can post is looked over each quarter",
    version=1,
    clauses=("P-14", "P-15"),
    says=(
        "Flags a City account for which nobody has looked, for 90 days, at who can post there, one for "
        "which no grant was ever entered, and anybody whom a review found at the site without a grant. The "
        "sites do not tell a program who can post: a person reads it in the account's own settings."
    ),
    answered_by=("clerk", "public_affairs"),
    of_now=_ask,
)
