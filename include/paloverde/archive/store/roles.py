"""The roles that keys to a store are given to, and each one's least rights as a policy. Pure.

The rights are data (`roles.toml`). Servers take them in different words: AWS and MinIO's kin hang a policy on
a user, Ceph hangs one on the bucket that names its users, and MinIO's kin refuse a policy with a right that
they do not know (its source, `pkg/policy/action.go`).
"""

from __future__ import annotations

import json
import tomllib
from collections.abc import Iterable, Mapping
from enum import StrEnum
from functools import cache
from pathlib import Path
from typing import Any

import msgspec

_FILE = Path(__file__).with_name("roles.toml")
_VERSION = "2012-10-17"  # of the policy language, not of this policy
_UNKNOWN_TO_MINIO = frozenset({"s3:PutObjectAcl", "s3:PutObjectVersionAcl", "s3:PutBucketAcl"})


class Role(StrEnum):
    """Who holds keys to the store. The owner of the bucket is none of them: those keys lie in a safe."""

    WRITER = "writer"
    READER = "reader"
    DISPOSER = "disposer"
    AUDITOR = "auditor"
    EXAMINER = "examiner"


class Dialect(StrEnum):
    """In whose words a policy is written."""

    AWS = "aws"  # on a user (IAM)
    MINIO = "minio"  # on a user; silo and other kin of MinIO
    CEPH = "ceph"  # on the bucket, users named


class Grant(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Groups of rights, and the key prefixes that they are for."""

    rights: tuple[str, ...]
    under: tuple[str, ...]


class Terms(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What a role is for, which keys it has, what it may, and what it is refused in so many words."""

    work: str
    given: str
    may: tuple[Grant, ...]
    never: tuple[Grant, ...]


class _Sheet(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    rights: dict[str, tuple[str, ...]]
    roles: dict[Role, Terms]


@cache
def _sheet() -> _Sheet:
    with _FILE.open("rb") as file:
        return msgspec.convert(tomllib.load(file), _Sheet)


def terms(role: Role) -> Terms:
    """What `roles.toml` says of a role."""
    return _sheet().roles[role]


def user_policy(role: Role, bucket: str, dialect: Dialect) -> str:
    """The policy that is hung on a user, as indented JSON."""
    return _written(_statements(role, bucket, dialect))


def bucket_policy(bucket: str, users: Mapping[Role, str]) -> str:
    """The policy that is hung on the bucket. `users` are principals (`arn:aws:iam:::user/writer`)."""
    return _written(
        {**statement, "Principal": {"AWS": [principal]}}
        for role, principal in users.items()
        for statement in _statements(role, bucket, Dialect.CEPH)
    )


def _written(statements: Iterable[dict[str, Any]]) -> str:
    return json.dumps({"Version": _VERSION, "Statement": list(statements)}, indent=1)


def _statements(role: Role, bucket: str, dialect: Dialect) -> list[dict[str, Any]]:
    """First the bucket itself, then its objects: what the role may, and what it is refused."""
    asked, said = f"arn:aws:s3:::{bucket}", terms(role)
    rows = [
        ("Allow", _actions(["ask"], dialect), [asked]),
        *(("Allow", _actions(grant.rights, dialect), _under(asked, grant)) for grant in said.may),
        ("Deny", _actions(["rule"], dialect), [asked]),
        *(("Deny", _actions(grant.rights, dialect), _under(asked, grant)) for grant in said.never),
    ]
    return [
        {"Sid": f"{role.title()}{number}", "Effect": effect, "Action": actions, "Resource": resources}
        for number, (effect, actions, resources) in enumerate(rows, 1)
        if actions  # a group may be unknown to the server as a whole
    ]


def _actions(rights: Iterable[str], dialect: Dialect) -> list[str]:
    unknown = _UNKNOWN_TO_MINIO if dialect is Dialect.MINIO else frozenset()
    return [action for right in rights for action in _sheet().rights[right] if action not in unknown]


def _under(bucket: str, grant: Grant) -> list[str]:
    return [f"{bucket}/{prefix}*" for prefix in grant.under]
