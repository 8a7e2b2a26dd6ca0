"""LinkedIn against the simulated site: what happens in a city, and the traps of its switchboard."""

from __future__ import annotations

from datetime import timedelta

import pytest

from paloverde.errors import PermissionMissing, RateLimited
from paloverde.platforms.linkedin import LinkedIn
from paloverde.records import Kind
from platforms.simulated import Simulated
from platforms.talk import NOW, Heard, drive

LINKEDIN = LinkedIn()


@pytest.fixture
def site() -> Simulated:
    return Simulated(LINKEDIN)


def night(site: Simulated) -> Heard:
    return drive(LINKEDIN, LINKEDIN.night(site.account, None), site)


def own_comments(site: Simulated) -> set[str]:
    """The comments that the API gives: those under posts of the page itself."""
    presence = site.presence
    return {
        one.id for one in presence.comments if presence.there(one) and one.root.author is presence.account
    }


def test_every_comment_and_reply_under_the_pages_posts_is_brought(site: Simulated) -> None:
    heard = night(site)
    assert {record.native_id for record in heard.of(Kind.COMMENT)} == own_comments(site)
    assert any(record.parent_id != record.thread_id for record in heard.of(Kind.COMMENT))
    assert not heard.gaps


def test_words_are_those_of_the_city_without_the_sites_escapes() -> None:
    large = Simulated(LINKEDIN, scale=2)
    texts = {item.id: item.text for item in large.presence.posts}
    posts = night(large).of(Kind.POST)
    assert {record.native_id: record.text for record in posts} == {
        record.native_id: texts[record.native_id] for record in posts
    }
    assert any(b"{hashtag|" in record.payload for record in posts)
    assert any(b"@[" in record.payload for record in posts)


def test_a_whole_night_of_more_than_one_page() -> None:
    large = Simulated(LINKEDIN, scale=3)
    heard = night(large)
    own = {item.id for item in large.presence.posts if item.author is large.presence.account}
    assert {record.native_id for record in heard.of(Kind.POST)} == own
    assert heard.listing("posts").got > 100
    assert {record.native_id for record in heard.of(Kind.COMMENT)} == own_comments(large)


@pytest.mark.parametrize("by", [5, 40])
def test_a_list_that_loses_its_first_items_while_it_is_read(by: int) -> None:
    large = Simulated(LINKEDIN, scale=3)
    large.fault(kind="offset_drift", path="/posts", nth=3, by=by)
    heard = night(large)
    own = {item.id for item in large.presence.posts if item.stream == "own"}
    assert own <= {record.native_id for record in heard.of(Kind.POST)}


def test_an_edit_is_seen_in_the_comment_and_told_by_a_notification(site: Simulated) -> None:
    own = next(item for item in site.presence.comments if item.id in own_comments(site))
    site.play(do="edit", item=own.id, text="I was wrong, thank you.")
    heard = night(site)
    (record,) = [one for one in heard.of(Kind.COMMENT) if one.native_id == own.id]
    assert record.text == "I was wrong, thank you."
    assert record.edited_at == site.city.clock.now() + timedelta(milliseconds=own.order * 37 % 1000)
    assert [one.text for one in heard.of(Kind.OTHER) if one.parent_id == own.id] == [
        "I was wrong, thank you."
    ]


def test_a_comment_that_came_and_went_leaves_its_words(site: Simulated) -> None:
    own = next(item for item in site.presence.posts if item.stream == "own")
    gone = site.play(do="comment", on=own.id, text="Is the pool open?")["item"]["id"]
    site.city.clock.move(60)
    site.play(do="delete", item=gone, by="author")
    heard = night(site)
    assert gone not in {record.native_id for record in heard.of(Kind.COMMENT)}
    assert [one.text for one in heard.of(Kind.OTHER) if one.parent_id == gone] == [None, "Is the pool open?"]


def test_a_dead_version_ends_the_night_with_what_to_do(site: Simulated) -> None:
    old = LinkedIn("202508")
    with pytest.raises(PermissionMissing, match="PALOVERDE_LINKEDIN_VERSION"):
        drive(old, old.night(site.account, None), Simulated(old))
    site.fault(kind="version_sunset", nth=5)
    heard = night(site)
    assert any("PALOVERDE_LINKEDIN_VERSION" in gap.cause for gap in heard.gaps)
    assert not [one for one in heard.listings if one.stream == "posts" and one.complete]


def test_a_used_up_day_ends_the_night_until_midnight_utc(site: Simulated) -> None:
    site.presence.settings |= {"limits": "real", "calls_per_day": 20}
    with pytest.raises(RateLimited, match="calls that LinkedIn grants") as raised:
        night(site)
    midnight = (NOW + timedelta(days=1)).replace(hour=0, minute=0)
    assert raised.value.retry_after == pytest.approx((midnight - NOW).total_seconds(), abs=2)
    assert site.presence.calls["app"][1] == 21


def test_a_null_item_costs_one_list_its_completeness(site: Simulated) -> None:
    site.fault(kind="null_elements", path="/posts", times=2)  # the page is asked for again after its media
    heard = night(site)
    assert not heard.listing("posts").complete
    assert heard.listing("drafts").complete


def test_a_role_that_sees_nothing_proves_nothing(site: Simulated) -> None:
    site.presence.settings["role"] = "RECRUITING_POSTER"
    heard = night(site)
    assert not heard.of(Kind.POST)
    assert not [one for one in heard.listings if one.stream == "posts" and one.complete]
    assert any("RECRUITING_POSTER" in gap.cause for gap in heard.gaps)


def test_a_permission_that_is_lost_in_silence_is_not_believed(site: Simulated) -> None:
    site.fault(kind="permission_lost", silent=True, path="/organizationAcls")
    with pytest.raises(PermissionMissing, match="no role"):
        night(site)
