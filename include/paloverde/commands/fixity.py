"""Read stored objects of both copies again, longest unread first, and compare them with their seals; compare
the database with the objects.
"""

from __future__ import annotations

import argparse

from paloverde.commands.office import opened
from paloverde.installation import Purpose


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--budget-mb",
        type=int,
        default=None,
        help="how much to read at most, in MiB (default: PALOVERDE_FIXITY_BUDGET_MB)",
    )


def run(args: argparse.Namespace) -> int:
    report = opened(Purpose.REPAIR).check_fixity(args.budget_mb)
    print(report.sentence())
    return 0 if report.is_whole else 1
