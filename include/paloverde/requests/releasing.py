"""All records of a request as they are released together: what one keeps back, no other tells."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from functools import cached_property
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

_Version = tuple[str, str, str, str]


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
    hits = {pair.decision.version: pair.hit for pair in pairs}
    return Release([Stands(pair.decision, pair.control) for pair in pairs], hits).all(painted)


class Stands(NamedTuple):
    """What was decided about a record, and its control number."""

    decision: Decision
    control: str

    @property
    def item(self) -> tuple[str, str]:
        """The account and the id at its site."""
        return self.decision.account, self.decision.native_id


class Release:
    """A release as it is decided, of which one record can be looked at without making all the others.

    `hits` has the record of each version; they are looked into only where a decision asks for it.
    `BadQuestion` as `released_all`.
    """

    def __init__(self, decided: Iterable[Stands], hits: Mapping[_Version, Hit]) -> None:
        self.decided = [one for one in decided if one.decision.verdict is not Verdict.NOT_RESPONSIVE]
        self._hits = hits
        if any(map(self._keeps_a_file, self.decided)):  # else every file is given, in every record
            _refuse_two_ways((self._hit(one), one) for one in self.decided)

    def all(self, painted: Mapping[str, Painted] | None = None) -> list[Released]:
        """All that is released, as `released_all`."""
        return self.of(self.decided, painted)

    def of(self, some: Iterable[Stands], painted: Mapping[str, Painted] | None = None) -> list[Released]:
        """These records as they are released together with all others."""
        return [self._released(one, painted) for one in some]

    def of_item(self, account: str, native_id: str) -> list[Released]:
        """The versions of one item."""
        return self.of(one for one in self.decided if one.item == (account, native_id))

    def kept_back(self) -> Iterator[tuple[Stands, Released]]:
        """The records of which anything is kept back."""
        some = [one for one in self.decided if one.decision.verdict is not Verdict.RESPONSIVE]
        for one, found in zip(some, self.of(some), strict=True):
            if found.is_redacted or found.is_withheld:
                yield one, found

    def _released(self, one: Stands, painted: Mapping[str, Painted] | None) -> Released:
        hit = self._hit(one)
        found = released(hit, one.decision, control=one.control, painted=painted, hidden=self._hidden)
        return _with_poster(found, hit, self._public) if found.is_withheld else found

    def _hit(self, one: Stands) -> Hit:
        return self._hits[one.decision.version]

    @cached_property
    def _hidden(self) -> Hidden:
        """The items that nobody may be led to; one that tells another's id is not named by its own either."""
        kept_back = {one.item: one.control for one in reversed(self.decided) if self._is_hidden(one)}
        known = {one.item for one in self.decided if not self._is_hidden(one)}
        first = Hidden(kept_back, known)
        told = {one.item: one.control for one in reversed(self.decided) if first.told_by(one.item[1])}
        return Hidden({**told, **kept_back}, known - told.keys())

    def _is_hidden(self, one: Stands) -> bool:
        if one.decision.verdict is Verdict.EXEMPT:
            return True
        return bool(one.decision.spans) and _hides_poster(self._hit(one), one.decision)

    @cached_property
    def _public(self) -> set[str]:
        """The posters who are known from other records."""
        known = (self._hit(one) for one in self.decided if not self._is_hidden(one))
        return {run_together(name) for hit in known for name in poster_needles(hit)}

    def _keeps_a_file(self, one: Stands) -> bool:
        decision = one.decision
        is_exempt = decision.verdict is Verdict.EXEMPT
        return bool(decision.withheld_media or decision.regions or (is_exempt and self._hit(one).media))


def _with_poster(one: Released, hit: Hit, public: Collection[str]) -> Released:
    """What is withheld whole does not tell its poster either, unless another record or the account's own name
    does.
    """
    account = run_together(hit.account)
    names = (
        name
        for name in poster_needles(hit)
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


def _hides_poster(hit: Hit, decision: Decision) -> bool:
    return bool(hiding(hit, cuts_of(texts_of(hit), decision.spans)))


def _refuse_two_ways(records: Iterable[tuple[Hit, Stands]]) -> None:
    """The same file is given the same way in every one of these records."""
    first: dict[str, tuple[str, object]] = {}
    for hit, one in records:
        for kept in hit.media:
            if kept.sha256 is None:
                continue
            control, way = first.setdefault(kept.sha256, (one.control, _way(kept.sha256, one.decision)))
            if way != _way(kept.sha256, one.decision):
                raise BadQuestion(
                    f"{control} and {one.control} have the same picture or file, and it is to be given out "
                    "in one of them otherwise than in the other: decide the same for both."
                )


def _way(sha256: str, decision: Decision) -> object:
    if decision.verdict is Verdict.EXEMPT or sha256 in decision.withheld_media:
        return Given.WITHHELD
    return frozenset(region for region in decision.regions if region.sha256 == sha256)
