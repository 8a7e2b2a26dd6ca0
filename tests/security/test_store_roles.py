"""Each role's keys do its work and nothing else: a real night, a search, a destruction and an audit on a real server."""

from __future__ import annotations

import hashlib
import json
import time
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import msgspec
import pytest
from botocore.exceptions import ClientError

from ledgers import AT
from paloverde.archive import layout
from paloverde.archive.excess import excess, sentence
from paloverde.archive.ledger import Event, Ledger
from paloverde.archive.reader import Archive
from paloverde.archive.store import Grade, Stored, open_destroyer
from paloverde.archive.store.destroyer import NotPermitted
from paloverde.archive.store.roles import Role
from paloverde.archive.store.s3 import connect
from paloverde.bundles.build import build_bundle
from paloverde.cli import main
from paloverde.errors import BadSetting
from paloverde.retention.disposition import _MAKER
from paloverde.search.answer import search
from plaza import plaza
from plazacity import City
from stores import NO_SERVER, Place, find_s3
from storeusers import users_of_the_roles

pytestmark = pytest.mark.s3
DAY = date(2026, 11, 20)
Users = dict[str, Place]
Kept = dict[str, Stored]


@pytest.fixture(scope="module")
def users() -> Iterator[Users]:
    access = find_s3()
    if access is None:
        pytest.skip(NO_SERVER)
    with users_of_the_roles(access) as places:
        yield places


class OnS3(City):
    """The city of Plaza with its archive in a bucket, entered with somebody's keys."""

    def entered_by(self, place: Place) -> Archive:
        self.vault = msgspec.structs.replace(self.vault, store=place.store())
        self.archive = Archive(self.vault.store, self.vault.books)
        return self.archive

    def note(self, what: str) -> None:
        vault = self.vault
        Ledger(vault.store, vault.books, vault.signer, vault.lock_years).append(Event(what, "test", AT, {}))


@pytest.fixture(scope="module")
def city(users: Users, tmp_path_factory: pytest.TempPathFactory) -> Iterator[OnS3]:
    """Its first night was archived with the writer's keys."""
    with plaza() as site:
        site.post("p1", "Street sweeping starts Monday")
        site.comment("p1", "c1", "On which route?")
        made = OnS3(tmp_path_factory.mktemp("city"), site)
        made.entered_by(users[Role.WRITER])
        report, trouble = made.night(DAY)
        assert trouble is None, report
        made.note("night sealed")
        yield made


@pytest.fixture(scope="module")
def kept(users: Users) -> Kept:
    """Objects of the kinds that matter: locked, free, under a hold."""
    store, soon = users[Role.WRITER].store(), datetime.now(UTC) + timedelta(hours=1)

    def put(name: str, *, lock: bool) -> Stored:
        body = name.encode()
        return store.put(name, body, locked_until=soon if lock else None)

    made = {
        "locked": put("records/account=x/date=2026-11-20/locked.parquet", lock=True),
        "free": put("records/account=x/date=2026-11-20/free.parquet", lock=False),
        "held": put("records/account=x/date=2026-11-20/held.parquet", lock=False),
        "seal": put("runs/000000009999-a.json", lock=True),
        "paper": put("papers/holds/h1/a", lock=False),
    }
    store.set_legal_hold(made["held"], on=True)
    return made


def client_of(place: Place) -> Any:
    return connect(region=None, **place.keys)


def bucket_of(place: Place) -> str:
    return place.url.removeprefix("s3://")


def test_a_night_is_archived_with_the_writers_keys(city: OnS3, users: Users) -> None:
    city.entered_by(users[Role.WRITER])
    assert next(iter(city.vault.store.walk("runs/")), None) is not None


def test_a_hold_is_set_and_ended_with_the_writers_keys(users: Users) -> None:
    store = users[Role.WRITER].store()
    stored = store.put("removed/account=x/date=2026-11-20/r-1.parquet", b"r", locked_until=None)
    store.set_legal_hold(stored, on=True)
    assert store.standing(stored).legal_hold
    store.set_legal_hold(stored, on=False)
    assert not store.standing(stored).legal_hold


