"""Where the words and terms of a question occur in a stream of a segment."""

from __future__ import annotations

import numpy as np

from paloverde.search.index.arrow import taken
from paloverde.search.index.layout import SIGN_CODES, U32, Mask
from paloverde.search.index.places import NOWHERE, Occurrences, Places, either, near, phrase
from paloverde.search.index.streams import Words
from paloverde.search.tree import Near, Node, Or, Piece, Term


def standing(node: Node, words: Words, among: Mask | None = None) -> Places:
    """`matching.places` in all documents, or in some."""
    match node:
        case Term(_, pieces, length):
            return phrase(pieces, length, lambda piece: _occurrences(words, piece, among))
        case Near(left, right, distance, ordered):
            one, other = standing(left, words, among), standing(right, words, among)
            return near(one, other, distance, words.passages_at, ordered=ordered)
        case Or(nodes):
            return either([standing(part, words, among) for part in nodes])
        case _:
            return NOWHERE


def _occurrences(words: Words, piece: Piece, among: Mask | None) -> list[Occurrences]:
    return [
        Occurrences(_only(words, words.positions_of(some), among), covers)
        for covers, some in by_length(words, piece)
    ]


def _only(words: Words, positions: U32, among: Mask | None) -> U32:
    return positions if among is None else positions.compress(taken(among, words.documents_at(positions)))


def by_length(words: Words, piece: Piece) -> list[tuple[int, U32]]:
    """The forms that a piece finds, by how many words they cover."""
    found = forms(words, piece)
    lengths = words.lengths[found]
    there = np.flatnonzero(np.bincount(lengths)).tolist()
    return [(length, found[lengths == length] if len(there) > 1 else found) for length in there]


def forms(words: Words, piece: Piece) -> U32:
    """The forms that a piece finds: those of its words that have its sign and its exact form."""
    return words.remembered(("forms", *_named(piece)), lambda: _forms(words, piece))


def often(words: Words, piece: Piece) -> int:
    """How often a piece stands anywhere."""
    return words.remembered(("often", *_named(piece)), lambda: words.occurrences_of(forms(words, piece)))


def is_broad(words: Words, piece: Piece) -> bool:
    """Whether a piece stands in so many places that all of them are sooner looked up."""
    return words.remembered(("broad", *_named(piece)), lambda: words.is_broad(forms(words, piece)))


def _named(piece: Piece) -> tuple[object, ...]:
    """What tells the words that a piece finds from others, wherever in a term it is."""
    return piece.folded, piece.sign, piece.wild, piece.stemmed, piece.exact


def _forms(words: Words, piece: Piece) -> U32:
    if piece.wild:
        found = words.like(piece.folded)
    elif piece.stemmed:
        found = words.stems(piece.folded)
    else:
        number = words.find(piece.folded)
        found = np.array([] if number is None else [number], np.uint32)
    if piece.exact is not None:
        exact = [
            form
            for word in found.tolist()
            for form in words.forms(word)
            if words.exact(form, word) == piece.exact
        ]
        chosen = np.array(exact, np.uint32)
    else:
        chosen = words.forms_of(found)
    if not piece.sign:
        return chosen
    signed: U32 = chosen[words.signs[chosen] == SIGN_CODES.index(piece.sign)]
    return signed
