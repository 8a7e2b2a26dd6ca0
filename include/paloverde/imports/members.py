"""The files that are handed in: a folder, a zip archive or single files, opened without trusting them.

No name inside an archive is used as a path, and no member is unpacked onto the disk. (A site's download that
lies as a zip file within a zip file is opened from a nameless copy of that file.) A member that may not be
read is `Refused` with the reason; an archive that is no whole archive raises `Unreadable`.
"""

from __future__ import annotations

import hashlib
import stat
import tempfile
import zipfile
import zlib
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime
from itertools import pairwise
from pathlib import Path, PurePosixPath
from typing import BinaryIO, cast

import msgspec

from paloverde.errors import Unreadable
from paloverde.imports.downloads import download_in
from paloverde.wording import some

_MIB = 1024 * 1024
_ENCRYPTED = 0x1
_SMALL = 10 * _MIB  # below this, any ratio is harmless
_OTHER_ARCHIVES = (b"\x1f\x8b", b"7z\xbc\xaf\x27\x1c", b"Rar!", b"BZh", b"\xfd7zXZ")
_FIRST_YEAR = 2004  # zip archives without dates say 1980

# What zipfile raises for bytes that are no whole archive, or one of a kind that it does not know.
_NO_ARCHIVE = (zipfile.BadZipFile, NotImplementedError, ValueError, OverflowError)


class Bounds(msgspec.Struct, frozen=True):
    """What an archive may ask of this machine. Ordinary exports stay far below."""

    members: int = 500_000
    total: int = 500 * 1024 * _MIB  # bytes unpacked, all members together
    ratio: int = 200  # unpacked to packed; text seldom reaches 40, a bomb has 1,000
    text: int = 256 * _MIB  # bytes of one member that has to be read as a whole
    file: int = 4096 * _MIB  # bytes of one picture, video or attachment


class Member(msgspec.Struct, frozen=True):
    """One file: `path` is its place in the export ("data/tweets.js"), `source` what was handed in."""

    source: str
    path: str
    size: int
    made_at: datetime | None
    opener: Callable[[], BinaryIO]
    again: int = 1  # an archive may hold several members of one name

    @property
    def name(self) -> str:
        """How people are told of it."""
        name = f"{self.source}/{self.path}" if self.path else self.source
        return name if self.again == 1 else f"{name} (number {self.again} of that name)"

    @property
    def file_name(self) -> str:
        return PurePosixPath(self.path or self.source).name

    @property
    def ending(self) -> str:
        return PurePosixPath(self.file_name).suffix.lower()

    def chunks(self, size: int = _MIB) -> Iterator[bytes]:
        """The bytes in pieces. Raises `Unreadable` where they are damaged."""
        try:
            with self.opener() as file:
                while chunk := file.read(size):
                    yield chunk
        except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError) as error:
            reason = str(error).rstrip(".") or "it ends too early"
            raise Unreadable(
                f"{self.name} is damaged or packed in a way that is not known: {reason}."
            ) from None
        except OSError as error:
            raise Unreadable(f"{self.name} cannot be read ({error.strerror or error}).") from None

    def content(self, most: int) -> bytes:
        """All its bytes. Raises `Unreadable` where they are damaged or more than `most`."""
        if self.size > most:
            raise Unreadable(
                f"{self.name} has {self.size:,} bytes; at most {most:,} of such a file can be read at once."
            )
        return b"".join(self.chunks())


class Refused(msgspec.Struct, frozen=True):
    """A member that may not be read, and why."""

    name: str
    reason: str


class Handed(msgspec.Struct, frozen=True):
    """One path that was handed in, with the hash over its bytes (of a folder: over names and hashes)."""

    name: str
    sha256: str
    size: int


