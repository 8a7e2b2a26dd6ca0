"""A database in trouble, as whoever runs a command meets it: one plain sentence, and a status that says what next."""

from __future__ import annotations

import os
from collections.abc import Callable
from datetime import date, datetime
from pathlib import Path
from typing import Any, Protocol

import pytest
from sqlalchemy import URL, make_url, select

from paloverde.archive.reader import Archive
from paloverde.archive.store.interface import Store, Stored
from paloverde.archive.vault import Vault
from paloverde.cli import main
from paloverde.errors import Unreachable
from paloverde.installation import open_installation
from paloverde.records import Account
from paloverde.settings import load
from paloverde.state.books import open_books
from paloverde.state.tables import ITEMS
from plaza import plaza
from plazacity import City
from postgres import PostgreSQL

SLUG = "x-palmaria"
DAY = date(2026, 11, 20)
WRITING = [["search", "sweeping"], ["fixity"], ["rebuild"]]
COMMANDS = [
    *WRITING,
    ["archive"],
    ["archive", SLUG, "--day", str(DAY)],
    ["removals", SLUG],
    ["accounts"],
    ["ledger"],
]
TRY_AGAIN = 75


class Sentence(Protocol):
    def __call__(self, *words: str, status: int = TRY_AGAIN) -> str: ...


@pytest.fixture
def sentence(capsys: pytest.CaptureFixture[str]) -> Sentence:
    """Runs a command and gives its one sentence of standard error."""

    def run(*words: str, status: int = TRY_AGAIN) -> str:
        assert main(list(words)) == status
        said = capsys.readouterr()
        assert said.out == ""
        (line,) = said.err.splitlines()
        assert line.startswith("paloverde: ")
        assert "Error" not in line
        assert "SELECT" not in line
        return line

    return run


@pytest.fixture
def city(tmp_path: Path) -> None:
    os.environ["PALOVERDE_HOME"] = str(tmp_path)
    (tmp_path / "secrets").mkdir(mode=0o700)
    (tmp_path / "secrets" / SLUG).write_text("token")


def move_in() -> URL:
    """Register an account in the database that the environment names."""
    installation = open_installation(load(os.environ))
    installation.register_account(Account(SLUG, "x", "1", "palmaria"))
    return installation.settings.database


@pytest.mark.usefixtures("city")
class TestPostgreSQL:
    @pytest.fixture(autouse=True)
    def _in(self, city: None, postgres: PostgreSQL) -> None:
        url = make_url(postgres.make_database()).set(password="hush-hush")
        os.environ["PALOVERDE_DATABASE"] = url.render_as_string(hide_password=False)
        move_in()
        self.server = postgres

    @pytest.mark.parametrize("words", COMMANDS, ids=" ".join)
    def test_a_server_that_is_down_is_said(self, words: list[str], sentence: Sentence) -> None:
        self.server.stop()
        line = sentence(*words)
        assert "does not answer" in line
        assert "hush" not in line

    def test_what_was_done_is_still_there_once_it_is_up_again(self, sentence: Sentence) -> None:
        self.server.kill()
        sentence("ledger")
        self.server.start()
        installation = open_installation(load(os.environ))
        told = [entry.event.what for entry in installation.ledger.entries()]
        assert told == ["signing key registered", "account registered", "settings in force"]


@pytest.mark.usefixtures("city")
class TestSQLite:
    @pytest.mark.parametrize("words", WRITING, ids=" ".join)
    def test_a_file_that_may_only_be_read_is_said(self, words: list[str], sentence: Sentence) -> None:
        make_read_only(Path(str(move_in().database)))
        line = sentence(*words)
        assert "readonly database" in line
        assert "does not answer" in line

    def test_a_damaged_file_is_not_to_be_tried_again(self, sentence: Sentence) -> None:
        file = Path(str(move_in().database))
        file.write_bytes(b"?" * file.stat().st_size)
        assert "is damaged" in sentence("ledger", status=1)


class Failing:
    """A store at whose n-th object something happens to the database."""

    def __init__(self, store: Store, happens: Callable[[], None], at: int) -> None:
        self._store, self._happens, self._left = store, happens, at

    def __getattr__(self, name: str) -> Any:
        return getattr(self._store, name)

    def put(
        self, key: str, body: bytes, *, locked_until: datetime | None, sha256: str | None = None
    ) -> Stored:
        stored = self._store.put(key, body, locked_until=locked_until, sha256=sha256)
        self._left -= 1
        if self._left == 0:
            self._happens()
        return stored


@pytest.mark.parametrize("at", [1, 2, 3], ids=["first part", "second part", "last part"])
def test_a_server_that_dies_during_a_night_costs_only_another_try(
    postgres: PostgreSQL, tmp_path: Path, at: int
) -> None:
    with plaza() as site:
        site.post("p1", "Street sweeping starts Monday")
        site.comment("p1", "c1", "On both sides?")
        city = City(tmp_path, site)
        whole = Vault(
            city.vault.store, open_books(postgres.make_database()), city.vault.signer, city.clock, 2
        )
        store: Any = Failing(whole.store, postgres.kill, at)
        city.vault = Vault(store, whole.books, whole.signer, city.clock, 2)
        with pytest.raises(Unreachable, match="does not answer"):
            city.night(DAY)
        postgres.start()
        _, trouble = city.night(DAY)
        assert trouble is None
        archive = Archive(whole.store, whole.books)
        assert [seal.run.day for seal in archive.seals()] == [DAY]
        with whole.books.connect() as connection:
            known = connection.execute(select(ITEMS.c.native_id, ITEMS.c.state)).all()
        assert {("p1", "present"), ("c1", "present")} <= {tuple(row) for row in known}


def make_read_only(file: Path) -> None:
    """Also for root, whom no mode stops: SQLite never writes to a file of a newer write format (section 1.3.3
    of its file format).
    """
    content = bytearray(file.read_bytes())
    content[18] = 3
    file.write_bytes(content)
