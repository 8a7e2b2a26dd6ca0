"""Destroying one version in an S3 bucket, with the credentials of the destroyer and without any bypass."""

from __future__ import annotations

from datetime import datetime

from paloverde.archive.store.destroyer import Permission, refuse_kept, refuse_unnamed
from paloverde.archive.store.interface import Standing, Stored
from paloverde.archive.store.s3 import S3Store, plainly
from paloverde.errors import ArchiveDamaged, StoreCannotPromise


class S3Destroyer:
    """See `paloverde.archive.store.destroyer.Destroyer`."""

    def __init__(self, store: S3Store) -> None:
        self._store = store

    @property
    def description(self) -> str:
        return self._store.description

    def versions(self, key: str) -> list[Stored]:
        return [one for one in self._store.walk(key) if one.key == key]

    def destroy(self, stored: Stored, permission: Permission, now: datetime) -> None:
        refuse_unnamed(stored, permission)
        standing = self._standing(stored)
        if standing is None:
            return
        refuse_kept(stored, standing, now, self.description)
        store = self._store
        with plainly(self.description):
            store.client.delete_object(Bucket=store.bucket, Key=stored.key, VersionId=stored.version_id)
        if self._standing(stored) is not None:
            raise StoreCannotPromise(f"{self.description} still has {stored.key}, which was destroyed.")

    def _standing(self, stored: Stored) -> Standing | None:
        try:
            return self._store.standing(stored)
        except ArchiveDamaged:
            return None
