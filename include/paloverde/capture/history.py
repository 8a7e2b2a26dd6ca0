"""What the archive holds of removed items beside their last version: the versions before it, and the thread.

The records of an account are read once for many removed items, one part in memory at a time.
"""

from __future__ import annotations

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

import msgspec
import pyarrow as pa
import pyarrow.compute as pc
from sqlalchemy import func, select

from paloverde.archive.reader import Archive
from paloverde.archive.register import Item, items
from paloverde.archive.seal import Role, read_seal
from paloverde.errors import ArchiveDamaged
from paloverde.imports.removedform import Around, PastVersion, Relation
from paloverde.records import Kind, Visibility
from paloverde.state.tables import ITEMS, RUNS

MOST_AROUND = 50  # replies and what was said beside, in one dossier
_TALK = [Kind.POST, Kind.STORY, Kind.COMMENT, Kind.MESSAGE, Kind.EVENT, Kind.ALBUM, Kind.CONVERSATION]
_SHARED = ("native_id", "poster_name", "poster_username", "poster_id", "text", "visibility", "version_sha256")
_COLUMNS = (
    *_SHARED, "kind", "parent_id", "thread_id", "posted_at", "edited_at", "observed_at", "provenance",
    "payload_sha256", "exchange_key", "exchange_offset", "media.list.element.sha256",
)  # fmt: skip
_IDS = 500  # that are looked up in the register at once
_MARGIN = timedelta(days=2)  # for clocks: no run ended so long before an item was posted and holds it
NOT_HERE = "it is not in the archive"
PRIVATE = "it is private"
_PRIVATE_KINDS = (Kind.MESSAGE, Kind.CONVERSATION)
Row = dict[str, Any]
Key = tuple[str, str]  # kind, native id
Thread = tuple[bool, str]  # whether it is private, and the id of what it hangs under


class History(msgspec.Struct, frozen=True):
    """One removed item's past versions, oldest first, its thread, and how many of the thread are left out."""

    versions: list[PastVersion]
    thread: list[Around]
    rest: int


def last_versions(
    archive: Archive, wanted: Iterable[Item], columns: Sequence[str] | None = None
) -> dict[Key, Row]:
    """The row of each item's last observed version. The records of a run are read once for all of its items.

    Raises `ArchiveDamaged` where one is not where the register says.
    """
    by_run: dict[int, list[Item]] = defaultdict(list)
    for item in wanted:
        by_run[item.record_sequence].append(item)
    found: dict[Key, Row] = {}
    for sequence, of_run in sorted(by_run.items()):
        versions = pa.array([item.version_sha256 for item in of_run], pa.string())
        for sealed in archive.parts_of(sequence, Role.RECORDS):
            table = archive.table(sealed.part, columns)
            for row in table.filter(pc.is_in(table["version_sha256"], value_set=versions)).to_pylist():
                found.setdefault((row["kind"], row["native_id"]), row)
        for item in of_run:
            if (item.kind.value, item.native_id) not in found:
                raise ArchiveDamaged(
                    f"The content of {item.kind.value} {item.native_id} is not where the register says. "
                    "Run `paloverde rebuild`."
                )
    return found


def histories(archive: Archive, slug: str, rows: Mapping[Key, Row]) -> dict[Key, History]:
    """The history of each of these removed items, given by their last versions."""
    gathered = _Gathered(rows)
    since = _since(archive, slug, gathered)
    first = 0 if since is None else _first_run_after(archive, since - _MARGIN)
    for sealed in archive.parts(Role.RECORDS, [slug], posted_from=since and since - _MARGIN):
        if sealed.sequence >= first:
            gathered.take(archive.table(sealed.part, _COLUMNS))
    known = _register(archive, slug, gathered.unseen)
    for (_, native_id), row in last_versions(archive, known, _COLUMNS).items():
        gathered.latest[native_id] = row
    return {key: gathered.history(key) for key in rows}


