"""The list of hashes of a production: every file as CSV, and the paper that stands beside it. Pure."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from pathlib import Path

import msgspec

from paloverde.bundles.tables import cell
from paloverde.errors import ArchiveDamaged
from paloverde.productions.hashes import HASHES, SIGNED, files_of
from paloverde.productions.papers.evidence import Piece
from paloverde.productions.report import Report, volumes_table
from paloverde.requests.paper import Block, Facts, Grid, Heading, Paper, Paragraph
from paloverde.wording import some, zoned_moment

_MOST_ROWS = 1_000  # on paper; the CSV has them all


class Listed(msgspec.Struct, frozen=True, kw_only=True):
    """A file of a volume. `begin` is the Bates number of its document, "" where it belongs to none alone;
    `archived` the SHA-256 by which the archive sealed what it was made of, of native files alone.
    """

    volume: str
    path: str
    begin: str
    sha256: str
    md5: str
    size: int
    archived: str = ""

    @property
    def is_native(self) -> bool:
        return self.path.startswith("NATIVES/")


COLUMNS = Listed.__struct_fields__


class Signed(msgspec.Struct, frozen=True, kw_only=True):
    """The signed list of a production: its SHA-256, how and with which key, when all was compared with it."""

    sha256: str
    algorithm: str
    key: str
    compared_at: datetime


def listed(folder: Path, report: Report, pieces: Iterable[Piece]) -> Iterator[Listed]:
    """Every file of the volumes, with the document that it belongs to.

    `ArchiveDamaged` where a native file is neither what was archived nor a redacted copy of it.
    """
    by_begin = {one.begin: one for one in pieces}
    for volume in report.volumes:
        for file in files_of(folder / volume.file):
            stem = Path(file.path).stem
            one = by_begin.get(stem)
            told = Listed(
                volume=volume.name, path=file.path, begin=stem if one else "", sha256=file.sha256,
                md5=file.md5, size=file.size,
            )  # fmt: skip
            if one is not None and told.is_native:
                told = msgspec.structs.replace(told, archived=one.archived)
                _refuse_another(one, told)
            yield told


def as_csv(files: Iterable[Listed]) -> bytes:
    """All files as CSV (RFC 4180, UTF-8 with a byte order mark, as spreadsheets open it)."""
    out = io.StringIO(newline="")
    writer = csv.writer(out)
    writer.writerow(COLUMNS)
    writer.writerows([cell(getattr(one, name)) for name in COLUMNS] for one in files)
    return out.getvalue().encode("utf-8-sig")


def hash_list(report: Report, signed: Signed, files: Sequence[Listed], csv_sha256: str) -> Paper:
    """The paper; it names the CSV by its SHA-256."""
    title = f"Hash list of production {report.production.name}"
    return Paper(title, tuple(_blocks(title, report, signed, files, csv_sha256)))


def _blocks(
    title: str, report: Report, signed: Signed, files: Sequence[Listed], csv_sha256: str
) -> Iterator[Block]:
    production = report.production
    natives = [one for one in files if one.is_native]
    same = sum(one.sha256 == one.archived for one in natives)
    yield Heading(title, 1)
    yield Facts(
        (
            ("Matter", production.matter),
            ("Produced by", production.agency),
            ("Numbers", f"{report.first} to {report.last}"),
            ("Files in the volumes", f"{len(files):,}"),
            ("SHA-256 of the list of all files", f"{signed.sha256} ({HASHES})"),
            ("Its signature", f"{signed.algorithm}, key {signed.key} ({SIGNED})"),
            ("SHA-256 of the CSV beside this paper", csv_sha256),
            ("Volumes compared with the list", zoned_moment(signed.compared_at)),
        )
    )
    yield Paragraph(
        f"Of {some(len(natives), 'native file')}, {same:,} {'has' if same == 1 else 'have'} the SHA-256 by "
        "which the archive sealed the record or the file when it was archived; the others are redacted "
        "copies. No person has signed this paper."
    )
    yield volumes_table(report)
    yield Heading("Native files")
    if not natives:
        yield Paragraph("No native file is produced.")
        return
    rows = [(one.begin, one.path, one.sha256, _compared(one)) for one in natives[:_MOST_ROWS]]
    yield Grid("Native files by number", ("Number", "File", "SHA-256", "As archived"), rows)
    if len(natives) > len(rows):
        more = some(len(natives) - len(rows), "more native file is", "more native files are")
        yield Paragraph(f"{more} in the CSV, with all other files.")


def _compared(one: Listed) -> str:
    return "the same" if one.sha256 == one.archived else "a redacted copy"


def _refuse_another(one: Piece, listed: Listed) -> None:
    if listed.sha256 != listed.archived and not one.is_painted:
        raise ArchiveDamaged(
            f"The native file of {one.begin} is not what the archive sealed: compare the stored objects with "
            "`paloverde fixity`, and build the volumes again."
        )
