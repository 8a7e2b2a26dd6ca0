"""Check accounts' access now, as the daily health check does: renew tokens that come near their end, ask each
site the cheapest question that proves the token, say how many days are left, and whether its nights come in
time. Exit status 1: somebody must act.
"""

from __future__ import annotations

import argparse
from functools import partial

from paloverde.commands.office import for_each, opened
from paloverde.installation.accounts import watched


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "account", nargs="*", help="slugs of accounts; all registered ones where none is given"
    )


def run(args: argparse.Namespace) -> int:
    city = opened()

    return for_each(city, args.account, partial(watched, city, tell=print))
