"""From a word or phrase as somebody wrote it to the term that is looked for."""

from __future__ import annotations

import re

import msgspec

from paloverde.search.lexemes import Mendable
from paloverde.search.tree import Piece, Term
from paloverde.search.words import SIGNS, Token, addresses, exact_form, stem, tokens

_ONE = re.compile(r"(?<=[\w*?])\?(?=\?*[\w*])")  # a question mark inside a word stands for one letter
_STEMMED = "~"


class CannotBeCut(Mendable):
    """The text holds no word, or a `*`, `?` or `~` where none can stand."""


def term_of(written: str, *, exact: bool = False) -> Term:
    """The term for a word or phrase; raises `CannotBeCut`."""
    pieces: list[Piece] = []
    length = 0
    for word in written.split():
        cut = _cut(word, exact)
        pieces += [_moved(piece, length) for piece in cut]
        length += max((piece.position + piece.length for piece in cut), default=0)
    if not pieces:
        raise CannotBeCut(
            f"“{written}” holds no letter, digit or emoji to look for", "Write a word, or * for every record"
        )
    return Term(written, tuple(pieces), length)


def in_all_forms(written: str) -> str:
    """A word or phrase with `~` behind each word, so that it is looked for in all its forms.

    #tags, @handles, web addresses, numbers, words in other letters or with `*` or `?` stay as they are.
    """
    return " ".join(_in_all_forms(word) for word in written.split())


def _in_all_forms(word: str) -> str:
    is_fixed = _is_wild(word) or word[0] in SIGNS or word.endswith(_STEMMED) or addresses(word)
    has_forms = any(_of_all_forms(_piece(token, word, exact=False)).stemmed for token in tokens(word))
    return word if is_fixed or not has_forms else f"{word}{_STEMMED}"


def _is_wild(word: str) -> bool:
    return "*" in word or ("/" not in word and _ONE.search(word) is not None)


def _cut(word: str, exact: bool) -> list[Piece]:
    """The pieces of one word as somebody wrote it."""
    is_wild, is_stemmed = _is_wild(word), word.endswith(_STEMMED)
    if exact and (is_wild or is_stemmed):
        raise CannotBeCut(
            f"“{word}” behind = is compared letter for letter, and *, ? and ~ cannot be",
            "Leave one of them out",
        )
    if is_wild and is_stemmed:
        raise CannotBeCut(f"“{word}” has * or ? and ~", "Leave the ~ out, or the others")
    if is_wild:
        return _wild(word)
    pieces = [_piece(token, word, exact) for token in tokens(word)]
    return [_of_all_forms(piece) for piece in pieces] if is_stemmed else pieces


def _of_all_forms(piece: Piece) -> Piece:
    """The piece for every word of the same stem; words in other letters and numbers have one form."""
    if not (piece.folded.isascii() and piece.folded.isalpha()):
        return piece
    return msgspec.structs.replace(piece, folded=stem(piece.folded), stemmed=True)


def _piece(token: Token, word: str, exact: bool) -> Piece:
    form = exact_form(word[token.start : token.end]) if exact else None
    return Piece(token.folded, token.sign, token.position, token.length, exact=form)


def _moved(piece: Piece, by: int) -> Piece:
    return msgspec.structs.replace(piece, position=piece.position + by)


def _wild(word: str) -> list[Piece]:
    """The pieces of a word with `*` or `?`: one word with gaps, or several of which the last goes on."""
    sign = word[0] if word[0] in SIGNS else ""
    bare = word.removeprefix(sign)
    shown = bare if "/" in bare else _ONE.sub("\0", bare)  # the other question marks are punctuation
    known = re.split(r"([*\0])", shown)
    parts = [tokens(part) for part in known[::2]]
    if not any(parts):
        raise CannotBeCut(f"“{word}” holds no letters", "Write the letters that are known, as in park*")
    if all(len(cut) <= 1 for cut in parts):
        gaps = ["", *known[1::2]]
        folded = "".join(
            gap.replace("\0", "?") + (cut[0].folded if cut else "")
            for gap, cut in zip(gaps, parts, strict=True)
        )
        return [Piece(folded, sign, wild=True)]
    if known[1:] != ["*", ""]:
        raise CannotBeCut(
            f"“{word}” is several words with * or ? inside",
            "Put * at the end, leave ? out, or search for the words one by one",
        )
    cut = tokens(word[:-1])
    end = max(token.position + token.length for token in cut)
    return [
        _goes_on(token) if token.position + token.length == end else _piece(token, word, exact=False)
        for token in cut
    ]


def _goes_on(token: Token) -> Piece:
    return Piece(f"{token.folded}*", token.sign, token.position, token.length, wild=True)
