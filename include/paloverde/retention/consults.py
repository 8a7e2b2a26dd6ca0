"""Consultations before an official deletes: policy V.E.4(d), rulebook P-63.

"Officials are prohibited from deleting posts and related comments … regarding any City-related matters before
consulting with the City Manager and City Attorney. The official must maintain all deleted content for a
reasonable time." A ticket says who was consulted when; a deletion without one raises an alert.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from enum import StrEnum

import msgspec

from paloverde.archive.papers import Cabinet, Filed
from paloverde.capture.removal import Cause
from paloverde.errors import BadQuestion
from paloverde.records import Kind
from paloverde.retention.dossier import Alerted, FiledPaper, RemovalFact, cause_of, subject_of
from paloverde.steps import Step
from paloverde.wording import short_moment

SERIES = "consults"
# "Posts and related comments": what an official says and what is said under it, not private messages.
POSTS_AND_COMMENTS = frozenset({Kind.POST, Kind.STORY, Kind.COMMENT, Kind.EVENT, Kind.ALBUM})
# Causes of which the official did nothing. What nobody knows may have been the official.
_OF_OTHERS = frozenset({Cause.AUTHOR.value, Cause.PLATFORM.value, Cause.PRIVACY.value})


class Consulted(msgspec.Struct, frozen=True):
    """One of the two was consulted: when, who says so, and when that was written down."""

    at: datetime
    by: str
    noted_at: datetime


class Ticket(msgspec.Struct, frozen=True):
    """A consultation about one item. Each paper of a ticket is the whole of it as it then stood.

    `about` is the item's ACCOUNT/KIND/ID or its address at the site; `captured` says how its content is kept.
    """

    id: str
    about: str
    opened_at: datetime
    opened_by: str
    captured: str = ""
    city_manager: Consulted | None = None
    city_attorney: Consulted | None = None
    outcome: str = ""
    notes: tuple[str, ...] = ()

    @property
    def both(self) -> dict[str, Consulted | None]:
        """The two who must be consulted."""
        return {"City Manager": self.city_manager, "City Attorney": self.city_attorney}

    @property
    def lacks(self) -> str:
        """Who was not consulted yet, in words."""
        return " and ".join(f"the {name}" for name, consulted in self.both.items() if consulted is None)


class Standing(StrEnum):
    """How a deletion on an official's account stands to the consultations about it."""

    PRIOR = "consulted before"
    AFTERWARDS = "it was written down only after the deletion that both were consulted before it"
    LATE = "consulted after it was deleted"
    PARTIAL = "not both were consulted"
    EARLY = "a consultation is dated before the item was posted, and so was not about it"
    NONE = "nobody was consulted"
    NOT_DELETED = "not deleted by the official"  # its author, the site or a person in charge says so


class Alert(msgspec.Struct, frozen=True):
    """A deletion that raised an alert, and how it stands now. It stays one, however it is answered."""

    fact: RemovalFact
    standing: Standing
    ticket: Ticket | None = None  # the one that answers it best
    raised_at: datetime | None = None  # None where the ledger does not have it yet

    @property
    def is_open(self) -> bool:
        return self.standing in (Standing.NONE, Standing.PARTIAL, Standing.EARLY)

    @property
    def sentence(self) -> str:
        by = ""
        if self.ticket is not None:
            told = [f"{name} {consulted_in_words(one, self.fact)}" for name, one in self.ticket.both.items()]
            by = f" (ticket {self.ticket.id}, {'; '.join([opened_in_words(self.ticket, self.fact), *told])})"
        state = "OPEN" if self.is_open else "answered"
        return f"{subject_of(self.fact.item)}: {state}: {self.standing.value}{by}"


def opened_in_words(ticket: Ticket, fact: RemovalFact | None) -> str:
    """When a ticket was opened and by whom; `fact` is the deletion of what it is about, if there is one."""
    return f"opened by {ticket.opened_by} {short_moment(ticket.opened_at)}{_after(ticket.opened_at, fact)}"


def consulted_in_words(one: Consulted | None, fact: RemovalFact | None) -> str:
    """When one of the two was consulted, who noted that and when, and what is odd about these times."""
    if one is None:
        return "not consulted yet"
    is_early = fact is not None and fact.posted_at is not None and one.at < fact.posted_at
    odd = ", BEFORE THE ITEM WAS POSTED" if is_early else _after(one.at, fact)
    noted = f"noted by {one.by} {short_moment(one.noted_at)}{_after(one.noted_at, fact)}"
    return f"consulted {short_moment(one.at)}{odd}, {noted}"


