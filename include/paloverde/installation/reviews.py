"""The review of what was found for a request, as the City works with it: numbered, decided, signed."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from datetime import date

import msgspec

from paloverde.archive.papers import Cabinet
from paloverde.archive.vault import Vault
from paloverde.errors import BadQuestion, PaloverdeError, PersonNeeded, Suspicious
from paloverde.installation.journal import Journal
from paloverde.installation.requests import Requests
from paloverde.installation.review_papers import released_of, review_of
from paloverde.installation.reviewable import Reviewable, of_number
from paloverde.requests.detectors import Suggestion, suggested
from paloverde.requests.earlier import Earlier, Waived, offered, register, waived
from paloverde.requests.events import Released, ReviewFinished
from paloverde.requests.releasing import Left, released_all, still_said
from paloverde.requests.review import Decision, Spared, Verdict
from paloverde.requests.review_checks import DECIDING, check_decision, check_signature
from paloverde.requests.reviewing import (
    SERIES,
    SETS,
    SIGNATURES,
    Decided,
    Numbered,
    Review,
    Signed,
    Version,
)
from paloverde.requests.unanswered import Unanswered, check_seen, sparing, unanswered
from paloverde.retention.holds import By
from paloverde.search.hits import Hit, in_order
from paloverde.steps import Step
from paloverde.wording import at_time, several

_TRIES = 5  # to number what was found, where somebody else numbers at the same moment
_NAMED = 5  # places that an error names


class Reviews:
    """The reviews of one installation, each by the number of its request, or of one of the `others`."""

    def __init__(
        self,
        vault: Vault,
        cabinet: Cabinet,
        journal: Journal,
        requests: Requests,
        others: Sequence[Reviewable] = (),
    ) -> None:
        self._vault, self._cabinet, self._journal, self._requests = vault, cabinet, journal, requests
        self._kinds = (*others, requests)

    def get(self, number: str) -> Review:
        """How the review of a request stands; empty where nothing was found for it yet."""
        return review_of(self._cabinet, number)

    def all(self) -> Iterator[Review]:
        """Every review, by the number of its request."""
        return (self.get(filed.subject) for filed in self._cabinet.newest(SETS))

    def gather(self, number: str, hits: Iterable[Hit], by: By) -> list[Version]:
        """Number what was found and is not under review yet, in order of time; the versions that are new.

        A control number never changes: what a later search finds is numbered on. `BadQuestion` where the
        request is closed.
        """
        of_number(number, self._kinds).check_open(number)
        found = {version_of(hit): hit for hit in in_order(hits)}
        for left in reversed(range(_TRIES)):
            last = self._cabinet.last(SETS, number)  # before the review: what is filed between them is seen
            review = self.get(number)
            new = tuple(version for version in found if not review.has(version))
            if not new:
                return []
            try:
                self._cabinet.file(
                    SETS, number, Numbered(new, by, self._vault.clock()), what="records under review",
                    actor=by.actor, about={"request": number, "records": str(len(new))},
                    after=last.number if last else 0,
                )  # fmt: skip
                break
            except Suspicious:
                if not left:
                    raise
        return list(new)

    def decide(
        self,
        number: str,
        decisions: Sequence[Decision],
        hits: Mapping[Version, Hit],
        by: By,
        after: int | None = None,
    ) -> list[Decision]:
        """File a batch of decisions, all or none; those that say something new.

        `hits` are the records that they are about. `after` is how many papers with decisions there were
        (`Review.papers`) when these were made from what stood. `BadQuestion` where the request is closed,
        where somebody decided since, or names the first that may not be filed.
        """
        of_number(number, self._kinds).check_open(number)
        review, new = self.get(number), list[Decision]()
        forum = of_number(number, self._kinds).forum
        _refuse_changed(review, after)
        for decision in decisions:
            control = review.control(decision.version)
            if decision.version not in hits:
                raise BadQuestion(f"{control} was not looked at: its record is not among those given.")
            check_decision(decision, hits[decision.version], by, control, forum)
            if not _is_same(review.decision(decision.version), decision):
                new.append(decision)
        if new:
            batch = Decided(tuple(new), by, self._vault.clock())
            about = {"request": number, "decisions": str(len(new))}
            self._cabinet.file(
                SERIES, number, batch, what="review decided", actor=by.actor, about=about, after=after
            )
        return new

    def spare(
        self,
        number: str,
        suggestions: Mapping[Version, Collection[Suggestion]],
        hits: Mapping[Version, Hit],
        by: By,
        after: int | None = None,
    ) -> list[Spared]:
        """Note that a person looked at suggestions and left them: they stand unanswered no more. Those that
        nobody left before.

        Whoever does it may not sign; whoever signs is shown them. `after` as in `decide`. `BadQuestion` where
        one is no suggestion of its record, or the request is closed.
        """
        of_number(number, self._kinds).check_open(number)
        review, new = self.get(number), list[Spared]()
        _refuse_changed(review, after)
        if by.role not in (may := DECIDING[of_number(number, self._kinds).forum]):
            raise PersonNeeded(f"{by.name} has the role {by.role}; reviewing needs {' or '.join(may)}.")
        for version, some_ in suggestions.items():
            control, known = review.control(version), [one.spared for one in review.sparings(version)]
            if version not in hits or not {*some_} <= {*suggested(hits[version])}:
                raise BadQuestion(f"{control}: what was left is not suggested there now. Look at it again.")
            new += [_spared(version, one) for one in sorted(some_) if sparing(one, known) is None]
        if new:
            paper = Decided((), by, self._vault.clock(), tuple(new))
            about = {"request": number, "suggestions": str(len(new))}
            self._cabinet.file(
                SERIES, number, paper, what="suggestions left", actor=by.actor, about=about, after=after
            )
        return new

    def faults(
        self, number: str, decisions: Iterable[Decision], hits: Mapping[Version, Hit], by: By
    ) -> Iterator[tuple[int, str]]:
        """Of a batch, the number (from 0) of each decision that may not be filed, and why."""
        review, forum = self.get(number), of_number(number, self._kinds).forum
        for place, decision in enumerate(decisions):
            try:
                control = review.control(decision.version)
                check_decision(decision, hits.get(decision.version), by, control, forum)
            except PaloverdeError as error:
                yield place, str(error)

    def sign(
        self,
        number: str,
        hits: Mapping[Version, Hit],
        by: By,
        accepted: Collection[tuple[str, str]] = (),
        unread: Collection[str] = (),
        seen: int = 0,
        decisions_sha256: str = "",
    ) -> Review:
        """The signature of a second person under the finished review; the file of the request tells of it.

        `accepted` are pairs of a control number and where (another one, a file of the bundle): what is
        redacted in the first may be read there. `unread` are files that need not be looked into. `seen` is
        how many suggestions the signer has seen: all that stand unanswered in what is handed over, and
        `decisions_sha256` the decisions that were shown ("": whatever stands). `BadQuestion` where others
        stand now, where something is not decided, where redacted words still stand in what would be
        released and are not accepted, where the request is closed, or where it is signed so already (then
        what an interruption left of that is completed); `PersonNeeded` where that person may not sign.
        """
        review = self.get(number)
        if decisions_sha256 not in ("", review.decisions_sha256):
            raise BadQuestion("Something was decided or found meanwhile: look at it once more, then sign.")
        check_signature(review, by)
        kind = of_number(number, self._kinds)
        kind.check_takes(number, ReviewFinished)
        left = [one for one in self.left(review, hits) if (one.redacted_in, one.control) not in accepted]
        _refuse_left(left)
        signed_as = tuple(sorted(accepted)), tuple(sorted(unread))
        before = review.signature
        if before is not None and (before.accepted, before.unread) == signed_as:
            if kind.review_finished(review, before.by):
                return review
            raise BadQuestion(
                f"The review of {number} was signed as it stands already, by {before.by.name} on "
                f"{at_time(before.at)}: nothing was filed."
            )
        check_seen(self.unanswered(review, hits), seen)
        paper = Signed(review.decisions_sha256, by, self._vault.clock(), *signed_as, seen=seen)
        about = {"request": number, "decisions_sha256": paper.decisions_sha256}
        told = {"accepted": len(paper.accepted), "unread": len(paper.unread), "seen": seen}
        about |= {name: str(many) for name, many in told.items() if many}
        self._cabinet.file(SIGNATURES, number, paper, what="review signed", actor=by.actor, about=about)
        signed = self.get(number)
        kind.review_finished(signed, by)
        return signed

    def left(self, review: Review, hits: Mapping[Version, Hit]) -> list[Left]:
        """Where redacted words still stand in what would be released as it was decided."""
        return list(still_said(released_all(review.pairs(hits))))

    def unanswered(self, review: Review, hits: Mapping[Version, Hit]) -> list[Unanswered]:
        """Suggestions of which nothing is redacted, in what would be handed over as it was decided."""
        return list(unanswered(review.pairs(hits)))

    def earlier(self, number: str) -> dict[Version, list[Earlier]]:
        """The release register: what other requests were given of each version, and what was kept back."""
        others = (request for request in self._requests.all() if request.number != number)
        return register(review for request in others for review in released_of(self._cabinet, request))

    def handed_over(self, number: str) -> dict[Version, date]:
        """The versions that the requester was given, whole or in part, each with the first Pacific day."""
        request, days = self._requests.get(number), dict[str, date]()
        for one in request.all(Released):
            if made := request.bundle(one.sha256):
                days.setdefault(made.decisions_sha256, one.released_on)
        found = dict[Version, date]()
        for review in released_of(self._cabinet, request):
            for version, standing in review.standing.items():
                if standing.decision.verdict in (Verdict.RESPONSIVE, Verdict.EXEMPT_IN_PART):
                    found.setdefault(version, days[review.decisions_sha256])
        return found

    def as_before(self, review: Review, by: By, title: str) -> list[Decision]:
        """Of each undecided version what the newest earlier request was given, as decisions of this person;
        nothing is filed.
        """
        return [
            msgspec.structs.replace(
                one.decision, decided_by=by.name, title=title, decided_at=self._vault.clock()
            )
            for _, one in offered(review, self.earlier(review.request))
        ]

    def waived(self, review: Review, hits: Mapping[Version, Hit]) -> list[Waived]:
        """What is kept back now and was released to an earlier request."""
        return list(waived(review, self.earlier(review.request), hits))

    def told_of_export(self, number: str, file: str, records: int, by: By) -> None:
        """Note that the records under review were written into a file outside of the archive."""
        self._journal.tell("review sheet written", by.actor, request=number, file=file, records=str(records))


def version_of(hit: Hit) -> Version:
    """The version that a hit is of."""
    return hit.account, hit.kind, hit.native_id, hit.version_sha256


def _spared(version: Version, one: Suggestion) -> Spared:
    return Spared(version, one.where, one.start, one.end, one.what, one.code)


def _refuse_changed(review: Review, after: int | None) -> None:
    if after is not None and review.papers != after:
        who = several(list(dict.fromkeys(paper.by.name for paper in review.since(after))))
        raise BadQuestion(
            f"{who or 'Somebody else'} decided something in {review.request} meanwhile, and nothing of yours "
            "was filed: look at it again, then do the same once more."
        )


def _refuse_left(left: Sequence[Left]) -> None:
    """Raise where redacted words still stand in what would be released, naming where."""
    if left:
        named = dict.fromkeys(f"{one.control} ({one.where})" for one in left)
        shown = ", ".join([*named][:_NAMED])
        more = f" and {len(named) - _NAMED:,} more" if len(named) > _NAMED else ""
        accept = Step.ACCEPT.of(left[0].redacted_in, left[0].control)
        raise BadQuestion(
            f"Words that are redacted in {left[0].redacted_in} still stand in {shown}{more}: redact them "
            f"there, too ({Step.EVERYWHERE.of()}); or, where they are words that anybody says, accept that "
            f"they are read there ({accept}, several at once: 17=18-40)."
        )


def _is_same(before: Decision | None, now: Decision) -> bool:
    """Whether a decision says what stands already; who said it first and when stays."""
    if before is None:
        return False
    return now == msgspec.structs.replace(
        before, decided_by=now.decided_by, title=now.title, decided_at=now.decided_at
    )
