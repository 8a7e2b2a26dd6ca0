"""Bugs planted on purpose: each suite must name its own, or its silence about the real product means nothing.

Planting is the purpose of this file, and so it alone may patch (as `simcity/test_planted_bugs.py`). The nights run
in processes that are forked from this one, and so they run with the bug.
"""

from __future__ import annotations

import hashlib
import os
import time
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

import paloverde.archive.fixity
import paloverde.capture.night
from faults import clocks, corruption, kills, writers
from faults.kills import DIRECTORY, KillGround, Series
from faults.places import SQLITE
from faults.sweep import S3, STORE, Case, counted, ground, play
from faults.writers import RaceGround, Round
from paloverde.archive.commit import Committed
from paloverde.archive.fixity import Condition
from paloverde.archive.kept import Kept
from paloverde.archive.store.directory import DirectoryStore, make_folders
from paloverde.archive.store.interface import Body, Stored
from paloverde.archive.store.s3 import S3Store
from paloverde.archive.vault import Vault
from paloverde.capture.sealing import Run, seal_run
from paloverde.capture.spool import Spool
from stores import NO_SERVER, find_s3

pytestmark = [pytest.mark.slow, pytest.mark.filterwarnings("ignore:This process:DeprecationWarning")]
S3_ACCESS = find_s3()
with_s3 = pytest.mark.skipif(S3_ACCESS is None, reason=NO_SERVER)


@with_s3
@pytest.mark.s3
def test_the_sweep_names_a_store_that_sends_without_looking(monkeypatch: pytest.MonkeyPatch) -> None:
    """After a lost answer the same object is stored a second time, for two years."""

    def blindly(self: S3Store, key: str, body: Body, digest: str, until: datetime | None) -> Stored:
        return self._send(key, body, digest, until)

    assert S3_ACCESS is not None
    with ground(S3_ACCESS, None) as here:
        monkeypatch.setattr(S3Store, "_put_once", blindly)
        nth = counted(here, STORE, SQLITE)[S3].index("PUT runs") + 1
        seen = play(here, Case(STORE, SQLITE, nth, "drop after"))
    assert any(words.startswith("surplus") for words in seen.words)


def test_the_kill_loop_names_a_store_that_writes_in_place(monkeypatch: pytest.MonkeyPatch) -> None:
    """A kill leaves half a seal under the name of a whole one."""

    def in_place(self: DirectoryStore, path: Path, body: Body) -> None:
        whole = body if isinstance(body, bytes) else body.read_bytes()
        make_folders(path.parent)
        with path.open("wb", buffering=0) as file:
            file.write(whole[: len(whole) // 2])
            time.sleep(0.1 if {"runs", "ledger"} & set(path.parts) else 0)
            file.write(whole[len(whole) // 2 :])

    monkeypatch.setattr(DirectoryStore, "_write", in_place)
    told = kills.play(KillGround(None, None), Series(3, DIRECTORY, SQLITE, 40))
    assert told.breaks


def test_the_corruptions_name_a_check_that_believes_what_lies_there(monkeypatch: pytest.MonkeyPatch) -> None:
    def believe(store: Any, second: Any, kept: Kept, now: datetime) -> Condition:
        return Condition(kept, "", "", "", kept.stored.size)

    monkeypatch.setattr(paloverde.archive.fixity, "examine", believe)
    told = corruption.play(corruption.nothing, corruption.Batch(3, 2))
    assert any("not found" in words for words in told.breaks)


@with_s3
@pytest.mark.s3
def test_the_writers_name_a_run_that_is_another_one_each_time(monkeypatch: pytest.MonkeyPatch) -> None:
    def never_equal(vault: Vault, spool: Spool, run: Run, digest: str) -> Committed:
        return seal_run(vault, spool, run, hashlib.sha256(f"{digest}{os.getpid()}".encode()).hexdigest())

    assert S3_ACCESS is not None
    monkeypatch.setattr(paloverde.capture.night, "seal_run", never_equal)
    told = writers.play(RaceGround(S3_ACCESS, None), Round(3, writers.TURNLESS, SQLITE))
    assert told.winners > 1
    assert told.breaks


@pytest.mark.skipif(clocks.library() is None, reason="libfaketime is not made for this machine")
def test_the_clocks_name_days_that_are_counted_in_utc(tmp_path: Path) -> None:
    bug = "import paloverde.records\nfrom datetime import UTC\n"
    bug += "paloverde.records.archive_day = lambda moment: moment.astimezone(UTC).date()\n"
    (tmp_path / "sitecustomize.py").write_text(bug)
    case = next(one for one in clocks.all_cases() if one.name.startswith("the last minute of 28 February"))
    assert any("archive day" in words for words in clocks.play(case, tmp_path))
