from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from sqlalchemy import inspect, select

from paloverde.errors import BadSetting, Unreachable
from paloverde.state import books as books_module
from paloverde.state.books import open_books, writing
from paloverde.state.tables import ACCOUNTS, METADATA


def test_the_migrations_make_exactly_the_tables_of_the_code(tmp_path: Path) -> None:
    engine = open_books(f"sqlite:///{tmp_path}/a.db")
    with engine.connect() as connection:
        assert compare_metadata(MigrationContext.configure(connection), METADATA) == []


def test_the_migrations_go_down_again(tmp_path: Path) -> None:
    engine = open_books(f"sqlite:///{tmp_path}/a.db")
    config = Config()
    config.set_main_option("script_location", str(Path(books_module.__file__).parent / "migrations"))
    with writing(engine) as connection:
        config.attributes["connection"] = connection
        command.downgrade(config, "base")
    assert inspect(engine).get_table_names() == ["alembic_version"]


def test_a_moment_comes_back_to_the_microsecond(tmp_path: Path) -> None:
    engine = open_books(f"sqlite:///{tmp_path}/a.db")
    moment = datetime(2026, 11, 22, 9, 15, 0, 123457, tzinfo=UTC)
    row = {
        "slug": "x-a",
        "platform": "x",
        "native_id": "1",
        "handle": "a",
        "active": True,
        "registered_at": moment,
    }
    with writing(engine) as connection:
        connection.execute(ACCOUNTS.insert().values(row))
    with engine.connect() as connection:
        assert connection.execute(select(ACCOUNTS.c.registered_at)).scalar() == moment


def test_what_fails_half_way_is_not_written(tmp_path: Path) -> None:
    engine = open_books(f"sqlite:///{tmp_path}/a.db")
    row = {
        "slug": "x-a",
        "platform": "x",
        "native_id": "1",
        "handle": "a",
        "active": True,
        "registered_at": 0,
    }
    with pytest.raises(ZeroDivisionError), writing(engine) as connection:
        connection.execute(ACCOUNTS.insert().values(row))
        raise ZeroDivisionError
    with engine.connect() as connection:
        assert connection.execute(select(ACCOUNTS)).first() is None


def test_a_database_that_cannot_be_used_is_said(tmp_path: Path) -> None:
    with pytest.raises(BadSetting, match="PALOVERDE_DATABASE"):
        open_books("nonsense://x")
    (tmp_path / "dir.db").mkdir()
    with pytest.raises(Unreachable, match="does not answer"):
        open_books(f"sqlite:///{tmp_path}/dir.db")
