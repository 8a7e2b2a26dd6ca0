"""What YouTube's answers mean, row by row."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from tube import SITE, error, ok, page

from paloverde.platforms.conversation import Answer, Call, Request

NOON = datetime(2026, 7, 1, 19, 0, tzinfo=UTC)  # 12:00 in California
HOUR = 3600.0


@pytest.mark.parametrize(
    ("status", "reason", "call"),
    [
        (403, "quotaExceeded", Call.WAIT),
        (403, "dailyLimitExceeded", Call.WAIT),
        (403, "rateLimitExceeded", Call.WAIT),
        (403, "userRateLimitExceeded", Call.WAIT),
        (429, "whatever", Call.WAIT),
        (401, "authError", Call.CREDENTIAL_DEAD),
        (401, "whatever", Call.CREDENTIAL_DEAD),
        (403, "insufficientPermissions", Call.FORBIDDEN),
        (403, "forbidden", Call.FORBIDDEN),
        (403, "accessNotConfigured", Call.FORBIDDEN),
        (403, "commentsDisabled", Call.NOT_FOUND),
        (403, "liveChatEnded", Call.NOT_FOUND),
        (404, "videoNotFound", Call.NOT_FOUND),
        (404, "commentThreadNotFound", Call.NOT_FOUND),
        (400, "invalidPageToken", Call.NOT_FOUND),
        (400, "processingFailure", Call.AGAIN),
        (400, "unknownPart", Call.FORBIDDEN),
        (500, "backendError", Call.AGAIN),
        (503, "whatever", Call.AGAIN),
        (410, "whatever", Call.FORBIDDEN),
        (418, "whatever", Call.NONSENSE),
    ],
)
def test_each_reason_has_its_meaning(status: int, reason: str, call: Call) -> None:
    verdict = SITE.judge(error(status, reason, "Some words."), NOON)
    assert verdict.call is call
    assert "Some words." in verdict.reason


def test_links_in_a_message_are_left_out_of_what_people_read() -> None:
    message = 'you have exceeded your <a href="/youtube/v3/getting-started#quota">quota</a>.'
    reason = SITE.judge(error(403, "quotaExceeded", message), NOON).reason
    assert "you have exceeded your quota." in reason
    assert "<" not in reason


def test_a_days_quota_waits_until_midnight_in_california() -> None:
    wait = SITE.judge(error(403, "quotaExceeded"), NOON).wait
    assert 12 * HOUR < wait < 12 * HOUR + 120


@pytest.mark.parametrize(
    ("evening", "hours"),
    [
        (datetime(2026, 3, 8, 8, 30, tzinfo=UTC), 22.5),  # 0:30, and an hour is left out at 2:00
        (datetime(2026, 11, 1, 7, 30, tzinfo=UTC), 24.5),  # 0:30, and an hour comes twice
    ],
)
def test_midnight_is_right_on_the_days_when_clocks_change(evening: datetime, hours: float) -> None:
    wait = SITE.judge(error(403, "quotaExceeded"), evening).wait
    assert hours * HOUR < wait < hours * HOUR + 120


def test_a_limit_for_a_moment_is_a_short_wait() -> None:
    assert SITE.judge(error(403, "rateLimitExceeded"), NOON).wait == 60


def test_a_days_limit_under_a_short_ones_name_waits_for_the_day() -> None:
    words = "Quota exceeded for quota metric 'Queries' and limit 'Queries per day' of service."
    assert SITE.judge(error(429, "rateLimitExceeded", words), NOON).wait > 11 * HOUR


def test_the_words_of_switched_off_comments_are_those_that_the_walk_knows() -> None:
    assert "comments are switched off" in SITE.judge(error(403, "commentsDisabled"), NOON).reason


@pytest.mark.parametrize(
    "answer",
    [
        Answer(200, {}, b"<!DOCTYPE html><html></html>"),
        Answer(200, {}, b""),
        Answer(200, {}, b'{"kind": "youtube#videoListResponse", "items": ['),
        Answer(200, {}, b'{"items": []}'),
        Answer(200, {}, b'{"kind": "drive#fileList", "items": []}'),
        Answer(304, {}, b""),
        Answer(302, {}, b"<html></html>"),
    ],
)
def test_what_is_no_answer_of_this_api_is_nonsense(answer: Answer) -> None:
    assert SITE.judge(answer, NOON).call is Call.NONSENSE


def test_an_error_under_a_good_status_is_an_error() -> None:
    body = error(403, "forbidden").body
    assert SITE.judge(Answer(200, {}, body), NOON).call is not Call.GOOD


def test_one_broken_character_does_not_make_a_page_nonsense() -> None:
    body = ok(page("video")).body.replace(b'"e"', b'"\xff"')
    assert SITE.judge(Answer(200, {}, body), NOON).call is Call.GOOD


@pytest.mark.parametrize("word", ["invalid_grant", "invalid_token"])
def test_the_token_servers_plain_words_are_understood(word: str) -> None:
    body = b'{"error": "%b", "error_description": "Token has been expired or revoked."}' % word.encode()
    assert SITE.judge(Answer(400, {}, body), NOON).call is Call.CREDENTIAL_DEAD


def test_only_a_live_chat_asks_for_a_pause() -> None:
    chat = ok(page("liveChatMessage", pollingIntervalMillis=2500))
    assert SITE.pace(chat, NOON) == 2.5
    assert SITE.pace(ok(page("video")), NOON) == 0
    quoted = ok(page("comment", {"snippet": {"textDisplay": '"pollingIntervalMillis"'}}))
    assert SITE.pace(quoted, NOON) == 0
    assert SITE.lane(Request("/liveChat/messages")) != SITE.lane(Request("/videos"))
