"""Which documents are of one thread: those that bear an id, and those that name it."""

from __future__ import annotations

from collections.abc import Collection, Sequence

import numpy as np

from paloverde.search.index.asking import Look
from paloverde.search.index.gathering import hashes_of, ties_of
from paloverde.search.index.layout import Mask


def tied(
    look: Look, among: Sequence[Mask], account: str, kinds: Sequence[str], ids: Collection[str]
) -> list[Mask]:
    """Those `among` documents that bear one of these ids, or name it as their thread or what they answer.

    `among` holds documents of that account and of these kinds only.
    """
    named = sorted(ids)
    items = hashes_of([(account, kind, one) for kind in kinds for one in named])
    ties = ties_of(named)
    found = []
    for segment, mask in zip(look.index.segments, among, strict=True):
        documents = np.concatenate([segment.of_items(items), segment.columns.ties.to(ties)])
        there = np.zeros(segment.documents, dtype=bool)
        there[documents[mask[documents]]] = True
        found.append(there)
    return found
