"""Suggestions that nobody answered: what looks like a telephone number or the like, and would be handed over.

A person decides, but not unawares: whoever signs a review says how many of these have been seen.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from paloverde.errors import BadQuestion
from paloverde.requests.detectors import Suggestion, suggested
from paloverde.requests.exemptions import EXEMPTIONS
from paloverde.requests.releasing import Pair
from paloverde.requests.review import Decision, Verdict
from paloverde.wording import several, some

_GIVEN = (Verdict.RESPONSIVE, Verdict.EXEMPT_IN_PART)


class Unanswered(NamedTuple):
    """A suggestion of a record that is handed over, of which nothing is redacted."""

    control: str
    suggestion: Suggestion


def unanswered(pairs: Iterable[Pair]) -> Iterator[Unanswered]:
    """Each suggestion that stands in what is handed over, whole or in part, in the order of the records."""
    for pair in pairs:
        if pair.decision.verdict in _GIVEN:
            open_ones = (one for one in suggested(pair.hit) if not _is_answered(one, pair.decision))
            yield from (Unanswered(pair.control, one) for one in open_ones)


def _is_answered(one: Suggestion, decision: Decision) -> bool:
    """Whether something of it is redacted, or it is kept off the web as its exemption asks and no further."""
    if EXEMPTIONS[one.code].bars_web and any(claim.code == one.code for claim in decision.exempted):
        return True
    return any(
        span.where == one.where and span.start < one.end and one.start < span.end for span in decision.spans
    )


def in_words(found: Sequence[Unanswered]) -> str:
    """What stands where, as a sentence: how many, of what kind, in which records."""
    kinds = Counter(one.suggestion.what for one in found)
    told = ", ".join(f"{what} ({number:,})" for what, number in sorted(kinds.items()))
    where = several([*dict.fromkeys(one.control for one in found)])
    stand = some(len(found), "suggestion stands", "suggestions stand")
    return f"{stand} unanswered in what is handed over, in {where}: {told}."


def check_seen(found: Sequence[Unanswered], seen: int) -> None:
    """Raise `BadQuestion` where suggestions stand, and not just so many were said to have been seen."""
    if len(found) == seen:
        return
    if not found:
        raise BadQuestion(
            f"No suggestion stands unanswered, and {seen:,} were said to be seen: leave out --all-seen."
        )
    raise BadQuestion(
        f"{in_words(found)} Look at them (`paloverde review suggest … --unanswered`) and redact what is "
        f"exempt. Whoever signs and has seen them all says so by their number: `--all-seen {len(found)}`."
    )
