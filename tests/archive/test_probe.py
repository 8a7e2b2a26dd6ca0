"""`paloverde doctor`'s attempts tell stores apart: the same probe on a directory, on a real server, on moto."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import msgspec
import pytest
from moto.server import ThreadedMotoServer

from paloverde.archive.attempts import CHECKS, FAR, Evidence, Need
from paloverde.archive.probe import Probe, probe
from paloverde.archive.store import Grade, Stored
from paloverde.cli import main
from paloverde.errors import Unreachable
from stores import NO_SERVER, Place, bucket_at, find_s3
from storeusers import users_of_the_roles

ALWAYS = {"read after write", "expiry rules", "overwrite", "damaged bytes"}


@pytest.fixture(scope="module")
def s3_place() -> Iterator[Place]:
    access = find_s3()
    if access is None:
        pytest.skip(NO_SERVER)
    with bucket_at("s3", access) as place:
        yield place


@pytest.fixture(scope="module")
def real(s3_place: Place) -> Probe:
    return probe(s3_place.tamper())


@pytest.fixture(scope="module")
def pretended() -> Iterator[Probe]:
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    access = {"endpoint": f"http://{host}:{port}", "access_key": "moto", "secret_key": "moto"}
    with bucket_at("moto", access) as place:
        yield probe(place.tamper(Grade.COMPLIANCE))
    server.stop()


@pytest.fixture(scope="module")
def directory(tmp_path_factory: pytest.TempPathFactory) -> Place:
    return Place("directory", f"file://{tmp_path_factory.mktemp('probe')}/store")


def failures(result: Probe) -> set[str]:
    return {check.name for check in result.checks if check.passed is False}


@pytest.mark.s3
def test_a_server_that_locks_is_allowed_compliance(real: Probe) -> None:
    assert real.usable
    assert real.compliance_allowed
    assert {check.name for check in real.checks if check.needed_for is not Need.NOTHING} & failures(
        real
    ) == set()


@pytest.mark.s3
def test_the_older_gateway_loses_the_lock_of_an_upload_in_parts(real: Probe) -> None:
    """Seen on Ceph 16.2.15; newer ones pass, and then the probe must say so."""
    multipart = next(check for check in real.checks if check.name == "multipart")
    assert multipart.needed_for is Need.NOTHING
    assert (multipart.sentence in real.promises) is bool(multipart.passed)
    assert (multipart.sentence in real.cannot_promise) is not bool(multipart.passed)


@pytest.mark.s3
def test_the_next_run_finds_what_this_one_locked(s3_place: Place, real: Probe) -> None:
    assert "not known yet" in next(check.sentence for check in real.checks if check.name == "restart")
    second = probe(s3_place.tamper(), previous=real.evidence)
    assert next(check.passed for check in second.checks if check.name == "restart")
    assert second.evidence is not None
    assert real.evidence is not None
    assert second.evidence.stored == real.evidence.stored
    assert second.evidence.locked_until >= real.evidence.locked_until


@pytest.mark.s3
def test_a_lock_that_was_lost_between_two_runs_is_found(s3_place: Place) -> None:
    tamper = s3_place.tamper()
    until = datetime.now(UTC).replace(microsecond=0) + timedelta(hours=1)
    lost = Evidence(
        tamper.store.put("probe/evidence/lost", b"x", locked_until=until), Grade.GOVERNANCE, until
    )
    assert tamper.delete(lost.stored, bypass=True), "a GOVERNANCE lock can be lifted"
    after = probe(tamper, previous=lost)
    assert "restart" in failures(after)
    assert not after.usable
    assert not after.compliance_allowed
    assert after.evidence == lost, "the next run looks for it again"


def test_a_server_that_only_pretends_is_refused_compliance(pretended: Probe) -> None:
    assert {"wrong secret", "lock not shortened", "lock not weakened", "multipart"} <= failures(pretended)
    assert not pretended.compliance_allowed
    assert not pretended.usable
    assert pretended.evidence is None


def test_a_directory_says_what_it_cannot_promise(directory: Place) -> None:
    result = probe(directory.tamper())
    assert result.grade is Grade.APPLICATION
    assert result.usable
    assert not result.compliance_allowed
    assert {"governance lock", "compliance lock", "legal hold", "short lock ends"} <= failures(result)
    assert "A locked object could be deleted by an ordinary user." in result.cannot_promise
    again = probe(directory.tamper(), previous=result.evidence)
    assert "restart" not in failures(again)


def test_a_probe_leaves_nothing_locked_for_longer_than_its_evidence(directory: Place) -> None:
    probe(directory.tamper())
    assert locked_for_long(directory) == []


def locked_for_long(place: Place) -> list[str]:
    """What lies under probe/ and is locked for more than a minute. Evidence may be for its 35 days, and the
    signed result is a record.
    """
    soon, store = datetime.now(UTC) + timedelta(minutes=1), place.store()
    found = [(one.key, store.standing(one)) for one in store.walk("probe/") if "/result-" not in one.key]
    evidence = datetime.now(UTC) + timedelta(days=36)
    return [
        key for key, stands in found
        if stands.legal_hold
        or (stands.locked_until or soon) > (evidence if key.startswith("probe/evidence/") else soon)
    ]  # fmt: skip


@pytest.fixture(scope="module")
def users() -> Iterator[dict[str, Place]]:
    access = find_s3()
    if access is None:
        pytest.skip(NO_SERVER)
    with users_of_the_roles(access) as places:
        yield places


@pytest.mark.s3
class TestUnderThePrintedPolicy:
    """The users of the roles under the policy that `paloverde store policy` prints, on a real server."""

    def test_the_daily_keys_fail_nothing_that_they_may_not_try(
        self, users: dict[str, Place], real: Probe
    ) -> None:
        daily = probe(users["writer"].tamper(), others=[users["disposer"].tamper()])
        assert failures(daily) == failures(real) - {"farther dates"}
        assert (daily.usable, daily.compliance_allowed) == (None, None)
        untried = {check.name for check in daily.checks if check.passed is None}
        assert untried == {
            "leftovers", "governance lock", "legal hold", "short lock ends", "compliance lock", "restart",
            "lock not shortened", "lock not weakened", "far dates", "farther dates",
        }  # fmt: skip
        told = " ".join(daily.not_tried)
        assert (
            "Whether lock dates in 2038 and 2106 are kept was not tried, because no key at hand may" in told
        )
        assert daily.evidence is not None
        assert locked_for_long(users["writer"]) == []

    def test_with_keys_that_may_lift_beside_them_all_is_tried(
        self, users: dict[str, Place], real: Probe
    ) -> None:
        found = probe(users["writer"].tamper(), others=[users["examiner"].tamper()])
        assert failures(found) == failures(real)
        assert (found.usable, found.compliance_allowed) == (True, True)
        assert "far dates" in {check.name for check in found.checks if check.passed}
        assert locked_for_long(users["writer"]) == []

    def test_the_doctor_under_daily_keys_says_what_it_could_not_try_and_fails_nothing(
        self, users: dict[str, Place], tmp_path: Path, monkeypatch: pytest.MonkeyPatch,
        capsys: pytest.CaptureFixture[str],
    ) -> None:  # fmt: skip
        given = {"HOME": str(tmp_path), "STORE": users["writer"].url}
        for prefix, name in (("S3", "writer"), ("DESTROY_S3", "disposer")):
            keys = {part: value for part, value in users[name].keys.items() if part.endswith("key")}
            given |= {f"{prefix}_{part.upper()}": value for part, value in keys.items()}
        given["S3_ENDPOINT"] = users["writer"].keys["endpoint"]
        for name, value in given.items():
            monkeypatch.setenv(f"PALOVERDE_{name}", value)
        assert main(["doctor", "--store"]) == 0
        told = capsys.readouterr().out
        assert (
            "Nothing that was tried speaks against keeping the archive here, and not all was tried." in told
        )
        assert "Whether COMPLIANCE may be set on this store is not known from this examination." in told
        _, _, untried = told.partition("Not tried:")
        assert untried.count("with the examiner's keys") == 9
        assert locked_for_long(users["writer"]) == []

    def test_what_a_killed_probe_left_locked_the_examiner_alone_can_lift(
        self, users: dict[str, Place]
    ) -> None:
        left = users["writer"].tamper().lock("probe/killed", b"x", Grade.GOVERNANCE, FAR[0])
        users["writer"].tamper().sweep()
        assert users["writer"].store().standing(left).locked_until == FAR[0]
        tamper = users["examiner"].tamper()
        assert tamper.delete(left, bypass=True)


def test_what_every_store_must_do_the_directory_does(directory: Place) -> None:
    assert failures(probe(directory.tamper())) & ALWAYS == set()


def test_every_attempt_says_a_whole_sentence(directory: Place, pretended: Probe) -> None:
    for result in (probe(directory.tamper()), pretended):
        assert len(result.checks) == len(CHECKS)
        told = (*result.promises, *result.cannot_promise, *result.not_tried)
        assert len(told) == len(CHECKS)
        for sentence in told:
            assert sentence[0].isupper()
            assert sentence.endswith(".")


def test_the_result_is_one_canonical_json_text(directory: Place) -> None:
    result = probe(directory.tamper())
    text = result.as_json()
    assert (
        json.dumps(json.loads(text), sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()
        == text
    )
    assert msgspec.json.decode(text, type=Probe) == result


def test_the_probe_leaves_nothing_but_its_own_prefix(tmp_path: Path) -> None:
    place = Place("directory", f"file://{tmp_path}/store")
    stored = place.store().put("records/a", b"kept", locked_until=None)
    probe(place.tamper())
    assert [found for found in place.store().walk("") if not found.key.startswith("probe/")] == [stored]


def test_a_store_that_does_not_answer_is_no_result() -> None:
    keys = {"endpoint": "http://127.0.0.1:9", "access_key": "a", "secret_key": "b"}
    with pytest.raises(Unreachable):
        probe(Place("nowhere", "s3://bucket", keys).tamper())


def test_evidence_that_never_was_is_not_believed(directory: Place) -> None:
    stored = Stored(key="probe/evidence/none", version_id="1", sha256="0" * 64, size=1)
    made_up = Evidence(stored=stored, mode=Grade.APPLICATION, locked_until=probe(directory.tamper()).ended)
    assert "restart" in failures(probe(directory.tamper(), previous=made_up))
