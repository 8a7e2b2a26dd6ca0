"""The City's own retention schedules: data that the council adopts by resolution, filed as papers.

A schedule applies from `effective_from` through `effective_to`; which ones do is asked for the day of the
decision. Where several cover an item, the class that keeps it longest counts; where none does, its class is
unknown, and nothing unknown is ever destroyed.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from enum import StrEnum

import msgspec

from paloverde.archive.papers import Cabinet, Filed
from paloverde.records import Holder, Kind, Provenance, Visibility
from paloverde.retention.facts import Facts
from paloverde.wording import spoken

SERIES = "schedules"
FLOOR_YEARS = 2  # what a class may count less than; the two-year floor holds all the same


class After(StrEnum):
    """The event that a class counts its years from."""

    RECEIVED = "received"
    REMOVED = "removed"


class RecordClass(msgspec.Struct, frozen=True, kw_only=True):
    """A class of records. An empty tuple names all of its kind.

    Exactly one of these says for how long: `years` after an event, `permanent`, `excluded` (the paragraph of
    34090 that forbids it), `duplicate` (with `years` and the id of the procedure under Gov. Code 34090.7).
    """

    id: str
    title: str
    kinds: tuple[Kind, ...] = ()
    holders: tuple[Holder, ...] = ()
    provenance: tuple[Provenance, ...] = ()
    visibility: tuple[Visibility, ...] = ()
    years: int | None = None
    after: After = After.RECEIVED
    permanent: bool = False
    excluded: str = ""
    duplicate: bool = False
    procedure: str = ""

    def covers(self, facts: Facts) -> bool:
        """Whether an item is of this class. What came in several ways is, where one of them is named."""
        return (
            (not self.kinds or facts.item.kind in self.kinds)
            and (not self.holders or facts.holder in self.holders)
            and (not self.provenance or not facts.provenance.isdisjoint(self.provenance))
            and (not self.visibility or facts.visibility in self.visibility)
        )


class Schedule(msgspec.Struct, frozen=True, kw_only=True):
    """A schedule as the council adopted it. `effective_to` is its last day, None while it has none."""

    resolution: str
    title: str
    adopted_on: date
    effective_from: date
    effective_to: date | None = None
    file_sha256: str = ""
    classes: tuple[RecordClass, ...]

    def applies_on(self, day: date) -> bool:
        return self.effective_from <= day and (self.effective_to is None or day <= self.effective_to)

    def standing(self, day: date) -> str:
        """Whether it applies, in words."""
        if self.applies_on(day):
            until = f" through {spoken(self.effective_to)}" if self.effective_to else ""
            return f"in effect since {spoken(self.effective_from)}{until}"
        if day < self.effective_from:
            return f"in effect from {spoken(self.effective_from)}"
        return f"ended on {spoken(self.effective_to)}"


class Schedules(msgspec.Struct, frozen=True):
    """What the City has set itself: its schedules, and the reasonable time of policy V.E.4(d) in years."""

    adopted: tuple[Schedule, ...] = ()
    reasonable_years: int = 2

    def on(self, day: date) -> list[Schedule]:
        """The schedules that apply on a day."""
        return [schedule for schedule in self.adopted if schedule.applies_on(day)]

    def covering(self, facts: Facts, day: date) -> list[tuple[Schedule, RecordClass]]:
        """Every class that covers an item on a day, with its schedule."""
        return [
            (schedule, class_)
            for schedule in self.on(day)
            for class_ in schedule.classes
            if class_.covers(facts)
        ]

    @property
    def name_visibility(self) -> bool:
        """Whether any class asks who could see an item: only then is that read from the records."""
        return any(class_.visibility for schedule in self.adopted for class_ in schedule.classes)


def file_schedule(cabinet: Cabinet, schedule: Schedule, actor: str) -> Filed:
    """File a schedule; one of the same resolution that was filed earlier stands no longer."""
    about = {"resolution": schedule.resolution, "classes": str(len(schedule.classes))}
    return cabinet.file(
        SERIES, schedule.resolution, schedule, what="schedule adopted", actor=actor, about=about,
        for_ever=True,
    )  # fmt: skip


def adopted(cabinet: Cabinet) -> list[Schedule]:
    """The schedules as they were filed last, by resolution."""
    return [cabinet.read(filed, Schedule) for filed in cabinet.newest(SERIES)]


def too_short(schedule: Schedule) -> Iterable[RecordClass]:
    """The classes that count less than the two years which the law asks in any case."""
    return [c for c in schedule.classes if c.years is not None and c.years < FLOOR_YEARS]
