"""What a custodian hands in, before it is archived: which of it are e-mails, whose account it goes under, and
the list of all files with who forwarded what.
"""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections.abc import Callable, Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import NamedTuple

import msgspec

from paloverde.archive.registry import OTHER
from paloverde.capture.importreport import ImportReport
from paloverde.errors import BadQuestion, Unreadable
from paloverde.imports.forwarding import How, forwards
from paloverde.imports.mail import ENDINGS
from paloverde.imports.members import Member, open_sources
from paloverde.imports.said import Declaration, Wish
from paloverde.records import Account, Holder, Provenance
from paloverde.requests.custodians import Custodian
from paloverde.requests.events import Imported
from paloverde.retention.holds import person
from paloverde.wording import spoken

_NOT_PLAIN = re.compile(r"[^a-z0-9]+")
_LONGEST = 60


class HandIn(msgspec.Struct, frozen=True, kw_only=True):
    """What is said of files that are handed in, on a Pacific day (today).

    `account` is under which they are archived, "" one of the custodian's own. `statement` and `declared_on`
    are what the custodian declares of files that are no e-mails; empty what the filed statement says.
    """

    account: str = ""
    on: date | None = None
    statement: str = ""
    declared_on: date | None = None


class Group(NamedTuple):
    """Files that are archived together, and as what."""

    paths: list[Path]
    wish: Wish


class Counted(NamedTuple):
    """Of what was handed in: its files, the e-mails in them, those from an address of the custodian."""

    files: int
    messages: int
    matched: int


class _File(msgspec.Struct, frozen=True):
    """A line of the list: a file as it was handed in. "" where it could not be read."""

    file: str
    size: int
    sha256: str


def groups(paths: Sequence[Path], declared: Callable[[], Declaration]) -> list[Group]:
    """E-mails and everything else apart. `BadQuestion` where a folder or zip file holds both, or two files
    bear one name; `declared` is asked for where there is anything but e-mails.
    """
    if not paths:
        raise BadQuestion("Name the files that are handed in.")
    _refuse_twins(paths)
    mails, others = list[Path](), list[Path]()
    for path in paths:
        (mails if _holds_mail(path) else others).append(path)
    found = [Group(mails, Wish(format="mail", provenance=Provenance.FORWARDED))] if mails else []
    if others:
        wish = Wish(format="files", provenance=Provenance.PERSONAL_DEVICE, declaration=declared())
        found.append(Group(others, wish))
    return found


def listed(paths: Sequence[Path], known: Mapping[str, str], name: str) -> tuple[bytes, Counted]:
    """The list of what was handed in, a JSON object a line: each file with its hash, then each e-mail with
    who forwarded it and whose it was before. `known` are people by their addresses, `name` whoever hands in.
    """
    with open_sources(paths) as sources:
        files = [_File(member.name, member.size, _hashed(member)) for member in sources.members]
        mails = list(forwards(sources.members, known))
    read = {(one.file, one.sha256): one.custodian for one in mails if one.how is not How.UNREAD}
    matched = sum(person(custodian) == person(name) for custodian in read.values())
    body = b"".join(msgspec.json.encode(line) + b"\n" for line in (*files, *mails))
    return body, Counted(len(files), len(read), matched)


def account_of(name: str) -> Account:
    """The account under which what somebody hands in is archived where no other is named."""
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    slug = _NOT_PLAIN.sub("-", plain).strip("-")[:_LONGEST].strip("-")
    slug = slug or hashlib.sha256(person(name).encode()).hexdigest()[:12]
    return Account(f"custodian-{slug}", OTHER, person(name), name, Holder.OFFICIAL)


def _holds_mail(path: Path) -> bool:
    with open_sources([path]) as sources:
        are_mails = {member.ending in ENDINGS for member in sources.members}
    if len(are_mails) > 1:
        raise BadQuestion(
            f"{path.name} holds e-mails and other files: put the e-mails into a folder of their own, and "
            "hand in both. Nothing was archived."
        )
    return True in are_mails


def _refuse_twins(paths: Sequence[Path]) -> None:
    names = [path.name for path in paths]
    if twins := sorted({name for name in names if names.count(name) > 1}):
        raise BadQuestion(f"Two files are named {twins[0]}: give one another name. Nothing was archived.")


def _hashed(member: Member) -> str:
    digest = hashlib.sha256()
    try:
        for chunk in member.chunks():
            digest.update(chunk)
    except Unreadable:
        return ""
    return digest.hexdigest()


def declared(one: Custodian, told: HandIn) -> Declaration:
    """What the custodian declares of files: as told now, else as the filed statement has it."""
    if told.statement.strip() and told.declared_on:
        return Declaration(one.name, told.declared_on.isoformat(), told.statement.strip())
    if one.answer is not None and one.answer.affidavit is not None:
        return Declaration(one.name, one.answer.affidavit.made_on.isoformat(), one.answer.answer)
    raise BadQuestion(
        f"Files that are no e-mails need what {one.name} declares of them: file the statement first, or give "
        "its words and its day with them. Nothing was archived."
    )


def check_declared(told: HandIn, today: date) -> None:
    """`BadQuestion` where what is declared lacks its words or its day: one alone would be left out unseen."""
    if bool(told.statement.strip()) != (told.declared_on is not None):
        raise BadQuestion(
            "What the custodian declares needs its words and its day: give both, or neither. Nothing was "
            "archived."
        )
    if told.declared_on is not None and told.declared_on > today:
        raise BadQuestion(
            f"The declaration is of {spoken(told.declared_on)}, and today is {spoken(today)}. Nothing was "
            "archived."
        )


def imported(group: Group, report: ImportReport) -> Imported:
    """A run of the archive, as the event of what was handed in notes it."""
    provenance = group.wish.provenance.value if group.wish.provenance else report.provenance
    return Imported(report.sequence, provenance, report.records, report.unread_count)


def check_name(path: Path) -> None:
    """`BadQuestion` where a file has a name that no list can show."""
    if not path.name.isprintable():
        raise BadQuestion(
            f"The name of the file {path.name!r} has characters that cannot be kept: give it another one."
        )
