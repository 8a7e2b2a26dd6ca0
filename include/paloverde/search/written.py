"""From a word or phrase as somebody wrote it to the term that is looked for."""

from __future__ import annotations

from paloverde.search.tree import Piece, Term
from paloverde.search.words import SIGNS, Token, exact_form, tokens


class CannotBeCut(Exception):
    """The text holds no word, or a `*` where none can stand."""

    def __init__(self, what: str, mend: str) -> None:
        super().__init__(what)
        self.what, self.mend = what, mend


def term_of(written: str, *, exact: bool = False) -> Term:
    """The term for a word or phrase; raises `CannotBeCut`."""
    pieces: list[Piece] = []
    length = 0
    for word in written.split():
        cut = _wild(word) if "*" in word else [_piece(token, word, exact) for token in tokens(word)]
        pieces += [_moved(piece, length) for piece in cut]
        length += max((piece.position + piece.length for piece in cut), default=0)
    if not pieces:
        raise CannotBeCut(
            f"“{written}” holds no letter, digit or emoji to look for", "Write a word, or * for every record."
        )
    return Term(written, tuple(pieces), length)


def _piece(token: Token, word: str, exact: bool) -> Piece:
    form = exact_form(word[token.start : token.end]) if exact else None
    return Piece(token.folded, token.sign, token.position, token.length, exact=form)


def _moved(piece: Piece, by: int) -> Piece:
    return Piece(piece.folded, piece.sign, piece.position + by, piece.length, piece.wild, piece.exact)


def _wild(word: str) -> list[Piece]:
    """The pieces of a word with `*` in it: one word with gaps, or several of which the last goes on."""
    sign = word[0] if word[0] in SIGNS else ""
    stems = [tokens(stem) for stem in word.removeprefix(sign).split("*")]
    if not any(stems):
        raise CannotBeCut(f"“{word}” holds no letters", "Write the letters that are known, as in park*.")
    if all(len(cut) <= 1 for cut in stems):
        folded = "*".join(cut[0].folded if cut else "" for cut in stems)
        return [Piece(folded, sign, wild=True)]
    if any(stems[1:]) or word.endswith("**"):
        raise CannotBeCut(
            f"“{word}” is several words with * inside",
            "Put the * at the end, or search for the words one by one.",
        )
    cut = tokens(word[:-1])
    end = max(token.position + token.length for token in cut)
    return [
        _goes_on(token) if token.position + token.length == end else _piece(token, word, exact=False)
        for token in cut
    ]


def _goes_on(token: Token) -> Piece:
    return Piece(f"{token.folded}*", token.sign, token.position, token.length, wild=True)
