"""How each custodian of a request or of a matter stands: asked, reminded, answered, what came in. Pure.

Read from the events alone, so that it is the same for the file of a request and for the papers of a matter.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import date, timedelta
from enum import StrEnum

import msgspec

from paloverde.requests.custodian_search import affidavit_lacks, instruction_lacks
from paloverde.requests.events import (
    CustodianAnswered,
    CustodianAsked,
    CustodianHandedIn,
    CustodianReminded,
    Event,
)
from paloverde.retention.holds import person
from paloverde.wording import some, spoken

CustodianEvent = CustodianAsked | CustodianReminded | CustodianAnswered | CustodianHandedIn
_SEVERAL = ("custodian who was", "custodians who were")


class Standing(StrEnum):
    """How far a custodian is."""

    ASKED = "asked, no answer yet"
    REMINDED = "reminded, no answer yet"
    UPLOADED = "records handed in, no statement yet"
    ANSWERED = "answered, without a signed statement"
    AFFIDAVIT = "answered with a signed statement"


class Custodian(msgspec.Struct, frozen=True):
    """A custodian: the last question, and everything since. What is handed in counts whenever it came."""

    asked: CustodianAsked
    reminders: tuple[CustodianReminded, ...] = ()
    answer: CustodianAnswered | None = None
    handed_in: tuple[CustodianHandedIn, ...] = ()

    @property
    def name(self) -> str:
        return self.asked.custodian

    @property
    def standing(self) -> Standing:
        if self.answer is not None:
            stated = self.answer.affidavit
            return Standing.AFFIDAVIT if stated and stated.is_signed else Standing.ANSWERED
        if self.handed_in:
            return Standing.UPLOADED
        return Standing.REMINDED if self.reminders else Standing.ASKED

    @property
    def records(self) -> int:
        """Records that were handed in; of files that came again once."""
        runs = {run.sequence: run.records for one in self.handed_in for run in one.runs}
        return sum(runs.values())

    @property
    def is_owing(self) -> bool:
        """Whether the statement says that there are records, and none was handed in."""
        stated = self.answer.affidavit if self.answer else None
        return stated is not None and stated.found > 0 and not self.records

    @property
    def written_on(self) -> date:
        """When the last letter went out."""
        return max(self.asked.asked_on, *(one.reminded_on for one in self.reminders), date.min)

    def remind_on(self, days: int) -> date | None:
        """The Pacific day from which a reminder is due: the answer's own day first, then each `days`; None
        where there is an answer.
        """
        if self.answer is not None:
            return None
        told = self.asked.instruction
        if not self.reminders and told is not None:
            return told.due_on + timedelta(days=1)
        return self.written_on + timedelta(days=days)

    def sentence(self, today: date) -> str:
        return f"{self._who()}: {'; '.join(self._course(today))}."

    def _who(self) -> str:
        return f"{self.name} ({self.asked.title})" if self.asked.title else self.name

    def _course(self, today: date) -> Iterator[str]:
        waited = some((today - self.asked.asked_on).days, "day")
        yield f"asked on {spoken(self.asked.asked_on)}, {waited} ago"
        if self.answer is None and self.asked.instruction:
            due = self.asked.instruction.due_on
            late = some((today - due).days, "day")
            yield f"answer was due on {spoken(due)}, {late} ago" if due < today else f"due {spoken(due)}"
        if self.reminders:
            many = some(len(self.reminders), "reminder,", "reminders, the last")
            yield f"{many} on {spoken(self.reminders[-1].reminded_on)}"
        if self.handed_in:
            yield f"{some(self.records, 'record')} handed in"
        yield f"answered on {spoken(self.answer.answered_on)}" if self.answer else "no answer yet"
        if self.answer and self.standing is Standing.ANSWERED:
            yield "no signed statement"
        if self.is_owing:
            yield "the statement says that there are records, and none was handed in"


def custodians(events: Iterable[Event]) -> list[Custodian]:
    """Everybody who was asked, in the order in which they were first."""
    found: dict[str, Custodian] = {}
    for event in events:
        match event:
            case CustodianAsked():
                before = found.get(event.custodian)
                found[event.custodian] = Custodian(event, handed_in=before.handed_in if before else ())
            case CustodianReminded() | CustodianAnswered() | CustodianHandedIn():
                if event.custodian in found:
                    found[event.custodian] = _after(found[event.custodian], event)
    return list(found.values())


def named(name: str, everybody: Sequence[Custodian]) -> Custodian | None:
    """The custodian of that name, whatever its case and blanks; None where nobody was asked by it."""
    return next((one for one in everybody if person(one.name) == person(name)), None)


def address_book(everybody: Iterable[Custodian]) -> dict[str, str]:
    """Custodians' names by the addresses that they are known by. One that two are known by names nobody."""
    book: dict[str, str] = {}
    for one in everybody:
        told = one.asked.instruction
        for address in (told.contact, *told.addresses) if told else ():
            key = address.strip().casefold()
            if "@" in key:
                known = book.setdefault(key, one.name)
                book[key] = known if person(known) == person(one.name) else ""
    return book


