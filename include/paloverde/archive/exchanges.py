"""Raw exchanges and handed-in files as WARC 1.1 (ISO 28500:2017): bytes as received, a gzip member a record.

Where a credential had to be taken out, the stored body is the decoded one and the record's
`WARC-Paloverde-Taken-Out` header says at which offsets of the original how many bytes stood.
"""

from __future__ import annotations

import hashlib
import io
import zlib
from base64 import b32encode
from collections.abc import Iterator, Mapping
from datetime import datetime
from urllib.parse import quote
from uuid import uuid4

import msgspec
from warcio.archiveiterator import ArchiveIterator
from warcio.exceptions import ArchiveLoadFailed
from warcio.recordloader import ArcWarcRecord

from paloverde.errors import ArchiveDamaged
from paloverde.platforms.exchange import Exchange, TakenOut

TAKEN_OUT = "WARC-Paloverde-Taken-Out"
DESTROYED = "WARC-Paloverde-Destroyed"  # the order by which a part of the body was lawfully blanked
_MOVED = "X-Archive-Orig-"  # headers that no longer fit the stored body stand under this name
_WAS_PACKED = f"{_MOVED}content-encoding".lower()
_LEVEL = 3  # for bodies that came uncompressed: three times faster than the default, a tenth larger
_GZIP = b"\x1f\x8b"
_STORED = 0  # for bodies that came compressed


class Resource(msgspec.Struct, frozen=True):
    """A file that was handed in, or a segment of it (ISO 28500:2017, 7): numbered from 1, 0 for a whole file.

    `origin` is the record id of its first segment, `total` the file's length, on the last segment only.
    """

    name: str
    body: bytes
    made_at: datetime
    taken_out: tuple[TakenOut, ...] = ()
    segment: int = 0
    origin: str = ""
    total: int | None = None


class ExchangeFile:
    """Exchanges gathered in memory until their file is closed. `size` is its length in bytes so far.

    The records are put together here, since `warcio` compresses at level 9 and by way of temporary files;
    it reads and checks them.
    """

    def __init__(self, software: str, made_at: datetime) -> None:
        self._pieces: list[bytes] = []
        self.size = self.count = 0
        about = f"software: {software}\r\nformat: WARC File Format 1.1\r\ndescription: no credentials\r\n"
        named = {"WARC-Type": "warcinfo", "Content-Type": "application/warc-fields"}
        self._add(named, made_at, about.encode())

    def add(self, exchange: Exchange) -> int:
        """Append an exchange; the byte offset of its response record."""
        offset = self.size
        status = f"HTTP/1.1 {exchange.status} {exchange.reason}".strip()
        head = _head(status, _stored_headers(exchange))
        asked = _head(f"{exchange.method} {exchange.url} HTTP/1.1", exchange.request_headers) + exchange.sent
        response = self._add(
            {
                "WARC-Type": "response",
                "WARC-Target-URI": exchange.url,
                "Content-Type": "application/http; msgtype=response",
                "WARC-Payload-Digest": _digest(exchange.body),
                **_taken_out(exchange.taken_out),
            },
            exchange.received_at,
            head + exchange.body,
            compressed=exchange.body[:2] == _GZIP,
        )
        self._add(
            {
                "WARC-Type": "request",
                "WARC-Target-URI": exchange.url,
                "Content-Type": "application/http; msgtype=request",
                "WARC-Concurrent-To": response,
            },
            exchange.received_at,
            asked,
        )
        self.count += 1
        return offset

    def add_resource(self, resource: Resource) -> tuple[int, str]:
        """Append a handed-in file or a segment of one: the byte offset of its record, and its record id."""
        offset = self.size
        named = {
            "WARC-Type": "continuation" if resource.segment > 1 else "resource",
            "WARC-Target-URI": f"file:///{quote(resource.name)}",
            "Content-Type": "application/octet-stream",
            **_segment(resource),
            **_taken_out(resource.taken_out),
        }
        is_packed = resource.body[:2] == _GZIP
        record_id = self._add(named, resource.made_at, resource.body, compressed=is_packed)
        self.count += 1
        return offset, record_id

    def close(self) -> bytes:
        return b"".join(self._pieces)

    def _add(self, named: dict[str, str], when: datetime, block: bytes, *, compressed: bool = False) -> str:
        """Append one record as a gzip member of its own; its record id."""
        record_id = f"<urn:uuid:{uuid4()}>"
        fields = {
            **named,
            "WARC-Record-ID": record_id,
            "WARC-Date": when.strftime("%Y-%m-%dT%H:%M:%S.%fZ"),
        }
        record = packed(fields, block, compressed=compressed)
        self._pieces.append(record)
        self.size += len(record)
        return record_id


