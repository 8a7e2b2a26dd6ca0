"""RSMF 2.0, the Relativity Short Message Format (rulebook F-4): threads as a reader of chats sees them.

One file for each thread and Pacific day, of at most 10,000 events: RSMF/<first Bates number>.rsmf. Which file
holds a document is known before any is written (`place`), since load files name it. What somebody answers on
another day is repeated there as context.
"""

from __future__ import annotations

from datetime import date
from typing import Any

from paloverde.bundles.scratch import scratch
from paloverde.productions.document import Document, Production, Treatment
from paloverde.productions.fields import Entry
from paloverde.productions.formats.rsmf_events import (
    Event,
    conversation_of,
    edited,
    event_of,
    in_context,
    moment_of,
    participant_of,
    reacted,
)
from paloverde.productions.formats.rsmf_file import Attached, Read, Slice, as_message, tell
from paloverde.productions.volume import Volume
from paloverde.records import Kind, archive_day

MOST_EVENTS = 10_000  # as the format's keeper advises
MOST_BYTES = 1 << 30  # of attachments in one file; its limit is 2 GB after base64
Key = tuple[str, date]
Item = tuple[str, str, str]  # conversation, kind, native id


class Rsmf:
    """The RSMF files of one volume. `read` gives the bytes of a document's file, piece by piece."""

    def __init__(self, volume: Volume, production: Production, read: Read) -> None:
        self._volume, self._production, self._read = volume, production, read
        self._slices: dict[str, Slice] = {}
        self._current: dict[Key, Slice] = {}
        self._event_of: dict[str, tuple[Slice, Event]] = {}  # by the Bates number of each record
        self._item: dict[Item, tuple[Slice, Event]] = {}
        self._answered: dict[tuple[str, str], tuple[Slice, Event]] = {}  # by conversation and native id

    def place(self, document: Document) -> str:
        """The path of the file that will hold a document; documents come in their order."""
        if document.file is not None and document.parent in self._event_of:
            return self._event_of[document.parent][0].path
        conversation = self._conversation(document)
        known = self._item.get((conversation["id"], document.hit.kind, document.hit.native_id))
        if known is not None:
            return known[0].path
        key = conversation["id"], archive_day(moment_of(document.hit))
        current = self._current.get(key)
        if current is None or len(current.events) + 2 > MOST_EVENTS:  # with what it may answer
            current = Slice(f"RSMF/{document.begin}.rsmf", conversation, key[1])
            self._current[key] = self._slices[current.path] = current
        return current.path

    def add(self, entry: Entry) -> None:
        """Add a document to the file that `place` gave it."""
        document, slice_ = entry.document, self._slices[entry.parts.rsmf]
        tell(slice_, document)
        if document.file is not None:
            self._attach(slice_, entry)
            return
        conversation = slice_.conversation["id"]
        key = conversation, document.hit.kind, document.hit.native_id
        if document.treatment is not Treatment.WITHHELD:
            person = participant_of(document)
            slice_.people.setdefault(person["id"], person)
        about = self._answered.get((conversation, document.hit.parent_id or ""))
        if document.hit.kind == Kind.REACTION.value and about is not None and about[0] is slice_:
            reacted(about[1], document)
            self._event_of[document.begin] = about
            return
        if key in self._item:
            edited(self._item[key][1], document)
        else:
            self._item[key] = slice_, self._event(slice_, document, about)
            self._answered[conversation, document.hit.native_id] = self._item[key]
        self._event_of[document.begin] = self._item[key]
        self._not_kept(slice_, document)

    def close(self) -> None:
        """Write every file, in the order of their first documents."""
        with scratch() as folder:
            for slice_ in self._slices.values():
                body = as_message(slice_, self._production, self._read, folder)
                self._volume.add(slice_.path, body)

    def _conversation(self, document: Document) -> dict[str, Any]:
        """The thread of a document; what is withheld tells of none, and stands in that of its family."""
        about = self._event_of.get(document.parent)
        if document.treatment is Treatment.WITHHELD and about is not None:
            return about[0].conversation
        return conversation_of(document)

    def _event(self, slice_: Slice, document: Document, about: tuple[Slice, Event] | None) -> Event:
        event = event_of(document, slice_.conversation["id"])
        if about is not None:
            event["parent"] = self._parent(slice_, *about)
        slice_.events[event["id"]] = event
        return event

    def _parent(self, slice_: Slice, where: Slice, event: Event) -> str:
        """The id of what is answered, as it stands in this file."""
        if where is slice_:
            return str(event["id"])
        copy = in_context(event, 1)
        if copy["id"] not in slice_.events:
            slice_.events = {copy["id"]: copy, **slice_.events}
            if "participant" in copy:
                slice_.people.setdefault(copy["participant"], where.people[copy["participant"]])
        return str(copy["id"])

    def _attach(self, slice_: Slice, entry: Entry) -> None:
        document = entry.document
        record = self._event_of.get(document.parent)
        if record is None or document.file is None:
            return
        native = entry.parts.native
        size = native.size if native else 0
        ending = native.path.rpartition(".")[2] if native else "txt"
        fits = native is not None and slice_.bytes_ + size <= MOST_BYTES
        attached = Attached(
            f"{document.begin}.{ending if fits else 'txt'}",
            document if fits else None,
            "" if fits else f"This file is not repeated here: see {document.begin} in the production.",
        )
        slice_.bytes_ += size if fits else 0
        self._hang(slice_, record[1], attached, document.begin, size)

    def _not_kept(self, slice_: Slice, document: Document) -> None:
        """A file that the archive does not hold is a text that says so."""
        for at, kept in enumerate(document.hit.media):
            if not kept.sha256:
                words = f"The archive does not hold this file: {kept.not_captured or 'reason not known'}."
                name = f"{document.begin}-file-{at + 1}.txt"
                event = self._event_of[document.begin][1]
                self._hang(
                    slice_, event, Attached(name, None, words), f"{kept.type or 'file'}, not kept", len(words)
                )

    @staticmethod
    def _hang(slice_: Slice, event: Event, attached: Attached, display: str, size: int) -> None:
        if any(one.name == attached.name for one in slice_.attached):
            return
        slice_.attached.append(attached)
        hung = {"id": attached.name, "display": display, "size": size}
        event.setdefault("attachments", []).append(hung)
