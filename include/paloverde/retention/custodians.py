"""Custodians of a hold: who was told to keep what, when, and who has acknowledged it (rulebook T-12).

Papers of the series `hold-notices`. Nothing is sent from here: the notice, the reminders and in the end the
letter of release are written, and that one was sent is noted. What was sent stands in the paper in full.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, time, timedelta

import msgspec

from paloverde.archive.papers import Cabinet
from paloverde.errors import BadQuestion
from paloverde.records import PACIFIC, archive_day
from paloverde.retention.holds import By, Hold, find_hold, holds_in
from paloverde.steps import Step
from paloverde.wording import some, spoken

SERIES = "hold-notices"
ACKNOWLEDGMENTS = "hold-acknowledgments"  # the files that custodians signed, by hold


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
    on: date | None = None  # the Pacific day on which it went out, where that was before it was noted


class Acknowledged(msgspec.Struct, frozen=True, tag_field="act", tag="acknowledged"):
    """The custodian has said to have read and understood the notice. `signed_sha256` is the file of what they
    signed, in the series `hold-acknowledgments`; empty where there is none.
    """

    name: str
    by: By
    at: datetime
    on: date | None = None  # the Pacific day on which they said so, where that was before it was noted
    signed_sha256: str = ""


class Freed(msgspec.Struct, frozen=True, tag_field="act", tag="freed"):
    """The letter that releases the custodian was sent: the hold is over."""

    name: str
    text: str
    by: By
    at: datetime
    on: date | None = None


Act = Named | Sent | Acknowledged | Freed


class Custodian(msgspec.Struct, frozen=True):
    """How a custodian stands. `sent_at` is the last notice or reminder, `notices` how many there were.

    What was sent or acknowledged before the hold was last widened, `widened_at`, does not count.
    """

    hold: str
    name: str
    contact: str
    notices: int = 0
    first_sent_at: datetime | None = None
    sent_at: datetime | None = None
    acknowledged_at: datetime | None = None
    freed_at: datetime | None = None
    widened_at: datetime | None = None
    signed_sha256: str = ""  # the file of what they signed last

    @property
    def has_acknowledged(self) -> bool:
        """Whether what the hold keeps today was acknowledged."""
        return self.acknowledged_at is not None and not self._is_outdated(self.acknowledged_at)

    @property
    def is_outdated(self) -> bool:
        """Whether the hold was widened after the last letter was sent."""
        return self.sent_at is not None and self._is_outdated(self.sent_at)

    @property
    def waits_for_release(self) -> bool:
        """Whether a letter of release is owed, once the hold is over: the notice promised one."""
        return self.first_sent_at is not None and self.freed_at is None

    def due_on(self, days: int) -> date | None:
        """The Pacific day from which a notice or a reminder is due; None where nothing is to be sent."""
        if self.has_acknowledged:
            return None
        if self.sent_at is None or self.is_outdated:
            return date.min
        return archive_day(self.sent_at) + timedelta(days=days)

    def sentence(self) -> str:
        told = f"{self.name} ({self.contact})"
        if self.first_sent_at is None or self.sent_at is None:
            return f"{told}: the notice was not sent yet."
        told = f"{told}: notice sent on {_on(self.first_sent_at)}"
        if self.notices > 1:
            many = some(self.notices - 1, "reminder,", "reminders, the last")
            told = f"{told}, {many} on {_on(self.sent_at)}"
        told += self._answered()
        return f"{told}; released by a letter on {_on(self.freed_at)}." if self.freed_at else f"{told}."

    def _answered(self) -> str:
        if self.widened_at and self.acknowledged_at and not self.has_acknowledged:
            return f"; acknowledged before it was widened on {_on(self.widened_at)}"
        known = f"; acknowledged on {_on(self.acknowledged_at)}" if self.acknowledged_at else ""
        widened = (
            f"; widened on {_on(self.widened_at)} after that" if self.widened_at and self.is_outdated else ""
        )
        return f"{known or '; not acknowledged yet'}{widened}"

    def _is_outdated(self, moment: datetime) -> bool:
        return self.widened_at is not None and moment < self.widened_at


class Reminder(msgspec.Struct, frozen=True):
    """Somebody who is to be written to now."""

    hold: Hold
    custodian: Custodian
    is_over: bool

    def sentence(self) -> str:
        what = "a reminder is due" if self.custodian.notices else "the notice is to be sent"
        if self.custodian.is_outdated:
            what = "it was widened, and the notice is to be sent again"
        what = "it is over, and the letter of release is to be sent" if self.is_over else what
        return f"{self.hold.id}, “{self.hold.matter}”: {what}. {self.custodian.sentence()}"


class Notices:
    """Files who keeps and who was told, and reads how each custodian stands."""

    def __init__(self, cabinet: Cabinet, clock: Callable[[], datetime], days: int) -> None:
        """`days` after a notice a reminder is due, where it was not acknowledged."""
        self._cabinet, self._clock, self._days = cabinet, clock, days

    def custodians(self, hold: str) -> list[Custodian]:
        """The custodians of a hold, in the order in which they were named."""
        standing: dict[str, Custodian] = {}
        for filed in self._cabinet.history(SERIES, hold):
            act = msgspec.json.decode(self._cabinet.bytes_of(filed), type=Act)
            standing[act.name] = _after(standing.get(act.name), hold, act)
        found = find_hold(self._cabinet, hold)
        widened_at = found.widened_at if found else None
        return [msgspec.structs.replace(one, widened_at=widened_at) for one in standing.values()]

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

    def sent(
        self, hold: Hold, name: str, text: str, by: By, *, again: bool = False, on: date | None = None
    ) -> Custodian:
        """Note that the notice, a reminder or the letter of release was sent, on a day (today); `check_due`
        unless `again`. `BadQuestion` where it cannot have been sent on that day.
        """
        custodian = self.custodian(hold.id, name)
        self.check_due(hold, custodian, again=again)
        is_over = self.is_over(hold)
        ended = hold.released.at if hold.released else None
        self._check_day(on, (ended if is_over else hold.widened_at) or hold.issued_at, "what the letter says")
        if is_over:
            self._file(hold.id, Freed(name, text, by, self._clock(), on), "hold release sent", by)
            return self.custodian(hold.id, name)
        act = Sent(name, text, custodian.notices, by, self._clock(), on)
        self._file(hold.id, act, "hold reminder sent" if act.reminder else "hold notice sent", by)
        return self.custodian(hold.id, name)

    def check_due(self, hold: Hold, custodian: Custodian, *, again: bool = False) -> None:
        """Raise `BadQuestion` where no letter is due today, and none was sent `again` all the same."""
        is_over = self.is_over(hold)
        if is_over and custodian.first_sent_at is None:
            raise BadQuestion(
                f"{hold.id} is over, and no notice of it was sent to {custodian.name}: no letter is owed."
            )
        if not again and not self._is_due(custodian, is_over=is_over):
            raise BadQuestion(
                f"{self._why_not_due(custodian)} Nothing was noted. If one more letter was really sent, say "
                f"so: {Step.AGAIN}."
            )

    def is_over(self, hold: Hold) -> bool:
        """Whether a hold keeps nothing today any more."""
        return not hold.is_active(archive_day(self._clock()))

    def reminders(self) -> list[Reminder]:
        """Who is to be written to today: not told yet, silent for `days`, or to be released."""
        return [
            Reminder(hold, custodian, is_over)
            for hold in holds_in(self._cabinet)
            for is_over in [self.is_over(hold)]
            for custodian in self.custodians(hold.id)
            if self._is_due(custodian, is_over=is_over)
        ]

    def acknowledged(
        self, hold: Hold, name: str, by: By, *, on: date | None = None, signed: bytes = b""
    ) -> Custodian:
        """Note that a custodian has acknowledged, on a day (today), and keep what they signed; the first time
        stands, until the hold is widened. `BadQuestion` where it cannot have been on that day.
        """
        custodian = self.custodian(hold.id, name)
        if custodian.is_outdated:
            raise BadQuestion(
                f"{hold.id} was widened after the last notice was sent to {name}: send it again first. "
                "Nothing was noted."
            )
        if custodian.sent_at is None:
            raise BadQuestion(f"No notice of {hold.id} was sent to {name} yet: nothing can be acknowledged.")
        if not custodian.has_acknowledged:
            self._check_day(on, custodian.sent_at, "the last notice")
            sha256 = self._keep(hold.id, name, signed, by) if signed else ""
            act = Acknowledged(name, by, self._clock(), on, sha256)
            self._file(hold.id, act, "hold notice acknowledged", by)
        return self.custodian(hold.id, name)

    def signed(self, hold: str, sha256: str) -> bytes:
        """What a custodian signed; `BadQuestion` where there is no such file."""
        for filed in self._cabinet.history(ACKNOWLEDGMENTS, hold):
            if filed.stored.sha256 == sha256:
                return self._cabinet.bytes_of(filed)
        raise BadQuestion(f"{hold} has no acknowledgment {sha256[:16]}….")

    def _keep(self, hold: str, name: str, signed: bytes, by: By) -> str:
        about = {"hold": hold, "custodian": name}
        what = "hold acknowledgment filed"
        filed = self._cabinet.file(
            ACKNOWLEDGMENTS, hold, signed, what=what, actor=by.actor, about=about, for_ever=True
        )
        return filed.stored.sha256

    def _check_day(self, on: date | None, since: datetime, what: str) -> None:
        """Raise where something is said to have been done in the future, or before it could be."""
        first, today = archive_day(since), archive_day(self._clock())
        if on is not None and not first <= on <= today:
            raise BadQuestion(
                f"It is dated {spoken(on)}; {what} is of {spoken(first)}, and today is {spoken(today)}: give "
                "a day between the two."
            )

    def _is_due(self, custodian: Custodian, *, is_over: bool) -> bool:
        if is_over:
            return custodian.waits_for_release
        due = custodian.due_on(self._days)
        return due is not None and due <= archive_day(self._clock())

    def _why_not_due(self, custodian: Custodian) -> str:
        name, due = custodian.name, custodian.due_on(self._days)
        if custodian.freed_at:
            return f"The letter of release was sent to {name} on {_on(custodian.freed_at)} already."
        if custodian.acknowledged_at and custodian.has_acknowledged:
            return f"{name} acknowledged the notice on {_on(custodian.acknowledged_at)}: no reminder is due."
        sent = f" on {_on(custodian.sent_at)}" if custodian.sent_at else ""
        return f"A letter was sent to {name}{sent} already, and the next is due on {spoken(due or date.max)}."

    def _file(self, hold: str, act: Act, what: str, by: By) -> None:
        about = {"hold": hold, "custodian": act.name}
        self._cabinet.file(SERIES, hold, act, what=what, actor=by.actor, about=about, for_ever=True)


def _on(moment: datetime) -> str:
    return spoken(archive_day(moment))


def _after(before: Custodian | None, hold: str, act: Act) -> Custodian:
    custodian = before or Custodian(hold, act.name, "")
    match act:
        case Named():
            return msgspec.structs.replace(custodian, contact=act.contact)
        case Sent():
            return msgspec.structs.replace(
                custodian,
                notices=custodian.notices + 1,
                first_sent_at=custodian.first_sent_at or _done_at(act),
                sent_at=_done_at(act),
            )
        case Acknowledged():
            return msgspec.structs.replace(
                custodian, acknowledged_at=_done_at(act), signed_sha256=act.signed_sha256
            )
        case Freed():
            return msgspec.structs.replace(custodian, freed_at=_done_at(act))


def _done_at(act: Sent | Acknowledged | Freed) -> datetime:
    """When it was done: what was noted later counts from the end of its day, after all else of that day."""
    if act.on is None or act.on == archive_day(act.at):
        return act.at
    return datetime.combine(act.on, time.max, PACIFIC)
