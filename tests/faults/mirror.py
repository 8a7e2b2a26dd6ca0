"""An S3 bucket as a directory, for the independent audit, which reads directories.

Every version of every object is looked at with S3's own questions; nothing of the product's reading is used. What
lies under a key more than once is counted: versions that nobody needs and that nobody may delete for two years.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from paloverde.archive.store.s3 import connect
from simcity.evidence import Evidence, SealedRun, Tell
from stores import Place


@dataclass(frozen=True)
class Version:
    """One version of an object, as the server tells of it."""

    id: str
    sha256: str
    locked_until: datetime | None
    mode: str | None


class Mirror:
    """What lies in a bucket, kept up to date under `folder` in the form of the product's directory store."""

    def __init__(self, client: Any, bucket: str, folder: Path) -> None:
        self.client, self._bucket, self._folder = client, bucket, folder
        self.versions: dict[str, dict[str, Version]] = {}
        self.markers = 0

    def refresh(self) -> None:
        """Everything that is new in the bucket."""
        pages = self.client.get_paginator("list_object_versions").paginate(Bucket=self._bucket)
        for page in pages:
            self.markers += len(page.get("DeleteMarkers", []))
            for told in page.get("Versions", []):
                if told["VersionId"] not in self.versions.setdefault(told["Key"], {}):
                    self._take(told["Key"], told["VersionId"])

    def _take(self, key: str, version: str) -> None:
        answer = self.client.get_object(Bucket=self._bucket, Key=key, VersionId=version)
        body = answer["Body"].read()
        until = answer.get("ObjectLockRetainUntilDate")
        self.versions[key][version] = Version(
            version, hashlib.sha256(body).hexdigest(), until, answer.get("ObjectLockMode")
        )
        path, beside = self._folder / key, self._folder / ".locks" / f"{key}.json"
        for file in (path, beside):
            file.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(body)
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
        return sum(len(versions) - 1 for versions in self.versions.values())

    def unnamed(self) -> int:
        """Objects that a run stored and no seal names: what killed runs leave. Nobody reads them."""
        named = {
            part["key"]
            for path in (self._folder / "runs").glob("*.json")
            for part in json.loads(path.read_bytes())["run"]["parts"]
        }
        stored = ("records/", "sightings/", "exchanges/", "media/", "removed/")
        return sum(key.startswith(stored) and key not in named for key in self.versions)


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
    keys = place.keys
    client = connect(
        keys["endpoint"], region=None, access_key=keys["access_key"], secret_key=keys["secret_key"]
    )
    return Mirror(client, place.url.removeprefix("s3://"), folder)
