"""Look for what is new since the last night or sweep, as the runs between nights do. What is found is kept;
nothing that is missing is believed gone.
"""

from __future__ import annotations

import argparse

from paloverde.commands.office import for_each, opened


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "account", nargs="*", help="slugs of accounts; all registered ones where none is given"
    )


def run(args: argparse.Namespace) -> int:
    city = opened()

    def look(slug: str) -> str:
        told = city.sweep(slug).sentence()
        measured = city.latency(slug)
        return f"{told} Measured: {measured.sentence()}." if measured else told

    return for_each(city, args.account, look)
