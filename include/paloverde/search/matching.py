"""Whether a record answers a question, decided on the exact positions of its words, and where in its text.

Everything that narrows a search beforehand (catalog bounds, pre-selection, later an index) may only find
too much: this module decides.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime
from functools import cached_property, lru_cache
from typing import NamedTuple

from paloverde.records import archive_day
from paloverde.search.tree import (
    And,
    Everything,
    Field,
    Has,
    LinkedTo,
    Near,
    Node,
    Not,
    Or,
    Piece,
    Posted,
    PostedBy,
    Removed,
    Term,
)
from paloverde.search.words import Token, addresses, exact_form, stem, tokens

_APART = 1_000_000  # words between two passages: no phrase or distance reaches across
_PICTURES = ("photo", "image", "picture", "animated_gif", "sticker")
_WILD = {"*": ".*", "?": "."}
_VIDEOS = ("video", "animated_gif", "film", "reel")


class Mark(NamedTuple):
    """Where something was found: the number of the passage, and offsets in it."""

    passage: int
    start: int
    end: int


class Place(NamedTuple):
    """An occurrence: the positions that it covers, and its marks."""

    first: int
    after: int
    marks: tuple[Mark, ...]


class _Found(NamedTuple):
    token: Token
    passage: int


class Passages:
    """The texts of a record that are searched together, cut into tokens when first asked.

    The first of them is what was said: in it web addresses are looked for.
    """

    def __init__(self, texts: Iterable[str]) -> None:
        self.texts = tuple(texts)
        self._places: dict[Term, list[Place]] = {}  # they are asked for to decide, to mark and to count

    @cached_property
    def _index(self) -> dict[str, list[_Found]]:
        index: dict[str, list[_Found]] = {}
        for number, text in enumerate(self.texts):
            for token in tokens(text):
                index.setdefault(token.folded, []).append(_Found(token, number))
        return index

    def occurrences(self, piece: Piece) -> Iterator[_Found]:
        """Where a single piece stands."""
        if piece.wild:
            matches = word_pattern(piece.folded).fullmatch
            named = [found for folded, all_ in self._index.items() if matches(folded) for found in all_]
        elif piece.stemmed:
            index = self._index.items()
            named = [found for folded, all_ in index if stem(folded) == piece.folded for found in all_]
        else:
            named = self._index.get(piece.folded, [])
        return (found for found in named if self._fits(piece, found))

    def _fits(self, piece: Piece, found: _Found) -> bool:
        if piece.sign and piece.sign != found.token.sign:
            return False
        if piece.exact is None:
            return True
        return exact_form(self.texts[found.passage][found.token.start : found.token.end]) == piece.exact

    def places(self, term: Term) -> list[Place]:
        """Every occurrence of a word or phrase, in order.

        Both sides may read a run as a whole or in pieces; the readings meet where positions do.
        """
        if term not in self._places:
            self._places[term] = self._places_of(term)
        return self._places[term]

    def _places_of(self, term: Term) -> list[Place]:
        reached: list[dict[int, list[Place]]] = [{} for _ in range(term.length + 1)]
        for piece in sorted(term.pieces, key=lambda piece: piece.position):
            ends = reached[piece.position + piece.length]
            for found in self.occurrences(piece):
                token, mark = found.token, Mark(found.passage, found.token.start, found.token.end)
                first = token.position + found.passage * _APART
                after = first + token.length
                if piece.position == 0:
                    ends.setdefault(after, []).append(Place(first, after, (mark,)))
                for before in reached[piece.position].get(first, ()):
                    ends.setdefault(after, []).append(Place(before.first, after, (*before.marks, mark)))
        return _in_order(place for group in reached[term.length].values() for place in group)

    @cached_property
    def _spans(self) -> list[tuple[int, int]]:
        return addresses(self.texts[0]) if self.texts else []

    @cached_property
    def _links(self) -> Passages:
        return Passages(self.texts[0][start:end] for start, end in self._spans)

    @property
    def has_link(self) -> bool:
        """Whether a web address stands in what was said."""
        return bool(self._spans)

    def linked(self, term: Term) -> list[Place]:
        """Where a term stands in web addresses: each of them is a passage of its own, marked in the text."""
        return [
            place._replace(marks=tuple(_shifted(mark, self._spans[mark.passage][0]) for mark in place.marks))
            for place in self._links.places(term)
        ]


class Row:
    """A record as a question sees it. What is costly is made when first asked.

    `media` are the types of its pictures, videos and attachments, as the archive has them.
    """

    def __init__(
        self,
        values: dict[str, str | None],
        posted_at: datetime | None,
        observed_at: datetime,
        descriptions: Iterable[str] = (),
        *,
        removed: bool = False,
        media: Iterable[str | None] = (),
    ) -> None:
        self.values, self.posted_at, self.observed_at, self.removed = values, posted_at, observed_at, removed
        self.passages = Passages([values.get("text") or "", *descriptions])
        self.media = tuple(media)

    @cached_property
    def poster(self) -> Passages:
        names = ("poster_name", "poster_username", "poster_id")
        return Passages([value for name in names if (value := self.values.get(name))])

    def posted_within(self, since: date | None, until: date | None, *, surely: bool) -> bool:
        """Whether it was posted on these days.

        One without a posting date was posted at the latest when it was observed: it may lie within, never
        surely.
        """
        if self.posted_at is None:
            return not surely and (since is None or archive_day(self.observed_at) >= since)
        day = archive_day(self.posted_at)
        return (since is None or day >= since) and (until is None or day <= until)

    def has(self, what: str) -> bool:
        """Whether it has a picture, a video, media at all, or a link; see `tree.Has`."""
        return self.passages.has_link if what == "link" else has_media(what, self.media)


def answers(node: Node, row: Row, *, surely: bool = False) -> bool:
    """Whether a record answers a question.

    Where that cannot be known (a record without a posting date), it does, unless `surely` is asked: under
    NOT, so that a doubt never leaves a record out.
    """
    match node:
        case Term() | Near() | LinkedTo():
            return bool(places(node, row.passages))
        case And(nodes):
            return all(answers(part, row, surely=surely) for part in nodes)
        case Or(nodes):
            return any(answers(part, row, surely=surely) for part in nodes)
        case Not(inner):
            return not answers(inner, row, surely=not surely)
        case PostedBy(term):
            return bool(row.poster.places(term))
        case Posted(since, until):
            return row.posted_within(since, until, surely=surely)
        case Field() | Has() | Removed() | Everything():
            return _is_such(node, row)


def _is_such(node: Field | Has | Removed | Everything, row: Row) -> bool:
    """Whether what is known of a record beside its words is as a question asks."""
    match node:
        case Field(name, values):
            return has_value(name, row.values.get(name), values)
        case Has(what):
            return row.has(what)
        case Removed(yes):
            return row.removed == yes
        case Everything():
            return True


def places(node: Node, passages: Passages) -> list[Place]:
    """Where a term (in a link, too), a nearness or a choice of them stands."""
    match node:
        case Term():
            return passages.places(node)
        case LinkedTo(term):
            return passages.linked(term)
        case Near(left, right, distance, ordered):
            return _near(places(left, passages), places(right, passages), distance, ordered=ordered)
        case Or(nodes):
            return _in_order(place for part in nodes for place in places(part, passages))
        case _:
            return []


def marks(node: Node, passages: Passages) -> list[Mark]:
    """What to highlight: every mark of every part that is not under NOT, in order."""
    match node:
        case And(nodes) | Or(nodes):
            found = [mark for part in nodes for mark in marks(part, passages)]
        case Term() | Near() | LinkedTo():
            found = [mark for place in places(node, passages) for mark in place.marks]
        case _:
            found = []
    return sorted(set(found))


def has_value(name: str, value: str | None, values: Sequence[str]) -> bool:
    """Whether a column's value is one of those that a `Field` names.

    A code of a language finds those that say it more closely: `es` finds `es-MX` and `es_MX`.
    """
    if name != "language" or value is None:
        return value in values
    code = value.lower().replace("_", "-")
    return any(code == asked or code.startswith(f"{asked}-") for asked in values)


def has_media(what: str, types: Iterable[str | None]) -> bool:
    """Whether among media of these types is one of the kind asked: media (any at all), picture, video.

    X's animated GIF is kept as a film and shown as a picture: it is both.
    """
    if what == "media":
        return any(True for _ in types)
    known, family = (_VIDEOS, "video/") if what == "video" else (_PICTURES, "image/")
    named = [(type_ or "").lower() for type_ in types]
    return any(type_ in known or type_.startswith(family) for type_ in named)


def _shifted(mark: Mark, by: int) -> Mark:
    return Mark(0, mark.start + by, mark.end + by)


def _near(left: list[Place], right: list[Place], distance: int, *, ordered: bool) -> list[Place]:
    """Pairs that do not overlap and whose nearest words are at most `distance` positions apart."""
    forward = _following(left, right, distance)
    return forward if ordered else _in_order([*forward, *_following(right, left, distance)])


def _following(left: list[Place], right: list[Place], distance: int) -> list[Place]:
    """Each place of `left` with each of `right` that begins after it, within the distance."""
    starts = [place.first for place in right]
    return _in_order(
        Place(one.first, other.after, (*one.marks, *other.marks))
        for one in left
        for other in right[bisect_left(starts, one.after) : bisect_left(starts, one.after + distance)]
    )


def _in_order(found: Iterable[Place]) -> list[Place]:
    """The places by position, each stretch once."""
    return sorted({(place.first, place.after): place for place in found}.values())


@lru_cache(maxsize=1024)
def word_pattern(folded: str) -> re.Pattern[str]:
    """What the folded word of a wild piece is matched with, in full: `*` any letters, `?` exactly one."""
    return re.compile("".join(_WILD.get(char, re.escape(char)) for char in folded), re.DOTALL)
