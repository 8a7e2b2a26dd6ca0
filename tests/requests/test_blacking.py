"""A paper that goes out beside redacted records says none of the redacted words."""

from __future__ import annotations

from datetime import date

import pytest

from correspondence import request, search
from paloverde.requests.blacking import BOX, without_words
from paloverde.requests.certificate import Certified, certificate
from paloverde.requests.paper import Facts, Grid, Heading, Paper, Paragraph, Points
from paloverde.requests.plaintext import all_texts

DAY = date(2026, 11, 20)
NAMED = Paper(
    "About Maria Lopez",
    (
        Heading("MARIA LOPEZ", 1),
        Paragraph("Call Maria López at (760) 555-0142 or Maria."),
        Points(("maria lopez; nobody else",)),
        Facts((("Maria Lopez", "x"), ("Name", "Maria Lopez"))),
        Grid("Of Maria Lopez", ("Maria Lopez", "y"), (("Maria Lopez", "z"),)),
    ),
)


def test_the_words_are_boxed_in_every_block_however_they_are_written() -> None:
    clean = without_words(NAMED, ["Maria Lopez", "7605550142"])
    said = "\n".join(all_texts(clean))
    assert "lopez" not in said.casefold()
    assert "López" not in said
    assert f"Call {BOX} at {BOX} or Maria." in said
    assert said.count(BOX) == 10


def test_what_overlaps_is_one_box_and_blanks_are_nothing() -> None:
    paper = Paper("x", (Paragraph("Ana Maria Lopez lives"),))
    assert without_words(paper, ["Ana Maria", "Maria Lopez", " "]).blocks == (Paragraph(f"{BOX} lives"),)


def test_a_paper_without_the_words_stays_as_it_is() -> None:
    assert without_words(NAMED, ["Omar Vidal"]) == NAMED
    assert without_words(NAMED, []) == NAMED


def test_a_certificate_whose_question_was_the_name_does_not_tell_it() -> None:
    asked = search(
        question='"Maria Lopez"', sentence="For which: “Maria Lopez”.", per_term={"Maria Lopez": 3}
    )
    paper = certificate(Certified(request=request(asked), agency="City of Palmaria", day=DAY), released=True)
    assert any("Maria Lopez" in text for text in all_texts(paper))
    assert not any("Maria" in text for text in all_texts(without_words(paper, ["Maria Lopez"])))


@pytest.mark.parametrize("name", ["Tom O'Brien", 'Ana "La Roja" Ruiz', "Zoë Müller-Vidal"])
def test_neither_do_the_commands_that_repeat_the_search(name: str) -> None:
    asked = search(question=name, sentence=f"For which: “{name}”.", per_term={name: 3})
    paper = certificate(Certified(request=request(asked), agency="City of Palmaria", day=DAY), released=True)
    said = "\n".join(all_texts(without_words(paper, [name])))
    for word in name.replace('"', " ").split():
        assert word not in said
