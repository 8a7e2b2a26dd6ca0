"""The guide of the watch names every check, register and report that there is, and none that is not."""

from __future__ import annotations

import re
from pathlib import Path

from paloverde.watch.checks import CHECKS, REPORTS
from paloverde.watch.findings import Verdict
from paloverde.watch.registers import ALL

GUIDE = (Path(__file__).parents[2] / "docs" / "guide" / "watch.md").read_text(encoding="utf-8")


def named_under(heading: str) -> set[str]:
    """What stands as code in the table of a section."""
    section = GUIDE.partition(f"## {heading}\n")[2].partition("\n## ")[0]
    rows = [line for line in section.splitlines() if line.startswith("| ") and "`" in line]
    return {name for row in rows for name in re.findall(r"`([a-z-]+)`", row)}


def test_it_names_every_register() -> None:
    assert named_under("Registers") == set(ALL)


def test_it_names_every_check() -> None:
    assert named_under("The checks") == set(CHECKS)


def test_it_names_every_report() -> None:
    assert named_under("Reports") == set(REPORTS)


def test_it_names_every_answer() -> None:
    assert named_under("What was found") == {one.value for one in Verdict}