def test_a_search_is_made_noted_and_its_bundle_read_with_the_readers_keys(
    city: OnS3, users: Users, tmp_path: Path
) -> None:
    archive = city.entered_by(users[Role.WRITER])
    built = build_bundle(
        search(archive, "sweeping"), archive, city.vault.signer, name="PRA-2026-0007", agency="City of Palma Ria",
        now=AT, out=tmp_path / "b.zip",
    )  # fmt: skip
    body = built.path.read_bytes()
    sha256 = hashlib.sha256(body).hexdigest()
    bundle = city.vault.store.put(layout.bundle_key("PRA-2026-0007", sha256), body, locked_until=None)

    archive = city.entered_by(users[Role.READER])
    assert len(search(archive, "sweeping").hits) == 1
    city.note("search made")
    assert archive.store.get(bundle) == body


def test_only_what_neither_lock_nor_hold_keeps_is_destroyed_with_the_disposers_keys(
    users: Users, kept: Kept
) -> None:
    place = users[Role.DISPOSER]
    client, bucket = client_of(place), bucket_of(place)
    writer = users[Role.WRITER].store()
    gone = writer.put("records/account=x/date=2026-11-20/gone.parquet", b"gone", locked_until=None)
    client.delete_object(Bucket=bucket, Key=gone.key, VersionId=gone.version_id)
    assert writer.find(gone.key) is None
    for name in ("locked", "held", "seal", "paper"):
        with pytest.raises(ClientError, match="AccessDenied"):
            client.delete_object(Bucket=bucket, Key=kept[name].key, VersionId=kept[name].version_id)
        assert writer.standing(kept[name]).size == kept[name].size


def test_what_a_lock_of_seconds_kept_goes_once_it_has_ended(users: Users) -> None:
    place = users[Role.DISPOSER]
    until = datetime.now(UTC) + timedelta(seconds=4)
    writer = users[Role.WRITER].store()
    stored = writer.put("media/sha256/ab/ended", b"ended", locked_until=until)
    destroyer = open_destroyer(place.url, **place.keys)
    with _MAKER.permit("D-1", [stored]) as permission:
        with pytest.raises(NotPermitted, match="is locked until"):
            destroyer.destroy(stored, permission, datetime.now(UTC))
        time.sleep(6)
        destroyer.destroy(stored, permission, datetime.now(UTC))
    assert writer.find(stored.key) is None


def test_the_auditor_reads_seals_and_ledger_and_asks_for_every_lock(
    city: OnS3, users: Users, kept: Kept
) -> None:
    city.entered_by(users[Role.WRITER])
    store, client = users[Role.AUDITOR].store(), client_of(users[Role.AUDITOR])
    run = next(store.walk("runs/0000000000"))
    assert b'"account"' in store.get(run)
    entry = next(store.walk(layout.LEDGER_ENTRIES))
    assert store.get(entry)
    where = {"Bucket": bucket_of(users["owner"]), "Key": kept["locked"].key}
    where["VersionId"] = kept["locked"].version_id
    assert client.get_object_retention(**where)["Retention"]["Mode"] == "GOVERNANCE"
    held = {**where, "Key": kept["held"].key, "VersionId": kept["held"].version_id}
    assert client.get_object_legal_hold(**held)["LegalHold"]["Status"] == "ON"
    listed = client.list_object_versions(Bucket=where["Bucket"], Prefix="records/")["Versions"]
    assert kept["locked"].key in {version["Key"] for version in listed}


@pytest.mark.parametrize("folder", ["records/", "exchanges/", "sightings/"])
def test_the_auditor_reads_no_record_message_or_exchange(city: OnS3, users: Users, folder: str) -> None:
    key = next(city.entered_by(users[Role.WRITER]).store.walk(folder)).key
    with pytest.raises(BadSetting, match="keys"):
        users[Role.AUDITOR].store().find(key)


