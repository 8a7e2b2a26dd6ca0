"""What of a delivery lies in the archive: the bundle, what it tells of itself, the papers of a link."""

from __future__ import annotations

import csv
import io
import zipfile
from collections.abc import Sequence

import msgspec

from paloverde.archive.papers import Cabinet
from paloverde.archive.store.interface import Store, Stored
from paloverde.bundles.enclosed import INDEX_AT
from paloverde.bundles.media import PICTURES
from paloverde.bundles.scratch import scratch
from paloverde.errors import ArchiveDamaged, BadQuestion
from paloverde.installation.responses import SERIES as BUNDLES
from paloverde.requests.delivery import Inside, inside
from paloverde.requests.links import SERIES as LINKS
from paloverde.requests.links import Act

_MEDIA = "data/03_media/"


def bundle_of(cabinet: Cabinet, number: str, sha256: str) -> Stored:
    """The object of a request's bundle in the archive; `ArchiveDamaged` where it is not there."""
    for filed in cabinet.history(BUNDLES, number):
        if filed.stored.sha256 == sha256:
            return filed.stored
    raise ArchiveDamaged(
        f"The bundle {sha256[:16]}… of {number} is not filed in the archive: run `paloverde repair`, or "
        "build it again."
    )


def acts_of(cabinet: Cabinet, secret_sha256: str) -> Sequence[Act]:
    """The papers of a link, oldest first; none where there is no such link."""
    history = cabinet.history(LINKS, secret_sha256)
    return [msgspec.json.decode(cabinet.bytes_of(filed), type=Act) for filed in history]


def inside_of(store: Store, stored: Stored) -> Inside:
    """What is in a bundle of the archive, which is read and checked whole for that."""
    with scratch() as folder:
        file = folder / "bundle.zip"
        store.fetch(stored, file)
        with zipfile.ZipFile(file) as zipped:
            return counted(zipped)


def counted(bundle: zipfile.ZipFile) -> Inside:
    """What is in a bundle, by its own index. `BadQuestion` where it is no bundle of records."""
    index = next((name for name in bundle.namelist() if name.endswith(f"{INDEX_AT}.csv")), None)
    if index is None:
        raise BadQuestion(f"The bundle has no {INDEX_AT}.csv, and cannot be told in numbers: build it again.")
    media = [name for name in bundle.namelist() if _MEDIA in name and not name.endswith("/")]
    pictures = sum(name.rpartition(".")[2] in PICTURES for name in media)
    with bundle.open(index) as file, io.TextIOWrapper(file, "utf-8-sig", newline="") as text:
        return inside(csv.DictReader(text), pictures, len(media) - pictures)
