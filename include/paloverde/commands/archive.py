"""Archive accounts for one archive day, as the nightly run does. A day that is archived already stays
as it is; an account that fails does not stop the others. A night that is implausibly small is kept, and is
an error until somebody has looked.
"""

from __future__ import annotations

import argparse
from functools import partial

from paloverde.commands.office import day, for_each, opened, today
from paloverde.installation.accounts import archived


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "account", nargs="*", help="slugs of accounts; all registered ones where none is given"
    )
    parser.add_argument("--day", type=day, default=None, help="archive day, Pacific (default: today)")


def run(args: argparse.Namespace) -> int:
    city = opened()
    day = args.day or today()
    return for_each(city, args.account, partial(archived, city, day=day))
