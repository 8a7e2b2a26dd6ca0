"""Which documents of a segment answer a question: a tree over masks, one truth value for each document.

Equal to `matching.answers` on each document, and decided by the segment alone: no record is read for it.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from datetime import date
from functools import reduce
from operator import and_, or_
from typing import NamedTuple

import msgspec
import numpy as np

from paloverde.search.index import frequent
from paloverde.search.index.layout import U32, UNDATED, Mask
from paloverde.search.index.letters import letter_alone
from paloverde.search.index.mapped import ahead
from paloverde.search.index.occurring import forms, often, standing
from paloverde.search.index.places import distinct, is_plain
from paloverde.search.index.segment import HAS_BITS, Segment, Words
from paloverde.search.matching import has_value
from paloverde.search.tree import (
    And,
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
    parts_of,
)

_EPOCH = date(1970, 1, 1)
_FEW = 32  # with one of so many documents left, their words are looked at by lists, if they are rare
_GROUPED = ("account", "platform", "kind", "visibility", "provenance")


class View(NamedTuple):
    """A segment as a question sees it: with the documents whose items were found hidden or removed.

    `gone` are the same documents as a list. `said` remembers where terms stand, for counts of each; nobody
    writes into its masks.
    """

    segment: Segment
    removed: Mask
    gone: U32
    said: dict[Node | Piece, Mask]

    @property
    def documents(self) -> int:
        return self.segment.documents


def answering(node: Node, view: View, *, among: Mask | None = None, surely: bool = False) -> Mask:
    """The documents that answer; `surely` as `matching.answers` has it.

    What it says of documents that are not `among` those given counts for nothing.
    """
    match node:
        case And(nodes):
            return _every(nodes, view, among, surely=surely)
        case Or(nodes):
            several = (answering(one, view, among=among, surely=surely) for one in nodes)
            return reduce(or_, several)
        case Not(inner):
            return ~answering(inner, view, among=among, surely=not surely)
        case Term():
            return saying(node, view)
        case Near():
            return _near(node, view, among)
        case PostedBy(term):
            return view.segment.of_posters(_corpus(view.segment.poster, term))
        case LinkedTo(term):
            return view.segment.of_links(_corpus(view.segment.link, term))
        case _:
            return _by_columns(node, view, surely=surely)


def _by_columns(node: Node, view: View, *, surely: bool) -> Mask:
    """The documents that answer by what is known of them beside their words."""
    match node:
        case Field(name, values):
            return _of_value(view.segment, name, values)
        case Has(what):
            return np.asarray(ahead(view.segment.columns.has) & HAS_BITS[what], dtype=bool)
        case Removed(yes):
            return view.removed if yes else ~view.removed
        case Posted(since, until):
            return _posted(view.segment, since, until, surely=surely)
        case _:
            return np.ones(view.documents, dtype=bool)


def saying(term: Term, view: View) -> Mask:
    """The documents in whose text a term stands."""
    if term not in view.said:
        view.said[term] = _saying(term, view)
    return view.said[term]


def _saying(term: Term, view: View) -> Mask:
    words = view.segment.text
    if _is_word(term):
        return _holding_word(term.pieces[0], view)
    if frequent.is_frequent(term, words):
        is_worth_it = is_plain(term.pieces, term.length) and frequent.is_broad(term, words)
        among = _holding(term, view) if is_worth_it else None
        return frequent.documents(term, words, view.documents, among)
    return _mask([words.documents_at(standing(term, words).first)], view.documents)


def _near(node: Near, view: View, among: Mask | None) -> Mask:
    """The documents in whose text a nearness stands: where they may be few, only where all its words are."""
    words = view.segment.text
    is_frequent = frequent.is_frequent(node, words)
    if is_frequent and not frequent.is_broad(node, words) and _expected(node, view) * _FEW > 1:
        return frequent.documents(node, words, view.documents, among)
    there = _holding(node, view)
    there = there if among is None else there & among
    left = int(np.count_nonzero(there))
    if not left:
        return there
    if left * _FEW < view.documents and not is_frequent:
        return _mask([words.documents_at(standing(node, words, there).first)], view.documents)
    return frequent.documents(node, words, view.documents, there)


def _expected(node: Node, view: View) -> float:
    """About how large a share of the documents may hold the words of a node, by how often each stands."""
    match node:
        case Term(_, pieces):
            words = view.segment.text
            return math.prod(min(often(words, piece) / view.documents, 1.0) for piece in pieces)
        case Near(left, right):
            return _expected(left, view) * _expected(right, view)
        case _:
            return min(sum(_expected(part, view) for part in parts_of(node)), 1.0)


def _holding(node: Node, view: View) -> Mask:
    """Documents with all the words that a place of this node needs, whether they are side by side or not."""
    match node:
        case Term(_, pieces, length):
            if not pieces or not is_plain(pieces, length):  # a run may be read in two ways
                return saying(node, view)
            return reduce(and_, (_holding_word(piece, view) for piece in pieces))
        case Near(left, right):
            return _holding(left, view) & _holding(right, view)
        case Or(nodes):
            return reduce(or_, (_holding(one, view) for one in nodes))
        case _:
            return np.zeros(view.documents, dtype=bool)


def _holding_word(piece: Piece, view: View) -> Mask:
    """The documents in whose text a single word stands, wherever a question has it."""
    word, words = msgspec.structs.replace(piece, position=0), view.segment.text
    if word not in view.said:
        letter = letter_alone(word.folded) if word.wild and not word.sign else None
        view.said[word] = (
            words.holding_any(forms(words, word), view.documents)
            if letter is None
            else words.holding_letter(letter, view.documents)
        )
    return view.said[word]


def held_by_all(node: Node) -> frozenset[Term]:
    """The terms that every answer holds: of them nothing need be counted."""
    match node:
        case Term():
            return frozenset({node})
        case And() | Near():
            return frozenset().union(*map(held_by_all, parts_of(node)))
        case _:
            return frozenset()


def _is_word(term: Term) -> bool:
    return term.length == 1 and len(term.pieces) == 1


def _every(nodes: Sequence[Node], view: View, among: Mask | None, *, surely: bool) -> Mask:
    """Where words stand near each other is asked last, of the documents that are left."""
    found = among
    for node in sorted(nodes, key=lambda node: isinstance(node, Not) + 2 * _has_near(node)):
        if found is not None and not found.any():
            break
        one = answering(node, view, among=found, surely=surely)
        found = one if found is None else found & one
    return np.ones(view.documents, dtype=bool) if found is None else found


def _has_near(node: Node) -> bool:
    return isinstance(node, Near) or any(map(_has_near, parts_of(node)))


def _corpus(words: Words, term: Term) -> U32:
    """The numbers of the posters or addresses in which a term stands, sorted."""
    if _is_word(term):
        return words.documents_of(forms(words, term.pieces[0]))
    return distinct(words.documents_at(standing(term, words).first))


def _of_value(segment: Segment, name: str, values: Sequence[str]) -> Mask:
    there = segment.values[name]
    table = np.array([has_value(name, one, values) for one in there], dtype=bool)
    if name in _GROUPED:
        return segment.groups.spread(table[getattr(segment.groups, name)])
    return np.asarray(table[ahead(getattr(segment.columns, name))], dtype=bool)


def _posted(segment: Segment, since: date | None, until: date | None, *, surely: bool) -> Mask:
    """Documents without a posting date lie within where they may, and surely never."""
    columns = segment.columns
    dated: Mask = ahead(columns.day) != UNDATED
    found: Mask = dated.copy()
    if since is not None:
        found &= columns.day >= _number(since)
    if until is not None:
        found &= columns.day <= _number(until)
    if not surely:
        found |= ~dated & (True if since is None else ahead(columns.observed_day) >= _number(since))
    return found


def _number(day: date) -> int:
    return (day - _EPOCH).days


def _mask(several: Iterable[U32], size: int) -> Mask:
    """The documents that are in any of several lists."""
    room = np.zeros(size, dtype=bool)
    for documents in several:
        room[documents.astype(np.intp)] = True  # numpy takes twice as long with other types
    return room
