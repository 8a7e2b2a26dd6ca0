"""The rules of RSMF 2.0 as the rulebook has them (F-4), tried on a file: what a review platform would refuse."""

from __future__ import annotations

import io
import json
import re
import zipfile
from collections.abc import Iterator
from datetime import datetime
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

MOST_EVENTS, MOST_BYTES, MOST_IN_A_FIELD = 10_000, 2 << 30, 255
_LONG = ("X-RSMF-Participants", "X-RSMF-Custodian")  # kept as long text
PACIFIC = ZoneInfo("America/Los_Angeles")
TYPES = ("message", "disclaimer", "join", "leave", "history", "unknown")
_TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z")


class Read(NamedTuple):
    """An RSMF file as a platform sees it."""

    message: EmailMessage
    manifest: dict[str, Any]
    files: dict[str, bytes]

    @property
    def events(self) -> list[dict[str, Any]]:
        return self.manifest["events"]

    @property
    def text(self) -> str:
        part = self.message.get_body(("plain",))
        assert part is not None
        return part.get_content()


def read(body: bytes) -> Read:
    message = message_from_bytes(body, policy=policy.default)
    assert isinstance(message, EmailMessage)
    (attachment,) = message.iter_attachments()
    with zipfile.ZipFile(io.BytesIO(attachment.get_payload(decode=True))) as zipped:
        files = {name: zipped.read(name) for name in zipped.namelist()}
    return Read(message, json.loads(files.pop("rsmf_manifest.json")), files)


def faults(body: bytes) -> list[str]:
    """Every rule that a file breaks; none for one that loads."""
    return [*_of_message(body), *(_of_manifest(read(body)) if not [*_of_message(body)] else ())]


def _of_message(body: bytes) -> Iterator[str]:
    if len(body) >= MOST_BYTES:
        yield "2 GB or more"
    if not body.isascii():
        yield "not 7-bit"
    if any(len(line) > 998 for line in body.split(b"\r\n")) or b"\n" in body.replace(b"\r\n", b""):
        yield "a line that no mail has (RFC 5322, 2.1.1)"
    message = message_from_bytes(body, policy=policy.default)
    if message["X-RSMF-Version"] != "2.0.0":
        yield "no X-RSMF-Version"
    yield from _of_fields(message)
    attached = [*message.iter_attachments()]
    if [part.get_filename() for part in attached] != ["rsmf.zip"]:
        yield "not exactly one attachment rsmf.zip"
    elif attached[0]["Content-Transfer-Encoding"] != "base64":
        yield "rsmf.zip is not base64"
    elif not zipfile.is_zipfile(io.BytesIO(attached[0].get_payload(decode=True))):
        yield "rsmf.zip is no zip"


def _of_fields(message: EmailMessage) -> Iterator[str]:
    for name in ("From", "To", "Subject", "Date"):
        if len(message.get_all(name, [])) != 1:
            yield f"not one {name}"
    if len(message["From"].addresses if message["From"] else ()) != 1:
        yield "not one sender"
    for name, value in message.items():
        if name.startswith("X-RSMF-") and name not in _LONG and len(value) >= MOST_IN_A_FIELD:
            yield f"{name} is too long"


def _of_manifest(found: Read) -> Iterator[str]:
    manifest = found.manifest
    for name in ("version", "participants", "conversations", "events"):
        if not manifest.get(name):
            yield f"no {name}"
            return
    if len(manifest["version"]) < 5:
        yield "the version is too short"
    if len(found.events) > MOST_EVENTS:
        yield "too many events"
    yield from _of_head(found)
    people = [one["id"] for one in manifest["participants"]]
    threads = [one["id"] for one in manifest["conversations"]]
    for ids in (people, threads, [event["id"] for event in found.events if "id" in event]):
        if len(ids) != len({*map(str, ids)}):
            yield "an id stands twice"
    for one in manifest["conversations"]:
        yield from _of_conversation(one, people)
    where = {event["id"]: event.get("conversation") for event in found.events if "id" in event}
    for event in found.events:
        yield from _of_event(event, people, threads, where)
    named = {one["id"] for event in found.events for one in event.get("attachments", ())}
    yield from (
        f"The file {name} in the zip archive does not have a reference." for name in {*found.files} - named
    )
    yield from (
        f"The attachment with ID {name} was not found in the zip archive." for name in named - {*found.files}
    )
    yield from (f"{name} is not flat" for name in found.files if "/" in name)
    yield from _not_text(manifest)


