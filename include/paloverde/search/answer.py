"""The answer to a question: every hit, what it was counted over, and the limits of the search.

answer = search(archive, 'street NEAR/5 sweeping', since=date(2025, 1, 1))
answer.sentence, answer.counts, answer.searched, answer.limits
answer.to_pandas()
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Unpack

import msgspec
import numpy as np
import pyarrow as pa

from paloverde.archive.reader import Archive, SealedPart
from paloverde.archive.seal import Role
from paloverde.search.counts import Counts, counts_of
from paloverde.search.hits import Hit, in_order, to_table
from paloverde.search.index.asking import Asking, Coverage, Look, items_in, parts_named
from paloverde.search.inquiry import Inquiry, Searched, extent, inquire, known_gaps, parts_of, sentence
from paloverde.search.limits import Limit
from paloverde.search.question import Question
from paloverde.search.removals import read_removals
from paloverde.search.scan import Hold, Scan, of_role
from paloverde.search.scope import Bounds, Scope
from paloverde.search.standing import Standing
from paloverde.search.tree import terms

if TYPE_CHECKING:
    import pandas as pd


class Answer(msgspec.Struct, frozen=True):
    """An answer that can say itself, be counted, and be repeated: `question` asks the same on any day."""

    question: str
    sentence: str
    scope: Scope
    counts: Counts
    searched: Searched
    limits: list[Limit]
    standing: list[Standing]
    hits: list[Hit]

    def summary(self) -> dict[str, object]:
        """All but the hits, as plain values for JSON."""
        told = {name: getattr(self, name) for name in self.__struct_fields__ if name != "hits"}
        plain: dict[str, object] = msgspec.to_builtins(told, str_keys=True)
        plain["limits_in_words"] = [str(limit) for limit in self.limits]
        plain["standing_in_words"] = [str(limit) for limit in self.standing]
        return plain

    def as_json_lines(self) -> Iterator[str]:
        """Each hit as one line of JSON, without the line's end."""
        return (msgspec.json.encode(hit).decode() for hit in self.hits)

    def to_arrow(self) -> pa.Table:
        """The hits as an Arrow table (columns: `hits.SCHEMA`)."""
        return to_table(self.hits)

    def to_pandas(self) -> pd.DataFrame:
        """The hits as a pandas DataFrame."""
        return self.to_arrow().to_pandas()


def search(
    archive: Archive,
    question: str | Question,
    *,
    index: Asking | None = None,
    **bounds: Unpack[Bounds],
) -> Answer:
    """Every version of every record that answers the question, from the sealed records in its scope.

    Arguments as in `Scope`; the caller decides by role whether private records are searched. Records without
    a posting date are found wherever they may lie in the days asked. With an index only those sealed objects
    are read in which it says that a hit lies, and those that it does not cover. Raises `BadQuestion`,
    `UnknownAccount`, and what the store raises; a part that cannot be read ends the search rather than
    shorten its answer.
    """
    inquiry = inquire(archive, question, Scope.of(bounds))
    look = index.look(inquiry.last) if index else None
    scan, parts = _scanned(archive, inquiry) if look is None else _looked_up(archive, inquiry, look)
    holds = (hold for source in (scan.records(parts), scan.removed()) for hold in source)
    return answer_of(archive, inquiry, holds, look.coverage if look else None)


def answer_of(
    archive: Archive,
    inquiry: Inquiry,
    found: Iterable[Hold],
    coverage: Coverage | None = None,
) -> Answer:
    """The answer that all that was found makes."""
    holds = once(found)
    counts = _counts(holds, [term.written for term in terms(inquiry.tree)])
    searched = inquiry.searched(*extent(archive, inquiry), coverage)
    return Answer(
        question=inquiry.asked.lasting,
        sentence=sentence(inquiry.tree, inquiry.scope, searched, counts),
        scope=inquiry.scope,
        counts=counts,
        searched=searched,
        limits=inquiry.limits(known_gaps(archive)),
        standing=inquiry.standing(),
        hits=in_order(hold.hit for hold in holds),
    )


def _scanned(archive: Archive, inquiry: Inquiry) -> tuple[Scan, list[SealedPart]]:
    """The question, ready to be put to every row of these parts."""
    parts = parts_of(archive, Role.RECORDS, inquiry.tree, inquiry.accounts, inquiry.last)
    told = read_removals(archive, parts_of(archive, Role.REMOVED, None, inquiry.accounts, inquiry.last))
    return Scan(archive, inquiry.tree, told, include_private=inquiry.scope.include_private), parts


def _looked_up(archive: Archive, inquiry: Inquiry, look: Look) -> tuple[Scan, list[SealedPart]]:
    """The question, ready to be put to the rows that an index names and to the parts that it does not hold.

    What was removed is known from every part that tells of it, whenever the item was posted.
    """
    tree, include_private = inquiry.tree, inquiry.scope.include_private
    rest = [part for part in look.now.uncovered if inquiry.concerns(part)]
    masks = look.find(tree, include_private=include_private)
    known = [look.removed_items(masks), *(items for _, items in items_in(archive, rest))]
    only = look.only(masks, look.telling(np.unique(np.concatenate(known))))
    parts = [*parts_named(archive, only), *rest]
    told = read_removals(archive, of_role(parts, Role.REMOVED))
    scan = Scan(archive, tree, told, include_private=include_private, only=only)
    return scan, of_role(parts, Role.RECORDS)


def once(holds: Iterable[Hold]) -> list[Hold]:
    """The same version found again (in a later run, in the copy of a removed item) is one hit, the first.

    Files that could not be fetched at first and came with a later run are those of that one hit.
    """
    found: dict[tuple[str, ...], Hold] = {}
    for hold in holds:
        first = found.setdefault((*hold.hit.item, hold.hit.version_sha256), hold)
        if _missing(hold.hit) < _missing(first.hit):
            filled = msgspec.structs.replace(first.hit, media=hold.hit.media)
            found[*hold.hit.item, hold.hit.version_sha256] = first._replace(hit=filled)
    return list(found.values())


def _missing(hit: Hit) -> int:
    return sum(kept.sha256 is None for kept in hit.media)


def _counts(holds: list[Hold], written: list[str]) -> Counts:
    per_term = {term: sum(number in hold.terms for hold in holds) for number, term in enumerate(written)}
    return counts_of([hold.hit for hold in holds], per_term)
