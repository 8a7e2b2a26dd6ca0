"""The columns of the archive: name, type and meaning of each, in one list per table.

`python -m paloverde.archive.schema` prints them as the reference page `docs/reference/columns.md`.
"""

from __future__ import annotations

from typing import NamedTuple

import pyarrow as pa

UTC_TIME = pa.timestamp("us", tz="UTC")

MEDIA = pa.list_(
    pa.struct(
        [
            ("url", pa.string()),
            ("type", pa.string()),
            ("alt_text", pa.string()),
            ("native_id", pa.string()),
            ("sha256", pa.string()),
            ("size", pa.int64()),
            ("not_captured", pa.string()),
        ]
    )
)

# The lists of a removed item's object; `paloverde.imports.removedform` says what each member means.
PAST_VERSION = pa.list_(
    pa.struct(
        [
            ("version_sha256", pa.string()),
            ("observed_at", UTC_TIME),
            ("edited_at", UTC_TIME),
            ("text", pa.string()),
            ("poster_name", pa.string()),
            ("poster_username", pa.string()),
            ("poster_id", pa.string()),
            ("visibility", pa.string()),
            ("media", pa.list_(pa.string())),
            ("provenance", pa.string()),
            ("payload_sha256", pa.string()),
            ("exchange_key", pa.string()),
            ("exchange_offset", pa.int64()),
        ]
    )
)
AROUND = pa.list_(
    pa.struct(
        [
            ("relation", pa.string()),
            ("kind", pa.string()),
            ("native_id", pa.string()),
            ("parent_id", pa.string()),
            ("poster_name", pa.string()),
            ("poster_username", pa.string()),
            ("poster_id", pa.string()),
            ("text", pa.string()),
            ("posted_at", UTC_TIME),
            ("observed_at", UTC_TIME),
            ("visibility", pa.string()),
            ("version_sha256", pa.string()),
            ("missing", pa.string()),
        ]
    )
)
EVIDENCE = pa.list_(
    pa.struct(
        [
            ("what", pa.string()),
            ("at", UTC_TIME),
            ("said", pa.string()),
            ("sequence", pa.int64()),
            ("exchange_key", pa.string()),
            ("exchange_offset", pa.int64()),
        ]
    )
)


class Column(NamedTuple):
    name: str
    type: pa.DataType
    meaning: str


RECORD_COLUMNS = (
    Column("account", pa.string(), "The account's slug. The same value stands in the key."),
    Column("date", pa.date32(), "The archive day (Pacific) of the run that observed this version."),
    Column("platform", pa.string(), "The site, such as facebook."),
    Column(
        "kind",
        pa.string(),
        "post, comment, message, subscriber, subscriber_count, profile, conversation, event, album, other.",
    ),
    Column("native_id", pa.string(), "The site's own identifier, as text."),
    Column("parent_id", pa.string(), "What this replies to, or the conversation of a message."),
    Column("thread_id", pa.string(), "The post or conversation at the root of the thread."),
    Column(
        "version_sha256",
        pa.string(),
        "Hash over the content: a new value is a new version. Counts of likes are not content.",
    ),
    Column(
        "text",
        pa.string(),
        "What was said. Characters that are not valid Unicode are replaced here, never in `raw`.",
    ),
    Column("posted_at", UTC_TIME, "When it was posted, as the site states it, in UTC."),
    Column("posted_text", pa.string(), "The site's own text of that time."),
    Column("edited_at", UTC_TIME, "When it was last edited, where the site says so."),
    Column("poster_name", pa.string(), "Display name of the poster at the time of this observation."),
    Column("poster_username", pa.string(), "User or screen name of the poster at that time."),
    Column("poster_id", pa.string(), "The site's identifier of the poster."),
    Column("poster_missing", pa.string(), "Why identity is missing, where any of the three above is empty."),
    Column("visibility", pa.string(), "public, hidden, private, unpublished, held, unknown."),
    Column("permalink", pa.string(), "Where the site shows it."),
    Column("language", pa.string(), "Language code, where the site gives one."),
    Column("count", pa.int64(), "The number itself for subscriber_count; else what the site says it counts."),
    Column(
        "media",
        MEDIA,
        "Pictures, videos, attachments: address, hash of the kept bytes, or why they are not kept.",
    ),
    Column("observed_at", UTC_TIME, "When the answer that held this version was received."),
    Column(
        "provenance", pa.string(), "How it came: api, export, records, forwarded, personal_device or upload."
    ),
    Column("drift", pa.string(), "What did not fit the expected form and was set aside, in words."),
    Column("raw", pa.binary(), "The exact JSON of the item as the site sent it, credentials taken out."),
    Column("payload_sha256", pa.string(), "SHA-256 of `raw`."),
    Column("exchange_key", pa.string(), "Object that holds the raw exchange (WARC) this row was read from."),
    Column("exchange_offset", pa.int64(), "Byte offset of the response record in that object."),
    Column(
        "payload_position",
        pa.int64(),
        "Byte offset of `raw` in the decoded body of the response, -1 where composed.",
    ),
)

