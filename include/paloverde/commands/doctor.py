"""Test what the configured store can promise, say it in plain words, and keep the signed result as evidence.
What the keys at hand may not try is named. Exit status 1: the archive must not be kept on this store as it is
set.
"""

from __future__ import annotations

import argparse
import sys

import msgspec

from paloverde.commands.office import opened
from paloverde.installation import Purpose


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--json", action="store_true", help="the signed result as JSON")


def run(args: argparse.Namespace) -> int:
    examination = opened(Purpose.EXAMINE).examine_store()
    if args.json:
        sys.stdout.write(msgspec.json.encode(examination).decode() + "\n")
    else:
        print("\n".join(examination.sentences()))
    return 1 if examination.probe.usable is False else 0
