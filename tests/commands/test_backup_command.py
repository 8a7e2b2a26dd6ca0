"""`paloverde backup`: what IT gets back from one encrypted file, and what is refused before anything is written."""

from __future__ import annotations

import os
import shutil
import subprocess
import tarfile
from datetime import UTC, datetime, timedelta
from pathlib import Path

import psycopg
import pytest

from paloverde.cli import main
from paloverde.installation import backups, open_installation
from paloverde.records import Account
from paloverde.settings import load
from postgres import PostgreSQL

needs_age = pytest.mark.skipif(
    not (shutil.which("age") and shutil.which("pg_dump")),
    reason="age or pg_dump was not found: make parts, as root, installs them",
)
NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)


class Machine:
    """A home, a database of the City's and one of Airflow's; in the environment, as the commands read them."""

    def __init__(self, folder: Path, postgres: PostgreSQL, monkeypatch: pytest.MonkeyPatch) -> None:
        self.home, self.url, self.airflow = (
            folder / "home",
            postgres.make_database(),
            postgres.make_database(),
        )
        folder.mkdir()
        self.airflow_file = folder / "airflow_database"
        self.airflow_file.write_text(self.airflow + "\n")
        self.environ = {
            "PALOVERDE_HOME": str(self.home),
            "PALOVERDE_DATABASE": self.url,
            "PALOVERDE_STORE": f"file://{folder.parent}/store",
        }
        self._monkeypatch = monkeypatch

    def does(self, *words: str | Path) -> int:
        for name, value in self.environ.items():
            self._monkeypatch.setenv(name, value)
        return main(["backup", *map(str, words)])


@pytest.fixture
def key(tmp_path: Path) -> Path:
    """The key of the safe; its public half lies beside it."""
    file = tmp_path / "backup-key.txt"
    subprocess.run(["age-keygen", "-o", file], check=True, capture_output=True)
    told = subprocess.run(["age-keygen", "-y", file], check=True, capture_output=True, text=True)
    (tmp_path / "recipient").write_text(told.stdout)
    return file


@pytest.fixture
def old(tmp_path: Path, postgres: PostgreSQL, monkeypatch: pytest.MonkeyPatch) -> Machine:
    """A machine at work: an account with its token, a person, an Airflow that has run."""
    machine = Machine(tmp_path / "old", postgres, monkeypatch)
    city = open_installation(load(machine.environ))
    city.register_account(Account("x-palmaria", "x", "2244994945", "PalmaRia"))
    city.put_token("x-palmaria", "a-token-that-nobody-sees", "this test")
    (machine.home / "users.json").write_text("{}")
    (machine.home / "index").mkdir(exist_ok=True)
    (machine.home / "index" / "derived").write_text("not worth a backup")
    execute(machine.airflow, "CREATE TABLE dag_run (id int)", "INSERT INTO dag_run VALUES (7)")
    return machine


@pytest.fixture
def new(tmp_path: Path, postgres: PostgreSQL, monkeypatch: pytest.MonkeyPatch) -> Machine:
    return Machine(tmp_path / "new", postgres, monkeypatch)


def execute(url: str, *statements: str) -> None:
    with psycopg.connect(url.replace("+psycopg", ""), autocommit=True) as session:
        for statement in statements:
            session.execute(statement)  # type: ignore[call-overload]


def backed_up(machine: Machine, folder: Path, *words: str) -> Path:
    folder.mkdir(exist_ok=True)
    recipient = folder.parent / "recipient"
    assert machine.does("make", "--to", folder, "--recipient-file", recipient, "--also-database-file",
                        machine.airflow_file, *words) == 0  # fmt: skip
    return backups.listed(folder)[-1]


