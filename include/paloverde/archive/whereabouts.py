"""Where an item lies: every object of the archive that holds content of it, or tells that it was seen.

An item lies in more objects than the one that has its row. The raw answers of every night show it again, and
a run writes a row only when it has changed. An answer that repeats what the run has seen already is in no row
and in no sighting, so all raw exchanges of a run that sighted an item count. A sweep keeps whole answers for
what is new in them, so what else they show is in none either: those answers are read.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from collections.abc import Set as AbstractSet

import msgspec
import pyarrow as pa
import pyarrow.compute as pc
from sqlalchemy import select

from paloverde.archive.exchanges import held_in
from paloverde.archive.layout import media_key
from paloverde.archive.reader import Archive, SealedPart
from paloverde.archive.seal import Role, RunKind
from paloverde.archive.tracing import names_in
from paloverde.state.tables import PARTS, RUNS

Items = AbstractSet[tuple[str, str]]  # of each item its kind and native id
_AT_ONCE = 500  # keys in one question to the database
_ROW = ("kind", "native_id", "media", "exchange_key")
_DOSSIER = (*_ROW, "thread")  # what was said around a removed item stands in its object, too
_SIGHTING = ("kind", "native_id")
TOLD_AROUND = ("text", "poster_name", "poster_username", "poster_id")  # of what stood around an item


class Whereabouts(msgspec.Struct, frozen=True):
    """The objects that hold something of some items, each once, in the order of the runs.

    `records` and `removed` have rows of them, `sightings` tell of them, `exchanges` are the raw answers and
    handed-in files of every run that saw or missed them, `media` their pictures, videos and attachments.
    """

    records: list[SealedPart]
    removed: list[SealedPart]
    sightings: list[SealedPart]
    exchanges: list[SealedPart]
    media: list[SealedPart]

    def __iter__(self) -> Iterator[SealedPart]:
        yield from (*self.records, *self.removed, *self.sightings, *self.exchanges, *self.media)


class _Found:
    """Parts that hold something of the items, and what their rows lead to."""

    def __init__(self, archive: Archive, items: Items) -> None:
        self._archive, self._items = archive, items
        self._ids = pa.array(sorted({native_id for _, native_id in items}), pa.string())
        self.exchanges: set[str] = set()
        self.media: set[str] = set()

    def among(self, parts: Iterable[SealedPart], columns: tuple[str, ...]) -> list[SealedPart]:
        """The parts that have rows of the items; one part is in memory at a time."""
        return [sealed for sealed in parts if self._has_rows(sealed, columns)]

    def _has_rows(self, sealed: SealedPart, columns: tuple[str, ...]) -> bool:
        table = self._archive.table(sealed.part, columns)
        told = in_threads(table)
        table = table.filter(pc.is_in(table["native_id"], value_set=self._ids))
        rows = [row for row in table.to_pylist() if (row["kind"], row["native_id"]) in self._items]
        for row in rows:
            self.exchanges.add(row.get("exchange_key") or "")
            self.media |= {medium["sha256"] for medium in row.get("media") or () if medium["sha256"]}
        return bool(rows) or not told.isdisjoint(self._items)


def whereabouts(
    archive: Archive, account: str, items: Items, sequences: Collection[int] | None = None
) -> Whereabouts:
    """Every object that holds content of these items of an account, or tells that a run saw or missed them.

    `sequences` are the runs that are asked, None all of them. A file that is shared with other items or other
    accounts is among them. Raises `ArchiveDamaged` where an object that has to be read is damaged.
    """
    found = _Found(archive, items)

    def parts(role: Role) -> list[SealedPart]:
        return [one for one in archive.parts(role, [account]) if sequences is None or one.of_run in wanted]

    wanted = frozenset(sequences or ())
    records = found.among(parts(Role.RECORDS), _ROW)
    removed = found.among(parts(Role.REMOVED), _DOSSIER)
    sightings = found.among(parts(Role.SIGHTINGS), _SIGHTING)
    sighted = {sealed.of_run for sealed in (*records, *removed, *sightings)}
    sweeps = _sweeps_of(archive, account)
    ids = frozenset(native_id.encode() for _, native_id in items)
    exchanges = [one for one in archive.parts(Role.EXCHANGES, [account]) if one.part.key in found.exchanges]
    exchanges += [
        one
        for one in parts(Role.EXCHANGES)
        if one.of_run in sighted or (one.of_run in sweeps and _names_any(archive, one, ids))
    ]
    return Whereabouts(records, removed, sightings, _each_once(exchanges), media_parts(archive, found.media))


def in_threads(table: pa.Table) -> Items:
    """The items of which the dossiers of others tell something, as what was said around them."""
    told = table["thread"].to_pylist() if "thread" in table.column_names else []
    return frozenset(
        (one["kind"], one["native_id"])
        for around in told
        for one in around or ()
        if any(one[name] for name in TOLD_AROUND)
    )


def media_parts(archive: Archive, hashes: Iterable[str]) -> list[SealedPart]:
    """The objects of pictures and files with these hashes, whichever account's run sealed them."""
    keys = sorted(media_key(sha256) for sha256 in hashes)
    found: list[SealedPart] = []
    for start in range(0, len(keys), _AT_ONCE):
        found += archive.parts_where(select(PARTS).where(PARTS.c.key.in_(keys[start : start + _AT_ONCE])))
    return _each_once(found)


def _sweeps_of(archive: Archive, account: str) -> frozenset[int]:
    query = select(RUNS.c.sequence).where(RUNS.c.account == account, RUNS.c.kind == RunKind.SWEEP.value)
    with archive.books.connect() as connection:
        return frozenset(connection.execute(query).scalars())


def _names_any(archive: Archive, sealed: SealedPart, ids: frozenset[bytes]) -> bool:
    """Whether an answer in an exchange file has one of these ids as a text or a number."""
    body = archive.store.get(sealed.part.stored)
    answers = held_in(body, where=sealed.part.key)
    return any(not ids.isdisjoint(names_in(answer.body)) for answer in answers)


def _each_once(parts: Iterable[SealedPart]) -> list[SealedPart]:
    return list({sealed.part.stored: sealed for sealed in parts}.values())
