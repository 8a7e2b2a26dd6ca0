"""Accounts closed, or about to be, without a last whole capture that somebody verified (V.A.15)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date, timedelta

from paloverde.records import archive_day
from paloverde.watch.accounts.rules import rules
from paloverde.watch.book import Book
from paloverde.watch.check import Check, Finding, Weight
from paloverde.watch.now import Now
from paloverde.watch.registers.accounts import ACCOUNT_PAPERS, AccountClass, AccountPapers
from paloverde.wording import short

_NOTE = "note it in the register “Papers of accounts”"


def _ask(now: Now, book: Book) -> Iterable[Finding]:
    for one in book.of(ACCOUNT_PAPERS).values():
        closing = one.entry.terminated_on
        if closing is None:
            continue
        captured = now.last_capture(one.entry.account)
        if captured is None and one.entry.account_class is not AccountClass.CITY:
            continue  # declared, and never archived: nothing of it is the City's to capture
        last = archive_day(captured) if captured else None
        if book.day <= closing:
            yield from _before(one.entry, closing, last, book.day)
        else:
            yield from _after(one.entry, closing, last)


def is_final(last: date | None, closing: date) -> bool:
    """Whether a whole capture holds all that an account had said: of the day of its closing, or of the one
    before, since a night may find it closed already.
    """
    return last is not None and last >= closing - timedelta(days=1)


def _before(papers: AccountPapers, closing: date, last: date | None, day: date) -> Iterator[Finding]:
    """What is to be done before an account is closed, in the days before."""
    lacks = list(_lacks(papers, last, closing))
    if lacks and closing - day <= timedelta(days=rules().final_capture.reminded_days):
        yield FINAL_CAPTURE.found(
            papers.account,
            f"{papers.account} is to be closed on {short(closing)}. Before that: {'; '.join(lacks)}.",
            "Archive it whole on the day before it is closed, add the site's own download, check both, and "
            f"{_NOTE}.",
            account=papers.account,
            which="before",
        )


def _lacks(papers: AccountPapers, last: date | None, closing: date) -> Iterator[str]:
    if not is_final(last, closing):
        yield "a last capture without a gap"
    if papers.export_added_on is None:
        yield "the site's own download"
    if papers.final_verified_on is None:
        yield "somebody's word that both were verified"


def _after(papers: AccountPapers, closing: date, last: date | None) -> Iterator[Finding]:
    slug = papers.account
    if not is_final(last, closing):
        seen = f"its last whole capture is of {short(last)}" if last else "it was never archived as a whole"
        yield FINAL_CAPTURE.found(
            slug,
            f"{slug} was closed on {short(closing)}, and {seen}: what it said after that may be lost.",
            "Ask the site for the account's download while it still keeps it, add it to the archive, and "
            f"{_NOTE}.",
            account=slug,
            weight=Weight.WARNING if papers.export_added_on else Weight.URGENT,
            which="capture",
        )
    if papers.export_added_on is None:
        yield FINAL_CAPTURE.found(
            slug,
            f"{slug} was closed on {short(closing)}, and nobody noted that the site's own download of it was "
            "added to the archive.",
            f"Ask the site for it, add it, and {_NOTE}.",
            account=slug,
            which="download",
        )
    verified = papers.final_verified_on
    if verified is None or (last is not None and verified < last):
        yield FINAL_CAPTURE.found(
            slug,
            f"{slug} was closed on {short(closing)}, and nobody noted that its last capture was verified.",
            f"Compare the archive with the download, and with what the page had, and {_NOTE} on which day.",
            account=slug,
            which="verified",
        )


FINAL_CAPTURE = Check(
    name="final-capture",
    title="A last capture before an account is closed",
    version=1,
    clauses=("P-28",),
    says=(
        "Flags an account whose papers say that it is or will be closed, as long as the archive has no "
        "whole capture of the day of its closing or the day before, the site's own download was not added, "
        "or nobody verified both. That an account was closed it knows from its papers alone. Nothing here "
        "closes an account or ends the keeping of its records."
    ),
    answered_by=("clerk", "public_affairs"),
    of_now=_ask,
)
