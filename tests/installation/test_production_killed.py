"""A process that builds a production and is killed: whoever calls again goes on, up to the paper."""

from __future__ import annotations

import os
import shutil
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from matters import COUNSEL, Matter
from paloverde.productions.docket import State
from paloverde.productions.hashes import HASHES
from paloverde.productions.order import Built
from paloverde.productions.plan import Form

_SECONDS = 60
_BUILDER = """
import sys
from pathlib import Path
from datetime import UTC, datetime
from paloverde.installation import Purpose, open_installation
from paloverde.retention.holds import By
from paloverde.settings import load

home, number = Path(sys.argv[1]), sys.argv[2]
settings = load({
    "PALOVERDE_HOME": str(home), "PALOVERDE_DATABASE": f"sqlite:///{home}/state.db",
    "PALOVERDE_SIGNING_KEY_FILE": str(home / "key.pem"), "PALOVERDE_AGENCY_NAME": "City of Palma Ria",
})
now = datetime(2026, 11, 18, 20, tzinfo=UTC)
city = open_installation(settings, lambda: now, purpose=Purpose.WORK)
city.volumes.build(number, home / "out", By("Ana Ruiz", "counsel", "this test"))
"""


@pytest.fixture
def matter(tmp_path: Path) -> Matter:
    return Matter(tmp_path)


def waited_for(file: Path, builder: subprocess.Popen[bytes]) -> None:
    until = time.monotonic() + _SECONDS
    while not file.exists():
        assert builder.poll() is None, "it ended before it was killed"
        assert time.monotonic() < until, f"{file} is not there"
        time.sleep(0.005)


def papers(matter: Matter, number: str) -> Iterator[Built]:
    return iter(matter.open().productions.get(number).all(Built))


def killed_before_the_paper(matter: Matter, number: str) -> Path:
    """The folder of a build that was killed when all was written and nothing filed: it waits for the
    database, which somebody else holds.
    """
    out = matter.home / "out"
    command = [sys.executable, "-c", _BUILDER, str(matter.home), number]
    with subprocess.Popen(command, env=os.environ | {"TMPDIR": str(matter.home)}) as builder:
        waited_for(out / "VOL001.zip", builder)
        with closing(sqlite3.connect(matter.home / "state.db", isolation_level=None)) as other:
            other.execute("BEGIN IMMEDIATE")
            waited_for(out / HASHES, builder)
            builder.kill()
            builder.wait()
            other.execute("ROLLBACK")
    return out


def test_who_is_killed_before_the_paper_goes_on_and_files_it(matter: Matter) -> None:
    number = matter.reviewed(forms=(Form.DAT,))
    out = killed_before_the_paper(matter, number)
    assert not list(papers(matter, number))
    volume = (out / "VOL001.zip").stat().st_mtime_ns
    city = matter.open()
    made = city.volumes.build(number, out, COUNSEL)
    (filed,) = papers(matter, number)
    assert city.productions.get(number).state is State.BUILT
    assert filed.hashes == made.hashes == city.volumes.hashes_of(out)
    assert (out / "VOL001.zip").stat().st_mtime_ns == volume
    assert sorted(file.name for file in out.iterdir()) == [
        "HASHES.json", "HASHES.txt", "REPORT.json", "REPORT.pdf", "VOL001.zip",
    ]  # fmt: skip


def test_who_is_killed_just_after_the_paper_files_it_once(matter: Matter) -> None:
    number = matter.reviewed(forms=(Form.DAT,))
    out = killed_before_the_paper(matter, number)
    shutil.copytree(out / ".unfinished", matter.home / "left")
    first = matter.open().volumes.build(number, out, COUNSEL)
    shutil.copytree(matter.home / "left", out / ".unfinished")
    again = matter.open().volumes.build(number, out, COUNSEL)
    assert again.hashes == first.hashes
    assert len(list(papers(matter, number))) == 1
    assert not (out / ".unfinished").exists()
