"""Whose each archived account is, and that an official's own one is archived with consent only (V.D, V.E)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from paloverde.records import Account, Holder
from paloverde.watch.book import Book
from paloverde.watch.check import Check, Finding, Weight
from paloverde.watch.now import Now
from paloverde.watch.registers.accounts import AccountClass, AccountPapers, papers_of
from paloverde.watch.registers.people import PEOPLE
from paloverde.wording import short

_PAPERS = "the register “Papers of accounts”"


def _ask(now: Now, book: Book) -> Iterable[Finding]:
    for account in now.accounts():
        papers = papers_of(book, account.slug)
        if papers is None:
            if account.holder is Holder.OFFICIAL:
                yield _unclassed(account)
        elif papers.account_class is AccountClass.CITY:
            yield from _contradiction(account, papers)
        else:
            yield from _contradiction(account, papers)
            yield from _consent(account, papers, book)


def _unclassed(account: Account) -> Finding:
    return ACCOUNT_CLASS.found(
        account.slug,
        f"{account.slug} is archived as an official's account, and no papers say in which capacity the "
        "official uses it, nor that the official declared it.",
        f"Ask the official, and enter in {_PAPERS}: official, campaign or private, and the day of the "
        "declaration and consent. Without them, stop archiving it.",
        account=account.slug,
        which="papers",
    )


def _contradiction(account: Account, papers: AccountPapers) -> Iterator[Finding]:
    """The registry and the papers must agree: other rules of deleting bind an official's account."""
    is_city = papers.account_class is AccountClass.CITY
    if is_city is not (account.holder is Holder.CITY):
        yield ACCOUNT_CLASS.found(
            account.slug,
            f"The papers of {account.slug} call it {papers.account_class.value}; the registry of accounts "
            f"has it as {account.holder.value}.",
            f"Mend {_PAPERS}, or ask IT to register the account anew with the right holder.",
            account=account.slug,
            which="holder",
        )


def _consent(account: Account, papers: AccountPapers, book: Book) -> Iterator[Finding]:
    ended = papers.consent_ended_on
    if ended is not None and ended <= book.day:
        yield ACCOUNT_CLASS.found(
            account.slug,
            f"The consent to archive {account.slug} ended on {short(ended)}, and it is still archived.",
            "Ask IT to retire the account. What was archived with consent stays, with its retention.",
            account=account.slug,
            weight=Weight.URGENT,
            which="consent",
        )
    if not papers.official or papers.official not in book.of(PEOPLE):
        yield ACCOUNT_CLASS.found(
            account.slug,
            f"The papers of {account.slug} do not name an official whom the register of people knows.",
            f"Enter the official in the register “People”, and the short name in {_PAPERS}.",
            account=account.slug,
            weight=Weight.ADVICE,
            which="official",
        )


ACCOUNT_CLASS = Check(
    name="account-class",
    title="Whose each account is, and with whose consent it is archived",
    version=1,
    clauses=("P-57", "P-58"),
    says=(
        "Flags an archived account of an official whose papers do not say whether it is official, campaign "
        "or private, one that contradicts the registry, and one whose consent has ended. Only what somebody "
        "registered is ever looked at: no account is searched for, and nothing of a private group is read."
    ),
    answered_by=("clerk", "counsel"),
    of_now=_ask,
)
