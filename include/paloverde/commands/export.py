"""Move out with everything: all records with their raw bytes, all removed items, raw exchanges, media, seals,
ledger, bundles and papers (none that is privileged), of retired accounts too. The folder needs no program of
ours to be read, and `paloverde import` reads its records back.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from paloverde.commands.asking import actor
from paloverde.commands.office import opened


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("folder", type=Path, help="a folder that does not exist yet, or is empty")
    parser.add_argument(
        "--account", action="append", default=[], help="only this account; may be given again"
    )
    parser.add_argument("--quiet", action="store_true", help="say only the result")


def run(args: argparse.Namespace) -> int:
    progress = (lambda _: None) if args.quiet else _progress
    print(opened().export_records(args.folder, args.account, actor(), progress).sentence())
    return 0


def _progress(words: str) -> None:
    print(words, file=sys.stderr)
