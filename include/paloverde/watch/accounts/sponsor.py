"""Whether each City page bears the City's name or logo, and says whose it is (V.A.2)."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from functools import lru_cache

from paloverde.records import archive_day
from paloverde.watch.accounts.comparing import plain
from paloverde.watch.accounts.own_page import CityAccount, OwnPage, city_accounts, own_page
from paloverde.watch.accounts.rules import rules
from paloverde.watch.book import Book
from paloverde.watch.check import Check, Finding, Weight
from paloverde.watch.now import Now
from paloverde.watch.registers.accounts import policy_on
from paloverde.watch.seen import Seen
from paloverde.wording import short

_NOTE = "enter in the register “Papers of accounts” on which day the logo was seen"
_NOT_ALNUM = re.compile(r"[\W_]+")


def _ask(now: Now, book: Book) -> Iterable[Finding]:
    version = policy_on(book, book.day)
    if version is None:
        yield SPONSOR_AND_NAME.found(
            "policy-versions",
            "No version of the policy is entered, so that the City's name is not known: no page was looked "
            "at.",
            "Enter the version in force in the register “Versions of the policy”, with the names of the "
            "City.",
        )
        return
    names = (version.entry.city_name, *version.entry.short_names)
    for one in city_accounts(now, book):
        if one.profile is not None:
            yield from _of_page(one, one.profile, names)
            yield from _of_logo(one, now.profiles(one.account.slug))


def _of_page(one: CityAccount, profile: Seen, names: tuple[str, ...]) -> Iterator[Finding]:
    page, slug = own_page(profile), one.account.slug
    seen = short(archive_day(profile.observed_at))
    has_logo = one.papers is not None and one.papers.logo_seen_on is not None
    if not bears(page, names) and not has_logo:
        yield SPONSOR_AND_NAME.found(
            slug,
            f"The page of {slug} is called “{page.name or page.handle}” (archived on {seen}), which is no "
            f"name of {names[0]}, and nobody noted that it bears the logo.",
            f"Give the page the City's name or logo, and {_NOTE}; or add this name to the version of the "
            "policy as another name of the City.",
            account=slug,
            which="name",
        )
    if _can_say(one.account.platform) and not says_sponsor(page, names):
        yield SPONSOR_AND_NAME.found(
            slug,
            f"The own words of the page of {slug} (archived on {seen}) do not say that it is the City's: no "
            f"sentence has a name of {names[0]} together with a word such as “official” or “sponsored”.",
            f"Say it on the page, such as: “The official page of the {names[0]}.”",
            account=slug,
            which="sponsor",
            weight=Weight.ADVICE,
        )


def _of_logo(one: CityAccount, profiles: Sequence[Seen]) -> Iterator[Finding]:
    """The picture of a page may be another one than that on which a person saw the logo."""
    seen_on = one.papers.logo_seen_on if one.papers else None
    if seen_on is not None and (changed := picture_changed(profiles, seen_on)):
        yield SPONSOR_AND_NAME.found(
            one.account.slug,
            f"The logo was seen on the page of {one.account.slug} on {short(seen_on)}; since "
            f"{short(changed)} the page shows another picture.",
            f"Look whether it still bears the logo. If it does, {_NOTE}.",
            account=one.account.slug,
            which=f"picture {seen_on}",
            weight=Weight.ADVICE,
        )


def picture_changed(profiles: Sequence[Seen], seen_on: date) -> date | None:
    """Since when a page shows none of the pictures that it showed on a day, by their bytes. None while it
    does, or where the archive does not hold the bytes of both.
    """
    then, now = set[str](), set[str]()
    changed: date | None = None
    for profile in profiles:
        day, shown = archive_day(profile.observed_at), {one.sha256 for one in profile.media if one.sha256}
        if not shown:
            continue
        if day <= seen_on or not then:
            then = shown
        elif changed is None or now & then:
            changed = day
        now = shown
    return changed if then and now and not now & then else None


def bears(page: OwnPage, names: tuple[str, ...]) -> bool:
    """Whether the name or the handle of a page is, or holds, a name of the City."""
    name, handle = _squeezed(page.name), _squeezed(page.handle)
    return any(_squeezed(one) and (_squeezed(one) in name or _squeezed(one) in handle) for one in names)


def says_sponsor(page: OwnPage, names: tuple[str, ...]) -> bool:
    """Whether one of its texts names the City, and says by one of the words that it is the City's."""
    said = _saying(rules().sponsor.words)
    for _, text in page.words:
        words = plain(text).casefold()
        if said.search(words) and any(plain(one).casefold() in words for one in names):
            return True
    # "Official account" needs no name where the page itself is called by it.
    return bears(page, names) and any(said.search(plain(text).casefold()) for _, text in page.words)


def _can_say(platform: str) -> bool:
    return rules().room.of(platform) != 0


def _squeezed(name: str) -> str:
    return _NOT_ALNUM.sub("", plain(name).casefold())


@lru_cache
def _saying(words: tuple[str, ...]) -> re.Pattern[str]:
    return re.compile(rf"\b(?:{'|'.join(map(re.escape, words))})\b")


SPONSOR_AND_NAME = Check(
    name="sponsor-and-name",
    title="Pages bear the City's name and say that they are the City's",
    version=1,
    clauses=("P-11",),
    says=(
        "Looks on each City page for a name of the City in its name or handle, and for a sentence that says "
        "whose page it is. That a page bears the logo is noted by a person: the check tells when its "
        "picture has changed since, where the site gives it (Instagram, X, YouTube, Nextdoor)."
    ),
    answered_by=("clerk", "public_affairs"),
    of_now=_ask,
)
