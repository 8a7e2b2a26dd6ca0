"""Our own record form: one JSON object a line, or a table with the same column names.

The form in which a city moves in from another archiver, and in which `paloverde export` moves it out.
Fields and their meaning: `FIELDS`; docs/guide/imports.md prints them for people.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
from datetime import UTC, datetime
from typing import Any

import msgspec

from paloverde.errors import Unreadable
from paloverde.imports.said import NOT_JSON, Task
from paloverde.imports.times import checked
from paloverde.platforms import jsontext
from paloverde.records import Kind, Medium, Missing, Poster, Record, Visibility

FIELDS = {
    "native_id": "The site's own identifier, as text. Where it is empty, one is made up from the content.",
    "kind": f"{', '.join(Kind)}; nothing else. Empty: what `--kind` says, else a post that is private unless "
    "`visibility` says who could see it.",
    "text": "What was said.",
    "posted_at": "When it was posted: 2026-11-22T18:00:00Z. A time without zone is read in that of `--zone`.",
    "posted_text": "The site's own text of that time.",
    "edited_at": "When it was last edited, where the site says so.",
    "parent_id": "What it replies to, or the conversation of a message.",
    "thread_id": "The post or conversation at the root of the thread.",
    "poster_name": "Display name of the poster.",
    "poster_username": "User name of the poster.",
    "poster_id": "The site's identifier of the poster.",
    "poster_missing": f"Why the poster is not known: {', '.join(Missing)}.",
    "visibility": f"{', '.join(Visibility)}. Any other word: private.",
    "permalink": "Where the site shows it.",
    "language": "Language code.",
    "count": "The number itself for subscriber_count; else what the site says it counts.",
    "media": "List of pictures, videos and attachments: url, type, alt_text, native_id, and for the bytes "
    "either sha256 (the file lies in media/sha256/<first two>/<sha256>) or file (a path beside this one).",
    "observed_at": "When the other archive saw it.",
    "drift": "What did not fit when it was archived, in words.",
    "raw": "The bytes as the site sent them, as text; raw_base64 where they are no UTF-8.",
    "raw_base64": "The same in base64.",
    "payload_sha256": "SHA-256 of those bytes; it is checked: a line with other bytes is not read.",
    "provenance": "How it came, in what `paloverde export` wrote; of anything else it is not believed.",
    "account": "The account's slug; a line of another account than `--account` is not read.",
}
_KINDS = {kind.value: kind for kind in Kind}
_VISIBLE = {one.value: one for one in Visibility}
_MISSING = {one.value: one for one in Missing}


class FormMedium(msgspec.Struct, gc=False):
    """A medium of a line."""

    url: str = ""
    type: str | None = None
    alt_text: str | None = None
    native_id: str | None = None
    sha256: str | None = None
    size: int | None = None
    not_captured: str | None = None
    file: str | None = None


class Line(msgspec.Struct, gc=False):
    """A line of the form. Members that are not named here are left to the kept bytes of the line."""

    native_id: str = ""
    account: str | None = None
    platform: str | None = None
    kind: str | None = None
    parent_id: str | None = None
    thread_id: str | None = None
    text: str | None = None
    posted_at: datetime | None = None
    posted_text: str | None = None
    edited_at: datetime | None = None
    poster_name: str | None = None
    poster_username: str | None = None
    poster_id: str | None = None
    poster_missing: str | None = None
    visibility: str | None = None
    permalink: str | None = None
    language: str | None = None
    count: int | None = None
    media: list[FormMedium] | None = None
    observed_at: datetime | None = None
    drift: str | None = None
    raw: str | None = None
    raw_base64: str | None = None
    payload_sha256: str | None = None
    provenance: str | None = None


_decode = msgspec.json.Decoder(Line).decode
_encode = msgspec.json.Encoder().encode


def line_of(row: dict[str, Any]) -> bytes:
    """A row of `records/` or `removed/` as a line of the form, with its line end."""
    plain = dict(row)
    raw: bytes = plain.pop("raw") or b""
    try:
        plain["raw"] = raw.decode()
    except UnicodeDecodeError:
        plain["raw_base64"] = base64.b64encode(raw).decode()
    return _encode({name: value for name, value in plain.items() if value is not None}) + b"\n"


def line_in(text: bytes) -> tuple[Line, str | None]:
    """A line, member by member where it does not fit whole. Raises `Unreadable` where it is no object."""
    try:
        return _decode(text), None
    except NOT_JSON:
        opened = jsontext.open_text(text)
    try:
        members = jsontext.fields(opened.sound)
    except NOT_JSON:
        raise Unreadable("it is no JSON object") from None
    line, wrong = Line(), list(opened.notes)
    types = msgspec.structs.fields(Line)
    for field in types:
        if field.name in members:
            try:
                value = msgspec.json.decode(members[field.name], type=field.type, strict=False)
                setattr(line, field.name, value)
            except NOT_JSON:
                told = _short(bytes(members[field.name]))
                if field.name in ("kind", "visibility"):
                    setattr(line, field.name, told)  # it says something: it is not empty
                else:
                    wrong.append(f"{field.name} {told} does not fit")
    return line, "; ".join(wrong) or None


def _short(text: bytes) -> str:
    return text[:60].decode(errors="replace")


def record_of(line: Line, text: bytes, start: int, task: Task, note: str | None) -> Record:
    """The record of a line; `text` is the bytes of the line and `start` where they stand.

    Raises `Unreadable` where its kind is none or its bytes are not those that it names.
    """
    notes = [line.drift, note]
    raw, position = text, start
    if line.raw is not None or line.raw_base64 is not None:
        raw, position = _raw(line, notes), -1
    if line.platform and line.platform != task.account.platform:
        notes.append(f"it says that it is of the site {line.platform}")
    posted = _moment(line.posted_at, "posted_at", task, notes)
    return Record(
        platform=task.account.platform,
        kind=_kind(line, task),
        native_id=line.native_id or "row-" + hashlib.sha256(text).hexdigest()[:32],
        payload=raw,
        position=position,
        parent_id=line.parent_id,
        thread_id=line.thread_id,
        text=line.text,
        posted_at=posted,
        posted_text=line.posted_text or (str(line.posted_at) if line.posted_at and not posted else None),
        edited_at=_moment(line.edited_at, "edited_at", task, notes),
        poster=_poster(line),
        visibility=_visibility(line, task, notes),
        permalink=line.permalink,
        language=line.language,
        count=line.count,
        media=tuple(_medium(one) for one in line.media or ()),
        drift="; ".join(filter(None, notes)) or None,
    )


def _kind(line: Line, task: Task) -> Kind:
    """Its kind by its exact name: a word that is none may well mean a private message."""
    if not line.kind:
        return task.kind or Kind.POST
    kind = _KINDS.get(line.kind)
    if kind is None:
        raise Unreadable(f"the kind {line.kind[:40]!r} is none: write one of {', '.join(Kind)}")
    return kind


def _visibility(line: Line, task: Task, notes: list[str | None]) -> Visibility:
    """Who could see it; private in doubt."""
    if not line.visibility:
        is_said = line.kind or task.kind or task.public
        return Visibility.UNKNOWN if is_said else Visibility.PRIVATE
    visibility = _VISIBLE.get(line.visibility)
    if visibility is None:
        notes.append(f"the visibility {line.visibility[:40]!r} is not known; it is taken as private")
    return visibility or Visibility.PRIVATE


def _raw(line: Line, notes: list[str | None]) -> bytes:
    raw = (line.raw or "").encode("utf-8", "surrogatepass")
    if line.raw is None:
        try:
            raw = base64.b64decode(line.raw_base64 or "", validate=True)
        except binascii.Error:
            notes.append("raw_base64 is not base64")
    if line.payload_sha256 and hashlib.sha256(raw).hexdigest() != line.payload_sha256:
        raise Unreadable(f"its bytes are not those that payload_sha256 names ({line.payload_sha256[:64]})")
    return raw


def _medium(form: FormMedium) -> Medium:
    return Medium(form.url or form.file or "", form.type or "photo", form.alt_text, form.native_id)


def _poster(line: Line) -> Poster:
    missing = _MISSING.get(line.poster_missing or "")
    is_known = line.poster_name or line.poster_username or line.poster_id
    if missing is None and not is_known and line.raw is None and line.raw_base64 is None:
        missing = Missing.NOT_CAPTURED_IN_TIME
    return Poster(line.poster_name, line.poster_username, line.poster_id, missing)


def _moment(moment: datetime | None, name: str, task: Task, notes: list[str | None]) -> datetime | None:
    if moment is None:
        return None
    try:
        found, wrong = checked(in_utc(moment, task), task.now)
    except OverflowError:
        found, wrong = None, f"{name} is none at which anybody posted"
    notes.append(wrong)
    return found


def in_utc(moment: datetime, task: Task) -> datetime:
    if moment.tzinfo is UTC:
        return moment
    return (moment if moment.tzinfo else moment.replace(tzinfo=task.zone)).astimezone(UTC)
