"""Hiding a comment on Instagram: `POST /{comment-id}?hide=true`.

https://developers.facebook.com/docs/instagram-platform/instagram-graph-api/reference/ig-comment (updating).
What the account itself wrote under its own media is shown whatever is set.
"""

from __future__ import annotations

from collections.abc import Generator

from paloverde.platforms.conversation import Hiding, Request, Response
from paloverde.platforms.graph.hide import set_member


def act(native_id: str, hidden: bool) -> Generator[Request, Response | None, None]:
    return set_member(native_id, "hide", hidden=hidden)


HIDING = Hiding(
    act,
    ("instagram_manage_comments", "instagram_business_manage_comments"),
    "The public does not see it; those who manage the account do.",
    tells=True,
)
