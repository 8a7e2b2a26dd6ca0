"""Look for what is new since the last night or sweep, as the runs between nights do. What is found is kept;
nothing that is missing is believed gone.
"""

from __future__ import annotations

import argparse
from functools import partial

from paloverde.commands.office import for_each, opened
from paloverde.installation.accounts import swept


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "account", nargs="*", help="slugs of accounts; all registered ones where none is given"
    )


def run(args: argparse.Namespace) -> int:
    city = opened()
    return for_each(city, args.account, partial(swept, city))
