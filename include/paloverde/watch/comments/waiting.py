"""report-waiting: reports of content that wait too long for their next step (V.B.5, P-43)."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

from paloverde.watch.book import Book
from paloverde.watch.check import Check, Finding, Weight
from paloverde.watch.measures import measure
from paloverde.watch.now import Now
from paloverde.watch.register import Entered
from paloverde.watch.registers.moderation_cases import CONTENT_REPORTS, ContentReport
from paloverde.wording import short_moment

_URGENT = frozenset("hk")  # leaked secrets, threats
_NEXT = {
    "the designee": "Bring it to the City Manager's designee, and enter who took it when.",
    "counsel to be consulted": "Consult counsel, and enter who did and when: never what counsel said.",
    "a decision": "Decide whether it stays, is hidden or is removed, and enter who decided.",
    "the action at the site": "See that it is archived, hide or remove it at the site, and enter both.",
}


def due(report: ContentReport) -> datetime | None:
    """Until when the next step of a report is to be done; None where nothing is left to be done."""
    match report.waits_for:
        case "":
            return None
        case "the designee":
            return report.reported_at + timedelta(hours=measure("report_to_designee"))
        case "the action at the site" if report.decided_at is not None:
            return report.decided_at + timedelta(hours=measure("report_acted"))
        case _:
            return report.reported_at + timedelta(hours=measure("report_decided"))


def _waiting(now: Now, book: Book) -> Iterator[Finding]:
    for one in book.of(CONTENT_REPORTS).values():
        until = due(one.entry)
        if until is not None and until < now.at:
            yield _finding(one, until)


def _finding(one: Entered[ContentReport], until: datetime) -> Finding:
    report = one.entry
    is_urgent = not _URGENT.isdisjoint(report.guidelines)
    clauses = ", ".join(f"V.B.4({letter})" for letter in report.guidelines)
    return REPORT_WAITING.found(
        f"{CONTENT_REPORTS.name}/{one.id}",
        f"The report {one.id} ({clauses}) waits for {report.waits_for}: it was made on "
        f"{short_moment(report.reported_at)}, and this step was due by {short_moment(until)}.",
        _NEXT[report.waits_for],
        weight=Weight.URGENT if is_urgent else Weight.WARNING,
        account=report.account,
        which=report.waits_for,
        rule="measures/reports#1",
    )


REPORT_WAITING = Check(
    name="report-waiting",
    title="Reports of content that wait",
    version=1,
    clauses=("P-43", "P-38", "P-39"),
    says="Reports of content whose next step is late: the designee within "
    f"{measure('report_to_designee')} hours, counsel and a decision within {measure('report_decided')} "
    f"hours of the report, the action at the site within {measure('report_acted')} hours of the decision. "
    "The policy says “expeditious”; the hours are this program's until the City adopts its own.",
    answered_by=("public_affairs", "counsel", "clerk"),
    of_now=_waiting,
)
