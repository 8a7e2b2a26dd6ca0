"""Which candidates answer, decided on whatever machine of a cluster holds them. Few imports, no archive."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Any

import numpy as np
import pyarrow as pa

from paloverde.search.matching import Row, answers
from paloverde.search.selection import may_answer, posters_of, texts_of
from paloverde.search.tree import LinkedTo, Node, PostedBy, Term, leaves

# Whether a version's item was found removed: a column of candidates where a question asks for it.
IS_REMOVED = "is_removed"


def decider(tree: Node) -> Callable[[Iterable[pa.RecordBatch]], Iterator[pa.RecordBatch]]:
    """What takes of batches of candidates, columns as `candidates.SHOWN`, those rows that answer."""

    def decided(batches: Iterable[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        for batch in batches:
            table = pa.Table.from_batches([batch])
            texts = texts_of(table) if _asks(tree, Term, LinkedTo) else None
            posters = posters_of(table) if _asks(tree, PostedBy) else None
            may = may_answer(tree, table, texts, posters)
            numbers = np.arange(len(table)) if may is None else np.flatnonzero(may)
            rows = table.take(pa.array(numbers)).to_pylist()
            sure = [n for n, row in zip(numbers, rows, strict=True) if answers(tree, _row(row))]
            yield batch.take(pa.array(sure, pa.int64()))

    return decided


def _asks(tree: Node, *kinds: type[Node]) -> bool:
    return any(isinstance(leaf, kinds) for leaf in leaves(tree))


def _row(values: dict[str, Any]) -> Row:
    media = values["media"] or ()
    return Row(
        values,
        values["posted_at"],
        values["observed_at"],
        [medium["alt_text"] for medium in media if medium["alt_text"]],
        removed=bool(values.get(IS_REMOVED)),
        media=[medium["type"] for medium in media],
    )
