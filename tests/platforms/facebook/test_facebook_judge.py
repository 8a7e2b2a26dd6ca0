"""Every row of the judgement, and what a hostile or broken answer may not do."""

from __future__ import annotations

import json
from datetime import timedelta
from email.utils import format_datetime

import pytest

from paloverde.platforms.conversation import Answer, Call
from paloverde.platforms.facebook import FACEBOOK
from platforms.graph_site import error
from platforms.talk import NOW, good


def judged(answer: Answer) -> Call:
    return FACEBOOK.judge(answer, NOW).call


@pytest.mark.parametrize(
    ("answer", "call"),
    [
        (good({"data": []}), Call.GOOD),
        (good({"id": "1"}), Call.GOOD),
        (error(1, "An unknown error occurred", status=500), Call.AGAIN),
        (error(1, "Please reduce the amount of data you're asking for, then retry your request", status=500), Call.TOO_MUCH),
        (error(2, status=503), Call.AGAIN),
        (error(4, status=403), Call.WAIT),
        (error(17), Call.WAIT),
        (error(32), Call.WAIT),
        (error(341), Call.WAIT),
        (error(613), Call.WAIT),
        (error(80001), Call.WAIT),
        (error(80002), Call.WAIT),
        (error(80014), Call.WAIT),
        (error(102), Call.CREDENTIAL_DEAD),
        (error(104), Call.CREDENTIAL_DEAD),
        (error(190, subcode=460), Call.CREDENTIAL_DEAD),
        (error(190, subcode=463, status=401), Call.CREDENTIAL_DEAD),
        (error(3), Call.FORBIDDEN),
        (error(10, status=403), Call.FORBIDDEN),
        (error(200, status=403), Call.FORBIDDEN),
        (error(299), Call.FORBIDDEN),
        (error(12), Call.FORBIDDEN),
        (error(368), Call.FORBIDDEN),
        (error(2500), Call.FORBIDDEN),
        (error(2635), Call.FORBIDDEN),
        (error(100, subcode=33), Call.NOT_FOUND),
        (error(803, status=404), Call.NOT_FOUND),
        (error(100, "(#100) Tried accessing nonexisting field"), Call.FORBIDDEN),
        (error(190, status=200), Call.CREDENTIAL_DEAD),
        (error(4, status=200), Call.WAIT),
        (error(123456, status=200), Call.NONSENSE),
        (error(123456), Call.NONSENSE),
        (error(123456, status=502), Call.AGAIN),
        (Answer(400, {}, b'{"error":{"code":987654,"is_transient":true}}'), Call.AGAIN),
        (Answer(400, {}, b'{"error":{"code":"4"}}'), Call.NONSENSE),
        (Answer(429, {}, b""), Call.WAIT),
        (Answer(502, {}, b"<html>Bad gateway</html>"), Call.AGAIN),
        (Answer(200, {}, b"<!DOCTYPE html><title>Log in</title>"), Call.NONSENSE),
        (Answer(200, {}, b'{"data":[{"id":"1"}'), Call.NONSENSE),
        (Answer(200, {}, b""), Call.NONSENSE),
        (Answer(204, {}, b""), Call.NONSENSE),
        (Answer(200, {}, b"[]"), Call.NONSENSE),
        (Answer(200, {}, b'"Service Unavailable"'), Call.NONSENSE),
        (Answer(200, {}, b"[" * 100_000), Call.NONSENSE),
        (Answer(404, {}, b"{}"), Call.NONSENSE),
        (Answer(302, {"location": "https://example.org"}, b""), Call.NONSENSE),
    ],
)  # fmt: skip
def test_each_answer_calls_for_one_thing(answer: Answer, call: Call) -> None:
    assert judged(answer) is call


def test_half_a_surrogate_pair_in_a_comment_does_not_make_the_page_nonsense() -> None:
    assert judged(Answer(200, {}, b'{"data":[{"id":"1","message":"\\ud83d"}]}')) is Call.GOOD


def test_the_reason_names_the_code_and_the_words_of_the_site() -> None:
    verdict = FACEBOOK.judge(error(100, "Object does not exist", 33), NOW)
    assert verdict.reason == "the site answers with an error (code 100/33): Object does not exist"


def test_the_pause_is_the_sites_own_and_in_minutes() -> None:
    usage = json.dumps({"1": [{"type": "pages", "call_count": 100, "estimated_time_to_regain_access": 12}]})
    answer = Answer(400, {"x-business-use-case-usage": usage}, error(80001).body)
    assert FACEBOOK.judge(answer, NOW).wait == 12 * 60
    assert FACEBOOK.pace(answer, NOW) == 12 * 60


@pytest.mark.parametrize(
    ("retry_after", "wait"),
    [
        ("90", 90.0),
        (format_datetime(NOW + timedelta(minutes=4)), 240.0),
        (format_datetime(NOW - timedelta(days=1)), 300.0),
        ("-5", 300.0),
        ("soon", 300.0),
        ("999999999999999999999", 86_400.0),
        ("", 300.0),
    ],
)
def test_retry_after_is_believed_within_reason(retry_after: str, wait: float) -> None:
    assert FACEBOOK.judge(Answer(429, {"retry-after": retry_after}, b""), NOW).wait == wait


@pytest.mark.parametrize(
    ("used", "seconds"), [(0, 0.0), (75, 0.0), (80, 12.0), (95, 48.0), (100, 300.0), (140, 300.0)]
)
def test_requests_spread_out_as_the_budget_ends(used: int, seconds: float) -> None:
    answer = Answer(200, {"x-app-usage": json.dumps({"call_count": used, "total_time": 1})}, b"{}")
    assert FACEBOOK.pace(answer, NOW) == pytest.approx(seconds)


@pytest.mark.parametrize(
    "usage", ["", "x", "[]", '{"1":3}', '{"1":["a"]}', '{"1":[{"call_count":"x"}]}', "[" * 9999]
)
def test_a_usage_header_that_cannot_be_read_costs_no_time(usage: str) -> None:
    answer = Answer(200, {"x-app-usage": usage, "x-business-use-case-usage": usage}, b"{}")
    assert FACEBOOK.pace(answer, NOW) == 0.0
