"""How many records answer a question, and a page of them: from the index alone.

For looking around before an answer is taken: `search` reads every hit from the sealed, hash-checked objects,
this reads what the index keeps of them, and the objects that the index does not hold yet.
"""

from __future__ import annotations

from functools import partial
from typing import Unpack

import msgspec

from paloverde.archive.reader import Archive
from paloverde.search.answer import Answer, search
from paloverde.search.counts import Counts
from paloverde.search.hits import Hit
from paloverde.search.index.asking import Asking
from paloverde.search.inquiry import Searched, extent, inquire, known_gaps, sentence
from paloverde.search.limits import Limit
from paloverde.search.merging import Merged
from paloverde.search.question import Question
from paloverde.search.scope import Bounds, Scope, days_of
from paloverde.search.standing import Standing

_MOST = 1_000  # hits on a page


class Overview(msgspec.Struct, frozen=True):
    """What an `Answer` would say, with one page of its hits; pages are counted from 1."""

    question: str
    sentence: str
    scope: Scope
    counts: Counts
    searched: Searched
    limits: list[Limit]
    standing: list[Standing]
    page: int
    per_page: int
    hits: list[Hit]

    @property
    def pages(self) -> int:
        """How many pages there are."""
        return -(-self.counts.hits // self.per_page)


def overview(
    archive: Archive,
    question: str | Question,
    index: Asking | None,
    *,
    page: int = 1,
    per_page: int = 50,
    newest_first: bool = False,
    **bounds: Unpack[Bounds],
) -> Overview:
    """Counts, limits and one page of what `search` would find with the same arguments; it raises the same.

    Without an index it is a search. A page holds at most a thousand hits, the oldest first (those without a
    posting date by when they were seen) or, where that is asked, the newest.
    """
    scope = Scope.of(bounds)
    page, per_page = max(1, page), min(max(1, per_page), _MOST)
    if index is None:
        return _of_answer(search(archive, question, **bounds), page, per_page, newest_first=newest_first)
    inquiry = inquire(archive, question, scope)
    now = index.now()  # after that: it knows every part of the runs that count
    merged = Merged(archive, inquiry, index, now)
    counts = index.kept(("counts", inquiry.last, inquiry.scope, inquiry.tree), merged.counts)
    bounded = ("extent", (*inquiry.accounts,), inquiry.last, days_of(inquiry.tree))
    parts, records = index.kept(bounded, partial(extent, archive, inquiry))
    searched = inquiry.searched(parts, records, merged.look.coverage)
    return Overview(
        question=inquiry.asked.lasting,
        sentence=sentence(inquiry.tree, scope, searched, counts),
        scope=scope,
        counts=counts,
        searched=searched,
        limits=index.kept(
            ("limits", inquiry.last, inquiry.bounded, (*inquiry.sites,)),
            lambda: inquiry.limits(index.kept("gaps", partial(known_gaps, archive))),
        ),
        standing=inquiry.standing(),
        page=page,
        per_page=per_page,
        hits=merged.hits((page - 1) * per_page, page * per_page, newest_first=newest_first),
    )


def _of_answer(answer: Answer, page: int, per_page: int, *, newest_first: bool) -> Overview:
    shared = {name: getattr(answer, name) for name in answer.__struct_fields__ if name != "hits"}
    ordered = answer.hits[::-1] if newest_first else answer.hits
    hits = ordered[(page - 1) * per_page : page * per_page]
    return Overview(**shared, page=page, per_page=per_page, hits=hits)
