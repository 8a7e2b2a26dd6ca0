"""Which password is taken: long enough without what is guessed first."""

from __future__ import annotations

import time

import pytest

from paloverde.desk.passwords import Choice, Unfit, guessed, refuse_guessed, refuse_unfit, why_not
from paloverde.desk.people import LONGEST_PASSWORD, Person, Role

CLEO = Person("cpark", "Cleo Park", Role.CLERK, "")
AGENCY = "City of Palma Ria"
OWN_WORDS = "seven herons by the pond"


@pytest.mark.parametrize(
    "password",
    [
        OWN_WORDS,
        "a walk in the park at noon",  # her name is a word, too: enough is left without it
        "the yellow book",  # two and two letters that are the same are no repetition
        "mississippi mud pie",
        "siete garzas y un estanque",
        "七羽の鷺が池のほとりに立っている朝",
        "kG7!xPq2#vMz9@tLr4",
    ],
)
def test_a_few_words_of_ones_own_are_taken(password: str) -> None:
    refuse_guessed(password, CLEO, AGENCY)


@pytest.mark.parametrize(
    ("password", "kind", "left"),
    [
        ("cleo-park-cpark-2026", "your name or username", 7),
        ("CLEOPARKCLEOPARK1", "your name or username", 1),
        ("palmaria palma ria 1", "the City’s name", 7),
        ("City of PalmaRia 99", "the City’s name", 7),
        ("PaloVerde+PaloVerde", "the name of this program", 1),
        ("p@l0v3rd3 p@lm@ria 7", "the name of this program, the City’s name", 3),
        ("Passwort-Welcome-12", "a word that stands in many passwords", 4),
        ("correct horse battery staple", "a word that stands in many passwords", 0),
        ("Contraseña contrasena", "a word that stands in many passwords", 1),
        ("qwertyuiopasdfghjkl", "keys that lie beside each other", 0),
        ("lkjhgfdsapoiuytrewq", "keys that lie beside each other", 0),
        ("1qaz2wsx3edc4rfv5tgb", "keys that lie beside each other", 0),
        ("abcdefghijklmnopqrst", "letters or digits in their order", 0),
        ("zyxwvutsrqponmlkjihg", "letters or digits in their order", 0),
        ("123456789012345678", "letters or digits in their order", 0),
        ("mmmmmmmmmmmmmmmmmmmm", "what is repeated", 1),
        ("xyxyxyxyxyxyxyxyxyxy", "what is repeated", 2),
        ("heronheronheronheron", "what is repeated", 5),
        ("ben ito ben ito ben ito", "what is repeated", 8),
    ],
)
def test_what_is_guessed_first_does_not_count_and_the_sentence_says_why(
    password: str, kind: str, left: int
) -> None:
    with pytest.raises(Unfit) as refused:
        refuse_guessed(password, CLEO, AGENCY)
    told = str(refused.value)
    assert told.startswith("What others guess first does not count: ")
    assert kind in told
    assert f"has {left} character{'' if left == 1 else 's'}; it needs at least 15" in told
    assert password not in told


def test_each_word_and_each_row_of_the_list_is_found() -> None:
    table = guessed()
    for word in (word for words in table.words.values() for word in words):
        assert "it needs at least 15" in why_not(f"heron {word} pond", table.words), word
    for row in (row for rows in table.rows.values() for row in rows):
        for way in (row, row[::-1]):
            assert "it needs at least 15" in why_not(f"{way[:8]}-heron-{way[-8:]}", {}), way


def test_its_length_is_judged_in_characters_as_they_were_typed() -> None:
    assert "has 14 characters" in why_not("seven herons b", {})
    assert why_not("seven herons by", {}) == ""
    assert "has 1 character;" in why_not("x", {})
    assert "1,024 characters are the most" in why_not("x" * (LONGEST_PASSWORD + 1), {})


def test_short_words_of_a_name_stand_in_too_many_others() -> None:
    li = Person("li", "Li Wu", Role.CLERK, "")
    refuse_guessed("lilies by the pond", li, "")
    with pytest.raises(Unfit):
        refuse_guessed("liwu liwu liwu lil", li, "")


def test_another_password_is_typed_twice() -> None:
    for choice, told in (
        (Choice("old one", OWN_WORDS, "seven heron by the pond"), "typed in two ways"),
        (Choice(OWN_WORDS, OWN_WORDS, OWN_WORDS), "the password that you have"),
    ):
        with pytest.raises(Unfit, match=told):
            refuse_unfit(choice)
    refuse_unfit(Choice("old one", OWN_WORDS, OWN_WORDS))
    assert OWN_WORDS not in repr(Choice("old one", OWN_WORDS, OWN_WORDS))


@pytest.mark.parametrize("piece", ["a", "ab", "abc ", "aab"])
def test_the_longest_of_the_worst_is_judged_in_a_moment(piece: str) -> None:
    begun = time.process_time()
    why_not((piece * LONGEST_PASSWORD)[:LONGEST_PASSWORD], guessed().words)
    assert time.process_time() - begun < 1
