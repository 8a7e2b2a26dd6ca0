"""Nextdoor, as its partner API shows one profile. What it gives and never gives: README.md beside this."""

from __future__ import annotations

from collections.abc import Generator, Sequence
from datetime import datetime

from paloverde.platforms.conversation import Answer, Conversation, Request, Response, Seen, Verdict
from paloverde.platforms.nextdoor import judge, lookup, read, talk
from paloverde.platforms.nextdoor.gives import GIVES
from paloverde.platforms.traits import AllEveryNight, NeverHides, OneLane, Unmetered
from paloverde.records import Account, Kind, Reading


class Nextdoor(AllEveryNight, OneLane, Unmetered, NeverHides):
    """The platform Nextdoor. `Account.native_id` is the id of the profile whose posts are read.

    Nextdoor publishes no limits.
    """

    name = "nextdoor"
    title = "Nextdoor"
    gives = GIVES

    def night(self, account: Account, since: datetime | None) -> Conversation:
        """The profile and all posts with what stands under them: the site takes no `since`."""
        del since
        return talk.night(account)

    def sweep(self, account: Account, since: datetime, watched: Sequence[str]) -> Conversation:
        """Two questions; every post comes along, so none need be `watched`."""
        del watched
        return talk.sweep(account, since)

    def canary(self, account: Account) -> Generator[Request, Response | None, str]:
        """Whose profiles the token opens. Raises `WrongAccount`."""
        return talk.canary(account)

    def look_up(
        self, account: Account, items: list[tuple[Kind, str]]
    ) -> Generator[Request | Seen, Response | None, None]:
        """By the list, asked for again."""
        return lookup.look_up(account, items)

    def judge(self, answer: Answer, now: datetime) -> Verdict:
        """What an answer means; see the tables in `judge`."""
        return judge.judge(answer, now)

    def authorize(self, request: Request, token: str) -> tuple[dict[str, str], dict[str, str]]:
        """The token goes into a header (RFC 6750), and the profile too, as partners' clients send it."""
        profile = {name: value for name, value in request.params if name == "secure_profile_id"}
        return {"Authorization": f"Bearer {token}", **profile}, {}

    def read(self, payload: bytes) -> Reading:
        """The records of any payload of Nextdoor. Raises `Unreadable` where it is not JSON."""
        return read.read(payload)

    def pace(self, answer: Answer, now: datetime) -> float:
        """No pause is asked for: the site publishes no limits and sends none."""
        del answer, now
        return 0.0


NEXTDOOR = Nextdoor()
