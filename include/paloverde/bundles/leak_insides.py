"""What lies inside of a file: its bytes, and all that is packed in it, unpacked.

zip, gzip and zlib; the values of Parquet; streams, texts, bookmarks and properties of a PDF, where the marks
on a page are numbers of shapes and not letters; the remarks in a PNG.

Files come from anybody, and may be made to unpack without end. All that one file unpacks to, and the time
that it takes, is bounded: what goes beyond is told as `Unread`. The records that the bundle itself writes
are not bounded.
"""

from __future__ import annotations

import io
import math
import re
import time
import unicodedata
import zipfile
import zlib
from collections.abc import Iterator
from typing import IO, NamedTuple

import pyarrow as pa
import pyarrow.parquet as pq
import pypdfium2 as pdfium

from paloverde.bundles.pdf.turn import PDFIUM

_PIECE = 4 << 20
_LARGEST = 256 << 20  # bytes of a file in which something may be packed
_MOST = 64 << 20  # bytes that all things packed in one file may come to together
_LONGEST = 60.0  # seconds of work on what is packed in one file
_BROKEN = 64  # times as dear is what breaks off: its range can be unpacked again from within
_ENTRY = 64  # bytes that an entry of a zip or a page of a PDF counts for at least
_OWN = "data/02_records/"  # written by the bundle itself, and as large as it is
_FED = 16 << 10  # bytes unpacked at a time: of a bomb no more than 16 MiB come of it
_LEAST_UNPACKED = 16
_DEEPEST = 4
_PAGES = 50  # of a PDF, joined into one piece
_PLAIN = (".csv", ".html", ".json", ".jsonl", ".txt", ".py")
_GZIP, _ZIP, _PDF, _PNG = b"\x1f\x8b\x08", b"PK\x03\x04", b"%PDF-", b"\x89PNG\r\n\x1a\n"
_PARQUET = b"PAR1"
_PICTURES_AND_FILMS = (".jpg", ".gif", ".webp", ".mp4", ".mov", ".webm", ".ogg", ".mp3", ".wav", ".png")
_ZLIB = re.compile(rb"\x78[\x01\x5e\x9c\xda]")
_GZIP_OR_ZLIB = re.compile(rb"\x1f\x8b\x08|\x78[\x01\x5e\x9c\xda]")
_STREAM = re.compile(rb"stream\r?\n")
_DICTIONARY, _OF_STRINGS = 400, (b"/ObjStm", b"/Metadata")  # what says of a stream what it holds
_OF_PIXELS = re.compile(rb"/Subtype\s*/Image\b")
_REMARKS = (b"tEXt", b"zTXt", b"iTXt", b"eXIf", b"iCCP")


class Piece(NamedTuple):
    """Some bytes of a file. `is_text` where words can stand in it escaped, `is_pdf` as a PDF does it."""

    body: bytes
    is_text: bool
    is_pdf: bool = False


class Unread(Exception):
    """Something that could not be looked into; the message says what."""


class Budget:
    """What may still be unpacked of one file: bytes, and seconds of work of this process."""

    def __init__(self, most: float = _MOST, longest: float = _LONGEST) -> None:
        self._most, self._left = most, most
        self._longest, self._begun = longest, time.process_time()

    def spend(self, size: int) -> None:
        """Raises `Unread` where it is used up."""
        self._left -= size
        if self._left < 0:
            raise Unread(f"what unpacks to more than {self._most:,} bytes")
        if time.process_time() - self._begun > self._longest:
            raise Unread(f"what takes more than {self._longest:.0f} seconds")


