"""What several commands share: opening the installation, reading a day, going through accounts."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime

from paloverde.errors import PaloverdeError, TryAgain
from paloverde.installation import Installation, Purpose, open_installation
from paloverde.records import archive_day
from paloverde.settings import load


def opened(purpose: Purpose = Purpose.WORK) -> Installation:
    """The installation that the environment's settings name. Where it can only be read, that is said."""
    city = open_installation(load(os.environ), purpose=purpose)
    if city.only_reads:
        told = "What is shown is read without it, and the ledger does not tell of it."
        print(f"paloverde: Warning: {city.only_reads} {told}", file=sys.stderr)
    return city


def for_each(city: Installation, slugs: Sequence[str], work: Callable[[str], str]) -> int:
    """Do something for these accounts (where none is named, all whose sites are asked).

    One that fails does not stop the others. Prints what `work` says; the exit status is the worst of all.
    """
    wanted = [city.account(slug).slug for slug in slugs] or [account.slug for account in city.asked()]
    if not wanted:
        print(
            "paloverde: No account is registered whose site can be asked; "
            "`paloverde accounts add --help` shows how.",
            file=sys.stderr,
        )
        return 1
    worst = 0
    for slug in wanted:
        try:
            print(work(slug))
        except PaloverdeError as error:
            print(f"paloverde: {slug}: {error}", file=sys.stderr)
            worst = max(worst, 75 if isinstance(error, TryAgain) else 1)
    return worst


def day(text: str) -> date:
    """A calendar date as a command-line argument."""
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text!r} is not a date; write it as 2026-11-22") from None


def today() -> date:
    """Today in the City."""
    return archive_day(datetime.now(UTC))
