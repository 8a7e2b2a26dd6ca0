"""What a search covered: the runs of each account, and which of them its records come from."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from datetime import date

import msgspec

from paloverde.archive.reader import Archive
from paloverde.archive.seal import Draft, RunKind
from paloverde.requests.redaction import Released
from paloverde.search.answer import Answer


class RunsOf(msgspec.Struct, frozen=True):
    """What the runs of one account came to, for the coverage page."""

    account: str
    runs: int
    first: date | None
    last: date | None
    complete: int
    unfinished: int
    gaps: int


class RunTold(msgspec.Struct, frozen=True):
    """All that a bundle tells of a run: `seal` is the SHA-256 of its seal, `previous` of the seal before it.

    The seal itself stays with the City: it names whatever its run found, private and withheld things too, and
    its digest of what was found would show whether somebody's guess of a redacted word is right. Its hash
    shows nothing of that, since the City's signature is in the seal.
    """

    sequence: int
    seal: str
    previous: str
    account: str
    day: date


def runs_told(archive: Archive, answer: Answer, records: Sequence[Released]) -> Iterator[RunTold]:
    """The runs that the records come from, and the last one searched."""
    wanted = {record.hit.sequence for record in records} | {answer.searched.last_seal}
    for seal in archive.seals():
        if seal.sequence in wanted:
            sha256 = hashlib.sha256(msgspec.json.encode(seal, order="sorted")).hexdigest()
            yield RunTold(seal.sequence, sha256, seal.previous, seal.run.account, seal.run.day)


def runs_of(archive: Archive, answer: Answer) -> Iterator[RunsOf]:
    """What the runs that were searched came to, account by account."""
    by_account = {account: _Counted() for account in answer.searched.accounts}
    for seal in archive.seals() if by_account else ():
        if seal.sequence <= answer.searched.last_seal and seal.run.account in by_account:
            by_account[seal.run.account].add(seal.run)
    for account, told in by_account.items():
        first, last = min(told.nights, default=None), max(told.nights, default=None)
        yield RunsOf(account, told.runs, first, last, told.complete, told.unfinished, told.gaps)


class _Counted:
    """The runs of one account, counted as they are read: a county has too many to hold."""

    def __init__(self) -> None:
        self.runs = self.complete = self.unfinished = self.gaps = 0
        self.nights = set[date]()

    def add(self, run: Draft) -> None:
        self.runs += 1
        if run.kind is RunKind.NIGHT:
            self.nights.add(run.day)
        listings = run.coverage.listings
        complete = sum(listing.complete for listing in listings)
        self.complete += complete
        self.unfinished += len(listings) - complete
        self.gaps += len(run.coverage.gaps)


def coverage(answer: Answer, runs: Sequence[RunsOf]) -> dict[str, object]:
    """The same as plain values for JSON, with what the archive may be missing."""
    return {
        "searched": msgspec.to_builtins(answer.searched),
        "runs": msgspec.to_builtins(runs),
        "limits": msgspec.to_builtins(answer.limits),
        "limits_in_words": [str(limit) for limit in answer.limits],
        "standing": msgspec.to_builtins(answer.standing),
        "standing_in_words": [str(limit) for limit in answer.standing],
    }
