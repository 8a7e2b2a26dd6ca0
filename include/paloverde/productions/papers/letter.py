"""The letter that goes with a production to the other side, and the one that claims something back. Pure.

What counsel must decide stands in [brackets]; everything else is read from the production.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date

import msgspec

from paloverde.productions.document import Treatment
from paloverde.productions.papers.declaration import accounts_table, not_captured
from paloverde.productions.papers.evidence import Claimed, Evidence
from paloverde.productions.papers.figures import claimed_back, sources
from paloverde.productions.report import forms_in_words, volumes_table
from paloverde.requests.paper import Block, Facts, Grid, Heading, Paper, Paragraph, Points
from paloverde.wording import some, spoken

_DRAFT = "Draft for counsel: not signed, not sent."
_FIGURES = (
    "documents",
    "pages",
    "reach",
    "withheld",
    "redacted",
    "alone",
    "accounts",
    "records",
    "runs",
    "gaps",
)
_HOW = (
    "Documents whose pages are shown as a slip are withheld as the privilege log says.",
    "FILES.json in each volume names every file with its SHA-256; the list of all volumes is signed.",
)
_CLAWBACK = (
    "Producing anything that is privileged is not meant as a waiver. Whoever finds something in this "
    "production that looks privileged is asked to stop reading it and to tell the undersigned at once "
    "(CCP 2031.285; Fed. R. Evid. 502(b); Fed. R. Civ. P. 26(b)(5)(B))."
)


class Sent(msgspec.Struct, frozen=True, kw_only=True):
    """What a letter says beside the evidence. `answered` is how many documents answer each demand. How the
    demands were searched for is counsel's own work, and not told.
    """

    day: date
    to: str
    answered: Mapping[str, int] = {}
    privileges: Mapping[str, int] = {}  # by the privilege's title, how many records


def production_letter(evidence: Evidence, sent: Sent) -> Paper:
    """The letter that goes with the volumes."""
    title = f"DRAFT: Letter with production {evidence.production.name}"
    return Paper(title, tuple(_letter(title, evidence, sent)))


def _letter(title: str, evidence: Evidence, sent: Sent) -> Iterator[Block]:
    production, report = evidence.production, evidence.report
    yield Heading(title, 1)
    yield Paragraph(_DRAFT)
    yield Facts((("To", sent.to or "[counsel]"), ("Date", spoken(sent.day)), ("Matter", production.matter)))
    yield Paragraph(
        f"{production.agency} produces {some(report.tally.documents, 'document')} on "
        f"{some(report.tally.pages, 'page')}, numbered {report.first} to {report.last}."
    )
    if report.confidentiality:
        yield Paragraph(f"Designation: {report.confidentiality}")
    if sent.answered:
        yield Grid(
            "Demands, and the documents that answer each (CCP 2031.280(a))",
            ("Demand", "Documents"),
            [(one, f"{many:,}") for one, many in sent.answered.items()],
        )
        yield Paragraph("The field REQUESTNO of the load file names the demands that each document answers.")
    yield volumes_table(report)
    yield Heading("How it is produced")
    yield Points((*forms_in_words(report), *_HOW))
    yield from _kept_back(evidence, sent)
    yield accounts_table(evidence)
    yield from not_captured(evidence)
    yield Heading("Privilege")
    if told := claimed_back(evidence.claimed):
        yield Paragraph(told)
    yield Paragraph(_CLAWBACK)
    yield Facts((("Signature", "[not signed]"), ("Name and title", "[name], [title]")))
    yield sources("For counsel, to be taken off: where each figure comes from", _FIGURES, evidence)


def _kept_back(evidence: Evidence, sent: Sent) -> Iterator[Block]:
    yield Heading("What is withheld or redacted")
    withheld, redacted = evidence.treated(Treatment.WITHHELD), evidence.treated(Treatment.REDACTED)
    if not (withheld or redacted or evidence.alone):
        yield Paragraph("Nothing was withheld or redacted as privileged.")
        return
    told = (
        f"{some(withheld, 'document is', 'documents are')} withheld, with a slip in its place, and "
        f"{redacted:,} redacted. {some(evidence.alone, 'record', 'records')} of families withheld whole bear "
        "no number. The privilege log names each."
    )
    yield Paragraph(told)
    yield Grid(
        "By privilege",
        ("Privilege", "Records"),
        [(one, f"{many:,}") for one, many in sent.privileges.items()],
    )


class Notice(msgspec.Struct, frozen=True, kw_only=True):
    """Whom a claim goes to, and when the production was served."""

    day: date
    to: str
    claimed: tuple[Claimed, ...]
    served_on: date | None = None


def clawback_letter(production: str, matter: str, agency: str, notice: Notice) -> Paper:
    """The letter that claims privileged documents back (CCP 2031.285; Fed. R. Evid. 502(b))."""
    title = f"DRAFT: Claim of privilege after production {production}"
    served = f" of {spoken(notice.served_on)}" if notice.served_on else ""
    rows = [(one.first, one.last, ", ".join(one.privileges)) for one in notice.claimed]
    return Paper(
        title,
        (
            Heading(title, 1),
            Paragraph(_DRAFT),
            Facts((("To", notice.to or "[counsel]"), ("Date", spoken(notice.day)), ("Matter", matter))),
            Paragraph(
                f"In the production {production}{served} {agency} produced by mistake "
                "what stands below, and claims it as privileged. [How the "
                "mistake came about, what was done to prevent it, and when it was found.]"
            ),
            Grid("Documents claimed", ("First page", "Last page", "Privilege"), rows),
            Paragraph(
                "Please return, sequester or destroy them and every copy, do not use or disclose what "
                "they say, and tell whoever received them from you the same. A replacement volume with "
                "slips in their places follows [or: is enclosed]."
            ),
            Facts((("Signature", "[not signed]"), ("Name and title", "[name], [title]"))),
        ),
    )
