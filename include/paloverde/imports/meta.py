"""What Facebook and Instagram give for download ("Download your information", in JSON), of people and pages.

The items have no ids; each is named by the hash of its bytes, and compared with what the API gave by kind,
second and text. Their broken UTF-8 is mended in what is shown; the bytes are kept as they came.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import PurePosixPath

from paloverde.errors import Unreadable
from paloverde.imports.attached import Attached, files_by_path, holds_credentials, retyped
from paloverde.imports.members import Member, Sources
from paloverde.imports.said import Read, Said, Task, cleaned, missed
from paloverde.platforms import PLATFORMS

_SITES = ("facebook", "instagram")
# Folders and files of the download that hold what was said, shown or moderated; the rest (advertising,
# security, search history) is kept as it is.
_SAID = (
    "post", "comment", "message", "inbox", "profile", "stor", "reel", "video", "photo", "album", "event",
    "page", "group", "follower", "reaction", "like", "block", "restrict", "live", "media", "information",
    "note",
)  # fmt: skip
_NOT_SAID = (
    "ads",
    "advert",
    "security",
    "search",
    "location",
    "device",
    "your_topics",
    "autofill",
    "apps_and",
)


def read_meta(sources: Sources, task: Task) -> Iterator[Said]:
    """A download of Facebook or Instagram. Raises `Unreadable` where it is none, or is in HTML."""
    members = [member for member in sources.members if member.ending == ".json"]
    if not members:
        _refuse(sources)
    if task.account.platform not in _SITES:
        raise Unreadable(
            f"The format meta is for accounts of Facebook and Instagram, and {task.account.slug} is of "
            "another site."
        )
    platform, attached = PLATFORMS[task.account.platform], Attached(sources)
    for member in members:
        if not is_said(member) or holds_credentials(member):
            continue
        try:
            original = cleaned(member.name, member.content(sources.bounds.text))
            reading = platform.read(original.body)
        except Unreadable as error:
            yield missed(member.path or member.name, f"it could not be read: {error}")
            continue
        yield original
        records = [retyped(record) for record in reading.records]
        files = [file for record in records for file in files_by_path(record, attached)]
        yield Read(records, reading.unread, files, derived=True)


def is_said(member: Member) -> bool:
    """Whether a file of the download holds records of the account."""
    path = PurePosixPath(member.path.lower() or member.file_name.lower())
    names = [part for part in path.parts if part != "your_facebook_activity"]
    if any(part.startswith(_NOT_SAID) for part in names):
        return False
    return any(word in part for part in names for word in _SAID)


def _refuse(sources: Sources) -> None:
    if any(member.ending in (".html", ".htm") for member in sources.members):
        raise Unreadable(
            f"{sources.handed[0].name} is a download in HTML, which has no exact times: ask for it again and "
            "choose the format JSON."
        )
    raise Unreadable(f"{sources.handed[0].name} holds no file of a Facebook or Instagram download.")
