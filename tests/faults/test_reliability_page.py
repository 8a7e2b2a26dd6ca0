"""The page of reliability says what was measured, and nothing else."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest

from faults import httpproxy, page, pgproxy, statements
from faults.results import Result
from faults.run import SHARES, SUITES, keep

MEASURED = pytest.mark.skipif(not page.FIGURES.exists(), reason="make faults has not been run yet")


@MEASURED
def test_the_page_is_made_of_the_figures() -> None:
    assert page.PAGE.read_text(encoding="utf-8") == page.page(page.read())


@MEASURED
def test_the_figures_add_up() -> None:
    for one in page.read():
        assert 0 <= one.passed <= one.cases
        assert (one.passed == one.cases) == (not one.breaks)
        assert one.date
        assert one.commit


@MEASURED
def test_the_figures_are_as_the_suites_write_them() -> None:
    again = msgspec.json.format(msgspec.json.encode(page.read()), indent=1) + b"\n"
    assert page.FIGURES.read_bytes() == again


def test_a_suite_that_is_run_again_takes_the_place_of_its_last_run(tmp_path: Path) -> None:
    into = tmp_path / "reliability.json"
    keep(into, Result("kills", "kill -9", 10, 9, 1.0, ["kill 3: lost: a post"]))
    keep(into, Result("clocks", "Clocks", 5, 5, 1.0))
    keep(into, Result("kills", "kill -9", 12, 12, 1.0))
    assert [(one.suite, one.cases) for one in page.read(into)] == [("clocks", 5), ("kills", 12)]
    assert "kill 3" not in into.with_suffix(".md").read_text()


def test_what_broke_stands_on_the_page(tmp_path: Path) -> None:
    told = page.page([Result("kills", "kill -9", 10, 9, 1.0, ["kill 3: lost: a post"], whole=False)])
    assert "kill 3: lost: a post" in told
    assert "as many as the time allowed" in told


def test_the_page_explains_each_of_the_ten_ways() -> None:
    rows = [line.split("|")[1].strip() for line in page._WAYS.splitlines() if line.startswith("| ")][1:]
    assert tuple(rows) == httpproxy.FAULTS
    assert len(httpproxy.FAULTS) == 10
    assert not set(pgproxy.FAULTS) & {"bit flip"}
    assert not set(statements.FAULTS) & {"truncate", "bit flip"}


def test_every_suite_has_a_share_of_the_time() -> None:
    assert set(SHARES) == set(SUITES)
    assert sum(SHARES.values()) == pytest.approx(1)
