"""A paper as plain text: for a terminal, an e-mail, and as the words that are kept of what was sent."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator

from paloverde.requests.paper import Block, Facts, Grid, Heading, Paper, Paragraph, Points

_WIDTH = 88


def as_text(paper: Paper, width: int = _WIDTH) -> str:
    """The whole paper in lines of at most `width` characters (a longer word keeps its line), ending in one
    line end. The same paper gives the same text.
    """
    return "\n\n".join("\n".join(_lines(block, width)) for block in paper.blocks) + "\n"


def _lines(block: Block, width: int) -> Iterator[str]:
    match block:
        case Heading(text, level):
            lines = _wrapped(text, width) or [""]
            yield from lines
            yield ("=" if level == 1 else "-") * max(len(line) for line in lines)
        case Paragraph(text):
            yield from _wrapped(text, width)
        case Points(points):
            for point in points:
                yield from _hung(point, "- ", width)
        case Facts(pairs):
            for name, value in pairs:
                yield from _hung(value, f"{name}: ", width, indent=2)
        case Grid():
            yield from _grid(block, width)


def _grid(grid: Grid, width: int) -> Iterator[str]:
    """Each row as its cells under their headings: wide tables have no room on a terminal."""
    yield from _wrapped(grid.caption, width)
    for number, row in enumerate(grid.rows, 1):
        yield f"  {number}."
        for heading, cell in zip(grid.headings, row, strict=True):
            if cell:
                yield from _hung(cell, f"    {heading}: ", width, indent=6)


def _hung(text: str, first: str, width: int, indent: int | None = None) -> list[str]:
    after = " " * (len(first) if indent is None else indent)
    lines = text.splitlines() or [""]
    head = _wrapped(lines[0], width, first, after) or [first.rstrip()]
    return head + [line for more in lines[1:] for line in _wrapped(more, width, after, after)]


def _wrapped(text: str, width: int, first: str = "", after: str = "") -> list[str]:
    return [
        line
        for part in (text.splitlines() or [""])
        for line in textwrap.wrap(
            part, width, initial_indent=first, subsequent_indent=after,
            break_long_words=False, break_on_hyphens=False,
        )
    ]  # fmt: skip


def all_texts(paper: Paper) -> Iterator[str]:
    """Every text of a paper, unwrapped, in order: what a search in its words looks through."""
    yield paper.title
    for block in paper.blocks:
        match block:
            case Heading(text) | Paragraph(text):
                yield text
            case Points(points):
                yield from points
            case Facts(pairs):
                yield from (text for pair in pairs for text in pair)
            case Grid():
                yield block.caption
                yield from (cell for row in (block.headings, *block.rows) for cell in row)
