"""Where the faults are played: a fresh bucket or directory, and a fresh database, for each case."""

from __future__ import annotations

import shutil
import tempfile
import uuid
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from paloverde.archive.store import make_bucket
from paloverde.archive.store.s3 import connect
from postgres import PostgreSQL, programs
from stores import Place, empty

SQLITE, POSTGRESQL = "SQLite", "PostgreSQL"


@contextmanager
def fresh_bucket(access: dict[str, str]) -> Iterator[Place]:
    """A bucket with Object Lock for one case, emptied after it (its locks are GOVERNANCE locks).

    Not under the name of the tests' own buckets: those are cleared away while a long run still needs its own.
    """
    keys = {part: access[part] for part in ("endpoint", "access_key", "secret_key")}
    place = Place("faults", f"s3://paloverde-faults-{uuid.uuid4().hex[:12]}", keys)
    make_bucket(place.url, **keys)
    try:
        yield place
    finally:
        client = connect(
            keys["endpoint"], region=None, access_key=keys["access_key"], secret_key=keys["secret_key"]
        )
        empty(client, place.url.removeprefix("s3://"))


@contextmanager
def fresh_home() -> Iterator[Path]:
    """A folder of one case: home of the installation, mirror of its bucket."""
    folder = Path(tempfile.mkdtemp(prefix="paloverde-faults-"))
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def postgresql() -> Iterator[PostgreSQL | None]:
    """A server of our own; None where PostgreSQL is not installed."""
    if programs() is None:
        yield None
        return
    folder = Path(tempfile.mkdtemp(prefix="pg-"))  # short: a socket's path may have 107 characters
    server = PostgreSQL(folder)
    try:
        server.start()
        yield server
    finally:
        server.stop()
        shutil.rmtree(folder)


@contextmanager
def fresh_database(server: PostgreSQL | None) -> Iterator[str | None]:
    """The address of an empty database on that server, dropped afterwards; None is SQLite in the home."""
    if server is None:
        yield None
        return
    url = server.make_database()
    try:
        yield url
    finally:
        with suppress(Exception):  # a killed client's session may still be ending
            server.execute(f'DROP DATABASE "{url.rpartition("/")[2].partition("?")[0]}" WITH (FORCE)')
