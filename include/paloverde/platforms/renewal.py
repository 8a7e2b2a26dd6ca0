"""How each site renews a token: data, and small functions from a credential to a form, from an answer back.

What passes here goes into no archive, log or message. `renewer` does it.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import quote, urlsplit

import msgspec

from paloverde.errors import CredentialDead, PaloverdeError, Unreachable
from paloverde.platforms.exchange import clean_text
from paloverde.platforms.network import Fetched
from paloverde.settings import Secret
from paloverde.state.credentials import Credential


class TokenForm(msgspec.Struct, frozen=True):
    """A question to a token endpoint. Its `repr` shows nothing of it."""

    form: dict[str, str]
    method: str = "POST"
    headers: dict[str, str] = {}

    def __repr__(self) -> str:
        return f"TokenForm({self.method}, ••••)"


class Renewal(msgspec.Struct, frozen=True):
    """How a site renews a token.

    `ahead` is how long before its end a token is renewed; `least_age` is how old it must be. `needs` are the
    members of a credential without which it cannot be. `by_itself`: what renews the token is the token, so
    that a dead one cannot be renewed. `verified` says whether the site's own page was read for it.
    """

    address: str
    form: Callable[[Credential], TokenForm]
    ahead: timedelta
    needs: tuple[str, ...]
    source: str
    verified: bool
    least_age: timedelta = timedelta(0)
    by_itself: bool = False


def _refresh(credential: Credential) -> dict[str, str]:
    """RFC 6749, section 6."""
    return {"grant_type": "refresh_token", "refresh_token": _text(credential.refresh_token)}


def _x(credential: Credential) -> TokenForm:
    """A confidential client signs in by Basic (RFC 6749, section 2.3.1), a public one names itself."""
    client, secret = credential.client_id or "", credential.client_secret
    if secret is None:
        return TokenForm({**_refresh(credential), "client_id": client})
    named = f"{quote(client, safe='')}:{quote(secret.reveal(), safe='')}"
    basic = base64.b64encode(named.encode()).decode()
    return TokenForm(_refresh(credential), headers={"Authorization": f"Basic {basic}"})


def _client_in_the_form(credential: Credential) -> TokenForm:
    return TokenForm({**_refresh(credential), **_client(credential)})


def _facebook_exchange(credential: Credential) -> TokenForm:
    old = credential.access_token.reveal()
    form = {"grant_type": "fb_exchange_token", **_client(credential), "fb_exchange_token": old}
    return TokenForm(form, "GET")


def _instagram_refresh(credential: Credential) -> TokenForm:
    form = {"grant_type": "ig_refresh_token", "access_token": credential.access_token.reveal()}
    return TokenForm(form, "GET")


def _client(credential: Credential) -> dict[str, str]:
    return {"client_id": credential.client_id or "", "client_secret": _text(credential.client_secret)}


def _text(secret: Secret | None) -> str:
    return "" if secret is None else secret.reveal()


DAY = timedelta(days=1)
_BY_META = ("client_id", "client_secret")

FACEBOOK_EXCHANGE = Renewal(
    "https://graph.facebook.com/oauth/access_token",
    _facebook_exchange,
    20 * DAY,
    _BY_META,
    "developers.facebook.com/docs/facebook-login/guides/access-tokens/get-long-lived",
    verified=False,
    least_age=DAY,
    by_itself=True,
)
INSTAGRAM_REFRESH = Renewal(
    "https://graph.instagram.com/refresh_access_token",
    _instagram_refresh,
    20 * DAY,
    (),
    "developers.facebook.com/docs/instagram-platform/reference/refresh_access_token",
    verified=True,
    least_age=DAY,
    by_itself=True,
)
RENEWALS: Mapping[str, Renewal] = {
    "facebook": FACEBOOK_EXCHANGE,
    "instagram": FACEBOOK_EXCHANGE,  # by Facebook Login; `renewals` puts the other one in its place
    "x": Renewal(
        "https://api.x.com/2/oauth2/token",
        _x,
        timedelta(minutes=30),  # of two hours
        ("refresh_token", "client_id"),
        "docs.x.com/resources/fundamentals/authentication/oauth-2-0/user-access-token",
        verified=False,
    ),
    "youtube": Renewal(
        "https://oauth2.googleapis.com/token",
        _client_in_the_form,
        timedelta(minutes=15),  # of one hour
        ("refresh_token", *_BY_META),
        "developers.google.com/identity/protocols/oauth2/web-server#offline",
        verified=False,
    ),
    "linkedin": Renewal(
        "https://www.linkedin.com/oauth/v2/accessToken",
        _client_in_the_form,
        7 * DAY,  # of 60 days; the refresh token's 365 days are never extended
        ("refresh_token", *_BY_META),
        "learn.microsoft.com/linkedin/shared/authentication/programmatic-refresh-tokens",
        verified=True,
    ),
}


def renewals(instagram_api: str, token_api: str | None = None) -> dict[str, Renewal]:
    """The renewals as the settings want them; a site that is not among them renews no token.

    Instagram has two sign-ins, and the address of its API tells which. `token_api` stands in for all
    endpoints, for the demo and tests.
    """
    known = dict(RENEWALS)
    if instagram_api.startswith("https://graph.instagram.com"):
        known["instagram"] = INSTAGRAM_REFRESH
    if token_api is None:
        return known
    return {
        site: msgspec.structs.replace(way, address=f"{token_api}/{site}{urlsplit(way.address).path}")
        for site, way in known.items()
    }


def hindrance(way: Renewal | None, credential: Credential, now: datetime) -> str:
    """Why this credential cannot be renewed, in words; "" where it can be."""
    if way is None:
        return "this site renews no token"
    missing = [name.replace("_", " ") for name in way.needs if getattr(credential, name) is None]
    if missing:
        return f"what renews it is not kept ({', '.join(missing)})"
    if way.by_itself and credential.expires_at is not None and credential.expires_at <= now:
        return "it has expired, and only a living one is renewed"
    if way.by_itself and now - credential.issued_at < way.least_age:
        return "the site renews none that is younger than a day"
    if credential.refresh_expires_at is not None and credential.refresh_expires_at <= now:
        return "its refresh token has expired"
    return ""


def is_due(way: Renewal | None, credential: Credential, now: datetime) -> bool:
    """Whether a token comes so near to its end that it is to be renewed, and can be."""
    if way is None or credential.expires_at is None or hindrance(way, credential, now):
        return False
    return credential.expires_at - now <= way.ahead


def renewed(credential: Credential, answer: Fetched, now: datetime) -> Credential:
    """The credential that a token endpoint's answer makes of the one that was spent.

    Raises `CredentialDead` where the site refuses, `Unreachable` where the answer says nothing.
    """
    said = _json(answer.body)
    if answer.status != 200 or not isinstance(said.get("access_token"), str):
        raise _refusal(answer.status, said, _secrets_of(credential))
    refresh, refresh_ends = said.get("refresh_token"), _ends(said.get("refresh_token_expires_in"), now)
    known = [end for end in (refresh_ends, credential.refresh_expires_at) if end is not None]
    scope = said.get("scope")
    return replace(
        credential,
        access_token=Secret(said["access_token"]),
        issued_at=now,
        expires_at=_ends(said.get("expires_in"), now),
        refresh_token=Secret(refresh) if isinstance(refresh, str) and refresh else credential.refresh_token,
        refresh_expires_at=min(known, default=None),  # no site extends it
        scopes=tuple(scope.replace(",", " ").split()) if isinstance(scope, str) else credential.scopes,
    )


def _refusal(status: int, said: dict[str, Any], secrets: tuple[str, ...]) -> PaloverdeError:
    """The site's own word for it (RFC 6749, section 5.2; Meta nests it), never the rest of its answer."""
    error = said.get("error")
    nested = error if isinstance(error, dict) else {}
    word = error if isinstance(error, str) else str(nested.get("message") or "")
    reason = clean_text(word, secrets)[:200] or f"HTTP {status}"
    passing = status >= 500 or status == 429 or not said or bool(nested.get("is_transient"))
    if passing or not 400 <= status < 500:
        return Unreachable(f"the site's token endpoint did not renew the token now ({reason})")
    return CredentialDead(f"the site refuses to renew the token: {reason}")


def _json(body: bytes) -> dict[str, Any]:
    try:
        said = json.loads(body)
    except ValueError:
        return {}
    return said if isinstance(said, dict) else {}


def _ends(seconds: Any, now: datetime) -> datetime | None:
    """The moment that lies so many seconds ahead; None where the site names none."""
    if isinstance(seconds, str) and seconds.isdigit():
        seconds = int(seconds)
    if not isinstance(seconds, int | float) or isinstance(seconds, bool) or not 0 < seconds < 1e10:
        return None
    return now + timedelta(seconds=seconds)


def _secrets_of(credential: Credential) -> tuple[str, ...]:
    kept = (credential.access_token, credential.refresh_token, credential.client_secret)
    return tuple(secret.reveal() for secret in kept if secret is not None)
