"""JSON text as sites and exports really send it, with the byte offsets of its pieces kept.

RFC 8259 says UTF-8 without a byte order mark, whole surrogate pairs, and unique names. What breaks
these rules is mended in a copy of the same length, so that an offset in the copy is an offset in the
bytes as received, and every mend is said in words.
"""

from __future__ import annotations

import codecs
import json
import re
from collections.abc import Iterator

import msgspec

from paloverde.errors import Unreadable

Raw = msgspec.Raw

_MARKS = (  # UTF-32 first: its little-endian mark begins with that of UTF-16
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
# An escape, a whole surrogate pair, or one half alone. Escapes first: "\\\\ud83d" is none.
_SURROGATES = re.compile(
    rb"\\[^u]|\\u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}|(\\u[dD][89a-fA-F][0-9a-fA-F]{2})"
)

MENDED_SURROGATE = "half of a surrogate pair stands alone; it is shown as U+FFFD"
MENDED_BYTES = "bytes that are not UTF-8 are shown as question marks"

_SPACE = frozenset((b" ", b"\n", b"\r", b"\t"))
_BETWEEN = _SPACE | {b","}
_object = msgspec.json.Decoder(dict[str, Raw])
_array = msgspec.json.Decoder(list[Raw])


class Text(msgspec.Struct, frozen=True):
    """A JSON text: `body` as received (UTF-8), `sound` the same length and safe to decode.

    `shift` is what to add to an offset in `body` for the offset in the received bytes, None where
    the text was re-encoded and offsets mean nothing.
    """

    body: bytes
    sound: bytes
    shift: int | None = 0
    notes: tuple[str, ...] = ()

    def position(self, offset: int) -> int:
        """The offset in the received bytes of an offset in `body`; -1 where there is none."""
        return -1 if self.shift is None or offset < 0 else offset + self.shift

    def original(self, sound: bytes, start: int) -> bytes:
        """The bytes as received of a piece of `sound` that begins at `start` (-1: it stands nowhere)."""
        if self.body is self.sound or start < 0:
            return sound
        return self.body[start : start + len(sound)]


def open_text(payload: bytes) -> Text:
    """UTF-8 text of any payload that RFC 8259 or its predecessors allow, mended where it is unsound.

    Raises `Unreadable` where it is no whole JSON text.
    """
    body, shift = _utf8(payload)
    if _is_utf8(body) and _is_whole(body):
        return Text(body, body, shift)
    sound, notes = _mend(body)
    try:
        msgspec.json.decode(sound, type=Raw)
    except RecursionError:
        raise Unreadable("The JSON is nested too deeply to be read.") from None
    except msgspec.DecodeError as error:
        raise Unreadable(f"This is not a whole JSON text: {error}.") from None
    return Text(body, sound, shift, notes)


def _utf8(payload: bytes) -> tuple[bytes, int | None]:
    for mark, encoding in _MARKS:
        if payload.startswith(mark):
            if encoding == "utf-8-sig":
                return payload[len(mark) :], len(mark)
            try:
                return payload.decode(encoding).encode(), None
            except UnicodeError as error:
                raise Unreadable(f"The text says that it is {encoding} and is not: {error}.") from None
    return payload, 0


def _is_whole(body: bytes) -> bool:
    try:
        msgspec.json.decode(body, type=Raw)
    except (msgspec.DecodeError, RecursionError):
        return False
    return True


def _is_utf8(body: bytes) -> bool:
    if body.isascii():
        return True
    try:
        body.decode()
    except UnicodeDecodeError:
        return False
    return True


def _mend(body: bytes) -> tuple[bytes, tuple[str, ...]]:
    notes = []
    sound = body
    if not _is_utf8(body):
        # surrogateescape turns each bad byte into exactly one character: one question mark each.
        sound = re.sub("[\udc80-\udcff]", "?", body.decode(errors="surrogateescape")).encode()
        notes.append(MENDED_BYTES)
    halved = _SURROGATES.sub(lambda found: rb"\ufffd" if found[1] else found[0], sound)
    if halved != sound:
        notes.append(MENDED_SURROGATE)
    return halved, tuple(notes)


def fields(text: bytes) -> dict[str, Raw]:
    """The members of a JSON object, undecoded. Raises `msgspec.DecodeError` where it is none."""
    return _object.decode(text)


def elements(text: bytes) -> list[Raw]:
    """The elements of a JSON array, undecoded. Raises `msgspec.DecodeError` where it is none."""
    return _array.decode(text)


def find(body: bytes, piece: bytes, start: int) -> int:
    """The offset of `piece` in `body`: at `start` after separators, else anywhere after it; -1 if nowhere."""
    offset = start
    while body[offset : offset + 1] in _BETWEEN:
        offset += 1
    return offset if body.startswith(piece, offset) else body.find(piece, start)


def offset_of(body: bytes, start: int, members: dict[str, Raw], name: str) -> int:
    """The offset in `body` of the value of `name` in the object that begins at `start`."""
    offset = start + 1
    for member, value in members.items():
        offset = body.find(b":", offset + len(member)) + 1
        offset = find(body, bytes(value), offset)
        if member == name:
            return offset
        offset += len(memoryview(value))
    return -1


def pieces(body: bytes, array: bytes, start: int) -> Iterator[tuple[bytes, int]]:
    """The elements of the array that begins at `start` in `body`, each with its own offset in `body`."""
    offset = start + 1
    for element in elements(array):
        piece = bytes(element)
        offset = find(body, piece, offset)
        yield piece, offset
        offset += len(piece)


def repeated_names(text: bytes, members: dict[str, Raw]) -> list[str]:
    """Names that the JSON object in `text` has more than once.

    Decoders keep the last of them in silence, which can hide a comment. A compact object without
    repetition has exactly the length of its members, so the slow count is rarely needed.
    """
    length = 1
    for name, value in members.items():
        length += len(name) + len(memoryview(value)) + 4
    if length == len(text) or not members or _tiled(text, members):
        return []
    # Numbers stay text: Python refuses to convert integers of thousands of digits.
    pairs = json.loads(text, object_pairs_hook=list, parse_int=str, parse_float=str)
    names = [name for name, _ in pairs]
    return sorted({name for name in names if names.count(name) > 1}) if len(names) > len(members) else []


def _tiled(text: bytes, members: dict[str, Raw]) -> bool:
    """Whether the members, in order, with white space between them, fill the whole object."""
    offset = text.find(b"{") + 1
    for name, value in members.items():
        if (offset := _skip(text, offset, b'"%b"' % name.encode())) < 0:
            return False
        if (offset := _skip(text, offset, b":")) < 0 or (offset := _skip(text, offset, bytes(value))) < 0:
            return False
        offset = max(offset, _skip(text, offset, b","))
    return text[offset:].strip() == b"}"


def _skip(text: bytes, offset: int, expected: bytes) -> int:
    """The offset after `expected` and the white space before it, -1 where something else stands there."""
    while text[offset : offset + 1] in _SPACE:
        offset += 1
    return offset + len(expected) if text.startswith(expected, offset) else -1
