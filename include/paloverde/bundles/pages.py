"""The pages of a bundle: static, without script, readable by screen readers (WCAG 2.1 AA), inert whatever a
record holds.
"""

from __future__ import annotations

import base64
import hashlib
import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime
from pathlib import Path

import msgspec
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from paloverde.bundles.media import PICTURES
from paloverde.bundles.verify import PAYLOAD
from paloverde.bundles.wording import (
    Versions,
    changes,
    codes,
    is_from_the_site,
    listed,
    origin,
    origins,
    poster_missing,
    remarks,
    spoken_time,
    versions_of,
)
from paloverde.records import archive_day
from paloverde.requests.redaction import Released
from paloverde.search.answer import Answer
from paloverde.search.hits import Hit, Kept
from paloverde.search.tree import spoken

PER_VOLUME = 250
INDEX, COVERAGE = f"{PAYLOAD}01_index/index.html", f"{PAYLOAD}05_search_certificate/coverage.html"
_FOLDER = Path(__file__).parent / "templates"
_PAGES = Environment(
    loader=FileSystemLoader(_FOLDER),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)
_PLAIN = Environment(loader=FileSystemLoader(_FOLDER), autoescape=False, undefined=StrictUndefined)  # noqa: S701 plain text
_STYLE = (_FOLDER / "style.css").read_text(encoding="utf-8")
STYLE = Markup(_STYLE)  # noqa: S704 our own file
_STYLE_HASH = base64.b64encode(hashlib.sha256(_STYLE.encode()).digest()).decode()
# `file:` because a page opened from disk has no origin that 'self' could name.
POLICY = (
    f"default-src 'none'; img-src 'self' file:; style-src 'sha256-{_STYLE_HASH}'; "
    "base-uri 'none'; form-action 'none'"
)
_MAY_STAY = "\n\t\u200d\u200c"  # line ends; the joiners that emoji and some scripts are written with
_UP = "../"
_EMOJI = range(0x1F000, 0x1FB00)
Segment = tuple[str, str]  # what it is ("", "mark", "unseen"), and its text


class Volume(msgspec.Struct, frozen=True):
    """One page of records, by their numbers from 1."""

    path: str
    first: int
    last: int


class Part(msgspec.Struct, frozen=True):
    """A part of the bundle that is there to be read: its title, and the files it has."""

    title: str
    files: tuple[str, ...]


class Cover(msgspec.Struct, frozen=True):
    """What stands on every page. `built_by` and `searched_by` are empty where nobody was named."""

    name: str
    agency: str
    now: datetime
    key: str
    file: str
    software: str
    built_by: str = ""
    searched_by: str = ""

    @property
    def created(self) -> str:
        return spoken_time(self.now)


