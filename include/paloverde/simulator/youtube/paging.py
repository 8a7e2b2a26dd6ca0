"""Pages and their marks. A mark names the last item that was given, so that nothing shifts meanwhile."""

from __future__ import annotations

import base64
import binascii
import hashlib
import json
from collections.abc import Callable, Sequence
from typing import Any, TypeVar

from paloverde.simulator.wire import Ask
from paloverde.simulator.youtube import errors
from paloverde.simulator.youtube.errors import Refused

T = TypeVar("T")
Key = tuple[int, int]


def number(ask: Ask, default: int, least: int, most: int) -> int:
    """`maxResults`, refused where it is none or lies outside of what the method allows."""
    text = ask.query.get("maxResults", str(default))
    if not text.isascii() or not text.isdigit() or not least <= int(text) <= most:
        message = f"Invalid value '{text}'. Values must be within the range: [{least}, {most}]"
        raise Refused(errors.invalid("invalidParameter", message, "maxResults"))
    return int(text)


def mark(place: Sequence[int], again: int = 0) -> str:
    """An opaque mark; `again` tells apart marks of one place."""
    return base64.urlsafe_b64encode(json.dumps([*place, again]).encode()).decode().rstrip("=")


def place(ask: Ask) -> list[int] | None:
    """Where the mark of a request leads, with the number of times that it was given; None without a mark."""
    text = ask.query.get("pageToken")
    if not text:
        return None
    try:
        found = json.loads(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)))
    except (binascii.Error, ValueError):
        found = None
    if not isinstance(found, list) or not all(isinstance(one, int) for one in found):
        raise Refused(
            errors.invalid("invalidPageToken", "The request specifies an invalid page token.", "pageToken")
        )
    return found


def by_key(ask: Ask, items: Sequence[T], size: int, key: Callable[[T], Key]) -> tuple[list[T], str | None]:
    """A page of what is sorted from the newest to the oldest, and the mark of the next."""
    after = place(ask)
    left = [item for item in items if after is None or key(item) < tuple(after[:2])]
    page = list(left[:size])
    return page, mark(key(page[-1])) if len(left) > size else None


def by_offset(ask: Ask, items: Sequence[T], size: int) -> tuple[list[T], str | None]:
    """A page by its number, as of lists without an order in time."""
    after = place(ask)
    start = after[0] if after else 0
    more = mark((start + size,)) if start + size < len(items) else None
    return list(items[start : start + size]), more


def etag(value: Any) -> str:
    """The same for the same content, as the site makes it: 27 characters."""
    digest = hashlib.sha1(json.dumps(value, sort_keys=True).encode(), usedforsecurity=False).digest()
    return base64.urlsafe_b64encode(digest).decode().rstrip("=")


def listed(
    kind: str, items: list[dict[str, Any]], following: str | None, total: int, size: int
) -> dict[str, Any]:
    """A list answer. `totalResults` is what the site guesses; it counts what it will not show, too."""
    answer: dict[str, Any] = {"kind": f"youtube#{kind}ListResponse", "etag": etag([items, following])}
    if following:
        answer["nextPageToken"] = following
    answer["pageInfo"] = {"totalResults": total, "resultsPerPage": size}
    answer["items"] = items
    return answer
