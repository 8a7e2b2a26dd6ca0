"""One record: its text, versions side by side, files, conversation, exact bytes, citation.

What a record holds is shown inert: as text, or as a file of a kind that is safe to show, by its own bytes.
"""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, BinaryIO, NamedTuple
from urllib.parse import urlencode

from fastapi.responses import Response, StreamingResponse

from paloverde.bundles.media import PICTURES
from paloverde.bundles.wording import changes, origin, poster_missing, remarks, spoken_time, versions_of
from paloverde.desk import showing
from paloverde.desk.asked import MOST_REASON, page_of
from paloverde.desk.ranges import Unsatisfiable, wanted
from paloverde.desk.rights import Act
from paloverde.desk.visit import Here, Pages, Visit
from paloverde.errors import ArchiveDamaged
from paloverde.installation.records import ReasonNeeded, is_private
from paloverde.search.conversation import Conversation
from paloverde.search.hits import Hit, Kept
from paloverde.search.item import Item
from paloverde.search.scope import PRIVATE_KINDS

pages = Pages()
HERE = "Search"
_PER_PAGE = 50  # of what was said in a conversation
_VERSIONS = 6  # on a page
_MOST_FILES = 40
_PIECE = 1 << 20  # bytes sent at a time
_LONGEST_SHOWN = 100 * 1024 * 1024  # bytes of a film that plays on the page
# What a browser may be told that some bytes are; everything else is given as a file to keep.
_SHOWN = {
    "jpg": "image/jpeg",
    "png": "image/png",
    "gif": "image/gif",
    "webp": "image/webp",
    "mp4": "video/mp4",
    "webm": "video/webm",
    "ogg": "audio/ogg",
    "mp3": "audio/mpeg",
    "wav": "audio/wav",
}
_SEALED_OFF = "default-src 'none'; img-src 'self'; media-src 'self'; sandbox"
_GONE = (
    "No record of this name is here for you: it was never archived, was destroyed under the schedule, or is "
    "private. Search for its words instead."
)


class Named(NamedTuple):
    """A record as an address names it."""

    item: Item
    version: str
    reason: str

    def path(self, page: str = "/record", **more: str) -> str:
        account, kind, native_id = self.item
        pairs = {"account": account, "kind": kind, "id": native_id, "version": self.version}
        pairs |= {"reason": self.reason} | more
        return f"{page}?{urlencode({name: value for name, value in pairs.items() if value})}"


def address_of(hit: Hit, reason: str = "") -> str:
    """The page of a record; a reason is carried where it was given for private records."""
    return Named(hit.item, hit.version_sha256, reason if is_private(hit) else "").path()


