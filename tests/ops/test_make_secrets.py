"""`ops/make_secrets.py`: every secret once, never a default, never written over."""

from __future__ import annotations

import base64
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

SCRIPT = Path(__file__).parents[2] / "ops" / "make_secrets.py"
RECIPIENT = ("--recipient", "age1somebody")


def make(folder: Path, *words: str, path: str | None = None) -> subprocess.CompletedProcess[str]:
    environ = os.environ if path is None else {**os.environ, "PATH": path}
    return subprocess.run(
        [sys.executable, SCRIPT, folder, *words], capture_output=True, text=True, check=False, env=environ
    )


def read(folder: Path) -> dict[str, str]:
    return {file.name: file.read_text() for file in folder.iterdir() if file.is_file()}


def test_it_writes_strong_secrets_that_fit_each_other(tmp_path: Path) -> None:
    done = make(tmp_path / "secrets", *RECIPIENT)
    assert done.returncode == 0, done.stderr
    told = read(tmp_path / "secrets")
    for name in ("postgres_password", "redis_password", "airflow_secret_key"):
        assert re.fullmatch(r"[A-Za-z0-9]{48}", told[name])
        assert told[name] not in done.stdout
    assert len(base64.urlsafe_b64decode(told["airflow_fernet_key"])) == 32
    assert len(told["airflow_jwt_secret"]) == 128
    assert told["paloverde_database"] == (
        f"postgresql+psycopg://paloverde:{told['postgres_password']}@postgres/paloverde"
    )
    assert told["celery_broker"] == f"redis://:{told['redis_password']}@redis:6379/0"
    assert told["backup_recipient"] == "age1somebody"


def test_only_the_owner_gets_into_the_folder_and_every_container_can_read_its_files(tmp_path: Path) -> None:
    folder = tmp_path / "secrets"
    assert make(folder, *RECIPIENT).returncode == 0
    assert folder.stat().st_mode & 0o777 == 0o700
    assert {file.stat().st_mode & 0o777 for file in folder.iterdir() if file.is_file()} == {0o444}
    assert (folder / "city").stat().st_mode & 0o777 == 0o755


def test_a_second_run_writes_what_is_missing_and_nothing_over(tmp_path: Path) -> None:
    folder = tmp_path / "secrets"
    make(folder, *RECIPIENT)
    before = read(folder)
    (folder / "redis_password").unlink()
    assert make(folder, "--recipient", "age1another").returncode == 0
    after = read(folder)
    assert {name for name in before if before[name] != after[name]} == {"redis_password"}


def test_an_empty_file_is_named_and_not_taken_for_a_secret(tmp_path: Path) -> None:
    folder = tmp_path / "secrets"
    folder.mkdir()
    (folder / "postgres_password").touch()
    done = make(folder, *RECIPIENT)
    assert done.returncode == 1
    assert "postgres_password is there and empty: delete it, and run this again." in done.stderr


def test_two_cities_have_nothing_in_common(tmp_path: Path) -> None:
    for name in ("one", "two"):
        make(tmp_path / name, *RECIPIENT)
    one, two = read(tmp_path / "one"), read(tmp_path / "two")
    assert {name for name in one if one[name] == two[name]} == {"backup_recipient"}


@pytest.mark.skipif(not shutil.which("age-keygen"), reason="age is not installed: make parts, as root")
def test_the_key_of_the_backups_is_made_beside_the_folder_and_opens_them(tmp_path: Path) -> None:
    done = make(tmp_path / "secrets")
    assert "Take it to a safe, and delete it on this machine." in done.stdout
    key = tmp_path / "backup-key.txt"
    assert key.stat().st_mode & 0o777 == 0o600
    recipient = read(tmp_path / "secrets")["backup_recipient"]
    sealed = subprocess.run(["age", "-r", recipient], input=b"x", capture_output=True, check=True).stdout
    assert (
        subprocess.run(["age", "-d", "-i", key], input=sealed, capture_output=True, check=True).stdout == b"x"
    )


def test_without_the_program_it_says_how_to_get_it(tmp_path: Path) -> None:
    done = make(tmp_path / "secrets", path=str(tmp_path))
    assert done.returncode == 1
    assert "apt-get install age" in done.stderr


def add(folder: Path, name: str, given: str) -> subprocess.CompletedProcess[str]:
    words = [sys.executable, SCRIPT, folder, "--add", name]
    return subprocess.run(words, input=given, capture_output=True, text=True, check=False)


def test_a_secret_from_elsewhere_is_kept_for_the_parts_to_read_and_never_shown(tmp_path: Path) -> None:
    folder = tmp_path / "secrets"
    done = add(folder, "mail_password", "open sesame\n")
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines()[-1] == "PALOVERDE_MAIL_PASSWORD_FILE=/run/city/mail_password"
    assert "sesame" not in done.stdout + done.stderr
    file = folder / "city" / "mail_password"
    assert file.read_text() == "open sesame"
    assert file.stat().st_mode & 0o777 == 0o444
    assert folder.stat().st_mode & 0o777 == 0o700
    assert make(folder, *RECIPIENT).returncode == 0, "the other secrets come beside it"


@pytest.mark.parametrize(
    ("name", "given", "why"),
    [("mail_password", "\n", "nothing was given"), ("../redis_password", "x", "is no name for a secret")],
)
def test_what_is_no_secret_is_not_kept(tmp_path: Path, name: str, given: str, why: str) -> None:
    done = add(tmp_path / "secrets", name, given)
    assert done.returncode == 1
    assert why in done.stderr
    assert [file for file in tmp_path.rglob("*") if file.is_file()] == []


def test_an_added_secret_is_not_written_over(tmp_path: Path) -> None:
    add(tmp_path, "mail_password", "first")
    done = add(tmp_path, "mail_password", "second")
    assert done.returncode == 1
    assert "delete it first" in done.stderr
    assert (tmp_path / "city" / "mail_password").read_text() == "first"
