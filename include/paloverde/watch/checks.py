"""Every check and every report there is, by name."""

from __future__ import annotations

from paloverde.watch.check import Check
from paloverde.watch.report import Report

_CHECKS: tuple[Check, ...] = ()
_REPORTS: tuple[Report, ...] = ()

CHECKS = {check.name: check for check in _CHECKS}
REPORTS = {report.name: report for report in _REPORTS}
