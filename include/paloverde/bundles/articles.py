"""The pages that show the records, an article for each."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import date

from paloverde.bundles.media import PICTURES
from paloverde.bundles.pages import PER_VOLUME, UP, Cover, page, path_of, segments, visible, volumes
from paloverde.bundles.wording import (
    Versions,
    changes,
    count_label,
    is_from_the_site,
    listed,
    origin,
    poster_missing,
    remarks,
    spoken_time,
    versions_given,
)
from paloverde.records import archive_day
from paloverde.requests.redaction import Released
from paloverde.search.hits import Hit, Kept
from paloverde.wording import long_date


def volume_pages(
    released: Sequence[Released], cover: Cover, files: Mapping[str, str]
) -> Iterator[tuple[str, bytes]]:
    """(path, page) of each volume, one at a time."""
    all_, versions = volumes(len(released)), versions_given(released)
    today = archive_day(cover.now)
    for number, volume in enumerate(all_):
        some = released[volume.first - 1 : volume.last]
        records = [
            _article(record, volume.first + at, files, versions[record.hit.item], today)
            for at, record in enumerate(some)
        ]
        yield (
            volume.path,
            page(
                "volume.html",
                cover,
                root=UP * 3,
                volume=volume,
                records=records,
                before=all_[number - 1] if number else None,
                after=all_[number + 1] if number + 1 < len(all_) else None,
            ),
        )


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
    return {"number": number, "href": f"{path_of(volume)}#record-{number}"}


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
    yield count_label(hit), None if hit.count is None else f"{hit.count:,}"
    yield "Address on the site", hit.permalink
    yield f"Identifier {'made by the archive' if _is_named_here(hit) else 'on the site'}", hit.native_id
    if hit.removed and hit.removed.retain_until:
        passed = hit.removed.retain_until < today
        yield "Was held until" if passed else "To be kept until", long_date(hit.removed.retain_until)
    yield "Version", hit.version_sha256
    sent = "what the site sent" if is_from_the_site(hit) else "what was read of it"
    yield f"SHA-256 of {sent}", hit.payload_sha256
    row = f"{hit.part}, row {hit.row}, " if hit.part else ""
    yield "Source in the archive", f"{row}sealed run {hit.sequence}"


def _seen(hit: Hit) -> tuple[str, str]:
    """When the archive looked; of what was handed in, when its source was made, and the day of the import."""
    if is_from_the_site(hit):
        return "Archived", spoken_time(hit.observed_at)
    return "Imported", f"{long_date(hit.date)}; as its source stood {spoken_time(hit.observed_at)}"


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


def _language(code: str | None) -> str | None:
    """A language code that may stand in an attribute; sites send `und` and worse."""
    return code if code and code != "und" and code.isascii() and code.replace("-", "").isalnum() else None
