"""The steps by which the City speaks with the requester, and with those who have what the archive has not."""

from __future__ import annotations

from datetime import date

from paloverde.desk.areas.request_step import BY_LETTER, Filer, Step, common, on
from paloverde.desk.typed import Field, Typed
from paloverde.requests.events import (
    Acknowledged,
    AnyEvent,
    ClarificationAnswered,
    ClarificationAsked,
    CustodianAnswered,
    CustodianAsked,
)
from paloverde.requests.request import Request


def _acknowledge(_: Request, today: date) -> list[Field]:
    return [on("Day on which the requester was told that it is here", today)]


def _acknowledged(typed: Typed, filer: Filer) -> AnyEvent:
    return Acknowledged(**common(filer, typed), sent_on=typed.needed_day("on"))


def _ask(_: Request, today: date) -> list[Field]:
    return [
        Field(
            "question",
            "What the requester was asked",
            "area",
            "Never who they are or what it is for.",
            required=True,
        ),
        on("Day on which that was", today),
    ]


def _asked(typed: Typed, filer: Filer) -> AnyEvent:
    return ClarificationAsked(
        **common(filer, typed), question=typed.text("question"), asked_on=typed.needed_day("on")
    )


def _answer(_: Request, today: date) -> list[Field]:
    return [
        Field("answer", "What the requester answered", "area", required=True),
        on("Day on which that was", today),
    ]


def _answered(typed: Typed, filer: Filer) -> AnyEvent:
    return ClarificationAnswered(
        **common(filer, typed), answer=typed.text("answer"), answered_on=typed.needed_day("on")
    )


def _custodian(_: Request, today: date) -> list[Field]:
    return [
        Field("custodian", "Name of whoever has records that the archive has not", required=True),
        Field("title", "Title or office"),
        Field("asked", "What they were asked to search", "area", required=True),
        on("Day on which that was", today),
    ]


def _custodian_asked(typed: Typed, filer: Filer) -> AnyEvent:
    return CustodianAsked(
        **common(filer, typed),
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
        on("Day on which that was", today),
    ]


def _custodian_answered(typed: Typed, filer: Filer) -> AnyEvent:
    return CustodianAnswered(
        **common(filer, typed),
        custodian=typed.text("custodian"),
        answer=typed.text("answer"),
        answered_on=typed.needed_day("on"),
    )


TALKING = (
    Step(
        "acknowledge",
        "The requester was told that it is here",
        BY_LETTER,
        Acknowledged,
        _acknowledge,
        _acknowledged,
    ),
    Step(
        "ask",
        "Ask the requester",
        f"The days go on while they think. {BY_LETTER}",
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
)
