"""A token as a person hands it in: the bare text, or the JSON answer of the site's token endpoint.

The JSON may also hold what the site's answer does not: `client_id`, `client_secret`, `expires_at` and
`refresh_expires_at` (ISO 8601, or seconds since 1970), and `testing: true` for a Google project whose consent
screen is in "Testing", where refresh tokens live for seven days.
"""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import Any

from paloverde.errors import BadQuestion
from paloverde.settings import Secret
from paloverde.state.credentials import Credential

_TESTING = timedelta(days=7)  # developers.google.com/identity/protocols/oauth2#expiration
_LONGEST = 20_000
_NEVER = (None, 0, "")


def read_token(text: str, before: Credential | None, now: datetime) -> Credential:
    """The credential that `text` holds. Client id and secret stay those of `before` where it names none.

    Raises `BadQuestion`, whose message repeats nothing of the text.
    """
    told = _object(text) if text.lstrip().startswith("{") else {"access_token": text.strip()}
    access_token = _secret(told, "access_token")
    if access_token is None:
        raise BadQuestion("The JSON holds no access_token.")
    refresh_ends = _end(told, "refresh_expires_at", "refresh_token_expires_in", now)
    if refresh_ends is None and told.get("testing") is True:
        refresh_ends = now + _TESTING
    scope = told.get("scope") or ""
    scopes = scope if isinstance(scope, list) else str(scope).replace(",", " ").split()
    return Credential(
        access_token=access_token,
        issued_at=now,
        expires_at=_end(told, "expires_at", "expires_in", now),
        refresh_token=_secret(told, "refresh_token"),
        refresh_expires_at=refresh_ends,
        client_id=_text(told, "client_id") or (before.client_id if before else None),
        client_secret=_secret(told, "client_secret") or (before.client_secret if before else None),
        scopes=tuple(map(str, scopes)),
    )


def _object(text: str) -> dict[str, Any]:
    try:
        told = json.loads(text)
    except ValueError as error:
        where = f" (line {error.lineno})" if isinstance(error, json.JSONDecodeError) else ""
        raise BadQuestion(f"This begins like JSON and is none{where}.") from None
    return told if isinstance(told, dict) else {}


def _text(told: dict[str, Any], name: str) -> str | None:
    """One word without spaces: what a header can carry. None where it is not given."""
    value = told.get(name)
    if value is None:
        return None
    if isinstance(value, int) and not isinstance(value, bool):
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


def _end(told: dict[str, Any], at: str, seconds: str, now: datetime) -> datetime | None:
    """The moment that is named, or so many seconds ahead; None where nothing is, or it is 0 ("never")."""
    try:
        if told.get(at) not in _NEVER:
            return _moment(told[at])
        return now + timedelta(seconds=float(told[seconds])) if told.get(seconds) not in _NEVER else None
    except (ValueError, TypeError, OverflowError, OSError):
        raise BadQuestion(
            f"{at} or {seconds} is no moment: write 2026-11-22T10:00:00Z, or seconds."
        ) from None


def _moment(value: Any) -> datetime:
    if isinstance(value, int | float):
        return datetime.fromtimestamp(value, UTC)
    moment = datetime.fromisoformat(value)
    if moment.tzinfo is None:
        raise ValueError("it names no time zone")
    return moment.astimezone(UTC)
