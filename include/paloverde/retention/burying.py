"""One account's part of an order of destruction, up to its seal: what goes, what stays, and why.

The reasons to keep each item are gathered again, from fresh facts. What has one stays; so does what is not
as it was approved, what an unexpired lock or a hold keeps, and what cannot be told apart from the rest. What
stays of each object is written anew and sealed, with a tombstone for each version that goes. None goes yet.
"""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime, timedelta
from functools import partial

import msgspec
import pyarrow as pa
import pyarrow.compute as pc
from sqlalchemy import select

from paloverde import __version__
from paloverde.archive.commit import commit
from paloverde.archive.layout import tombstones_key
from paloverde.archive.papers import FOR_EVER_YEARS, Cabinet
from paloverde.archive.parquet import to_parquet
from paloverde.archive.pieces import Item
from paloverde.archive.planning import Plan, plan
from paloverde.archive.reader import Archive, SealedPart
from paloverde.archive.rewriting import write
from paloverde.archive.seal import Coverage, Draft, Part, Role, RunKind
from paloverde.archive.store.interface import Grade, Standing, Store, Stored
from paloverde.archive.tombstones import Because, last_destroyed, tombstones
from paloverde.archive.turns import turn
from paloverde.archive.vault import Vault, end_of
from paloverde.errors import ArchiveDamaged
from paloverde.records import Account, Holder, Kind, add_calendar_years, archive_day
from paloverde.retention.decision import keep_until, kept_because, reasons_to_keep
from paloverde.retention.facts import Facts, ItemId
from paloverde.retention.gather import facts_of
from paloverde.retention.held import holds_on
from paloverde.retention.orders import Line
from paloverde.retention.schedule import Schedules, adopted
from paloverde.state.tables import ACCOUNTS, HELD_OBJECTS

LEAST_LOCK = timedelta(days=30)  # of what is written anew
_TURN = timedelta(hours=1)
Progress = Callable[[str], None]


class Door(msgspec.Struct, frozen=True):
    """How the destroyer enters a store: its address, and keys that may delete (a directory needs none)."""

    url: str
    endpoint: str | None = None
    region: str | None = None
    access_key: str | None = None
    secret_key: str | None = None
    mode: Grade = Grade.GOVERNANCE


class Office(msgspec.Struct, frozen=True):
    """What carrying out an order needs. `second` is the door of the second copy, where there is one."""

    vault: Vault
    archive: Archive
    cabinet: Cabinet
    reasonable_years: int
    first: Door
    second: Door | None = None


