"""What `data/manifest.js` of X's archive says of it: whose it is, when it was made, what it is made of.

X writes in the archive's README that it "reflects the state of the account at the time when the archive was
created". So where the manifest names that time, and every file of a sort is there with as many entries as the
manifest counts, the archive holds all that X had of it until then.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from pathlib import PurePosixPath
from typing import Any

import msgspec

from paloverde.imports.said import NOT_JSON, Covered, Task, missed
from paloverde.imports.times import time_of
from paloverde.platforms.conversation import Gap, Listing
from paloverde.records import Kind

# The listings of a night, and the sorts of data that hold the same: what the account said in public (older
# archives wrote "tweet"), and private messages of two and of groups.
_HOLDS: tuple[tuple[str, Kind, tuple[tuple[str, ...], ...]], ...] = (
    ("posts", Kind.POST, (("tweets", "tweet"),)),
    ("messages", Kind.MESSAGE, (("directMessages",), ("directMessagesGroup",))),
)


class Counted(msgspec.Struct, frozen=True):
    """What was read of one file: entries of its list, records made of them, pieces that could not be read."""

    entries: int
    records: int
    unread: int


class Manifest(msgspec.Struct, frozen=True):
    """`files` are the entries that each file has, by sort of data; `is_whole` that nothing was left out."""

    owner: str = ""
    username: str = ""
    made_at: datetime | None = None
    is_whole: bool = False
    files: Mapping[str, Mapping[str, int]] = {}


def manifest_of(payload: bytes, task: Task) -> Manifest:
    """The manifest as far as it can be understood; an empty one says nothing."""
    try:
        told = msgspec.json.decode(payload, type=dict[str, dict[str, Any]])
    except NOT_JSON:
        return Manifest()
    info, user = told.get("archiveInfo", {}), told.get("userInfo", {})
    made_at, _ = time_of(str(info.get("generationDate") or ""), task.now, task.zone)
    return Manifest(
        str(user.get("accountId") or ""),
        str(user.get("userName") or ""),
        min(made_at, task.now) if made_at else None,
        info.get("isPartialArchive") is False,
        {sort: _files(said) for sort, said in told.get("dataTypes", {}).items()},
    )


def _files(said: Any) -> dict[str, int]:
    """By file name the entries that it has; -1 where that is not said."""
    files = said.get("files", []) if isinstance(said, dict) else []
    named = [file for file in files if isinstance(file, dict) and file.get("fileName")]
    return {
        PurePosixPath(str(file["fileName"])).name: int(count) if count.isdecimal() else -1
        for file in named
        for count in [str(file.get("count", ""))]
    }


def covered(manifest: Manifest, read: Mapping[str, Counted], task: Task) -> Iterator[Covered | Gap]:
    """What the archive holds in full by its own manifest, and what of it was not handed in.

    `read` is what was read of each file, by its name.
    """
    for stream, kind, sorts in _HOLDS:
        told = [manifest.files[name] for names in sorts for name in names if name in manifest.files]
        files = {name: count for sort in told for name, count in sort.items()}
        lacking = [_lacking(name, count, read.get(name)) for name, count in files.items()]
        if words := "; ".join(filter(None, lacking)):
            yield missed(stream, f"the manifest of the archive names more than was handed in: {words}", kind)
        elif manifest.made_at and manifest.is_whole and manifest.owner == task.account.native_id:
            had = [read[name] for name in files]
            if len(told) == len(sorts) and files and not any(one.unread for one in had):
                got = sum(one.records for one in had)
                yield Covered(Listing(stream, kind, complete=True, got=got), manifest.made_at)


def _lacking(name: str, count: int, read: Counted | None) -> str:
    if read is None:
        return f"{name} is not here or cannot be read"
    return "" if read.entries == count else f"{name} has {read.entries:,} entries of {count:,}"
