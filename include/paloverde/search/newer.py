"""What is new since an earlier look: the hits of now that were none through the sealed run of then.

Totals do not tell it: a record that came and one that was destroyed cancel each other out.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple, Unpack

import msgspec
import numpy as np

from paloverde.archive.reader import Archive
from paloverde.search.answer import search
from paloverde.search.hits import Hit
from paloverde.search.index.asking import Asking
from paloverde.search.index.layout import Mask
from paloverde.search.index.tally import Twins
from paloverde.search.inquiry import inquire
from paloverde.search.merging import Merged, version_of
from paloverde.search.question import Question
from paloverde.search.scope import Bounds, Scope


class Newer(NamedTuple):
    """Hits (versions): all that there are now, and those of them that are `new`. Of the hits of then: how
    many `stood` (were not destroyed since), and how many of these answer no longer (`left`: such as those
    found removed since, where only what stands on the site was asked for).
    """

    hits: int
    new: int
    stood: int

    @property
    def left(self) -> int:
        return self.stood - (self.hits - self.new)


def newer(
    archive: Archive, question: str | Question, index: Asking | None, after: int, **bounds: Unpack[Bounds]
) -> Newer:
    """How the hits of a question differ from those through the sealed run `after`; the rest as `search`."""
    scope = Scope.of(bounds)
    earlier = msgspec.structs.replace(scope, through=after)
    if index is None:
        found, known = (
            {version_of(hit) for hit in search(archive, question, **_bounds(one)).hits}
            for one in (scope, earlier)
        )
        return Newer(len(found), len(found - known), len(known))
    now, then = (Merged(archive, inquire(archive, question, one), index) for one in (scope, earlier))
    return Newer(now.number, _new(now, then), then.number)


def _bounds(scope: Scope) -> Bounds:
    return msgspec.structs.asdict(scope)  # type: ignore[return-value]


def _new(now: Merged, then: Merged) -> int:
    """How many hits of one look are none of the other, whichever row of a version each of them met."""
    fresh = [hit & ~known for hit, known in zip(now.first, then.every, strict=True)]
    _take_known(fresh, now.index.twins, then.every)
    for several in now.known([*then.read]).values():
        for one in several:
            fresh[one.segment][one.document] = False
    return sum(int(np.count_nonzero(mask)) for mask in fresh) + _new_extra(now.extra, then)


def _take_known(fresh: Sequence[Mask], twins: Twins, known: Sequence[Mask]) -> None:
    """Take off the documents of whose version another one is known."""
    places = [np.flatnonzero(twins.segments == number) for number in range(len(fresh))]
    is_known = np.zeros(len(twins.versions), dtype=bool)
    for mask, some in zip(known, places, strict=True):
        is_known[some] = mask[twins.documents[some]]
    of_known = np.isin(twins.versions, twins.versions[is_known])
    for mask, some in zip(fresh, places, strict=True):
        mask[twins.documents[some[of_known[some]]]] = False


def _new_extra(extra: Sequence[Hit], then: Merged) -> int:
    """How many of the hits that the index does not hold yet were none then."""
    versions = [version_of(hit) for hit in extra]
    known = then.known([version for version in versions if version not in then.read])
    return sum(version not in then.read and version not in known for version in versions)
