"""When an item as seen now is a new version of it."""

from __future__ import annotations

import hashlib
from urllib.parse import urlsplit

import msgspec

from paloverde.records import Kind, Record

_encode = msgspec.json.Encoder().encode


def version_sha256(record: Record) -> str:
    """Hash over an item and its content: what was said, by whom, to whom it shows, with which media.

    Counts of likes or replies and addresses that the site signs anew each night are not content.
    """
    poster = record.poster
    content = (
        record.kind, record.native_id, record.text, record.edited_at, record.parent_id, record.visibility,
        poster.name, poster.username, poster.id,
        record.count if record.kind is Kind.SUBSCRIBER_COUNT else None,
        record.payload if record.kind is Kind.OTHER else None,
        [(medium.native_id or urlsplit(medium.url).path, medium.alt_text) for medium in record.media],
    )  # fmt: skip
    try:
        encoded = _encode(content)
    except UnicodeEncodeError:  # half a surrogate, which no UTF-8 has
        encoded = repr(content).encode("utf-8", "surrogatepass")
    return hashlib.sha256(encoded).hexdigest()
