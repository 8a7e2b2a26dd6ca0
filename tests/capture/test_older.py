"""Comments under posts that the night's lists do not reach: asked for in turn, so that none is passed over."""

from __future__ import annotations

from collections.abc import Generator, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from paloverde.archive.seal import Role
from paloverde.capture.night import NightReport, archive_night
from paloverde.capture.older import _has_turn
from paloverde.platforms import PLATFORMS
from paloverde.platforms.conversation import Conversation, Older, Platform, Request, Response
from paloverde.records import Account, Kind
from platforms.simulated import Simulated
from platforms.talk import Heard, drive
from plaza import ACCOUNT, Plaza
from plazacity import City
from simcity.year import Plan, Year, at_hour

FIRST = date(2026, 11, 20)
SINCE = datetime(2026, 11, 1, 21, tzinfo=UTC)  # p1 and p2 are older
EVERY = pytest.mark.parametrize("platform", PLATFORMS.values(), ids=PLATFORMS.keys())


class BoundedPlaza(Plaza):
    """A Plaza whose nights list only what was posted since, as large sites must."""

    older = Older(frozenset({"posts"}))

    def night(self, account: Account, since: datetime | None) -> Conversation:
        if since is None:
            return (yield from super().night(account, None))
        response: Response | None = yield Request("/posts", purpose="posts")
        assert response is not None
        recent = [one for one in self.read(response.body).records if one.posted_at and one.posted_at >= since]
        yield from self.comments_of(account, [post.native_id for post in recent])

    def comments_of(self, account: Account, posts: Sequence[str]) -> Conversation:
        for post in posts:
            yield from self._listing(f"/comments/{post}", "comments", post, Kind.COMMENT)


def night(city: City, number: int, again: int = 4) -> NightReport:
    """The night of that number after the first one, which reaches back to the first post."""
    since, day = (SINCE if number else None), FIRST + timedelta(days=number)
    city.site.asked.clear()
    report, trouble = archive_night(
        city.vault, BoundedPlaza(), ACCOUNT, day, since, city.line, look_again_days=again
    )
    assert trouble is None
    return report


def asked(city: City) -> set[str]:
    """The posts whose comments were asked for."""
    return {path.split("/")[2].partition("?")[0] for path in city.site.asked if path.startswith("/comments")}


def turns(city: City, post: str, again: int = 4) -> list[int]:
    """The numbers of the nights, of one round, in which a post was asked about."""
    found = []
    for number in range(1, again + 1):
        night(city, number)
        found += [number] if post in asked(city) else []
    return found


def test_every_older_post_is_asked_about_once_in_a_round(city: City) -> None:
    night(city, 0)
    times: dict[str, int] = {}
    for number in range(1, 5):
        night(city, number)
        for post in asked(city):
            times[post] = times.get(post, 0) + 1
    assert (times["p1"], times["p2"]) == (1, 1)


def test_a_new_comment_on_an_older_post_is_had_within_a_round_and_then_watched(city: City) -> None:
    night(city, 0)
    city.site.comment("p1", "late", "Still no sweeping here")
    (turn,) = turns(city, "p1")[:1]
    rows = [
        row for part in city.archive.parts(Role.RECORDS) for row in city.archive.table(part.part).to_pylist()
    ]
    assert [row["date"] for row in rows if row["native_id"] == "late"] == [FIRST + timedelta(days=turn)]
    for number in (5, 6, 7):  # it was commented on since `since`
        night(city, number)
        assert "p1" in asked(city)


def test_what_is_deleted_under_an_older_post_is_found_and_held(city: City) -> None:
    night(city, 0)
    del city.site.comments["p1"]["c13"]
    candidates = [night(city, number).candidates for number in range(1, 5)]
    assert max(candidates) == 1
    assert city.check(FIRST + timedelta(days=4)).removed == ["c13"]


