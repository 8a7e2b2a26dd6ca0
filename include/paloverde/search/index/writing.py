"""Writing one segment from the rows of sealed parts, which are taken a few thousand at a time.

Rows go to the disk as they come; kept until the end are only numbers of each document and of each word.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from paloverde.archive.schema import REMOVED
from paloverde.search.index.cutting import Cut, Cutter
from paloverde.search.index.gathering import Batch, Gathering
from paloverde.search.index.inverting import Stream, invert
from paloverde.search.index.layout import (
    ABOUT,
    ARRAYS,
    FORMAT,
    REMOVALS,
    ROWS,
    STORED,
    U32,
    About,
    Arrays,
    make_folder,
    write_arrays,
)
from paloverde.search.index.stemming import Stems
from paloverde.search.index.wholly import seal_of, write_whole
from paloverde.search.selection import POSTER
from paloverde.search.words import addresses

# Whatever `words.addresses` finds has one of these; most texts have none.
_MAY_LINK = r"(?i)https?://|www\.|\.(?:com|org|net|gov|edu|mil|int|info|biz)|\.[a-z]{2,}/"
_TOGETHER = 128  # rows that are compressed together: a page needs rows from everywhere
_COMPRESSED = pa.ipc.IpcWriteOptions(compression="lz4", use_threads=False)
_FILE = 0o600


class Draft:
    """A segment that is being made in a new folder. What is there is whole once `segment.json` is."""

    def __init__(self, folder: Path, stems: Stems) -> None:
        self._folder, self._stems = make_folder(folder), stems
        self._documents, self._rows = Gathering(), _Rows(folder / ROWS)
        self._texts, self._posters, self._links = _Texts(), _Corpus(), _Corpus()

    def add(self, batches: Sequence[Batch]) -> None:
        """Take the rows of some parts. Many small ones together cost less than one by one."""
        rows = pa.concat_tables([batch.rows for batch in batches]).combine_chunks()
        before = self._documents.size
        linked, links = _addresses(rows["text"])
        self._documents.add(batches, rows, linked)
        self._texts.add(rows, before)
        self._posters.add(_posters(rows), np.arange(len(rows), dtype=np.uint32) + np.uint32(before))
        self._links.add([(link,) for link in links], linked + np.uint32(before))
        self._rows.add(rows)

    def write(self) -> None:
        """Put everything in order and write it."""
        folder, gathered = self._folder, self._documents.finish()
        _write_table(folder / REMOVALS, self._documents.removals())
        about = About(
            format=FORMAT,
            documents=len(gathered.number),
            parts=self._documents.parts,
            values=gathered.values,
            arrays=write_arrays(folder / ARRAYS, self._arrays(gathered.columns, gathered.number)),
            files={name: seal_of(folder / name) for name in (ARRAYS, ROWS, REMOVALS)},
        )
        write_whole(folder / ABOUT, msgspec.json.encode(about))

    def _arrays(self, columns: Arrays, number: U32) -> Iterator[tuple[str, npt.NDArray[Any]]]:
        """Each array when it is its turn to be written: there is no room for all of them at once."""
        yield from _given_up(columns)
        yield "row.batches", self._rows.finish()
        yield "row.parts", np.cumsum([0, *(part.rows for part in self._documents.parts)]).astype(np.uint32)
        yield from _given_up(self._posters.arrays("poster", number, self._stems))
        yield from _given_up(self._links.arrays("link", number, self._stems))
        yield from _given_up(self._texts.arrays(number, self._stems))


class _Rows:
    """The rows that a page shows, in the order in which they came."""

    def __init__(self, path: Path) -> None:
        self._file = pa.OSFile(str(path), "wb")
        path.chmod(_FILE)
        self._schema = pa.schema([REMOVED.field(name) for name in STORED])
        self._writer = pa.ipc.new_file(self._file, self._schema, options=_COMPRESSED)
        self._starts, self._size = [0], 0

    def add(self, rows: pa.Table) -> None:
        self._writer.write_table(rows.select(STORED), max_chunksize=_TOGETHER)
        self._starts += [
            self._size + min(end, len(rows)) for end in range(_TOGETHER, len(rows) + _TOGETHER, _TOGETHER)
        ]
        self._size += len(rows)

    def finish(self) -> U32:
        """Where each batch of rows begins, and where the last ends."""
        self._writer.close()
        self._file.close()
        return np.array(self._starts, np.uint32)


class _Texts:
    """The passages of the documents: what was said, and the descriptions of pictures."""

    def __init__(self) -> None:
        self._cutter = Cutter()
        self._cuts: list[Cut] = []
        self._owners: list[U32] = []  # of each passage, its row

    def add(self, rows: pa.Table, before: int) -> None:
        media = rows["media"].combine_chunks()
        described = pc.struct_field(pc.list_flatten(media), "alt_text")
        is_told = pc.fill_null(pc.greater(pc.utf8_length(described), 0), fill_value=False)
        parents = pc.list_parent_indices(media).filter(is_told).to_numpy()
        texts = pc.fill_null(rows["text"], "").to_pylist()
        self._cuts.append(self._cutter.cut([*texts, *described.filter(is_told).to_pylist()]))
        self._owners.append((np.concatenate([np.arange(len(rows)), parents]) + before).astype(np.uint32))

    def arrays(self, number: U32, stems: Stems) -> Arrays:
        """The arrays of the stream; what was taken is given up."""
        keys, owners = list(self._cutter.vocabulary), _joined(self._owners)
        self._cutter = Cutter()
        return invert("text", keys, Stream(self._cuts, number[owners]), stems)


class _Corpus:
    """Distinct things (posters, addresses), each of some passages, that lead to documents."""

    def __init__(self) -> None:
        self._known: dict[tuple[str, ...], int] = {}
        self._numbers: list[U32] = []
        self._rows: list[U32] = []

    def add(self, things: Sequence[tuple[str, ...]], rows: U32) -> None:
        """Take things, and of each the row that it is of."""
        known = self._known
        self._numbers.append(np.array([known.setdefault(thing, len(known)) for thing in things], np.uint32))
        self._rows.append(rows)

    def arrays(self, stream: str, number: U32, stems: Stems) -> Arrays:
        """The arrays of the stream, whose documents are numbers of these things, and where they lead."""
        cutter = Cutter()
        cut = cutter.cut([passage for thing in self._known for passage in thing])
        owners = np.repeat(
            np.arange(len(self._known), dtype=np.uint32), [len(thing) for thing in self._known]
        )
        numbers, documents = _joined(self._numbers), number[_joined(self._rows)]
        counts = np.bincount(numbers, minlength=len(self._known))
        return {
            **invert(stream, list(cutter.vocabulary), Stream([cut], owners), stems),
            f"{stream}.leads": documents[np.lexsort((documents, numbers))],
            f"{stream}.leads_from": np.concatenate([[0], np.cumsum(counts)]).astype(np.uint32),
        }


def _posters(rows: pa.Table) -> list[tuple[str, ...]]:
    columns = [rows[name].to_pylist() for name in POSTER]
    return [tuple(filter(None, names)) for names in zip(*columns, strict=True)]


def _addresses(texts: pa.ChunkedArray) -> tuple[U32, list[str]]:
    """The web addresses in texts, and of each the number of its text."""
    known = pc.fill_null(texts, "")
    may = np.flatnonzero(pc.match_substring_regex(known, _MAY_LINK).to_numpy())
    rows: list[int] = []
    found: list[str] = []
    for row, text in zip(may.tolist(), known.take(pa.array(may)).to_pylist(), strict=True):
        spans = addresses(text)
        rows += [row] * len(spans)
        found += [text[start:end] for start, end in spans]
    return np.array(rows, np.uint32), found


def _given_up(arrays: Arrays) -> Iterator[tuple[str, npt.NDArray[Any]]]:
    for name in list(arrays):
        yield name, arrays.pop(name)


def _joined(arrays: Sequence[U32]) -> U32:
    return np.concatenate([np.empty(0, np.uint32), *arrays])


def _write_table(path: Path, table: pa.Table) -> None:
    with pa.OSFile(str(path), "wb") as file, pa.ipc.new_file(file, table.schema) as writer:
        path.chmod(_FILE)
        writer.write_table(table)
