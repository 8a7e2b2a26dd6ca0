"""A night that broke off for the site's limit goes on where it was, and asks nothing twice."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from paloverde.archive.reader import Archive
from paloverde.archive.seal import BrokenOff, Role
from paloverde.capture.resuming import YOUNG
from paloverde.errors import RateLimited, Unreachable
from plazacity import City

FIRST, SECOND = date(2026, 11, 20), date(2026, 11, 21)
WHOLE = 2 + 4 * 2  # requests of a night: four posts and five comments on each, three to a page


def rows(archive: Archive) -> list[dict[str, object]]:
    return [row for part in archive.parts(Role.RECORDS) for row in archive.table(part.part).to_pylist()]


def broken_off(city: City) -> list[BrokenOff]:
    return [seal.run.coverage.broken_off for seal in city.archive.seals()]


@pytest.mark.parametrize("quota", range(1, WHOLE))
def test_the_next_try_asks_only_what_was_not_answered(city: City, quota: int) -> None:
    city.site.quota = quota
    report, trouble = city.night(FIRST)
    assert isinstance(trouble, RateLimited)
    assert (report.outcome, trouble.retry_after) == ("degraded", 3600.0)
    city.site.quota, city.later = None, timedelta(hours=14)
    city.site.asked.clear()
    again, trouble = city.night(FIRST)
    assert trouble is None
    assert (again.outcome, again.gaps, again.replayed) == ("sealed", [], quota)
    assert len(city.site.asked) == WHOLE - quota
    assert broken_off(city) == [BrokenOff.LIMIT, BrokenOff.NO]
    ids = sorted(str(row["native_id"]) for row in rows(city.archive))
    assert ids == sorted([*city.site.posts, *(c for of in city.site.comments.values() for c in of)])


def test_a_quota_may_need_several_days(city: City) -> None:
    for day in range(3):
        city.site.quota, city.later = 3, timedelta(days=day)
        assert isinstance(city.night(FIRST)[1], RateLimited)
    city.site.quota, city.later = 3, timedelta(days=3)
    report, trouble = city.night(FIRST)
    assert (trouble, report.outcome, report.gaps, report.replayed) == (None, "sealed", [], 9)
    assert len(city.site.asked) == 3 * 4 + 1  # three days were refused once: 13 is all that was ever asked


def test_every_listing_is_complete_in_the_end(city: City) -> None:
    city.site.quota = 4
    city.night(FIRST)
    city.site.quota = None
    city.night(FIRST)
    cover = list(city.archive.seals())[-1].run.coverage
    assert len(cover.listings) == 5
    assert all(listing.complete and listing.got == (listing.declared or 0) for listing in cover.listings)


def test_rows_lead_to_the_bytes_of_their_own_run(city: City) -> None:
    city.site.quota = 4
    city.night(FIRST)
    city.site.quota = None
    city.night(FIRST)
    first, last = city.archive.seals()
    keys = {part.key for part in last.run.parts if part.role is Role.EXCHANGES}
    for sealed in city.archive.parts_of(last.sequence, Role.RECORDS):
        for row in city.archive.table(sealed.part).to_pylist():
            assert row["exchange_key"] in keys
            assert row["raw"] in city.archive.exchange(row["exchange_key"], row["exchange_offset"])[1]
    assert (first.run.coverage.exchanges, last.run.coverage.exchanges) == (5, WHOLE)


def test_what_is_too_old_is_asked_anew(city: City) -> None:
    city.site.quota = 4
    city.night(FIRST)
    city.site.quota, city.later = None, YOUNG
    assert city.night(FIRST)[0].replayed == 0


def test_another_day_and_a_night_that_came_to_its_end_begin_anew(city: City) -> None:
    city.site.quota = 4
    city.night(FIRST)
    city.site.quota = None
    assert city.night(SECOND)[0].replayed == 0
    assert city.night(FIRST)[0].replayed == 4
    assert city.night(FIRST)[0].replayed == 0


def test_only_a_limit_is_gone_on_after(city: City) -> None:
    city.token = "revoked"
    city.night(FIRST)
    city.token = "plaza-token-7f3a9c/secret+x"
    report, trouble = city.night(FIRST)
    assert (report.replayed, trouble) == (0, None)
    assert broken_off(city) == [BrokenOff.TROUBLE, BrokenOff.NO]


def test_a_fault_between_two_tries_loses_nothing(city: City) -> None:
    city.site.quota = 6
    city.night(FIRST)
    city.site.quota = None
    city.site.broken["/comments/p4"] = (500, b"{}")
    report, trouble = city.night(FIRST)
    assert (report.replayed, trouble) == (6, None)
    assert [gap for gap in report.gaps if "comments of p4" in gap]
    city.site.broken.clear()
    assert city.night(FIRST)[0].gaps == []


def test_an_outage_in_between_is_passed_over(city: City) -> None:
    city.site.quota = 1
    city.night(FIRST)
    city.site.quota = None
    city.site.broken = dict.fromkeys(("/posts", *(f"/comments/p{n}" for n in range(1, 5))), (503, b"{}"))
    report, trouble = city.night(FIRST)
    assert (report.replayed, type(trouble)) == (1, Unreachable)
    city.site.broken.clear()
    assert city.night(FIRST)[0].replayed == 1


def test_what_was_seen_meanwhile_is_not_called_absent(city: City) -> None:
    city.site.quota = WHOLE - 1
    city.night(FIRST)
    city.site.quota, city.later = None, timedelta(hours=3)
    city.site.comment("p1", "c-new", "Said while the night waited")
    report, _ = city.sweep(FIRST, city.clock() - timedelta(days=1))
    assert report.new_versions == 3  # with the two comments that the night had not come to
    night, trouble = city.night(FIRST)
    assert (night.replayed, night.candidates, trouble) == (WHOLE - 1, 0, None)


def test_an_answer_of_yesterday_does_not_turn_back_what_is_known_since(city: City) -> None:
    city.site.quota = WHOLE - 1
    city.night(FIRST)
    city.site.quota, city.later = None, timedelta(hours=3)
    city.site.comments["p1"]["c11"]["text"] = "Edited while the night waited"
    city.sweep(FIRST, city.clock() - timedelta(days=1))
    city.night(FIRST)
    report, _ = city.night(SECOND)
    assert report.new_versions == 0
