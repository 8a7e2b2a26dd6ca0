"""Every store present, one fixture. The ids of the tests say on which store each ran."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from moto.server import ThreadedMotoServer

from stores import NO_SERVER, Place, bucket_at, find_s3

STORES = ("directory", pytest.param("s3", marks=pytest.mark.s3), "moto")


@pytest.fixture(scope="session")
def s3_place() -> Iterator[Place]:
    """A bucket on the S3 server that enforces locks."""
    access = find_s3()
    if access is None:
        pytest.skip(NO_SERVER)
    with bucket_at("s3", access) as place:
        yield place


@pytest.fixture(scope="session")
def moto_place() -> Iterator[Place]:
    """A bucket on moto, which answers like S3 and enforces little of the locks."""
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    access = {"endpoint": f"http://{host}:{port}", "access_key": "moto", "secret_key": "moto"}
    with bucket_at("moto", access) as place:
        yield place
    server.stop()


@pytest.fixture
def directory_place(tmp_path: Path) -> Place:
    return Place("directory", f"file://{tmp_path}/store")


@pytest.fixture(params=STORES)
def place(request: pytest.FixtureRequest) -> Place:
    found: Place = request.getfixturevalue(f"{request.param}_place")
    return found
