"""What an account's own page says of itself, read from the archived profile as each site sends it. Pure.

A site that does not give something leaves it unknown here: nothing is assumed (platforms' READMEs say what
each gives).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from enum import IntEnum
from typing import Any, NamedTuple

import msgspec

from paloverde.records import Account
from paloverde.watch.accounts.rules import rules
from paloverde.watch.book import Book
from paloverde.watch.check import as_quoted
from paloverde.watch.now import Now
from paloverde.watch.registers.accounts import AccountClass, AccountPapers, class_of, papers_of
from paloverde.watch.seen import UNREADABLE, Seen

_ADDRESS = re.compile(r"https?://[^\s<>\"“”‘’()\[\]{}]+")
_CLOSING = ".,;:!?'"
Members = Mapping[str, Any]


class Level(IntEnum):
    """How a site marks an account. A site's blue badge says who somebody is, not that it is a government."""

    UNMARKED = 0
    VERIFIED = 1
    GOVERNMENTAL = 2


class Mark(NamedTuple):
    """The site's own statement of what an account is, and where it says so."""

    level: Level
    said: str


class OwnPage(NamedTuple):
    """A profile as a reader of the site sees it. `words` are its own words by the name of their field.

    `mark` is None where the site tells a program nothing of it.
    """

    name: str
    handle: str
    words: tuple[tuple[str, str], ...]
    links: tuple[str, ...]
    mark: Mark | None


class CityAccount(NamedTuple):
    """An account of the City itself that is not closed, with its papers and its newest archived page."""

    account: Account
    papers: AccountPapers | None
    profile: Seen | None


def city_accounts(now: Now, book: Book) -> Iterator[CityAccount]:
    """The City's own accounts: those of officials are not asked for disclaimers and sponsors."""
    for account in now.accounts():
        papers = papers_of(book, account.slug)
        is_closed = papers is not None and papers.is_closed_on(book.day)
        if class_of(book, account) is AccountClass.CITY and not is_closed:
            yield CityAccount(account, papers, newest(now.profiles(account.slug)))


def newest(profiles: Sequence[Seen]) -> Seen | None:
    return profiles[-1] if profiles else None


def own_page(profile: Seen) -> OwnPage:
    """What a profile says. A payload that is no object, as a file may hold one, leaves its text alone."""
    given = _members(profile.payload)
    platform = profile.account.platform
    words = tuple(_words(platform, given)) or ((("its own words", profile.text),) if profile.text else ())
    told = [*_links(platform, given), *(link for _, text in words for link in addresses(text))]
    return OwnPage(
        as_quoted(profile.poster.name or ""),
        as_quoted(profile.poster.username or ""),
        words,
        tuple(dict.fromkeys(told)),
        _mark(platform, given),
    )


def addresses(text: str) -> list[str]:
    """The web addresses in a text, without the punctuation that ends a sentence."""
    return [found.rstrip(_CLOSING) for found in _ADDRESS.findall(text)]


def _members(payload: bytes) -> Members:
    try:
        given = msgspec.json.decode(payload) if payload else {}
    except UNREADABLE:
        return {}
    return given if isinstance(given, dict) else {}


def _text(given: object, *path: str) -> str:
    """The text at the end of a path of members, "" where there is none."""
    for name in path:
        given = given.get(name) if isinstance(given, dict) else None
    return given if isinstance(given, str) else ""


def _said(given: object, *path: str) -> str:
    """The same as a sentence quotes it."""
    return as_quoted(_text(given, *path))


# The members of a profile that hold words of its own, with the name under which the site shows them.
_FIELDS: Mapping[str, tuple[tuple[tuple[str, ...], str], ...]] = {
    "facebook": (
        (("about",), "Intro"), (("bio",), "Bio"), (("description",), "Description"),
        (("general_info",), "Additional information"), (("mission",), "Mission"),
        (("impressum",), "Impressum"),
    ),
    "instagram": ((("biography",), "Bio"),),
    "x": ((("description",), "Bio"),),
    "youtube": ((("snippet", "description"), "Description"),),
    "linkedin": ((("localizedDescription",), "About"), (("localizedTagline",), "Tagline")),
}  # fmt: skip
_WEBSITES: Mapping[str, tuple[tuple[str, ...], ...]] = {
    "facebook": (("website",),),
    "instagram": (("website",),),
    "linkedin": (("localizedWebsite",),),
    "nextdoor": (("agency_external_url",),),
}


def _words(platform: str, given: Members) -> Iterator[tuple[str, str]]:
    for path, label in _FIELDS.get(platform, ()):
        if text := _text(given, *path):
            yield label, text


def _links(platform: str, given: Members) -> Iterator[str]:
    for path in _WEBSITES.get(platform, ()):
        if text := _text(given, *path):
            yield from text.split() if "://" in text else [f"https://{text.strip()}"]
    if platform == "x":
        yield from _expanded(given.get("entities"))


def _expanded(entities: object) -> Iterator[str]:
    """X shortens every address to one of its own, and says beside it where that leads."""
    for part in ("url", "description"):
        of = entities.get(part) if isinstance(entities, dict) else None
        listed = of.get("urls") if isinstance(of, dict) else None
        for one in listed if isinstance(listed, list) else ():
            if address := _text(one, "expanded_url"):
                yield address


def _mark(platform: str, given: Members) -> Mark | None:
    match platform:
        case "facebook":
            return _mark_of_facebook(given)
        case "x":
            return _mark_of_x(given)
        case "linkedin":
            return _mark_of_linkedin(given)
        case "nextdoor":
            return _mark_of_nextdoor(given)
        case _:  # neither YouTube nor Instagram gives a program a badge or a category
            return None


def _mark_of_facebook(given: Members) -> Mark | None:
    """Page.category, then verification_status ("blue_verified", "not_verified" ...) or is_verified.

    None where what would decide was left out of the answer.
    """
    status, category = _said(given, "verification_status"), _said(given, "category")
    words = category.casefold()
    if any(re.search(rf"\b{re.escape(one)}\b", words) for one in rules().government.facebook):
        return Mark(Level.GOVERNMENTAL, f"category “{category}”")
    flag = given.get("is_verified")
    if not category or not (status or isinstance(flag, bool)):
        return None
    is_verified = flag is True or (bool(status) and status != "not_verified")
    told = f"category “{category}”, verification “{status or str(flag).lower()}”"
    return Mark(Level.VERIFIED if is_verified else Level.UNMARKED, told)


def _mark_of_x(given: Members) -> Mark | None:
    """User.verified_type (blue, government, business or none), else the older `verified`."""
    kind = _said(given, "verified_type")
    if kind in rules().government.x:
        return Mark(Level.GOVERNMENTAL, f"verified_type “{kind}”")
    if kind:
        return Mark(Level.UNMARKED if kind == "none" else Level.VERIFIED, f"verified_type “{kind}”")
    if isinstance(given.get("verified"), bool):
        level = Level.VERIFIED if given["verified"] else Level.UNMARKED
        return Mark(level, f"verified “{str(given['verified']).lower()}”")
    return None


def _mark_of_linkedin(given: Members) -> Mark | None:
    kind = _said(given, "organizationType")
    if not kind:
        return None
    is_governmental = kind in rules().government.linkedin
    return Mark(Level.GOVERNMENTAL if is_governmental else Level.UNMARKED, f"organizationType “{kind}”")


def _mark_of_nextdoor(given: Members) -> Mark | None:
    told = given.get("is_agency_profile")
    if not isinstance(told, bool):
        return None
    return Mark(
        Level.GOVERNMENTAL if told else Level.UNMARKED, "agency profile" if told else "no agency profile"
    )
