"""Facebook Pages through the Graph API v26.0. What the site gives and never gives: README.md beside this."""

from __future__ import annotations

from collections.abc import Generator, Sequence
from datetime import datetime

from paloverde.platforms.conversation import Answer, Conversation, Hiding, Request, Response, Seen, Verdict
from paloverde.platforms.facebook import lookup, read, sweep, talk
from paloverde.platforms.facebook.gives import GIVES
from paloverde.platforms.facebook.hide import HIDING
from paloverde.platforms.graph import judge
from paloverde.platforms.traits import Bearer, OneLane, Unmetered
from paloverde.records import Account, Kind, Reading


class Facebook(Bearer, OneLane, Unmetered):
    """A Facebook Page as `paloverde.platforms.conversation.Platform`.

    Its limits are hourly, and in the usage headers.
    """

    name = "facebook"
    title = "Facebook"
    gives = GIVES
    older = talk.OLDER
    hiding: Hiding | None = HIDING

    def night(self, account: Account, since: datetime | None) -> Conversation:
        return talk.night(account, since)

    def comments_of(self, account: Account, posts: Sequence[str]) -> Conversation:
        return talk.comments_of(account, posts)

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

    def read(self, payload: bytes) -> Reading:
        return read.read(payload)

    def pace(self, answer: Answer, now: datetime) -> float:
        return judge.pace(answer, now)


FACEBOOK = Facebook()
