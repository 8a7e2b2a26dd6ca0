"""What the hits of a question are counted by. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence

import msgspec

from paloverde.search.hits import Hit


class Counts(msgspec.Struct, frozen=True):
    """Hits are versions; `items` are the posts, comments … that they are versions of, `removed` those of the
    items that were found hidden or removed.
    """

    hits: int
    items: int
    removed: int
    undated: int
    per_term: dict[str, int]
    per_account: dict[str, int]
    per_kind: dict[str, int]
    per_month: dict[str, int]


def counts_of(hits: Sequence[Hit], per_term: dict[str, int]) -> Counts:
    """Hits by what they are."""
    return Counts(
        hits=len(hits),
        items=len({hit.item for hit in hits}),
        removed=len({hit.item for hit in hits if hit.removed is not None}),
        undated=sum(hit.posted_at is None for hit in hits),
        per_term=per_term,
        per_account=by_name(hit.account for hit in hits),
        per_kind=by_name(hit.kind for hit in hits),
        per_month=by_name(hit.month for hit in hits),
    )


def by_name(values: Iterable[str]) -> dict[str, int]:
    """How often each occurs, by name."""
    return dict(sorted(Counter(values).items()))
