"""What Google Takeout gives of a YouTube channel: comments, live chats, videos, subscriptions.

The files are named in the owner's language and their columns change from year to year, so that a table is
known by its columns and not by its name. Sources: the header rows that the exports of several years show.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import msgspec

from paloverde.errors import Unreadable
from paloverde.imports.attached import Attached
from paloverde.imports.csvtext import Row, names_of, table
from paloverde.imports.members import Member, Sources
from paloverde.imports.said import NOT_JSON, File, Read, Said, Task, cleaned, missed
from paloverde.imports.times import time_of
from paloverde.platforms import PLATFORMS
from paloverde.records import Kind, Medium, Missing, Poster, Record, Unread, Visibility

_SHAPES = (
    {"comment id", "channel id", "video id", "comment text"},
    {"live chat id", "channel id", "live chat text"},
    {"video id", "channel id", "video title (original)"},
    {"channel id", "channel url", "channel title"},
    {"kanal-id", "kanal-url", "kanaltitel"},
)
_SHOWN = {
    "public": Visibility.PUBLIC,
    "unlisted": Visibility.PUBLIC,
    "private": Visibility.UNPUBLISHED,
}


def read_takeout(sources: Sources, task: Task) -> Iterator[Said]:
    """A Takeout of YouTube. Raises `Unreadable` where nothing in it is known."""
    attached, found = Attached(sources), False
    for member in sources.members:
        try:
            if member.ending == ".csv" and names_of(member, _is_known):
                found = True
                yield from _table(member, task, attached)
            elif member.ending == ".json" and (said := list(_json(member, sources))):
                found = True
                yield from said
        except Unreadable as error:
            yield missed(member.path or member.name, str(error))
    if not found:
        raise Unreadable(
            f"{sources.handed[0].name} holds no table of YouTube that is known here. In Google Takeout "
            "choose YouTube, and of it comments, live chats, videos and subscriptions, as CSV (not HTML) in "
            "a zip file."
        )


def is_of_takeout(member: Member) -> bool:
    """Whether a file is one of its tables, or holds objects of YouTube."""
    if member.ending == ".csv":
        return bool(names_of(member, _is_known))
    return member.ending == ".json" and any(b'"youtube#' in chunk for chunk in member.chunks())


def _is_known(names: set[str]) -> bool:
    return any(shape <= names for shape in _SHAPES)


def _table(member: Member, task: Task, attached: Attached) -> Iterator[Said]:
    for chunk in table(member, _is_known):
        yield chunk.original
        read = Read([], chunk.unread)
        for row in chunk.rows:
            record = _record(row, task)
            if record is None:
                words = f"row {row.number:,} has no id"
                read.unread.append(Unread(row.payload, words, row.position))
                continue
            if record.kind is Kind.POST and (film := attached.named(row.cells["video title (original)"])):
                medium = Medium(film.path, "video", native_id=record.native_id)
                record.media = (medium,)
                read.files.append(File(medium, film))
            read.records.append(record)
        yield read


def _record(row: Row, task: Task) -> Record | None:
    """The record of a row, by the columns that it has; None where its id is empty."""
    read: Callable[[Row, Task], Record]
    if "comment id" in row.cells:
        read = _comment
    elif "live chat id" in row.cells:
        read = _live_chat
    elif "video title (original)" in row.cells:
        read = _video
    else:
        read = _subscription
    record = read(row, task)
    return record if record.native_id.strip("-") else None


def _comment(row: Row, task: Task) -> Record:
    cells = row.cells
    page = cells["video id"] or cells.get("post id") or None
    parent = cells.get("parent comment id") or cells.get("top-level comment id") or page
    record = _said(row, task, "comment", cells["comment id"])
    record.parent_id, record.thread_id = parent, page
    if cells["video id"]:
        record.permalink = f"https://www.youtube.com/watch?v={cells['video id']}&lc={record.native_id}"
    return record


def _live_chat(row: Row, task: Task) -> Record:
    record = _said(row, task, "live chat", row.cells["live chat id"])
    record.parent_id = record.thread_id = row.cells.get("video id") or None
    return record


def _said(row: Row, task: Task, what: str, native_id: str) -> Record:
    """A comment or chat message of the account itself: Takeout holds nobody else's."""
    cells = row.cells
    told = cells.get(f"{what} create timestamp", "")
    posted_at, wrong = time_of(told, task.now, task.zone)
    text, odd = _text(cells[f"{what} text"])
    return Record(
        platform="youtube",
        kind=Kind.COMMENT,
        native_id=native_id,
        payload=row.payload,
        position=row.position,
        text=text,
        posted_at=posted_at,
        posted_text=told or None,
        poster=_poster(cells["channel id"], task),
        visibility=Visibility.UNKNOWN,
        drift="; ".join(filter(None, (row.drift, wrong, odd))) or None,
    )


def _text(cell: str) -> tuple[str | None, str | None]:
    """The words of a cell: pieces of JSON with commas between (links and mentions apart), or plain text."""
    if not cell.lstrip().startswith("{"):
        return cell or None, None
    try:
        pieces = msgspec.json.decode(f"[{cell}]", type=list[dict[str, Any]])
        return "".join(str(piece.get("text", "")) for piece in pieces), None
    except NOT_JSON:
        return cell, "the text is no JSON and is shown as it stands"


def _video(row: Row, task: Task) -> Record:
    cells = row.cells
    told = cells.get("video publish timestamp") or cells.get("video create timestamp") or ""
    posted_at, wrong = time_of(told, task.now, task.zone)
    title, about = cells["video title (original)"], cells.get("video description (original)", "")
    state = cells.get("privacy", "").lower()
    return Record(
        platform="youtube",
        kind=Kind.POST,
        native_id=cells["video id"],
        payload=row.payload,
        position=row.position,
        text=f"{title}\n{about}".strip() or None,
        posted_at=posted_at,
        posted_text=told or None,
        poster=_poster(cells["channel id"], task),
        visibility=_SHOWN.get(state, Visibility.UNKNOWN),
        permalink=f"https://www.youtube.com/watch?v={cells['video id']}",
        drift="; ".join(filter(None, (row.drift, wrong))) or None,
    )


def _subscription(row: Row, task: Task) -> Record:
    """A channel that the account follows. Who follows the account, Takeout does not say."""
    own, url, title = [*row.cells.values(), "", "", ""][:3]
    return Record(
        platform=task.account.platform,
        kind=Kind.OTHER,
        native_id=f"subscription-{own}" if own else "",
        payload=row.payload,
        position=row.position,
        text=f"The channel is subscribed to {title}",
        poster=Poster(title or None, None, own or None, Missing.API_NOT_EXPOSED),
        visibility=Visibility.PRIVATE,
        permalink=url or None,
        drift=row.drift,
    )


def _poster(channel: str, task: Task) -> Poster:
    is_own = channel == task.account.native_id
    handle = task.account.handle if is_own else None
    return Poster(None, handle, channel or None, Missing.API_NOT_EXPOSED)


def _json(member: Member, sources: Sources) -> Iterator[Said]:
    """Older exports hold the site's own objects. Nothing where the file holds none of them."""
    original = cleaned(member.name, member.content(sources.bounds.text))
    if b'"youtube#' not in original.body:
        return
    reading = PLATFORMS["youtube"].read(original.body)
    yield original
    yield Read(reading.records, reading.unread)
