"""Cursors and `next` addresses. A cursor names a place between two items, so a deletion moves nothing."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode

from paloverde.simulator.graph.errors import GraphError

Key = tuple[int, int]
FIRST = -1


def cursor(key: Key, salt: str = "") -> str:
    text = f"{key[0]}:{key[1]}:{salt}"
    return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=") + "ZD"


def place(text: str) -> Key:
    """The place that a cursor names. Raises `GraphError` where it is none of ours."""
    body = text.removesuffix("ZD")
    try:
        first, second, _ = base64.urlsafe_b64decode(body + "=" * (-len(body) % 4)).decode().split(":", 2)
        return int(first), int(second)
    except (ValueError, binascii.Error) as reason:
        raise GraphError("(#100) Invalid cursors values for paging", 100) from reason


def page(
    items: list[Any], key: Callable[[Any], Key], params: dict[str, str], newest_first: bool
) -> tuple[list[Any], bool, bool]:
    """One page of `items`: (the page, whether more follow, whether some come before)."""
    limit = _limit(params)
    sign = -1 if newest_first else 1

    def rank(item: Any) -> Key:
        first, second = key(item)
        return sign * first, sign * second

    ordered = sorted(items, key=rank)
    start = 0
    if after := params.get("after"):
        start = _beyond(ordered, rank, place(after), sign)
    elif before := params.get("before"):
        end = _upto(ordered, rank, place(before), sign)
        start = max(0, end - limit)
        return ordered[start:end], end < len(ordered), start > 0
    return ordered[start : start + limit], start + limit < len(ordered), start > 0


def _beyond(ordered: list[Any], rank: Callable[[Any], Key], at: Key, sign: int) -> int:
    if at[0] == FIRST:
        return 0
    here = (sign * at[0], sign * at[1])
    return next((i for i, item in enumerate(ordered) if rank(item) > here), len(ordered))


def _upto(ordered: list[Any], rank: Callable[[Any], Key], at: Key, sign: int) -> int:
    here = (sign * at[0], sign * at[1])
    return next((i for i, item in enumerate(ordered) if rank(item) >= here), len(ordered))


def _limit(params: dict[str, str]) -> int:
    text = params.get("limit", "25")
    if not text.isdigit():
        raise GraphError("(#100) Param limit must be a non-negative integer", 100)
    return min(int(text), 100)


def address(base: str, path: str, token: str, params: dict[str, str], **more: str) -> str:
    """An absolute paging address, with the token in its query as the real one has."""
    kept = {k: v for k, v in params.items() if k not in {"access_token", "after", "before", "ids"}}
    return f"{base}/{path}?{urlencode({'access_token': token, 'pretty': '0', **kept, **more})}"
