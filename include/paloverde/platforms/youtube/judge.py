"""What an answer of the YouTube Data API means: by the error's reason first, then by its status.

Reasons: https://developers.google.com/youtube/v3/docs/errors and
https://developers.google.com/youtube/v3/docs/core_errors. No header tells how much quota is left; a day's
quota begins at midnight Pacific (https://developers.google.com/youtube/v3/getting-started#quota).
"""

from __future__ import annotations

import re
from datetime import datetime, time, timedelta

import msgspec

from paloverde.errors import Unreadable
from paloverde.platforms import jsontext
from paloverde.platforms.conversation import Answer, Call, Verdict
from paloverde.records import PACIFIC, archive_day

SWITCHED_OFF = "comments are switched off"
_SHORT_WAIT = 60.0  # seconds, where the site asks to slow down and names no time
_MARKUP = re.compile(r"</?[a-zA-Z][^<>]*>")  # its messages link to its documentation
_AFTER_MIDNIGHT = 60.0  # seconds: its clock and ours may differ
_LONGEST_WAIT = 86_400.0

_DAY_USED_UP = "the day's quota of the Google project is used up; it is full again at midnight Pacific"
_SLOWER = "the site asks to be asked more slowly"
_NO_SCOPE = "the token may not see this; connect the account again with the scope youtube.force-ssl"
_RENEW = "the account's token is expired or revoked; connect the account again"
_GONE = "the site says that it does not exist"
_NOT_ENABLED = "the YouTube Data API is not enabled for the Google project; enable it in the Google console"

# By the error's reason. Reasons that end in NotFound all mean the same and are not listed.
REASONS: dict[str, tuple[Call, str]] = {
    "quotaExceeded": (Call.WAIT, _DAY_USED_UP),
    "dailyLimitExceeded": (Call.WAIT, _DAY_USED_UP),
    "rateLimitExceeded": (Call.WAIT, _SLOWER),
    "userRateLimitExceeded": (Call.WAIT, _SLOWER),
    "RATE_LIMIT_EXCEEDED": (Call.WAIT, _SLOWER),
    "authError": (Call.CREDENTIAL_DEAD, _RENEW),
    "invalid_grant": (Call.CREDENTIAL_DEAD, _RENEW),
    "invalid_token": (Call.CREDENTIAL_DEAD, _RENEW),
    "authenticatedUserAccountClosed": (Call.FORBIDDEN, "the account is closed; look at it on YouTube"),
    "authenticatedUserAccountSuspended": (
        Call.FORBIDDEN,
        "YouTube has suspended the account; look at it",
    ),
    "youtubeSignupRequired": (Call.FORBIDDEN, "the Google account has no channel; connect the channel's own"),
    "insufficientPermissions": (Call.FORBIDDEN, _NO_SCOPE),
    "ACCESS_TOKEN_SCOPE_INSUFFICIENT": (Call.FORBIDDEN, _NO_SCOPE),
    "accessNotConfigured": (Call.FORBIDDEN, _NOT_ENABLED),
    "SERVICE_DISABLED": (Call.FORBIDDEN, _NOT_ENABLED),
    "commentsDisabled": (Call.NOT_FOUND, SWITCHED_OFF),
    "liveChatEnded": (Call.NOT_FOUND, "the live chat has ended"),
    "liveChatDisabled": (Call.NOT_FOUND, "the live chat is switched off"),
    "invalidPageToken": (Call.NOT_FOUND, "the mark of the next page has expired"),
    "notFound": (Call.NOT_FOUND, _GONE),
    "processingFailure": (Call.AGAIN, "the site could not work on the question"),
    "backendError": (Call.AGAIN, "the site has a passing fault"),
    "internalError": (Call.AGAIN, "the site has a passing fault"),
}
_STATUSES: dict[int, tuple[Call, str]] = {
    400: (Call.FORBIDDEN, "the site refuses the question"),
    401: (Call.CREDENTIAL_DEAD, _RENEW),
    403: (Call.FORBIDDEN, "the site refuses this to the account's app"),
    404: (Call.NOT_FOUND, _GONE),
    410: (Call.FORBIDDEN, "the site has retired this address; Paloverde needs an update"),
    429: (Call.WAIT, _SLOWER),
}


class _Detail(msgspec.Struct):
    reason: str = ""