def volumes(count: int) -> list[Volume]:
    return [
        Volume(_path(start // PER_VOLUME + 1), start + 1, min(start + PER_VOLUME, count))
        for start in range(0, count, PER_VOLUME)
    ]


def summary_page(answer: Answer, cover: Cover, records: Sequence[Released], parts: Sequence[Part]) -> bytes:
    """The first page to open: what is inside, and one line for each record."""
    counts = answer.counts
    tallies = [
        ("By search term", counts.per_term),
        ("By account", counts.per_account),
        ("By kind", counts.per_kind),
        ("By month of posting", counts.per_month),
    ]
    return _page(
        "summary.html",
        cover,
        root=_UP * 2,
        answer=answer,
        question=segments(answer.question),
        sentence=segments(answer.sentence),
        parts=parts,
        told=told(records),
        volumes=volumes(len(records)),
        tallies=tallies,
    )


def told(records: Sequence[Released]) -> dict[str, int]:
    """How many records there are, how many of them with redactions, and how many slips in place of one."""
    withheld = sum(record.is_withheld for record in records)
    redacted = sum(record.is_redacted for record in records) - withheld
    return {"records": len(records), "redacted": redacted, "withheld": withheld}


def places(records: Sequence[Released]) -> list[str]:
    """Where each record stands among the pages: the path of its volume, and its place there."""
    return [
        f"{volume.path}#record-{number}"
        for volume in volumes(len(records))
        for number in range(volume.first, volume.last + 1)
    ]


def volume_pages(
    released: Sequence[Released], cover: Cover, files: Mapping[str, str]
) -> Iterator[tuple[str, bytes]]:
    """(path, page) of each volume, one at a time."""
    all_, versions = volumes(len(released)), versions_of([record.hit for record in released])
    today = archive_day(cover.now)
    for number, volume in enumerate(all_):
        some = released[volume.first - 1 : volume.last]
        records = [
            _article(record, volume.first + at, files, versions[record.hit.item], today)
            for at, record in enumerate(some)
        ]
        yield (
            volume.path,
            _page(
                "volume.html",
                cover,
                root=_UP * 3,
                volume=volume,
                records=records,
                before=all_[number - 1] if number else None,
                after=all_[number + 1] if number + 1 < len(all_) else None,
            ),
        )


def coverage_page(
    answer: Answer, cover: Cover, runs: Sequence[object], keys: Sequence[str] = ()
) -> bytes:  # fmt: skip
    """`keys` are what the register says of each signing key, a lost one plainly."""
    limits = [segments(str(limit)) for limit in answer.limits]
    sentences = [segments(sentence) for sentence in keys]
    return _page(
        "coverage.html", cover, root=_UP * 2, answer=answer, runs=runs, limits=limits, keys=sentences
    )


def readme(answer: Answer, cover: Cover, records: Sequence[Released], parts: Sequence[Part]) -> bytes:
    question, sentence = (visible(text) for text in (answer.question, answer.sentence))
    page = _PLAIN.get_template("README.txt").render(
        **_on_all(cover),
        answer=answer,
        question=question,
        sentence=sentence,
        told=told(records),
        parts=parts,
        codes=codes(),
        origins=origins(),
    )
    return page.encode()


def _page(template: str, cover: Cover, *, root: str = "", **more: object) -> bytes:
    page = _PAGES.get_template(template).render(
        **_on_all(cover), root=root, policy=POLICY, style=STYLE, **more
    )
    return page.encode()


def _on_all(cover: Cover) -> dict[str, object]:
    return {
        "name": visible(cover.name),
        "agency": visible(cover.agency),
        "created": cover.created,
        "key": cover.key,
        "file": visible(cover.file),
        "software": cover.software,
        "built_by": visible(cover.built_by) or "not stated",
        "searched_by": visible(cover.searched_by) or "not stated",
    }


def _article(
    record: Released, number: int, files: Mapping[str, str], versions: Versions, today: date
) -> dict[str, object]:
    hit = record.hit
    poster = hit.poster_name or hit.poster_username or hit.poster_id
    by = f" by {visible(poster)}" if poster else ""
    when = f", {spoken_time(hit.posted_at)}" if hit.posted_at else ", without a posting date"
    return {
        "number": number,
        "control": visible(record.control),
        "title": f"{hit.kind.replace('_', ' ').capitalize()}{by}{when}",
        "remarks": [visible(remark) for remark in (*kept_back(record), *remarks(hit, versions))],
        "version": _version(hit, number, versions),
        "language": _language(hit.language),
        "text": segments(hit.text, hit.marks) if hit.text else [("", "(no text)")],
        "pictures": [_picture(kept, files) for kept in hit.media],
        "facts": [(term, segments(value)) for term, value in _facts(hit, today) if value],
    }


def kept_back(record: Released) -> Iterator[str]:
    """What is said above a record of which something is kept back: under which law (Gov. Code 7922.540)."""
    laws = listed(list(dict.fromkeys(f"{one.label} ({one.statute})" for one in record.redactions)))
    if record.is_withheld:
        yield f"This record is withheld: {laws}."
    elif record.is_redacted:
        yield f"Parts of this record are redacted: {laws}."


def _version(hit: Hit, number: int, versions: Versions) -> dict[str, object] | None:
    """Which of several versions it is, what changed, and where the one before and after it stand."""
    count = len(versions.hits)
    if count == 1:
        return None
    at = versions.numbers.index(number)
    before, after = at - 1, at + 1
    return {
        "title": f"Version {at + 1} of {count} of this item in this bundle.",
        "changes": segments(changes(versions.hits[before], hit)) if at else None,
        "before": _place(versions.numbers[before]) if at else None,
        "after": _place(versions.numbers[after]) if after < count else None,
    }


def _place(number: int) -> dict[str, object]:
    """Where the record with that number stands."""
    volume = (number - 1) // PER_VOLUME + 1
    return {"number": number, "href": f"{_path(volume)}#record-{number}"}


def _path(volume: int) -> str:
    return f"{PAYLOAD}02_records/html/volume-{volume:05d}.html"


def _facts(hit: Hit, today: date) -> Iterator[tuple[str, str | None]]:
    yield "Account", f"{hit.account} ({hit.platform})"
    yield "Poster, display name", hit.poster_name
    yield "Poster, user name", hit.poster_username
    yield "Poster, id", hit.poster_id
    yield "Not known of the poster", poster_missing(hit)
    yield "Posted, as the site says", hit.posted_text
    yield "Edited", spoken_time(hit.edited_at) if hit.edited_at else None
    yield _seen(hit)
    yield "How it came", origin(hit)
    yield "Reply to", hit.parent_id
    yield "Thread", hit.thread_id
    yield "Count", None if hit.count is None else f"{hit.count:,}"
    yield "Address on the site", hit.permalink
    yield f"Identifier {'made by the archive' if _is_named_here(hit) else 'on the site'}", hit.native_id
    if hit.removed and hit.removed.retain_until:
        passed = hit.removed.retain_until < today
        yield "Was held until" if passed else "To be kept until", spoken(hit.removed.retain_until)
    yield "Version", hit.version_sha256
    sent = "what the site sent" if is_from_the_site(hit) else "what was read of it"
    yield f"SHA-256 of {sent}", hit.payload_sha256
    row = f"{hit.part}, row {hit.row}, " if hit.part else ""
    yield "Source in the archive", f"{row}sealed run {hit.sequence}"


def _seen(hit: Hit) -> tuple[str, str]:
    """When the archive looked; of what was handed in, when its source was made, and the day of the import."""
    if is_from_the_site(hit):
        return "Archived", spoken_time(hit.observed_at)
    return "Imported", f"{spoken(hit.date)}; as its source stood {spoken_time(hit.observed_at)}"


def _is_named_here(hit: Hit) -> bool:
    """Whether nobody but the archive made up the id: an export has none for it."""
    return not is_from_the_site(hit) and re.fullmatch(r"[a-z]+-[0-9a-f]{16,}", hit.native_id) is not None


def _picture(kept: Kept, files: Mapping[str, str]) -> dict[str, object]:
    path = files.get(kept.sha256 or "")
    alt = visible(kept.alt_text) if kept.alt_text else "No description of it was given."
    return {
        "path": path,
        "shown": bool(path) and str(path).rsplit(".", 1)[-1] in PICTURES,
        "alt": alt,
        "type": visible(kept.type or "file"),
        "reason": visible(kept.not_captured or "no reason was noted").rstrip("."),
    }


def segments(text: str, marks: Iterable[tuple[int, int]] = ()) -> list[Segment]:
    """A text in pieces: plain, marked, or a character that is not seen, written out as [U+202E].

    Characters that turn the direction of writing or are not seen at all could hide or reorder what is read.
    """
    inside = {at for start, end in marks for at in range(start, end)}
    pieces: list[Segment] = []
    for at, char in enumerate(text):
        if _is_unseen(char):
            pieces.append(("unseen", f"[U+{ord(char):04X}]"))
            continue
        kind = "mark" if at in inside else ""
        if pieces and pieces[-1][0] == kind:
            pieces[-1] = (kind, pieces[-1][1] + char)
        else:
            pieces.append((kind, char))
    return pieces


def visible(text: str) -> str:
    """A text with every unseen character written out, for places that hold plain text only."""
    return "".join(piece for _, piece in segments(text))


def _is_unseen(char: str) -> bool:
    if char in _MAY_STAY or ord(char) in _EMOJI:  # this Python may not know the newest emoji yet
        return False
    return unicodedata.category(char) in ("Cc", "Cf", "Co", "Cn", "Cs", "Zl", "Zp")


def _language(code: str | None) -> str | None:
    """A language code that may stand in an attribute; sites send `und` and worse."""
    return code if code and code != "und" and code.isascii() and code.replace("-", "").isalnum() else None
