"""Direct look-ups: what is there, what is gone, and what nobody can say."""

from __future__ import annotations

from typing import Any

import pytest
from tube import ACCOUNT, SITE, Channel, Payload, channel, comment, error, page, thread, upload, video

from paloverde.errors import CredentialDead, RateLimited
from paloverde.platforms.conversation import Look, Request
from paloverde.records import Kind
from platforms.talk import Heard, drive


def look_up(site: Channel, *items: tuple[Kind, str]) -> Heard:
    return drive(SITE, SITE.look_up(ACCOUNT, list(items)), site)


def comments(*shown: Payload) -> Any:
    return lambda asked: page("comment", *(one for one in shown if one["id"] in asked["id"].split(",")))


def test_fifty_are_asked_for_at_a_time_and_each_is_answered() -> None:
    shown = [video(f"v{number}") for number in range(60)]
    heard = look_up(Channel(*shown), *((Kind.POST, one["id"]) for one in shown))
    assert [len(dict(one.params)["id"].split(",")) for one in heard.requests if one.path == "/videos"] == [
        50,
        10,
    ]
    assert set(heard.looks().values()) == {Look.PRESENT}
    assert len(heard.seen) == 60


def test_what_is_left_out_is_gone_where_others_answer_in_the_same_question() -> None:
    heard = look_up(Channel(video("v1")), (Kind.POST, "v1"), (Kind.POST, "v2"))
    assert heard.looks() == {"v1": Look.PRESENT, "v2": Look.GONE}


def test_what_is_left_out_alone_is_gone_where_a_listed_one_answers_after_it() -> None:
    site = Channel(video("v1"))
    assert look_up(site, (Kind.POST, "v2")).looks() == {"v2": Look.GONE}
    site.rules["/playlistItems"] = page("playlistItem", upload("v9"))  # listed, and does not answer
    assert look_up(site, (Kind.POST, "v2")).looks() == {"v2": Look.UNKNOWN}


def test_a_comment_is_gone_where_a_listed_one_still_answers() -> None:
    site = Channel(published=page("commentThread", thread("c1")))
    site.rules["/comments"] = comments(comment("c1"))
    assert look_up(site, (Kind.COMMENT, "c2")).looks() == {"c2": Look.GONE}


def test_nothing_is_gone_where_nothing_answers() -> None:
    site = Channel()
    site.rules["/comments"] = page("comment")
    assert look_up(site, (Kind.COMMENT, "c1"), (Kind.COMMENT, "c2")).looks() == {
        "c1": Look.UNKNOWN,
        "c2": Look.UNKNOWN,
    }


def test_an_answer_before_a_failure_does_not_vouch_for_what_comes_after() -> None:
    shown = [video(f"v{number}") for number in range(50)]
    site = Channel(*shown)
    site.rules["/playlistItems"] = page("playlistItem")
    heard = look_up(site, *((Kind.POST, one["id"]) for one in shown), (Kind.POST, "late"))
    assert heard.looks()["late"] is Look.UNKNOWN


@pytest.mark.parametrize(
    "trouble", [error(403, "forbidden"), error(503, "backendError"), error(404, "notFound")]
)
def test_a_refusal_is_never_gone(trouble: Any) -> None:
    site = Channel(video("v1"))
    site.rules["/videos"] = trouble
    assert look_up(site, (Kind.POST, "v1")).looks() == {"v1": Look.UNKNOWN}


def test_a_token_of_another_channel_says_nothing_about_private_videos() -> None:
    site = Channel(video("v1"))
    site.rules["/channels"] = page("channel", channel("UCsomebodyelse"))
    assert set(look_up(site, (Kind.POST, "v1"), (Kind.POST, "v2")).looks().values()) == {Look.UNKNOWN}


def test_a_private_video_is_there() -> None:
    heard = look_up(Channel(video("v1", status={"privacyStatus": "private"})), (Kind.POST, "v1"))
    assert heard.seen["v1"].look is Look.PRESENT
    assert "private" in heard.seen["v1"].reason


@pytest.mark.parametrize(
    ("status", "look", "hint"),
    [
        ({"uploadStatus": "deleted"}, Look.GONE, None),
        ({"uploadStatus": "rejected", "rejectionReason": "termsOfUse"}, Look.WITHHELD, "platform"),
        ({"uploadStatus": "processed", "privacyStatus": "public"}, Look.PRESENT, None),
    ],
)
def test_an_uploads_own_status_counts(status: dict[str, str], look: Look, hint: str | None) -> None:
    seen = look_up(Channel(video("v1", status=status)), (Kind.POST, "v1")).seen["v1"]
    assert (seen.look, seen.cause_hint) == (look, hint)


@pytest.mark.parametrize(
    ("moderation", "look"),
    [
        ({}, Look.PRESENT),  # by its id the site usually does not say
        ({"moderationStatus": "published"}, Look.PRESENT),
        ({"moderationStatus": "heldForReview"}, Look.PRESENT),
        ({"moderationStatus": "likelySpam"}, Look.PRESENT),
        ({"moderationStatus": "rejected"}, Look.HIDDEN),
    ],
)
def test_moderation_is_heeded_where_the_site_says_it(moderation: dict[str, str], look: Look) -> None:
    site = Channel()
    site.rules["/comments"] = comments(comment("c1", **moderation))
    assert look_up(site, (Kind.COMMENT, "c1")).looks() == {"c1": look}


def test_chat_messages_subscribers_and_others_have_no_look_up() -> None:
    heard = look_up(Channel(), (Kind.COMMENT, "LCC.abc"), (Kind.SUBSCRIBER, "UCx"), (Kind.OTHER, "o"))
    assert set(heard.looks().values()) == {Look.UNKNOWN}
    assert [one.path for one in heard.requests] == ["/channels"]


def test_playlists_are_looked_up_too() -> None:
    site = Channel()
    shown = {
        "kind": "youtube#playlist",
        "id": "PL1",
        "snippet": {"title": "T"},
        "status": {"privacyStatus": "public"},
    }
    site.rules["/playlists"] = lambda asked: page(
        "playlist", *([shown] if "PL1" in asked.get("id", "PL1") else [])
    )
    assert look_up(site, (Kind.ALBUM, "PL1"), (Kind.ALBUM, "PL2")).looks() == {
        "PL1": Look.PRESENT,
        "PL2": Look.GONE,
    }


@pytest.mark.parametrize(
    ("trouble", "raised"),
    [(error(401, "authError"), CredentialDead), (error(403, "quotaExceeded"), RateLimited)],
)
def test_what_concerns_the_whole_run_ends_it(trouble: Any, raised: type[Exception]) -> None:
    site = Channel(video("v1"))
    site.rules["/videos"] = trouble
    with pytest.raises(raised):
        look_up(site, (Kind.POST, "v1"))


def test_every_look_up_begins_with_whose_token_it_is() -> None:
    asked: list[Request] = look_up(Channel(video("v1")), (Kind.POST, "v1")).requests
    assert [one.path for one in asked] == ["/channels", "/videos"]
