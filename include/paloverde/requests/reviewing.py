"""How the review of a request stands: its set of found versions, what was decided, and whether it is signed.

Everything is papers. `review-sets` number the found versions once and for ever (control numbers), `reviews`
hold decisions in batches, `review-signatures` the signature of a second person over all of it. Of several
decisions about a version the last stands; a signature stands while nothing was found or decided after it.
"""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from functools import cached_property
from itertools import chain, product

import msgspec

from paloverde.errors import BadQuestion
from paloverde.requests.events import ReviewFinished
from paloverde.requests.releasing import Pair, Release, Stands
from paloverde.requests.review import Decision, Spared, Verdict
from paloverde.retention.hold_orders import CLERK, COUNSEL
from paloverde.retention.holds import By
from paloverde.search.hits import Hit
from paloverde.wording import some

SETS, SERIES, SIGNATURES = "review-sets", "reviews", "review-signatures"
REVIEWERS = (CLERK, COUNSEL)
_LONGEST = 40  # characters of what somebody gives as one
_SHOWN = 5  # control numbers that a sentence names
_CONTROL = re.compile(r"(?:(?P<request>.+)-)?(?P<number>\d{1,9})")
Version = tuple[str, str, str, str]


class Numbered(msgspec.Struct, frozen=True):
    """A paper: these versions are under review from now on, numbered on from those before."""

    versions: tuple[Version, ...]
    by: By
    at: datetime


class Decided(msgspec.Struct, frozen=True):
    """A paper: a batch of decisions, or suggestions that were looked at and left."""

    decisions: tuple[Decision, ...]
    by: By
    at: datetime
    spared: tuple[Spared, ...] = ()


class Signed(msgspec.Struct, frozen=True):
    """A paper: a second person has looked at the finished review, and these are the decisions.

    `accepted` are pairs of a control number and where (another one, a file of the bundle): what is redacted
    in the first may be read there. `unread` are files of the bundle that may go out though they cannot be
    looked into for redacted words. `seen` is how many suggestions stood unanswered in what is handed over:
    the signer has seen them all.
    """

    decisions_sha256: str
    by: By
    at: datetime
    accepted: tuple[tuple[str, str], ...] = ()
    unread: tuple[str, ...] = ()
    seen: int = 0


class Standing(msgspec.Struct, frozen=True, gc=False):
    """The decision that stands about a version, and who filed it."""

    decision: Decision
    by: By


class Sparing(msgspec.Struct, frozen=True):
    """A suggestion that somebody looked at and left."""

    spared: Spared
    by: By
    at: datetime


