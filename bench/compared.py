"""Whether the ways found the same records; where they did not, by how many, why, and one as an example."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from asked import Figures
from questions import QUESTIONS
from searchers import DuckDB

# Known of how a way works. A difference without a reason here is told as one.
_FOLDED = "it does not fold accents"
_JOINED = (
    "what was said and the descriptions of pictures stand in one line, so words of both come near each other"
)
_REASONS = {
    ("FTS5", "Chinese"): "its tokenizer takes a run of Chinese letters for one word",
    ("ripgrep", "accents folded"): _FOLDED,
    ("ripgrep", "infix"): _FOLDED,
    ("ripgrep", "letter anywhere"): _FOLDED,
    ("ripgrep", "w/5, rare"): _JOINED,
    ("ripgrep", "w/5, middling"): _JOINED,
    ("ripgrep", "w/5, frequent"): _JOINED,
    ("ripgrep", "poster and days"): "records without a date are left out, which may be of that day",
    ("ripgrep", "account, month, word"): "records without a date are left out, which may be of that day",
}
_WIDE = 90


class Difference(NamedTuple):
    """What a way missed, and what it found that does not answer."""

    way: str
    title: str
    missed: Any
    wrong: Any

    def __str__(self) -> str:
        counts = [(f"-{len(self.missed):,}", self.missed), (f"+{len(self.wrong):,}", self.wrong)]
        return " ".join(told for told, numbers in counts if len(numbers)) or "equal"


def differences(folder: Path, found: dict[str, Figures]) -> None:
    """A table of what each way missed and found too much, measured by our index; our scan by what it read."""
    ways = [way for way in found if way != "paloverde"]
    print(f"\n{'same records?':24}{'hits':>10}", *(f"{way:>18}" for way in ways))
    others: list[Difference] = []
    for number, question in enumerate(QUESTIONS):
        ours = np.load(folder / "numbers" / "paloverde" / f"{number}.npy")
        cells = []
        for way in ways:
            one = _difference(folder / "numbers", way, number, ours)
            cells.append(str(one) if one else _unasked(found[way][question.title]))
            others += [one] if one and str(one) != "equal" else []
        print(f"{question.title:24}{len(ours):>10,}", *(f"{cell:>18}" for cell in cells))
    print("(-3 +5: it misses 3 and has 5 that do not answer; our scan: among the records that it read)")
    texts = _texts(folder, {int(some[0]) for one in others for some in (one.missed, one.wrong) if len(some)})
    for one in others:
        print("\n".join(_explained(one, texts)))


def _unasked(figures: dict[str, float]) -> str:
    return f"more than {figures['over']:,.0f} s" if "over" in figures else "cannot ask this"


def _difference(numbers: Path, way: str, number: int, ours: Any) -> Difference | None:
    path = numbers / way / f"{number}.npy"
    if not path.exists():
        return None
    theirs = np.load(path)
    if way == "scan":
        ours = np.intersect1d(ours, np.load(numbers / way / "read.npy"), assume_unique=True)
    missed = np.setdiff1d(ours, theirs, assume_unique=True)
    wrong = np.setdiff1d(theirs, ours, assume_unique=True)
    return Difference(way, QUESTIONS[number].title, missed, wrong)


def _texts(folder: Path, numbers: Collection[int]) -> dict[int, str]:
    """What the records with these numbers say."""
    if not numbers:
        return {}
    listed = ", ".join(map(str, numbers))
    rows = DuckDB(folder).connection.execute(
        f"SELECT id, concat_ws(' | ', accented, nullif(described, '')) FROM records WHERE id IN ({listed})"
    )
    return {int(number): " ".join(said.split()) for number, said in rows.fetchall()}


def _explained(one: Difference, texts: dict[int, str]) -> Iterator[str]:
    yield f"{one.way}, {one.title}: {one}: {_REASONS.get((one.way, one.title), 'NOT EXPLAINED')}"
    for what, numbers in (("misses", one.missed), ("has", one.wrong)):
        if len(numbers):
            said = texts.get(int(numbers[0]), "a record that is not open")
            yield f"    {what} for example: {said[:_WIDE]}{'…' if len(said) > _WIDE else ''}"
