"""Make the Trusted System Statement from the live settings of both stores: what Gov. Code 12168.7, Evidence
Code 1550 and 2 CCR 22620.7 ask, what is met, what is not, and the evidence of each. The archive keeps it.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

import msgspec

from paloverde.commands.asking import actor
from paloverde.commands.office import opened
from paloverde.errors import BadQuestion


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--out", type=Path, metavar="FILE", help="write the page there (FILE.html)")
    parser.add_argument("--json", action="store_true", help="print it as JSON instead of its summary")


def run(args: argparse.Namespace) -> int:
    if args.out is not None and args.out.suffix.lower() not in (".html", ".htm"):
        raise BadQuestion(f"The page is HTML: name a file that ends in .html, not {args.out.name!r}.")
    if args.out is not None and not args.out.parent.is_dir():
        raise BadQuestion(f"There is no folder {args.out.parent} for the page: make it, or name another.")
    made, page = opened().retention.state(actor())
    if args.out is not None:
        args.out.write_bytes(page)
    if args.json:
        sys.stdout.buffer.write(msgspec.json.encode(made) + b"\n")
        return 0
    print("\n".join(made.sentences()))
    if args.out is not None:
        print(f"The page is {args.out}.")
    return 0
