"""The folders of runs on the local disk: a dead run's is cleared, a living one's never."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

import pytest

from paloverde.capture.spool import Spool

AN_AGE = 3 * 365 * 24 * 3600.0


@pytest.fixture
def disk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    return tmp_path


def test_a_living_run_keeps_its_files_whatever_a_clock_says(disk: Path) -> None:
    with Spool() as running:
        kept = running.vacant()
        kept.write_text("a message")
        os.utime(kept.parent, (kept.stat().st_mtime - AN_AGE,) * 2)
        with Spool():
            assert kept.read_text() == "a message"


def test_what_a_killed_run_left_is_cleared(disk: Path) -> None:
    left = disk / "paloverde-run-killed"
    left.mkdir()
    (left / "file-1").write_text("a message")
    os.utime(left, (left.stat().st_mtime - 3600,) * 2)
    with Spool():
        assert not left.exists()


def test_a_run_that_just_begins_is_left_alone(disk: Path) -> None:
    beginning = disk / "paloverde-run-beginning"
    beginning.mkdir()
    with Spool():
        assert beginning.exists()
