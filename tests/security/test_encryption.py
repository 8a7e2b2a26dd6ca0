"""Encryption by the store: asked with every object, looked at afterwards, refused where it was not done."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import ClientError

from paloverde.archive.probe import probe
from paloverde.archive.store import Store, open_store, open_tamper
from paloverde.archive.store.encryption import Encryption, encryption_of, in_words
from paloverde.archive.store.s3 import connect
from paloverde.errors import BadSetting, PaloverdeError, StoreCannotPromise
from paloverde.settings import load
from stores import NO_SERVER, Answer, Fault, Place, bucket_at, faulty_way, find_s3

KEY = "paloverde-test"  # a key of the server of `make s3` (ops/s3_server.py)
NEXT = "paloverde-test-2"
ASKED = f"SSE-KMS:{KEY}"


class TestWhatIsAsked:
    def test_the_setting_says_it(self) -> None:
        assert encryption_of("none") is None
        assert encryption_of("SSE-S3") == Encryption()
        assert encryption_of("SSE-KMS:city/key") == Encryption("city/key")
        assert [str(Encryption()), str(Encryption("k"))] == ["SSE-S3", "SSE-KMS:k"]

    @pytest.mark.parametrize("text", ["SSE-KMS:", "AES256", "yes"])
    def test_another_word_is_refused(self, text: str) -> None:
        with pytest.raises(BadSetting, match="SSE-KMS"):
            encryption_of(text)
        with pytest.raises(BadSetting, match="PALOVERDE_S3_ENCRYPTION"):
            load({"PALOVERDE_S3_ENCRYPTION": text})

    def test_nothing_is_asked_where_nothing_is_set(self) -> None:
        assert load({}).s3_encryption == "none"

    @pytest.mark.parametrize(
        ("asked", "head", "kept"),
        [
            ("SSE-S3", {"ServerSideEncryption": "AES256"}, True),
            ("SSE-S3", {"ServerSideEncryption": "aws:kms", "SSEKMSKeyId": "k"}, False),
            ("SSE-S3", {}, False),
            ("SSE-KMS:k", {"ServerSideEncryption": "aws:kms", "SSEKMSKeyId": "k"}, True),
            ("SSE-KMS:k", {"ServerSideEncryption": "aws:kms", "SSEKMSKeyId": "arn:aws:kms:x:1:key/k"}, True),
            ("SSE-KMS:k", {"ServerSideEncryption": "aws:kms", "SSEKMSKeyId": "another"}, False),
            ("SSE-KMS:k", {"ServerSideEncryption": "aws:kms"}, False),
            ("SSE-KMS:k", {"ServerSideEncryption": "AES256"}, False),
        ],
    )
    def test_what_an_object_says_is_compared(self, asked: str, head: dict[str, Any], kept: bool) -> None:
        encryption = encryption_of(asked)
        assert encryption is not None
        assert encryption.is_kept(head) is kept
        assert in_words(head).startswith("not ") is (not head)


@pytest.fixture(scope="module")
def place() -> Iterator[Place]:
    access = find_s3()
    if access is None:
        pytest.skip(NO_SERVER)
    with bucket_at("s3", access) as found:
        try:
            client_of(found).put_object(
                Bucket=bucket_of(found),
                Key="probe/key",
                Body=b"k",
                ServerSideEncryption="aws:kms",
                SSEKMSKeyId=KEY,
            )
        except ClientError:
            pytest.skip("this S3 server was started without a key for SSE-KMS (make s3-stop, make s3)")
        yield found


def client_of(place: Place) -> Any:
    return connect(region=None, **place.keys)


def key_of(place: Place, key: str) -> str:
    name: str = client_of(place).head_object(Bucket=bucket_of(place), Key=key)["SSEKMSKeyId"]
    return name


def without_a_word(answer: Answer) -> Answer:
    status, headers, body = answer
    return status, [(name, value) for name, value in headers if "encryption" not in name.lower()], body


def bucket_of(place: Place) -> str:
    return place.url.removeprefix("s3://")


@pytest.fixture
def store(place: Place) -> Store:
    return open_store(place.url, **place.keys, encryption=ASKED)


@pytest.mark.s3
class TestOnAServerThatEncrypts:
    def test_every_object_is_encrypted_locked_and_read_back(self, store: Store, place: Place) -> None:
        until = datetime.now(UTC) + timedelta(seconds=5)
        stored = store.put(
            "records/account=x/date=2026-11-20/e.parquet", b"Is the pool open?", locked_until=until
        )
        head = client_of(place).head_object(Bucket=bucket_of(place), Key=stored.key)
        assert (head["ServerSideEncryption"], head["SSEKMSKeyId"]) == ("aws:kms", KEY)
        assert head["ObjectLockMode"] == "GOVERNANCE"
        assert store.get(stored) == b"Is the pool open?"
        store.check(stored)

    def test_what_is_put_back_is_encrypted_too(self, store: Store, place: Place) -> None:
        key = "media/sha256/ab/back"
        store.put(key, b"bytes", locked_until=None)
        restored = store.restore(key, b"bytes", locked_until=None, legal_hold=False)
        head = client_of(place).head_object(Bucket=bucket_of(place), Key=key, VersionId=restored.version_id)
        assert head["SSEKMSKeyId"] == KEY

    def test_whoever_has_keys_to_the_store_reads_it_all_the_same(self, store: Store, place: Place) -> None:
        stored = store.put("exchanges/account=x/date=2026-11-20/e.warc.gz", b"a message", locked_until=None)
        assert open_store(place.url, **place.keys).get(stored) == b"a message"

    def test_another_key_is_for_what_is_written_from_now_on(self, store: Store, place: Place) -> None:
        """Rotation: what is there stays readable under the older key; its bytes and version do not change."""
        older = store.put("papers/a/b/older", b"older", locked_until=None)
        rotated = open_store(place.url, **place.keys, encryption=f"SSE-KMS:{NEXT}")
        newer = rotated.put("papers/a/b/newer", b"newer", locked_until=None)
        assert (rotated.get(older), rotated.get(newer)) == (b"older", b"newer")
        assert [key_of(place, one.key) for one in (older, newer)] == [KEY, NEXT]
        assert rotated.put("papers/a/b/older", b"older", locked_until=None) == older
        assert key_of(place, older.key) == KEY

    def test_an_object_that_says_it_is_not_encrypted_is_refused(self, place: Place) -> None:
        """A server that knows no encryption takes the request all the same."""
        faults: dict[str, list[Fault]] = {"HEAD": [without_a_word] * 10}
        with faulty_way(place.keys["endpoint"], faults) as way:
            behind = place.behind(way)
            store = open_store(behind.url, **behind.keys, encryption=ASKED)
            with pytest.raises(StoreCannotPromise, match="not encrypted by the server, where SSE-KMS:"):
                store.put("papers/a/b/silent", b"silent", locked_until=None)

    def test_a_key_that_the_server_does_not_know_is_refused_and_nothing_is_stored(self, place: Place) -> None:
        strange = open_store(place.url, **place.keys, encryption="SSE-KMS:nobodys-key")
        with pytest.raises(PaloverdeError):
            strange.put("papers/a/b/strange", b"strange", locked_until=None)
        assert open_store(place.url, **place.keys).find("papers/a/b/strange") is None

    def test_the_doctor_says_whether_it_encrypts(self, place: Place) -> None:
        told = {
            asked: next(
                check
                for check in probe(open_tamper(place.url, **place.keys, encryption=asked)).checks
                if check.name == "encryption"
            )
            for asked in (ASKED, "none")
        }
        assert told[ASKED].passed is True
        assert told[ASKED].sentence == f"What is written is encrypted by the server (aws:kms, key {KEY})."
        assert told["none"].passed is False
        assert told["none"].sentence == "What is written is not encrypted by the server."


def test_a_directory_says_that_its_disk_must_do_it(tmp_path: Path) -> None:
    found = probe(open_tamper(f"file://{tmp_path}/archive"))
    assert "The store encrypts nothing itself: encrypt the disk that it lies on." in found.cannot_promise
