"""A written paper as blocks, before it has a form: letters, logs and certificates are made once so, and drawn
as tagged PDF, HTML or text elsewhere. Pure data; every text is plain, never markup.
"""

from __future__ import annotations

from collections.abc import Sequence

import msgspec


class Heading(msgspec.Struct, frozen=True):
    """A heading; the title of the paper is level 1, its parts are level 2."""

    text: str
    level: int = 2


class Paragraph(msgspec.Struct, frozen=True):
    """Running text."""

    text: str


class Points(msgspec.Struct, frozen=True):
    """A list of points, each running text."""

    points: tuple[str, ...]


class Facts(msgspec.Struct, frozen=True):
    """Names and what they are, as on the head of a letter."""

    pairs: tuple[tuple[str, str], ...]


class Grid(msgspec.Struct, frozen=True):
    """A table with one row of column headings; every row has as many cells as there are headings."""

    caption: str
    headings: tuple[str, ...]
    rows: Sequence[tuple[str, ...]]


Block = Heading | Paragraph | Points | Facts | Grid


class Paper(msgspec.Struct, frozen=True):
    """A whole paper. `title` names it in the document's properties, too."""

    title: str
    blocks: tuple[Block, ...]
