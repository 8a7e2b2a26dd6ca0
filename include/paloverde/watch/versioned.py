"""What a list of rules beside a check has in common: which version it is, what it rests on, who verified it.

Such a list is a `.toml` file. Its `version` grows with every change, so that a finding names the very rows
that made it. `verified_by` names who of the City has looked it over; nobody, as shipped.
"""

from __future__ import annotations

from datetime import date

import msgspec

from paloverde.watch.check import Weight


class VersionedList(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """The head of a list."""

    version: int
    source: str
    effective_from: date
    verified_by: str


class WeighedRow(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """One rule of a list: `says` is how a sentence calls it, `weight` names one of `Weight`."""

    id: str
    says: str
    weight: str = Weight.WARNING.name

    @property
    def how_soon(self) -> Weight:
        return Weight[self.weight]
