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
from paloverde.search.index.asking import Asking, Coverage, Look, items_in
from paloverde.search.inquiry import Inquiry, Searched, inquire, known_gaps, parts_of, sentence
from paloverde.search.limits import Limit
from paloverde.search.question import Question
from paloverde.search.removals import read_removals
from paloverde.search.scan import Hold, Scan, name_of
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
    inquiry = inquire(archive, question, Scope.of(bounds), archive.seals())
    parts = parts_of(archive, Role.RECORDS, inquiry.tree, inquiry.accounts, inquiry.last)
    removed = parts_of(archive, Role.REMOVED, inquiry.tree, inquiry.accounts, inquiry.last)
    look = index.look(inquiry.last) if index else None
    scan = _scan(archive, inquiry, parts, look)
    holds = (hold for source in (scan.records(parts), scan.removed()) for hold in source)
    return answer_of(archive, inquiry, [*parts, *removed], holds, look.coverage if look else None)


def answer_of(
    archive: Archive,
    inquiry: Inquiry,
    parts: list[SealedPart],
    found: Iterable[Hold],
    coverage: Coverage | None = None,
) -> Answer:
    """The answer that all that was found makes; `parts` are those that could hold one."""
    holds = once(found)
    counts = _counts(holds, [term.written for term in terms(inquiry.tree)])
    searched = inquiry.searched(len(parts), sum(part.part.rows for part in parts), coverage)
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


def _scan(archive: Archive, inquiry: Inquiry, parts: list[SealedPart], look: Look | None) -> Scan:
    """The question, ready to be put to these parts; where there is an index, to the rows that it names.

    What was removed is known from every part that tells of it, whenever the item was posted.
    """
    tree, include_private = inquiry.tree, inquiry.scope.include_private
    removed = parts_of(archive, Role.REMOVED, None, inquiry.accounts, inquiry.last)
    if look is None:
        return Scan(archive, tree, read_removals(archive, removed), include_private=include_private)
    masks = look.find(tree, include_private=include_private)
    only = look.rows(masks)
    unread = items_in(archive, [part for part in parts if name_of(part) not in only])
    known = [look.removed_items(masks), *(items for _, items in [*unread, *look.now.removed])]
    telling = {part.name for part, _ in look.telling(np.unique(np.concatenate(known)))}
    needed = [part for part in removed if only.get(name_of(part)) != [] or name_of(part) in telling]
    told = read_removals(archive, needed)
    return Scan(archive, tree, told, include_private=include_private, only=only)


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
