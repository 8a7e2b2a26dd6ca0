"""Fill the database again from the stored objects of both copies: seals, sightings, removals, ledger, papers,
accounts, holds. Says how long it took and how much was read.
"""

from __future__ import annotations

import argparse

from paloverde.commands.office import opened
from paloverde.installation import Purpose

_FINDINGS = (
    "What the checks of the policy found is no part of it, and is found anew: `paloverde watch round`, and "
    "`paloverde watch again --since DATE` for what was archived more than a month ago. Registers and answers "
    "are back already."
)


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--quiet", action="store_true", help="say only the result")


def run(args: argparse.Namespace) -> int:
    rebuilt = opened(Purpose.REBUILD).rebuild((lambda _: None) if args.quiet else print)
    print(rebuilt.sentence())
    print(_FINDINGS)
    return 1 if rebuilt.missing else 0
