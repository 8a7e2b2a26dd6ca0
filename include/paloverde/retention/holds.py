"""Holds: the order of counsel (or an open records request) that records be kept, whatever any schedule says.

A hold is what its papers of the series `holds` say together: issued once, widened as often as needed,
released by counsel with a memo. Nothing narrows one. How one stands is read here; `retention.hold_orders`
files the papers. Which items it has gathered stands in papers of another series (`retention.held`). The
matter is a title fit for the public: nothing privileged is in these papers.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable
from datetime import date, datetime
from enum import StrEnum

import msgspec

from paloverde.archive.papers import Cabinet, Filed
from paloverde.errors import ArchiveDamaged
from paloverde.records import PACIFIC
from paloverde.retention.facts import HeldBy, HoldKind
from paloverde.retention.hold_scope import Scope
from paloverde.wording import spoken

SERIES = "holds"


class Trigger(StrEnum):
    """What made litigation reasonably foreseeable (rulebook T-10, T-11)."""

    CLAIM = "claim"  # under the Government Claims Act, Gov. Code 910
    COMPLAINT = "complaint"  # about a block or a removal, citing the First Amendment
    SUBPOENA = "subpoena"
    LAWSUIT = "lawsuit"
    THREAT = "threat"
    DISPUTE = "dispute"  # over the denial of a records request
    INSTRUCTION = "instruction"  # of an attorney
    REQUEST = "request"  # a Public Records Act request that is open


class By(msgspec.Struct, frozen=True):
    """Who acts: the name, the role in the City, by what way ("command line (ana)"), and the username, empty
    where nobody signed in.
    """

    name: str
    role: str
    how: str
    username: str = ""

    @property
    def actor(self) -> str:
        """As the ledger names the actor."""
        return f"{self.name}, {self.role}, {self.how}"

    @property
    def person(self) -> str:
        """Who it is, to be compared with others: see `person`."""
        return person(self.name)

    def is_same_person(self, other: By) -> bool:
        """Whether two who must be two people are one: by the username, which stays when a name is changed,
        or by the name, since somebody may have two usernames.
        """
        return self.person == other.person or (self.username != "" and self.username == other.username)


def person(name: str) -> str:
    """A name as people are told apart: its letters' case, width and blanks make no second person."""
    return " ".join(unicodedata.normalize("NFKC", name).casefold().split())


class Issued(msgspec.Struct, frozen=True, tag_field="act", tag="issued"):
    """The order itself."""

    id: str
    kind: HoldKind
    matter: str
    trigger: Trigger
    scope: Scope
    by: By
    at: datetime


class Widened(msgspec.Struct, frozen=True, tag_field="act", tag="widened"):
    """More that is in scope from now on."""

    scope: Scope
    reason: str
    by: By
    at: datetime


class Released(msgspec.Struct, frozen=True, tag_field="act", tag="released"):
    """Counsel's release. The memo is a sealed paper of the series `hold-memos`."""

    memo: str  # the file's name
    memo_sha256: str  # of its plain bytes
    by: By
    at: datetime


class Closed(msgspec.Struct, frozen=True, tag_field="act", tag="closed"):
    """The records request is closed; `ends_on` is the last day of its tail."""

    closed_on: date
    ends_on: date
    by: By
    at: datetime


class Lifted(msgspec.Struct, frozen=True, tag_field="act", tag="lifted"):
    """The hold is over, and its objects bear no legal hold on its account any more."""

    at: datetime


Act = Issued | Widened | Released | Closed | Lifted


