"""Recorded files: what payloads they hold, and their records as JSON lines.

A file may be a whole answer, one item, a list, JSON lines, a cassette of a recording HTTP client (YAML
or JSON), or a script of a downloaded archive (`window.YTD.tweets.part0 = [...]`). What a payload means
is the platform's business; this module only finds the payloads.
"""

from __future__ import annotations

import base64
import re
import zlib
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, TextIO

import msgspec
import yaml  # its stubs are a package of their own

from paloverde.errors import Unreadable
from paloverde.platforms import jsontext
from paloverde.platforms.conversation import Platform
from paloverde.records import Medium, Record, Unread

_ASSIGNMENT = re.compile(rb"(?:\xef\xbb\xbf)?\s*(?:window\.)?[A-Za-z_][\w.]*\s*=\s*(?=[\[{])")
_CASSETTE = re.compile(
    rb"(?:\xef\xbb\xbf)?\s*(?:\{\s*\"(?:http_)?interactions\"\s*:|(?:---\s*)?(?:http_)?interactions:)"
)

_STEERING = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]")
_GZIP = b"\x1f\x8b"
_MOST = 256 * 2**20


class Piece(msgspec.Struct, frozen=True):
    """One payload of a file, and where it stands in it ("line 7", "answer 3"; "" for the whole file)."""

    payload: bytes
    place: str = ""


class Line(msgspec.Struct):
    """A record as it is printed: one line of JSON."""

    platform: str
    kind: str
    native_id: str
    parent_id: str | None
    thread_id: str | None
    text: str | None
    posted_at: str | None
    edited_at: str | None
    poster_name: str | None
    poster_username: str | None
    poster_id: str | None
    poster_missing: str | None
    visibility: str
    permalink: str | None
    language: str | None
    count: int | None
    media: tuple[Medium, ...]
    payload_sha256: str
    drift: str | None


def pieces(content: bytes) -> Iterator[Piece]:
    """The payloads of a file, in order. Raises `Unreadable` for a cassette that cannot be understood."""
    if _CASSETTE.match(content):
        yield from _cassette(content)
    elif found := _ASSIGNMENT.match(content):
        yield Piece(content[found.end() :].rstrip().removesuffix(b";"))
    elif _is_lines(content):
        for number, line in enumerate(content.splitlines(), start=1):
            if line.strip():
                yield Piece(line, f"line {number}")
    else:
        yield Piece(content)


def _is_lines(content: bytes) -> bool:
    """Whether each line opens a value of its own. One damaged line does not take the others with it."""
    lines = [line for line in content.splitlines() if line.strip()]
    if len(lines) < 2 or any(line[:1] not in (b"{", b"[") for line in lines):
        return False
    try:
        jsontext.open_text(content)
    except Unreadable:
        return True
    return False


def _cassette(content: bytes) -> Iterator[Piece]:
    try:
        recorded = yaml.safe_load(content)  # YAML reads JSON too
    except yaml.YAMLError as error:
        raise Unreadable(f"This looks like a cassette of recorded answers and is damaged: {error}") from None
    interactions = recorded.get("interactions") or recorded.get("http_interactions") or []
    if not isinstance(interactions, list):
        raise Unreadable("This looks like a cassette of recorded answers and has no list of them.")
    for number, interaction in enumerate(interactions, start=1):
        body = _body(interaction)
        if body is None:
            raise Unreadable(f"Answer {number} of this cassette has no body that can be found.")
        if body.strip():
            yield Piece(_unpacked(body), f"answer {number}")


def _unpacked(body: bytes) -> bytes:
    """Recorders may keep a body as compressed as it came."""
    if not body.startswith(_GZIP):
        return body
    decoder = zlib.decompressobj(wbits=31)
    try:
        unpacked = decoder.decompress(body, _MOST)
    except zlib.error as error:
        raise Unreadable(f"A compressed body in this cassette is damaged: {error}.") from None
    if not decoder.eof:
        raise Unreadable("A compressed body in this cassette is cut short or larger than 256 MiB.")
    return unpacked


