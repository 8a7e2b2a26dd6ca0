"""One account's part of an order of destruction, up to its seal: what goes, what stays, and why.

The reasons to keep each item are gathered again, from fresh facts. What has one stays; so does what is not
as it was approved, what an unexpired lock or a hold keeps, and what cannot be told apart from the rest. What
stays of each object is written anew and sealed, with a tombstone for each version that goes. None goes yet.
"""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from functools import partial

import msgspec
import pyarrow as pa
import pyarrow.compute as pc
from sqlalchemy import Connection, select

from paloverde import __version__
from paloverde.archive.commit import commit
from paloverde.archive.layout import tombstones_key
from paloverde.archive.papers import FOR_EVER_YEARS, Cabinet
from paloverde.archive.parquet import to_parquet
from paloverde.archive.pieces import Item
from paloverde.archive.planning import Plan, plan
from paloverde.archive.reader import Archive, SealedPart
from paloverde.archive.rewriting import write
from paloverde.archive.seal import Coverage, Draft, Part, Role, RunKind, Superseded
from paloverde.archive.store.interface import Grade, Store, Stored
from paloverde.archive.tombstones import Because, last_destroyed, tombstones
from paloverde.archive.unnamed import unnamed
from paloverde.archive.vault import Vault, end_of
from paloverde.errors import ArchiveDamaged
from paloverde.records import Account, Holder, Kind, add_calendar_years, archive_day
from paloverde.retention.blocks import Blocks, HoldsMoved, newest_of_holds, versions_of
from paloverde.retention.decision import kept_because, reasons_to_keep
from paloverde.retention.facts import Facts, ItemId
from paloverde.retention.gather import facts_of
from paloverde.retention.held import Find, holds_on, last_run
from paloverde.retention.orders import Line
from paloverde.retention.schedule import Schedules, adopted
from paloverde.state.tables import ACCOUNTS, PARTS
from paloverde.wording import some

LEAST_LOCK = timedelta(days=30)  # of what is written anew
_TRIES = 3
Progress = Callable[[str], None]


class Door(msgspec.Struct, frozen=True):
    """How the destroyer enters a store: its address, and keys that may delete (a directory needs none)."""

    url: str
    endpoint: str | None = None
    region: str | None = None
    access_key: str | None = None
    secret_key: str | None = None
    mode: Grade = Grade.GOVERNANCE
    encryption: str | None = None


class Office(msgspec.Struct, frozen=True):
    """What carrying out an order needs. `second` is the door of the second copy, where there is one."""

    vault: Vault
    archive: Archive
    cabinet: Cabinet
    reasonable_years: int
    find: Callable[[Archive], Find]  # what a hold's scope finds in an archive
    first: Door
    second: Door | None = None


