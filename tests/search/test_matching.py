"""What answers a question, and that the quick look at columns never loses it."""

from __future__ import annotations

import random
from functools import lru_cache
from pathlib import Path

import pyarrow as pa
import pytest

from archives import Row as Cells
from archives import make_archive, medium, record
from paloverde.archive.schema import RECORDS
from paloverde.search.answer import search
from paloverde.search.matching import Mark, Row, answers, marks
from paloverde.search.question import ask
from paloverde.search.selection import may_answer, posters_of, texts_of

TEXTS = [
    "street", "Street", "sweeping", "sweeps", "café", "cafe", "ｐａｒｋ", "park", "parks", "PARKING", "don't", "dont",
    "e-mail", "e-mails", "email", "1,000", "1000", "#park", "#Parks", "@park", "straße", "公園", "園", "👍🏽", "👍", "l’école",
    "city's", "city", "cities", "p\u00adark", "x_y", "a.b", "ΣΟΦΟΣ", "colour", "color", "coloúr", "happy", "happiness", "die",
    "dying", "https://www.palmdesert.gov/parks?id=3", "palmdesert.gov", "https://bit.ly/Park-24", "见https://a.gov/公園",
    "a@palmdesert.gov", "کتاب", "كِتَاب",
]  # fmt: skip
QUESTIONS = [
    "street", "park", "=café", "#park", "par*", "*ing", "s*t", "colo?r", "c?l?r", "?ark", "p??k", "col?*", "park~", "dying~",
    "happy~", "cities~", "city's", "city's~", "the city's~ park", "e-mail's", "don't~", "1,000~", "emails~", '"e-mail~ street~"', "#parks~", '"street sweeping"', '"park 公園"', "poster:rosa",
    "poster:ros?", "poster:rosas~", "link:palmdesert.gov", "link:park*", "link:公園", "link:bit.ly/park-24", "link:parks~",
    "has:media", "has:picture", "has:video", "has:link", "language:es", "language:en", "kind:post", "visibility:hidden",
    "street w/3 park~", "colo?r pre/2 par*",
]  # fmt: skip
LANGUAGES = ["es", "es-MX", "es_MX", "ES", "est", "en", None]


def rows(chance: random.Random, number: int) -> list[Cells]:
    joints = [" ", "  ", ", ", ". ", "\n", ""]
    types = ["photo", "video", "animated_gif", "image/png", "document"]
    return [
        record(
            str(one),
            chance.choice(joints).join(chance.choices(TEXTS, k=chance.randint(0, 7))) or None,
            kind=chance.choice(["post", "comment"]),
            visibility=chance.choice(["public", "hidden", None]),
            language=chance.choice(LANGUAGES),
            poster_name=chance.choice(["Rosa Quintero", "ROSÁ", "Rosas", None]),
            media=[
                medium(b"x", type=chance.choice(types), alt_text=chance.choice([None, *TEXTS]))
                for _ in range(chance.choice([0, 0, 1, 2]))
            ],
        )
        for one in range(number)
    ]


def seen(row: Cells) -> Row:
    described = [one["alt_text"] for one in row["media"] if one["alt_text"]]
    types = [one["type"] for one in row["media"]]
    return Row(row, row["posted_at"], row["observed_at"], described, media=types)


