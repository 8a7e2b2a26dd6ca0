"""Check accounts' access now, as the daily health check does: renew tokens that come near their end, ask each
site the cheapest question that proves the token, and say how many days are left. Exit status 1: somebody must
act.
"""

from __future__ import annotations

import argparse

from paloverde.commands.office import for_each, opened
from paloverde.errors import PersonNeeded


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "account", nargs="*", help="slugs of accounts; all registered ones where none is given"
    )


def run(args: argparse.Namespace) -> int:
    city = opened()

    def check(slug: str) -> str:
        checked = city.check_health(slug)
        if checked.trouble is not None:
            raise checked.trouble
        if checked.is_red and checked.end is not None:
            print(checked.sentence())
            raise PersonNeeded(f"few days are left: {checked.end.todo}.")
        return checked.sentence()

    return for_each(city, args.account, check)
