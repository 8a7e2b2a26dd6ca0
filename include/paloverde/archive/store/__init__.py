"""Write-once object stores: S3 with Object Lock, and a directory on one machine."""

from __future__ import annotations

import secrets
from pathlib import Path
from urllib.parse import unquote, urlsplit

from paloverde.archive.store.destroyer import Destroyer
from paloverde.archive.store.directory import DirectoryStore
from paloverde.archive.store.directory_destroyer import DirectoryDestroyer
from paloverde.archive.store.directory_tamper import DirectoryTamper
from paloverde.archive.store.interface import Grade, Standing, Store, Stored
from paloverde.archive.store.s3 import S3Store, connect
from paloverde.archive.store.s3 import make_bucket as make_s3_bucket
from paloverde.archive.store.s3_destroyer import S3Destroyer
from paloverde.archive.store.s3_tamper import S3Tamper
from paloverde.archive.store.tamper import Tamper
from paloverde.errors import BadSetting, StoreCannotPromise

__all__ = [
    "Grade",
    "Standing",
    "Store",
    "Stored",
    "Tamper",
    "make_bucket",
    "open_destroyer",
    "open_store",
    "open_tamper",
]

PROBE_PATIENCE = 5.0  # seconds: the probe asks what a store does, not what it may do later


def open_store(
    url: str,
    *,
    endpoint: str | None = None,
    region: str | None = None,
    access_key: str | None = None,
    secret_key: str | None = None,
    mode: Grade = Grade.GOVERNANCE,
) -> Store:
    """The store at `url`: `file:///a/directory` or `s3://bucket`.

    `mode` is how S3 objects are locked. A directory is application-enforced whatever is asked, and
    refuses COMPLIANCE with `StoreCannotPromise`. Nothing is asked of an S3 server yet.
    """
    directory, bucket = _parts(url)
    if directory is not None:
        if mode is Grade.COMPLIANCE:
            raise StoreCannotPromise(
                f"The directory {directory} cannot promise COMPLIANCE, since its owner can delete files;"
                " use an S3 server with Object Lock."
            )
        return DirectoryStore(directory)
    client = connect(endpoint, region=region, access_key=access_key, secret_key=secret_key)
    return S3Store(client, bucket, mode)


def open_tamper(
    url: str,
    *,
    endpoint: str | None = None,
    region: str | None = None,
    access_key: str | None = None,
    secret_key: str | None = None,
    mode: Grade = Grade.GOVERNANCE,
) -> Tamper:
    """The attempts of the probe on the store at `url`, with the arguments of `open_store`."""
    directory, bucket = _parts(url)
    if directory is not None:
        return DirectoryTamper(DirectoryStore(directory))
    client = connect(endpoint, region=region, access_key=access_key, secret_key=secret_key)
    wrong = secrets.token_hex(20)
    stranger = connect(endpoint, region=region, access_key=access_key or "stranger", secret_key=wrong)
    return S3Tamper(S3Store(client, bucket, mode, patience=PROBE_PATIENCE), stranger)


def open_destroyer(
    url: str,
    *,
    endpoint: str | None = None,
    region: str | None = None,
    access_key: str | None = None,
    secret_key: str | None = None,
    mode: Grade = Grade.GOVERNANCE,
) -> Destroyer:
    """What destroys in the store at `url`, with the arguments of `open_store` and keys that may delete.

    `BadSetting` where an S3 store is named without such keys: the archive's own must not be able to delete.
    """
    directory, bucket = _parts(url)
    if directory is not None:
        return DirectoryDestroyer(DirectoryStore(directory))
    if not access_key or not secret_key:
        raise BadSetting(
            f"Nothing can be destroyed in {url}: keys that may delete are not set. Set PALOVERDE_DESTROY_S3_"
            "* (and PALOVERDE_SECOND_DESTROY_S3_* for the second copy) for the time of the destruction."
        )
    client = connect(endpoint, region=region, access_key=access_key, secret_key=secret_key)
    return S3Destroyer(S3Store(client, bucket, mode))


def make_bucket(
    url: str,
    *,
    endpoint: str | None = None,
    region: str | None = None,
    access_key: str | None = None,
    secret_key: str | None = None,
) -> bool:
    """Make the bucket of `s3://bucket` with Object Lock and versions; False where it was there already.

    A directory makes itself and answers False. `StoreCannotPromise` where the bucket has no Object Lock.
    """
    directory, bucket = _parts(url)
    if directory is not None:
        return False
    return make_s3_bucket(
        connect(endpoint, region=region, access_key=access_key, secret_key=secret_key), bucket
    )


def _parts(url: str) -> tuple[Path | None, str]:
    """(directory, "") or (None, bucket)."""
    parts = urlsplit(url)
    if parts.scheme == "file" and parts.netloc in ("", "localhost") and len(parts.path) > 1:
        return Path(unquote(parts.path)), ""
    if parts.scheme == "s3" and parts.netloc and "@" not in parts.netloc and parts.path in ("", "/"):
        return None, parts.netloc
    raise BadSetting(
        "The store's address must look like file:///var/lib/paloverde or s3://bucket; mend the address."
    )
