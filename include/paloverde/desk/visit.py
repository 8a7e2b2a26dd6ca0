"""Somebody at the desk, and what one page or form of it may do.

The desk has two doors: Airflow's sign-in, where it stands in Airflow's frame, and its own. Behind either, a
page is a function of a `Visit`: who is there, the City's installation, and how to answer.

    pages = Pages()

    @pages.page("/holds", Act.SEE_HOLDS)
    def holds(visit: Here) -> Response:
        return visit.show("holds.html", title="Holds", holds=visit.city.holds.all())

    @pages.form("/holds/{hold}/release", Act.ORDER_HOLDS)
    def release(visit: Here, hold: str, why: Annotated[str, Form()]) -> Response:
        ...
        return visit.go(f"/holds/{hold}", told="The hold is released.")

Every route names its act (`desk_app` refuses others at its start); a form is taken from our own page alone,
and once: see `desk.forms`.
"""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from functools import partial
from typing import Annotated, Any, TypeVar

from fastapi import APIRouter, Depends, Request
from fastapi.responses import Response
from fastapi.routing import APIRoute

from paloverde.desk.forms import answered
from paloverde.desk.rights import Act
from paloverde.desk.visitor import Desk, Door, NotAllowed, NotThere, Visit, Visitor, refusal

__all__ = ["Desk", "Door", "Here", "NotAllowed", "NotThere", "Pages", "Visit", "Visitor", "visit_of"]
Handler = TypeVar("Handler", bound=Callable[..., Any])


class FormRoute(APIRoute):
    """A form: taken from our own page, and once."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        handle, given = super().get_route_handler(), self.openapi_extra or {}

        async def handler(request: Request) -> Response:
            _allowed(given["act"])(request)
            visit, answer = visit_of(request), partial(handle, request)
            return await answered(visit, answer, adds=given["adds"], keeps=given["keeps"])

        return handler


class Pages(APIRouter):
    """Routes of the desk, each with its act."""

    def page(self, path: str, act: Act) -> Callable[[Handler], Handler]:
        """A page that is looked at."""
        return self._route(path, "GET", APIRoute, {"act": act}, Depends(_allowed(act)))

    def form(
        self, path: str, act: Act, *, adds: bool = False, keeps: bool = True
    ) -> Callable[[Handler], Handler]:
        """A form that changes something.

        One that `adds` something for good asks before it adds the very same again. One that `keeps` not what
        is typed holds a secret: it is lost where the sign-in was over.
        """
        return self._route(path, "POST", FormRoute, {"act": act, "adds": adds, "keeps": keeps})

    def _route(
        self, path: str, method: str, kind: type[APIRoute], extra: dict[str, Any], *guards: Any
    ) -> Callable[[Handler], Handler]:
        def add(handler: Handler) -> Handler:
            self.add_api_route(
                path,
                handler,
                methods=[method],
                response_model=None,
                dependencies=guards,
                openapi_extra=extra,
                route_class_override=kind,
            )
            return handler

        return add


def _allowed(act: Act) -> Callable[[Request], None]:
    def allowed(request: Request) -> None:
        visit = visit_of(request)
        if not visit.may(act):
            raise NotAllowed(refusal(visit.person, act))

    return allowed


def visit_of(request: Request) -> Visit:
    """The visit of a request that the door let in."""
    return Visit(request, request.app.state.desk, request.state.visitor)


Here = Annotated[Visit, Depends(visit_of)]
