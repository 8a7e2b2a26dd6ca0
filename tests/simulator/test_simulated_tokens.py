"""The simulated token endpoints, asked over the wire as the sites' own pages say."""

from __future__ import annotations

import json
import urllib.error
import urllib.request
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlencode

import pytest

from paloverde.simulator.server import RunningSites, start
from paloverde.simulator.sites import build


@pytest.fixture
def sites() -> Iterator[RunningSites]:
    with start(build(3, datetime(2026, 11, 22, 17, tzinfo=UTC), scale=0.05)) as running:
        yield running


def ask(sites: RunningSites, path: str, form: dict[str, Any], method: str = "POST") -> tuple[int, Any]:
    query = urlencode(form)
    url = f"{sites.url}/tokens/{path}" + (f"?{query}" if method == "GET" else "")
    request = urllib.request.Request(url, data=query.encode() if method == "POST" else None, method=method)
    try:
        with urllib.request.urlopen(request) as answer:
            return answer.status, json.load(answer)
    except urllib.error.HTTPError as refused:
        return refused.code, json.load(refused)


def refresh(sites: RunningSites, site: str) -> dict[str, Any]:
    (known,) = [one for one in sites.accounts() if one["platform"] == site]
    names = ("client_id", "client_secret", "refresh_token")
    given = {name: known["grant"][name] for name in names if name in known["grant"]}
    return {"grant_type": "refresh_token", **given}


def test_xs_refresh_token_is_spent_by_its_first_use(sites: RunningSites) -> None:
    form = refresh(sites, "x")
    status, said = ask(sites, "x/2/oauth2/token", form)
    assert (status, said["expires_in"]) == (200, 7200)
    assert ask(sites, "x/2/oauth2/token", form) == (
        400,
        {"error": "invalid_grant", "error_description": "The refresh token is invalid, expired or revoked"},
    )
    assert ask(sites, "x/2/oauth2/token", form | {"refresh_token": said["refresh_token"]})[0] == 200


def test_linkedins_refresh_token_keeps_its_first_end(sites: RunningSites) -> None:
    form = refresh(sites, "linkedin")
    day = 86400
    sites.city.clock.move(59 * day)
    status, said = ask(sites, "linkedin/oauth/v2/accessToken", form)
    assert (status, said["expires_in"], said["refresh_token_expires_in"]) == (200, 60 * day, (365 - 59) * day)
    assert said["refresh_token"] == form["refresh_token"]
    sites.city.clock.move(301 * day)
    status, said = ask(sites, "linkedin/oauth/v2/accessToken", form)
    assert (said["expires_in"], said["refresh_token_expires_in"]) == (5 * day, 5 * day)
    sites.city.clock.move(6 * day)
    assert ask(sites, "linkedin/oauth/v2/accessToken", form)[0] == 400


def test_google_gives_no_new_refresh_token(sites: RunningSites) -> None:
    form = refresh(sites, "youtube")
    answers = [ask(sites, "youtube/token", form) for _ in range(2)]
    assert [status for status, _ in answers] == [200, 200]
    assert "refresh_token" not in answers[0][1]


@pytest.mark.parametrize("site", ["x/2/oauth2/token", "youtube/token", "linkedin/oauth/v2/accessToken"])
def test_a_client_that_is_not_known_is_refused(sites: RunningSites, site: str) -> None:
    form = refresh(sites, site.partition("/")[0]) | {"client_secret": "guessed"}
    assert ask(sites, site, form)[0] == 401
    assert ask(sites, site, refresh(sites, site.partition("/")[0]) | {"grant_type": "password"})[0] == 400


def test_instagram_refreshes_what_is_a_day_old_and_alive(sites: RunningSites) -> None:
    (known,) = [one for one in sites.accounts() if one["platform"] == "instagram"]
    form = {"grant_type": "ig_refresh_token", "access_token": known["token"]}
    status, said = ask(sites, "instagram/refresh_access_token", form, "GET")
    assert (status, said["error"]["code"]) == (400, 10)
    sites.city.clock.move(86400)
    status, said = ask(sites, "instagram/refresh_access_token", form, "GET")
    assert (status, said["expires_in"]) == (200, 60 * 86400)
    sites.city.clock.move(86400)
    sites.city.presence("instagram").revoked[said["access_token"]] = 463
    status, said = ask(
        sites, "instagram/refresh_access_token", form | {"access_token": said["access_token"]}, "GET"
    )
    assert (status, said["error"]["code"]) == (400, 190)


def test_what_is_no_endpoint_is_not_there(sites: RunningSites) -> None:
    assert ask(sites, "nextdoor/v2/token", {})[0] == 404
    assert ask(sites, "x/2/oauth2/token", {}, "GET")[0] == 404
