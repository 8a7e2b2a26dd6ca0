"""When a row of the archive says what was true: pure comparisons of the audit."""

from __future__ import annotations

from datetime import datetime
from html import unescape
from typing import Any
from urllib.parse import urlsplit

from simcity.memory import Entry

ITEMS = frozenset({"post", "story", "comment", "message"})
# Whose gap explains that an item of this kind is missing: its own listing, or one that leads to it.
LEADS_TO = {
    "post": {"post", "story", "other"},
    "story": {"story", "other"},
    "comment": {"comment", "post", "story", "other"},
    "message": {"message", "conversation", "other"},
    "subscriber": {"subscriber", "other"},
    "profile": {"profile", "other"},
}


def reaches(since: str | None, moment: datetime) -> bool:
    return since is None or datetime.fromisoformat(since) <= moment


def is_said(told: str, said: str) -> bool:
    """Whether a text is a wording as a site sends it: with a link to its pictures, or an earlier one cut short."""
    is_cut = len(told) > 200 and said.startswith(told[:200])
    return told == said or told.startswith(f"{said} https://") or is_cut


def content(row: dict[str, Any]) -> tuple[object, ...]:
    """What was said, by whom, to whom it shows, with which media: what makes two versions differ."""
    pictures = tuple(
        (one["native_id"] or urlsplit(one["url"]).path, one["alt_text"], one["sha256"] is None)
        for one in row["media"] or []
    )
    return (
        row["text"], row["edited_at"], row["parent_id"], row["visibility"], row["poster_name"],
        row["poster_username"], row["poster_id"], pictures,
        row["count"] if row["kind"] == "subscriber_count" else None,
        row["raw"] if row["kind"] not in (*ITEMS, "subscriber", "subscriber_count", "profile") else None,
    )  # fmt: skip


def difference(row: dict[str, Any] | None, entry: Entry) -> tuple[str, str] | None:
    """In what the last version of an item is not what the site shows; None where it is."""
    if row is None:
        return "lost", "it is not archived"
    told = unescape(row["text"] or "")
    if told != entry.text:
        return "text", f"the last version says {told!r:.80}, and it says {entry.text!r:.80}"
    if row["visibility"] != entry.visibility:
        return "visibility", f"the last version is {row['visibility']}, and it is {entry.visibility}"
    said = {"name": row["poster_name"], "username": row["poster_username"], "id": row["poster_id"]}
    true = dict(zip(("name", "username", "id"), entry.author, strict=True))
    if any(said[part] != true[part] for part in entry.poster):
        return "poster", f"the last version is by {said}, and it is by {true}"
    kept = " ".join(urlsplit(medium["url"]).path for medium in row["media"] or [])
    missing = [name for name in entry.media if name.rpartition(".")[0] not in kept]
    return ("media", f"the last version does not show {missing}") if missing else None


def explains(gaps: list[dict[str, Any]], kind: str, roots: tuple[str, ...]) -> bool:
    """Whether a gap says that an item of this kind, under one of these, may be missing."""
    for gap in gaps:
        of, leading = gap.get("of", ""), LEADS_TO.get(kind, {kind, "other"})
        if gap["stream"] == "media":
            continue
        if gap["kind"] in leading and (not of or of in roots or gap["kind"] != kind):
            return True
        if (
            kind == "post" and gap["kind"] == "comment" and not of
        ):  # what others say to the account may be either
            return True
    return False
