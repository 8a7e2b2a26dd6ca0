"""The kept tokens: sealed, changed by one at a time, and not lost where a process or the database dies."""

from __future__ import annotations

import json
import subprocess
import sys
import textwrap
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from threading import Thread

import pytest
from sqlalchemy import Engine

from paloverde.errors import BadSetting, CredentialDead
from paloverde.settings import Secret
from paloverde.state.books import open_books
from paloverde.state.credentials import Credential, Credentials
from paloverde.state.tables import CREDENTIALS

NOW = datetime(2026, 11, 22, 17, tzinfo=UTC)
SLUG = "x-palmaria"
WHOLE = Credential(
    access_token=Secret("access-1"),
    issued_at=NOW,
    expires_at=NOW + timedelta(hours=2),
    refresh_token=Secret("refresh-1"),
    refresh_expires_at=NOW + timedelta(days=180),
    client_id="app",
    client_secret=Secret("app-secret"),
    scopes=("tweet.read", "dm.read"),
)
NEXT = replace(WHOLE, access_token=Secret("access-2"), refresh_token=Secret("refresh-2"))


def kept_in(url: str, folder: Path) -> Credentials:
    return Credentials(open_books(url), folder / "key", folder / "answers")


@pytest.fixture
def credentials(books_url: str, tmp_path: Path) -> Credentials:
    return kept_in(books_url, tmp_path)


def books_of(credentials: Credentials) -> Engine:
    return credentials._books


def test_what_is_put_in_comes_out_as_it_was(credentials: Credentials) -> None:
    assert credentials.get(SLUG) is None
    assert not credentials.holds(SLUG)
    credentials.put(SLUG, WHOLE, NOW)
    kept = credentials.get(SLUG)
    assert kept is not None
    assert (kept.credential, kept.put_at, kept.renewed_at) == (WHOLE, NOW, None)
    bare = Credential(access_token=Secret("only this"), issued_at=NOW)
    credentials.put("facebook-palmaria", bare, NOW)
    assert credentials.accounts() == {SLUG, "facebook-palmaria"}
    other = credentials.get("facebook-palmaria")
    assert other is not None
    assert other.credential == bare
    credentials.forget(SLUG)
    assert credentials.get(SLUG) is None


