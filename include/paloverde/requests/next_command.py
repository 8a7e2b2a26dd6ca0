"""The command that comes next on the way to an answer, by the file of a request and its review. Pure."""

from __future__ import annotations

from paloverde.requests.events import Determined, Outcome, Produced
from paloverde.requests.request import Request, State
from paloverde.requests.review_state import ReviewState, untold

_PROMISE = (
    " Where that takes longer than the law's time: `paloverde letter draft {number} disclosable` says that "
    "there are records, and by when."
)


def at_hand(request: Request, review: ReviewState) -> str:
    """The command that comes next; "" where a person has to say what does."""
    number, determined = request.number, request.determination
    if request.state in (State.CLOSED, State.LITIGATION):
        return ""
    if determined is not None and determined.outcome is Outcome.NOT_AGENCY:
        return _close(number)
    if determined is not None and determined.outcome in (Outcome.NONE, Outcome.DENIED):
        return _to_review(request, review) or _after_a_no(number, determined, review)
    if not request.searches:
        return f"`paloverde request search {number} 'WORDS'` looks for it."
    if not any(search.hits for search in request.searches):
        return f"Search in other words, or `paloverde letter draft {number} none`."
    if told := _to_review(request, review):
        return told + (_PROMISE.format(number=number) if determined is None else "")
    if determined is None or not determined.is_final or _is_untold(determined, review):
        return f"`paloverde letter draft {number} {_outcome(review)}`, then `letter send`."
    return _to_hand_over(request, review)


def _to_review(request: Request, review: ReviewState) -> str:
    """What is still to be done before the review stands."""
    number = request.number
    found = max((search.hits for search in request.searches), default=0)
    if review.ungathered or found > review.versions:
        return f"`paloverde review gather {number}` takes what was found under review."
    if review.undecided:
        return f"`paloverde review list {number} --undecided` shows what to decide, `review decide` decides."
    if not review.is_settled:
        return f"Somebody who decided nothing looks at it: `paloverde review sign {number}`."
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
        return (
            f"The review says otherwise than “{determined.outcome}”: `paloverde letter draft {number} "
            f"{_outcome(review)}`, then `letter send`."
        )
    return _close(number)


def _close(number: str) -> str:
    return f"`paloverde request close {number}`, when the requester has the letter."


def _to_hand_over(request: Request, review: ReviewState) -> str:
    """From the letter to the requester's hands: the newest bundle, if it still says what the review says."""
    number, made = request.number, request.last(Produced)
    if made is None:
        return f"`paloverde bundle --request {number} --show`, then with `--out FILE.zip`."
    if made.decisions_sha256 != review.decisions_sha256:
        again = f"`paloverde bundle --request {number}` builds it again"
        return f"The review says otherwise than when instalment {made.instalment} was built: {again}."
    if request.is_released(made.bundle.sha256):
        return f"`paloverde request close {number}`, when nothing more is to be handed over."
    if not request.is_signed_off(made.bundle.sha256):
        return f"Somebody else than {made.by.name}: `paloverde deliver show {number}`, then `deliver agree`."
    return f"Hand it over: `paloverde deliver link {number}`, or `deliver record` where it goes another way."
