"""The words of a segment: how they are found, and where they stand. `segment` says what the nouns are."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Callable, Iterator
from functools import cached_property, lru_cache, reduce
from operator import or_

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from paloverde.search.index.arrow import taken
from paloverde.search.index.dense import Marks, Space
from paloverde.search.index.layout import BLOCK, SIGN_CODES, U8, U16, U32, U64, Arrays, Mask
from paloverde.search.index.mapped import ahead, ahead_for
from paloverde.search.index.places import distinct
from paloverde.search.index.sheets import BYTE, WORD, sheets_of
from paloverde.search.index.stretches import pieces, stretches, together
from paloverde.search.index.strings import Strings
from paloverde.search.words import stem

_LIKED = 8  # patterns
_BLOCK_BITS = np.uint32(BLOCK.bit_length() - 1)


class Words:
    """The words of one stream of a segment: sorted, with their forms and where each stands."""

    def __init__(self, arrays: Arrays, stream: str) -> None:
        def array(name: str) -> U32:
            return arrays[f"{stream}.{name}"]

        self._words = Strings(arrays, f"{stream}.words")
        self._stems = Strings(arrays, f"{stream}.stems")
        self._exacts = Strings(arrays, f"{stream}.exacts")
        self._of_stem, self._of_stem_from = array("of_stem"), array("of_stem_from")
        self._backwards = array("backwards")
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
        self._liked: dict[str, U32] = {}  # a question asks for a pattern several times
        self._block_passages = array("block_passages")  # of each `BLOCK` positions, their passage
        self._passage_documents = array("passage_documents")
        self._sheet_rows, self._block_cells = array("sheet_rows"), array("block_cells")
        self._sheet_widths: U16 = arrays[f"{stream}.sheet_widths"]
        self._block_widths: U16 = arrays[f"{stream}.block_widths"]
        self._first_columns = array("first_columns")
        self._other_columns, self._other_documents = array("other_columns"), array("other_documents")

    def __len__(self) -> int:
        return len(self._words)

    # -- words ---------------------------------------------------------------------------------------------

    def word(self, number: int) -> str:
        """A word by its number."""
        return self._words[number].decode()

    def find(self, folded: str) -> int | None:
        """The number of a word; None where no document holds it."""
        number = bisect_left(self._words, folded.encode())
        return number if number < len(self) and self._words[number] == folded.encode() else None

    def starting(self, prefix: str) -> range:
        """The numbers of the words that start so."""
        first = prefix.encode()
        return range(bisect_left(self._words, first), bisect_left(self._words, True, key=_is_past(first)))

    def ending(self, suffix: str) -> U32:
        """The numbers of the words that end so, sorted."""
        last = suffix[::-1].encode()

        def turned(number: np.uint32) -> bytes:
            return self.word(int(number))[::-1].encode()

        first = bisect_left(self._backwards, last, key=turned)
        after = bisect_left(self._backwards, True, first, key=lambda number: _is_past(last)(turned(number)))
        return np.sort(self._backwards[first:after])

    def holding(self, infix: str) -> U32:
        """The numbers of the words that hold this anywhere, sorted."""
        self._words.ahead()
        found = pc.indices_nonzero(pc.match_substring(self._arrow, infix))
        return np.from_dlpack(found).astype(np.uint32)

    def like(self, pattern: str) -> U32:
        """The numbers of the words that a pattern matches in full: `*` is any letters, `?` exactly one."""
        found = self._liked.get(pattern)
        if found is None:
            found = self._matching(pattern)
            if len(self._liked) >= _LIKED:
                self._liked.clear()
            self._liked[pattern] = found
        return found

    def _matching(self, pattern: str) -> U32:
        start = re.split(r"[*?]", pattern, maxsplit=1)[0]
        end = re.split(r"[*?]", pattern)[-1]
        longest = max(re.split(r"[*?]", pattern), key=len)
        if pattern == f"{start}*":
            return _numbers(self.starting(start))
        if pattern == f"*{end}":
            return self.ending(end)
        if start:
            among = _numbers(self.starting(start))
        elif end:
            among = self.ending(end)
        else:
            among = self.holding(longest)
            if pattern == f"*{longest}*":
                return among
        matches = _pattern(pattern).fullmatch
        return np.array([number for number in among if matches(self.word(int(number)))], np.uint32)

    def stems(self, wanted: str) -> U32:
        """The numbers of the words whose stem (`search.words.stem`) is this one, sorted."""
        found = bisect_left(self._stems, wanted.encode())
        numbers = self._of_stem[:0]
        if found < len(self._stems) and self._stems[found] == wanted.encode():
            numbers = self._of_stem[self._of_stem_from[found] : self._of_stem_from[found + 1]]
        own = self.find(wanted)
        if own is None or stem(wanted) != wanted:
            return numbers
        return np.sort(np.append(numbers, np.uint32(own)))

    @cached_property
    def _arrow(self) -> pa.Array:
        return self._words.arrow()

    # -- forms ---------------------------------------------------------------------------------------------

    def forms(self, word: int) -> range:
        """The numbers of the forms of a word."""
        return range(int(self._forms_from[word]), int(self._forms_from[word + 1]))

    def forms_of(self, words: range | U32) -> U32:
        """The numbers of the forms of several words (sorted), sorted."""
        if isinstance(words, range):
            return np.arange(self._forms_from[words.start], self._forms_from[words.stop], dtype=np.uint32)
        ahead_for(self._forms_from, len(words))
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
        return int(
            (self._positions_from[forms + np.uint32(1)] - self._positions_from[forms]).sum(dtype=np.int64)
        )

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
        return Space(sheets, ahead(self._block_cells), ahead(self._block_widths))

    def marks(self, forms: U32) -> Marks:
        """Where any of several forms (sorted) stands."""
        kept, others = _parted(forms, self._frequent)
        size = self.space.words
        bits = [ahead(self._frequent_bits[at * size : (at + 1) * size]) for at in kept]
        return self.space.marks([*pieces(self._positions, *together(self._positions_from, others))], bits)

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

    def columns_of(self, documents: Mask) -> U8:
        """The columns of the sheets that are of some documents: a bit for each."""
        found = np.zeros(self.space.width * BYTE + 1, np.bool_)
        found[self._first_columns[np.flatnonzero(documents[: len(self._first_columns)])]] = True
        found[self._other_columns[documents[self._other_documents]]] = True
        return np.packbits(found[:-1], bitorder="little")

    def holding_columns(self, columns: U8, size: int, among: Mask | None = None) -> Mask:
        """Of so many documents those of which a column of the sheets has its bit set; with a few documents
        given, only of these all is said.
        """
        there = np.zeros(len(columns) * BYTE + 1, np.bool_)
        there[:-1] = np.unpackbits(columns, bitorder="little")
        found = np.zeros(size, np.bool_)
        firsts = ahead(self._first_columns)
        if among is None:
            found[: len(firsts)] = taken(there, firsts)
        else:
            few = np.flatnonzero(among[: len(firsts)])
            found[few] = there[firsts[few]]
        found[self._other_documents[taken(there, self._other_columns)].astype(np.intp)] = True
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


def _is_past(first: bytes) -> Callable[[bytes], bool]:
    """Whether a string comes after all that start so."""
    return lambda word: word > first and not word.startswith(first)


def _numbers(words: range) -> U32:
    return np.arange(words.start, words.stop, dtype=np.uint32)


def _joined(found: list[U32]) -> U32:
    return np.concatenate(found) if found else np.empty(0, np.uint32)


@lru_cache(maxsize=256)
def _pattern(pattern: str) -> re.Pattern[str]:
    wild = {"*": ".*", "?": "."}
    return re.compile("".join(wild.get(char, re.escape(char)) for char in pattern), re.DOTALL)
