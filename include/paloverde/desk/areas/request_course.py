"""The steps that move a request on: extending its time, determining, closing, opening again, a suit."""

from __future__ import annotations

from datetime import date

from paloverde.desk.areas.request_step import BY_LETTER, Filer, Step, common, on
from paloverde.desk.typed import Field, Typed
from paloverde.requests.events import (
    AnyEvent,
    Closed,
    Determined,
    Ending,
    Extended,
    Litigated,
    Outcome,
    Reopened,
)
from paloverde.requests.exemptions import EXEMPTIONS
from paloverde.requests.grounds import grounds_on
from paloverde.requests.in_words import OUTCOMES
from paloverde.requests.request import Request

FACTS = "facts_"  # and the code of a ground: the field for its facts


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
        on("Day on which the notice was sent", today),
    ]


def _extended(typed: Typed, filer: Filer) -> AnyEvent:
    facts = grounds_of(typed)
    return Extended(
        **common(filer, typed),
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
        on("Day on which the letter was sent", today),
    ]


def _determined(typed: Typed, filer: Filer) -> AnyEvent:
    codes = [code.strip() for code in typed.text("exemptions").split(",")]
    return Determined(
        **common(filer, typed),
        outcome=Outcome(typed.choice("outcome")),
        reasons=typed.text("reasons"),
        sent_on=typed.needed_day("on"),
        available_at=typed.moment("available_on", "available_time"),
        responsible=typed.people("responsible"),
        exemptions=tuple(filter(None, codes)),
    )


def _close(_: Request, today: date) -> list[Field]:
    endings = [
        (Ending.ANSWERED.value, "it is answered"),
        (Ending.WITHDRAWN.value, "the requester has withdrawn it; the note says how"),
    ]
    return [
        Field("ending", "Why it is closed", "choice", options=endings),
        on("Day on which it is closed", today),
    ]


def _closed(typed: Typed, filer: Filer) -> AnyEvent:
    return Closed(
        **common(filer, typed), ending=Ending(typed.choice("ending")), closed_on=typed.needed_day("on")
    )


def _none(_: Request, today: date) -> list[Field]:
    del today
    return []


def _reopened(typed: Typed, filer: Filer) -> AnyEvent:
    return Reopened(**common(filer, typed))


def _sue(_: Request, today: date) -> list[Field]:
    return [
        Field("matter", "Name of the matter", hint="As the public may read it.", required=True),
        on("Day on which it began", today),
    ]


def _sued(typed: Typed, filer: Filer) -> AnyEvent:
    return Litigated(**common(filer, typed), matter=typed.text("matter"), on=typed.needed_day("on"))


MOVING = (
    Step(
        "extend",
        "Extend the time",
        "Once, by written notice, by 14 days at most, on grounds with the facts of this "
        f"request (Gov. Code 7922.535). {BY_LETTER}",
        Extended,
        _extend,
        _extended,
        is_final=True,
    ),
    Step("determine", "Note a determination", BY_LETTER, Determined, _determine, _determined, is_final=True),
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
