"""A written paper (letter, certificate, cost sheet) on a page: inert, its headings under the page's."""

from __future__ import annotations

from typing import Any

from paloverde.bundles.paperpage import headed
from paloverde.desk import showing
from paloverde.desk.showing import Said
from paloverde.requests.paper import Block, Facts, Grid, Heading, Paper, Paragraph, Points

_BELOW = 2  # levels of headings that the page itself has
_DEEPEST = 6


def blocks(paper: Paper) -> list[tuple[str, Any]]:
    """Each block as its kind and what a template shows of it."""
    return [_shown(block) for block in headed(paper)]


def _shown(block: Block) -> tuple[str, Any]:
    match block:
        case Heading(text, level):
            return "heading", {"level": min(level + _BELOW, _DEEPEST), "text": _said(text)}
        case Paragraph(text):
            return "paragraph", _said(text)
        case Points(points):
            return "points", [_said(point) for point in points]
        case Facts(pairs):
            return "facts", [(_said(name), _said(value)) for name, value in pairs]
        case Grid():
            return "grid", {
                "caption": _said(block.caption),
                "headings": [_said(text) for text in block.headings],
                "rows": [[_said(cell) for cell in row] for row in block.rows],
            }


def _said(text: str) -> Said:
    return showing.said(text, most=showing.WHOLE // 2)
