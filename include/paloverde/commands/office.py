"""What several commands share: opening the installation, reading a day."""

from __future__ import annotations

import argparse
import os
from datetime import UTC, date, datetime

from paloverde.installation import Installation, open_installation
from paloverde.records import archive_day
from paloverde.settings import load


def opened() -> Installation:
    """The installation that the environment's settings name."""
    return open_installation(load(os.environ))


def day(text: str) -> date:
    """A calendar date as a command-line argument."""
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text!r} is not a date; write it as 2026-11-22") from None


def today() -> date:
    """Today in the City."""
    return archive_day(datetime.now(UTC))
