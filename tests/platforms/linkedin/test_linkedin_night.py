"""A night with LinkedIn: every stream, its gaps, and who may ask."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import msgspec
import pytest
from linkedin_page import (
    ACCOUNT,
    ADMIN,
    FORBIDDEN,
    LINKEDIN,
    NOT_THERE,
    PAGE,
    ROSA,
    Site,
    comment,
    comment_urn,
    counted,
    error,
    good,
    post,
    share,
    told,
)

from paloverde.errors import CredentialDead, PermissionMissing, RateLimited, Unreachable, WrongAccount
from paloverde.records import Kind, Visibility
from platforms.talk import NOW, Heard, ask, drive

IMAGE = "urn:li:image:D4E10AQsalt"
SINCE = NOW - timedelta(days=45)
OLD = 24 * 90  # hours


def paths(heard: Heard) -> list[str]:
    return [request.path for request in heard.requests]


def asked_about(heard: Heard, urn: str) -> bool:
    return any(record.thread_id == urn for record in heard.of(Kind.COMMENT)) or any(
        one.of == urn and one.stream == "comments" for one in heard.listings
    )


def test_a_whole_night_brings_every_stream_to_its_end() -> None:
    site = Site(post(1), post(2, lifecycleState="DRAFT"))
    site.under(1, comment(10, **counted(1)), comment(11))
    site.replies(10, comment(12, parentComment=comment_urn(10)))
    reacted = {"id": f"urn:li:reaction:({ROSA},urn:li:activity:1)", "reactionType": "LIKE"}
    site.lists[f"/reactions/(entity:{share(1)})"] = [reacted]
    heard = site.night()
    assert not heard.gaps
    assert all(listing.complete for listing in heard.listings)
    assert {one.stream for one in heard.listings} == {
        "profile", "subscribers", "notifications", "posts", "drafts", "comments", "replies", "reactions",
    }  # fmt: skip
    assert heard.of(Kind.SUBSCRIBER_COUNT)[0].count == 1234
    assert heard.of(Kind.SUBSCRIBER_COUNT)[0].native_id == PAGE
    assert [record.native_id for record in heard.of(Kind.COMMENT)] == [comment_urn(n) for n in (10, 11, 12)]
    assert {record.thread_id for record in heard.of(Kind.COMMENT)} == {share(1)}
    assert heard.of(Kind.COMMENT)[2].parent_id == comment_urn(10)
    assert heard.of(Kind.REACTION)[0].parent_id == share(1)


def test_a_draft_is_a_draft_and_no_published_post_is_listed_twice() -> None:
    heard = Site(post(1), post(2, lifecycleState="DRAFT")).night()
    by_stream = {
        stream: [record.native_id for one in heard.found if one.stream == stream for record in one.records]
        for stream in ("posts", "drafts")
    }
    assert by_stream == {"posts": [share(1)], "drafts": [share(2)]}
    assert heard.of(Kind.POST)[1].visibility is Visibility.UNPUBLISHED
    assert heard.listing("drafts").got == 1


def test_replies_are_followed_to_any_depth() -> None:
    site = Site(post(1))
    site.under(1, comment(10, **counted(1)))
    for depth in range(10, 15):
        deeper = {} if depth == 14 else counted(1)
        site.replies(depth, comment(depth + 1, parentComment=comment_urn(depth), **deeper))
    heard = site.night()
    assert [record.native_id for record in heard.of(Kind.COMMENT)] == [comment_urn(n) for n in range(10, 16)]


def test_replies_that_answer_each_other_end() -> None:
    site = Site(post(1))
    site.under(1, comment(10, **counted(1)))
    site.replies(10, comment(11, **counted(1)))
    site.replies(11, comment(10, **counted(1)))
    assert len(site.night().requests) < 30


def test_fewer_replies_than_are_counted_is_a_gap() -> None:
    site = Site(post(1))
    site.under(1, comment(10, **counted(3)))
    site.replies(10, comment(11))
    heard = site.night()
    assert not heard.listing("replies", comment_urn(10)).complete
    assert heard.causes("replies") == ["the site counts 3 and gave 1"]


def test_addresses_of_media_are_asked_for_and_the_row_comes_from_the_last_answer() -> None:
    site = Site(post(1, content={"media": {"id": IMAGE, "altText": "Sweeper"}}))
    site.single[f"/images/{IMAGE}"] = {
        "id": IMAGE,
        "status": "AVAILABLE",
        "downloadUrl": "https://media.licdn.com/1",
    }
    heard = site.night()
    (medium,) = heard.of(Kind.POST)[0].media
    assert (medium.url, medium.native_id, medium.alt_text) == ("https://media.licdn.com/1", IMAGE, "Sweeper")
    order = paths(heard)
    image = order.index("/images/urn%3Ali%3Aimage%3AD4E10AQsalt")
    assert order[image - 1] == order[image + 1] == "/posts"
    assert order.count("/images/urn%3Ali%3Aimage%3AD4E10AQsalt") == 1


@pytest.mark.parametrize(
    "answer", [NOT_THERE, FORBIDDEN, error(500), good({"id": IMAGE, "status": "PROCESSING"})]
)
def test_media_without_an_address_are_a_gap_and_the_post_is_kept(answer: Any) -> None:
    site = Site(post(1, content={"media": {"id": IMAGE}}))
    site.answers[f"/images/{IMAGE}"] = answer
    heard = site.night()
    assert heard.of(Kind.POST)[0].media[0].native_id == IMAGE
    assert IMAGE in heard.causes("media")[0]
    assert heard.listing("posts").complete


def test_media_of_old_posts_are_not_asked_for_again() -> None:
    site = Site(post(1, ago=OLD, content={"media": {"id": IMAGE}}))
    heard = site.night(SINCE)
    assert not [path for path in paths(heard) if path.startswith("/images")]
    assert heard.listing("posts").got == 1


def test_comments_of_old_posts_are_asked_for_where_a_notification_names_them() -> None:
    site = Site(post(1), post(2, ago=OLD), post(3, ago=OLD))
    site.lists["/organizationalEntityNotifications"] = [told(1, "COMMENT_DELETE", on=3, of=30)]
    heard = site.night(SINCE)
    assert asked_about(heard, share(1))
    assert not asked_about(heard, share(2))
    assert asked_about(heard, share(3))


def test_an_edit_between_two_nights_is_kept_as_the_site_quotes_it() -> None:
    site = Site(post(1))
    site.under(1, comment(10))
    site.lists["/organizationalEntityNotifications"] = [
        told(2, "COMMENT_EDIT", of=10),
        told(1, "COMMENT", of=10),
    ]
    heard = site.night()
    assert [record.native_id for record in heard.of(Kind.OTHER)] == ["notification-5600000002"]
    assert heard.of(Kind.OTHER)[0].text == "¿Cuándo vienen? 10"


def test_a_comment_that_came_and_went_is_kept_as_its_notification_quotes_it() -> None:
    site = Site(post(1))
    site.under(1, comment(10))
    site.lists["/organizationalEntityNotifications"] = [
        told(3, "COMMENT_DELETE", of=11),
        told(2, "COMMENT", of=11),
        told(1, "COMMENT", of=10),
    ]
    heard = site.night()
    kept = {record.native_id: record for record in heard.of(Kind.OTHER)}
    assert kept.keys() == {"notification-5600000003", "notification-5600000002"}
    assert kept["notification-5600000002"].parent_id == comment_urn(11)
    assert kept["notification-5600000002"].text == "¿Cuándo vienen? 11"


def test_a_reply_that_only_a_notification_speaks_of_is_looked_for_under_every_comment() -> None:
    site = Site(post(1))
    site.under(1, comment(10), comment(20))
    site.replies(20, comment(21, parentComment=comment_urn(20)))
    site.lists["/organizationalEntityNotifications"] = [told(1, "COMMENT", of=21)]
    heard = site.night()
    assert comment_urn(21) in {record.native_id for record in heard.of(Kind.COMMENT)}


def test_replies_that_nothing_speaks_of_cost_no_question() -> None:
    site = Site(post(1))
    site.under(1, *(comment(number) for number in range(10, 60)))
    assert len(site.night().requests) < 12


def test_posts_of_others_that_mention_the_page_are_kept_and_not_asked_about() -> None:
    elsewhere = told(1, "SHARE_MENTION")
    elsewhere["sourcePost"] = elsewhere["generatedActivity"] = "urn:li:share:99"
    elsewhere["decoratedSourcePost"] = {"entity": "urn:li:share:99", "owner": ROSA, "text": "Thanks!"}
    mentioned = told(2, "COMMENT_MENTION", on=99)
    mentioned["decoratedSourcePost"]["owner"] = ROSA
    site = Site(post(1))
    site.lists["/organizationalEntityNotifications"] = [elsewhere, mentioned]
    heard = site.night()
    assert len(heard.of(Kind.OTHER)) == 2
    assert not heard.gaps
    assert {one.of for one in heard.listings if one.stream == "comments"} == {share(1)}


def test_notifications_reach_back_sixty_days_at_most() -> None:
    query = next(one.query for one in Site().night().requests if "Notifications" in one.path)
    start, end = (
        int(part.partition(":")[2]) for part in query.split("timeRange=(")[1].split(")")[0].split(",")
    )
    assert timedelta(days=59) < timedelta(milliseconds=end - start) < timedelta(days=60)


def test_a_role_that_sees_nothing_is_a_gap_and_never_an_absence() -> None:
    heard = Site(role="RECRUITING_POSTER").night()
    lists = [one for one in heard.listings if one.stream in ("posts", "drafts", "notifications")]
    assert len(lists) == 3
    assert not [one for one in lists if one.complete]
    assert all("RECRUITING_POSTER" in one.reason and ADMIN in one.reason for one in lists)
    assert "ADMINISTRATOR" in heard.causes("posts")[0]


def test_another_page_ends_the_run() -> None:
    site = Site()
    site.lists["/organizationAcls"][0]["organization"] = "urn:li:organization:77"
    with pytest.raises(WrongAccount, match=r"organization:77.*none on urn:li:organization:5500001"):
        site.night()


@pytest.mark.parametrize("state", ["REVOKED", "REQUESTED", "REJECTED"])
def test_a_role_that_is_not_in_force_ends_the_run(state: str) -> None:
    site = Site()
    site.lists["/organizationAcls"][0]["state"] = state
    with pytest.raises(PermissionMissing, match="no role on any LinkedIn page"):
        site.night()


def test_an_account_registered_by_its_number_is_the_same_page() -> None:
    site = Site(post(1))
    account = msgspec.structs.replace(ACCOUNT, native_id="5500001")
    heard = drive(LINKEDIN, LINKEDIN.night(account, None), site)
    assert heard.listing("posts").complete


@pytest.mark.parametrize(
    ("answer", "raised"),
    [
        (error(401, "REVOKED_ACCESS_TOKEN"), CredentialDead),
        (error(429, "TOO_MANY_REQUESTS"), RateLimited),
        (error(426, "NONEXISTENT_VERSION"), PermissionMissing),
        (error(400, "VERSION_MISSING"), PermissionMissing),
        (NOT_THERE, PermissionMissing),
        (error(503), Unreachable),
    ],
)
def test_what_concerns_the_whole_run_ends_it(answer: Any, raised: type[Exception]) -> None:
    site = Site()
    site.answers["/organizationAcls"] = answer
    with pytest.raises(raised):
        site.night()


def test_a_limit_in_the_middle_of_a_night_ends_it() -> None:
    site = Site(post(1))
    site.answers[f"/socialActions/{share(1)}/comments"] = error(429)
    with pytest.raises(RateLimited):
        site.night()


def test_one_post_out_of_reach_is_a_gap_and_many_end_the_night() -> None:
    site = Site(*(post(number) for number in range(6)))
    site.answers[f"/socialActions/{share(2)}/comments"] = error(503)
    heard = site.night()
    assert [gap.of for gap in heard.gaps] == [share(2)]
    for number in range(6):
        site.answers[f"/socialActions/{share(number)}/comments"] = error(503)
    with pytest.raises(Unreachable):
        site.night()


def test_the_canary_says_who_asks_in_one_question() -> None:
    said, asked = ask(LINKEDIN, LINKEDIN.canary(ACCOUNT), Site())
    assert said == f"{ADMIN}, ADMINISTRATOR of {PAGE}"
    assert asked == 1
