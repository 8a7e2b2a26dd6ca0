"""What a search covered: the runs of each account, and which of them its records come from."""

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
