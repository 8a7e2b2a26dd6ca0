"""Count the days in which a Public Records Act request is to be answered, and show every step of it. Works
without an archive; beside one, the closed days that the City has adopted are used.
"""

from __future__ import annotations

import argparse
import os
import sys
from pathlib import Path

import msgspec

from paloverde.commands.office import day, opened
from paloverde.installation import Purpose
from paloverde.installation.opening import nothing_is_here
from paloverde.requests.clock import Clock, clock
from paloverde.requests.closures import NO_TABLE, Closures, read_closures
from paloverde.settings import load
from paloverde.wording import spoken

_DATES = ("received", "target", "latest", "extension_max")


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--received", type=day, required=True, metavar="DATE",
        help="the day on which the City first got it, by any channel and at any hour (Pacific day)",
    )  # fmt: skip
    parser.add_argument(
        "--closures", type=Path, metavar="FILE", help="the days on which City offices are closed: CSV with "
        "the header date,name (default: the table that the City has adopted, where there is one)",
    )  # fmt: skip
    parser.add_argument("--json", action="store_true", help="one JSON object instead of text")


def run(args: argparse.Namespace) -> int:
    dates = clock(args.received, _closures(args.closures))
    print(_as_json(dates) if args.json else "\n".join(counted(dates)))
    for doubt in dates.doubts:
        print(f"paloverde: Warning: {doubt}", file=sys.stderr)
    return 0


def counted(dates: Clock) -> list[str]:
    """The four dates, each with its weekday, and why they are these."""
    heads = [f"{name:<14}{getattr(dates, name)}  {spoken(getattr(dates, name))}" for name in _DATES]
    return [*heads, "", *(f"{number}. {step}" for number, step in enumerate(dates.why, 1))]


def _as_json(dates: Clock) -> str:
    told = {name: getattr(dates, name) for name in _DATES} | {"why": dates.why}
    return msgspec.json.format(msgspec.json.encode(told)).decode()


def _closures(file: Path | None) -> Closures:
    """The table that is named, else the City's own, else none."""
    if file is not None:
        return read_closures(file.read_bytes(), file.name)
    if nothing_is_here(load(os.environ)):
        return NO_TABLE
    return opened(Purpose.READ).requests.closures()
