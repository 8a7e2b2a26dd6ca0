"""A driver without a network: answers a conversation from a function and writes down what it says."""

from __future__ import annotations

import json
from collections.abc import Callable, Generator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from paloverde.errors import CredentialDead, PermissionMissing, RateLimited, Unreachable
from paloverde.platforms.conversation import (
    Answer,
    Call,
    Found,
    Gap,
    Listing,
    Look,
    NotThere,
    Platform,
    Request,
    Response,
    Seen,
    TooMuch,
    Verdict,
)
from paloverde.records import Kind, Record

NOW = datetime(2026, 11, 22, 10, 0, tzinfo=UTC)
_ERRORS: dict[Call, type[Exception]] = {
    Call.AGAIN: Unreachable,
    Call.NONSENSE: Unreachable,
    Call.TOO_MUCH: TooMuch,
    Call.NOT_FOUND: NotThere,
    Call.FORBIDDEN: PermissionMissing,
    Call.CREDENTIAL_DEAD: CredentialDead,
}


@dataclass
class Heard:
    """Everything that a conversation said."""

    requests: list[Request] = field(default_factory=list)
    found: list[Found] = field(default_factory=list)
    listings: list[Listing] = field(default_factory=list)
    gaps: list[Gap] = field(default_factory=list)
    seen: dict[str, Seen] = field(default_factory=dict)

    @property
    def records(self) -> list[Record]:
        return [record for found in self.found for record in found.records]

    def of(self, kind: Kind) -> list[Record]:
        return [record for record in self.records if record.kind is kind]

    def listing(self, stream: str, of: str = "") -> Listing:
        (listing,) = [one for one in self.listings if one.stream == stream and one.of == of]
        return listing

    @property
    def by_stream(self) -> dict[str, Listing]:
        """The last listing of each stream."""
        return {listing.stream: listing for listing in self.listings}

    def asked(self, path: str) -> list[dict[str, str]]:
        return [dict(request.params) for request in self.requests if request.path == path]

    def causes(self, stream: str) -> list[str]:
        return [gap.cause for gap in self.gaps if gap.stream == stream]

    def looks(self) -> dict[str, Look]:
        return {native_id: seen.look for native_id, seen in self.seen.items()}


def good(value: Any) -> Answer:
    """A good answer that says this as JSON."""
    return Answer(200, {}, json.dumps(value, separators=(",", ":")).encode())


def error_for(verdict: Verdict) -> Exception:
    """What a driver throws into a conversation for an answer that is not good."""
    if verdict.call is Call.WAIT:
        return RateLimited(verdict.reason, verdict.wait)
    return _ERRORS[verdict.call](verdict.reason)


def drive(
    platform: Platform,
    conversation: Generator[Any, Response | None, None],
    answers: Callable[[Request], Answer],
    limit: int = 5000,
) -> Heard:
    """Runs a conversation to its end, with what the platform makes of each answer."""

    def judged(request: Request) -> Response | Exception:
        answer = answers(request)
        verdict = platform.judge(answer, NOW)
        if verdict.call is Call.GOOD:
            return Response(request, answer.status, answer.headers, answer.body, NOW)
        return error_for(verdict)

    return converse(conversation, judged, limit)


def converse(
    conversation: Generator[Any, Response | None, Any],
    answers: Callable[[Request], Response | Exception],
    limit: int = 5000,
) -> Heard:
    """Runs a conversation to its end; an exception is thrown in.

    One that asks more than `limit` times fails: it goes in a circle.
    """
    heard = Heard()
    answer: Response | None = None
    trouble: Exception | None = None
    while True:
        try:
            said = conversation.throw(trouble) if trouble else conversation.send(answer)
        except StopIteration:
            return heard
        answer = trouble = None
        if isinstance(said, Request):
            heard.requests.append(said)
            assert len(heard.requests) <= limit, f"it asks without end: {said}"
            reply = answers(said)
            answer, trouble = (None, reply) if isinstance(reply, Exception) else (reply, None)
        else:
            _write_down(heard, said)


def ask(
    platform: Platform,
    conversation: Generator[Request, Response | None, str],
    answers: Callable[[Request], Answer],
) -> tuple[str, int]:
    """Runs a conversation that only asks: what it says in the end, and how often it asked."""
    request = next(conversation)
    for asked in range(1, 20):
        answer = answers(request)
        verdict = platform.judge(answer, NOW)
        try:
            if verdict.call is Call.GOOD:
                reply = Response(request, answer.status, answer.headers, answer.body, NOW)
                request = conversation.send(reply)
            else:
                request = conversation.throw(error_for(verdict))
        except StopIteration as end:
            return str(end.value), asked
    raise AssertionError(f"it asks without end: {request}")


def _write_down(heard: Heard, said: Found | Listing | Gap | Seen) -> None:
    match said:
        case Found():
            heard.found.append(said)
        case Listing():
            heard.listings.append(said)
        case Gap():
            heard.gaps.append(said)
        case Seen():
            assert said.native_id not in heard.seen, f"{said.native_id} was answered twice"
            heard.seen[said.native_id] = said
