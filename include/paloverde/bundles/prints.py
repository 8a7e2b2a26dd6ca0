"""What of a bundle is set as PDF, while its other parts are written."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import Executor, Future
from datetime import datetime
from pathlib import Path

import msgspec

from paloverde.bundles.pages import visible
from paloverde.bundles.pdf import paper_pdf
from paloverde.bundles.verify import PAYLOAD
from paloverde.bundles.wording import spoken_time
from paloverde.requests.paper import Grid, Heading, Paper, Paragraph
from paloverde.requests.redaction import Released

_PER_INDEX = 1_000  # records in one file of the printed index: setting 10,000 at once takes a gigabyte
_INDEX_HEADINGS = ("No.", "Control number", "Account", "Kind", "Posted", "Redacted or withheld under")


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


def index_set(
    pool: Executor, printer: Printer, records: Sequence[Released], name: str, folder: Path
) -> list[tuple[str, Future[Path]]]:
    """Have the index set, one line for each record, in files that can be set in little memory; each with its
    path in the bundle, and where it lies in `folder` as soon as it is there.
    """
    volumes = max(1, -(-len(records) // _PER_INDEX))
    names = [f"index-{number:03}.pdf" for number in range(1, volumes + 1)] if volumes > 1 else ["index.pdf"]

    def one(at: int) -> Path:
        target = folder / names[at]
        target.write_bytes(printer.paper(_index_paper(records, name, at, volumes)))
        return target

    return [(f"{PAYLOAD}01_index/{file}", pool.submit(one, at)) for at, file in enumerate(names)]


def _index_paper(records: Sequence[Released], name: str, at: int, volumes: int) -> Paper:
    some = records[at * _PER_INDEX : (at + 1) * _PER_INDEX]
    title = f"Index of {visible(name)}" + (f", part {at + 1} of {volumes}" if volumes > 1 else "")
    rows = [_row(number, record) for number, record in enumerate(some, at * _PER_INDEX + 1)]
    told = Paragraph(
        "No record is in this bundle." if not rows else "Records in the order in which they were posted."
    )
    grid = (Grid("Records", _INDEX_HEADINGS, rows),) if rows else ()
    return Paper(title, (Heading(title, 1), told, *grid))


def _row(number: int, record: Released) -> tuple[str, ...]:
    hit = record.hit
    under = "; ".join(dict.fromkeys(one.statute for one in record.redactions))
    posted = spoken_time(hit.posted_at) if hit.posted_at else "without a posting date"
    return (f"{number:,}", record.control, hit.account, hit.kind.replace("_", " "), posted, under)
