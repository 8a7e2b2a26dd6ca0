"""The shapes of whole answers, and those that hold nothing to keep."""

from __future__ import annotations

import re

import msgspec

from paloverde.platforms import jsontext

_IDENTITY = re.compile(r"(\d+(_\d+)*|[tm]_.+)\Z")


def data_of(edge: bytes) -> bytes | None:
    """The list inside a nested listing, None where there is none."""
    if edge[:1] != b"{":
        return None
    data = bytes(jsontext.fields(edge).get("data", b""))
    return data if data[:1] == b"[" else None


def nothing_to_keep(members: dict[str, msgspec.Raw]) -> str:
    """Why an answer holds nothing to keep, "" where it may hold something."""
    if not members:
        return "the object is empty"
    if "error" in members and "data" not in members:
        return f"this is an error answer of the site ({_error_words(bytes(members['error']))})"
    if "access_token" in members:
        return "this is an answer about an access token, not a record"
    data = bytes(members.get("data", b""))
    if data[:1] == b"{":
        names = jsontext.fields(data).keys()
        if "is_valid" in names and "app_id" in names:
            return "this is an answer about an access token, not a record"
    return ""


def _error_words(error: bytes) -> str:
    try:
        said = msgspec.json.decode(error)
    except msgspec.DecodeError:
        said = error.decode()
    if not isinstance(said, dict):
        return str(said)
    return f"code {said.get('code', 'unknown')}: {said.get('message', 'no message')}"


def is_map(members: dict[str, msgspec.Raw]) -> bool:
    """Whether this answers `?ids=`: native ids, each with its object."""
    return all(_IDENTITY.match(name) and bytes(value)[:1] == b"{" for name, value in members.items())
