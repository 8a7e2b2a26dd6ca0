"""Write what is new into the second copy, or compare both copies by hash."""

from __future__ import annotations

import argparse

from paloverde.commands.office import opened


def arguments(parser: argparse.ArgumentParser) -> None:
    actions = parser.add_subparsers(dest="action")
    copy = actions.add_parser("copy", help="copy what is not in the second copy yet (the default)")
    compare = actions.add_parser("compare", help="read both copies again, longest unread first")
    compare.add_argument("--budget-mb", type=int, default=None, help="how much to read at most, in MiB")
    for action in (copy, compare):
        action.add_argument("--quiet", action="store_true", help="say only the result")


def run(args: argparse.Namespace) -> int:
    progress = (lambda _: None) if getattr(args, "quiet", False) else print
    copies = opened().copies
    if args.action == "compare":
        compared = copies.compare(args.budget_mb, progress)
        print(compared.sentence())
        return 0 if compared.is_whole else 1
    copied = copies.copy(progress)
    print(copied.sentence())
    return 1 if copied.failed else 0
