"""Our page inside Airflow's UI: what this archive is and what it promises. Mounted at `/paloverde`.

Airflow does not guard what a plugin mounts. The guard here is on the application, so that a route added later
is closed until somebody opens it.
"""

from __future__ import annotations

import logging
import os
from collections.abc import Callable, Sequence
from html import escape
from typing import Annotated

from airflow.api_fastapi.app import get_auth_manager
from airflow.api_fastapi.core_api.security import GetUserDep
from fastapi import Depends, FastAPI, HTTPException, Request
from fastapi.responses import HTMLResponse
from starlette.exceptions import HTTPException as StarletteHTTPException

from paloverde.archive.registry import OTHER
from paloverde.capture.health import Standing
from paloverde.errors import PaloverdeError
from paloverde.installation import Installation, Purpose, open_installation
from paloverde.orchestration.airflow_rest import MARK, STARTED_BY, mark_of
from paloverde.orchestration.auth import CityUser
from paloverde.orchestration.sign_in_page import style_source
from paloverde.settings import load

log = logging.getLogger(__name__)

# The colors of the reader's own system, dark or light, as Airflow's page around this one has them.
_STYLE = """
:root { color-scheme: light dark; }
body { font: 1rem/1.5 system-ui, sans-serif; margin: 0; padding: clamp(.75rem, 4vw, 1.5rem); max-width: 48rem;
  background: Canvas; color: CanvasText; }
p, td:first-child { overflow-wrap: anywhere; }
h1 { font-size: 1.5rem; margin: 0 0 1rem; }
h2 { font-size: 1.15rem; margin: 2rem 0 .5rem; }
table { border-collapse: collapse; }
th, td { text-align: left; padding: .4rem .75rem .4rem 0; border-bottom: 1px solid GrayText; }
td + td { white-space: nowrap; }
"""

HEADERS = {
    "Content-Security-Policy": (
        f"default-src 'none'; style-src {style_source(_STYLE)}; frame-ancestors 'self'; base-uri 'none'; "
        "form-action 'none'"
    ),
    "Cache-Control": "no-store",
    "Referrer-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
}

_PAGE = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>About this archive</title>
<style>{style}</style>
</head>
<body>
<main>
<h1>About this archive</h1>
{content}
</main>
</body>
</html>
"""

_ABOUT = """<p>{agency} keeps here what is posted, said and sent on its social media accounts.</p>
<p>{promise}</p>
<h2 id="nights">Last archived night of each account</h2>
<table aria-labelledby="nights">
<thead><tr><th scope="col">Account</th><th scope="col">Night</th><th scope="col">Gaps</th></tr></thead>
<tbody>
{nights}
</tbody>
</table>
<p>A gap is something that a site did not give; every search names those that touch it.</p>
<h2 id="access">Access to each account</h2>
<table aria-labelledby="access">
<thead><tr><th scope="col">Account</th><th scope="col">Token</th><th scope="col">Days left</th>
<th scope="col">Last complete night</th></tr></thead>
<tbody>
{access}
</tbody>
</table>
{warnings}
<p>You are signed in as {name} ({role}).</p>"""

_SIGN_IN = """<p>You are not signed in.</p>
<p><a href="{login}" target="_top">Sign in</a>; if this stands inside another page, reload that page.</p>"""


def requires_page(name: str) -> Callable[..., CityUser]:
    """Only whoever is signed in and whose role has the page `name` (`roles.Rights.pages`)."""

    def signed_in(user: GetUserDep) -> CityUser:
        if not get_auth_manager().is_authorized_custom_view(method="GET", resource_name=name, user=user):
            raise HTTPException(403, "Your role does not open this page.")
        if not isinstance(user, CityUser):
            raise HTTPException(403, "Sign in with the city's own sign-in page.")
        return user

    return signed_in


Reader = Annotated[CityUser, Depends(requires_page("about"))]

app = FastAPI(
    title="About this archive",
    dependencies=[Depends(requires_page("about"))],
    docs_url=None,
    redoc_url=None,
    openapi_url=None,
)


@app.get("/about", response_class=HTMLResponse)
def about(user: Reader) -> HTMLResponse:
    settings = load(os.environ)
    city = open_installation(settings, purpose=Purpose.WORK)  # a page that is read begins no archive
    standings = city.standings()
    return _page(
        _ABOUT.format(
            agency=escape(settings.agency_name),
            promise=escape(city.promise()),
            nights=_nights(city),
            access=_access(standings),
            warnings=_warnings(standings),
            name=escape(user.person.name),
            role=escape(user.person.role.replace("_", " ")),
        )
    )


@app.exception_handler(StarletteHTTPException)
def refused(_request: Request, error: StarletteHTTPException) -> HTMLResponse:
    """Say in words why there is no page: this is read by people, inside Airflow's frame."""
    if error.status_code == 401:
        return _page(_SIGN_IN.format(login=escape(get_auth_manager().get_url_login())), 401)
    sentence = "There is no such page here." if error.status_code == 404 else str(error.detail)
    return _page(f"<p>{escape(sentence)}</p>", error.status_code)