class Hold(msgspec.Struct, frozen=True):
    """How a hold stands: all its papers together. `papers` is the number of the last."""

    id: str
    kind: HoldKind
    matter: str
    trigger: Trigger
    issued_by: By
    issued_at: datetime
    scopes: tuple[Scope, ...]
    papers: int = 1
    widened_at: datetime | None = None  # the last time
    released: Released | None = None
    closed: Closed | None = None
    lifted: Lifted | None = None

    def is_active(self, today: date) -> bool:
        """Whether it keeps anything on a Pacific day."""
        if self.released or self.lifted:
            return False
        return self.closed is None or today <= self.closed.ends_on

    @property
    def asks(self) -> bool:
        """Whether anything but named items is in its scope."""
        return any(scope.asks for scope in self.scopes)

    @property
    def accounts(self) -> tuple[str, ...]:
        """The accounts to which all that it asks for is limited; none where it is not."""
        asking = [scope.accounts for scope in self.scopes if scope.asks]
        return tuple(sorted({one for named in asking for one in named})) if all(asking) else ()

    @property
    def held_by(self) -> HeldBy:
        """As the decision about an item names it."""
        ends_on = self.closed.ends_on if self.closed else None
        return HeldBy(self.id, self.kind, self.matter, self.issued_at, ends_on)

    def scope_sentence(self) -> str:
        """What is to be kept; without its full stop."""
        return "; and, since the hold was widened, ".join(scope.sentence() for scope in self.scopes)

    def sentence(self) -> str:
        """The hold in one sentence, and how it ended in another."""
        kind = "Litigation hold" if self.kind is HoldKind.LITIGATION else "Hold for an open records request"
        issued = f"issued by {self.issued_by.name} ({self.issued_by.role}) on {day_of(self.issued_at)}"
        told = f"{kind} {self.id}, “{self.matter}”, {issued} (trigger: {self.trigger})."
        return f"{told} To be kept: {self.scope_sentence()}.{self._end()}"

    def _end(self) -> str:
        told = ""
        if self.released:
            told = f" Released by {self.released.by.name} on {day_of(self.released.at)}."
        if self.closed:
            told = f" Closed on {spoken(self.closed.closed_on)}, and kept to {spoken(self.closed.ends_on)}."
        if self.lifted:
            return f"{told} Its legal holds were lifted on {day_of(self.lifted.at)}."
        return told


def holds_in(cabinet: Cabinet) -> list[Hold]:
    """Every hold that was ever issued, by id."""
    histories = (cabinet.history(SERIES, filed.subject) for filed in cabinet.newest(SERIES))
    return [hold for history in histories if (hold := _folded(cabinet, history)) is not None]


def day_of(moment: datetime) -> str:
    """The Pacific day of a moment, with its weekday."""
    return spoken(moment.astimezone(PACIFIC).date())


def find_hold(cabinet: Cabinet, id_: str) -> Hold | None:
    """How the hold of that id stands; None where none was issued."""
    return _folded(cabinet, cabinet.history(SERIES, id_))


def issue_of(cabinet: Cabinet, id_: str) -> Issued | None:
    """The order by which a hold was issued; None where none was."""
    first = next(iter(_acts(cabinet, cabinet.history(SERIES, id_)[:1])), None)
    return first if isinstance(first, Issued) else None


def _folded(cabinet: Cabinet, history: list[Filed]) -> Hold | None:
    return standing_of(_acts(cabinet, history)) if history else None


def standing_of(acts: Iterable[Act]) -> Hold:
    """What the papers of one hold say together, oldest first."""
    first, *later = acts
    if not isinstance(first, Issued):
        raise ArchiveDamaged("The first paper of a hold does not issue it: run `paloverde rebuild`.")
    hold = Hold(
        first.id, first.kind, first.matter, first.trigger, first.by, first.at, (first.scope,)
    )  # fmt: skip
    for number, act in enumerate(later, 2):
        hold = msgspec.structs.replace(_after(hold, act), papers=number)
    return hold


def _after(hold: Hold, act: Act) -> Hold:
    match act:
        case Widened():
            return msgspec.structs.replace(hold, scopes=(*hold.scopes, act.scope), widened_at=act.at)
        case Released():
            return msgspec.structs.replace(hold, released=act)
        case Closed():
            return msgspec.structs.replace(hold, closed=act)
        case Lifted():
            return msgspec.structs.replace(hold, lifted=act)
    return hold


def _acts(cabinet: Cabinet, history: list[Filed]) -> list[Act]:
    return [msgspec.json.decode(cabinet.bytes_of(filed), type=Act) for filed in history]
