"""A night, a sweep and look-ups with Nextdoor, and when its one answer is believed to be all."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from paloverde.errors import CredentialDead, PermissionMissing, RateLimited, Unreachable, WrongAccount
from paloverde.platforms.conversation import Answer, Look, Request
from paloverde.platforms.nextdoor import NEXTDOOR
from paloverde.records import Account, Kind, Missing
from platforms.nextdoor.partner import ACCOUNT, BIG, PROFILE, Partner, comment, error, good, night, post
from platforms.talk import Heard, drive

WEB_PAGE = Answer(200, {}, b"<!DOCTYPE html><html><body>Sorry</body></html>")


def test_a_quiet_night_is_two_questions_and_every_list_is_whole() -> None:
    heard = night(Partner(post(2, comment(21), comment(22, 21)), post(1)))
    assert [request.path for request in heard.requests] == ["/me/profiles", "/post"]
    assert all(listing.complete for listing in heard.listings)
    assert not heard.gaps
    assert heard.listing("posts").declared == 2
    assert heard.listing("comments", "2").got == 2
    assert heard.listing("comments", "1").got == 0


def test_posts_are_signed_with_the_profile_that_was_asked_for() -> None:
    (record,) = night(Partner(post(1))).of(Kind.POST)
    assert (record.poster.id, record.poster.name) == (PROFILE, "City of Saltbrook")
    assert record.text == "Sweeping\nStreet sweeping, week 1"
    assert record.posted_at == datetime.fromtimestamp(1_763_500_001, UTC)


def test_comments_hang_under_what_they_answer_and_say_that_nobody_is_named() -> None:
    heard = night(Partner(post(7, comment(BIG), comment(BIG + 2, BIG))))
    first, second = heard.of(Kind.COMMENT)
    assert (first.native_id, first.parent_id, first.thread_id) == (str(BIG), "7", "7")
    assert (second.parent_id, second.thread_id) == (str(BIG), "7")
    assert first.poster.missing is Missing.API_NOT_EXPOSED
    assert {found.of for found in heard.found if found.stream == "comments"} == {"7"}


def test_reactions_of_posts_and_comments_are_records() -> None:
    given = [
        {"id": 5, "post_id": 7, "comment_id": None, "type": 1},
        {"id": 6, "post_id": 7, "comment_id": 9, "type": 3},
    ]
    to_post, to_comment = night(Partner(post(7, comment(9), reactions=given))).of(Kind.REACTION)
    assert (to_post.parent_id, to_post.text) == ("7", "type 1")
    assert (to_comment.parent_id, to_comment.thread_id) == ("9", "7")


def test_only_the_agencys_profile_is_kept_and_not_the_private_one_of_who_signed_in() -> None:
    (profile,) = night(Partner()).of(Kind.PROFILE)
    assert (profile.native_id, profile.text) == (PROFILE, "City of Saltbrook\nCA")


@pytest.mark.parametrize(("declared", "cause"), [(3, "Nextdoor counts 3 posts and gave 2"), (1, "Nextdoor counts 1 posts and gave 2"), (None, "Nextdoor left out its own count of the posts, so it cannot be told whether these are all")])  # fmt: skip
def test_another_number_of_posts_than_counted_proves_no_absence(declared: int | None, cause: str) -> None:
    site = Partner(post(2, comment(21)), post(1))
    site.declared = declared
    heard = night(site)
    assert heard.causes("posts") == [cause]
    assert not [listing for listing in heard.listings if listing.complete and listing.stream != "profile"]
    assert len(heard.of(Kind.POST)) == 2


def test_a_post_without_its_comments_leaves_only_their_list_open() -> None:
    bare = post(1)
    del bare["comments"]
    heard = night(Partner(bare, post(2)))
    assert heard.listing("posts").complete
    assert heard.listing("comments", "1").reason == "Nextdoor left the comments out of this post"
    assert heard.listing("comments", "2").complete


def test_fewer_comments_than_counted_are_told() -> None:
    listing = night(Partner(post(1, comment(3), comment_count=2))).listing("comments", "1")
    assert (listing.complete, listing.declared, listing.got) == (False, 2, 1)


def test_an_item_without_an_id_is_kept_unread_and_makes_absence_unprovable() -> None:
    nameless = comment(4)
    del nameless["id"]
    heard = night(Partner(post(1, nameless)))
    assert [piece.reason for found in heard.found for piece in found.unread] == ["it has no id"]
    assert not heard.listing("posts").complete


def test_half_an_emoji_does_not_end_the_night() -> None:
    site = Partner()
    body = rb'{"posts":[{"id":"1","author_id":2,"body":"Hi \ud83d","comments":[],"reactions":[]}],"posts_length":1}'
    site.answers["/post"] = lambda _: Answer(200, {}, body)
    heard = night(site)
    assert heard.listing("comments", "1").complete
    assert [bool(record.drift) for record in heard.of(Kind.POST)] == [True]


def test_a_web_page_instead_of_posts_is_a_gap() -> None:
    site = Partner(post(1))
    site.answers["/post"] = lambda _: WEB_PAGE
    heard = night(site)
    assert heard.causes("posts") == ["Nextdoor sent a web page instead of data (HTTP 200)"]
    assert not heard.listing("posts").complete


def test_json_without_posts_is_a_gap() -> None:
    site = Partner()
    site.answers["/post"] = lambda _: good({"status": "ok"})
    assert night(site).causes("posts") == ["An answer with posts has a list named posts; this one has none."]


def test_a_refused_list_is_a_gap_and_the_profile_stays() -> None:
    site = Partner(post(1))
    site.answers["/post"] = lambda _: error(403, "insufficient_scope", "post:read is missing")
    heard = night(site)
    assert heard.of(Kind.PROFILE)
    assert ["post:read is missing" in cause for cause in heard.causes("posts")] == [True]


@pytest.mark.parametrize(
    ("answer", "error_type"),
    [
        (error(401, "invalid_token"), CredentialDead),
        (error(403, "insufficient_scope"), PermissionMissing),
        (error(429, "rate_limited"), RateLimited),
        (error(503, "server_error"), Unreachable),
        (error(404, "not_found"), PermissionMissing),
        (WEB_PAGE, Unreachable),
    ],
)
def test_who_answers_is_known_before_anything_is_believed(
    answer: Answer, error_type: type[Exception]
) -> None:
    site = Partner(post(1))
    site.answers["/me/profiles"] = lambda _: answer
    with pytest.raises(error_type):
        night(site)


def test_a_token_that_does_not_open_the_profile_ends_the_night() -> None:
    other = Account("nextdoor-other", "nextdoor", "another", "other")
    with pytest.raises(WrongAccount, match="opens 2 Nextdoor profiles, and another is not among them"):
        drive(NEXTDOOR, NEXTDOOR.night(other, None), Partner())


def test_the_profile_stands_in_the_address_and_in_a_header() -> None:
    headers, params = NEXTDOOR.authorize(Request("/post", (("secure_profile_id", PROFILE),)), "a-token")
    assert headers == {"Authorization": "Bearer a-token", "secure_profile_id": PROFILE}
    assert not params


# Between two nights


def sweep(site: Partner, since: int) -> Heard:
    moment = datetime.fromtimestamp(since, UTC)
    return drive(NEXTDOOR, NEXTDOOR.sweep(ACCOUNT, moment, []), site)


def test_a_sweep_brings_only_what_is_new() -> None:
    new, old = comment(21, creation_date_epoch_seconds=1_763_900_000), comment(22)
    heard = sweep(Partner(post(2, new, old)), 1_763_800_000)
    assert [record.native_id for record in heard.records] == ["21"]
    assert [found.of for found in heard.found if found.records] == ["2"]
    assert not [listing for listing in heard.listings if listing.complete]


def test_a_sweep_that_finds_the_list_closed_says_since_when() -> None:
    site = Partner(post(1))
    site.answers["/post"] = lambda _: error(403, "access_denied")
    (gap,) = sweep(site, 1_763_800_000).gaps
    assert (gap.stream, gap.since) == ("posts", datetime.fromtimestamp(1_763_800_000, UTC))


# Look-ups


def look_up(site: Partner, *items: tuple[Kind, str]) -> dict[str, Look]:
    heard = drive(NEXTDOOR, NEXTDOOR.look_up(ACCOUNT, list(items)), site)
    assert len(heard.requests) <= 2
    return heard.looks()


def test_what_a_whole_list_lacks_is_gone_while_others_of_its_kind_are_there() -> None:
    site = Partner(post(1, comment(11)), post(2))
    looks = look_up(site, (Kind.POST, "1"), (Kind.POST, "3"), (Kind.COMMENT, "11"), (Kind.COMMENT, "12"))
    assert looks == {"1": Look.PRESENT, "3": Look.GONE, "11": Look.PRESENT, "12": Look.GONE}


def test_an_empty_list_says_nothing_of_what_was_in_it() -> None:
    assert look_up(Partner(), (Kind.POST, "3")) == {"3": Look.UNKNOWN}


def test_comments_are_gone_only_where_comments_are_shown_at_all() -> None:
    assert look_up(Partner(post(1)), (Kind.COMMENT, "11")) == {"11": Look.UNKNOWN}


def test_a_short_list_says_only_what_is_present() -> None:
    site = Partner(post(1))
    site.declared = 2
    assert look_up(site, (Kind.POST, "1"), (Kind.POST, "3")) == {"1": Look.PRESENT, "3": Look.UNKNOWN}


@pytest.mark.parametrize(
    "answer", [WEB_PAGE, error(403, "access_denied"), error(503, "x"), good({"posts": 3})]
)
def test_trouble_says_nothing_about_any_item(answer: Any) -> None:
    site = Partner(post(1))
    site.answers["/post"] = lambda _: answer
    assert look_up(site, (Kind.POST, "1"), (Kind.PROFILE, PROFILE)) == {
        "1": Look.UNKNOWN,
        PROFILE: Look.UNKNOWN,
    }


def test_what_the_archive_named_itself_is_never_called_gone() -> None:
    assert look_up(Partner(post(1)), (Kind.POST, "csv-0c45a2")) == {"csv-0c45a2": Look.UNKNOWN}
