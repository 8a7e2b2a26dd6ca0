"""What is ordered about holds, filed as papers. Who may order it is decided here, whatever the way it came.

A litigation hold is counsel's alone. The hold of an open records request is opened, widened and closed by the
clerk's office or counsel. Doing the same again changes nothing. Counsel's memo of a release is privileged:
its paper is sealed, and the release names the SHA-256 of its plain bytes.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable
from datetime import date, datetime, timedelta
from pathlib import Path

import msgspec

from paloverde.archive.papers import Cabinet, Filed
from paloverde.errors import ArchiveDamaged, BadQuestion, PersonNeeded
from paloverde.records import archive_day
from paloverde.retention.facts import HoldKind
from paloverde.retention.hold_scope import Scope, check_scope
from paloverde.retention.holds import (
    SERIES,
    Act,
    By,
    Closed,
    Hold,
    Issued,
    Lifted,
    Released,
    Widened,
    day_of,
    find_hold,
    holds_in,
    issue_of,
)
from paloverde.retention.privileged import MEMOS, Privileged
from paloverde.steps import Step
from paloverde.wording import spoken

COUNSEL, CLERK = "counsel", "clerk"
_MAY = {HoldKind.LITIGATION: (COUNSEL,), HoldKind.REQUEST: (CLERK, COUNSEL)}
_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,59}")


class HoldPapers:
    """Files what is ordered about holds, and reads how each stands."""

    def __init__(self, cabinet: Cabinet, privileged: Privileged, clock: Callable[[], datetime]) -> None:
        self._cabinet, self._privileged, self._clock = cabinet, privileged, clock

    def all(self) -> list[Hold]:
        """Every hold that was ever issued, by id."""
        return holds_in(self._cabinet)

    def get(self, id_: str) -> Hold:
        """The hold of that id; `BadQuestion` lists those that there are."""
        hold = find_hold(self._cabinet, id_)
        if hold is None:
            names = ", ".join(one.id for one in self.all()) or "none yet"
            raise BadQuestion(f"There is no hold {id_!r}. Issued were: {names}.")
        return hold

    def issue(self, issued: Issued) -> Hold:
        """File a new hold; from here on it is in force."""
        _check_issue(issued)
        before = issue_of(self._cabinet, issued.id)
        if before is not None:
            return self._same_again(issued, before)
        about = {"hold": issued.id, "kind": issued.kind.value, "matter": issued.matter}
        self._file(issued.id, issued, "hold issued", issued.by.actor, 0, about)
        return self.get(issued.id)

    def check_issue(self, issued: Issued) -> None:
        """Raise what `issue` would, and file nothing."""
        _check_issue(issued)
        before = issue_of(self._cabinet, issued.id)
        if before is not None:
            self._same_again(issued, before)

    def check_widening(self, id_: str, scope: Scope, by: By) -> None:
        """Raise what `widen` would, and file nothing."""
        _check_role(self._active(id_).kind, by, "widen")
        check_scope(scope)

    def check_release(self, id_: str, by: By) -> Hold:
        """Raise what `release` would whatever the memo, and file nothing."""
        hold = self.get(id_)
        if hold.kind is HoldKind.REQUEST:
            raise BadQuestion(f"{id_} is kept for a records request: it ends when the request is closed.")
        _check_role(hold.kind, by, "release")
        return hold

    def widen(self, id_: str, scope: Scope, reason: str, by: By) -> Hold:
        """Add to a hold's scope. What is in it already stays in it: there is no way to take anything out."""
        self.check_widening(id_, scope, by)
        hold = self._active(id_)
        if scope not in hold.scopes:
            act = Widened(scope, reason, by, self._clock())
            self._file(id_, act, "hold widened", by.actor, hold.papers, {"hold": id_})
        return self.get(id_)

    def release(self, id_: str, memo: Path, by: By, after: int | None = None) -> Hold:
        """File counsel's memo, sealed, then the release. Nothing is lifted yet.

        `after` is how many papers the hold had (`Hold.papers`) when the release was decided; `BadQuestion`
        where something was ordered since.
        """
        hold = self.check_release(id_, by)
        body = memo.read_bytes()
        digest = hashlib.sha256(body).hexdigest()
        if hold.released is not None:
            if hold.released.memo_sha256 == digest:
                return hold
            raise BadQuestion(f"{id_} was released on {day_of(hold.released.at)} already, with another memo.")
        if after not in (None, hold.papers):
            raise BadQuestion(
                f"Something was ordered about {id_} meanwhile, and it was not released: look at it again, "
                "then release it."
            )
        if not body:
            raise BadQuestion(f"The memo {memo.name} is empty: give the file that says why the hold ends.")
        if self._memo(id_, digest) is None:  # else an earlier try ended between the memo and the release
            self._privileged.file_memo(id_, body, by.actor)
        act = Released(memo.name, digest, by, self._clock())
        self._file(id_, act, "hold released", by.actor, hold.papers, {"hold": id_, "memo_sha256": digest})
        return self.get(id_)

    def memo(self, id_: str, by: By) -> bytes:
        """The memo by which counsel released a hold, for counsel alone. Whoever calls it notes the look."""
        hold = self.get(id_)
        _check_role(HoldKind.LITIGATION, by, "read the memo of")
        if hold.released is None:
            raise BadQuestion(f"{id_} is not released: there is no memo.")
        body = self._memo(id_, hold.released.memo_sha256)
        if body is None:
            raise ArchiveDamaged(
                f"The memo that released {id_} is not among its papers: run `paloverde rebuild`."
            )
        return body

    def close(self, id_: str, on: date | None, tail_days: int, by: By) -> Hold:
        """The records request was closed on a Pacific day (None: today); its hold ends days after."""
        hold = self.get(id_)
        if hold.kind is not HoldKind.REQUEST:
            raise BadQuestion(f"{id_} is a litigation hold: counsel releases it, with a memo.")
        _check_role(hold.kind, by, "close")
        if hold.closed is not None:
            if on in (None, hold.closed.closed_on):
                return hold
            raise BadQuestion(f"{id_} was closed already, on {spoken(hold.closed.closed_on)}.")
        day = self._closing_day(hold, on)
        act = Closed(day, day + timedelta(days=tail_days), by, self._clock())
        about = {"hold": id_, "ends": str(act.ends_on)}
        self._file(id_, act, "hold closed", by.actor, hold.papers, about)
        return self.get(id_)

    def lifted(self, hold: Hold, actor: str) -> Hold:
        """Nothing is left to be lifted of a hold that is over."""
        act = Lifted(self._clock())
        self._file(hold.id, act, "legal holds lifted", actor, hold.papers, {"hold": hold.id})
        return self.get(hold.id)

    def _closing_day(self, hold: Hold, on: date | None) -> date:
        issued_on, today = archive_day(hold.issued_at), archive_day(self._clock())
        if on is not None and not issued_on <= on <= today:
            raise BadQuestion(
                f"The hold {hold.id} was issued on {spoken(issued_on)}, and today is {spoken(today)}: the "
                f"request cannot have been closed on {spoken(on)}. Give a day between the two."
            )
        return on or today

    def _memo(self, id_: str, digest: str) -> bytes | None:
        """The filed memo whose plain bytes have that hash."""
        bodies = map(self._privileged.opened, self._cabinet.history(MEMOS, id_))
        return next((body for body in bodies if hashlib.sha256(body).hexdigest() == digest), None)

    def _active(self, id_: str) -> Hold:
        hold = self.get(id_)
        if hold.released or hold.closed:
            raise BadQuestion(f"{id_} is over: issue a new hold under another name.")
        return hold

    def _same_again(self, issued: Issued, before: Issued) -> Hold:
        if _order(before) != _order(issued):
            raise BadQuestion(
                f"A hold {issued.id} was issued already, and says something else: give the new one another "
                f"name, or widen that one with {Step.WIDEN.of(issued.id)}."
            )
        return self._active(issued.id)

    def _file(self, id_: str, act: Act, what: str, actor: str, after: int, about: dict[str, str]) -> Filed:
        return self._cabinet.file(
            SERIES, id_, act, what=what, actor=actor, about=about, after=after, for_ever=True
        )


def _order(issued: Issued) -> tuple[object, ...]:
    return msgspec.structs.astuple(issued)[:5]


def _check_issue(issued: Issued) -> None:
    if not _ID.fullmatch(issued.id):
        raise BadQuestion(
            f"{issued.id!r} cannot name a hold: use up to 60 letters, digits, dots, dashes and underscores."
        )
    if not issued.matter.strip():
        raise BadQuestion("The hold needs a matter: a short title that may be read by the public.")
    _check_role(issued.kind, issued.by, "issue")
    check_scope(issued.scope)


def _check_role(kind: HoldKind, by: By, verb: str) -> None:
    may = _MAY[kind]
    if by.role not in may:
        what = "a litigation hold" if kind is HoldKind.LITIGATION else "the hold of a records request"
        raise PersonNeeded(
            f"{by.name} has the role {by.role}, and only {' or '.join(may)} may {verb} {what}. "
            f"Ask somebody who is; {Step.USERS} shows who has which role."
        )
