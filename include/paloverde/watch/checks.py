"""Every check and every report there is, by name."""

from __future__ import annotations

from paloverde.watch import accounts, comments, inbox, meetings, people, posts
from paloverde.watch.check import Check
from paloverde.watch.report import Report

_CHECKS: tuple[Check, ...] = (
    *accounts.CHECKS,
    *people.CHECKS,
    *posts.CHECKS,
    *comments.CHECKS,
    *meetings.CHECKS,
    *inbox.CHECKS,
)
_REPORTS: tuple[Report, ...] = (*accounts.REPORTS, *people.REPORTS, *comments.REPORTS, *posts.REPORTS)

CHECKS = {check.name: check for check in _CHECKS}
REPORTS = {report.name: report for report in _REPORTS}