class _Error(msgspec.Struct):
    message: str = ""
    errors: list[_Detail] = []
    details: list[_Detail] = []


class _Pause(msgspec.Struct, rename="camel"):
    polling_interval_millis: int = 0


_error = msgspec.json.Decoder(_Error)
_pause = msgspec.json.Decoder(_Pause)


def judge(answer: Answer, now: datetime) -> Verdict:
    """What an answer means. Never raises. What sets something is answered without a body (204)."""
    if answer.status == 204 and not answer.body:
        return Verdict(Call.GOOD)
    members = _members(answer.body)
    if members is None:
        return _no_json(answer)
    if answer.status == 200 and "error" not in members:
        if bytes(members.get("kind", b""))[:9] == b'"youtube#':
            return Verdict(Call.GOOD)
        return Verdict(Call.NONSENSE, "the answer does not say what it is, as every one of YouTube does")
    error = _read_error(members)
    reasons = [one.reason for one in (*error.errors, *error.details) if one.reason]
    call, words = _meaning(answer.status, reasons)
    told = f"{words} (YouTube says: {_said(error, reasons)})"
    if call is not Call.WAIT:
        return Verdict(call, told)
    return Verdict(call, told, _until_midnight(now) if _is_for_the_day(error, words) else _SHORT_WAIT)


def pace(answer: Answer) -> float:
    """Seconds before a live chat may be asked again, as its answer says; no other answer asks for a pause."""
    if b'"pollingIntervalMillis"' not in answer.body:
        return 0.0
    try:
        told = _pause.decode(answer.body).polling_interval_millis
    except (msgspec.DecodeError, RecursionError):
        return 0.0
    return min(_SHORT_WAIT, max(0, told) / 1000)


def _meaning(status: int, reasons: list[str]) -> tuple[Call, str]:
    for reason in reasons:
        if reason in REASONS:
            return REASONS[reason]
        if reason.endswith("NotFound"):
            return Call.NOT_FOUND, _GONE
    if status >= 500:
        return Call.AGAIN, f"the site has a passing fault (HTTP {status})"
    return _STATUSES.get(status, (Call.NONSENSE, f"the answer has status {status}, which this never gets"))


def _is_for_the_day(error: _Error, words: str) -> bool:
    """A day's limit also comes under the name of a short one; then its words tell."""
    return words == _DAY_USED_UP or "per day" in error.message.lower()


def _until_midnight(now: datetime) -> float:
    """Seconds until the next day in California begins: 23 or 25 hours on the days when clocks change."""
    midnight = datetime.combine(archive_day(now) + timedelta(days=1), time(), PACIFIC)
    return min(_LONGEST_WAIT + 3600, midnight.timestamp() - now.timestamp()) + _AFTER_MIDNIGHT


def _said(error: _Error, reasons: list[str]) -> str:
    words = _MARKUP.sub("", error.message)[:300]
    parts = [part for part in (reasons[0] if reasons else "", words) if part]
    return ": ".join(parts) or "no reason given"


def _no_json(answer: Answer) -> Verdict:
    if answer.status >= 500:
        return Verdict(Call.AGAIN, f"the site has a passing fault (HTTP {answer.status})")
    if answer.status == 429:
        return Verdict(Call.WAIT, _SLOWER, _SHORT_WAIT)
    if answer.status == 401:
        return Verdict(Call.CREDENTIAL_DEAD, _RENEW)
    return Verdict(Call.NONSENSE, f"the answer is not the JSON that YouTube gives (HTTP {answer.status})")


def _members(body: bytes) -> dict[str, msgspec.Raw] | None:
    """The outside of an answer. One ill-formed character in a comment does not make a page nonsense."""
    try:
        return jsontext.fields(body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        pass
    try:
        return jsontext.fields(jsontext.open_text(body).sound)
    except (Unreadable, msgspec.DecodeError, RecursionError):
        return None


def _read_error(members: dict[str, msgspec.Raw]) -> _Error:
    """The error object; a plain word (as the token server gives it) counts as its reason."""
    raw = bytes(members.get("error", b"{}"))
    try:
        return _error.decode(raw)
    except (msgspec.DecodeError, RecursionError):
        pass
    try:
        word = msgspec.json.decode(raw, type=str)
    except (msgspec.DecodeError, RecursionError):
        return _Error(message=raw[:300].decode(errors="replace"))
    return _Error(message=word, errors=[_Detail(word)])
