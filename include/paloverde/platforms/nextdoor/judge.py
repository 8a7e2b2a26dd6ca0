"""What an answer of Nextdoor means. Its limits are not published; its errors are OAuth's (RFC 6749, 6750).

Known from users of the API: an HTML page may come instead of JSON, with any status.
"""

from __future__ import annotations

import re
from datetime import datetime

import msgspec

from paloverde.errors import Unreadable
from paloverde.platforms import jsontext
from paloverde.platforms.conversation import Answer, Call, Verdict
from paloverde.platforms.nextdoor.items import Members, Told

_WAIT = 60.0  # seconds, where the site limits and names no time
_DAY = 86_400
_DEAD = frozenset(("invalid_token", "expired_token", "token_expired", "invalid_grant", "unauthorized"))

BY_STATUS: dict[int, tuple[Call, str]] = {
    400: (Call.FORBIDDEN, "Nextdoor refuses the question"),
    401: (Call.CREDENTIAL_DEAD, "the account's token is expired or revoked; connect the account again"),
    403: (Call.FORBIDDEN, "Nextdoor refuses this to the account's app"),
    404: (Call.NOT_FOUND, "Nextdoor says that it does not exist"),
}


def judge(answer: Answer, now: datetime) -> Verdict:
    """What an answer means. Never raises."""
    del now  # the site names no moment, only how long to wait
    if answer.status == 429:
        return Verdict(Call.WAIT, "Nextdoor limits how often it may be asked", _retry_after(answer) or _WAIT)
    if answer.status >= 500:
        return Verdict(
            Call.AGAIN, f"Nextdoor has a passing fault (HTTP {answer.status})", _retry_after(answer)
        )
    members = _members(answer.body)
    if members is None:
        return Verdict(Call.NONSENSE, _nonsense(answer))
    told = Told(members)
    error = told.text("error") or ""
    said = told.text("error_description") or error
    if error and (error in _DEAD or answer.status == 401):
        return Verdict(Call.CREDENTIAL_DEAD, f"the account's token does not open Nextdoor: {said}")
    if answer.status in BY_STATUS:
        call, reason = BY_STATUS[answer.status]
        return Verdict(call, f"{reason} (Nextdoor says: {said})" if said else reason)
    if error and "id" not in members:
        return Verdict(Call.FORBIDDEN, f"Nextdoor answers with an error: {said}")
    if answer.status != 200:
        return Verdict(
            Call.NONSENSE, f"Nextdoor answered HTTP {answer.status}, which this question never gets"
        )
    return Verdict(Call.GOOD)


def _members(body: bytes) -> Members | None:
    try:
        sound = jsontext.open_text(body).sound
        return {} if sound.lstrip()[:1] == b"[" else jsontext.fields(sound)
    except (Unreadable, msgspec.DecodeError, RecursionError):
        return None


def _nonsense(answer: Answer) -> str:
    if answer.body.lstrip()[:15].lower().startswith((b"<!doctype", b"<html")):
        return f"Nextdoor sent a web page instead of data (HTTP {answer.status})"
    return f"the answer is not the JSON that Nextdoor gives (HTTP {answer.status})"


def _retry_after(answer: Answer) -> float:
    """Seconds, at most a day."""
    text = answer.headers.get("retry-after", "").strip()
    return float(min(_DAY, int(text))) if re.fullmatch(r"[0-9]{1,9}", text) else 0.0
