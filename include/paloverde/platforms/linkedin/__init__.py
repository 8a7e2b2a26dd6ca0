"""LinkedIn pages, Community Management API. What it gives and never gives: README.md beside this file."""

from __future__ import annotations

from collections.abc import Generator, Sequence
from datetime import datetime

from paloverde.platforms.conversation import Answer, Budget, Conversation, Request, Response, Seen, Verdict
from paloverde.platforms.linkedin import judge, lookup, read, roles, talk
from paloverde.platforms.linkedin.gives import GIVES
from paloverde.platforms.traits import NeverHides, OneLane
from paloverde.records import Account, Kind, Reading


class LinkedIn(OneLane, NeverHides):
    """A LinkedIn page as `paloverde.platforms.conversation.Platform`.

    `version` (YYYYMM) is the version of the API that is asked for, `calls_per_day` what LinkedIn grants the
    app: 500 in the development tier; the app's page Analytics shows it.
    """

    name = "linkedin"
    title = "LinkedIn"
    gives = GIVES
    older = talk.OLDER

    def __init__(self, version: str = "202608", calls_per_day: int = 500) -> None:
        self._version = version
        self.budgets: tuple[Budget, ...] = (Budget("calls", calls_per_day, "UTC", shared="app"),)

    def night(self, account: Account, since: datetime | None) -> Conversation:
        return talk.night(account, since)

    def comments_of(self, account: Account, posts: Sequence[str]) -> Conversation:
        return talk.comments_of(account, posts)

    def sweep(self, account: Account, since: datetime, watched: Sequence[str]) -> Conversation:
        return talk.sweep(account, since, watched)

    def canary(self, account: Account) -> Generator[Request, Response | None, str]:
        """What the token's owner is on the page."""
        return roles.canary(account)

    def look_up(
        self, account: Account, items: list[tuple[Kind, str]]
    ) -> Generator[Request | Seen, Response | None, None]:
        return lookup.look_up(account, items)

    def judge(self, answer: Answer, now: datetime) -> Verdict:
        return judge.judge(answer, now)

    def authorize(self, request: Request, token: str) -> tuple[dict[str, str], dict[str, str]]:
        """The token in a header, with the version that LinkedIn demands of every call."""
        headers = {
            "Authorization": f"Bearer {token}",
            "Linkedin-Version": self._version,
            "X-Restli-Protocol-Version": "2.0.0",
        }
        if request.query.startswith("q="):
            headers["X-RestLi-Method"] = "FINDER"
        return headers, {}

    def read(self, payload: bytes) -> Reading:
        return read.read(payload)

    def pace(self, answer: Answer, now: datetime) -> float:
        """No answer says how many calls are left, and none asks for a pause."""
        del answer, now
        return 0.0

    def cost(self, request: Request) -> int:
        """Every question is one call."""
        del request
        return 1
