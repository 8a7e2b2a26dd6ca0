"""Which bytes of a file a request asks for (RFC 9110, 14). Pure."""

from __future__ import annotations

import re

Wanted = tuple[int, int]  # first and last byte, both included
_ONE = re.compile(r"bytes=(?:([0-9]{1,15})-([0-9]{0,15})|-([0-9]{1,15}))")


class Unsatisfiable(Exception):
    """No byte of the range is in the file: answered with 416."""


def wanted(header: str | None, if_range: str | None, size: int, tag: str) -> Wanted | None:
    """The one range that a request asks for; None means the whole file.

    A form that is not understood, several ranges at once, or a range of another version of the file
    (`If-Range`) mean the whole, as RFC 9110 (14.2, 13.1.5) has it. Raises `Unsatisfiable`.
    """
    match = _ONE.fullmatch(header.strip().lower()) if header else None
    if match is None or (if_range is not None and if_range.strip() != tag):
        return None
    start, end, suffix = match.groups()
    if suffix is not None:
        first, last = max(0, size - int(suffix)), size - 1
    else:
        first, last = int(start), min(int(end) if end else size - 1, size - 1)
        if end and int(end) < int(start):
            return None  # not a range at all: ignored
    if first >= size or (suffix is not None and int(suffix) == 0):
        raise Unsatisfiable
    return first, last
