"""Look up directly what listings no longer show, and in rotation what was longest not looked at. What is
confirmed as removed is copied and held for two years. Where very much disappeared at once nothing is
concluded until a person has looked: then `--at-most` says up to how many may be believed.
"""

from __future__ import annotations

import argparse

from paloverde.commands.office import day, opened, today


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("account", nargs="+", help="slugs of accounts")
    parser.add_argument("--day", type=day, default=None, help="archive day, Pacific (default: today)")
    parser.add_argument("--at-most", type=int, metavar="N", help="up to N items may be gone: I have looked")


def run(args: argparse.Namespace) -> int:
    city = opened()
    for slug in args.account:
        report = city.check_removals(slug, args.day or today(), city.token_of(slug), args.at_most)
        print(report.sentence())
    return 0
