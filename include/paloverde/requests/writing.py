"""The words of a letter from its facts, with the law that is in force on its day. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, timedelta

import msgspec

from paloverde.requests.assistance import Holdings, in_full, told
from paloverde.requests.clock import Clock
from paloverde.requests.costs import dollars, sentence, worksheet
from paloverde.requests.exemptions import EXEMPTIONS
from paloverde.requests.grounds import grounds_on
from paloverde.requests.letters import (
    Acknowledgment,
    Claimed,
    Clarification,
    ClawBack,
    Closure,
    Counts,
    Determination,
    Estimate,
    Extension,
    Letter,
    Production,
)
from paloverde.requests.paper import Block, Facts, Heading, Points
from paloverde.requests.wording import Words, Written, write
from paloverde.wording import at_time, some, spoken

_PRINTED = ("second_statute", "balancing")  # the facts of a claim that stand in a letter


def written(letter: Letter) -> Written:
    """The letter in words. What nothing fills is named in `Written.unfilled` and stays in braces."""
    single, lists, blocks = _common(letter), dict[str, Sequence[str]](), dict[str, Sequence[Block]]()
    match letter.body:
        case Acknowledgment(holdings):
            blocks |= _archive(holdings)
        case Clarification(questions, holdings, offers):
            lists |= {"questions": questions, "offers": offers}
            blocks |= _archive(holdings)
        case Extension(until, grounds):
            single["until"] = spoken(until)
            lists["grounds"] = [*_grounds(grounds, letter.case.clock.received)]
        case Determination() as body:
            single |= _determined(body)
        case Estimate(sheet):
            single["cost"] = sentence(sheet, letter.day)
            single["charged"] = dollars(sheet.cents) if sheet.cents else ""
            blocks["sheet"] = worksheet(sheet)
        case Production() as body:
            single |= _produced(body)
        case Closure(reasons, summary, kept_until):
            single |= {"reasons": _ended(reasons), "kept_until": spoken(kept_until) if kept_until else ""}
            blocks["summary"] = (Facts(summary),) if summary else ()
        case ClawBack() as body:
            single |= _clawed_back(body)
            lists["items"] = body.items
    if isinstance(letter.body, Determination | Production):
        lists["claims"] = [*_claims(_together(letter.claims))]
        lists["deniers"] = [f"{one.name}, {one.title}" for one in letter.deniers]
        blocks["searches"] = _searches(letter.body.searches)
    enclosure = "enclosure" if "archive" in blocks else ""
    return write(letter.kind, Words(single, lists, blocks), letter.day, enclosure)


def _archive(holdings: Holdings) -> dict[str, Sequence[Block]]:
    """The archive in short, for the letter, and in full, for its enclosure."""
    return {"holdings": told(holdings), "archive": in_full(holdings)}


def _common(letter: Letter) -> dict[str, str]:
    """What stands in any letter."""
    case, clock = letter.case, letter.case.clock
    return {
        "today": spoken(letter.day),
        "agency": letter.office.agency,
        "contact": letter.office.contact,
        "technology": letter.office.technology,
        "location": letter.office.location,
        "number": case.number,
        "wording": case.wording.strip(),
        "requester": case.requester,
        "received": spoken(clock.received),
        "channel": case.channel,
        "due": spoken(case.due),
        "promised": spoken(case.promised_on) if case.promised_on else "",
        "day_ten": spoken(clock.last_day),
        "extension_max": spoken(clock.extension_max),
        "clock": _counted(clock),
        "signer_name": letter.signer.name,
        "signer_title": letter.signer.title,
    }


def _counted(clock: Clock) -> str:
    days = (clock.last_day - clock.received).days
    first, last = spoken(clock.received + timedelta(1)), spoken(clock.last_day)
    back = f" Since our office is closed on that day, we answer by {spoken(clock.target)}."
    return f"Day 1 is {first}, and day {days} is {last}.{back if clock.target < clock.last_day else ''}"


def _determined(body: Determination) -> dict[str, str]:
    return {
        "reasons": _ended(body.reasons),
        "available": at_time(body.available_at) if body.available_at else "",
        "counts": body.counts.sentence() if body.counts != Counts() else "",
        "delivery": body.delivery.sentence() if body.delivery else "",
        "elsewhere": body.elsewhere.rstrip("."),
    }


def _produced(body: Production) -> dict[str, str]:
    is_last = body.next_at is None
    more = f"The next instalment is expected on {at_time(body.next_at)}." if body.next_at else ""
    last = "the last records" if body.instalment > 1 else "your records"
    return {
        "instalment": last if is_last else f"instalment {body.instalment} of your records",
        "counts": body.counts.sentence(),
        "delivery": body.delivery.sentence(),
        "more": more or "This completes what we hand over for your request.",
        "file": body.bundle.file,
        "sha256": body.bundle.sha256,
        "key": body.bundle.key,
    }


def _clawed_back(body: ClawBack) -> dict[str, str]:
    return {
        "released": at_time(body.released_at),
        "file": body.bundle.file,
        "sha256": body.bundle.sha256,
        "privilege": body.privilege.rstrip("."),
        "replacement": body.replacement,
    }


def _grounds(grounds: Mapping[str, str], received: date) -> Iterator[str]:
    """Each ground that was law for the request, and what makes it true; one that was not is left to the
    lints.
    """
    known = grounds_on(received)
    for code, facts in grounds.items():
        if code in known:
            row = known[code]
            yield f"{row.text[:1].upper()}{row.text[1:]} ({row.cite}). In this case: {_ended(facts)}"


def _together(claims: Iterable[Claimed]) -> list[Claimed]:
    """Claims of which the letter says the same, as one; their numbers are added up."""
    found: dict[tuple[str, ...], Claimed] = {}
    for claim in claims:
        facts = {name: claim.facts.get(name, "").strip() for name in _PRINTED}
        before = found.get((claim.code, *facts.values()))
        found[claim.code, *facts.values()] = (
            claim
            if before is None
            else msgspec.structs.replace(
                before, redacted=before.redacted + claim.redacted, withheld=before.withheld + claim.withheld
            )
        )
    return [*found.values()]


def _claims(claims: Iterable[Claimed]) -> Iterator[str]:
    """Each claim with all that it cites, what it touches, and the weighing where the law asks for one."""
    for claim in claims:
        row = EXEMPTIONS.get(claim.code)
        if row is None:
            continue
        touched = [f"parts of {some(claim.redacted, 'record', 'records')}"] if claim.redacted else []
        touched += [f"the whole of {some(claim.withheld, 'record', 'records')}"] if claim.withheld else []
        told = f"{row.statute(claim.facts)}: {row.letter} In the records it is marked {claim.code}."
        if touched:
            told += f" Withheld under it: {' and '.join(touched)}."
        balancing = claim.facts.get("balancing", "").strip()
        yield f"{told} Weighed in this case: {_ended(balancing)}" if balancing else told


def _searches(sentences: Sequence[str]) -> tuple[Block, ...]:
    return (Heading("What we searched"), Points(tuple(sentences))) if sentences else ()


def _ended(text: str) -> str:
    """A sentence with its full stop."""
    text = text.strip()
    return text if not text or text[-1] in ".!?" else f"{text}."
