"""S3 with Object Lock: the store for anything that is called WORM. The only door to boto3.

One `put_object` per object, never multipart (several servers lose the lock there), then a look at the
version that came of it. Nothing depends on LIST, conditional put or the server's own checksums. botocore
does not repeat a call here: after a lost answer we look what is there before we send anything again,
since a second copy of a locked version could never be deleted.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, TypeVar
from urllib.parse import urlsplit

import boto3
import tenacity
from botocore import exceptions
from botocore.config import Config

from paloverde.archive.store.encryption import Encryption, in_words
from paloverde.archive.store.interface import Body, Grade, Standing, Stored
from paloverde.archive.store.rules import (
    check_bytes,
    check_hash,
    check_key,
    digest_of,
    lock_date,
    lock_to_come,
    size_of,
    whole_second,
    write_checked,
)
from paloverde.archive.store.s3_answers import ABSENT, explain
from paloverde.errors import ArchiveDamaged, BadSetting, StoreCannotPromise, Unreachable
from paloverde.unanswered import innermost, named

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

T = TypeVar("T")
PUT_LIMIT = 5 * 1024**3  # bytes, the most that one put_object may carry
_PIECE = 1024 * 1024  # bytes read at a time
_SHORTEST_VERSION = 8  # characters of a version's id, on whatever server; a directory's is "1"
_NO_KEYS = (exceptions.NoCredentialsError, exceptions.PartialCredentialsError)


def connect(
    endpoint: str | None, *, region: str | None, access_key: str | None, secret_key: str | None
) -> S3Client:
    """A client that signs with version 4, addresses by path and never repeats a call by itself.

    Without keys boto3's own chain is asked (the machine's role). `BadSetting` where they cannot be used.
    """
    config = Config(
        signature_version="s3v4",
        s3={"addressing_style": "path"},
        retries={"mode": "standard", "total_max_attempts": 1},
        request_checksum_calculation="when_required",
        response_checksum_validation="when_required",
        connect_timeout=5,
        read_timeout=60,
        max_pool_connections=32,
    )
    if endpoint is not None and (not urlsplit(endpoint).hostname or urlsplit(endpoint).username):
        raise BadSetting("The S3 address must look like https://host:port, without a user or password in it.")
    try:
        return boto3.client(
            "s3",
            endpoint_url=endpoint,
            region_name=region or "us-east-1",
            aws_access_key_id=access_key,
            aws_secret_access_key=secret_key,
            config=config,
        )
    except (exceptions.BotoCoreError, ValueError) as error:
        raise BadSetting(
            f"The S3 settings cannot be used ({type(error).__name__}); mend address, region and keys."
        ) from error


@contextmanager
def plainly(server: str) -> Iterator[None]:
    """Turn what botocore raises into an error of ours with one sentence. Messages carry no secret."""
    try:
        yield
    except exceptions.ClientError as error:
        answer = error.response
        code, status = answer["Error"]["Code"], answer["ResponseMetadata"]["HTTPStatusCode"]
        raise explain(server, code, status) from error
    except _NO_KEYS as error:
        raise BadSetting(
            f"{server} needs an access key and a secret key, and none are set; set both."
        ) from error
    except (exceptions.InvalidRegionError, exceptions.ParamValidationError) as error:
        raise BadSetting(
            f"{server} cannot be asked with these settings ({type(error).__name__}); mend bucket and region."
        ) from error
    except exceptions.BotoCoreError as error:
        why = named(innermost(error)) or type(error).__name__
        raise Unreachable(f"{server} did not answer ({why}); check that it runs and try again.") from error


def make_bucket(client: S3Client, bucket: str) -> bool:
    """Make a bucket with Object Lock and versions; False where it was there already.

    `StoreCannotPromise` where the bucket that is there lacks either.
    """
    server = f"S3 bucket {bucket} at {client.meta.endpoint_url}"
    made = True
    region = client.meta.region_name
    where: Any = (
        {} if region == "us-east-1" else {"CreateBucketConfiguration": {"LocationConstraint": region}}
    )
    with plainly(server):
        try:
            client.head_bucket(Bucket=bucket)
            made = False
        except exceptions.ClientError as error:
            if error.response["Error"]["Code"] not in ABSENT | {"NoSuchBucket"}:
                raise
            client.create_bucket(Bucket=bucket, ObjectLockEnabledForBucket=True, **where)
        lock = client.get_object_lock_configuration(Bucket=bucket)
        versions = client.get_bucket_versioning(Bucket=bucket)
    enabled = lock.get("ObjectLockConfiguration", {}).get("ObjectLockEnabled") == "Enabled"
    if not enabled or versions.get("Status") != "Enabled":
        raise StoreCannotPromise(f"{server} has no Object Lock; use a bucket that was made with it.")
    return made


class S3Store:
    """See the module; the interface is `paloverde.archive.store.interface.Store`.

    `patience` is how many seconds an answer is sought, over all repetitions of one call.
    """

    def __init__(
        self,
        client: S3Client,
        bucket: str,
        mode: Grade,
        *,
        patience: float = 60.0,
        encryption: Encryption | None = None,
    ) -> None:
        if mode is Grade.APPLICATION:
            raise BadSetting("An S3 store is locked in GOVERNANCE or COMPLIANCE mode; set one of the two.")
        self.client = client
        self.bucket = bucket
        self.grade = mode
        self.patience = patience
        self.encryption = encryption

    @property
    def description(self) -> str:
        return f"S3 bucket {self.bucket} at {self.client.meta.endpoint_url}"

    def put(
        self, key: str, body: Body, *, locked_until: datetime | None, sha256: str | None = None
    ) -> Stored:
        digest = check_bytes(check_key(key), body, sha256)
        if size_of(body) > PUT_LIMIT:
            raise BadSetting(
                f"{key} has {size_of(body)} bytes and S3 takes 5 GiB at once; split it into parts."
            )
        return self._patiently(lambda: self._put_once(key, body, digest, locked_until))

    def _put_once(self, key: str, body: Body, digest: str, locked_until: datetime | None) -> Stored:
        """Look, then send. Repeated after a lost answer, the look finds what arrived.

        Found with our bytes: ours, whoever sent it. With other bytes: another's. The look itself
        unanswered: unknown, which is `Unreachable`, and nothing is sent or deleted.
        """
        found = self._find(key)
        if found is None:
            return self._send(key, body, digest, locked_until)
        if found.sha256 == digest and found.size == size_of(body):
            if locked_until is not None:
                self._extend(found, locked_until)
            return found
        raise ArchiveDamaged(
            f"{key} in {self.description} already holds other bytes; none were overwritten: check fixity."
        )

    def _send(self, key: str, body: Body, digest: str, locked_until: datetime | None) -> Stored:
        until = None if locked_until is None else lock_date(locked_until, datetime.now(UTC))
        with plainly(self.description), _readable(body) as sent:
            answer = self.client.put_object(
                Bucket=self.bucket, Key=key, Body=sent, Metadata={"sha256": digest},
                **checksums(body), **self._lock(until), **(self.encryption.asked if self.encryption else {}),
            )  # fmt: skip
        self._refuse_a_cut_head(answer)
        version = answer.get("VersionId", "")
        if version in ("", "null"):
            raise StoreCannotPromise(
                f"{self.description} keeps no versions; use a bucket that was made with Object Lock."
            )
        stored = Stored(key=key, version_id=version, sha256=digest, size=size_of(body))
        self._check(stored, until)
        self._refuse_unencrypted(stored)
        return stored

    def restore(self, key: str, body: Body, *, locked_until: datetime | None, legal_hold: bool) -> Stored:
        digest = check_bytes(check_key(key), body, None)
        before = self._patiently(lambda: self._find(key))
        return self._patiently(
            lambda: self._restore_once(key, body, digest, locked_until, legal_hold, before)
        )

    def _restore_once(
        self,
        key: str,
        body: Body,
        digest: str,
        until: datetime | None,
        legal_hold: bool,
        before: Stored | None,
    ) -> Stored:
        """Send a new version. After a lost answer it is there already: newer than the one `before`."""
        found = self._find(key)
        if found is None or found == before or found.sha256 != digest:
            found = self._send(key, body, digest, lock_to_come(until, datetime.now(UTC)))
        if legal_hold:
            self._set_legal_hold(found, on=True)
        return found

    def _lock(self, until: datetime | None) -> dict[str, Any]:
        return (
            {} if until is None else {"ObjectLockMode": self.grade.value, "ObjectLockRetainUntilDate": until}
        )

    def _check(self, stored: Stored, until: datetime | None) -> None:
        """The version just written stands as it was asked for, or nobody may rely on it."""
        now = self._standing(stored)
        if until is not None and now.locked_until is None:
            now = self._standing(stored)  # the head of the first answer may have been cut before its lock
        if now.size != stored.size:
            raise ArchiveDamaged(
                f"{stored.key} in {self.description} has {now.size} bytes where {stored.size} were sent."
            )
        if until is None:
            return
        same_date = now.locked_until is not None and abs(now.locked_until - until) < timedelta(seconds=1)
        if now.mode is not self.grade or not same_date:
            raise StoreCannotPromise(
                f"{self.description} took {stored.key} but did not keep its lock ({self.grade} until"
                f" {until.isoformat()} was asked, {now.mode} until {now.locked_until} is there);"
                " run `paloverde doctor`."
            )

    def _refuse_unencrypted(self, stored: Stored) -> None:
        """A server may know no encryption, take the request, and say nothing: the object itself is asked."""
        if self.encryption is None:
            return
        head = self.head(stored)
        if not self.encryption.is_kept(head):
            raise StoreCannotPromise(
                f"{self.description} took {stored.key}, and it is {in_words(head)}, where {self.encryption}"
                " was asked (PALOVERDE_S3_ENCRYPTION); mend the key service of the server, or the setting."
            )

    def head(self, stored: Stored) -> Mapping[str, Any]:
        """What the server says of exactly this version."""
        with plainly(self.description):
            head = self.client.head_object(Bucket=self.bucket, Key=stored.key, VersionId=stored.version_id)
        self._refuse_a_cut_head(head)
        return head

    def get(self, stored: Stored) -> bytes:
        return _twice(lambda: self._get(stored))

    def _get(self, stored: Stored) -> bytes:
        body = self._patiently(lambda: self._get_once(stored))
        check_bytes(stored.key, body, stored.sha256)
        return body

    def _get_once(self, stored: Stored) -> bytes:
        self._refuse_a_foreign_version(stored)
        with plainly(self.description):
            answer = self.client.get_object(Bucket=self.bucket, Key=stored.key, VersionId=stored.version_id)
            return answer["Body"].read()

    def check(self, stored: Stored) -> None:
        _twice(lambda: check_hash(stored.key, self._patiently(lambda: self._hash(stored)), stored.sha256))

    def fetch(self, stored: Stored, path: Path) -> None:
        _twice(lambda: self._patiently(lambda: write_checked(stored, self._pieces(stored), path)))

    def _hash(self, stored: Stored) -> str:
        """The SHA-256 of a version, read piece by piece."""
        whole = hashlib.sha256()
        for piece in self._pieces(stored):
            whole.update(piece)
        return whole.hexdigest()

    def _pieces(self, stored: Stored) -> Iterator[bytes]:
        self._refuse_a_foreign_version(stored)
        with plainly(self.description):
            answer = self.client.get_object(Bucket=self.bucket, Key=stored.key, VersionId=stored.version_id)
            yield from answer["Body"].iter_chunks(_PIECE)

    def standing(self, stored: Stored) -> Standing:
        return self._patiently(lambda: self._standing(stored))

    def _standing(self, stored: Stored) -> Standing:
        self._refuse_a_foreign_version(stored)
        head = self.head(stored)
        until = head.get("ObjectLockRetainUntilDate")
        return Standing(
            size=head["ContentLength"],
            locked_until=until.astimezone(UTC) if until else None,
            mode=Grade(head["ObjectLockMode"]) if head.get("ObjectLockMode") else None,
            legal_hold=head.get("ObjectLockLegalHoldStatus") == "ON",
        )

    def _refuse_a_cut_head(self, answer: Any) -> None:
        """Where the connection ends inside the head of an answer, what was still to come is just missing.

        Every server with a clock says the Date (RFC 9110 section 6.6.1), and the length of what it answers.
        """
        if not {"date", "content-length"} <= answer["ResponseMetadata"]["HTTPHeaders"].keys():
            raise Unreachable(f"{self.description} gave an answer that was cut short; try again.")

    def _refuse_a_foreign_version(self, stored: Stored) -> None:
        """Some servers call it a bad request, as if it were our mistake, where an id is not of their form."""
        if len(stored.version_id) < _SHORTEST_VERSION:
            raise ArchiveDamaged(
                f"{self.description} does not hold {stored.key} as version {stored.version_id}, which was "
                "sealed in another store: run `paloverde rebuild`, or `paloverde repair` after a check."
            )

    def find(self, key: str) -> Stored | None:
        check_key(key)
        return self._patiently(lambda: self._find(key))

    def _find(self, key: str, version_id: str | None = None) -> Stored | None:
        which: Any = {"VersionId": version_id} if version_id else {}
        with plainly(self.description):
            try:
                head = self.client.head_object(Bucket=self.bucket, Key=key, **which)
            except exceptions.ClientError as error:
                if error.response["Error"]["Code"] in ABSENT:
                    return None
                raise
        self._refuse_a_cut_head(head)
        found = Stored(
            key=key,
            version_id=head.get("VersionId", version_id or "null"),
            sha256=head.get("Metadata", {}).get("sha256", ""),
            size=head["ContentLength"],
        )
        if found.sha256:
            return found
        # Written by another program: its bytes are the only witness.
        digest = hashlib.sha256(self._get_once(found)).hexdigest()
        return Stored(key=key, version_id=found.version_id, sha256=digest, size=found.size)

    def extend(self, stored: Stored, locked_until: datetime) -> None:
        self._patiently(lambda: self._extend(stored, locked_until))

    def _extend(self, stored: Stored, locked_until: datetime) -> None:
        until, now = whole_second(locked_until), self._standing(stored)
        stronger = now.mode is not None and (now.mode is self.grade or now.mode is Grade.COMPLIANCE)
        if stronger and now.locked_until is not None and now.locked_until >= until:
            return
        until = max(until, now.locked_until or until)
        mode: Literal["COMPLIANCE", "GOVERNANCE"] = (
            "COMPLIANCE" if Grade.COMPLIANCE in (now.mode, self.grade) else "GOVERNANCE"
        )
        # Some servers want the right to lift a GOVERNANCE lock before they turn it into the stronger one.
        right: Any = {} if now.mode in (None, mode) else {"BypassGovernanceRetention": True}
        with plainly(self.description):
            self.client.put_object_retention(
                Bucket=self.bucket, Key=stored.key, VersionId=stored.version_id,
                Retention={"Mode": mode, "RetainUntilDate": until}, **right,
            )  # fmt: skip
        kept = self._standing(stored)
        if kept.mode != mode or kept.locked_until is None or kept.locked_until < until:
            raise StoreCannotPromise(
                f"{self.description} did not move the lock of {stored.key} to {until.isoformat()};"
                " run `paloverde doctor`."
            )

    def set_legal_hold(self, stored: Stored, on: bool) -> None:
        self._patiently(lambda: self._set_legal_hold(stored, on))

    def _set_legal_hold(self, stored: Stored, on: bool) -> None:
        if self._standing(stored).legal_hold is on:
            return
        with plainly(self.description):
            self.client.put_object_legal_hold(
                Bucket=self.bucket, Key=stored.key, VersionId=stored.version_id,
                LegalHold={"Status": "ON" if on else "OFF"},
            )  # fmt: skip
        if self._standing(stored).legal_hold is not on:
            raise StoreCannotPromise(
                f"{self.description} did not keep the legal hold of {stored.key}; run `paloverde doctor`."
            )

    def walk(self, prefix: str) -> Iterator[Stored]:
        for key, version_id in self._listed(prefix):
            found = self._patiently(partial(self._find, key, version_id))
            if found is not None:
                yield found

    def _listed(self, prefix: str) -> Iterator[tuple[str, str]]:
        """Key and version of all that is listed, page by page; each page is asked for again by itself."""
        after: dict[str, str] = {}
        while True:
            page = self._patiently(partial(self._page, prefix, after))
            for version in page.get("Versions", []):
                yield version["Key"], version["VersionId"]
            if not page["IsTruncated"]:
                return
            after = {
                "KeyMarker": page["NextKeyMarker"],
                "VersionIdMarker": page.get("NextVersionIdMarker", ""),
            }

    def _page(self, prefix: str, after: dict[str, Any]) -> Any:
        with plainly(self.description):
            page = self.client.list_object_versions(Bucket=self.bucket, Prefix=prefix, **after)
        if "IsTruncated" not in page:  # every server says it: the answer was cut, and is not an empty list
            raise Unreachable(f"{self.description} gave a list that was cut short; try again.")
        return page

    def _patiently(self, attempt: Callable[[], T]) -> T:
        """Repeat what may succeed later, with growing pauses, for `patience` seconds."""
        return tenacity.Retrying(
            retry=tenacity.retry_if_exception_type(Unreachable),
            wait=tenacity.wait_random_exponential(multiplier=0.2, max=5),
            stop=tenacity.stop_after_delay(self.patience) | tenacity.stop_after_attempt(8),
            reraise=True,
        )(attempt)


def _twice(read: Callable[[], T]) -> T:
    """What reads wrong may have been bent on the way: only what does so again is damaged."""
    try:
        return read()
    except ArchiveDamaged:
        return read()


@contextmanager
def _readable(body: Body) -> Iterator[Any]:
    """What boto3 sends: bytes, or an open file, which it reads piece by piece."""
    if isinstance(body, bytes):
        yield body
        return
    with body.open("rb") as file:
        yield file


def checksums(body: Body) -> dict[str, Any]:
    """What lets the server refuse damaged bytes: MD5 for old servers, SHA-256 for new ones."""
    # MD5 guards the wire here, as the S3 API asks; nothing is identified by it.
    md5 = digest_of(body, "md5")
    return {
        "ContentMD5": base64.b64encode(md5).decode(),
        "ChecksumAlgorithm": "SHA256",
        "ChecksumSHA256": base64.b64encode(digest_of(body, "sha256")).decode(),
    }
