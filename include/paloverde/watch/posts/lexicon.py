"""Words that a check looks for, as data beside it: each row with what it rests on (`watch.versioned`)."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import NamedTuple

import msgspec

from paloverde.watch.check import Span, as_quoted
from paloverde.watch.versioned import VersionedList, WeighedRow

_FOLDER = Path(__file__).parent
_MOST_SPANS = 20  # of one text that a finding shows


class Row(WeighedRow, frozen=True, kw_only=True):
    """Words that mean one thing: a regular expression that knows no case."""

    words: str
    cite: str


class _File(VersionedList, frozen=True, kw_only=True):
    row: tuple[Row, ...]


class Met(NamedTuple):
    """The words of one row that a text has."""

    row: Row
    spans: tuple[Span, ...]
    rule: str  # posts/notices#1/public-hearing


class Lexicon:
    """A list of words, ready to be looked for."""

    def __init__(self, name: str, told: _File) -> None:
        self.name, self.version, self.verified_by = name, told.version, told.verified_by
        self.source, self.effective_from, self.rows = told.source, told.effective_from, told.row
        joined = "|".join(f"(?P<r{at}>{row.words})" for at, row in enumerate(told.row))
        self._any = re.compile(rf"(?i)(?<!\w)(?:{joined})(?!\w)")

    def met_in(self, text: str) -> Iterator[Met]:
        """Each row that a text meets, in the order of the list, with its places."""
        places: dict[int, list[Span]] = {}
        for match in self._any.finditer(text):
            row = int(str(match.lastgroup)[1:])
            places.setdefault(row, []).append(Span(match.start(), match.end(), match[0]))
        for at, found in sorted(places.items()):
            met = self.rows[at]
            yield Met(met, tuple(found[:_MOST_SPANS]), f"posts/{self.name}#{self.version}/{met.id}")


@cache
def lexicon(name: str) -> Lexicon:
    """The list of that name."""
    text = (_FOLDER / f"{name}.toml").read_text(encoding="utf-8")
    return Lexicon(name, msgspec.convert(tomllib.loads(text), _File))


def quoted(spans: tuple[Span, ...]) -> str:
    """The words that were found, as a sentence shows them: each once."""
    return ", ".join(f"“{words}”" for words in dict.fromkeys(as_quoted(span.words) for span in spans))
