"""What a custodian hands in, before it is archived: which of it are e-mails, whose account it goes under, and
the list of all files with who forwarded what.
"""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

import msgspec

from paloverde.archive.registry import OTHER
from paloverde.errors import BadQuestion, Unreadable
from paloverde.imports.forwarding import How, forwards
from paloverde.imports.mail import ENDINGS
from paloverde.imports.members import Member, open_sources
from paloverde.imports.said import Declaration, Wish
from paloverde.records import Account, Holder, Provenance
from paloverde.retention.holds import person

_NOT_PLAIN = re.compile(r"[^a-z0-9]+")
_LONGEST = 60


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
