"""The papers that go with released records: cover letter, index, withholding log, certificate, cost sheet."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from pathlib import Path

import msgspec

from paloverde.bundles.box import Box
from paloverde.bundles.pages import Part, visible
from paloverde.bundles.paperpage import paper_page
from paloverde.bundles.pdf import paper_pdf
from paloverde.bundles.verify import PAYLOAD
from paloverde.bundles.wording import spoken_time
from paloverde.requests.paper import Grid, Heading, Paper, Paragraph
from paloverde.requests.redaction import Released

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

_PER_INDEX = 1_000  # records in one file of the printed index: setting 10,000 at once takes a gigabyte
_INDEX_HEADINGS = ("No.", "Control number", "Account", "Kind", "Posted", "Redacted or withheld under")


class Enclosed(msgspec.Struct, frozen=True, kw_only=True):
    """Papers of a response; None where there is none. `log_csv` is the withholding log as a table."""

    letter: Paper | None = None
    log: Paper | None = None
    log_csv: bytes = b""
    certificate: Paper | None = None
    costs: Paper | None = None


class Printer(msgspec.Struct, frozen=True):
    """How papers and records become PDF. A missing character is refused, or printed by name."""

    made_at: datetime
    agency: str
    fonts_folder: Path | None = None
    by_name: bool = False

    def paper(self, paper: Paper) -> bytes:
        return paper_pdf(
            paper,
            agency=self.agency,
            made_at=self.made_at,
            fonts_folder=self.fonts_folder,
            by_name=self.by_name,
        )


def parts_of(enclosed: Enclosed) -> list[Part]:
    """The papers as the first page and README.txt name them."""
    found = [
        Part(paper.title, tuple(f"{path}.{kind}" for kind in ("html", "pdf")))
        for path, paper in _papers(enclosed)
    ]
    return found + ([Part("Withholding log as a table", (f"{LOG}.csv",))] if enclosed.log_csv else [])


def add_enclosed(box: Box, enclosed: Enclosed, printer: Printer) -> None:
    """Write every paper as a page and as PDF."""
    for path, paper in _papers(enclosed):
        box.add(f"{path}.html", paper_page(paper, agency=printer.agency, made_at=printer.made_at))
        box.add(f"{path}.pdf", printer.paper(paper))
    if enclosed.log_csv:
        box.add(f"{LOG}.csv", enclosed.log_csv)


def index_papers(records: Sequence[Released], name: str) -> Iterator[tuple[str, Paper]]:
    """The index to print, one line for each record, in volumes that can be set in little memory; each with
    its path.
    """
    volumes = max(1, -(-len(records) // _PER_INDEX))
    for volume in range(volumes):
        first = volume * _PER_INDEX
        some = records[first : first + _PER_INDEX]
        title = f"Index of {visible(name)}" + (f", part {volume + 1} of {volumes}" if volumes > 1 else "")
        rows = [_row(number, record) for number, record in enumerate(some, first + 1)]
        told = Paragraph(
            "No record is in this bundle." if not rows else "Records in the order in which they were posted."
        )
        grid = (Grid("Records", _INDEX_HEADINGS, rows),) if rows else ()
        path = f"{INDEX_AT}-{volume + 1:03}.pdf" if volumes > 1 else f"{INDEX_AT}.pdf"
        yield path, Paper(title, (Heading(title, 1), told, *grid))


def _row(number: int, record: Released) -> tuple[str, ...]:
    hit = record.hit
    under = "; ".join(dict.fromkeys(one.statute for one in record.redactions))
    posted = spoken_time(hit.posted_at) if hit.posted_at else "without a posting date"
    return (f"{number:,}", record.control, hit.account, hit.kind.replace("_", " "), posted, under)


def _papers(enclosed: Enclosed) -> Iterator[tuple[str, Paper]]:
    named = (
        (LETTER, enclosed.letter),
        (LOG, enclosed.log),
        (CERTIFICATE, enclosed.certificate),
        (COSTS, enclosed.costs),
    )
    return ((path, paper) for path, paper in named if paper is not None)
