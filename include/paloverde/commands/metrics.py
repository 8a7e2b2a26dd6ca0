"""Print the figures that monitoring draws, as Prometheus reads them: for the text files of node_exporter,
or to look at. The desk's own service serves the same at `/metrics` to whoever shows PALOVERDE_METRICS_TOKEN.
"""

from __future__ import annotations

import argparse
import os
import sys
from datetime import UTC, datetime
from functools import partial

from paloverde.alarms.counting import Counted, place_of
from paloverde.installation import Purpose, open_installation
from paloverde.settings import load


def arguments(parser: argparse.ArgumentParser) -> None:
    del parser


def run(args: argparse.Namespace) -> int:
    del args
    settings = load(os.environ)
    opening = partial(open_installation, settings, purpose=Purpose.WORK)
    sys.stdout.write(Counted(lambda: place_of(settings, datetime.now(UTC), opening)).page())
    return 0