class Sources(msgspec.Struct):
    """Everything that was handed in together."""

    handed: list[Handed]
    members: list[Member]
    refused: list[Refused]
    bounds: Bounds = Bounds()
    opened: list[str] = []  # archives inside what was handed in that were read as if they were handed in

    def made_at(self, now: datetime) -> datetime:
        """When the export was made, as its newest member tells; now where none does."""
        told = [member.made_at for member in self.members if member.made_at and member.made_at <= now]
        return max(told, default=now)


@contextmanager
def open_sources(paths: Sequence[Path], bounds: Bounds | None = None) -> Iterator[Sources]:
    """Open what was handed in. Raises `Unreadable` naming the file and what to do."""
    bounds = bounds or Bounds()
    sources = Sources([], [], [], bounds)
    with ExitStack() as open_files:
        for path in paths:
            if path.is_symlink():
                raise Unreadable(f"{path} is a link to somewhere else: hand in the file or folder itself.")
            if path.is_dir():
                _add_folder(path, sources)
            elif not path.is_file():
                raise Unreadable(f"{path} is no file or folder that can be read; check the path.")
            elif zipfile.is_zipfile(path) and path.suffix.lower() == ".zip":
                _add_archive(path, sources, open_files)
            else:
                _add_file(path, sources)
        if not sources.members and not sources.refused:
            raise Unreadable(f"{paths[0]} holds no file.")
        _open_downloads(sources, open_files)
        _refuse_too_much(sources)
        yield sources


def _refuse_too_much(sources: Sources) -> None:
    total, bounds = sum(member.size for member in sources.members), sources.bounds
    if len(sources.members) > bounds.members:
        raise Unreadable(
            f"What was handed in has {some(len(sources.members), 'file')}, more than {bounds.members:,}: "
            "import its parts one after the other."
        )
    if total > bounds.total:
        raise Unreadable(
            f"What was handed in says that it unpacks to {total / 2**30:,.1f} GiB, more than "
            f"{bounds.total / 2**30:,.1f} GiB: it may be a trap; import its parts one after the other."
        )


def _add_file(path: Path, sources: Sources) -> None:
    with path.open("rb") as file:
        start = file.read(8)
        file.seek(0)
        sha256 = hashlib.file_digest(file, "sha256").hexdigest()
        size = file.tell()
    if path.suffix.lower() == ".zip":
        raise Unreadable(
            f"{path.name} is no whole zip archive: it was cut short or damaged. Download it again."
        )
    if start.startswith(_OTHER_ARCHIVES) or path.suffix.lower() == ".tar":
        raise Unreadable(
            f"{path.name} is an archive of another kind than zip: ask the site for a zip file, "
            "or unpack it and import the folder."
        )
    sources.handed.append(Handed(path.name, sha256, size))
    sources.members.append(Member(path.name, "", size, None, lambda: path.open("rb")))


def _add_folder(folder: Path, sources: Sources) -> None:
    digest, size = hashlib.sha256(), 0
    for path in sorted(folder.rglob("*")):
        inside = path.relative_to(folder).as_posix()
        if path.is_symlink():
            sources.refused.append(Refused(f"{folder.name}/{inside}", "it is a link to somewhere else"))
        elif path.is_file():
            with path.open("rb") as file:
                sha256 = hashlib.file_digest(file, "sha256").hexdigest()
                length = file.tell()
            digest.update(f"{sha256}  {inside}\n".encode("utf-8", "surrogateescape"))
            size += length
            sources.members.append(Member(folder.name, _shown(inside), length, None, _opener(path)))
    sources.handed.append(Handed(folder.name, digest.hexdigest(), size))


def _opener(path: Path) -> Callable[[], BinaryIO]:
    return lambda: path.open("rb")


def _add_archive(path: Path, sources: Sources, open_files: ExitStack) -> None:
    with path.open("rb") as file:
        sha256 = hashlib.file_digest(file, "sha256").hexdigest()
        sources.handed.append(Handed(path.name, sha256, file.tell()))
    try:
        archive = open_files.enter_context(zipfile.ZipFile(path))
        entries = archive.infolist()
    except _NO_ARCHIVE as error:
        raise Unreadable(
            f"{path.name} is no whole zip archive ({error}): it was cut short or damaged. Download it again."
        ) from None
    _refuse_overlaps(path.name, entries)
    _add_entries(path.name, archive, sources)


