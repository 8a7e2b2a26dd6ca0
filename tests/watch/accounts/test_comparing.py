"""A prescribed text beside what stands there."""

from __future__ import annotations

import pytest

from paloverde.watch.accounts.comparing import compared, plain

WANTED = "The City’s rules: be kind to others, and keep to the subject of the posting."


def said(text: str) -> str:
    return compared(WANTED, [("Bio", text)]).difference


@pytest.mark.parametrize(
    "text",
    [
        WANTED,
        f"Welcome!\n{WANTED} See you.",
        WANTED.replace("’", "'"),
        WANTED.replace(" ", "\u00a0\n"),
        WANTED.replace("kind", "k\u200bind"),
        WANTED.replace("City", "Ｃｉｔｙ"),  # as wide letters of another script
    ],
)
def test_what_a_reader_sees_alike_is_there(text: str) -> None:
    found = compared(WANTED, [("Intro", "nothing"), ("Bio", text)])
    assert found.is_there
    assert found.where == "Bio"


def test_one_changed_word_is_altered_and_told() -> None:
    found = compared(WANTED, [("Bio", f"Hello. {WANTED.replace('kind', 'nice')} Bye.")])
    assert not found.is_there
    assert found.share > 0.9
    assert found.difference == "“kind” reads “nice”"


def test_a_missing_and_an_added_word_are_told() -> None:
    assert said(WANTED.replace("be kind ", "be ")) == "“kind” is missing"
    assert said(WANTED.replace("kind to", "kind and true to")) == "“and true” was put in after “kind”"


def test_a_cut_end_is_told_as_missing() -> None:
    assert (
        said("The City’s rules: be kind to others, and keep to the") == "“subject of the posting.” is missing"
    )


def test_other_words_after_a_cut_end_are_not_taken_for_a_change() -> None:
    text = "The City’s rules: be kind to others, and keep to the point. Street work begins on Monday in town."
    found = compared(WANTED, [("Bio", text)])
    assert not found.is_there
    assert "missing" in found.difference or "reads" in found.difference


def test_a_capital_letter_is_a_difference() -> None:
    assert said(WANTED.replace("City", "city")) == "“City's” reads “city's”"


def test_a_text_that_shares_nothing_is_missing() -> None:
    assert compared(WANTED, [("Bio", "Palms. Sunshine.")]).share < 0.2
    assert compared(WANTED, []).share == 0


def test_a_page_of_noise_is_compared_in_no_time() -> None:
    assert compared(WANTED, [("Bio", "the of to and " * 20_000)]).share < 0.5


def test_a_text_is_compared_as_a_reader_sees_it() -> None:
    assert plain(" “A\u00adb” \t‘c’ ") == "\"Ab\" 'c'"
