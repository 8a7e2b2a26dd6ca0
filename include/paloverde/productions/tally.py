"""What is counted while volumes are written, and added up for the report."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

import msgspec


class Tally(msgspec.Struct, kw_only=True):
    """Counts of one volume, or of all. `replaced` are the characters that a load file could not hold, by the
    file and the character; `empty` are documents without the native file, by the reason.
    """

    documents: int = 0
    pages: int = 0
    families: int = 0
    files: int = 0
    bytes_: int = 0
    documents_of: dict[str, int] = {}
    pages_of: dict[str, int] = {}
    treatments: dict[str, int] = {}
    natives: int = 0
    empty: dict[str, int] = {}
    replaced: dict[str, int] = {}
    unknown: dict[str, int] = {}
    larger: bool = False  # than a volume should be: one family alone is


def summed(tallies: Iterable[Tally]) -> Tally:
    """The counts of several together."""
    whole = Tally()
    for tally in tallies:
        for name in Tally.__struct_fields__:
            one, more = getattr(whole, name), getattr(tally, name)
            if isinstance(one, dict):
                setattr(whole, name, dict(Counter(one) + Counter(more)))
            else:
                setattr(whole, name, one or more if isinstance(one, bool) else one + more)
    return whole
