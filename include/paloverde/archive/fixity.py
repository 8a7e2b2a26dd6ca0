"""Fixity: reading both copies again, longest unchecked first, and comparing it with its seal."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta

import msgspec
from sqlalchemy import Engine, bindparam

from paloverde.archive.kept import NEW_DAYS, Kept, Totals, totals, waiting_for_check
from paloverde.archive.losses import Place, losses
from paloverde.archive.store.interface import Standing, Store, Stored
from paloverde.archive.store.rules import check_key
from paloverde.errors import ArchiveDamaged, BadSetting
from paloverde.state.books import changing, insert_into
from paloverde.state.tables import CHECKS, COPIES
from paloverde.wording import some

SIDE_BY_SIDE = 8  # objects read at a time
_MIB = 1024 * 1024
_NAMED = 50  # damaged objects in one sentence; the report holds them all
_COMPARED = (
    COPIES.update()
    .where(COPIES.c.key == bindparam("of_key"), COPIES.c.version_id == bindparam("of_version"))
    .values(checked_at=bindparam("checked_at"))
)


class Condition(msgspec.Struct, frozen=True):
    """How an object stands in both copies: "" where all is well, else what is wrong, in words.

    `lock` is about locks and holds, of either copy. `size` counts the bytes read.
    """

    kept: Kept
    first: str
    second: str
    lock: str
    size: int
    is_compared: bool = True  # False where the second copy is not set any more

    @property
    def damaged(self) -> str:
        """As the table CHECKS has it."""
        if self.first and self.second:
            return "both"
        if self.first or self.second:
            return "first" if self.first else "second"
        return "lock" if self.lock else ""

    @property
    def is_nowhere(self) -> bool:
        """Whether it is whole in neither copy, as far as both could be looked at."""
        return bool(self.first) and (bool(self.second) or self.kept.copy_version_id is None)

    def sentence(self, lost: int | None = None) -> str:
        """What is wrong and what to do; "" where all is well. `lost` is the entry that names its loss."""
        if not self.damaged:
            return ""
        second = self.second and f"In the second copy: {self.kept.stored.key} {self.second}."
        first = self.first and f"{self.kept.stored.key} {self.first}."
        lock = self.lock and f"{self.kept.stored.key}: {self.lock}"
        return " ".join(one for one in (first, second, lock, self._way_out(lost)) if one)

    def _way_out(self, lost: int | None) -> str:
        if self.is_nowhere and lost is not None:
            return (
                f"It is LOST: a repair found it whole nowhere, as entry {lost:,} of the ledger says. Look "
                "for another backup, put it back under its name, and run `paloverde repair` again (see "
                "docs/guide/disaster.md)."
            )
        if self.is_nowhere:
            where = "It is whole in neither copy" if self.second else "There is no second copy of it"
            return f"{where}: `paloverde repair` looks for it in what else is kept."
        if self.first and not self.is_compared:
            return (
                "Set PALOVERDE_SECOND_STORE again: then `paloverde repair` puts it back from the second copy."
            )
        if self.lock:
            return "`paloverde repair` locks it again."
        return f"It is put back from the {'second copy' if self.first else 'first'} by `paloverde repair`."


class FixityReport(msgspec.Struct, frozen=True):
    """What a check read, and what it found damaged, as sentences.

    `size` and `budget` are bytes. `database` is in what the database differs from what the objects say;
    `notes` are what else is to be known; `strays` the keys in the second copy that nothing lists.
    """

    checked: int
    size: int
    damaged: list[str]
    database: list[str] = []
    totals: Totals = Totals(0, 0, 0, 0, 0, 0, 0, 0)
    budget: int = 0
    days: int = 30
    notes: list[str] = []
    strays: list[str] = []
    lost: int = 0  # of `damaged`, what a repair found whole nowhere

    @property
    def is_whole(self) -> bool:
        return not self.damaged and not self.database and not self.totals.damaged and not self.strays

    @property
    def needed_a_day(self) -> int:
        """Bytes that have to be read each day: all within `days`, both copies, and what is new every day."""
        found = self.totals
        twice = 2 if found.copied else 1
        return (found.size + found.copied_size) // max(self.days, 1) + twice * found.new_size

    @property
    def suffices(self) -> bool:
        """Whether one check a day, within this budget, reads everything within `days`."""
        return self.needed_a_day <= self.budget

    def sentence(self) -> str:
        size = f"{self.size / 1e6:,.1f} MB"
        read = f"{some(self.checked, 'object')} ({size}) were read again and compared with their seals"
        told = [f"{read}: all are whole." if not self.damaged else self._damage(read)]
        told += self.database
        known = self.totals.damaged - len(self.damaged)
        if known > 0 and not self.damaged:
            told.append(f"Damaged at an earlier check and not repaired yet: {known:,}.")
        if self.database or max(self.totals.damaged, len(self.damaged)) > self.lost:
            told.append("Run `paloverde repair`.")
        if self.strays:
            told.append(
                f"In the second copy lie {some(len(self.strays), 'object')} that nothing lists: what an "
                "order of "
                "destruction has not finished (carry it out again), or what came back after it (IT takes it "
                f"out with the destroyer's key): {', '.join(self.strays[:_NAMED])}."
            )
        return " ".join([*told, *self.notes, *self.arithmetic()])

    def arithmetic(self) -> list[str]:
        """Whether the budget suffices, and what is overdue, in words."""
        found = self.totals
        if not found.objects:
            return []
        whole = f"The archive has {some(found.objects, 'object')}, {found.size / 1e6:,.1f} MB"
        copied = f", {found.copied_size / 1e6:,.1f} MB of it in the second copy too" if found.copied else ""
        needed = (
            f"to read all within {self.days} days, and what is younger than {NEW_DAYS} days every day, takes "
            f"{self.needed_a_day / _MIB:,.1f} MiB a day; the budget is {self.budget / _MIB:,.0f} MiB"
        )
        enough = "which suffices." if self.suffices else (
            f"which does NOT suffice: set PALOVERDE_FIXITY_BUDGET_MB to {self.needed_a_day // _MIB + 1:,} or "
            "more."
        )  # fmt: skip
        return [
            f"{whole}{copied}: {needed}, {enough}",
            f"Overdue (last read more than {self.days} days ago): {found.overdue:,}.",
            f"Never read again yet: {found.unread:,}.",
        ]

    def _damage(self, read: str) -> str:
        more = len(self.damaged) - _NAMED
        told = [f"{read}: {len(self.damaged):,} are damaged.", *self.damaged[:_NAMED]]
        return " ".join([*told, f"And {more:,} more."] if more > 0 else told)


def check_fixity(
    store: Store, books: Engine, now: datetime, budget: int, *,
    second: Store | None = None, days: int = 30, listed: Engine | None = None,
    progress: Callable[[str], None] = lambda _: None,
) -> FixityReport:  # fmt: skip
    """Read up to `budget` bytes of objects in both copies, longest unchecked first; note how each was.

    Damaged ones come first every time, then those of the last days. `listed` is the database that the list of
    objects is taken from, where `books` is not to be trusted with it.
    """
    source = listed or books
    checked = size = 0
    bad: list[Condition] = []
    with ThreadPoolExecutor(SIDE_BY_SIDE) as pool:
        for batch in waiting_for_check(source, now):
            chosen = _within(batch, budget - size)
            found = list(pool.map(lambda one: examine(store, second, one, now), chosen))
            for engine in {source, books}:
                note_checks(engine, found, now)
            checked, size = checked + len(found), size + sum(one.size for one in found)
            bad += [one for one in found if one.damaged]
            progress(f"{some(checked, 'object')}, {size / 1e6:,.1f} MB; damaged: {len(bad):,}")
            if size >= budget or len(chosen) < len(batch):
                break
    with source.connect() as connection:
        found_all = totals(connection, now, days)
    lost = losses(source) if any(one.is_nowhere for one in bad) else {}
    entries = [_loss(one, lost) for one in bad]
    told = [one.sentence(entry) for one, entry in zip(bad, entries, strict=True)]
    gone = sum(entry is not None for entry in entries)
    return FixityReport(checked, size, told, [], found_all, budget, days, lost=gone)


def examine(store: Store, second: Store | None, kept: Kept, now: datetime) -> Condition:
    """Read an object in both copies, and look at its locks. `Unreachable` where a store does not answer."""
    first = _trouble(store, kept.stored)
    if first and second is not None and kept.copy is None:
        kept = _copied_unnoted(second, kept)
    copy = kept.copy if second is not None else None
    other = _trouble(second, copy) if second is not None and copy is not None else ""
    if first and second is not None and copy is None:
        other = f"is missing from {second.description}"
    size = kept.stored.size * (2 if copy is not None else 1)
    lock = "" if first or other else _lock_trouble(store, second, kept, now)
    return Condition(kept, first, other, lock, size, second is not None)


def _copied_unnoted(second: Store, kept: Kept) -> Kept:
    """With its copy, where one lies there that the database does not know of, as after a rebuild."""
    try:
        found = second.find(check_key(kept.stored.key))
    except BadSetting:
        return kept
    return kept if found is None else msgspec.structs.replace(kept, copy_version_id=found.version_id)


def _loss(one: Condition, lost: dict[Place, int]) -> int | None:
    """The entry of the ledger that names the loss of an object that is whole nowhere."""
    return lost.get((one.kept.stored.key, one.kept.stored.version_id)) if one.is_nowhere else None


def note_checks(books: Engine, found: Iterable[Condition], now: datetime) -> None:
    """Write down when each object was checked, and how it was: all of them in one transaction."""
    # By its name: an object that two runs seal, or a repair met twice, is one row.
    checked = {(one.kept.stored.key, one.kept.stored.version_id): one for one in found}
    rows = [
        {"key": key, "version_id": version_id, "checked_at": now, "damaged": one.damaged}
        for (key, version_id), one in checked.items()
    ]
    compared = [
        {"of_key": key, "of_version": version_id, "checked_at": now}
        for (key, version_id), one in checked.items()
        if one.kept.copy is not None and not one.second
    ]
    insert = insert_into(books, CHECKS)
    new = {name: insert.excluded[name] for name in ("checked_at", "damaged")}
    with changing(books) as connection:
        if rows:
            connection.execute(
                insert.on_conflict_do_update(index_elements=list(CHECKS.primary_key), set_=new), rows
            )
        if compared:
            connection.execute(_COMPARED, compared)


def standing_of(store: Store, stored: Stored) -> Standing | None:
    """How an object stands; None where it, or the file with its lock, is gone."""
    try:
        return store.standing(stored)
    except ArchiveDamaged:
        return None


def lock_wanted(kept: Kept, standings: Iterable[Standing | None], now: datetime) -> datetime | None:
    """Until when an object must be locked: the latest that any copy says, and never less than the floor."""
    dates = [one.locked_until for one in standings if one is not None]
    dates.append(kept.locked_at_least_until())
    until = max((date for date in dates if date is not None), default=None)
    return until if until is not None and until > now + timedelta(minutes=1) else None


def _within(batch: list[Kept], left: int) -> list[Kept]:
    """As many of a batch as the budget allows; one at least, so that a check of anything gets on."""
    chosen: list[Kept] = []
    for one in batch:
        if left <= 0 and chosen:
            break
        chosen.append(one)
        left -= one.stored.size * (1 if one.copy is None else 2)
    return chosen


def _trouble(store: Store, stored: Stored) -> str:
    """What is wrong with an object's bytes, as words after its name; "" where they are what was sealed."""
    try:
        check_key(stored.key)
    except BadSetting as error:
        return f"is an object that the database names and no store can hold: {str(error).rstrip('.')}"
    try:
        store.check(stored)
    except ArchiveDamaged:
        if standing_of(store, stored) is not None:
            return f"has other bytes than were sealed, in {store.description}"
        if store.find(stored.key) is None:
            return f"is missing from {store.description}"
        return f"is not as it was sealed in {store.description}"
    return ""


def _lock_trouble(store: Store, second: Store | None, kept: Kept, now: datetime) -> str:
    """What is wrong with the locks of an object whose bytes are whole."""
    copy = kept.copy if second is not None else None
    first = standing_of(store, kept.stored)
    other = standing_of(second, copy) if second is not None and copy is not None else None
    if first is None or (copy is not None and other is None):
        return "What is written of its lock cannot be read."
    wanted = lock_wanted(kept, (first, other), now)
    for place, one in (("", first), (" in the second copy", other)):
        if one is not None and wanted is not None and (one.locked_until is None or one.locked_until < wanted):
            return f"It is not locked{place} until {wanted:%d %B %Y}, as it must be."
    if other is not None and first.legal_hold and not other.legal_hold:
        return "It is under a legal hold, and its second copy is not."
    return ""
