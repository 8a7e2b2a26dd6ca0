"""What lies inside of a file: its bytes, and all that is packed in it, unpacked.

zip, gzip and zlib; the values of Parquet; streams, texts, bookmarks and properties of a PDF, where the marks
on a page are numbers of shapes and not letters; the remarks in a PNG.
"""

from __future__ import annotations

import io
import re
import zipfile
import zlib
from collections.abc import Iterator
from typing import IO, NamedTuple

import pyarrow as pa
import pyarrow.parquet as pq
import pypdfium2 as pdfium

_PIECE = 4 << 20
_MOST = 256 << 20  # bytes that one packed thing may come to
_FED = 16 << 10  # bytes unpacked at a time: of a bomb no more than 16 MiB come of it
_LEAST_UNPACKED = 16
_DEEPEST = 4
_PAGES = 50  # of a PDF, joined into one piece
_PLAIN = (".csv", ".html", ".json", ".jsonl", ".txt", ".py")
_GZIP, _ZIP, _PDF, _PNG = b"\x1f\x8b\x08", b"PK\x03\x04", b"%PDF-", b"\x89PNG\r\n\x1a\n"
_PARQUET = b"PAR1"
_PICTURES_AND_FILMS = (".jpg", ".gif", ".webp", ".mp4", ".mov", ".webm", ".ogg", ".mp3", ".wav", ".png")
_ZLIB = re.compile(rb"\x78[\x01\x5e\x9c\xda]")
_STREAM = re.compile(rb"stream\r?\n")
_DICTIONARY, _OF_STRINGS = 400, (b"/ObjStm", b"/Metadata")  # what says of a stream what it holds
_REMARKS = (b"tEXt", b"zTXt", b"iTXt", b"eXIf", b"iCCP")


class Piece(NamedTuple):
    """Some bytes of a file. `is_text` where words can stand in it escaped, `is_pdf` as a PDF does it."""

    body: bytes
    is_text: bool
    is_pdf: bool = False


class Unread(Exception):
    """Something that could not be looked into; the message says what."""


def pieces_of(path: str, file: IO[bytes], overlap: int) -> Iterator[Piece]:
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
    if file.seek(0, 2) > _MOST:
        raise Unread(f"what may be packed in more than {_MOST:,} bytes")
    file.seek(0)
    yield from _inside(file.read(), 1)


def _raw(file: IO[bytes], overlap: int) -> Iterator[bytes]:
    rest = b""
    while chunk := file.read(_PIECE):
        yield rest + chunk
        rest = (rest + chunk)[-overlap:] if overlap else b""


def _inside(body: bytes, depth: int) -> Iterator[Piece]:
    if depth > _DEEPEST:
        raise Unread(f"what is packed in itself more than {_DEEPEST} times")
    if body.startswith(_PARQUET):
        yield from _parquet(body)
    elif body.startswith(_PNG):
        yield from _png(body)
    elif body.startswith(_PDF):
        yield from _pdf(body)
    elif body.startswith(_ZIP):
        yield from _zip(body, depth)
    else:
        yield from _packed(body, depth)


def _packed(body: bytes, depth: int) -> Iterator[Piece]:
    """What gzip or zlib has packed anywhere in some bytes."""
    for match in re.finditer(re.escape(_GZIP), body):
        yield from _deeper(_inflated(body, match.start(), 31), depth)
    for match in _ZLIB.finditer(body):
        yield from _deeper(_inflated(body, match.start(), 15), depth)


def _deeper(body: bytes, depth: int) -> Iterator[Piece]:
    if body:
        yield Piece(body, is_text=True)
        yield from _inside(body, depth + 1)