def test_a_missed_night_is_made_up_for(city: City) -> None:
    night(city, 0)
    night(city, 4)  # a whole round later
    assert {"p1", "p2"} <= asked(city)


def test_what_cannot_be_had_of_an_older_post_is_a_gap_and_of_one_that_is_gone_none(city: City) -> None:
    night(city, 0)
    for path in ("/comments/p1", "/comments/p2", "/items/p2"):
        city.site.broken[path] = (404 if path.endswith("p2") else 503, b"{}")
    city.site.broken["/comments/p2"] = (503, b"{}")
    causes = night(city, 4).gaps
    assert any("comments of p1" in cause for cause in causes)
    assert not any("comments of p2" in cause for cause in causes)


@given(
    post=st.text(min_size=1),
    days=st.integers(1, 60),
    pauses=st.lists(st.integers(1, 9), min_size=61, max_size=61),
    start=st.dates(date(2026, 1, 1), date(2030, 1, 1)),
)
def test_no_post_waits_longer_than_a_round_whatever_nights_are_missed(
    post: str, days: int, pauses: list[int], start: date
) -> None:
    before, last = start, start
    for pause in pauses:
        day = before + timedelta(days=pause)
        if _has_turn(post, day, before, days):
            last = day
        assert (day - last).days < days
        before = day


def said_under(site: Simulated, posts: list[str]) -> Heard:
    return drive(site.platform, site.platform.comments_of(site.account, posts), site)


def own_posts(site: Simulated) -> list[str]:
    return [item.id for item in site.presence.posts if item.stream == "own" and site.presence.there(item)]


@EVERY
def test_each_site_gives_a_new_comment_on_its_oldest_post(platform: Platform) -> None:
    site = Simulated(platform)
    oldest = own_posts(site)[0]
    comment = site.play(do="comment", on=oldest, text="Is this still so?")["item"]["id"]
    site.city.clock.move(60)
    if platform.older.lists:
        heard = said_under(site, [oldest])
    else:  # a night asks for all of them, however short it looks back
        assert said_under(site, [oldest]).requests == []
        heard = drive(platform, platform.night(site.account, site.city.clock.now()), site)
    assert comment in {record.native_id for record in heard.records}
    assert [gap.cause for gap in heard.gaps if gap.of == oldest] == []


@EVERY
def test_each_site_names_the_lists_of_its_posts_as_its_night_does(platform: Platform) -> None:
    site = Simulated(platform)
    heard = drive(platform, platform.night(site.account, None), site)
    listed = {found.stream for found in heard.found if any(r.kind is Kind.POST for r in found.records)}
    assert platform.older.lists <= listed | {"tagged"}
    assert bool(platform.older.lists) == (platform.name not in ("youtube", "nextdoor"))


@pytest.fixture
def year(tmp_path: Path) -> Generator[Year]:
    year = Year(Plan(3, 10, ("facebook",), troubled=False), tmp_path)
    yield year
    year.close()


def test_the_simulated_facebook_loses_no_comment_on_an_older_post(year: Year) -> None:
    (slug,) = year.tokens
    for days in (60, 1):
        year.city.clock.set(at_hour(year.day, 21))
        year.archive(slug)
        year.day += timedelta(days=days)
    year.city.clock.set(at_hour(year.day, 12))
    old = next(item for item in year.presence(slug).posts if item.stream == "own")
    entry = year.play(site="facebook", do="comment", on=old.id, text="Two months later: thank you.")
    assert entry is not None
    comment = entry["item"]["id"]
    year.installation.settings = replace(year.installation.settings, look_again_days=3)
    for _ in range(3):
        year.city.clock.set(at_hour(year.day, 21))
        assert year.archive(slug).words == "sealed"
        year.day += timedelta(days=1)
    archive = year.installation.archive
    rows = [row for part in archive.parts(Role.RECORDS) for row in archive.table(part.part).to_pylist()]
    assert "Two months later: thank you." in {row["text"] for row in rows if row["native_id"] == comment}
