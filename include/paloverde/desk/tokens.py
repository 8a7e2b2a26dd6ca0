"""The secrets of a session that pages and cookies carry, and nobody else can make."""

from __future__ import annotations

import base64
import hashlib
import hmac
import secrets

_HALF = 32  # letters of a form's token: 128 bits that are used once, and 128 that prove them


def form_token(session: str) -> str:
    """What a form of ours carries; who does not know the session cannot make it.

    It is another one each time: one that stood on every page could be guessed letter by letter from how well
    pages compress (the BREACH attack), since a page also repeats what its address says.
    """
    once = secrets.token_hex(_HALF // 2)
    return once + _second_half(session, once)


def is_form_token(session: str, given: str) -> bool:
    """Whether a form carries a token of this session."""
    expected = _second_half(session, given[:_HALF])
    return hmac.compare_digest(given[_HALF:].encode(), expected.encode())


def form_number(token: str) -> str:
    """The number of the one form that carries a token."""
    return token[:_HALF]


def sealed(session: str, text: str) -> str:
    """A text for a cookie, that only this session can have made."""
    body = base64.urlsafe_b64encode(text.encode()).decode()
    return f"{_mark(session, body)}.{body}"


def unsealed(session: str, value: str) -> str:
    """The text; nothing where it is not of this session."""
    mark, _, body = value.partition(".")
    if not body or not hmac.compare_digest(mark.encode(), _mark(session, body).encode()):
        return ""
    return base64.urlsafe_b64decode(body.encode()).decode()


def _second_half(session: str, once: str) -> str:
    made = hmac.new(session.encode(), b"paloverde desk form " + once.encode(), hashlib.sha256)
    return made.hexdigest()[:_HALF]


def _mark(session: str, body: str) -> str:
    return hmac.new(session.encode(), b"paloverde desk told " + body.encode(), hashlib.sha256).hexdigest()