def packed(fields: dict[str, str], block: bytes, *, compressed: bool = False) -> bytes:
    """A record as a gzip member of its own."""
    measured = {**fields, "WARC-Block-Digest": _digest(block), "Content-Length": str(len(block))}
    head = _head("WARC/1.1", tuple(measured.items()))
    packer = zlib.compressobj(_STORED if compressed else _LEVEL, wbits=31)
    return packer.compress(head + block + b"\r\n\r\n") + packer.flush()


class Held(msgspec.Struct, frozen=True):
    """An answer or a handed-in piece as it lies in its file; `body` is decoded."""

    offset: int
    url: str
    is_answer: bool
    body: bytes


def held_in(body: bytes, *, where: str) -> Iterator[Held]:
    """Every answer and handed-in piece of a file, its digest checked, the body decoded."""
    records = ArchiveIterator(io.BytesIO(body), check_digests="raise")
    try:
        for record in records:
            if record.rec_type in ("response", "resource", "continuation"):
                decoded = record.content_stream().read()  # before the offset is asked for, which reads on
                offset = records.get_record_offset()
                url = record.rec_headers.get_header("WARC-Target-URI") or ""
                yield Held(offset, url, record.rec_type == "response", decoded)
    except ArchiveLoadFailed as error:
        raise ArchiveDamaged(f"The raw exchanges {where} are damaged: {error}") from error


def with_bodies(body: bytes, changed: Mapping[int, bytes], order: str) -> tuple[bytes, dict[int, int]]:
    """An exchange file with other decoded bodies at these offsets, and for each old offset the new one.

    Every other record is copied as it is packed. A record that changes keeps its id and date and names the
    order; where its body was stored as it came, compressed, it is stored decoded.
    """
    pieces: list[bytes] = []
    moved: dict[int, int] = {}
    records, size = ArchiveIterator(io.BytesIO(body)), 0
    for record in records:
        offset = records.get_record_offset()
        piece = _changed(record, changed[offset], order) if offset in changed else None
        length = records.get_record_length()  # reads on to the end of the record
        pieces.append(body[offset : offset + length] if piece is None else piece)
        moved[offset] = size
        size += len(pieces[-1])
    return b"".join(pieces), moved


def _changed(record: ArcWarcRecord, body: bytes, order: str) -> bytes:
    fields = dict(record.rec_headers.headers)
    fields[DESTROYED] = ", ".join(filter(None, (fields.get(DESTROYED), order)))
    if record.http_headers is None:
        return packed(fields, body)
    headers = record.http_headers
    was_packed = any(name.lower() == "content-encoding" for name, _ in headers.headers)
    gone = {"content-encoding", "content-length"} if was_packed else set()
    pairs = headers.headers
    named = tuple((f"{_MOVED}{name}" if name.lower() in gone else name, text) for name, text in pairs)
    fields["WARC-Payload-Digest"] = _digest(body)
    return packed(fields, _head(f"{headers.protocol} {headers.statusline}", named) + body)


def read_exchange(body: bytes, offset: int) -> tuple[str, bytes]:
    """The address and decoded response body of the exchange at `offset` of an exchange file."""
    for record in ArchiveIterator(io.BytesIO(body[offset:])):
        return record.rec_headers.get_header("WARC-Target-URI"), record.content_stream().read()
    raise ArchiveDamaged(f"There is no exchange at byte {offset}.")


