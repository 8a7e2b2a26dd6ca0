"""What LinkedIn gives for download: tables of posts, comments, messages, connections and reactions.

Some of them begin with notes before the row of column names. Only posts carry an id (in their address); the
others are named by what they say and compared with what the archive holds by kind, second and text.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Iterator
from urllib.parse import unquote

import msgspec

from paloverde.errors import Unreadable
from paloverde.imports.csvtext import Row, names_of, table
from paloverde.imports.members import Member, Sources
from paloverde.imports.said import File, Read, Said, Task, missed
from paloverde.imports.times import time_of
from paloverde.records import Kind, Medium, Missing, Poster, Record, Unread, Visibility

_URN = re.compile(r"urn:li:(?:share|ugcPost|activity):\d+")
_MONTHLY = {"public": Visibility.PUBLIC, "member_network": Visibility.PUBLIC}


def read_linkedin(sources: Sources, task: Task) -> Iterator[Said]:
    """The download, or single tables of it. Raises `Unreadable` where no table in it is known."""
    found = False
    for member in sources.members:
        if member.ending != ".csv":
            continue
        try:
            names = set(names_of(member, _is_known))
            if names:
                found = True
                yield from _table(member, task, _reader(names))
        except Unreadable as error:
            yield missed(member.path or member.name, str(error))
    if not found:
        raise Unreadable(
            f"{sources.handed[0].name} holds none of Shares.csv, Comments.csv, messages.csv, Connections.csv "
            "and Reactions.csv as LinkedIn writes them. Hand in the zip file of the download as it came."
        )


def is_of_linkedin(member: Member) -> bool:
    """Whether a file is one of its tables."""
    return member.ending == ".csv" and bool(names_of(member, _is_known))


_Make = Callable[[Row, Task], Record]


def _is_known(names: set[str]) -> bool:
    return any(shape <= names for shape, _ in _SHAPES)


def _reader(names: set[str]) -> _Make:
    return next(make for shape, make in _SHAPES if shape <= names)


def _table(member: Member, task: Task, make: _Make) -> Iterator[Said]:
    for chunk in table(member, _is_known):
        yield chunk.original
        named, unnamed = Read([], chunk.unread), Read([], derived=True)
        for row in chunk.rows:
            if not any(row.cells.values()):
                named.unread.append(Unread(row.payload, f"row {row.number:,} is empty", row.position))
                continue
            record = make(row, task)
            into = named if not record.native_id.startswith("linkedin-") else unnamed
            into.records.append(record)
            into.files.extend(
                File(medium, missing="the export names its address and does not hold it")
                for medium in record.media
            )
        yield named
        yield unnamed


def _record(row: Row, task: Task, kind: Kind, text: str | None, told: str, own: str = "") -> Record:
    posted_at, wrong = time_of(told, task.now, task.zone)
    said = [kind.value, told, text or "", *(row.cells.get(name, "") for name in ("from", "link", "url"))]
    made_up = hashlib.sha256(msgspec.json.encode(said)).hexdigest()[:32]
    return Record(
        platform=task.account.platform,
        kind=kind,
        native_id=own or f"linkedin-{made_up}",
        payload=row.payload,
        position=row.position,
        text=text or None,
        posted_at=posted_at,
        posted_text=told or None,
        poster=Poster(username=task.account.handle, missing=Missing.API_NOT_EXPOSED),
        drift="; ".join(filter(None, (row.drift, wrong))) or None,
    )


def _share(row: Row, task: Task) -> Record:
    cells = row.cells
    urn = _URN.search(unquote(cells["sharelink"]))
    text = _unfolded(cells["sharecommentary"])
    record = _record(row, task, Kind.POST, text, cells["date"], urn[0] if urn else "")
    record.permalink = cells["sharelink"] or None
    record.visibility = _MONTHLY.get(cells.get("visibility", "").lower(), Visibility.UNKNOWN)
    if cells.get("mediaurl"):
        record.media = (Medium(cells["mediaurl"]),)
    return record


def _unfolded(text: str) -> str:
    """LinkedIn quotes each line of a long post once more."""
    lines = text.split("\n")
    if len(lines) > 1 and all(line.endswith('"') for line in lines[:-1]):
        return "\n".join(line.strip('"') for line in lines)
    return text


def _comment(row: Row, task: Task) -> Record:
    record = _record(row, task, Kind.COMMENT, _unfolded(row.cells["message"]), row.cells["date"])
    urn = _URN.search(unquote(row.cells["link"]))
    record.parent_id = record.thread_id = urn[0] if urn else None
    record.permalink = row.cells["link"] or None
    return record


def _reaction(row: Row, task: Task) -> Record:
    record = _record(row, task, Kind.REACTION, row.cells["type"], row.cells["date"])
    urn = _URN.search(unquote(row.cells["link"]))
    record.parent_id, record.permalink = urn[0] if urn else None, row.cells["link"] or None
    return record


def _message(row: Row, task: Task) -> Record:
    cells = row.cells
    text = "\n".join(part for part in (cells.get("subject", ""), cells["content"]) if part)
    record = _record(row, task, Kind.MESSAGE, text, cells["date"])
    record.parent_id = record.thread_id = cells["conversation id"] or None
    record.poster = Poster(
        cells["from"] or None, None, cells.get("sender profile url") or None, Missing.API_NOT_EXPOSED
    )
    record.visibility = Visibility.PRIVATE
    addresses = [one.strip() for one in cells.get("attachments", "").split(",") if "://" in one]
    record.media = tuple(Medium(address, "file") for address in addresses)
    return record


def _connection(row: Row, task: Task) -> Record:
    cells = row.cells
    name = f"{cells['first name']} {cells['last name']}".strip()
    work = ", ".join(part for part in (cells.get("position", ""), cells.get("company", "")) if part)
    record = _record(row, task, Kind.SUBSCRIBER, work, cells.get("connected on", ""), cells["url"])
    record.poster = Poster(name or None, None, cells["url"] or None, Missing.API_NOT_EXPOSED)
    record.visibility, record.permalink = Visibility.PRIVATE, cells["url"] or None
    return record


_SHAPES: tuple[tuple[set[str], _Make], ...] = (
    ({"conversation id", "from", "date", "content"}, _message),
    ({"date", "sharelink", "sharecommentary"}, _share),
    ({"first name", "last name", "url"}, _connection),
    ({"date", "type", "link"}, _reaction),
    ({"date", "link", "message"}, _comment),
)