def _add_entries(name: str, archive: zipfile.ZipFile, sources: Sources) -> None:
    times: dict[str, int] = {}
    for entry in archive.infolist():
        if entry.is_dir():
            continue
        reason = _refusal(entry, sources.bounds)
        if reason:
            sources.refused.append(Refused(f"{name}/{_shown(entry.filename)}", reason))
            continue
        again = times[entry.filename] = times.get(entry.filename, 0) + 1
        opener = _entry_opener(archive, entry)
        member = Member(name, _shown(entry.filename), entry.file_size, _made_at(entry), opener, again)
        sources.members.append(member)


def _open_downloads(sources: Sources, open_files: ExitStack) -> None:
    """Read a site's download that lies as a zip file in a folder or zip file; other archives stay closed."""
    for member in [one for one in sources.members if one.path and one.ending == ".zip"]:
        found = _download(member, sources.bounds, open_files)
        if found is not None:
            sources.members.remove(member)
            sources.opened.append(member.name)
            _add_entries(member.name, found, sources)


def _download(member: Member, bounds: Bounds, open_files: ExitStack) -> zipfile.ZipFile | None:
    """The archive in a member where it is a site's download that can be opened."""
    if member.size > bounds.file:
        return None
    copy = open_files.enter_context(tempfile.TemporaryFile())  # noqa: SIM115 - closed with the stack
    try:
        for chunk in member.chunks():
            copy.write(chunk)
        archive = open_files.enter_context(zipfile.ZipFile(copy))
        _refuse_overlaps(member.name, archive.infolist())
    except (Unreadable, *_NO_ARCHIVE):
        return None  # it is kept closed, and named
    return archive if download_in(archive.namelist()) else None


def _entry_opener(archive: zipfile.ZipFile, entry: zipfile.ZipInfo) -> Callable[[], BinaryIO]:
    return lambda: cast(BinaryIO, archive.open(entry))


def _refuse_overlaps(name: str, entries: list[zipfile.ZipInfo]) -> None:
    """Members that share packed bytes unpack to more than there can be: only a bomb is made so."""
    ordered = sorted(entries, key=lambda entry: entry.header_offset)
    for entry, following in pairwise(ordered):
        if entry.header_offset + entry.compress_size > following.header_offset:
            raise Unreadable(
                f"{name} is made so that its members overlap ({_shown(entry.filename)}): it may be a trap."
            )


def _refusal(entry: zipfile.ZipInfo, bounds: Bounds) -> str:
    """Why a member may not be read; empty where it may."""
    name, mode = entry.orig_filename, entry.external_attr >> 16
    if stat.S_ISLNK(mode):
        return "it is a link to somewhere else"
    if entry.flag_bits & _ENCRYPTED:
        return "it is encrypted: unpack the archive with its password and import the folder"
    if name.startswith(("/", "\\")) or name[1:2] == ":" or ".." in name.replace("\\", "/").split("/"):
        return "its name leads out of the archive"
    if "\x00" in name or len(name) > 1024:
        return "its name cannot be one"
    if entry.file_size > _SMALL and entry.file_size > bounds.ratio * max(entry.compress_size, 1):
        return (
            f"it unpacks to {entry.file_size:,} bytes from {entry.compress_size:,}, as only a trap does; "
            "unpack it elsewhere and look"
        )
    return ""


def _made_at(entry: zipfile.ZipInfo) -> datetime | None:
    """A member's own date. It names no time zone and is taken as UTC: hours matter little here."""
    try:
        made = datetime(*entry.date_time, tzinfo=UTC)
    except ValueError:
        return None
    return made if made.year >= _FIRST_YEAR else None


def _shown(name: str) -> str:
    """A name that can be printed and stored."""
    return "".join(char if char.isprintable() else "_" for char in name)
