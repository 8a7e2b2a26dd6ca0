"""Nextdoor's objects as records: posts, comments, reactions, profiles.

Members: the partner API's own names (developer.nextdoor.com), for the account's posts and for the public
agency feed. Every member may be absent or of another type; ids are numbers in one place and texts in another.
"""

from __future__ import annotations

import hashlib
import re
from datetime import UTC, datetime
from typing import Any

import msgspec

from paloverde.platforms import jsontext
from paloverde.records import Kind, Medium, Missing, Poster, Record, Visibility

NAME = "nextdoor"
Members = dict[str, msgspec.Raw]

_DIGITS = re.compile(rb"-?[0-9]+\Z")
_OLDEST = datetime(2010, 1, 1, tzinfo=UTC)  # the site began in 2011
_UNNAMED = Poster(missing=Missing.API_NOT_EXPOSED)
_COMMENT = frozenset(("parent_comment_id", "author_name", "creation_date"))
_REACTION = frozenset(("id", "post_id", "comment_id", "type"))
_POST = frozenset(("author_id", "embed_url", "posts_length", "comment_closed", "public_post_url", "category"))
_PROFILE = frozenset(
    ("is_agency_profile", "is_business_profile", "agency_name", "first_name", "neighborhood_name")
)


class Told:
    """The members of one object, read one by one; what does not fit is noted and set aside."""

    def __init__(self, members: Members) -> None:
        self._members = members
        self.notes: list[str] = []

    def _raw(self, name: str) -> bytes:
        value = bytes(self._members.get(name, b"null"))
        return b"" if value == b"null" else value

    def text(self, name: str) -> str | None:
        raw = self._raw(name)
        if not raw:
            return None
        if raw[:1] == b'"':
            return msgspec.json.decode(raw, type=str)
        self._odd(name, "no text")
        return None

    def identity(self, name: str) -> str | None:
        """An id as text, digit by digit: never through a number. 0 means none here."""
        raw = self._raw(name)
        if _DIGITS.match(raw):
            return None if raw == b"0" else raw.decode()
        if not raw or raw == b'"0"':
            return None
        return self.text(name) or None

    def seconds(self, *names: str) -> tuple[datetime | None, str | None]:
        """The first of these times: seconds since 1970 or ISO 8601, and the site's own text of it."""
        for name in names:
            raw = self._raw(name)
            if raw:
                return self._moment(name, raw), raw.decode(errors="replace").strip('"')
        return None, None

    def _moment(self, name: str, raw: bytes) -> datetime | None:
        text = raw.strip(b'"').decode(errors="replace")
        try:
            number = _DIGITS.match(text.encode()) is not None
            when = datetime.fromtimestamp(int(text), UTC) if number else datetime.fromisoformat(text)
        except (ValueError, OverflowError, OSError):
            self._odd(name, "no time")
            return None
        if when.tzinfo is None or when < _OLDEST:
            self._odd(name, "a time without a zone or before the site began")
            return None
        return when.astimezone(UTC)

    def number(self, name: str) -> int | None:
        raw = self._raw(name)
        if raw and _DIGITS.match(raw) and len(raw) < 19:
            return int(raw)
        if raw:
            self._odd(name, "no number")
        return None

    def listed(self, name: str) -> list[Any]:
        """The objects of a list, decoded; other elements are noted."""
        raw = self._raw(name)
        if not raw:
            return []
        if raw[:1] != b"[":
            self._odd(name, "no list")
            return []
        given = [bytes(one) for one in jsontext.elements(raw)]
        if any(one[:1] != b"{" for one in given):
            self._odd(name, "a list with something that is no object")
        return [jsontext.fields(one) for one in given if one[:1] == b"{"]

    def inner(self, name: str) -> Told:
        raw = self._raw(name)
        return Told(jsontext.fields(raw) if raw[:1] == b"{" else {})

    def _odd(self, name: str, what: str) -> None:
        self.notes.append(f"{name} was set aside: it is {what}")


