"""Archive accounts for one archive day, as the nightly run does. A day that is archived already stays
as it is; an account that fails does not stop the others.
"""

from __future__ import annotations

import argparse
import sys

from paloverde.commands.office import day, opened, today
from paloverde.errors import PaloverdeError, TryAgain


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "account", nargs="*", help="slugs of accounts; all registered ones where none is given"
    )
    parser.add_argument("--day", type=day, default=None, help="archive day, Pacific (default: today)")


def run(args: argparse.Namespace) -> int:
    city = opened()
    asked = [city.account(slug) for slug in args.account] or city.accounts()
    worst = 0
    for account in asked:
        try:
            report = city.archive_night(account.slug, args.day or today(), city.token_of(account.slug))
            print(report.sentence())
        except PaloverdeError as error:
            print(f"paloverde: {account.slug}: {error}", file=sys.stderr)
            worst = max(worst, 75 if isinstance(error, TryAgain) else 1)
    if not asked:
        print("No account is registered yet. `paloverde accounts add --help` shows how.")
    return worst
