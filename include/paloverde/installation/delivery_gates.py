"""What stands in the way of a bundle that is about to be handed over, each as a sentence."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, datetime, timedelta
from typing import NamedTuple
from urllib.parse import urlsplit

from paloverde.requests.delivery import MOST_DAYS, Inside, Terms, as_delivery
from paloverde.requests.events import Produced, Released, Way
from paloverde.requests.gates import web_delivery_refusals
from paloverde.requests.handing_over import hands_nothing_over
from paloverde.requests.letters import Delivery
from paloverde.requests.lifecycle import out_of_place
from paloverde.requests.lints import delivery_of
from paloverde.requests.request import Request
from paloverde.requests.review_state import review_state, untold
from paloverde.requests.reviewing import Review
from paloverde.requests.sending import Sent
from paloverde.steps import Step
from paloverde.wording import at_time, some, spoken

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


class Promise(NamedTuple):
    """What a letter told the requester of how the copies come, and its day."""

    delivery: Delivery
    day: date


def promised(sent: Sequence[Sent]) -> Promise | None:
    """What the letters promise: the newest that says how the copies are handed over."""
    told = ((delivery_of(one.letter), one.letter.day) for one in reversed(sent))
    return next((Promise(delivery, day) for delivery, day in told if delivery is not None), None)


def days_promised(promise: Promise | None, now: datetime) -> int:
    """How many days a link made now has to work for what was promised; 0 where that was not said."""
    until = promise.delivery.until if promise is not None else None
    if until is None or until <= now:
        return 0
    return -((now - until) // timedelta(days=1))


def broken(promise: Promise | None, terms: Terms, now: datetime) -> Iterator[str]:
    """How handing it over so would break what a letter promised. Whoever says why it goes otherwise may do
    so; the second person reads that.
    """
    if promise is None or terms.otherwise.strip():
        return
    way, until = promise.delivery.way, promise.delivery.until
    why = f"say why it goes otherwise than the letter says: {Step.OTHERWISE.of()}"
    if way is not terms.channel:
        yield (
            f"The letter of {spoken(promise.day)} promised the copies {way}, and this goes {terms.channel}: "
            f"choose the way that was promised, or {why}."
        )
    elif way is Way.LINK and until is not None and now + timedelta(days=terms.days) < until:
        needed = days_promised(promise, now)
        mend = f"give it {some(needed, 'day')}, or " if needed <= MOST_DAYS else ""
        ends = at_time(now + timedelta(days=terms.days))
        yield (
            f"The letter of {spoken(promise.day)} promised that the link works until {at_time(until)}; made "
            f"now for {some(terms.days, 'day')} it ends {ends}: {mend}{why}."
        )


def of_the_address(address: str | None) -> Iterator[str]:
    """Why no link can be made with the public address that is set."""
    if address is None:
        yield "Links have no address yet: IT sets PALOVERDE_DELIVERY_ADDRESS (docs/guide/delivering.md)."
    elif urlsplit(address).scheme != "https" and urlsplit(address).hostname not in _LOOPBACK:
        yield f"PALOVERDE_DELIVERY_ADDRESS is {address!r}, and a link goes over https only: IT mends it."
