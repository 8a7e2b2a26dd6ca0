"""What a line may ask now: the site's daily units, and the pauses that it told.

A line asks its purse before each request. `Pocket` is the purse of one line alone. `SharedPurse` shares
through the database: a pause that one process was told holds for all, and units are counted together.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Protocol
from zoneinfo import ZoneInfo

from paloverde.platforms.conversation import Budget, Clock, Platform
from paloverde.records import Account
from paloverde.state.budgets import Budgets

_LOOK_AGAIN = 2.0  # seconds for which what other processes noted is believed unchanged
_WORTH_TELLING = 1.0  # seconds: shorter pauses are over before another process could read of them
_BLOCKS_A_DAY = 100  # a write to the database costs more than many a request: one for each block
_LONGEST_PAUSE = 25 * 3600.0  # seconds: no limit is longer than a day; an odd header closes no lane for years


class Purse(Protocol):
    """What may be asked, and when."""

    def free_in(self, lane: str) -> float:
        """Seconds until the site may be asked again in this lane; 0.0 is now."""

    def spend(self, units: int) -> float:
        """Take units of every daily budget: 0.0 where they were there, else seconds until the new day."""

    def pause(self, lane: str, seconds: float) -> None:
        """The site asked for a pause in this lane ("" is every lane)."""

    def close(self) -> None:
        """Give back what was set aside and not spent."""


class Pocket:
    """The purse of one line alone, in memory: pauses, and no budgets."""

    def __init__(self, now: Callable[[], float] = time.monotonic) -> None:
        self._now = now
        self._free_at: dict[str, float] = {}

    def free_in(self, lane: str) -> float:
        return max(0.0, max(self._free_at.get(lane, 0.0), self._free_at.get("", 0.0)) - self._now())

    def spend(self, units: int) -> float:
        del units
        return 0.0

    def pause(self, lane: str, seconds: float) -> None:
        self._free_at[lane] = max(self._free_at.get(lane, 0.0), self._now() + seconds)

    def close(self) -> None:
        """Nothing was set aside."""


class SharedPurse:
    """The purse of all lines to one site, for one account or all of the app, as the site shares its limits.

    A site whose daily budget belongs to the app is taken to mean the app with its pauses, too; any other
    means the account. What this line was told itself it remembers by `timer`, as `Pocket` does; what others
    were told it reads from the table, by `clock`.
    """

    def __init__(
        self,
        budgets: Budgets,
        platform: Platform,
        account: Account,
        clock: Clock,
        timer: Callable[[], float] = time.monotonic,
    ) -> None:
        self._budgets, self._platform, self._slug, self._clock = budgets, platform, account.slug, clock
        of_the_app = any(budget.shared == "app" for budget in platform.budgets)
        self._owner = "" if of_the_app else account.slug
        self._own, self._timer = Pocket(timer), timer
        self._noted: dict[str, datetime] = {}
        self._told: dict[str, datetime] = {}
        self._read_at = -math.inf
        self._in_hand: dict[tuple[str, date], int] = {}

    def free_in(self, lane: str) -> float:
        if self._timer() - self._read_at >= _LOOK_AGAIN:
            self._told = self._budgets.pauses(self._platform.name, self._owner)
            self._read_at = self._timer()
        now = self._clock()
        told = [
            (self._told[one] - now).total_seconds()
            for one in {lane, ""}
            if one in self._told and self._told[one] != self._noted.get(one)
        ]
        return max(0.0, self._own.free_in(lane), *told)

    def spend(self, units: int) -> float:
        now = self._clock()
        days = {b.name: now.astimezone(ZoneInfo(b.zone)).date() for b in self._platform.budgets}
        waits = [self._lacking(b, days[b.name], units, now) for b in self._platform.budgets]
        if not any(waits):
            for key in days.items():
                self._in_hand[key] = self._in_hand.get(key, 0) - units
        return max(waits, default=0.0)

    def pause(self, lane: str, seconds: float) -> None:
        self._own.pause(lane, seconds)
        if seconds >= _WORTH_TELLING:
            free_at = self._clock() + timedelta(seconds=min(seconds, _LONGEST_PAUSE))
            self._noted[lane] = max(free_at, self._noted.get(lane, free_at))
            self._budgets.pause(self._platform.name, self._owner, lane, free_at)

    def close(self) -> None:
        for budget in self._platform.budgets:
            for name, day in [key for key in self._in_hand if key[0] == budget.name]:
                units = self._in_hand.pop((name, day))
                if units:
                    self._budgets.give_back(self._platform.name, name, self._owner_of(budget), day, units)

    def _lacking(self, budget: Budget, day: date, units: int, now: datetime) -> float:
        """Seconds until the budget is full again; 0.0 where the units are at hand."""
        if self._in_hand.get((budget.name, day), 0) >= units or self._refill(budget, day, units):
            return 0.0
        full_again = datetime.combine(day + timedelta(days=1), datetime.min.time(), ZoneInfo(budget.zone))
        return full_again.timestamp() - now.timestamp()

    def _refill(self, budget: Budget, day: date, units: int) -> bool:
        """Set a block aside; where the day has no whole block left, just what is needed now."""
        block = max(units, budget.most // _BLOCKS_A_DAY)
        for size in dict.fromkeys((block, units)):
            site, owner = self._platform.name, self._owner_of(budget)
            if self._budgets.take(site, budget.name, owner, day, size, budget.most):
                key = (budget.name, day)
                self._in_hand[key] = self._in_hand.get(key, 0) + size
                return True
        return False

    def _owner_of(self, budget: Budget) -> str:
        return "" if budget.shared == "app" else self._slug
