"""Which of the handed-in files are pictures, videos or attachments, and which item each belongs to."""

from __future__ import annotations

from collections import defaultdict
from pathlib import PurePosixPath
from urllib.parse import urlsplit

import msgspec

from paloverde.imports.members import Member, Sources
from paloverde.imports.said import File
from paloverde.records import Medium, Record

TEXT_ENDINGS = frozenset(
    (
        "", ".js", ".json", ".jsonl", ".ndjson", ".csv", ".tsv", ".txt", ".html", ".htm", ".xml", ".md",
        ".eml", ".mbox", ".vcf", ".ics", ".css", ".yaml", ".yml", ".log", ".srt", ".vtt", ".sbv",
    )
)  # fmt: skip
ARCHIVE_ENDINGS = frozenset((".zip", ".tar", ".gz", ".tgz", ".bz2", ".xz", ".7z", ".rar"))
_TYPES = {
    ".jpg": "photo", ".jpeg": "photo", ".png": "photo", ".gif": "photo", ".webp": "photo", ".heic": "photo",
    ".mp4": "video", ".mov": "video", ".webm": "video", ".mkv": "video", ".avi": "video", ".m4v": "video",
    ".mp3": "audio", ".m4a": "audio", ".aac": "audio", ".wav": "audio", ".ogg": "audio",
}  # fmt: skip
# Members that hold credentials and no record. They are never kept: the archive cannot be rewritten.
_CREDENTIAL_FILES = ("device-token", "login_protection", "cookies", "access_tokens", "oauth")
_CREDENTIAL_FOLDERS = ("security_and_login_information",)


def is_text(member: Member) -> bool:
    return member.ending in TEXT_ENDINGS


def holds_credentials(member: Member) -> bool:
    """Whether the site puts tokens, cookies or the like into this member."""
    folders = PurePosixPath(member.path).parts[:-1]
    name = member.file_name.lower()
    return name.startswith(_CREDENTIAL_FILES) or any(folder in _CREDENTIAL_FOLDERS for folder in folders)


def type_of(name: str) -> str:
    """What kind of medium a file is, by its ending."""
    return _TYPES.get(PurePosixPath(name).suffix.lower(), "file")


class Attached:
    """The members that are no text, by name and by the id before the first hyphen of their names."""

    def __init__(self, sources: Sources) -> None:
        self._by_name: dict[str, list[Member]] = defaultdict(list)
        self._by_id: dict[str, list[Member]] = defaultdict(list)
        for member in sources.members:
            if not is_text(member):
                self._by_name[member.file_name].append(member)
                if "_media/" in member.path:
                    self._by_id[member.file_name.partition("-")[0]].append(member)

    def at(self, uri: str) -> Member | None:
        """The member that a path inside the export names, whatever folder the export was put under."""
        found = self._by_name.get(PurePosixPath(uri).name, [])
        return next((one for one in found if one.path == uri or one.path.endswith(f"/{uri}")), None)

    def named(self, start: str) -> Member | None:
        """The first member whose name begins like this, letters and digits only compared."""
        wanted = _letters(start)
        if len(wanted) < 3:
            return None
        for name in self._by_name:
            if _letters(PurePosixPath(name).stem).startswith(wanted):
                return self._by_name[name][0]
        return None

    def of_item(self, record: Record, own: str) -> tuple[Record, list[File]]:
        """A record with its files, in exports that put an item's id before the names of its media.

        A file that the item does not name is added to its media.
        """
        members = {member.file_name: member for member in self._by_id.get(own, [])}
        if not members and not record.media:
            return record, []
        files = []
        for medium in record.media:
            name = f"{own}-{PurePosixPath(urlsplit(medium.url).path).name}"
            member = members.pop(name, None)
            missing = "" if member else "the export does not hold the file"
            files.append(File(medium, member, missing=missing))
        for member in members.values():
            medium = Medium(member.path, type_of(member.path))
            record.media = (*record.media, medium)
            files.append(File(medium, member))
        return record, files


def files_by_path(record: Record, attached: Attached) -> list[File]:
    """The files of a record whose media are paths inside the export."""
    files = []
    for medium in record.media:
        member = attached.at(medium.url)
        files.append(File(medium, member, missing="" if member else "the export does not hold the file"))
    return files


def retyped(record: Record) -> Record:
    """A record whose media of no known type are typed by the endings of their names."""
    if any(medium.type == "file" for medium in record.media):
        record.media = tuple(
            msgspec.structs.replace(medium, type=type_of(medium.url)) if medium.type == "file" else medium
            for medium in record.media
        )
    return record


def _letters(text: str) -> str:
    return "".join(char for char in text.lower() if char.isalnum())[:40]
