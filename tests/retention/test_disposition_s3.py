"""The same on a server that enforces locks: nothing goes before they end, whatever our own clock says.

A lock of two years cannot be waited for. `Brief` stands before the real store and asks for every lock with an
end some seconds away; the server keeps these as it keeps any, and everything else is the product's own way.
"""

from __future__ import annotations

import gzip
import io
import json
import time
import urllib.request
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import msgspec
import pyarrow.parquet as pq
import pytest
from disposing import (
    FIRST,
    QUIET,
    SCHEDULE,
    Later,
    apis,
    cells,
    environment,
    item_of,
    led_astray,
    versions_in,
    words_of,
)
from sqlalchemy import event, select

from paloverde.archive.agreement import fingerprint
from paloverde.archive.seal import Role
from paloverde.archive.store.interface import Body, Store, Stored
from paloverde.archive.store.s3 import connect
from paloverde.errors import BadSetting, PersonNeeded
from paloverde.installation import Installation, open_installation
from paloverde.records import Account
from paloverde.retention.disposition import carry_out
from paloverde.retention.hold_scope import Scope
from paloverde.retention.holds import By, Trigger
from paloverde.retention.schedule import file_schedule
from paloverde.settings import load
from paloverde.simulator.server import RunningSites, start
from paloverde.simulator.sites import build
from paloverde.state.tables import PARTS
from stores import NO_SERVER, Place, bucket_at, find_s3

ONE = "nextdoor-cityofpalmaria"
COUNSEL = By("Cleo Ruiz", "counsel", "this test")
BRIEFLY = timedelta(seconds=4)
SECONDS = 30.0
pytestmark = [pytest.mark.s3, pytest.mark.slow]


class Brief:
    """The real store; every lock that is asked for ends in a few seconds."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def __getattr__(self, name: str) -> Any:
        return getattr(self._store, name)

    def put(
        self, key: str, body: Body, *, locked_until: datetime | None, sha256: str | None = None
    ) -> Stored:
        until = None if locked_until is None else datetime.now(UTC) + BRIEFLY
        return self._store.put(key, body, locked_until=until, sha256=sha256)

    def extend(self, stored: Stored, locked_until: datetime) -> None:
        self._store.extend(stored, min(locked_until, datetime.now(UTC) + BRIEFLY))


@pytest.fixture
def places() -> Iterator[tuple[Place, Place]]:
    access = find_s3()
    if access is None:
        pytest.skip(NO_SERVER)
    with bucket_at("first", access) as first, bucket_at("second", access) as second:
        yield first, second


class OnServer(Later):
    """A city of one site in two buckets."""

    def __init__(self, home: Path, places: tuple[Place, Place], sites: RunningSites) -> None:
        self.home, self.now, self.places, self.sites = home, datetime.now(UTC), places, sites
        self.city = self._open()

    def _open(self) -> Installation:
        first, second = self.places
        given = environment(self.home) | apis(self.sites.url)
        given |= {"PALOVERDE_STORE": first.url, "PALOVERDE_SECOND_STORE": second.url}
        names = {"ENDPOINT": "endpoint", "ACCESS_KEY": "access_key", "SECRET_KEY": "secret_key"}
        for name, key in names.items():
            given |= {
                f"PALOVERDE_S3_{name}": first.keys[key],
                f"PALOVERDE_SECOND_S3_{name}": second.keys[key],
            }
            if name != "ENDPOINT":
                given[f"PALOVERDE_DESTROY_S3_{name}"] = first.keys[key]
                given[f"PALOVERDE_SECOND_DESTROY_S3_{name}"] = second.keys[key]
        city = open_installation(load(given), lambda: self.now)
        assert city.vault.second is not None
        brief: Any = Brief(city.vault.store)
        other: Any = Brief(city.vault.second)
        return Installation(city.settings, msgspec.structs.replace(city.vault, store=brief, second=other))

    def keep_until(self, stored: Stored, until: datetime) -> None:
        """A longer lock in the first bucket, past the store that shortens them."""
        self.places[0].store().extend(stored, until)

    def fill(self) -> None:
        """Nights of one site; some comments are deleted after the first."""
        (known,) = [one for one in self.sites.accounts() if one["slug"] == ONE]
        account = Account(ONE, known["platform"], known["native_id"], known["handle"])
        self.city.register_account(account)
        self.city.archive_night(ONE, FIRST, known["token"])
        with urllib.request.urlopen(f"{self.sites.url}/_sim/truth?account={ONE}") as answer:
            truth = json.load(answer)[ONE]
        own = {one["id"] for one in truth if one["kind"] == "post" and one["stream"] == "own"}
        spoken = [one["id"] for one in truth if one["kind"] == "comment" and one["root"] in own]
        for item in spoken[:3]:
            wish = {"site": "nextdoor", "do": "delete", "item": item, "by": "city"}
            asked = urllib.request.Request(f"{self.sites.url}/_sim/events", json.dumps(wish).encode())
            urllib.request.urlopen(asked).close()
        for days in (1, 2):
            self.now += timedelta(seconds=5)  # what is missed was seen before this night began
            day = FIRST + timedelta(days=days)
            self.city.archive_night(ONE, day, known["token"])
            self.city.check_removals(ONE, day, known["token"], at_most=50)
        file_schedule(self.city.cabinet, SCHEDULE, "ana")
        self.city.copies.copy()


def test_the_server_s_locks_are_waited_for_and_then_every_version_is_gone(
    tmp_path: Path, places: tuple[Place, Place]
) -> None:
    with start(build(7, datetime.now(UTC), scale=0.05)) as sites:
        later = OnServer(tmp_path, places, sites)
        later.fill()
    later.now += timedelta(days=3 * 366)
    order = later.order(ONE)
    wanted, held = later.wanted(order), [versions_in(store) for store in later.stores]
    sealed = later.city.archive.parts(Role.EXCHANGES, [ONE])[0]
    until = datetime.now(UTC) + timedelta(seconds=SECONDS)
    later.keep_until(sealed.part.stored, until)
    # By our own clock everything is free; by the server's it is not, and nothing asks it to look away.
    with pytest.raises(BadSetting, match="does not allow this"):
        carry_out(later.office, order, "ana", QUIET)
    assert sealed.part.stored in versions_in(later.stores[0])
    time.sleep(max(0.0, (until - datetime.now(UTC)).total_seconds() + 1))
    certificate = carry_out(later.office, order, "ana", QUIET)
    assert certificate.items == len(wanted) > 0
    gone = {(one.key, end.version_id) for one in certificate.objects for end in one.gone}
    keys = {key for key, _ in gone}
    for store, before in zip(later.stores, held, strict=True):
        now = versions_in(store)
        assert not keys & {one.key for one in now}
        assert {one for one in before if one.key not in keys} <= now
    assert {item_of(row) for row in later.rows()}.isdisjoint(wanted)
    assert led_astray(later.city, later.rows()) == []


class Killed(BaseException):
    """The process dies here."""


def test_a_hold_brings_back_from_the_server_what_is_sealed_and_not_deleted(
    tmp_path: Path, places: tuple[Place, Place]
) -> None:
    """One raw answer is deleted from both buckets when the process dies."""
    with start(build(7, datetime.now(UTC), scale=0.05)) as sites:
        later = OnServer(tmp_path, places, sites)
        later.fill()
    later.now += timedelta(days=3 * 366)
    order = later.order(ONE)
    wanted, rows = later.wanted(order), sorted(map(repr, later.rows()))
    time.sleep(BRIEFLY.total_seconds() + 1)
    books = later.city.vault.books

    def die(connection: Any, cursor: Any, statement: str, *_: Any) -> None:
        if statement.startswith("DELETE FROM copies"):
            raise Killed

    event.listen(books, "before_cursor_execute", die)
    with pytest.raises(Killed):
        carry_out(later.office, order, "ana", QUIET)
    event.remove(books, "before_cursor_execute", die)
    held = min(wanted)
    issued = later.city.holds.issue(
        "LIT-1", "Ruiz v. City", Scope(items=("/".join(held),)), Trigger.CLAIM, COUNSEL
    )
    assert issued.gathered.items == 1
    assert issued.marked.bearing == issued.marked.objects > 0
    assert issued.marked.copies_bearing == issued.marked.copies == issued.marked.objects
    assert sorted(map(repr, later.rows())) == rows
    with pytest.raises(PersonNeeded, match="was undone because of the hold LIT-1"):
        carry_out(later.office, order, "ana", QUIET)
    before = fingerprint(books)
    assert later.city.rebuild(QUIET).missing == []
    assert fingerprint(books) == before
    assert sorted(map(repr, later.rows())) == rows
    named = later.city.archive.parts_where(select(PARTS).where(PARTS.c.account == ONE))
    for sealed in named:
        later.stores[0].check(sealed.part.stored)


def damage(place: Place, stored: Stored, body: bytes) -> None:
    """Newer bytes under the key of an object, as whoever has the archive's keys could write them."""
    keys = place.keys
    client = connect(
        keys["endpoint"], region=None, access_key=keys["access_key"], secret_key=keys["secret_key"]
    )
    bucket = place.url.removeprefix("s3://")
    client.put_object(Bucket=bucket, Key=stored.key, Body=body)


