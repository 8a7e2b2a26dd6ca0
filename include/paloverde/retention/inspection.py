"""Everything that the Trusted System Statement is made from, read at one moment: settings, stores, records.

Nothing here judges. What could not be read is told as trouble, and never passed over.
"""

from __future__ import annotations

import hashlib
import stat
from collections.abc import Sequence
from datetime import datetime, timedelta

import msgspec
from sqlalchemy import ColumnElement, Connection, Select, and_, func, select

from paloverde import __version__
from paloverde.archive.doctor import last_verdict
from paloverde.archive.kept import totals
from paloverde.archive.keys import Cause, key_register
from paloverde.archive.ledger import Event, Ledger
from paloverde.archive.papers import Cabinet
from paloverde.archive.seal import read_seal
from paloverde.archive.store.interface import Store, Stored
from paloverde.archive.store.live import live_settings, try_rights
from paloverde.archive.store.tamper import Tamper
from paloverde.archive.vault import Vault
from paloverde.errors import PaloverdeError
from paloverde.records import archive_day
from paloverde.retention.held import counts_of, last_look
from paloverde.retention.holds import Hold, holds_in
from paloverde.retention.inspected import (
    Copied,
    Credential,
    Examined,
    Head,
    Held,
    Inspected,
    Place,
    Read,
    Sampled,
)
from paloverde.retention.schedule import Schedules
from paloverde.settings import Secret, Settings
from paloverde.state.tables import CHECKS, COPIES, HELD_ITEMS, HELD_OBJECTS, LOG, PARTS, REPAIRS, RUNS

FIXITY = "fixity checked"
_ENDS, _RANDOM = 4, 12  # of the sample: oldest, newest, and by a hash that nobody chooses
_CREDENTIALS = ("s3", "destroy_s3", "second_s3", "second_destroy_s3")


def inspect(
    settings: Settings,
    vault: Vault,
    ledger: Ledger,
    schedules: Schedules,
    tampers: Sequence[Tamper],
) -> Inspected:
    """Read everything. `tampers` are those of the first copy and, where there is one, of the second."""
    now = vault.clock()
    fixity = ledger.newest(FIXITY)
    with vault.books.connect() as connection:
        last_seal = _last_seal(connection)
        samples = _samples(connection, now)
        places = tuple(
            _place(name, tamper, sample, ledger)
            for name, tamper, sample in zip(("first copy", "second copy"), tampers, samples, strict=False)
        )
        return Inspected(
            at=now,
            agency=settings.agency_name,
            software=f"Paloverde {__version__}",
            lock_mode=settings.lock_mode,
            lock_years=vault.lock_years,
            fixity_days=settings.fixity_days,
            places=places,
            totals=totals(connection, now, settings.fixity_days),
            copied=_copied(connection, now),
            read=_read(connection, now, settings.fixity_days, fixity.event if fixity else None),
            seals=_count(connection, select(func.count()).select_from(RUNS).where(~RUNS.c.pending)),
            last_seal=last_seal,
            seal_trouble=_seal_trouble(vault.store, last_seal),
            entries=ledger.count(),
            public_key=vault.signer.public_key,
            key_is_private=not settings.signing_key_file.stat().st_mode & (stat.S_IRWXG | stat.S_IRWXO),
            keys_lost=tuple(
                key.sentence() for key in key_register(connection).keys if key.cause is Cause.LOST
            ),
            head=_head(connection),
            authorities=len(settings.timestamp_authorities or ()),
            witnesses=len(settings.witnesses or ()),
            credentials=tuple(_credentials(settings)),
            schedules=tuple(one.resolution for one in schedules.on(archive_day(now))),
            held=_held(connection, _in_force(vault, ledger), now),
        )


