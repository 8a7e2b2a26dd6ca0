"""A token as a person hands it in: the bare text, or the JSON answer of the site's token endpoint.

The JSON may also hold what the site's answer does not: `client_id`, `client_secret`, `expires_at` and
`refresh_expires_at` (ISO 8601, or seconds since 1970), and `testing: true` for a Google project whose consent
screen is in "Testing", where refresh tokens live for seven days.
"""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime, timedelta
from typing import Any

from paloverde.errors import BadQuestion
from paloverde.settings import Secret
from paloverde.state.credentials import Credential
from paloverde.wording import at_time

_TESTING = timedelta(days=7)  # developers.google.com/identity/protocols/oauth2#expiration
_LONGEST = 20_000
_NEVER = (None, 0, "")
# RFC 6750, section 2.1, and what Meta's (|) and X's (%) tokens hold besides.
_TOKEN = re.compile(r"[A-Za-z0-9._~+/|%:-]+=*")


def read_token(text: str, before: Credential | None, now: datetime) -> Credential:
    """The credential that `text` holds. Client id and secret stay those of `before` where it names none.

    Raises `BadQuestion`, whose message repeats nothing of the text: for what is no token, and for one that
    has ended where nothing in the text renews it.
    """
    told = _told(text.strip())
    access_token = _token(told, "access_token")
    if access_token is None:
        raise BadQuestion("The JSON holds no access_token.")
    refresh_ends = _end(told, "refresh_expires_at", "refresh_token_expires_in", now)
    if refresh_ends is None and told.get("testing") is True:
        refresh_ends = now + _TESTING
    ends, refresh_token = _end(told, "expires_at", "expires_in", now), _token(told, "refresh_token")
    _refuse_what_has_ended(ends, refresh_token, refresh_ends, now)
    scope = told.get("scope") or ""
    scopes = scope if isinstance(scope, list) else str(scope).replace(",", " ").split()
    return Credential(
        access_token=access_token,
        issued_at=now,
        expires_at=ends,
        refresh_token=refresh_token,
        refresh_expires_at=refresh_ends,
        client_id=_text(told, "client_id") or (before.client_id if before else None),
        client_secret=_secret(told, "client_secret") or (before.client_secret if before else None),
        scopes=tuple(map(str, scopes)),
    )


def _told(text: str) -> dict[str, Any]:
    """The members of the text; a text that is no JSON is the access token itself."""
    try:
        told = json.loads(text)
    except (ValueError, RecursionError) as error:
        if text[:1] not in ("{", "[", '"'):
            return {"access_token": text}
        where = f" (line {error.lineno})" if isinstance(error, json.JSONDecodeError) else ""
        raise BadQuestion(f"This begins like JSON and is none{where}.") from None
    if isinstance(told, dict):
        return told
    raise BadQuestion(
        "This is a list, a number, a bare word or a text in quotation marks, and no token: give the token "
        "alone, or the JSON object that the site's token endpoint answered."
    )


def _refuse_what_has_ended(
    ends: datetime | None, refresh_token: Secret | None, refresh_ends: datetime | None, now: datetime
) -> None:
    """An access token may have ended where what renews it came along and lives."""
    if ends is None or ends > now or (refresh_token and (refresh_ends is None or refresh_ends > now)):
        return
    raise BadQuestion(
        f"This token ended on {at_time(ends)}: sign in at the site again, and give in the new one."
    )


def _text(told: dict[str, Any], name: str) -> str | None:
    """One word without spaces: what a header can carry. None where it is not given."""
    value = told.get(name)
    if value is None:
        return None
    if name == "client_id" and isinstance(value, int) and not isinstance(value, bool):
        value = str(value)  # Meta's app ids are often written so
    if not isinstance(value, str) or not value or len(value) > _LONGEST or not value.isascii():
        raise BadQuestion(f"The {name.replace('_', ' ')} is empty, or no token: letters, digits and signs.")
    if not value.isprintable() or " " in value:
        raise BadQuestion(
            f"The {name.replace('_', ' ')} holds spaces or several lines: give one token alone."
        )
    return value


def _secret(told: dict[str, Any], name: str) -> Secret | None:
    value = _text(told, name)
    return None if value is None else Secret(value)


def _token(told: dict[str, Any], name: str) -> Secret | None:
    """A secret that a header carries as it is."""
    secret = _secret(told, name)
    if secret is not None and not _TOKEN.fullmatch(secret.reveal()):
        raise BadQuestion(
            f"The {name.replace('_', ' ')} holds signs that no token has: give it alone, without its name or "
            "quotation marks."
        )
    return secret


def _end(told: dict[str, Any], at: str, seconds: str, now: datetime) -> datetime | None:
    """The moment that is named, or so many seconds ahead; None where nothing is, or it is 0 ("never")."""
    try:
        if told.get(at) not in _NEVER:
            return _moment(told[at])
        if told.get(seconds) in _NEVER:
            return None
        return now + timedelta(seconds=_number(told[seconds]))
    except (ValueError, TypeError, OverflowError, OSError):
        raise BadQuestion(
            f"{at} or {seconds} is no moment: write 2026-11-22T10:00:00Z, or seconds."
        ) from None


def _number(value: Any) -> float:
    if isinstance(value, bool):
        raise TypeError("true and false are no number")
    return float(value)


def _moment(value: Any) -> datetime:
    if isinstance(value, int | float):
        return datetime.fromtimestamp(_number(value), UTC)
    moment = datetime.fromisoformat(value)
    if moment.tzinfo is None:
        raise ValueError("it names no time zone")
    return moment.astimezone(UTC)
