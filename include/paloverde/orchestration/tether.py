"""Holds one program and everything that it starts: when the program ends, for whatever reason, all of it ends.

    python -m paloverde.orchestration.tether COMMAND [ARGUMENT...]

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
from collections.abc import Sequence
from contextlib import suppress

import psutil

_PR_SET_PDEATHSIG = 1  # linux/prctl.h
_PR_SET_CHILD_SUBREAPER = 36
_SIGNALS = (signal.SIGTERM, signal.SIGINT, signal.SIGHUP)
_GRACE_SECONDS = 20  # for the program, once it is asked to end
_LEFTOVER_SECONDS = 5  # then for what it left behind


def hold(command: Sequence[str]) -> int:
    """Run `command` until it ends; then end what it left behind. Returns its exit code, 128 + n for signal n."""
    parent = os.getppid()
    _ask_kernel(_PR_SET_CHILD_SUBREAPER, 1)
    # One thread only, so preexec_fn is safe; it asks for a SIGTERM should this tether be killed outright.
    program = subprocess.Popen(command, preexec_fn=follow_parent)  # noqa: PLW1509, S603 - our own parts
    for number in _SIGNALS:
        signal.signal(number, lambda _number, _frame: _end(program))
    _ask_kernel(_PR_SET_PDEATHSIG, signal.SIGTERM)
    if os.getppid() != parent:  # it died before the kernel was asked
        _end(program)
    code = program.wait()
    signal.alarm(0)
    _end_leftovers()
    return code if code >= 0 else 128 - code


def follow_parent() -> None:
    """Have the kernel send this process SIGTERM when the one that started it dies. Linux only; elsewhere nothing."""
    _ask_kernel(_PR_SET_PDEATHSIG, signal.SIGTERM)


def _end(program: subprocess.Popen[bytes]) -> None:
    """Ask a program to end, and kill it when it takes too long.

    Only the program is asked, not its group: an Airflow worker that is ended while it holds the queue's lock
    makes the scheduler wait for ever for the others.
    """
    with suppress(ProcessLookupError):
        program.terminate()
    signal.signal(signal.SIGALRM, lambda _number, _frame: program.kill())
    signal.alarm(_GRACE_SECONDS)


def _end_leftovers() -> None:
    """Ask every descendant to end; kill those that do not. Adopted orphans count as descendants."""
    left = psutil.Process().children(recursive=True)
    for process in left:
        with suppress(psutil.NoSuchProcess):
            process.terminate()
    _, stubborn = psutil.wait_procs(left, timeout=_LEFTOVER_SECONDS)
    for _ in range(5):  # a killed one may have left orphans of its own
        if not stubborn:
            return
        for process in stubborn:
            with suppress(psutil.NoSuchProcess):
                process.kill()
        psutil.wait_procs(stubborn, timeout=2)
        stubborn = psutil.Process().children(recursive=True)


def _ask_kernel(option: int, value: int) -> None:
    if sys.platform == "linux":
        ctypes.CDLL(None, use_errno=True).prctl(option, value, 0, 0, 0)


if __name__ == "__main__":
    sys.exit(hold(sys.argv[1:]))
