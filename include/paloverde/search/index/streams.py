"""The words of a segment: how they are found, and where they stand. `segment` says what the nouns are."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cached_property, reduce
from operator import or_

import numpy as np

from paloverde.search.index.arrow import taken
from paloverde.search.index.dense import Marks, Space
from paloverde.search.index.layout import BLOCK, SIGN_CODES, U8, U16, U32, U64, Arrays, Mask
from paloverde.search.index.letters import LETTERS
from paloverde.search.index.lexicon import Lexicon
from paloverde.search.index.mapped import ahead, ahead_for
from paloverde.search.index.places import distinct, member
from paloverde.search.index.ranked import Ranks
from paloverde.search.index.sheets import BYTE, WORD, sheets_of
from paloverde.search.index.stretches import pieces, stretches, together
from paloverde.search.index.strings import Strings

_MOST = 4  # with one in so many words asked for, all are gone through
_BLOCK_BITS = np.uint32(BLOCK.bit_length() - 1)


class Words(Lexicon):
    """The words of one stream of a segment, with their forms and where each stands."""

    def __init__(self, arrays: Arrays, stream: str) -> None:
        def array(name: str) -> U32:
            return arrays[f"{stream}.{name}"]

        super().__init__(arrays, stream)
        self._exacts = Strings(arrays, f"{stream}.exacts")
        self._forms_from = array("forms_from")
        self.signs: U8 = arrays[f"{stream}.signs"]  # of each form: number in SIGN_CODES
        self.lengths: U16 = arrays[f"{stream}.lengths"]  # of each form: how many words it covers
        self._exact = array("exact")  # of each form: number of its exact form and 1, 0 where it is the word
        self._documents, self._documents_from = array("documents"), array("documents_from")
        self._positions, self._positions_from = array("positions"), array("positions_from")
        self._frequent = array("frequent")  # forms whose positions are kept as bits, too
        self._frequent_bits: U64 = arrays[f"{stream}.frequent_bits"]
        self._common = array("common")  # forms whose documents are kept as bits, too
        self._common_documents: U64 = arrays[f"{stream}.common_documents"]
        self._letter_documents: U64 = arrays[f"{stream}.letter_documents"]
        self.ranks = Ranks(arrays, stream)
        self._block_passages = array("block_passages")  # of each `BLOCK` positions, their passage
        self._passage_documents = array("passage_documents")
        self._sheet_rows, self._block_cells = array("sheet_rows"), array("block_cells")
        self._sheet_widths: U16 = arrays[f"{stream}.sheet_widths"]
        self._block_widths: U16 = arrays[f"{stream}.block_widths"]
        self._first_columns = array("first_columns")
        self._other_columns, self._other_documents = array("other_columns"), array("other_documents")

    # -- forms ---------------------------------------------------------------------------------------------

    def forms(self, word: int) -> range:
        """The numbers of the forms of a word."""
        return range(int(self._forms_from[word]), int(self._forms_from[word + 1]))

    def forms_of(self, words: range | U32) -> U32:
        """The numbers of the forms of several words (sorted), sorted."""
        if isinstance(words, range):
            return np.arange(self._forms_from[words.start], self._forms_from[words.stop], dtype=np.uint32)
        bounds = ahead_for(self._forms_from, len(words))
        if len(words) * _MOST > len(bounds):
            chosen = np.zeros(len(bounds) - 1, np.bool_)
            chosen[words] = True
            return np.flatnonzero(np.repeat(chosen, np.diff(bounds))).astype(np.uint32)
        first, after = self._forms_from[words], self._forms_from[words + np.uint32(1)]
        return stretches(first, after)

    def sign(self, form: int) -> str:
        """`#`, `@` or nothing."""
        return SIGN_CODES[self.signs[form]]

    def length(self, form: int) -> int:
        """How many words it covers: more than 1 for a run that stands beside its pieces."""
        return int(self.lengths[form])

    def exact(self, form: int, word: int) -> str:
        """`words.exact_form` of every occurrence; `word` is the number of the word that it is a form of."""
        number = int(self._exact[form])
        return self._exacts[number - 1].decode() if number else self.word(word)

    # -- places --------------------------------------------------------------------------------------------

    def frequency(self, form: int) -> int:
        """How many documents hold it."""
        return int(self._documents_from[form + 1] - self._documents_from[form])

    def occurrences(self, form: int) -> int:
        """How often it stands anywhere."""
        return int(self._positions_from[form + 1] - self._positions_from[form])

    def occurrences_of(self, forms: U32) -> int:
        """How often several forms stand anywhere."""
        if not len(forms):
            return 0
        first, after = together(self._positions_from, forms)
        return int(after.sum(dtype=np.int64) - first.sum(dtype=np.int64))

    def documents(self, form: int) -> U32:
        """The documents that hold a form, sorted, each once."""
        return ahead(self._documents[self._documents_from[form] : self._documents_from[form + 1]])

    def positions(self, form: int) -> U32:
        """Where a form stands, sorted: the position of its first word."""
        return ahead(self._positions[self._positions_from[form] : self._positions_from[form + 1]])

    def documents_of(self, forms: U32) -> U32:
        """The documents that hold any of several forms (sorted), sorted, each once."""
        found = [*self.documents_each(forms)]
        return found[0] if len(found) == len(forms) == 1 else distinct(_joined(found))

    def documents_each(self, forms: U32) -> Iterator[U32]:
        """The documents of several forms (sorted), in pieces: one may come in several of them."""
        return pieces(self._documents, *together(self._documents_from, forms))

    def positions_of(self, forms: U32) -> U32:
        """Where any of several forms (sorted) stands, sorted."""
        found = [*pieces(self._positions, *together(self._positions_from, forms))]
        if len(found) == len(forms) == 1:
            return found[0]
        return np.sort(_joined(found), kind="stable")  # quick with stretches that are sorted already

    @cached_property
    def space(self) -> Space:
        """All places of the passages, for words so frequent that a bit for each is less than a list."""
        sheets = sheets_of(self._sheet_rows, self._sheet_widths)
        return Space(sheets, self._block_cells, self._block_widths)

    def marks(self, forms: U32) -> Marks:
        """Where any of several forms (sorted) stands."""
        kept, others = _parted(forms, self._frequent)
        size = self.space.words
        bits = [ahead(self._frequent_bits[at * size : (at + 1) * size]) for at in kept]
        return self.space.marks([*pieces(self._positions, *together(self._positions_from, others))], bits)

    def is_broad(self, forms: U32) -> bool:
        """Whether several forms (sorted) stand in so many places that all are sooner looked up."""
        often = self.occurrences_of(forms)
        if not self.ranks.pays(often):
            return False
        kept = self._frequent[member(self._frequent, forms)]
        return self.ranks.pays(often - self.occurrences_of(kept))

    def holding_letter(self, letter: int, size: int) -> Mask:
        """Of so many documents those that hold a letter of `letters.LETTERS`."""
        each = len(self._letter_documents) // len(LETTERS)
        bits = ahead(self._letter_documents[letter * each : (letter + 1) * each]).view(np.uint8)
        return np.unpackbits(bits, count=size, bitorder="little").view(np.bool_)

    def holding_any(self, forms: U32, size: int) -> Mask:
        """Of so many documents those that hold any of several forms (sorted)."""
        kept, others = _parted(forms, self._common)
        known = len(self._first_columns)  # documents behind these hold no word
        rows = self._common_documents.reshape(len(self._common), -(-known // WORD))
        found = np.zeros(size, np.bool_)
        if kept:
            bits = reduce(or_, [ahead(rows[at]) for at in kept]).view(np.uint8)
            found[:known] = np.unpackbits(bits, count=known, bitorder="little")
        for documents in self.documents_each(others):
            found[documents.astype(np.intp)] = True  # numpy takes twice as long with other types
        return found

    def columns_of(self, documents: Mask) -> Mask:
        """The columns of the sheets that are of some documents."""
        found = np.zeros(self.space.width * BYTE + 1, np.bool_)
        found[self._first_columns[np.flatnonzero(documents[: len(self._first_columns)])]] = True
        found[self._other_columns.compress(taken(documents, self._other_documents))] = True
        return found[:-1]

    def holding_columns(self, columns: Mask, size: int, among: Mask | None = None) -> Mask:
        """Of so many documents those that have one of these columns of the sheets; with a few documents
        given, only of these all is said.
        """
        there = np.append(columns, False)  # that of documents without a word
        found = np.zeros(size, np.bool_)
        firsts = ahead(self._first_columns)
        if among is None:
            found[: len(firsts)] = taken(there, firsts)
        else:
            few = np.flatnonzero(among[: len(firsts)])
            found[few] = there[firsts[few]]
        # `compress`, since numpy takes by true and false four times as long where they follow no order.
        others = self._other_documents.compress(taken(there, self._other_columns))
        found[others.astype(np.intp)] = True
        return found

    def documents_of_passages(self, passages: U32) -> U32:
        """The document of each passage; sorted where the passages are."""
        return taken(ahead_for(self._passage_documents, passages.size), passages)

    def passages_at(self, positions: U32) -> U32:
        """The number of the passage of each position."""
        return taken(ahead_for(self._block_passages, positions.size), positions >> _BLOCK_BITS)

    def documents_at(self, positions: U32) -> U32:
        """The document of each position; sorted where the positions are."""
        return self.documents_of_passages(self.passages_at(positions))


def _parted(forms: U32, kept: U32) -> tuple[list[int], U32]:
    """Of forms (sorted) the places of those that are kept in another way among these, and all others."""
    if not len(forms):
        return [], forms
    at = np.searchsorted(forms, kept)
    there = np.flatnonzero(forms.take(at, mode="clip") == kept)
    return there.tolist(), np.delete(forms, at[there]) if len(there) else forms


def _joined(found: list[U32]) -> U32:
    return np.concatenate(found) if found else np.empty(0, np.uint32)
