"""Where the faults are played: a fresh bucket or directory, and a fresh database, for each case."""

from __future__ import annotations

import shutil
import tempfile
import uuid
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from paloverde.archive.store import make_bucket
from paloverde.archive.store.s3 import connect
from postgres import PostgreSQL, programs
from stores import Place

SQLITE, POSTGRESQL = "SQLite", "PostgreSQL"
AT_ONCE = 8  # requests of the audit and of the clearing away


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
        client, bucket = quick_client(place), place.url.removeprefix("s3://")
        take_out(client, bucket, keep=frozenset())
        with suppress(client.exceptions.ClientError):  # of a process that died only now
            client.delete_bucket(Bucket=bucket)


def quick_client(place: Place) -> Any:
    """A client that opens a connection for each request.

    A server that does not turn off Nagle's algorithm answers on a kept one 40 ms later, for as long as Linux waits
    with the acknowledgment of the answer's head.
    """
    keys = place.keys
    client = connect(
        keys["endpoint"], region=None, access_key=keys["access_key"], secret_key=keys["secret_key"]
    )

    def close(request: Any, **_: Any) -> None:
        request.headers["Connection"] = "close"

    client.meta.events.register("before-send.s3", close)
    return client


def take_out(client: Any, bucket: str, *, keep: frozenset[tuple[str, str]]) -> None:
    """Takes every version out of a bucket but those to `keep`, under whatever GOVERNANCE lock."""

    def delete(which: dict[str, str]) -> None:
        with suppress(client.exceptions.NoSuchKey):
            client.delete_object(Bucket=bucket, **which, BypassGovernanceRetention=True)

    with ThreadPoolExecutor(AT_ONCE) as pool:
        for page in client.get_paginator("list_object_versions").paginate(Bucket=bucket):
            there = page.get("Versions", []) + page.get("DeleteMarkers", [])
            found = {(one["Key"], one["VersionId"]) for one in there} - keep
            list(pool.map(delete, [{"Key": key, "VersionId": id_} for key, id_ in found]))


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
        drop(server, url)


def copy_of(server: PostgreSQL, url: str) -> str:
    """The address of a new database with all that is in another one, which nobody may be using."""
    name = f"c{uuid.uuid4().hex}"
    server.execute(f'CREATE DATABASE "{name}" TEMPLATE "{_name(url)}"')
    return server.url(name)


def drop(server: PostgreSQL, url: str) -> None:
    server.execute(f'DROP DATABASE "{_name(url)}" WITH (FORCE)')


def _name(url: str) -> str:
    return url.partition("?")[0].rpartition("/")[2]
