"""What earlier releases wrote is read, searched, verified, rebuilt and gone on with by this one.

Each `<release>.zip` here was written by that release (`releases.make`) and is never made again.
"""

from __future__ import annotations

import json
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory
from sqlalchemy import Engine, MetaData, create_engine, inspect, select

from paloverde.archive.seal import Role
from paloverde.bundles.verify import verify
from paloverde.installation import Installation, Purpose, open_installation
from paloverde.settings import load
from paloverde.state import books as books_module
from paloverde.state.books import forms_of, open_books, writing
from postgres import PostgreSQL
from releases.make import answer, read_facts, tables

RELEASES = sorted(Path(__file__).parent.glob("*.zip"))
MIGRATIONS = Path(books_module.__file__).parent / "migrations"


@pytest.fixture(params=RELEASES, ids=lambda path: path.stem)
def release(request: pytest.FixtureRequest) -> zipfile.ZipFile:
    return zipfile.ZipFile(request.param)


@pytest.fixture
def facts(release: zipfile.ZipFile) -> dict[str, Any]:
    """What was true of it when it was written, and how its questions were answered."""
    return read_facts(release)


@pytest.fixture
def home(release: zipfile.ZipFile, tmp_path: Path) -> Path:
    for name in release.namelist():
        if name.startswith("home/"):
            release.extract(name, tmp_path)
    for secret in (tmp_path / "home").iterdir():
        secret.chmod(0o700 if secret.is_dir() else 0o600)
    return tmp_path / "home"


@pytest.fixture
def city(home: Path) -> Iterator[Installation]:
    city = open_installation(load({"PALOVERDE_HOME": str(home)}), purpose=Purpose.WORK)
    yield city
    city.vault.books.dispose()


@pytest.fixture
def opened() -> Iterator[Callable[[str], Engine]]:
    """Opens databases, and closes their connections when the test ends."""
    engines: list[Engine] = []

    def at(url: str) -> Engine:
        engines.append(create_engine(url))
        return engines[-1]

    yield at
    for engine in engines:
        engine.dispose()


def alembic(engine: Engine, revision: str, way: Any = command.upgrade) -> None:
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    with writing(engine) as connection:
        config.attributes["connection"] = connection
        way(config, revision)


def test_there_is_an_archive_of_each_release() -> None:
    assert RELEASES


def test_every_question_is_answered_as_it_was_then(
    city: Installation, home: Path, facts: dict[str, Any]
) -> None:
    """By a scan of the archive, and by an index that this release builds of it."""
    for question, told in facts["asked"].items():
        assert answer(home, question) == told, question
    city.index.refresh(lambda _: None)
    for question, told in facts["asked"].items():
        assert answer(home, question) == told, question


def test_its_records_hold_and_dossiers_are_all_there(city: Installation, facts: dict[str, Any]) -> None:
    for role, count in facts["rows"].items():
        parts = city.archive.parts(Role(role))
        assert sum(city.archive.table(sealed.part).num_rows for sealed in parts) == count
    assert [hold.id for hold in city.holds.all()] == ["LIT-2026-01"]
    assert city.check_fixity().is_whole


def test_its_database_comes_up_to_date_with_every_row(city: Installation, facts: dict[str, Any]) -> None:
    has, newest = forms_of(city.vault.books)
    assert has == newest
    assert _but_for_the_opening(tables(city), facts) == _but_for_the_opening(facts["tables"], facts)


def test_its_database_can_be_lost_and_filled_again_from_its_objects(
    home: Path, facts: dict[str, Any]
) -> None:
    (home / "paloverde.db").unlink()
    for rest in home.glob("paloverde.db-*"):
        rest.unlink()
    city = open_installation(load({"PALOVERDE_HOME": str(home)}), purpose=Purpose.REBUILD)
    city.rebuild(lambda _: None)
    assert {table: tables(city)[table] for table in ("runs", "parts", "items")} == {
        table: facts["tables"][table] for table in ("runs", "parts", "items")
    }
    assert answer(home, "*") == facts["asked"]["*"]
    city.vault.books.dispose()