SIGHTING_COLUMNS = (
    Column("account", pa.string(), "The account's slug."),
    Column("date", pa.date32(), "The archive day (Pacific) of the run."),
    Column("kind", pa.string(), "Kind of the item."),
    Column("native_id", pa.string(), "The site's identifier."),
    Column(
        "stream",
        pa.string(),
        "The listing it was seen in or is absent from (comments, posts ...); look-up: none shows it.",
    ),
    Column("within", pa.string(), "What that listing hangs under (the post of its comments), or empty."),
    Column(
        "state",
        pa.string(),
        "present, hidden; absent (from a complete listing); expired (a story after its day); gone, withheld "
        "(direct look-up); unknown; imported (an import told of it, nobody looked at the site).",
    ),
    Column("looked_at", UTC_TIME, "When it was looked at."),
    Column("how", pa.string(), "listing, look-up or import."),
    Column("version_sha256", pa.string(), "The version that was seen; empty where nothing was seen."),
    Column("posted_at", UTC_TIME, "When the item was posted, where known."),
    Column("is_new_version", pa.bool_(), "Whether this run wrote a record row for that version."),
    Column(
        "not_captured",
        pa.int32(),
        "How many of its pictures and files could not be fetched, where this run wrote a record row.",
    ),
    Column("detail", pa.string(), "The site's reason, for what was not simply present."),
)

REMOVED_COLUMNS = (
    *RECORD_COLUMNS,
    Column("removed_at", UTC_TIME, "Removal time as far as known: when the absence was first seen."),
    Column("last_seen_at", UTC_TIME, "When it was last seen present."),
    Column("confirmed_at", UTC_TIME, "When the removal was confirmed."),
    Column("confirmed_by", pa.string(), "How: direct look-up, second run."),
    Column("cause", pa.string(), "city, author, platform, privacy, undetermined."),
    Column("cause_reason", pa.string(), "Why that cause, in words."),
    Column(
        "retain_until", pa.date32(), "Day of confirmation (Pacific) plus two calendar years (policy V.B.7)."
    ),
    Column("posted_pacific", pa.string(), "`posted_at` in the City: weekday, date, time, distance from UTC."),
    Column("poster_name_missing", pa.string(), "Why there is no display name, where there is none."),
    Column("poster_username_missing", pa.string(), "Why there is no user name, where there is none."),
    Column("poster_id_missing", pa.string(), "Why there is no identifier, where there is none."),
    Column("first_absent_at", UTC_TIME, "When it was first missed; empty where the site says it is hidden."),
    Column(
        "evidence",
        EVIDENCE,
        "What shows the removal: the absence (sealed run, listing), the look-up or listing that confirms it "
        "(exchange, offset) and what the site said.",
    ),
    Column("versions", PAST_VERSION, "Every version that was seen, oldest first, each with its exchange."),
    Column(
        "thread",
        AROUND,
        "Around it as last seen: its root and parent, replies to it, and what was said beside it, nearest in "
        "time first; at most 50 of these.",
    ),
    Column("thread_rest", pa.int64(), "How many more of the thread are in the archive and not in `thread`."),
)

TOMBSTONE_COLUMNS = (
    Column("account", pa.string(), "The account's slug."),
    Column("date", pa.date32(), "The archive day (Pacific) of the destruction."),
    Column("kind", pa.string(), "Kind of the item."),
    Column("native_id", pa.string(), "The site's identifier."),
    Column("version_sha256", pa.string(), "The version that was destroyed."),
    Column("payload_sha256", pa.string(), "SHA-256 of the raw bytes that were destroyed."),
    Column("posted_at", UTC_TIME, "When the item was posted, where known."),
    Column("observed_at", UTC_TIME, "When the answer that held this version was received."),
    Column("record_class", pa.string(), "The class of the retention schedule under which it was destroyed."),
    Column("keep_until", pa.date32(), "The day on which the last reason to keep it ended."),
    Column("order_id", pa.string(), "The order of destruction."),
)

RECORDS = pa.schema([(c.name, c.type) for c in RECORD_COLUMNS])
SIGHTINGS = pa.schema([(c.name, c.type) for c in SIGHTING_COLUMNS])
REMOVED = pa.schema([(c.name, c.type) for c in REMOVED_COLUMNS])
TOMBSTONES = pa.schema([(c.name, c.type) for c in TOMBSTONE_COLUMNS])

# Dictionaries pay only where few values repeat (reference: zstd 3 with these is smallest and fastest).
LOW_CARDINALITY = (
    "account", "platform", "kind", "poster_missing", "visibility", "language", "provenance", "exchange_key",
    "state", "how", "stream", "cause", "confirmed_by",
)  # fmt: skip


def columns_page() -> str:
    """The reference page of all columns, as Markdown."""
    tables = (
        ("records", RECORD_COLUMNS),
        ("sightings", SIGHTING_COLUMNS),
        ("removed", REMOVED_COLUMNS),
        ("tombstones", TOMBSTONE_COLUMNS),
    )
    lines = ["# Columns", "", "Generated by `make docs` from `paloverde.archive.schema`.", ""]
    for title, columns in tables:
        lines += [f"## {title}", "", "| column | type | meaning |", "|---|---|---|"]
        lines += [f"| `{c.name}` | {_plain(c.type)} | {c.meaning} |" for c in columns]
        lines.append("")
    return "\n".join(lines)


def _plain(type_: pa.DataType) -> str:
    return "list of struct" if pa.types.is_list(type_) else str(type_)


if __name__ == "__main__":
    print(columns_page(), end="")
