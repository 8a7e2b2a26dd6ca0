"""Facebook's objects to records. Each record keeps the exact bytes of its object and where they lie.

An object is never rejected for its form: a member of the wrong type is set aside and named in the
record's `drift`; only what has no identity at all becomes `Unread`.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

from paloverde.platforms import jsontext
from paloverde.platforms.facebook import export
from paloverde.platforms.facebook.content import (
    count_of,
    identity_of,
    media_of,
    own_name,
    parent_of,
    poster_of,
    text_of,
    thread_of,
    visibility_of,
)
from paloverde.platforms.facebook.wire import SHAPE, Item, kind_of
from paloverde.platforms.graph import download
from paloverde.platforms.graph.pages import NOWHERE, Page, Setting
from paloverde.platforms.graph.reading import GraphReader, Members
from paloverde.platforms.graph.times import noted_time
from paloverde.records import Kind, Reading, Record

PLATFORM = "facebook"


def read(payload: bytes, setting: Setting = NOWHERE) -> Reading:
    """The records of any payload: a page, one object, a list, a map of ids, a downloaded export.

    Raises `Unreadable` where the payload is no whole JSON text. An error answer and a token answer
    have no records, and `Reading.note` says so. `setting` is for one object whose question is known.
    """
    return _Reader(jsontext.open_text(payload), setting).read()


def read_page(payload: bytes, setting: Setting) -> Page:
    """One page of a listing, whose question (`setting`) is known. Raises `Unreadable` where it is none."""
    return _Reader(jsontext.open_text(payload), setting).read_page()


class _Reader(GraphReader):
    title = "Facebook"
    lists: ClassVar[Mapping[str, Kind | None]] = {
        "comments": Kind.COMMENT,
        "replies": Kind.COMMENT,
        "messages": Kind.MESSAGE,
        "posts": Kind.POST,
        "feed": Kind.POST,
        "published_posts": Kind.POST,
        "visitor_posts": Kind.POST,
        "media": Kind.POST,
        "business_discovery": None,
    }

    def record(
        self, members: Members, sound: bytes, start: int, setting: Setting, known_id: str | None
    ) -> Record | None:
        item, notes = SHAPE.read(sound, members)
        item.id = item.id or own_name(item)
        if not item.id:
            item.id = known_id or identity_of(item)
            if not item.id:
                return None
            notes.append("the site gave no id inside; it was taken from where the object stood or links to")
        return self._record(item, members, sound, start, setting, notes)

    def _record(
        self,
        item: Item,
        members: Members,
        sound: bytes,
        start: int,
        setting: Setting,
        notes: list[str],
    ) -> Record:
        kind = setting.kind or kind_of(item, members.keys())
        payload = self.kept(sound, start, notes)
        posted = item.created_time if item.created_time is not None else item.creation_time
        posted_at = noted_time(_seconds(posted), notes)
        thread = setting.thread_id or thread_of(item, kind)
        return Record(
            platform=PLATFORM,
            kind=kind,
            native_id=f"{thread}:{item.id}" if kind is Kind.REACTION and thread else item.id or "",
            payload=payload,
            position=self.text.position(start),
            parent_id=parent_of(item, kind, thread),
            thread_id=thread,
            text=text_of(item, kind),
            posted_at=posted_at,
            posted_text=None if posted is None else str(posted),
            poster=poster_of(item, kind),
            visibility=visibility_of(item, kind),
            permalink=item.permalink_url or item.link or (item.url if kind is Kind.STORY else None),
            count=count_of(item, kind),
            media=media_of(item),
            drift="; ".join(notes) if notes else None,
        )

    def is_exported(self, members: Members) -> bool:
        return export.is_item(members)

    def elsewise(self, sound: bytes, members: Members, start: int) -> None:
        if export.is_item(members):
            self.exported(download.Piece(export.kind_of_item(members), sound, start))
            return
        for piece in export.split(self.text.sound, sound, members, start):
            self.exported(piece)

    def exported_record(self, piece: download.Piece, payload: bytes, native_id: str) -> Record:
        return export.record(piece, payload, self.text.position(piece.start), native_id)


def _seconds(moment: float | str | None) -> float | str | None:
    """Stories carry their time as seconds in a text."""
    return int(moment) if isinstance(moment, str) and moment.isascii() and moment.isdigit() else moment
