"""The index follows an archive that lies in a bucket as it follows one in a folder."""

from __future__ import annotations

import random
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from moto.server import ThreadedMotoServer
from randomly import ACCOUNTS, City

from paloverde.archive.reader import Archive
from paloverde.archive.seal import Role
from paloverde.errors import Unreachable
from paloverde.search.answer import search
from paloverde.search.conversation import conversations
from paloverde.search.index.asking import Asking
from paloverde.search.index.opening import open_index
from paloverde.search.index.upkeep import coverage, refresh
from paloverde.state.books import open_books
from stores import NO_SERVER, Place, bucket_at, faulty_way, find_s3


@pytest.fixture(params=[pytest.param("s3", marks=pytest.mark.s3), "moto"])
def place(request: pytest.FixtureRequest) -> Iterator[Place]:
    if request.param == "s3":
        access = find_s3()
        if access is None:
            pytest.skip(NO_SERVER)
        with bucket_at("s3", access) as bucket:
            yield bucket
        return
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    keys = {"endpoint": f"http://{host}:{port}", "access_key": "moto", "secret_key": "moto"}
    with bucket_at("moto", keys) as bucket:
        yield bucket
    server.stop()


def city_at(folder: Path, place: Place) -> City:
    city = City(folder, random.Random(3))
    city.archive = Archive(place.store(), open_books(f"sqlite:///{folder / 'state.db'}"))
    return city


def told(archive: Archive, question: str, index: Asking | None) -> list[object]:
    answer = search(archive, question, index=index, include_private=True)
    return [answer.hits, answer.counts, conversations(archive, answer.hits[:3], index=index)[0].said]


def test_it_is_built_kept_and_asked_in_a_bucket(tmp_path: Path, place: Place) -> None:
    """New nights come in, what is destroyed goes out, and each time it says what the sealed records say."""
    city, folder = city_at(tmp_path, place), tmp_path / "index"
    for number in range(3):
        city.grow(1, 12)
        if number:
            city.take_out(city.archive.parts(Role.RECORDS, ACCOUNTS)[0], keeping=number == 1)
        refresh(city.archive, folder, processes=1, largest=40)
        index = open_index(folder)
        assert index is not None
        covered = coverage(city.archive, index)
        assert (covered.missing, covered.gone) == ([], [])
        assert covered.parts == sum(len(city.parts(role)) for role in (Role.RECORDS, Role.REMOVED))
        for question in ("street", "park* OR caf?", "removed:yes"):
            assert told(city.archive, question, Asking(city.archive, index)) == told(
                city.archive, question, None
            )


def test_a_refresh_that_the_bucket_does_not_answer_leaves_the_index_as_it_was(
    tmp_path: Path, place: Place
) -> None:
    city, folder = city_at(tmp_path, place), tmp_path / "index"
    city.grow(1, 12)
    refresh(city.archive, folder, processes=1)
    before = open_index(folder)
    city.night += timedelta(days=1)
    city.grow(1, 12)
    silence = {"GET": [lambda _: None] * 1_000}
    with faulty_way(place.keys["endpoint"], silence) as way, pytest.raises(Unreachable):
        away = Archive(place.behind(way).store(), city.archive.books)
        refresh(away, folder, processes=1)
    after = open_index(folder)
    assert before is not None
    assert after is not None
    assert [one.name for one in after.segments] == [one.name for one in before.segments]
    assert refresh(city.archive, folder, processes=1).added > 0
    assert coverage(city.archive, open_index(folder)).missing == []
