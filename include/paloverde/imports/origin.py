"""Which archive a folder of `paloverde export` comes from, and whether its records are still those.

The grade of each record is believed only there: anybody can write "api" into a line.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from datetime import datetime

import msgspec

from paloverde.errors import Unreadable
from paloverde.imports.members import Member, Sources
from paloverde.imports.said import NOT_JSON, Note
from paloverde.records import PACIFIC

_LARGEST = 256 * 1024 * 1024
ARCHIVE = "archive.json"


class MovedFrom(msgspec.Struct, frozen=True):
    """What a moved-out folder says of its archive: its key and the newest seal that it then had."""

    public_key: str
    runs: int
    newest_seal: str
    sealed_at: datetime | None

    def __str__(self) -> str:
        if self.sealed_at is None:
            return f"the archive with the key {self.public_key[:16]}, which had no run yet"
        moment = self.sealed_at.astimezone(PACIFIC)
        return (
            f"the archive with the key {self.public_key[:16]}, as it stood after its run {self.runs:,} of "
            f"{moment:%A, %B %-d, %Y, %I:%M %p} Pacific (seal {self.newest_seal[:16]})"
        )


class _Stated(msgspec.Struct, frozen=True):
    sha256: str


def origin_of(sources: Sources, members: Sequence[Member]) -> Note | None:
    """The archive that a folder was moved out of, None where it is no such folder.

    Raises `Unreadable` where the files of records are not those that its manifest names.
    """
    by_path = {member.path: member for member in sources.members}
    if not {"manifest.json", ARCHIVE} <= by_path.keys() or not all(one.path in by_path for one in members):
        return None
    try:
        stated = msgspec.json.decode(by_path["manifest.json"].content(_LARGEST), type=dict[str, _Stated])
        moved = msgspec.json.decode(by_path[ARCHIVE].content(_LARGEST), type=MovedFrom)
    except NOT_JSON:
        return None
    for member in [by_path[ARCHIVE], *members]:
        if member.path not in stated or _sha256(member) != stated[member.path].sha256:
            raise Unreadable(
                f"{member.name} is not the file that `paloverde export` wrote: manifest.json names another "
                "hash. Copy the folder again, or take manifest.json out to import it as another's records."
            )
    return Note(f"These records were moved in from {moved}")


def _sha256(member: Member) -> str:
    digest = hashlib.sha256()
    for chunk in member.chunks():
        digest.update(chunk)
    return digest.hexdigest()
