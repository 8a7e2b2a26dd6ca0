"""Phrases are written as people say them, and found however they are typed."""

from __future__ import annotations

import random
import re
import time

import pytest

from paloverde.watch.check import Weight
from paloverde.watch.inbox.phrases import Words, first_look, phrases
from paloverde.watch.inbox.signs import FILE, Language, Row, What, answer, signs_in

LISTS = {"record": ["emails", "police report"]}


def found(phrase: str, text: str) -> list[str]:
    looked_for = phrases([phrase], LISTS)
    return [span.words for span in looked_for.spans(Words(text, looked_for.known))]


@pytest.mark.parametrize(
    ("phrase", "text", "words"),
    [
        ("public records", "The PUBLIC   Records Act", ["PUBLIC   Records"]),
        ("(copy|two copies) of", "Two copies of it, a copy of that", ["Two copies of", "copy of"]),
        ("send (me )?the <record>", "Send the police report! send me the e-mails", ["Send the police report", "send me the e-mails"]),
        ("send ... <record>", "send me all of those emails", ["send me all of those emails"]),
        ("send ... <record>", "send one two three four five six emails", []),
        ("(<record>|letters) please", "emails please", ["emails please"]),
        ("id like", "I’d like, I'd like", ["I’d like", "I'd like"]),
        ("registros publicos", "¿Registros públicos?", ["Registros públicos"]),
        ("record", "records recorded record", ["record"]),
        ("body camera", "the body-camera, the bodycamera", ["body-camera"]),
        ("pool", "the City's car-pool lane", ["pool"]),
        ("city", "@city #city", ["#city"]),
    ],
)  # fmt: skip
def test_a_phrase_is_found_in_the_words_of_the_text(phrase: str, text: str, words: list[str]) -> None:
    assert found(phrase, text) == words


def test_the_place_is_that_of_the_text() -> None:
    text = "Ünïcödé 🎉 first: please send me the E‑Mails, ok?"
    looked_for = phrases(["send me the emails"], LISTS)
    (span,) = looked_for.spans(Words(text, looked_for.known))
    assert text[span.start : span.end] == span.words == "send me the E‑Mails"


def test_a_list_that_is_not_there_is_named() -> None:
    with pytest.raises(KeyError, match="recrod"):
        phrases(["send <recrod>"], LISTS)


def test_no_phrases_find_nothing() -> None:
    assert list(phrases([], LISTS).spans(Words("anything", frozenset()))) == []


@pytest.mark.parametrize("text", [
    "Please send me the e-mails", "Please send me the E‑MAILS", "¿los registros públicos?", "I’d like copies of the audits",
    "This is a PRA-request",
])  # fmt: skip
def test_the_first_look_passes_over_nothing_that_a_phrase_finds(text: str) -> None:
    assert list(signs_in(text))
    assert first_look(text)


@pytest.mark.parametrize("row", FILE.row, ids=lambda row: row.id)
def test_every_row_says_what_it_is_and_how_soon_somebody_looks(row: Row) -> None:
    assert row.how_soon in Weight
    assert row.says
    assert row.phrases
    assert row.what is not What.BUSINESS


@pytest.mark.parametrize("what", list(What))
@pytest.mark.parametrize("language", list(Language))
def test_every_answer_is_whole_with_and_without_a_website(what: What, language: Language) -> None:
    with_site, without = answer(what, language, "palmaria.example"), answer(what, language, "")
    assert "palmaria.example" in with_site
    assert not {"{", "}", "“", "”"} & set(with_site + without)


def told(phrase: str, chance: random.Random) -> str:
    """What somebody might say in that phrase: one of its choices at each place, and words in its gaps."""
    said = []
    for part in re.findall(r"\([^)]*\)\??|\S+", phrase):
        choices = part.rstrip("?").strip("()").split("|")
        word = chance.choice([*choices, *([""] if part.endswith("?") else [])]).strip()
        if word == "...":
            word = " ".join(["Quux"] * chance.randint(0, 5))
        said.append(chance.choice(FILE.lists[word.strip("<>")]) if word.startswith("<") else word)
    return " ".join(filter(None, said)).title()


@pytest.mark.parametrize("row", FILE.row, ids=lambda row: row.id)
def test_every_phrase_is_found_as_it_is_said(row: Row) -> None:
    """Also by the first look, which must pass over none."""
    chance = random.Random(7)
    for phrase in row.phrases:
        for _ in range(30):
            text = f"Hello, {told(phrase, chance)}, thank you."
            assert row.id in [sign.row.id for sign in signs_in(text)], text


def test_nothing_is_shipped_as_verified() -> None:
    assert FILE.verified_by == ""


@pytest.mark.parametrize("text", [
    "send me " * 20_000, "copies of " * 20_000, "a" * 200_000, "request the " * 15_000, "\n" * 200_000, "公" * 100_000,
    ". " * 100_000, "please provide the " * 10_000,
])  # fmt: skip
def test_a_long_hostile_text_takes_no_longer_than_its_length(text: str) -> None:
    begun = time.process_time()
    list(signs_in(text))
    assert time.process_time() - begun < 2
