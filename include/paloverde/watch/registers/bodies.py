"""The City's legislative bodies and who sits on each, and when (Gov. Code 54952; policy V.D).

What somebody said before or after a term is no act of a member.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date
from functools import lru_cache
from typing import Annotated, NamedTuple

import msgspec
from msgspec import Meta

from paloverde.watch.book import Book
from paloverde.watch.check import Span
from paloverde.watch.register import Entered, Register
from paloverde.watch.registers.people import PEOPLE, Person
from paloverde.watch.seen import Seen

_MOST_SPANS = 5  # places of one text that a finding points at
# Accents are typed or left out; one character for one, so that places in a text stay.
_PLAIN = str.maketrans("áàâäéèêëíìîïóòôöúùûüñÁÉÍÓÚÜÑ’", "aaaaeeeeiiiioooouuuunAEIOUUN'")


class Body(msgspec.Struct, frozen=True):
    """A legislative body: the council, a commission, a board, a standing committee."""

    id: Annotated[
        str,
        Meta(title="Short name", description="Such as planning-commission. It names the entry and stays."),
    ]
    name: Annotated[str, Meta(title="Name")]
    seats: Annotated[int, Meta(title="Seats", description="Vacant ones too: a majority is counted of all.")]
    subject: Annotated[
        str,
        Meta(title="What lies within its subject matter jurisdiction", extra={"long": True}),
    ] = ""
    terms: Annotated[
        tuple[str, ...],
        Meta(
            title="Words that its subjects are spoken of with",
            description="One on each line, in each language that people use, such as short-term rental. "
            "Case, accents and an s at the end do not count.",
        ),
    ] = ()
    majority: Annotated[
        int | None,
        Meta(
            title="Members who are a majority",
            description="Only where it is another number than more than half of the seats.",
        ),
    ] = None

    @property
    def needed(self) -> int:
        """How many members are a majority."""
        return self.majority or self.seats // 2 + 1


class Member(msgspec.Struct, frozen=True):
    """That somebody sits on a body, from one day to another, both included."""

    body: Annotated[str, Meta(title="Body", extra={"of": "bodies"})]
    person: Annotated[str, Meta(title="Member", extra={"of": "people"})]
    since: Annotated[
        date,
        Meta(
            title="Since",
            description="The day of the election or appointment: who is elected counts as a member before "
            "taking office (Gov. Code 54952.1).",
        ),
    ]
    until: Annotated[date | None, Meta(title="Last day", description="Left empty while the member sits.")] = (
        None
    )
    office: Annotated[str, Meta(title="Office on the body", description="Such as chair.")] = ""

    def sits_on(self, day: date) -> bool:
        """Whether this member sat on a day."""
        return self.since <= day and (self.until is None or day <= self.until)


class Seat(NamedTuple):
    """A person's seat on a body, with what was registered of all three."""

    person: Entered[Person]
    body: Entered[Body]
    member: Entered[Member]

    @property
    def rules(self) -> tuple[str, str]:
        """What was applied, and as which paper of it: bodies/council#2, members/member-2026-0001#1."""
        return f"bodies/{self.body.id}#{self.body.number}", f"members/{self.member.id}#{self.member.number}"


def seats_of(said: Seen, day: date, book: Book) -> tuple[Seat, ...]:
    """The seats that whoever said something held on a day, by the site's id of who said it."""
    return seats_by_id(said.account.platform, speaker(said), day, book)


def seats_by_id(platform: str, id_: str, day: date, book: Book) -> tuple[Seat, ...]:
    """The seats that a person held on a day whom `people` knows by this id, or by this @handle, at a site."""
    known = _seats(book).get((platform, id_.casefold() if id_.startswith("@") else id_))
    return tuple(seat for seat in known if seat.member.entry.sits_on(day)) if known else ()


def speaker(said: Seen) -> str:
    """The site's id of who said something; "" where it gives none. A post of an account is the account's."""
    if said.poster.id is not None:
        return said.poster.id
    return said.account.native_id if said.is_by_the_account else ""


def terms_in(text: str, terms: tuple[str, ...]) -> tuple[Span, ...]:
    """The first places of a text where terms of a body stand."""
    pattern = _pattern(terms)
    if pattern is None or not text:
        return ()
    places = (found.span() for found in pattern.finditer(text.translate(_PLAIN)))
    return tuple(
        Span(start, end, text[start:end]) for (start, end), _ in zip(places, range(_MOST_SPANS), strict=False)
    )


def all_terms(book: Book) -> tuple[str, ...]:
    """The terms of all bodies, each once."""
    return tuple(dict.fromkeys(term for body in book.of(BODIES).values() for term in body.entry.terms))


@lru_cache(maxsize=4)
def _seats(book: Book) -> Mapping[tuple[str, str], tuple[Seat, ...]]:
    """Every seat that was ever held, by the site and the id there of who held it."""
    found: dict[tuple[str, str], tuple[Seat, ...]] = {}
    people, bodies = book.of(PEOPLE), book.of(BODIES)
    for member in book.of(MEMBERS).values():
        person, body = people.get(member.entry.person), bodies.get(member.entry.body)
        for known in person.entry.known_as if person and body else ():
            platform, _, id_ = (part.strip() for part in known.partition(":"))
            name = platform.casefold(), id_.casefold() if id_.startswith("@") else id_
            found[name] = (*found.get(name, ()), Seat(person, body, member))  # type: ignore[arg-type]
    return found


@lru_cache(maxsize=64)
def _pattern(terms: tuple[str, ...]) -> re.Pattern[str] | None:
    """Any of some terms as words of their own; the longest first, so that it is the one that is told."""
    words = sorted({" ".join(term.translate(_PLAIN).split()) for term in terms} - {""}, key=len, reverse=True)
    told = "|".join(r"\s+".join(map(re.escape, word.split())) for word in words)
    return re.compile(rf"(?<!\w)(?:{told})(?:'?s|es)?(?!\w)", re.IGNORECASE) if told else None


def _body_wrong(body: Body) -> str:
    if body.seats < 1:
        return "a body has at least one seat."
    if body.majority is not None and not body.seats // 2 < body.majority <= body.seats:
        return f"a majority of its seats is {body.seats // 2 + 1} to {body.seats}; {body.majority} is none."
    return ""


def _member_wrong(member: Member) -> str:
    is_backwards = member.until is not None and member.until < member.since
    return "the last day lies before the first." if is_backwards else ""


BODIES = Register(
    name="bodies",
    title="Legislative bodies",
    about="The council, boards, commissions and standing committees, and what each of them decides about.",
    entry=Body,
    clauses=("P-56",),
    keepers=("clerk", "counsel"),
    named_by="id",
    wrong=_body_wrong,
)
MEMBERS = Register(
    name="members",
    title="Members of bodies",
    about="Who sits on which body, from which day to which.",
    entry=Member,
    clauses=("P-56",),
    keepers=("clerk", "counsel"),
    prefix="member",
    wrong=_member_wrong,
)
