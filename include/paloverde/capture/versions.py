"""When an item as seen now is a new version of it."""

from __future__ import annotations

import hashlib
from urllib.parse import urlsplit

from paloverde.records import Record


def version_sha256(record: Record) -> str:
    """Hash over the content of a record: what was said, by whom, to whom it shows, with which media.

    Counts of likes or replies and addresses that the site signs anew each night are not content.
    """
    poster = record.poster
    edited = record.edited_at.isoformat() if record.edited_at else None
    content = (
        record.kind.value, record.text, edited, record.parent_id, record.visibility.value,
        poster.name, poster.username, poster.id,
        record.count if record.kind == "subscriber_count" else None,
        record.payload if record.kind == "other" else None,
        *((medium.native_id or urlsplit(medium.url).path, medium.alt_text) for medium in record.media),
    )  # fmt: skip
    return hashlib.sha256(repr(content).encode("utf-8", "surrogatepass")).hexdigest()