def test_damaged_versions_before_and_after_the_whole_one_go_too(
    tmp_path: Path, places: tuple[Place, Place]
) -> None:
    with start(build(7, datetime.now(UTC), scale=0.05)) as sites:
        later = OnServer(tmp_path, places, sites)
        later.fill()
    parts = [sealed.part.stored for sealed in later.city.archive.parts(Role.RECORDS, [ONE])]
    for place, store in zip(places, later.stores, strict=True):
        for stored in parts:
            whole = store.find(stored.key)
            assert whole is not None
            body = store.get(whole)
            damage(place, stored, body + b"damage")
            store.restore(stored.key, body, locked_until=None, legal_hold=False)
            damage(place, stored, body + b"damage again")
    later.now += timedelta(days=3 * 366)
    order = later.order(ONE)
    going = [row for row in later.rows() if item_of(row) in later.wanted(order)]
    time.sleep(BRIEFLY.total_seconds() + 1)
    certificate = carry_out(later.office, order, "ana", QUIET)
    gone = {one.key: one for one in certificate.objects}
    touched = [stored.key for stored in parts if stored.key in gone]
    assert touched
    assert all(len(gone[key].gone) == 2 * 4 for key in touched)
    words = words_of(going) - words_of(later.rows())
    assert words
    for store in later.stores:
        assert not gone.keys() & {one.key for one in versions_in(store)}
        held = b"\0".join(raw_bytes(store))
        assert [word for word in words if word.encode() in held] == []


def raw_bytes(store: Store) -> Iterator[bytes]:
    """What every version of every object holds that may hold content; a report that lay open is a paper."""
    for stored in store.walk(""):
        body = store.get(stored)
        if stored.key.startswith("papers/order-files/"):
            continue
        if body.startswith(b"PAR1") and body.endswith(b"PAR1"):
            for row in pq.read_table(io.BytesIO(body)).to_pylist():
                yield b"\0".join(cells(row))
        elif body.startswith(b"\x1f\x8b"):
            yield gzip.decompress(body)
        else:
            yield body
