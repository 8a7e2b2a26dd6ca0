"""List what runs could not get: which account, which list, when, and why. A gap stays open until a later run
or an import had the same in full.
"""

from __future__ import annotations

import argparse

from paloverde.commands.office import opened
from paloverde.installation import Purpose


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("account", nargs="?", help="slug of an account; all where none is given")
    parser.add_argument("--all", action="store_true", help="those that were filled since, too")


def run(args: argparse.Namespace) -> int:
    gaps = opened(Purpose.READ).gaps(args.account, only_open=not args.all)
    for gap in gaps:
        print(gap)
    if not gaps:
        of = f" of {args.account}" if args.account else ""
        print(f"No gap{of} is {'known' if args.all else 'open'}.")
    return 0
