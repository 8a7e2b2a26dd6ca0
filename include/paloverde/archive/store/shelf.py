"""An unlocked place for what is derived from the archive and can be made again: files there are overwritten.

Nothing of the archive itself ever lies in one, and nothing is deleted here.
"""

from __future__ import annotations

import uuid
from importlib import import_module
from pathlib import Path
from typing import Protocol

from paloverde.archive.store.directory import make_folders, sync_folder, write_synced
from paloverde.errors import Unreachable

_BUCKETS = "paloverde.archive.store.s3_shelf"  # loaded with the first of them: it brings boto3


class Shelf(Protocol):
    """`address` is how other programs name the place: what is written as `key` they find at `address/key`."""

    @property
    def address(self) -> str: ...

    def write(self, key: str, body: bytes) -> None:
        """Put bytes there, over what is there."""

    def read(self, key: str) -> bytes | None:
        """The bytes; None where there is no such file."""


class DirectoryShelf:
    """A folder on this machine, or on a disk that several machines share."""

    def __init__(self, root: Path) -> None:
        self._root = root.absolute()

    @property
    def address(self) -> str:
        return f"file://{self._root}"

    def write(self, key: str, body: bytes) -> None:
        path = self._root / key
        beside = path.with_name(f".{path.name}.{uuid.uuid4().hex}")  # what is left of a failure disturbs none
        try:
            make_folders(path.parent)
            write_synced(beside, body)
            beside.replace(path)
            sync_folder(path.parent)
        except OSError as error:
            raise Unreachable(
                f"{path} could not be written ({error.strerror}): make room there or give this user the "
                "right, then try again."
            ) from error

    def read(self, key: str) -> bytes | None:
        try:
            return (self._root / key).read_bytes()
        except FileNotFoundError:
            return None
        except OSError as error:
            raise Unreachable(
                f"{self._root / key} could not be read ({error.strerror}): look at the disk and its rights, "
                "then try again."
            ) from error


def open_shelf(
    url: str,
    *,
    endpoint: str | None = None,
    region: str | None = None,
    access_key: str | None = None,
    secret_key: str | None = None,
) -> Shelf:
    """The place at `file:///a/folder` or `s3://bucket`. Nothing is asked of an S3 server yet."""
    if url.startswith("file://"):
        return DirectoryShelf(Path(url.removeprefix("file://")))
    bucket = url.removeprefix("s3://")
    shelf: Shelf = import_module(_BUCKETS).S3Shelf(bucket, endpoint, region, access_key, secret_key)
    return shelf
