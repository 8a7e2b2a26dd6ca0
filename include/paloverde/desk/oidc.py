"""The City's single sign-on, by OpenID Connect: who somebody is, as the issuer says and signs it.

Authorization code flow with PKCE, state and nonce (OpenID Connect Core 1.0, section 3.1; RFC 7636; discovery
by OpenID Connect Discovery 1.0; mix-up by RFC 9207). An ID token counts only with the issuer's signature,
for this desk, in time, and for the very browser that was sent there.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import secrets
import time
from collections.abc import Callable, Mapping
from threading import Lock
from typing import Any, NamedTuple
from urllib.parse import quote, urlencode

import httpx
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet
from joserfc.jwt import JWTClaimsRegistry, Token

from paloverde.errors import Unreachable

# Signatures by a private key. With a shared secret (HS256) or none, the token would prove nothing here.
ALGORITHMS = ["RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512"]
_LEEWAY_SECONDS = 60
_KNOWN_SECONDS = 3600.0  # how long what the issuer says of itself is believed without asking again
_KEYS_AGAIN_SECONDS = 30.0  # at the most this often for a key that is not known yet
_SECONDS = 10.0  # for one answer
_MOST_BYTES = 1024 * 1024


class NotProven(Exception):
    """The issuer's answer proves nothing. The text is for the log, never for a page."""


class Way(NamedTuple):
    """One browser's way to the issuer and back: what only that browser can show again."""

    state: str
    nonce: str
    verifier: str


class Client(NamedTuple):
    """The desk as the issuer knows it. `back` is the address to which it sends people back."""

    issuer: str
    id: str
    secret: str
    back: str


def new_way() -> Way:
    """Three secrets of 256 bits."""
    return Way(secrets.token_urlsafe(32), secrets.token_urlsafe(32), secrets.token_urlsafe(32))


