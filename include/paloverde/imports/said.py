"""What the readers of handed-in files say, piece by piece.

A reader is a generator over the members of what was handed in. It yields

    Original  -> bytes that are kept exactly; what is found next was read from them
    Read      -> records of the last original, what could not be read, and the files that belong to them
    Gap       -> something that is not in there or could not be read, and why
    Covered   -> what the export holds in full, where it says so itself
    Note      -> what is left out on purpose
    Note      -> what is so on purpose, or where records come from

Members that a reader never yields are kept all the same, and listed. Readers know nothing of the archive.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import msgspec

from paloverde.imports.members import Member, Sources
from paloverde.platforms.conversation import Gap, Listing
from paloverde.platforms.exchange import TakenOut, clean_body
from paloverde.records import Account, Kind, Medium, Provenance, Record, Unread

NOT_JSON = (msgspec.DecodeError, UnicodeDecodeError, RecursionError)  # what decoding may raise
SEGMENT = 4 * 1024 * 1024  # bytes of a long file of lines that are kept and read at a time


class Original(msgspec.Struct, frozen=True):
    """Bytes as they were handed in. A long file comes in segments, numbered from 1; 0 is a whole file.

    `start` is where a segment begins in its file, `total` the file's length, on the last segment only.
    """

    name: str
    body: bytes
    segment: int = 0
    start: int = 0
    total: int | None = None
    taken_out: tuple[TakenOut, ...] = ()


class File(msgspec.Struct, frozen=True):
    """Where the bytes of a medium are: in a member, here, or nowhere (`missing` says why).

    With `sha256` the bytes must be those.
    """

    medium: Medium
    member: Member | None = None
    body: bytes | None = None
    sha256: str = ""
    size: int | None = None
    missing: str = ""


class Read(msgspec.Struct, frozen=True):
    """Records of the last original. `observed` are the times at which another archive saw them, if it says.

    `derived` says that their ids were made up here, since the export has none: they are then compared with
    what the archive holds by kind, time and text. `exact` says that every member of them is stated, so that
    any difference is another version. `grades` say for each how it came to the Paloverde that it was moved
    out of. `starts` are, by id, the words of texts that the export may have cut short.
    """

    records: list[Record]
    unread: list[Unread] = []
    files: list[File] = []
    observed: list[datetime | None] = []
    derived: bool = False
    exact: bool = False
    grades: list[Provenance] = []
    starts: Mapping[str, str] = {}


class Dossier(msgspec.Struct, frozen=True):
    """A removed item as another Paloverde held it: a row of `removed/`, and its files."""

    row: dict[str, Any]
    record: Record
    files: list[File] = []
    grade: Provenance | None = None


class Covered(msgspec.Struct, frozen=True):
    """A listing that the export holds in full up to when it was made, by its own word; never a guess."""

    listing: Listing
    until: datetime


class Note(msgspec.Struct, frozen=True):
    """Something that whoever reads the records has to know and that no later import can mend: no gap."""

    words: str


Said = Original | Read | Dossier | Gap | Covered | Note


class Declaration(msgspec.Struct, frozen=True):
    """What the custodian of a personal device declares (who, on which day, in which words)."""

    custodian: str
    day: str
    statement: str


class Wish(msgspec.Struct, frozen=True):
    """What the person who hands files in says of them; None is left to the format.

    `columns` are names of columns in lower case -> fields of a record. `public` is their word that what
    does not say who could see it could be seen by everybody.
    """

    format: str | None = None
    provenance: Provenance | None = None
    columns: Mapping[str, str] = {}
    zone: ZoneInfo | None = None
    kind: Kind | None = None
    declaration: Declaration | None = None
    public: bool = False


class Task(msgspec.Struct, frozen=True):
    """What an import is for and how its files are to be read."""

    account: Account
    now: datetime
    provenance: Provenance
    columns: Mapping[str, str] = {}  # a column's name in the file -> the record's field
    zone: ZoneInfo = ZoneInfo("UTC")  # of times that name none
    kind: Kind | None = None  # of what does not say its kind
    declaration: Declaration | None = None
    public: bool = False  # whether what does not say who could see it could be seen by everybody


Reader = Callable[[Sources, Task], Iterator[Said]]


def cleaned(name: str, body: bytes) -> Original:
    """A whole file as an original: credentials that stand in it are taken out, and where is written down."""
    body, taken_out = clean_body(body, ())
    return Original(name, body, taken_out=taken_out)


def missed(stream: str, cause: str, kind: Kind = Kind.OTHER, of: str = "") -> Gap:
    """A gap of an import; `stream` is the part of the export that it concerns."""
    return Gap(stream, kind, cause, of)


def segments(member: Member, ends: Callable[[bytes], int], size: int = SEGMENT) -> Iterator[Original]:
    """A long file in segments that end where a piece ends.

    `ends` gives the length of the whole pieces at the start of a text, 0 where there is none yet. The last
    segment takes what is left.
    """
    waiting, start, number = bytearray(), 0, 1
    for chunk in member.chunks(size):
        waiting += chunk
        whole = ends(bytes(waiting)) or (len(waiting) if len(waiting) > 16 * size else 0)
        if whole and (start + len(waiting)) < member.size:
            yield _segment(member, bytes(waiting[:whole]), number, start)
            del waiting[:whole]
            start, number = start + whole, number + 1
    body = bytes(waiting)
    if number == 1:
        yield cleaned(member.name, body)
    else:
        last = _segment(member, body, number, start)
        yield msgspec.structs.replace(last, total=start + len(body))


def _segment(member: Member, body: bytes, number: int, start: int) -> Original:
    cleaned_body, taken_out = clean_body(body, ())
    return Original(member.name, cleaned_body, number, start, None, taken_out)


def line_ends(text: bytes) -> int:
    """The length of the whole lines of a text."""
    return text.rfind(b"\n") + 1
