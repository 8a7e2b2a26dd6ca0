"""Direct look-ups: GONE only where others of the kind answer."""

from __future__ import annotations

from typing import Any

import pytest
from linkedin_page import (
    ACCOUNT,
    FORBIDDEN,
    LINKEDIN,
    Site,
    comment,
    comment_urn,
    error,
    good,
    post,
    share,
    told,
)

from paloverde.errors import CredentialDead, RateLimited
from paloverde.platforms.conversation import Look, Seen
from paloverde.records import Kind
from platforms.talk import Heard, drive

P, C = Kind.POST, Kind.COMMENT


def site(role: str = "ADMINISTRATOR") -> Site:
    made = Site(post(1), post(2), role=role)
    made.under(1, comment(10), comment(11))
    for number in (10, 11):
        made.single[f"/socialActions/urn:li:activity:7000000000000000001/comments/{number}"] = comment(number)
    return made


def look(asked: Site, *items: tuple[Kind, str]) -> dict[str, Seen]:
    return heard(asked, *items).seen


def heard(asked: Site, *items: tuple[Kind, str]) -> Heard:
    return drive(LINKEDIN, LINKEDIN.look_up(ACCOUNT, list(items)), asked)


def test_posts_and_comments_are_asked_for_one_by_one_under_their_own_address() -> None:
    found = heard(site(), (P, share(1)), (C, comment_urn(10)))
    assert {seen.look for seen in found.seen.values()} == {Look.PRESENT}
    assert [request.path for request in found.requests[1:]] == [
        "/posts/urn%3Ali%3Ashare%3A7000000000000000001",
        "/socialActions/urn%3Ali%3Aactivity%3A7000000000000000001/comments/10",
    ]


def test_what_is_not_there_is_gone_where_another_answers() -> None:
    seen = look(site(), (P, share(1)), (P, share(9)), (C, comment_urn(10)), (C, comment_urn(99)))
    assert seen[share(9)].look is Look.GONE
    assert seen[comment_urn(99)].look is Look.GONE
    assert seen[share(1)].look is seen[comment_urn(10)].look is Look.PRESENT


def test_a_witness_is_found_where_none_was_asked_about() -> None:
    assert look(site(), (P, share(9)))[share(9)].look is Look.GONE
    assert look(site(), (C, comment_urn(99)))[comment_urn(99)].look is Look.GONE


def test_nothing_is_gone_where_nothing_else_answers() -> None:
    empty = Site()
    assert look(empty, (P, share(9)))[share(9)].look is Look.UNKNOWN
    silent = site()
    for number in (10, 11):
        del silent.single[f"/socialActions/urn:li:activity:7000000000000000001/comments/{number}"]
    seen = look(silent, (C, comment_urn(10)), (C, comment_urn(99)))
    assert {one.look for one in seen.values()} == {Look.UNKNOWN}


def test_a_role_that_sees_nothing_can_tell_nothing() -> None:
    seen = look(site("RECRUITING_POSTER"), (P, share(9)), (P, share(1)))
    assert {one.look for one in seen.values()} == {Look.UNKNOWN}
    assert "RECRUITING_POSTER" in seen[share(9)].reason


def test_the_notification_of_a_deletion_is_evidence_and_no_verdict_on_who() -> None:
    asked = site()
    asked.lists["/organizationalEntityNotifications"] = [told(1, "COMMENT_DELETE", of=99)]
    seen = look(asked, (C, comment_urn(10)), (C, comment_urn(99)), (C, comment_urn(98)))
    assert "2026-11-22 09:00 UTC" in seen[comment_urn(99)].reason
    assert "notification" not in seen[comment_urn(98)].reason
    assert seen[comment_urn(99)].cause_hint is None
    assert seen[comment_urn(98)].look is Look.GONE


@pytest.mark.parametrize(
    "answer", [FORBIDDEN, error(503), error(414), good({"x": 1}), good({"elements": []})]
)
def test_anything_but_a_clear_answer_is_unknown(answer: Any) -> None:
    asked = site()
    asked.answers[f"/posts/{share(1)}"] = answer
    seen = look(asked, (P, share(1)), (P, share(2)))
    assert seen[share(1)].look is Look.UNKNOWN
    assert seen[share(2)].look is Look.PRESENT


@pytest.mark.parametrize(
    "item",
    [
        (Kind.REACTION, "urn:li:reaction:(urn:li:person:x,urn:li:activity:1)"),
        (Kind.OTHER, "notification-5"),
        (P, "urn:li:organization:1"),
        (P, "../me"),
        (C, "urn:li:comment:(x"),
        (C, "urn:li:comment:(urn:li:activity:1,abc)"),
    ],
)
def test_what_has_no_address_costs_no_question(item: tuple[Kind, str]) -> None:
    found = heard(site(), item)
    assert found.seen[item[1]].look is Look.UNKNOWN
    assert len(found.requests) == 1


def test_where_the_role_is_not_known_nothing_is_concluded() -> None:
    asked = site()
    asked.answers["/organizationAcls"] = FORBIDDEN
    assert look(asked, (P, share(9)))[share(9)].look is Look.UNKNOWN


@pytest.mark.parametrize(("answer", "raised"), [(error(401), CredentialDead), (error(429), RateLimited)])
def test_a_dead_token_and_a_limit_end_the_look_up(answer: Any, raised: type[Exception]) -> None:
    asked = site()
    asked.answers[f"/posts/{share(1)}"] = answer
    with pytest.raises(raised):
        look(asked, (P, share(1)))
