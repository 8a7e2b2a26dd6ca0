"""What a decision lacks before it may be filed, and a review before somebody may sign it."""

from __future__ import annotations

from paloverde.errors import BadQuestion, PersonNeeded
from paloverde.records import archive_day
from paloverde.requests.events import Closed, is_a_name
from paloverde.requests.exemptions import (
    FACTS,
    SEGREGABILITY,
    Forum,
    check_claim,
    exemption,
    segregability,
)
from paloverde.requests.redaction import released
from paloverde.requests.request import Request
from paloverde.requests.review import Decision, Verdict
from paloverde.requests.reviewing import REVIEWERS, Review, Standing
from paloverde.retention.hold_orders import COUNSEL
from paloverde.retention.holds import By, person
from paloverde.search.hits import Hit
from paloverde.steps import Step
from paloverde.wording import some, spoken

DECIDING = {Forum.REQUEST: REVIEWERS, Forum.DISCOVERY: (COUNSEL,)}  # a privilege is counsel's to claim
# Where whoever withholds anything is named.
_NAMED_IN = {Forum.REQUEST: "letter (Gov. Code 7922.540)", Forum.DISCOVERY: "privilege log"}


def check_open(request: Request) -> None:
    """`BadQuestion` where a request is closed: nothing is decided in it until somebody opens it again."""
    closed = None if request.is_open else request.last(Closed)
    if closed is not None:
        raise BadQuestion(
            f"{request.number} was closed on {spoken(closed.closed_on)}, and nothing is decided in it any "
            f"more: {Step.REOPEN.of(request.number)} first, and say why."
        )


def check_decision(
    decision: Decision, hit: Hit | None, by: By, control: str, forum: Forum = Forum.REQUEST
) -> None:
    """Raise `BadQuestion` where a decision may not be filed, saying what it lacks."""
    if by.role not in (may := DECIDING[forum]):
        raise PersonNeeded(f"{by.name} has the role {by.role}; reviewing needs {' or '.join(may)}.")
    if person(decision.decided_by) != by.person:
        raise BadQuestion(f"{control} would be decided by {decision.decided_by}, and {by.name} files it.")
    try:
        for claim in decision.exempted:
            check_claim(claim, archive_day(decision.decided_at), forum)
        _check_form(decision, _NAMED_IN[forum])
        if hit is not None and decision.verdict is not Verdict.NOT_RESPONSIVE:
            released(hit, decision, control=control)
        if forum is Forum.REQUEST:
            _check_segregable(decision)
    except BadQuestion as error:
        raise BadQuestion(f"{control}: {str(error).removeprefix(f'{control}: ')}") from None


def _check_segregable(decision: Decision) -> None:
    """Whatever can be separated is released (Gov. Code 7922.525(b)): why nothing could be is written down."""
    if decision.verdict is Verdict.EXEMPT and not segregability(decision.exempted):
        raise BadQuestion(f"it is withheld whole, and needs {SEGREGABILITY}: {FACTS[SEGREGABILITY]}.")


def _check_form(decision: Decision, named_in: str) -> None:
    """What can be seen without the record."""
    claimed = [claim.code for claim in decision.exempted]
    keeps_back = decision.verdict in (Verdict.EXEMPT, Verdict.EXEMPT_IN_PART)
    barring = [code for code in claimed if exemption(code).bars_web]
    if keeps_back and not decision.title.strip():
        raise BadQuestion(f"the title of whoever withholds anything stands in the {named_in}: give it.")
    if keeps_back and not is_a_name(decision.decided_by):
        raise BadQuestion(
            f"the name of whoever withholds anything stands in the {named_in}, and "
            f"{decision.decided_by!r} is none: {Step.USER_NAME.of(decision.decided_by)} gives one."
        )
    if keeps_back and barring:
        raise BadQuestion(
            f"{barring[0]} bars posting on the web and no copy: claim what exempts a copy, too."
        )
    if not keeps_back and len(claimed) > len(barring):
        raise BadQuestion(f"{claimed[0]} is claimed, and nothing is kept back: say what is.")
    if not keeps_back and (decision.spans or decision.regions or decision.withheld_media):
        raise BadQuestion(f"it is {decision.verdict.value}, and parts of it are marked: say which is meant.")


def check_signature(review: Review, by: By) -> None:
    """Raise where that person may not sign the review now, and say why."""
    if by.role not in REVIEWERS:
        raise PersonNeeded(f"{by.name} has the role {by.role}; signing needs {' or '.join(REVIEWERS)}.")
    if not review.versions:
        raise BadQuestion(f"Nothing is under review in {review.request}: search for it first.")
    if review.undecided:
        told = some(len(review.undecided), "record is", "records are")
        raise BadQuestion(f"{told} not decided yet: {review.named(review.undecided)}.")
    if review.has_decided(by):
        changed = "" if _stands(review, by) else ", though nothing of that stands any more"
        raise PersonNeeded(
            f"{by.name} has decided in this review{changed}: somebody else looks at it and signs, clerk or "
            "counsel."
        )
    wanting = {version: wants for version, one in review.standing.items() if (wants := _wants(one, by))}
    if wanting:
        codes = sorted({code for wants in wanting.values() for code in wants})
        roles = sorted({role for wants in wanting.values() for some in wants.values() for role in some})
        raise PersonNeeded(
            f"{review.named([*wanting])} claims what {' or '.join(roles)} must decide or sign, too "
            f"({', '.join(codes)}): {' or '.join(roles)} signs, or decides it and somebody else signs."
        )


def _stands(review: Review, by: By) -> bool:
    """Whether anything that somebody decided or left still counts."""
    left = (each.by for version in review.versions for each in review.sparings(version))
    return any(who.is_same_person(by) for who in (*(one.by for one in review.standing.values()), *left))


def _wants(one: Standing, signer: By) -> dict[str, tuple[str, ...]]:
    """Who has still to see each claim of a decision, by code, where that person signs."""
    roles = (one.by.role, signer.role)
    found = ((claim.code, exemption(claim.code).wants(roles)) for claim in one.decision.exempted)
    return {code: wants for code, wants in found if wants}
