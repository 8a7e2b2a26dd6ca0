"""Tell the place that PALOVERDE_LINEAGE names (a file, or a server of OpenLineage events) what was read and
written since the last time, from capture to bundle. The DAG `alerts` does so every quarter of an hour.
"""

from __future__ import annotations

import argparse

from paloverde.commands.office import opened
from paloverde.lineage.telling import tell


def arguments(parser: argparse.ArgumentParser) -> None:
    del parser


def run(args: argparse.Namespace) -> int:
    del args
    print(tell(opened()).sentence())
    return 0
