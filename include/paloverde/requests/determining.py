"""What a determination lacks, or what comes before it (Gov. Code 7922.535(a), 7922.540). Pure.

That a request seeks disclosable records is said within the time that the law gives, whether or not they are
reviewed by then; full, part and denied say what a signed review came to.
"""

from __future__ import annotations

from paloverde.records import archive_day
from paloverde.requests.custodians import owing
from paloverde.requests.events import (
    DENYING,
    DISCLOSING,
    PROMISING,
    CustodianAnswered,
    Determined,
    Outcome,
)
from paloverde.requests.exemptions import EXEMPTIONS
from paloverde.requests.request import Request
from paloverde.requests.review_state import ReviewState, untold
from paloverde.steps import Step
from paloverde.wording import some, spoken


def determination_lacks(request: Request, event: Determined, review: ReviewState) -> str:
    """Why a determination may not be filed, in words; "" where it may."""
    return (
        _of_time(event)
        or (_of_a_denial(event) if event.is_final else _of_a_promise(request, event))
        or _too_early(request, event.outcome, review)
        or (untold_by(event, review) if event.is_final else "")
        or ("" if event.reasons.strip() else "It needs the reasons for the determination.")
    )


def untold_by(event: Determined, review: ReviewState) -> str:
    """What the review keeps back and that determination does not tell."""
    named = [one.name for one in event.responsible]
    return " ".join(untold(event.outcome, event.exemptions, named, review))


def found_responsive(number: int) -> str:
    """So many versions, as sentences begin that say what is known of them."""
    return some(number, "record version was found", "record versions were found")


def _of_time(event: Determined) -> str:
    if event.outcome in PROMISING and event.available_at is None:
        return "It needs the estimated date and time when the records will be made available."
    if event.available_at is not None and archive_day(event.available_at) < event.sent_on:
        return f"The records cannot be available before it is sent, on {spoken(event.sent_on)}."
    return ""


def _of_a_promise(request: Request, event: Determined) -> str:
    """That there are disclosable records: true once some were found, and said once."""
    before = request.determination
    if before is not None and before.outcome in (DISCLOSING | DENYING):
        return (
            f"“{before.outcome}” was determined on {spoken(before.sent_on)}, which says more: determine "
            "full, part or denied again."
        )
    if not request.searches:
        return f"That there are disclosable records needs a search: first {Step.SEARCH.of(request.number)}."
    if not (any(search.hits for search in request.searches) or request.all(CustodianAnswered)):
        return "No search has found a record yet: search in other words, or determine none."
    if event.exemptions or event.responsible:
        return "It denies nothing yet: what is withheld is told by the final determination."
    return ""


def _of_a_denial(event: Determined) -> str:
    """A denial rests on an exemption that the law has on that day (Gov. Code 7922.000), and names people."""
    if event.outcome in DENYING and not event.responsible:
        return "It denies something, and needs the name and title of each person responsible for that."
    if any(not (one.name.strip() and one.title.strip()) for one in event.responsible):
        return "Each person responsible for a denial needs a name and a title or position."
    if event.outcome in DENYING and not event.exemptions:
        return "It denies something, and needs the exemption that it claims, such as EX-PRIV."
    for code in event.exemptions:
        if code not in EXEMPTIONS or not EXEMPTIONS[code].is_law_on(event.sent_on):
            return f"{code!r} is no exemption on that day; there are: {', '.join(EXEMPTIONS)}."
    return ""


def _too_early(request: Request, outcome: Outcome, review: ReviewState) -> str:
    """What comes before a determination about records: they are searched for, and all found reviewed."""
    if outcome is Outcome.NONE and not request.searches:
        return f"That there are no records needs a search: first {Step.SEARCH.of(request.number)}."
    if outcome is Outcome.NONE and review.responsive:
        found = found_responsive(review.responsive)
        return f"{found} responsive: it cannot be determined that there are none."
    if outcome is Outcome.NONE and (told := owing(request.events)):
        return f"It cannot be determined that there are none. {told}"
    if outcome is Outcome.NONE and (review.ungathered or review.undecided):
        return f"It cannot be determined that there are none. {review.open(request.number)}"
    if outcome is Outcome.FULL and not request.searches:
        return f"That all is disclosed needs a search: first {Step.SEARCH.of(request.number)}."
    told = review.open(request.number)
    if outcome not in (DISCLOSING | DENYING) or not told:
        return ""
    promise = Step.LETTER.of(request.number, Outcome.DISCLOSABLE)
    in_time = f" In time {promise} says that there are records; the rest follows the review."
    return told if request.determination else f"{told}{in_time}"
