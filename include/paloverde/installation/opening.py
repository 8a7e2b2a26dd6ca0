"""Opening a city's installation: the store, the database and the signing key that its settings name."""

from __future__ import annotations

from datetime import UTC, datetime
from enum import StrEnum
from itertools import islice
from pathlib import Path

from sqlalchemy import Engine, Table, func, select

from paloverde.archive.doctor import refuse_compliance_unless_proven
from paloverde.archive.layout import LEDGER_ENTRIES, ledger_prefix, run_prefix
from paloverde.archive.mended import MendedStore
from paloverde.archive.signing import Signer, open_signer, passing_signer
from paloverde.archive.store import open_store
from paloverde.archive.store.interface import Store
from paloverde.archive.vault import Vault
from paloverde.errors import ArchiveDamaged, BadSetting
from paloverde.installation.city import Installation
from paloverde.installation.copies import unfinished
from paloverde.installation.journal import Journal
from paloverde.installation.place import place_of, second_place_of
from paloverde.platforms.conversation import Clock
from paloverde.settings import Settings
from paloverde.state.books import open_books
from paloverde.state.tables import LEDGER, RUNS

_SAMPLE = 5  # seals, and as many entries, that a store is known by
_LOST = (
    "The store, {}, is empty or another one: nothing of {} is in it, and nothing was written. Its disk may "
    "not be mounted, or PALOVERDE_STORE names another place. If it is really lost: see "
    "docs/guide/disaster.md, `paloverde copies restore`."
)


def now() -> datetime:
    return datetime.now(UTC)


class Purpose(StrEnum):
    """What an installation is opened for."""

    WORK = "work"  # an archive must be there
    READ = "read"  # the same, and a key that was given up does: it is said, and nothing is written
    BEGIN = "begin"  # one may be begun
    EXAMINE = "examine"  # the doctor: on a store that is not proven yet
    REBUILD = "rebuild"  # the database may be empty while the store is not; nothing is signed
    REPAIR = "repair"  # rows of the database may be wrong or gone; a strange key writes nothing
    NEW_KEY = "new key"  # the signing key may be lost: another one is made


def open_installation(
    settings: Settings, clock: Clock = now, *, purpose: Purpose = Purpose.BEGIN
) -> Installation:
    """Open the store, the database and the signing key that the settings name.

    Refused are: an archive that is not there (`WORK`), a store, a database or a signing key that was lost,
    COMPLIANCE on a store that has not passed `paloverde doctor`.
    """
    if purpose in (Purpose.WORK, Purpose.READ, Purpose.REPAIR):
        _refuse_an_empty_place(settings)
    _refuse_a_half_filled_database(settings, purpose)
    address, access = place_of(settings)
    store, books = open_store(address, **access), open_books(settings.database)
    knows_runs = _has_rows(books)
    forgotten = not knows_runs and _holds_runs(store)
    if forgotten and purpose is not Purpose.REBUILD:
        raise ArchiveDamaged(
            f"{store.description} holds sealed runs, and the database knows none: it is another one, or was "
            "lost. Check PALOVERDE_DATABASE and PALOVERDE_HOME; if it was lost, run `paloverde rebuild`."
        )
    second = _second(settings)
    if purpose in (Purpose.WORK, Purpose.READ, Purpose.BEGIN, Purpose.NEW_KEY):
        refuse_a_lost_store(store, books)
    if purpose is Purpose.REPAIR:
        refuse_a_strange_store(store, second, books)
    if purpose not in (Purpose.REBUILD, Purpose.REPAIR):
        refuse_an_older_database(store, books)
    signer = _signer(settings, purpose, is_begun=knows_runs or forgotten)
    store = MendedStore(store, books)
    vault = Vault(store, books, signer, clock, settings.lock_years, second)
    city = Installation(settings, vault)
    if purpose is not Purpose.EXAMINE:
        refuse_compliance_unless_proven(city.vault, city.ledger)
    where = f"in {settings.signing_key_file}"
    if purpose is Purpose.READ:
        city.only_reads = city.keys.register().given_up(signer.public_key, where)
    if purpose not in (Purpose.REBUILD, Purpose.REPAIR, Purpose.NEW_KEY) and not city.only_reads:
        city.keys.register().refuse_stranger(signer.public_key, where)
    if purpose in (Purpose.WORK, Purpose.READ, Purpose.BEGIN) and not city.only_reads:
        city.changes.notice()
        Journal(city.vault, city.ledger).tell_what_was_left()
    return city


def _signer(settings: Settings, purpose: Purpose, *, is_begun: bool) -> Signer:
    """The signing key. One that is lost is replaced on purpose only, and a rebuild does without."""
    path = settings.signing_key_file
    if path.exists() or not is_begun or purpose is Purpose.NEW_KEY:
        return open_signer(path)
    if purpose is Purpose.REBUILD:
        return passing_signer()
    raise BadSetting(
        f"The key {path} is missing, and the runs here are sealed with it. Put it back from the backup, or "
        "name its place with PALOVERDE_SIGNING_KEY_FILE. If there is no other copy of it, `paloverde keys "
        'replace --lost --said "WHAT HAPPENED"` makes a new one and states the loss for good: what is '
        "sealed so far stays believed."
    )


