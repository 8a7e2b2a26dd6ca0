"""Who consented to a picture of themselves or their child, and who allows theirs to be posted (V.A.8, V.A.9,
V.A.13).

A picture is named by the SHA-256 of its file, or by an item that shows it (account/kind/id). Nobody can tell
from its bytes who is recognizable in it, or is a minor: a person states that here.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import date, datetime
from enum import StrEnum
from typing import Annotated

import msgspec
from msgspec import Meta

from paloverde.records import Kind
from paloverde.watch.register import Register

_SHA256 = re.compile(r"[0-9a-f]{64}")
_ITEM = re.compile(rf"[a-z0-9][a-z0-9_-]*/(?:{'|'.join(kind.value for kind in Kind)})/\S+")
_EXAMPLE = "facebook-cityofpalmaria/post/123"
_PICTURES = Meta(
    title="Pictures",
    description=f"One on each line: an item that shows them, such as {_EXAMPLE}, or the "
    "SHA-256 of one picture as the archive holds it.",
)


class Subject(StrEnum):
    """Who is the primary focus of a picture, as a person saw it (V.A.8)."""

    NOBODY = "nobody"
    STAFF = "City staff"
    PERSON = "a person who can be recognized"
    MODEL = "somebody recruited as a subject or model"


class Space(StrEnum):
    """Where a picture was taken."""

    PUBLIC = "a public space"
    NON_PUBLIC = "a non-public space"


class Basis(StrEnum):
    """What permits a picture of somebody to be posted."""

    NONE = "nothing yet"
    WRITTEN = "a signed release"
    VERBAL = "verbal consent"
    EXEMPT = "no release is needed"


class Release(msgspec.Struct, frozen=True):
    """What a person saw in pictures, and what consent there is. An entry without a focus says: looked at."""

    pictures: Annotated[tuple[str, ...], _PICTURES]
    subject: Annotated[
        Subject,
        Meta(title="Who is its primary focus", description="A place, a thing or a crowd has nobody as such."),
    ]
    shows_minors: Annotated[bool, Meta(title="Shows a minor")] = False
    space: Annotated[Space, Meta(title="Where it was taken")] = Space.PUBLIC
    at_public_event: Annotated[
        bool,
        Meta(
            title="Was taken at a public event",
            description="Such as a concert in the park, or a public meeting.",
        ),
    ] = False
    basis: Annotated[Basis, Meta(title="What permits it")] = Basis.NONE
    given_by: Annotated[
        str, Meta(title="Who consented", description="For a minor a parent or guardian (V.A.8).")
    ] = ""
    of_whom: Annotated[str, Meta(title="Who is shown")] = ""
    purpose: Annotated[str, Meta(title="What it was given for")] = ""
    accounts: Annotated[
        tuple[str, ...],
        Meta(
            title="For these accounts only",
            description="One on each line; empty where the consent is not limited to some.",
            extra={"of": "account"},
        ),
    ] = ()
    given_at: Annotated[datetime | None, Meta(title="Consent was given at")] = None
    documented_at: Annotated[
        datetime | None,
        Meta(
            title="It was written down at",
            description="Verbal consent: promptly, such as in an e-mail (V.A.9).",
        ),
    ] = None
    documented_by: Annotated[str, Meta(title="Written down by")] = ""
    words: Annotated[
        str,
        Meta(
            title="The words, or where the signed form is kept; why none is needed",
            extra={"long": True},
        ),
    ] = ""

    @property
    def needs_release(self) -> str:
        """Why the policy asks for a release of what was stated; "" where it does not (V.A.8)."""
        if self.shows_minors and not self.at_public_event:
            return "it shows a minor, and was not taken at a public event"
        if self.subject is Subject.MODEL:
            return "somebody was recruited as its subject"
        if self.subject is Subject.PERSON and self.space is Space.NON_PUBLIC:
            return "its primary focus is a person who can be recognized, in a non-public space"
        return ""

    @property
    def is_for_a_minor(self) -> bool:
        return self.shows_minors and not self.at_public_event

    def covers(self, account: str) -> bool:
        """Whether what was consented to is not limited to other accounts."""
        return not self.accounts or account in self.accounts


def _wrong_release(one: Release) -> str:
    if why := _wrong_names(one.pictures):
        return why
    if one.basis in (Basis.WRITTEN, Basis.VERBAL) and not one.given_by:
        return "Say who consented."
    if one.basis is Basis.VERBAL and one.given_at is None:
        return "Say when the verbal consent was given."
    if one.basis is Basis.EXEMPT and not one.words:
        return "Say why no release is needed."
    if one.given_at and one.documented_at and one.documented_at < one.given_at:
        return "It was written down before it was given: mend one of the two times."
    return ""


PHOTO_RELEASES = Register(
    name="photo-releases",
    title="Photo releases",
    about="Whom the City's pictures show, and by what release or verbal consent they are posted.",
    entry=Release,
    clauses=("P-18", "P-19"),
    keepers=("clerk", "public_affairs"),
    prefix="PR",
    wrong=_wrong_release,
)


class Ground(StrEnum):
    """By what right the City posts a picture or film."""

    OWN = "the City made it"
    PERMISSION = "permission of its owner"
    LICENCE = "a licence"
    FREE = "nobody owns it any more"


class Right(msgspec.Struct, frozen=True):
    """By what right pictures or films are posted, from when until when, on which accounts."""

    pictures: Annotated[tuple[str, ...], _PICTURES]
    ground: Annotated[Ground, Meta(title="By what right")]
    owner: Annotated[str, Meta(title="Who owns it", description="Not needed where the City made it.")] = ""
    given_by: Annotated[str, Meta(title="Who gave the permission")] = ""
    given_on: Annotated[date | None, Meta(title="Given on")] = None
    until: Annotated[date | None, Meta(title="Last day, where it was given for a time")] = None
    accounts: Annotated[
        tuple[str, ...],
        Meta(
            title="For these accounts only",
            description="One on each line; empty where it is not limited to some.",
            extra={"of": "account"},
        ),
    ] = ()
    words: Annotated[
        str, Meta(title="The words of the permission, or where the paper is kept", extra={"long": True})
    ] = ""

    def covers(self, account: str, day: date) -> bool:
        """Whether it permits a post of that day on that account."""
        is_too_early = self.given_on is not None and day < self.given_on
        is_over = self.until is not None and self.until < day
        return not (is_too_early or is_over) and (not self.accounts or account in self.accounts)


def _wrong_right(one: Right) -> str:
    if why := _wrong_names(one.pictures):
        return why
    if one.ground in (Ground.PERMISSION, Ground.LICENCE) and not one.owner:
        return "Say who owns it."
    if one.given_on and one.until and one.until < one.given_on:
        return "The last day lies before the first."
    return ""


MEDIA_RIGHTS = Register(
    name="media-rights",
    title="Rights in pictures and films",
    about="By what right the City posts pictures and films of others.",
    entry=Right,
    clauses=("P-26",),
    keepers=("clerk", "public_affairs"),
    prefix="MR",
    wrong=_wrong_right,
)


def _wrong_names(names: Iterable[str]) -> str:
    named = list(names)
    if not named:
        return "Name at least one picture."
    for name in named:
        if not (_SHA256.fullmatch(name) or _ITEM.fullmatch(name)):
            return f"{name!r} names no picture: give an item, such as {_EXAMPLE}, or a SHA-256."
    return ""


def item_of(name: str) -> str:
    """The item that a line of `pictures` names, "" where it names a file."""
    return name if "/" in name else ""
