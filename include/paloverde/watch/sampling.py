"""How often a check is right, as people found who judged a random sample of what it found. Pure.

Each month twenty findings of each check are drawn by lot, and people say of each whether it was right. What
they answer beside that says nothing of how often a check is right: people look first at what looks bad.
The lot is drawn by a hash over month, check and finding, so that whoever draws again draws the same.
"""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime
from math import sqrt
from typing import NamedTuple

from paloverde.records import PACIFIC
from paloverde.watch.findings import Verdict
from paloverde.wording import some

A_MONTH = 20  # findings of a check that are judged: a tenth is told from three tenths after two months
_SURE = 1.959963984540054  # standard deviations on each side that hold 95 of 100


class Drawn(NamedTuple):
    """A finding as the lot knows it; `verdict` is "" where nobody has answered."""

    id: str
    first_found: datetime
    verdict: str = ""


class Precision(NamedTuple):
    """How often a check, in one version, was right.

    `drawn` findings were to be judged, and people have `looked_at` so many; `low` and `high` bound the share
    of right ones, with 95 % confidence (E. B. Wilson, J. Am. Stat. Assoc. 22 (1927) 209).
    """

    check: str
    title: str
    version: int
    drawn: int
    looked_at: int
    right: int
    low: float
    high: float

    @property
    def wrong(self) -> int:
        return self.looked_at - self.right

    def sentence(self) -> str:
        if not self.drawn:
            return "It has found nothing yet."
        if not self.looked_at:
            return f"{some(self.drawn, 'finding')} drawn by lot, and nobody has judged any yet."
        drawn = f"{some(self.drawn, 'finding')} drawn by lot"
        return (
            f"Of {drawn}, people judged {self.looked_at:,}: {self.right:,} right, "
            f"{some(self.wrong, 'false alarm')}. Of all that it finds, {self.low:.0%} to {self.high:.0%} is "
            "right (with 95 % confidence)."
        )


def month_of(moment: datetime) -> str:
    """The Pacific month of a moment, as 2026-11."""
    return f"{moment.astimezone(PACIFIC):%Y-%m}"


def sample(check: str, found: Iterable[Drawn], most: int = A_MONTH) -> list[Drawn]:
    """Those of the findings of a check that are to be judged: of each month so many, in the order of the lot.

    The lot of a month that is not over may still change.
    """
    months: dict[str, list[Drawn]] = defaultdict(list)
    for one in found:
        months[month_of(one.first_found)].append(one)
    return [
        one
        for month, of_month in sorted(months.items())
        for one in sorted(of_month, key=lambda each: _lot(month, check, each.id))[:most]
    ]


def precision(check: str, title: str, version: int, found: Iterable[Drawn]) -> Precision:
    """How often a check was right, by the findings of one version of it."""
    drawn = sample(check, found)
    verdicts = [Verdict(one.verdict) for one in drawn if one.verdict]
    right = sum(verdict is not Verdict.WRONG for verdict in verdicts)
    return Precision(check, title, version, len(drawn), len(verdicts), right, *interval(right, len(verdicts)))


def interval(right: int, of: int) -> tuple[float, float]:
    """Between which shares the true one lies with 95 % confidence (Wilson); 0 to 1 where nothing is known."""
    if not of:
        return 0.0, 1.0
    share, spread = right / of, _SURE * _SURE / of
    middle = (share + spread / 2) / (1 + spread)
    half = sqrt(share * (1 - share) * spread + spread * spread / 4) / (1 + spread)
    return max(0.0, middle - half), min(1.0, middle + half)


def _lot(month: str, check: str, id_: str) -> str:
    return hashlib.sha256(f"{month}\0{check}\0{id_}".encode()).hexdigest()
