"""Read stored objects again, longest unchecked first, and compare them with their seals."""

from __future__ import annotations

import argparse

from paloverde.commands.office import opened


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--budget-mb", type=int, default=10_000, help="how much to read at most (default: 10000)"
    )


def run(args: argparse.Namespace) -> int:
    report = opened().check_fixity(args.budget_mb)
    print(report.sentence())
    return 1 if report.damaged else 0