@needs_age
def test_it_finds_everything_again_on_a_new_machine(
    old: Machine, new: Machine, key: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = backed_up(old, tmp_path / "backups")
    assert file.stat().st_mode & 0o777 == 0o600
    assert b"users.json" not in file.read_bytes()
    restore = ("restore", file, "--key-file", key, "--also-database-file", new.airflow_file)
    assert new.does(*restore) == 0
    assert "Now run `paloverde rebuild`" in capsys.readouterr().out
    city = open_installation(load(new.environ))
    assert [account.slug for account in city.accounts()] == ["x-palmaria"]
    assert (new.home / "signing-key.pem").read_bytes() == (old.home / "signing-key.pem").read_bytes()
    assert (new.home / "signing-key.pem").stat().st_mode & 0o777 == 0o600
    assert not (new.home / "index" / "derived").exists()
    with psycopg.connect(new.airflow.replace("+psycopg", "")) as session:
        assert session.execute("SELECT id FROM dag_run").fetchall() == [(7,)]


@needs_age
def test_any_age_and_any_tar_open_it(old: Machine, key: Path, tmp_path: Path) -> None:
    file = backed_up(old, tmp_path / "backups")
    opened = tmp_path / "opened.tar"
    subprocess.run(["age", "--decrypt", "-i", key, "-o", opened, file], check=True)
    with tarfile.open(opened) as tar:
        names = tar.getnames()
    assert {"databases/airflow.dump", "databases/paloverde.dump", "home/users.json"} <= set(names)
    assert "home/signing-key.pem" in names


@needs_age
def test_it_goes_into_empty_places_only_and_says_which_is_not(
    old: Machine, new: Machine, key: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = backed_up(old, tmp_path / "backups")
    restore = ("restore", file, "--key-file", key, "--also-database-file", new.airflow_file)
    execute(new.airflow, "CREATE TABLE something (id int)")
    assert new.does(*restore) == 1
    assert "The database airflow is not empty, and nothing was put back." in capsys.readouterr().err
    execute(new.airflow, "DROP TABLE something")
    new.home.mkdir()
    (new.home / "signing-key.pem").write_text("another city's")
    assert new.does(*restore) == 1
    assert "is another one than in the backup, and nothing was put back" in capsys.readouterr().err
    with psycopg.connect(new.url.replace("+psycopg", "")) as session:
        assert session.execute("SELECT count(*) FROM pg_tables WHERE schemaname = 'public'").fetchone() == (
            0,
        )


@needs_age
def test_it_refuses_a_wrong_key_a_short_file_and_a_place_that_was_not_told(
    old: Machine, new: Machine, key: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = backed_up(old, tmp_path / "backups")
    other = tmp_path / "other-key.txt"
    subprocess.run(["age-keygen", "-o", other], check=True, capture_output=True)
    assert new.does("restore", file, "--key-file", other, "--also-database-file", new.airflow_file) == 1
    assert "was not opened, and nothing was put back" in capsys.readouterr().err
    assert new.does("restore", file, "--key-file", key) == 1
    assert (
        "name the file of its address with `paloverde backup restore --also-database-file`"
        in capsys.readouterr().err
    )
    file.write_bytes(file.read_bytes()[:-100])
    assert new.does("restore", file, "--key-file", key, "--also-database-file", new.airflow_file) == 1
    assert "was not opened, and nothing was put back" in capsys.readouterr().err
    assert not (new.home / "users.json").exists()


@needs_age
def test_a_file_that_the_key_opens_and_that_is_no_backup_puts_nothing_back(
    old: Machine, new: Machine, key: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / backups.name_of(NOON)
    recipient = subprocess.run(["age-keygen", "-y", key], check=True, capture_output=True, text=True)
    age = ["age", "--encrypt", "--recipient", recipient.stdout.strip(), "--output", file]
    subprocess.run(age, check=True, input=b"somebody's notes")
    assert new.does("restore", file, "--key-file", key, "--also-database-file", new.airflow_file) == 1
    assert "holds no backup of Paloverde, and nothing was put back" in capsys.readouterr().err


@needs_age
def test_the_newest_stay_and_nothing_else_is_touched(
    old: Machine, key: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = tmp_path / "backups"
    folder.mkdir()
    for days in (1, 2, 3):
        (folder / backups.name_of(NOON - timedelta(days=days))).write_bytes(b"an older one")
    (folder / "notes.txt").write_text("somebody's")
    backed_up(old, folder, "--keep", "2")
    assert "2 old backups went." in capsys.readouterr().out
    assert backups.listed(folder)[0].name == backups.name_of(NOON - timedelta(days=1))
    assert len(backups.listed(folder)) == 2
    assert (folder / "notes.txt").exists()
    assert not list(folder.glob(".*"))


@needs_age
def test_a_backup_that_fails_leaves_nothing_half(
    old: Machine, key: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = tmp_path / "backups"
    folder.mkdir()
    (tmp_path / "recipient").write_text("age1nobody")
    words = ("make", "--to", folder, "--recipient-file", tmp_path / "recipient")
    assert old.does(*words) == 1
    assert "No backup was written" in capsys.readouterr().err
    assert list(folder.iterdir()) == []
    assert old.does("make", "--to", tmp_path / "nowhere", "--recipient-file", tmp_path / "recipient") == 1
    assert "is not there: make it, or mount it" in capsys.readouterr().err


@needs_age
def test_a_folder_that_takes_no_file_is_named_with_whose_it_must_be(
    old: Machine, key: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert old.does("make", "--to", "/proc", "--recipient-file", tmp_path / "recipient") == 1
    said = capsys.readouterr().err
    assert "Nothing can be written into /proc (" in said
    assert f"give the folder to user {os.geteuid()}" in said


def test_a_key_that_cannot_be_read_is_named_before_anything_is_done(
    new: Machine, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file, nowhere = tmp_path / backups.name_of(NOON), tmp_path / "backup-key.txt"
    file.write_bytes(b"a backup")
    assert new.does("restore", file, "--key-file", nowhere) == 1
    said = capsys.readouterr().err
    assert f"{nowhere} cannot be read (no such file or directory), and nothing was put back" in said


def test_a_database_of_another_kind_is_named(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PALOVERDE_HOME", str(tmp_path))
    (tmp_path / "recipient").write_text("age1nobody")
    words = ["make", "--to", str(tmp_path), "--recipient-file", str(tmp_path / "recipient")]
    assert main(["backup", *words]) == 1
    assert "`paloverde backup` is for PostgreSQL" in capsys.readouterr().err


def test_a_late_backup_is_noticed(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["backup", "list", "--from", str(tmp_path), "--at-most-hours", "26"]) == 1
    assert "is younger than 26 hours" in capsys.readouterr().err
    (tmp_path / backups.name_of(datetime.now(UTC) - timedelta(hours=25))).write_bytes(b"x")
    assert main(["backup", "list", "--from", str(tmp_path), "--at-most-hours", "26"]) == 0
    assert main(["backup", "list", "--from", str(tmp_path), "--at-most-hours", "24"]) == 1


@pytest.mark.parametrize("name", ["paloverde-20261122T120000Z.tar", "paloverde-2026.tar.age", "x.tar.age"])
def test_what_is_no_backup_has_no_moment(name: str) -> None:
    assert backups.moment_of(name) is None
    assert backups.moment_of(backups.name_of(NOON)) == NOON


def test_a_number_that_is_none_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["backup", "list", "--from", "x", "--at-most-hours", "0"])
    assert "'0' is no number from 1 to 100000" in capsys.readouterr().err
