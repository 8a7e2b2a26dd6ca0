"""Every version of one item, from the sealed records that hold it.

With an index only those sealed objects are read in which it says that the item lies, and those that it does
not hold yet; without, those of the account that were sealed since it was posted.
"""

from __future__ import annotations

from datetime import timedelta

import numpy as np
import pyarrow as pa
from sqlalchemy import select

from paloverde.archive.reader import Archive, SealedPart
from paloverde.archive.seal import Role
from paloverde.records import archive_day
from paloverde.search.answer import once
from paloverde.search.hits import Hit
from paloverde.search.index.asking import Asking, items_in, parts_named
from paloverde.search.index.gathering import hashes_of
from paloverde.search.index.layout import Mask
from paloverde.search.removals import read_removals
from paloverde.search.scan import Name, Scan, name_of
from paloverde.search.tree import And, Field
from paloverde.state.tables import ITEMS, PARTS

_MARGIN = timedelta(days=2)  # for clocks: no run ended so long before an item was posted and holds it
Item = tuple[str, str, str]  # account, kind, native id


def versions(
    archive: Archive, item: Item, *, include_private: bool, index: Asking | None = None
) -> list[Hit]:
    """The versions of an item, oldest first; none where it is not in the archive, or private and not asked.

    Raises what the store raises; a part that cannot be read ends it rather than leave a version out.
    """
    account, kind, native_id = item
    if index is None:
        parts, only = _all_that_may(archive, item), dict[Name, list[int]]()
    else:
        parts, only = _named(archive, item, index, include_private=include_private)
    removed = read_removals(archive, [part for part in parts if part.part.role is Role.REMOVED])
    tree = And((Field("account", (account,)), Field("kind", (kind,)), Field("native_id", (native_id,))))
    scan = Scan(archive, tree, removed, include_private=include_private, only=only)
    records = [part for part in parts if part.part.role is Role.RECORDS]
    found = once([*scan.records(records), *scan.removed()])
    return sorted((hold.hit for hold in found), key=lambda hit: (hit.observed_at, hit.sequence, hit.row))


def payload(archive: Archive, hit: Hit) -> bytes:
    """The exact bytes that a version was read from, as the site sent them."""
    query = select(PARTS).where(PARTS.c.key == hit.part, PARTS.c.sequence == hit.sequence)
    (sealed,) = archive.parts_where(query)[:1]
    table = archive.table(sealed.part, ["raw"]).take(pa.array([hit.row], pa.int64()))
    return bytes(table["raw"][0].as_py() or b"")


def _all_that_may(archive: Archive, item: Item) -> list[SealedPart]:
    """The objects that can hold an item: all where it is not known since when there is one."""
    account, kind, native_id = item
    query = select(ITEMS.c.posted_at, ITEMS.c.first_seen).where(
        ITEMS.c.account == account, ITEMS.c.kind == kind, ITEMS.c.native_id == native_id
    )
    with archive.books.connect() as connection:
        known = connection.execute(query).first()
    since = None
    if known is not None and known.posted_at is not None:
        since = archive_day(min(known.posted_at, known.first_seen) - _MARGIN)
    return [
        part
        for role in (Role.RECORDS, Role.REMOVED)
        for part in archive.parts(role, [account], since=since if role is Role.RECORDS else None)
    ]


def _named(
    archive: Archive, item: Item, index: Asking, *, include_private: bool
) -> tuple[list[SealedPart], dict[Name, list[int]]]:
    """The objects that can tell of an item, and of those that the index holds the rows that are it."""
    look = index.look(index.now().head)
    wanted = hashes_of([item])
    of_account = And((Field("account", item[:1]), Field("kind", item[1:2])))
    masks: list[Mask] = []
    among = look.find(of_account, include_private=include_private)
    for segment, mask in zip(look.index.segments, among, strict=True):
        documents = segment.of_items(wanted)
        there = np.zeros(segment.documents, dtype=bool)
        there[documents[mask[documents]]] = True
        masks.append(there)
    rest = [part for part in look.now.uncovered if part.account == item[0]]
    items = np.unique(np.concatenate([wanted, *(found for _, found in items_in(archive, rest))]))
    only = look.only(masks, look.telling(items))
    parts = {name_of(part): part for part in (*parts_named(archive, only), *rest)}
    return sorted(parts.values(), key=lambda part: (part.of_run, part.part.key)), only
