"""How a production stands: all its papers together, and what may follow what. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from enum import StrEnum
from types import MappingProxyType

import msgspec

from paloverde.errors import ArchiveDamaged
from paloverde.productions.order import (
    AnyEvent,
    Built,
    Changed,
    Chosen,
    ClawedBack,
    E,
    Event,
    GivenUp,
    Noted,
    Ordered,
    Reviewed,
    Served,
    SignedOff,
    Terms,
)
from paloverde.requests.exemptions import PRIVILEGES
from paloverde.retention.hold_orders import CLERK, COUNSEL
from paloverde.wording import spoken


class State(StrEnum):
    """How far a production is."""

    ORDERED = "ordered"
    CHOSEN = "chosen, its records under review"
    REVIEWED = "reviewed and signed"
    BUILT = "built"
    AGREED = "agreed to go out"
    SERVED = "served"
    GIVEN_UP = "given up"


_ANY = frozenset(State)
_UNSERVED = _ANY - {State.SERVED, State.GIVEN_UP}
_BUILT = frozenset({State.BUILT, State.AGREED, State.SERVED})
_REVIEWED = frozenset({State.REVIEWED, State.BUILT, State.AGREED})
# In which states each event may come, and whose it is to file.
_WHEN: Mapping[type[Event], frozenset[State]] = MappingProxyType(
    {
        Changed: _UNSERVED,
        Chosen: _UNSERVED,
        Reviewed: _UNSERVED - {State.ORDERED},
        Built: _REVIEWED,
        SignedOff: frozenset({State.BUILT}),
        Served: frozenset({State.AGREED}),
        ClawedBack: frozenset({State.SERVED}),
        GivenUp: _UNSERVED,
        Noted: _ANY,
    }
)
_OFFICE = (CLERK, COUNSEL)
_WHO: Mapping[type[Event], tuple[str, ...]] = MappingProxyType(
    {Reviewed: _OFFICE, Built: _OFFICE, SignedOff: _OFFICE, Noted: _OFFICE}
)
_AFTER: Mapping[type[Event], State] = MappingProxyType(
    {
        Changed: State.ORDERED,
        Chosen: State.CHOSEN,
        Reviewed: State.REVIEWED,
        Built: State.BUILT,
        SignedOff: State.AGREED,
        Served: State.SERVED,
        GivenUp: State.GIVEN_UP,
    }
)
_FIRST: Mapping[type[Event], str] = MappingProxyType(
    {
        Reviewed: "its records have to be chosen first",
        Built: "its records have to be chosen, and reviewed and signed, first",
        SignedOff: "its volumes have to be built first, and are agreed to once",
        Served: "somebody who did not build its volumes has to agree to them first",
        ClawedBack: "only what was served can be clawed back",
    }
)


class Entry(msgspec.Struct, frozen=True):
    """An event in its place: papers are numbered from 1; `sha256` is that of the paper."""

    number: int
    event: AnyEvent
    sha256: str


class Docket(msgspec.Struct, frozen=True):
    """All papers of one production, oldest first."""

    entries: tuple[Entry, ...]

    @property
    def ordered(self) -> Ordered:
        """The order. `ArchiveDamaged` where the first paper is another."""
        first = self.entries[0].event if self.entries else None
        if not isinstance(first, Ordered):
            raise ArchiveDamaged("The first paper of a production is not its order: run `paloverde rebuild`.")
        return first

    @property
    def number(self) -> str:
        return self.ordered.number

    @property
    def papers(self) -> int:
        """The number of the last paper, as `Cabinet.file(after=)` asks for it."""
        return self.entries[-1].number

    def all(self, type_: type[E]) -> list[E]:
        """The events of one type, oldest first."""
        return [entry.event for entry in self.entries if isinstance(entry.event, type_)]

    def last(self, type_: type[E]) -> E | None:
        """The newest event of one type."""
        return next(reversed(self.all(type_)), None)

    @property
    def state(self) -> State:
        state = State.ORDERED
        for entry in self.entries:
            state = _AFTER.get(type(entry.event), state)
        return state

    @property
    def terms(self) -> Terms:
        """The order as it stands."""
        changed = self.last(Changed)
        return changed.terms if changed else self.ordered.terms

    @property
    def choices(self) -> list[tuple[Terms, Chosen]]:
        """Every choice of records, with the terms that it was made by, oldest first."""
        found, terms = list[tuple[Terms, Chosen]](), self.ordered.terms
        for entry in self.entries:
            match entry.event:
                case Changed(terms=changed):
                    terms = changed
                case Chosen() as chosen:
                    found.append((terms, chosen))
        return found

    @property
    def is_open(self) -> bool:
        """Whether anything of what is produced may still change."""
        return self.state in _UNSERVED

    @property
    def is_built(self) -> bool:
        """Whether its volumes are the last word: nothing was ordered, chosen or signed after them."""
        return self.state in _BUILT

    @property
    def has_gone_out(self) -> bool:
        return self.state is State.SERVED


def refusal(docket: Docket, event: AnyEvent, today: date) -> str:
    """Why an event may not be filed now, in words; "" where it may."""
    if told := out_of_place(docket, type(event)):
        return told
    match event:
        case Changed(terms=terms, note=note):
            if not note.strip():
                return "Say why the order is changed."
            return "The order says this already." if terms == docket.terms else ""
        case SignedOff() | Served():
            return _of_volumes(docket, event, today)
        case ClawedBack():
            return _of_clawback(docket, event, today)
        case GivenUp(note=note) | Noted(note=note):
            return "" if note.strip() else "Say why, or what there is to note."
    return ""


def out_of_place(docket: Docket, type_: type[Event]) -> str:
    """Why an event of that type may not come now, in words; "" where it may."""
    if docket.state in _WHEN.get(type_, frozenset()):
        return ""
    why = _FIRST.get(type_, "nothing of it changes any more")
    return f"{docket.number} is {docket.state.value}: {why}."


def roles_for(type_: type[Event]) -> tuple[str, ...]:
    """Who may file an event of that type: what is not named in the table is counsel's alone."""
    return _WHO.get(type_, (COUNSEL,))


