"""The formats that are read, in one list; and which one a file is of, where nobody says."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from zoneinfo import ZoneInfo

import msgspec

from paloverde.errors import BadQuestion
from paloverde.imports.linkedin import read_linkedin
from paloverde.imports.mail import ENDINGS, read_mail
from paloverde.imports.members import Member, Sources
from paloverde.imports.meta import read_meta
from paloverde.imports.moved import LINES, read_records
from paloverde.imports.said import Reader, Task, Wish
from paloverde.imports.takeout import read_takeout
from paloverde.imports.uploads import read_uploads
from paloverde.imports.x import read_x
from paloverde.records import PACIFIC, Account, Provenance

Owns = Callable[[Member, Task], bool]


def _all(member: Member, task: Task) -> bool:
    del member, task
    return True


def _exchanges_of(member: Member, task: Task) -> bool:
    """Of a folder that moves in, beside what is read: the account's raw exchanges."""
    return not _is_moved(member) or member.path.startswith(f"exchanges/account={task.account.slug}/")


def _is_moved(member: Member) -> bool:
    """Whether a file lies where `paloverde export` puts it."""
    return member.path in ("manifest.json", "README.txt") or member.path.startswith(
        ("records/", "removed/", "exchanges/", "media/", "sealed/", "runs/", "ledger/")
    )


class Format(msgspec.Struct, frozen=True):
    """A format: who reads it, how good its evidence is, which members are kept beside those that are read."""

    read: Reader
    provenance: Provenance
    about: str
    owns: Owns = _all
    zone: ZoneInfo = ZoneInfo("UTC")  # of times that name none


FORMATS: dict[str, Format] = {
    "x": Format(read_x, Provenance.EXPORT, "the archive of an account that X gives"),
    "meta": Format(read_meta, Provenance.EXPORT, "the download of Facebook or Instagram, in JSON"),
    "takeout": Format(read_takeout, Provenance.EXPORT, "Google Takeout of a YouTube channel"),
    "linkedin": Format(read_linkedin, Provenance.EXPORT, "the download of LinkedIn, or tables of it"),
    "table": Format(
        read_records, Provenance.UPLOAD, "a table (CSV) of any site, its columns named by --map", zone=PACIFIC
    ),
    "mail": Format(read_mail, Provenance.FORWARDED, "e-mails: .eml files or .mbox boxes"),
    "files": Format(read_uploads, Provenance.UPLOAD, "pictures, PDFs and other files as they are"),
    "records": Format(
        read_records, Provenance.RECORDS, "our own record form, from another archiver", _exchanges_of
    ),
}
_OF_SITE = {
    "x": "x", "facebook": "meta", "instagram": "meta", "youtube": "takeout", "linkedin": "linkedin",
}  # fmt: skip
# These sites offer their downloads in HTML too, which has no exact times.
_GIVES_HTML, _HTML = ("facebook", "instagram", "youtube"), (".html", ".htm")
_EXPORTED = (".js", ".json", ".csv")


def format_of(sources: Sources, platform: str) -> str:
    """The name of the format that the handed-in files seem to be of, by their endings and the site."""
    endings = {member.ending for member in sources.members}
    if endings & {".jsonl", ".ndjson"}:
        return "records"
    if endings & set(_EXPORTED) and platform in _OF_SITE:
        return _OF_SITE[platform]
    if endings & set(ENDINGS):
        return "mail"
    if platform in _GIVES_HTML and any(one.ending in _HTML and one.path for one in sources.members):
        return _OF_SITE[platform]  # which says what to ask for instead
    if ".csv" in endings:
        return "table"
    return "files" if not endings & set(LINES) else "records"


def task_of(wish: Wish, name: str, account: Account, now: datetime) -> Task:
    """What is to be done for a format. Raises `BadQuestion` where a declaration is missing."""
    format_ = FORMATS[name]
    declared = Provenance.PERSONAL_DEVICE if wish.declaration else format_.provenance
    provenance = wish.provenance or declared
    if provenance is Provenance.PERSONAL_DEVICE and wish.declaration is None:
        raise BadQuestion(
            "Files of a personal device need the custodian's declaration: who hands them in, on which day, "
            "and in which words (--custodian, --declared, --declaration)."
        )
    return Task(
        account=account,
        now=now,
        provenance=provenance,
        columns=wish.columns,
        zone=wish.zone or format_.zone,
        kind=wish.kind,
        declaration=wish.declaration,
    )
