"""Put the database right where it is not what the objects say, then put back from the other copy what the
last fixity checks found damaged. What is whole in no copy is named, and the exit status is 1.
"""

from __future__ import annotations

import argparse

from paloverde.commands.office import opened
from paloverde.installation import Purpose


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--quiet", action="store_true", help="say only the result")


def run(args: argparse.Namespace) -> int:
    report = opened(Purpose.REPAIR).copies.repair((lambda _: None) if args.quiet else print)
    print(report.sentence())
    return 1 if report.lost or report.left or report.unknown else 0
