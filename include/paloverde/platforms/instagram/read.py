"""Instagram's objects to records. Each record keeps the exact bytes of its object and where they lie.

An object is never rejected for its form: a member of the wrong type is set aside and named in the
record's `drift`; only what has no identity at all becomes `Unread`.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

import msgspec

from paloverde.platforms import jsontext
from paloverde.platforms.graph import answers, download
from paloverde.platforms.graph.pages import NOWHERE, Page, Setting
from paloverde.platforms.graph.reading import GraphReader, Members
from paloverde.platforms.graph.times import noted_time
from paloverde.platforms.instagram import export, webhook
from paloverde.platforms.instagram.content import (
    count_of,
    lacks_media,
    media_of,
    person,
    poster_of,
    text_of,
    thread_of,
    visibility_of,
)
from paloverde.platforms.instagram.wire import SHAPE, Item, Party, Reaction, kind_of
from paloverde.records import Kind, Reading, Record, Visibility

PLATFORM = "instagram"

# Answers that hold no item, by a member that only they have.
_NO_ITEMS = {
    "quota_usage": "this is an answer about how much may be published, not a record",
    "product_id": "this is an answer about goods in a shop, not a record",
    "catalog_id": "this is an answer about a shop's catalog, not a record",
    "audio_id": "this is an answer about music that may be used, not a record",
    "audio": "this is an answer about music that may be used, not a record",
}


def read(payload: bytes, setting: Setting = NOWHERE) -> Reading:
    """The records of any payload: a page, one object, a list, a map of ids, a webhook, a file of a download.

    Raises `Unreadable` where the payload is no whole JSON text. What holds no record says so in
    `Reading.note`. `setting` is for one object whose question is known.
    """
    return _Reader(jsontext.open_text(payload), setting).read()


def read_page(payload: bytes, setting: Setting) -> Page:
    """One page of a listing, whose question (`setting`) is known. Raises `Unreadable` where it is none."""
    return _Reader(jsontext.open_text(payload), setting).read_page()


class _Reader(GraphReader):
    title = "Instagram"
    lists: ClassVar[Mapping[str, Kind | None]] = {
        "comments": Kind.COMMENT,
        "replies": Kind.COMMENT,
        "messages": Kind.MESSAGE,
        "conversations": Kind.CONVERSATION,
        "media": Kind.POST,
        "stories": Kind.STORY,
        "tags": Kind.POST,
        "live_media": Kind.POST,
        "business_discovery": None,
        "mentioned_media": None,
        "mentioned_comment": None,
        "instagram_business_account": None,
    }

    def record(
        self, members: Members, sound: bytes, start: int, setting: Setting, known_id: str | None
    ) -> Record | None:
        item, notes = SHAPE.read(sound, members)
        if not item.id:
            item.id = known_id
            if not item.id:
                return None
            notes.append("the site gave no id inside; it was taken from where the object stood")
        return self._record(item, members, sound, start, setting, notes)

    def _record(
        self, item: Item, members: Members, sound: bytes, start: int, setting: Setting, notes: list[str]
    ) -> Record:
        kind = setting.kind or kind_of(item, members.keys())
        payload = self.kept(sound, start, notes)
        posted = item.timestamp if item.timestamp is not None else item.created_time
        posted_at = noted_time(posted, notes)
        if setting.kind and lacks_media(item, kind):
            notes.append("the site gives no address of its picture or video")
        thread = setting.thread_id or thread_of(item, kind)
        return Record(
            platform=PLATFORM,
            kind=kind,
            native_id=item.id or "",
            payload=payload,
            position=self.text.position(start),
            parent_id=item.parent_id or setting.parent_id or thread,
            thread_id=thread,
            text=text_of(item, kind),
            posted_at=posted_at,
            posted_text=None if posted is None else str(posted),
            poster=poster_of(item, kind),
            visibility=visibility_of(item, kind),
            permalink=item.permalink,
            count=count_of(item, kind),
            media=media_of(item),
            drift="; ".join(notes) if notes else None,
        )

    def inside(self, record: Record, members: Members) -> list[str]:
        """What hangs under an item. The post that a comment names is no item of its own here."""
        names = super().inside(record, members)
        return [name for name in names if name != "media" or record.kind is not Kind.COMMENT]

    def item(self, sound: bytes, start: int, setting: Setting, known_id: str | None = None) -> None:
        """One object, and the reactions to it, each as said by somebody."""
        before = len(self.records)
        super().item(sound, start, setting, known_id)
        if len(self.records) > before and self.records[before].kind is Kind.MESSAGE:
            members = jsontext.fields(sound)
            if "reactions" in members:
                offset = jsontext.offset_of(self.text.sound, start, members, "reactions")
                self.reactions(self.records[before], bytes(members["reactions"]), offset)

    def reactions(self, message: Record, edge: bytes, start: int) -> None:
        array = answers.data_of(edge)
        if array is None:
            return
        first = self.text.sound.find(array, start)
        for piece, position in jsontext.pieces(self.text.sound, array, first):
            try:
                reaction = msgspec.json.decode(piece, type=Reaction)
            except msgspec.DecodeError as error:
                self.lose(piece, position, f"it is no reaction: {error}")
                continue
            for who in reaction.users or [Party()]:
                self.reacted(message, reaction.emoji or reaction.reaction, who, piece, position)

    def reacted(self, message: Record, sign: str | None, who: Party, piece: bytes, position: int) -> None:
        """One person's reaction. It has no id: it is named by message, sign and person."""
        self.records.append(
            Record(
                platform=PLATFORM,
                kind=Kind.REACTION,
                native_id=f"{message.native_id}/{sign or 'reaction'}/{who.id or who.username or 'somebody'}",
                payload=self.text.original(piece, position),
                position=self.text.position(position),
                parent_id=message.native_id,
                thread_id=message.thread_id,
                text=sign,
                poster=person(who),
                visibility=Visibility.PRIVATE,
            )
        )

    def aside(self, members: Members) -> str:
        return next((note for name, note in _NO_ITEMS.items() if name in members), "")

    def is_exported(self, members: Members) -> bool:
        return export.is_item(members)

    def elsewise(self, sound: bytes, members: Members, start: int) -> None:
        if webhook.is_webhook(members):
            for event in webhook.events(self.text.sound, members, start):
                self.event(event)
        elif export.is_item(members):
            self.exported(download.Piece(export.kind_of_item(members), sound, start))
        elif note := self.aside(members):
            self.note = note
        else:
            for piece in export.split(self.text.sound, sound, members, start):
                self.exported(piece)

    def event(self, event: webhook.Event) -> None:
        """One thing that the site told by itself."""
        if event.field in webhook.COMMENTS:
            self.item(event.sound, event.start, Setting(Kind.COMMENT))
            return
        payload = self.text.original(event.sound, event.start)
        try:
            record = webhook.record(event, payload, self.text.position(event.start))
        except msgspec.DecodeError as error:
            self.lose(event.sound, event.start, f"it is no {event.field} event: {error}")
            return
        if record is None:
            self.note = f"this tells only of {event.field.replace('_', ' ')}: nobody's words are in it"
        else:
            self.records.append(record)

    def exported_record(self, piece: download.Piece, payload: bytes, native_id: str) -> Record:
        return export.record(piece, payload, self.text.position(piece.start), native_id)
