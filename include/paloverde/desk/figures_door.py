"""`/metrics` at the desk's own service: for the City's monitoring, which shows a token, and for nobody else.

Without `PALOVERDE_METRICS_TOKEN` there is no such page. It may be asked under any name of this machine, as a
monitoring server does that reads it past the web server: who does not show the token learns nothing.
"""

from __future__ import annotations

import hmac
from collections.abc import Callable

from starlette.concurrency import run_in_threadpool
from starlette.datastructures import Headers
from starlette.responses import PlainTextResponse
from starlette.types import Receive, Scope, Send

from paloverde.settings import Secret

PATH = "/metrics"
_FORM = "text/plain; version=0.0.4; charset=utf-8"


class FiguresDoor:
    """Serves the page of figures to whoever shows the token."""

    def __init__(self, token: Secret | None, page: Callable[[], str]) -> None:
        self._token, self._page = token, page

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await (await self._answer(Headers(scope=scope)))(scope, receive, send)

    async def _answer(self, headers: Headers) -> PlainTextResponse:
        if self._token is None:
            return PlainTextResponse("There is no such page.", 404)
        wanted = f"Bearer {self._token.reveal()}".encode()
        if not hmac.compare_digest(headers.get("authorization", "").encode(), wanted):
            told = "Show the token of PALOVERDE_METRICS_TOKEN."
            return PlainTextResponse(told, 401, {"WWW-Authenticate": "Bearer"})
        return PlainTextResponse(await run_in_threadpool(self._page), media_type=_FORM)
