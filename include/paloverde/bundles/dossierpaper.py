"""A dossier as a written paper, to be printed or handed over by itself."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from paloverde.bundles.dossierwords import sections, title_of
from paloverde.requests.paper import Block, Facts, Heading, Paper, Paragraph
from paloverde.retention.dossier import Dossier


def dossier_paper(dossier: Dossier, today: date) -> Paper:
    """Everything of a dossier; `today` (Pacific) says whether the time for which it is held has passed.

    Nothing privileged can be on it: a dossier has none.
    """
    return Paper(f"Removed content: {title_of(dossier)}", tuple(_blocks(dossier, today)))


def _blocks(dossier: Dossier, today: date) -> Iterator[Block]:
    for section in sections(dossier, {}, today):
        yield Heading(section.title)
        yield Facts(tuple(section.facts)) if section.facts else Paragraph("Nothing.")