def _of_volumes(docket: Docket, event: SignedOff | Served, today: date) -> str:
    built = docket.last(Built)
    if built is None or event.hashes != built.hashes:
        shown = built.hashes[:16] if built else "none"
        return (
            f"These are not the volumes of {docket.number} that were built last: the SHA-256 of their "
            f"HASHES.txt is {event.hashes[:16]}…, and that of the last is {shown}…."
        )
    if isinstance(event, SignedOff):
        if built.by.is_same_person(event.by):
            return f"{event.by.name} has built the volumes: somebody else looks at them and agrees."
        return ""
    if not event.to.strip() or not event.way.strip():
        return "Say to whom the production was served, and how."
    return f"{spoken(event.served_on)} has not come yet." if event.served_on > today else ""


def _of_clawback(docket: Docket, event: ClawedBack, today: date) -> str:
    built, bates = docket.last(Built), docket.terms.bates
    if built is None:
        return f"{docket.number} has no numbers yet."
    reach = bates.page(built.first), bates.page(built.last)
    if not reach[0] <= bates.page(event.first) <= bates.page(event.last) <= reach[1]:
        reached = f"{built.first} to {built.last}"
        return f"{docket.number} was served as {reached}: name numbers of these, in order."
    if strange := [code for code in event.privileges if code not in PRIVILEGES]:
        return f"There is no privilege {strange[0]!r}. Those that there are: {', '.join(PRIVILEGES)}."
    if not event.reason.strip() or not event.privileges:
        return "Say what is claimed and why it was produced by mistake: the notice states the basis."
    return f"{spoken(event.discovered_on)} has not come yet." if event.discovered_on > today else ""
