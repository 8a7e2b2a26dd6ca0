"""The words of letters and the law that they cite: `letters.toml`, filled in with facts.

A name that no fact fills stands in brackets, in words, and is reported: such a letter is a draft and cannot
be sent.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from functools import cache
from pathlib import Path

import msgspec

from paloverde.requests.paper import Block, Facts, Heading, Paper, Paragraph, Points
from paloverde.wording import long_date

_FILE = Path(__file__).with_name("letters.toml")
_NAME = re.compile(r"\{([a-z_0-9]+(?:\.[a-z_0-9]+)?)\}")
_LAW = "law."


class Law(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A statute or decision that letters cite. `effective_to` is the last day on which it holds.

    `seen` says where its wording comes from: text, memory or design, as in `retention.rules`.
    """

    id: str
    says: str
    cite: str
    effective_from: date
    seen: str
    effective_to: date | None = None
    verified_by: str = ""
    verified_on: str = ""

    def holds_on(self, day: date) -> bool:
        return self.effective_from <= day and (self.effective_to is None or day <= self.effective_to)

    @property
    def is_verified(self) -> bool:
        """Whether counsel has confirmed it, by name and day."""
        return bool(self.verified_by and self.verified_on)


class Piece(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One block of a wording: exactly one of the first five is set."""

    heading: str = ""
    text: str = ""
    points: tuple[str, ...] = ()
    facts: tuple[tuple[str, str], ...] = ()
    put: str = ""
    when: str = ""
    unless: str = ""


class Wording(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A letter before it is filled in."""

    title: str
    blocks: tuple[Piece, ...]


class Words(msgspec.Struct, frozen=True):
    """What fills a wording in: single words and sentences, lists of points, and blocks that are put in whole.

    An empty one counts as not there; blocks may be none.
    """

    single: Mapping[str, str] = {}
    lists: Mapping[str, Sequence[str]] = {}
    blocks: Mapping[str, Sequence[Block]] = {}

    def has(self, name: str) -> bool:
        return bool(self.single.get(name) or self.lists.get(name) or self.blocks.get(name))


class Written(msgspec.Struct, frozen=True):
    """A letter as written: the paper, the names that nothing filled, the law that it cites, and the enclosure
    that goes with it; None where none does.
    """

    paper: Paper
    unfilled: tuple[str, ...]
    law: tuple[Law, ...]
    enclosure: Paper | None = None

    def cites(self, id_: str) -> bool:
        return any(law.id == id_ for law in self.law)


class _Table(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    law: tuple[Law, ...]
    letter: Mapping[str, Wording]
    blank: Mapping[str, str]


@cache
def table() -> _Table:
    """The shipped wordings; `msgspec.ValidationError` names the member that is wrong."""
    return msgspec.convert(tomllib.loads(_FILE.read_text(encoding="utf-8")), _Table)


def law_on(id_: str, day: date) -> Law | None:
    """The law of that id as it is in force on a day; None where there is none."""
    return next((law for law in table().law if law.id == id_ and law.holds_on(day)), None)


def in_words(name: str) -> str:
    """What belongs where nothing fills a name in."""
    return table().blank.get(name, name.replace("_", " "))


def write(name: str, words: Words, day: date, enclosure: str = "") -> Written:
    """The letter of that name on a day: head, its own blocks, foot, and the law that it cites.

    With the name of an enclosure that is written, too, and the law stands at its end.
    """
    pen = _Pen(words, day)
    papers = [pen.paper(name, "head", name, "foot")]
    if enclosure:
        papers.append(pen.paper(enclosure, enclosure))
    law = tuple(sorted(pen.law.values(), key=lambda one: one.cite))
    if law:
        told = (Heading("The law that this letter cites"), Points(tuple(_told(one) for one in law)))
        papers[-1] = Paper(papers[-1].title, (*papers[-1].blocks, *told))
    return Written(papers[0], tuple(dict.fromkeys(pen.unfilled)), law, papers[1] if enclosure else None)


class _Pen:
    """Fills in, and remembers what it lacked and what it cited."""

    def __init__(self, words: Words, day: date) -> None:
        self._words, self._day = words, day
        self.unfilled: list[str] = []
        self.law: dict[str, Law] = {}

    def paper(self, name: str, *parts: str) -> Paper:
        """The paper that these wordings make, under the title of that name."""
        wordings = table().letter
        title = self.filled(wordings[name].title)
        pieces = [block for part in parts for piece in wordings[part].blocks for block in self.written(piece)]
        return Paper(title, (Heading(title, 1), *pieces))

    def written(self, piece: Piece) -> Iterator[Block]:
        """The blocks that one piece becomes; none where its condition does not hold."""
        words = self._words
        if (piece.when and not words.has(piece.when)) or (piece.unless and words.has(piece.unless)):
            return
        if piece.heading:
            yield Heading(self.filled(piece.heading))
        if piece.text:
            yield Paragraph(self.filled(piece.text))
        if piece.points:
            yield Points(tuple(point for pattern in piece.points for point in self._points(pattern)))
        if piece.facts:
            yield Facts(tuple((name, self.filled(value)) for name, value in piece.facts))
        if piece.put:
            yield from words.blocks.get(piece.put, ())

    def _points(self, pattern: str) -> Iterator[str]:
        """A pattern that is the name of a list and nothing else becomes that list."""
        found = _NAME.fullmatch(pattern)
        many = self._words.lists.get(found[1]) if found else None
        if many:
            yield from many
        else:
            yield self.filled(pattern)

    def filled(self, pattern: str) -> str:
        return _NAME.sub(lambda found: self._word(found[1]), pattern)

    def _word(self, name: str) -> str:
        if name.startswith(_LAW):
            law = law_on(name.removeprefix(_LAW), self._day)
            if law is not None:
                self.law[law.id] = law
                return law.cite
        elif self._words.single.get(name):
            return self._words.single[name]
        self.unfilled.append(name)
        return f"[{in_words(name)}]"


def _told(law: Law) -> str:
    until = f" until {long_date(law.effective_to)}" if law.effective_to else ""
    return f"{law.cite}, in force since {long_date(law.effective_from)}{until}: {law.says}."
