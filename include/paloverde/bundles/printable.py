"""Whether every character of a bundle can be printed, asked before any of it is written."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from paloverde.bundles.contents import Contents
from paloverde.bundles.enclosed import papers_of
from paloverde.bundles.pdf.fonts import fonts
from paloverde.bundles.pdf.glyphs import unprintable
from paloverde.bundles.pdf.printed import texts_of
from paloverde.bundles.printing import Printing
from paloverde.errors import BadSetting
from paloverde.requests.paper import Paper
from paloverde.requests.plaintext import all_texts
from paloverde.requests.redaction import Released


def without_a_font(records: Sequence[Released], papers: Iterable[Paper], fonts_folder: Path | None) -> str:
    """The characters of these records and papers that no font has, where they stand and the mend, in words;
    "" where all can be printed.
    """
    return unprintable(_texts(records, papers), fonts(fonts_folder))


def refuse_unprintable(given: Contents, records: Sequence[Released]) -> None:
    """`BadSetting` where no font has a character of what is to be printed."""
    if not given.by_name:
        papers = [paper for _, paper in papers_of(given.enclosed)]
        if told := without_a_font(records if given.with_pdf else (), papers, given.fonts_folder):
            raise BadSetting(told)


def _texts(records: Sequence[Released], papers: Iterable[Paper]) -> Iterator[tuple[str, str]]:
    for paper in papers:
        yield from ((f"“{paper.title}”", text) for text in all_texts(paper))
    for printed in Printing(records, {}, {}):
        where = f"record {printed.control_number}"
        yield from ((where, text) for text in texts_of(printed))
