"""The steps of a request that somebody notes by hand: what each asks for, and the event that it becomes.

What may follow what, and which date or fact is good, is for `paloverde.requests.lifecycle` to say.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime
from typing import NamedTuple, TypedDict

from paloverde.desk.asked import Wrong
from paloverde.desk.typed import Field, Typed
from paloverde.requests.events import (
    Acknowledged,
    AnyEvent,
    ClarificationAnswered,
    ClarificationAsked,
    Closed,
    CustodianAnswered,
    CustodianAsked,
    Determined,
    Ending,
    Event,
    Extended,
    Litigated,
    MinutesSpent,
    Noted,
    Outcome,
    Reopened,
)
from paloverde.requests.exemptions import EXEMPTIONS
from paloverde.requests.grounds import grounds_on
from paloverde.requests.in_words import OUTCOMES
from paloverde.requests.request import Request
from paloverde.retention.holds import By

_NOTE = Field("note", "Anything else, in a few words")
_DOCUMENT = Field("document", "Letters or other files that belong to it", "file")
FACTS = "facts_"  # and the code of a ground: the field for its facts


class Filer(NamedTuple):
    """Who notes a step, when, and of which request."""

    request: Request
    by: By
    at: datetime


class Step(NamedTuple):
    """A step. `is_final` shows first, in words, what will be filed, on a page of its own."""

    name: str
    title: str
    about: str
    type: type[Event]
    fields: Callable[[Request, date], list[Field]]
    event: Callable[[Typed, Filer], AnyEvent]
    is_final: bool = False


def _on(what: str, today: date) -> Field:
    return Field("on", what, "date", required=True, value=str(today))


class _Common(TypedDict):
    by: By
    at: datetime
    note: str


def _common(filer: Filer, typed: Typed) -> _Common:
    return {"by": filer.by, "at": filer.at, "note": typed.text("note")}


def _acknowledge(_: Request, today: date) -> list[Field]:
    return [_on("Day on which the requester was told that it is here", today)]


def _acknowledged(typed: Typed, filer: Filer) -> AnyEvent:
    return Acknowledged(**_common(filer, typed), sent_on=typed.needed_day("on"))


def _ask(_: Request, today: date) -> list[Field]:
    return [
        Field(
            "question",
            "What the requester was asked",
            "area",
            "Never who they are or what it is for.",
            required=True,
        ),
        _on("Day on which that was", today),
    ]


def _asked(typed: Typed, filer: Filer) -> AnyEvent:
    return ClarificationAsked(
        **_common(filer, typed), question=typed.text("question"), asked_on=typed.needed_day("on")
    )


def _answer(_: Request, today: date) -> list[Field]:
    return [
        Field("answer", "What the requester answered", "area", required=True),
        _on("Day on which that was", today),
    ]


def _answered(typed: Typed, filer: Filer) -> AnyEvent:
    return ClarificationAnswered(
        **_common(filer, typed), answer=typed.text("answer"), answered_on=typed.needed_day("on")
    )


def _custodian(_: Request, today: date) -> list[Field]:
    return [
        Field("custodian", "Name of whoever has records that the archive has not", required=True),
        Field("title", "Title or office"),
        Field("asked", "What they were asked to search", "area", required=True),
        _on("Day on which that was", today),
    ]


def _custodian_asked(typed: Typed, filer: Filer) -> AnyEvent:
    return CustodianAsked(
        **_common(filer, typed),
        custodian=typed.text("custodian"),
        title=typed.text("title"),
        about=typed.text("asked"),
        asked_on=typed.needed_day("on"),
    )


def _custodian_answer(request: Request, today: date) -> list[Field]:
    names = dict.fromkeys(one.custodian for one in request.all(CustodianAsked))
    return [
        Field(
            "custodian",
            "Who answered",
            "choice",
            "Those who were asked.",
            options=[(one, one) for one in names],
        ),
        Field("answer", "What they searched and found", "area", required=True),
        _on("Day on which that was", today),
    ]


def _custodian_answered(typed: Typed, filer: Filer) -> AnyEvent:
    return CustodianAnswered(
        **_common(filer, typed),
        custodian=typed.text("custodian"),
        answer=typed.text("answer"),
        answered_on=typed.needed_day("on"),
    )


def ground_fields(request: Request) -> list[Field]:
    """A field for the facts of each ground that is law for this request."""
    grounds = grounds_on(request.received.received_on)
    return [
        Field(
            f"{FACTS}{code}",
            f"{code}: {ground.text} ({ground.cite})",
            "area",
            f"Leave it empty where this is no ground here. {ground.facts}",
        )
        for code, ground in grounds.items()
    ]


def grounds_of(typed: Typed) -> dict[str, str]:
    """The grounds whose facts somebody wrote down."""
    facts = {name.removeprefix(FACTS): typed.text(name) for name in typed.values if name.startswith(FACTS)}
    return {code: text for code, text in facts.items() if text}


def until_field(request: Request) -> Field:
    return Field(
        "until",
        "Date that the notice names",
        "date",
        "Checked while you type, by the days of this request.",
        required=True,
        help=f"/requests/{request.number}/extension-date",
    )


def _extend(request: Request, today: date) -> list[Field]:
    return [
        until_field(request),
        *ground_fields(request),
        Field(
            "officer",
            "Who signed the notice",
            hint="The head of the agency or a designee: name, comma, title.",
            required=True,
        ),
        _on("Day on which the notice was sent", today),
    ]


def _extended(typed: Typed, filer: Filer) -> AnyEvent:
    facts = grounds_of(typed)
    return Extended(
        **_common(filer, typed),
        grounds=tuple(facts),
        facts=facts,
        until=typed.needed_day("until"),
        sent_on=typed.needed_day("on"),
        officer=typed.person("officer"),
    )


def _determine(_: Request, today: date) -> list[Field]:
    outcomes = [(one.value, f"{one.value}: {words}") for one, words in OUTCOMES.items()]
    return [
        Field("outcome", "What was determined", "choice", options=outcomes),
        Field("reasons", "Why, as the letter says it", "area", required=True),
        Field(
            "available_on",
            "Day on which the records are available",
            "date",
            "Needed, with the time of day, for disclosable, full and part (Gov. Code 7922.535(a)).",
        ),
        Field("available_time", "Time of day", "time"),
        Field(
            "responsible",
            "Who is responsible for a denial",
            "area",
            "Needed for part and denied: one a line, name, comma, title (Gov. Code 7922.540).",
        ),
        Field(
            "exemptions",
            "Exemptions that are claimed",
            hint=f"Codes with commas, of: {', '.join(EXEMPTIONS)}.",
        ),
        _on("Day on which the letter was sent", today),
    ]


def _determined(typed: Typed, filer: Filer) -> AnyEvent:
    codes = [code.strip() for code in typed.text("exemptions").split(",")]
    return Determined(
        **_common(filer, typed),
        outcome=Outcome(typed.choice("outcome")),
        reasons=typed.text("reasons"),
        sent_on=typed.needed_day("on"),
        available_at=typed.moment("available_on", "available_time"),
        responsible=typed.people("responsible"),
        exemptions=tuple(filter(None, codes)),
    )


def _minutes(_: Request, today: date) -> list[Field]:
    return [
        Field("minutes", "Minutes", "number", required=True),
        Field("what", "What they were spent on", required=True),
        _on("Day on which that was", today),
    ]


def _spent(typed: Typed, filer: Filer) -> AnyEvent:
    if not typed.text("what"):
        raise Wrong("what", "Say what the time was spent on.")
    return MinutesSpent(
        **_common(filer, typed),
        minutes=typed.number("minutes", least=1),
        what=typed.text("what"),
        on=typed.needed_day("on"),
    )


def _none(_: Request, today: date) -> list[Field]:
    del today
    return []


def _noted(typed: Typed, filer: Filer) -> AnyEvent:
    return Noted(**_common(filer, typed))


def _close(_: Request, today: date) -> list[Field]:
    endings = [
        (Ending.ANSWERED.value, "it is answered"),
        (Ending.WITHDRAWN.value, "the requester has withdrawn it; the note says how"),
    ]
    return [
        Field("ending", "Why it is closed", "choice", options=endings),
        _on("Day on which it is closed", today),
    ]


def _closed(typed: Typed, filer: Filer) -> AnyEvent:
    return Closed(
        **_common(filer, typed), ending=Ending(typed.choice("ending")), closed_on=typed.needed_day("on")
    )


def _reopened(typed: Typed, filer: Filer) -> AnyEvent:
    return Reopened(**_common(filer, typed))


def _sue(_: Request, today: date) -> list[Field]:
    return [
        Field("matter", "Name of the matter", hint="As the public may read it.", required=True),
        _on("Day on which it began", today),
    ]


def _sued(typed: Typed, filer: Filer) -> AnyEvent:
    return Litigated(**_common(filer, typed), matter=typed.text("matter"), on=typed.needed_day("on"))


_BY_LETTER = (
    "Where the letter is sent from “Letters”, this is noted by itself: here you note what went out otherwise."
)
STEPS = (
    Step(
        "acknowledge",
        "The requester was told that it is here",
        _BY_LETTER,
        Acknowledged,
        _acknowledge,
        _acknowledged,
    ),
    Step(
        "ask",
        "Ask the requester",
        f"The days go on while they think. {_BY_LETTER}",
        ClarificationAsked,
        _ask,
        _asked,
    ),
    Step(
        "answer",
        "The requester answered",
        "The day on which it came in stays what it was.",
        ClarificationAnswered,
        _answer,
        _answered,
    ),
    Step(
        "custodian",
        "Ask somebody else to search",
        "For what the archive has not, such as somebody’s own telephone.",
        CustodianAsked,
        _custodian,
        _custodian_asked,
    ),
    Step(
        "custodian-answer",
        "Somebody who was asked answered",
        "It stands in the search certificate.",
        CustodianAnswered,
        _custodian_answer,
        _custodian_answered,
    ),
    Step(
        "extend",
        "Extend the time",
        "Once, by written notice, by 14 days at most, on grounds with the facts of this "
        f"request (Gov. Code 7922.535). {_BY_LETTER}",
        Extended,
        _extend,
        _extended,
        is_final=True,
    ),
    Step("determine", "Note a determination", _BY_LETTER, Determined, _determine, _determined, is_final=True),
    Step(
        "minutes", "Note minutes", "Working time of somebody on this request.", MinutesSpent, _minutes, _spent
    ),
    Step(
        "note",
        "Note something, or file a document",
        "Anything that belongs to the file.",
        Noted,
        _none,
        _noted,
    ),
    Step(
        "close",
        "Close it",
        "Its hold ends some time after; it can be opened again.",
        Closed,
        _close,
        _closed,
        is_final=True,
    ),
    Step(
        "reopen",
        "Open it again",
        "The note says why. It goes on where it was, and is held again.",
        Reopened,
        _none,
        _reopened,
        is_final=True,
    ),
    Step(
        "litigation",
        "Somebody went to court over it",
        "A litigation hold is for counsel to place.",
        Litigated,
        _sue,
        _sued,
        is_final=True,
    ),
)
BY_NAME = {step.name: step for step in STEPS}


def fields_of(step: Step, request: Request, today: date) -> list[Field]:
    """What a step asks for; a document of a final one is brought on the page that confirms it."""
    return [*step.fields(request, today), _NOTE, *([] if step.is_final else [_DOCUMENT])]
