"""Test what the configured store can promise, say it in plain words, and keep the signed result as evidence.
Exit status 1: the archive must not be kept on this store as it is set.
"""

from __future__ import annotations

import argparse
import os
import sys

import msgspec

from paloverde.installation import open_installation
from paloverde.settings import load


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--json", action="store_true", help="the signed result as JSON")


def run(args: argparse.Namespace) -> int:
    examination = open_installation(load(os.environ), unproven=True).examine_store()
    if args.json:
        sys.stdout.write(msgspec.json.encode(examination).decode() + "\n")
    else:
        print("\n".join(examination.sentences()))
    return 0 if examination.probe.usable else 1
