"""The file of a request in words: each event as a line with its weekday and Pacific time, oldest first."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from paloverde.requests.events import (
    Acknowledged,
    AnyEvent,
    ClarificationAnswered,
    ClarificationAsked,
    Closed,
    CustodianAnswered,
    CustodianAsked,
    CustodianHandedIn,
    CustodianReminded,
    Determined,
    Extended,
    Litigated,
    MinutesSpent,
    Noted,
    Outcome,
    Produced,
    Received,
    Released,
    Reminded,
    Reopened,
    Responsible,
    ReviewFinished,
    Searched,
    SignedOff,
)
from paloverde.requests.grounds import channel_on
from paloverde.requests.request import Entry, Request
from paloverde.steps import Step
from paloverde.wording import short_moment, some, spoken

_NAMED_PAIRS = 3

OUTCOMES = {
    Outcome.DISCLOSABLE: "there are disclosable records; what is withheld of them is told after review",
    Outcome.FULL: "everything is handed over",
    Outcome.PART: "a part is handed over, and a part is denied",
    Outcome.DENIED: "it is denied",
    Outcome.NONE: "the City has no such record",
    Outcome.NOT_AGENCY: "another agency may have such records, the City does not",
}


def history(request: Request) -> Iterator[str]:
    """Every entry: when it was entered, by whom, what it says, its documents, and the hash of its paper."""
    for entry in request.entries:
        event = entry.event
        yield f"{short_moment(event.at)}  {said(event)}"
        yield f"    {_entered(entry)}"
        if event.note and not isinstance(event, Noted | Reopened):
            yield f"    Note: {event.note}"
        yield from (f"    Document: {one.name}, SHA-256 {one.sha256}" for one in event.documents)


def said(event: AnyEvent) -> str:
    """What an event says, in one or two sentences."""
    match event:
        case Received():
            return _received(event)
        case Searched():
            return _searched(event)
        case Extended():
            return _extended(event)
        case Determined():
            return _determined(event)
        case Produced() | SignedOff() | Released():
            return _handed_over(event)
        case Closed() | Reopened() | Litigated():
            return _course(event)
        case MinutesSpent() | Noted() | Reminded():
            return _aside(event)
        case CustodianAsked() | CustodianReminded() | CustodianAnswered() | CustodianHandedIn():
            return of_custodian(event)
    return _asked(event)


def _extended(event: Extended) -> str:
    grounds = ", ".join(f"{code} ({event.facts[code]})" for code in event.grounds)
    return (
        f"Extended to {spoken(event.until)} by notice of {spoken(event.sent_on)}, signed by "
        f"{_who(event.officer)}, because of {grounds}."
    )


def _course(event: Closed | Reopened | Litigated) -> str:
    match event:
        case Closed():
            return f"Closed on {spoken(event.closed_on)}: {event.ending}."
        case Reopened():
            return f"Opened again: {event.note}"
        case Litigated():
            return f"In litigation since {spoken(event.on)}: {event.matter}."


def _aside(event: MinutesSpent | Noted | Reminded) -> str:
    match event:
        case MinutesSpent():
            return f"{some(event.minutes, 'minute')} spent on {spoken(event.on)}: {event.what}."
        case Noted():
            return f"Note: {event.note}"
        case Reminded():
            return f"Warning: {event.told}"


def _asked(
    event: Acknowledged | ClarificationAsked | ClarificationAnswered | ReviewFinished,
) -> str:
    match event:
        case Acknowledged():
            return f"The requester was told on {spoken(event.sent_on)} that the request is here."
        case ClarificationAsked():
            return f"The requester was asked on {spoken(event.asked_on)}: {event.question}"
        case ClarificationAnswered():
            return f"The requester answered on {spoken(event.answered_on)}: {event.answer}"
        case ReviewFinished():
            return (
                f"Review finished: of {some(event.reviewed, 'record version')} {event.responsive:,} are "
                f"responsive, {event.exempt_in_part:,} exempt in part, {event.exempt:,} exempt, "
                f"{event.not_responsive:,} not responsive."
            )


def of_custodian(
    event: CustodianAsked | CustodianReminded | CustodianAnswered | CustodianHandedIn,
) -> str:
    """What an event of a custodian says, in a request or in a matter."""
    match event:
        case CustodianAsked():
            title = f", {event.title}," if event.title else ""
            due = f" Answer due {spoken(event.instruction.due_on)}." if event.instruction else ""
            return f"{event.custodian}{title} was asked on {spoken(event.asked_on)}: {event.about}{due}"
        case CustodianReminded():
            return f"{event.custodian} was reminded on {spoken(event.reminded_on)}."
        case CustodianAnswered():
            return f"{event.custodian} answered on {spoken(event.answered_on)}: {event.answer}"
        case CustodianHandedIn():
            return _handed_in(event)


def _handed_in(event: CustodianHandedIn) -> str:
    runs = ", ".join(f"{run.sequence:,} ({run.provenance})" for run in event.runs)
    told = (
        f"{event.custodian} handed in {some(event.files, 'file')} on {spoken(event.handed_on)}: "
        f"{some(event.records, 'record')} archived as {event.account}, run {runs}; the list of files has the "
        f"SHA-256 {event.list_sha256[:16]}…."
    )
    if event.messages:
        mails = some(event.messages, "e-mail", "e-mails")
        told += f" Of {mails}, {event.matched:,} came from an address that {event.custodian} is known by."
    if unread := sum(run.not_read for run in event.runs):
        told += f" {some(unread, 'piece')} could not be read; the bytes are kept."
    return told


def _received(event: Received) -> str:
    channel = channel_on(event.channel, event.received_on).text
    at = f", {short_moment(event.received_at)}" if event.received_at else ""
    inspect = " The requester wants to look at the records." if event.inspect else ""
    wants = f" Asked for in this form: {event.wants}." if event.wants else ""
    return f"Received on {spoken(event.received_on)}{at}: {channel}.{inspect}{wants}"


def _searched(event: Searched) -> str:
    spent = f" Took {some(event.minutes, 'minute')}." if event.minutes else ""
    until = f"in what was archived up to run {event.through:,}"
    return f"Searched “{event.question}”, {until}. {event.sentence}{spent}"


def _determined(event: Determined) -> str:
    told = [f"Determined, and told on {spoken(event.sent_on)}: {OUTCOMES[event.outcome]}."]
    if event.available_at:
        told.append(f"Available from {short_moment(event.available_at)}.")
    if event.responsible:
        told.append(f"Responsible for the denial: {'; '.join(map(_who, event.responsible))}.")
    if event.exemptions:
        told.append(f"Exemptions: {', '.join(event.exemptions)}.")
    return " ".join([*told, f"Reasons: {event.reasons}"])


def _handed_over(event: Produced | SignedOff | Released) -> str:
    match event:
        case Produced():
            pages = f" on {event.pages:,} pages" if event.pages else ""
            again = f" again, in place of {event.replaces[:16]}…, not released" if event.replaces else ""
            told = (
                f"Instalment {event.instalment} was put together{again}: "
                f"{some(event.records, 'record')}{pages}, "
                f"{event.bundle.name}, SHA-256 {event.bundle.sha256}."
            )
            return " ".join([told, *accepted_in(event.accepted, event.unread)])
        case SignedOff():
            return f"{event.by.name} agrees that the bundle {event.sha256} goes out."
        case Released():
            return f"Released on {spoken(event.released_on)}: the bundle {event.sha256}, {event.way}."


def accepted_in(
    accepted: Sequence[tuple[str, str]], unread: Sequence[str], number: str = "NUMBER"
) -> Iterator[str]:
    """What whoever signed the review accepted of a bundle of that request, for whoever agrees that it goes
    out: pair by pair where they are few, else in numbers and where all are named.
    """
    if len(accepted) > _NAMED_PAIRS:
        yield _counted_pairs(accepted, number)
    elif accepted:
        pairs = ", ".join(f"{control} in {where}" for control, where in accepted)
        yield f"Accepted by the signer of the review, words redacted from one record may be read in: {pairs}."
    if unread:
        yield f"Accepted by the signer, not looked into for redacted words: {', '.join(unread)}."


def _counted_pairs(accepted: Sequence[tuple[str, str]], number: str) -> str:
    own = sum(control == where for control, where in accepted)
    records = some(len({control for control, _ in accepted}), "record")
    itself = f", {own:,} of them the record itself" if own else ""
    return (
        f"Accepted by the signer of the review: words redacted from {records} may be read in "
        f"{some(len(accepted), 'record or file', 'records or files')}{itself}. "
        f"{Step.FILE.of(number)} names each."
    )


def _who(one: Responsible) -> str:
    return f"{one.name}, {one.title}"


def _entered(entry: Entry) -> str:
    by = entry.event.by
    return f"entered by {by.name} ({by.role}), {by.how}; paper {entry.number}, SHA-256 {entry.sha256[:16]}…"