Forbidden = Callable[[Any, str, Stored, Stored], object]
LATER = datetime(2099, 1, 1, tzinfo=UTC)
FORBIDDEN: dict[str, tuple[tuple[Role, ...], Forbidden]] = {
    "deleting a locked version": (tuple(Role), lambda c, b, locked, _: c.delete_object(**at(b, locked))),
    "lifting a lock to delete": (
        tuple(Role),
        lambda c, b, locked, _: c.delete_object(**at(b, locked), BypassGovernanceRetention=True),
    ),
    "shortening a lock": (
        tuple(Role),
        lambda c, b, locked, _: c.put_object_retention(
            **at(b, locked), BypassGovernanceRetention=True, Retention=ends(datetime.now(UTC) + timedelta(minutes=5))
        ),
    ),
    "deleting a free record": (
        (Role.WRITER, Role.READER, Role.AUDITOR, Role.EXAMINER),
        lambda c, b, _, free: c.delete_object(**at(b, free)),
    ),
    "hiding a record behind a delete marker": (
        tuple(Role), lambda c, b, locked, _: c.delete_object(Bucket=b, Key=locked.key),
    ),
    "deleting several at once": (
        (Role.WRITER, Role.READER, Role.AUDITOR), lambda c, b, locked, free: refused_within(c, b, [locked, free]),
    ),
    "ending a legal hold": (
        (Role.READER, Role.DISPOSER, Role.AUDITOR),
        lambda c, b, _, free: c.put_object_legal_hold(**at(b, free), LegalHold={"Status": "OFF"}),
    ),
    "moving a lock": (
        (Role.READER, Role.DISPOSER, Role.AUDITOR),
        lambda c, b, _, free: c.put_object_retention(**at(b, free), Retention=ends(LATER)),
    ),
    "writing over a record": (
        (Role.READER, Role.DISPOSER, Role.AUDITOR),
        lambda c, b, locked, _: c.put_object(Bucket=b, Key=locked.key, Body=b"other"),
    ),
    "writing a seal": (
        (Role.READER, Role.DISPOSER, Role.AUDITOR),
        lambda c, b, *_: c.put_object(Bucket=b, Key="runs/000000000001-forged.json", Body=b"{}"),
    ),
    "writing a ledger entry": (
        (Role.DISPOSER, Role.AUDITOR),
        lambda c, b, *_: c.put_object(Bucket=b, Key="ledger/entries/000000000001-f.json", Body=b"{}"),
    ),
    "changing the policy": (tuple(Role), lambda c, b, *_: c.put_bucket_policy(Bucket=b, Policy=OPEN)),
    "taking the policy off": (tuple(Role), lambda c, b, *_: c.delete_bucket_policy(Bucket=b)),
    "suspending versions": (
        tuple(Role),
        lambda c, b, *_: c.put_bucket_versioning(Bucket=b, VersioningConfiguration={"Status": "Suspended"}),
    ),
    "setting the bucket's default lock": (
        tuple(Role),
        lambda c, b, *_: c.put_object_lock_configuration(
            Bucket=b, ObjectLockConfiguration={"ObjectLockEnabled": "Enabled"}
        ),
    ),
    "letting the bucket expire": (
        tuple(Role),
        lambda c, b, *_: c.put_bucket_lifecycle_configuration(Bucket=b, LifecycleConfiguration=EXPIRE),
    ),
    "opening a record to everybody": (
        tuple(Role), lambda c, b, locked, _: c.put_object_acl(**at(b, locked), ACL="public-read"),
    ),
}  # fmt: skip
OPEN = json.dumps(
    {
        "Version": "2012-10-17",
        "Statement": [{"Effect": "Allow", "Principal": "*", "Action": "s3:*", "Resource": "*"}],
    }
)
EXPIRE = {"Rules": [{"ID": "e", "Status": "Enabled", "Filter": {"Prefix": ""}, "Expiration": {"Days": 1}}]}


def at(bucket: str, stored: Stored) -> dict[str, Any]:
    return {"Bucket": bucket, "Key": stored.key, "VersionId": stored.version_id}


def ends(until: datetime) -> dict[str, Any]:
    return {"Mode": "GOVERNANCE", "RetainUntilDate": until}


def refused_within(client: Any, bucket: str, objects: list[Stored]) -> None:
    """A delete of several answers 200 and says of each whether it went."""
    named = [{"Key": one.key, "VersionId": one.version_id} for one in objects]
    answer = client.delete_objects(Bucket=bucket, Delete={"Objects": named})
    if not answer.get("Deleted"):
        raise ClientError({"Error": {"Code": answer["Errors"][0]["Code"]}}, "DeleteObjects")


