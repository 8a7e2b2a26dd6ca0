"""What the archive can say of a production as evidence: figures, each with the place that it is read from."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime

import msgspec

from paloverde.productions.document import Production
from paloverde.wording import some, zoned_moment


class Figure(msgspec.Struct, frozen=True):
    """A figure that a paper states, and where anybody finds it again."""

    name: str
    value: str
    source: str


class Captured(msgspec.Struct, frozen=True, kw_only=True):
    """What of one account is in the production, and how it was captured: runs from `first` to `last`, between
    the days `since` and `until`, with the versions of the program that made them.
    """

    account: str
    platform: str
    documents: int
    runs: int
    first: int
    last: int
    since: date
    until: date
    versions: tuple[str, ...]
    ways: tuple[str, ...]  # how the records came, in words


class Made(msgspec.Struct, frozen=True, kw_only=True):
    """A volume as it was built."""

    name: str
    file: str
    sha256: str
    size: int
    begin: str
    end: str
    documents: int


class Checked(msgspec.Struct, frozen=True):
    """A check that the stored bytes are what was sealed: when, of how many objects, how many were not."""

    at: datetime
    objects: int
    damaged: int


class Evidence(msgspec.Struct, frozen=True, kw_only=True):
    """All of it. `head` is the size of the ledger's signed head that counts every run of the production;
    `stamps` are the times of timestamping services under it. `gaps` say what could not be captured.
    """

    production: Production
    documents: int
    pages: int
    begin: str
    end: str
    withheld: int
    redacted: int
    accounts: tuple[Captured, ...]
    volumes: tuple[Made, ...]
    list_sha256: str  # of the signed list of all files
    key: str  # the City's public key that signed it
    head: int = 0
    stamps: tuple[tuple[str, datetime], ...] = ()
    checked: Checked | None = None
    gaps: tuple[str, ...] = ()
    limits: tuple[str, ...] = ()


def figures(evidence: Evidence) -> Sequence[Figure]:
    """Every figure that the papers of a production may state."""
    production = evidence.production
    runs = sum(account.runs for account in evidence.accounts)
    report = "production report"
    return [
        Figure("documents", some(evidence.documents, "document"), f"{report}; load file of each volume"),
        Figure("pages", some(evidence.pages, "page"), f"{report}; Opticon file of each volume"),
        Figure("reach", f"{evidence.begin} to {evidence.end}", "register of Bates numbers"),
        Figure("withheld", some(evidence.withheld, "document"), "privilege log"),
        Figure("redacted", some(evidence.redacted, "document"), "privilege log"),
        Figure("accounts", some(len(evidence.accounts), "account"), "table of accounts below"),
        Figure("runs", some(runs, "run"), "seals of the runs named in the table of accounts below"),
        Figure("software", production.software, "the seal of each run names the version that made it"),
        Figure("list", evidence.list_sha256, "SHA-256 of the signed list of all files"),
        Figure("key", evidence.key, "the City's public key; the ledger names each that was in use"),
        Figure("root", production.root or _UNKNOWN, _head(evidence)),
        Figure("stamps", _stamps(evidence), "timestamp tokens kept with the ledger's heads"),
        Figure("checked", _checked(evidence.checked), "ledger entries of the checks of stored objects"),
        Figure("gaps", some(len(evidence.gaps), "gap"), "coverage in the seal of each run; listed below"),
    ]


_UNKNOWN = "[not recorded]"


def _head(evidence: Evidence) -> str:
    return f"signed head of the ledger at {evidence.head:,} entries" if evidence.head else "no signed head"


def _stamps(evidence: Evidence) -> str:
    told = [f"{service}: {zoned_moment(at)}" for service, at in evidence.stamps]
    return "; ".join(told) or "none: no timestamping service has signed this head"


def _checked(checked: Checked | None) -> str:
    if checked is None:
        return "never: no check of the stored objects is on record"
    found = f"{some(checked.objects, 'object')}, {checked.damaged:,} not as sealed"
    return f"{zoned_moment(checked.at)}: {found}"
