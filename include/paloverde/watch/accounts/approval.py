"""Accounts that nobody approved, and what the City's list of accounts lacks (V.A.2, V.A.3).

The rulebook would have a night refused for an account without an approval. It is not refused here: what an
unapproved account says is a record of the City all the same, and a night that is left out loses it for good.
So the account is archived, and flagged until somebody approves it or closes it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from paloverde.records import Account
from paloverde.watch.accounts.own_page import CityAccount, city_accounts
from paloverde.watch.book import Book
from paloverde.watch.check import Check, Finding, Weight
from paloverde.watch.now import Now
from paloverde.watch.registers.accounts import AccountPapers

_ENTER = "in the register “Papers of accounts”"
# What V.A.3 asks the list to hold, as the papers of an account say it.
_LISTED = (
    ("department", "which department answers for it"),
    ("vault", "where its password lies"),
    ("second_factor", "who holds the second factor of signing in"),
    ("recovery_email", "its address for recovering it"),
)


def _ask(now: Now, book: Book) -> Iterable[Finding]:
    for one in city_accounts(now, book):
        yield from _approved(one)
        if one.papers is not None:
            yield from _listed(one.account, one.papers)


def _approved(one: CityAccount) -> Iterator[Finding]:
    slug, papers = one.account.slug, one.papers
    if papers is not None and papers.approved_by and papers.approved_on:
        return
    lacks = (
        "No approval of" if papers is None else "The papers name no approver, or no day, of the approval of"
    )
    yield ACCOUNT_APPROVED.found(
        slug,
        f"{lacks} {slug} is on file. It is archived all the same, so that no record is lost.",
        f"Ask the City Manager or the designee to approve it, and enter by whom and on which day {_ENTER}; "
        "or close the account.",
        account=slug,
        which="approval",
    )


def _listed(account: Account, papers: AccountPapers) -> Iterator[Finding]:
    lacks = [words for name, words in _LISTED if not getattr(papers, name)]
    if lacks:
        yield ACCOUNT_APPROVED.found(
            account.slug,
            f"The City's list of accounts does not say of {account.slug}: {'; '.join(lacks)}.",
            f"Enter it {_ENTER}. Of a password only where it lies, never the password.",
            account=account.slug,
            which="list",
            weight=Weight.ADVICE,
        )


ACCOUNT_APPROVED = Check(
    name="account-approved",
    title="Accounts are approved and listed",
    version=1,
    clauses=("P-11", "P-13"),
    says=(
        "Flags each account of the City without an approval on file, and what the City's list lacks of it. "
        "It refuses nothing: an account that is not approved is archived like any other. Accounts that "
        "nobody registered here are not known to it."
    ),
    answered_by=("clerk", "public_affairs"),
    of_now=_ask,
)
