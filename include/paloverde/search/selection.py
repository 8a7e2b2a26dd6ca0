"""Cheap pre-selection of rows, column by column. It may find too much and never too little."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from paloverde.search.matching import has_media, has_value
from paloverde.search.tree import And, Field, Has, LinkedTo, Near, Node, Or, Piece, PostedBy, Term
from paloverde.search.words import coarse

Rows = np.ndarray[tuple[int], np.dtype[np.bool_]]
POSTER = ("poster_name", "poster_username", "poster_id")
Numbers = np.ndarray[tuple[int], np.dtype[np.int64]]
_JOINED = "[',-]?"  # what may stand inside a word of plain ASCII
_REST = "[a-z',-]*"  # the rest of a word whose stem is asked: stems are of plain ASCII
_SHORT_STEM = 3
_LINK = r"(?i)://|www\.|[a-z0-9-]\.[a-z]"  # every web address holds one of these
_PARTING = "\U0010ffff"  # stands between texts that are folded together; Unicode keeps it free
_DROPPED = 0xFFFFFFFF
_MANY = 64  # characters that become several; beyond that each replacement costs more than it saves


class Strings:
    """The strings of some columns of a table, and which row each belongs to."""

    def __init__(self, pieces: Sequence[tuple[pa.Array, Numbers]], rows: int) -> None:
        self.rows = rows
        texts = pa.concat_arrays([texts for texts, _ in pieces])
        parents = np.concatenate([parents for _, parents in pieces])
        present = pc.is_valid(texts)
        plain = pc.fill_null(pc.string_is_ascii(texts), fill_value=False)
        odd = pc.and_(present, pc.invert(plain))
        self._plain, self._plain_rows = texts.filter(plain), parents[plain.to_numpy(zero_copy_only=False)]
        self._odd_rows = parents[odd.to_numpy(zero_copy_only=False)]
        self._odd = pa.array(coarse_all(texts.filter(odd).to_pylist()), pa.string())

    def hold(self, term: Term) -> Rows | None:
        """The rows where a string may hold the term; None where any may."""
        if not pattern(term, plain=False):
            return None
        found = np.zeros(self.rows, dtype=bool)
        self._mark(found, self._plain_rows, pc.match_substring_regex(self._plain, pattern(term, plain=True)))
        self._mark(found, self._odd_rows, pc.match_substring_regex(self._odd, pattern(term, plain=False)))
        return found

    @staticmethod
    def _mark(found: Rows, parents: Numbers, matched: pa.Array) -> None:
        found[parents[matched.to_numpy(zero_copy_only=False)]] = True


def may_answer(node: Node, table: pa.Table, texts: Strings | None, posters: Strings | None) -> Rows | None:
    """The rows that may answer a question; None where any may."""
    match node:
        case Term() if texts is not None:
            return texts.hold(node)
        case LinkedTo(term) if texts is not None:
            return texts.hold(term)
        case PostedBy(term) if posters is not None:
            return posters.hold(term)
        case And(nodes):
            parts = [may_answer(part, table, texts, posters) for part in nodes]
            return _every([rows for rows in parts if rows is not None])
        case Near(left, right):
            return may_answer(And((left, right)), table, texts, posters)
        case Or(nodes):
            parts = [may_answer(part, table, texts, posters) for part in nodes]
            known = [rows for rows in parts if rows is not None]
            return np.logical_or.reduce(known) if len(known) == len(parts) else None
        case Field() | Has():
            return _such(node, table)
        case _:
            return None


def _such(node: Field | Has, table: pa.Table) -> Rows:
    """The rows that are such as asked by what is known of them beside their words."""
    match node:
        case Has("link"):
            return _with_link(table)
        case Has(what):
            return _with_media(what, table)
        case Field(name, values):
            if name == "language":
                values = tuple(
                    one for one in table[name].unique().to_pylist() if has_value(name, one, values)
                )
            chosen = pc.is_in(table[name].combine_chunks(), value_set=pa.array(values, pa.string()))
            return np.asarray(chosen.to_numpy(zero_copy_only=False), dtype=bool)


def pattern(term: Term, *, plain: bool) -> str:
    """A regular expression (RE2) that matches every text with the term in it; empty where none can be said.

    `plain` is for texts of plain ASCII as they stand, else for texts that are coarsely folded. A piece of the
    term follows the one before it with no letter or digit between.
    """
    pieces = list(single_words(term))
    parts = [_word(piece, plain=plain) for piece in pieces]
    if not all(parts):
        return ""
    if not plain:
        return "(?s)" + r"[^\pL\pN]*".join(parts)
    first = "" if pieces[0].folded.startswith("*") else "(?:^|[^a-z0-9])"
    last = "" if pieces[-1].folded.endswith("*") else "(?:$|[^a-z0-9])"
    return f"(?is){first}{'[^a-z0-9]*'.join(parts)}{last}"


def single_words(term: Term) -> Iterator[Piece]:
    """The words of a term in order. Of a run that is asked by its stem only how it begins: by `city's` a text
    is found with city, s, and one with cities.
    """
    after = 0
    for piece in term.pieces:
        if piece.position < after:
            continue
        if piece.length == 1:
            yield piece
        elif piece.stemmed:
            yield Piece(f"{piece.folded[0]}*", wild=True)
            after = piece.position + piece.length


def _word(piece: Piece, *, plain: bool) -> str:
    """The pattern of one word; empty where coarse folding leaves nothing of it."""
    known = shared(piece.folded) if piece.stemmed else piece.folded
    if not coarse(known.replace("*", "").replace("?", "")):
        return ""
    between = _JOINED if plain else ""
    wild = {"*": ".*", "?": ".?"}  # coarse folding may have taken the letter away
    parts = [wild[char] if char in wild and piece.wild else _letters(char) for char in known]
    whole = between.join(part for part in parts if part)
    return f"{whole}{_REST}" if piece.stemmed else whole


def _letters(char: str) -> str:
    return re.escape(coarse(char))


def shared(stem: str) -> str:
    """What every word of a stem begins with: `happi` is of happy, `die` of dying."""
    return stem[:1] if len(stem) <= _SHORT_STEM else stem[:-1]


def coarse_all(texts: Sequence[str]) -> list[str]:
    """`words.coarse` of many texts at once, through one table of code points."""
    joined = _PARTING.join(texts)
    if not texts or joined.count(_PARTING) != len(texts) - 1:
        return [coarse(text) for text in texts]
    forms = {char: coarse(char) for char in set(joined)}
    long = {char: form for char, form in forms.items() if len(form) > 1}
    if len(long) > _MANY:
        return [coarse(text) for text in texts]
    for char, form in long.items():
        joined = joined.replace(char, form)
    codes = np.frombuffer(joined.encode("utf-32-le"), dtype="<u4")
    table = np.full(0x110000, _DROPPED, dtype="<u4")
    for char in forms.keys() | set("".join(long.values())):
        if len(form := coarse(char)) == 1:
            table[ord(char)] = ord(form)
    table[ord(_PARTING)] = ord(_PARTING)
    folded = table[codes]
    return str(folded[folded != _DROPPED].tobytes(), "utf-32-le").split(_PARTING)


def texts_of(table: pa.Table) -> Strings:
    """What was said, and the descriptions of pictures."""
    rows = np.arange(len(table), dtype=np.int64)
    media = table["media"].combine_chunks()
    described = pc.struct_field(pc.list_flatten(media), "alt_text")
    parents = pc.list_parent_indices(media).to_numpy().astype(np.int64)
    return Strings([(table["text"].combine_chunks(), rows), (described, parents)], len(table))


def _with_link(table: pa.Table) -> Rows:
    """The rows in whose text a web address may stand."""
    found = pc.fill_null(pc.match_substring_regex(table["text"], _LINK), fill_value=False)
    return np.asarray(found.to_numpy(), dtype=bool)


def _with_media(what: str, table: pa.Table) -> Rows:
    """The rows that have media of a kind."""
    media = table["media"].combine_chunks()
    types = pc.struct_field(pc.list_flatten(media), "type")
    chosen = [has_media(what, [one]) for one in types.to_pylist()]
    found = np.zeros(len(table), dtype=bool)
    found[pc.list_parent_indices(media).to_numpy()[np.asarray(chosen, dtype=bool)]] = True
    return found


def posters_of(table: pa.Table) -> Strings:
    """Names and ids of those who posted."""
    rows = np.arange(len(table), dtype=np.int64)
    return Strings([(table[name].combine_chunks(), rows) for name in POSTER], len(table))


def _every(parts: list[Rows]) -> Rows | None:
    return np.logical_and.reduce(parts) if parts else None
