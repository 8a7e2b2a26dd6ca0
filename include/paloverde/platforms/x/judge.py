"""What an answer of X means: a table over the problem's name and the status.

https://docs.x.com/x-api/fundamentals/response-codes-and-errors and .../rate-limits
"""

from __future__ import annotations

import re
from datetime import datetime

import msgspec

from paloverde.errors import Unreadable
from paloverde.platforms import jsontext
from paloverde.platforms.conversation import Answer, Call, Verdict
from paloverde.platforms.x.wire import Problem, decode, each

NO_CREDITS = "the X account has no API credits left; buy credits or raise the spending limit in the X console"
CAP_REACHED = "the plan's monthly cap of posts is reached; wait for its reset or raise the plan"
_WINDOW = 60.0  # seconds to wait where X limits us and names no time
_MOMENT = 1.0  # ... and where the time that it names is past

_UNKNOWN_WORD = re.compile(r"query parameters? \[|is not one of|unknown parameter", re.IGNORECASE)
_PAGE_MARK = re.compile(r"pagination_token|next_token", re.IGNORECASE)

# Problems that mean the same whatever the status: by the last word of their address.
BY_PROBLEM: dict[str, tuple[Call, str]] = {
    "credits": (Call.FORBIDDEN, NO_CREDITS),
    "usage-capped": (Call.FORBIDDEN, CAP_REACHED),
    "client-forbidden": (Call.FORBIDDEN, "the app may not use this part of X; check its project and plan"),
    "unsupported-authentication": (
        Call.FORBIDDEN,
        "this needs the account's own sign-in, and the token is the app's; connect the account again",
    ),
}

# Statuses, for answers that are JSON.
BY_STATUS: dict[int, tuple[Call, str]] = {
    401: (Call.CREDENTIAL_DEAD, "the account's token is expired or revoked; connect the account again"),
    402: (Call.FORBIDDEN, NO_CREDITS),
    403: (Call.FORBIDDEN, "X refuses this to the account's app"),
    404: (Call.NOT_FOUND, "X says that it does not exist"),
    410: (Call.FORBIDDEN, "X has retired this address; Paloverde needs an update"),
    413: (Call.TOO_MUCH, "X asks for less at a time"),
    414: (Call.TOO_MUCH, "X asks for less at a time"),
}

_DAY = 86_400


def judge(answer: Answer, now: datetime) -> Verdict:
    """What an answer means. Never raises."""
    if answer.status >= 500:
        return Verdict(Call.AGAIN, f"X has a passing fault (HTTP {answer.status})", _retry_after(answer))
    members = _members(answer.body)
    problem = _problem(answer.status, members)
    if problem and problem.about in BY_PROBLEM:
        call, reason = BY_PROBLEM[problem.about]
        return Verdict(call, _told(reason, problem))
    # A problem may come under HTTP 200; then the status inside it counts.
    status = problem.status if answer.status == 200 and problem and problem.status else answer.status
    if status == 429:
        return Verdict(Call.WAIT, "X limits how often it may be asked", _limit_wait(answer, now))
    if members is None and status not in (401, 402):
        return Verdict(Call.NONSENSE, f"the answer is not the JSON that X gives (HTTP {answer.status})")
    if status == 400:
        return _refused_question(problem)
    if status >= 500:
        return Verdict(Call.AGAIN, f"X has a passing fault ({status} in the answer)")
    if status in BY_STATUS:
        call, reason = BY_STATUS[status]
        return Verdict(call, _told(reason, problem))
    return _good(status, members or {})


def pace(answer: Answer, now: datetime) -> float:
    """Seconds until this address may be asked again: 0 while X counts remaining requests."""
    if _whole(answer.headers.get("x-rate-limit-remaining")) != 0:
        return 0.0
    reset = _whole(answer.headers.get("x-rate-limit-reset"))
    return max(0.0, reset - now.timestamp()) if reset is not None else 0.0


def _good(status: int, members: dict[str, msgspec.Raw]) -> Verdict:
    if status != 200:
        return Verdict(Call.NONSENSE, f"X answered HTTP {status}, which this question never gets")
    if members.keys().isdisjoint(("data", "meta", "errors")):
        return Verdict(Call.NONSENSE, "the answer says neither what there is nor that there is nothing")
    return Verdict(Call.GOOD)


def _refused_question(problem: Problem | None) -> Verdict:
    """HTTP 400. A word or page mark that X does not know is something that is not there."""
    said = problem.words if problem else "no reason given"
    names = " ".join((said, *(problem.parameters or ()), problem.parameter or "")) if problem else ""
    if _PAGE_MARK.search(names):
        return Verdict(Call.NOT_FOUND, f"the mark of the next page has expired: {said}")
    if problem and _UNKNOWN_WORD.search(said):
        return Verdict(Call.NOT_FOUND, f"X does not know a word of the question: {said}")
    return Verdict(Call.FORBIDDEN, f"X refuses the question: {said}")


def _members(body: bytes) -> dict[str, msgspec.Raw] | None:
    try:
        return jsontext.fields(body)
    except (msgspec.DecodeError, RecursionError):
        pass
    try:  # one half of an emoji must not turn a page into nonsense
        return jsontext.fields(jsontext.open_text(body).sound)
    except (Unreadable, msgspec.DecodeError, RecursionError):
        return None


def _problem(status: int, members: dict[str, msgspec.Raw] | None) -> Problem | None:
    """The problem that an answer is, not one that stands beside its items or is the outcome of a look-up."""
    if not members or not members.keys().isdisjoint(("data", "meta", "includes")):
        return None
    errors = members.pop("errors", None)
    if status == 200 and errors is not None:
        members["errors"] = errors
        return None
    whole = decode(Problem, msgspec.json.encode(members))[0]
    inner = next(each(Problem, errors), None)
    if inner is None:
        return whole
    return msgspec.structs.replace(
        whole,
        type=whole.type or inner.type,
        detail=inner.detail or inner.message or whole.detail,
        parameter=inner.parameter,
        parameters=inner.parameters,
    )


def _told(reason: str, problem: Problem | None) -> str:
    said = problem.detail or problem.message if problem else None
    return f"{reason} (X says: {said})" if said else reason


def _limit_wait(answer: Answer, now: datetime) -> float:
    """Seconds until the limit's window ends; the day's window where that is the one used up."""
    kind = (
        "x-user-limit-24hour"
        if answer.headers.get("x-user-limit-24hour-remaining") == "0"
        else "x-rate-limit"
    )
    reset = _whole(answer.headers.get(f"{kind}-reset"))
    if reset is not None:
        return max(_MOMENT, reset - now.timestamp())
    return _retry_after(answer) or _WINDOW


def _retry_after(answer: Answer) -> float:
    """Seconds, at most a day: no site means more, whatever it says."""
    return float(min(_DAY, max(0, _whole(answer.headers.get("retry-after")) or 0)))


def _whole(text: str | None) -> int | None:
    """A header's whole number of at most twelve digits, None where it is none."""
    return int(text) if text and re.fullmatch(r"-?[0-9]{1,12}", text.strip()) else None