class Review:
    """The review of one request: all its papers together. `papers` counts those with decisions."""

    def __init__(
        self, request: str, sets: Iterable[Numbered], decided: Iterable[Decided], signed: Iterable[Signed]
    ) -> None:
        self.request = request
        self.versions: list[Version] = [version for one in sets for version in one.versions]
        self._numbers = {version: number for number, version in enumerate(self.versions, 1)}
        self._history: dict[Version, list[Standing]] = {}
        self._spared: dict[Version, list[Sparing]] = {}
        self._papers = list(decided)
        for paper in self._papers:
            for left in paper.spared:
                self._spared.setdefault(left.version, []).append(Sparing(left, paper.by, paper.at))
            for decision in paper.decisions:
                self._history.setdefault(decision.version, []).append(Standing(decision, paper.by))
        self._signed = list(signed)

    @property
    def papers(self) -> int:
        """How many papers with decisions there are."""
        return len(self._papers)

    def since(self, papers: int) -> Sequence[Decided]:
        """The papers with decisions that were filed after the first so many of them."""
        return self._papers[papers:]

    @property
    def reviewers(self) -> list[str]:
        """Everybody who ever decided or left anything in it, whether or not it still stands."""
        return list(dict.fromkeys(paper.by.name for paper in self._papers))

    def number(self, version: Version) -> int:
        """The number of a version under review, from 1. `BadQuestion` where it is not."""
        if version not in self._numbers:
            raise BadQuestion(f"{'/'.join(version[:3])} is not under review in {self.request}.")
        return self._numbers[version]

    def control(self, version: Version) -> str:
        """The control number of a version under review, such as PRA-2026-0042-000017."""
        return f"{self.request}-{self.number(version):06}"

    def has(self, version: Version) -> bool:
        return version in self._numbers

    def chosen(self, named: str) -> list[Version]:
        """The versions that somebody names: 17, 17-20, a whole control number, several parted by commas; all
        of them as `all`, those that nobody decided on as `undecided`.
        """
        if named in ("all", "undecided"):
            return list(self.versions) if named == "all" else self.undecided
        numbers = [number for part in named.split(",") for number in self._range(part.strip())]
        return [self.versions[number - 1] for number in dict.fromkeys(numbers)]

    def _range(self, part: str) -> range:
        first, dots, last = part.partition("..")
        if not dots and (match := re.fullmatch(r"(\d{1,9})-(\d{1,9})", part)):
            first, last = match.groups()
        return range(self._number(first), self._number(last or first) + 1)

    def _number(self, text: str) -> int:
        match = _CONTROL.fullmatch(text.strip())
        if not match or match["request"] not in (None, self.request):
            shown = text if len(text) <= _LONGEST else f"{text[:_LONGEST]}…"
            raise BadQuestion(
                f"{shown!r} names no record of {self.request}: write it as 17, as 17-20, or whole, as "
                f"{self.request}-000017."
            )
        number = int(match["number"])
        if not 1 <= number <= len(self.versions):
            raise BadQuestion(
                f"{self.request} has {some(len(self.versions), 'record')} under review: no {text}."
            )
        return number

    def decision(self, version: Version) -> Decision | None:
        """The decision that stands; None where nothing was decided yet."""
        history = self._history.get(version)
        return history[-1].decision if history else None

    def history(self, version: Version) -> list[Decision]:
        """Everything that was ever decided about a version, oldest first."""
        return [one.decision for one in self._history.get(version, ())]

    def sparings(self, version: Version) -> list[Sparing]:
        """The suggestions of a version that somebody looked at and left, in the order of that."""
        return self._spared.get(version, [])

    def title_of(self, name: str) -> str:
        """The title that somebody gave last in this review; "" where none was given."""
        given = (one.decision for history in self._history.values() for one in history)
        titled = [one for one in given if one.decided_by == name and one.title]
        return max(titled, key=lambda one: one.decided_at).title if titled else ""

    @property
    def undecided(self) -> list[Version]:
        return [version for version in self.versions if version not in self._history]

    @cached_property
    def standing(self) -> dict[Version, Standing]:
        """What stands about each decided version under review, by control number."""
        return {version: self._history[version][-1] for version in self.versions if version in self._history}

    @property
    def counts(self) -> dict[Verdict, int]:
        tally = Counter(one.decision.verdict for one in self.standing.values())
        return {verdict: tally[verdict] for verdict in Verdict}

    def has_decided(self, by: By) -> bool:
        """Whether somebody ever decided or left anything in it, under whatever name."""
        return any(paper.by.is_same_person(by) for paper in self._papers)

    @cached_property
    def decisions_sha256(self) -> str:
        """SHA-256 over every version under review in order, each with the decision that stands and the
        suggestions that were left.
        """
        digest = hashlib.sha256()
        for version in self.versions:
            said = (version, self.decision(version), self.sparings(version))
            line = msgspec.json.encode(said, order="sorted")
            digest.update(line + b"\n")
        return digest.hexdigest()

    @property
    def signature(self) -> Signed | None:
        """The signature that stands: nothing was found or decided since."""
        last = self._signed[-1] if self._signed else None
        return last if last is not None and last.decisions_sha256 == self.decisions_sha256 else None

    @property
    def was_signed(self) -> bool:
        """Whether anybody ever signed it, whether or not that still stands."""
        return bool(self._signed)

    @property
    def responsible(self) -> list[tuple[str, str]]:
        """Name and title of everybody who keeps anything back (Gov. Code 7922.540)."""
        kept_back = (Verdict.EXEMPT, Verdict.EXEMPT_IN_PART)
        found = [one.decision for one in self.standing.values() if one.decision.verdict in kept_back]
        return list(dict.fromkeys((decision.decided_by, decision.title) for decision in found))

    def split_items(self) -> list[list[Version]]:
        """The versions of each item whose versions were decided differently."""
        by_item: dict[tuple[str, str, str], list[Version]] = {}
        for version in self.standing:
            by_item.setdefault(version[:3], []).append(version)
        return [some for some in by_item.values() if len({self._kind(version) for version in some}) > 1]

    def _kind(self, version: Version) -> object:
        decision = self._history[version][-1].decision
        return decision.verdict, tuple(sorted(claim.code for claim in decision.exempted))

    def pairs(self, hits: Mapping[Version, Hit]) -> list[Pair]:
        """Each decided record with its decision and control number, in order. `BadQuestion` names a record
        that is under review and not among the hits.
        """
        self._refuse_missing(hits)
        return [self.pair(version, one.decision, hits[version]) for version, one in self.standing.items()]

    def release(self, hits: Mapping[Version, Hit]) -> Release:
        """What is released as it is decided. `BadQuestion` as `pairs`."""
        self._refuse_missing(hits)
        decided = (Stands(one.decision, self.control(version)) for version, one in self.standing.items())
        return Release(decided, hits)

    def _refuse_missing(self, hits: Mapping[Version, Hit]) -> None:
        missing = [version for version in self.standing if version not in hits]
        if missing:
            raise BadQuestion(
                f"{self.named(missing)} cannot be found in the archive any more: search for the request "
                "again, and look what was lawfully destroyed meanwhile: the ledger says so."
            )

    def pairs_of(self, hits: Mapping[Version, Hit]) -> list[Pair]:
        """As `pairs`, of these records alone: those that are decided."""
        decided = (version for version in self.standing if version in hits)
        return [self.pair(version, self.standing[version].decision, hits[version]) for version in decided]

    def pair(self, version: Version, decision: Decision, hit: Hit) -> Pair:
        """A record with a decision about it."""
        spared = tuple(one.spared for one in self.sparings(version))
        return Pair(hit, decision, self.control(version), spared)

    def named(self, versions: Sequence[Version]) -> str:
        """Some control numbers, as a sentence names them."""
        shown = ", ".join(self.control(version) for version in versions[:_SHOWN])
        rest = len(versions) - _SHOWN
        return f"{shown} and {rest:,} more" if rest > 0 else shown


