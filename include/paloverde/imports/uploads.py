"""Files that somebody hands in one by one: screen shots, PDFs, recordings, from whatever device.

Each file is a record of its own, and private unless whoever hands it in says that it was public. What a
custodian declares stands in its text, so that it is found; what the file itself says is not read, and the run
says so.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator

import msgspec

from paloverde.errors import Unreadable
from paloverde.imports.attached import ARCHIVE_ENDINGS, type_of
from paloverde.imports.downloads import download_in, holds_pages
from paloverde.imports.members import Member, Sources
from paloverde.imports.said import File, Note, Original, Read, Said, Task, missed
from paloverde.records import Kind, Medium, Missing, Poster, Record, Visibility

_GIVES_HTML = ("facebook", "instagram", "youtube")  # beside JSON or CSV
_NAMED = 20  # archives that are told one by one


def read_uploads(sources: Sources, task: Task) -> Iterator[Said]:
    """One record a file, named by the hash of its bytes. Raises `Unreadable` for a site's download."""
    _refuse_a_download(sources, task)
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
    closed = [member.name for member in sources.members if member.ending in ARCHIVE_ENDINGS]
    for name in closed[:_NAMED]:
        yield missed("archives", f"{name} is an archive: kept closed; unpack it and import what is in it")
    if len(closed) > _NAMED:
        more = len(closed) - _NAMED
        yield missed("archives", f"{more:,} more archives are kept closed; unpack and import what is in them")
    if taken:
        files = "file was" if taken == 1 else "files were"
        cause = (
            f"{taken:,} {files} handed in as they are: their names and what was declared of them are "
            "searched, what is written or said in them is not"
        )
        yield Note(cause)


def _refuse_a_download(sources: Sources, task: Task) -> None:
    """Unread, its private messages would be pages among pages, without a day or a name."""
    known = download_in(member.path for member in sources.members)
    if known:
        raise Unreadable(
            f"{sources.handed[0].name} holds a site's download of an account: hand it in with --format "
            f"{known}, for the account that it is of. A download in HTML has no exact times: ask the site "
            "for it again, in JSON or CSV."
        )
    if task.account.platform in _GIVES_HTML and holds_pages(member.path for member in sources.members):
        raise Unreadable(
            f"{sources.handed[0].name} holds web pages, as a download in HTML does: ask the site for it "
            "again in JSON or CSV. Pages that somebody saved are handed in one by one."
        )


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
        visibility=Visibility.PUBLIC if task.public else Visibility.PRIVATE,
        media=(medium,),
    )
    return payload, record, File(medium, member, None, sha256, member.size)
