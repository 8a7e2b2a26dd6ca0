"""What an S3 store does when the server, the way to it or its settings are not as they should be."""

from __future__ import annotations

import time
import uuid
from datetime import UTC, datetime, timedelta

import pytest

import stores
from paloverde.archive.store import Grade, Store, make_bucket, open_store
from paloverde.archive.store.rules import check_key
from paloverde.archive.store.s3 import S3Store, connect
from paloverde.archive.store.tamper import check_probe_key
from paloverde.errors import ArchiveDamaged, BadSetting, PaloverdeError, StoreCannotPromise, Unreachable
from stores import Fault, Place, faulty_way

SECRET = "not-the-secret-0123456789"


@pytest.fixture(params=[pytest.param("s3", marks=pytest.mark.s3), "moto"])
def place(request: pytest.FixtureRequest) -> Place:
    found: Place = request.getfixturevalue(f"{request.param}_place")
    return found


@pytest.fixture
def key() -> str:
    return f"runs/{uuid.uuid4().hex}.json"


@pytest.fixture
def until() -> datetime:
    return (datetime.now(UTC) + timedelta(hours=1)).replace(microsecond=0)


def impatient(place: Place, seconds: float = 1.0) -> Store:
    keys = {"region": None} | place.keys
    client = connect(keys.pop("endpoint"), **keys)
    return S3Store(client, place.url.removeprefix("s3://"), Grade.GOVERNANCE, patience=seconds)


def test_a_lost_answer_adds_no_second_version(place: Place, key: str, until: datetime) -> None:
    faults: dict[str, list[Fault]] = {"PUT": [stores.lose_answer]}
    with faulty_way(place.keys["endpoint"], faults) as endpoint:
        stored = place.behind(endpoint).store().put(key, b"once", locked_until=until)
    assert not faults["PUT"]
    assert list(place.store().walk(key)) == [stored]
    assert place.store().standing(stored).locked_until == until


def test_a_lost_answer_to_the_look_afterwards_adds_no_second_version(
    place: Place, key: str, until: datetime
) -> None:
    pass_on: Fault = lambda answer: answer  # noqa: E731
    faults: dict[str, list[Fault]] = {"HEAD": [pass_on, stores.lose_answer]}
    with faulty_way(place.keys["endpoint"], faults) as endpoint:
        stored = place.behind(endpoint).store().put(key, b"once", locked_until=until)
    assert not faults["HEAD"]
    assert list(place.store().walk(key)) == [stored]


def test_an_outcome_that_stays_unknown_is_said_and_nothing_is_deleted(
    place: Place, key: str, until: datetime
) -> None:
    pass_on: Fault = lambda answer: answer  # noqa: E731
    faults: dict[str, list[Fault]] = {
        "PUT": [stores.lose_answer],
        "HEAD": [pass_on, *[stores.lose_answer] * 50],
    }
    with (
        faulty_way(place.keys["endpoint"], faults) as endpoint,
        pytest.raises(Unreachable, match="did not answer"),
    ):
        impatient(place.behind(endpoint)).put(key, b"unknown", locked_until=until)
    stored = place.store().put(key, b"unknown", locked_until=until)  # the next run finds it and adds nothing
    assert list(place.store().walk(key)) == [stored]


def test_a_busy_server_is_asked_again(place: Place, key: str, until: datetime) -> None:
    faults: dict[str, list[Fault]] = {"GET": [stores.busy, stores.busy, stores.cut_short, stores.cut_short]}
    stored = place.store().put(key, b"patience", locked_until=until)
    with faulty_way(place.keys["endpoint"], faults) as endpoint:
        reader = place.behind(endpoint).store()
        with pytest.raises(ArchiveDamaged, match="SHA-256"):
            reader.get(stored)  # the last two answers were cut short with a length that fitted
        assert reader.get(stored) == b"patience"


def test_a_flipped_bit_is_never_given_out(place: Place, key: str, until: datetime) -> None:
    stored = place.store().put(key, b"one bit", locked_until=until)
    faults: dict[str, list[Fault]] = {"GET": [stores.flip_one_bit] * 2}
    way = faulty_way(place.keys["endpoint"], faults)
    with way as endpoint, pytest.raises(ArchiveDamaged, match="SHA-256"):
        place.behind(endpoint).store().get(stored)


def test_what_was_bent_on_the_way_once_is_read_again(place: Place, key: str, until: datetime) -> None:
    stored = place.store().put(key, b"one bit", locked_until=until)
    faults: dict[str, list[Fault]] = {"GET": [stores.flip_one_bit]}
    with faulty_way(place.keys["endpoint"], faults) as endpoint:
        assert place.behind(endpoint).store().get(stored) == b"one bit"
    assert not faults["GET"]


