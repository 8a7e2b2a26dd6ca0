"""What the archive knows of a production as evidence. Pure; `figures` says how papers state it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, datetime

import msgspec

from paloverde.archive.seal import RunKind
from paloverde.bundles.wording import ORIGINS
from paloverde.productions.docket import Docket
from paloverde.productions.document import Document, Production, Treatment
from paloverde.productions.order import ClawedBack
from paloverde.productions.report import Report
from paloverde.productions.sheets import name_of
from paloverde.records import Provenance, archive_day, is_kept_private
from paloverde.requests.exemptions import exemption
from paloverde.requests.redaction import Given


class Sealed(msgspec.Struct, frozen=True):
    """What the seal of a run says that a paper needs; `sha256` is that of the seal."""

    sequence: int
    sha256: str
    account: str
    kind: RunKind
    day: date
    started_at: datetime
    ended_at: datetime
    code_version: str


class Piece(msgspec.Struct, frozen=True, kw_only=True):
    """What the papers need of a document, which is much less than the document. `archived` is the SHA-256 by
    which the archive sealed what its native file is made of; `is_painted` a picture that was painted over.
    """

    control: str
    begin: str
    end: str
    account: str
    platform: str
    what: str
    run: int
    observed_at: datetime
    provenance: str
    treatment: Treatment
    requests: tuple[str, ...]
    is_record: bool
    archived: str
    is_painted: bool
    is_private: bool


def piece(document: Document) -> Piece:
    """The same document, as far as the papers tell of it."""
    hit, file = document.hit, document.file
    return Piece(
        control=document.control, begin=document.begin, end=document.end, account=hit.account,
        platform=hit.platform, what=name_of(document.rectype), run=hit.sequence, observed_at=hit.observed_at,
        provenance=hit.provenance or Provenance.API.value, treatment=document.treatment,
        requests=document.requests, is_record=file is None,
        archived=hit.payload_sha256 if file is None else file.source,
        is_painted=file is not None and file.given is Given.PAINTED,
        is_private=is_kept_private(hit.kind, hit.visibility),
    )  # fmt: skip


class Captured(msgspec.Struct, frozen=True, kw_only=True):
    """What of one account is in the production, and how it was captured: `runs` of them, from `first` to
    `last`, between the days `since` and `until`, with the versions of the program that made them. `answered`
    of the `records` are from the site's own answers.
    """

    account: str
    platform: str
    records: int
    answered: int
    runs: int
    first: int
    last: int
    since: date
    until: date
    versions: tuple[str, ...]
    ways: tuple[str, ...]  # how the records came, in words


class Natives(msgspec.Struct, frozen=True):
    """How many native files there are, and how many of them have the SHA-256 by which the archive sealed the
    record or the file.
    """

    files: int
    same: int


class Checked(msgspec.Struct, frozen=True, kw_only=True):
    """How far the stored objects of the runs were read again and compared with their seals: `read` of the
    `objects`, the longest unread last at `since`, the others up to `until`; `damaged` are not
    as they should be.
    """

    objects: int
    read: int
    damaged: int
    since: datetime | None = None
    until: datetime | None = None


class Head(msgspec.Struct, frozen=True, kw_only=True):
    """The signed head that the load files name by its root: over how many entries, how many of the runs they
    name, and what timestamping services put under it: which, the token's serial number, the time.
    """

    size: int
    counts: int
    stamps: tuple[tuple[str, str, datetime], ...] = ()


class Claimed(msgspec.Struct, frozen=True):
    """What was claimed back of a production: its numbers, the titles of the privileges, the Pacific day."""

    first: str
    last: str
    privileges: tuple[str, ...]
    on: date


class Evidence(msgspec.Struct, frozen=True, kw_only=True):
    """All of it. `named` is how many of the runs the ledger names, `alone` how many records are withheld with
    their whole family and have no numbers. `gaps` say what could not be captured of the accounts searched.
    """

    report: Report
    accounts: tuple[Captured, ...]
    list_sha256: str  # of the signed list of all files
    key: str  # the City's public key that signed it
    checked: Checked
    natives: Natives
    named: int = 0
    entries: int = 0  # of the ledger, when this was gathered
    head: Head | None = None
    gaps: tuple[str, ...] = ()
    alone: int = 0
    claimed: tuple[Claimed, ...] = ()

    @property
    def production(self) -> Production:
        return self.report.production

    @property
    def runs(self) -> int:
        return sum(account.runs for account in self.accounts)

    @property
    def records(self) -> int:
        return sum(account.records for account in self.accounts)

    def treated(self, how: Treatment) -> int:
        """How many documents were produced so."""
        return self.report.tally.treatments.get(how.value, 0)


def captured(pieces: Iterable[Piece], seals: Mapping[int, Sealed]) -> tuple[Captured, ...]:
    """How the records of each account were captured, by the seals of their runs."""
    found: dict[str, _Account] = {}
    for one in pieces:
        if one.is_record:
            found.setdefault(one.account, _Account(one.platform)).add(one)
    return tuple(one.captured(name, seals) for name, one in sorted(found.items()))


class _Account:
    """What is counted of one account."""

    def __init__(self, platform: str) -> None:
        self._platform, self._records, self._answered = platform, 0, 0
        self._runs: dict[int, date] = {}
        self._ways: dict[str, None] = {}

    def add(self, record: Piece) -> None:
        self._records += 1
        self._answered += record.provenance == Provenance.API.value
        self._runs[record.run] = archive_day(record.observed_at)
        known = record.provenance in set(Provenance)
        self._ways[ORIGINS[Provenance(record.provenance)] if known else record.provenance] = None

    def captured(self, name: str, seals: Mapping[int, Sealed]) -> Captured:
        numbers = sorted(self._runs)
        days = [seals[number].day if number in seals else self._runs[number] for number in numbers]
        versions = {seals[number].code_version for number in numbers if number in seals}
        return Captured(
            account=name, platform=self._platform, records=self._records, answered=self._answered,
            runs=len(numbers), first=numbers[0], last=numbers[-1], since=min(days), until=max(days),
            versions=tuple(sorted(versions)), ways=tuple(sorted(self._ways)),
        )  # fmt: skip


def claimed_of(docket: Docket) -> tuple[Claimed, ...]:
    """What was claimed back of a production, oldest first."""
    return tuple(
        Claimed(
            one.first, one.last, tuple(exemption(code).title for code in one.privileges), one.discovered_on
        )
        for one in docket.all(ClawedBack)
    )
