"""Which documents of a segment answer a question: a tree over masks, one truth value for each document.

Equal to `matching.answers` on each document, and decided by the segment alone: no record is read for it.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from functools import reduce
from operator import or_
from typing import NamedTuple

import numpy as np

from paloverde.search.index import frequent
from paloverde.search.index.layout import U32, UNDATED, Mask
from paloverde.search.index.mapped import ahead
from paloverde.search.index.occurring import forms, standing
from paloverde.search.index.places import distinct
from paloverde.search.index.segment import HAS_BITS, Segment, Words
from paloverde.search.matching import has_value
from paloverde.search.scope import PRIVATE_KINDS
from paloverde.search.tree import (
    And,
    Field,
    Has,
    LinkedTo,
    Near,
    Node,
    Not,
    Or,
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

    `said` remembers where terms stand, for counts of each; nobody writes into its masks.
    """

    segment: Segment
    removed: Mask
    said: dict[Node, Mask]

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
            found = view.segment.poster_documents(_corpus(view.segment.poster, term))
            return _mask([found], view.documents)
        case LinkedTo(term):
            found = view.segment.link_documents(_corpus(view.segment.link, term))
            return _mask([found], view.documents)
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


def open_to_all(segment: Segment) -> Mask:
    """The documents that are neither of a private kind nor privately visible."""
    groups, values = segment.groups, segment.values
    private = _table(values["kind"], PRIVATE_KINDS)[groups.kind]
    private |= _table(values["visibility"], ("private",))[groups.visibility]
    return _over_groups(segment, ~private)


def saying(term: Term, view: View) -> Mask:
    """The documents in whose text a term stands."""
    if term not in view.said:
        view.said[term] = _saying(term, view)
    return view.said[term]


def _saying(term: Term, view: View) -> Mask:
    words = view.segment.text
    if _is_word(term):
        return words.holding_any(forms(words, term.pieces[0]), view.documents)
    if frequent.is_frequent(term, words):
        return frequent.documents(term, words, view.documents)
    return _mask([words.documents_at(standing(term, words).first)], view.documents)


def _near(node: Near, view: View, among: Mask | None) -> Mask:
    """The documents in whose text a nearness stands: only where both sides are it is looked for."""
    words = view.segment.text
    there = _holding(node, view)
    there = there if among is None else there & among
    left = int(np.count_nonzero(there))
    if not left:
        return there
    if left * _FEW < view.documents and not frequent.is_frequent(node, words):
        return _mask([words.documents_at(standing(node, words, there).first)], view.documents)
    return frequent.documents(node, words, view.documents, there)


def _holding(node: Node, view: View) -> Mask:
    """Documents with all the terms that a place of this node needs."""
    match node:
        case Term():
            return saying(node, view)
        case Near(left, right):
            return _holding(left, view) & _holding(right, view)
        case Or(nodes):
            return reduce(or_, (_holding(one, view) for one in nodes))
        case _:
            return np.zeros(view.documents, dtype=bool)


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
        return _over_groups(segment, table[getattr(segment.groups, name)])
    return np.asarray(table[ahead(getattr(segment.columns, name))], dtype=bool)


def _over_groups(segment: Segment, chosen: Mask) -> Mask:
    """What holds of each group, said of its documents."""
    return np.repeat(chosen, np.diff(segment.groups.starts))


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


def _table(there: Sequence[str | None], wanted: Sequence[str]) -> Mask:
    return np.array([one in wanted for one in there], dtype=bool)


def _mask(several: Iterable[U32], size: int) -> Mask:
    """The documents that are in any of several lists."""
    room = np.zeros(size, dtype=bool)
    for documents in several:
        room[documents.astype(np.intp)] = True  # numpy takes twice as long with other types
    return room
