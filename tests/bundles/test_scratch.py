"""What a killed process leaves is cleared away by the next; what a living one works on stays."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import paloverde
from paloverde.bundles.box import sealed_file
from paloverde.bundles.scratch import clear_left, scratch

_WORKS = """
import sys
from paloverde.bundles.scratch import scratch
with scratch() as folder:
    (folder / "words").write_text("what is kept back")
    print(folder, flush=True)
    sys.stdin.read()
"""
_SEALS = """
import sys
from pathlib import Path
from paloverde.bundles.box import sealed_file
with sealed_file(Path(sys.argv[1]), "bundle", lambda *_: None) as box:
    box.add("README.txt", b"half of a bundle")
    print("begun", flush=True)
    sys.stdin.read()
"""


@contextmanager
def working(program: str, *args: str) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """A process in the middle of its work, and what it said."""
    command = [sys.executable, "-c", program, *args]
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE}
    with subprocess.Popen(command, text=True, **pipes) as process:  # type: ignore[call-overload]
        yield process, process.stdout.readline().strip()
        process.kill()


def aged(path: Path) -> Path:
    """The same, as if it had been made long ago."""
    os.utime(path, (1_000_000, 1_000_000))
    return path


def test_a_folder_is_gone_after_the_work() -> None:
    with scratch() as folder:
        (folder / "words").write_text("a few")
        assert folder.stat().st_mode & 0o077 == 0
    assert not folder.exists()


def test_what_a_killed_process_left_is_cleared_away_by_the_next() -> None:
    with working(_WORKS) as (process, told):
        left = Path(told)
        process.kill()
        process.wait()
        assert (left / "words").exists()
        aged(left)
        with scratch():
            assert not left.exists()


def test_the_folder_of_a_living_process_stays_however_old_it_is() -> None:
    with working(_WORKS) as (_, told), scratch():
        aged(Path(told))
        with scratch():
            assert (Path(told) / "words").exists()


def test_what_was_just_made_stays(tmp_path: Path) -> None:
    new = tmp_path / "paloverde-scratch-new"
    new.mkdir()
    clear_left([new])
    assert new.exists()


def test_a_link_to_elsewhere_is_not_followed(tmp_path: Path) -> None:
    elsewhere = aged(tmp_path)
    link = tmp_path / "paloverde-scratch-link"
    link.symlink_to(elsewhere)
    os.utime(link, (1_000_000, 1_000_000), follow_symlinks=False)
    clear_left([link])
    assert elsewhere.exists()


def test_half_a_bundle_of_a_killed_process_goes_when_it_is_built_again(tmp_path: Path) -> None:
    out = tmp_path / "response [1].zip"
    with working(_SEALS, str(out)) as (process, _):
        process.kill()
        process.wait()
        (half,) = tmp_path.glob(".response*")
        aged(half)
        with sealed_file(out, "bundle", lambda *_: None) as box:
            box.add("README.txt", b"a whole bundle")
    assert [path.name for path in tmp_path.iterdir()] == [out.name]


def test_what_another_process_is_sealing_stays(tmp_path: Path) -> None:
    out = tmp_path / "response.zip"
    with working(_SEALS, str(out)):
        (half,) = tmp_path.glob(".response*")
        aged(half)
        with sealed_file(out, "bundle", lambda *_: None) as box:
            box.add("README.txt", b"a whole bundle")
        assert half.exists()


# Those that clear away in a way of their own, and what comes before `bundles` in the flow.
_OF_THEIR_OWN = {
    "archive/agreement.py",
    "archive/copies.py",
    "archive/repair.py",
    "bundles/scratch.py",
    "capture/spool.py",
    "desk/areas/accounts_imports.py",
    "installation/backups.py",
    "orchestration/supervise.py",
}


def test_whoever_works_in_a_folder_leaves_none_when_it_is_killed() -> None:
    """A plain temporary folder of a killed process would lie there for good."""
    package = Path(paloverde.__file__).parent
    made = re.compile(r"\b(?:TemporaryDirectory|mkdtemp)\(")
    files = {str(one.relative_to(package)): one.read_text("utf-8") for one in package.rglob("*.py")}
    found = {name for name, text in files.items() if made.search(text)}
    assert found - _OF_THEIR_OWN == set()
    assert "bundles/scratch.py" in found
