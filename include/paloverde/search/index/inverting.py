"""Words of many passages turned round: which documents hold each form, and where. Pure, in columns."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from paloverde.search.index.cutting import Cut, Form, form_of
from paloverde.search.index.laying import MOST_POSITIONS, TOO_LONG, lay_out
from paloverde.search.index.layout import BLOCK, U32, Arrays
from paloverde.search.index.letters import letters_of
from paloverde.search.index.stemming import Stems

_KEY = np.uint64(32)
_LOW = np.uint64(0xFFFFFFFF)
_AT_ONCE = 1_000_000  # tokens
Keys = npt.NDArray[np.uint64]
Numbers = npt.NDArray[np.int64]


class Stream(NamedTuple):
    """The passages of a stream, in any order: the forms of some after the others, and the document of each.

    `cuts` is emptied: of the words of half a million documents there is no room for two copies.
    """

    cuts: list[Cut]
    documents: U32


def invert(name: str, keys: Sequence[bytes], stream: Stream, stems: Stems) -> Arrays:
    """The arrays of a stream as `segment.Words` reads them; `keys` are those that its forms number."""
    order = sorted(range(len(keys)), key=keys.__getitem__)
    rank = np.empty(len(keys), np.uint64)
    rank[order] = np.arange(len(keys), dtype=np.uint64) << _KEY
    words = np.concatenate([np.empty(0, np.uint32), *(cut.words for cut in stream.cuts)])
    by_document = np.argsort(stream.documents, kind="stable")
    by_document = by_document[words[by_document] > 0]
    passages = _Passages(words, by_document, stream.documents)
    packed = _packed(stream.cuts, rank, passages)
    packed.sort()
    dictionary = _dictionary([form_of(keys[number]) for number in order], stems)
    postings = _postings(packed, len(keys), passages)
    laid = lay_out(dictionary, postings, passages.lengths, passages.blocks)
    arrays = {**dictionary, **laid, **postings}
    return {f"{name}.{key}": array for key, array in arrays.items()}


class _Passages:
    """Passages put in order of their documents, without those that hold no word.

    `of` is the passage of each word in that order, `documents` the document of each passage, `shift` by
    how much its positions are more than the numbers of its words, `of_blocks` the passage of each block,
    `moved` by how much the words of each passage (in the old order) move, `lengths` and `blocks` how many
    words and blocks each has.
    """

    def __init__(self, words: U32, order: Numbers, documents: U32) -> None:
        counts = words[order].astype(np.int64)
        starts = np.cumsum(counts) - counts
        self.of = np.repeat(np.arange(len(order), dtype=np.uint32), counts)
        self.documents = documents[order]
        self.lengths = counts
        self.blocks = blocks = (counts + BLOCK) // BLOCK  # at least one position stays free
        self.shift = (BLOCK * (np.cumsum(blocks) - blocks) - starts).astype(np.uint32)
        self.of_blocks = np.repeat(np.arange(len(order), dtype=np.uint32), blocks)
        if len(self.of_blocks) * BLOCK >= MOST_POSITIONS:
            raise OverflowError(TOO_LONG.format(len(order)))
        self.moved = -(np.cumsum(words, dtype=np.int64) - words)
        self.moved[order] += starts


def _packed(cuts: list[Cut], rank: Keys, passages: _Passages) -> Keys:
    """Of each token its form, and in the lower half the number of its word in the order of documents."""
    packed = np.empty(sum(len(cut.forms) for cut in cuts), np.uint64)
    at = word = passage = 0
    cuts.reverse()
    while cuts:
        forms, ordinals, words = cuts.pop()
        moved = np.repeat(passages.moved[passage : passage + len(words)], words)
        here = packed[at : at + len(forms)]
        here[:] = ordinals + moved[ordinals] + word
        here |= rank[forms]
        at, word, passage = at + len(forms), word + len(moved), passage + len(words)
    return packed


def _postings(packed: Keys, forms: int, passages: _Passages) -> Arrays:
    """Positions and documents of each form, some at a time.

    Positions take half the room of what they are made from, and lie where that was read already.
    """
    positions, documents = packed.view(np.uint32)[: len(packed)], np.empty(len(packed), np.uint32)
    often, in_many = np.zeros(forms, np.int64), np.zeros(forms, np.int64)
    size, before = 0, (-1, -1)
    for start in range(0, len(packed), _AT_ONCE):
        some = packed[start : start + _AT_ONCE]
        form, word = (some >> _KEY).astype(np.int64), (some & _LOW).astype(np.uint32)
        passage = passages.of[word]
        document = passages.documents[passage]
        positions[start : start + len(some)] = word + passages.shift[passage]
        is_new = np.ones(len(some), np.bool_)
        is_new[1:] = (form[1:] != form[:-1]) | (document[1:] != document[:-1])
        is_new[0] = (int(form[0]), int(document[0])) != before
        before = int(form[-1]), int(document[-1])
        found = document[is_new]
        documents[size : size + len(found)] = found
        size += len(found)
        often += np.bincount(form, minlength=forms)
        in_many += np.bincount(form[is_new], minlength=forms)
    return {
        "positions": positions,
        "positions_from": _from(often),
        "documents": documents[:size],
        "documents_from": _from(in_many),
        "block_passages": passages.of_blocks,
        "passage_documents": passages.documents,
    }


def _dictionary(forms: Sequence[Form], stems: Stems) -> Arrays:
    words: list[bytes] = []
    first: list[int] = []
    for number, form in enumerate(forms):
        if not words or form.word != words[-1]:
            words.append(form.word)
            first.append(number)
    exacts = sorted({form.exact for form in forms if form.exact})
    number_of = {exact: number for number, exact in enumerate(exacts, 1)}
    return {
        **strings("words", words),
        **strings("exacts", exacts),
        **_stems(words, stems),
        "letters": letters_of(words),
        "forms_from": np.array([*first, len(forms)], np.uint32),
        "signs": np.array([form.sign for form in forms], np.uint8),
        "lengths": np.array([min(form.length, 65_535) for form in forms], np.uint16),
        "exact": np.array([number_of.get(form.exact, 0) for form in forms], np.uint32),
        "backwards": _backwards(words),
    }


def _backwards(words: Sequence[bytes]) -> U32:
    turned = pc.utf8_reverse(pa.array(words, pa.large_binary()).cast(pa.large_string()))
    return np.asarray(pc.sort_indices(turned).to_numpy(), np.uint32)


def _stems(words: Sequence[bytes], stems: Stems) -> Arrays:
    """The stems that are not the words themselves, and the words of each."""
    of: dict[bytes, list[int]] = {}
    for number, word in enumerate(words):
        stem = stems.of(word)
        if stem != word:
            of.setdefault(stem, []).append(number)
    named = sorted(of)
    return {
        **strings("stems", named),
        "of_stem": np.array([number for stem in named for number in of[stem]], np.uint32),
        "of_stem_from": _from(np.array([len(of[stem]) for stem in named], np.int64)),
    }


def strings(name: str, sorted_strings: Sequence[bytes]) -> Arrays:
    """Sorted strings as `segment.Strings` reads them."""
    lengths = np.fromiter(map(len, sorted_strings), np.int64, len(sorted_strings))
    return {
        f"{name}.ends": np.cumsum(lengths).astype(np.uint32),
        f"{name}.bytes": np.frombuffer(b"".join(sorted_strings), np.uint8),
    }


def _from(counts: Numbers) -> U32:
    """Where the stretch of each begins, and where the last ends."""
    return np.concatenate([np.zeros(1, np.int64), np.cumsum(counts)]).astype(np.uint32)
