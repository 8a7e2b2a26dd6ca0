"""Payloads of X as records: pages of API v2 at full speed, everything else by its shape.

One record for each item of `data`. What a page includes beside them (authors, media, the posts that are
referred to) is context for its items and stays in the exchange; it makes no records of its own.
"""

from __future__ import annotations

from typing import Any

import msgspec

from paloverde.errors import Unreadable
from paloverde.platforms import jsontext
from paloverde.platforms.x import activity, export
from paloverde.platforms.x.items import (
    NAME,
    Context,
    context_of,
    derived_id,
    message_record,
    moment,
    notes,
    post_record,
    user_record,
)
from paloverde.platforms.x.wire import (
    ENVELOPE,
    Envelope,
    Meta,
    Problem,
    decode,
    each,
    included,
)
from paloverde.records import Kind, Reading, Record, Unread, Visibility

_POST_MARKS = frozenset(
    ("text", "author_id", "conversation_id", "edit_history_tweet_ids", "edit_history_post_ids", "note_post")
)
_SAID = ("text", "title", "name", "description", "summary", "query", "trend_name", "tag", "value")
_TOKENS = frozenset(("access_token", "refresh_token", "bearer_token"))
_TROUBLE = frozenset(("errors", "title", "detail", "type", "status", "error"))


class Page(msgspec.Struct):
    """One answer of API v2, read."""

    records: list[Record]
    unread: list[Unread] = []
    problems: list[Problem] = []
    next_token: str | None = None
    result_count: int | None = None
    note: str = ""  # why the answer holds no items, where it does not even say that there are none


def read(payload: bytes) -> Reading:
    """The records of any payload of X: a page, one item, a list, an event, a part of an account export.

    Answers that are only an error or a token give nothing and say so in `note`.
    Raises `Unreadable` where the payload is not JSON.
    """
    page = read_page(payload)
    note = page.note or ("" if page.records or page.unread else "this holds no items")
    return Reading(page.records, page.unread, note)


def read_page(body: bytes, people: Kind = Kind.PROFILE) -> Page:
    """An answer with its paging and problems; `people` is what a listed user is here."""
    try:
        return _read(body, people)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return _read_mended(jsontext.open_text(body), people)


def _read_mended(text: jsontext.Text, people: Kind) -> Page:
    try:
        page = _read(text.sound, people)
    except (msgspec.DecodeError, RecursionError) as error:
        raise Unreadable(f"This is no answer that X gives ({error}); look at the raw bytes.") from None
    for item in page.records:
        original = text.body[item.position : item.position + len(item.payload)]
        if original != item.payload:
            item.payload, item.drift = original, notes(item.drift, *text.notes)
        item.position = text.position(item.position)
    page.unread = [
        Unread(
            text.body[piece.position : piece.position + len(piece.payload)],
            piece.reason,
            text.position(piece.position),
        )
        for piece in page.unread
    ]
    return page


def _read(text: bytes, people: Kind) -> Page:
    if text.count(b'"data"') > 1:
        _refuse_two_lists(text)
    try:
        envelope = ENVELOPE.decode(text)
    except msgspec.ValidationError:
        return _read_other(text, people)
    if envelope.data is None:
        return _read_other(text, people)
    context, problems = _context(envelope)
    meta = decode(Meta, envelope.meta)[0] if bytes(envelope.meta) else Meta()
    page = Page([], [], problems, meta.next_token, meta.result_count)
    _read_items(text, envelope.data, 0, context, people, page)
    return page


def _refuse_two_lists(text: bytes) -> None:
    """Decoders keep the last of two equal names in silence, which could hide a page."""
    if text.lstrip()[:1] == b"{" and "data" in jsontext.repeated_names(text, jsontext.fields(text)):
        raise Unreadable("The answer has the name data more than once, and only one of them can be read.")


def _context(envelope: Envelope) -> tuple[Context, list[Problem]]:
    problems = list(each(Problem, envelope.errors))
    gone = frozenset(
        problem.value or problem.resource_id or ""
        for problem in problems
        if problem.resource_type == "user" and problem.about == "resource-not-found"
    )
    if not bytes(envelope.includes):
        return Context(gone=gone), problems
    return context_of(included(envelope.includes), gone), problems


def _read_items(
    text: bytes, pieces: list[msgspec.Raw], start: int, context: Context, people: Kind, page: Page
) -> None:
    shape = ""
    for raw in pieces:
        piece = bytes(raw)
        position = jsontext.find(text, piece, start)
        start = position + len(piece)
        if (
            shape == "post" and piece[:1] == b"{"
        ):  # neighbors are alike: look at the keys again only where this one is not
            record = post_record(piece, position, context)
            if isinstance(record, Record) and record.text is not None:
                page.records.append(record)
                continue
        shape = _read_item(piece, position, context, people, page)


