"""How a Public Records Act request stands: all its events together. Pure.

What may follow what is decided in `lifecycle`; the days are counted in `clock`.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from enum import StrEnum

import msgspec

from paloverde.errors import ArchiveDamaged
from paloverde.requests.events import (
    Acknowledged,
    AnyEvent,
    ClarificationAnswered,
    ClarificationAsked,
    Closed,
    Determined,
    E,
    Extended,
    Litigated,
    MinutesSpent,
    Produced,
    Received,
    Released,
    Reopened,
    Searched,
    SignedOff,
)


class State(StrEnum):
    """How far a request is (rulebook 2.1)."""

    RECEIVED = "received"
    CLARIFYING = "waiting for the requester's answer"  # the clock runs on
    EXTENDED = "extended"
    PROMISED = "determined, its records under review"  # the final determination is owed
    DETERMINED = "determined"
    PRODUCING = "producing"
    CLOSED = "closed"
    LITIGATION = "in litigation"


class Entry(msgspec.Struct, frozen=True):
    """An event in its place in the file: papers are numbered from 1; `sha256` is that of the paper."""

    number: int
    event: AnyEvent
    sha256: str


class Request(msgspec.Struct, frozen=True):
    """How a request stands: all its entries together, oldest first."""

    entries: tuple[Entry, ...]

    @property
    def received(self) -> Received:
        """The intake. `ArchiveDamaged` where the first paper is another."""
        first = self.entries[0].event if self.entries else None
        if not isinstance(first, Received):
            raise ArchiveDamaged("The first paper of a request is not its intake: run `paloverde rebuild`.")
        return first

    @property
    def number(self) -> str:
        return self.received.number

    @property
    def papers(self) -> int:
        """The number of the last paper, as `Cabinet.file(after=)` asks for it."""
        return self.entries[-1].number

    @property
    def events(self) -> Sequence[AnyEvent]:
        return [entry.event for entry in self.entries]

    def all(self, type_: type[E]) -> list[E]:
        """The events of one type, oldest first."""
        return [event for event in self.events if isinstance(event, type_)]

    def last(self, type_: type[E]) -> E | None:
        """The newest event of one type."""
        return next(reversed(self.all(type_)), None)

    @property
    def state(self) -> State:
        """How far it is: what the last event that changes the state says."""
        state, events = State.RECEIVED, self.events
        for place, event in enumerate(events):
            state = _after(state, event, events[:place])
        return state

    @property
    def is_open(self) -> bool:
        return self.state is not State.CLOSED

    @property
    def extension(self) -> Extended | None:
        return self.last(Extended)

    @property
    def determination(self) -> Determined | None:
        """What was determined last; None where nothing was yet."""
        return self.last(Determined)

    @property
    def promised_on(self) -> date | None:
        """When the requester was told that there are disclosable records, where the final determination is
        told by another letter.
        """
        told = (one.sent_on for one in self.all(Determined) if not one.is_final)
        return next(told, None)

    @property
    def searches(self) -> list[Searched]:
        return self.all(Searched)

    @property
    def minutes(self) -> int:
        """Working time noted so far."""
        return sum(event.minutes for event in self.events if isinstance(event, MinutesSpent | Searched))

    @property
    def acknowledged_on(self) -> date | None:
        """When the requester heard first of the City."""
        told = (event for event in self.events if isinstance(event, Acknowledged | Extended | Determined))
        return min((event.sent_on for event in told), default=None)

    def bundle(self, sha256: str) -> Produced | None:
        """The instalment whose bundle has that hash."""
        return next((one for one in self.all(Produced) if one.bundle.sha256 == sha256), None)

    @property
    def next_instalment(self) -> int:
        """The number that the next bundle gets: what was not released is built again under its number."""
        made = self.last(Produced)
        if made is None:
            return 1
        return made.instalment + self.is_released(made.bundle.sha256)

    def build_of(self, sha256: str) -> int:
        """Which bundle of the next instalment that one is, from 1: the same bytes made again count once."""
        made = [one.bundle.sha256 for one in self.all(Produced) if one.instalment == self.next_instalment]
        return [*dict.fromkeys([*made, sha256])].index(sha256) + 1

    def is_replaced(self, made: Produced) -> bool:
        """Whether the same instalment was put together again since, as another bundle."""
        newest = [one for one in self.all(Produced) if one.instalment == made.instalment][-1]
        return newest.bundle.sha256 != made.bundle.sha256

    def is_released(self, sha256: str) -> bool:
        """Whether this bundle went to the requester."""
        return any(one.sha256 == sha256 for one in self.all(Released))

    def is_signed_off(self, sha256: str) -> bool:
        """Whether a second person has agreed that this bundle goes out."""
        return any(one.sha256 == sha256 for one in self.all(SignedOff))


def _after(state: State, event: AnyEvent, before: Sequence[AnyEvent]) -> State:
    """The state after an event. What changes none leaves it as it was."""
    match event:
        case ClarificationAsked() if state is State.RECEIVED:
            return State.CLARIFYING
        case ClarificationAnswered() if state is State.CLARIFYING:
            return State.RECEIVED
        case Extended():
            return State.EXTENDED
        case Determined() if state not in (State.PRODUCING, State.LITIGATION):
            return State.DETERMINED if event.is_final else State.PROMISED
        case Released() if state is not State.LITIGATION:
            return State.PRODUCING
        case Closed():
            return State.CLOSED
        case Litigated():
            return State.LITIGATION
        case Reopened():
            return _reopened(before)
    return state


def _reopened(before: Sequence[AnyEvent]) -> State:
    """Where a request goes on that is opened again: nothing that was done is undone."""
    done = {type(event) for event in before}
    if Released in done:
        return State.PRODUCING
    if determined := [event for event in before if isinstance(event, Determined)]:
        return State.DETERMINED if determined[-1].is_final else State.PROMISED
    return State.EXTENDED if Extended in done else State.RECEIVED
