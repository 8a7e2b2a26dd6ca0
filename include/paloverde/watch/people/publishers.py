"""Which person published an item in an account's name, where the site says so. Pure.

Facebook names the administrator who created a post or comment of the Page (`admin_creator` of PagePost and
Comment), LinkedIn the person who commented as the page (`impersonator`), and in posts of its older interface
who created them. X, Instagram, YouTube and Nextdoor never say; nor does LinkedIn of posts, or Facebook of
stories. What a site leaves out is not known, and nothing is concluded from it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import NamedTuple

import msgspec

from paloverde.watch.book import Book
from paloverde.watch.registers.people import PEOPLE
from paloverde.watch.seen import UNREADABLE, Seen

TELLING = {"facebook": "of posts and comments", "linkedin": "of comments"}
_PERSON = "urn:li:person:"


class Publisher(NamedTuple):
    """A person as the site knows one: its id there, and the name where it gives one."""

    id: str
    name: str = ""


class _Admin(msgspec.Struct):
    id: str = ""
    name: str = ""


class _OnFacebook(msgspec.Struct):
    admin_creator: _Admin | None = None


class _Stamp(msgspec.Struct):
    actor: str = ""
    impersonator: str = ""


class _OnLinkedIn(msgspec.Struct, rename="camel"):
    author: str = ""
    created: _Stamp | None = None
    last_modified: _Stamp | None = None


_FACEBOOK = msgspec.json.Decoder(_OnFacebook)
_LINKEDIN = msgspec.json.Decoder(_OnLinkedIn)


def publishers(seen: Seen) -> tuple[Publisher, ...]:
    """The people who published or changed an item in the account's name; none where the site does not say."""
    if seen.account.platform == "facebook" and b'"admin_creator"' in seen.payload:
        return tuple(dict.fromkeys(_on_facebook(seen.payload)))
    if seen.account.platform == "linkedin" and b'"created"' in seen.payload:
        return tuple(dict.fromkeys(_on_linkedin(seen.payload)))
    return ()


def _on_facebook(payload: bytes) -> Iterator[Publisher]:
    try:
        admin = _FACEBOOK.decode(payload).admin_creator
    except UNREADABLE:
        return
    if admin is not None and admin.id:
        yield Publisher(admin.id, admin.name)


def _on_linkedin(payload: bytes) -> Iterator[Publisher]:
    try:
        told = _LINKEDIN.decode(payload)
    except UNREADABLE:
        return
    for stamp in (told.created, told.last_modified):
        if stamp is None:
            continue
        # A post of the older interface names its author, the page, and beside it who created it.
        person = stamp.impersonator or (stamp.actor if told.author else "")
        if person.startswith(_PERSON):
            yield Publisher(person)


def person_known_as(book: Book, platform: str, id_: str) -> str:
    """The short name of the person whom the register knows by a site's id, "" where it knows none."""
    return _known(book).get(f"{platform}:{id_}", "")


def people_named(book: Book, name: str) -> list[str]:
    """The short names of those who bear a name. A name proves nothing: it is a hint for a person."""
    wanted = " ".join(name.split()).casefold()
    return [
        one.id
        for one in book.of(PEOPLE).values()
        if wanted and " ".join(one.entry.name.split()).casefold() == wanted
    ]


@lru_cache(maxsize=4)  # a round reads one book, for every item of it
def _known(book: Book) -> Mapping[str, str]:
    return {known: one.id for one in book.of(PEOPLE).values() for known in one.entry.known_as}