class _Gathered:
    """What one pass through the records gathers for some removed items."""

    def __init__(self, rows: Mapping[Key, Row]) -> None:
        self._rows = rows
        above = {row[name] for row in rows.values() for name in ("thread_id", "parent_id") if row[name]}
        removed = {native_id for _, native_id in rows}
        self.above = above - removed
        self._wanted = pa.array(sorted(above | removed), pa.string())
        self._threads = above | removed
        self._kinds = pa.array([kind.value for kind in _TALK], pa.string())
        self._versions: dict[Key, dict[str, Row]] = defaultdict(dict)
        self._members: dict[Thread, dict[str, Row]] = defaultdict(dict)
        self._in_time: dict[Thread, list[tuple[datetime, Row]]] = {}
        self.latest: dict[str, Row] = {}

    @property
    def posted(self) -> list[datetime | None]:
        """When the items themselves were posted."""
        return [row["posted_at"] for row in self._rows.values()]

    @property
    def unseen(self) -> list[str]:
        """Roots and parents that no row showed so far."""
        return sorted(self.above - self.latest.keys())

    def take(self, table: pa.Table) -> None:
        """Take in what concerns these items of one part."""
        named = [
            pc.fill_null(pc.is_in(table[name], value_set=self._wanted), fill_value=False)
            for name in ("native_id", "thread_id", "parent_id")
        ]
        mask = pc.or_(pc.or_(*named[:2]), named[2])
        mask = pc.and_(mask, pc.is_in(table["kind"], value_set=self._kinds))
        for row in table.filter(mask).to_pylist():
            self._take(row)

    def _take(self, row: Row) -> None:
        key, native_id = (row["kind"], row["native_id"]), row["native_id"]
        if key in self._rows:
            first = self._versions[key].setdefault(row["version_sha256"], row)
            if len(_files(row)) > len(_files(first)):  # files that could not be fetched at first
                self._versions[key][row["version_sha256"]] = {**first, "media": row["media"]}
        if native_id in self._threads:
            _keep_later(self.latest, row)
        for thread in {row["thread_id"], row["parent_id"]} & self._threads:
            _keep_later(self._members[_is_private(row), thread], row)

    def history(self, key: Key) -> History:
        """What was gathered of one item."""
        last, versions = self._rows[key], self._versions[key]
        versions.setdefault(last["version_sha256"], last)
        seen = sorted(versions.values(), key=lambda row: row["observed_at"])
        around, rest = self._around(last)
        return History([_past(row) for row in seen], around, rest)

    def _around(self, row: Row) -> tuple[list[Around], int]:
        own, parent, private = row["native_id"], row["parent_id"], _is_private(row)
        root = row["thread_id"] or parent or own
        above = [(Relation.ROOT, root), *([(Relation.PARENT, parent)] if parent and parent != root else [])]
        shown = [self._above(relation, id_, private=private) for relation, id_ in above if id_ != own]
        left_out = {own, root, parent}
        under, beside = self._members[private, own], self._members[private, root]
        others = {id_ for id_ in under if id_ not in beside and id_ not in left_out}
        total = len(beside) - sum(id_ in beside for id_ in left_out) + len(others)
        replies = [one for id_, one in under.items() if id_ not in left_out and one["parent_id"] == own]
        replies.sort(key=_when)
        chosen = {one["native_id"]: _near(Relation.REPLY, one) for one in replies[:MOST_AROUND]}
        for one in self._nearest((private, root), _when(row)):
            if len(chosen) == min(MOST_AROUND, total):
                break
            if one["native_id"] not in left_out and one["native_id"] not in chosen:
                is_reply = one["parent_id"] == own
                chosen[one["native_id"]] = _near(Relation.REPLY if is_reply else Relation.BESIDE, one)
        return [*shown, *chosen.values()], total - len(chosen)

    def _above(self, relation: Relation, native_id: str, *, private: bool) -> Around:
        row = self.latest.get(native_id)
        if row is None or (_is_private(row) and not private):
            return Around(relation, None, native_id, missing=PRIVATE if row else NOT_HERE)
        return _near(relation, row)

    def _nearest(self, thread: Thread, moment: datetime) -> Iterator[Row]:
        """The members of a thread, nearest in time first."""
        if thread not in self._in_time:
            members = ((_when(row), row) for row in self._members[thread].values())
            self._in_time[thread] = sorted(members, key=lambda pair: (pair[0], pair[1]["native_id"]))
        line = self._in_time[thread]
        after = bisect_left(line, moment, key=lambda pair: pair[0])
        before = after - 1
        while before >= 0 or after < len(line):
            is_before = after >= len(line) or (
                before >= 0 and moment - line[before][0] <= line[after][0] - moment
            )
            if is_before:
                yield line[before][1]
                before -= 1
            else:
                yield line[after][1]
                after += 1


def _keep_later(found: dict[str, Row], row: Row) -> None:
    before = found.get(row["native_id"])
    if before is None or before["observed_at"] <= row["observed_at"]:
        found[row["native_id"]] = row


def _is_private(row: Row) -> bool:
    """Whether only those in the conversation could see it: the dossier of a public item must not show it."""
    return row["kind"] in _PRIVATE_KINDS or row["visibility"] == Visibility.PRIVATE


def _when(row: Row) -> datetime:
    moment: datetime = row["posted_at"] or row["observed_at"]
    return moment


def _files(row: Row) -> list[str]:
    return [medium["sha256"] for medium in row["media"] or () if medium["sha256"]]


def _past(row: Row) -> PastVersion:
    told = {name: row[name] for name in PastVersion.__struct_fields__ if name != "media"}
    return PastVersion(**told, media=_files(row))


def _near(relation: Relation, row: Row) -> Around:
    told = {name: row[name] for name in (*_SHARED, "kind", "parent_id", "posted_at", "observed_at")}
    return Around(relation, **told)


def _since(archive: Archive, slug: str, gathered: _Gathered) -> datetime | None:
    """When the first of these threads began, as far as known; None where an item has no date."""
    posted = gathered.posted
    if None in posted:
        return None
    roots = [item.posted_at for item in _register(archive, slug, sorted(gathered.above))]
    return min([moment for moment in (*posted, *roots) if moment is not None], default=None)


def _register(archive: Archive, slug: str, ids: Sequence[str]) -> list[Item]:
    """What the register knows of these ids and holds a record of."""
    found: list[Item] = []
    with archive.books.connect() as connection:
        for start in range(0, len(ids), _IDS):
            query = select(ITEMS).where(
                ITEMS.c.account == slug,
                ITEMS.c.kind.in_([kind.value for kind in _TALK]),
                ITEMS.c.native_id.in_(ids[start : start + _IDS]),
                ITEMS.c.record_sequence > 0,
            )
            found += items(connection, query)
    return found


def _first_run_after(archive: Archive, moment: datetime) -> int:
    """The number of the first run that ended after a moment, by halving: runs are numbered in time."""
    with archive.books.connect() as connection:
        low, high = 1, (connection.execute(select(func.max(RUNS.c.sequence))).scalar() or 0) + 1
        while low < high:
            middle = (low + high) // 2
            query = select(RUNS.c.key, RUNS.c.body).where(RUNS.c.sequence == middle)
            row = connection.execute(query).first()
            if row is not None and read_seal(row.body.encode(), where=row.key).run.ended_at < moment:
                low = middle + 1
            else:
                high = middle
    return low
