"""The papers that go with released records: cover letter, index, withholding log, certificate, cost sheet."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from concurrent.futures import Future

import msgspec

from paloverde.bundles.box import Box
from paloverde.bundles.pages import Part
from paloverde.bundles.paperpage import paper_page
from paloverde.bundles.prints import Printer
from paloverde.bundles.verify import PAYLOAD
from paloverde.requests.paper import Paper

LETTER, INDEX_AT, LOG, CERTIFICATE, COSTS = (
    f"{PAYLOAD}{path}"
    for path in (
        "00_cover_letter/letter",
        "01_index/index",
        "04_withholding_log/log",
        "05_search_certificate/certificate",
        "06_cost_sheet/costs",
    )
)


class Enclosed(msgspec.Struct, frozen=True, kw_only=True):
    """Papers of a response; None where there is none. `log_csv` is the withholding log as a table."""

    letter: Paper | None = None
    log: Paper | None = None
    log_csv: bytes = b""
    certificate: Paper | None = None
    costs: Paper | None = None


def parts_of(enclosed: Enclosed) -> list[Part]:
    """The papers as the first page and README.txt name them."""
    found = [
        Part(paper.title, tuple(f"{path}.{kind}" for kind in ("html", "pdf")))
        for path, paper in papers_of(enclosed)
    ]
    return found + ([Part("Withholding log as a table", (f"{LOG}.csv",))] if enclosed.log_csv else [])


def add_enclosed(
    box: Box, enclosed: Enclosed, printer: Printer, printed: Mapping[str, Future[bytes]]
) -> None:
    """Write every paper as a page, and as the PDF that is `printed` of it."""
    for path, paper in papers_of(enclosed):
        box.add(f"{path}.html", paper_page(paper, agency=printer.agency, made_at=printer.made_at))
        box.add(f"{path}.pdf", printed[path].result())
    if enclosed.log_csv:
        box.add(f"{LOG}.csv", enclosed.log_csv)


def papers_of(enclosed: Enclosed) -> Iterator[tuple[str, Paper]]:
    """Each paper that there is, with its path but for the ending."""
    named = (
        (LETTER, enclosed.letter),
        (LOG, enclosed.log),
        (CERTIFICATE, enclosed.certificate),
        (COSTS, enclosed.costs),
    )
    return ((path, paper) for path, paper in named if paper is not None)
