"""A paper without certain words: for certificates and logs that go out beside redacted records. Pure."""

from __future__ import annotations

from collections.abc import Iterable

from paloverde.requests.everywhere import Words
from paloverde.requests.paper import Block, Facts, Grid, Heading, Paper, Paragraph, Points

BOX = "[redacted]"


def without_words(paper: Paper, needles: Iterable[str]) -> Paper:
    """The paper with a box in place of these words, wherever and however they are written in it.

    `needles` are redacted words, as `redaction.Released.needles` has them; blank ones are passed over.
    """
    words = [Words(needle) for needle in needles if needle.strip()]
    return Paper(_boxed(paper.title, words), tuple(_block(block, words) for block in paper.blocks))


def _block(block: Block, words: list[Words]) -> Block:
    match block:
        case Heading(text, level):
            return Heading(_boxed(text, words), level)
        case Paragraph(text):
            return Paragraph(_boxed(text, words))
        case Points(points):
            return Points(tuple(_boxed(point, words) for point in points))
        case Facts(pairs):
            return Facts(tuple((_boxed(name, words), _boxed(value, words)) for name, value in pairs))
        case Grid(caption, headings, rows):
            cells = tuple(tuple(_boxed(cell, words) for cell in row) for row in rows)
            return Grid(_boxed(caption, words), tuple(_boxed(one, words) for one in headings), cells)


def _boxed(text: str, words: list[Words]) -> str:
    """From the last place to the first, so that what stands before keeps its offset."""
    places = sorted({place for one in words for place in one.places(text)})
    joined: list[tuple[int, int]] = []
    for start, end in places:
        if joined and start <= joined[-1][1]:
            joined[-1] = (joined[-1][0], max(end, joined[-1][1]))
        else:
            joined.append((start, end))
    for start, end in reversed(joined):
        text = f"{text[:start]}{BOX}{text[end:]}"
    return text
