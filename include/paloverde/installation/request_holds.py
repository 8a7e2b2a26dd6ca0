"""The hold of a records request: what its searches asked for is kept while it is open, and a tail after it.

A closed request has no hold that goes on; one that is open, or in litigation, keeps all that it has searched
for. A hold that is over is never taken up again: the next one bears the request's number with `-2` behind it.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

import msgspec

from paloverde.installation.holds import Holds
from paloverde.records import archive_day
from paloverde.requests.events import Closed, Litigated, Received, Reopened, Searched
from paloverde.requests.request import Request
from paloverde.requests.searching import kept_by
from paloverde.retention.facts import HoldKind
from paloverde.retention.hold_scope import Scope
from paloverde.retention.holds import By, Hold, Trigger

_FOLLOWED = (Received, Searched, Closed, Reopened, Litigated)  # who did one of these acts on the hold, too


class RequestHolds:
    """The holds of the requests of one installation."""

    def __init__(self, holds: Holds) -> None:
        self._holds = holds

    def all(self) -> list[Hold]:
        """Every hold that was ever placed for a request."""
        return [hold for hold in self._holds.all() if hold.kind is HoldKind.REQUEST]

    def of(self, number: str, among: Sequence[Hold] | None = None) -> list[Hold]:
        """Those of one request, oldest first."""
        mine = re.compile(rf"{re.escape(number)}(-\d+)?")
        found = [hold for hold in (self.all() if among is None else among) if mine.fullmatch(hold.id)]
        return sorted(found, key=lambda hold: hold.issued_at)

    def keep(self, number: str, scope: Scope, by: By) -> None:
        """Place the hold of a request, or widen it; the same again completes it."""
        holds = self.of(number)
        current = next((hold for hold in holds if hold.closed is None), None)
        if current is not None:
            self._holds.amend(current.id, scope, f"a search for {number}", by)
            return
        name = f"{number}-{len(holds) + 1}" if holds else number
        matter = f"Records request {number}"
        self._holds.issue(name, matter, scope, Trigger.REQUEST, by, HoldKind.REQUEST)

    def follow(self, request: Request, among: Sequence[Hold] | None = None) -> bool:
        """Let the holds be as the file of the request says; whether that changed anything."""
        holds = self.of(request.number, among)
        by = next(event.by for event in reversed(request.events) if isinstance(event, _FOLLOWED))
        current, ended = [hold for hold in holds if hold.closed is None], request.last(Closed)
        if not request.is_open and ended is not None:
            for hold in current:
                day = max(ended.closed_on, archive_day(hold.issued_at))
                self._holds.close(hold.id, day, by)
            return bool(current)
        lacking = _lacking(request, holds)
        for scope in lacking:
            self.keep(request.number, scope, by)
        return bool(lacking)


def _lacking(request: Request, holds: Sequence[Hold]) -> list[Scope]:
    """What a request has asked for, by its searches and its holds of before, that no hold keeps now."""
    wanted = [scope for hold in holds for scope in hold.scopes]
    wanted += [kept_by(event) for event in request.searches if event.hits]
    kept = {_plain(scope) for hold in holds if hold.closed is None for scope in hold.scopes}
    return [scope for scope in dict.fromkeys(map(_plain, wanted)) if scope not in kept]


def _plain(scope: Scope) -> Scope:
    """A scope without its meaning in English, which is added when it is ordered."""
    return msgspec.structs.replace(scope, meaning="")