def read_answers(body: bytes, *, where: str) -> Iterator[tuple[int, Exchange]]:
    """Every exchange of a file as it was added, with its offset; `ArchiveDamaged` where a digest is wrong."""
    records = ArchiveIterator(io.BytesIO(body), check_digests="raise")
    try:
        for record in records:
            if record.rec_type == "response":
                answered, answer = record, record.raw_stream.read()
                offset = records.get_record_offset()
            elif record.rec_type == "request":
                yield offset, _exchange(answered, answer, record, record.raw_stream.read())
    except ArchiveLoadFailed as error:
        raise ArchiveDamaged(f"The raw exchanges {where} are damaged: {error}") from error


def _exchange(answered: ArcWarcRecord, body: bytes, asked: ArcWarcRecord, sent: bytes) -> Exchange:
    named, status = answered.rec_headers, answered.http_headers
    code, _, reason = status.statusline.partition(" ")
    taken_out = named.get_header(TAKEN_OUT) or ""
    headers = tuple((name.removeprefix(_MOVED), value) for name, value in status.headers)
    return Exchange(
        url=named.get_header("WARC-Target-URI"),
        request_headers=tuple(asked.http_headers.headers),
        status=int(code),
        reason=reason,
        headers=headers,
        body=body,
        received_at=datetime.fromisoformat(named.get_header("WARC-Date")),
        decoded=bool(taken_out) or any(name.lower() == _WAS_PACKED for name, _ in status.headers),
        taken_out=tuple(
            TakenOut(int(offset), int(length))
            for offset, length in (piece.split("+") for piece in taken_out.split(", ") if piece)
        ),
        method=asked.http_headers.protocol,
        sent=sent,
    )


def check_exchanges(body: bytes, *, where: str) -> int:
    """The number of responses and handed-in pieces in an exchange file, every block's digest checked."""
    try:
        return sum(1 for record in _checked(body) if record in ("response", "resource", "continuation"))
    except ArchiveLoadFailed as error:
        raise ArchiveDamaged(f"The raw exchanges {where} are damaged: {error}") from error


def _checked(body: bytes) -> Iterator[str]:
    for record in ArchiveIterator(io.BytesIO(body), check_digests="raise"):
        record.raw_stream.read()
        yield record.rec_type


def _head(first: str, fields: tuple[tuple[str, str], ...]) -> bytes:
    lines = (first, *(f"{name}: {_one_line(value)}" for name, value in fields), "", "")
    return "\r\n".join(lines).encode("utf-8", "replace")


def _one_line(value: str) -> str:
    return value.replace("\r", " ").replace("\n", " ")


def _digest(body: bytes) -> str:
    return f"sha256:{b32encode(hashlib.sha256(body).digest()).decode()}"


def _stored_headers(exchange: Exchange) -> tuple[tuple[str, str], ...]:
    """Headers that fit the stored body.

    Where the body is stored decoded, its encoding headers no longer hold: they stand under another name.
    The transfer encoding is always off the body already.
    """
    moved = {"transfer-encoding"} | ({"content-encoding", "content-length"} if exchange.decoded else set())
    return tuple(
        (f"{_MOVED}{name}" if name.lower() in moved else name, value) for name, value in exchange.headers
    )


def _taken_out(pieces: tuple[TakenOut, ...]) -> dict[str, str]:
    return {TAKEN_OUT: ", ".join(f"{piece.offset}+{piece.length}" for piece in pieces)} if pieces else {}


def _segment(resource: Resource) -> dict[str, str]:
    named = {"WARC-Segment-Number": str(resource.segment)} if resource.segment else {}
    if resource.origin:
        named["WARC-Segment-Origin-ID"] = resource.origin
    if resource.total is not None:
        named["WARC-Segment-Total-Length"] = str(resource.total)
    return named
