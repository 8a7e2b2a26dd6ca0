"""The production report: what was produced, and what is not there or not known. Every figure was counted
while the volumes were written.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path

import msgspec

from paloverde.bundles.pdf import paper_pdf
from paloverde.productions.document import Production, RecType
from paloverde.productions.resuming import Done
from paloverde.productions.sheets import name_of
from paloverde.productions.tally import Tally
from paloverde.requests.paper import Block, Facts, Grid, Heading, Paper, Paragraph, Points
from paloverde.wording import some, zoned_moment

REPORT = "REPORT.pdf"
_FORMS = {
    "dat": "Concordance/Relativity load file (DATA/….dat): UTF-8 with byte order mark; columns parted by "
    "U+0014, values in þ, line breaks as ®, several values by a semicolon; times in UTC",
    "edrm": "EDRM XML 1.2 (DATA/….xml)",
    "pages": "Pages: a tagged PDF for each document with the Bates number in the foot of each page (IMAGES), "
    "and an Opticon file (DATA/….opt)",
    "rsmf": "RSMF 2.0: a file for each thread and Pacific day (RSMF)",
    "tables": "Tables: CSV, JSON lines and Parquet (DATA)",
    "wacz": "Web archive, WACZ 1.1.1 (WACZ)",
}


class Report(msgspec.Struct, frozen=True, kw_only=True):
    """What a production is, in figures. `limits` are sentences: gaps, and what the search could not reach."""

    production: Production
    first: str
    last: str
    tally: Tally
    volumes: tuple[Done, ...]
    forms: tuple[str, ...]
    confidentiality: str = ""
    limits: tuple[str, ...] = ()


def write_report(report: Report, out: Path, *, fonts_folder: Path | None = None) -> None:
    """Write the report as PDF and JSON."""
    production = report.production
    made = paper_pdf(
        report_paper(report), agency=production.agency, made_at=production.made_at,
        fonts_folder=fonts_folder, by_name=True,
    )  # fmt: skip
    (out / REPORT).write_bytes(made)
    told = msgspec.json.format(msgspec.json.encode(report)) + b"\n"
    (out / REPORT).with_suffix(".json").write_bytes(told)


def report_paper(report: Report) -> Paper:
    """The report as a paper."""
    return Paper(f"Production report of {report.production.name}", tuple(_blocks(report)))


def _blocks(report: Report) -> Iterator[Block]:
    production, tally = report.production, report.tally
    yield Facts(
        (
            ("Matter", production.matter),
            ("Produced by", production.agency),
            ("Made", zoned_moment(production.made_at)),
            ("Bates numbers", f"{report.first} to {report.last}"),
            ("Documents", f"{tally.documents:,} in {some(tally.families, 'family', 'families')}"),
            ("Pages", f"{tally.pages:,}"),
            ("Designation", report.confidentiality or "none"),
        )
    )
    yield Heading("What was produced")
    kinds = [(name_of(RecType(kind)), f"{count:,}", f"{tally.pages_of[kind]:,}")
             for kind, count in sorted(tally.documents_of.items())]  # fmt: skip
    yield Grid("Documents and pages by kind", ("Kind", "Documents", "Pages"), kinds)
    yield Grid("How they are produced", ("How", "Documents"), _rows(tally.treatments))
    yield volumes_table(report)
    yield Heading("Forms")
    yield Points(forms_in_words(report))
    yield from _missing(report)


def volumes_table(report: Report) -> Grid:
    """The volumes: what is in each, and how to see that it came whole."""
    rows = [
        (one.file, f"{one.first} to {one.last}", f"{one.tally.documents:,}", f"{one.size:,}", one.sha256)
        for one in report.volumes
    ]
    return Grid("Volumes", ("Volume", "Numbers", "Documents", "Bytes", "SHA-256 of the zip"), rows)


def forms_in_words(report: Report) -> tuple[str, ...]:
    """What each form of a production is, and how it is to be read."""
    return tuple(_FORMS[form] for form in report.forms)


def _missing(report: Report) -> Iterator[Block]:
    """What is not there, was changed for a form, or is not known."""
    tally = report.tally
    yield Heading("Documents without a native file")
    told = some(tally.natives, "document has its native file", "documents have their native files")
    yield Paragraph(f"{told}: what the site sent, byte for byte, or the file itself.")
    if tally.empty:
        yield Grid("Documents without one", ("Why", "Documents"), _rows(tally.empty))
    yield Heading("Characters that a form cannot hold")
    if tally.replaced:
        yield Paragraph(
            "They were replaced in that file alone; the exact words are in the text of each document."
        )
        yield Grid("Characters replaced", ("File and character", "Times"), _rows(tally.replaced))
    else:
        yield Paragraph("None had to be replaced.")
    yield Heading("What is not known")
    yield Paragraph("What the archive does not know is empty in every form; nothing was put in its place.")
    if tally.unknown:
        yield Grid("Not known", ("What", "Times"), _rows(tally.unknown))
    yield Heading("Gaps and limits of the search")
    if report.limits:
        yield Points(report.limits)
    else:
        yield Paragraph("The archive notes none for what was searched.")
    if any(volume.tally.larger for volume in report.volumes):
        yield Paragraph("A volume is larger than was asked for where one family alone is.")


def _rows(counts: Mapping[str, int]) -> list[tuple[str, str]]:
    return [(name, f"{count:,}") for name, count in sorted(counts.items())]
