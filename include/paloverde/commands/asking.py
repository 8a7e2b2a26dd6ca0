"""A question and its options, shared by `search`, `bundle` and `request`."""

from __future__ import annotations

import argparse
import getpass

from paloverde.commands.office import day
from paloverde.installation import Installation
from paloverde.records import Kind, archive_day
from paloverde.search.answer import Answer
from paloverde.search.elsewhere import Plan, plan_of
from paloverde.search.question import Question, ask
from paloverde.search.scope import Within


def scope_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--stemming", action="store_true", help="find every form of each word: park~ for all")
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
    parser.add_argument(
        "--no-index", action="store_true", help="read every sealed record in scope, whatever the index says"
    )


def repeating_arguments(parser: argparse.ArgumentParser) -> None:
    """What it takes to repeat a search as it was made."""
    parser.add_argument(
        "--today", type=day, metavar="DATE", help="the day that last month counts from (default: today)"
    )
    parser.add_argument(
        "--through", type=int, metavar="RUN",
        help="only what was sealed up to this run, as an earlier search was made",
    )  # fmt: skip


def actor() -> str:
    """Who is at the command line, for the ledger."""
    return f"command line ({getpass.getuser()})"


def asked(city: Installation, args: argparse.Namespace, by: str) -> Answer:
    """The answer to the question with those options; `by` is who asks, as the ledger names them."""
    return city.search(
        _question(city, args),
        by,
        include_private=args.private,
        with_index=not args.no_index,
        **_within(args),
    )


def planned(city: Installation, args: argparse.Namespace) -> Plan:
    """What another engine would have to do for the same; nothing is searched."""
    return plan_of(city.archive, _question(city, args), include_private=args.private, **_within(args))


def _question(city: Installation, args: argparse.Namespace) -> Question:
    today = args.today or archive_day(city.vault.clock())
    return ask(args.question, today, stemming=args.stemming)


def _within(args: argparse.Namespace) -> Within:
    return Within(
        accounts=args.account,
        kinds=args.kind,
        platforms=args.platform,
        since=args.since,
        until=args.until,
        through=args.through,
    )