def _of_head(found: Read) -> Iterator[str]:
    """The head of the message tells what the manifest holds."""
    message, manifest = found.message, found.manifest
    if message["X-RSMF-EventCount"] != str(len(found.events)):
        yield "another number of events in the head"
    if message["X-RSMF-AttachmentCount"] not in (None, str(len(found.files))):
        yield "another number of attachments in the head"
    if len(message["To"].addresses) != len(manifest["participants"]):
        yield "To does not name every participant"
    times = sorted(
        event["timestamp"] for event in found.events if _TIME.fullmatch(event.get("timestamp", ""))
    )
    if times and [message["X-RSMF-BeginDate"], message["X-RSMF-EndDate"]] != [times[0], times[-1]]:
        yield "begin or end in the head is not that of the events"
    own = [event for event in found.events if not is_context(event)]
    if len({_day(event) for event in own}) > 1:
        yield "more than one day"
    text = found.text.replace("\r\n", "\n")
    if any(event.get("body", "").replace("\r\n", "\n") not in text for event in own):
        yield "the text does not say what an event says"


def is_context(event: dict[str, Any]) -> bool:
    """Whether an event is repeated here only because another one answers it."""
    return {"name": "Context", "value": "true"} in event.get("custom", ())


def _day(event: dict[str, Any]) -> object:
    told = event.get("timestamp", "")
    return datetime.fromisoformat(told).astimezone(PACIFIC).date() if _TIME.fullmatch(told) else None


def _of_conversation(one: dict[str, Any], people: list[str]) -> Iterator[str]:
    if not one.get("platform") or not one.get("participants"):
        yield "a conversation without platform or participants"
    if {*one["participants"]} - {*people}:
        yield "a conversation with an unknown participant"
    if one.get("type") not in ("direct", "channel", None):
        yield "a conversation of no known type"
    if "custodian" in one and one["custodian"] not in one["participants"]:
        yield "the custodian takes no part"


def _of_event(
    event: dict[str, Any], people: list[str], threads: list[str], where: dict[str, Any]
) -> Iterator[str]:
    if event.get("type") not in TYPES:
        yield "an event of no known type"
    if event.get("conversation") not in threads:
        yield "an event in no conversation"
    if "participant" in event and event["participant"] not in people:
        yield "an event of nobody known"
    if not _TIME.fullmatch(event.get("timestamp", "")):
        yield "a time without zone"
    if not isinstance(event.get("deleted", False), bool):
        yield "deleted is neither true nor false"
    if event.get("direction") not in ("incoming", "outgoing", None):
        yield "no known direction"
    if "parent" in event and where.get(event["parent"]) != event["conversation"]:
        yield "a parent outside of the conversation"
    if event.get("importance") not in ("normal", "high", None):
        yield "no known importance"
    yield from _of_members(event, people)


def _of_members(event: dict[str, Any], people: list[str]) -> Iterator[str]:
    for edit in event.get("edits", ()):
        if edit.get("participant") not in people or not _TIME.fullmatch(edit.get("timestamp", "")):
            yield "an edit by nobody known, or at no time"
        if {"previous", "new"} - {*edit}:
            yield "an edit that does not say what changed"
        if edit.get("previous") == edit.get("new"):
            yield "an edit that changes nothing"
    yield from _of_attachments(event)
    for reaction in event.get("reactions", ()):
        if (
            not isinstance(reaction.get("count", 1), int)
            or len(reaction.get("participants", ())) > reaction["count"]
        ):
            yield "a reaction of more people than it counts"
        if not reaction.get("value") or {*reaction.get("participants", ())} - {*people}:
            yield "a reaction of nothing, or of nobody known"
    for one in event.get("custom", ()):
        if not all(isinstance(one.get(name), str) and one[name] for name in ("name", "value")):
            yield "a custom value that is empty or no text"


def _of_attachments(event: dict[str, Any]) -> Iterator[str]:
    attached = [one.get("id") for one in event.get("attachments", ())]
    if len(attached) != len({*map(str, attached)}):
        yield "an attachment stands twice"
    if not all(isinstance(one.get("size", 0), int) for one in event.get("attachments", ())):
        yield "a size that is no number"


def _not_text(value: Any, name: str = "") -> Iterator[str]:
    """Ids are JSON strings: a number is refused."""
    if isinstance(value, dict):
        for key, one in value.items():
            yield from _not_text(one, key)
    elif isinstance(value, list):
        for one in value:
            yield from _not_text(one, name)
    elif name in ("id", "parent", "participant", "conversation", "account_id") and not isinstance(value, str):
        yield f"{name} is no string"
