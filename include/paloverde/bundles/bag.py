"""A bundle as a bag: BagIt 1.0 (RFC 8493). Lists of files, what the bag says of itself, and its profile."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime

import msgspec

from paloverde.archive.signing import Signer
from paloverde.bundles.box import Box, Packed
from paloverde.bundles.verify import (
    DECLARATION,
    DECLARED,
    INFO,
    MANIFESTS,
    PAYLOAD,
    SIGNATURE,
    TAGS,
    statement_of,
)
from paloverde.records import archive_day

PROFILE = "bagit-profile.json"
# A name of the profile that is nobody's web address: the profile lies in every bag itself (RFC 9562).
PROFILE_ID = "urn:uuid:6a1c4f5e-1f43-5d0a-9a52-7c4b9d6a0e11"
_REQUIRED = (
    *("Source-Organization", "External-Identifier", "External-Description", "Bagging-Date"),
    *("Payload-Oxum", "BagIt-Profile-Identifier", "Bag-Software-Agent", "Sealed-At"),
)


class About(msgspec.Struct, frozen=True):
    """What a bag says of itself. `more` are further labels, in their order."""

    organization: str
    identifier: str
    description: str
    software: str
    now: datetime
    more: tuple[tuple[str, str], ...] = ()


def add_lists(box: Box, about: About) -> bytes:
    """Write the tag files over all that was added so far; the last of them, which is signed, is returned."""
    payload = sorted(
        (file for file in box.files if file.path.startswith(PAYLOAD)), key=lambda file: file.path
    )
    box.add(DECLARED, DECLARATION)
    box.add(INFO, info(about, payload))
    box.add(PROFILE, profile(about.organization))
    for name, path in MANIFESTS.items():
        box.add(path, manifest((getattr(file, name), file.path) for file in payload))
    tags = [file for file in box.files if not file.path.startswith(PAYLOAD)]
    listed = manifest((file.sha256, file.path) for file in sorted(tags, key=lambda file: file.path))
    box.add(TAGS, listed)
    return listed


def sign(box: Box, listed: bytes, signer: Signer) -> None:
    """The City's signature over the list of lists, which seals the bundle."""
    box.add(SIGNATURE, statement_of(signer.public_key, signer.sign(listed)))


def manifest(files: Iterable[tuple[str, str]]) -> bytes:
    """Digests and paths, a line each (RFC 8493, section 2.1.3)."""
    return "".join(f"{digest}  {encoded(path)}\n" for digest, path in files).encode()


def encoded(path: str) -> str:
    """A path as a manifest writes it: line ends and the percent sign would not be read again otherwise."""
    return path.replace("%", "%25").replace("\n", "%0A").replace("\r", "%0D")


def info(about: About, payload: Sequence[Packed]) -> bytes:
    """`bag-info.txt` (RFC 8493, section 2.2.2)."""
    size = sum(file.size for file in payload)
    labels = (
        ("Source-Organization", about.organization),
        ("External-Identifier", about.identifier),
        ("External-Description", about.description),
        ("Bagging-Date", archive_day(about.now).isoformat()),
        ("Payload-Oxum", f"{size}.{len(payload)}"),
        ("BagIt-Profile-Identifier", PROFILE_ID),
        ("Bag-Software-Agent", about.software),
        ("Sealed-At", about.now.astimezone(UTC).isoformat()),
        *about.more,
    )
    return "".join(f"{label}: {' '.join(value.split())}\n" for label, value in labels).encode()


def profile(organization: str) -> bytes:
    """What every bundle of this kind has (BagIt Profiles 1.3.0)."""
    told = {
        "BagIt-Profile-Info": {
            "BagIt-Profile-Identifier": PROFILE_ID,
            "BagIt-Profile-Version": "1.3.0",
            "Source-Organization": " ".join(organization.split()),
            "External-Description": "Sealed bundle of public records",
            "Version": "1",
        },
        "Bag-Info": {label: {"required": True} for label in _REQUIRED},
        "Manifests-Required": list(MANIFESTS),
        "Manifests-Allowed": list(MANIFESTS),
        "Tag-Manifests-Required": ["sha256"],
        "Tag-Manifests-Allowed": ["sha256"],
        "Tag-Files-Required": [PROFILE, SIGNATURE, "README.txt", "verify.py"],
        "Allow-Fetch.txt": False,
        "Serialization": "required",
        "Accept-Serialization": ["application/zip"],
        "Accept-BagIt-Version": ["1.0"],
    }
    return json.dumps(told, indent=1).encode() + b"\n"


def query_digest(question: str) -> str:
    """SHA-256 of a question, by which two bundles are seen to answer the same."""
    return hashlib.sha256(question.encode("utf-8", "surrogatepass")).hexdigest()
