"""What vanishes by itself is not removed; what is taken down before its day is over is."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from sqlalchemy import select

from paloverde.archive.reader import Archive
from paloverde.archive.register import Item, items, longest_unlooked
from paloverde.archive.seal import Role
from paloverde.capture.removal import LASTING, REMOVABLE
from paloverde.records import Kind
from paloverde.state.tables import ITEMS
from plaza import ACCOUNT
from plazacity import City

FIRST, SECOND = date(2026, 11, 20), date(2026, 11, 21)
HOUR = timedelta(hours=1)


def story(city: City, *, hours_ago: int) -> None:
    city.site.post("s1", "Today only", kind="story", at=(city.clock() - hours_ago * HOUR).isoformat())


def item(city: City, native_id: str) -> Item:
    with city.vault.books.connect() as connection:
        (found,) = items(connection, select(ITEMS).where(ITEMS.c.native_id == native_id))
    return found


def removed(archive: Archive) -> list[dict[str, object]]:
    return [row for part in archive.parts(Role.REMOVED) for row in archive.table(part.part).to_pylist()]


def test_a_story_that_is_over_has_expired_and_nobody_looks_it_up(city: City) -> None:
    story(city, hours_ago=20)
    city.night(FIRST)
    del city.site.posts["s1"]
    city.later = 5 * HOUR
    report, _ = city.night(SECOND)
    assert (report.candidates, item(city, "s1").state) == (0, "expired")
    city.site.asked.clear()
    assert city.check(SECOND).removed == []
    assert city.site.asked == []


def test_a_story_taken_down_within_its_day_is_held_as_removed(city: City) -> None:
    story(city, hours_ago=2)
    city.night(FIRST)
    del city.site.posts["s1"]
    city.later = 3 * HOUR
    assert city.night(SECOND)[0].candidates == 1
    assert city.check(SECOND).removed == ["s1"]
    (held,) = removed(city.archive)
    assert (held["kind"], held["cause"]) == ("story", "city")


def test_a_story_that_was_not_looked_up_in_time_is_no_removal(city: City) -> None:
    story(city, hours_ago=20)
    city.night(FIRST)
    del city.site.posts["s1"]
    city.later = 3 * HOUR
    assert city.night(SECOND)[0].candidates == 1
    city.later = 5 * HOUR
    assert city.check(SECOND).removed == []
    assert item(city, "s1").state == "expired"
    assert city.check(SECOND).looked_up == 0


def test_a_story_is_never_in_the_rotation(city: City) -> None:
    story(city, hours_ago=2)
    city.night(FIRST)
    with city.vault.books.connect() as connection:
        waiting = longest_unlooked(ACCOUNT.slug, LASTING, city.clock(), 100)
        assert "s1" not in {one.native_id for one in items(connection, waiting)}
    city.later = timedelta(days=40)
    assert "s1" not in {path.rsplit("/", 1)[-1] for path in looked_up(city)}


def looked_up(city: City) -> list[str]:
    city.site.asked.clear()
    city.check(SECOND, look_again_days=1)
    assert city.site.asked
    return city.site.asked


@pytest.mark.parametrize("kind", [Kind.REACTION, Kind.BLOCKED, Kind.SUBSCRIBER])
def test_reactions_blocks_and_followers_come_and_go(city: City, kind: Kind) -> None:
    assert kind not in REMOVABLE
    city.site.post("r1", "", kind=kind.value)
    city.night(FIRST)
    del city.site.posts["r1"]
    city.night(SECOND)
    assert city.check(SECOND).removed == []
    assert item(city, "r1").state == "absent"


def test_what_was_held_for_review_is_kept_and_nobody_is_named_for_its_end(city: City) -> None:
    city.site.comment("p1", "h1", "Never shown", visibility="held")
    city.night(FIRST)
    del city.site.comments["p1"]["h1"]
    city.night(SECOND)
    assert city.check(SECOND).removed == ["h1"]
    (held,) = removed(city.archive)
    assert held["cause"] == "undetermined"
    assert "held for review and never shown" in str(held["cause_reason"])


def test_a_held_comment_that_is_published_is_a_new_version_and_no_removal(city: City) -> None:
    city.site.comment("p1", "h1", "Shown later", visibility="held")
    city.night(FIRST)
    city.site.comments["p1"]["h1"]["visibility"] = "public"
    report, _ = city.night(SECOND)
    assert (report.new_versions, report.candidates) == (1, 0)
