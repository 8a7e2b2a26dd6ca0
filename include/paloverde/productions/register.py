"""The register of Bates numbers over all productions: each page number of a prefix is given once. Pure.

Papers of the series `bates`, under their prefix: a reach is reserved before anything is written, and burnt
when the production is given up or its records change after that. A burnt number is never given again.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

import msgspec

from paloverde.errors import BadQuestion
from paloverde.productions.bates import Bates, Reach
from paloverde.retention.holds import By

SERIES = "bates"


class Reserved(msgspec.Struct, frozen=True, kw_only=True, tag_field="event", tag="reserved"):
    """Pages of the prefix are a production's from now on. `of` is the SHA-256 over what they are given to:
    the order, the choice and the decisions.
    """

    production: str
    digits: int
    reach: Reach
    of: str
    by: By
    at: datetime


class Burnt(msgspec.Struct, frozen=True, kw_only=True, tag_field="event", tag="burnt"):
    """These pages will bear nothing."""

    production: str
    reach: Reach
    why: str
    by: By
    at: datetime


class Act(msgspec.Struct, frozen=True):
    """One paper of the series; a union must stand in a member."""

    event: Reserved | Burnt


class Register(msgspec.Struct, frozen=True):
    """All papers of one prefix, oldest first."""

    bates: Bates
    events: tuple[Reserved | Burnt, ...] = ()

    @property
    def reserved(self) -> list[Reserved]:
        return [event for event in self.events if isinstance(event, Reserved)]

    @property
    def burnt(self) -> list[Reach]:
        return [event.reach for event in self.events if isinstance(event, Burnt)]

    @property
    def next_page(self) -> int:
        """The first page that nobody was ever given."""
        return max((event.reach.last for event in self.reserved), default=0) + 1

    def of(self, production: str) -> Reserved | None:
        """The pages that a production has now; None where it has none, or those that it had are burnt."""
        mine = [one for one in self.reserved if one.production == production and one.reach not in self.burnt]
        return mine[-1] if mine else None

    def holder(self, number: str) -> str:
        """The production that a number was given to; "" where it was given to none."""
        page = self.bates.page(number)
        return next((o.production for o in self.reserved if o.reach.first <= page <= o.reach.last), "")

    def take(self, production: str, pages: int, of: str, by: By, at: datetime) -> Reserved:
        """The next so many pages. `BadQuestion` where the digits are used up, or the prefix has others."""
        for one in self.reserved:
            if one.digits != self.bates.digits:
                raise BadQuestion(
                    f"{one.production} has numbers of the prefix {self.bates.prefix} with {one.digits} "
                    f"digits: take as many, or another prefix, so that no two numbers look alike."
                )
        reach = Reach(self.next_page, self.next_page + pages - 1)
        self.bates.number(reach.first)
        self.bates.number(reach.last)
        return Reserved(production=production, digits=self.bates.digits, reach=reach, of=of, by=by, at=at)

    def told(self) -> Iterator[str]:
        """Every reach, as a list names it."""
        for one in self.reserved:
            bates = Bates(self.bates.prefix, one.digits)
            numbers = f"{bates.number(one.reach.first)} to {bates.number(one.reach.last)}"
            yield f"{numbers}  {one.production}{', burnt' if one.reach in self.burnt else ''}"
