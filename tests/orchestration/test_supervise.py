from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from paloverde.errors import Unreachable
from paloverde.orchestration.supervise import Part, Supervised

INCLUDE = Path(__file__).parents[2] / "include"
ENVIRON = {**os.environ, "PYTHONPATH": str(INCLUDE)}

# A program with a worker that left its process group, as Airflow's task runners do.
PROGRAM = """
import os, subprocess, sys, time
worker = subprocess.Popen([sys.executable, "-c", "import os, time; os.setsid(); time.sleep(600)"])
with open(sys.argv[1], "w") as file:
    file.write(f"{os.getpid()} {worker.pid}")
time.sleep(600)
"""


def part(folder: Path) -> Part:
    script = folder / "program.py"
    script.write_text(PROGRAM)
    return Part("program", [sys.executable, str(script), str(folder / "pids")])


def wait_for(what: Callable[[], bool], seconds: float = 20) -> None:
    deadline = time.monotonic() + seconds
    while not what():
        assert time.monotonic() < deadline, "it did not come about in time"
        time.sleep(0.05)


def pids(folder: Path, other_than: list[int] | None = None) -> list[int]:
    """The program's process id and its worker's, once they are written (and are others than before)."""
    found: list[int] = []

    def written() -> bool:
        found[:] = (
            [int(word) for word in (folder / "pids").read_text().split()]
            if (folder / "pids").exists()
            else []
        )
        return len(found) == 2 and found != other_than

    wait_for(written)
    return found


def gone(pid: int) -> bool:
    """Whether a process has ended; one that nobody has reaped yet has."""
    try:
        status = Path(f"/proc/{pid}/stat").read_text()
    except FileNotFoundError:
        return True
    return status.rpartition(")")[2].split()[0] == "Z"


def test_a_killed_part_comes_back_and_its_orphans_do_not_stay(tmp_path: Path) -> None:
    with Supervised(tmp_path, [part(tmp_path)], ENVIRON):
        program, worker = first = pids(tmp_path)
        os.kill(program, signal.SIGKILL)
        second = pids(tmp_path, other_than=first)
        assert not set(first) & set(second)
        wait_for(lambda: gone(worker))
        assert not gone(second[0])


def test_a_killed_tether_takes_its_program_along_and_comes_back(tmp_path: Path) -> None:
    with Supervised(tmp_path, [part(tmp_path)], ENVIRON) as parts:
        first = pids(tmp_path)
        os.kill(parts.pids()["program"], signal.SIGKILL)
        second = pids(tmp_path, other_than=first)
        wait_for(lambda: gone(first[0]))
        assert not gone(second[0])


def test_stopping_leaves_no_process_behind(tmp_path: Path) -> None:
    with Supervised(tmp_path, [part(tmp_path)], ENVIRON) as parts:
        left = [*pids(tmp_path), parts.pids()["program"]]
    assert [pid for pid in left if not gone(pid)] == []


def test_a_part_that_takes_its_time_to_end_may_be_ended_at_once(tmp_path: Path) -> None:
    stubborn = "import signal; signal.signal(signal.SIGTERM, signal.SIG_IGN)\n" + PROGRAM
    asked = part(tmp_path)
    Path(asked.command[1]).write_text(stubborn)
    with Supervised(tmp_path, [Part("program", asked.command, at_once=True)], ENVIRON):
        left = pids(tmp_path)
        began = time.monotonic()
    assert [pid for pid in left if not gone(pid)] == []
    assert time.monotonic() - began < 15  # an ordinary part is given 20 seconds


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP, signal.SIGINT, signal.SIGKILL])
def test_nothing_stays_when_the_one_who_started_it_ends(tmp_path: Path, number: signal.Signals) -> None:
    script = (
        "import os, sys, time\n"
        "from pathlib import Path\n"
        "from paloverde.orchestration.supervise import Part, Supervised, stop_on_signals\n"
        "stop_on_signals()\n"
        "folder = Path(sys.argv[1])\n"
        "with Supervised(folder, [Part('program', sys.argv[2:])], os.environ):\n"
        "    time.sleep(600)\n"
    )
    parent = subprocess.Popen(
        [sys.executable, "-c", script, str(tmp_path), *part(tmp_path).command],
        env=ENVIRON,
        stderr=subprocess.DEVNULL,
    )
    left = pids(tmp_path)
    parent.send_signal(number)
    parent.wait(30)
    wait_for(lambda: all(gone(pid) for pid in left))


def test_a_second_signal_does_not_disturb_the_end(tmp_path: Path) -> None:
    script = (
        "import signal, time\n"
        "from paloverde.orchestration.supervise import stop_on_signals, stop_undisturbed\n"
        "stop_on_signals()\n"
        "try:\n"
        "    print('up', flush=True); time.sleep(600)\n"
        "except KeyboardInterrupt:\n"
        "    stop_undisturbed()\n"
        "    print('ending', flush=True); time.sleep(0.5); print('in order', flush=True)\n"
    )
    with subprocess.Popen(
        [sys.executable, "-c", script], env=ENVIRON, stdout=subprocess.PIPE, text=True
    ) as parent:
        assert parent.stdout is not None
        for word, number in (("up", signal.SIGINT), ("ending", signal.SIGINT)):
            assert parent.stdout.readline().strip() == word
            parent.send_signal(number)
        assert parent.stdout.read().strip() == "in order"
    assert parent.returncode == 0


def test_a_start_that_is_broken_off_leaves_no_process_behind(tmp_path: Path) -> None:
    class BrokenOff(Supervised):
        def _wait_for_socket(self) -> None:
            pids(tmp_path)
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt), BrokenOff(tmp_path, [part(tmp_path)], ENVIRON):
        pass
    assert all(gone(pid) for pid in pids(tmp_path))


def test_the_control_socket_opens_to_its_owner_alone(tmp_path: Path) -> None:
    with Supervised(tmp_path, [part(tmp_path)], ENVIRON) as parts:
        assert parts._socket.stat().st_mode & 0o077 == 0


def test_it_works_in_a_folder_with_a_long_name(tmp_path: Path) -> None:
    deep = tmp_path / ("a folder with a long name " * 5).strip()
    deep.mkdir()
    with Supervised(deep, [part(deep)], ENVIRON) as parts:
        pids(deep)
        socket_folder = parts._socket.parent
    assert not socket_folder.exists()


def test_it_says_where_to_look_when_it_cannot_start(tmp_path: Path) -> None:
    (tmp_path / "supervisord.log").mkdir()
    with (
        pytest.raises(Unreachable, match="supervisord did not start"),
        Supervised(tmp_path, [part(tmp_path)], ENVIRON),
    ):
        pass


def test_the_tail_of_a_log_shows_what_a_part_said(tmp_path: Path) -> None:
    noisy = Part("noisy", [sys.executable, "-uc", "import time; print('the store is full'); time.sleep(600)"])
    with Supervised(tmp_path, [noisy], ENVIRON) as parts:
        wait_for(lambda: "the store is full" in parts.tail("noisy"))
        assert "was never written" in parts.tail("nobody")