def _inflated(body: bytes, at: int, how: int) -> bytes:
    """As much as can be unpacked of what begins at a place; nothing where it is not packed.

    Fed piece by piece, since whatever lies behind its end is copied.
    """
    unpack, view, found = zlib.decompressobj(how), memoryview(body), bytearray()
    try:
        while at < len(view) and not unpack.eof:
            found += unpack.decompress(view[at : at + _FED])
            at += _FED
            if len(found) > _MOST:
                raise Unread(f"what is unpacked more than {_MOST:,} bytes")
    except zlib.error:  # broken, or it only looked like a beginning: what came until then counts
        return bytes(found) if len(found) >= _LEAST_UNPACKED else b""
    return bytes(found)


def _zip(body: bytes, depth: int) -> Iterator[Piece]:
    try:
        with zipfile.ZipFile(io.BytesIO(body)) as box:
            for info in box.infolist():
                if info.flag_bits & 1 or info.file_size > _MOST:
                    raise Unread(f"a zip with an encrypted or very large file, {info.filename!r},")
                yield from _deeper(info.filename.encode() + b"\n" + box.comment + b"\n" + info.comment, depth)
                yield from _deeper(box.read(info), depth)
    except (zipfile.BadZipFile, NotImplementedError, zlib.error, EOFError, ValueError) as error:
        raise Unread("a zip that is damaged") from error


def _parquet(body: bytes) -> Iterator[Piece]:
    """Every value, and every entry of a dictionary whether a row has it or not."""
    try:
        file = pq.ParquetFile(io.BytesIO(body))
        names = [field.name for field in file.schema_arrow if pa.types.is_string(field.type)]
        file = pq.ParquetFile(io.BytesIO(body), read_dictionary=names)
        for batch in file.iter_batches(5_000):
            for column in batch.columns:
                values = column.dictionary if pa.types.is_dictionary(column.type) else column
                for text in _texts(values):
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


def _png(body: bytes) -> Iterator[Piece]:
    at = len(_PNG)
    while at + 8 <= len(body):
        size, name = int.from_bytes(body[at : at + 4], "big"), body[at + 4 : at + 8]
        said = body[at + 8 : at + 8 + size]
        if name in _REMARKS:
            yield Piece(said, is_text=True)
            for match in _ZLIB.finditer(said):
                yield Piece(_inflated(said, match.start(), 15), is_text=True)
        at += 12 + size
    yield Piece(body[at:], is_text=True)


def _pdf(body: bytes) -> Iterator[Piece]:
    yield from _pdf_streams(body)
    try:
        document = pdfium.PdfDocument(body)
    except pdfium.PdfiumError as error:
        raise Unread("a PDF that is damaged or locked with a password") from error
    try:
        yield from _pdf_texts(document)
    finally:
        document.close()


def _pdf_streams(body: bytes) -> Iterator[Piece]:
    """What is packed: strings of the document (names, bookmarks, remarks), and apart from these all else."""
    strings, others = list[bytes](), list[bytes]()
    for match in _STREAM.finditer(body):
        if body[match.end() : match.end() + 1] == b"\x78":
            told = body[max(match.start() - _DICTIONARY, 0) : match.start()].rpartition(b"obj")[2]
            is_string = any(name in told for name in _OF_STRINGS)
            (strings if is_string else others).append(_inflated(body, match.end(), 15))
            if sum(map(len, others)) > _PIECE:
                yield Piece(b"\n".join(others), is_text=False)
                others.clear()
    yield Piece(b"\n".join(strings), is_text=True, is_pdf=True)
    yield Piece(b"\n".join(others), is_text=False)


def _pdf_texts(document: pdfium.PdfDocument) -> Iterator[Piece]:
    told = [*document.get_metadata_dict().values(), *(mark.get_title() for mark in document.get_toc())]
    yield Piece("\n".join(told).encode("utf-8", "replace"), is_text=True)
    for first in range(0, len(document), _PAGES):
        pages = range(first, min(first + _PAGES, len(document)))
        text = "\n".join(document[number].get_textpage().get_text_bounded() for number in pages)
        yield Piece(text.encode("utf-8", "replace"), is_text=True)
        yield Piece(re.sub("[-\u00ad\ufffe]\\s*\r?\n", "", text).encode("utf-8", "replace"), is_text=True)