def _body(interaction: Any) -> bytes | None:
    """The body of a recorded response, as text, bytes or base64, whichever the recorder wrote."""
    response = interaction.get("response") if isinstance(interaction, dict) else None
    body = response.get("body") if isinstance(response, dict) else None
    if isinstance(body, dict):
        for name in ("base64_string", "base64"):
            if isinstance(body.get(name), str):
                return base64.b64decode(body[name])
        body = body.get("string")
    if isinstance(body, str):
        return body.encode(errors="surrogatepass")
    return body if isinstance(body, bytes) else None


class _Tally(msgspec.Struct):
    """What became of one file."""

    items: int = 0
    lost: list[str] = []
    notes: list[str] = []


def read_files(platform: Platform, paths: Iterable[Path], out: TextIO, err: TextIO) -> int:
    """Prints the records of recorded files: JSON lines on `out`, an account of each file on `err`.

    Returns the exit status: 0 where nothing was lost, 1 where something was, 2 where a file is not there.
    """
    status = 0
    for path in paths:
        try:
            content = path.read_bytes()
        except OSError as error:
            print(f"{path}: it cannot be opened ({error.strerror}). Check the path.", file=err)
            status = 2
            continue
        tally = _read(platform, content, out)
        _tell(path, tally, err)
        status = max(status, 1 if tally.lost else 0)
    return status


def _read(platform: Platform, content: bytes, out: TextIO) -> _Tally:
    tally = _Tally()
    try:
        for piece in pieces(content):
            _read_piece(platform, piece, tally, out)
    except Unreadable as error:
        tally.lost.append(str(error))
    return tally


def _read_piece(platform: Platform, piece: Piece, tally: _Tally, out: TextIO) -> None:
    place = f"{piece.place}: " if piece.place else ""
    try:
        reading = platform.read(piece.payload)
    except Unreadable as error:
        tally.lost.append(f"{place}{error}")
        return
    out.writelines(as_line(record) for record in reading.records)
    tally.items += len(reading.records)
    tally.lost += [f"{place}{_where(unread)}{unread.reason}" for unread in reading.unread]
    if reading.note:
        tally.notes.append(f"{place}{reading.note}")


def _where(unread: Unread) -> str:
    return f"at byte {unread.position}: " if unread.position >= 0 else ""


def _tell(path: Path, tally: _Tally, err: TextIO) -> None:
    items = "1 item" if tally.items == 1 else f"{tally.items} items"
    notes = f": {'; '.join(tally.notes)}" if tally.notes else ""
    lost = f", {len(tally.lost)} could not be read" if tally.lost else ""
    print(_safe(f"{path}: {items} read{lost}{notes}"), file=err)
    for reason in tally.lost:
        print(_safe(f"{path}: not read: {reason}"), file=err)


def as_line(record: Record) -> str:
    """A record as one line of JSON, with its line end."""
    poster = record.poster
    line = Line(
        platform=record.platform,
        kind=record.kind.value,
        native_id=record.native_id,
        parent_id=record.parent_id,
        thread_id=record.thread_id,
        text=record.text,
        posted_at=record.posted_at.isoformat() if record.posted_at else None,
        edited_at=record.edited_at.isoformat() if record.edited_at else None,
        poster_name=poster.name,
        poster_username=poster.username,
        poster_id=poster.id,
        poster_missing=poster.missing.value if poster.missing else None,
        visibility=record.visibility.value,
        permalink=record.permalink,
        language=record.language,
        count=record.count,
        media=record.media,
        payload_sha256=record.payload_sha256,
        drift=record.drift,
    )
    return _safe(msgspec.json.encode(line).decode()) + "\n"


def _safe(text: str) -> str:
    """Text without characters that break a line or steer a terminal: they are escaped as JSON does it."""
    return _STEERING.sub(lambda found: f"\\u{ord(found[0]):04x}", text)
