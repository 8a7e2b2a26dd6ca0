"""What a Graph API answer means: by error code first, then by status. Nothing is guessed from an empty body.

Codes: https://developers.facebook.com/docs/graph-api/guides/error-handling
Limits: https://developers.facebook.com/docs/graph-api/overview/rate-limiting (throttles come as 400 and 403,
and the pause that the site asks for is in minutes, in the header X-Business-Use-Case-Usage)
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from email.utils import parsedate_to_datetime
from typing import Any

import msgspec

from paloverde.errors import Unreadable
from paloverde.platforms import jsontext
from paloverde.platforms.conversation import Answer, Call, Verdict

_DEFAULT_WAIT = 300.0  # seconds, where the site says that it limits and not for how long
_LONGEST_WAIT = 86_400.0
_BUSY = 75.0  # percent of a budget from which on requests are spread out
_SPREAD = 60.0  # seconds between requests when a budget is all but used

# Error code, subcode (None: any), what it calls for. The first row that fits counts.
RULES: tuple[tuple[range, int | None, Call], ...] = (
    (range(2, 3), None, Call.AGAIN),  # service unavailable for now
    (range(4, 5), None, Call.WAIT),  # the app's limit
    (range(17, 18), None, Call.WAIT),  # the user's limit
    (range(32, 33), None, Call.WAIT),  # the Page's limit
    (range(341, 342), None, Call.WAIT),
    (range(613, 614), None, Call.WAIT),
    (range(80_000, 80_015), None, Call.WAIT),  # limits by kind of business use
    (range(102, 103), None, Call.CREDENTIAL_DEAD),  # session ended
    (range(104, 105), None, Call.CREDENTIAL_DEAD),  # no token arrived
    (range(190, 191), None, Call.CREDENTIAL_DEAD),
    (range(100, 101), 33, Call.NOT_FOUND),  # or no permission: whoever asked must tell the two apart
    (range(803, 804), None, Call.NOT_FOUND),  # one of several ids is unknown
    (range(3, 4), None, Call.FORBIDDEN),  # the app may not do this
    (range(10, 11), None, Call.FORBIDDEN),
    (range(200, 300), None, Call.FORBIDDEN),
    (range(100, 101), None, Call.FORBIDDEN),  # a field or parameter that is not (or no longer) allowed
    (range(12, 13), None, Call.FORBIDDEN),  # a version or edge that was withdrawn
    (range(368, 369), None, Call.FORBIDDEN),  # blocked for a policy
    (range(2500, 2501), None, Call.FORBIDDEN),
    (range(2635, 2636), None, Call.FORBIDDEN),  # the version is retired
    (range(1, 2), None, Call.AGAIN),  # "unknown error"; its words may say TOO_MUCH, see below
)
_STATUSES: tuple[tuple[range, Call], ...] = (
    (range(429, 430), Call.WAIT),
    (range(500, 600), Call.AGAIN),
)


class _Error(msgspec.Struct):
    code: int | None = None
    error_subcode: int | None = None
    message: str = ""
    is_transient: bool = False


class _Envelope(msgspec.Struct):
    error: msgspec.Raw = msgspec.Raw()  # empty: there is none


_envelope = msgspec.json.Decoder(_Envelope)
_error = msgspec.json.Decoder(_Error)


def judge(answer: Answer, now: datetime) -> Verdict:
    """What an answer means. Never raises."""
    try:
        envelope = _open(answer.body)
    except (ValueError, RecursionError, Unreadable):
        return _by_status(answer, now, _nonsense(answer))
    if error := bytes(envelope.error):
        return _by_code(answer, now, _read_error(error))
    if answer.status == 200:
        return Verdict(Call.GOOD)
    return _by_status(answer, now, f"the answer has status {answer.status} and says nothing")


def _open(body: bytes) -> _Envelope:
    """The outside of an answer. One ill-formed character in a comment does not make a page nonsense."""
    try:
        return _envelope.decode(body)
    except ValueError:
        return _envelope.decode(jsontext.open_text(body).sound)


def _by_code(answer: Answer, now: datetime, error: _Error) -> Verdict:
    reason = _reason(error)
    if "reduce the amount of data" in error.message.lower():
        return Verdict(Call.TOO_MUCH, reason)
    for codes, subcode, call in RULES:
        if error.code in codes and subcode in (None, error.error_subcode):
            return Verdict(call, reason, _pause(answer, now) if call is Call.WAIT else 0.0)
    if error.is_transient:
        return Verdict(Call.AGAIN, reason)
    return _by_status(answer, now, reason)


def _by_status(answer: Answer, now: datetime, reason: str) -> Verdict:
    for statuses, call in _STATUSES:
        if answer.status in statuses:
            return Verdict(call, reason, _pause(answer, now) if call is Call.WAIT else 0.0)
    return Verdict(Call.NONSENSE, reason)


def _nonsense(answer: Answer) -> str:
    start = answer.body.lstrip()[:15].lower()
    if start.startswith((b"<!doctype", b"<html")):
        return f"the site sent a web page instead of data (status {answer.status})"
    if not start:
        return f"the answer is empty (status {answer.status})"
    return f"the answer is no whole JSON object (status {answer.status})"


def _read_error(error: bytes) -> _Error:
    try:
        return _error.decode(error)
    except ValueError:
        return _Error(message=error[:300].decode(errors="replace"))


def _reason(error: _Error) -> str:
    code = "without a code" if error.code is None else f"code {error.code}"
    if error.error_subcode is not None:
        code += f"/{error.error_subcode}"
    return f"the site answers with an error ({code}): {error.message or 'no message'}"


def _pause(answer: Answer, now: datetime) -> float:
    """Seconds to wait: the site's own minutes, else Retry-After, else a default. Never absurd."""
    minutes = [_number(usage, "estimated_time_to_regain_access") for usage in _business(answer.headers)]
    seconds = max(minutes, default=0.0) * 60 or _retry_after(answer.headers, now)
    return min(seconds, _LONGEST_WAIT) if seconds > 0 else _DEFAULT_WAIT


def _retry_after(headers: dict[str, str], now: datetime) -> float:
    """RFC 9110 section 10.2.3: seconds or a date."""
    text = headers.get("retry-after", "").strip()
    if text.isascii() and text.isdigit():
        return float(text[:9])
    try:
        return (parsedate_to_datetime(text) - now).total_seconds()
    except (ValueError, TypeError, OverflowError):
        return 0.0


def pace(answer: Answer, now: datetime) -> float:
    """Seconds before the next request: none while budgets are ample, the site's own pause at their end."""
    usages = [*_business(answer.headers), _json_object(answer.headers.get("x-app-usage", ""))]
    used = max((_number(usage, name) for usage in usages for name in _BUDGETS), default=0.0)
    if used >= 100.0:
        return _pause(answer, now)
    return max(0.0, (used - _BUSY) / (100.0 - _BUSY)) * _SPREAD


_BUDGETS = ("call_count", "total_cputime", "total_time")


def _business(headers: dict[str, str]) -> Iterator[dict[str, Any]]:
    for usages in _json_object(headers.get("x-business-use-case-usage", "")).values():
        if isinstance(usages, list):
            yield from (usage for usage in usages if isinstance(usage, dict))


def _json_object(text: str) -> dict[str, Any]:
    try:
        return msgspec.json.decode(text, type=dict[str, Any])
    except (ValueError, RecursionError):
        return {}


def _number(usage: dict[str, Any], name: str) -> float:
    value = usage.get(name)
    return float(value) if isinstance(value, int | float) else 0.0
