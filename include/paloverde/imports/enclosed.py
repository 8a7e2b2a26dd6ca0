"""The messages that an e-mail encloses, as the very bytes that stand in it (MIME, RFC 2045 and RFC 2046).

The parser of the standard library writes an enclosed message anew, with other folds and line ends. What
somebody forwards is evidence: here it is cut out of the bytes that came.
"""

from __future__ import annotations

import base64
import binascii
import quopri
import re
from collections.abc import Iterator
from email.message import Message
from email.parser import BytesHeaderParser
from typing import NamedTuple

_DEEPEST = 30  # parts within parts
_MOST_TIMES = 20  # the bytes of a message that its enclosed ones may have together: only a trap has more
_LONGEST_HEADERS = 1024 * 1024
_REST = re.compile(rb"(--)?[ \t]*(?:\r?\n|\Z)")  # of the line of a delimiter
_HEADERS_END = re.compile(rb"\r?\n\r?\n")
_parse = BytesHeaderParser().parsebytes


class Enclosed(NamedTuple):
    """A message within another: its bytes, and where they begin there; -1 where they were packed."""

    body: bytes
    start: int


class _Part(NamedTuple):
    """A part of a message: its headers, and from where to where its body lies."""

    headers: Message
    start: int
    end: int


def enclosed(message: bytes) -> list[Enclosed]:
    """Every message that one encloses as a part of its own, and those that these enclose, in their order."""
    found, left = [], _MOST_TIMES * len(message)
    for one in _within(message, _whole(message), 0):
        left -= len(one.body)
        if left < 0:
            break
        found.append(one)
    return found


def _within(message: bytes, part: _Part, depth: int) -> Iterator[Enclosed]:
    if depth > _DEEPEST:
        return
    kind = part.headers.get_content_type()
    if kind == "message/rfc822":
        yield from _one(message, part, depth)
    elif kind.startswith("multipart/"):
        for start, end in _parts(message, part):
            below = _part(message, start, end)
            if kind == "multipart/digest" and "content-type" not in below.headers:
                below.headers.set_default_type("message/rfc822")
            yield from _within(message, below, depth + 1)


def _one(message: bytes, part: _Part, depth: int) -> Iterator[Enclosed]:
    body = message[part.start : part.end]
    unpacked = _unpacked(body, str(part.headers.get("content-transfer-encoding", "")))
    if unpacked is not None:
        yield Enclosed(unpacked, -1)
        yield from (one._replace(start=-1) for one in _within(unpacked, _whole(unpacked), depth + 1))
    else:
        yield Enclosed(body, part.start)
        yield from _within(message, _part(message, part.start, part.end), depth + 1)


def _whole(message: bytes) -> _Part:
    return _part(message, 0, len(message))


def _unpacked(body: bytes, encoding: str) -> bytes | None:
    """The bytes of a packed message, which RFC 2046 forbids and some programs send; None of a plain one."""
    try:
        match encoding.strip().lower():
            case "base64":
                return base64.b64decode(body)
            case "quoted-printable":
                return quopri.decodestring(body)
    except (binascii.Error, ValueError):
        return None
    return None


def _part(message: bytes, start: int, end: int) -> _Part:
    """What lies there as headers and a body."""
    first = message[start : start + 2]
    if first.startswith((b"\n", b"\r\n")):
        return _Part(Message(), start + (1 if first.startswith(b"\n") else 2), end)
    found = _HEADERS_END.search(message, start, min(end, start + _LONGEST_HEADERS))
    stop = found.end() if found else end
    return _Part(_parse(message[start:stop]), stop, end)


def _parts(message: bytes, part: _Part) -> Iterator[tuple[int, int]]:
    """From where to where each part of a multipart body lies. The line end before a delimiter is its own."""
    begun = -1
    for start, end, is_last in _delimiters(message, part):
        if begun >= 0:
            yield min(begun, start), start
        begun = end
        if is_last:
            return
    if 0 <= begun < part.end:
        yield begun, part.end


def _delimiters(message: bytes, part: _Part) -> Iterator[tuple[int, int, bool]]:
    """The delimiter lines of a multipart body, with the line ends around them, and which is the last."""
    boundary = part.headers.get_boundary()
    if not boundary:
        return
    told, at = b"--" + boundary.encode("utf-8", "surrogateescape"), part.start
    while (found := message.find(told, at, part.end)) >= 0:
        at = found + len(told)
        rest = _REST.match(message, at, part.end)
        if rest and (found == part.start or message[found - 1 : found] == b"\n"):
            before = found - 1 if found > part.start else found
            before -= before > part.start and message[before - 1 : before] == b"\r"
            yield before, rest.end(), rest[1] is not None
            at = rest.end()
