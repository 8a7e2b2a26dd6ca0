"""What an answer of LinkedIn means: by status, then by the code in its body.

https://learn.microsoft.com/linkedin/shared/api-guide/concepts/error-handling
Limits count calls for each UTC day, and no header tells how many are left:
https://learn.microsoft.com/linkedin/shared/api-guide/concepts/rate-limits
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

import msgspec

from paloverde.errors import Unreadable
from paloverde.platforms import jsontext
from paloverde.platforms.conversation import Answer, Call, Verdict
from paloverde.platforms.linkedin.wire import Trouble, decode

OLD_VERSION = (
    "LinkedIn no longer serves the version of its API that is asked for; set PALOVERDE_LINKEDIN_VERSION to a "
    "newer one, written as YYYYMM"
)
LIMIT = "the app has used up the calls that LinkedIn grants for a day (UTC)"
_LONGEST_WAIT = 86_400.0

# Status: what to do, and what to tell a person.
BY_STATUS: dict[int, tuple[Call, str]] = {
    400: (Call.FORBIDDEN, "LinkedIn refuses the question"),
    401: (Call.CREDENTIAL_DEAD, "the token is expired or revoked; connect the account again"),
    403: (Call.FORBIDDEN, "LinkedIn refuses this to the account's app or to the person who connected it"),
    404: (Call.NOT_FOUND, "LinkedIn says that it does not exist"),
    405: (Call.FORBIDDEN, "LinkedIn refuses the question"),
    410: (Call.FORBIDDEN, "LinkedIn has retired this address; Paloverde needs an update"),
    413: (Call.TOO_MUCH, "LinkedIn asks for less at a time"),
    414: (Call.TOO_MUCH, "LinkedIn asks for less at a time"),
    426: (Call.FORBIDDEN, OLD_VERSION),
}


def judge(answer: Answer, now: datetime) -> Verdict:
    """What an answer means. Never raises."""
    trouble = _trouble(answer)
    status = answer.status
    if status == 200 and trouble and trouble.status and trouble.message:
        status = trouble.status  # an error that came under HTTP 200
    if trouble and trouble.code == "NONEXISTENT_VERSION":
        status = 426
    if status == 429:
        return Verdict(Call.WAIT, _told(LIMIT, trouble), _pause(answer, now))
    if status >= 500:
        return Verdict(Call.AGAIN, _told(f"LinkedIn has a passing fault (HTTP {status})", trouble))
    if trouble is None and status != 401:
        return Verdict(Call.NONSENSE, f"the answer is not the JSON that LinkedIn gives (HTTP {status})")
    if status in BY_STATUS:
        call, reason = BY_STATUS[status]
        return Verdict(call, _told(reason, trouble))
    if status != 200:
        return Verdict(Call.NONSENSE, _told(f"LinkedIn answers with HTTP {status}", trouble))
    return Verdict(Call.GOOD)


def _trouble(answer: Answer) -> Trouble | None:
    """What the answer's members say of an error; None where it is no JSON object."""
    try:
        sound = jsontext.open_text(answer.body).sound.strip()
        return decode(Trouble, sound)[0] if sound[:1] == b"{" else None
    except (Unreadable, msgspec.DecodeError, RecursionError):
        return None


def _told(reason: str, trouble: Trouble | None) -> str:
    said = " ".join(part for part in (trouble.code, trouble.message) if part) if trouble else ""
    return f"{reason} (LinkedIn says: {said})" if said else reason


def _pause(answer: Answer, now: datetime) -> float:
    """Seconds: Retry-After where it is sent, else until the next UTC day, when the count starts again."""
    text = answer.headers.get("retry-after", "").strip()
    seconds = 0.0
    if text.isascii() and text.isdigit():
        seconds = float(text[:9])
    elif text:
        seconds = _until(text, now)
    if seconds > 0:
        return min(seconds, _LONGEST_WAIT)
    today = now.astimezone(UTC)
    midnight = (today + timedelta(days=1)).replace(hour=0, minute=0, second=0, microsecond=0)
    return (midnight - today).total_seconds() + 1.0


def _until(text: str, now: datetime) -> float:
    """RFC 9110 section 10.2.3 allows a date too."""
    try:
        return (parsedate_to_datetime(text) - now).total_seconds()
    except (ValueError, TypeError, OverflowError):
        return 0.0
