"""What a Page has besides posts and messages, against the simulated site."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from paloverde.platforms.conversation import Answer, Request
from paloverde.platforms.facebook import FACEBOOK
from paloverde.records import Kind, Visibility
from platforms.facebook.graph import (
    ACCOUNT,
    FORBIDDEN,
    PAGE,
    Site,
    post,
)
from platforms.simulated import Simulated
from platforms.talk import NOW, Heard, drive, good


@pytest.fixture
def page() -> Simulated:
    return Simulated(FACEBOOK)


@pytest.fixture
def site() -> Site:
    return Site()


def night(page: Simulated, since: Any = None) -> Heard:
    return drive(FACEBOOK, FACEBOOK.night(page.account, since), page)


def small_night(site: Site) -> Heard:
    return drive(FACEBOOK, FACEBOOK.night(ACCOUNT, None), site)


def test_a_story_is_kept_with_its_file_and_with_the_page_as_its_poster(page: Simulated) -> None:
    told = page.play(do="post", stream="story", text="Today only", photo="The new shade sails")
    heard = night(page)
    story, file = heard.of(Kind.STORY)
    assert story.native_id == told["item"]["id"]
    assert (story.poster.id, story.visibility) == (page.account.native_id, Visibility.PUBLIC)
    assert story.posted_at == page.city.clock.now()
    assert file.parent_id == story.native_id
    assert [medium.type for medium in file.media] == ["photo"]
    assert heard.listing("stories").complete


def test_the_film_of_a_story_is_kept(page: Simulated) -> None:
    page.play(do="post", stream="story", text="Today only", film="The fountain runs again")
    assert [[medium.type for medium in one.media] for one in night(page).of(Kind.STORY)] == [[], ["video"]]


def test_a_story_whose_file_is_gone_is_a_gap_and_takes_no_other_along(site: Site) -> None:
    site.lists[f"{PAGE}/stories"] = [
        {
            "post_id": str(number),
            "media_type": "photo",
            "media_id": f"9{number}",
            "creation_time": "1763700000",
        }
        for number in range(5)
    ]
    for number in (0, 1, 2, 4):
        pictures = [{"source": f"https://pictures.example/{number}.jpg", "height": 9, "width": 9}]
        site.nodes[f"9{number}"] = {"id": f"9{number}", "images": pictures}
    heard = small_night(site)
    assert len([one for one in heard.of(Kind.STORY) if one.media]) == 4
    assert [cause[:38] for cause in heard.causes("stories")] == ["the files of 1 stories were not had: t"]


def test_odd_stories_and_videos_do_not_end_the_night(site: Site) -> None:
    odd = rb'{"data":[{"post_id":"5","media_type":3,"media_id":77,"creation_time":"soon"}]}'
    site.answers[f"{PAGE}/stories"] = lambda _: Answer(200, {}, odd)
    half = rb'{"data":[{"id":"8","description":"Hi \ud83d","post_id":4,"created_time":"2026-11-20T18:00:00+0000"}]}'
    site.answers[f"{PAGE}/videos"] = lambda _: Answer(200, {}, half)
    heard = small_night(site)
    assert [record.native_id for record in heard.of(Kind.STORY)] == ["5"]
    assert [record.native_id for record in heard.of(Kind.POST)] == ["8"]
    assert all(record.drift for record in (*heard.of(Kind.STORY), *heard.of(Kind.POST)))


def test_a_reel_that_no_post_shows_is_kept_once_and_a_video_of_a_post_not_twice(page: Simulated) -> None:
    page.play(do="post", stream="reel", text="Thirty seconds of swifts", film="Swifts over the hall")
    heard = night(page)
    posts = {item.id.rpartition("_")[2]: item for item in page.presence.posts}
    reels = [record for record in heard.of(Kind.POST) if record.native_id.rpartition("_")[2] not in posts]
    assert [record.text for record in reels] == ["Swifts over the hall\nThirty seconds of swifts"]
    assert heard.listing("videos").got > 1
    assert heard.listing("videos").complete


def test_videos_from_before_what_was_asked_for_are_left_to_earlier_nights(page: Simulated) -> None:
    page.play(do="post", stream="reel", text="Old swifts", film="Swifts")
    page.city.clock.move(40 * 86_400)
    heard = night(page, page.city.clock.now() - timedelta(days=30))
    assert "Old swifts" not in " ".join(record.text or "" for record in heard.of(Kind.POST))


def test_a_broadcast_that_runs_is_kept_as_a_post(page: Simulated) -> None:
    told = page.play(do="post", stream="live", text="Council meets, live")["item"]
    assert told["id"] in [record.native_id for record in night(page).of(Kind.POST)]


def test_a_recommendation_is_a_comment_under_the_id_of_its_own_story(page: Simulated) -> None:
    told = page.play(do="post", by="someone", stream="rating", text="Kind people at the counter")["item"]
    (rating,) = [record for record in night(page).of(Kind.COMMENT) if record.native_id == told["id"]]
    assert rating.text == "Kind people at the counter"
    assert rating.poster.id == told["author"]["id"]
    assert rating.drift is None


def test_a_recommendation_without_a_story_is_named_by_who_wrote_it() -> None:
    body = (
        b'{"data":[{"created_time":"2026-11-20T18:00:00+0000","recommendation_type":"negative",'
        b'"reviewer":{"name":"In\xc3\xa9s Baroja","id":"77"}}]}'
    )
    (rating,) = FACEBOOK.read(body).records
    assert (rating.kind, rating.native_id, rating.text) == (Kind.COMMENT, "rating:77", "negative")


def test_blocked_people_are_kept_privately(page: Simulated) -> None:
    blocked = page.play(do="ban")["person"]
    (record,) = night(page).of(Kind.BLOCKED)
    assert (record.native_id, record.poster.name) == (blocked["id"], blocked["name"])
    assert record.visibility is Visibility.PRIVATE


def test_a_reaction_is_named_by_its_post_and_its_person(page: Simulated) -> None:
    heard = night(page)
    reactions = heard.of(Kind.REACTION)
    assert reactions
    for reaction in reactions:
        post_id, _, person = reaction.native_id.rpartition(":")
        assert (reaction.parent_id, reaction.poster.id) == (post_id, person)
        assert reaction.text in {"LIKE", "LOVE", "HAHA", "WOW", "SAD", "ANGRY"}
    asked = [one.path.split("/")[1] for one in heard.requests if one.path.endswith("/reactions")]
    assert all(page.presence.items[one].at >= NOW - timedelta(days=7) for one in asked)
    assert not heard.causes("reactions")


def test_reactions_that_are_counted_and_not_named_are_one_gap_after_three_posts(page: Simulated) -> None:
    for item in page.presence.posts:
        item.likes = 9
    page.presence.settings["reactions"] = "counted"
    for number in range(4):
        page.play(do="post", text=f"Notice {number}")
        page.presence.posts[-1].likes = 4
    heard = night(page)
    assert len([one for one in heard.requests if one.path.endswith("/reactions")]) == 3
    assert heard.causes("reactions") == [
        "the site counts reactions to 3 posts and does not say whose all of them are"
    ]
    assert not heard.of(Kind.REACTION)


@pytest.mark.parametrize(
    "stream", ["stories", "video_reels", "videos", "live_videos", "ratings", "blocked", "events", "albums"]
)
def test_a_list_that_the_token_may_not_read_is_one_gap(site: Site, stream: str) -> None:
    site.answers[f"{PAGE}/{stream}"] = lambda _: FORBIDDEN
    heard = small_night(site)
    assert [gap.stream for gap in heard.gaps] == [stream]
    assert heard.listing("conversations").complete


def test_reactions_that_the_token_may_not_read_are_asked_for_once() -> None:
    site = Site()
    recent = [post(number, created_time="2026-11-21T18:00:00+0000") for number in range(5)]
    site.lists[f"{PAGE}/published_posts"] = recent
    for one in recent:
        site.answers[f"{one['id']}/reactions"] = lambda _: FORBIDDEN
    heard = small_night(site)
    assert len([one for one in heard.requests if one.path.endswith("/reactions")]) == 1
    (cause,) = heard.causes("reactions")
    assert cause.startswith("the reactions to 5 posts were not had: ")


def test_the_same_25_videos_for_ever_are_a_gap_and_end_the_list(site: Site) -> None:
    videos = [{"id": str(number), "created_time": "2026-11-20T18:00:00+0000"} for number in range(25)]
    asked = 0

    def again(_: Request) -> Answer:
        nonlocal asked
        asked += 1
        following = f"https://graph.example/videos?after=cursor{asked}"
        return good({"data": videos, "paging": {"cursors": {"after": f"cursor{asked}"}, "next": following}})

    site.answers[f"{PAGE}/videos"] = again
    heard = small_night(site)
    assert asked <= 4
    assert heard.causes("videos") == ["the site leads in a circle: the same page came again"]
    assert not heard.listing("videos").complete
