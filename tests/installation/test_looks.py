"""Every way by which the archive gives out private messages stands in the ledger; what does not, gives out none."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from paloverde.archive.ledger import LONGEST_ENTRY, Event
from paloverde.cli import main
from paloverde.installation import Installation, Purpose, open_installation
from paloverde.installation.journal import in_one_entry
from paloverde.settings import load

SLUG, WORDS = "x-palmaria", "Umbrella forgotten in the library"
WITH, WITHOUT = "with private records", "without private records"


@pytest.fixture
def city(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Installation:
    """A city that holds one private message."""
    monkeypatch.setenv("PALOVERDE_HOME", str(tmp_path / "home"))
    assert main(["accounts", "add", SLUG, "--platform", "x", "--id", "44", "--handle", "palmaria"]) == 0
    (tmp_path / "messages.csv").write_text(f"native_id,text\n7,{WORDS}\n")
    told = ["--account", SLUG, "--format", "table", "--kind", "message", "--quiet"]
    assert main(["import", str(tmp_path / "messages.csv"), *told]) == 0
    capsys.readouterr()
    return open_installation(load({"PALOVERDE_HOME": str(tmp_path / "home")}), purpose=Purpose.WORK)


def looks(city: Installation) -> list[tuple[str, str]]:
    """What the ledger says of who looked at what."""
    events = [entry.event for entry in city.ledger.entries()]
    return [(one.what, one.about["scope"]) for one in events if "scope" in one.about]


def test_a_search_says_whether_it_looked_at_private_messages(
    city: Installation, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["search", "umbrella"]) == 0
    assert WORDS not in capsys.readouterr().out
    assert main(["search", "umbrella", "--private", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["text"] == WORDS
    assert looks(city) == [("search made", WITHOUT), ("search made", WITH)]


def test_a_look_that_cannot_be_noted_shows_nothing(
    city: Installation, capsys: pytest.CaptureFixture[str]
) -> None:
    question = f"umbrella {'OR umbrella ' * (LONGEST_ENTRY // 12)}"
    assert main(["search", question, "--private", "--json"]) == 1
    assert capsys.readouterr().out == ""
    assert looks(city) == []


def test_a_bundle_says_whether_private_messages_are_in_it(city: Installation, tmp_path: Path) -> None:
    for name, more in (("one", []), ("two", ["--private"])):
        words = ["bundle", "--question", "umbrella", "--name", name, "--out", str(tmp_path / f"{name}.zip")]
        assert main([*words, *more]) == 0
    assert [look for look in looks(city) if look[0] == "bundle built"] == [
        ("bundle built", WITHOUT),
        ("bundle built", WITH),
    ]


def test_moving_out_says_that_private_messages_go_along(city: Installation, tmp_path: Path) -> None:
    assert main(["export", str(tmp_path / "out"), "--quiet"]) == 0
    assert WORDS in (tmp_path / "out" / "records" / f"{SLUG}.jsonl").read_text()
    assert looks(city) == [("archive moved out", WITH)]


@pytest.mark.parametrize(
    "words",
    [["keep", SLUG], ["keep", SLUG, "message", "7"], ["gaps"], ["accounts"], ["removed", "list"], ["ledger"],
     ["hold", "list"], ["consult", "list"], ["dispose", "list"], ["copies", "compare"], ["fixity"]],
    ids=" ".join,
)  # fmt: skip
def test_what_notes_no_look_shows_no_message(
    city: Installation, words: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    main(words)
    assert "mbrella" not in "".join(capsys.readouterr())
    assert looks(city) == []


def test_the_notes_of_an_import_fit_into_an_entry_however_many(city: Installation) -> None:
    notes = [f"{number} {'ö' * 4_000}" for number in range(3_000)]
    told = in_one_entry(notes)
    assert told.startswith("0 ö")
    assert told.endswith("…; and 2,980 more in the seal")
    city.ledger.append(Event("import sealed", "a test", city.vault.clock(), {"notes": told}))
    assert in_one_entry(["one", "two"]) == "one; two"
