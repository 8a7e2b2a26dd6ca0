"""Instagram through the Graph API v26.0. What the site gives and never gives: README.md beside this."""

from __future__ import annotations

from collections.abc import Generator, Sequence
from datetime import datetime

from paloverde.platforms.capability import Gives
from paloverde.platforms.conversation import Answer, Budget, Conversation, Request, Response, Seen, Verdict
from paloverde.platforms.graph import judge
from paloverde.platforms.instagram import lookup, read, talk
from paloverde.platforms.instagram.gives import GIVES
from paloverde.records import Account, Kind, Reading


class Instagram:
    """An Instagram professional account as `paloverde.platforms.conversation.Platform`."""

    name = "instagram"
    title = "Instagram"
    gives: Gives = GIVES
    budgets: tuple[Budget, ...] = ()

    def night(self, account: Account, since: datetime | None) -> Conversation:
        return talk.night(account, since)

    def sweep(self, account: Account, since: datetime, watched: Sequence[str]) -> Conversation:
        return talk.sweep(account, since, list(watched))

    def canary(self, account: Account) -> Generator[Request, Response | None, str]:
        opened = yield from talk.whose(account)
        return f"@{opened.username}"

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
        """The budget grows with how often the account is seen: only the site's own usage headers tell it."""
        del request
        return 0


INSTAGRAM = Instagram()
