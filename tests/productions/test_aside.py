"""Families that wait on disk come back as they were, as often as one asks, one at a time."""

from __future__ import annotations

from pathlib import Path

import pytest
from plans import park, plan_of

from paloverde.productions.aside import laid_aside


def test_they_come_back_the_same_at_every_call(tmp_path: Path) -> None:
    plan = plan_of(park(tmp_path))
    given = [list(family) for family in plan.families()]
    families = laid_aside(given, tmp_path / "families")
    assert list(families()) == given
    assert list(families()) == given


def test_two_may_read_at_once(tmp_path: Path) -> None:
    given = [list(family) for family in plan_of(park(tmp_path)).families()]
    families = laid_aside(given, tmp_path / "families")
    assert list(zip(families(), families(), strict=True)) == list(zip(given, given, strict=True))


def test_none_is_written_over_others(tmp_path: Path) -> None:
    laid_aside([], tmp_path / "families")
    with pytest.raises(FileExistsError):
        laid_aside([], tmp_path / "families")
