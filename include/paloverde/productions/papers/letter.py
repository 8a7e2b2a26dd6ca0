"""The letter that goes with a production to the other side, and the one that claims something back. Pure.

What counsel must decide stands in [brackets]; everything else is read from the production.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date

import msgspec

from paloverde.productions.document import Treatment
from paloverde.productions.papers.declaration import accounts_table, not_captured
from paloverde.productions.papers.evidence import Evidence
from paloverde.productions.report import forms_in_words, volumes_table
from paloverde.requests.paper import Block, Facts, Grid, Heading, Paper, Paragraph, Points
from paloverde.wording import some, spoken

_DRAFT = "Draft for counsel: not signed, not sent."
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
    """What a letter says beside the evidence. `demands` are numbers with what was asked, `answered` how many
    documents answer each.
    """

    day: date
    to: str
    demands: Mapping[str, str] = {}
    answered: Mapping[str, int] = {}
    privileges: Mapping[str, int] = {}  # by the privilege's title, how many documents


def production_letter(evidence: Evidence, sent: Sent) -> Paper:
    """The letter that goes with the volumes."""
    title = f"Production {evidence.production.name}"
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
    if sent.demands:
        yield Grid(
            "Demands, and the documents that answer each (CCP 2031.280(a))",
            ("Demand", "What was asked", "Documents"),
            [(one, asked, f"{sent.answered.get(one, 0):,}") for one, asked in sent.demands.items()],
        )
        yield Paragraph("The field REQUESTNO of the load file names the demands that each document answers.")
    yield volumes_table(report)
    yield Heading("How it is produced")
    yield Points((*forms_in_words(report), *_HOW))
    yield from _kept_back(evidence, sent)
    yield accounts_table(evidence)
    yield from not_captured(evidence)
    yield Heading("Privilege")
    yield Paragraph(_CLAWBACK)
    yield Facts((("Signature", "[not signed]"), ("Name and title", "[name], [title]")))


def _kept_back(evidence: Evidence, sent: Sent) -> Iterator[Block]:
    yield Heading("What is withheld or redacted")
    withheld, redacted = evidence.treated(Treatment.WITHHELD), evidence.treated(Treatment.REDACTED)
    if not (withheld or redacted):
        yield Paragraph("Nothing was withheld or redacted as privileged.")
        return
    yield Paragraph(
        f"{some(withheld, 'document is', 'documents are')} withheld and "
        f"{redacted:,} redacted. The privilege log names each."
    )
    yield Grid(
        "By privilege",
        ("Privilege", "Documents"),
        [(one, f"{many:,}") for one, many in sent.privileges.items()],
    )


class Claimed(msgspec.Struct, frozen=True, kw_only=True):
    """Documents that were produced by mistake: their numbers and the privilege claimed for each."""

    day: date
    to: str
    numbers: tuple[tuple[str, str, str], ...]  # first page, last page, privilege
    served_on: date | None = None


def clawback_letter(production: str, matter: str, agency: str, claimed: Claimed) -> Paper:
    """The letter that claims privileged documents back (CCP 2031.285; Fed. R. Evid. 502(b))."""
    title = f"Claim of privilege after production {production}"
    served = f" of {spoken(claimed.served_on)}" if claimed.served_on else ""
    return Paper(
        title,
        (
            Heading(title, 1),
            Paragraph(_DRAFT),
            Facts((("To", claimed.to or "[counsel]"), ("Date", spoken(claimed.day)), ("Matter", matter))),
            Paragraph(
                f"In the production {production}{served} {agency} produced by mistake "
                f"{some(len(claimed.numbers), 'document')} that it claims as privileged. [How the "
                "mistake came about, what was done to prevent it, and when it was found.]"
            ),
            Grid("Documents claimed", ("First page", "Last page", "Privilege"), list(claimed.numbers)),
            Paragraph(
                "Please return, sequester or destroy them and every copy, do not use or disclose what "
                "they say, and tell whoever received them from you the same. A replacement volume with "
                "slips in their places follows [or: is enclosed]."
            ),
            Facts((("Signature", "[not signed]"), ("Name and title", "[name], [title]"))),
        ),
    )
