"""Destroying in a write-once directory: what a repair set aside, the object, then its lock file."""

from __future__ import annotations

import hashlib
import os
import re
from contextlib import ExitStack
from datetime import UTC, datetime
from pathlib import Path

from paloverde.archive.store.destroyer import Permission, refuse_kept, refuse_unnamed
from paloverde.archive.store.directory import DAMAGED, VERSION, DirectoryStore, one_writer, sync_folder
from paloverde.archive.store.interface import Standing, Stored
from paloverde.archive.store.rules import check_key
from paloverde.errors import StoreCannotPromise

_SET_ASIDE = "damaged-"  # and the name that the repair gave: the version id of what it left
_NAME = re.compile("[0-9a-f]{32}")


class DirectoryDestroyer:
    """See `paloverde.archive.store.destroyer.Destroyer`."""

    def __init__(self, store: DirectoryStore) -> None:
        self._store = store

    @property
    def description(self) -> str:
        return self._store.description

    def versions(self, key: str) -> list[Stored]:
        """The damaged ones first: the object's lock file keeps them too, and goes with the object."""
        with self._store.plainly("listed"):
            damaged = [_damaged(key, path) for path in self._set_aside(key)]
        found = self._store.find(key)
        return damaged if found is None else [*damaged, found]

    def destroy(self, stored: Stored, permission: Permission, now: datetime) -> None:
        refuse_unnamed(stored, permission)
        _, beside = self._store.places_of(stored.key)
        path = self._place_of(stored)
        if path is None:
            return
        with self._store.plainly("destroyed"), ExitStack() as stack:
            if beside.parent.is_dir():  # nobody sets a hold between the look and the deed
                stack.enter_context(one_writer(beside.parent))
            if os.path.lexists(path):
                refuse_kept(stored, self._standing(stored, path), now.astimezone(UTC), self.description)
                path.unlink()
                sync_folder(path.parent)
            if stored.version_id == VERSION:
                beside.unlink(missing_ok=True)
        if os.path.lexists(path):
            raise StoreCannotPromise(f"{self.description} still has {stored.key}, which was destroyed.")

    def _standing(self, stored: Stored, path: Path) -> Standing:
        """What keeps a version: the lock and the hold of its object, also where it is set aside."""
        kept = self._store.kept(stored.key)
        return Standing(path.lstat().st_size, kept.locked_until, None, kept.legal_hold)

    def _place_of(self, stored: Stored) -> Path | None:
        """Where a version lies; None for one of another store, which never lay here."""
        path, _ = self._store.places_of(stored.key)
        if stored.version_id == VERSION:
            return path
        is_set_aside = stored.version_id.startswith(_SET_ASIDE)
        name = stored.version_id.removeprefix(_SET_ASIDE)
        if not is_set_aside or not _NAME.fullmatch(name):
            return None
        return self._store.root / DAMAGED / f"{stored.key}.{name}"

    def _set_aside(self, key: str) -> list[Path]:
        beside = self._store.root / DAMAGED / check_key(key)
        if not beside.parent.is_dir():
            return []
        name = re.compile(re.escape(beside.name) + r"\." + _NAME.pattern)
        return sorted(path for path in beside.parent.iterdir() if name.fullmatch(path.name))


def _damaged(key: str, path: Path) -> Stored:
    """What a repair set aside, under a version id of its own. Of a link, what it says is all there is."""
    body = os.fsencode(path.readlink()) if path.is_symlink() else path.read_bytes()
    version_id = f"{_SET_ASIDE}{path.name.rpartition('.')[2]}"
    return Stored(key, version_id, hashlib.sha256(body).hexdigest(), len(body))