def pieces_of(path: str, file: IO[bytes], overlap: int, budget: Budget | None = None) -> Iterator[Piece]:
    """All that a file holds, piece by piece; each begins with the last `overlap` bytes of the one before.

    Raises `Unread` at the end of what could be looked at.
    """
    file.seek(0)
    begins = file.read(8)
    file.seek(0)
    is_pdf, is_film = begins.startswith(_PDF), path.endswith(_PICTURES_AND_FILMS)
    yield from (Piece(body, not (is_film or is_pdf), is_pdf) for body in _raw(file, overlap))
    if path.endswith(_PLAIN) or (is_film and not begins.startswith(_PNG)):
        return  # nothing is packed in it
    is_own = path.startswith(_OWN)
    if file.seek(0, 2) > _LARGEST and not is_own:
        raise Unread(f"what may be packed in more than {_LARGEST:,} bytes")
    file.seek(0)
    if budget is None:
        budget = Budget(math.inf, math.inf) if is_own else Budget()
    yield from _inside(file.read(), 1, budget)


def _raw(file: IO[bytes], overlap: int) -> Iterator[bytes]:
    rest = b""
    while chunk := file.read(_PIECE):
        yield rest + chunk
        rest = (rest + chunk)[-overlap:] if overlap else b""


def _inside(body: bytes, depth: int, budget: Budget) -> Iterator[Piece]:
    if depth > _DEEPEST:
        raise Unread(f"what is packed in itself more than {_DEEPEST} times")
    if body.startswith(_PARQUET):
        yield from _parquet(body, budget)
    elif body.startswith(_PNG):
        yield from _png(body, budget)
    elif body.startswith(_PDF):
        yield from _pdf(body, budget)
    elif body.startswith(_ZIP):
        yield from _zip(body, depth, budget)
    else:
        for unpacked in _streams(body, _GZIP_OR_ZLIB, budget):
            yield from _deeper(unpacked, depth, budget)


def _deeper(body: bytes, depth: int, budget: Budget) -> Iterator[Piece]:
    if body:
        yield Piece(body, is_text=True)
        yield from _inside(body, depth + 1, budget)


def _streams(body: bytes, beginning: re.Pattern[bytes], budget: Budget) -> Iterator[bytes]:
    """What gzip or zlib has packed anywhere in some bytes. What lies within a stream is looked for in what it
    unpacks to, and not in its packed bytes again.
    """
    done = 0
    for match in beginning.finditer(body):
        if match.start() >= done:
            unpacked, done = _inflated(body, match.start(), budget)
            if unpacked:
                yield unpacked


def _inflated(body: bytes, at: int, budget: Budget) -> tuple[bytes, int]:
    """As much as can be unpacked of what begins at a place, and where it ends; nothing, and that place, where
    it is not packed. What is broken ends where it begins: something else may begin behind.

    Fed piece by piece, since whatever lies behind its end is copied.
    """
    how = 31 if body.startswith(_GZIP, at) else 15
    unpack, view, found, start = zlib.decompressobj(how), memoryview(body), bytearray(), at
    try:
        while at < len(view) and not unpack.eof:
            some = unpack.decompress(view[at : at + _FED])
            budget.spend(len(some))
            found += some
            at += _FED
    except zlib.error:  # broken, or it only looked like a beginning: what came until then counts
        budget.spend((_BROKEN - 1) * len(found) + _ENTRY)
        return (bytes(found) if len(found) >= _LEAST_UNPACKED else b""), start
    return bytes(found), min(at, len(view)) - len(unpack.unused_data)


def _zip(body: bytes, depth: int, budget: Budget) -> Iterator[Piece]:
    try:
        with zipfile.ZipFile(io.BytesIO(body)) as box:
            for info in box.infolist():
                if info.flag_bits & 1:
                    raise Unread(f"a zip with an encrypted file, {info.filename!r},")
                budget.spend(max(info.file_size, _ENTRY))
                told = info.filename.encode() + b"\n" + box.comment + b"\n" + info.comment
                yield from _deeper(told, depth, budget)
                yield from _deeper(box.read(info), depth, budget)
    except (zipfile.BadZipFile, NotImplementedError, zlib.error, EOFError, ValueError) as error:
        raise Unread("a zip that is damaged") from error


