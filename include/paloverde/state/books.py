"""Opening the database: the engine, its migrations, and one way to write in it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from alembic import command
from alembic.config import Config
from sqlalchemy import URL, Connection, Engine, create_engine, event, make_url, text
from sqlalchemy.exc import OperationalError, SQLAlchemyError

from paloverde.errors import BadSetting, Unreachable

_MIGRATIONS = Path(__file__).parent / "migrations"
_WRITE_LOCK = 0x70616C6F  # one advisory lock for the chain of seals and the ledger (PostgreSQL)


def open_books(url: str | URL) -> Engine:
    """The engine of the database at `url`, migrated to the newest form.

    Raises `BadSetting` for an address that names no database, `Unreachable` where none answers.
    """
    try:
        engine = create_engine(
            url, connect_args={"timeout": 60} if make_url(url).get_backend_name() == "sqlite" else {}
        )
    except (SQLAlchemyError, ImportError) as error:
        raise BadSetting(
            "The setting PALOVERDE_DATABASE names no database that can be used. "
            "Give an SQLAlchemy address, such as sqlite:////var/lib/paloverde/state.db."
        ) from error
    if engine.dialect.name == "sqlite":
        _prepare_sqlite(engine)
    try:
        with writing(engine) as connection:
            _migrate(connection)
    except OperationalError as error:
        raise Unreachable(
            f"The database {engine.url.render_as_string()} does not answer: {error.orig}. "
            "Check that it runs, that its disk is not full, and that this user may write there."
        ) from error
    return engine


@contextmanager
def writing(engine: Engine) -> Iterator[Connection]:
    """One transaction that no other writer of the archive shares: committed at the end, or nothing."""
    with engine.connect() as connection:
        if engine.dialect.name == "sqlite":
            connection.exec_driver_sql("BEGIN IMMEDIATE")
        else:
            connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": _WRITE_LOCK})
        yield connection
        connection.commit()


def _prepare_sqlite(engine: Engine) -> None:
    """Write-ahead log, full flush to disk, and transactions begun by us, not by the driver."""
    if engine.url.database:
        Path(engine.url.database).parent.mkdir(parents=True, exist_ok=True, mode=0o700)

    @event.listens_for(engine, "connect")
    def settings(raw: Any, record: Any) -> None:
        del record
        raw.isolation_level = None
        raw.execute("PRAGMA journal_mode=WAL")
        raw.execute("PRAGMA synchronous=FULL")


def _migrate(connection: Connection) -> None:
    config = Config()
    config.set_main_option("script_location", str(_MIGRATIONS).replace("%", "%%"))
    config.attributes["connection"] = connection
    command.upgrade(config, "head")
