"""What destroying some items would do: which objects it concerns, and which items cannot go, and why.

Everything is looked at and nothing is written. An item whose bytes cannot be told apart from what stays is
refused with the reason, and everything is looked at again without it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from typing import Any

import msgspec
import pyarrow as pa
import pyarrow.compute as pc
from sqlalchemy import select

from paloverde.archive.exchanges import held_in
from paloverde.archive.layout import media_key
from paloverde.archive.pieces import Item, Words
from paloverde.archive.reader import Archive, SealedPart
from paloverde.archive.seal import Role
from paloverde.archive.tracing import Going, RowAt, Tracer, said_by
from paloverde.archive.whereabouts import in_threads, media_parts
from paloverde.state.tables import ITEMS

_NAMED = ("kind", "native_id")
_PLACE = (*_NAMED, "exchange_key", "exchange_offset", "payload_position", "raw", "text", "media")
_VERSION = (*_NAMED, "version_sha256", "payload_sha256", "posted_at", "observed_at", "text", "media", "raw")
_AROUND = ("thread", "versions", "evidence")
_SEEN = ("present", "hidden")
# Whose words must stand nowhere else. What a follower says of himself stands, too, in answers that name him
# as the author of what stays: there it is context of that, and stays with it.
SAYING = frozenset({"post", "story", "comment", "message", "conversation", "event", "album", "other"})
_CALLED = {
    Role.RECORDS: "a table of records",
    Role.REMOVED: "the dossier of a removed item",
    Role.EXCHANGES: "a raw answer",
    Role.MEDIA: "a picture or file",
}
Blocked = Callable[[SealedPart], str]  # why an object may not go now, as a clause; "" where it may


class Version(msgspec.Struct, frozen=True):
    """One version of an item, without its content."""

    item: Item
    version_sha256: str
    payload_sha256: str
    posted_at: Any
    observed_at: Any


class Plan(msgspec.Struct):
    """What goes of an account, by what objects. `refused` says of the others why they stay."""

    account: str
    going: Going
    versions: dict[Item, list[Version]]
    refused: dict[Item, str]
    exchanges: dict[str, set[Item]]  # key -> what goes of it
    tables: list[SealedPart]  # records and removed items to be written again, or not at all
    tables_of: dict[str, list[SealedPart]]  # of each of these exchange files the tables that name it
    media: list[SealedPart]
    objects: list[SealedPart]  # all of these

    @property
    def items(self) -> frozenset[Item]:
        return frozenset(self.going.words)


def plan(
    archive: Archive, account: str, platform: str, items: Collection[Item], blocked: Blocked,
    after: Mapping[Item, int], keep: Callable[[], None] = lambda: None,
) -> Plan:  # fmt: skip
    """What destroying these items would do; nothing is written.

    `after` is the run that last destroyed an item of that name: what earlier runs saw is gone. Every object
    concerned is read, its hash verified; `ArchiveDamaged` where one is damaged. `keep` is called between
    objects, for whoever holds a turn.
    """
    return _Planner(archive, account, platform, frozenset(items), blocked, after, keep).plan()


class _Planner:
    def __init__(
        self, archive: Archive, account: str, platform: str, items: frozenset[Item], blocked: Blocked,
        after: Mapping[Item, int], keep: Callable[[], None],
    ) -> None:  # fmt: skip
        self._archive, self._account, self._blocked, self._after = archive, account, blocked, after
        self._keep = keep
        self._tables = [*archive.parts(Role.RECORDS, [account]), *archive.parts(Role.REMOVED, [account])]
        self._exchanges = archive.parts(Role.EXCHANGES, [account])
        self._keys_of: dict[str, frozenset[str]] = {}  # of each table the exchange files that it names
        self._rows_of: dict[str, frozenset[Item]] = {}  # of each table the items of it that may go
        self._media: dict[Item, set[str]] = defaultdict(set)
        self._refused: dict[Item, str] = {}
        self._versions, self._going = self._gather(platform, items)

    def plan(self) -> Plan:
        going = self._going
        exchanges = self._trace(going, self._exchanges)
        while True:
            before = len(self._refused)
            going = self._going.without(self._refused)
            touched = [one for one in self._exchanges if one.part.key in exchanges]
            exchanges = self._trace(going, touched) if before else exchanges
            self._refuse_untraced(going, exchanges)
            plan = self._plan(going, exchanges)
            self._refuse_blocked(plan)
            if len(self._refused) == before:
                return plan

    def _gather(self, platform: str, items: frozenset[Item]) -> tuple[dict[Item, list[Version]], Going]:
        """Every version of the items, their words and payloads; what tables and media hold them."""
        versions: dict[Item, list[Version]] = defaultdict(list)
        texts: dict[Item, set[str]] = defaultdict(set)
        payloads: dict[Item, set[bytes]] = defaultdict(set)
        files: dict[Item, set[str]] = defaultdict(set)
        for sealed in self._tables:
            self._keep()
            more = _AROUND if sealed.part.role is Role.REMOVED else ()
            table = self._archive.table(sealed.part, [*_VERSION, "exchange_key", *more])
            self._keys_of[sealed.part.key] = exchange_keys(table)
            held = set(in_threads(table) & items)
            for row in _rows_of(table, items):
                item = (row["kind"], row["native_id"])
                held.add(item)
                if row["kind"] in SAYING:
                    texts[item].update(_says(row))
                files[item] |= {one["native_id"] for one in row["media"] or () if one["native_id"]}
                payloads[item].add(row["raw"])
                self._media[item] |= {one["sha256"] for one in row["media"] or () if one["sha256"]}
                if sealed.part.role is Role.RECORDS:
                    names = ("version_sha256", "payload_sha256", "posted_at", "observed_at")
                    versions[item].append(Version(item, *(row[name] for name in names)))
            self._rows_of[sealed.part.key] = frozenset(held)
        for item in items - versions.keys():
            self._refused[item] = "the archive holds no row of it"
        words = {item: Words(item, tuple(sorted(texts[item])), frozenset(files[item])) for item in items}
        raws = {item: frozenset(payloads[item]) for item in items}
        return dict(versions), Going(platform, words, raws, self._kinds())

    def _kinds(self) -> dict[str, frozenset[str]]:
        """Under which kinds the archive knows each id of the account."""
        query = select(ITEMS.c.kind, ITEMS.c.native_id).where(ITEMS.c.account == self._account)
        known: dict[str, frozenset[str]] = {}
        with self._archive.books.connect() as connection:
            for kind, native_id in connection.execute(query.execution_options(yield_per=5_000)):
                known[native_id] = known.get(native_id, frozenset()) | {kind}
        return known

    def _trace(self, going: Going, among: Iterable[SealedPart]) -> dict[str, set[Item]]:
        """What goes of each exchange file that holds anything of it; refusals are noted."""
        tracer, found = Tracer(going), dict[str, set[Item]]()
        for sealed in among:
            self._keep()
            rows = rows_at(self._archive, self._tables_of(sealed.part.key), sealed.part.key)
            body = self._archive.store.get(sealed.part.stored)
            for held in held_in(body, where=sealed.part.key):
                blanked = tracer.blank(held, rows.get(held.offset, ()))
                if blanked is None:
                    continue
                self._refused |= blanked.refused
                if blanked.gone:
                    found.setdefault(sealed.part.key, set()).update(blanked.gone)
        return found

    def _tables_of(self, key: str) -> list[SealedPart]:
        return [one for one in self._tables if key in self._keys_of[one.part.key]]

    def _refuse_untraced(self, going: Going, exchanges: Mapping[str, set[Item]]) -> None:
        """A run that saw an item has its bytes somewhere. Where they are not found, they would stay."""
        runs: dict[Item, set[int]] = defaultdict(set)
        for sealed in self._exchanges:
            for item in exchanges.get(sealed.part.key, ()):
                runs[item].add(sealed.of_run)
        for item, run in self._seen_by(frozenset(going.words)):
            if run not in runs[item] and run > self._after.get(item, 0):
                self._refused.setdefault(
                    item, f"its raw bytes cannot be told apart from the rest of what run {run:,} received"
                )

    def _seen_by(self, items: frozenset[Item]) -> Iterator[tuple[Item, int]]:
        """The items and the runs that were shown them in a listing or in a handed-in file."""
        names = (*_NAMED, "state", "how", "stream")
        for sealed in self._archive.parts(Role.SIGHTINGS, [self._account]):
            for row in _rows_of(self._archive.table(sealed.part, names), items):
                listed = row["how"] == "listing" and row["stream"] and row["state"] in _SEEN
                if listed or row["how"] == "import":
                    yield (row["kind"], row["native_id"]), sealed.of_run

    def _plan(self, going: Going, exchanges: dict[str, set[Item]]) -> Plan:
        items = frozenset(going.words)
        exchanges = {key: gone & items for key, gone in exchanges.items() if gone & items}
        tables = [
            one
            for one in self._tables
            if self._rows_of[one.part.key] & items or self._keys_of[one.part.key] & exchanges.keys()
        ]
        media = self._media_of(items)
        objects = [one for one in self._exchanges if one.part.key in exchanges]
        versions = {item: self._versions[item] for item in items if item in self._versions}
        return Plan(
            account=self._account,
            going=going,
            versions=versions,
            refused=dict(self._refused),
            exchanges=exchanges,
            tables=tables,
            tables_of={key: self._tables_of(key) for key in exchanges},
            media=media,
            objects=[*objects, *tables, *media],
        )

    def _media_of(self, items: frozenset[Item]) -> list[SealedPart]:
        """The files that no row of any account names once these items are gone."""
        going = {sha256 for item in items for sha256 in self._media[item]}
        if not going:
            return []
        for role in (Role.RECORDS, Role.REMOVED):
            for sealed in self._archive.parts(role):
                more = ["versions"] if role is Role.REMOVED else []
                table = self._archive.table(sealed.part, [*_NAMED, "media", *more])
                if sealed.account == self._account:
                    table = without(table, items)
                named = pc.struct_field(pc.list_flatten(table["media"].combine_chunks()), "sha256")
                going -= set(named.unique().to_pylist())
                for one in table.to_pylist() if role is Role.REMOVED else ():
                    going -= {sha256 for past in one["versions"] or () for sha256 in past["media"] or ()}
        return media_parts(self._archive, going)

    def _refuse_blocked(self, plan: Plan) -> None:
        """What is locked or held stays, and so does every item of it that would go."""
        for sealed in plan.objects:
            if why := self._blocked(sealed):
                for item in self._items_in(plan, sealed):
                    told = f"{_CALLED[sealed.part.role]} that holds something of it {why}"
                    self._refused.setdefault(item, told)

    def _items_in(self, plan: Plan, sealed: SealedPart) -> set[Item]:
        """The items for whose sake an object would go or be written again."""
        key = sealed.part.key
        if sealed.part.role is Role.MEDIA:
            return {one for one in plan.items if any(media_key(sha) == key for sha in self._media[one])}
        if sealed.part.role is Role.EXCHANGES:
            return set(plan.exchanges[key])
        through = {one for name in self._keys_of[key] for one in plan.exchanges.get(name, ())}
        return set(self._rows_of[key] & plan.items) | through


def rows_at(archive: Archive, tables: Iterable[SealedPart], key: str) -> dict[int, list[RowAt]]:
    """The rows that were read from an exchange file, by the offset of the answer."""
    found: dict[int, list[RowAt]] = defaultdict(list)
    for sealed in tables:
        table = archive.table(sealed.part, _PLACE)
        for row in table.filter(pc.equal(table["exchange_key"], key)).to_pylist():
            item = (row["kind"], row["native_id"])
            offset, position = row["exchange_offset"], row["payload_position"]
            found[offset].append(RowAt(item, offset, position, row["raw"], _says(row)))
    return found


def _says(row: Mapping[str, Any]) -> tuple[str, ...]:
    return said_by(row["text"], (medium["alt_text"] for medium in row["media"] or ()))


def without(table: pa.Table, items: frozenset[Item]) -> pa.Table:
    """The rows of a table that are not of these items."""
    return table.filter(pc.invert(_is_of(table, items)))


def exchange_keys(table: pa.Table) -> frozenset[str]:
    """The exchange files that the rows of a table name, whatever for."""
    keys = set(table["exchange_key"].unique().to_pylist())
    for name in {"versions", "evidence"} & set(table.column_names):
        keys |= {one["exchange_key"] for told in table[name].to_pylist() for one in told or ()}
    return frozenset(key for key in keys if key)


def _rows_of(table: pa.Table, items: frozenset[Item]) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = table.filter(_is_of(table, items)).to_pylist()
    return found


def _is_of(table: pa.Table, items: frozenset[Item]) -> pa.Array:
    """Of each row, whether it is of one of these items."""
    by_kind: dict[str, list[str]] = defaultdict(list)
    for kind, native_id in items:
        by_kind[kind].append(native_id)
    mask = pa.repeat(False, table.num_rows)
    for kind, ids in by_kind.items():
        is_id = pc.is_in(table["native_id"], value_set=pa.array(ids, pa.string()))
        mask = pc.or_(mask, pc.and_(pc.equal(table["kind"].cast(pa.string()), kind), is_id).combine_chunks())
    return mask
