"""The database in both its forms: SQLite embedded, PostgreSQL in production."""

from __future__ import annotations

import os
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from sqlalchemy import Engine, inspect, select, text
from sqlalchemy.exc import DatabaseError, IntegrityError

from paloverde.errors import ArchiveDamaged, BadSetting, Unreachable
from paloverde.state import books as books_module
from paloverde.state.books import open_books, writing
from paloverde.state.tables import ACCOUNTS, METADATA


@pytest.fixture
def engine(books_url: str) -> Engine:
    return open_books(books_url)


def row(**more: object) -> dict[str, object]:
    plain = {"slug": "x-a", "platform": "x", "native_id": "1", "handle": "a", "active": True}
    return {**plain, "registered_at": 0, **more}


def test_the_migrations_make_exactly_the_tables_of_the_code(engine: Engine) -> None:
    with engine.connect() as connection:
        assert compare_metadata(MigrationContext.configure(connection), METADATA) == []


def test_the_migrations_go_down_and_up_again(engine: Engine, books_url: str) -> None:
    config = Config()
    config.set_main_option("script_location", str(Path(books_module.__file__).parent / "migrations"))
    with writing(engine) as connection:
        config.attributes["connection"] = connection
        command.downgrade(config, "base")
    assert inspect(engine).get_table_names() == ["alembic_version"]
    again = open_books(books_url)
    assert set(inspect(again).get_table_names()) == {*METADATA.tables, "alembic_version"}


def test_a_database_of_a_newer_version_is_refused(engine: Engine, books_url: str) -> None:
    with writing(engine) as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    with pytest.raises(BadSetting, match="newer Paloverde"):
        open_books(books_url)


def test_a_moment_comes_back_to_the_microsecond(engine: Engine) -> None:
    moment = datetime(2026, 11, 22, 9, 15, 0, 123457, tzinfo=UTC)
    with writing(engine) as connection:
        connection.execute(ACCOUNTS.insert().values(row(registered_at=moment)))
    with engine.connect() as connection:
        assert connection.execute(select(ACCOUNTS.c.registered_at)).scalar() == moment


def test_what_fails_half_way_is_not_written(engine: Engine) -> None:
    with pytest.raises(ZeroDivisionError), writing(engine) as connection:
        connection.execute(ACCOUNTS.insert().values(row()))
        raise ZeroDivisionError
    with engine.connect() as connection:
        assert connection.execute(select(ACCOUNTS)).first() is None


def test_a_name_of_any_length_that_a_site_gives_is_kept(engine: Engine) -> None:
    with writing(engine) as connection:
        connection.execute(ACCOUNTS.insert().values(row(native_id="9" * 2000)))
    with engine.connect() as connection:
        assert connection.execute(select(ACCOUNTS.c.native_id)).scalar() == "9" * 2000


def test_a_defect_of_ours_is_not_called_an_outage_and_shows_no_values(engine: Engine) -> None:
    with pytest.raises(IntegrityError) as raised, writing(engine) as connection:
        connection.execute(ACCOUNTS.insert().values(row()))
        connection.execute(ACCOUNTS.insert().values(row(handle="what somebody wrote")))
    assert "what somebody wrote" not in str(raised.value)


def test_an_address_that_names_no_database_is_said() -> None:
    with pytest.raises(BadSetting, match="PALOVERDE_DATABASE"):
        open_books("nonsense://x")


def test_a_folder_in_the_place_of_the_file_is_said(tmp_path: Path) -> None:
    (tmp_path / "dir.db").mkdir()
    with pytest.raises(Unreachable, match="does not answer"):
        open_books(f"sqlite:///{tmp_path}/dir.db")


def test_a_file_that_is_no_database_is_called_damaged(tmp_path: Path) -> None:
    (tmp_path / "a.db").write_bytes(b"not a database at all" * 500)
    with pytest.raises(ArchiveDamaged, match="paloverde rebuild"):
        open_books(f"sqlite:///{tmp_path}/a.db")


@pytest.mark.parametrize(
    "change", ["ALTER TABLE accounts DROP COLUMN handle", "ALTER TABLE accounts RENAME TO accounts_of_old"]
)
def test_a_database_of_another_version_says_what_to_do(engine: Engine, change: str) -> None:
    with writing(engine) as connection:
        connection.execute(text(change))
    with engine.connect() as connection, pytest.raises(BadSetting, match="run `paloverde rebuild`"):
        connection.execute(select(ACCOUNTS)).all()
    with pytest.raises(BadSetting, match="another version"), writing(engine) as connection:
        connection.execute(ACCOUNTS.insert().values(row()))


def test_a_wrong_name_of_ours_is_not_taken_for_another_version(engine: Engine) -> None:
    with engine.connect() as connection, pytest.raises((Unreachable, DatabaseError)):
        connection.execute(text("SELECT nobody_has_this FROM accounts"))


def test_a_writer_that_waits_too_long_for_another_is_told(tmp_path: Path) -> None:
    engine = open_books(f"sqlite:///{tmp_path}/a.db")
    with writing(engine), engine.connect() as second:
        second.exec_driver_sql("PRAGMA busy_timeout = 1")
        with pytest.raises(Unreachable, match="database is locked"):
            second.exec_driver_sql("BEGIN IMMEDIATE")


def test_a_server_that_vanished_is_noticed_within_about_a_minute(books_url: str) -> None:
    engine = open_books(books_url)
    if engine.dialect.name == "sqlite":
        pytest.skip("there is no server to vanish")
    with engine.connect() as connection:
        given = connection.connection.dbapi_connection.info.get_parameters()
    asked = {
        name: int(given[name]) for name in ("keepalives_idle", "keepalives_interval", "keepalives_count")
    }
    seconds = asked["keepalives_idle"] + asked["keepalives_interval"] * asked["keepalives_count"]
    assert (seconds, given["tcp_user_timeout"]) == (60, "60000")


def test_a_database_of_this_version_is_opened_without_loading_what_makes_one(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'state.db'}"
    open_books(url)
    opens = "import sys; from paloverde.state.books import open_books; open_books(sys.argv[1])"
    told = subprocess.run(
        [sys.executable, "-c", f"{opens}; print('alembic' in sys.modules)", url],
        env={"PYTHONPATH": os.pathsep.join(path for path in sys.path if path)},
        check=True,
        capture_output=True,
        text=True,
    )
    assert told.stdout == "False\n"
