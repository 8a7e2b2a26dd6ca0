"""YouTube through the Data API v3. What the site gives and never gives: README.md beside this."""

from __future__ import annotations

from collections.abc import Generator, Sequence
from datetime import datetime

from paloverde.platforms.capability import Gives
from paloverde.platforms.conversation import (
    Answer,
    Budget,
    Conversation,
    Hiding,
    Request,
    Response,
    Seen,
    Verdict,
)
from paloverde.platforms.traits import AllEveryNight, Bearer
from paloverde.platforms.youtube import judge, lookup, read, talk
from paloverde.platforms.youtube.gives import GIVES
from paloverde.platforms.youtube.hide import COST, HIDING, PATH
from paloverde.records import Account, Kind, Reading

# https://developers.google.com/youtube/v3/determine_quota_cost : a list is one unit, but for these
_COSTS = {"/captions": 50, "/search": 100, PATH: COST}
UNITS_PER_DAY = 10_000


class YouTube(AllEveryNight, Bearer):
    """A YouTube channel as `paloverde.platforms.conversation.Platform`.

    `units_per_day` is the quota of the Google project, which all channels of the installation share.
    """

    name = "youtube"
    title = "YouTube"
    gives: Gives = GIVES
    hiding: Hiding | None = HIDING

    def __init__(self, units_per_day: int = UNITS_PER_DAY) -> None:
        self.budgets: tuple[Budget, ...] = (
            Budget("units", units_per_day, "America/Los_Angeles", shared="app"),
        )

    def night(self, account: Account, since: datetime | None) -> Conversation:
        return talk.night(account, since)

    def sweep(self, account: Account, since: datetime, watched: Sequence[str]) -> Conversation:
        return talk.sweep(account, since, watched)

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
        """YouTube asks for pauses only in a live chat."""
        del now
        return judge.pace(answer)

    def lane(self, request: Request) -> str:
        """A live chat asks for a pause between its own pages; nothing else waits for that."""
        return "chat" if request.path == "/liveChat/messages" else ""

    def cost(self, request: Request) -> int:
        return _COSTS.get(request.path, 1)
