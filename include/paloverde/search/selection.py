"""Cheap pre-selection of rows, column by column. It may find too much and never too little."""

from __future__ import annotations

import re
from collections.abc import Sequence

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from paloverde.search.tree import And, Field, Near, Node, Or, PostedBy, Term
from paloverde.search.words import coarse

Rows = np.ndarray[tuple[int], np.dtype[np.bool_]]
POSTER = ("poster_name", "poster_username", "poster_id")
_JOINED = "[',-]?"  # what may stand inside a word of plain ASCII


class Strings:
    """The strings of some columns of a table, and which row each belongs to."""

    def __init__(self, pieces: Sequence[tuple[pa.Array, np.ndarray[tuple[int], np.dtype[np.int64]]]], rows: int) -> None:
        self.rows = rows
        texts = pa.concat_arrays([texts for texts, _ in pieces])
        parents = np.concatenate([parents for _, parents in pieces])
        present = pc.is_valid(texts)
        plain = pc.fill_null(pc.string_is_ascii(texts), fill_value=False)
        odd = pc.and_(present, pc.invert(plain))
        self._plain, self._plain_rows = texts.filter(plain), parents[plain.to_numpy(zero_copy_only=False)]
        self._odd_rows = parents[odd.to_numpy(zero_copy_only=False)]
        self._odd = pa.array([coarse(text) for text in texts.filter(odd).to_pylist()], pa.string())

    def hold(self, needle: str) -> Rows:
        """The rows where a string holds `needle`, which is coarsely folded."""
        found = np.zeros(self.rows, dtype=bool)
        if needle.isascii():
            pattern = "(?i)" + _JOINED.join(re.escape(char) for char in needle)
            self._mark(found, self._plain_rows, pc.match_substring_regex(self._plain, pattern))
        self._mark(found, self._odd_rows, pc.match_substring(self._odd, needle))
        return found

    @staticmethod
    def _mark(found: Rows, parents: np.ndarray[tuple[int], np.dtype[np.int64]], matched: pa.Array) -> None:
        found[parents[matched.to_numpy(zero_copy_only=False)]] = True


def may_answer(node: Node, table: pa.Table, texts: Strings, posters: Strings | None) -> Rows | None:
    """The rows that may answer a question; None where any may."""
    match node:
        case Term():
            return _every([texts.hold(needle) for needle in needles(node)])
        case PostedBy(term) if posters is not None:
            return _every([posters.hold(needle) for needle in needles(term)])
        case And(nodes):
            parts = [may_answer(part, table, texts, posters) for part in nodes]
            return _every([rows for rows in parts if rows is not None])
        case Near(left, right):
            return may_answer(And((left, right)), table, texts, posters)
        case Or(nodes):
            parts = [may_answer(part, table, texts, posters) for part in nodes]
            known = [rows for rows in parts if rows is not None]
            return np.logical_or.reduce(known) if len(known) == len(parts) else None
        case Field(name, values):
            chosen = pc.is_in(table[name].combine_chunks(), value_set=pa.array(values, pa.string()))
            return np.asarray(chosen.to_numpy(zero_copy_only=False), dtype=bool)
        case _:
            return None


def needles(term: Term) -> list[str]:
    """What a text that holds the term holds when both are folded coarsely, longest first."""
    found = {coarse(part) for piece in term.pieces if piece.length == 1 for part in piece.folded.split("*")}
    return sorted(found - {""}, key=lambda needle: (-len(needle), needle))


def texts_of(table: pa.Table) -> Strings:
    """What was said, and the descriptions of pictures."""
    rows = np.arange(len(table), dtype=np.int64)
    media = table["media"].combine_chunks()
    described = pc.struct_field(pc.list_flatten(media), "alt_text")
    parents = pc.list_parent_indices(media).to_numpy().astype(np.int64)
    return Strings([(table["text"].combine_chunks(), rows), (described, parents)], len(table))


def posters_of(table: pa.Table) -> Strings:
    """Names and ids of those who posted."""
    rows = np.arange(len(table), dtype=np.int64)
    return Strings([(table[name].combine_chunks(), rows) for name in POSTER], len(table))


def _every(parts: list[Rows]) -> Rows | None:
    return np.logical_and.reduce(parts) if parts else None
