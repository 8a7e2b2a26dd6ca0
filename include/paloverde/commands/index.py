"""Keep the search index: it makes searches quick, holds nothing that the sealed records do not hold, and can
be thrown away at any time. A search without it reads every record and gives the same answer.
"""

from __future__ import annotations

import argparse

from paloverde.commands.office import opened
from paloverde.installation import Purpose
from paloverde.installation.index import SearchIndex


def arguments(parser: argparse.ArgumentParser) -> None:
    commands = parser.add_subparsers(dest="action", metavar="ACTION", required=True)
    for name, summary in (
        ("build", "build it the first time, or go on where that was broken off"),
        ("refresh", "add what was sealed since, and write out what was destroyed; the same as build"),
        ("rebuild", "throw it away and build it again from the sealed records"),
    ):
        command = commands.add_parser(name, help=summary)
        command.add_argument("--quiet", action="store_true", help="say only the result")
    status = commands.add_parser("status", help="say which sealed runs it holds, and where it lies")
    status.add_argument(
        "--check", action="store_true", help="also read all of it and take out what is damaged"
    )


def run(args: argparse.Namespace) -> int:
    index = opened(Purpose.READ).index
    if args.action == "status":
        return _status(index, check=args.check)
    say = (lambda _: None) if args.quiet else print
    work = index.rebuild if args.action == "rebuild" else index.refresh
    print(work(say).sentence())
    return 0


def _status(index: SearchIndex, *, check: bool) -> int:
    damaged = index.check() if check else []
    for line in [*damaged, *index.status()]:
        print(line)
    return 1 if damaged else 0