def as_of(
    decisions_sha256: str, at: datetime, request: str, sets: Sequence[Numbered], decided: Sequence[Decided]
) -> Review | None:
    """The review as it stood when its decisions had that hash, not signed; None where they never had.

    Papers are only ever added, so that it is the first so many of each kind: most likely those up to the
    moment `at`, else (a clock was put back) any.
    """
    known = sum(paper.at <= at for paper in sets), sum(paper.at <= at for paper in decided)
    for numbered, batches in chain(_backwards(*known), _backwards(len(sets), len(decided))):
        review = Review(request, sets[:numbered], decided[:batches], ())
        if review.decisions_sha256 == decisions_sha256:
            return review
    return None


def _backwards(first: int, second: int) -> Iterator[tuple[int, int]]:
    return product(range(first, -1, -1), range(second, -1, -1))


def finished(review: Review, by: By, at: datetime) -> ReviewFinished:
    """What the file of the request tells of a review in which everything is decided."""
    counts = review.counts
    return ReviewFinished(
        by=by, at=at, responsive=counts[Verdict.RESPONSIVE], not_responsive=counts[Verdict.NOT_RESPONSIVE],
        exempt_in_part=counts[Verdict.EXEMPT_IN_PART], exempt=counts[Verdict.EXEMPT],
    )  # fmt: skip
