"""One raw HTTP exchange, with the credentials taken out and the taking-out recorded."""

from __future__ import annotations

import re
from datetime import datetime
from functools import lru_cache
from urllib.parse import quote, quote_plus

import msgspec

MARK = b"[credential removed]"

# Anything that looks like a credential parameter, whoever it belongs to: the archive cannot be rewritten
# for two years, so what is doubtful is taken out.
_ENDINGS = (b"s_token", b"h_token", b"_secret", b"_proof")  # cheap to look for; most bodies have none
_PARAMETER = re.compile(
    rb"(?<![A-Za-z0-9_])(?:access_token|refresh_token|oauth_token|client_secret|appsecret_proof)"
    rb"(?:=|%3[Dd]|\\u003[Dd]|\"\s*:\s*\")([^&\"'\\%\s<>]+)"
)
_SECRET_HEADERS = frozenset({"authorization", "cookie", "set-cookie", "proxy-authorization", "x-csrf-token"})


class TakenOut(msgspec.Struct, frozen=True):
    """A credential stood at `offset` of the body as received, `length` bytes long."""

    offset: int
    length: int


class Exchange(msgspec.Struct, frozen=True):
    """A request and its answer.

    `body` is what came over the wire (still compressed) where nothing had to be taken out; otherwise the
    decoded body with `MARK` in place of each credential, and `taken_out` in offsets of the decoded original.
    `sent` is the body of the request: only what sets something at the site has one.
    """

    url: str
    request_headers: tuple[tuple[str, str], ...]
    status: int
    reason: str
    headers: tuple[tuple[str, str], ...]
    body: bytes
    received_at: datetime
    decoded: bool = False
    taken_out: tuple[TakenOut, ...] = ()
    method: str = "GET"
    sent: bytes = b""


def clean_body(body: bytes, secrets: tuple[str, ...]) -> tuple[bytes, tuple[TakenOut, ...]]:
    """The decoded body without credentials, and where they stood."""
    spans = sorted(_spans(body, secrets))
    pieces: list[bytes] = []
    taken: list[TakenOut] = []
    end = 0
    for start, stop in spans:
        if start < end:  # inside one that is already out
            continue
        pieces += (body[end:start], MARK)
        taken.append(TakenOut(start, stop - start))
        end = stop
    if not taken:
        return body, ()
    return b"".join((*pieces, body[end:])), tuple(taken)


def clean_text(text: str, secrets: tuple[str, ...]) -> str:
    """A header value, address or message without credentials."""
    return clean_body(text.encode(), secrets)[0].decode(errors="replace")


def clean_headers(headers: list[tuple[str, str]], secrets: tuple[str, ...]) -> tuple[tuple[str, str], ...]:
    """Headers without those that carry credentials, and without credentials in the others."""
    return tuple(
        (name, "[credential removed]" if name.lower() in _SECRET_HEADERS else clean_text(value, secrets))
        for name, value in headers
    )


def _spans(body: bytes, secrets: tuple[str, ...]) -> list[tuple[int, int]]:
    named = any(ending in body for ending in _ENDINGS)
    spans = [match.span(1) for match in _PARAMETER.finditer(body)] if named else []
    for form in _forms(secrets):
        start = body.find(form)
        while start >= 0:
            spans.append((start, start + len(form)))
            start = body.find(form, start + len(form))
    return spans


@lru_cache(maxsize=64)
def _forms(secrets: tuple[str, ...]) -> set[bytes]:
    """A secret as it may stand in a body: plain, in an address, in JSON with escaped slashes."""
    plain = {
        form for secret in secrets if secret for form in (secret, quote(secret, safe=""), quote_plus(secret))
    }
    return {form.encode() for form in plain} | {form.replace("/", "\\/").encode() for form in plain}
