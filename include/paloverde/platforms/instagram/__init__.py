"""Instagram through the Graph API v26.0. What the site gives and never gives: README.md beside this."""

from __future__ import annotations

from collections.abc import Generator, Sequence
from datetime import datetime

from paloverde.platforms.capability import Gives
from paloverde.platforms.conversation import Answer, Conversation, Hiding, Request, Response, Seen, Verdict
from paloverde.platforms.graph import judge
from paloverde.platforms.instagram import lookup, read, talk
from paloverde.platforms.instagram.gives import GIVES
from paloverde.platforms.instagram.hide import HIDING
from paloverde.platforms.traits import Bearer, OneLane, Unmetered
from paloverde.records import Account, Kind, Reading


class Instagram(Bearer, OneLane, Unmetered):
    """An Instagram professional account as `paloverde.platforms.conversation.Platform`.

    Its budget grows with how often the account is seen: only the site's own usage headers tell it.
    """

    name = "instagram"
    title = "Instagram"
    gives: Gives = GIVES
    older = talk.OLDER
    hiding: Hiding | None = HIDING

    def night(self, account: Account, since: datetime | None) -> Conversation:
        return talk.night(account, since)

    def comments_of(self, account: Account, posts: Sequence[str]) -> Conversation:
        return talk.comments_of(account, posts)

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

    def read(self, payload: bytes) -> Reading:
        return read.read(payload)

    def pace(self, answer: Answer, now: datetime) -> float:
        return judge.pace(answer, now)


INSTAGRAM = Instagram()
