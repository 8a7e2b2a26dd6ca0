"""Files that somebody hands in one by one: screen shots, PDFs, recordings, from whatever device.

Each file is a record of its own. What a custodian declares stands in its text, so that it is found; what the
file itself says is not read, and the run says so.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator

import msgspec

from paloverde.errors import Unreadable
from paloverde.imports.attached import type_of
from paloverde.imports.members import Member, Sources
from paloverde.imports.said import File, Original, Read, Said, Task, missed
from paloverde.records import Kind, Medium, Missing, Poster, Record, Visibility


def read_uploads(sources: Sources, task: Task) -> Iterator[Said]:
    """One record a file, named by the hash of its bytes."""
    taken = 0
    for member in sources.members:
        try:
            payload, record, file = _upload(member, task)
        except Unreadable as error:
            yield missed(member.path or member.name, str(error))
            continue
        taken += 1
        yield Original(f"{member.name}.declared.json", payload)
        yield Read([record], files=[file])
    if taken:
        files = "file was" if taken == 1 else "files were"
        cause = (
            f"{taken:,} {files} handed in as they are: their names and what was declared of them are "
            "searched, what is written or said in them is not"
        )
        yield missed("files", cause, task.kind or Kind.OTHER)


def _upload(member: Member, task: Task) -> tuple[bytes, Record, File]:
    digest = hashlib.sha256()
    for chunk in member.chunks():
        digest.update(chunk)
    sha256, declared = digest.hexdigest(), task.declaration
    payload = msgspec.json.encode(
        {
            "file": member.name,
            "sha256": sha256,
            "size": member.size,
            "custodian": declared.custodian if declared else None,
            "declared_on": declared.day if declared else None,
            "statement": declared.statement if declared else None,
        }
    )
    words = [
        member.file_name,
        *([f"{declared.custodian}, {declared.day}", declared.statement] if declared else []),
    ]
    medium = Medium(member.name, type_of(member.file_name), native_id=sha256)
    record = Record(
        platform=task.account.platform,
        kind=task.kind or Kind.OTHER,
        native_id=f"file-{sha256}",
        payload=payload,
        position=0,
        text="\n".join(words),
        poster=Poster(missing=Missing.NOT_CAPTURED_IN_TIME),
        visibility=Visibility.UNKNOWN,
        media=(medium,),
    )
    return payload, record, File(medium, member, None, sha256, member.size)
