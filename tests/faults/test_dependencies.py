"""What a night depends on is taken away, for real; then it comes back: nothing is lost, nothing is there twice, and
whoever reads the error knows what to do. docs/reference/dependencies.md is the table of it.

A killed worker is played in test_faults_in_short.py (a night killed at any moment, on a directory and on S3), and in
tests/ops/test_compose_proof.py (every process of an installation killed once during a city's night).
"""

from __future__ import annotations

import os
import re
import signal
import time
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random
from typing import Any

import certifi
import pytest
from sqlalchemy import Engine, event

from faults import apart, dependent
from faults.city import FaultyCity
from faults.gate import Authority, Gate, gate_to
from faults.httpproxy import SLOW, STUCK, proxy_to
from faults.places import fresh_bucket, fresh_home
from paloverde.archive.seal import Role
from paloverde.errors import Suspicious
from paloverde.records import archive_day
from plaza import PlazaSite, plaza
from plazacity import City
from postgres import PostgreSQL
from stores import NO_SERVER, ROOT, find_s3

NAME = "plaza.palmaria.example"
TODAY = archive_day(datetime.now(UTC))
# Forking is what some of these do, from threads that pyarrow keeps and that hold nothing a child needs.
pytestmark = pytest.mark.filterwarnings("ignore:This process:DeprecationWarning")
with_mounts = pytest.mark.skipif(not apart.is_possible(), reason=apart.NOT_ALLOWED)


@pytest.fixture
def site() -> Iterator[PlazaSite]:
    with plaza() as running:
        for number in range(4):
            running.post(f"p{number}", f"The pool opens at {number + 8}.")
            for other in range(5):
                running.comment(f"p{number}", f"c{number}{other}", f"Until when? ({other})")
        yield running


@pytest.fixture
def authority(tmp_path: Path) -> Authority:
    return Authority(tmp_path, NAME)


@pytest.fixture
def gate(site: PlazaSite, authority: Authority) -> Iterator[Gate]:
    with gate_to(site.url, authority.certificate(in_days(5))) as running:
        yield running


def in_days(days: float) -> datetime:
    return datetime.now(UTC) + timedelta(days=days)


def assert_whole(home: Path, site: PlazaSite) -> None:
    """All that the site has is kept, each of it once, and no gap is open."""
    city = City(home, site)
    kept = Counter(
        row["native_id"]
        for sealed in city.archive.parts(Role.RECORDS)
        for row in city.archive.table(sealed.part).to_pylist()
    )
    there = [*site.posts, *(id_ for found in site.comments.values() for id_ in found)]
    assert kept == Counter(there)
    assert city.gaps() == []


# The database.


def stopping(server: PostgreSQL, at: str, how: signal.Signals) -> Callable[[Engine], None]:
    """Stops the server when the night begins its first statement that begins so."""

    def stop(_c: Any, _u: Any, statement: str, *_: Any) -> None:
        lock = server.folder / "data" / "postmaster.pid"
        if statement.startswith(at) and lock.exists():
            os.kill(int(lock.read_text().splitlines()[0]), how)
            until = time.monotonic() + 20
            while lock.exists() and time.monotonic() < until:
                time.sleep(0.02)

    return lambda engine: event.listen(engine, "before_cursor_execute", stop)


@pytest.mark.slow
@pytest.mark.parametrize("at", ["SELECT items", "INSERT INTO runs", "UPDATE runs"])
@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGQUIT], ids=["an administrator", "at once"])
def test_a_database_that_is_stopped_in_the_middle_of_a_night_loses_nothing(
    postgres: PostgreSQL, at: str, how: signal.Signals
) -> None:
    with fresh_home() as home:
        city = FaultyCity(home, None, postgres.make_database())
        city.first_night()
        city.a_day()
        city.installation.vault.books.dispose()
        city.prepare = stopping(postgres, at, how)
        ended = city.night_in_a_process(lambda _: None)
        city.prepare = lambda _: None
        postgres.stop()
        postgres.start()
        city.again()
        assert city.close_audit() == []
        city.close()
    assert (ended.raised, ended.foreign) == ("Unreachable", False), ended
    assert "Check that it runs" in ended.words
    assert "run the same again: what is sealed stays sealed" in ended.words


# The store.


@pytest.mark.s3
@pytest.mark.slow
@pytest.mark.parametrize("fault", [SLOW, STUCK])
def test_a_slow_store_delays_a_night_and_one_that_is_too_slow_loses_nothing(fault: str) -> None:
    access = find_s3()
    if access is None:
        pytest.skip(NO_SERVER)
    with proxy_to(access["endpoint"]) as way, fresh_home() as home, fresh_bucket(access) as place:
        city = FaultyCity(home, place.behind(way.endpoint), audited=place)
        city.first_night()
        city.a_day()
        begun = time.monotonic()
        ended = city.night_in_a_process(lambda pid: way.arm(12, fault, pid))
        took, told = time.monotonic() - begun, way.told()
        way.arm()
        city.again()
        breaks = city.close_audit()
        surplus = city.mirror.surplus if city.mirror else 0
        city.close()
    assert told["struck"]
    assert breaks == []
    assert surplus == 0
    assert not ended.foreign
    if fault == SLOW:
        assert (ended.raised, took > 2) == ("", True), ended
    else:
        assert ended.raised == "Unreachable"
        assert "check that it runs and try again" in ended.words


# The disk.


ROOM = ["0", "4096", "20000", "60000", "120000", "180000", "220000", "240000", "260000", "280000"]  # bytes
OF_THE_STORE = "nothing was written; make room, then try again"
OF_THE_DATABASE = "Check that it runs, that its disk is not full"