class Burial:
    """One account's part of an order, up to its seal."""

    def __init__(
        self, office: Office, order: str, slug: str, lines: Sequence[Line], progress: Progress
    ) -> None:
        self._office, self._order, self._progress = office, order, progress
        self._vault, self._archive = office.vault, office.archive
        self._account = _account(office.vault, slug)
        self._lines = {(line.item.kind.value, line.item.native_id): line for line in lines}
        self._schedules = Schedules(tuple(adopted(office.cabinet)), office.reasonable_years)
        self._today = archive_day(office.vault.clock())
        self._held = _held_objects(office.vault)

    def seal(self) -> list[str]:
        """Write what stays, and seal it; the sentences of what was left out where there is no seal to say."""
        slug, vault = self._account.slug, self._vault
        with turn(vault.books, slug, "disposition", _TURN, vault.clock):
            kept = self._reasons()
            able = [item for item in self._lines if item not in kept]
            after = last_destroyed(self._archive, slug)
            made = plan(self._archive, slug, self._account.platform, able, self._blocked, after)
            if changed := self._changed(made):
                able = [item for item in able if item not in changed]
                made = plan(self._archive, slug, self._account.platform, able, self._blocked, after)
            kept |= changed | made.refused
            notes = [left_out(self._lines[item].item, kept[item]) for item in sorted(kept)]
            self._progress(f"{slug}: {len(made.items):,} items go, {len(kept):,} are kept")
            if not made.items:
                return notes
            self._prove_whole(made)
            self._commit(made, notes)
        return []

    def _reasons(self) -> dict[Item, str]:
        """Why items stay, by the law as it stands now."""
        wanted = [line.item for line in self._lines.values()]
        found = {_key(facts.item): facts for facts in self._facts(wanted)}
        kept = {item: "the archive does not know it any more" for item in self._lines if item not in found}
        for item, facts in found.items():
            if reasons := reasons_to_keep(facts, self._today, self._schedules):
                kept[item] = kept_because(reasons)
        return kept

    def _facts(self, items: Sequence[ItemId]) -> Iterator[Facts]:
        holds = partial(holds_on, self._vault.books, self._office.cabinet)
        return facts_of(
            self._archive, self._account, lock_years=self._vault.lock_years, holds=holds, items=items,
            visibility=self._schedules.name_visibility,
        )  # fmt: skip

    def _changed(self, made: Plan) -> dict[Item, str]:
        """What is not as it was approved: a version came since, or one is missing."""
        told = {}
        for item, versions in made.versions.items():
            approved = self._lines[item].versions
            if len(versions) != approved:
                told[item] = f"{approved:,} versions of it were approved, and there are {len(versions):,} now"
        return told

    def _blocked(self, sealed: SealedPart) -> str:
        """Why an object may not go now."""
        now = self._vault.clock()
        if (sealed.part.key, sealed.part.version_id) in self._held:
            return "is kept by a hold"
        for standing in _standings(self._vault, sealed.part.stored.key):
            if standing.legal_hold:
                return "is under a legal hold"
            if standing.locked_until is not None and standing.locked_until > now:
                return f"is locked until {archive_day(standing.locked_until)}"
        return ""

    def _prove_whole(self, made: Plan) -> None:
        """Read every object that goes or is written again, in both stores; `ArchiveDamaged` stops all."""
        for sealed in made.objects:
            self._vault.store.check(sealed.part.stored)
            if self._vault.second is not None:
                _prove_copy(self._vault.second, sealed.part.stored)

    def _commit(self, made: Plan, notes: list[str]) -> None:
        vault, slug, started = self._vault, self._account.slug, self._vault.clock()
        locks = self._locks(made)

        def keep(like: SealedPart, key: str, body: bytes, table: pa.Table | None) -> Part:
            stored = vault.store.put(key, body, locked_until=locks[like.part.key])
            return _part(like.part.role, stored, table)

        parts, superseded = write(self._archive, made, self._order, keep)
        parts.append(self._bury(made))
        ids = sorted(made.items)
        told = (self._order, slug, ids, sorted(one.key for one in superseded))
        draft = Draft(
            account=slug,
            platform=self._account.platform,
            day=self._today,
            kind=RunKind.DISPOSITION,
            digest=hashlib.sha256(msgspec.json.encode(told)).hexdigest(),
            started_at=started,
            ended_at=vault.clock(),
            parts=list({part.key: part for part in parts}.values()),
            coverage=Coverage(notes=notes),
            counts={"items": len(ids), "versions": sum(map(len, made.versions.values()))},
            code_version=__version__,
            superseded=superseded,
            order=self._order,
        )
        commit(vault.store, vault.books, vault.signer, draft, _for_ever(vault))

    def _bury(self, made: Plan) -> Part:
        because = {item: Because(line.record_class, line.keep_until) for item, line in self._lines.items()}
        versions = [one for item in made.items for one in made.versions[item]]
        table = tombstones(self._account.slug, self._today, self._order, versions, because)
        body = to_parquet(table)
        key = tombstones_key(self._account.slug, self._today, hashlib.sha256(body).hexdigest())
        stored = self._vault.store.put(key, body, locked_until=_for_ever(self._vault))
        return _part(Role.TOMBSTONES, stored, table)

    def _locks(self, made: Plan) -> dict[str, datetime]:
        """Until when what stays of each object is locked.

        As long as the object itself was, as what stays in it must be kept for all that is known, and at
        least for some days.
        """
        least = self._vault.clock() + LEAST_LOCK
        locks = {}
        through: dict[str, datetime] = defaultdict(lambda: least)
        until = self._keep_dates(made)
        for sealed in made.tables:
            table = self._archive.table(sealed.part)
            staying = (
                set(zip(table["kind"].to_pylist(), table["native_id"].to_pylist(), strict=True)) - made.items
            )
            moment = max([least, *(until[item] for item in staying if item in until)])
            if sealed.part.role is Role.REMOVED:
                days = [day for day in table["retain_until"].to_pylist() if day is not None]
                moment = max([moment, *map(end_of, days)])
            locks[sealed.part.key] = moment
            for key in table["exchange_key"].unique().to_pylist():
                through[key] = max(through[key], moment)
        for sealed in made.objects:
            key = sealed.part.key
            before = self._vault.store.standing(sealed.part.stored).locked_until or least
            locks[key] = max(before, locks.get(key, least), through[key])
        return locks

    def _keep_dates(self, made: Plan) -> dict[Item, datetime]:
        """Until when what stays beside the destroyed must be kept, where that day is known."""
        staying: set[ItemId] = set()
        for sealed in made.tables:
            items = _items_in(self._archive.table(sealed.part, ["kind", "native_id"])) - made.items
            staying |= {ItemId(self._account.slug, Kind(kind), native_id) for kind, native_id in items}
        if not staying:
            return {}
        days = {
            _key(facts.item): keep_until(reasons_to_keep(facts, self._today, self._schedules))
            for facts in self._facts(sorted(staying))
        }
        return {item: end_of(day) for item, day in days.items() if day is not None}


