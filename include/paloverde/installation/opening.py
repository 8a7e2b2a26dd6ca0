"""Opening a city's installation: the store, the database and the signing key that its settings name."""

from __future__ import annotations

from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path

from sqlalchemy import Engine, select

from paloverde.archive.doctor import refuse_compliance_unless_proven
from paloverde.archive.layout import LEDGER_ENTRIES
from paloverde.archive.signing import open_signer
from paloverde.archive.store import open_store
from paloverde.archive.store.interface import Store
from paloverde.archive.vault import Vault
from paloverde.errors import ArchiveDamaged, BadSetting
from paloverde.installation.city import Installation
from paloverde.installation.place import place_of, second_place_of
from paloverde.platforms.conversation import Clock
from paloverde.settings import Settings
from paloverde.state.books import open_books
from paloverde.state.tables import LEDGER, RUNS


def now() -> datetime:
    return datetime.now(UTC)


class Purpose(StrEnum):
    """What an installation is opened for."""

    WORK = "work"  # an archive must be there
    BEGIN = "begin"  # one may be begun
    EXAMINE = "examine"  # the doctor: on a store that is not proven yet
    REBUILD = "rebuild"  # the database may be empty while the store is not


def open_installation(
    settings: Settings, clock: Clock = now, *, purpose: Purpose = Purpose.BEGIN
) -> Installation:
    """Open the store, the database and the signing key that the settings name.

    Refused are: an archive that is not there (`WORK`), a database or a signing key that was lost, COMPLIANCE
    on a store that has not passed `paloverde doctor`.
    """
    if purpose is Purpose.WORK:
        _refuse_an_empty_place(settings)
    address, access = place_of(settings)
    store, books = open_store(address, **access), open_books(settings.database)
    knows_runs = _has_rows(books)
    forgotten = not knows_runs and _holds_runs(store)
    if forgotten and purpose is not Purpose.REBUILD:
        raise ArchiveDamaged(
            f"{store.description} holds sealed runs, and the database knows none: it is another one, or was "
            "lost. Check PALOVERDE_DATABASE and PALOVERDE_HOME; if it was lost, run `paloverde rebuild`."
        )
    if (knows_runs or forgotten) and not settings.signing_key_file.exists():
        raise BadSetting(
            f"The key {settings.signing_key_file} is missing, and the runs here are sealed with it. "
            "Put it back from the backup, or name its place with PALOVERDE_SIGNING_KEY_FILE."
        )
    signer = open_signer(settings.signing_key_file)
    vault = Vault(store, books, signer, clock, settings.lock_years, _second(settings))
    city = Installation(settings, vault)
    if purpose is not Purpose.EXAMINE:
        refuse_compliance_unless_proven(city.vault, city.ledger)
    return city


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
    database = settings.database
    if database.get_backend_name() == "sqlite" and not Path(database.database or "").exists():
        raise BadSetting(
            f"There is no archive here: {database.database} does not exist. Check PALOVERDE_HOME "
            f"({settings.home}). A new archive begins with `paloverde accounts add`; a lost database comes "
            "back with `paloverde rebuild`."
        )


def _has_rows(books: Engine) -> bool:
    with books.connect() as connection:
        return any(connection.execute(select(table).limit(1)).first() for table in (RUNS, LEDGER))


def _holds_runs(store: Store) -> bool:
    return any(next(iter(store.walk(prefix)), None) for prefix in ("runs/", LEDGER_ENTRIES))
