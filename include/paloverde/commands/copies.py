"""Write what is new into the second copy, compare both copies by hash, or put everything back from the second
copy into a first store that was lost.
"""

from __future__ import annotations

import argparse

from paloverde.commands.office import opened
from paloverde.installation import Purpose


def arguments(parser: argparse.ArgumentParser) -> None:
    actions = parser.add_subparsers(dest="action")
    copy = actions.add_parser("copy", help="copy what is not in the second copy yet (the default)")
    compare = actions.add_parser("compare", help="read both copies again, longest unread first")
    compare.add_argument("--budget-mb", type=int, default=None, help="how much to read at most, in MiB")
    restore = actions.add_parser("restore", help="put everything back from the second copy into a lost first")
    for action in (copy, compare, restore):
        action.add_argument("--quiet", action="store_true", help="say only the result")


def run(args: argparse.Namespace) -> int:
    progress = (lambda _: None) if getattr(args, "quiet", False) else print
    if args.action == "restore":
        restored = opened(Purpose.REBUILD).copies.restore(progress)
        print(f"{restored.sentence()} Now run `paloverde rebuild`.")
        return 1 if restored.failed else 0
    copies = opened().copies
    if args.action == "compare":
        compared = copies.compare(args.budget_mb, progress)
        print(compared.sentence())
        return 0 if compared.is_whole else 1
    copied = copies.copy(progress)
    print(copied.sentence())
    return 1 if copied.failed else 0
