"""What the steps of a request look at in its review: one short account of it. Pure.

`review_state` makes it from the decisions alone, so that asking whether a bundle may go out needs no search.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Iterator

import msgspec

from paloverde.requests.events import DENYING, Outcome
from paloverde.requests.exemptions import EXEMPTIONS
from paloverde.requests.gates import Exposed
from paloverde.requests.review import Decision, Verdict
from paloverde.requests.reviewing import Review
from paloverde.retention.holds import person
from paloverde.search.scope import PRIVATE_KINDS
from paloverde.steps import Step
from paloverde.wording import some

_KEPT_BACK = (Verdict.EXEMPT, Verdict.EXEMPT_IN_PART)
_GIVEN = (Verdict.RESPONSIVE, Verdict.EXEMPT_IN_PART)


class ReviewState(msgspec.Struct, frozen=True, kw_only=True):
    """How a review stands. Numbers count record versions.

    `versions` are under review. `ungathered` were found and are not; None where nobody has searched again to
    know. Of the `responsive` ones something is kept back in `kept_back`; `withheld` of these are so whole.
    `codes` are the exemptions under which something is kept back, `deniers` who decided so. `is_settled`
    says that a signature stands, or that nothing is under review.
    """

    decisions_sha256: str = ""
    is_settled: bool = False
    ungathered: int | None = None
    undecided: int = 0
    versions: int = 0
    responsive: int = 0
    kept_back: int = 0
    withheld: int = 0
    codes: tuple[str, ...] = ()
    deniers: tuple[str, ...] = ()
    private: int = 0  # private messages and subscribers that are handed over
    exposed: tuple[Exposed, ...] = ()

    def open(self, number: str) -> str:
        """What is still to be done in the review of a request, in words; "" where nothing is."""
        if self.ungathered:
            gather = Step.GATHER.of(number)
            return f"{_versions(self.ungathered)} found and not under review yet: {gather}."
        if self.undecided:
            return f"{_versions(self.undecided)} found and not decided yet: {Step.DECIDE.of(number)}."
        unsigned = f"Nobody has signed the review as it stands: {Step.SIGN.of(number)}."
        return "" if self.is_settled else unsigned


def review_state(review: Review, ungathered: int | None = None) -> ReviewState:
    """How a review stands now."""
    decisions = [one.decision for one in review.standing.values()]
    kept_back = [one for one in decisions if one.verdict in _KEPT_BACK]
    given = [one for one in decisions if one.verdict in _GIVEN]
    return ReviewState(
        decisions_sha256=review.decisions_sha256,
        is_settled=review.signature is not None or not review.versions,
        ungathered=ungathered,
        undecided=len(review.undecided),
        versions=len(review.versions),
        responsive=sum(one.verdict is not Verdict.NOT_RESPONSIVE for one in decisions),
        kept_back=len(kept_back),
        withheld=sum(one.verdict is Verdict.EXEMPT for one in decisions),
        codes=tuple(sorted({code for one in kept_back for code in _codes(one)})),
        deniers=tuple(dict.fromkeys(one.decided_by for one in kept_back)),
        private=sum(one.kind in PRIVATE_KINDS for one in given),
        exposed=tuple(exposed_by(decisions)),
    )


def exposed_by(decisions: Iterable[Decision]) -> list[Exposed]:
    """What reviewers marked as barred from the web (EX-HOME) in records that are handed over."""
    given = (one for one in decisions if one.verdict in _GIVEN)
    codes = Counter(
        code
        for decision in given
        for code in {claim.code for claim in decision.exempted}
        if code in EXEMPTIONS and EXEMPTIONS[code].bars_web
    )
    return [Exposed(code, number) for code, number in sorted(codes.items())]


def untold(
    outcome: Outcome, exemptions: Collection[str], named: Iterable[str], review: ReviewState
) -> Iterator[str]:
    """What a review keeps back and a determination does not tell (Gov. Code 7922.540, rulebook R-22).

    `exemptions` are the codes that the determination claims, `named` the people it holds responsible.
    """
    if review.kept_back and outcome not in DENYING:
        yield (
            f"The review redacts or withholds {some(review.kept_back, 'record', 'records')} under "
            f"{', '.join(review.codes)}, and “{outcome}” denies nothing: determine part or denied."
        )
        return
    if missing := [code for code in review.codes if code not in exemptions]:
        yield f"The review claims {', '.join(missing)}, and the determination does not: determine again."
    people = {person(name) for name in named}
    if missing := [name for name in review.deniers if person(name) not in people]:
        yield (
            f"{', '.join(missing)} decided that something is kept back, and the determination does not name "
            f"them as responsible: draft the letter without {Step.DENIER}, which then names them all; where "
            f"a determination is noted by hand, name each with a title: {Step.RESPONSIBLE.of()}."
        )


def _codes(decision: Decision) -> set[str]:
    """Under which exemptions something of a record is kept back. A withheld file falls under all of them."""
    claimed = {claim.code for claim in decision.exempted}
    if decision.verdict is Verdict.EXEMPT or decision.withheld_media:
        return claimed
    return {span.code for span in decision.spans} | {region.code for region in decision.regions}


def _versions(number: int) -> str:
    return some(number, "record version was", "record versions were")
