"""What comes next on the way to an answer, by the file of a request and its review. Pure."""

from __future__ import annotations

from paloverde.requests.events import Determined, Outcome, Produced
from paloverde.requests.request import Request, State
from paloverde.requests.review_state import ReviewState, untold
from paloverde.steps import Step


def at_hand(request: Request, review: ReviewState) -> str:
    """The step that comes next, in a sentence; "" where a person has to say what does."""
    number, determined = request.number, request.determination
    if request.state in (State.CLOSED, State.LITIGATION):
        return ""
    if determined is not None and determined.outcome is Outcome.NOT_AGENCY:
        return _close(number)
    if determined is not None and determined.outcome in (Outcome.NONE, Outcome.DENIED):
        return _to_review(request, review) or _after_a_no(number, determined, review)
    if not request.searches:
        return f"{Step.SEARCH.of(number)} looks for it."
    if not any(search.hits for search in request.searches):
        none = Step.LETTER.of(number, Outcome.NONE)
        return f"Search in other words, or tell the requester that there are none: {none}."
    if told := _to_review(request, review):
        return told + (_promise(number) if determined is None else "")
    if determined is None or not determined.is_final or _is_untold(determined, review):
        return f"Tell the requester: {_letter(number, review)}."
    return _to_hand_over(request, review)


def _promise(number: str) -> str:
    """What keeps the law's time where the review takes longer."""
    letter = Step.LETTER.of(number, Outcome.DISCLOSABLE)
    return f" Where that takes longer than the law's time: {letter} says that there are records, and by when."


def _letter(number: str, review: ReviewState) -> str:
    """The letter that tells what the signed review comes to."""
    return f"{Step.LETTER.of(number, _outcome(review))}, and send it"


def _to_review(request: Request, review: ReviewState) -> str:
    """What is still to be done before the review stands."""
    number = request.number
    found = max((search.hits for search in request.searches), default=0)
    if review.ungathered or found > review.versions:
        return f"{Step.GATHER.of(number)} takes what was found under review."
    if review.undecided:
        return f"Decide what is not decided yet: {Step.UNDECIDED.of(number)}."
    if not review.is_settled:
        return f"Somebody who decided nothing looks at it: {Step.SIGN.of(number)}."
    return ""


def _outcome(review: ReviewState) -> str:
    """What the signed review comes to."""
    if not review.responsive:
        return Outcome.NONE
    if review.withheld == review.responsive:
        return Outcome.DENIED
    return Outcome.PART if review.kept_back else Outcome.FULL


def _is_untold(determined: Determined, review: ReviewState) -> bool:
    """Whether the review keeps something back that the determination does not tell."""
    named = [one.name for one in determined.responsible]
    return any(untold(determined.outcome, determined.exemptions, named, review))


def _after_a_no(number: str, determined: Determined, review: ReviewState) -> str:
    """Nothing was to be handed over; does that still hold?"""
    given = review.responsive - review.withheld
    is_wrong = review.responsive if determined.outcome is Outcome.NONE else given
    if is_wrong:
        return f"The review says otherwise than “{determined.outcome}”: {_letter(number, review)}."
    return _close(number)


def _close(number: str) -> str:
    return f"{Step.CLOSE.of(number)}, when the requester has the letter."


def _to_hand_over(request: Request, review: ReviewState) -> str:
    """From the letter to the requester's hands: the newest bundle, if it still says what the review says."""
    number, made = request.number, request.last(Produced)
    if made is None:
        return f"Look at what the bundle would be, and build it: {Step.BUNDLE_PLAN.of(number)}."
    if made.decisions_sha256 != review.decisions_sha256:
        again = f"{Step.BUNDLE.of(number)} builds it again"
        return f"The review says otherwise than when instalment {made.instalment} was built: {again}."
    if request.is_released(made.bundle.sha256):
        return f"{Step.CLOSE.of(number)}, when nothing more is to be handed over."
    if not request.is_signed_off(made.bundle.sha256):
        return (
            f"Somebody else than {made.by.name} looks at it: {Step.DELIVERY.of(number)}, and agrees: "
            f"{Step.AGREE.of(number)}."
        )
    return f"Hand it over: {Step.LINK.of(number)}, or {Step.RECORD.of(number)} where it goes another way."
