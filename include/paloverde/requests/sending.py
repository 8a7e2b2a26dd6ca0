"""That a letter was sent: the paper that says so, and the event of the request's file that the letter is.
Pure.

A letter lies in the series `letters` under the number of its request; its exact bytes are a document of the
request, which the paper and the event name by their SHA-256.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

import msgspec

from paloverde.requests.events import (
    Acknowledged,
    AnyEvent,
    ClarificationAsked,
    Determined,
    Document,
    Extended,
)
from paloverde.requests.letters import Acknowledgment, Clarification, Determination, Extension, Letter
from paloverde.retention.holds import By

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


def event_of(letter: Letter, by: By, documents: tuple[Document, ...]) -> AnyEvent | None:
    """The event that sending this letter is; None where it is none by itself.

    An instalment is released after a second person has signed for it, and a request is closed, by steps of
    their own.
    """
    match letter.body:
        case Acknowledgment():
            return Acknowledged(by=by, at=letter.at, documents=documents, sent_on=letter.day)
        case Clarification(questions):
            question = " ".join(questions)
            return ClarificationAsked(
                by=by, at=letter.at, documents=documents, question=question, asked_on=letter.day
            )
        case Extension(until, grounds):
            return Extended(
                by=by,
                at=letter.at,
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
                at=letter.at,
                documents=documents,
                outcome=body.outcome,
                reasons=body.reasons,
                sent_on=letter.day,
                available_at=body.available_at,
                responsible=body.deniers,
                exemptions=tuple(dict.fromkeys(claim.code for claim in body.claims)),
            )
    return None