def day_of(event: CustodianEvent) -> date:
    """The Pacific day on which it was done, as whoever filed it says."""
    match event:
        case CustodianAsked():
            return event.asked_on
        case CustodianReminded():
            return event.reminded_on
        case CustodianAnswered():
            return event.answered_on
        case CustodianHandedIn():
            return event.handed_on


def custodian_lacks(events: Iterable[Event], event: CustodianEvent) -> str:
    """What such an event lacks, or what comes before it; "" where nothing does."""
    if isinstance(event, CustodianAsked):
        return _question_lacks(event)
    everybody = custodians(events)
    one = next((one for one in everybody if one.name == event.custodian), None)
    if one is None:
        asked = ", ".join(sorted(one.name for one in everybody)) or "nobody yet"
        return f"{event.custodian} was not asked; asked were: {asked}."
    match event:
        case CustodianReminded():
            return _reminder_lacks(one, event)
        case CustodianAnswered():
            return _answer_lacks(one, event)
        case CustodianHandedIn():
            return "" if event.runs else "Nothing of it was archived."


def limits(everybody: Sequence[Custodian], *, with_names: bool = True) -> Iterator[str]:
    """What is not known because a custodian has not answered, has not signed, or has handed nothing in."""
    silent = [one for one in everybody if one.answer is None]
    unsigned = [one for one in everybody if one.standing is Standing.ANSWERED]
    told: tuple[tuple[list[Custodian], Callable[[str], str]], ...] = (
        (silent, lambda n: f"Of {_asked(everybody)} to search what only they have, {n} not answered"),
        (unsigned, lambda n: f"Of {_asked(everybody)}, {n} answered without a signed statement"),
        (
            [one for one in everybody if one.is_owing],
            lambda n: f"Of {_asked(everybody)}, {n} stated that there are records, and handed none in",
        ),
    )
    for some_of, words in told:
        if some_of:
            names = f": {', '.join(one.name for one in some_of)}" if with_names else ""
            yield f"{words(some(len(some_of), 'has', 'have'))}{names}."


def owing(events: Iterable[Event]) -> str:
    """Whose statement says that there are records, where none was handed in; "" where nobody's does."""
    names = ", ".join(one.name for one in custodians(events) if one.is_owing)
    return f"Stated that there are records, and handed none in: {names}." if names else ""


def _asked(everybody: Sequence[Custodian]) -> str:
    return f"{some(len(everybody), *_SEVERAL)} asked"


def _question_lacks(event: CustodianAsked) -> str:
    if not event.custodian.strip():
        return "It needs the custodian's name."
    if not event.about.strip():
        return "It needs what was asked for."
    return instruction_lacks(event.instruction, event.asked_on) if event.instruction else ""


def _reminder_lacks(one: Custodian, event: CustodianReminded) -> str:
    if one.answer is not None:
        return f"{one.name} answered on {spoken(one.answer.answered_on)}: no reminder is due."
    if event.reminded_on < one.written_on:
        return f"A reminder cannot have been sent before the last letter, of {spoken(one.written_on)}."
    return ""


def _answer_lacks(one: Custodian, event: CustodianAnswered) -> str:
    if not event.answer.strip():
        return "It needs what was answered."
    if event.affidavit is None:
        return ""
    return affidavit_lacks(event.affidavit, one.asked.asked_on, event.answered_on)


def _after(before: Custodian, event: CustodianReminded | CustodianAnswered | CustodianHandedIn) -> Custodian:
    match event:
        case CustodianReminded():
            return msgspec.structs.replace(before, reminders=(*before.reminders, event))
        case CustodianAnswered():
            return msgspec.structs.replace(before, answer=event)
        case CustodianHandedIn():
            return msgspec.structs.replace(before, handed_in=(*before.handed_in, event))
