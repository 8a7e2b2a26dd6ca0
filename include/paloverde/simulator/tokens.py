"""The token endpoints of the sites, under /tokens/<site>/… with each site's own path.

X gives a new refresh token with each renewal; the one that was spent, and the access token that it had made,
are dead from then on. LinkedIn's refresh token keeps its first end. Google's stays. Meta exchanges a living
token for a longer one. Nextdoor renews nothing.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import parse_qsl, unquote

from paloverde.simulator.city import City, Presence
from paloverde.simulator.wire import Ask, Reply

TWO_HOURS, AN_HOUR, SIXTY_DAYS, A_YEAR = 7200, 3599, 5_184_000, 31_536_000
_WITHOUT_REFRESH = ("facebook", "instagram", "nextdoor")


def grant(presence: Presence, now: datetime) -> dict[str, Any]:
    """What the account's owner got when signing in: the token endpoint's answer, and the app's own names."""
    held = _held(presence, now)
    given: dict[str, Any] = {
        "access_token": _owner_token(presence),
        "client_id": held["client_id"],
        "client_secret": held["client_secret"],
    }
    if presence.platform not in _WITHOUT_REFRESH:
        given |= {"refresh_token": held["refresh_token"], "expires_in": _LIVES[presence.platform]}
    return given


def answer(city: City, ask: Ask) -> Reply:
    """One renewal. The path is the site, then the site's own path."""
    site, _, path = ask.path.lstrip("/").partition("/")
    presence, act = city.presences.get(site), _ENDPOINTS.get((site, ask.method, path))
    if presence is None or act is None:
        return Reply(404, {"error": "not_found"})
    form = dict(parse_qsl(ask.body.decode(), keep_blank_values=True)) if ask.method == "POST" else ask.query
    return act(presence, ask, form, city.clock.now())


def _held(presence: Presence, now: datetime) -> dict[str, Any]:
    """The grant as it stands. Made from names, so that asking for it changes nothing else of the city."""
    if not presence.grant:
        presence.grant = {
            "count": 0,
            "client_id": f"app-{presence.platform}",
            "client_secret": f"app-secret-{_digest(presence, 'secret')}",
            "refresh_token": f"refresh-{_digest(presence, 'refresh 0')}",
            "granted_at": now,
            "issued_at": now,
        }
    return presence.grant


def _x(presence: Presence, ask: Ask, form: dict[str, str], now: datetime) -> Reply:
    held = _held(presence, now)
    if not _knows_the_client(ask, form, held):
        return _refused("unauthorized_client", "Missing valid authorization header", 401)
    wrong = _wrong_grant(form, held)
    if wrong is not None:
        return wrong
    for token in [token for token, opens in presence.tokens.items() if opens == "owner"]:
        presence.revoked[token] = 463
        del presence.tokens[token]
    access_token = _issue(presence, now)
    held["refresh_token"] = f"refresh-{_digest(presence, 'refresh ' + str(held['count']))}"
    scope = "tweet.read users.read follows.read dm.read offline.access"
    return _given(access_token, TWO_HOURS, refresh_token=held["refresh_token"], scope=scope)


def _linkedin(presence: Presence, ask: Ask, form: dict[str, str], now: datetime) -> Reply:
    held = _held(presence, now)
    left = A_YEAR - int((now - held["granted_at"]).total_seconds())
    wrong = _wrong_client(ask, form, held) or _wrong_grant(form, held)
    if wrong is not None or left <= 0:
        return wrong or _refused("invalid_grant", "The provided refresh token is expired")
    access_token, lives = _issue(presence, now), min(SIXTY_DAYS, left)
    return _given(access_token, lives, refresh_token=held["refresh_token"], refresh_token_expires_in=left)


def _youtube(presence: Presence, ask: Ask, form: dict[str, str], now: datetime) -> Reply:
    held = _held(presence, now)
    wrong = _wrong_client(ask, form, held) or _wrong_grant(form, held)
    if wrong is not None:
        return wrong
    scope = "https://www.googleapis.com/auth/youtube.force-ssl"
    return _given(_issue(presence, now), AN_HOUR, scope=scope)


