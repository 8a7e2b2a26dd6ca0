"""One form on a page of its own: shown, and shown again with what was typed where something is wrong."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from typing import Annotated, NamedTuple

from fastapi import Depends, Request
from fastapi.responses import Response
from starlette.datastructures import FormData

from paloverde.desk.asked import Values, Wrong
from paloverde.desk.typed import Field, Typed
from paloverde.desk.visit import Visit
from paloverde.desk.wording import plain
from paloverde.errors import PersonNeeded


async def _form_of(request: Request) -> AsyncIterator[FormData]:
    async with request.form() as given:
        yield given


Given = Annotated[FormData, Depends(_form_of)]  # what a form carries


class Choices(NamedTuple):
    """A list of boxes, of which several may be ticked."""

    name: str
    legend: str
    options: Sequence[tuple[str, str]]
    chosen: tuple[str, ...] = ()


class Step(NamedTuple):
    """What a form says and asks. `hidden` is carried along; `text` is shown as it is, such as a letter.
    `links` are pages or files to be read before, each with its words and its path.
    """

    title: str
    here: str
    action: str
    button: str
    back: str
    back_words: str
    fields: Sequence[Field] = ()
    lead: Sequence[str] = ()
    facts: Sequence[tuple[str, str]] = ()
    warnings: Sequence[str] = ()
    hidden: Sequence[tuple[str, str]] = ()
    text: str = ""
    choices: Choices | None = None
    final: bool = False
    links: Sequence[tuple[str, str]] = ()


def form(visit: Visit, step: Step) -> Response:
    """The page of a form, with its fields as they are to begin with."""
    return _page(visit, step, {field.name: field.value for field in step.fields})


def done(visit: Visit, step: Step, given: Values, do: Callable[[Typed], Response]) -> Response:
    """Do what a form asks for; what is refused is said on the form, with what was typed."""
    typed = Typed(given, step.fields)
    try:
        return do(typed)
    except Wrong as error:
        return _page(visit, step, typed.values, {error.field: plain(error)}, status=400)
    except PersonNeeded as error:
        return _page(visit, step, typed.values, refused=plain(error), status=400)


def _page(
    visit: Visit,
    step: Step,
    values: Mapping[str, str],
    wrong: Mapping[str, str] | None = None,
    refused: str = "",
    status: int = 200,
) -> Response:
    facts = step._asdict() | {"values": values, "wrong": wrong or {}, "refused": refused}
    return visit.show("step_form.html", status, **facts)
