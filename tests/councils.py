"""An invented council of five, a planning commission of seven, and what their members say online."""

from __future__ import annotations

from datetime import date
from typing import Any

from paloverde.records import Account, Holder, Kind, Poster
from paloverde.watch.book import Book
from paloverde.watch.registers.bodies import Body, Member
from paloverde.watch.registers.people import Person, Standing
from paloverde.watch.seen import Seen
from watching import CITY, RUTH, book, seen

COUNCIL = Body("council", "City Council", 5, "The City's affairs", ("zoning", "El Paseo", "presupuesto"))
PLANNING = Body("planning", "Planning Commission", 7, "Land use", ("zoning", "variance"))
NAMES = ("Ana Duarte", "Ben Ito", "Carla Nunez", "Dee Frost", "Eli Marsh")
ANA, BEN, CARLA, DEE, ELI = (Poster(name, None, f"90{n}") for n, name in enumerate(NAMES, 1))
ANAS_PAGE = Account("facebook-ana-duarte", "facebook", "3001", "anaduarte", Holder.OFFICIAL)
ANAS_X = Account("x-ana-duarte", "x", "4001", "anaduarte", Holder.OFFICIAL)
BENS_X = Account("x-ben-ito", "x", "4002", "benito", Holder.OFFICIAL)
TERM = date(2024, 12, 12)


def people() -> list[Person]:
    """The five members, each with an id as a person on Facebook, a page, an id and a handle on X, one on LinkedIn."""
    return [
        Person(
            name.split()[0].lower(), name, Standing.OFFICIAL,
            known_as=(f"facebook:90{n}", f"facebook:300{n}", f"x:400{n}", f"x:@{name.replace(' ', '')}",
                      f"linkedin:urn:li:person:{n}"),
        )
        for n, name in enumerate(NAMES, 1)
    ]  # fmt: skip


def city(*members: Member, bodies: tuple[Body, ...] = (COUNCIL, PLANNING)) -> Book:
    """The registers with these members; where none are named, the council with all five."""
    sat = members or tuple(Member("council", person.id, TERM) for person in people())
    return book(entries={"people": people(), "bodies": bodies, "members": sat})


def post(by: Poster, text: str, **known: Any) -> Seen:
    """A post on Ana's own page, unless it is said otherwise."""
    return seen(text, **({"account": ANAS_PAGE, "native_id": "3001_1", "poster": by} | known))


def strangers_post(text: str, **known: Any) -> Seen:
    """What a resident posted to the City's page."""
    return seen(text, **({"account": CITY, "native_id": "1000_1", "poster": RUTH} | known))


def comment(under: Seen, by: Poster, text: str, id_: str, **known: Any) -> Seen:
    """A comment under a post, or a reply where `parent_id` names a comment."""
    told = {"parent_id": under.native_id, "thread_id": under.thread_id or under.native_id, "native_id": id_}
    return seen(text, account=under.account, kind=Kind.COMMENT, poster=by, **(told | known))


def reaction(under: Seen, by: Poster, **known: Any) -> Seen:
    """A like of a post; the site does not say when."""
    told = {"parent_id": under.native_id, "thread_id": under.native_id, "posted_at": None}
    id_ = f"{under.native_id}:{by.id}"
    return seen("LIKE", account=under.account, kind=Kind.REACTION, poster=by, native_id=id_, **(told | known))
