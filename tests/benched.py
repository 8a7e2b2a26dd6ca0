"""Opens the folder of the benchmarks to the tests of them, and closes it again: names there are names here, too."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

BENCH = Path(__file__).parents[1] / "bench"


@contextmanager
def benchmarks() -> Iterator[None]:
    """Their modules can be imported within, and only there."""
    sys.path.insert(0, str(BENCH))
    try:
        yield
    finally:
        sys.path.remove(str(BENCH))