@with_mounts
@pytest.mark.slow
@pytest.mark.parametrize(
    ("database", "said"), [("small", {OF_THE_DATABASE}), ("roomy", {OF_THE_STORE})], ids=["both", "archive"]
)
def test_a_full_disk_under_archive_or_database_loses_nothing(
    tmp_path: Path, database: str, said: set[str]
) -> None:
    small = tmp_path / "small"
    small.mkdir()
    (tmp_path / "roomy").mkdir()
    given = str(small), str(tmp_path / database / "state.db"), *ROOM
    told = apart.run("faults.fulldisk", *given, mounts=[apart.disk(small, "24m")])
    assert told["breaks"] == []
    assert told["runs"] > len(ROOM)
    ended = [(raised, words) for raised, words, wrong in told["endings"] if raised or wrong]
    assert {raised for raised, _ in ended} == {"Unreachable"}
    found = {one for _, words in ended for one in (OF_THE_STORE, OF_THE_DATABASE) if one in words}
    assert found >= said, ended
    assert all(OF_THE_STORE in words or OF_THE_DATABASE in words for _, words in ended), ended


@with_mounts
def test_a_full_disk_under_the_files_of_a_run_loses_nothing(tmp_path: Path, site: PlazaSite) -> None:
    chance = Random(3)
    for number in range(8):
        site.comment("p0", f"long{number}", chance.randbytes(60_000).hex())
    small = tmp_path / "small"
    small.mkdir()
    home = tmp_path / "home"
    given = str(home), site.url
    told = apart.run("faults.dependent", *given, mounts=[apart.disk(small, "200k")], TMPDIR=str(small))
    assert told["raised"] == "Unreachable"
    assert "Make room there and run the same night again" in told["words"]
    assert apart.run("faults.dependent", *given)["raised"] == ""
    assert_whole(home, site)


# The clock.


@pytest.mark.parametrize("hours", [-30, -3, 3, 30])
def test_a_clock_that_is_wrong_seals_nothing(tmp_path: Path, site: PlazaSite, hours: int) -> None:
    city = City(tmp_path, site)
    city.skew, city.later = 120, timedelta(hours=hours)
    with pytest.raises(Suspicious, match="clock"):
        city.night(TODAY)
    assert city.archive.parts(Role.RECORDS) == []
    city.later = timedelta()
    assert dependent.night(city)["raised"] == ""
    assert_whole(tmp_path, site)


# The name service and the certificate: a site over TLS, under a name.


class Resolver:
    """What this machine knows of names, as files for a process of its own: a name service that is gone."""

    def __init__(self, folder: Path) -> None:
        nowhere, self._none, self._knows = (folder / name for name in ("resolv.conf", "no-hosts", "hosts"))
        nowhere.write_text("nameserver 127.0.0.1\noptions timeout:1 attempts:1\n")  # nobody answers there
        self._none.write_text("127.0.0.1 localhost\n")
        self._knows.write_text(f"127.0.0.1 localhost {NAME}\n")
        self._gone = apart.instead("/etc/resolv.conf", nowhere)

    def mounts(self, *, knows: bool) -> list[list[str]]:
        return [self._gone, apart.instead("/etc/hosts", self._knows if knows else self._none)]


@with_mounts
def test_a_name_service_that_is_gone_loses_nothing(
    tmp_path: Path, site: PlazaSite, gate: Gate, authority: Authority
) -> None:
    home, names = tmp_path / "home", Resolver(tmp_path)
    trusted = apart.instead(certifi.where(), authority.root)
    given = str(home), f"https://{NAME}:{gate.port}"
    told = apart.run("faults.dependent", *given, mounts=[*names.mounts(knows=False), trusted])
    assert told["raised"] == "Unreachable"
    assert f"{NAME} did not answer properly: its name is not known (DNS)" in told["words"]
    assert "name service of this machine" in told["words"]
    again = apart.run("faults.dependent", *given, mounts=[*names.mounts(knows=True), trusted])
    assert again["raised"] == "", again
    assert_whole(home, site)


@with_mounts
@pytest.mark.parametrize("ended", [in_days(-1), in_days(-300)], ids=["yesterday", "long ago"])
def test_a_certificate_that_has_expired_loses_nothing(
    tmp_path: Path, site: PlazaSite, gate: Gate, authority: Authority, ended: datetime
) -> None:
    home = tmp_path / "home"
    trusted = [apart.instead(certifi.where(), authority.root)]
    given = str(home), f"https://127.0.0.1:{gate.port}"
    gate.show(authority.certificate(ended))
    told = apart.run("faults.dependent", *given, mounts=trusted)
    assert told["raised"] == "Unreachable"
    assert "its certificate has expired" in told["words"]
    assert "clock" in told["words"]
    assert site.asked == []  # no token was sent to whoever shows it
    gate.show(authority.certificate(in_days(5)))
    again = apart.run("faults.dependent", *given, mounts=trusted)
    assert again["raised"] == "", again
    assert_whole(home, site)


# The page.


def test_every_test_that_the_page_names_is_there() -> None:
    page = (ROOT / "docs" / "reference" / "dependencies.md").read_text(encoding="utf-8")
    named = set(re.findall(r"`(test_\w+)`", page))
    folders = (ROOT / "tests" / "faults", ROOT / "tests" / "ops")
    here = "".join(path.read_text(encoding="utf-8") for one in folders for path in one.glob("test_*.py"))
    assert {name for name in named if f"def {name}(" not in here} == set()
    assert len(named) >= 8
