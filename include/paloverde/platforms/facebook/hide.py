"""Hiding a comment on a Facebook Page: `POST /{comment-id}?is_hidden=true`.

https://developers.facebook.com/docs/graph-api/reference/comment (updating); the parameter stands in the
list of fields of v26.0. Comments of the Page itself cannot be hidden.
"""

from __future__ import annotations

from collections.abc import Generator

from paloverde.platforms.conversation import Hiding, Request, Response
from paloverde.platforms.graph.hide import set_member


def act(native_id: str, hidden: bool) -> Generator[Request, Response | None, None]:
    return set_member(native_id, "is_hidden", hidden=hidden)


HIDING = Hiding(
    act,
    ("pages_manage_engagement",),
    "Only its author, their friends and those who manage the Page see it still.",
    tells=True,
)
