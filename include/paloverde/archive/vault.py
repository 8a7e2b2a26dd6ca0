"""The archive as a run sees it: where it keeps, how it signs, what time it is."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta

import msgspec
from sqlalchemy import Engine

from paloverde.archive.signing import Signer
from paloverde.archive.store.interface import Store
from paloverde.platforms.conversation import Clock
from paloverde.records import PACIFIC, add_calendar_years


class Vault(msgspec.Struct, frozen=True):
    """Everything that writing into the archive needs."""

    store: Store
    books: Engine
    signer: Signer
    clock: Clock
    lock_years: int

    def locked_until(self, day: date) -> datetime:
        """The end of the lock of what an archive day writes."""
        return end_of(add_calendar_years(day, self.lock_years))


def end_of(day: date) -> datetime:
    """The Pacific midnight that ends a day, in UTC: a lock until then is never shorter than its day says."""
    return datetime.combine(day + timedelta(days=1), time(), PACIFIC).astimezone(UTC)
