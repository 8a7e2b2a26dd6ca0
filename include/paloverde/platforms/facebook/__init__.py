"""Facebook Pages through the Graph API v26.0. What the site gives and never gives: README.md beside this."""

from __future__ import annotations

from collections.abc import Generator, Sequence
from datetime import datetime

from paloverde.platforms.conversation import Answer, Budget, Conversation, Request, Response, Seen, Verdict
from paloverde.platforms.facebook import lookup, read, sweep, talk
from paloverde.platforms.facebook.gives import GIVES
from paloverde.platforms.graph import judge
from paloverde.records import Account, Kind, Reading


class Facebook:
    """A Facebook Page as `paloverde.platforms.conversation.Platform`."""

    name = "facebook"
    title = "Facebook"
    gives = GIVES
    budgets: tuple[Budget, ...] = ()  # none by the day: the limits are hourly and in the usage headers

    def night(self, account: Account, since: datetime | None) -> Conversation:
        return talk.night(account, since)

    def sweep(self, account: Account, since: datetime, watched: Sequence[str]) -> Conversation:
        return sweep.sweep(account, since, watched)

    def canary(self, account: Account) -> Generator[Request, Response | None, str]:
        return talk.canary(account)

    def look_up(
        self, account: Account, items: list[tuple[Kind, str]]
    ) -> Generator[Request | Seen, Response | None, None]:
        return lookup.look_up(account, items)

    def judge(self, answer: Answer, now: datetime) -> Verdict:
        return judge.judge(answer, now)

    def authorize(self, request: Request, token: str) -> tuple[dict[str, str], dict[str, str]]:
        """A bearer header, so that no address carries the token."""
        del request  # the same for every question
        return {"Authorization": f"Bearer {token}"}, {}

    def read(self, payload: bytes) -> Reading:
        return read.read(payload)

    def pace(self, answer: Answer, now: datetime) -> float:
        return judge.pace(answer, now)

    def lane(self, request: Request) -> str:
        """One budget for all questions."""
        del request
        return ""

    def cost(self, request: Request) -> int:
        """Facebook states no daily budget; its own usage headers are what counts."""
        del request
        return 0


FACEBOOK = Facebook()
