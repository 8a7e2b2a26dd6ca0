"""Whose the thing is that a post answers or shares, where it is not archived and the post itself tells. Pure.

X names the id of whoever is answered (`in_reply_to_user_id`), and of what is shared only the handle: in the
text of a repost ("RT @handle:"), in the address of a quoted post
(https://docs.x.com/x-api/fundamentals/data-dictionary). A post of Facebook that shares another names it in
`parent_id`, whose first part is the page on which it stands
(https://developers.facebook.com/docs/graph-api/reference/page-post).
"""

from __future__ import annotations

import re

import msgspec

from paloverde.records import Kind
from paloverde.watch.seen import UNREADABLE, Seen

_REPOSTED = re.compile(r"RT @(\w{1,20}):")
_OF_A_POST = re.compile(r"https?://(?:mobile\.|www\.)?(?:x|twitter)\.com/(\w{1,20})/status/(\d{1,20})")
_SHARED = (
    "shared_story"  # `status_type`; where a page was mentioned, `parent_id` is the post that mentions it
)


class _Link(msgspec.Struct):
    expanded_url: str | None = None


class _Entities(msgspec.Struct):
    urls: list[_Link] | None = None


class _Post(msgspec.Struct):
    """What tells it, of a post of either site."""

    in_reply_to_user_id: str | None = None
    entities: _Entities | None = None
    status_type: str | None = None


_POST = msgspec.json.Decoder(_Post)


def author_of_parent(seen: Seen) -> str:
    """The site's id of whoever said what this answers or shares, or an @handle; "" where it does not tell."""
    if seen.kind not in (Kind.POST, Kind.COMMENT) or not seen.parent_id:
        return ""
    try:
        post = _POST.decode(seen.payload)
    except UNREADABLE:  # its other forms (an export, an activity) do not say it so
        post = _Post()
    if seen.account.platform == "x":
        return post.in_reply_to_user_id or "" if seen.kind is Kind.COMMENT else _handle(seen, post)
    if seen.account.platform == "facebook" and post.status_type == _SHARED:
        return seen.parent_id.partition("_")[0]
    return ""


def _handle(seen: Seen, post: _Post) -> str:
    """The handle of whose post is reposted or quoted."""
    if (reposted := _REPOSTED.match(seen.text)) is not None:
        return f"@{reposted[1]}"
    links = (post.entities.urls if post.entities else None) or []
    found = (_OF_A_POST.match(link.expanded_url or "") for link in links)
    return next((f"@{one[1]}" for one in found if one is not None and one[2] == seen.parent_id), "")
