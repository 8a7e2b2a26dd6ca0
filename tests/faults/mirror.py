"""An S3 bucket as a directory, for the independent audit, which reads directories.

Every version of every object is looked at with S3's own questions; nothing of the product's reading is used. What
lies under a key more than once is counted: versions that nobody needs and that nobody may delete for two years.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from faults.places import AT_ONCE, quick_client
from paloverde.archive.store.interface import Grade, Standing, Stored
from paloverde.errors import ArchiveDamaged
from simcity.evidence import Evidence, SealedRun, Tell, media_key
from stores import Place


@dataclass(frozen=True)
class Version:
    """One version of an object, as the server tells of it."""

    id: str
    sha256: str
    locked_until: datetime | None
    mode: str | None
    body: bytes


class Mirror:
    """What lies in a bucket, kept up to date under `folder` in the form of the product's directory store."""

    def __init__(self, client: Any, bucket: str, folder: Path) -> None:
        self.client, self.bucket, self._folder = client, bucket, folder
        self.versions: dict[str, dict[str, Version]] = {}
        self.markers = 0

    def refresh(self) -> None:
        """Everything that is new in the bucket."""
        pages = self.client.get_paginator("list_object_versions").paginate(Bucket=self.bucket)
        with ThreadPoolExecutor(AT_ONCE) as pool:
            for page in pages:
                self.markers += len(page.get("DeleteMarkers", []))
                told = [(one["Key"], one["VersionId"]) for one in page.get("Versions", [])]
                new = [(key, id_) for key, id_ in told if id_ not in self.versions.get(key, {})]
                for (key, _), version in zip(new, pool.map(self._read, new), strict=True):
                    self._take(key, version)

    def _read(self, named: tuple[str, str]) -> Version:
        key, id_ = named
        answer = self.client.get_object(Bucket=self.bucket, Key=key, VersionId=id_)
        body: bytes = answer["Body"].read()
        until = answer.get("ObjectLockRetainUntilDate")
        return Version(id_, hashlib.sha256(body).hexdigest(), until, answer.get("ObjectLockMode"), body)

    def look_at_locks(self, key: str) -> None:
        """Ask for the locks of an object once more: they may have been made longer since it was read."""
        for id_, version in [*self.versions.get(key, {}).items()]:
            told = self.client.head_object(Bucket=self.bucket, Key=key, VersionId=id_)
            until, mode = told.get("ObjectLockRetainUntilDate"), told.get("ObjectLockMode")
            self.versions[key][id_] = replace(version, locked_until=until, mode=mode)
            self._note_lock(key)

    def _take(self, key: str, version: Version) -> None:
        self.versions.setdefault(key, {})[version.id] = version
        path = self._folder / key
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(version.body)
        self._note_lock(key)

    def _note_lock(self, key: str) -> None:
        """The shortest lock of an object's versions, as the product's directory store notes it."""
        beside = self._folder / ".locks" / f"{key}.json"
        beside.parent.mkdir(parents=True, exist_ok=True)
        shortest = min(
            (one.locked_until for one in self.versions[key].values() if one.locked_until), default=None
        )
        unlocked = any(one.locked_until is None for one in self.versions[key].values())
        beside.write_text(
            json.dumps({"locked_until": None if unlocked or shortest is None else shortest.isoformat()})
        )

    @property
    def surplus(self) -> int:
        """How many versions lie in the bucket beyond one for each key."""
        return self.surplus_under("")

    def surplus_under(self, *prefixes: str) -> int:
        return sum(len(found) - 1 for key, found in self.versions.items() if key.startswith(prefixes))

    def unnamed(self) -> int:
        """Objects that a run stored and no seal names: what killed runs leave. Nobody reads them."""
        named = {
            part["key"]
            for path in (self._folder / "runs").glob("*.json")
            for part in json.loads(path.read_bytes())["run"]["parts"]
        }
        stored = ("records/", "sightings/", "exchanges/", "media/", "removed/")
        return sum(key.startswith(stored) and key not in named for key in self.versions)


class MirroredStore:
    """The mirror as a store that can be read only: what the server has told is not asked for a second time."""

    grade = Grade.GOVERNANCE
    description = "what the bucket holds"

    def __init__(self, mirror: Mirror) -> None:
        self._versions = mirror.versions

    def walk(self, prefix: str) -> Iterator[Stored]:
        for key in sorted(self._versions):
            if key.startswith(prefix):
                yield from (_stored(key, one) for one in self._all(key))

    def find(self, key: str) -> Stored | None:
        return next((_stored(key, one) for one in self._all(key)), None)

    def get(self, stored: Stored) -> bytes:
        found = self._one(stored)
        if found.sha256 != stored.sha256:
            raise ArchiveDamaged(f"{stored.key} is not what it should be.")
        return found.body

    def standing(self, stored: Stored) -> Standing:
        found = self._one(stored)
        until = found.locked_until.astimezone(UTC) if found.locked_until else None
        return Standing(len(found.body), until, Grade(found.mode) if found.mode else None, legal_hold=False)

    def _all(self, key: str) -> list[Version]:
        return list(self._versions.get(key, {}).values())

    def _one(self, stored: Stored) -> Version:
        found = self._versions.get(stored.key, {}).get(stored.version_id)
        if found is None:
            raise ArchiveDamaged(f"{stored.key} is not there as version {stored.version_id}.")
        return found


def _stored(key: str, version: Version) -> Stored:
    return Stored(key, version.id, version.sha256, len(version.body))


class BucketEvidence(Evidence):
    """The evidence of the audit, from a bucket; it also holds the seals to the versions that they name."""

    def __init__(self, mirror: Mirror, root: Path, tell: Tell) -> None:
        super().__init__(root, tell)
        self._mirror = mirror

    def new_runs(self) -> list[SealedRun]:
        self._mirror.refresh()
        runs = super().new_runs()
        for run in runs:
            for part in run.run["parts"]:
                found = self._mirror.versions.get(part["key"], {}).get(part["version_id"])
                if found is None:
                    self._tell("bytes", f"{part['key']} is sealed with a version that is not there")
                elif found.sha256 != part["sha256"]:
                    self._tell("bytes", f"{part['key']} has other bytes in the version that its seal names")
        return runs

    def media_lock(self, sha256: str) -> datetime | None:
        """A picture is shared, and its lock is moved on when something that shows it is removed."""
        self._mirror.look_at_locks(media_key(sha256))
        return super().media_lock(sha256)

    def look_at_all_again(self) -> None:
        self._mirror.refresh()
        super().look_at_all_again()
        for key, versions in self._mirror.versions.items():
            for version in versions.values():
                if version.locked_until is None:
                    self._tell("lock", f"{key} lies in the bucket without a lock")
                if len({one.sha256 for one in versions.values()}) > 1:
                    self._tell("bytes", f"{key} lies in the bucket with different bytes")


def mirror_of(place: Place, folder: Path) -> Mirror:
    return Mirror(quick_client(place), place.url.removeprefix("s3://"), folder)
