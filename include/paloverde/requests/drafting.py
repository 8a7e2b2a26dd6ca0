"""From what somebody says for a letter, and what the request's file knows, to the letter's facts. Pure.

A person gives what only a person knows (questions, reasons, a date); counts, claims, names and the bundle
come from the file of the request.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime

import msgspec

from paloverde.errors import BadQuestion
from paloverde.requests.assistance import Holdings
from paloverde.requests.clock import Clock
from paloverde.requests.costs import Sheet
from paloverde.requests.events import Determined, Outcome, Released, Requester, Responsible
from paloverde.requests.grounds import channel_on
from paloverde.requests.letters import (
    Acknowledgment,
    Body,
    Bundle,
    Case,
    Claimed,
    Clarification,
    ClawBack,
    Closure,
    Counts,
    Delivery,
    Determination,
    Estimate,
    Extension,
    Production,
)
from paloverde.requests.request import Request
from paloverde.requests.reviewed import Reviewed
from paloverde.steps import Step
from paloverde.wording import some, spoken

OUTCOMES = tuple(outcome.value for outcome in Outcome)
_OTHERS = ("acknowledgment", "clarification", "extension", "estimate", "production", "closure", "clawback")
KINDS = (*_OTHERS, *OUTCOMES)
TITLES: Mapping[str, str] = {  # what people call each letter
    "acknowledgment": "Acknowledgment",
    "clarification": "Questions to the requester",
    "extension": "Notice of extension",
    "disclosable": "Records are there, under review",
    "full": "Released in full",
    "part": "Released in part",
    "denied": "Denied",
    "none": "No records",
    "not_agency": "Another agency’s records",
    "estimate": "Cost estimate",
    "production": "Letter with the copies",
    "closure": "Closing letter",
    "clawback": "Sent by mistake",
}


class Wish(msgspec.Struct, frozen=True, kw_only=True):
    """What a person says for a letter; what does not concern its kind is left empty."""

    questions: tuple[str, ...] = ()
    offers: tuple[str, ...] = ()
    grounds: Mapping[str, str] = {}
    until: date | None = None
    reasons: str = ""
    available_at: datetime | None = None
    next_at: datetime | None = None
    claims: tuple[Claimed, ...] = ()
    deniers: tuple[Responsible, ...] = ()
    tells_searches: bool = True  # False where the words of a search would disclose something
    counts: Counts | None = None  # None takes those of the review
    delivery: Delivery | None = None
    elsewhere: str = ""
    sheet: Sheet = Sheet()
    bundle: str = ""  # the beginning of its SHA-256; empty takes the last one that was put together
    privilege: str = ""
    places: tuple[str, ...] = ()
    replacement: str = ""


class File(msgspec.Struct, frozen=True, kw_only=True):
    """What the City knows of a request when a letter is drafted. `bundle` is the one that the letter is
    about.
    """

    request: Request
    dates: Clock
    holdings: Holdings
    reviewed: Reviewed | None = None
    bundle: Bundle | None = None
    kept_until: date | None = None


def case_of(request: Request, dates: Clock) -> Case:
    """The request as its letters name it."""
    received = request.received
    channel = channel_on(received.channel, received.received_on)
    extension = request.extension
    return Case(
        number=request.number,
        wording=received.text,
        channel=channel.text,
        clock=dates,
        requester=_named(received.requester),
        extended_until=extension.until if extension else None,
        promised_on=request.promised_on,
    )


def _named(requester: Requester) -> str:
    return ", ".join(filter(None, (requester.name.strip(), requester.contact.strip())))


def body_of(kind: str, wish: Wish, file: File) -> Body:
    """The facts of a letter of that kind. `BadQuestion` where the request has nothing to write about."""
    if kind in OUTCOMES:
        return _determination(Outcome(kind), wish, file)
    if kind not in KINDS:
        raise BadQuestion(f"There is no letter {kind!r}. There are: {', '.join(KINDS)}.")
    match kind:
        case "acknowledgment":
            return Acknowledgment(file.holdings)
        case "clarification":
            return Clarification(wish.questions, file.holdings, wish.offers)
        case "extension":
            return _extension(wish)
        case "estimate":
            return Estimate(wish.sheet)
        case "production":
            return _production(wish, file)
        case "closure":
            return _closure(wish, file)
    return _claw_back(wish, file)


def _determination(outcome: Outcome, wish: Wish, file: File) -> Determination:
    if outcome is Outcome.DISCLOSABLE and (wish.claims or wish.deniers or wish.counts):
        raise BadQuestion(
            f"The letter “{TITLES[outcome]}” counts and denies nothing: what is withheld is told after the "
            f"review, by “{TITLES[Outcome.PART]}” or “{TITLES[Outcome.DENIED]}”. Leave the exemptions, the "
            "names of those responsible and the numbers out."
        )
    review = file.reviewed if outcome in (Outcome.PART, Outcome.DENIED, Outcome.FULL) else None
    counts = wish.counts or (review.counts if review else Counts())
    return Determination(
        outcome=outcome,
        reasons=wish.reasons,
        available_at=wish.available_at,
        counts=counts,
        claims=wish.claims or (review.claims if review else ()),
        deniers=wish.deniers or (review.deniers if review else ()),
        delivery=wish.delivery,
        searches=_searches(file.request) if wish.tells_searches else (),
        elsewhere=wish.elsewhere,
    )


def _searches(request: Request) -> tuple[str, ...]:
    """The sentence of each search, each once."""
    return tuple(dict.fromkeys(search.sentence for search in request.searches))


def _extension(wish: Wish) -> Extension:
    if wish.until is None:
        raise BadQuestion(f"Say until when the time is to be extended: {Step.UNTIL.of()}.")
    return Extension(wish.until, dict(wish.grounds))


def _production(wish: Wish, file: File) -> Production:
    bundle = _bundle(file)
    review = file.reviewed
    if wish.delivery is None:
        raise BadQuestion(f"Say how the copy is handed over: {Step.WAY.of()}.")
    return Production(
        instalment=_instalment(file.request, bundle.sha256),
        bundle=bundle,
        counts=wish.counts or bundle.counts,
        delivery=wish.delivery,
        next_at=wish.next_at,
        claims=wish.claims or (review.claims if review else ()),
        deniers=wish.deniers or (review.deniers if review else ()),
        searches=_searches(file.request) if wish.tells_searches else (),
    )


def _instalment(request: Request, sha256: str) -> int:
    made = request.bundle(sha256)
    return made.instalment if made else 1


def _bundle(file: File) -> Bundle:
    if file.bundle is None:
        raise BadQuestion(f"No bundle was put together for {file.request.number} yet: build one first.")
    return file.bundle


def _claw_back(wish: Wish, file: File) -> ClawBack:
    bundle = _bundle(file)
    released = [one for one in file.request.all(Released) if one.sha256 == bundle.sha256]
    if not released:
        raise BadQuestion(f"The bundle {bundle.file} has not been released: there is nothing to claw back.")
    return ClawBack(
        bundle=bundle,
        released_at=released[-1].at,
        privilege=wish.privilege,
        items=wish.places,
        replacement=wish.replacement,
    )


def _closure(wish: Wish, file: File) -> Closure:
    request = file.request
    told = [
        ("Received", spoken(request.received.received_on)),
        *((f"Determined ({one.outcome.value})", spoken(one.sent_on)) for one in request.all(Determined)),
        *(
            ("Released", f"{spoken(one.released_on)}: {_records(request, one.sha256)}")
            for one in request.all(Released)
        ),
    ]
    return Closure(wish.reasons, tuple(told), file.kept_until)


def _records(request: Request, sha256: str) -> str:
    made = request.bundle(sha256)
    return some(made.records, "record", "records") if made else "a copy"
