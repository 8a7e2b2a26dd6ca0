"""Concordance/Relativity load file (rulebook F-1): one line a document, every field in þ, parted by U+0014.

UTF-8 with byte order mark, CRLF. A line break in a value is ®, several values are parted by `;`. The format
has no way to write its own delimiters in a value: they become spaces (a `;` in one of several values a
comma), and how many were replaced is counted for the report. The exact words are in the text file.
"""

from __future__ import annotations

from collections import Counter
from datetime import datetime

from paloverde.productions.fields import FIELDS, Entry, Type, Value
from paloverde.productions.volume import Volume

COLUMN, QUOTE, NEWLINE, MULTI = "\x14", "þ", "®", ";"
_LOST = {ord(sign): " " for sign in (COLUMN, QUOTE, NEWLINE)}
_BREAKS = ("\r\n", "\r", "\n", "\x0b", "\x0c", "\x1c", "\x1d", "\x1e", "\x85", "\u2028", "\u2029")


class Dat:
    """The load file of one volume. `replaced` counts the delimiters that stood in values."""

    def __init__(self, volume: Volume) -> None:
        self._file = volume.later(f"DATA/{volume.name}.dat").open("xb")
        self.replaced: Counter[str] = Counter()
        self._file.write(b"\xef\xbb\xbf" + _line([field.name for field in FIELDS]))

    def add(self, entry: Entry) -> None:
        """Write the line of a document."""
        self._file.write(_line([self._cell(entry.told[field.name], field.type) for field in FIELDS]))

    def close(self) -> None:
        self._file.close()

    def _cell(self, value: Value, type_: Type) -> str:
        if isinstance(value, tuple):
            return MULTI.join(self._kept(self._parted(one)) for one in value)
        return self._kept(written(value, type_))

    def _parted(self, value: str) -> str:
        if MULTI in value:
            self.replaced[MULTI] += value.count(MULTI)
        return value.replace(MULTI, ",")

    def _kept(self, value: str) -> str:
        if value.isascii() and value.isprintable():  # neither delimiters nor breaks are
            return value
        if not value.isascii() or COLUMN in value:
            for sign in (COLUMN, QUOTE, NEWLINE):
                if sign in value:
                    self.replaced[sign] += value.count(sign)
            value = value.translate(_LOST)
        for sign in _BREAKS:
            if sign in value:
                value = value.replace(sign, NEWLINE)
        return value


def written(value: Value, type_: Type) -> str:
    """A value as load files have it: 11/22/2026 20:00:00, Y or N."""
    if value is None:
        return ""
    if type_ is Type.YES_NO:
        return "Y" if value else "N"
    if isinstance(value, datetime):
        return f"{value:%m/%d/%Y %H:%M:%S}"
    return str(value)


def _line(cells: list[str]) -> bytes:
    return (COLUMN.join(f"{QUOTE}{cell}{QUOTE}" for cell in cells) + "\r\n").encode("utf-8", "replace")
