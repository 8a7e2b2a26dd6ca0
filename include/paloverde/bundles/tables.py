"""Released records as data: CSV for spreadsheets, JSON lines and Parquet for programs.

Nothing here sees an archived record: all is made from what is released.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime
from pathlib import Path
from typing import Any

import msgspec
import pyarrow as pa
import pyarrow.parquet as pq

from paloverde.archive.schema import UTC_TIME
from paloverde.records import PACIFIC
from paloverde.requests.redaction import Redaction, Released
from paloverde.search.hits import SCHEMA, Hit, as_row, to_table

_STARTS_FORMULA = frozenset("=+-@\t\r\0＝＋－＠")
_BATCH = 5_000
_TIMES = tuple(field.name for field in SCHEMA if field.type == UTC_TIME)
_OWN = ("control", "redactions")  # what a bundle adds to the archive's columns
_COLUMNS = _OWN + tuple(
    column
    for name in SCHEMA.names
    if name != "snippet"
    for column in ((f"{name}_utc", f"{name}_pacific") if name in _TIMES else (name,))
)
_WITH_OWN = pa.schema([*(pa.field(name, pa.string()) for name in _OWN), *SCHEMA])
_INDEX = (
    *(
        "control",
        "account",
        "kind",
        "posted_pacific",
        "poster",
        "verdict",
        "redacted_under",
        "files",
        "pages",
    ),
)


def csv_lines(records: Iterable[Released], files: Mapping[str, str]) -> Iterator[bytes]:
    """RFC 4180 with a byte order mark, so that spreadsheets read UTF-8. Each time stands there twice: in UTC
    and in Pacific time with its distance from UTC, both as ISO 8601 to the second.
    """
    yield "\ufeff".encode() + _csv_line(_COLUMNS)
    for record in records:
        row = _own(record) | as_row(record.hit) | {"media": " ".join(files_of(record.hit, files))}
        for name in _TIMES:
            row[f"{name}_utc"], row[f"{name}_pacific"] = row[name], _pacific(row[name])
        yield _csv_line([cell(row[name]) for name in _COLUMNS])


def index_lines(
    records: Iterable[Released], files: Mapping[str, str], pages: Sequence[str]
) -> Iterator[bytes]:
    """The index as CSV: one line a record; `pages` is where each stands among the pages to read."""
    yield "\ufeff".encode() + _csv_line(_INDEX)
    for record, page in zip(records, pages, strict=True):
        hit = record.hit
        poster = hit.poster_name or hit.poster_username or hit.poster_id
        under = "; ".join(dict.fromkeys(one.statute for one in record.redactions))
        told = (record.control, hit.account, hit.kind, _pacific(hit.posted_at), poster, record.verdict.value)
        yield _csv_line([cell(value) for value in (*told, under, " ".join(files_of(hit, files)), page)])


def _own(record: Released) -> dict[str, str]:
    return {"control": record.control, "redactions": "; ".join(map(redaction_in_words, record.redactions))}


def redaction_in_words(redaction: Redaction) -> str:
    """text: telephone number (Gov. Code 7928.300)"""
    return f"{redaction.where}: {redaction.label} ({redaction.statute})"


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
    if value[:1].isalnum() and "\0" not in value:  # as most are
        return value
    text = value.replace("\0", "␀")
    return f"'{text}" if value.lstrip(" \n\"'")[:1] in _STARTS_FORMULA else text


def _pacific(moment: datetime | None) -> datetime | None:
    return None if moment is None else moment.astimezone(PACIFIC)


def json_lines(records: Iterable[Released], files: Mapping[str, str]) -> Iterator[bytes]:
    """One record a line, with `files`: the paths of its media in the bundle."""
    for record in records:
        own = {"control": record.control, "redactions": msgspec.to_builtins(record.redactions)}
        line: dict[str, Any] = own | msgspec.to_builtins(record.hit) | {"files": files_of(record.hit, files)}
        yield msgspec.json.encode(line) + b"\n"


def files_of(hit: Hit, files: Mapping[str, str]) -> list[str]:
    return [files[kept.sha256] for kept in hit.media if kept.sha256]


def write_parquet(records: Sequence[Released], path: Path) -> None:
    """All records as one Parquet file, page checksums written, a few thousand rows at a time."""
    with pq.ParquetWriter(path, _WITH_OWN, compression="zstd", write_page_checksum=True) as writer:
        for start in range(0, max(len(records), 1), _BATCH):
            some = records[start : start + _BATCH]
            table = to_table(record.hit for record in some)
            for at, name in enumerate(_OWN):
                table = table.add_column(at, name, pa.array([_own(one)[name] for one in some], pa.string()))
            writer.write_table(table)
