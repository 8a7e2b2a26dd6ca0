"""Opening the database: the engine, its migrations, one way to write in it, and its troubles in words."""

from __future__ import annotations

import logging
import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import (
    URL,
    Connection,
    Engine,
    ExceptionContext,
    Table,
    create_engine,
    event,
    inspect,
    make_url,
    text,
)
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import DatabaseError, DataError, IntegrityError, InterfaceError, SQLAlchemyError
from sqlalchemy.exc import ProgrammingError as RefusedError
from sqlalchemy.pool import NullPool

from paloverde.errors import ArchiveDamaged, BadSetting, Unreachable
from paloverde.state.tables import METADATA

_MIGRATIONS = Path(__file__).parent / "migrations"
_WRITE_LOCK = 0x70616C6F  # one advisory lock for the chain of seals and the ledger (PostgreSQL)
_LOCK_SECONDS = 60  # a writer waits this long for another one
_CONNECT_SECONDS = 10
# A server that vanished without a word is noticed within about a minute (libpq's own settings).
_NOTICED = {
    "keepalives": "1", "keepalives_idle": "30", "keepalives_interval": "10", "keepalives_count": "3",
    "tcp_user_timeout": "60000",
}  # fmt: skip
# What SQLite says of a file whose pages are broken, and PostgreSQL's SQLSTATE class of the same.
_DAMAGED_WORDS = ("malformed", "not a database")
_DAMAGED_STATES = ("XX001", "XX002")
_NO_RIGHT = "42501"  # PostgreSQL: insufficient_privilege
# How SQLite and PostgreSQL say that a table or a column is not there, and those that this version has.
_MISSING = re.compile(
    r"no such (?:table|column): ([\w.]+)|has no column named (\w+)"
    r"|(?:relation|column) \"?([\w.]+)\"?(?: of relation \"?\w+\"?)? does not exist"
)
_NAMES = {name for table in METADATA.sorted_tables for name in (table.name, *table.columns.keys())}


def open_books(url: str | URL) -> Engine:
    """The engine of the database at `url`, migrated to the newest form.

    Raises `BadSetting` for an address that names no database, `Unreachable` where none answers. Whatever is
    asked of the engine later, a database in trouble raises `Unreachable` or `ArchiveDamaged` there too.
    """
    engine = _create(url)
    event.listen(engine, "handle_error", _say)
    if engine.dialect.name == "sqlite":
        _prepare_sqlite(engine)
    with engine.connect() as connection:
        is_newest = _version(connection) == _newest()
    if not is_newest:
        _migrate(engine)
    return engine


@contextmanager
def writing(engine: Engine) -> Iterator[Connection]:
    """One transaction that no other writer of the archive shares: committed at the end, or nothing."""
    with engine.connect() as connection:
        if engine.dialect.name == "sqlite":
            connection.exec_driver_sql("BEGIN IMMEDIATE")
        else:
            connection.execute(text(f"SET LOCAL lock_timeout = '{_LOCK_SECONDS}s'"))
            connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": _WRITE_LOCK})
        yield connection
        connection.commit()


@contextmanager
def changing(engine: Engine) -> Iterator[Connection]:
    """One transaction over rows of its own: committed at the end, or nothing.

    PostgreSQL locks the rows that are read `with_for_update()`; SQLite, which knows no rows, the whole file.
    """
    with engine.connect() as connection:
        if engine.dialect.name == "sqlite":
            connection.exec_driver_sql("BEGIN IMMEDIATE")
        else:
            connection.execute(text(f"SET LOCAL lock_timeout = '{_LOCK_SECONDS}s'"))
        yield connection
        connection.commit()


def insert_into(engine: Engine, table: Table) -> Any:
    """An `INSERT` that may say `ON CONFLICT`: both databases know it, SQLAlchemy writes it for each apart."""
    return sqlite.insert(table) if engine.dialect.name == "sqlite" else postgresql.insert(table)


