"""What is said to fit on one page without looking does so, up to the last letter of which it is said."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable
from pathlib import Path

import pytest
from documents import BATES, HOSTILE, PRODUCTION, document, family, file_of, picture

from paloverde.bundles.pdf import press
from paloverde.bundles.pdf.fonts import fonts
from paloverde.productions.document import Document
from paloverde.productions.lengths import Widths, is_surely_one_page
from paloverde.productions.pages import Page, Pages
from paloverde.productions.sheets import sheet_of

PAGES = Pages(PRODUCTION, BATES, "CONFIDENTIAL", by_name=True)
MANY = 4_000
WORDS = {
    "the widest letters": "WWWWWW ",
    "words that just go to the next line": "MMMMMMMMMMMMMMMMMMMMMMMM ",
    "an address without a place to break": "https://example.org/" + "m" * 200,
    "narrow letters": "il ",
    "small letters": "the culvert at Fred Waring Drive is blocked again ",
    "Cyrillic": "Щука ",
    "ideographs": "議",
    "emoji": "🌵",
    "marks on letters": "e\u0301",
    "lines": "a\n",
    "paragraphs": "a\n\n",
    "returns": "a\r\n",
    "tabs": "\tb ",
    "words of half a line": "m" * 24 + " i ",
}


def is_sure(one: Document) -> bool:
    return is_surely_one_page(sheet_of(one), fonts(None))


def longest(of: Callable[[int], Document]) -> Document:
    """The last of ever longer documents that is said to fit."""
    at = bisect_left(range(MANY), True, key=lambda many: not is_sure(of(many)))
    assert 0 < at < MANY
    return of(at - 1)


def refuses_nothing(documents: list[Document], folder: Path) -> None:
    """Each comes out as one page: `set` ends where another count comes out."""
    with press() as pool:
        assert len(list(PAGES.set(pool, map(Page, documents), folder))) == len(documents)


def test_the_longest_texts_that_surely_fit_do(tmp_path: Path) -> None:
    ones = [
        longest(lambda many, at=at, word=word: document(at, word * many))  # type: ignore[misc]
        for at, word in enumerate(WORDS.values(), 1)
    ]
    refuses_nothing(ones, tmp_path)


def test_the_most_facts_that_surely_fit_do(tmp_path: Path) -> None:
    def of(at: int, word: str) -> list[Callable[[int], Document]]:
        return [
            lambda many: document(at, requests=tuple(f"{word}{number}" for number in range(many))),
            lambda many: document(at + 1, poster_name=word * many),
            lambda many: document(at + 2, recipients=(word,) * many),
            lambda many: document(at + 3, permalink=f"https://example.org/{word * many}"),
            lambda many: document(at + 4, native_id=word * many),
        ]

    ones = [longest(one) for one in (*of(1, "W"), *of(6, "Щ"), *of(11, "a b"), *of(16, "a\n"))]
    refuses_nothing(ones, tmp_path)


def test_hostile_words_that_surely_fit_do(tmp_path: Path) -> None:
    ones = [document(at, text * 3, poster_name=text) for at, text in enumerate(HOSTILE, 1)]
    refuses_nothing([one for one in ones if is_sure(one)], tmp_path)


def test_most_records_and_their_pictures_are_known_to_fit() -> None:
    everyday = document(1, "The culvert at Fred Waring Drive is blocked again. 🌵 " * 8)
    pictured = file_of(document(2, media=[picture()]), 3)
    assert all(map(is_sure, (everyday, pictured, *family(texts=("It is.", "Thank you!")))))


def test_of_what_is_long_or_joins_nothing_is_said() -> None:
    assert not is_sure(document(1, "The culvert at Fred Waring Drive is blocked again. " * 100))
    assert not is_sure(document(1, "مرحبا"))
    assert not is_sure(document(1, "นี่"))
    assert not is_sure(document(1, "\u202e"))
    assert not is_sure(document(1, "no\u00a0break"))
    assert not is_sure(document(1, "a\n" * 60))


@pytest.mark.parametrize("char", ["W", "i", "é", "Щ", "議", "🌵", "5"])
def test_a_character_is_as_wide_as_the_font_that_shows_it(char: str) -> None:
    width = Widths(fonts(None))[char]
    assert 0.1 < width <= 1.3
    own = next(one.widths[ord(char)] for one in fonts(None).families if ord(char) in one.characters)
    assert width >= own


def test_the_pages_are_counted_the_same_whether_it_is_known_or_looked_at() -> None:
    long = document(1, "The culvert at Fred Waring Drive is blocked again. " * 600)
    with press() as pool:
        alone = list(PAGES.counted(pool, [long]))
        mixed = list(PAGES.counted(pool, [document(1, "short"), long, document(3, "مرحبا"), long]))
    assert mixed == [1, *alone, 1, *alone]
    assert alone[0] > 3
