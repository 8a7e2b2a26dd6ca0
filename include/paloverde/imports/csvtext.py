"""Tables of comma-separated values as they are really sent, each row with its exact bytes and its place.

RFC 4180 is the rule; what breaks it is read as spreadsheets read it: semicolons or tabs for commas, a byte
order mark, notes before the header, UTF-16, Windows-1252. A quote inside an unquoted field is only a quote.
"""

from __future__ import annotations

import codecs
import csv
import re
import unicodedata
from collections.abc import Callable, Iterator

import msgspec

from paloverde.errors import Unreadable
from paloverde.imports.members import Member
from paloverde.imports.said import Original, segments
from paloverde.records import Unread

LONGEST_ROW = 16 * 1024 * 1024  # bytes; a quote that is never closed would swallow the rest of the file
_HEADER_ROWS = 30  # a header stands among the first rows, after some notes
_SEPARATOR = re.compile(rb"[,;\t]")

NOT_UTF8 = "the file is not UTF-8; it was read as Windows-1252"

csv.field_size_limit(LONGEST_ROW)


class Row(msgspec.Struct, frozen=True):
    """One row: its cells by column name, its exact bytes, where they stand, its number in the file from 1."""

    cells: dict[str, str]
    payload: bytes
    position: int
    number: int
    drift: str | None = None


class Chunk(msgspec.Struct, frozen=True):
    """Rows of one segment of a table, and what of it is no row of this table."""

    original: Original
    rows: list[Row]
    unread: list[Unread]


IsHeader = Callable[[set[str]], bool]


def table(member: Member, is_header: IsHeader) -> Iterator[Chunk]:
    """The rows of a table, segment by segment; the header is the first row that `is_header` takes.

    Column names are given in lower case with single spaces. Raises `Unreadable` where no header is found.
    """
    header: list[str] = []
    separator, number, wide = b",", 0, _is_wide(member)
    for original in _whole(member) if wide else segments(member, row_ends):
        body = _narrow(member, original.body) if wide else original.body
        rows, unread = [], []
        for payload, position in rows_of(body):
            number += 1
            if not header:
                separator, names = _header(payload, is_header)
                header = names
                if not header and number >= _HEADER_ROWS:
                    break
                continue
            if not payload.strip():
                continue
            row = _row(payload, -1 if wide else position, number, header, separator)
            if isinstance(row, Row):
                rows.append(row)
            else:
                unread.append(row)
        if not header:
            raise Unreadable(f"{member.name} has no row of column names that is known here.")
        yield Chunk(original, rows, unread)


def _whole(member: Member) -> Iterator[Original]:
    yield Original(member.name, member.content(256 * 1024 * 1024))


def _is_wide(member: Member) -> bool:
    """Whether the text is UTF-16, as some spreadsheets save it."""
    start = next(member.chunks(4), b"")
    return start.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))


def _narrow(member: Member, body: bytes) -> bytes:
    try:
        return body.decode("utf-16").encode()
    except UnicodeError as error:
        raise Unreadable(f"{member.name} says that it is UTF-16 and is not: {error}.") from None


def names_of(member: Member, is_header: IsHeader) -> list[str]:
    """The column names of a table, without reading all of it; none where there is no such header."""
    start = next(member.chunks(256 * 1024), b"")
    if start.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        start = start[: len(start) // 2 * 2].decode("utf-16", "replace").encode()
    for number, (payload, _) in enumerate(rows_of(start)):
        if number >= _HEADER_ROWS:
            break
        if names := _header(payload, is_header)[1]:
            return names
    return []


def row_ends(text: bytes) -> int:
    """The length of the whole rows of a text: up to the last line end that is in no quoted field."""
    last = 0
    for payload, position in rows_of(text):
        end = position + len(payload)
        if text[end : end + 1] in (b"\r", b"\n"):
            last = end
    while text[last : last + 1] in (b"\r", b"\n"):
        last += 1
    return last


def rows_of(text: bytes) -> Iterator[tuple[bytes, int]]:
    """The rows of a text without their line ends, each with its offset; quotes hold a row together."""
    start = end = 0
    is_open = False
    for line in text.split(b"\n"):
        is_open = _stays_open(line, is_open=is_open)
        end += len(line) + 1
        if is_open and end - start < LONGEST_ROW:
            continue
        payload = text[start : end - 1].removesuffix(b"\r")
        if payload or end <= len(text):
            yield payload, start
        start, is_open = end, False
    if start < len(text):
        yield text[start:].removesuffix(b"\r"), start


def _stays_open(line: bytes, *, is_open: bool) -> bool:
    """Whether a quoted field is open at the end of a line. A quote opens only at the start of a field."""
    if b'"' not in line:
        return is_open
    offset, size = 0, len(line)
    while offset < size:
        if is_open:
            offset = line.find(b'"', offset)
            if offset < 0:
                return True
            if line[offset + 1 : offset + 2] == b'"':
                offset += 2
                continue
            is_open = False
            offset += 1
        else:
            if line[offset : offset + 1] == b'"':
                is_open = True
                offset += 1
                continue
            found = _SEPARATOR.search(line, offset)
            offset = found.end() if found else size
    return is_open


def _header(payload: bytes, is_header: IsHeader) -> tuple[bytes, list[str]]:
    text = payload.removeprefix(codecs.BOM_UTF8)
    for sign in (b",", b";", b"\t"):
        try:
            names = [" ".join(name.split()).lower() for name in _cells(text, sign)[0]]
        except (csv.Error, UnicodeDecodeError):
            continue
        if is_header(set(names)):
            return sign, names
    return b",", []


def _row(payload: bytes, position: int, number: int, header: list[str], separator: bytes) -> Row | Unread:
    try:
        cells, drift = _cells(payload, separator)
    except csv.Error as error:
        return Unread(payload, f"row {number:,} is no row of a table ({error})", position)
    except UnicodeDecodeError:
        return Unread(payload, f"row {number:,} is text neither as UTF-8 nor as Windows-1252", position)
    if len(payload) >= LONGEST_ROW or (payload.count(b'"') % 2 and _stays_open(payload, is_open=False)):
        return Unread(payload, f"row {number:,} has no end: a quote in it is never closed", position)
    if len(cells) != len(header):
        is_note = len(cells) < len(header) and not any(cells[1:])
        if not is_note and (len(cells) < len(header) or any(cells[len(header) :])):
            words = f"row {number:,} has {len(cells)} cells where the header has {len(header)}"
            return Unread(payload, words, position)
        cells = [*cells, *([""] * len(header))][: len(header)]
    return Row(dict(zip(header, cells, strict=True)), payload, position, number, drift)


def _cells(payload: bytes, separator: bytes) -> tuple[list[str], str | None]:
    drift = None
    try:
        text = payload.decode()
    except UnicodeDecodeError as error:
        text, drift = payload.decode("cp1252"), NOT_UTF8
        if any(unicodedata.category(char) == "Cc" and char not in "\t\r\n" for char in text):
            raise error from None  # nobody writes these: it is text of another encoding, or none
    return next(csv.reader([text], delimiter=separator.decode()), []), drift