def _create(url: str | URL) -> Engine:
    try:
        given = make_url(url)
        kind: dict[str, Any] = {"connect_args": {"timeout": _LOCK_SECONDS}}
        if given.get_backend_name() != "sqlite":
            found_out = {"connect_timeout": str(_CONNECT_SECONDS), **_NOTICED}
            given = given.update_query_dict({**found_out, **given.query})
            # `writing` takes its lock and then looks: it must see what was committed while it waited.
            kind = {"isolation_level": "READ COMMITTED"}
        # A connection lives as long as its work: a night leaves none idle for hours, for a firewall or a
        # restart to cut. Statements are not shown with their values: they hold what people wrote.
        return create_engine(given, poolclass=NullPool, hide_parameters=True, **kind)
    except (SQLAlchemyError, ImportError) as error:
        raise BadSetting(
            "The setting PALOVERDE_DATABASE names no database that can be used. "
            "Give an SQLAlchemy address, such as sqlite:////var/lib/paloverde/state.db."
        ) from error


def _say(context: ExceptionContext) -> None:
    """Raise what a person can act on in place of the driver's error, where the database is in trouble.

    A defect of ours (a wrong statement, a row twice) stays what it is.
    """
    error = context.sqlalchemy_exception
    if not isinstance(error, (DatabaseError, InterfaceError)):
        return
    reason = " ".join(str(error.orig).split()).rstrip(".")
    state = getattr(error.orig, "sqlstate", None)
    where = _named(context.engine) if context.engine else "that PALOVERDE_DATABASE names"
    if state in _DAMAGED_STATES or any(words in reason for words in _DAMAGED_WORDS):
        raise ArchiveDamaged(
            f"The database {where} is damaged: {reason}. Restore it from a backup; or move it away, register "
            "the accounts again and run `paloverde rebuild`, which fills it from the stored objects."
        ) from error
    if _lacks_what_we_know(reason):
        raise BadSetting(
            f"The database {where} was made by another version of Paloverde, or was never filled: {reason}. "
            "Move it away and run `paloverde rebuild`, which fills a new one from the stored objects; then "
            "take the tokens in again (`paloverde accounts token`)."
        ) from error
    if isinstance(error, (DataError, IntegrityError)) or (
        isinstance(error, RefusedError) and state != _NO_RIGHT
    ):
        return
    raise Unreachable(
        f"The database {where} does not answer as it should: {reason}. Check that it runs, that its disk is "
        "not full, and that this user may write there; then run the same again: what is sealed stays sealed."
    ) from error


def _lacks_what_we_know(reason: str) -> bool:
    """Whether the database misses a table or column that this version has; a wrong name of ours is none."""
    found = _MISSING.search(reason)
    return found is not None and next(filter(None, found.groups())).rpartition(".")[2] in _NAMES


def _named(engine: Engine) -> str:
    """The database as a message may name it: without password and options."""
    return engine.url.set(query={}).render_as_string()


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


def _version(connection: Connection) -> str:
    """The form that a database has; empty where it has none yet."""
    if not inspect(connection).has_table("alembic_version"):
        return ""
    return str(connection.execute(text("SELECT version_num FROM alembic_version")).scalar() or "")


def _newest() -> str:
    """The newest form: the migrations' files begin with their numbers."""
    return max(path.name.partition("_")[0] for path in (_MIGRATIONS / "versions").glob("[0-9]*_*.py"))


def forms_of(engine: Engine) -> tuple[str, str]:
    """The form that a database has, and the newest that this version of the program knows."""
    with engine.connect() as connection:
        return _version(connection), _newest()


def _migrate(engine: Engine) -> None:
    # Loaded only here: it takes a fifth of a second, and a database changes its form once a year.
    from alembic import command  # noqa: PLC0415
    from alembic.config import Config  # noqa: PLC0415
    from alembic.util import CommandError  # noqa: PLC0415

    logging.getLogger("alembic.runtime.migration").setLevel(logging.WARNING)  # it greets at every opening
    config = Config()
    config.set_main_option("script_location", str(_MIGRATIONS).replace("%", "%%"))
    try:
        with writing(engine) as connection:
            config.attributes["connection"] = connection
            command.upgrade(config, "head")
    except CommandError as error:
        raise BadSetting(
            f"The database {_named(engine)} was made by a newer Paloverde than this one: "
            "install that version, or name another database in PALOVERDE_DATABASE."
        ) from error
