"""The same on a server that enforces locks: nothing goes before they end, whatever our own clock says.

A lock of two years cannot be waited for. `Brief` stands before the real store and asks for every lock with an
end some seconds away; the server keeps these as it keeps any, and everything else is the product's own way.
"""

from __future__ import annotations

import json
import time
import urllib.request
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import msgspec
import pytest

from disposing import FIRST, NOW, QUIET, SCHEDULE, Later, apis, environment, versions_in
from paloverde.archive.seal import Role
from paloverde.archive.store.interface import Body, Store, Stored
from paloverde.errors import BadSetting
from paloverde.installation import Installation, open_installation
from paloverde.records import Account
from paloverde.retention.disposition import carry_out
from paloverde.retention.schedule import file_schedule
from paloverde.settings import load
from paloverde.simulator.server import RunningSites, start
from paloverde.simulator.sites import build
from stores import NO_SERVER, Place, bucket_at, find_s3

ONE = "nextdoor-cityofpalmaria"
SECONDS = 45.0
pytestmark = [pytest.mark.s3, pytest.mark.slow]


class Brief:
    """The real store; every lock that is asked for ends at one near moment."""

    def __init__(self, store: Store, until: datetime) -> None:
        self._store, self._until = store, until

    def __getattr__(self, name: str) -> Any:
        return getattr(self._store, name)

    def put(self, key: str, body: Body, *, locked_until: datetime | None, sha256: str | None = None) -> Stored:
        until = max(self._until, datetime.now(UTC) + timedelta(seconds=5)) if locked_until else None
        return self._store.put(key, body, locked_until=until, sha256=sha256)

    def extend(self, stored: Stored, locked_until: datetime) -> None:
        self._store.extend(stored, min(locked_until, max(self._until, datetime.now(UTC) + timedelta(seconds=5))))


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
        self.home, self.now, self.places, self.sites = home, NOW, places, sites
        self.until = datetime.now(UTC) + timedelta(seconds=SECONDS)
        self.city = self._open()

    def _open(self) -> Installation:
        first, second = self.places
        given = environment(self.home) | apis(self.sites.url)
        given |= {"PALOVERDE_STORE": first.url, "PALOVERDE_SECOND_STORE": second.url}
        names = {"ENDPOINT": "endpoint", "ACCESS_KEY": "access_key", "SECRET_KEY": "secret_key"}
        for name, key in names.items():
            given |= {f"PALOVERDE_S3_{name}": first.keys[key], f"PALOVERDE_SECOND_S3_{name}": second.keys[key]}
            if name != "ENDPOINT":
                given[f"PALOVERDE_DESTROY_S3_{name}"] = first.keys[key]
                given[f"PALOVERDE_SECOND_DESTROY_S3_{name}"] = second.keys[key]
        city = open_installation(load(given), lambda: self.now)
        assert city.vault.second is not None
        brief: Any = Brief(city.vault.store, self.until)
        other: Any = Brief(city.vault.second, self.until)
        return Installation(city.settings, msgspec.structs.replace(city.vault, store=brief, second=other))


    def fill(self) -> None:
        """Nights of one site; some comments are deleted after the first."""
        (known,) = [one for one in self.sites.accounts() if one["slug"] == ONE]
        account = Account(ONE, known["platform"], known["native_id"], known["handle"])
        self.city.register_account(account)
        self.city.archive_night(ONE, FIRST, known["token"])
        rows = [row for row in self.rows(Role.RECORDS) if row["kind"] == "comment"]
        for row in rows[:3]:
            wish = {"site": "nextdoor", "do": "delete", "item": row["native_id"], "by": "city"}
            asked = urllib.request.Request(f"{self.sites.url}/_sim/events", json.dumps(wish).encode())
            urllib.request.urlopen(asked).close()
        for days in (1, 2):
            day = FIRST + timedelta(days=days)
            self.city.archive_night(ONE, day, known["token"])
            self.city.check_removals(ONE, day, known["token"], at_most=50)
        file_schedule(self.city.cabinet, SCHEDULE, "ana")
        self.city.copies.copy()


def test_the_server_s_locks_are_waited_for_and_then_every_version_is_gone(
    tmp_path: Path, places: tuple[Place, Place]
) -> None:
    with start(build(7, NOW, scale=0.05)) as sites:
        later = OnServer(tmp_path, places, sites)
        later.fill()
    later.now = NOW + timedelta(days=3 * 366)
    order = later.order(ONE)
    wanted, held = later.wanted(order), [versions_in(store) for store in later.stores]
    certificate = carry_out(later.office, order, "ana", QUIET)
    assert certificate.items == 0
    assert certificate.kept
