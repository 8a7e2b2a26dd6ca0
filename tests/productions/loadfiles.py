"""Readers of load files, written from the formats' descriptions (rulebook F-1, F-2), not from our writers."""

from __future__ import annotations

import zipfile
from pathlib import Path
from typing import NamedTuple


def read_dat(body: bytes) -> list[dict[str, str]]:
    """Concordance: a line a document, þ around each value, character 20 between; the first line names them."""
    assert body.startswith(b"\xef\xbb\xbf")
    lines = body[3:].decode("utf-8").split("\r\n")
    assert lines.pop() == ""
    rows = [_cells(line) for line in lines]
    header = rows.pop(0)
    assert all(len(row) == len(header) for row in rows)
    return [dict(zip(header, row, strict=True)) for row in rows]


def _cells(line: str) -> list[str]:
    cells = line.split(chr(20))
    for cell in cells:
        assert cell[0] == cell[-1] == chr(254)
        assert chr(254) not in cell[1:-1]
        assert not {"\n", "\r", "\u2028", "\x85"} & {*cell}
    return [cell[1:-1] for cell in cells]


class Page(NamedTuple):
    """A line of an Opticon file."""

    id: str
    volume: str
    path: str
    is_first: bool
    pages: int | None


def read_opt(body: bytes) -> list[Page]:
    """Opticon: seven fields by commas, no header, no quotes, CRLF; the number of pages on a document's first."""
    lines = body.decode("utf-8").split("\r\n")
    assert lines.pop() == ""
    found = []
    for line in lines:
        page, volume, path, first, folder, box, pages = line.split(",")
        assert first in ("Y", "")
        assert folder in ("Y", "")
        assert box in ("Y", "")
        assert bool(pages) == bool(first)
        found.append(Page(page, volume, path, first == "Y", int(pages) if pages else None))
    assert not found or found[0].is_first
    return found


def file_at(volume: Path, link: str) -> bytes:
    r"""What a link of a load file leads to: `.\VOL001\TEXT\0001\PDC0000001.txt` in the zip of the volume."""
    assert link.startswith(".\\")
    with zipfile.ZipFile(volume) as zipped:
        return zipped.read(link.removeprefix(".\\").replace("\\", "/"))


def member(volume: Path, ending: str) -> bytes:
    """The one file of a volume whose name ends so."""
    with zipfile.ZipFile(volume) as zipped:
        (name,) = [name for name in zipped.namelist() if name.endswith(ending)]
        return zipped.read(name)
