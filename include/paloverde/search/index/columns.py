"""What is known of each document of a segment, for filters, counts and order."""

from __future__ import annotations

from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt

from paloverde.search.index.layout import I32, I64, U8, U16, U32, U64, Arrays, Mask
from paloverde.search.index.mapped import ahead
from paloverde.search.index.stretches import stretches


class Columns:
    """What is known of each document, for filters and counts. Codes are numbers in `Segment.values[name]`."""

    def __init__(self, arrays: Arrays) -> None:
        def array(name: str) -> npt.NDArray[Any]:
            return arrays[f"document.{name}"]

        self.account: U16 = array("account")
        self.platform: U8 = array("platform")
        self.kind: U8 = array("kind")
        self.visibility: U8 = array("visibility")
        self.provenance: U8 = array("provenance")
        self.language: U16 = array("language")
        self.day: I32 = array("day")  # Pacific day of posting, days since 1970; UNDATED where not known
        self.month: I32 = array("month")  # year * 12 + month - 1 of that day; UNDATED where not known
        self.observed_day: I32 = array("observed_day")  # Pacific day of observation
        self.posted_at: I64 = array("posted_at")  # microseconds since 1970, UTC; NO_TIME where not known
        self.observed_at: I64 = array("observed_at")
        self.time: I64 = array("time")  # posted_at, or observed_at where that is not known: `hits.in_order`
        self.part: U32 = array("part")  # number in Segment.covered
        self.row: U32 = array("row")  # row of that part
        self.of_run: I32 = array("of_run")  # of that part
        self.missing: U16 = array("missing")  # media whose bytes are not kept
        self.has: U8 = array("has")  # bits: HAS_MEDIA, HAS_PICTURE, HAS_VIDEO, HAS_LINK
        self.item: U64 = array("item")  # hash of account, kind, native_id
        self.version: U64 = array("version")  # hash of these and version_sha256
        self._arrays = arrays

    @cached_property
    def ties(self) -> Ties:
        return Ties(self._arrays)


class Ties:
    """Which documents name an id as their thread, or as what they answer. `names` are hashes of such ids,
    sorted, and `documents` the document of each.
    """

    def __init__(self, arrays: Arrays) -> None:
        self.names: U64 = arrays["tie.names"]
        self.documents: U32 = arrays["tie.documents"]

    def to(self, names: U64) -> U32:
        """The documents tied to any of these, in no order, some perhaps twice."""
        first, after = (np.searchsorted(self.names, names, side=side) for side in ("left", "right"))
        return self.documents[stretches(first.astype(np.uint32), after.astype(np.uint32))]


HAS_MEDIA, HAS_PICTURE, HAS_VIDEO, HAS_LINK = 1, 2, 4, 8
HAS_BITS = {"media": HAS_MEDIA, "picture": HAS_PICTURE, "video": HAS_VIDEO, "link": HAS_LINK}


class Groups:
    """Stretches of documents that share account, platform, kind, visibility, provenance and month.

    Group `i` goes from document `starts[i]` to before `starts[i + 1]`; codes as in `Columns`. Inside a group
    the documents lie in order of `Columns.time`. Hits per group: `np.diff(np.searchsorted(hits, starts))`.
    """

    def __init__(self, arrays: Arrays, columns: Columns) -> None:
        self.starts: U32 = arrays["group.starts"]  # one more than there are groups
        self._columns, self._first = columns, self.starts[:-1]

    def __len__(self) -> int:
        return len(self.starts) - 1

    def spread(self, chosen: Mask) -> Mask:
        """What holds of each group, said of its documents."""
        return np.repeat(chosen, np.diff(self.starts))

    @cached_property
    def account(self) -> U16:
        return ahead(self._columns.account)[self._first]

    @cached_property
    def platform(self) -> U8:
        return ahead(self._columns.platform)[self._first]

    @cached_property
    def kind(self) -> U8:
        return ahead(self._columns.kind)[self._first]

    @cached_property
    def visibility(self) -> U8:
        return ahead(self._columns.visibility)[self._first]

    @cached_property
    def provenance(self) -> U8:
        return ahead(self._columns.provenance)[self._first]

    @cached_property
    def month(self) -> I32:
        return ahead(self._columns.month)[self._first]
