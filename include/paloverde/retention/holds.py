"""Holds: the order of counsel (or an open records request) that records be kept, whatever any schedule says.

A hold is what its papers of the series `holds` say together: issued once, widened as often as needed,
released by counsel with a memo. Nothing narrows one. Which items it has gathered stands in papers of another
series (`retention.held`). The matter is a title fit for the public: nothing privileged is in these papers.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from datetime import date, datetime, timedelta
from enum import StrEnum
from pathlib import Path

import msgspec

from paloverde.archive.papers import Cabinet, Filed
from paloverde.archive.store.rules import digest_of
from paloverde.errors import ArchiveDamaged, BadQuestion, PersonNeeded
from paloverde.records import PACIFIC
from paloverde.retention.facts import HeldBy, HoldKind
from paloverde.retention.hold_scope import Scope, check_scope, spoken

SERIES = "holds"
MEMOS = "hold-memos"
COUNSEL = "counsel"  # the role of those who may issue, widen and release
_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,59}")


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
    """Who acts: the name, the role in the City, and by what way ("command line (ana)")."""

    name: str
    role: str
    how: str

    @property
    def actor(self) -> str:
        """As the ledger names the actor."""
        return f"{self.name}, {self.role}, {self.how}"


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
    """Counsel's release. The memo is a paper of the series `hold-memos`."""

    memo: str  # the file's name
    memo_sha256: str
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
    released: Released | None = None
    closed: Closed | None = None
    lifted: Lifted | None = None

    def is_active(self, today: date) -> bool:
        """Whether it keeps anything on a Pacific day."""
        if self.released or self.lifted:
            return False
        return self.closed is None or today <= self.closed.ends_on

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


class HoldPapers:
    """Files what is ordered about holds, and reads how each stands. Doing the same again changes nothing."""

    def __init__(self, cabinet: Cabinet, clock: Callable[[], datetime]) -> None:
        self._cabinet, self._clock = cabinet, clock

    def all(self) -> list[Hold]:
        """Every hold that was ever issued, by id."""
        return holds_in(self._cabinet)

    def find(self, id_: str) -> Hold | None:
        return _folded(self._cabinet, self._cabinet.history(SERIES, id_))

    def get(self, id_: str) -> Hold:
        """The hold of that id; `BadQuestion` lists those that there are."""
        hold = self.find(id_)
        if hold is None:
            names = ", ".join(one.id for one in self.all()) or "none yet"
            raise BadQuestion(f"There is no hold {id_!r}. Issued were: {names}.")
        return hold

    def issue(self, issued: Issued) -> Hold:
        """File a new hold; from here on it is in force."""
        _check_issue(issued)
        before = self._cabinet.history(SERIES, issued.id)
        if before:
            return self._same_again(issued, before)
        about = {"hold": issued.id, "kind": issued.kind.value, "matter": issued.matter}
        self._file(issued.id, issued, "hold issued", issued.by.actor, 0, about)
        return self.get(issued.id)

    def widen(self, id_: str, scope: Scope, reason: str, by: By) -> Hold:
        """Add to a hold's scope. What is in it already stays in it: there is no way to take anything out."""
        hold = self._active(id_)
        _check_counsel(hold.kind, by, "widen")
        check_scope(scope)
        if scope not in hold.scopes:
            act = Widened(scope, reason, by, self._clock())
            self._file(id_, act, "hold widened", by.actor, hold.papers, {"hold": id_})
        return self.get(id_)

    def release(self, id_: str, memo: Path, by: By) -> Hold:
        """File counsel's memo, then the release. Nothing is lifted yet."""
        hold = self.get(id_)
        if hold.kind is HoldKind.REQUEST:
            raise BadQuestion(f"{id_} is kept for a records request: it ends when the request is closed.")
        _check_counsel(hold.kind, by, "release")
        digest = digest_of(memo, "sha256").hex()
        if hold.released is not None:
            if hold.released.memo_sha256 == digest:
                return hold
            raise BadQuestion(f"{id_} was released on {day_of(hold.released.at)} already, with another memo.")
        if memo.stat().st_size == 0:
            raise BadQuestion(f"The memo {memo.name} is empty: give the file that says why the hold ends.")
        if digest not in [filed.stored.sha256 for filed in self._cabinet.history(MEMOS, id_)]:
            about = {"hold": id_, "name": memo.name}
            self._cabinet.file(
                MEMOS, id_, memo, what="release memo filed", actor=by.actor, about=about, for_ever=True
            )
        act = Released(memo.name, digest, by, self._clock())
        self._file(id_, act, "hold released", by.actor, hold.papers, {"hold": id_, "memo_sha256": digest})
        return self.get(id_)

    def close(self, id_: str, on: date, tail_days: int, by: By) -> Hold:
        """The records request is closed: its hold ends that many days after."""
        hold = self.get(id_)
        if hold.kind is not HoldKind.REQUEST:
            raise BadQuestion(f"{id_} is a litigation hold: counsel releases it, with a memo.")
        if hold.closed is None:
            act = Closed(on, on + timedelta(days=tail_days), by, self._clock())
            self._file(
                id_, act, "hold closed", by.actor, hold.papers, {"hold": id_, "ends": str(act.ends_on)}
            )
        return self.get(id_)

    def lifted(self, hold: Hold, actor: str) -> Hold:
        """Nothing is left to be lifted of a hold that is over."""
        act = Lifted(self._clock())
        self._file(hold.id, act, "legal holds lifted", actor, hold.papers, {"hold": hold.id})
        return self.get(hold.id)

    def _active(self, id_: str) -> Hold:
        hold = self.get(id_)
        if hold.released or hold.closed:
            raise BadQuestion(f"{id_} is over: issue a new hold under another name.")
        return hold

    def _same_again(self, issued: Issued, before: list[Filed]) -> Hold:
        first = _acts(self._cabinet, before)[0]
        same = isinstance(first, Issued) and _order(first) == _order(issued)
        if not same:
            raise BadQuestion(
                f"A hold {issued.id} was issued already, and says something else: give the new one another "
                f"name, or widen that one with `paloverde hold amend {issued.id}`."
            )
        return self._active(issued.id)

    def _file(self, id_: str, act: Act, what: str, actor: str, after: int, about: dict[str, str]) -> None:
        self._cabinet.file(SERIES, id_, act, what=what, actor=actor, about=about, after=after, for_ever=True)


