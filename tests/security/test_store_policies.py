"""The printed policies, without a server: whole, within their dialect, and never both allowing and refusing."""

from __future__ import annotations

import json
from datetime import date
from fnmatch import fnmatchcase
from typing import Any

import pytest

from paloverde.archive import layout
from paloverde.archive.store.destroyer import DESTRUCTIBLE
from paloverde.archive.store.roles import Dialect, Role, bucket_policy, terms, user_policy
from paloverde.cli import main

FOLDERS = {
    "records/", "sightings/", "exchanges/", "media/", "removed/", "runs/", "ledger/", "papers/", "tombstones/",
    "bundles/", "probe/",
}  # fmt: skip


def allowed(policy: str, action: str, resource: str) -> bool:
    """As AWS decides: one refusal outweighs every permission, and what is not named is refused."""
    statements: list[dict[str, Any]] = json.loads(policy)["Statement"]
    hits = {
        statement["Effect"]
        for statement in statements
        if action in statement["Action"] and any(fnmatchcase(resource, one) for one in statement["Resource"])
    }
    return hits == {"Allow"}


def test_the_folders_are_those_that_the_archive_writes() -> None:
    day, sha256 = date(2026, 3, 2), "a" * 64
    keys = [
        *(
            make("x", day, sha256)
            for make in (
                layout.records_key,
                layout.sightings_key,
                layout.exchanges_key,
                layout.tombstones_key,
            )
        ),
        layout.media_key(sha256),
        layout.removed_key("x", day, "1", sha256),
        layout.run_key(1, sha256),
        layout.ledger_key(1, sha256),
        layout.paper_key("holds", "h1", sha256),
        layout.bundle_key("PRA", sha256),
        layout.probe_key("1"),
    ]
    assert {f"{key.split('/')[0]}/" for key in keys} == FOLDERS
    refused = {prefix for grant in terms(Role.EXAMINER).never for prefix in grant.under} - {""}
    assert refused == FOLDERS - {"probe/"}


def test_the_disposer_may_delete_what_the_destroyer_knows_as_destructible_and_nothing_else() -> None:
    policy = user_policy(Role.DISPOSER, "b", Dialect.AWS)
    may = {one for one in FOLDERS if allowed(policy, "s3:DeleteObjectVersion", f"arn:aws:s3:::b/{one}x")}
    assert may == set(DESTRUCTIBLE)


@pytest.mark.parametrize("role", [role for role in Role if role not in (Role.DISPOSER, Role.EXAMINER)])
@pytest.mark.parametrize("folder", sorted(FOLDERS))
def test_no_other_role_deletes_or_lifts_anything(role: Role, folder: str) -> None:
    policy, thing = user_policy(role, "b", Dialect.AWS), f"arn:aws:s3:::b/{folder}x"
    for action in ("DeleteObject", "DeleteObjectVersion", "BypassGovernanceRetention", "PutObjectAcl"):
        assert not allowed(policy, f"s3:{action}", thing)


@pytest.mark.parametrize("role", list(Role))
def test_nobody_changes_the_bucket(role: Role) -> None:
    policy = user_policy(role, "b", Dialect.AWS)
    for action in ("PutBucketPolicy", "PutBucketVersioning", "PutLifecycleConfiguration", "DeleteBucket"):
        assert not allowed(policy, f"s3:{action}", "arn:aws:s3:::b")
    assert allowed(policy, "s3:ListBucketVersions", "arn:aws:s3:::b")


def test_a_policy_of_one_bucket_says_nothing_of_another() -> None:
    for role in Role:
        for statement in json.loads(user_policy(role, "city-a", Dialect.AWS))["Statement"]:
            assert all(one.split("/")[0] == "arn:aws:s3:::city-a" for one in statement["Resource"])


def test_minio_is_told_of_no_right_that_it_does_not_know() -> None:
    for role in Role:
        assert "Acl" in user_policy(role, "b", Dialect.AWS)
        assert "Acl" not in user_policy(role, "b", Dialect.MINIO)


def test_the_policy_of_a_bucket_names_each_user_in_its_own_statements() -> None:
    users = {role: f"arn:aws:iam:::user/{role}" for role in Role}
    statements = json.loads(bucket_policy("b", users))["Statement"]
    assert {tuple(one["Principal"]["AWS"]) for one in statements} == {(user,) for user in users.values()}
    assert len({one["Sid"] for one in statements}) == len(statements)


class TestTheCommand:
    def test_it_prints_a_role_for_aws(self, capsys: pytest.CaptureFixture[str]) -> None:
        assert main(["store", "policy", "writer", "--bucket", "city"]) == 0
        assert capsys.readouterr().out.rstrip() == user_policy(Role.WRITER, "city", Dialect.AWS)

    def test_it_prints_all_for_ceph_with_the_users_own_names(
        self, capsys: pytest.CaptureFixture[str]
    ) -> None:
        words = [
            "store",
            "policy",
            "all",
            "--bucket",
            "city",
            "--dialect",
            "ceph",
            "--user",
            "writer=nightly",
        ]
        assert main(words) == 0
        told = capsys.readouterr().out
        assert "user/nightly" in told
        assert "user/writer" not in told
        assert "user/reader" in told

    def test_it_takes_the_bucket_of_the_settings(
        self, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
    ) -> None:
        monkeypatch.setenv("PALOVERDE_STORE", "s3://city-archive")
        assert main(["store", "policy", "auditor", "--dialect", "minio"]) == 0
        assert "arn:aws:s3:::city-archive/runs/*" in capsys.readouterr().out

    @pytest.mark.parametrize(
        ("words", "said"),
        [
            (["policy", "all", "--bucket", "b"], "name one role"),
            (["policy", "writer"], "name a bucket with --bucket"),
        ],
    )
    def test_it_says_what_is_missing(
        self, words: list[str], said: str, capsys: pytest.CaptureFixture[str]
    ) -> None:
        assert main(["store", *words]) == 1
        assert said in capsys.readouterr().err

    def test_a_directory_has_no_keys(
        self, tmp_path: Any, monkeypatch: pytest.MonkeyPatch, capsys: Any
    ) -> None:
        monkeypatch.setenv("PALOVERDE_HOME", str(tmp_path))
        assert main(["store", "rights"]) == 0
        assert "which has no keys" in capsys.readouterr().out
