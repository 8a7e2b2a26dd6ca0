"""What people said and did as events of RSMF 2.0 (rulebook F-4): a document is an event, or a part of one.

Ids are text. An event bears the Bates number of the first version of its item; later versions are its edits,
files its attachments. Who is not known is a participant who says so. Nothing is told that the document does
not tell.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from paloverde.productions.document import Document, Treatment
from paloverde.productions.fields import iso, words_of
from paloverde.records import Kind
from paloverde.search.hits import Hit

Event = dict[str, Any]
_NOBODY = "unknown"
_JOINS = (Kind.SUBSCRIBER.value,)
_NO_MESSAGE = (Kind.SUBSCRIBER_COUNT.value, Kind.CONVERSATION.value, Kind.BLOCKED.value, Kind.PROFILE.value)
PRIVATE = (Kind.MESSAGE.value, Kind.CONVERSATION.value)


def participant_of(document: Document) -> dict[str, Any]:
    """Who said it, as the manifest lists people: the City's account is the same one wherever it speaks."""
    hit = document.hit
    if document.account_id and hit.poster_id == document.account_id:
        return account_of(document)
    known = hit.poster_id or hit.poster_username or hit.poster_name
    if not known:
        told = f"Not known ({hit.poster_missing})" if hit.poster_missing else "Not known"
        return {"id": f"{hit.platform}:{_NOBODY}", "display": told}
    person = {"id": f"{hit.platform}:{known}", "display": hit.poster_name or hit.poster_username or known}
    return person | ({"account_id": hit.poster_id} if hit.poster_id else {})


def account_of(document: Document) -> dict[str, Any]:
    """The City's account as a participant."""
    account = {"id": f"account:{document.hit.account}", "display": document.hit.account}
    return account | ({"account_id": document.account_id} if document.account_id else {})


def conversation_of(document: Document) -> dict[str, Any]:
    """The thread that a document belongs to: a post with its comments, or a private conversation."""
    hit = document.hit
    is_private = hit.kind in PRIVATE
    thread = f"{hit.account}:subscribers" if hit.kind in _JOINS else hit.thread_id or hit.native_id
    return {
        "id": f"{hit.platform}:{thread}",
        "display": f"{hit.account}, {'conversation' if is_private else 'thread'} {thread}",
        "platform": hit.platform,
        "type": "direct" if is_private else "channel",
    }


def moment_of(hit: Hit) -> datetime:
    """When it was said; where no site tells it, when it was archived."""
    return hit.posted_at or hit.observed_at


def event_of(document: Document, conversation: str) -> Event:
    """The event of a record. What is withheld is a notice that says so, from nobody."""
    hit = document.hit
    event: Event = {
        "id": document.begin,
        "type": "disclaimer" if document.treatment is Treatment.WITHHELD else _type(hit),
        "conversation": conversation,
        "timestamp": iso(moment_of(hit)),
        "body": _body(document),
        "custom": _custom(document),
    }
    if document.treatment is not Treatment.WITHHELD:
        person = participant_of(document)["id"]
        event["participant"] = person
        if hit.kind == Kind.MESSAGE.value:
            event["direction"] = "outgoing" if person == account_of(document)["id"] else "incoming"
    if hit.removed is not None and hit.removed.of_these_words:
        event["deleted"] = True
    return event


def edited(event: Event, document: Document) -> None:
    """Let a later version be an edit of the event; the words before stay in it."""
    hit, now = document.hit, _body(document)
    if now != event["body"]:  # else something beside the words changed, such as who may see them
        edit = {
            "participant": event.get("participant", f"{hit.platform}:{_NOBODY}"),
            "timestamp": iso(hit.edited_at or hit.observed_at),
            "previous": event["body"],
            "new": now,
        }
        event.setdefault("edits", []).append(edit)
        event["body"] = now
    told = f"version {document.version}{f', {hit.visibility}' if hit.visibility else ''}"
    event["custom"] += [_one("Version", f"{document.begin}: {told}")]
    if hit.removed is not None and hit.removed.of_these_words:
        event["deleted"] = True


def reacted(event: Event, document: Document) -> None:
    """Add a like or another reaction to the event that it was about, those of a kind together."""
    value = words_of(document) or "reaction"
    reactions = event.setdefault("reactions", [])
    same = next((one for one in reactions if one["value"] == value), None)
    if same is None:
        same = {"value": value, "count": 0, "participants": []}
        reactions.append(same)
    same["count"] += 1
    same["participants"].append(participant_of(document)["id"])


def in_context(event: Event, number: int) -> Event:
    """A copy of an event that stands here only because another one answers it."""
    kept = {
        name: event[name]
        for name in ("type", "conversation", "timestamp", "body", "participant", "deleted")
        if name in event
    }
    return kept | {
        "id": f"{event['id']}-context-{number}",
        "custom": [_one("Context", "true"), _one("Bates", event["id"])],
    }


def _type(hit: Hit) -> str:
    if hit.kind in _JOINS:
        return "join"
    return "unknown" if hit.kind in _NO_MESSAGE else "message"


def _body(document: Document) -> str:
    if document.treatment is Treatment.WITHHELD:
        return f"[Withheld: {', '.join(document.privileges) or 'privileged'}. See the privilege log.]"
    words = words_of(document)
    if not words and document.hit.count is not None:
        return f"{document.hit.count:,} subscribers"
    return words


def _custom(document: Document) -> list[dict[str, str]]:
    """Beside the fields of the format: where it stands in the production and how it was captured."""
    hit, removal = document.hit, document.hit.removed
    told = [
        ("Bates", document.begin),
        ("Record type", document.rectype.value),
        ("Item id", "" if document.treatment is Treatment.WITHHELD else hit.native_id),
        ("Address", hit.permalink),
        ("Visibility", hit.visibility),
        ("Captured", iso(hit.observed_at)),
        ("Run", str(document.run.sequence)),
        ("SHA-256", hit.payload_sha256),
        ("Redacted", "Y" if document.treatment is not Treatment.WHOLE else ""),
        ("Demands", ", ".join(document.requests)),
    ]
    if removal is not None and removal.of_these_words:
        ending = document.ending
        told += [
            ("Found removed", iso(removal.removed_at)),
            ("Removal cause", removal.cause),
            ("Removed by", ending.removed_by if ending else ""),
            ("Guideline", ", ".join(ending.guidelines) if ending else ""),
        ]
    return [_one(name, value) for name, value in told if value]


def _one(name: str, value: str) -> dict[str, str]:
    return {"name": name, "value": value}