@pytest.mark.parametrize(
    ("role", "what"),
    [(role, what) for what, (roles, _) in FORBIDDEN.items() for role in roles],
    ids=lambda value: str(value).replace(" ", "-"),
)
def test_the_server_refuses(users: Users, kept: Kept, role: Role, what: str) -> None:
    place, writer = users[role], users[Role.WRITER].store()
    before = [writer.standing(kept[name]) for name in ("locked", "free")]
    with pytest.raises(ClientError) as refusal:
        FORBIDDEN[what][1](client_of(place), bucket_of(place), kept["locked"], kept["free"])
    assert refusal.value.response["Error"]["Code"] == "AccessDenied"
    assert [writer.standing(kept[name]) for name in ("locked", "free")] == before


def test_the_owner_may_what_is_refused_so_the_refusals_are_the_policys(users: Users) -> None:
    client, bucket = client_of(users["owner"]), bucket_of(users["owner"])
    until = datetime.now(UTC) + timedelta(hours=1)
    locked = users["owner"].tamper().lock("probe/owned", b"o", Grade.GOVERNANCE, until)
    client.delete_object(**at(bucket, locked), BypassGovernanceRetention=True)
    assert users["owner"].store().find("probe/owned") is None


class TestWhatKeysCanDoBeyondTheirRole:
    @pytest.mark.parametrize("role", list(Role))
    def test_nothing_under_the_printed_policy(self, users: Users, kept: Kept, role: Role) -> None:
        assert kept
        assert excess(users[role].tamper(), role) == ()

    def test_the_owners_keys_are_told_apart_and_nothing_is_changed(self, users: Users, kept: Kept) -> None:
        client, bucket = client_of(users["owner"]), bucket_of(users["owner"])
        policy = client.get_bucket_policy(Bucket=bucket)["Policy"]
        records = client.list_object_versions(Bucket=bucket, Prefix="records/")["Versions"]
        found = excess(users["owner"].tamper(), Role.WRITER)
        assert found == (
            "change the bucket's policy", "set whether the bucket keeps versions", "delete records",
            "lift GOVERNANCE locks",
        )  # fmt: skip
        assert "`paloverde store policy writer` prints the rights that are enough" in sentence(
            found, Role.WRITER
        )
        assert client.get_bucket_policy(Bucket=bucket)["Policy"] == policy
        assert client.get_bucket_versioning(Bucket=bucket)["Status"] == "Enabled"
        listed = client.list_object_versions(Bucket=bucket, Prefix="records/")
        assert listed["Versions"] == records
        assert "DeleteMarkers" not in listed
        assert users[Role.WRITER].store().standing(kept["free"]).size == kept["free"].size

    @pytest.mark.parametrize(
        ("keys", "role", "beyond"),
        [
            (Role.WRITER, Role.READER, ("write objects",)),
            (Role.DISPOSER, Role.READER, ("delete records",)),
            (Role.READER, Role.AUDITOR, ("read records",)),
            (Role.EXAMINER, Role.WRITER, ("lift GOVERNANCE locks",)),
        ],
    )
    def test_keys_given_to_the_wrong_role_are_found(
        self, users: Users, kept: Kept, keys: Role, role: Role, beyond: tuple[str, ...]
    ) -> None:
        assert kept
        assert excess(users[keys].tamper(), role) == beyond

    def test_the_doctor_says_it(
        self,
        users: Users,
        tmp_path: Path,
        monkeypatch: pytest.MonkeyPatch,
        capsys: pytest.CaptureFixture[str],
    ) -> None:
        settle(monkeypatch, users["owner"], tmp_path)
        assert main(["store", "rights"]) == 1
        told = capsys.readouterr().out
        assert "These keys can do more than the work of the writer needs: change the bucket's policy" in told
        settle(monkeypatch, users[Role.WRITER], tmp_path)
        assert main(["store", "rights"]) == 0
        assert "nothing that was tried beyond the work of the writer" in capsys.readouterr().out
        settle(monkeypatch, users[Role.DISPOSER], tmp_path)
        assert main(["store", "rights", "disposer"]) == 0
        assert "What could not be tried with them: lift GOVERNANCE locks." in capsys.readouterr().out


def settle(monkeypatch: pytest.MonkeyPatch, place: Place, home: Path) -> None:
    given = {"HOME": str(home), "STORE": place.url}
    given |= {f"S3_{part.upper()}": value for part, value in place.keys.items()}
    for name, value in given.items():
        monkeypatch.setenv(f"PALOVERDE_{name}", value)