@pages.page("/record", Act.SEARCH)
def record(visit: Here) -> Response:
    """A record, and all that is known of it."""
    named = _named(visit)
    found = _versions(visit, named)
    if isinstance(found, Response):
        return found
    now = _chosen(found, named)
    first = _first_shown(found, now, page_of(visit.request.query_params) if _has_page(visit) else None)
    shown = [_version(found, at) for at in range(first, min(first + _VERSIONS, len(found)))]
    private = {"reason": named.reason} if is_private(now) else {}
    return visit.show(
        "record_look.html",
        title=f"{showing.kind_in_words(now.kind).capitalize()} by {showing.poster(now)}",
        here=HERE,
        hit=now,
        tags=showing.tags(now),
        said=showing.said(now.text or ""),
        number=found.index(now) + 1,
        count=len(found),
        versions=[(named._replace(version=one.version_sha256).path(), one) for one in found[:200]],
        shown=shown if len(found) > 1 else [],
        pages=-(-len(found) // _VERSIONS),
        page=first // _VERSIONS + 1,
        query=named.path().partition("?")[2],
        remarks=[showing.name(one, 1_000) for one in remarks(now, versions_of(found)[now.item])],
        files=[_file(kept, named, now) for kept in now.media[:_MOST_FILES]],
        facts=[(term, showing.name(value, 1_000)) for term, value in _facts(now) if value],
        holds=visit.city.records.holds_on(named.item) if visit.may(Act.SEE_HOLDS) else None,
        conversation=named.path("/record/conversation"),
        payload=named.path("/record/payload"),
        text=named.path("/record/text"),
        citation=_citation(now),
        private=private,
    )


@pages.page("/record/conversation", Act.SEARCH)
def conversation(visit: Here) -> Response:
    """What was said around a record, in order of time."""
    named = _named(visit)
    found = _versions(visit, named, "conversation")
    if isinstance(found, Response):
        return found
    now = _chosen(found, named)
    around = visit.city.records.conversation(now, include_private=is_private(now))
    last = max(1, -(-len(around.said) // _PER_PAGE))
    page = min(page_of(visit.request.query_params) if _has_page(visit) else _page_with(around), last)
    lines = around.said[(page - 1) * _PER_PAGE : page * _PER_PAGE]
    return visit.show(
        "record_conversation.html",
        title="The conversation",
        here=HERE,
        record=named.path(),
        around=around,
        lines=[_said(one, named, is_here=around.is_the_hit(one)) for one in lines],
        page=page,
        pages=last,
        query=named.path().partition("?")[2],
    )


@pages.page("/record/payload", Act.SEARCH)
def payload(visit: Here) -> Response:
    """The exact bytes that a version was read from, as text."""
    named = _named(visit)
    found = _versions(visit, named, "exact text")
    if isinstance(found, Response):
        return found
    now = _chosen(found, named)
    body = visit.city.records.payload(now)
    if visit.request.query_params.get("as") == "file":
        return _kept_as(body, f"{now.payload_sha256}.json")
    return visit.show(
        "record_payload.html",
        title="What the site sent",
        here=HERE,
        record=named.path(),
        hit=now,
        size=len(body),
        said=showing.said(body.decode("utf-8", "replace")),
        file=named.path("/record/payload", **{"as": "file"}),
    )


@pages.page("/record/text", Act.SEARCH)
def text(visit: Here) -> Response:
    """The whole text of a version as a file, exactly as it was said."""
    named = _named(visit)
    found = _versions(visit, named, "text")
    if isinstance(found, Response):
        return found
    now = _chosen(found, named)
    return _kept_as((now.text or "").encode("utf-8", "replace"), f"{now.version_sha256}.txt")


@pages.page("/media/{sha256}", Act.SEARCH)
def media(visit: Here, sha256: str) -> Response:
    """A picture, video or attachment of a record: shown where its bytes are of a safe kind, else to keep."""
    named = _named(visit)
    found = _versions(visit, named, "file")
    if isinstance(found, Response):
        return found
    with tempfile.TemporaryDirectory(prefix="desk-") as folder:
        try:
            kept = visit.city.records.file(found, sha256, Path(folder))
        except ArchiveDamaged as error:
            return visit.show("told.html", 404, title="Not here", here=HERE, sentence=str(error))
        opened = kept.path.open("rb")  # its bytes stay readable when the folder is gone
    return _streamed(visit, opened, f"{sha256}.{kept.extension}", _SHOWN.get(kept.extension))


def _named(visit: Visit) -> Named:
    values = visit.request.query_params
    account, kind, native_id = (values.get(name, "").replace("\0", "") for name in ("account", "kind", "id"))
    reason = values.get("reason", "").strip()[:MOST_REASON]
    return Named((account, kind, native_id), values.get("version", ""), reason)


def _versions(visit: Visit, named: Named, look: str = "record") -> list[Hit] | Response:
    """The versions that the person may see; a page that says why none is shown."""
    account, kind, _ = named.item
    visit.need(Act.SEARCH, account)
    if kind in PRIVATE_KINDS:
        visit.need(Act.SEE_PRIVATE, account)
    private = visit.may(Act.SEE_PRIVATE, account)
    try:
        found = visit.city.records.versions(
            named.item, visit.actor, include_private=private, reason=named.reason, look=look
        )
    except ReasonNeeded as error:
        return visit.show(
            "record_reason.html", title="A private record", here=HERE, sentence=str(error),
            path=visit.request.url.path.removeprefix(visit.url("")),
            pairs=[pair for pair in visit.request.query_params.multi_items() if pair[0] != "reason"],
        )  # fmt: skip
    if not found:
        return visit.show("told.html", 404, title="Not here", here=HERE, sentence=_GONE)
    return found


def _chosen(found: Sequence[Hit], named: Named) -> Hit:
    """The version that the address names; else the newest."""
    return next((hit for hit in found if hit.version_sha256 == named.version), found[-1])


def _has_page(visit: Visit) -> bool:
    return "page" in visit.request.query_params


def _first_shown(found: Sequence[Hit], now: Hit, page: int | None) -> int:
    """Which version the page of versions begins with: that of the page asked for, or with the one chosen."""
    at = found.index(now) if page is None else min((page - 1) * _VERSIONS, len(found) - 1)
    return at // _VERSIONS * _VERSIONS


def _version(found: Sequence[Hit], at: int) -> dict[str, Any]:
    """A version beside the one before it."""
    hit, before = found[at], found[at - 1] if at else None
    most = showing.WHOLE // _VERSIONS
    told = before and showing.compared((before.text or "")[:most], (hit.text or "")[:most])
    return {
        "number": at + 1,
        "hit": hit,
        "changes": before and showing.name(changes(before, hit), 1_000),
        "compared": told,
        "said": showing.said(hit.text or "", most=most),
        "is_cut": max(len(hit.text or ""), len((before and before.text) or "")) > most,
    }


def _file(kept: Kept, named: Named, hit: Hit) -> dict[str, Any]:
    """A picture, video or attachment, as the page links or shows it."""
    own = named if is_private(hit) else named._replace(reason="")
    path = own.path(f"/media/{kept.sha256}") if kept.sha256 else ""
    kind = (kept.type or "file").lower()
    is_film = ("video" in kind or "reel" in kind) and (kept.size or 0) <= _LONGEST_SHOWN
    return {
        "path": path,
        "is_picture": any(
            word in kind for word in ("photo", "image", "picture", "sticker", "gif", *PICTURES)
        ),
        "is_film": is_film,
        "kind": showing.name(kind.replace("_", " ")),
        "alt": showing.name(kept.alt_text, 500),
        "size": kept.size,
        "reason": showing.name(kept.not_captured, 500) or "no reason was noted",
        "sha256": kept.sha256,
    }


def _facts(hit: Hit) -> Iterator[tuple[str, str | None]]:
    yield "Account", f"{hit.account} ({hit.platform})"
    yield "Poster, display name", hit.poster_name
    yield "Poster, user name", hit.poster_username
    yield "Poster, id", hit.poster_id
    yield "Not known of the poster", poster_missing(hit)
    yield "Posted", showing.moment(hit.posted_at) if hit.posted_at else "The site gives no date."
    yield "Posted, as the site says", hit.posted_text
    yield "Edited", showing.moment(hit.edited_at) if hit.edited_at else None
    yield "Seen by the archive", showing.moment(hit.observed_at)
    yield "Who could see it", hit.visibility
    yield "How it came", origin(hit)
    yield "Language, as the site says", hit.language
    yield "Reply to", hit.parent_id
    yield "Thread", hit.thread_id
    yield "Count", None if hit.count is None else f"{hit.count:,}"
    yield "Address on the site", hit.permalink
    yield "Identifier", hit.native_id
    yield "Set aside", hit.drift


def _citation(hit: Hit) -> str:
    """The record as a letter or a declaration names it."""
    what = showing.kind_in_words(hit.kind).capitalize()
    lines = [
        f"{what} {showing.name(hit.native_id, 300)}, account {hit.account}, by {showing.poster(hit)}.",
        f"Address on the site: {showing.name(hit.permalink, 500) or 'none was given'}.",
        f"Posted: {spoken_time(hit.posted_at) if hit.posted_at else 'no date was given'}.",
        f"Archived: {spoken_time(hit.observed_at)}, sealed run {hit.sequence:,}, {hit.part}, row {hit.row}.",
        f"Version (SHA-256): {hit.version_sha256}.",
        f"What the site sent (SHA-256): {hit.payload_sha256}.",
    ]
    return "\n".join(lines)


def _page_with(around: Conversation) -> int:
    """The page of a conversation on which the record stands."""
    at = next((number for number, one in enumerate(around.said) if around.is_the_hit(one)), 0)
    return at // _PER_PAGE + 1


def _said(one: Hit, named: Named, *, is_here: bool) -> dict[str, Any]:
    return {
        "path": address_of(one, named.reason),
        "poster": showing.poster(one),
        "posted_at": one.posted_at,
        "tags": showing.tags(one),
        "kind": showing.kind_in_words(one.kind),
        "said": showing.said(one.text or "", most=showing.SNIPPET),
        "is_here": is_here,
    }


def _streamed(visit: Visit, opened: BinaryIO, name: str, type_: str | None) -> Response:
    """An open file, whole or the range that was asked for; shown only as the type that its bytes have."""
    size, headers, tag = os.fstat(opened.fileno()).st_size, visit.request.headers, f'"{name}"'
    told = {
        "Content-Disposition": f'{"inline" if type_ else "attachment"}; filename="{name}"',
        "Content-Security-Policy": _SEALED_OFF,
        "Accept-Ranges": "bytes",
        "ETag": tag,
    }
    try:
        span = wanted(headers.get("range"), headers.get("if-range"), size, tag)
    except Unsatisfiable:
        opened.close()
        return Response(status_code=416, headers=told | {"Content-Range": f"bytes */{size}"})
    first, last = span or (0, size - 1)
    told["Content-Length"] = str(last - first + 1)
    if span is not None:
        told["Content-Range"] = f"bytes {first}-{last}/{size}"
    return StreamingResponse(
        _pieces(opened, first, last),
        206 if span is not None else 200,
        headers=told,
        media_type=type_ or "application/octet-stream",
    )


def _pieces(opened: BinaryIO, first: int, last: int) -> Iterator[bytes]:
    with opened:
        opened.seek(first)
        left = last - first + 1
        while left > 0 and (piece := opened.read(min(left, _PIECE))):
            left -= len(piece)
            yield piece


def _kept_as(body: bytes, name: str) -> Response:
    """Bytes as a file to keep, which no browser opens by itself."""
    return Response(
        body,
        media_type="application/octet-stream",
        headers={
            "Content-Disposition": f'attachment; filename="{name}"',
            "Content-Security-Policy": _SEALED_OFF,
        },
    )
