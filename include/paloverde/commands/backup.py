"""Back up the databases and PALOVERDE_HOME into one encrypted file, list the backups, put one back."""

from __future__ import annotations

import argparse
import os
import sys
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError

from paloverde.errors import BadSetting, PaloverdeError
from paloverde.installation import backups
from paloverde.settings import Settings, load
from paloverde.wording import some, zoned_moment

_AGAIN_SECONDS = 900  # after a backup that failed


def arguments(parser: argparse.ArgumentParser) -> None:
    actions = parser.add_subparsers(dest="action", required=True)
    make = actions.add_parser("make", help="write one backup; take the oldest ones away")
    make.add_argument("--to", type=Path, required=True, metavar="FOLDER", help="where backups lie")
    make.add_argument(
        "--recipient-file", type=Path, required=True, help="file with the public key (age1...) of the backups"
    )
    _airflows(make)
    make.add_argument("--keep", type=_whole, default=30, help="how many backups stay (default 30)")
    make.add_argument("--every-hours", type=_whole, help="go on for ever, one backup every so many hours")
    listing = actions.add_parser("list", help="list the backups; exit status 1 where the newest is too old")
    listing.add_argument(
        "--from", dest="folder", type=Path, required=True, metavar="FOLDER", help="where they lie"
    )
    listing.add_argument("--at-most-hours", type=_whole, help="how old the newest may be")
    restore = actions.add_parser("restore", help="put a backup back into empty databases and an empty home")
    restore.add_argument("file", type=Path, help="the backup")
    restore.add_argument("--key-file", type=Path, required=True, help="the key that opens it, from the safe")
    _airflows(restore)


def _airflows(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--also-database-file",
        type=Path,
        help="file with the address of Airflow's database, which goes too",
    )


def run(args: argparse.Namespace) -> int:
    if args.action == "list":
        return _list(args.folder, args.at_most_hours)
    settings = load(os.environ)
    databases = {"paloverde": settings.database}
    if args.also_database_file:
        databases["airflow"] = _url(args.also_database_file)
    if args.action == "restore":
        for told in backups.restore(settings, databases, args.file, args.key_file):
            print(f"Put back: {told}.")
        print("Now run `paloverde rebuild`: it brings in what the store has and the backup is too old for.")
        return 0
    while args.every_hours:
        _rest(_next(settings, databases, args))
    _make(settings, databases, args)
    return 0


def _next(settings: Settings, databases: backups.Databases, args: argparse.Namespace) -> float:
    """Make a backup where one is due; the seconds until it is worth another look."""
    every = timedelta(hours=args.every_hours)
    names = [path.name for path in backups.listed(args.to)]
    try:
        if backups.is_late(names, datetime.now(UTC), every):
            _make(settings, databases, args)
    except PaloverdeError as error:
        print(f"paloverde: No backup was made: {error}", file=sys.stderr, flush=True)
        return _AGAIN_SECONDS
    return 60.0


def _rest(seconds: float) -> None:
    time.sleep(seconds)


def _make(settings: Settings, databases: backups.Databases, args: argparse.Namespace) -> None:
    recipient = _read(args.recipient_file)
    made = backups.make(settings, databases, recipient, args.to, datetime.now(UTC))
    gone = backups.prune(args.to, args.keep)
    took = f" {some(len(gone), 'old backup')} went." if gone else ""
    print(f"Backed up: {made} ({made.stat().st_size / 1e6:.1f} MB).{took}", flush=True)


def _list(folder: Path, at_most_hours: int | None) -> int:
    found = backups.listed(folder)
    for path in found:
        begun = backups.moment_of(path.name)
        assert begun is not None  # `listed` gives backups alone
        print(f"{path.name}  {zoned_moment(begun)}  {path.stat().st_size / 1e6:.1f} MB")
    if at_most_hours is None:
        return 0
    late = backups.is_late([path.name for path in found], datetime.now(UTC), timedelta(hours=at_most_hours))
    if late:
        print(
            f"paloverde: No backup in {folder} is younger than {some(at_most_hours, 'hour')}: look why "
            "`paloverde backup make` writes none.",
            file=sys.stderr,
        )
    return int(late)


def _url(file: Path) -> URL:
    try:
        return make_url(_read(file))
    except ArgumentError:
        raise BadSetting(
            f"{file} holds no address of a database: write it as in docs/guide/installing.md."
        ) from None


def _read(file: Path) -> str:
    text = file.read_text(encoding="utf-8").strip()
    if not text:
        raise BadSetting(f"{file} is empty: python3 ops/make_secrets.py writes it.")
    return text


def _whole(text: str) -> int:
    if not text.isdecimal() or not 1 <= int(text) <= 100_000:
        raise argparse.ArgumentTypeError(f"{text!r} is no number from 1 to 100000")
    return int(text)