def test_its_bundle_is_verified(home: Path) -> None:
    report = verify(home / "PRA-2026-0001.zip")
    assert report.checked
    assert report.wrong == []


def test_the_database_of_a_release_is_made_as_it_was(
    tmp_path: Path, facts: dict[str, Any], opened: Callable[[str], Engine]
) -> None:
    """A migration that a release has shipped is changed by nobody; what is new comes as another one."""
    engine = opened(f"sqlite:///{tmp_path}/old.db")
    alembic(engine, facts["revision"])
    there = inspect(engine)
    assert sorted(there.get_table_names()) == sorted(facts["schema"])
    for table, columns in facts["schema"].items():
        now = [f"{one['name']} {one['type']!s} {one['nullable']}" for one in there.get_columns(table)]
        assert sorted(now) == columns, f"{table}: add a migration, and leave {facts['revision']} as it was"


def test_every_row_goes_up_on_postgresql_and_down_again(
    home: Path, postgres: PostgreSQL, facts: dict[str, Any], opened: Callable[[str], Engine]
) -> None:
    """The rows of the release, in its own form, on a server; up to the newest form, down, and up again."""
    url = postgres.make_database()
    server, file = opened(url), opened(f"sqlite:///{home}/paloverde.db")
    alembic(server, facts["revision"])
    moved = _copied(file, server)
    assert moved == {table: count for table, count in facts["tables"].items() if table != "alembic_version"}
    up = open_books(url)
    assert forms_of(up)[0] == forms_of(up)[1]
    whole = _rows(up)
    if forms_of(up)[0] != facts["revision"]:
        alembic(up, facts["revision"], command.downgrade)
        alembic(up, "head")
    assert _rows(up) == whole
    assert {table: len(rows) for table, rows in whole.items() if table in moved} == moved
    up.dispose()


def test_every_migration_goes_down_as_it_went_up(
    postgres: PostgreSQL, tmp_path: Path, opened: Callable[[str], Engine]
) -> None:
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    steps = [step.revision for step in ScriptDirectory.from_config(config).walk_revisions()][::-1]
    for url in (f"sqlite:///{tmp_path}/steps.db", postgres.make_database()):
        engine = opened(url)
        before: list[dict[str, list[str]]] = [{}]
        for step in steps:
            alembic(engine, step)
            before.append(_form(engine))
        for _ in steps:
            assert _form(engine) == before.pop()
            alembic(engine, "-1", command.downgrade)
        assert _form(engine) == {}


def _but_for_the_opening(counts: dict[str, int], facts: dict[str, Any]) -> dict[str, int]:
    """How many rows each table of then has, but for what tells that the archive was opened at another place."""
    return {table: counts[table] for table in facts["tables"] if not table.startswith(("ledger", "filed"))}


def _form(engine: Engine) -> dict[str, list[str]]:
    there = inspect(engine)
    return {
        table: sorted(f"{one['name']} {one['type']!s} {one['nullable']}" for one in there.get_columns(table))
        for table in there.get_table_names()
        if table != "alembic_version"
    }


def _copied(file: Engine, server: Engine) -> dict[str, int]:
    """Every row of one database written into the other, which has the same tables; how many of each."""
    here, there, moved = MetaData(), MetaData(), {}
    here.reflect(file)
    there.reflect(server)
    with file.connect() as reading, server.begin() as into:
        for table in there.sorted_tables:
            if table.name == "alembic_version":
                continue
            rows = [dict(row) for row in reading.execute(select(here.tables[table.name])).mappings()]
            if rows:
                into.execute(table.insert(), rows)
            moved[table.name] = len(rows)
    return moved


def _rows(engine: Engine) -> dict[str, list[str]]:
    there = MetaData()
    there.reflect(engine)
    with engine.connect() as connection:
        return {
            name: sorted(json.dumps(list(row), default=str) for row in connection.execute(select(table)))
            for name, table in there.tables.items()
            if name != "alembic_version"
        }
