"""A process with mounts of its own: a disk of a few megabytes, another file in the place of one of this machine's.

Linux gives each process its own view of the file system (unshare(1), mount_namespaces(7)). Nothing of the program is
changed, and nobody else sees the mounts; they are gone when the process ends.
"""

from __future__ import annotations

import json
import os
import shlex
import subprocess
import sys
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Any

from stores import ROOT

NOT_ALLOWED = "this machine lets no process have mounts of its own (unshare --mount)"
_PATIENCE = 300  # seconds


def disk(folder: Path, size: str) -> list[str]:
    """A disk of that size (such as "4m") at a folder."""
    return ["-t", "tmpfs", "-o", f"size={size},mode=700", "none", str(folder)]


def instead(of: str, given: Path) -> list[str]:
    """Another file in the place of one that is there."""
    return ["--bind", str(given), str(Path(of).resolve())]


def run(module: str, *arguments: str, mounts: Sequence[list[str]] = (), **more: str) -> dict[str, Any]:
    """Run a module of the tests among these mounts; the last line that it prints is JSON.

    `more` are further variables of its environment.
    """
    done = subprocess.run(
        [*_among(mounts), sys.executable, "-m", module, *arguments],
        env={**os.environ, "PYTHONPATH": f"{ROOT / 'include'}:{ROOT / 'tests'}", **more},
        capture_output=True, text=True, timeout=_PATIENCE, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr[-3000:]
    told: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return told


@cache
def is_possible() -> bool:
    """Whether this machine lets a process have mounts of its own."""
    try:
        tried = subprocess.run(
            [*_among([disk(Path("/mnt"), "64k")]), "true"], capture_output=True, check=False
        )
    except OSError:
        return False
    return tried.returncode == 0


def _among(mounts: Sequence[list[str]]) -> list[str]:
    if not mounts:
        return []
    allowed = [] if os.geteuid() == 0 else ["--map-root-user"]
    mounting = "".join(f"mount {shlex.join(mount)} && " for mount in mounts)
    return ["unshare", "--mount", *allowed, "sh", "-c", f'{mounting}exec "$@"', "sh"]
