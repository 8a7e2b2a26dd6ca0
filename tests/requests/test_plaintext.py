"""A paper as plain text."""

from __future__ import annotations

from paloverde.requests.paper import Facts, Grid, Heading, Paper, Paragraph, Points
from paloverde.requests.plaintext import all_texts, as_text

PAPER = Paper(
    "A letter",
    (
        Heading("A letter", 1),
        Facts((("To", "Rosa Quintero"), ("Where", "1 Plaza\nPalmaria"))),
        Paragraph("One two three four five six seven."),
        Points(("first point that is longer than the line", "second")),
        Grid("A table", ("Word", "Found"), (("pool", "11"), ("splash", ""))),
    ),
)


def test_every_block_has_its_form() -> None:
    assert as_text(PAPER, 24) == (
        "A letter\n========\n\n"
        "To: Rosa Quintero\nWhere: 1 Plaza\n  Palmaria\n\n"
        "One two three four five\nsix seven.\n\n"
        "- first point that is\n  longer than the line\n- second\n\n"
        "A table\n  1.\n    Word: pool\n    Found: 11\n  2.\n    Word: splash\n"
    )


def test_a_word_that_is_longer_than_the_line_stays_whole() -> None:
    address = "https://palmaria.example/" + "a" * 100
    assert address in as_text(Paper("x", (Paragraph(f"See {address} there."),)), 40).splitlines()


def test_no_word_is_lost() -> None:
    told = as_text(PAPER, 20)
    for text in all_texts(PAPER):
        for word in text.split():
            assert word in told


def test_all_texts_has_every_cell_and_heading() -> None:
    assert list(all_texts(PAPER)) == [
        "A letter", "A letter", "To", "Rosa Quintero", "Where", "1 Plaza\nPalmaria",
        "One two three four five six seven.", "first point that is longer than the line", "second",
        "A table", "Word", "Found", "pool", "11", "splash", "",
    ]  # fmt: skip
