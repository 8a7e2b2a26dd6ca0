"""A question as a tree, and the English sentence of each part of it. Pure data."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

import msgspec

from paloverde.wording import long_date


class Piece(msgspec.Struct, frozen=True):
    """One word of a term, as `words.tokens` cuts it.

    `folded` may hold `*`, which stands for any letters, and `?`, which stands for one, where `wild`. `exact`
    is set where accents count. Where `stemmed`, `folded` is a stem, which any word of that stem answers.
    A piece covers `length` words from `position` of its term: `city's` stands beside `city` and `s`.
    """

    folded: str
    sign: str = ""
    position: int = 0
    length: int = 1
    wild: bool = False
    exact: str | None = None
    stemmed: bool = False


class Term(msgspec.Struct, frozen=True):
    """A word or a phrase. `written` is the question's own text of it, without quotation marks."""

    written: str
    pieces: tuple[Piece, ...]
    length: int  # words from its first to its last

    def __str__(self) -> str:
        meant = [
            *(["accents as written"] if any(piece.exact is not None for piece in self.pieces) else []),
            *(["~ is every form of the word"] if any(piece.stemmed for piece in self.pieces) else []),
            *(["* is any letters"] if any("*" in piece.folded for piece in self.pieces) else []),
            *(["? is one letter"] if any("?" in piece.folded for piece in self.pieces) else []),
        ]
        return f"“{self.written}”" + (f" ({', '.join(meant)})" if meant else "")


class Near(msgspec.Struct, frozen=True):
    """Two terms (or nearnesses, or choices of them) at most `distance` words apart; 1 is side by side."""

    left: Node
    right: Node
    distance: int
    ordered: bool = False

    def __str__(self) -> str:
        how = "at most" if not self.ordered else "before and at most"
        words = "1 word" if self.distance == 1 else f"{self.distance} words"
        return f"{_inside(self.left)} {how} {words} from {_inside(self.right)}"


class And(msgspec.Struct, frozen=True):
    nodes: tuple[Node, ...]

    def __str__(self) -> str:
        return " and ".join(_inside(node) for node in self.nodes)


class Or(msgspec.Struct, frozen=True):
    nodes: tuple[Node, ...]

    def __str__(self) -> str:
        return " or ".join(_inside(node) for node in self.nodes)


class Not(msgspec.Struct, frozen=True):
    node: Node

    def __str__(self) -> str:
        return f"not ({self.node})"


class PostedBy(msgspec.Struct, frozen=True):
    """A term in the display name, username or id of the poster."""

    term: Term

    def __str__(self) -> str:
        return f"posted by {self.term}"


class LinkedTo(msgspec.Struct, frozen=True):
    """A term in a web address that stands in the text."""

    term: Term

    def __str__(self) -> str:
        return f"with a link that holds {self.term}"


class Has(msgspec.Struct, frozen=True):
    """Whether a record has a picture, a video, any media at all, or a web address in its text."""

    what: str  # media, picture, video or link

    def __str__(self) -> str:
        return {"media": "with media"}.get(self.what, f"with a {self.what}")


class Field(msgspec.Struct, frozen=True):
    """A column (account, kind, platform, visibility, provenance, language) that has one of these values.

    `language` is lower case; `matching.has_value` says which codes it finds.
    """

    name: str
    values: tuple[str, ...]

    def __str__(self) -> str:
        told = ", as the site says it," if self.name == "language" else ""
        return f"the {self.name}{told} is {' or '.join(self.values)}"


class Removed(msgspec.Struct, frozen=True):
    """Whether the item was found hidden or removed."""

    yes: bool

    def __str__(self) -> str:
        return "found hidden or removed" if self.yes else "not found hidden or removed"


class Posted(msgspec.Struct, frozen=True):
    """Posted on these Pacific days, both included. `called` is what the question calls them: last month."""

    since: date | None = None
    until: date | None = None
    called: str = ""

    def __str__(self) -> str:
        return f"{self._days()} ({self.called})" if self.called else self._days()

    def _days(self) -> str:
        if self.since is not None and self.since == self.until:
            return f"posted on {long_date(self.since)}"
        if self.since is not None and self.until is not None:
            return f"posted from {long_date(self.since)} to {long_date(self.until)}"
        if self.since is not None:
            return f"posted on or after {long_date(self.since)}"
        return (
            f"posted on or before {long_date(self.until)}" if self.until is not None else "posted at any time"
        )


class Everything(msgspec.Struct, frozen=True):
    """Every record in the scope of the search."""

    def __str__(self) -> str:
        return "any record"


Node = Term | Near | And | Or | Not | PostedBy | LinkedTo | Has | Field | Removed | Posted | Everything


def parts_of(node: Node) -> tuple[Node, ...]:
    """The nodes directly under a node."""
    match node:
        case And(nodes) | Or(nodes):
            return nodes
        case Not(inner):
            return (inner,)
        case Near(left, right):
            return (left, right)
        case _:
            return ()


def terms(node: Node) -> Iterator[Term]:
    """The terms that a record can be found by: those under NOT are left out."""
    if isinstance(node, Term):
        yield node
    elif not isinstance(node, Not):
        for part in parts_of(node):
            yield from terms(part)


def leaves(node: Node) -> Iterator[Node]:
    """Every node without nodes under it."""
    under = parts_of(node)
    if not under:
        yield node
    for part in under:
        yield from leaves(part)


def _inside(node: Node) -> str:
    return f"({node})" if isinstance(node, And | Or | Near) else str(node)
