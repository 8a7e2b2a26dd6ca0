"""Print the figures that monitoring draws, as Prometheus reads them: for the text files of node_exporter,
or to look at. The desk's own service serves the same at `/metrics` to whoever shows PALOVERDE_METRICS_TOKEN.
"""

from __future__ import annotations

import argparse
import os
import sys
from datetime import UTC, datetime

from paloverde.alarms.counting import Counted
from paloverde.alarms.here import Place
from paloverde.installation import Purpose, open_installation
from paloverde.settings import load


def arguments(parser: argparse.ArgumentParser) -> None:
    del parser


def run(args: argparse.Namespace) -> int:
    del args
    settings = load(os.environ)

    def place() -> Place:
        return Place(settings, datetime.now(UTC), open_installation(settings, purpose=Purpose.WORK))

    sys.stdout.write(Counted(place).page())
    return 0