def _facebook_exchange(presence: Presence, ask: Ask, form: dict[str, str], now: datetime) -> Reply:
    held = _held(presence, now)
    if form.get("grant_type") != "fb_exchange_token" or _wrong_client(ask, form, held) is not None:
        return _graph_error("Error validating client secret.", 1)
    return _prolonged(presence, form.get("fb_exchange_token", ""), now)


def _instagram_refresh(presence: Presence, ask: Ask, form: dict[str, str], now: datetime) -> Reply:
    del ask
    if form.get("grant_type") != "ig_refresh_token":
        return _graph_error("Invalid grant_type parameter.", 100)
    if now - _held(presence, now)["issued_at"] < timedelta(days=1):
        return _graph_error("The access token must be at least 24 hours old.", 10)
    return _prolonged(presence, form.get("access_token", ""), now)


def _prolonged(presence: Presence, old: str, now: datetime) -> Reply:
    """A new token for one that lives; Meta leaves the old one alive until its own end."""
    if presence.tokens.get(old) != "owner" or old in presence.revoked:
        return _graph_error("Error validating access token: Session has expired.", 190)
    return _given(_issue(presence, now), SIXTY_DAYS)


def _issue(presence: Presence, now: datetime) -> str:
    held = _held(presence, now)
    held["count"] += 1
    held["issued_at"] = now
    token = f"city-token-{presence.platform}-owner-{_digest(presence, 'access ' + str(held['count']))}"
    presence.tokens[token] = "owner"
    return token


def _owner_token(presence: Presence) -> str:
    return next(token for token, opens in presence.tokens.items() if opens == "owner")


def _wrong_client(ask: Ask, form: dict[str, str], held: dict[str, Any]) -> Reply | None:
    if _knows_the_client(ask, form, held):
        return None
    return _refused("invalid_client", "Client authentication failed", 401)


def _knows_the_client(ask: Ask, form: dict[str, str], held: dict[str, Any]) -> bool:
    """By Basic, or by its names in the form."""
    scheme, _, basic = ask.headers.get("authorization", "").partition(" ")
    known = held["client_id"], held["client_secret"]
    if scheme.lower() != "basic":
        return (form.get("client_id"), form.get("client_secret")) == known
    client, _, secret = base64.b64decode(basic).decode().partition(":")
    return (unquote(client), unquote(secret)) == known


def _wrong_grant(form: dict[str, str], held: dict[str, Any]) -> Reply | None:
    if form.get("grant_type") != "refresh_token":
        return _refused("unsupported_grant_type", "The grant type is not supported")
    if form.get("refresh_token") != held["refresh_token"]:
        return _refused("invalid_grant", "The refresh token is invalid, expired or revoked")
    return None


def _given(access_token: str, seconds: int, **more: Any) -> Reply:
    headers = {"Cache-Control": "no-store", "Pragma": "no-cache"}  # RFC 6749, section 5.1
    said = {"token_type": "bearer", "expires_in": seconds, "access_token": access_token, **more}
    return Reply(200, said, headers=headers)


def _refused(error: str, description: str, status: int = 400) -> Reply:
    return Reply(status, {"error": error, "error_description": description})


def _graph_error(message: str, code: int) -> Reply:
    said = {"message": message, "type": "OAuthException", "code": code, "fbtrace_id": "AsimulatedTrace"}
    return Reply(400, {"error": said})


def _digest(presence: Presence, what: str) -> str:
    named = f"{presence.platform} {presence.account.id} {what}"
    return hashlib.sha256(named.encode()).hexdigest()[:32]


_LIVES = {"x": TWO_HOURS, "linkedin": SIXTY_DAYS, "youtube": AN_HOUR}

Act = Callable[[Presence, Ask, dict[str, str], datetime], Reply]
_ENDPOINTS: dict[tuple[str, str, str], Act] = {
    ("x", "POST", "2/oauth2/token"): _x,
    ("linkedin", "POST", "oauth/v2/accessToken"): _linkedin,
    ("youtube", "POST", "token"): _youtube,
    ("facebook", "GET", "oauth/access_token"): _facebook_exchange,
    ("instagram", "GET", "oauth/access_token"): _facebook_exchange,
    ("instagram", "GET", "refresh_access_token"): _instagram_refresh,
}

REFUSALS: dict[str, Callable[[City, Ask, dict[str, Any]], Reply]] = {
    "server_error": lambda _, __, options: Reply(int(options.get("status", 503)), {"error": "server_error"}),
}
