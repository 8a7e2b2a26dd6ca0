"""What a search covered: the runs of each account, and the seals of those that records come from."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from datetime import date

import msgspec

from paloverde.archive.reader import Archive
from paloverde.archive.seal import RunKind, Seal
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


def seals_of(
    archive: Archive, answer: Answer, records: Sequence[Released]
) -> Iterator[tuple[Seal, str, bytes]]:
    """The seals of the runs that the records come from, and the last one searched: each with its SHA-256 and
    its bytes.
    """
    wanted = {record.hit.sequence for record in records} | {answer.searched.last_seal}
    for seal in archive.seals():
        if seal.sequence in wanted:
            body = msgspec.json.encode(seal, order="sorted")
            yield seal, hashlib.sha256(body).hexdigest(), body


def runs_of(archive: Archive, answer: Answer) -> Iterator[RunsOf]:
    by_account: dict[str, list[Seal]] = {account: [] for account in answer.searched.accounts}
    for seal in archive.seals(answer.searched.accounts) if by_account else ():
        if seal.sequence <= answer.searched.last_seal:
            by_account[seal.run.account].append(seal)
    for account, seals in by_account.items():
        nights = [seal.run.day for seal in seals if seal.run.kind is RunKind.NIGHT]
        listings = [listing for seal in seals for listing in seal.run.coverage.listings]
        complete = sum(listing.complete for listing in listings)
        gaps = sum(len(seal.run.coverage.gaps) for seal in seals)
        first, last = min(nights, default=None), max(nights, default=None)
        yield RunsOf(account, len(seals), first, last, complete, len(listings) - complete, gaps)


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
