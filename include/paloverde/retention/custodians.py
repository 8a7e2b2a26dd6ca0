"""Custodians of a hold: who was told to keep what, when, and who has acknowledged it (rulebook T-12).

Papers of the series `hold-notices`. Nothing is sent from here: the notice is written, and that it was sent is
noted. What was sent stands in the paper in full.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, timedelta

import msgspec

from paloverde.archive.papers import Cabinet
from paloverde.errors import BadQuestion
from paloverde.records import archive_day
from paloverde.retention.hold_scope import spoken
from paloverde.retention.holds import By, Hold, holds_in

SERIES = "hold-notices"


class Named(msgspec.Struct, frozen=True, tag_field="act", tag="named"):
    """Somebody who has to keep what is in the hold's scope."""

    name: str
    contact: str  # an e-mail address, an office
    by: By
    at: datetime


class Sent(msgspec.Struct, frozen=True, tag_field="act", tag="sent"):
    """A notice, or a reminder of it, that was sent."""

    name: str
    text: str
    reminder: int  # 0 is the notice itself
    by: By
    at: datetime


class Acknowledged(msgspec.Struct, frozen=True, tag_field="act", tag="acknowledged"):
    """The custodian has said to have read and understood the notice."""

    name: str
    by: By
    at: datetime


Act = Named | Sent | Acknowledged


class Custodian(msgspec.Struct, frozen=True):
    """How a custodian stands. `sent_at` is the last notice or reminder, `notices` how many there were."""

    hold: str
    name: str
    contact: str
    notices: int = 0
    first_sent_at: datetime | None = None
    sent_at: datetime | None = None
    acknowledged_at: datetime | None = None

    def due_on(self, days: int) -> date | None:
        """The Pacific day from which a notice or a reminder is due; None where nothing is to be sent."""
        if self.acknowledged_at is not None:
            return None
        return date.min if self.sent_at is None else archive_day(self.sent_at) + timedelta(days=days)

    def sentence(self) -> str:
        told = f"{self.name} ({self.contact})"
        if self.first_sent_at is None or self.sent_at is None:
            return f"{told}: the notice was not sent yet."
        told = f"{told}: notice sent on {spoken(archive_day(self.first_sent_at))}"
        if self.notices > 1:
            many = "one reminder," if self.notices == 2 else f"{self.notices - 1:,} reminders, the last"
            told = f"{told}, {many} on {spoken(archive_day(self.sent_at))}"
        if self.acknowledged_at is None:
            return f"{told}; not acknowledged yet."
        return f"{told}; acknowledged on {spoken(archive_day(self.acknowledged_at))}."


class Reminder(msgspec.Struct, frozen=True):
    """Somebody who is to be written to now."""

    hold: Hold
    custodian: Custodian

    def sentence(self) -> str:
        what = "a reminder is due" if self.custodian.notices else "the notice is to be sent"
        return f"{self.hold.id}, “{self.hold.matter}”: {what}. {self.custodian.sentence()}"


class Notices:
    """Files who keeps and who was told, and reads how each custodian stands."""

    def __init__(self, cabinet: Cabinet, clock: Callable[[], datetime]) -> None:
        self._cabinet, self._clock = cabinet, clock

    def custodians(self, hold: str) -> list[Custodian]:
        """The custodians of a hold, in the order in which they were named."""
        standing: dict[str, Custodian] = {}
        for filed in self._cabinet.history(SERIES, hold):
            act = msgspec.json.decode(self._cabinet.bytes_of(filed), type=Act)
            standing[act.name] = _after(standing.get(act.name), hold, act)
        return list(standing.values())

    def custodian(self, hold: str, name: str) -> Custodian:
        """`BadQuestion` lists those that there are."""
        known = {one.name: one for one in self.custodians(hold)}
        if name not in known:
            names = ", ".join(known) or "none yet"
            raise BadQuestion(f"{name!r} is no custodian of {hold}. Named are: {names}.")
        return known[name]

    def name(self, hold: Hold, name: str, contact: str, by: By) -> Custodian:
        """Name a custodian, or bring the contact up to date."""
        if not name.strip() or not contact.strip():
            raise BadQuestion("A custodian has a name and a contact, such as an e-mail address.")
        known = {one.name: one for one in self.custodians(hold.id)}
        if name not in known or known[name].contact != contact:
            self._file(hold.id, Named(name, contact, by, self._clock()), "custodian named", by)
        return self.custodian(hold.id, name)

    def sent(self, hold: Hold, name: str, text: str, by: By) -> Custodian:
        """Note that the notice, or the next reminder, was sent."""
        custodian = self.custodian(hold.id, name)
        act = Sent(name, text, custodian.notices, by, self._clock())
        self._file(hold.id, act, "hold reminder sent" if act.reminder else "hold notice sent", by)
        return self.custodian(hold.id, name)

    def acknowledged(self, hold: Hold, name: str, by: By) -> Custodian:
        """Note that a custodian has acknowledged; the first time stands."""
        custodian = self.custodian(hold.id, name)
        if custodian.sent_at is None:
            raise BadQuestion(f"No notice of {hold.id} was sent to {name} yet: nothing can be acknowledged.")
        if custodian.acknowledged_at is None:
            self._file(hold.id, Acknowledged(name, by, self._clock()), "hold notice acknowledged", by)
        return self.custodian(hold.id, name)

    def _file(self, hold: str, act: Act, what: str, by: By) -> None:
        about = {"hold": hold, "custodian": act.name}
        self._cabinet.file(SERIES, hold, act, what=what, actor=by.actor, about=about, for_ever=True)


def reminders(cabinet: Cabinet, clock: Callable[[], datetime], days: int) -> list[Reminder]:
    """Who is to be written to today: never told yet, or told `days` ago and silent since. Of active holds."""
    notices, today = Notices(cabinet, clock), archive_day(clock())
    return [
        Reminder(hold, custodian)
        for hold in holds_in(cabinet)
        if hold.is_active(today)
        for custodian in notices.custodians(hold.id)
        if (due := custodian.due_on(days)) is not None and due <= today
    ]


def _after(before: Custodian | None, hold: str, act: Act) -> Custodian:
    custodian = before or Custodian(hold, act.name, "")
    match act:
        case Named():
            return msgspec.structs.replace(custodian, contact=act.contact)
        case Sent():
            return msgspec.structs.replace(
                custodian,
                notices=custodian.notices + 1,
                first_sent_at=custodian.first_sent_at or act.at,
                sent_at=act.at,
            )
        case Acknowledged():
            return msgspec.structs.replace(custodian, acknowledged_at=act.at)
