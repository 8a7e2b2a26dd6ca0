"""The installation asks the index where there is one, says so, and notes each look in the ledger."""

from __future__ import annotations

from pathlib import Path

import pytest

from paloverde.cli import main
from paloverde.installation import Installation, Purpose, open_installation
from paloverde.settings import load

SLUG = "x-palmaria"


@pytest.fixture
def city(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Installation:
    monkeypatch.setenv("PALOVERDE_HOME", str(tmp_path / "home"))
    assert main(["accounts", "add", SLUG, "--platform", "x", "--id", "44", "--handle", "palmaria"]) == 0
    take_in(tmp_path, "native_id,text\n7,Umbrella forgotten\n8,Umbrella found\n")
    capsys.readouterr()
    return open_installation(load({"PALOVERDE_HOME": str(tmp_path / "home")}), purpose=Purpose.WORK)


def take_in(folder: Path, table: str) -> None:
    (folder / "posts.csv").write_text(table)
    told = ["--account", SLUG, "--format", "table", "--kind", "post", "--quiet"]
    assert main(["import", str(folder / "posts.csv"), *told]) == 0


def test_an_overview_is_noted_in_the_ledger_with_its_page(city: Installation) -> None:
    city.index.refresh()
    seen = city.overview("umbrella", "clerk", page=2, per_page=1)
    assert (seen.counts.hits, [hit.text for hit in seen.hits]) == (2, ["Umbrella found"])
    (event,) = [entry.event for entry in city.ledger.entries() if entry.event.what == "search made"]
    assert (event.actor, event.about["question"], event.about["hits"], event.about["page"]) == (
        "clerk", "umbrella", "2", "2",
    )  # fmt: skip


def test_a_search_says_what_the_index_covered(
    city: Installation, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert city.search("umbrella", "clerk").searched.index is None
    city.index.refresh()
    told = city.search("umbrella", "clerk").searched.index
    assert str(told) == "The index covers sealed runs 1 to 1; nothing is newer."
    take_in(tmp_path, "native_id,text\n9,Another umbrella\n")
    answer = city.search("umbrella", "clerk")
    assert answer.counts.hits == 3
    assert str(answer.searched.index) == (
        "The index covers sealed runs 1 to 1; 1 newer one was read directly."
    )
    city.index.refresh()
    assert str(city.search("umbrella", "clerk").searched.index).startswith(
        "The index covers sealed runs 1 to 2;"
    )
    capsys.readouterr()
    assert main(["search", "umbrella"]) == 0
    assert "The index covers sealed runs 1 to 2" in capsys.readouterr().out
    assert main(["search", "umbrella", "--no-index"]) == 0
    assert "The index covers" not in capsys.readouterr().out
