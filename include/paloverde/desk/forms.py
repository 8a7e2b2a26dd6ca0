"""Each form is taken from a page of ours, by whoever it was shown to, and once.

A form that was answered already leads to what it led to the first time. What was typed into one whose sign-in
is over is not lost: it stands in the form again.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from time import monotonic
from urllib.parse import parse_qs, urlsplit

from fastapi import Request
from fastapi.responses import Response
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import FormData, UploadFile

from paloverde.desk.files import name_of
from paloverde.desk.sent import Answer, Sent, answer_of, begin, forget, same_before, sent
from paloverde.desk.sent import answered as note
from paloverde.desk.tokens import is_form_token
from paloverde.desk.unsent import OWN, UNSENT
from paloverde.desk.visitor import Visit
from paloverde.errors import PersonNeeded
from paloverde.wording import at_time

FORM_TOKEN = "form_token"  # noqa: S105 - the name of a field
AGAIN = "form_again"  # the field that says: the very same once more
_OLD = "This form is out of date: open the page again and repeat what you did."
_PATIENCE = 30.0  # seconds that the second of two presses waits for the first
_LOOKS_EVERY = 0.2  # seconds
_UNKNOWN = (
    "This form was sent before, and what came of it is not known yet. Look in a minute whether it was filed, "
    "before you open the form anew."
)


async def answered(
    visit: Visit, handle: Callable[[], Awaitable[Response]], *, adds: bool, keeps: bool
) -> Response:
    """The answer to a form; `PersonNeeded` where it is not a form of ours."""
    form = await visit.request.form()
    try:
        token = str(form.get(FORM_TOKEN, ""))
        if is_strange(visit.request) or not is_form_token(visit.session, token):
            return await run_in_threadpool(_outdated, visit, form, keeps)
        visit.request.state.files = files_of(form)
        fields = [(name, value) for name, value in form.multi_items() if name not in OWN]
        if not keeps:  # what it says is noted as a hash, from which nobody shall guess a secret
            fields.append(("", visit.session))
        one = await run_in_threadpool(sent, visit.person.username, place(visit.request), token, fields)
        asks = adds and not form.get(AGAIN)
        same = await run_in_threadpool(_same, visit, one) if asks else None
        return _asks(visit, same, form) if same else await _once(visit, one, form, handle)
    finally:
        await form.close()


def files_of(form: FormData) -> dict[str, list[str]]:
    """The names of the files of a form, by the field in which they were chosen."""
    found: dict[str, list[str]] = {}
    for field, one in form.multi_items():
        if isinstance(one, UploadFile) and one.filename:
            found.setdefault(field, []).append(name_of(one.filename))
    return found


def is_strange(request: Request) -> bool:
    """Whether another site's page sent it."""
    return request.headers.get("sec-fetch-site", "same-origin") not in ("same-origin", "none")


def place(request: Request) -> str:
    """Where a form goes, at the desk."""
    return str(request.scope["path"]).removeprefix(request.scope.get("root_path", ""))


def _outdated(visit: Visit, form: FormData, keeps: bool) -> Response:
    """A form of an earlier sign-in of the same person is shown again, filled in."""
    shelf = visit.desk.unsent()
    origin = shelf.origin(form)
    is_theirs = origin is not None and origin.username == visit.person.username
    if origin is None or not is_theirs or is_strange(visit.request):
        raise PersonNeeded(_OLD)
    kept = shelf.keep(origin, place(visit.request), form) if keeps else ""
    return visit.go(kept or origin.page, told="" if kept else _OLD)


def _same(visit: Visit, one: Sent) -> Answer | None:
    """What came of another form that said the same; None where this very one was sent before."""
    books = visit.city.vault.books
    return None if answer_of(books, one) else same_before(books, one, visit.city.vault.clock())


async def _once(
    visit: Visit, one: Sent, form: FormData, handle: Callable[[], Awaitable[Response]]
) -> Response:
    """Answer a form, or lead to what came of it; the second of two presses waits for the first."""
    books, end = visit.city.vault.books, monotonic() + _PATIENCE
    while (before := await run_in_threadpool(begin, books, one, visit.city.vault.clock())) is not None:
        if before.location:
            told = (
                f"This was filed already, {at_time(before.at)}: {before.told or 'here is what came of it.'}"
            )
            return visit.onward(before.location, f"{told} Nothing was filed again.")
        if monotonic() > end:
            raise PersonNeeded(_UNKNOWN)
        await asyncio.sleep(_LOOKS_EVERY)
    return await _first(visit, one, form, handle)


async def _first(
    visit: Visit, one: Sent, form: FormData, handle: Callable[[], Awaitable[Response]]
) -> Response:
    """Answer a form, and note what came of it. One that is only shown again may be sent again."""
    books = visit.city.vault.books
    location = ""
    try:
        answer = await handle()
        location = answer.headers.get("location", "") if answer.status_code == 303 else ""
        if location:
            told = getattr(visit.request.state, "told", "")
            await run_in_threadpool(note, books, one, location, told)
            await run_in_threadpool(_drop_unsent, visit, form)
        return answer
    finally:
        if not location:
            await run_in_threadpool(forget, books, one)


def _drop_unsent(visit: Visit, form: FormData) -> None:
    """A form that was taken does not wait for anybody any more."""
    shelf = visit.desk.unsent()
    origin = shelf.origin(form)
    for id_ in parse_qs(urlsplit(origin.page).query).get(UNSENT, []) if origin else []:
        shelf.drop(id_, visit.person.username)


def _asks(visit: Visit, same: Answer, form: FormData) -> Response:
    """The page on which somebody says that they want the very same once more."""
    pairs = [(name, value) for name, value in form.multi_items() if name not in OWN]
    return visit.show(
        "form_again.html",
        409,
        title="This was filed already",
        same=same,
        action=place(visit.request),
        texts=[(name, text) for name, text in pairs if isinstance(text, str)],
        files=[(field, name) for field, names in files_of(form).items() for name in names],
    )