def _read_item(piece: bytes, position: int, context: Context, people: Kind, page: Page) -> str:
    """Adds what one item gives, and returns its shape."""
    if piece[:1] != b"{":
        page.unread.append(Unread(piece, "an item that is no JSON object", position))
        return ""
    keys = jsontext.fields(piece)
    shape = _shape(keys)
    try:
        given = _given(shape, piece, position, keys, context, people)
    except msgspec.ValidationError as error:  # inner parts of another form: kept as something else
        other = other_record(piece, position)
        other.drift = notes(other.drift, f"read as {shape} it does not fit ({error})")
        given = [other]
    for item in given:
        if isinstance(item, Record):
            page.records.append(item)
        else:
            page.unread.append(item)
    return shape


def _given(
    shape: str, piece: bytes, position: int, keys: dict[str, msgspec.Raw], context: Context, people: Kind
) -> list[Record | Unread]:
    match shape:
        case "post":
            return [post_record(piece, position, context)]
        case "user":
            return [user_record(piece, position, people)]
        case "message":
            return [message_record(piece, position, context)]
        case "activity":
            return activity.records(piece, position)
        case "export":
            return export.records(piece, position, keys)
    return [other_record(piece, position)]


def _shape(keys: dict[str, Any]) -> str:
    if "payload" in keys and "event_type" in keys:
        return "activity"
    if export.is_export(keys):
        return "export"
    if "dm_conversation_id" in keys or ("event_type" in keys and "id" in keys):
        return "message"
    if "username" in keys and ("name" in keys or "id" in keys):
        return "user"
    return "post" if not _POST_MARKS.isdisjoint(keys) and "query" not in keys else "other"


def other_record(piece: bytes, position: int) -> Record:
    """Something that X sends and that is none of the known kinds: kept under its own id, or its hash."""
    fields = msgspec.json.decode(piece)
    own = next((fields[name] for name in ("id", "id_str", "rest_id") if fields.get(name)), None)
    said = next((fields[name] for name in _SAID if isinstance(fields.get(name), str)), None)
    when = fields.get("created_at")
    posted_at, odd_time = moment(when) if isinstance(when, str) else (None, None)
    return Record(
        platform=NAME,
        kind=Kind.OTHER,
        native_id=str(own) if own else derived_id(piece),
        payload=piece,
        position=position,
        text=said,
        posted_at=posted_at,
        posted_text=when if isinstance(when, str) else None,
        visibility=Visibility.UNKNOWN,
        drift=odd_time,
    )


def _read_other(text: bytes, people: Kind) -> Page:
    """One item, a list of items, a list under another name, or an answer that holds no item."""
    page = Page([])
    start = len(text) - len(text.lstrip())
    if text[start : start + 1] == b"[":
        _read_items(text, jsontext.elements(text), start + 1, Context(), people, page)
        return page
    if text[start : start + 1] != b"{":
        raise Unreadable(
            "This is neither a JSON object nor a list, so it is no answer of X; look at the file."
        )
    keys = jsontext.fields(text)
    if bytes(keys.get("data", b"null")) != b"null":
        _read_single(text, keys, people, page)
        return page
    for name in export.LISTS:
        if name in keys and bytes(keys[name])[:1] == b"[":
            array = bytes(keys[name])
            _read_items(
                text, jsontext.elements(array), jsontext.find(text, array, 0), Context(), people, page
            )
            return page
    if (holds_nothing := _holds_nothing(keys)) is not None:
        return _nothing(text, keys, holds_nothing)
    _read_item(text.strip(), start, Context(), people, page)
    return page


def _read_single(text: bytes, keys: dict[str, msgspec.Raw], people: Kind, page: Page) -> None:
    """An answer whose `data` is one item."""
    nothing = msgspec.Raw(b"")
    envelope = Envelope(includes=keys.get("includes", nothing), errors=keys.get("errors", nothing))
    context, page.problems = _context(envelope)
    piece = bytes(keys["data"])
    _read_item(piece, jsontext.find(text, piece, 1), context, people, page)


def _holds_nothing(keys: dict[str, msgspec.Raw]) -> str | None:
    """Why an answer without `data` holds no item, or None where it may be an item itself."""
    if not _TOKENS.isdisjoint(keys) and "id" not in keys:
        return "this is the answer to a sign-in, which holds a token and no item"
    if "errors" in keys or ("title" in keys and "type" in keys and "id" not in keys):
        return "this is an error answer of the site"
    if "error" in keys and keys.keys() <= _TROUBLE | {"request", "error_description"}:
        return "this is an error answer of the site"
    if "meta" in keys or "data" in keys or not keys:
        return "this answer of the site lists no items"
    return None


def _nothing(text: bytes, keys: dict[str, msgspec.Raw], why: str) -> Page:
    meta = decode(Meta, keys["meta"])[0] if "meta" in keys else Meta()
    problems = list(each(Problem, keys.get("errors")))
    if "type" in keys or "detail" in keys:
        problems.append(decode(Problem, text)[0])
    note = f"{why}: {problems[-1].words}" if problems else why
    return Page([], [], problems, meta.next_token, meta.result_count, note)
