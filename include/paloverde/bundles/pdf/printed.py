"""One record as it is printed, and as the template takes it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime

import msgspec

from paloverde.bundles.pages import visible
from paloverde.bundles.pdf.fonts import Fonts
from paloverde.bundles.pdf.glyphs import pieces
from paloverde.bundles.pdf.words import Part, Words, paragraphs, plain, primary, worded, written_out
from paloverde.bundles.wording import spoken_time
from paloverde.records import PACIFIC


class Picture(msgspec.Struct, frozen=True):
    """A picture, video or attachment of a record.

    `name` is its name in the bundle. `file` is a picture on disk that is printed small; empty for what cannot
    be printed. `told` is what is said of it below (kind, hash, why it is not here).
    """

    name: str
    file: str = ""
    description: Words = ""
    told: Words = ""


class Printed(msgspec.Struct, frozen=True, kw_only=True):
    """One record as it is printed, redacted already. What is empty is left out."""

    control_number: str
    account: str
    kind: str
    posted_at: datetime | None
    poster: Words
    text: Words
    language: str | None = None
    remarks: Sequence[Words] = ()  # visibility, removal, how it came
    version: Words = ""
    pictures: Sequence[Picture] = ()
    permalink: Words = ""
    facts: Sequence[tuple[str, Words]] = ()


def as_data(record: Printed, shown: list[tuple[str, str]], found: Fonts) -> dict[str, object]:
    """A record as the template takes it; the files of its pictures are added to `shown`."""
    return {
        "title": pieces(f"{record.control_number}: {record.kind}", found),
        "who": [(pieces(name, found), worded(value, found)) for name, value in _who(record) if value],
        "remarks": [worded(remark, found) for remark in record.remarks],
        "language": primary(record.language),
        "text": paragraphs(record.text, found) or [[False, ["(no text)"]]],
        "pictures": [_picture(one, number, shown, found) for number, one in enumerate(record.pictures, 1)],
        "facts": [(pieces(name, found), worded(value, found)) for name, value in _facts(record) if value],
    }


def _who(record: Printed) -> Iterator[tuple[str, Words]]:
    yield "Account", record.account
    yield "Poster", record.poster
    yield "Posted", posted(record.posted_at)


def _facts(record: Printed) -> Iterator[tuple[str, Words]]:
    yield "Version", record.version
    yield from record.facts
    yield "Address on the site", record.permalink


def posted(moment: datetime | None) -> str:
    """Monday, January 5, 2026, 09:15 AM Pacific (2026-01-05 17:15:00 UTC)."""
    if moment is None:
        return "without a posting date"
    return f"{moment.astimezone(PACIFIC):%A}, {spoken_time(moment)}"


def _picture(picture: Picture, number: int, shown: list[tuple[str, str]], found: Fonts) -> dict[str, object]:
    described = plain(picture.description) or "No description of it was given."
    file = ""
    if picture.file:
        file = f"picture-{len(shown)}.jpg"
        shown.append((file, picture.file))
    told: list[Part] = [f"{number}. {picture.name}. "]
    for words in (picture.told, " Description: ", picture.description or "none was given."):
        told.extend([words] if isinstance(words, str) else words)
    return {"file": file, "alt": visible(f"Picture {number}: {described}"), "told": worded(told, found)}


def texts_of(record: Printed) -> Iterator[str]:
    """Every text of a record that is printed."""
    yield from (record.control_number, record.account, record.kind, *(name for name, _ in record.facts))
    words = [record.text, record.poster, record.version, record.permalink, *record.remarks]
    words += [value for _, value in record.facts]
    words += [part for one in record.pictures for part in (one.name, one.description, one.told)]
    for each in words:
        yield from written_out(each)
