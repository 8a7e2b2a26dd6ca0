"""A segment of the index, opened: what its documents are, which words they hold, and where.

A *document* is one row of a sealed part. Documents are numbered in the order of account, platform, kind,
visibility, provenance and time (`Columns.time`; those without a posting date last), so that a filter and a
count per account, kind or month are stretches of numbers (`Segment.groups`). Several documents can be of one
version (an item in a later run again, or the copy of a removed one), in one segment or in several:
`opening.Index.kin` says which, and an answer counts each version once.

A *word* is what `search.words` folds. A *form* is a word with what tells its occurrences apart: its sign, how
many words it covers (a run such as `city's` stands beside its pieces) and its exact form. A question finds
words, takes their forms, leaves out those whose sign or exact form does not fit, and has their places:

    words = segment.text
    number = words.find("cleanup")                  # or starting, ending, like, stems: several numbers
    for form in words.forms(number): ...            # words.sign(form), words.length(form), words.exact(form)
    words.documents(form), words.positions(form)    # both sorted, uint32

A *position* counts the words of a whole stream. Each passage (texts and descriptions of a record, names of a
poster, addresses) begins at a multiple of `BLOCK`, and at least one position before it is free: no phrase
reaches from one passage, or one document, into another, and which passage a position is in is looked up at
once. Whoever measures distances compares the passages.

Posters and web addresses are small corpora of their own: each distinct one has a number, `Words.documents`
gives such numbers, and `Segment.of_posters`, `Segment.of_links` lead to the documents.

Everything is mapped into memory and read when it is touched. What is damaged raises `layout.Damaged`.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import cached_property
from itertools import pairwise
from pathlib import Path
from threading import Lock

import numpy as np
import pyarrow as pa

from paloverde.archive.schema import REMOVED
from paloverde.search.hits import COLUMNS
from paloverde.search.index.arrow import integers, texts
from paloverde.search.index.columns import HAS_BITS, HAS_LINK, Columns, Groups
from paloverde.search.index.layout import (
    ABOUT,
    ARRAYS,
    CODED,
    FORMAT,
    I32,
    I64,
    REMOVALS,
    ROWS,
    U32,
    U64,
    About,
    Damaged,
    Mask,
    open_arrays,
    read_struct,
)
from paloverde.search.index.mapped import ahead, ahead_for
from paloverde.search.index.places import distinct
from paloverde.search.index.streams import Words
from paloverde.search.index.stretches import stretches
from paloverde.search.scope import PRIVATE_KINDS

__all__ = ["HAS_BITS", "HAS_LINK", "Columns", "Groups", "Segment", "Words"]


class Segment:
    """An opened segment. `name` is that of its folder; `covered` the sealed parts whose rows lie in it.

    `removals` is what the parts of removed items say: account, kind, native_id, version_sha256, removed_at,
    confirmed_by, cause, cause_reason, retain_until, `item` (hash as in `Columns`), `part` (number in
    `covered`), `row`, `of_run`; in the order of parts and rows.
    """

    def __init__(self, folder: Path) -> None:
        self.folder, self.name = folder, folder.name
        self.about = read_struct(folder / ABOUT, About)
        if self.about.format != FORMAT:
            raise Damaged(f"{folder} is of format {self.about.format}, and this program reads {FORMAT}")
        for name, (size, _) in self.about.files.items():
            if not (folder / name).is_file() or (folder / name).stat().st_size != size:
                raise Damaged(f"{folder / name} is not as long as it was written, or is gone")
        self._arrays = open_arrays(folder / ARRAYS, self.about.arrays)
        self.covered, self.values = self.about.parts, self.about.values
        self.last_run = max((part.of_run for part in self.covered), default=0)
        # Opened now: what is opened stays readable when a refresh has put another segment in its place.
        self._rows, self.removals = _mapped(folder / ROWS), _mapped(folder / REMOVALS).read_all()
        for name in _ASKED_BY_ALL:
            ahead(self._arrays[f"document.{name}"])
        self._turn = Lock()  # the reader of rows is for one thread at a time

    @property
    def documents(self) -> int:
        """How many there are."""
        return self.about.documents

    @cached_property
    def columns(self) -> Columns:
        return Columns(self._arrays)

    @cached_property
    def groups(self) -> Groups:
        return Groups(self._arrays, self.columns)

    @cached_property
    def open_to_all(self) -> Mask:
        """The documents that are neither of a private kind nor privately visible."""
        private = np.array([kind in PRIVATE_KINDS for kind in self.values["kind"]], bool)[self.groups.kind]
        seen = np.array([one == "private" for one in self.values["visibility"]], bool)
        found = self.groups.spread(~(private | seen[self.groups.visibility]))
        found.flags.writeable = False  # many questions share it
        return found

    @cached_property
    def months(self) -> tuple[I32, I64]:
        """The distinct months of the groups, and of each group the place of its month among them."""
        months, which = np.unique(self.groups.month, return_inverse=True)
        return months, which

    @property
    def by_time(self) -> U32:
        """All documents in the order of `Columns.time`."""
        return self._arrays["document.by_time"]

    @cached_property
    def text(self) -> Words:
        """What was said, and the descriptions of pictures."""
        return Words(self._arrays, "text")

    @cached_property
    def poster(self) -> Words:
        """Names and ids of those who posted; its documents are numbers of posters."""
        return Words(self._arrays, "poster")

    @cached_property
    def link(self) -> Words:
        """Web addresses in what was said; its documents are numbers of addresses."""
        return Words(self._arrays, "link")

    def of_posters(self, posters: U32) -> Mask:
        """The documents of several posters."""
        return self._led("poster", posters)

    def of_links(self, links: U32) -> Mask:
        """The documents that hold any of several addresses."""
        return self._led("link", links)

    def _led(self, stream: str, numbers: U32) -> Mask:
        bounds, to = self._arrays[f"{stream}.leads_from"], self._arrays[f"{stream}.leads"]
        there = np.zeros(self.documents, dtype=bool)
        if len(numbers) * _MOST > len(bounds):
            chosen = np.zeros(len(bounds) - 1, dtype=bool)
            chosen[numbers] = True
            found = ahead(to)[np.repeat(chosen, np.diff(bounds))]
        else:
            led = stretches(bounds[numbers], bounds[numbers + np.uint32(1)])
            found = ahead_for(to, len(led))[led]
        there[found.astype(np.intp)] = True  # numpy takes twice as long with other types
        return there

    def of_items(self, items: U64) -> U32:
        """The documents of items, by their hashes (`Columns.item`), sorted."""
        first = np.searchsorted(self.sorted_items, items, side="left").astype(np.uint32)
        after = np.searchsorted(self.sorted_items, items, side="right").astype(np.uint32)
        return distinct(self.by_item[stretches(first, after)])

    @property
    def by_item(self) -> U32:
        """All documents in the order of `sorted_items`."""
        return self._arrays["document.by_item"]

    @property
    def sorted_items(self) -> U64:
        """The item (`Columns.item`) of every document, sorted."""
        return self._arrays["document.items"]

    def rows(self, documents: Iterable[int] | U32) -> pa.Table:
        """The rows of documents in the order given: all of `hits.COLUMNS`, as the sealed part has them."""
        numbers = np.asarray(documents, dtype=np.int64)
        columns = self.columns
        stored = self._stored(self._arrays["row.parts"][columns.part[numbers]] + columns.row[numbers])
        coded = {name: self._decoded(name, numbers) for name in CODED}
        return pa.table([coded[name] if name in coded else stored[name] for name in COLUMNS], schema=_SCHEMA)

    def part_rows(self, number: int) -> pa.Table:
        """All rows of a covered part, as it has them."""
        return self.rows(self._by_place[slice(*self._arrays["row.parts"][number : number + 2])])

    @cached_property
    def _by_place(self) -> I64:
        return np.lexsort((ahead(self.columns.row), ahead(self.columns.part)))

    def _stored(self, places: U32) -> pa.Table:
        """What is stored of rows, by their places in the file."""
        starts: U32 = self._arrays["row.batches"]
        order = np.argsort(places, kind="stable")
        ordered = places[order]
        batches = np.searchsorted(starts, ordered, side="right") - 1
        edges = [0, *(np.flatnonzero(np.diff(batches)) + 1).tolist(), len(order)] if len(order) else []
        found = []
        for first, after in pairwise(edges):
            with self._turn:
                rows = self._rows.get_batch(int(batches[first]))
            inside = ordered[first:after] - starts[batches[first]]
            found.append(rows.slice(int(inside[0]), 1) if len(inside) == 1 else rows.take(integers(inside)))
        back = np.empty(len(order), np.int64)
        back[order] = np.arange(len(order))
        return pa.Table.from_batches(found, self._rows.schema).combine_chunks().take(integers(back))

    def _decoded(self, name: str, numbers: I64) -> pa.Array:
        codes = self._arrays[f"document.{name}"][numbers]
        return texts(self.values[name]).take(integers(codes))


# What every question counts by, or leaves out by.
_ASKED_BY_ALL = ("kind", "visibility", "account", "month")
_MOST = 4  # of all posters or addresses, with one in so many asked for all are gone through
_SCHEMA = pa.schema([REMOVED.field(name) for name in COLUMNS])
# Batches are small: to hand their columns to other threads takes longer than to unpack them.
_ALONE = pa.ipc.IpcReadOptions(use_threads=False)


def _mapped(path: Path) -> pa.RecordBatchFileReader:
    try:
        # Not mapped: a batch is read as it is, where a map would have the machine read all around it.
        return pa.ipc.open_file(pa.OSFile(str(path)), options=_ALONE)
    except (pa.ArrowException, OSError) as error:
        raise Damaged(f"{path} cannot be read: {error}") from error
