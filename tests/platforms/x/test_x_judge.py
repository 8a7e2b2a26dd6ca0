"""What X's answers mean, row by row."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from x_talk import body, page, post

from paloverde.errors import BadSetting
from paloverde.platforms.conversation import Answer, Call, Request
from paloverde.platforms.x import X

NOW = datetime(2026, 11, 20, 9, 0, tzinfo=UTC)
SECONDS = int(NOW.timestamp())


def answer(status: int, value: Any = None, **headers: str) -> Answer:
    content = value if isinstance(value, bytes) else body(value if value is not None else {})
    return Answer(status, {name.replace("_", "-"): text for name, text in headers.items()}, content)


def problem(name: str, status: int = 0, detail: str = "told by X") -> dict[str, Any]:
    made: dict[str, Any] = {"title": "T", "detail": detail, "type": f"https://api.x.com/2/problems/{name}"}
    return {**made, "status": status} if status else made


def invalid(parameter: str, message: str) -> dict[str, Any]:
    errors = [{"parameters": {parameter: ["v"]}, "message": message}]
    return {**problem("invalid-request"), "errors": errors}


UNKNOWN = "The query parameter [post.fields] is not one of [id,tweet.fields]"
EXPIRED = "The `pagination_token` query parameter value [abc] is not valid"
OUT_OF_BOUNDS = "The `max_results` query parameter value [5] is not between 10 and 100"
UNKNOWN_VALUE = "The `post.fields` query parameter value [note_post] is not one of [id,text]"
TOO_EARLY = "Invalid 'start_time':'2020-01-01T00:00Z'. It must be later."

ROWS = [
    ("a page", 200, page(post("1")), Call.GOOD),
    ("an empty page", 200, page(), Call.GOOD),
    ("only errors", 200, {"errors": [problem("resource-not-found")]}, Call.GOOD),
    ("items and errors", 200, page(post("1"), errors=[problem("resource-not-found")]), Call.GOOD),
    ("half an emoji", 200, b'{"data":[{"id":"1","text":"\\ud83d"}]}', Call.GOOD),
    ("a problem under 200", 200, problem("about", 401), Call.CREDENTIAL_DEAD),
    ("nothing said", 200, {}, Call.NONSENSE),
    ("no body", 200, b"", Call.NONSENSE),
    ("a list", 200, [], Call.NONSENSE),
    ("cut short", 200, b'{"data":[{"id":"1"', Call.NONSENSE),
    ("HTML", 200, b"<!DOCTYPE html><html>", Call.NONSENSE),
    ("no content", 204, b"", Call.NONSENSE),
    ("moved", 302, b"", Call.NONSENSE),
    ("unknown words", 400, invalid("post.fields", UNKNOWN), Call.NOT_FOUND),
    ("expired mark", 400, invalid("pagination_token", EXPIRED), Call.NOT_FOUND),
    ("out of bounds", 400, invalid("max_results", OUT_OF_BOUNDS), Call.FORBIDDEN),
    ("unknown value", 400, invalid("post.fields", UNKNOWN_VALUE), Call.NOT_FOUND),
    ("refused question", 400, invalid("start_time", TOO_EARLY), Call.FORBIDDEN),
    ("refused as HTML", 400, b"<html>", Call.NONSENSE),
    ("no sign-in", 401, problem("about", 401), Call.CREDENTIAL_DEAD),
    ("no sign-in, no words", 401, b"", Call.CREDENTIAL_DEAD),
    ("credits", 402, {"account_id": 1243608864848629761, **problem("credits")}, Call.FORBIDDEN),
    ("payment, no words", 402, b"", Call.FORBIDDEN),
    ("forbidden", 403, problem("client-forbidden", 403), Call.FORBIDDEN),
    ("app token", 403, problem("unsupported-authentication", 403), Call.FORBIDDEN),
    ("a wall of HTML", 403, b"<html>Just a moment", Call.NONSENSE),
    ("not there", 404, problem("resource-not-found", 404), Call.NOT_FOUND),
    ("a proxy's not there", 404, b"<html>404", Call.NONSENSE),
    ("monthly cap as a limit", 429, problem("usage-capped", 429), Call.FORBIDDEN),
    ("too large", 413, {"title": "x"}, Call.TOO_MUCH),
    ("limit", 429, problem("about", 429), Call.WAIT),
    ("limit as HTML", 429, b"<html>", Call.WAIT),
    ("fault", 500, problem("about", 500), Call.AGAIN),
    ("fault as HTML", 503, b"<html>", Call.AGAIN),
    ("fault under 200", 200, problem("about", 503), Call.AGAIN),
]


@pytest.mark.parametrize(("status", "value", "call"), [row[1:] for row in ROWS], ids=[row[0] for row in ROWS])
def test_an_answer_means(status: int, value: Any, call: Call) -> None:
    verdict = X().judge(answer(status, value), NOW)
    assert verdict.call is call
    assert bool(verdict.reason) == (call is not Call.GOOD)


def test_missing_credits_say_what_to_do() -> None:
    verdict = X().judge(answer(402, problem("credits")), NOW)
    assert verdict.reason.startswith("the X account has no API credits left; buy credits")
    assert "told by X" in verdict.reason


@pytest.mark.parametrize(
    ("headers", "wait"),
    [
        ({"x_rate_limit_reset": str(SECONDS + 300)}, 300.0),
        ({"x_rate_limit_reset": str(SECONDS - 300)}, 1.0),
        ({"x_rate_limit_reset": "soon"}, 60.0),
        ({"x_rate_limit_reset": "9" * 400}, 60.0),
        ({"retry_after": "17"}, 17.0),
        ({"retry_after": "-5"}, 60.0),
        ({}, 60.0),
        (
            {
                "x_rate_limit_reset": str(SECONDS + 9),
                "x_user_limit_24hour_remaining": "0",
                "x_user_limit_24hour_reset": str(SECONDS + 7200),
            },
            7200.0,
        ),
    ],
)
def test_a_limit_waits_for_its_window(headers: dict[str, str], wait: float) -> None:
    assert X().judge(answer(429, {}, **headers), NOW).wait == wait


@pytest.mark.parametrize(
    ("headers", "wait"),
    [
        ({"x_rate_limit_remaining": "3", "x_rate_limit_reset": str(SECONDS + 300)}, 0.0),
        ({"x_rate_limit_remaining": "0", "x_rate_limit_reset": str(SECONDS + 300)}, 300.0),
        ({"x_rate_limit_remaining": "0", "x_rate_limit_reset": str(SECONDS - 300)}, 0.0),
        ({"x_rate_limit_remaining": "0"}, 0.0),
        ({}, 0.0),
    ],
)
def test_the_pace_follows_the_remaining_requests(headers: dict[str, str], wait: float) -> None:
    assert X().pace(answer(200, page(), **headers), NOW) == wait


@given(st.integers(100, 599), st.binary(max_size=60), st.dictionaries(st.text(), st.text(), max_size=3))
def test_no_answer_makes_the_judge_fall(status: int, content: bytes, headers: dict[str, str]) -> None:
    assert X().judge(Answer(status, headers, content), NOW).call in Call


def test_the_token_goes_into_a_header_and_never_into_the_address() -> None:
    headers, params = X().authorize(Request("/2/users/me"), "invented-token")
    assert headers == {"Authorization": "Bearer invented-token"}
    assert params == {}


def test_unknown_words_are_refused_as_a_setting() -> None:
    with pytest.raises(BadSetting, match="post, tweet or auto"):
        X(words="toot")  # type: ignore[arg-type]
