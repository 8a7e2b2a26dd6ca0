"""What Airflow is asked, it is asked by the address alone."""

from __future__ import annotations

from starlette.datastructures import Headers
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Receive, Scope, Send


class PlainReads:
    """Refuses a GET with a body, around all of Airflow's web server.

    For its list of backfills, Airflow 3.3 asks whether somebody may see the DAG that the body names, and
    answers about the one that the address names (`requires_access_backfill` of its core_api/security.py):
    who may see one DAG's could see every other's, another city's too. Nothing of Airflow's sends such a body.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        is_read = scope["type"] == "http" and scope["method"] in ("GET", "HEAD")
        if is_read and _has_body(Headers(scope=scope)):
            answer = PlainTextResponse("A GET with a body is not answered: ask by the address alone.", 400)
            await answer(scope, receive, send)
        else:
            await self._app(scope, receive, send)


def _has_body(given: Headers) -> bool:
    return "transfer-encoding" in given or given.get("content-length", "0") != "0"
