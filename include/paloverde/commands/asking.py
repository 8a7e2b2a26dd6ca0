"""The options of a question, shared by `search` and `bundle`."""

from __future__ import annotations

import argparse
import getpass

from paloverde.commands.office import day
from paloverde.installation import Installation
from paloverde.records import Kind
from paloverde.search.answer import Answer


def scope_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--from", dest="since", type=day, metavar="DATE", help="posted on or after (Pacific day)"
    )
    parser.add_argument(
        "--to", dest="until", type=day, metavar="DATE", help="posted on or before (Pacific day)"
    )
    parser.add_argument(
        "--account", action="append", default=[], help="only this account; may be given again"
    )
    parser.add_argument("--platform", action="append", default=[], help="only this site; may be given again")
    kinds = ", ".join(Kind)
    parser.add_argument("--kind", action="append", default=[], help=f"only this kind: {kinds}")
    parser.add_argument(
        "--private",
        action="store_true",
        help="search private messages and subscribers too; noted in the ledger",
    )


def actor() -> str:
    """Who is at the command line, for the ledger."""
    return f"command line ({getpass.getuser()})"


def asked(city: Installation, question: str, args: argparse.Namespace) -> Answer:
    """The answer to a question with those options."""
    return city.search(
        question,
        actor(),
        include_private=args.private,
        accounts=args.account,
        kinds=args.kind,
        platforms=args.platform,
        since=args.since,
        until=args.until,
    )
