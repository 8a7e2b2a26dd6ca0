"""List the ledger's events, oldest first, after checking that each follows from the one before."""

from __future__ import annotations

import argparse
import sys

import msgspec

from paloverde.commands.office import opened
from paloverde.records import PACIFIC


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--json", action="store_true", help="one JSON object a line")


def run(args: argparse.Namespace) -> int:
    for entry in opened().ledger.entries():
        if args.json:
            sys.stdout.write(msgspec.json.encode(entry).decode() + "\n")
            continue
        event = entry.event
        about = ", ".join(f"{name} {value}" for name, value in event.about.items())
        when = event.at.astimezone(PACIFIC)
        print(f"{entry.sequence:>6}  {when:%a %d %b %Y %H:%M:%S %Z}  {event.what}  ({event.actor}; {about})")
    return 0
