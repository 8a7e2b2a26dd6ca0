"""How many calls a token has made in a site's window. The windows follow the city's clock."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from paloverde.simulator.city import Presence


@dataclass(frozen=True, slots=True)
class Usage:
    """`used` calls out of `limit`; the window ends at `resets`, epoch seconds. `over`: one too many."""

    limit: int
    used: int
    resets: int
    over: bool

    @property
    def remaining(self) -> int:
        return max(0, self.limit - self.used)


def count(presence: Presence, bucket: str, limit: int, seconds: int, now: datetime) -> Usage:
    """Counts one call.

    With the setting `limits` at "real" the limit is kept; at "ample" the count starts over at half of it,
    so that a test is never made to wait.
    """
    window = int(now.timestamp()) // seconds
    started, used = presence.calls.get(bucket, (window, 0))
    if started != window or (presence.settings["limits"] == "ample" and used >= limit // 2):
        used = 0
    presence.calls[bucket] = (window, used + 1)
    return Usage(limit, used + 1, (window + 1) * seconds, over=used >= limit)
