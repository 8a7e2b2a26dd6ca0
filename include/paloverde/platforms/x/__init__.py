"""X, as its API v2 shows one account. What it gives and never gives: README.md beside this file."""

from __future__ import annotations

import re
from collections.abc import Generator, Sequence
from datetime import UTC, datetime

from paloverde.errors import BadSetting
from paloverde.platforms.conversation import (
    Answer,
    Clock,
    Conversation,
    Hiding,
    Request,
    Response,
    Seen,
    Verdict,
)
from paloverde.platforms.traits import Bearer, Unmetered
from paloverde.platforms.x import judge, lookup, read, sweep, talk
from paloverde.platforms.x.gives import GIVES
from paloverde.platforms.x.hide import HIDING
from paloverde.platforms.x.questions import Choice
from paloverde.records import Account, Kind, Reading


def _now() -> datetime:
    return datetime.now(UTC)


class X(Bearer, Unmetered):
    """The platform X.

    `words` is the vocabulary of the questions: "post" (since OpenAPI 2.167), "tweet" (before), or "auto",
    which asks in the new words and falls back where X does not know them. Answers are read in either.
    `clock` tells how old a message is; only look-ups use it. X bills what is read; its limits are over 15
    minutes and in its headers.
    """

    name = "x"
    title = "X"
    gives = GIVES
    older = sweep.OLDER
    hiding: Hiding | None = HIDING

    def __init__(self, words: Choice = "auto", clock: Clock = _now) -> None:
        if words not in ("post", "tweet", "auto"):
            raise BadSetting(f"The words of X are post, tweet or auto, and not {words!r}; mend the setting.")
        self._words = words
        self._clock = clock

    def night(self, account: Account, since: datetime | None) -> Conversation:
        """Profile, posts, replies, mentions, followers, blocks, private messages. Raises `WrongAccount`."""
        return talk.night(account, since, self._words)

    def comments_of(self, account: Account, posts: Sequence[str]) -> Conversation:
        """New replies in the threads of older posts, a dozen threads in one question."""
        return sweep.comments_of(account, posts, self._words)

    def sweep(self, account: Account, since: datetime, watched: Sequence[str]) -> Conversation:
        """New posts, replies, mentions and private messages, in five questions or a few more."""
        return sweep.sweep(account, since, watched, self._words)

    def canary(self, account: Account) -> Generator[Request, Response | None, str]:
        """Whose token it is. Raises `WrongAccount`."""
        return sweep.canary(account)

    def look_up(
        self, account: Account, items: list[tuple[Kind, str]]
    ) -> Generator[Request | Seen, Response | None, None]:
        """Posts and users in batches of 100, messages one by one. The account makes no difference here."""
        del account
        return lookup.look_up(items, self._words, self._clock)

    def judge(self, answer: Answer, now: datetime) -> Verdict:
        """What an answer means; see the tables in `judge`."""
        return judge.judge(answer, now)

    def read(self, payload: bytes) -> Reading:
        """The records of any payload of X. Raises `Unreadable` where it is not JSON."""
        return read.read(payload)

    def pace(self, answer: Answer, now: datetime) -> float:
        """Seconds to wait before the next question, by `x-rate-limit-remaining` and `-reset`."""
        return judge.pace(answer, now)

    def lane(self, request: Request) -> str:
        """Each address of X has a limit of its own; ids in it make no difference."""
        return re.sub(r"[0-9]+", "*", request.path.removeprefix("/2/"))
