"""Write-once object stores: S3 with Object Lock, and a directory on one machine."""

from __future__ import annotations

from importlib import import_module
from pathlib import Path
from typing import Protocol
from urllib.parse import unquote, urlsplit

from paloverde.archive.store.destroyer import Destroyer
from paloverde.archive.store.directory import DirectoryStore
from paloverde.archive.store.directory_destroyer import DirectoryDestroyer
from paloverde.archive.store.directory_tamper import DirectoryTamper
from paloverde.archive.store.interface import Grade, Standing, Store, Stored
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

# What opens buckets is imported with the first of them, as `cli.py` does with commands: it brings boto3,
# which takes as long to load as a question to the search index takes, and a directory needs none of it.
_BUCKETS = "paloverde.archive.store.s3_opening"


class _Bucket(Protocol):
    """What `s3_opening.Bucket` is."""

    def store(self, mode: Grade, encryption: str | None) -> Store: ...
    def tamper(self, mode: Grade, encryption: str | None) -> Tamper: ...
    def destroyer(self, mode: Grade, encryption: str | None) -> Destroyer: ...
    def make(self) -> bool: ...


def open_store(
    url: str,
    *,
    endpoint: str | None = None,
    region: str | None = None,
    access_key: str | None = None,
    secret_key: str | None = None,
    mode: Grade = Grade.GOVERNANCE,
    encryption: str | None = None,
) -> Store:
    """The store at `url`: `file:///a/directory` or `s3://bucket`.

    `mode` is how S3 objects are locked. A directory is application-enforced whatever is asked, and
    refuses COMPLIANCE with `StoreCannotPromise`. `encryption` is asked of an S3 server with each object
    (`store.encryption`); a directory lies on a disk that its owner encrypts. No server is asked yet.
    """
    directory, bucket = _parts(url)
    if directory is not None:
        if mode is Grade.COMPLIANCE:
            raise StoreCannotPromise(
                f"The directory {directory} cannot promise COMPLIANCE, since its owner can delete files;"
                " use an S3 server with Object Lock."
            )
        return DirectoryStore(directory)
    return _bucket(bucket, endpoint, region, access_key, secret_key).store(mode, encryption)


def open_tamper(
    url: str,
    *,
    endpoint: str | None = None,
    region: str | None = None,
    access_key: str | None = None,
    secret_key: str | None = None,
    mode: Grade = Grade.GOVERNANCE,
    encryption: str | None = None,
) -> Tamper:
    """The attempts of the probe on the store at `url`, with the arguments of `open_store`."""
    directory, bucket = _parts(url)
    if directory is not None:
        return DirectoryTamper(DirectoryStore(directory))
    return _bucket(bucket, endpoint, region, access_key, secret_key).tamper(mode, encryption)


def open_destroyer(
    url: str,
    *,
    endpoint: str | None = None,
    region: str | None = None,
    access_key: str | None = None,
    secret_key: str | None = None,
    mode: Grade = Grade.GOVERNANCE,
    encryption: str | None = None,
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
    return _bucket(bucket, endpoint, region, access_key, secret_key).destroyer(mode, encryption)


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
    return _bucket(bucket, endpoint, region, access_key, secret_key).make()


def _bucket(name: str, *where: str | None) -> _Bucket:
    """A bucket by its name, the server's address and region, and the keys."""
    bucket: _Bucket = import_module(_BUCKETS).Bucket(name, *where)
    return bucket


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