def test_nothing_readable_lies_in_the_database_nor_in_a_repr(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/state.db"
    kept_in(url, tmp_path).put(SLUG, WHOLE, NOW)
    stored = b"".join(file.read_bytes() for file in tmp_path.glob("state.db*"))
    for word in ("access-1", "refresh-1", "app-secret"):
        assert word.encode() not in stored
        assert word not in repr(WHOLE)


def test_the_key_is_made_once_and_for_this_user_alone(credentials: Credentials, tmp_path: Path) -> None:
    credentials.put(SLUG, WHOLE, NOW)
    key = (tmp_path / "key").read_bytes()
    assert (tmp_path / "key").stat().st_mode & 0o777 == 0o600
    credentials.put(SLUG, NEXT, NOW)
    assert (tmp_path / "key").read_bytes() == key


def test_a_lost_key_is_never_replaced_while_tokens_are_kept(credentials: Credentials, tmp_path: Path) -> None:
    credentials.put(SLUG, WHOLE, NOW)
    (tmp_path / "key").unlink()
    with pytest.raises(BadSetting, match=r"cannot be read .* from the backup"):
        credentials.get(SLUG)
    with pytest.raises(BadSetting, match="cannot be read"):
        credentials.put("another", WHOLE, NOW)
    assert not (tmp_path / "key").exists()
    credentials.forget(SLUG)
    credentials.put(SLUG, WHOLE, NOW)


def test_another_key_or_no_key_at_all_is_said_so(credentials: Credentials, tmp_path: Path) -> None:
    credentials.put(SLUG, WHOLE, NOW)
    (tmp_path / "key").write_bytes(b"A" * 43 + b"=")
    with pytest.raises(BadSetting, match="does not open the kept token of x-palmaria"):
        credentials.get(SLUG)
    (tmp_path / "key").write_bytes(b"not a key")
    with pytest.raises(BadSetting, match="holds no key"):
        credentials.get(SLUG)


def test_a_token_moved_to_another_account_in_the_database_is_refused(credentials: Credentials) -> None:
    credentials.put(SLUG, WHOLE, NOW)
    with books_of(credentials).begin() as connection:
        connection.execute(CREDENTIALS.update().values(account="x-other"))
    with pytest.raises(BadSetting, match="another account's"):
        credentials.get("x-other")


def test_what_is_held_alone_is_written_when_the_block_ends(credentials: Credentials, tmp_path: Path) -> None:
    credentials.put(SLUG, WHOLE, NOW)
    later = NOW + timedelta(hours=1)
    with credentials.alone(SLUG) as holder:
        assert holder.credential == WHOLE
        holder.asking()
        holder.replace(NEXT, later)
    kept = credentials.get(SLUG)
    assert kept is not None
    assert (kept.credential, kept.renewed_at) == (NEXT, later)
    assert list((tmp_path / "answers").iterdir()) == []


def test_an_account_without_a_token_cannot_be_held(credentials: Credentials) -> None:
    with pytest.raises(CredentialDead, match="paloverde accounts token x-palmaria"), credentials.alone(SLUG):
        pass


def test_a_second_writer_waits_and_finds_what_the_first_one_wrote(credentials: Credentials) -> None:
    credentials.put(SLUG, WHOLE, NOW)
    found: list[Credential] = []

    def second() -> None:
        with credentials.alone(SLUG) as holder:
            found.append(holder.credential)

    with credentials.alone(SLUG) as holder:
        waiting = Thread(target=second)
        waiting.start()
        waiting.join(0.3)
        assert waiting.is_alive()
        holder.replace(NEXT, NOW)
    waiting.join(10)
    assert found == [NEXT]


DIES = """
    import os, sys
    from dataclasses import replace
    from datetime import UTC, datetime
    from pathlib import Path
    from paloverde.settings import Secret
    from paloverde.state.books import open_books
    from paloverde.state.credentials import Credentials

    url, folder, when = sys.argv[1], Path(sys.argv[2]), sys.argv[3]
    credentials = Credentials(open_books(url), folder / "key", folder / "answers")
    with credentials.alone("x-palmaria") as holder:
        holder.asking()
        if when == "before the answer":
            os._exit(9)
        new = replace(holder.credential, access_token=Secret("access-2"), refresh_token=Secret("refresh-2"))
        holder.replace(new, datetime.now(UTC))
        os._exit(9)
"""


def die(url: str, folder: Path, when: str) -> None:
    done = subprocess.run([sys.executable, "-c", textwrap.dedent(DIES), url, str(folder), when], check=False)
    assert done.returncode == 9


def test_an_answer_whose_writer_died_before_the_commit_is_taken_in(books_url: str, tmp_path: Path) -> None:
    credentials = kept_in(books_url, tmp_path)
    credentials.put(SLUG, WHOLE, NOW)
    die(books_url, tmp_path, "after the answer")
    kept = credentials.get(SLUG)
    assert kept is not None
    assert kept.credential == WHOLE  # the row was never changed ...
    note = tmp_path / "answers" / SLUG
    assert note.stat().st_mode & 0o777 == 0o600
    assert b"refresh-2" not in note.read_bytes()
    with credentials.alone(SLUG) as holder:
        assert holder.credential == NEXT  # ... and the answer was not lost
    assert not note.exists()
    kept = credentials.get(SLUG)
    assert kept is not None
    assert kept.credential == NEXT
    assert kept.renewed_at is not None


def test_a_writer_that_dies_waiting_for_the_answer_is_remembered(books_url: str, tmp_path: Path) -> None:
    credentials = kept_in(books_url, tmp_path)
    credentials.put(SLUG, WHOLE, NOW)
    die(books_url, tmp_path, "before the answer")
    with credentials.alone(SLUG) as holder:
        assert holder.credential == WHOLE
        assert holder.answer_was_lost
        holder.refused()
    with credentials.alone(SLUG) as holder:
        assert not holder.answer_was_lost


def test_an_old_answer_never_overwrites_what_a_person_put_in_since(books_url: str, tmp_path: Path) -> None:
    credentials = kept_in(books_url, tmp_path)
    credentials.put(SLUG, WHOLE, NOW)
    die(books_url, tmp_path, "after the answer")
    left = (tmp_path / "answers" / SLUG).read_bytes()
    fresh = replace(WHOLE, access_token=Secret("access-by-hand"))
    credentials.put(SLUG, fresh, NOW)
    (tmp_path / "answers" / SLUG).write_bytes(left)  # as if it had come from a backup
    with credentials.alone(SLUG) as holder:
        assert holder.credential == fresh
        assert not holder.answer_was_lost


@pytest.mark.parametrize("left", [b"", b"{", b"[]", json.dumps({"of": "x", "sealed": None}).encode()])
def test_a_note_that_was_cut_short_stops_nobody(left: bytes, tmp_path: Path) -> None:
    credentials = kept_in(f"sqlite:///{tmp_path}/state.db", tmp_path)
    credentials.put(SLUG, WHOLE, NOW)
    (tmp_path / "answers").mkdir()
    (tmp_path / "answers" / SLUG).write_bytes(left)
    with credentials.alone(SLUG) as holder:
        assert holder.credential == WHOLE
        assert not holder.answer_was_lost
