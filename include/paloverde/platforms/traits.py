"""What several sites do alike, named in the head of a site's class. Each is one answer of `Platform`."""

from __future__ import annotations

from collections.abc import Sequence

from paloverde.platforms.conversation import Budget, Conversation, Hiding, Older, Request
from paloverde.records import Account


class Bearer:
    """The token goes into a header (RFC 6750 section 2.1), so that no address carries it."""

    def authorize(self, request: Request, token: str) -> tuple[dict[str, str], dict[str, str]]:
        del request  # the same for every question
        return {"Authorization": f"Bearer {token}"}, {}


class NeverHides:
    """The site gives no program a way to hide what somebody said."""

    hiding: Hiding | None = None


class OneLane:
    """One limit for all questions of the site."""

    def lane(self, request: Request) -> str:
        del request
        return ""


class AllEveryNight:
    """A night asks for the comments of all posts, however old: none are left to ask for in turn."""

    older = Older()

    def comments_of(self, account: Account, posts: Sequence[str]) -> Conversation:
        del account, posts
        yield from ()


class Unmetered:
    """The site states no budget by the day: what limits it has are told by its answers, or not at all."""

    budgets: tuple[Budget, ...] = ()

    def cost(self, request: Request) -> int:
        del request
        return 0