def _parquet(body: bytes, budget: Budget) -> Iterator[Piece]:
    """Every value, and every entry of a dictionary whether a row has it or not."""
    try:
        file = pq.ParquetFile(io.BytesIO(body))
        names = [field.name for field in file.schema_arrow if pa.types.is_string(field.type)]
        file = pq.ParquetFile(io.BytesIO(body), read_dictionary=names)
        for batch in file.iter_batches(5_000):
            for column in batch.columns:
                values = column.dictionary if pa.types.is_dictionary(column.type) else column
                for text in _texts(values):
                    budget.spend(len(text))
                    yield Piece(text, is_text=True)
    except (pa.ArrowException, OSError) as error:
        raise Unread("a Parquet file that is damaged") from error


def _texts(values: pa.Array) -> Iterator[bytes]:
    if pa.types.is_string(values.type) or pa.types.is_large_string(values.type):
        yield "\n".join(value for value in values.to_pylist() if value).encode("utf-8", "surrogatepass")
    elif pa.types.is_nested(values.type):
        inner = values.flatten()
        for part in inner if isinstance(inner, list) else [inner]:
            yield from _texts(part)


def _png(body: bytes, budget: Budget) -> Iterator[Piece]:
    at = len(_PNG)
    while at + 8 <= len(body):
        size, name = int.from_bytes(body[at : at + 4], "big"), body[at + 4 : at + 8]
        if name in _REMARKS:
            said = body[at + 8 : at + 8 + size]
            yield Piece(said, is_text=True)
            yield from (Piece(text, is_text=True) for text in _streams(said, _ZLIB, budget))
        at += 12 + size
    yield Piece(body[at:], is_text=True)


def _pdf(body: bytes, budget: Budget) -> Iterator[Piece]:
    yield from _pdf_streams(body, budget)
    try:
        with PDFIUM:
            document = pdfium.PdfDocument(body)
    except pdfium.PdfiumError as error:
        raise Unread("a PDF that is damaged or locked with a password") from error
    try:
        yield from _pdf_texts(document, budget)
    except pdfium.PdfiumError as error:
        raise Unread("a PDF with a page that is damaged") from error
    finally:
        with PDFIUM:
            document.close()


def _pdf_streams(body: bytes, budget: Budget) -> Iterator[Piece]:
    """What is packed: strings of the document (names, bookmarks, remarks, descriptions of pictures), and
    apart from these all else but pixels.
    """
    strings, others, size, done = list[bytes](), list[bytes](), 0, 0
    for match in _STREAM.finditer(body):
        told = body[max(match.start() - _DICTIONARY, 0) : match.start()].rpartition(b"obj")[2]
        is_packed = body[match.end() : match.end() + 1] == b"\x78"
        if match.end() < done or not is_packed or _OF_PIXELS.search(told):
            continue
        unpacked, done = _inflated(body, match.end(), budget)
        is_string = any(name in told for name in _OF_STRINGS)
        (strings if is_string else others).append(unpacked)
        size += 0 if is_string else len(unpacked)
        if size > _PIECE:
            yield Piece(b"\n".join(others), is_text=False)
            others, size = [], 0
    yield Piece(b"\n".join(strings), is_text=True, is_pdf=True)
    yield Piece(b"\n".join(others), is_text=False)


def _pdf_texts(document: pdfium.PdfDocument, budget: Budget) -> Iterator[Piece]:
    with PDFIUM:
        told = [*document.get_metadata_dict().values(), *(mark.get_title() for mark in document.get_toc())]
        count = len(document)
    yield Piece("\n".join(told).encode("utf-8", "replace"), is_text=True)
    for first in range(0, count, _PAGES):
        pages = range(first, min(first + _PAGES, count))
        text = "\n".join(_page_text(document, number, budget) for number in pages)
        yield Piece(text.encode("utf-8", "replace"), is_text=True)
        joined = re.sub("[-\u00ad\ufffe]\\s*\r?\n", "", text)
        yield Piece(unicodedata.normalize("NFKC", joined).encode("utf-8", "replace"), is_text=True)


def _page_text(document: pdfium.PdfDocument, number: int, budget: Budget) -> str:
    with PDFIUM:
        text: str = document[number].get_textpage().get_text_bounded()
    budget.spend(max(len(text), _ENTRY))
    return text