def _prove_copy(second: Store, stored: Stored) -> None:
    """Raise `ArchiveDamaged` where there are copies and none is whole: a repair leaves the damaged ones."""
    damaged = None
    for copy in versions_of(second, stored.key):
        try:
            second.check(msgspec.structs.replace(copy, sha256=stored.sha256))
        except ArchiveDamaged as error:
            damaged = error
        else:
            return
    if damaged is not None:
        raise damaged


def versions_of(store: Store, key: str) -> list[Stored]:
    """Every version of an object: a repair leaves the damaged one beside the whole one."""
    return [one for one in store.walk(key) if one.key == key]


def left_out(item: ItemId, why: str) -> str:
    """Why an item of an order stays, for the certificate."""
    reason = why if why.startswith("Kept, because") else f"Kept, because {why.rstrip('.')}."
    return f"{item.account}, {item.kind.value} {item.native_id}: {reason[0].lower()}{reason[1:]}"


def _items_in(table: pa.Table) -> set[Item]:
    return set(zip(table["kind"].to_pylist(), table["native_id"].to_pylist(), strict=True))


def _standings(vault: Vault, key: str) -> Iterator[Standing]:
    for store in filter(None, (vault.store, vault.second)):
        yield from (store.standing(one) for one in versions_of(store, key))


def _held_objects(vault: Vault) -> set[tuple[str, str]]:
    with vault.books.connect() as connection:
        return set(connection.execute(select(HELD_OBJECTS.c.key, HELD_OBJECTS.c.version_id)).tuples())


def _account(vault: Vault, slug: str) -> Account:
    query = select(ACCOUNTS).where(ACCOUNTS.c.slug == slug)
    with vault.books.connect() as connection:
        row = connection.execute(query).mappings().first()
    if row is None:
        raise ArchiveDamaged(
            f"The registry does not know {slug}, and an order names items of it; nothing went."
        )
    holder = Holder(row["holder"])
    return Account(row["slug"], row["platform"], row["native_id"], row["handle"], holder)


def _part(role: Role, stored: Stored, table: pa.Table | None) -> Part:
    if table is None:
        return Part(role, stored.key, stored.version_id, stored.sha256, stored.size)
    posted = table["posted_at"]
    bounds = pc.min_max(posted).as_py()
    return Part(
        role, stored.key, stored.version_id, stored.sha256, stored.size,
        table.num_rows, posted.null_count, bounds["min"], bounds["max"],
    )  # fmt: skip


def _for_ever(vault: Vault) -> datetime:
    return end_of(add_calendar_years(archive_day(vault.clock()), FOR_EVER_YEARS))


def _key(item: ItemId) -> Item:
    return item.kind.value, item.native_id
