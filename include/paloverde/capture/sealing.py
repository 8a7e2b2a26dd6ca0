"""The end of a run: its files into the store, its seal into the chain, once."""

from __future__ import annotations

from datetime import date, datetime

import msgspec

from paloverde import __version__
from paloverde.archive.commit import Committed, Outcome, already_sealed, commit, settle_pending
from paloverde.archive.seal import Coverage, Draft, RunKind
from paloverde.archive.vault import Vault
from paloverde.capture.spool import Spool
from paloverde.records import Account


class Run(msgspec.Struct, frozen=True):
    """What a run was for and what it came to."""

    account: Account
    day: date
    kind: RunKind
    started_at: datetime
    coverage: Coverage
    counts: dict[str, int]


def settle_last(vault: Vault, day: date) -> None:
    """Complete the last run where it died before its seal: whoever reads on knows then what it brought."""
    settle_pending(vault.store, vault.books, vault.locked_until(day))


def seal_run(vault: Vault, spool: Spool, run: Run, digest: str) -> Committed:
    """Store what lies on the spool and seal it, unless an equal run (by `digest`) is sealed already."""
    draft = Draft(
        account=run.account.slug,
        platform=run.account.platform,
        day=run.day,
        kind=run.kind,
        digest=digest,
        started_at=run.started_at,
        ended_at=vault.clock(),
        parts=[],
        coverage=run.coverage,
        counts=run.counts,
        code_version=__version__,
    )
    locked_until = vault.locked_until(run.day)
    equal = already_sealed(vault.books, draft)
    if equal is not None:
        settle_pending(vault.store, vault.books, locked_until)  # it may have died before anybody could see it
        return Committed(Outcome.ANOTHERS, equal)
    whole = msgspec.structs.replace(draft, parts=spool.store(vault.store, locked_until))
    return commit(vault.store, vault.books, vault.signer, whole, locked_until)
