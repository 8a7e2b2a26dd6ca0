"""Destroying in a write-once directory: the object, then its lock file."""

from __future__ import annotations

from datetime import UTC, datetime

from paloverde.archive.store.destroyer import Permission, refuse_kept
from paloverde.archive.store.directory import DirectoryStore, one_writer, sync_folder
from paloverde.archive.store.interface import Stored
from paloverde.errors import ArchiveDamaged, StoreCannotPromise


class DirectoryDestroyer:
    """See `paloverde.archive.store.destroyer.Destroyer`."""

    def __init__(self, store: DirectoryStore) -> None:
        self._store = store

    @property
    def description(self) -> str:
        return self._store.description

    def destroy(self, stored: Stored, permission: Permission, now: datetime) -> None:
        permission.check(stored)
        path, beside = self._store.places_of(stored.key)
        with self._store.plainly("destroyed"):
            if beside.parent.is_dir():
                with one_writer(beside.parent):  # nobody sets a hold between the look and the deed
                    self._destroy(stored, now)
            else:
                self._destroy(stored, now)
            beside.unlink(missing_ok=True)
        if path.exists():
            raise StoreCannotPromise(f"{self.description} still has {stored.key}, which was destroyed.")

    def _destroy(self, stored: Stored, now: datetime) -> None:
        try:
            standing = self._store.standing(stored)
        except ArchiveDamaged:
            return  # gone already
        refuse_kept(stored, standing, now.astimezone(UTC), self.description)
        path, _ = self._store.places_of(stored.key)
        path.unlink()
        sync_folder(path.parent)
