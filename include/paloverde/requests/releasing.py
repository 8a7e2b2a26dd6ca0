"""All records of a request as they are released together: what one keeps back, no other tells."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple

import msgspec

from paloverde.errors import BadQuestion
from paloverde.requests.everywhere import Corpus
from paloverde.requests.needles import poster_needles
from paloverde.requests.redaction import Given, Painted, Released, hiding, released
from paloverde.requests.review import Decision, Region, Spared, Verdict
from paloverde.requests.spans import cuts_of, texts_of
from paloverde.requests.telling import Hidden, run_together
from paloverde.search.hits import Hit


class Pair(NamedTuple):
    """A found record, what was decided about it, its control number, and the suggestions that were left."""

    hit: Hit
    decision: Decision
    control: str
    spared: tuple[Spared, ...] = ()


def released_all(pairs: Sequence[Pair], painted: Mapping[str, Painted] | None = None) -> list[Released]:
    """All that is released of a request; what is not responsive is left out.

    An item whose poster may not be known is named by its control number wherever another record points at it.
    `painted` are the redacted pictures by the hash of the archived file. `BadQuestion` where the same file is
    given in one record and not, or otherwise, in another.
    """
    chosen = [pair for pair in pairs if pair.decision.verdict is not Verdict.NOT_RESPONSIVE]
    _refuse_two_ways(chosen)
    hidden, public = _hidden(chosen), _public(chosen)
    found = [
        released(pair.hit, pair.decision, control=pair.control, painted=painted, hidden=hidden)
        for pair in chosen
    ]
    return [_with_poster(one, pair, public) for one, pair in zip(found, chosen, strict=True)]


def _hidden(pairs: Sequence[Pair]) -> Hidden:
    """The items that nobody may be led to; one that tells another's id is not named by its own either."""
    kept_back = {_item(pair): pair.control for pair in reversed(pairs) if _is_hidden(pair)}
    known = {_item(pair) for pair in pairs if not _is_hidden(pair)}
    first = Hidden(kept_back, known)
    told = {_item(pair): pair.control for pair in reversed(pairs) if first.told_by(pair.hit.native_id)}
    return Hidden({**told, **kept_back}, known - told.keys())


def _item(pair: Pair) -> tuple[str, str]:
    return pair.hit.account, pair.hit.native_id


def _is_hidden(pair: Pair) -> bool:
    return pair.decision.verdict is Verdict.EXEMPT or _hides_poster(pair)


def _public(pairs: Sequence[Pair]) -> set[str]:
    """The posters who are known from other records."""
    return {run_together(name) for pair in pairs if not _is_hidden(pair) for name in poster_needles(pair.hit)}


def _with_poster(one: Released, pair: Pair, public: Collection[str]) -> Released:
    """What is withheld whole does not tell its poster either, unless another record or the account's own name
    does.
    """
    if not one.is_withheld:
        return one
    account = run_together(pair.hit.account)
    names = (
        name
        for name in poster_needles(pair.hit)
        if (joined := run_together(name)) not in public and joined not in account
    )
    return msgspec.structs.replace(one, needles=tuple(sorted({*one.needles, *names})))


class Left(NamedTuple):
    """Redacted words that another record, or another text of the same, still says."""

    control: str
    where: str
    start: int
    end: int
    redacted_in: str


def still_said(releases: Sequence[Released]) -> Iterator[Left]:
    """Where what is redacted in one record still stands in what is released of any: a person must decide."""
    corpus = Corpus(one.hit for one in releases if not one.is_withheld)  # a slip holds nothing of it
    control_of = {(*one.hit.item, one.hit.version_sha256): one.control for one in releases}
    for one in releases:
        for needle in one.needles:
            for found in corpus.places(needle):
                yield Left(control_of[found.version], found.where, found.start, found.end, one.control)


def pictures_to_paint(decisions: Iterable[Decision]) -> dict[str, tuple[Region, ...]]:
    """The regions of each picture that is painted over, by the hash of the archived file."""
    found: dict[str, set[Region]] = {}
    for decision in decisions:
        if decision.verdict is Verdict.EXEMPT_IN_PART:
            for region in decision.regions:
                if region.sha256 not in decision.withheld_media:
                    found.setdefault(region.sha256, set()).add(region)
    return {sha256: tuple(sorted(regions)) for sha256, regions in sorted(found.items())}


def _hides_poster(pair: Pair) -> bool:
    return bool(hiding(pair.hit, cuts_of(texts_of(pair.hit), pair.decision.spans)))


def _refuse_two_ways(pairs: Sequence[Pair]) -> None:
    """The same file is given the same way in every record of a release."""
    first: dict[str, tuple[str, object]] = {}
    for pair in pairs:
        for kept in pair.hit.media:
            if kept.sha256 is None:
                continue
            control, way = first.setdefault(kept.sha256, (pair.control, _way(kept.sha256, pair.decision)))
            if way != _way(kept.sha256, pair.decision):
                raise BadQuestion(
                    f"{control} and {pair.control} have the same picture or file, and it is to be given out "
                    "in one of them otherwise than in the other: decide the same for both."
                )


def _way(sha256: str, decision: Decision) -> object:
    if decision.verdict is Verdict.EXEMPT or sha256 in decision.withheld_media:
        return Given.WITHHELD
    return frozenset(region for region in decision.regions if region.sha256 == sha256)
