"""That a letter was sent: the paper that says so, and the event of the request's file that the letter is.
Pure.

A letter lies in the series `letters` under the number of its request; its exact bytes are a document of the
request, which the paper and the event name by their SHA-256.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime

import msgspec

from paloverde.records import archive_day
from paloverde.requests.events import (
    Acknowledged,
    AnyEvent,
    ClarificationAsked,
    Determined,
    Document,
    Event,
    Extended,
    Produced,
    Released,
    ReviewFinished,
    Searched,
)
from paloverde.requests.letters import (
    Acknowledgment,
    Clarification,
    ClawBack,
    Closure,
    Determination,
    Extension,
    Letter,
    Production,
)
from paloverde.requests.request import Request
from paloverde.retention.holds import By
from paloverde.wording import spoken

SERIES = "letters"


class Sent(msgspec.Struct, frozen=True, kw_only=True):
    """A letter that was sent: `way` and `to` as somebody says it, its facts, and the documents that hold its
    exact bytes. The first is its text.
    """

    kind: str
    by: By
    at: datetime
    way: str
    to: str
    letter: Letter
    documents: tuple[Document, ...]


def sent_before(letter: Letter, sent: Sequence[Sent]) -> Sent | None:
    """The last letter of its sort, where it said the same: what is sent again tells nobody anything new.

    That a request is here is said once, whatever the archive holds by now.
    """
    alike = [one for one in sent if type(one.letter.body) is type(letter.body)]
    last = alike[-1] if alike else None
    if last is None or isinstance(letter.body, Acknowledgment) or last.letter.body == letter.body:
        return last
    return None


def out_of_time(letter: Letter, request: Request, today: date) -> str:
    """Why a letter cannot have gone out on its day; "" where it can: not in the future, and not before what
    it tells of was there.
    """
    if letter.day > today:
        return f"{spoken(letter.day)} is still to come: note the letter once it went out."
    given = request.received.received_on
    if letter.day < given:
        return f"The letter is dated {spoken(letter.day)}, and the request came in on {spoken(given)}."
    facts = [archive_day(event.at) for event in request.events if isinstance(event, _rests_on(letter))]
    if facts and letter.day < max(facts):
        return (
            f"The letter is dated {spoken(letter.day)}, and what it tells of was there on "
            f"{spoken(max(facts))} only: give that day or a later one."
        )
    return ""


def _rests_on(letter: Letter) -> tuple[type[Event], ...]:
    """The steps without which a letter could not say what it says."""
    match letter.body:
        case Determination():
            return (Searched, ReviewFinished)
        case Production() | ClawBack():
            return (Searched, ReviewFinished, Produced)
        case Closure():
            return (Determined, Released)
    return ()


def event_of(letter: Letter, by: By, documents: tuple[Document, ...], at: datetime) -> AnyEvent | None:
    """The event that sending this letter is, entered at that moment; None where it is none by itself.

    An instalment is released after a second person has signed for it, and a request is closed, by steps of
    their own.
    """
    match letter.body:
        case Acknowledgment():
            return Acknowledged(by=by, at=at, documents=documents, sent_on=letter.day)
        case Clarification(questions):
            question = " ".join(questions)
            return ClarificationAsked(
                by=by, at=at, documents=documents, question=question, asked_on=letter.day
            )
        case Extension(until, grounds):
            return Extended(
                by=by,
                at=at,
                documents=documents,
                grounds=tuple(grounds),
                facts=dict(grounds),
                until=until,
                sent_on=letter.day,
                officer=letter.signer,
            )
        case Determination() as body:
            return Determined(
                by=by,
                at=at,
                documents=documents,
                outcome=body.outcome,
                reasons=body.reasons,
                sent_on=letter.day,
                available_at=body.available_at,
                responsible=body.deniers,
                exemptions=tuple(dict.fromkeys(claim.code for claim in body.claims)),
            )
    return None
