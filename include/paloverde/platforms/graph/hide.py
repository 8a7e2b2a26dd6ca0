"""Hiding a comment on the Graph API: one POST that sets one member of the comment's node.

Set again to what it is, the site answers alike. https://developers.facebook.com/docs/graph-api/reference/comment
"""

from __future__ import annotations

from collections.abc import Generator

import msgspec

from paloverde.errors import Unreadable
from paloverde.platforms.conversation import Request, Response
from paloverde.platforms.graph.course import path


class _Done(msgspec.Struct):
    success: bool = False


def set_member(native_id: str, member: str, *, hidden: bool) -> Generator[Request, Response | None, None]:
    """Set `is_hidden` (Facebook) or `hide` (Instagram). `Unreadable` without the site's "success"."""
    what = "hide" if hidden else "show again"
    params = ((member, "true" if hidden else "false"),)
    answer = yield Request(path(native_id), params, f"{what} comment {native_id}", method="POST")
    try:
        done = msgspec.json.decode(b"" if answer is None else answer.body, type=_Done)
    except msgspec.DecodeError as error:
        raise Unreadable(
            f"The site's answer to “{what} comment {native_id}” cannot be read: {error}."
        ) from None
    if not done.success:
        raise Unreadable(f"The site answered “{what} comment {native_id}” without saying that it is done.")