def test_a_list_goes_on_where_it_was_after_an_error(place: Place, key: str, until: datetime) -> None:
    wanted = {place.store().put(f"{key}/{n}", b"one of many", locked_until=until) for n in range(5)}
    pass_on: Fault = lambda answer: answer  # noqa: E731
    faults: dict[str, list[Fault]] = {"GET": [stores.busy, pass_on, stores.lose_answer, pass_on, cut_head]}
    with faulty_way(place.keys["endpoint"], faults) as endpoint:
        store = place.behind(endpoint).store()
        assert isinstance(store, S3Store)
        store.client.meta.events.register("before-parameter-build.s3.ListObjectVersions", two_at_once)
        listed = list(store.walk(f"{key}/"))
    assert not faults["GET"]
    assert len(listed) == len(wanted)
    assert set(listed) == wanted


def two_at_once(params: dict[str, object], **_: object) -> None:
    """Pages of two."""
    params["MaxKeys"] = 2


def cut_head(answer: stores.Answer) -> stores.Answer:
    """What is left of a list where the connection ends inside the head."""
    return answer[0], [], b""


def test_an_answer_that_ends_inside_its_head_is_asked_for_again(
    place: Place, key: str, until: datetime
) -> None:
    def headless(answer: stores.Answer) -> stores.Answer:
        status, headers, body = answer
        return status, [one for one in headers if one[0].lower() != "date"], body

    faults: dict[str, list[Fault]] = {"PUT": [headless], "HEAD": [lambda answer: answer, headless]}
    with faulty_way(place.keys["endpoint"], faults) as endpoint:
        stored = place.behind(endpoint).store().put(key, b"cut", locked_until=until)
    assert place.store().find(key) == stored
    assert not faults["PUT"]
    assert not faults["HEAD"]


def test_no_server_is_said_in_one_sentence(place: Place, key: str) -> None:
    begun = time.monotonic()
    with pytest.raises(Unreachable, match=r"did not answer .* check that it runs"):
        impatient(place.behind("http://127.0.0.1:9"), 0.5).find(key)
    assert time.monotonic() - begun < 10


@pytest.mark.s3
def test_wrong_keys_are_said_and_never_shown(s3_place: Place, key: str) -> None:
    for wrong in ({"secret_key": SECRET}, {"access_key": SECRET}):
        keys = s3_place.keys | wrong
        store = open_store(s3_place.url, **keys)
        for attempt in (lambda: store.find(key), lambda: store.put(key, b"x", locked_until=None)):  # noqa: B023
            with pytest.raises(BadSetting) as caught:
                attempt()
            assert not any(value in str(caught.value) for name, value in keys.items() if name != "endpoint")


def test_a_missing_bucket_is_said(place: Place, key: str, until: datetime) -> None:
    store = open_store("s3://paloverde-no-such-bucket", **place.keys)
    with pytest.raises(BadSetting, match="no such bucket"):
        store.put(key, b"x", locked_until=until)


def test_a_bucket_without_locks_promises_nothing(place: Place, key: str, until: datetime) -> None:
    plain = Place("plain", f"s3://plain-{uuid.uuid4().hex[:12]}", place.keys)
    bucket = plain.url.removeprefix("s3://")
    keys = {"region": None} | place.keys
    client = connect(keys.pop("endpoint"), **keys)
    client.create_bucket(Bucket=bucket)
    try:
        with pytest.raises(StoreCannotPromise):
            make_bucket(plain.url, **place.keys)
        with pytest.raises(PaloverdeError):
            plain.store().put(key, b"x", locked_until=until)
        with pytest.raises(StoreCannotPromise, match="keeps no versions"):
            plain.store().put(key, b"x", locked_until=None)
    finally:
        stores.empty(client, bucket)


def test_making_a_bucket_again_leaves_it(place: Place) -> None:
    assert make_bucket(place.url, **place.keys) is False


@pytest.mark.s3
def test_a_trial_lock_becomes_a_compliance_lock_where_that_is_now_asked(s3_place: Place, key: str) -> None:
    until = (datetime.now(UTC) + timedelta(seconds=20)).replace(microsecond=0)
    stored = s3_place.store(Grade.GOVERNANCE).put(key, b"x", locked_until=until)
    strict = s3_place.store(Grade.COMPLIANCE)
    assert strict.put(key, b"x", locked_until=until) == stored
    assert strict.standing(stored).mode is Grade.COMPLIANCE


def test_a_mode_that_s3_does_not_have_is_refused(place: Place) -> None:
    with pytest.raises(BadSetting, match="GOVERNANCE or COMPLIANCE"):
        place.store(Grade.APPLICATION)


@pytest.mark.parametrize("endpoint", ["not an address", "http://user:word@127.0.0.1:1", "127.0.0.1:7480"])
def test_an_address_that_cannot_be_used_is_refused(endpoint: str) -> None:
    with pytest.raises(BadSetting, match=r"must look like|cannot be used"):
        open_store("s3://bucket", endpoint=endpoint, access_key="a", secret_key=SECRET)


def test_tampering_is_kept_to_the_probe() -> None:
    assert check_probe_key("probe/a") == check_key("probe/a")
    for key in ("records/a", "probe", "probe/../records/a"):
        with pytest.raises(BadSetting, match="not an object of the probe"):
            check_probe_key(key)
