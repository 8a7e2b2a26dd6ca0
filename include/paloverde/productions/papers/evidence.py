"""What the archive can say of a production as evidence: figures, each with the place that it is read from."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime

import msgspec

from paloverde.archive.seal import Seal
from paloverde.bundles.wording import origin
from paloverde.productions.document import Production, Treatment
from paloverde.productions.report import Report
from paloverde.records import archive_day
from paloverde.search.hits import Hit
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
    records: int
    runs: int
    first: int
    last: int
    since: date
    until: date
    versions: tuple[str, ...]
    ways: tuple[str, ...]  # how the records came, in words


def captured(records: Iterable[Hit], seals: Mapping[int, Seal]) -> tuple[Captured, ...]:
    """How the records of each account were captured, by the seals of their runs."""
    by_account: dict[str, list[Hit]] = {}
    for hit in records:
        by_account.setdefault(hit.account, []).append(hit)
    return tuple(_captured(hits, seals) for _, hits in sorted(by_account.items()))


def _captured(hits: Sequence[Hit], seals: Mapping[int, Seal]) -> Captured:
    numbers = sorted({hit.sequence for hit in hits})
    runs = [seals[number].run for number in numbers if number in seals]
    days = [run.day for run in runs] or [archive_day(hit.observed_at) for hit in hits]
    ways = {origin(hit) or "not noted" for hit in hits}
    return Captured(
        account=hits[0].account,
        platform=hits[0].platform,
        records=len(hits),
        runs=len(numbers),
        first=numbers[0],
        last=numbers[-1],
        since=min(days),
        until=max(days),
        versions=tuple(sorted({run.code_version for run in runs})),
        ways=tuple(sorted(ways)),
    )


class Checked(msgspec.Struct, frozen=True):
    """A check that the stored bytes are what was sealed: when, of how many objects, how many were not."""

    at: datetime
    objects: int
    damaged: int


class Evidence(msgspec.Struct, frozen=True, kw_only=True):
    """All of it. `head` is the size of the ledger's signed head that counts every run of the production;
    `stamps` are the times of timestamping services under it. `gaps` say what could not be captured.
    """

    report: Report
    accounts: tuple[Captured, ...]
    list_sha256: str  # of the signed list of all files
    key: str  # the City's public key that signed it
    head: int = 0
    stamps: tuple[tuple[str, datetime], ...] = ()
    checked: Checked | None = None
    gaps: tuple[str, ...] = ()

    @property
    def production(self) -> Production:
        return self.report.production

    def treated(self, how: Treatment) -> int:
        """How many documents were produced so."""
        return self.report.tally.treatments.get(how.value, 0)


def figures(evidence: Evidence) -> Sequence[Figure]:
    """Every figure that the papers of a production may state."""
    production = evidence.production
    runs = sum(account.runs for account in evidence.accounts)
    report, tally = evidence.report, evidence.report.tally
    return [
        Figure("documents", some(tally.documents, "document"), "REPORT.json; load file of each volume"),
        Figure("pages", some(tally.pages, "page"), "REPORT.json; Opticon file of each volume"),
        Figure("reach", f"{report.first} to {report.last}", "register of Bates numbers"),
        Figure("withheld", some(evidence.treated(Treatment.WITHHELD), "document"), "privilege log"),
        Figure("redacted", some(evidence.treated(Treatment.REDACTED), "document"), "privilege log"),
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
