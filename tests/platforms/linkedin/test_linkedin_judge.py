"""What an answer of LinkedIn means."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from linkedin_page import error, good

from paloverde.platforms.conversation import Answer, Call
from paloverde.platforms.linkedin.judge import judge

EVENING = datetime(2026, 11, 22, 20, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    ("answer", "call"),
    [
        (good({"elements": []}), Call.GOOD),
        (good({"status": "AVAILABLE", "downloadUrl": "https://media.licdn.com/x"}), Call.GOOD),
        (error(400, "ILLEGAL_ARGUMENT", "Syntax exception in path variables"), Call.FORBIDDEN),
        (error(401, "REVOKED_ACCESS_TOKEN"), Call.CREDENTIAL_DEAD),
        (Answer(401, {}, b""), Call.CREDENTIAL_DEAD),
        (error(403, "ACCESS_DENIED"), Call.FORBIDDEN),
        (error(404, "NOT_FOUND"), Call.NOT_FOUND),
        (error(413), Call.TOO_MUCH),
        (error(414), Call.TOO_MUCH),
        (error(429, "TOO_MANY_REQUESTS"), Call.WAIT),
        (Answer(429, {}, b"<html>"), Call.WAIT),
        (error(500, "INTERNAL_SERVER_ERROR"), Call.AGAIN),
        (Answer(504, {}, b"<html>"), Call.AGAIN),
        (Answer(200, {}, b""), Call.NONSENSE),
        (Answer(200, {}, b"<!DOCTYPE html>"), Call.NONSENSE),
        (Answer(200, {}, b'{"elements":['), Call.NONSENSE),
        (Answer(200, {}, b"[]"), Call.NONSENSE),
        (Answer(404, {}, b"<html>not an answer of the API</html>"), Call.NONSENSE),
        (Answer(999, {}, b"Request denied"), Call.AGAIN),
        (Answer(204, {}, b"{}"), Call.NONSENSE),
    ],
)
def test_each_answer_calls_for_one_thing(answer: Answer, call: Call) -> None:
    verdict = judge(answer, EVENING)
    assert verdict.call is call
    assert verdict.reason or call is Call.GOOD


def test_a_dead_version_says_which_setting_to_change() -> None:
    verdict = judge(error(426, "NONEXISTENT_VERSION", "Requested version 20250801 is not active"), EVENING)
    assert verdict.call is Call.FORBIDDEN
    assert "PALOVERDE_LINKEDIN_VERSION" in verdict.reason
    assert "20250801" in verdict.reason


def test_a_dead_version_is_known_by_its_code_whatever_the_status() -> None:
    verdict = judge(error(400, "NONEXISTENT_VERSION"), EVENING)
    assert "PALOVERDE_LINKEDIN_VERSION" in verdict.reason


def test_an_error_inside_a_good_answer_counts() -> None:
    inside = good({"status": 403, "message": "Not enough permissions"})
    assert judge(inside, EVENING).call is Call.FORBIDDEN


def test_a_used_up_day_ends_at_midnight_utc() -> None:
    assert judge(error(429), EVENING).wait == pytest.approx(3.5 * 3600, abs=2)


@pytest.mark.parametrize(
    ("told", "seconds"),
    [("90", 90.0), ("Sun, 22 Nov 2026 21:30:00 GMT", 3600.0), ("999999999", 86_400.0)],
)
def test_the_pause_that_the_site_asks_for_comes_first(told: str, seconds: float) -> None:
    answer = Answer(429, {"retry-after": told}, b"{}")
    assert judge(answer, EVENING).wait == seconds


@pytest.mark.parametrize("told", ["soon", "-5", "", "Sun, 22 Nov 2026 01:00:00 GMT"])
def test_a_pause_that_means_nothing_is_until_midnight(told: str) -> None:
    assert judge(Answer(429, {"retry-after": told}, b"{}"), EVENING).wait > 12_000
