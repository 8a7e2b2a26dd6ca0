"""A written paper (letter, log, certificate) as a page: static, without script, made for screen readers."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime

from paloverde.bundles.pages import Segment, segments, visible
from paloverde.bundles.rendering import rendered
from paloverde.bundles.wording import spoken_time
from paloverde.requests.paper import Block, Facts, Grid, Heading, Paper, Paragraph, Points

_DEEPEST = 6  # of HTML, and of PDF/UA-1
_EMPTY_LINES = re.compile(r"\n[ \t]*\n\s*")


def paper_page(paper: Paper, *, agency: str, made_at: datetime, language: str = "en") -> bytes:
    """The same content as `pdf.paper_pdf` sets. `language` is that of the paper, as BCP 47 has it."""
    return rendered(
        "paper.html",
        title=visible(paper.title),
        agency=visible(agency),
        language=language,
        made=spoken_time(made_at),
        blocks=[_shown(block) for block in headed(paper)],
    )


def headed(paper: Paper) -> Iterator[Block]:
    """The blocks, the title before all other headings and no level left out: screen readers need it so."""
    levels = [block.level for block in paper.blocks if isinstance(block, Heading)]
    last = 0
    if levels[:1] != [1]:
        yield Heading(paper.title, 1)
        last = 1
    for block in paper.blocks:
        if isinstance(block, Heading):
            last = max(1, min(block.level, last + 1, _DEEPEST))
            yield Heading(block.text, last)
        else:
            yield block


def _shown(block: Block) -> tuple[str, object]:
    match block:
        case Heading(text=text, level=level):
            return "heading", {"level": level, "text": segments(text)}
        case Paragraph(text=text):
            return "paragraph", [_segments(one) for one in _EMPTY_LINES.split(text) if one.strip()]
        case Points(points=points):
            return "points", [_segments(point) for point in points]
        case Facts(pairs=pairs):
            return "facts", [(_segments(name), _segments(value)) for name, value in pairs]
        case Grid():
            return "grid", {
                "caption": _segments(block.caption),
                "headings": [_segments(text) for text in block.headings],
                "rows": [[_segments(cell) for cell in row] for row in block.rows],
            }


def _segments(text: str) -> list[Segment]:
    return segments(text.replace("\r\n", "\n"))