@app.exception_handler(PaloverdeError)
def closed(_request: Request, error: PaloverdeError) -> HTMLResponse:
    """The archive cannot be opened: what is wrong goes to the log, where IT reads it."""
    log.error("The page about the archive could not be made: %s", error)
    return _page("<p>The archive cannot be opened just now. Tell IT: the API server's log says why.</p>", 503)


def _page(content: str, status: int = 200) -> HTMLResponse:
    """Every answer of ours, refusals too, shows whoever started this Airflow that it is the right one."""
    secret = os.environ.get(STARTED_BY)
    mark = {MARK: mark_of(secret)} if secret else {}
    return HTMLResponse(_PAGE.format(style=_STYLE, content=content), status, headers=HEADERS | mark)


def _nights(city: Installation) -> str:
    """One row per registered account; one that was never archived says so."""
    newest = {night.account: night for night in city.last_nights()}
    rows = []
    for account in city.accounts():
        night = newest.get(account.slug)
        never = "only imported" if account.platform == OTHER else "never"
        when = str(night.day) if night else never
        gaps = "" if night is None else "none" if night.whole else "some"
        rows.append(f"<tr><td>{escape(account.slug)}</td><td>{when}</td><td>{gaps}</td></tr>")
    return "\n".join(rows) or '<tr><td colspan="3">No account is registered yet.</td></tr>'


def _access(standings: Sequence[Standing]) -> str:
    """One row per registered account: whether its token lives, and how long it will last."""
    rows = []
    for one in standings:
        alive = "never checked" if one.canary is None else "alive" if one.canary.alive else "NOT ALIVE"
        days = _days(one)
        cells = (one.account.slug, alive, days, one.whole_night or "none yet")
        rows.append("<tr>" + "".join(f"<td>{escape(str(cell))}</td>" for cell in cells) + "</tr>")
    return "\n".join(rows) or '<tr><td colspan="4">No account is registered yet.</td></tr>'


def _days(one: Standing) -> str:
    if one.is_dead:
        return "ended"
    return "no end is known" if one.days_left is None else str(max(0, one.days_left))


def _warnings(standings: Sequence[Standing]) -> str:
    """What somebody has to do about an account, in words."""
    urgent = [one for one in standings if one.todo and (one.canary or one.broken)]
    return "\n".join(f"<p>{escape(_warning(one))}</p>" for one in urgent)


def _warning(one: Standing) -> str:
    """Why somebody must act. A night that broke off is told beside whatever else there is."""
    slug, night = one.account.slug, f" The last night: {one.broken}." if one.broken else ""
    if one.is_dead:
        return f"{slug}: {one.health}.{night}"
    if one.broken is not None and one.todo == one.broken.todo:
        return f"{slug}:{night} To do: {one.todo}."
    return f"{slug}: {one.runway}.{night} To do: {one.todo}."