class Burial:
    """One account's part of an order, up to its seal."""

    def __init__(
        self,
        office: Office,
        order: str,
        slug: str,
        lines: Sequence[Line],
        progress: Progress,
        keep: Callable[[], None],
    ) -> None:
        self._office, self._order, self._progress = office, order, progress
        self._vault, self._archive = office.vault, office.archive
        self._account = _account(office.vault, slug)
        self._lines = {(line.item.kind.value, line.item.native_id): line for line in lines}
        self._schedules = Schedules(tuple(adopted(office.cabinet)), office.reasonable_years)
        self._today = archive_day(office.vault.clock())
        self._keep, self._blocks, self._seen = keep, Blocks(office.vault, office.cabinet), 0
        self._through = 0

    def seal(self) -> list[str]:
        """Write what stays, and seal it; the sentences of what was left out where there is no seal to say.

        The caller has the turns. A hold that is filed before the seal is decided is seen: all is planned
        again with it. `TryAgain` where that happens again and again.
        """
        for _ in range(_TRIES - 1):
            try:
                return self._seal()
            except HoldsMoved as moved:
                self._progress(f"{self._account.slug}: {moved}")
        return self._seal()

    def _seal(self) -> list[str]:
        slug, vault = self._account.slug, self._vault
        with vault.books.connect() as connection:
            self._seen = newest_of_holds(connection)
        self._through = last_run(vault.books)
        self._blocks = Blocks(vault, self._office.cabinet)
        kept = self._reasons()
        after = last_destroyed(self._archive, slug)
        made = self._plan([item for item in self._lines if item not in kept], after)
        kept |= made.refused
        left = unnamed(vault, slug, made.going, self._keep)
        if stays := self._changed(made) | self._stuck(left):
            kept |= stays
            made = self._plan([item for item in made.items if item not in stays], after)
            kept |= made.refused
        notes = [left_out(self._lines[item].item, kept[item]) for item in sorted(kept)]
        self._progress(f"{slug}: {some(len(made.items), 'item goes', 'items go')}, {len(kept):,} are kept")
        if not made.items:
            return notes
        self._prove_whole(made)
        self._commit(made, notes, [part for part, items in left.items() if items & made.items])
        return []

    def _stuck(self, left: Mapping[Part, frozenset[Item]]) -> dict[Item, str]:
        """What stays since it is also in an object that no seal names and that may not go itself now."""
        told: dict[Item, str] = {}
        for part, items in left.items():
            if why := self._blocks.why(SealedPart(part, self._account.slug, self._today, 0, 0)):
                reason = (
                    f"an object that a run left unfinished, or an undone destruction, has it too and {why}"
                )
                told |= dict.fromkeys(items - told.keys(), reason)
        return told

    def _plan(self, able: Sequence[Item], after: Mapping[Item, int]) -> Plan:
        account = self._account
        return plan(self._archive, account.slug, account.platform, able, self._blocks.why, after, self._keep)

    def _refuse_moved_holds(self, connection: Connection) -> None:
        if newest_of_holds(connection) != self._seen:
            raise HoldsMoved(
                "A hold was issued, widened or released meanwhile; what may be destroyed is looked at again."
            )

    def _refuse_pictures_named_again(self, connection: Connection, media: Iterable[str]) -> None:
        """Another account's run may have brought the same picture since it was looked who has it."""
        newer = select(PARTS.c.key).where(PARTS.c.role == Role.MEDIA.value, PARTS.c.sequence > self._through)
        if not set(media).isdisjoint(connection.execute(newer).scalars()):
            raise HoldsMoved(
                "A picture or file that would go was archived again meanwhile; what may be destroyed is "
                "looked at again."
            )

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
                told[item] = (
                    f"{some(approved, 'version')} of it were approved, and there are {len(versions):,} now"
                )
        return told

    def _prove_whole(self, made: Plan) -> None:
        """Read every object that goes or is written again, in both stores; `ArchiveDamaged` stops all."""
        for sealed in made.objects:
            self._keep()
            self._vault.store.check(sealed.part.stored)
            if self._vault.second is not None:
                _prove_copy(self._vault.second, sealed.part.stored)

    def _commit(self, made: Plan, notes: list[str], left: Sequence[Part]) -> None:
        vault, slug, started = self._vault, self._account.slug, self._vault.clock()
        locks = self._locks(made)

        def keep(like: SealedPart, key: str, body: bytes, table: pa.Table | None) -> Part:
            self._keep()
            stored = vault.store.put(key, body, locked_until=locks[like.part.key])
            return _part(like.part.role, stored, table)

        def look(connection: Connection) -> None:
            self._refuse_moved_holds(connection)
            self._refuse_pictures_named_again(connection, (sealed.part.key for sealed in made.media))

        parts, superseded = write(self._archive, made, self._order, keep)
        written = {part.key for part in parts}
        superseded += [
            Superseded(one.role, one.key, one.version_id, one.sha256, one.size, "")
            for one in left
            if one.key not in written
        ]
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
        self._keep()
        commit(vault.store, vault.books, vault.signer, draft, _for_ever(vault), look)

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
            is_dossier = sealed.part.role is Role.REMOVED
            names = ["kind", "native_id", "exchange_key", *(["retain_until"] if is_dossier else [])]
            table = self._archive.table(sealed.part, names)
            staying = _items_in(table) - made.items
            moment = max([least, *(until[item] for item in staying if item in until)])
            if is_dossier:
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
        """The latest day that is known until which what stays beside the destroyed must be kept.

        A reason without an end (a hold, still shown) says nothing against the end of another.
        """
        staying: set[ItemId] = set()
        for sealed in made.tables:
            items = _items_in(self._archive.table(sealed.part, ["kind", "native_id"])) - made.items
            staying |= {ItemId(self._account.slug, Kind(kind), native_id) for kind, native_id in items}
        if not staying:
            return {}
        until: dict[Item, datetime] = {}
        for facts in self._facts(sorted(staying)):  # one after the other: reasons are long sentences
            reasons = reasons_to_keep(facts, self._today, self._schedules)
            if days := [one.until for one in reasons if one.until]:
                until[_key(facts.item)] = end_of(max(days))
        return until


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


def left_out(item: ItemId, why: str) -> str:
    """Why an item of an order stays, for the certificate."""
    reason = why if why.startswith("Kept, because") else f"Kept, because {why.rstrip('.')}."
    return f"{item.account}, {item.kind.value} {item.native_id}: {reason[0].lower()}{reason[1:]}"


def _items_in(table: pa.Table) -> set[Item]:
    return set(zip(table["kind"].to_pylist(), table["native_id"].to_pylist(), strict=True))


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
