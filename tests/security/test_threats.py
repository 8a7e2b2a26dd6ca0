"""The threat model names only what is there, covers every actor and asset, and its page is fresh."""

from __future__ import annotations

import pytest

from security.evidence import is_there
from security.threats import PAGE, Row, model, page

ROWS = model().threats


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.id)
def test_every_threat_names_what_is_there(row: Row) -> None:
    assert [name for name in row.tests if not is_there(name)] == []
    assert row.tests, "a threat without a test goes among the risks that are taken"
    assert row.actor in model().actors
    assert set(row.assets) <= model().assets.keys()


def test_every_actor_and_every_asset_is_dealt_with() -> None:
    assert {row.actor for row in ROWS} == model().actors.keys()
    assert {asset for row in ROWS for asset in row.assets} == model().assets.keys()
    assert len({row.id for row in ROWS}) == len(ROWS)


def test_risks_that_are_taken_say_why_and_what_else() -> None:
    assert all(one.risk and one.why and one.instead for one in model().accepted)


@pytest.mark.parametrize(
    "reference",
    ["tests/security/test_threats.py::test_that_never_was", "tests/nowhere.py", "tests/nowhere.py::test_x"],
)
def test_evidence_that_is_not_there_would_be_noticed(reference: str) -> None:
    assert not is_there(reference)
    assert is_there("tests/security/test_threats.py::test_every_threat_names_what_is_there")


def test_the_page_is_fresh() -> None:
    assert PAGE.read_text(encoding="utf-8") == page(), "run `make docs` and keep what it writes"