def _place(name: str, tamper: Tamper, sample: Sequence[tuple[str, Stored]], ledger: Ledger) -> Place:
    store = tamper.store
    place = Place(name, store.description, store.grade)
    try:
        return msgspec.structs.replace(
            place,
            settings=live_settings(tamper),
            rights=try_rights(tamper),
            sample=tuple(_stands(store, what, stored) for what, stored in sample),
            examined=_examined(store, ledger),
        )
    except PaloverdeError as error:
        return msgspec.structs.replace(place, trouble=str(error))


def _stands(store: Store, what: str, stored: Stored) -> Sampled:
    try:
        found = store.standing(stored)
    except PaloverdeError as error:
        return Sampled(what, stored.key, stored.sha256, trouble=str(error))
    return Sampled(what, stored.key, stored.sha256, found.locked_until, found.mode, found.legal_hold)


def _examined(store: Store, ledger: Ledger) -> Examined | None:
    """The last time that the doctor came to a verdict on this store, as the ledger has it."""
    event = last_verdict(ledger, store.description, "usable")
    if event is None:
        return None
    about, strict = event.about, last_verdict(ledger, store.description, "compliance_allowed")
    is_strict = strict is not None and strict.about["compliance_allowed"] == "True"
    return Examined(event.at, about["usable"] == "True", is_strict, about["key"], about["sha256"])


def _samples(
    connection: Connection, now: datetime
) -> tuple[list[tuple[str, Stored]], list[tuple[str, Stored]]]:
    """The sample as it is named in the first copy, and as far as it lies in the second, there."""
    columns = (PARTS.c.role, PARTS.c.key, PARTS.c.version_id, PARTS.c.sha256, PARTS.c.size)
    begin = hashlib.sha256(now.isoformat().encode()).hexdigest()
    orders: tuple[Select[tuple[str, str, str, str, int]], ...] = (
        select(*columns).order_by(PARTS.c.sequence, PARTS.c.key).limit(_ENDS),
        select(*columns).where(PARTS.c.sha256 >= begin).order_by(PARTS.c.sha256).limit(_RANDOM),
        select(*columns).order_by(PARTS.c.sequence.desc(), PARTS.c.key).limit(_ENDS),
    )
    rows = {(row.key, row.version_id): row for query in orders for row in connection.execute(query)}
    sealed = [(str(row.role), Stored(row.key, row.version_id, row.sha256, row.size)) for row in rows.values()]
    here = [(what, _in_place_of(connection, stored)) for what, stored in sealed]
    there = []
    for what, stored in sealed:
        where = and_(COPIES.c.key == stored.key, COPIES.c.version_id == stored.version_id)
        version = connection.execute(select(COPIES.c.copy_version_id).where(where)).scalar()
        if version is not None:
            there.append((what, msgspec.structs.replace(stored, version_id=version)))
    return here, there


def _in_place_of(connection: Connection, stored: Stored) -> Stored:
    """The object itself, or the version that was put back for it."""
    where = and_(REPAIRS.c.key == stored.key, REPAIRS.c.version_id == stored.version_id)
    whole = connection.execute(select(REPAIRS.c.whole_version_id).where(where)).scalar()
    return stored if whole is None else msgspec.structs.replace(stored, version_id=whole)


def _copied(connection: Connection, now: datetime) -> Copied:
    same = and_(COPIES.c.key == PARTS.c.key, COPIES.c.version_id == PARTS.c.version_id)
    before = PARTS.c.day < archive_day(now) - timedelta(days=1)
    late = (
        select(func.count()).select_from(PARTS.outerjoin(COPIES, same)).where(COPIES.c.key.is_(None), before)
    )
    oldest = connection.execute(select(func.min(COPIES.c.checked_at))).scalar()
    return Copied(_count(connection, late), oldest)