class Issuer:
    """The issuer, over the network. Raises `Unreachable` where it does not answer as it must."""

    def __init__(
        self,
        client: Client,
        *,
        loopback: bool = False,
        now: Callable[[], float] = time.time,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._client, self._now, self._clock = client, now, clock
        # An issuer on this machine is a test's: no proxy leads there, and it has no certificate.
        self._schemes = ("https://", "http://") if loopback else ("https://",)
        self._trust_env = not loopback
        self._said: dict[str, Any] = {}
        self._keys: KeySet | None = None
        self._said_until = self._keys_since = float("-inf")
        self._lock = Lock()

    def address(self, way: Way) -> str:
        """Where a browser is sent to sign in."""
        challenge = hashlib.sha256(way.verifier.encode()).digest()
        asked = {
            "response_type": "code",
            "client_id": self._client.id,
            "redirect_uri": self._client.back,
            "scope": "openid profile email",
            "state": way.state,
            "nonce": way.nonce,
            "code_challenge": base64.urlsafe_b64encode(challenge).rstrip(b"=").decode(),
            "code_challenge_method": "S256",
        }
        address = self._endpoint("authorization_endpoint")
        return f"{address}{'&' if '?' in address else '?'}{urlencode(asked)}"

    def identity(self, way: Way | None, answer: Mapping[str, str]) -> dict[str, Any]:
        """The claims of whoever came back with this answer. Raises `NotProven` where they are not proven."""
        if way is None:
            raise NotProven("the browser brought nothing of its way back")
        if not hmac.compare_digest(answer.get("state", "").encode(), way.state.encode()):
            raise NotProven("the state is not the one that this browser was given")
        if answer.get("iss", self._client.issuer) != self._client.issuer:
            raise NotProven("another issuer answered")
        if "error" in answer or not answer.get("code"):
            raise NotProven(f"no code came: {answer.get('error', 'and no reason either')[:80]!r}")
        return self.claims(self._redeemed(answer["code"], way), way.nonce)

    def claims(self, token: str, nonce: str) -> dict[str, Any]:
        """The claims of an ID token, once all of it is checked (OpenID Connect Core 1.0, 3.1.3.7)."""
        try:
            claims = self._verified(token).claims
            JWTClaimsRegistry(
                now=lambda: int(self._now()),
                leeway=_LEEWAY_SECONDS,
                iss={"essential": True, "value": self._client.issuer},
                aud={"essential": True, "value": self._client.id},
                exp={"essential": True},
                iat={"essential": True},
                sub={"essential": True},
                nonce={"essential": True, "value": nonce},
            ).validate(claims)
        except (JoseError, ValueError, TypeError) as error:
            raise NotProven(f"the ID token does not hold: {error}") from None
        several = isinstance(claims["aud"], list) and len(claims["aud"]) > 1
        if claims.get("azp", None if several else self._client.id) != self._client.id:
            raise NotProven("the ID token was made for another client")
        if not isinstance(claims["sub"], str) or not 0 < len(claims["sub"]) <= 255:
            raise NotProven("the ID token names nobody")
        return dict(claims)

    def _verified(self, token: str) -> Token:
        """The token, signed with a key of the issuer's; asked for again where it may be a new one."""
        if self._keys is None:
            self._ask_for_keys()
        assert self._keys is not None
        try:
            return jwt.decode(token, self._keys, algorithms=ALGORITHMS)
        except (JoseError, ValueError):
            if self._clock() - self._keys_since < _KEYS_AGAIN_SECONDS:
                raise
            self._ask_for_keys()
            return jwt.decode(token, self._keys, algorithms=ALGORITHMS)

    def _ask_for_keys(self) -> None:
        given = self._asked("GET", self._endpoint("jwks_uri"))
        try:
            # Only public keys that sign: a symmetric one has no place there.
            keys = [key for key in given["keys"] if key["kty"] in ("RSA", "EC") and key.get("use") != "enc"]
            self._keys = KeySet.import_key_set({"keys": keys})
        except (JoseError, KeyError, TypeError, ValueError) as error:
            raise Unreachable(f"The issuer's keys cannot be read: {error}.") from error
        self._keys_since = self._clock()

    def _redeemed(self, code: str, way: Way) -> str:
        """The ID token for a code (RFC 6749, 4.1.3)."""
        form = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": self._client.back,
            "code_verifier": way.verifier,
        }
        address, headers = self._endpoint("token_endpoint"), {}
        ways = self._discovered().get("token_endpoint_auth_methods_supported") or ["client_secret_basic"]
        if self._client.secret and "client_secret_basic" in ways:
            pair = f"{quote(self._client.id, safe='')}:{quote(self._client.secret, safe='')}"
            headers["Authorization"] = f"Basic {base64.b64encode(pair.encode()).decode()}"
        else:
            form["client_id"] = self._client.id
            if self._client.secret:
                form["client_secret"] = self._client.secret
        token = self._asked("POST", address, form, headers).get("id_token")
        if not isinstance(token, str):
            raise NotProven("the issuer gave no ID token")
        return token

    def _endpoint(self, name: str) -> str:
        address = self._discovered().get(name)
        if not isinstance(address, str) or not address.startswith(self._schemes):
            raise Unreachable(f"The issuer {self._client.issuer} names no {name} over https.")
        return address

    def _discovered(self) -> dict[str, Any]:
        """What the issuer says of itself; one that calls itself otherwise is another one."""
        with self._lock:
            if not self._said or self._clock() >= self._said_until:
                address = f"{self._client.issuer.rstrip('/')}/.well-known/openid-configuration"
                said = self._asked("GET", address)
                if said.get("issuer") != self._client.issuer:
                    raise Unreachable(
                        f"The issuer at {self._client.issuer} calls itself "
                        f"{str(said.get('issuer'))[:200]!r}: write that into "
                        "PALOVERDE_OIDC_ISSUER, if it is the right one."
                    )
                self._said, self._said_until = said, self._clock() + _KNOWN_SECONDS
            return self._said

    def _asked(
        self, method: str, address: str, form: dict[str, str] | None = None, headers: Any = None
    ) -> dict[str, Any]:
        """The JSON object of an answer. Neither codes nor tokens are part of a message."""
        where = address.partition("?")[0]
        try:
            with httpx.stream(
                method, address, data=form, headers=headers, timeout=_SECONDS, trust_env=self._trust_env
            ) as answer:
                body = b""
                for piece in answer.iter_bytes():
                    body += piece
                    if len(body) > _MOST_BYTES:
                        raise Unreachable(f"The answer of {where} is too long.")
        except httpx.HTTPError as error:
            raise Unreachable(f"{where} does not answer ({type(error).__name__}).") from error
        said = _object(body)
        if said is not None and said.get("error") == "invalid_grant":  # RFC 6749, 5.2: never given, or used
            raise NotProven("the issuer does not know the code")
        if answer.status_code != 200 or said is None:
            reason = str((said or {}).get("error", ""))[:80]
            raise Unreachable(f"{where} answered {answer.status_code} {reason!r}.")
        return said


def _object(body: bytes) -> dict[str, Any] | None:
    try:
        said = json.loads(body)
    except ValueError:
        return None
    return said if isinstance(said, dict) else None
