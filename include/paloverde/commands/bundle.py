"""Build a sealed bundle of what a search finds: one zip with the records as HTML, CSV, JSON and Parquet,
their media, what the search could not cover, and a verifier that needs nothing but Python.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from paloverde.commands.asking import actor, asked, scope_arguments
from paloverde.commands.office import opened


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--question", required=True, help="what to search for, as `paloverde search` takes it"
    )
    parser.add_argument("--name", required=True, help="number or title of the request: PRA-2026-17")
    parser.add_argument(
        "--out", required=True, type=Path, help="the zip file to write; it must not be there yet"
    )
    scope_arguments(parser)


def run(args: argparse.Namespace) -> int:
    city = opened()
    answer = asked(city, args.question, args)
    print(answer.sentence)
    built = city.bundle(answer, args.name, args.out, actor(), _say)
    counts = ", ".join(f"{number:,} {what}" for what, number in built.counts.items())
    print(f"{built.path}: {counts}; {built.size:,} bytes, SHA-256 {built.sha256}.")
    print(f"Sealed with the key {built.key}. Anyone can check it: paloverde verify {built.path}")
    return 0


def _say(line: str) -> None:
    print(line, file=sys.stderr)
