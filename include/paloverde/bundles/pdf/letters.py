"""A written paper (letter, log, certificate) as tagged PDF/UA-1."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

from paloverde.bundles.pages import visible
from paloverde.bundles.paperpage import headed
from paloverde.bundles.pdf.compiler import compiled
from paloverde.bundles.pdf.fonts import Fonts, fonts
from paloverde.bundles.pdf.glyphs import ENDLESS, WORDS, Piece, pieces, refuse_missing
from paloverde.bundles.pdf.words import paragraphs, primary
from paloverde.requests.paper import Facts, Grid, Heading, Paper, Paragraph, Points
from paloverde.requests.plaintext import all_texts

_WIDE = 6  # a table of more columns is printed across the page
_NARROWEST, _WIDEST = 6, 40  # characters that the width of a column reckons with
_MEASURED = 8  # words of a column, the longest: which of them is widest only the typesetter knows
_BEGUN = 12  # characters of an endless word that a column has room for at least


def paper_pdf(
    paper: Paper,
    *,
    agency: str,
    made_at: datetime,
    language: str = "en",
    fonts_folder: Path | None = None,
    by_name: bool = False,
) -> bytes:
    """The same paper and time give the same bytes. `language` is that of the paper, as BCP 47 has it.

    A character that no font has is refused with `BadSetting` before anything is made; with `by_name` it is
    printed as [U+1F9FF NAZAR AMULET]. Raises `PersonNeeded` where the PDF cannot be made.
    """
    found = fonts(fonts_folder)
    if not by_name:
        refuse_missing(((paper.title, text) for text in (agency, *all_texts(paper))), found)
    data = {
        "title": visible(paper.title),
        "agency": visible(agency),
        "language": primary(language) or "en",
        "wide": any(isinstance(block, Grid) and len(block.headings) > _WIDE for block in paper.blocks),
        "head": pieces(agency, found),
        "foot": pieces(paper.title, found),
        "blocks": list(_blocks(paper, found)),
    }
    with compiled("paper.typ", data, what=f"“{paper.title}”", made_at=made_at, fonts=found) as file:
        return file.read_bytes()


def _blocks(paper: Paper, found: Fonts) -> Iterator[dict[str, object]]:
    for block in headed(paper):
        match block:
            case Heading(text=text, level=level):
                yield {"kind": "heading", "level": level, "text": pieces(text, found)}
            case Paragraph(text=text):
                yield {"kind": "paragraph", "text": paragraphs(text, found)}
            case Points(points=points):
                yield {"kind": "points", "points": [pieces(point, found) for point in points]}
            case Facts(pairs=pairs):
                yield {
                    "kind": "facts",
                    "pairs": [(pieces(name, found), pieces(value, found)) for name, value in pairs],
                }
            case Grid():
                yield _grid(block, found)


def _grid(grid: Grid, found: Fonts) -> dict[str, object]:
    return {
        "kind": "grid",
        "caption": pieces(grid.caption, found),
        "headings": [pieces(text, found) for text in grid.headings],
        "cells": [pieces(cell, found) for row in grid.rows for cell in row],
        "widths": [_width(grid, column) for column in range(len(grid.headings))],
        "words": [_words(grid, column, found) for column in range(len(grid.headings))],
    }


def _width(grid: Grid, column: int) -> int:
    longest = max((len(row[column]) for row in grid.rows), default=0)
    return min(_WIDEST, max(_NARROWEST, longest, len(grid.headings[column])))


def _words(grid: Grid, column: int, found: Fonts) -> list[list[Piece]]:
    """The longest words of a column, in which no line breaks: it must not be narrower than any of them."""
    words = {word for row in (grid.headings, *grid.rows) for word in WORDS.findall(row[column])}
    kept = {word if len(word) < ENDLESS else word[:_BEGUN] for word in words}
    longest = sorted(kept, key=lambda word: (-len(word), word))[:_MEASURED]
    return [pieces(word, found) for word in longest]
