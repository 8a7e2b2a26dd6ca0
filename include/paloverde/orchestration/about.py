"""Our page inside Airflow's UI: what this archive is and what it promises. Mounted at `/paloverde`.

Airflow does not guard what a plugin mounts. The guard here is on the application, so that a route added later
is closed until somebody opens it.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from html import escape
from typing import Annotated

from airflow.api_fastapi.app import get_auth_manager
from airflow.api_fastapi.core_api.security import GetUserDep
from fastapi import Depends, FastAPI, HTTPException
from fastapi.responses import HTMLResponse

from paloverde.installation import Installation, open_installation
from paloverde.orchestration.auth import CityUser
from paloverde.settings import load

HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; frame-ancestors 'self'; base-uri 'none'; form-action 'none'"
    ),
    "Cache-Control": "no-store",
    "Referrer-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
}

_PAGE = """<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><title>About this archive</title></head>
<body>
<h1>About this archive</h1>
<p>{agency} keeps here what is posted, said and sent on its social media accounts.</p>
<p>{promise}</p>
<h2>Last archived night of each account</h2>
<table>
<thead><tr><th scope="col">Account</th><th scope="col">Night</th><th scope="col">Gaps</th></tr></thead>
<tbody>
{nights}
</tbody>
</table>
<p>You are signed in as {name} ({role}).</p>
</body>
</html>
"""


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
    city = open_installation(settings)
    return HTMLResponse(
        _PAGE.format(
            agency=escape(settings.agency_name),
            promise=escape(city.promise()),
            nights=_nights(city),
            name=escape(user.get_name()),
            role=escape(user.person.role.replace("_", " ")),
        ),
        headers=HEADERS,
    )


def _nights(city: Installation) -> str:
    """One row per registered account; one that was never archived says so."""
    newest = {night.account: night for night in city.last_nights()}
    rows = []
    for account in city.accounts():
        night = newest.get(account.slug)
        when = str(night.day) if night else "never"
        gaps = "" if night is None else "none" if night.whole else "yes"
        rows.append(f"<tr><td>{escape(account.slug)}</td><td>{when}</td><td>{gaps}</td></tr>")
    return "\n".join(rows) or '<tr><td colspan="3">No account is registered yet.</td></tr>'
