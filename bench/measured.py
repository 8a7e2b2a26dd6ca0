"""A command in a process of its own: how long, how much processor, how much memory, children included."""

from __future__ import annotations

import ctypes
import json
import os
import platform
import subprocess
import sys
import threading
from collections.abc import Iterator, Sequence
from pathlib import Path
from time import monotonic
from typing import Any, NamedTuple

import psutil

_EVERY = 0.1  # seconds between two looks at the memory
_REST = 30  # times as long as a look took: whoever looks at much memory must not take the processor from it
_KCMP, _KCMP_VM = {"x86_64": 312, "aarch64": 272}, 1  # numbers of Linux


class Measured(NamedTuple):
    """Seconds of wall and processor, peak memory in MB of all its processes together, and what it printed.

    `own` is memory that only the process can give back; `resident` counts with it the pages of files that
    are mapped, each page shared out among those who have it (PSS of proc(5)); the machine drops these when it
    needs the room.
    """

    wall: float
    cpu: float
    own: float
    resident: float
    said: dict[str, Any]

    def __str__(self) -> str:
        memory = f"memory {self.own:,.0f} MB, with mapped files {self.resident:,.0f} MB (PSS)"
        return f"{self.wall:,.1f} s, {self.cpu:,.1f} cpu-s, {memory}"


def measured(command: Sequence[str]) -> Measured:
    """Run it; the last line that it prints is JSON. Ends the benchmark where the command fails."""
    started = monotonic()
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        peak, over = [0.0, 0.0], threading.Event()
        watcher = threading.Thread(target=_watch, args=(process.pid, peak, over))
        watcher.start()
        assert process.stdout is not None
        told = process.stdout.read()
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        over.set()
        watcher.join()
    if process.returncode:
        raise SystemExit(f"{' '.join(command)} ended with {process.returncode}")
    wall, cpu = monotonic() - started, usage.ru_utime + usage.ru_stime
    return Measured(wall, cpu, peak[0] / 1e6, peak[1] / 1e6, json.loads(told.splitlines()[-1]))


def _watch(pid: int, peak: list[float], over: threading.Event) -> None:
    pause = _EVERY
    while not over.wait(pause):
        begun = monotonic()
        memory = [_memory(process) for process in _own_room(_tree(pid))]
        peak[0] = max(peak[0], sum(own for own, _ in memory))
        peak[1] = max(peak[1], sum(all_ for _, all_ in memory))
        pause = max(_EVERY, _REST * (monotonic() - begun))


def _tree(pid: int) -> list[psutil.Process]:
    try:
        process = psutil.Process(pid)
        return [process, *process.children(recursive=True)]
    except psutil.Error:  # it has ended
        return []


def _own_room(processes: Sequence[psutil.Process]) -> Iterator[psutil.Process]:
    """Those that have memory of their own. One that was just forked to start a program has that of whoever
    forked it, all of it, until the program begins (vfork(2)), and would be counted a second time.
    """
    for number, process in enumerate(processes):
        if not any(_is_same_room(process.pid, before.pid) for before in processes[:number]):
            yield process


def _is_same_room(one: int, other: int) -> bool:
    """Whether two processes have the same memory (kcmp(2)); False where the machine does not say."""
    call = _KCMP.get(platform.machine())
    return call is not None and ctypes.CDLL(None).syscall(call, one, other, _KCMP_VM, 0, 0) == 0


def _memory(process: psutil.Process) -> tuple[int, int]:
    """Own bytes and proportional ones."""
    try:
        memory = process.memory_full_info()
    except psutil.Error:
        return 0, 0
    return memory.uss, getattr(memory, "pss", memory.rss)


def environment() -> str:
    """The machine in one line: how many cores, and how busy it was with other things."""
    return (
        f"{os.cpu_count()} cores, load {os.getloadavg()[0]:.1f} (what others do counts into the wall times; "
        f"compare cpu-s), Python {sys.version_info.major}.{sys.version_info.minor}"
    )


def size_of(path: Path) -> int:
    """Bytes of a file, or of all files in a folder."""
    files = [path] if path.is_file() else [file for file in path.rglob("*") if file.is_file()]
    return sum(file.stat().st_size for file in files)
