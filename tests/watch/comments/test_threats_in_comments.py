"""Threats in plain words are found without a list; what only sounds so is left alone, and how often is said."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from moderated import comment, listing, words
from paloverde.records import Kind, Visibility
from paloverde.watch.check import Finding, Weight
from paloverde.watch.comments.threats import FILE, THREATS
from paloverde.watch.seen import Seen
from watching import THE_CITY, seen

# Threats were written before the phrases were tried on them, and no phrase was added for one; `says` tells what came
# of it. Of what only sounds so three were flagged at first, and the phrases were mended.
UNSEEN = (Path(__file__).parent / "threats_unseen.txt").read_text(encoding="utf-8").splitlines()
HARMLESS = (Path(__file__).parent / "threats_harmless.txt").read_text(encoding="utf-8").splitlines()


def found(text: str, **known: Any) -> list[Finding]:
    return of(comment(text, **known))


def of(one: Seen, *lists: Any) -> list[Finding]:
    assert THREATS.of_item is not None
    return list(THREATS.of_item(one, listing(*lists)))


@pytest.mark.parametrize(
    ("text", "words_"),
    [
        ("I will kill you.", "I will kill you"),
        ("Somebody should SHOOT the mayor", "Somebody should SHOOT the mayor"),
        ("Next time I'm going to burn your house down.", "I'm going to burn your house down"),
        ("We know where you live", "We know where you live"),
        ("I'm bringing my gun to the council meeting", "bringing my gun to the council"),
        ("They should all be hanged, every one.", "They should all be hanged"),
        ("Te voy a matar, perro", "Te voy a matar"),
        ("Sabemos dónde vives", "Sabemos dónde vives"),
    ],
)
def test_a_threat_that_no_list_names_is_found_with_its_words(text: str, words_: str) -> None:
    (one,) = found(text)
    assert [span.words for span in one.spans] == [words_]
    assert f"“{words_}”" in one.said
    assert "V.B.4(k)" in one.said
    assert one.weight is Weight.URGENT
    assert "Sheriff" in one.next
    assert "litigation hold" in one.next
    assert "protected" in one.next


@pytest.mark.parametrize("row", FILE.row, ids=lambda row: row.id)
def test_each_row_finds_something_of_its_own(row: Any) -> None:
    rules = [one.rule for text in UNSEEN for one in found(text)]
    assert any(rule.endswith(f"/{row.id}") or f"/{row.id}," in rule for rule in rules)


def test_what_it_says_of_itself_was_counted() -> None:
    counted = sum(bool(found(text)) for text in UNSEEN)
    alarms = [text for text in HARMLESS if found(text)]
    assert alarms == []
    assert (
        f"Of {len(UNSEEN)} invented threats that it was not made with it found {counted}, and of "
        f"{len(HARMLESS)} comments that only sound like one it flagged none." in THREATS.says
    )


def test_a_private_message_is_looked_at_too_and_is_private() -> None:
    (one,) = of(seen("I will kill you.", kind=Kind.MESSAGE))
    assert one.private


def test_what_the_city_says_itself_is_none_of_it() -> None:
    assert found("I will kill you.", poster=THE_CITY) == []


def test_what_a_site_hides_already_is_told_all_the_same() -> None:
    (one,) = found("I will kill you.", visibility=Visibility.HIDDEN)
    assert "The site hides it already." in one.said


def test_what_a_list_of_threats_names_is_told_once() -> None:
    one = comment("I will kill you.")
    assert of(one, words("k", "kill you")) == []
    assert len(of(one, words("c", "kill you"))) == 1
    assert len(of(one, words("k", "burn it down"))) == 1
