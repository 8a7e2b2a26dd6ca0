"""The archive as a run sees it: where it keeps, how it signs, what time it is."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta

import msgspec
from sqlalchemy import Engine

from paloverde.archive.signing import Signer
from paloverde.archive.store.interface import Store
from paloverde.platforms.conversation import Clock
from paloverde.records import PACIFIC, add_calendar_years, archive_day


class Vault(msgspec.Struct, frozen=True):
    """Everything that writing into the archive needs."""

    store: Store
    books: Engine
    signer: Signer
    clock: Clock
    lock_years: int
    second: Store | None = None  # the second copy, under other credentials, where the settings name one

    def locked_until(self, day: date) -> datetime:
        """The end of the lock of what a run for an archive day writes; from today, where that is later.

        A night that is run for a day long past is a new record all the same.
        """
        return end_of(add_calendar_years(max(day, archive_day(self.clock())), self.lock_years))


def end_of(day: date) -> datetime:
    """The Pacific midnight that ends a day, in UTC: a lock until then is never shorter than its day says."""
    return datetime.combine(day + timedelta(days=1), time(), PACIFIC).astimezone(UTC)
