"""Holds one program and everything that it starts: when the program ends, however it ends, all of it ends.

    python -m paloverde.orchestration.tether [--at-once] COMMAND [ARGUMENT...]

Airflow's scheduler leaves its workers behind when it is killed. A tether adopts such orphans (Linux:
PR_SET_CHILD_SUBREAPER) and ends them, so that a restarted scheduler never meets the workers of the old one.
When whoever started the tether dies, the kernel tells it (PR_SET_PDEATHSIG), and it ends its program too.
"""

from __future__ import annotations

import ctypes
import os
import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

_PR_SET_PDEATHSIG = 1  # linux/prctl.h
_PR_SET_CHILD_SUBREAPER = 36
_SIGNALS = (signal.SIGTERM, signal.SIGINT, signal.SIGHUP)
AT_ONCE = "--at-once"  # kill the program where it would be asked to end
_GRACE_SECONDS = 20  # for the program, once it is asked to end
# Then for what it left behind; a killed one may have left orphans of its own.
_LEFTOVERS = ((signal.SIGTERM, 5.0), (signal.SIGKILL, 2.0), (signal.SIGKILL, 2.0))


def hold(command: Sequence[str], *, at_once: bool = False) -> int:
    """Run `command` until it ends; then end what it left behind.

    `at_once` says that it needs no time to end in order. Returns its exit code, 128 + n for signal n.
    """
    parent = os.getppid()
    _ask_kernel(_PR_SET_CHILD_SUBREAPER, 1)
    # One thread only, so preexec_fn is safe; it asks for a SIGTERM should this tether be killed outright.
    program = subprocess.Popen(command, preexec_fn=follow_parent)  # noqa: PLW1509, S603 - our own parts
    for number in _SIGNALS:
        signal.signal(number, lambda _number, _frame: _end(program, at_once=at_once))
    follow_parent()
    if os.getppid() != parent:  # it died before the kernel was asked
        _end(program, at_once=at_once)
    code = program.wait()
    signal.alarm(0)
    _end_leftovers()
    return code if code >= 0 else 128 - code


def follow_parent() -> None:
    """Have the kernel send this process SIGTERM when its parent dies (on Linux only)."""
    _ask_kernel(_PR_SET_PDEATHSIG, signal.SIGTERM)


def _end(program: subprocess.Popen[bytes], *, at_once: bool) -> None:
    """Ask a program to end, and kill it when it takes too long.

    Only the program is asked, not its group: an Airflow worker that is ended while it holds the queue's lock
    makes the scheduler wait for ever for the others.
    """
    with suppress(ProcessLookupError):
        program.kill() if at_once else program.terminate()
    signal.signal(signal.SIGALRM, lambda _number, _frame: program.kill())
    signal.alarm(_GRACE_SECONDS)


def _end_leftovers() -> None:
    for number, seconds in _LEFTOVERS:
        for pid in _descendants(os.getpid()):
            with suppress(ProcessLookupError):
                os.kill(pid, number)
        if _none_left_within(seconds):
            return


def _descendants(pid: int) -> list[int]:
    """Every process under `pid`, adopted orphans included. Only Linux lists them."""
    children: list[int] = []
    for file in Path(f"/proc/{pid}/task").glob("*/children"):
        with suppress(OSError):
            children += [int(child) for child in file.read_text().split()]
    return [one for child in children for one in (child, *_descendants(child))]


def _none_left_within(seconds: float) -> bool:
    """Reap children until there is none, or the time is over."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        try:
            pid, _ = os.waitpid(-1, os.WNOHANG)
        except ChildProcessError:
            return True
        if pid == 0:
            time.sleep(0.02)
    return False


def _ask_kernel(option: int, value: int) -> None:
    if sys.platform == "linux":
        ctypes.CDLL(None, use_errno=True).prctl(option, value, 0, 0, 0)


if __name__ == "__main__":
    words = sys.argv[1:]
    if words[:1] == [AT_ONCE]:
        sys.exit(hold(words[1:], at_once=True))
    sys.exit(hold(words))