def refuse_a_lost_store(store: Store, books: Engine) -> None:
    """`ArchiveDamaged` where the store holds nothing of what the database knows, as a disk not mounted does.

    One look at the newest seal where all is well. Before the first run, at the newest ledger entry.
    """
    table, prefix = (RUNS, "runs/") if _newest(books, RUNS) else (LEDGER, LEDGER_ENTRIES)
    newest = _newest(books, table)
    if newest is None or store.find(newest) is not None:
        return
    other = next(iter(store.walk(prefix)), None)
    if other is None or not _knows(books, table, other.key):  # else it is ours, and one object is missing
        raise ArchiveDamaged(_LOST.format(store.description, "what the database knows"))


def refuse_a_strange_store(store: Store, second: Store | None, books: Engine) -> None:
    """`ArchiveDamaged` where a repair would write a whole archive into a place that is not the archive's.

    Neither the database nor any one object is believed here: a store is ours where one of its first seals and
    entries is known to the database or lies in the second copy. A disk that is not mounted holds none.
    """
    there = [
        (table, one.key)
        for table, prefix in ((RUNS, "runs/"), (LEDGER, LEDGER_ENTRIES))
        for one in islice(store.walk(prefix), _SAMPLE)
    ]
    if any(_knows(books, table, key) or (second and second.find(key)) for table, key in there):
        return
    if there or _has_rows(books) or (second is not None and _holds_runs(second)):
        raise ArchiveDamaged(_LOST.format(store.description, "what the database and the second copy know"))


def _newest(books: Engine, table: Table) -> str | None:
    """The key of the newest seal or entry that is stored."""
    query = select(table.c.key).where(~table.c.pending).order_by(table.c.sequence.desc()).limit(1)
    with books.connect() as connection:
        return connection.execute(query).scalar()


def _knows(books: Engine, table: Table, key: str) -> bool:
    with books.connect() as connection:
        return connection.execute(select(table.c.key).where(table.c.key == key)).first() is not None


def refuse_an_older_database(store: Store, books: Engine) -> None:
    """`ArchiveDamaged` where the store holds what follows on the last thing that the database knows of.

    A backup put back over a newer archive would give numbers to new runs and events that are taken already.
    """
    for table, prefix, what in ((RUNS, run_prefix, "run"), (LEDGER, ledger_prefix, "ledger entry")):
        following = _head(books, table) + 1
        is_taken = next(iter(store.walk(prefix(following))), None) is not None
        if is_taken and _head(books, table) < following:  # else another process has just written it
            raise ArchiveDamaged(
                f"{store.description} holds {what} {following:,}, and the database does not know it: it was "
                "put back from an older copy. Run `paloverde rebuild`, which fills it again from the objects."
            )


def _head(books: Engine, table: Table) -> int:
    with books.connect() as connection:
        return connection.execute(select(func.max(table.c.sequence))).scalar() or 0


def _second(settings: Settings) -> Store | None:
    """The second copy. One in the same place would be lost with the first."""
    place = second_place_of(settings)
    if place is None:
        return None
    if (place[0], settings.second_s3_endpoint) == (settings.store, settings.s3_endpoint):
        raise BadSetting(
            "PALOVERDE_SECOND_STORE is where PALOVERDE_STORE is; a second copy lies in another place."
        )
    return open_store(place[0], **place[1])


def _refuse_an_empty_place(settings: Settings) -> None:
    """With a misspelled home, a search would find nothing and a bundle would say so under a new key."""
    if nothing_is_here(settings):
        raise BadSetting(
            f"There is no archive here: {settings.database.database} does not exist. Check PALOVERDE_HOME "
            f"({settings.home}). A new archive begins with `paloverde accounts add`; a lost database comes "
            "back with `paloverde rebuild`."
        )


def _refuse_a_half_filled_database(settings: Settings, purpose: Purpose) -> None:
    """Without the holds, which are filled in last, a disposition would not know what is held."""
    if purpose not in (Purpose.REBUILD, Purpose.REPAIR) and unfinished(settings).exists():
        raise ArchiveDamaged(
            "The last `paloverde rebuild` runs still, or did not come to its end, and the database may be "
            "half filled. Wait for it, or run it again: it begins anew."
        )


def nothing_is_here(settings: Settings) -> bool:
    """Whether no archive was begun at this place. A server may always hold one."""
    database = settings.database
    return database.get_backend_name() == "sqlite" and not Path(database.database or "").exists()


def _has_rows(books: Engine) -> bool:
    with books.connect() as connection:
        return any(connection.execute(select(table).limit(1)).first() for table in (RUNS, LEDGER))


def _holds_runs(store: Store) -> bool:
    return any(next(iter(store.walk(prefix)), None) for prefix in ("runs/", LEDGER_ENTRIES))
