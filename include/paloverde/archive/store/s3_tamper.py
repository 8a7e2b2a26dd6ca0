"""Tampering with an S3 store through its own API. For the probe and tests only, under `probe/`."""

from __future__ import annotations

import base64
import hashlib
import secrets
import time
import uuid
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING, Any

from paloverde.archive.store.encryption import in_words
from paloverde.archive.store.interface import Grade, Stored
from paloverde.archive.store.s3 import S3Store, checksums, plainly
from paloverde.archive.store.tamper import EVIDENCE, PREFIX, SWEEP_SECONDS, check_probe_key
from paloverde.errors import ArchiveDamaged, BadSetting, PaloverdeError, StoreCannotPromise, Unreachable

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

NO_POLICY = '{"Statement": "none"}'  # JSON, and no policy in anybody's language


class S3Tamper:
    """See `paloverde.archive.store.tamper.Tamper`. `stranger` is a client that signs with a wrong secret."""

    def __init__(self, store: S3Store, stranger: S3Client) -> None:
        self.store = store
        self.client = store.client
        self.bucket = store.bucket
        self.stranger = stranger

    def lock(self, key: str, body: bytes, mode: Grade, until: datetime) -> Stored:
        return S3Store(self.client, self.bucket, mode).put(check_probe_key(key), body, locked_until=until)

    def delete(self, stored: Stored, *, bypass: bool = False) -> bool:
        right: Any = {"BypassGovernanceRetention": True} if bypass else {}
        self._allowed(
            lambda: self.client.delete_object(
                Bucket=self.bucket, Key=check_probe_key(stored.key), VersionId=stored.version_id, **right
            )
        )
        try:
            self.store.standing(stored)
        except ArchiveDamaged:
            return True  # what counts is whether it is gone, not what the answer said
        return False

    def overwrite(self, key: str, body: bytes) -> bool:
        return self._put(key, body)

    def relock(self, stored: Stored, mode: Grade, until: datetime) -> bool:
        before = self.store.standing(stored)
        retention: Any = {"Mode": mode.value, "RetainUntilDate": until}
        self._allowed(
            lambda: self.client.put_object_retention(
                Bucket=self.bucket, Key=check_probe_key(stored.key), VersionId=stored.version_id,
                Retention=retention, BypassGovernanceRetention=True,
            )
        )  # fmt: skip
        return self.store.standing(stored) != before

    def send_damaged(self, key: str, *, checksum: str) -> bool:
        sums = checksums(b"the bytes that were meant")
        if checksum == "md5":
            return self._put(key, b"the bytes that arrived..", ContentMD5=sums["ContentMD5"])
        body = b"the bytes that arrived.."
        right_md5 = base64.b64encode(hashlib.md5(body, usedforsecurity=False).digest()).decode()
        return self._put(key, body, **(sums | {"ContentMD5": right_md5}))

    def put_if_absent(self, key: str, body: bytes) -> bool | None:
        return self._put(key, body, IfNoneMatch="*")

    def multipart(self, key: str, body: bytes, until: datetime) -> Stored | None:
        where: Any = {"Bucket": self.bucket, "Key": check_probe_key(key)}
        with plainly(self.store.description):
            lock: Any = {"ObjectLockMode": self.store.grade.value, "ObjectLockRetainUntilDate": until}
            upload = self.client.create_multipart_upload(**where, **lock)["UploadId"]
            md5 = checksums(body)["ContentMD5"]
            part = self.client.upload_part(**where, UploadId=upload, PartNumber=1, Body=body, ContentMD5=md5)
            parts: Any = {"Parts": [{"ETag": part["ETag"], "PartNumber": 1}]}
            self.client.complete_multipart_upload(**where, UploadId=upload, MultipartUpload=parts)
        return self.store.find(key)

    def enter_with_wrong_secret(self) -> bool | None:
        return self._allowed(lambda: self.stranger.head_bucket(Bucket=self.bucket))

    def keeps_versions(self) -> bool:
        with plainly(self.store.description):
            versions = self.client.get_bucket_versioning(Bucket=self.bucket)
        if versions.get("Status") != "Enabled":
            return False
        return self._allowed(lambda: self.client.get_object_lock_configuration(Bucket=self.bucket))

    def expiry_rules(self) -> list[str]:
        rules: list[Any] = []

        def read() -> None:
            rules.extend(self.client.get_bucket_lifecycle_configuration(Bucket=self.bucket).get("Rules", []))

        self._allowed(read)  # a bucket without rules answers with an error
        return [
            rule.get("ID", "without a name")
            for rule in rules
            if rule.get("Status") == "Enabled" and {"Expiration", "NoncurrentVersionExpiration"} & rule.keys()
        ]

    def default_lock(self) -> str:
        try:
            with plainly(self.store.description):
                answer = self.client.get_object_lock_configuration(Bucket=self.bucket)
        except StoreCannotPromise:
            return "the bucket has no Object Lock"
        rule = answer.get("ObjectLockConfiguration", {}).get("Rule", {}).get("DefaultRetention", {})
        if not rule:
            return "none: each object is locked by the program that writes it"
        length = f"{rule['Days']} days" if "Days" in rule else f"{rule['Years']} years"
        return f"{rule.get('Mode', 'no mode')}, {length}"

    def clock_difference(self) -> float | None:
        with plainly(self.store.description):
            answer = self.client.head_bucket(Bucket=self.bucket)
        date = answer["ResponseMetadata"]["HTTPHeaders"].get("date")
        return parsedate_to_datetime(date).timestamp() - time.time() if date else None

    def sweep(self) -> None:
        old = datetime.now(UTC) - timedelta(seconds=SWEEP_SECONDS)
        pages = self.client.get_paginator("list_object_versions").paginate(Bucket=self.bucket, Prefix=PREFIX)
        with plainly(self.store.description):
            versions = [version for page in pages for version in page.get("Versions", [])]
        for version in versions:
            if not version["Key"].startswith(EVIDENCE) and version["LastModified"] < old:
                found = Stored(key=version["Key"], version_id=version["VersionId"], sha256="", size=0)
                self.delete(found, bypass=True)

    def how_encrypted(self, stored: Stored) -> str | None:
        return in_words(self.store.head(stored))

    def may_set_policy(self) -> bool | None:
        return self._is_let(lambda: self.client.put_bucket_policy(Bucket=self.bucket, Policy=NO_POLICY))

    def may_set_versions(self) -> bool | None:
        if not self.keeps_versions():
            return None  # nothing is set that was not set before
        same: Any = {"Status": "Enabled"}
        return self._is_let(
            lambda: self.client.put_bucket_versioning(Bucket=self.bucket, VersioningConfiguration=same)
        )

    def may_delete_records(self) -> bool | None:
        # Nobody has this name, and nobody this version: whoever may delete is told so, or nothing at all.
        name, version = f"records/probe={uuid.uuid4().hex}/none", secrets.token_hex(16)
        return self._is_let(
            lambda: self.client.delete_object(Bucket=self.bucket, Key=name, VersionId=version)
        )

    def may_read_records(self) -> bool | None:
        with plainly(self.store.description):
            found = self.client.list_objects_v2(Bucket=self.bucket, Prefix="records/", MaxKeys=1)
        keys = [one["Key"] for one in found.get("Contents", [])]
        if not keys:
            return None
        return self._is_let(
            lambda: self.client.get_object(Bucket=self.bucket, Key=keys[0], Range="bytes=0-0")
        )

    def _is_let(self, attempt: Callable[[], object]) -> bool:
        """Whether the keys have the right: every answer but a refusal of the keys says so."""
        try:
            with plainly(self.store.description):
                attempt()
        except BadSetting:
            return False
        except (StoreCannotPromise, ArchiveDamaged):
            return True  # it went as far as the thing itself
        return True

    def _put(self, key: str, body: bytes, **more: Any) -> bool:
        where: Any = {"Bucket": self.bucket, "Key": check_probe_key(key), "Body": body}
        return self._allowed(lambda: self.client.put_object(**where, **more))

    def _allowed(self, attempt: Callable[[], object]) -> bool:
        """Whether the store let it happen; a store that does not answer at all has not decided."""
        try:
            with plainly(self.store.description):
                attempt()
        except Unreachable as error:
            if "damaged bytes" in str(error):
                return False
            raise
        except PaloverdeError:
            return False
        return True
