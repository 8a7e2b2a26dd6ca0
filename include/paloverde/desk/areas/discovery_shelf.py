"""Where the desk keeps the volumes of productions: on this machine's disk, for this user alone.

    <home>/productions/PROD-2026-0001/<what it is built from>/VOL001.zip …

A folder is named after what its volumes are built from, so that an interrupted build is gone on with. The
volumes of a production that were built last are kept; those before go once these are whole.
"""

from __future__ import annotations

import hashlib
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import msgspec

from paloverde.bundles.box import digest_of
from paloverde.errors import BadQuestion, Suspicious
from paloverde.installation import Installation
from paloverde.productions.docket import Docket
from paloverde.productions.hashes import HASHES, SIGNED
from paloverde.productions.order import Built
from paloverde.productions.report import REPORT, Report
from paloverde.productions.resuming import is_begun

_NAMED = 16  # characters of a hash that name a folder
_PIECE = 1 << 20  # bytes
_WHOLE = "Exactly this lies at the desk already, whole: tick that it is to be built anew, or leave it."
_BEGUN = "A build was interrupted, or is under way: it is gone on with after its last whole volume."


class File(NamedTuple):
    """A file of a production; `sha256` is "" where it is not on the list of all files."""

    name: str
    what: str
    size: int
    sha256: str


def folder_for(city: Installation, number: str, basis: str) -> Path:
    """The folder for volumes that are built from that basis."""
    return _of(city, number) / basis[:_NAMED]


def folder_of(city: Installation, docket: Docket) -> Path | None:
    """The folder of the volumes that were built last; None where they were built elsewhere."""
    built = docket.last(Built)
    if built is None:
        return None
    folders = (folder for folder in _folders(city, docket.number) if (folder / HASHES).exists())
    return next((one for one in folders if digest_of(one / HASHES) == built.hashes), None)


def is_whole(folder: Path) -> bool:
    """Whether whole volumes lie in a folder, and are filed."""
    return (folder / HASHES).exists() and not is_begun(folder)


def left_in(folder: Path) -> str:
    """What lies in a folder already, in a sentence; "" where nothing does."""
    if not folder.exists():
        return ""
    return _WHOLE if is_whole(folder) else _BEGUN


def keep_only(city: Installation, number: str, folder: Path) -> None:
    """Throw away what was built of a production before."""
    for other in _folders(city, number):
        if other != folder:
            shutil.rmtree(other)


def forget(city: Installation, number: str) -> None:
    """Throw away all that was built of a production."""
    if _of(city, number).exists():
        shutil.rmtree(_of(city, number))


def report_of(folder: Path) -> Report:
    """What the volumes in a folder are, in figures."""
    return msgspec.json.decode((folder / REPORT).with_suffix(".json").read_bytes(), type=Report)


def files_of(folder: Path, built: Built) -> list[File]:
    """The files that make up a production, its volumes first."""
    told = _listed(folder)
    volumes = [
        File(one.file, f"{one.first} to {one.last}", one.size, one.sha256)
        for one in report_of(folder).volumes
    ]
    report, figures = REPORT, Path(REPORT).with_suffix(".json").name
    beside = (
        (report, "the production report", told.get(report, "")),
        (figures, "the same as data", told.get(figures, "")),
        (HASHES, "the SHA-256 of every file", built.hashes),
        (SIGNED, "the City’s signature over that list", ""),
    )
    return [
        *volumes,
        *(File(name, what, (folder / name).stat().st_size, sha256) for name, what, sha256 in beside),
    ]


def pieces(file: Path, sha256: str) -> Iterator[bytes]:
    """A file, bit by bit. Its last piece comes only where all were as they were built; else `Suspicious`
    breaks it off.
    """
    digest, held = hashlib.sha256(), b""
    with file.open("rb") as opened:
        while piece := opened.read(_PIECE):
            digest.update(piece)
            if held:
                yield held
            held = piece
    if sha256 and digest.hexdigest() != sha256:
        raise Suspicious(f"{file} is not as it was built: build the volumes again.")
    yield held


def refuse_missing(folder: Path | None, number: str) -> Path:
    """The folder; `BadQuestion` where the volumes do not lie at the desk."""
    if folder is None:
        raise BadQuestion(
            f"The volumes of {number} that were built last do not lie at the desk: they were built at the "
            "server, or thrown away since. Build them here, or go on at the server."
        )
    return folder


def _listed(folder: Path) -> dict[str, str]:
    """The SHA-256 of each file beside the volumes, as the list of all files has it."""
    lines = (line.partition("  ") for line in (folder / HASHES).read_text(encoding="utf-8").splitlines())
    return {name: sha256 for sha256, _, name in lines if "/" not in name}


def _folders(city: Installation, number: str) -> list[Path]:
    of = _of(city, number)
    return sorted(one for one in of.iterdir() if one.is_dir()) if of.exists() else []


def _of(city: Installation, number: str) -> Path:
    return city.settings.home / "productions" / number
