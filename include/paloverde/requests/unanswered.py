"""Suggestions that nobody answered: what looks like a telephone number or the like, and would be handed over.

A person decides, but not unawares: what somebody looks at and leaves is kept with their name and shown to
whoever signs, and of what nobody looked at the signer says how many there are.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple

from paloverde.errors import BadQuestion
from paloverde.requests.detectors import Suggestion, suggested
from paloverde.requests.exemptions import EXEMPTIONS
from paloverde.requests.releasing import Pair
from paloverde.requests.review import Decision, Spared, Verdict
from paloverde.requests.reviewing import Review, Sparing, Version
from paloverde.search.hits import Hit
from paloverde.steps import Step
from paloverde.wording import several, some

_GIVEN = (Verdict.RESPONSIVE, Verdict.EXEMPT_IN_PART)


class Unanswered(NamedTuple):
    """A suggestion of a record that is handed over, of which nothing is redacted."""

    control: str
    suggestion: Suggestion


class LeftAlone(NamedTuple):
    """A suggestion of a record that is handed over, which somebody looked at and left."""

    version: Version
    suggestion: Suggestion
    by: Sparing


def unanswered(pairs: Iterable[Pair]) -> Iterator[Unanswered]:
    """Each suggestion that stands in what is handed over, whole or in part, in the order of the records."""
    return _standing(pairs, is_spared=False)


def left_alone(review: Review, hits: Mapping[Version, Hit]) -> Iterator[LeftAlone]:
    """Each suggestion that stands in what is handed over since somebody looked at it and left it."""
    for version, stands in review.standing.items():
        left = review.sparings(version) if version in hits else []
        found = (
            _standing([review.pair(version, stands.decision, hits[version])], is_spared=True) if left else ()
        )
        for _, one in found:
            yield LeftAlone(version, one, next(by for by in left if sparing(one, [by.spared])))


def sparing(one: Suggestion, spared_: Iterable[Spared]) -> Spared | None:
    """By what a suggestion is left: nothing of it was left out when somebody looked at it."""
    return next(
        (
            left
            for left in spared_
            if (left.where, left.code) == (one.where, one.code)
            and left.start <= one.start
            and one.end <= left.end
        ),
        None,
    )


def _standing(pairs: Iterable[Pair], *, is_spared: bool) -> Iterator[Unanswered]:
    for pair in pairs:
        for one in suggested(pair.hit) if pair.decision.verdict in _GIVEN else ():
            if not _is_answered(one, pair.decision) and bool(sparing(one, pair.spared)) is is_spared:
                yield Unanswered(pair.control, one)


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
            f"No suggestion stands unanswered, and {seen:,} were said to be seen: leave out {Step.ALL_SEEN}."
        )
    raise BadQuestion(
        f"{in_words(found)} Look at them ({Step.UNANSWERED.of()}) and redact what is exempt. Whoever signs "
        f"and has seen them all says so, by their number: {Step.ALL_SEEN.of(str(len(found)))}."
    )
