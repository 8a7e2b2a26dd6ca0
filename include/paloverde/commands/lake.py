"""Publish the archive's Parquet files as Iceberg tables, for Spark, Trino, Athena and others: metadata only.
No record is copied, the metadata can be thrown away at any time, and no search of Paloverde needs it.
"""

from __future__ import annotations

import argparse
import os

from paloverde.commands.office import opened
from paloverde.installation import Purpose
from paloverde.installation.lake import Lake
from paloverde.settings import load


def arguments(parser: argparse.ArgumentParser) -> None:
    commands = parser.add_subparsers(dest="action", metavar="ACTION", required=True)
    publish = commands.add_parser(
        "publish", help="add what was sealed since, and take out what stands no longer"
    )
    publish.add_argument("--anew", action="store_true", help="make every table from nothing")
    publish.add_argument("--quiet", action="store_true", help="say only the result")
    commands.add_parser("status", help="say which sealed runs each table holds, and where its metadata lies")


def run(args: argparse.Namespace) -> int:
    lake = Lake(load(os.environ), opened(Purpose.READ).archive)
    if args.action == "status":
        print(*lake.status(), sep="\n")
        return 0
    say = (lambda _: None) if args.quiet else print
    for table in lake.publish(say, anew=args.anew):
        print(table.sentence())
    return 0
