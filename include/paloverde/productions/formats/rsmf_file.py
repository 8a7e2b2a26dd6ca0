"""One RSMF file: the events of a thread on one day, its manifest, its zip, and the words beside them."""

from __future__ import annotations

import zipfile
from collections.abc import Callable, Iterable, Iterator
from datetime import date, datetime
from pathlib import Path
from typing import Any

import msgspec

from paloverde.productions.document import Document, Production, Treatment
from paloverde.productions.formats.rsmf_events import Event, account_of
from paloverde.productions.formats.rsmf_message import Head, Person, message
from paloverde.records import PACIFIC
from paloverde.wording import spoken

VERSION = "2.0.0"
_LONGEST = 255  # characters of a field that the format does not know itself
_TIME = (1980, 1, 1, 0, 0, 0)
Read = Callable[[Document], Iterable[bytes]]


class Attached(msgspec.Struct, frozen=True):
    """A file in the zip: its name there, and either what holds its bytes or words in its place."""

    name: str
    document: Document | None
    instead: str = ""


class Slice(msgspec.Struct):
    """The events of a thread on one day, as far as they have come."""

    path: str
    conversation: dict[str, Any]
    day: date
    events: dict[str, Event] = {}
    people: dict[str, dict[str, Any]] = {}
    attached: list[Attached] = []
    bytes_: int = 0
    runs: set[int] = set()
    requests: set[str] = set()
    holds: set[str] = set()
    custodians: set[str] = set()
    redacted: bool = False


def tell(slice_: Slice, document: Document) -> None:
    """Note what a document adds to the head of the file that holds it."""
    slice_.runs.add(document.run.sequence)
    slice_.requests.update(document.requests)
    slice_.holds.update({document.hold} - {""})
    slice_.custodians.update(document.custodians)
    slice_.redacted |= document.treatment is not Treatment.WHOLE
    if not slice_.people:
        account = account_of(document)
        slice_.people[account["id"]] = account


def as_message(slice_: Slice, production: Production, read: Read, folder: Path) -> Iterator[bytes]:
    """The file, piece by piece; its zip lies in `folder` meanwhile."""
    zipped = folder / "rsmf.zip"
    _zip(slice_, zipped, read)
    yield from message(_head(slice_, production), _text(slice_), zipped)
    zipped.unlink()


def _zip(slice_: Slice, target: Path, read: Read) -> None:
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED, compresslevel=6) as zipped:
        with zipped.open(_member("rsmf_manifest.json"), "w") as file:
            file.write(msgspec.json.encode(_manifest(slice_)))
        for attached in slice_.attached:
            pieces = read(attached.document) if attached.document else [attached.instead.encode()]
            with zipped.open(_member(attached.name), "w", force_zip64=True) as file:
                for piece in pieces:
                    file.write(piece)


def _member(name: str) -> zipfile.ZipInfo:
    info = zipfile.ZipInfo(name, _TIME)
    info.compress_type = zipfile.ZIP_DEFLATED if name.endswith((".json", ".txt")) else zipfile.ZIP_STORED
    return info


def _manifest(slice_: Slice) -> dict[str, Any]:
    people = list(slice_.people.values())
    ids = [person["id"] for person in people]
    return {
        "version": VERSION,
        "participants": people,
        "conversations": [slice_.conversation | {"participants": ids, "custodian": ids[0]}],
        "events": _in_order(slice_),
    }


def _in_order(slice_: Slice) -> list[Event]:
    return sorted(slice_.events.values(), key=lambda event: (event["timestamp"], event["id"]))


def _head(slice_: Slice, production: Production) -> Head:
    events = _in_order(slice_)
    people = [Person(one["id"], one["display"]) for one in slice_.people.values()]
    names = ", ".join(person.display.replace(",", " ") for person in people)
    more = {
        "X-RSMF-Version": VERSION,
        "X-RSMF-Generator": production.software,
        "X-RSMF-BeginDate": events[0]["timestamp"],
        "X-RSMF-EndDate": events[-1]["timestamp"],
        "X-RSMF-EventCount": str(len(events)),
        "X-RSMF-Application": str(slice_.conversation["platform"]),
        "X-RSMF-Custodian": ", ".join(sorted(slice_.custodians)),
        "X-RSMF-Participants": names,
        "X-RSMF-AttachmentCount": str(len(slice_.attached)),
        "X-RSMF-EventCollectionID": str(slice_.conversation["id"]),
        "X-RSMF-SourceHash": production.root,
        "X-RSMF-RunIds": _few([str(run) for run in sorted(slice_.runs)]),
        "X-RSMF-HoldId": ", ".join(sorted(slice_.holds)),
        "X-RSMF-RequestNo": _few(sorted(slice_.requests)),
        "X-RSMF-Redacted": "Y" if slice_.redacted else "N",
    }
    spoke = next((event["participant"] for event in events if "participant" in event), people[0].id)
    return Head(
        subject=f"{slice_.conversation['display']}, {spoken(slice_.day)}",
        sender=next(person for person in people if person.id == spoke),
        receivers=tuple(people),
        begin=_time(events[0]),
        more=more,
    )


def _few(values: list[str]) -> str:
    """As many of these as a field of the head may hold, and how many more there are."""
    for many in range(len(values), 0, -1):
        told = ", ".join(values[:many]) + (f" and {len(values) - many} more" if many < len(values) else "")
        if len(told) < _LONGEST:
            return told
    return ""


def _text(slice_: Slice) -> str:
    """All that was said, for the search of a review platform: who, when (Pacific), what."""
    names = {one["id"]: one["display"] for one in slice_.people.values()}
    lines = [f"{slice_.conversation['display']}, {spoken(slice_.day)}", ""]
    for event in _in_order(slice_):
        when = f"{_time(event).astimezone(PACIFIC):%Y-%m-%d %I:%M:%S %p} Pacific"
        who = names.get(event.get("participant", ""), "")
        lines += [f"[{when}] {who}{' (removed)' if event.get('deleted') else ''}: {event['body']}"]
        lines += [f"    before: {edit['previous']}" for edit in event.get("edits", ())]
        lines += [f"    attached: {one['id']}" for one in event.get("attachments", ())]
    return "\n".join(lines) + "\n"


def _time(event: Event) -> datetime:
    return datetime.fromisoformat(event["timestamp"])
