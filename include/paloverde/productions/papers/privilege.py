"""The privilege log as a paper: the same rows as its CSV, in fewer columns. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence

from paloverde.productions.privilege_log import Row
from paloverde.requests.exemptions import exemption
from paloverde.requests.paper import Block, Facts, Grid, Heading, Paper, Paragraph
from paloverde.requests.review import Decision, Verdict
from paloverde.wording import some

_DRAFT = "Draft for counsel: "
_HEADINGS = (
    "No.",
    "Numbers",
    "What and when",
    "From and to",
    "How",
    "Privilege",
    "Basis of the claim",
    "Demands",
)
_NO_NUMBERS = "none: its family is withheld whole"


def privilege_log(number: str, matter: str, agency: str, log: Sequence[Row], *, lacking: str = "") -> Paper:
    """The log of a production. `lacking` says what makes it a draft still; "" where nothing does."""
    title = f"{'DRAFT: ' if lacking else ''}Privilege log of production {number}"
    return Paper(title, tuple(_blocks(title, number, matter, agency, log, lacking)))


def _blocks(
    title: str, number: str, matter: str, agency: str, log: Sequence[Row], lacking: str
) -> Iterator[Block]:
    yield Heading(title, 1)
    if lacking:
        yield Paragraph(f"{_DRAFT}{lacking}")
    yield Facts(tuple(_facts(number, matter, agency, log)))
    yield Paragraph(
        "One row for each record of which something is withheld or redacted, and each privilege claimed "
        "(CCP 2031.240(c)(1)). It says what a record is, never what it says."
    )
    if not log:
        yield Paragraph("Nothing is withheld or redacted as privileged.")
        return
    yield Grid("What is withheld or redacted, and why", _HEADINGS, [_cells(row, lacking) for row in log])


def _facts(number: str, matter: str, agency: str, log: Sequence[Row]) -> Iterator[tuple[str, str]]:
    records = len({row.control_no for row in log})
    yield "Matter", matter
    yield "Production", number
    yield "Kept back by", agency
    yield "Rows", f"{some(len(log), 'row')} on {some(records, 'record')}"
    yield "Decided by", "; ".join(dict.fromkeys(row.decided_by for row in log)) or "nobody"
    yield (
        "Reviewed and signed by",
        "; ".join(dict.fromkeys(filter(None, (r.reviewed_by for r in log)))) or "nobody",
    )


def _cells(row: Row, lacking: str) -> tuple[str, ...]:
    reach = row.begin if row.begin == row.end else f"{row.begin} to {row.end}"
    unnumbered = _NO_NUMBERS if not lacking else "none yet, or its family is withheld whole"
    people = [f"From: {row.author}", *([f"To: {row.recipients}"] if row.recipients else [])]
    return (
        row.log_no,
        f"{reach or unnumbered} ({row.control_no})",
        f"{row.record_type}, {row.date}, {row.account}. {row.description}",
        "\n".join(people),
        row.action,
        f"{row.privilege} ({row.statute})",
        row.basis,
        row.requests,
    )


def kept_back(decisions: Iterable[Decision]) -> tuple[int, dict[str, int]]:
    """How many of these keep a record back whole, and how many keep anything back, by the privilege."""
    withheld, found = 0, Counter[str]()
    for decision in decisions:
        withheld += decision.verdict is Verdict.EXEMPT
        if decision.verdict in (Verdict.EXEMPT, Verdict.EXEMPT_IN_PART):
            found.update({exemption(claim.code).title for claim in decision.exempted})
    return withheld, dict(sorted(found.items()))
