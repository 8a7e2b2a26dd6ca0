"""The exact disclaimer on the page of each City account (V.B.6), or the place where a person saw it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date, timedelta

from paloverde.records import archive_day
from paloverde.watch.accounts.comparing import Compared, compared
from paloverde.watch.accounts.own_page import CityAccount, city_accounts, own_page
from paloverde.watch.accounts.rules import rules
from paloverde.watch.book import Book
from paloverde.watch.check import Check, Finding, Weight
from paloverde.watch.now import Now
from paloverde.watch.register import Entered
from paloverde.watch.registers.accounts import AccountPapers, PolicyVersion, policy_on
from paloverde.watch.seen import Seen
from paloverde.wording import short

_NO_PLACE = Compared(0)


def prescribed(version: PolicyVersion) -> str:
    """The disclaimer that a version of the policy prescribes, with the City's name."""
    return version.disclaimer or rules().disclaimer.text.replace("{city}", version.city_name)


def has_room(platform: str, text: str) -> bool:
    """Whether the own words of a page at a site can hold a text at all."""
    room = rules().room.of(platform)
    return room is None or len(text) <= room


def _ask(now: Now, book: Book) -> Iterable[Finding]:
    version = policy_on(book, book.day)
    if version is None:
        yield DISCLAIMER.found(
            "policy-versions",
            "No version of the policy is entered, so that nobody can tell which disclaimer the pages must "
            "bear.",
            "Enter the version in force in the register “Versions of the policy”, with the City's full name.",
        )
        return
    for one in city_accounts(now, book):
        yield from _of_account(one, now, version, book.day)


def _of_account(one: CityAccount, now: Now, version: Entered[PolicyVersion], day: date) -> Iterator[Finding]:
    wanted = prescribed(version.entry)
    pinned = _pinned(one.papers, now, one.account.slug)
    page = own_page(one.profile) if one.profile else None
    best = max(
        compared(wanted, page.words) if page else _NO_PLACE,
        compared(wanted, [("the pinned post", pinned.text)]) if pinned else _NO_PLACE,
        key=lambda found: found.share,
    )
    if best.is_there or _was_seen(one.papers, day):
        return
    if page is None and pinned is None:
        said = (
            f"The archive holds no version of the own page of {one.account.slug} yet: nothing was compared."
        )
        yield _found(one, version, said, "Look again after the account's first whole night.", Weight.ADVICE)
        return
    yield _found(one, version, _said(one, best, wanted), _todo(one.account.platform, wanted), Weight.WARNING)


def _said(one: CityAccount, best: Compared, wanted: str) -> str:
    seen = f", as archived on {short(archive_day(one.profile.observed_at))}" if one.profile else ""
    if best.share >= rules().disclaimer.altered_from:
        return f"The disclaimer of {one.account.slug} is altered in {best.where}{seen}: {best.difference}."
    said = f"The disclaimer stands nowhere on the own page of {one.account.slug}{seen}."
    if one.papers and one.papers.disclaimer_item:
        said += f" The post {one.papers.disclaimer_item}, which should hold it, does not, or is gone."
    if one.papers and one.papers.disclaimer_seen_on:
        said += f" It was last seen in another place on {short(one.papers.disclaimer_seen_on)}: too long ago."
    if not has_room(one.account.platform, wanted):
        said += f" The page's own words have no room for it at this site ({len(wanted)} characters)."
    return said


def _todo(platform: str, wanted: str) -> str:
    if has_room(platform, wanted):
        return f"Put exactly these words on the page: “{wanted}”"
    return (
        f"Put exactly these words into a pinned post or the banner: “{wanted}” Then enter in the register "
        "“Papers of accounts” which post it is, or on which day it was seen in the banner."
    )


def _pinned(papers: AccountPapers | None, now: Now, slug: str) -> Seen | None:
    """The pinned post that should hold it, if the account's own and not gone since it was seen."""
    if papers is None or not papers.disclaimer_item:
        return None
    found = now.newest(papers.disclaimer_item)
    if found is None or found.account.slug != slug or not found.is_by_the_account:
        return None
    is_gone = any(
        (fact.item.kind, fact.item.native_id) == (found.kind, found.native_id)
        and fact.confirmed_at > found.observed_at
        for fact in now.removals(slug)
    )
    return None if is_gone else found


def _was_seen(papers: AccountPapers | None, day: date) -> bool:
    """Whether a person saw it elsewhere, not too long ago."""
    seen = papers.disclaimer_seen_on if papers else None
    return seen is not None and seen <= day <= seen + timedelta(days=rules().disclaimer.seen_days)


def _found(
    one: CityAccount, version: Entered[PolicyVersion], said: str, todo: str, weight: Weight
) -> Finding:
    return DISCLAIMER.found(
        one.account.slug,
        said,
        todo,
        account=one.account.slug,
        weight=weight,
        rule=f"policy-versions/{version.id}#{version.number}",
    )


DISCLAIMER = Check(
    name="disclaimer",
    title="The disclaimer on each page",
    version=1,
    clauses=("P-47",),
    says=(
        "Compares the own words of each City page with the exact disclaimer of the policy, word by word; "
        "curved quotes and white space make no difference, capitals do. Flags a missing or an altered one. "
        "Where a site has no room, it reads the pinned post that the account's papers name; a banner it "
        "cannot read, and it takes a person's word for it, for as many days as a review of access counts."
    ),
    answered_by=("clerk", "public_affairs", "counsel"),
    of_now=_ask,
)
