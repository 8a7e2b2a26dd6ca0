"""Files that are there whole or not at all, and sweeping what was left behind."""

from __future__ import annotations

import hashlib
import os
import shutil
from collections.abc import Iterable
from pathlib import Path

_FILE = 0o600


def write_whole(path: Path, body: bytes) -> None:
    """Write a file so that it is there whole, or as it was before."""
    beside = path.with_name(f"{path.name}.new")
    with beside.open("wb") as file:
        beside.chmod(_FILE)
        file.write(body)
        file.flush()
        os.fsync(file.fileno())
    beside.replace(path)
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


def sweep(folder: Path, stay: Iterable[str]) -> int:
    """Remove what lies in a folder and is none of these names; how much that was."""
    gone = [path for path in folder.iterdir() if path.name not in {*stay}]
    for path in gone:
        if path.is_dir():
            shutil.rmtree(path)
        else:
            path.unlink()
    return len(gone)


def seal_of(path: Path) -> tuple[int, str]:
    """Size and sha256 of a file, which is on the disk then."""
    with path.open("rb") as file:
        os.fsync(file.fileno())
        return path.stat().st_size, hashlib.file_digest(file, "sha256").hexdigest()