def _after(at: datetime, fact: RemovalFact | None) -> str:
    return ", AFTER THE DELETION" if fact is not None and at > fact.removed_at else ""


def about(fact: RemovalFact, tickets: Iterable[Ticket]) -> list[Ticket]:
    """The tickets about a removed item, by its name or its address at the site."""
    names = {subject_of(fact.item)} | ({fact.permalink} if fact.permalink else set())
    return [ticket for ticket in tickets if ticket.about in names]


def is_bound(fact: RemovalFact, papers: Sequence[FiledPaper] = ()) -> bool:
    """Whether the rule of consulting before deleting may bind this removal on an official's account."""
    return fact.item.kind in POSTS_AND_COMMENTS and cause_of(fact, papers) not in _OF_OTHERS


def standing(fact: RemovalFact, tickets: Iterable[Ticket]) -> tuple[Standing, Ticket | None]:
    """How a deletion stands to the tickets about its item, and which ticket says so.

    A deletion is known only from when its item was first missed: a consultation up to that moment counts as
    before it, a later one does not, since an official who deletes first has not consulted before. One that
    is dated before the item was posted was not about it. What was written down after the deletion is said
    to have been so: nobody can tell that from a date made up.
    """
    best: tuple[Standing, Ticket | None] = (Standing.NONE, None)
    for ticket in tickets:
        found = _standing(fact, ticket)
        if _RANK.index(found) < _RANK.index(best[0]):
            best = found, ticket
    return best


def _standing(fact: RemovalFact, ticket: Ticket) -> Standing:
    both = [one for one in ticket.both.values() if one is not None]
    if len(both) < len(ticket.both):
        return Standing.PARTIAL
    if fact.posted_at is not None and min(one.at for one in both) < fact.posted_at:
        return Standing.EARLY
    if max(one.at for one in both) > fact.removed_at:
        return Standing.LATE
    written = max(ticket.opened_at, *(one.noted_at for one in both))
    return Standing.PRIOR if written <= fact.removed_at else Standing.AFTERWARDS


_RANK = (
    Standing.PRIOR, Standing.AFTERWARDS, Standing.LATE, Standing.PARTIAL, Standing.EARLY, Standing.NONE,
)  # fmt: skip


def alert_of(
    fact: RemovalFact, papers: Sequence[FiledPaper], tickets: Iterable[Ticket]
) -> tuple[Alert, bool] | None:
    """The alert of a removal on an official's account, and whether it is still to be raised.

    None where there is none: a consultation before it was on record in time, or the rule does not bind it,
    and no alert was raised.
    """
    raised = raised_at(fact, papers)
    found, ticket = standing(fact, tickets)
    if not is_bound(fact, papers):
        found, ticket = Standing.NOT_DELETED, None
    if raised is None and found in (Standing.PRIOR, Standing.NOT_DELETED):
        return None
    return Alert(fact, found, ticket, raised), raised is None


def raised_at(fact: RemovalFact, papers: Sequence[FiledPaper]) -> datetime | None:
    """When the alert of this very removal was raised; an item that came back may be removed again."""
    for one in papers:
        if isinstance(one.paper, Alerted) and one.paper.confirmed_at == fact.confirmed_at:
            return one.filed_at
    return None


class Tickets:
    """The tickets that are filed."""

    def __init__(self, cabinet: Cabinet) -> None:
        self._cabinet = cabinet

    def all(self) -> Iterator[Ticket]:
        """Every ticket as it stands now."""
        return (self._cabinet.read(filed, Ticket) for filed in self._cabinet.newest(SERIES))

    def one(self, id_: str) -> tuple[Ticket, int]:
        """A ticket and how many papers it has. Raises `BadQuestion`."""
        filed = self._cabinet.last(SERIES, id_)
        if filed is None:
            raise BadQuestion(f"There is no ticket {id_!r}: {Step.CONSULTS} names them.")
        return self._cabinet.read(filed, Ticket), filed.number

    def file(self, ticket: Ticket, actor: str, what: str, after: int) -> Filed:
        """File a ticket as it stands now. `Suspicious` where somebody else has changed it meanwhile."""
        about = {"ticket": ticket.id, "about": ticket.about}
        return self._cabinet.file(SERIES, ticket.id, ticket, what=what, actor=actor, about=about, after=after)