def kind_of(members: Members) -> Kind:
    """What an object is, by the members that only it has."""
    names = members.keys()
    if names <= _REACTION and "type" in names:
        return Kind.REACTION
    if not _PROFILE.isdisjoint(names):
        return Kind.PROFILE
    if not _POST.isdisjoint(names):
        return Kind.POST
    if "body" not in names:
        return Kind.OTHER
    return Kind.POST if _COMMENT.isdisjoint(names) else Kind.COMMENT


def record_of(
    kind: Kind, payload: bytes, members: Members, post: str | None, parent: str | None
) -> Record | None:
    """One object as a record, None where nothing tells which object it is.

    `post` is the post that it stands in, `parent` the comment.
    """
    told = Told(members)
    native_id = told.identity("id")
    if native_id is None and kind is not Kind.OTHER:
        return None
    posted_at, posted_text = told.seconds("creation_date_epoch_seconds", "creation_date")
    record = Record(
        platform=NAME,
        kind=kind,
        native_id=native_id or f"sha256:{hashlib.sha256(payload).hexdigest()[:16]}",
        payload=payload,
        posted_at=posted_at,
        posted_text=posted_text,
        poster=_UNNAMED,
    )
    if kind is Kind.POST:
        _post(record, told)
    elif kind is Kind.COMMENT:
        _comment(record, told, post, parent)
    elif kind is Kind.REACTION:
        _reaction(record, told, post)
    elif kind is Kind.PROFILE:
        _profile(record, told)
    record.drift = "; ".join(told.notes) or None
    return record


def _post(record: Record, told: Told) -> None:
    record.text = _joined(told.text("title") or told.text("user_entered_subject"), told.text("body"))
    record.thread_id = record.native_id
    record.poster = _author(told)
    record.visibility = Visibility.PUBLIC
    record.permalink = told.text("public_post_url") or told.text("url") or told.text("embed_url")
    record.count = told.number("comment_count")
    record.media = _media(told)


def _author(told: Told) -> Poster:
    """The agency feed names its author; the account's own posts name only a number."""
    name, native_id = told.inner("author").text("name"), told.identity("author_id")
    return Poster(name, None, native_id, Missing.API_NOT_EXPOSED)


def _comment(record: Record, told: Told, post: str | None, parent: str | None) -> None:
    record.text = told.text("body")
    record.thread_id = post
    record.parent_id = told.identity("parent_comment_id") or parent or post
    record.visibility = Visibility.PUBLIC
    name = told.text("author_name")
    record.poster = Poster(name, missing=Missing.API_NOT_EXPOSED) if name else _UNNAMED


def _reaction(record: Record, told: Told, post: str | None) -> None:
    """The site says neither whose it is nor what its number means."""
    record.thread_id = told.identity("post_id") or post
    record.parent_id = told.identity("comment_id") or record.thread_id
    type_ = told.identity("type")
    record.text = f"type {type_ or 0}"
    record.visibility = Visibility.PUBLIC


def _profile(record: Record, told: Told) -> None:
    person = " ".join(part for part in (told.text("first_name"), told.text("last_name")) if part)
    name = told.text("agency_name") or told.text("business_name") or person or None
    place = (told.text("neighborhood_name"), told.text("agency_city") or told.text("city_name"))
    record.text = _joined(name, *place, told.text("agency_state"))
    record.poster = Poster(name, None, record.native_id, Missing.API_NOT_EXPOSED)
    record.visibility = Visibility.PUBLIC
    record.permalink = told.text("agency_url_at_nextdoor")
    picture = told.text("agency_photo") or told.text("profile_picture")
    record.media = (Medium(picture),) if picture else ()


def _media(told: Told) -> tuple[Medium, ...]:
    found: dict[str, Medium] = {}
    for members in told.listed("media"):
        one = Told(members)
        url = one.text("url")
        if url:
            is_video = bytes(members.get("is_video", b"")) == b"true"
            found.setdefault(url, Medium(url, "video" if is_video else "photo"))
        told.notes += one.notes
    return tuple(found.values())


def _joined(*parts: str | None) -> str | None:
    return "\n".join(part for part in parts if part) or None
