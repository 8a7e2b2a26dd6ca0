"""What all pages of one request share: the request itself, the way between them, forms that are refused."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from typing import Annotated, Any

from fastapi import Depends, Request
from fastapi.responses import Response
from starlette.datastructures import FormData
from starlette.exceptions import HTTPException

from paloverde.desk import showing
from paloverde.desk.rights import Act
from paloverde.desk.typed import Field
from paloverde.desk.visit import Visit
from paloverde.desk.wording import plain
from paloverde.errors import BadQuestion
from paloverde.requests import request as requests

HERE = "Requests"
_NUMBER = re.compile(r"PRA-\d{4}-\d{4,9}")
# The pages of one request, in the order in which an answer comes about.
_PLACES = (
    ("This request", ""),
    ("Search for it", "/search"),
    ("Review", "/review"),
    ("Letters", "/letters"),
    ("Bundle", "/bundle"),
    ("Hand it over", "/delivery"),
    ("History", "/history"),
)


async def _form_of(request: Request) -> AsyncIterator[FormData]:
    """The fields and files of a form; its files are closed once it is answered."""
    async with request.form() as form:
        yield form


Given = Annotated[FormData, Depends(_form_of)]


def request_of(visit: Visit, number: str) -> requests.Request:
    """The request of that number; a page that is not there where there is none."""
    if not _NUMBER.fullmatch(number):
        raise HTTPException(404)
    try:
        return visit.city.requests.get(number)
    except BadQuestion:
        raise HTTPException(404) from None


def shown(
    visit: Visit, number: str, template: str, title: str, at: str, *, status: int = 200, **facts: Any
) -> Response:
    """A page of a request; `at` is its place among them."""
    return visit.show(
        template,
        status,
        title=f"{number}: {title}" if title else number,
        here=HERE,
        number=number,
        at=at,
        places=list(_places(visit, number)),
        act=Act,
        **facts,
    )


def _places(visit: Visit, number: str) -> Iterator[tuple[str, str, str]]:
    """Name, place and address of each page of a request that the person may open."""
    for name, place in _PLACES:
        if visit.opens(path := f"/requests/{number}{place}"):
            yield name, place, path


def told(error: Exception) -> str:
    """Why something was refused, in words of the desk."""
    return plain(error)


def line(text: str, most: int = 600) -> str:
    """A text of the file of a request in a line of a page."""
    return showing.name(plain(text), most)


def as_shown(fields: Sequence[Field], values: Mapping[str, str], wrong: Mapping[str, str]) -> dict[str, Any]:
    """What the template of a form needs: its fields, what was typed, what is wrong."""
    return {"fields": fields, "values": values, "wrong": wrong}