def _read(connection: Connection, now: datetime, days: int, last: Event | None) -> Read:
    same = and_(CHECKS.c.key == PARTS.c.key, CHECKS.c.version_id == PARTS.c.version_id)
    unread: ColumnElement[bool] = CHECKS.c.key.is_(None) & (
        PARTS.c.day < archive_day(now) - timedelta(days=days)
    )
    overdue = CHECKS.c.checked_at < now - timedelta(days=days)
    late = select(func.count()).select_from(PARTS.outerjoin(CHECKS, same)).where(unread | overdue)
    oldest = connection.execute(select(func.min(CHECKS.c.checked_at))).scalar()
    return Read(oldest, _count(connection, late), last)


def _last_seal(connection: Connection) -> Stored | None:
    query = select(RUNS.c.key, RUNS.c.version_id, RUNS.c.sha256, RUNS.c.body).where(~RUNS.c.pending)
    row = connection.execute(query.order_by(RUNS.c.sequence.desc()).limit(1)).first()
    return None if row is None else Stored(row.key, row.version_id, row.sha256, len(row.body.encode()))


def _seal_trouble(store: Store, seal: Stored | None) -> str:
    """Why the last seal cannot be believed: its bytes are read from the store, its signature checked."""
    try:
        if seal is not None:
            read_seal(store.get(seal), where=seal.key)
    except PaloverdeError as error:
        return str(error)
    return ""


def _head(connection: Connection) -> Head | None:
    """The newest head of the log that an outside authority stamped; else the newest."""
    stamped = select(func.max(LOG.c.tree_size)).where(LOG.c.what == "timestamp")
    size = connection.execute(stamped).scalar()
    query = select(LOG).where(LOG.c.what == "head").order_by(LOG.c.tree_size.desc(), LOG.c.made_at.desc())
    rows = connection.execute(query if size is None else query.where(LOG.c.tree_size == size)).mappings()
    row = rows.first()
    if row is None:
        return None
    stamps = select(func.count()).where(LOG.c.what == "timestamp", LOG.c.tree_size == row["tree_size"])
    return Head(row["tree_size"], row["made_at"], row["key"], row["sha256"], _count(connection, stamps))


def _in_force(vault: Vault, ledger: Ledger) -> list[bool]:
    """Of each hold in force, as its papers say, whether all its items are gathered."""
    cabinet, today = Cabinet(vault, ledger), archive_day(vault.clock())
    active = [hold for hold in holds_in(cabinet) if hold.is_active(today)]
    return [_is_gathered(vault, cabinet, hold) for hold in active]


def _is_gathered(vault: Vault, cabinet: Cabinet, hold: Hold) -> bool:
    """Whether all that a hold is about was looked for, and none of the items found then is lost."""
    last = last_look(cabinet, hold.id)
    return last.scopes == len(hold.scopes) and counts_of(vault.books, hold.id)[0] >= last.total


def _held(connection: Connection, in_force: list[bool], now: datetime) -> Held:
    recent = now - timedelta(days=2)
    unseen = HELD_OBJECTS.c.seen_at.is_(None) | (HELD_OBJECTS.c.seen_at < recent)
    return Held(
        len(in_force),
        _count(connection, select(func.count()).select_from(HELD_ITEMS)),
        _count(connection, select(func.count()).select_from(HELD_OBJECTS)),
        _count(connection, select(func.count()).select_from(HELD_OBJECTS).where(unseen)),
        in_force.count(False),
    )


def _credentials(settings: Settings) -> list[Credential]:
    """The access keys by the names of their settings. Their values are compared, and go nowhere."""
    keys = {name: getattr(settings, f"{name}_access_key") for name in _CREDENTIALS}
    found = []
    for name, key in keys.items():
        others = [other for other_name, other in keys.items() if other_name != name and other is not None]
        found.append(
            Credential(f"PALOVERDE_{name.upper()}_ACCESS_KEY", key is not None, _is_own(key, others))
        )
    return found


def _is_own(key: Secret | None, others: Sequence[Secret]) -> bool:
    return key is not None and all(key.reveal() != other.reveal() for other in others)


def _count(connection: Connection, query: Select[tuple[int]]) -> int:
    return int(connection.execute(query).scalar() or 0)
