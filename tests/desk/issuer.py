"""An issuer of the City's single sign-on on loopback, which speaks OpenID Connect and can be made to lie."""

from __future__ import annotations

import base64
import hashlib
import json
import secrets
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import unquote, urlencode

import uvicorn
from fastapi import FastAPI, Form, Request
from fastapi.responses import JSONResponse, RedirectResponse, Response
from joserfc import jwt
from joserfc.jwk import RSAKey

from desk.desks import until

CLIENT_ID, SECRET = "the-desk", "a secret: with / and %"


class LyingIssuer:
    """`claims` is what it says of whoever comes; the rest is how it deviates, each a name of a test."""

    def __init__(self, address: str, now: Any = time.time) -> None:
        self.address, self._now = address, now
        self.key = RSAKey.generate_key(2048, {"kid": "first", "use": "sig"})
        self.signing = self.key
        self.algorithm = "RS256"
        self.claims: dict[str, Any] = {"sub": "7", "preferred_username": "mlopez", "name": "Maria Lopez"}
        self.changed: dict[str, Any] = {}
        self.calls_itself = address
        self.codes: dict[str, dict[str, str]] = {}
        self.broken = False
        self.unsigned = ""  # the algorithm that a header names over no signature, or another token's

    def app(self) -> FastAPI:
        app = FastAPI()
        app.add_api_route("/.well-known/openid-configuration", self.says)
        app.add_api_route("/keys", self.keys)
        app.add_api_route("/authorize", self.authorize)
        app.add_api_route("/token", self.token, methods=["POST"])
        return app

    def says(self) -> Response:
        if self.broken:
            return Response("out of order", 500)
        here = self.address
        return JSONResponse(
            {
                "issuer": self.calls_itself,
                "authorization_endpoint": f"{here}/authorize",
                "token_endpoint": f"{here}/token",
                "jwks_uri": f"{here}/keys",
            }
        )

    def keys(self) -> dict[str, Any]:
        return {"keys": [self.key.as_dict(private=False)]}

    def authorize(self, request: Request) -> Response:
        """Everybody is let in at once. The desk asked by the code flow, with PKCE, state and nonce."""
        asked = dict(request.query_params)
        assert (asked["response_type"], asked["code_challenge_method"]) == ("code", "S256")
        assert "openid" in asked["scope"].split()
        code = secrets.token_urlsafe(16)
        self.codes[code] = asked
        back = urlencode({"code": code, "state": asked["state"], "iss": self.address})
        return RedirectResponse(f"{asked['redirect_uri']}?{back}", 303)

    def token(
        self, request: Request, code: str = Form(), code_verifier: str = Form(), redirect_uri: str = Form()
    ) -> Response:
        asked = self.codes.pop(code, None)
        basic = base64.b64decode(request.headers.get("authorization", " ").partition(" ")[2]).decode()
        client = tuple(unquote(part) for part in basic.split(":"))
        proof = base64.urlsafe_b64encode(hashlib.sha256(code_verifier.encode()).digest()).rstrip(b"=")
        if asked is None or client != (CLIENT_ID, SECRET) or asked["redirect_uri"] != redirect_uri:
            return JSONResponse({"error": "invalid_grant"}, 400)
        if proof.decode() != asked["code_challenge"]:
            return JSONResponse({"error": "invalid_grant"}, 400)
        return JSONResponse({"token_type": "Bearer", "id_token": self.id_token(asked["nonce"])})

    def id_token(self, nonce: str) -> str:
        now = int(self._now())
        told = {"iss": self.address, "aud": CLIENT_ID, "iat": now, "exp": now + 300, "nonce": nonce}
        claims = {k: v for k, v in (told | self.claims | self.changed).items() if v is not None}
        header = {"alg": self.algorithm, "kid": self.signing.kid}
        token = jwt.encode(header, claims, self.signing, algorithms=[self.algorithm])
        return self._forged(token) if self.unsigned else token

    def _forged(self, token: str) -> str:
        _, claims, signature = token.split(".")
        header = json.dumps({"alg": self.unsigned, "kid": self.signing.kid}).encode()
        named = base64.urlsafe_b64encode(header).rstrip(b"=").decode()
        return f"{named}.{claims}.{'' if self.unsigned == 'none' else signature}"


@contextmanager
def issuing(now: Any = time.time) -> Iterator[LyingIssuer]:
    door = socket.create_server(("127.0.0.1", 0))
    issuer = LyingIssuer(f"http://127.0.0.1:{door.getsockname()[1]}", now)
    server = uvicorn.Server(uvicorn.Config(issuer.app(), log_level="error", lifespan="off"))
    thread = threading.Thread(target=server.run, kwargs={"sockets": [door]}, daemon=True)
    thread.start()
    until(lambda: server.started)
    try:
        yield issuer
    finally:
        server.should_exit = True
        thread.join()
        door.close()
