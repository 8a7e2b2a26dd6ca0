"""Nights on a disk that is full; `faults.test_dependencies` starts it on a small disk and judges it.

    python -m faults.fulldisk HOME DATABASE BYTES...

The archive lies on the disk of HOME, and DATABASE, an SQLite file, there or elsewhere. Before each night the disk is filled but for so many BYTES, so that the
night meets its end at another place; then room is made, the night is repeated, and everything audited. The last line
it prints is what came of it, as JSON.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from faults.city import Ended, FaultyCity


def main(arguments: Sequence[str]) -> dict[str, Any]:
    home, database, *all_left = arguments
    city = FaultyCity(Path(home), None, f"sqlite:///{database}")
    city.first_night()
    endings = [_full_night(city, int(left)) for left in all_left]
    told = {
        "endings": [[one.raised, one.words, one.foreign or one.killed] for one in endings],
        "breaks": [f"{one.what}: {one.words}" for one in city.close_audit()],
        "runs": city.audit.counts["runs"],
    }
    city.close()
    return told


def _full_night(city: FaultyCity, left: int) -> Ended:
    """A night with no more room than that, and then the same with all of it."""
    city.a_day()
    with _filled(city.home, left):
        ended = city.night_in_a_process(lambda _: None)
    city.again()
    return ended


@contextmanager
def _filled(folder: Path, left: int) -> Iterator[None]:
    """The disk of a folder with so many bytes left."""
    there = os.statvfs(folder)
    ballast = folder / "ballast"
    with ballast.open("wb") as file:
        os.posix_fallocate(file.fileno(), 0, max(1, there.f_bavail * there.f_frsize - left))
    try:
        yield
    finally:
        ballast.unlink()


if __name__ == "__main__":
    print(json.dumps(main(sys.argv[1:])))
