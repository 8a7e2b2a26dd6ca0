"""What stands in the way of a bundle that is about to go out, and of closing a request. Pure."""

from __future__ import annotations

from paloverde.requests.determining import found_responsive, untold_by
from paloverde.requests.events import (
    DISCLOSING,
    Closed,
    Determined,
    Ending,
    Outcome,
    Produced,
    Released,
    SignedOff,
)
from paloverde.requests.gates import web_delivery_refusals
from paloverde.requests.letters import Delivery
from paloverde.requests.request import Request
from paloverde.requests.review_state import ReviewState
from paloverde.steps import Step


def hands_nothing_over(determined: Determined | None) -> str:
    """Why nothing may leave the City by what was determined last, and what comes first; "" where it may."""
    if determined is not None and determined.outcome in DISCLOSING:
        return ""
    if determined is not None and not determined.is_final:
        return (
            "The letter that was sent promises the records and does not say yet what is withheld: first sign "
            "the review, and determine full or part."
        )
    return "What was determined hands nothing over: first determine full or part."


def signing_lacks(request: Request, event: SignedOff, review: ReviewState) -> str:
    """The one who signs off is another person than the one who put it together (rulebook R-21)."""
    made = request.bundle(event.sha256)
    if made is None:
        return _no_bundle(event.sha256)
    if made.by.is_same_person(event.by):
        return f"{made.by.name} put this bundle together: somebody else has to sign it off."
    return _out_of_date(request, made, review)


def release_lacks(request: Request, event: Released, review: ReviewState) -> str:
    """What a bundle needs before it goes to the requester: a determination, a second person, a way."""
    if told := hands_nothing_over(request.determination):
        return told
    made = request.bundle(event.sha256)
    if made is None:
        return _no_bundle(event.sha256)
    if not request.is_signed_off(event.sha256):
        return "Nobody has signed this bundle off: a second person looks at it first."
    barred = web_delivery_refusals(Delivery(event.way), review.exposed, review.private, event.released_on)
    return _out_of_date(request, made, review) or " ".join(f"{bar.says} ({bar.cite})" for bar in barred)


def closing_lacks(request: Request, event: Closed, review: ReviewState) -> str:
    """What an answer still owes; a note can excuse what was found and not told, nothing else."""
    if event.ending is Ending.WITHDRAWN:
        return "" if event.note.strip() else "It needs a note of how the requester withdrew it."
    determined = request.determination
    if determined is None:
        told, noted = Step.SEND.of(request.number), Step.DETERMINE.of(request.number)
        return f"Nothing was determined yet: first {told} (or {noted}, where the letter went out otherwise)."
    if not determined.is_final:
        return (
            "Records were promised, and the final determination is still owed: review them, have somebody "
            "sign, then determine full, part or denied."
        )
    if determined.outcome in DISCLOSING and not request.all(Released):
        return "Records were promised and nothing was released yet: first hand them over."
    if event.note.strip():
        return ""
    left = _left_out(request, determined, review)
    return f"{left} Or say in a note why it is closed all the same." if left else ""


def _no_bundle(sha256: str) -> str:
    return f"No instalment of this request has a bundle {sha256[:16]}…: name one that was produced."


def _out_of_date(request: Request, made: Produced, review: ReviewState) -> str:
    """Why a bundle no longer holds what the signed review and the determination say."""
    if request.is_replaced(made):
        return f"Instalment {made.instalment} was built again since: this bundle is replaced by a newer one."
    if not review.is_settled:
        return review.open(request.number)
    if made.decisions_sha256 != review.decisions_sha256:
        return "Something was found or decided since this bundle was built: build it again from the review."
    determined = request.determination
    return untold_by(determined, review) if determined is not None and determined.is_final else ""


def _left_out(request: Request, determined: Determined, review: ReviewState) -> str:
    """What was found and the answer is silent about."""
    if told := review.open(request.number):
        return told
    if determined.outcome is Outcome.NONE and review.responsive:
        found = found_responsive(review.responsive)
        return f"{found} responsive since it was determined that there are none."
    last = request.last(Released)
    made = request.bundle(last.sha256) if last else None
    if made is not None and made.decisions_sha256 != review.decisions_sha256:
        return "The review says other things than when the last bundle was built: build and release one more."
    return ""
