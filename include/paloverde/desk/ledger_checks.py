"""Checks of the whole ledger that somebody at the desk has begun, and what came of each.

    <home>/checks/<number of the work>.json

What is kept here is for reading again for a while; whoever wants to be sure checks again.
"""

from __future__ import annotations

import hashlib
import re
from datetime import datetime
from pathlib import Path

import msgspec

from paloverde.archive.log.notes import Head
from paloverde.archive.log.walk import Report
from paloverde.desk.jobs import Progress
from paloverde.installation import Installation

_KEPT = 50
_NAME = re.compile(r"[0-9a-f]{32}")


class Checked(msgspec.Struct, frozen=True):
    """What a check found."""

    at: datetime
    entries: int
    report: Report
    compared: int | None  # over how many entries the head was that somebody had kept
    head_sha256: str = ""  # of that head

    @property
    def is_whole(self) -> bool:
        return not self.report.wrong and not self.report.unvouched


def check(city: Installation, progress: Progress, kept: Head | None) -> Checked:
    """Check the chain of all entries, then the published log; keeps what was found.

    Raises `ArchiveDamaged` where an entry does not follow from the one before it.
    """
    progress("The entries are read, each with its signature and the hash of the one before it.")
    entries = city.ledger.entries()
    report = Report(checked=[f"All {len(entries):,} entries follow from one another, and each is signed."])
    if city.log.has_head:
        progress("The signed heads and the published log are computed again.", 0.5)
        log = city.log.check(kept, ())
        log.checked = [*report.checked, *log.checked]
        report = log
    else:
        report.limits.append(
            "No signed head was published yet, so that nobody outside can vouch for the ledger."
        )
    checked = Checked(city.vault.clock(), len(entries), report, kept.size if kept else None, sha256_of(kept))
    _keep(_folder(city), progress.id, checked)
    return checked


def find(city: Installation, id_: str) -> Checked | None:
    """What a check found; None where it is not kept (any more)."""
    path = _folder(city) / f"{id_}.json"
    if not _NAME.fullmatch(id_) or not path.is_file():
        return None
    return msgspec.json.decode(path.read_bytes(), type=Checked)


def sha256_of(head: Head | None) -> str:
    """The SHA-256 of a signed head, by which somebody knows it for the one that was kept."""
    return hashlib.sha256(head.whole().encode()).hexdigest() if head else ""


def _folder(city: Installation) -> Path:
    return city.settings.home / "checks"


def _keep(folder: Path, id_: str, checked: Checked) -> None:
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    half = folder / f"{id_}.half"
    half.write_bytes(msgspec.json.encode(checked))
    half.replace(folder / f"{id_}.json")
    newest_first = sorted(folder.glob("*.json"), key=lambda path: path.stat().st_mtime, reverse=True)
    for old in newest_first[_KEPT:]:
        old.unlink(missing_ok=True)
