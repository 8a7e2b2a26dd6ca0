"""The steps of a request that somebody notes by hand, in the order in which the desk lists them."""

from __future__ import annotations

from datetime import date

from paloverde.desk.areas.request_course import MOVING
from paloverde.desk.areas.request_step import DOCUMENT, NOTE, Filer, Step, common, on
from paloverde.desk.areas.request_talk import TALKING
from paloverde.desk.asked import Wrong
from paloverde.desk.typed import Field, Typed
from paloverde.requests.events import AnyEvent, MinutesSpent, Noted
from paloverde.requests.request import Request


def _minutes(_: Request, today: date) -> list[Field]:
    return [
        Field("minutes", "Minutes", "number", required=True),
        Field("what", "What they were spent on", required=True),
        on("Day on which that was", today),
    ]


def _spent(typed: Typed, filer: Filer) -> AnyEvent:
    if not typed.text("what"):
        raise Wrong("what", "Say what the time was spent on.")
    return MinutesSpent(
        **common(filer, typed),
        minutes=typed.number("minutes", least=1),
        what=typed.text("what"),
        on=typed.needed_day("on"),
    )


def _none(_: Request, today: date) -> list[Field]:
    del today
    return []


def _noted(typed: Typed, filer: Filer) -> AnyEvent:
    return Noted(**common(filer, typed))


_ASIDE = (
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
)
STEPS = (*TALKING, *_ASIDE, *MOVING)
BY_NAME = {step.name: step for step in STEPS}


def fields_of(step: Step, request: Request, today: date) -> list[Field]:
    """What a step asks for; a document of a final one is brought on the page that confirms it."""
    return [*step.fields(request, today), NOTE, *([] if step.is_final else [DOCUMENT])]
