"""What stands in the way of a bundle that is about to be handed over, each as a sentence."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import NamedTuple
from urllib.parse import urlsplit

from paloverde.requests.delivery import Inside, Terms, as_delivery
from paloverde.requests.events import Produced, Released
from paloverde.requests.gates import web_delivery_refusals
from paloverde.requests.handing_over import hands_nothing_over
from paloverde.requests.lifecycle import out_of_place
from paloverde.requests.request import Request
from paloverde.requests.review_state import review_state, untold
from paloverde.requests.reviewing import Review
from paloverde.requests.sending import Sent
from paloverde.steps import Step

_LOOPBACK = ("127.0.0.1", "::1", "localhost")


class Outgoing(NamedTuple):
    """A bundle on its way: of which request and review, how and to whom, what is in it, the last letter."""

    request: Request
    review: Review
    made: Produced
    terms: Terms
    held: Inside
    letter: Sent | None


def in_the_way(out: Outgoing, today: date) -> Iterator[str]:
    """Everything that stands in the way of handing it over, whatever the way."""
    request, review, determined = out.request, out.review, out.request.determination
    if told := hands_nothing_over(determined) or out_of_place(request, Released):
        yield told
    if out.letter is None:
        yield f"No determination was sent: first {Step.SEND.of(request.number)}."
    if request.is_replaced(out.made):
        yield f"Instalment {out.made.instalment} was built again since: leave out {Step.WHICH_BUNDLE}."
    if review.signature is None:
        yield "Nobody has signed the review as it stands: a second person looks at it and signs."
    elif out.made.decisions_sha256 != review.decisions_sha256:
        yield "The review was signed after this bundle was built: build the bundle again from it."
    if not out.terms.to.strip():
        yield f"It is not said to whom it goes: {Step.TO.of()}."
    state = review_state(review)
    if determined is not None and determined.is_final:
        named = [one.name for one in determined.responsible]
        yield from untold(determined.outcome, determined.exemptions, named, state)
    for bar in web_delivery_refusals(as_delivery(out.terms), state.exposed, out.held.private, today):
        yield f"{bar.says} ({bar.cite}). Choose another way than a link."


def of_the_address(address: str | None) -> Iterator[str]:
    """Why no link can be made with the public address that is set."""
    if address is None:
        yield "Links have no address yet: IT sets PALOVERDE_DELIVERY_ADDRESS (docs/guide/delivering.md)."
    elif urlsplit(address).scheme != "https" and urlsplit(address).hostname not in _LOOPBACK:
        yield f"PALOVERDE_DELIVERY_ADDRESS is {address!r}, and a link goes over https only: IT mends it."
