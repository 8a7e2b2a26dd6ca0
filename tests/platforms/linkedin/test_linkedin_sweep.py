"""Between two nights with LinkedIn: notifications say where to look."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from linkedin_page import (
    ACCOUNT,
    FORBIDDEN,
    LINKEDIN,
    Site,
    comment,
    comment_urn,
    counted,
    post,
    share,
    told,
)

from paloverde.records import Kind
from platforms.talk import NOW, Heard, drive

SINCE = NOW - timedelta(minutes=90)


def sweep(site: Site, *watched: str, since: Any = SINCE) -> Heard:
    return drive(LINKEDIN, LINKEDIN.sweep(ACCOUNT, since, watched), site)


def test_a_quiet_sweep_asks_three_questions_and_proves_nothing() -> None:
    site = Site(post(1))
    site.under(1, comment(10))
    heard = sweep(site, share(1))
    assert [request.path for request in heard.requests] == [
        "/organizationAcls",
        "/organizationalEntityNotifications",
        "/posts",
    ]
    assert not [one for one in heard.listings if one.complete]
    assert not heard.gaps


def test_only_posts_that_stirred_are_looked_at() -> None:
    site = Site(post(1), post(2), post(3))
    site.under(2, comment(20, on=2))
    site.lists["/organizationalEntityNotifications"] = [told(1, "COMMENT", on=2, of=20)]
    heard = sweep(site, share(1))
    assert [record.native_id for record in heard.of(Kind.COMMENT)] == [comment_urn(20, 2)]
    assert {one.of for one in heard.listings if one.stream == "comments"} == {share(2)}
    assert not heard.of(Kind.OTHER)


def test_a_new_reply_is_found_under_its_comment() -> None:
    site = Site(post(1))
    site.under(1, comment(10, **counted(1)), comment(11))
    site.replies(10, comment(12, parentComment=comment_urn(10)))
    site.lists["/organizationalEntityNotifications"] = [told(1, "COMMENT", of=12)]
    heard = sweep(site)
    assert comment_urn(12) in {record.native_id for record in heard.of(Kind.COMMENT)}


def test_what_is_gone_before_anybody_can_ask_is_kept_as_its_notification_quotes_it() -> None:
    site = Site(post(1))
    site.lists["/organizationalEntityNotifications"] = [told(1, "COMMENT", of=12)]
    heard = sweep(site)
    (kept,) = heard.of(Kind.OTHER)
    assert (kept.parent_id, kept.text) == (comment_urn(12), "¿Cuándo vienen? 12")


def test_where_notifications_are_refused_the_watched_posts_are_looked_at() -> None:
    site = Site(post(1), post(2))
    site.under(2, comment(20, on=2))
    site.answers["/organizationalEntityNotifications"] = FORBIDDEN
    heard = sweep(site, share(2))
    assert [record.native_id for record in heard.of(Kind.COMMENT)] == [comment_urn(20, 2)]
    assert heard.causes("notifications")


def test_a_storm_is_left_to_the_night() -> None:
    site = Site(*(post(number) for number in range(40)))
    site.lists["/organizationalEntityNotifications"] = [
        told(number, "COMMENT", on=number, of=number) for number in range(40)
    ]
    assert len(sweep(site).requests) <= 20


def test_the_time_since_is_what_is_asked_about() -> None:
    heard = sweep(Site())
    query = heard.requests[1].query
    assert f"(start:{int(SINCE.timestamp() * 1000)},end:{int(NOW.timestamp() * 1000)})" in query
