"""The formats that are read, in one list; and which one a file is of, where nobody says."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime
from zoneinfo import ZoneInfo

import msgspec

from paloverde.errors import BadQuestion, Unreadable
from paloverde.imports.attached import ARCHIVE_ENDINGS, TEXT_ENDINGS
from paloverde.imports.downloads import download_in, holds_pages
from paloverde.imports.feed import is_feed, read_feed
from paloverde.imports.linkedin import is_of_linkedin, read_linkedin
from paloverde.imports.mail import ENDINGS, read_mail
from paloverde.imports.members import Member, Sources
from paloverde.imports.meta import is_said, read_meta
from paloverde.imports.moved import read_records, says_records
from paloverde.imports.origin import ARCHIVE
from paloverde.imports.said import Reader, Task, Wish
from paloverde.imports.takeout import is_of_takeout, read_takeout
from paloverde.imports.uploads import read_uploads
from paloverde.imports.x import is_of_x, read_x
from paloverde.records import PACIFIC, Account, Provenance, archive_day

Owns = Callable[[Member, Task], bool]


def _all(member: Member, task: Task) -> bool:
    del member, task
    return True


def _exchanges_of(member: Member, task: Task) -> bool:
    """Of a folder that moves in, beside what is read: the account's raw exchanges."""
    return not _is_moved(member) or member.path.startswith(f"exchanges/account={task.account.slug}/")


def _is_moved(member: Member) -> bool:
    """Whether a file lies where `paloverde export` puts it."""
    return member.path in ("manifest.json", "README.txt", "accounts.json", ARCHIVE) or member.path.startswith(
        ("records/", "removed/", "exchanges/", "media/", "sealed/", "runs/", "ledger/", "papers/", "bundles/")
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
    "feed": Format(
        read_feed, Provenance.UPLOAD, "the feed of a blog or newsroom (RSS or Atom), as its address answers"
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
_GIVES_HTML = ("facebook", "instagram", "youtube")
_TOLD = (*TEXT_ENDINGS, *ARCHIVE_ENDINGS)


def format_of(sources: Sources, platform: str, wish: Wish) -> str:
    """The name of the format that the handed-in files are of, by what is in them.

    Raises `Unreadable` where that is not plain: to guess would be to read private words as public ones.
    """
    endings = {member.ending for member in sources.members}
    if endings & {".jsonl", ".ndjson"}:
        return "records"
    own = _OF_SITE.get(platform)
    if own is not None and _is_download(own, sources, platform):
        return own
    if endings & set(ENDINGS):
        return "mail"
    if sources.members and all(is_feed(member) for member in sources.members):
        return "feed"
    if any(member.ending == ".csv" and says_records(member, wish.columns) for member in sources.members):
        return "table"
    if endings and not endings & set(_TOLD):
        return "files"
    raise Unreadable(
        f"{sources.handed[0].name} is not recognized: name what it is with --format "
        f"({', '.join(FORMATS)}). --format files keeps it as it is, unread."
    )


def _is_download(name: str, sources: Sources, platform: str) -> bool:
    """Whether the files are the download that the account's own site gives."""
    members = sources.members
    if download_in(member.path or member.file_name for member in members) == name:
        return True
    if platform in _GIVES_HTML and holds_pages(member.path for member in members):
        return True  # its reader says what to ask for instead
    return any(_KNOWN_BY[name](member) for member in members)


_KNOWN_BY: dict[str, Callable[[Member], bool]] = {
    "x": is_of_x,
    "meta": lambda member: member.ending == ".json" and is_said(member),
    "takeout": is_of_takeout,
    "linkedin": is_of_linkedin,
}


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
    if wish.declaration and date.fromisoformat(wish.declaration.day) > archive_day(now):
        raise BadQuestion(
            f"The declaration cannot be of {wish.declaration.day}, a day that has not come: check --declared."
        )
    return Task(
        account=account,
        now=now,
        provenance=provenance,
        columns=wish.columns,
        zone=wish.zone or format_.zone,
        kind=wish.kind,
        declaration=wish.declaration,
        public=wish.public,
    )
