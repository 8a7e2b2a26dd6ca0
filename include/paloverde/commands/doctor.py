"""Look at every part of the installation, and say of each whether it is well and what to do: settings,
database, store, clocks, chains, copies, accounts, requests, holds, index, disks, keys, certificates, Airflow.
Then test what the configured store can promise, say it in plain words, and keep the signed result as
evidence; what the keys at hand may not try is named. No part is waited for longer than half a minute. Exit
status 1: something is bad, or the archive must not be kept on this store as it is set.
"""

from __future__ import annotations

import argparse
import os
import sys
import textwrap
from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from functools import partial
from typing import Any

import msgspec

from paloverde.alarms.here import Place
from paloverde.alarms.line import Level, Line, worst
from paloverde.alarms.looks import LOOKS
from paloverde.alarms.round import Opened, look_round
from paloverde.archive.doctor import Examination
from paloverde.errors import PaloverdeError
from paloverde.installation import Purpose, open_installation
from paloverde.orchestration import airflow_seen
from paloverde.settings import load

_WIDE = 110  # letters of a line
_ALL = (*LOOKS, *airflow_seen.LOOKS)


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--json", action="store_true", help="every line, and the signed result, as JSON")
    parser.add_argument(
        "--quick", action="store_true", help="only look: nothing is tried on the store, and nothing written"
    )
    parser.add_argument(
        "--store", action="store_true", help="only the store, before anything else of the installation runs"
    )


def run(args: argparse.Namespace) -> int:
    settings, now = load(os.environ), datetime.now(UTC)
    opened = Opened(partial(open_installation, settings, purpose=Purpose.EXAMINE))
    examination: Examination | None = None
    failed: list[Line] = []
    if opened.city is not None and not args.quick:
        try:
            examination = opened.city.examine_store()
        except PaloverdeError as error:
            failed = [
                Line("probe", "The store's examination", Level.BAD, str(error), "do what the sentence says")
            ]
    looks = () if args.store else _ALL
    found = look_round(Place(settings, now, opened.city), looks).lines
    lines = [opened.line, *failed, *found]
    if args.json:
        sys.stdout.write(msgspec.json.encode(_as_json(lines, examination)).decode() + "\n")
    else:
        print("\n".join(_told(lines)))
        if examination is not None:
            print("\n".join(["", *examination.sentences()]))
    unusable = examination is not None and examination.probe.usable is False
    return 1 if unusable or worst([line.level for line in lines]) is Level.BAD else 0


def _told(lines: Sequence[Line]) -> Iterator[str]:
    """A line of a table for each, what to do below it, and how many are not well."""
    column = max(len(line.subject) for line in lines) + 7
    for line in lines:
        todo = f" To do: {line.todo.rstrip('.')}." if line.todo and line.level is not Level.OK else ""
        head = f"{line.level.value:5}{line.subject}".ljust(column)
        yield from textwrap.wrap(
            f"{line.said}{todo}", _WIDE, initial_indent=head, subsequent_indent=" " * column,
            break_long_words=False, break_on_hyphens=False,
        )  # fmt: skip
    counts = Counter(line.level for line in lines)
    yield ""
    yield f"ok: {counts[Level.OK]:,}; warn: {counts[Level.WARN]:,}; bad: {counts[Level.BAD]:,}."


def _as_json(lines: Sequence[Line], examination: Examination | None) -> dict[str, Any]:
    return {
        "level": worst([line.level for line in lines]).value,
        "lines": [msgspec.to_builtins(line) for line in lines],
        "examination": examination,
    }
