"""`paloverde store make`: a bucket with locks and closed to strangers, or a sentence that says what is wrong."""

from __future__ import annotations

import json
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import stores
from paloverde.archive.store.s3 import connect
from paloverde.cli import main

pytestmark = pytest.mark.s3


@pytest.fixture
def access() -> dict[str, str]:
    found = stores.find_s3()
    if found is None:
        pytest.skip(stores.NO_SERVER)
    return found


@pytest.fixture
def client(access: dict[str, str]) -> Any:
    return connect(
        access["endpoint"], region=None, access_key=access["access_key"], secret_key=access["secret_key"]
    )


@pytest.fixture
def bucket(
    access: dict[str, str], client: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[str]:
    """The name of a bucket that is not there yet, and that the environment's settings name."""
    name = f"{stores.TEST_BUCKETS}{uuid.uuid4().hex[:12]}"
    monkeypatch.setenv("PALOVERDE_HOME", str(tmp_path))
    monkeypatch.setenv("PALOVERDE_STORE", f"s3://{name}")
    monkeypatch.setenv("PALOVERDE_S3_ENDPOINT", access["endpoint"])
    monkeypatch.setenv("PALOVERDE_S3_ACCESS_KEY", access["access_key"])
    monkeypatch.setenv("PALOVERDE_S3_SECRET_KEY", access["secret_key"])
    yield name
    stores.empty(client, name)


def test_it_makes_the_bucket_once_and_leaves_it_as_it_is(
    bucket: str, client: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["store", "make"]) == 0
    assert capsys.readouterr().out == (
        f"The bucket s3://{bucket} was made: versions and Object Lock are on, and strangers are refused.\n"
    )
    client.put_object(Bucket=bucket, Key="note", Body=b"x")
    assert main(["store", "make"]) == 0
    assert "was there already" in capsys.readouterr().out
    assert client.get_object(Bucket=bucket, Key="note")["Body"].read() == b"x"


def test_it_makes_the_second_copys_bucket_too(
    bucket: str, access: dict[str, str], client: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    second = f"{bucket}-second"
    monkeypatch.setenv("PALOVERDE_SECOND_STORE", f"s3://{second}")
    monkeypatch.setenv("PALOVERDE_SECOND_S3_ENDPOINT", access["endpoint"])
    monkeypatch.setenv("PALOVERDE_SECOND_S3_ACCESS_KEY", access["access_key"])
    monkeypatch.setenv("PALOVERDE_SECOND_S3_SECRET_KEY", access["secret_key"])
    assert main(["store", "make"]) == 0
    lock = client.get_object_lock_configuration(Bucket=second)["ObjectLockConfiguration"]
    assert lock["ObjectLockEnabled"] == "Enabled"
    stores.empty(client, second)


def test_it_refuses_a_bucket_that_was_made_without_locks(
    bucket: str, client: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    client.create_bucket(Bucket=bucket)
    assert main(["store", "make"]) == 1
    assert "Object Lock" in capsys.readouterr().err


def test_it_refuses_a_bucket_that_strangers_can_read(
    bucket: str, client: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["store", "make"]) == 0
    everybody = {"Effect": "Allow", "Principal": "*", "Action": ["s3:ListBucket"]}
    statement = [everybody | {"Resource": [f"arn:aws:s3:::{bucket}"]}]
    client.put_bucket_policy(
        Bucket=bucket, Policy=json.dumps({"Version": "2012-10-17", "Statement": statement})
    )
    assert main(["store", "make"]) == 1
    assert "shows its contents to strangers" in capsys.readouterr().err