def test_the_quick_look_loses_no_record() -> None:
    chance = random.Random(11)
    cells = rows(chance, 400)
    table = pa.Table.from_pylist(cells, schema=RECORDS)
    texts, posters = texts_of(table), posters_of(table)
    known = [seen(row) for row in cells]
    kept = 0
    for number in range(500):
        one, other = chance.choices(QUESTIONS, k=2)
        question = chance.choice([f"{one} {other}", f"{one} OR {other}"])
        if number < 2 * len(QUESTIONS):  # each alone, with and without every form of its words
            question = QUESTIONS[number // 2]
        tree = ask(question, stemming=number % 2 == 0).tree
        may = may_answer(tree, table, texts, posters)
        right = [number for number, row in enumerate(known) if answers(tree, row)]
        assert may is None or all(may[right]), question
        kept += len(right)
    assert kept > 10_000


@pytest.mark.parametrize("number", [30, 90])  # few rows are looked at one by one
def test_a_search_finds_in_the_sealed_records_what_answers(tmp_path: Path, number: int) -> None:
    cells = rows(random.Random(number), number)
    archive = make_archive(tmp_path, cells, media=[b"x"])
    for question in QUESTIONS:
        tree = ask(question).tree
        right = [row["native_id"] for row in cells if answers(tree, seen(row))]
        assert sorted(hit.native_id for hit in search(archive, question).hits) == sorted(right), question


@lru_cache
def one(text: str = "", language: str | None = None, types: tuple[str, ...] = ()) -> Row:
    row = record("1", text, language=language)
    return Row(row, row["posted_at"], row["observed_at"], ["a pool palmdesert.gov/pool"], media=types)


@pytest.mark.parametrize(
    ("question", "text", "expected"),
    [
        ("link:palmdesert.gov", "see https://www.PalmDesert.gov/parks", True),
        ("link:palmdesert.gov", "see palmdesert.gov", True),
        ("link:palmdesert.gov", "write to clerk@palmdesert.gov", False),
        ("link:palmdesert.gov", "palmdesert gov", False),
        ("link:palmdesert.gov/parks", "https://palmdesert.gov/parks?id=3", True),
        ("link:palmdesert.gov/parks", "https://palmdesert.gov parks", False),
        ("link:parks", "parks at https://palmdesert.gov", False),
        (
            "link:pool",
            "no link here",
            False,
        ),  # one in the description of a picture was not written by anybody
        ("link:parks~", "https://palmdesert.gov/park-days", True),
        ("link:PALM*", "https://palmdesert.gov", True),
        ("link:palmdesert.com/park", "https://palmdesert.com https://x.org/park", False),
        ("has:link", "see www.example.org", True),
        ("has:link", "see example", False),
        ("NOT link:example.org", "see www.example.org", False),
    ],
)
def test_a_link_is_what_stands_in_a_web_address(question: str, text: str, expected: bool) -> None:
    assert answers(ask(question).tree, one(text)) is expected


@pytest.mark.parametrize(
    ("question", "types", "expected"),
    [
        ("has:media", (), False),
        ("has:media", ("document",), True),
        ("has:picture", ("document",), False),
        ("has:picture", ("video", "photo"), True),
        ("has:picture", ("image/jpeg",), True),
        ("has:video", ("photo",), False),
        ("has:video", ("VIDEO",), True),
        ("has:video", ("animated_gif",), True),
        ("has:picture", ("animated_gif",), True),
        ("has:link", ("photo",), False),
    ],
)
def test_media_are_told_apart_by_their_type(question: str, types: tuple[str, ...], expected: bool) -> None:
    assert answers(ask(question).tree, one(types=types)) is expected


@pytest.mark.parametrize(
    ("question", "language", "expected"),
    [
        ("language:es", "es", True),
        ("language:es", "es-MX", True),
        ("language:Spanish", "ES_mx", True),
        ("language:es", "est", False),
        ("language:es-mx", "es", False),
        ("language:es", None, False),
        ("NOT language:es", None, True),
    ],
)
def test_a_language_is_found_with_its_regions(question: str, language: str | None, expected: bool) -> None:
    assert answers(ask(question).tree, one(language=language)) is expected


def test_what_was_found_in_a_link_is_marked_in_the_text() -> None:
    text = "See https://palmdesert.gov/parks and the parks, or park.org"
    found = marks(ask("link:park~").tree, one(text).passages)
    assert [(mark.passage, text[mark.start : mark.end]) for mark in found] == [(0, "parks"), (0, "park")]
    assert found[0] == Mark(0, 27, 32)
