"""Look up directly what listings no longer show, and in rotation what was longest not looked at. What is
confirmed as removed is copied and held for two years. Where very much disappeared at once nothing is
concluded until a person has looked: then `--at-most` says up to how many may be believed.
"""

from __future__ import annotations

import argparse
from functools import partial

from paloverde.commands.office import day, for_each, opened, today
from paloverde.installation.accounts import looked_up


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "account", nargs="*", help="slugs of accounts; all registered ones where none is given"
    )
    parser.add_argument("--day", type=day, default=None, help="archive day, Pacific (default: today)")
    parser.add_argument(
        "--at-most", type=_count, metavar="N", help="up to N items may be gone: I have looked"
    )


def run(args: argparse.Namespace) -> int:
    city = opened()
    day = args.day or today()
    return for_each(city, args.account, partial(looked_up, city, day=day, at_most=args.at_most))


def _count(text: str) -> int:
    if not text.isdigit():
        raise argparse.ArgumentTypeError(f"{text!r} is not a number of items")
    return int(text)
