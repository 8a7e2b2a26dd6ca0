"""Rest.li 2.0 as the site reads it: structure as it stands, everything inside it percent-encoded.

A client that encodes the parentheses of `List(...)`, or leaves a URN's own colons as they are, is refused.
"""

from __future__ import annotations

import re
from urllib.parse import unquote

from paloverde.simulator.linkedin import errors
from paloverde.simulator.wire import Ask

_STRUCTURED = {"actions": "List(", "timeRange": "(", "sort": "(", "ids": "List("}
_TEXTS = frozenset({"author", "organizationalEntity"})
_INNER = re.compile(r"(?:List)?\((?P<inner>.*)\)")


def keys(path: str) -> list[str]:
    """The parts of a path, decoded; a complex key `(name:value)` gives its value. Raises `Refused`."""
    found = []
    for part in path.strip("/").split("/"):
        inner = re.fullmatch(r"\([a-z]+:(.*)\)", part)
        text = inner[1] if inner else part
        if re.search(r"[:(),]", text):
            raise errors.bad_path()
        found.append(unquote(text))
    return found


def check(ask: Ask) -> None:
    """Refuses a query that is not encoded as Rest.li wants it. Raises `Refused`."""
    for pair in ask.raw.split("&") if ask.raw else ():
        name, _, value = pair.partition("=")
        opening = _STRUCTURED.get(name)
        if opening and not (value.startswith(opening) and value.endswith(")")):
            raise errors.bad_query(name)
        if opening and ask.headers.get("x-restli-protocol-version") != "2.0.0":
            raise errors.bad_query(name)
        if name in _TEXTS and re.search(r"[:(),]", value):
            raise errors.bad_query()


def listed(text: str) -> list[str]:
    """The members of a `List(...)` of plain words."""
    found = _INNER.fullmatch(text)
    return [part for part in found["inner"].split(",") if part] if found else []


def record(text: str) -> dict[str, int]:
    """The numbers of a record `(start:1,end:2)`. Raises `Refused`."""
    found = _INNER.fullmatch(text)
    pairs = [part.partition(":")[::2] for part in found["inner"].split(",")] if found else []
    if not pairs or not all(value.isdigit() for _, value in pairs):
        raise errors.bad_query("timeRange")
    return {name: int(value) for name, value in pairs}


def number(ask: Ask, name: str, default: int, most: int) -> int:
    text = ask.query.get(name, str(default))
    if not text.isdigit() or int(text) > most:
        raise errors.bad_query()
    return int(text)
