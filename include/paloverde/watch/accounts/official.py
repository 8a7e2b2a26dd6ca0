"""Whether the sites know the City's accounts as official or governmental, and which lost that (V.A.2)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from typing import NamedTuple

from paloverde.records import archive_day
from paloverde.watch.accounts.own_page import CityAccount, Level, Mark, city_accounts, own_page
from paloverde.watch.book import Book
from paloverde.watch.check import Check, Finding, Weight
from paloverde.watch.now import Now
from paloverde.watch.seen import Seen
from paloverde.wording import short


class Told(NamedTuple):
    """What a site said of an account on a day."""

    day: date
    mark: Mark
    version_sha256: str


def _ask(now: Now, book: Book) -> Iterable[Finding]:
    for one in city_accounts(now, book):
        told = told_by(now.profiles(one.account.slug))
        if told:
            yield from _of_told(one, told)
        elif one.profile is not None and (one.papers is None or one.papers.official_seen_on is None):
            yield _not_told(one)


def told_by(profiles: Sequence[Seen]) -> list[Told]:
    """What the site said of an account, each change once, oldest first. What it left out is no change."""
    found: list[Told] = []
    for profile in profiles:
        mark = own_page(profile).mark
        if mark is not None and (not found or found[-1].mark != mark):
            found.append(Told(archive_day(profile.observed_at), mark, profile.version_sha256))
    return found


def lost(told: Sequence[Told]) -> tuple[Told, Told] | None:
    """The last that was better than what is said now, and the first after it; None where nothing was lost."""
    now = told[-1].mark.level
    for before, after in zip(told[-2::-1], told[:0:-1], strict=True):
        if before.mark.level > now:
            return before, after
    return None


def _of_told(one: CityAccount, told: Sequence[Told]) -> Iterator[Finding]:
    slug, last = one.account.slug, told[-1]
    if change := lost(told):
        before, after = change
        yield OFFICIAL_STATUS.found(
            slug,
            f"The site shows {slug} with less status than before: until {short(after.day)} it said "
            f"{before.mark.said}; since then {last.mark.said}.",
            "Look at the account at its site. If somebody changed it, change it back; else ask the site "
            "why. An account that was taken over may lose its badge first.",
            account=slug,
            weight=Weight.URGENT,
            version_sha256=after.version_sha256,
            which="lost",
        )
    elif last.mark.level is Level.UNMARKED:
        yield OFFICIAL_STATUS.found(
            slug,
            f"The site does not know {slug} as official or governmental: it says {last.mark.said} "
            f"(archived on {short(last.day)}).",
            "Register the account with the site as official, or as that of a government, where the site "
            "offers it.",
            account=slug,
            weight=Weight.ADVICE,
            which="never",
        )


def _not_told(one: CityAccount) -> Finding:
    return OFFICIAL_STATUS.found(
        one.account.slug,
        f"This site tells no program whether {one.account.slug} is registered as official, and nobody noted "
        "it.",
        "Look at the page itself, and enter in the register “Papers of accounts” on which day its official "
        "badge or category was seen.",
        account=one.account.slug,
        weight=Weight.ADVICE,
        which="not told",
    )


OFFICIAL_STATUS = Check(
    name="official-status",
    title="Official status at the sites",
    version=1,
    clauses=("P-12",),
    says=(
        "Reads from every archived version of a City page what the site says of its verification and "
        "category (Facebook, X, LinkedIn, Nextdoor), and flags a loss, or an account that never had it. "
        "Instagram and YouTube tell a program nothing: there a person notes what the page shows. A field "
        "that a site leaves out is taken for neither."
    ),
    answered_by=("clerk", "public_affairs"),
    of_now=_ask,
)
