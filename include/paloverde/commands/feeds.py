"""Ask for the feeds of the City's own blogs and newsrooms, and take in what is new, as the DAG `policy_watch`
does each day. A feed is an account of another site whose id is the feed's address, at a name of the City's.
"""

from __future__ import annotations

import argparse
import sys

from paloverde.commands.asking import actor
from paloverde.commands.office import opened


def arguments(parser: argparse.ArgumentParser) -> None:
    del parser


def run(_: argparse.Namespace) -> int:
    done = opened().read_feeds(actor(), lambda line: print(line, file=sys.stderr))
    print(done.sentence())
    done.settle()
    return 0
