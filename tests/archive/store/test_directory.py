"""What the write-once directory does beyond the contract: crashes, races, full disks, damage."""

from __future__ import annotations

import os
import stat
import subprocess
import sys
import textwrap
import threading
import time
import uuid
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from paloverde.archive.store import Grade, open_store
from paloverde.archive.store.directory import INCOMING, STALE_SECONDS, DirectoryStore
from paloverde.errors import ArchiveDamaged, StoreCannotPromise

UNTIL = datetime.now(UTC).replace(microsecond=0) + timedelta(hours=1)


@pytest.fixture
def store(tmp_path: Path) -> DirectoryStore:
    return DirectoryStore(tmp_path / "store")


def elsewhere(program: str, *arguments: object) -> subprocess.CompletedProcess[str]:
    """Run a program in a process of its own, with the package at hand."""
    return subprocess.run(
        [sys.executable, "-c", textwrap.dedent(program), *map(str, arguments)],
        env=os.environ | {"PYTHONPATH": ":".join(sys.path)},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def test_objects_lie_under_their_own_key_so_that_any_tool_reads_them(store: DirectoryStore) -> None:
    store.put("records/account=a/date=2026-11-22/x.parquet", b"bytes", locked_until=UNTIL)
    assert (store.root / "records/account=a/date=2026-11-22/x.parquet").read_bytes() == b"bytes"


def test_of_racing_writers_with_different_bytes_exactly_one_wins(store: DirectoryStore) -> None:
    def write(number: int) -> int | None:
        try:
            store.put("race/one", str(number).encode() * 100_000, locked_until=UNTIL)
        except ArchiveDamaged:
            return None
        return number

    with ThreadPoolExecutor(16) as pool:
        winners = [number for number in pool.map(write, range(16)) if number is not None]
    assert len(winners) == 1
    assert (store.root / "race/one").read_bytes() == str(winners[0]).encode() * 100_000
    assert not list((store.root / INCOMING).iterdir())


def test_racing_processes_lose_no_lock(store: DirectoryStore) -> None:
    stored = store.put("race/lock", b"x", locked_until=None)
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda hour: store.extend(stored, UNTIL + timedelta(hours=hour)), range(8)))
        list(pool.map(lambda on: store.set_legal_hold(stored, on=True), range(4)))
    standing = store.standing(stored)
    assert standing.locked_until == UNTIL + timedelta(hours=7)
    assert standing.legal_hold


def test_a_writer_killed_in_the_middle_leaves_nothing_to_be_seen(store: DirectoryStore) -> None:
    program = """
        import os, sys
        from datetime import UTC, datetime, timedelta
        from pathlib import Path
        from paloverde.archive.store.directory import DirectoryStore
        def die(event, arguments):
            if event == "os.link":
                os.kill(os.getpid(), 9)
        store = DirectoryStore(Path(sys.argv[1]))
        sys.addaudithook(die)
        store.put("runs/torn", b"x" * 1000, locked_until=datetime.now(UTC) + timedelta(hours=1))
    """
    killed = elsewhere(program, store.root)
    assert killed.returncode == -9, killed.stderr
    assert list((store.root / INCOMING).iterdir()), "the half-written file is there"
    assert store.find("runs/torn") is None
    assert list(store.walk("")) == []
    stored = store.put("runs/torn", b"x" * 1000, locked_until=UNTIL)
    assert list(store.walk("runs/")) == [stored]


def test_what_a_killed_writer_left_is_taken_away_a_day_later(store: DirectoryStore) -> None:
    old, young = store.root / INCOMING / "old", store.root / INCOMING / "young"
    store.put("runs/one", b"1", locked_until=None)  # makes the folders
    for path in (old, young):
        path.write_bytes(b"half")
    os.utime(old, (time.time() - STALE_SECONDS - 1,) * 2)
    DirectoryStore(store.root)
    assert (old.exists(), young.exists()) == (False, True)


