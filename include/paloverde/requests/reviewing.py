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

import msgspec

from paloverde.errors import BadQuestion, PersonNeeded
from paloverde.records import archive_day
from paloverde.requests.events import ReviewFinished
from paloverde.requests.exemptions import EXEMPTIONS, check_claim
from paloverde.requests.redaction import released
from paloverde.requests.releasing import Pair
from paloverde.requests.review import Decision, Verdict
from paloverde.retention.hold_orders import CLERK, COUNSEL
from paloverde.retention.holds import By
from paloverde.search.hits import Hit

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
    """A paper: a batch of decisions."""

    decisions: tuple[Decision, ...]
    by: By
    at: datetime


class Signed(msgspec.Struct, frozen=True):
    """A paper: a second person has looked at the finished review, and these are the decisions.

    `accepted` are pairs of control numbers: what is redacted in the first may be read in the second.
    """

    decisions_sha256: str
    by: By
    at: datetime
    accepted: tuple[tuple[str, str], ...] = ()


class Standing(msgspec.Struct, frozen=True):
    """The decision that stands about a version, and who filed it."""

    decision: Decision
    by: By


class Review:
    """The review of one request: all its papers together. `papers` counts those with decisions."""

    def __init__(
        self, request: str, sets: Iterable[Numbered], decided: Iterable[Decided], signed: Iterable[Signed]
    ) -> None:
        self.request = request
        self.versions: list[Version] = [version for one in sets for version in one.versions]
        self._numbers = {version: number for number, version in enumerate(self.versions, 1)}
        self._history: dict[Version, list[Standing]] = {}
        self.papers = 0
        for paper in decided:
            self.papers += 1
            for decision in paper.decisions:
                self._history.setdefault(decision.version, []).append(Standing(decision, paper.by))
        self._signed = list(signed)

    def control(self, version: Version) -> str:
        """The control number of a version under review, such as PRA-2026-0042-000017."""
        if version not in self._numbers:
            raise BadQuestion(f"{'/'.join(version[:3])} is not under review in {self.request}.")
        return f"{self.request}-{self._numbers[version]:06}"

    def has(self, version: Version) -> bool:
        return version in self._numbers

    def chosen(self, named: str) -> list[Version]:
        """The versions that somebody names: 17, 17-20, a whole control number, several parted by commas."""
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
            raise BadQuestion(f"{self.request} has {len(self.versions):,} records under review: no {text}.")
        return number

    def decision(self, version: Version) -> Decision | None:
        """The decision that stands; None where nothing was decided yet."""
        history = self._history.get(version)
        return history[-1].decision if history else None

    def history(self, version: Version) -> list[Decision]:
        """Everything that was ever decided about a version, oldest first."""
        return [one.decision for one in self._history.get(version, ())]

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

    @property
    def deciders(self) -> set[str]:
        """Everybody who ever decided anything in it."""
        return {one.by.name for history in self._history.values() for one in history}

    @cached_property
    def decisions_sha256(self) -> str:
        """SHA-256 over every version under review in order, each with the decision that stands."""
        digest = hashlib.sha256()
        for version in self.versions:
            line = msgspec.json.encode((version, self.decision(version)), order="sorted")
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
        missing = [version for version in self.standing if version not in hits]
        if missing:
            raise BadQuestion(
                f"{self.named(missing)} cannot be found in the archive any more: search for the request "
                "again, and look at `paloverde ledger` for what was destroyed."
            )
        return [
            Pair(hits[version], one.decision, self.control(version)) for version, one in self.standing.items()
        ]

    def named(self, versions: Sequence[Version]) -> str:
        """Some control numbers, as a sentence names them."""
        shown = ", ".join(self.control(version) for version in versions[:_SHOWN])
        rest = len(versions) - _SHOWN
        return f"{shown} and {rest:,} more" if rest > 0 else shown


def finished(review: Review, by: By, at: datetime) -> ReviewFinished:
    """What the file of the request tells of a review in which everything is decided."""
    counts = review.counts
    return ReviewFinished(
        by=by, at=at, responsive=counts[Verdict.RESPONSIVE], not_responsive=counts[Verdict.NOT_RESPONSIVE],
        exempt_in_part=counts[Verdict.EXEMPT_IN_PART], exempt=counts[Verdict.EXEMPT],
    )  # fmt: skip


def check_decision(decision: Decision, hit: Hit | None, by: By, control: str) -> None:
    """Raise `BadQuestion` where a decision may not be filed, saying what it lacks."""
    if by.role not in REVIEWERS:
        raise PersonNeeded(f"{by.name} has the role {by.role}; reviewing needs {' or '.join(REVIEWERS)}.")
    if decision.decided_by != by.name:
        raise BadQuestion(f"{control} would be decided by {decision.decided_by}, and {by.name} files it.")
    try:
        for claim in decision.exempted:
            check_claim(claim, archive_day(decision.decided_at))
        _check_form(decision)
        if hit is not None and decision.verdict is not Verdict.NOT_RESPONSIVE:
            released(hit, decision, control=control)
    except BadQuestion as error:
        raise BadQuestion(f"{control}: {str(error).removeprefix(f'{control}: ')}") from None


def _check_form(decision: Decision) -> None:
    """What can be seen without the record."""
    claimed = [claim.code for claim in decision.exempted]
    keeps_back = decision.verdict in (Verdict.EXEMPT, Verdict.EXEMPT_IN_PART)
    barring = [code for code in claimed if EXEMPTIONS[code].bars_web]
    if keeps_back and not decision.title.strip():
        raise BadQuestion(
            "the title of whoever withholds anything stands in the letter (Gov. Code 7922.540): give it."
        )
    if keeps_back and barring:
        raise BadQuestion(
            f"{barring[0]} bars posting on the web and no copy: claim what exempts a copy, too."
        )
    if not keeps_back and len(claimed) > len(barring):
        raise BadQuestion(f"{claimed[0]} is claimed, and nothing is kept back: say what is.")
    if not keeps_back and (decision.spans or decision.regions or decision.withheld_media):
        raise BadQuestion(f"it is {decision.verdict.value}, and parts of it are marked: say which is meant.")


def check_signature(review: Review, by: By) -> None:
    """Raise where that person may not sign the review now, and say why."""
    if by.role not in REVIEWERS:
        raise PersonNeeded(f"{by.name} has the role {by.role}; signing needs {' or '.join(REVIEWERS)}.")
    if not review.versions:
        raise BadQuestion(f"Nothing is under review in {review.request}: search for it first.")
    if review.undecided:
        raise BadQuestion(
            f"{len(review.undecided):,} records are not decided yet: {review.named(review.undecided)}."
        )
    if by.name in review.deciders:
        raise PersonNeeded(
            f"{by.name} has decided in this review: somebody else looks at it and signs, clerk or counsel."
        )
    unseen = [version for version, one in review.standing.items() if not _is_seen(one, by)]
    if unseen:
        raise PersonNeeded(
            f"{review.named(unseen)} claims an exemption that counsel must decide or sign "
            f"({', '.join(sorted(_asking(review, unseen, by)))}): counsel signs."
        )


def _is_seen(one: Standing, signer: By) -> bool:
    return all(
        {one.by.role, signer.role} & {*EXEMPTIONS[claim.code].reviewers} for claim in one.decision.exempted
    )


def _asking(review: Review, versions: Iterable[Version], signer: By) -> Iterator[str]:
    for version in versions:
        one = review.standing[version]
        for claim in one.decision.exempted:
            if not {one.by.role, signer.role} & {*EXEMPTIONS[claim.code].reviewers}:
                yield claim.code
