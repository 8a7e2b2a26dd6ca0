"""Whether the ways found the same records, and by how many they differ where they did not."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np

from questions import QUESTIONS


def differences(folder: Path, ways: list[str]) -> None:
    """A table of what each way missed and found too much, measured by our index; our scan by what it read."""
    print(f"\n{'same records?':22}{'hits':>10}", *(f"{way:>18}" for way in ways))
    for number, question in enumerate(QUESTIONS):
        ours = np.load(folder / "paloverde" / f"{number}.npy")
        cells = (f"{_cell(folder, way, number, ours):>18}" for way in ways)
        print(f"{question.title:22}{len(ours):>10,}", *cells)
    print("(-3 +5: it misses 3 and has 5 that do not answer; of our scan: among the records that it read)")


def _cell(folder: Path, way: str, number: int, ours: Any) -> str:
    path = folder / way / f"{number}.npy"
    if not path.exists():
        return "cannot ask this"
    theirs = np.load(path)
    if way == "scan":
        ours = np.intersect1d(ours, np.load(folder / way / "read.npy"), assume_unique=True)
    missed = len(np.setdiff1d(ours, theirs, assume_unique=True))
    wrong = len(np.setdiff1d(theirs, ours, assume_unique=True))
    if not missed and not wrong:
        return f"all {len(ours):,}" if way == "scan" else "equal"
    return " ".join([*([f"-{missed:,}"] if missed else []), *([f"+{wrong:,}"] if wrong else [])])