def test_a_store_is_opened_while_others_write(store: DirectoryStore) -> None:
    """What another process is just writing may be finished between two looks at the folder."""
    store.put("runs/one", b"1", locked_until=None)
    over = threading.Event()

    def write_and_finish() -> None:
        while not over.is_set():
            half = store.root / INCOMING / uuid.uuid4().hex
            half.write_bytes(b"half")
            half.unlink()

    with ThreadPoolExecutor(4) as pool:
        for _ in range(4):
            pool.submit(write_and_finish)
        try:
            until = time.monotonic() + 1
            while time.monotonic() < until:
                assert DirectoryStore(store.root).find("runs/one")
        finally:
            over.set()


def test_a_full_disk_is_said_in_one_sentence_and_changes_nothing(store: DirectoryStore) -> None:
    program = """
        import resource, sys
        from pathlib import Path
        from paloverde.archive.store.directory import DirectoryStore
        from paloverde.errors import Unreachable
        resource.setrlimit(resource.RLIMIT_FSIZE, (4096, 4096))
        store = DirectoryStore(Path(sys.argv[1]))
        store.put("runs/small", b"fits", locked_until=None)
        try:
            store.put("runs/large", b"x" * 10_000, locked_until=None)
        except Unreachable as error:
            print(error)
    """
    done = elsewhere(program, store.root)
    assert (
        done.stdout.strip()
        == f"The disk of {store.root} is full, nothing was written; make room, then try again."
    )
    assert done.returncode == 0, done.stderr
    assert [stored.key for stored in store.walk("")] == ["runs/small"]
    assert not list((store.root / INCOMING).iterdir())


def test_only_its_owner_may_read(store: DirectoryStore) -> None:
    store.put("a/b/c", b"x", locked_until=UNTIL)
    for path in (store.root, *store.root.rglob("*")):
        assert stat.S_IMODE(path.stat().st_mode) == (0o700 if path.is_dir() else 0o600), path


def test_damage_is_found_at_the_next_reading(store: DirectoryStore) -> None:
    stored = store.put("runs/one", b"whole", locked_until=UNTIL)
    (store.root / "runs/one").write_bytes(b"whale")
    with pytest.raises(ArchiveDamaged, match="SHA-256"):
        store.get(stored)
    with pytest.raises(ArchiveDamaged, match="other bytes"):
        store.put("runs/one", b"whole", locked_until=UNTIL)


def test_a_damaged_lock_file_is_named_and_never_read_as_unlocked(store: DirectoryStore) -> None:
    stored = store.put("runs/one", b"x", locked_until=UNTIL)
    (store.root / ".locks/runs/one.json").write_text('{"locked_until": "20')
    with pytest.raises(ArchiveDamaged, match=r"lock file .* cannot be read"):
        store.standing(stored)


def test_a_link_out_of_the_directory_is_not_followed(store: DirectoryStore, tmp_path: Path) -> None:
    stored = store.put("runs/one", b"x", locked_until=None)
    (tmp_path / "outside").write_bytes(b"x")
    (store.root / "runs/one").unlink()
    (store.root / "runs/one").symlink_to(tmp_path / "outside")
    with pytest.raises(Exception, match="could not be read") as caught:
        store.get(stored)
    assert type(caught.value).__module__ == "paloverde.errors"


def test_a_directory_never_calls_itself_compliance(tmp_path: Path) -> None:
    with pytest.raises(StoreCannotPromise, match="owner can delete files"):
        open_store(f"file://{tmp_path}/store", mode=Grade.COMPLIANCE)
    assert open_store(f"file://{tmp_path}/store", mode=Grade.GOVERNANCE).grade is Grade.APPLICATION


def test_a_directory_that_cannot_be_made_is_said(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(Exception, match="could not be opened") as caught:
        open_store(f"file://{tmp_path}/file/store")
    assert type(caught.value).__module__ == "paloverde.errors"