def holds_in(cabinet: Cabinet) -> list[Hold]:
    """Every hold that was ever issued, by id."""
    histories = (cabinet.history(SERIES, filed.subject) for filed in cabinet.newest(SERIES))
    return [hold for history in histories if (hold := _folded(cabinet, history)) is not None]


def day_of(moment: datetime) -> str:
    """The Pacific day of a moment, with its weekday."""
    return spoken(moment.astimezone(PACIFIC).date())


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
            return msgspec.structs.replace(hold, scopes=(*hold.scopes, act.scope))
        case Released():
            return msgspec.structs.replace(hold, released=act)
        case Closed():
            return msgspec.structs.replace(hold, closed=act)
        case Lifted():
            return msgspec.structs.replace(hold, lifted=act)
    return hold


def _acts(cabinet: Cabinet, history: list[Filed]) -> list[Act]:
    return [msgspec.json.decode(cabinet.bytes_of(filed), type=Act) for filed in history]


def _order(issued: Issued) -> tuple[object, ...]:
    return issued.kind, issued.matter, issued.trigger, issued.scope


def _check_issue(issued: Issued) -> None:
    if not _ID.fullmatch(issued.id):
        raise BadQuestion(
            f"{issued.id!r} cannot name a hold: use up to 60 letters, digits, dots, dashes and underscores."
        )
    if not issued.matter.strip():
        raise BadQuestion("The hold needs a matter: a short title that may be read by the public.")
    _check_counsel(issued.kind, issued.by, "issue")
    check_scope(issued.scope)


def _check_counsel(kind: HoldKind, by: By, verb: str) -> None:
    if kind is HoldKind.LITIGATION and by.role != COUNSEL:
        raise PersonNeeded(
            f"{by.name} has the role {by.role}, and only counsel may {verb} a litigation hold. "
            "Ask the City's counsel; `paloverde users list` shows who has which role."
        )
