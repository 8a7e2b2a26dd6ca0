"""What is kept of a stream beside its lists: the sheets, and what stands on them, for all that is frequent.

A list is right for what is rare. Of the forms that stand in many places, or documents, a bit for each of
these is kept; of all forms of one word the rank in each cell (`ranked`); of each document its letters
(`letters`).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import numpy as np
import numpy.typing as npt

from paloverde.search.index.dense import COMMON, FREQUENT, Space, marked
from paloverde.search.index.layout import I64, U16, U32, U64, Arrays
from paloverde.search.index.letters import LETTERS, letters_of_documents
from paloverde.search.index.ranked import RANKS
from paloverde.search.index.sheets import BYTE, WORD, Laid, cells_of_blocks, lay

MOST_POSITIONS = (1 << 32) - (1 << 21)
TOO_LONG = "A segment of the search index cannot hold {:,} texts so long."
_AT_ONCE = 1_000_000  # positions
Numbers = npt.NDArray[np.int64]


def lay_out(dictionary: Arrays, postings: Arrays, lengths: I64, blocks: I64) -> Arrays:
    """The arrays of a stream beside dictionary and lists; its passages have so many words, and blocks."""
    sheets = lay(lengths)
    cells, widths = cells_of_blocks(sheets, blocks)
    space = Space(sheets.sheets(), cells.astype(np.uint32), widths)
    if space.size >= MOST_POSITIONS:
        raise OverflowError(TOO_LONG.format(len(lengths)))
    bounds = postings["positions_from"].astype(np.int64)
    often: I64 = bounds[1:] - bounds[:-1]
    frequent = np.flatnonzero(often * FREQUENT > space.size)
    owners = postings["passage_documents"]
    documents = int(owners[-1]) + 1 if len(owners) else 0
    return {
        "sheet_rows": sheets.rows,
        "sheet_widths": sheets.widths,
        "block_cells": cells.astype(np.uint32),
        "block_widths": widths,
        **_columns(owners, sheets, documents),
        "frequent": frequent.astype(np.uint32),
        "frequent_bits": _joined(map(space.bits, _stretches(postings, "positions", frequent))),
        **_common(postings, documents),
        **_lettered(dictionary, postings, documents),
        **ranks_of(dictionary["lengths"], often, postings["positions"], space),
    }


def _common(postings: Arrays, documents: int) -> Arrays:
    """The forms for which a bit for each document is not much more than a list: these bits, too."""
    many = np.diff(postings["documents_from"].astype(np.int64))
    common = np.flatnonzero(many * COMMON > documents)
    found = [marked([one], _words(documents)) for one in _stretches(postings, "documents", common)]
    return {"common": common.astype(np.uint32), "common_documents": _joined(found)}


def _lettered(dictionary: Arrays, postings: Arrays, documents: int) -> Arrays:
    """For each letter a bit for each document in which it stands."""
    of_forms = np.repeat(dictionary["letters"], np.diff(dictionary["forms_from"]))
    counts = np.diff(postings["documents_from"])
    held = letters_of_documents(of_forms, postings["documents"], counts, _words(documents) * WORD)
    bits = [
        np.packbits((held >> np.uint64(number)).astype(np.uint8) & np.uint8(1), bitorder="little")
        for number in range(len(LETTERS))
    ]
    return {"letter_documents": np.concatenate(bits).view(np.uint64)}


def ranks_of(lengths: U16, often: I64, positions: U32, space: Space, *, most: int = RANKS) -> Arrays:
    """The rank of each form of one word and of each cell; and where the forms without one stand.

    Forms cover so many words (`lengths`), and have so many of the positions, one after the other. A place has
    one form of one word. Should two ever share one, those that lose a place there have no rank.
    """
    single = np.flatnonzero(lengths == 1)
    single = single[np.argsort(-often[single], kind="stable")][: most - 1]
    ranks = np.zeros(len(often), np.uint16)
    ranks[single] = np.arange(1, len(single) + 1)
    found = np.zeros(space.size, np.uint16)
    for cells, forms in _ranked(ranks, often, positions, space):
        found[cells] = ranks[forms]
    if np.count_nonzero(found) < int(often[single].sum()):
        losing = [forms[found[at] != ranks[forms]] for at, forms in _ranked(ranks, often, positions, space)]
        ranks[np.concatenate(losing)] = 0
    others = np.flatnonzero(ranks == 0)
    cells = space.cells(positions[np.repeat(ranks == 0, often)])
    order = np.argsort(cells, kind="stable")
    return {
        "form_ranks": ranks,
        "cell_ranks": found,
        "other_cells": cells[order],
        "other_forms": np.repeat(others, often[others])[order].astype(np.uint32),
    }


def _ranked(ranks: U16, often: I64, positions: U32, space: Space) -> Iterator[tuple[U32, U32]]:
    """The cells of the forms that have a rank, and of each cell its form; some at a time."""
    of_each = np.repeat(np.arange(len(often), dtype=np.uint32), often)
    for at in range(0, len(positions), _AT_ONCE):
        forms = of_each[at : at + _AT_ONCE]
        has_rank = ranks[forms] > 0
        yield space.cells(positions[at : at + _AT_ONCE][has_rank]), forms[has_rank]


def _stretches(postings: Arrays, name: str, forms: Numbers) -> Iterator[U32]:
    """What some forms have."""
    bounds = postings[f"{name}_from"]
    for form in forms.tolist():
        yield postings[name][bounds[form] : bounds[form + 1]]


def _columns(owners: U32, sheets: Laid, documents: int) -> Arrays:
    """Of each document the column of its first passage (one behind all where it has none); of each further
    passage its column and its document. `owners` are the documents of the passages, rising.
    """
    columns = np.empty(len(owners), np.uint32)
    columns[sheets.passages] = np.arange(len(owners), dtype=np.uint32)
    is_first = np.ones(len(owners), np.bool_)
    is_first[1:] = owners[1:] != owners[:-1]
    firsts = np.full(documents, BYTE * int(sheets.widths.sum(dtype=np.int64)), np.uint32)
    firsts[owners[is_first]] = columns[is_first]
    return {
        "first_columns": firsts,
        "other_columns": columns[~is_first],
        "other_documents": owners[~is_first],
    }


def _words(documents: int) -> int:
    """The machine words of a bit for each document."""
    return -(-documents // WORD)


def _joined(arrays: Iterable[U64]) -> U64:
    return np.concatenate([np.empty(0, np.uint64), *arrays])
