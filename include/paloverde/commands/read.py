"""Print the records of recorded payloads as JSON lines, and on standard error what could not be read. A file
may hold a whole page, one item, a list, JSON lines, or a cassette's body. Exit status 0: nothing was lost.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from paloverde.platforms import PLATFORMS
from paloverde.platforms.files import read_files


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--platform", required=True, choices=sorted(PLATFORMS), help="whose payloads they are"
    )
    parser.add_argument("file", nargs="+", type=Path, help="recorded payloads")


def run(args: argparse.Namespace) -> int:
    return read_files(PLATFORMS[args.platform], args.file, sys.stdout, sys.stderr)
