"""Hiding a comment on YouTube: `comments.setModerationStatus`, held for review or published.

https://developers.google.com/youtube/v3/docs/comments/setModerationStatus. Never `rejected`: that cannot be
taken back. 50 units; an answer of success has no body. A look-up by id does not tell how it is moderated.
"""

from __future__ import annotations

from collections.abc import Generator

from paloverde.errors import Unreadable
from paloverde.platforms.conversation import Hiding, Request, Response

PATH = "/comments/setModerationStatus"
COST = 50  # units, https://developers.google.com/youtube/v3/determine_quota_cost
_DONE = 204


def act(native_id: str, hidden: bool) -> Generator[Request, Response | None, None]:
    purpose = f"{'hold back' if hidden else 'publish again'} comment {native_id}"
    status = "heldForReview" if hidden else "published"
    answer = yield Request(PATH, (("id", native_id), ("moderationStatus", status)), purpose, method="POST")
    if answer is None or answer.status != _DONE:
        raise Unreadable(f"YouTube answered “{purpose}” without saying that it is done.")


HIDING = Hiding(
    act,
    ("https://www.googleapis.com/auth/youtube.force-ssl",),
    "It is held for review, and the public does not see it.",
    tells=False,
)
