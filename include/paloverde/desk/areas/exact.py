"""What a record was made of, to the byte: what the site sent, its text as a file, its pictures and files.

No browser opens anything of it that could act: it is text, a kind of file that is safe to show by
its own bytes, or a file to keep.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from typing import BinaryIO

from fastapi.responses import Response, StreamingResponse

from paloverde.bundles.scratch import scratch
from paloverde.desk import showing
from paloverde.desk.areas.records import HERE, chosen, named_of, seen
from paloverde.desk.ranges import Unsatisfiable, wanted
from paloverde.desk.rights import Act
from paloverde.desk.visit import Here, Pages, Visit
from paloverde.errors import ArchiveDamaged

pages = Pages()
_PIECE = 1 << 20  # bytes sent at a time
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


@pages.page("/record/payload", Act.SEARCH)
def payload(visit: Here) -> Response:
    """The exact bytes that a version was read from, as text."""
    named = named_of(visit)
    found = seen(visit, named, "exact text")
    if isinstance(found, Response):
        return found
    now = chosen(found, named)
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
    named = named_of(visit)
    found = seen(visit, named, "text")
    if isinstance(found, Response):
        return found
    now = chosen(found, named)
    return _kept_as((now.text or "").encode("utf-8", "replace"), f"{now.version_sha256}.txt")


@pages.page("/media/{sha256}", Act.SEARCH)
def media(visit: Here, sha256: str) -> Response:
    """A picture, video or attachment of a record: shown where its bytes are of a safe kind, else to keep."""
    named = named_of(visit)
    found = seen(visit, named, "file")
    if isinstance(found, Response):
        return found
    with scratch() as folder:
        try:
            kept = visit.city.records.file(found, sha256, folder)
        except ArchiveDamaged as error:
            return visit.show("told.html", 404, title="Not here", here=HERE, sentence=str(error))
        opened = kept.path.open("rb")  # its bytes stay readable when the folder is gone
    return _streamed(visit, opened, f"{sha256}.{kept.extension}", _SHOWN.get(kept.extension))


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
