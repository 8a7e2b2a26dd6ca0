"""Records as data: CSV for spreadsheets, JSON lines and Parquet for programs, and the exact payloads."""

from __future__ import annotations

import base64
import csv
import hashlib
import io
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime
from itertools import groupby
from pathlib import Path
from typing import Any

import msgspec
import pyarrow as pa
import pyarrow.parquet as pq

from paloverde.archive.reader import Archive
from paloverde.archive.schema import UTC_TIME
from paloverde.archive.seal import Part, Role
from paloverde.errors import ArchiveDamaged
from paloverde.records import PACIFIC
from paloverde.search.hits import SCHEMA, Hit, as_row, to_table

_STARTS_FORMULA = frozenset("=+-@\t\r\0＝＋－＠")
_BATCH = 5_000
_TIMES = tuple(field.name for field in SCHEMA if field.type == UTC_TIME)
_COLUMNS = tuple(
    column
    for name in SCHEMA.names
    if name != "snippet"
    for column in ((f"{name}_utc", f"{name}_pacific") if name in _TIMES else (name,))
)


def csv_lines(hits: Iterable[Hit], files: Mapping[str, str]) -> Iterator[bytes]:
    """RFC 4180 with a byte order mark, so that spreadsheets read UTF-8. Each time stands there twice: in UTC
    and in Pacific time with its distance from UTC, both as ISO 8601 to the second.
    """
    yield "\ufeff".encode() + _csv_line(_COLUMNS)
    for hit in hits:
        row = as_row(hit) | {"media": " ".join(files_of(hit, files))}
        for name in _TIMES:
            row[f"{name}_utc"], row[f"{name}_pacific"] = row[name], _pacific(row[name])
        yield _csv_line([cell(row[name]) for name in _COLUMNS])


def _csv_line(cells: Sequence[str]) -> bytes:
    text = io.StringIO(newline="")
    csv.writer(text, lineterminator="\r\n").writerow(cells)
    return text.getvalue().encode()


def cell(value: object) -> str:
    """A value as a spreadsheet cell.

    Text that a spreadsheet could take for a formula gets an apostrophe before it (OWASP ASVS 5.0, 1.2.10);
    the exact text is in the JSON and Parquet files.
    """
    if value is None:
        return ""
    if isinstance(value, datetime):
        return value.isoformat(timespec="seconds").replace("+00:00", "Z")
    if isinstance(value, date):
        return value.isoformat()
    if not isinstance(value, str):
        return str(value)
    text = value.replace("\0", "␀")
    return f"'{text}" if value.lstrip(" \n\"'")[:1] in _STARTS_FORMULA else text


def _pacific(moment: datetime | None) -> datetime | None:
    return None if moment is None else moment.astimezone(PACIFIC)


def json_lines(hits: Iterable[Hit], files: Mapping[str, str]) -> Iterator[bytes]:
    """One record a line, with `files`: the paths of its media in the bundle."""
    for hit in hits:
        record: dict[str, Any] = msgspec.to_builtins(hit)
        yield msgspec.json.encode(record | {"files": files_of(hit, files)}) + b"\n"


def files_of(hit: Hit, files: Mapping[str, str]) -> list[str]:
    return [files[kept.sha256] for kept in hit.media if kept.sha256]


def write_parquet(hits: Sequence[Hit], path: Path) -> None:
    """All hits as one Parquet file, page checksums written, a few thousand rows at a time."""
    with pq.ParquetWriter(path, SCHEMA, compression="zstd", write_page_checksum=True) as writer:
        for start in range(0, max(len(hits), 1), _BATCH):
            writer.write_table(to_table(hits[start : start + _BATCH]))


def payload_lines(archive: Archive, hits: Sequence[Hit], accounts: Sequence[str]) -> Iterator[bytes]:
    """The exact text that each record was read from, base64 in a JSON line, each once; read part by
    part.
    """
    parts = {
        sealed.part.key: sealed.part
        for role in (Role.RECORDS, Role.REMOVED)
        for sealed in archive.parts(role, accounts)
    }
    done: set[str] = set()
    for key, group in groupby(sorted(hits, key=lambda hit: (hit.part, hit.row)), key=lambda hit: hit.part):
        for sha256, raw in _payloads(archive, parts[key], list(group)):
            if sha256 not in done:
                done.add(sha256)
                line = {"payload_sha256": sha256, "base64": base64.b64encode(raw).decode()}
                yield msgspec.json.encode(line) + b"\n"


def _payloads(archive: Archive, part: Part, hits: Sequence[Hit]) -> Iterator[tuple[str, bytes]]:
    table = archive.table(part, ["raw"]).take(pa.array([hit.row for hit in hits], pa.int64()))
    for hit, raw in zip(hits, table["raw"], strict=True):
        body = raw.as_py() or b""
        if hashlib.sha256(body).hexdigest() != hit.payload_sha256:
            raise ArchiveDamaged(
                f"Row {hit.row} of {part.key} does not hold the bytes that its payload_sha256 names: "
                "repair it first."
            )
        yield hit.payload_sha256, body
