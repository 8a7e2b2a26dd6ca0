"""Several searches for one request as one answer: what all of them found, and over what."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence

import msgspec

from paloverde.errors import BadQuestion
from paloverde.search.answer import Answer
from paloverde.search.counts import counts_of
from paloverde.search.hits import in_order
from paloverde.search.inquiry import Searched


def combined(answers: Sequence[Answer]) -> Answer:
    """One answer with every hit of these, each once; questions and sentences stand one after the other.

    Counts of terms are the largest that a search had. The scope is that of the last search, with private
    records where any search looked at them.
    """
    refuse_unsearched(answers)
    if len(answers) == 1:
        return answers[0]
    found = {(*hit.item, hit.version_sha256): hit for answer in answers for hit in answer.hits}
    hits = in_order(found.values())
    last = max(answers, key=lambda answer: answer.searched.last_seal)
    return msgspec.structs.replace(
        last,
        question=" | ".join(dict.fromkeys(answer.question for answer in answers)),
        sentence=" ".join(dict.fromkeys(answer.sentence for answer in answers)),
        counts=counts_of(hits, _largest(answer.counts.per_term for answer in answers)),
        scope=msgspec.structs.replace(
            last.scope, include_private=any(answer.scope.include_private for answer in answers)
        ),
        searched=_searched(answers, last.searched),
        limits=list({str(limit): limit for answer in answers for limit in answer.limits}.values()),
        standing=list({str(limit): limit for answer in answers for limit in answer.standing}.values()),
        hits=hits,
    )


def refuse_unsearched(searched: Sequence[object]) -> None:
    """`BadQuestion` where a request has no searches."""
    if not searched:
        raise BadQuestion("Nothing was searched yet for the request: search first, then build its bundle.")


def _searched(answers: Sequence[Answer], last: Searched) -> Searched:
    return msgspec.structs.replace(
        last,
        accounts=sorted({account for answer in answers for account in answer.searched.accounts}),
        first_seal=min(answer.searched.first_seal for answer in answers),
        parts=max(answer.searched.parts for answer in answers),
        records=max(answer.searched.records for answer in answers),
    )


def _largest(tallies: Iterable[dict[str, int]]) -> dict[str, int]:
    largest: Counter[str] = Counter()
    for tally in tallies:
        largest |= Counter(tally)
    return dict(largest)
