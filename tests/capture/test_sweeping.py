"""Looks between two nights: what lives only a few hours is kept, nothing is kept twice, nothing is called gone."""

from __future__ import annotations

import json
from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select

from paloverde.archive.reader import Archive
from paloverde.archive.register import items
from paloverde.archive.seal import Role, RunKind
from paloverde.archive.turns import Swept, note_sweep, turn
from paloverde.capture.sweeping import SHARE, last_look, not_due, pause_between, posts_to_watch
from paloverde.errors import RateLimited
from paloverde.platforms.conversation import Budget, Older
from paloverde.search.answer import search
from paloverde.state.tables import ITEMS
from plaza import ACCOUNT, Plaza
from plazacity import City

FIRST, SECOND = date(2026, 11, 20), date(2026, 11, 21)
EVERY = timedelta(minutes=15)


def rows(archive: Archive) -> list[dict[str, object]]:
    return [row for part in archive.parts(Role.RECORDS) for row in archive.table(part.part).to_pylist()]


def kinds(city: City) -> list[RunKind]:
    return [seal.run.kind for seal in city.archive.seals()]


def test_what_lived_between_two_nights_is_kept_and_held_as_removed(city: City) -> None:
    city.night(FIRST)
    city.site.comment("p2", "brief", "Gone by the evening")
    assert city.sweep(SECOND)[0].new_versions == 1
    del city.site.comments["p2"]["brief"]
    report, _ = city.night(SECOND)
    assert report.candidates == 1
    assert city.check(SECOND).removed == ["brief"]
    (removed,) = city.archive.parts(Role.REMOVED)
    (row,) = city.archive.table(removed.part).to_pylist()
    assert (row["native_id"], row["text"]) == ("brief", "Gone by the evening")


def test_nothing_new_seals_nothing(city: City) -> None:
    city.night(FIRST)
    before = sorted(stored.key for stored in city.vault.store.walk(""))
    report, trouble = city.sweep(FIRST)
    assert (report.new_versions, report.sequence, trouble) == (0, None, None)
    assert report.requests > 0
    assert sorted(stored.key for stored in city.vault.store.walk("")) == before


def test_the_night_does_not_double_what_a_sweep_brought(city: City) -> None:
    city.night(FIRST)
    city.site.comment("p1", "early", "Before the night")
    city.sweep(FIRST)
    assert city.sweep(FIRST)[0].new_versions == 0
    report, _ = city.night(SECOND)
    assert (report.new_versions, report.candidates) == (0, 0)
    assert [row["date"] for row in rows(city.archive) if row["native_id"] == "early"] == [FIRST]


def test_only_the_exchanges_that_brought_something_are_kept(city: City) -> None:
    city.night(FIRST)
    city.site.comment("p1", "early", "Before the night")
    report, _ = city.sweep(FIRST)
    seal = list(city.archive.seals())[-1]
    assert report.requests > 5
    assert seal.run.coverage.exchanges == 1
    (row,) = [row for row in rows(city.archive) if row["native_id"] == "early"]
    assert row["raw"] in city.archive.exchange(str(row["exchange_key"]), int(str(row["exchange_offset"])))[1]


def test_an_edit_and_its_undoing_on_one_day_are_three_versions(city: City) -> None:
    city.night(FIRST)
    first = city.site.comments["p1"]["c11"]["text"]
    for text in ("Edited", first, "Edited"):
        city.site.comments["p1"]["c11"]["text"] = text
        city.later += EVERY
        assert city.sweep(FIRST)[0].new_versions == 1
    assert [row["text"] for row in rows(city.archive) if row["native_id"] == "c11"] == [
        first, "Edited", first, "Edited",
    ]  # fmt: skip


def test_a_sweep_proves_no_absence(city: City) -> None:
    city.night(FIRST)
    city.site.comments["p1"].clear()
    city.site.comment("p2", "new", "New")
    city.sweep(FIRST)
    with city.vault.books.connect() as connection:
        assert {item.state for item in items(connection, select(ITEMS))} == {"present"}
    assert list(city.archive.seals())[-1].run.coverage.listings == []


def test_what_was_found_before_a_limit_is_kept_and_the_limit_told(city: City) -> None:
    city.night(FIRST)
    city.site.comment("p4", "new", "New")
    city.site.quota = 8
    report, trouble = city.sweep(FIRST)
    assert isinstance(trouble, RateLimited)
    assert report.new_versions == 1
    assert kinds(city) == [RunKind.NIGHT, RunKind.SWEEP]


class TagsToo(Plaza):
    """A site that gives the comments of the posts in one list only."""

    older = Older(frozenset({"posts of the account"}))


def test_posts_whose_comments_are_never_given_are_not_asked_for_again_and_again(city: City) -> None:
    city.night(FIRST)
    assert posts_to_watch(city.vault, Plaza(), ACCOUNT, 10_000)
    assert posts_to_watch(city.vault, TagsToo(), ACCOUNT, 10_000) == []


def test_what_was_not_had_opens_no_gap(city: City) -> None:
    city.night(FIRST)
    city.site.comment("p4", "new", "New")
    city.site.broken["/comments/p1"] = (500, b"{}")
    report, _ = city.sweep(FIRST)
    assert (report.new_versions, len(report.gaps)) == (1, 1)
    assert city.gaps() == []


def test_a_picture_that_a_sweep_could_not_fetch_is_in_its_seal_and_the_next_night_has_it(city: City) -> None:
    city.night(FIRST)
    picture = "/files/sign.png"
    city.site.comment("p4", "new", "Look at this sign", media=[city.site.url + picture])
    report, _ = city.sweep(FIRST)
    (gap,) = list(city.archive.seals())[-1].run.coverage.gaps
    assert (gap.stream, report.gaps) == ("media", [f"media: {gap.cause}"])
    assert "1 pictures or videos were not captured" in gap.cause
    assert report.is_whole
    assert [known.stream for known in city.gaps()] == ["media"]
    assert [
        str(limit)
        for limit in search(city.archive, "sign").limits
        if "1 picture or video was not captured" in str(limit)
    ]
    city.site.files[picture] = b"\x89PNG sign"
    assert city.night(SECOND)[0].gaps == []
    assert city.gaps() == []
    assert [row["media"][0]["not_captured"] for row in rows(city.archive) if row["native_id"] == "new"] == [  # type: ignore[index]
        "the site no longer gives the file (HTTP 404)", None,
    ]  # fmt: skip


def test_a_picture_of_what_only_a_sweep_saw_stays_a_gap(city: City) -> None:
    city.night(FIRST)
    city.site.comment("p4", "brief", "Look at this sign", media=[f"{city.site.url}/files/sign.png"])
    city.sweep(FIRST)
    del city.site.comments["p4"]["brief"]
    city.night(SECOND)
    assert [gap.stream for gap in city.gaps()] == ["media"]


def due(city: City, *budgets: Budget) -> str | None:
    platform = Plaza()
    platform.budgets = budgets
    return not_due(city.vault, platform, ACCOUNT, 1, EVERY)


def test_sweeps_begin_after_the_first_whole_night(city: City) -> None:
    assert "no whole night yet" in str(due(city))
    city.site.quota = 2
    city.night(FIRST)
    assert "no whole night yet" in str(due(city))
    city.site.quota = None
    city.night(FIRST)
    assert due(city) is None


def test_no_sweep_runs_beside_a_night_of_the_account(city: City) -> None:
    city.night(FIRST)
    with turn(city.vault.books, ACCOUNT.slug, "night", timedelta(minutes=40), city.clock):
        assert str(due(city)).startswith("A night of plaza-palmaria is running")
    assert due(city) is None


def test_the_next_sweep_waits_and_looks_back_to_the_last(city: City) -> None:
    city.night(FIRST)
    now = city.clock()
    with turn(city.vault.books, ACCOUNT.slug, "sweep", timedelta(minutes=40), city.clock):
        note_sweep(city.vault.books, ACCOUNT.slug, Swept(now, 50))
    assert last_look(city.vault, ACCOUNT) == now
    assert "is swept next at" in str(due(city))
    city.later = EVERY
    assert due(city) is None
    a_few_a_day = Budget("units", 1000, "America/Los_Angeles")
    assert "is swept next at" in str(due(city, a_few_a_day))


def night_short_of_posts(city: City, day: date) -> None:
    """Its list of posts breaks off after the first page."""
    city.later += timedelta(days=1)
    status, page = city.site.answer("/posts", {})
    failure = (500, b"{}")
    city.site.once_broken["/posts"] = [(status, json.dumps(page).encode()), failure, failure]
    _, trouble = city.night(day)
    assert trouble is None


def test_a_sweep_looks_back_over_a_night_that_did_not_have_all_posts(city: City) -> None:
    city.night(FIRST)
    whole = last_look(city.vault, ACCOUNT)
    night_short_of_posts(city, SECOND)
    assert last_look(city.vault, ACCOUNT) == whole
    city.later += timedelta(hours=1)
    with turn(city.vault.books, ACCOUNT.slug, "sweep", timedelta(minutes=40), city.clock):
        note_sweep(city.vault.books, ACCOUNT.slug, Swept(swept := city.clock(), 50))
    assert last_look(city.vault, ACCOUNT) == swept


def test_a_night_without_the_comments_of_one_post_is_a_look_all_the_same(city: City) -> None:
    city.night(FIRST)
    before = last_look(city.vault, ACCOUNT)
    city.later += timedelta(days=1)
    city.site.broken["/comments/p1"] = (500, b"{}")
    city.night(SECOND)
    after = last_look(city.vault, ACCOUNT)
    assert before is not None
    assert after is not None
    assert after - before >= timedelta(days=1)


def test_posts_that_no_night_of_a_week_had_do_not_draw_each_sweep_back_over_months(city: City) -> None:
    city.night(FIRST)
    for days in range(1, 10):
        night_short_of_posts(city, FIRST + timedelta(days=days))
    looked = last_look(city.vault, ACCOUNT)
    assert looked is not None
    assert city.clock() - looked < timedelta(hours=1)


@given(
    most=st.integers(1, 10**6),
    cost=st.integers(0, 500),
    accounts=st.integers(1, 20),
    minutes=st.integers(5, 59),
)
def test_sweeps_never_take_more_than_their_share_of_a_budget(
    most: int, cost: int, accounts: int, minutes: int
) -> None:
    pause = pause_between([Budget("units", most, "UTC")], cost, accounts, timedelta(minutes=minutes))
    assert pause >= timedelta(minutes=minutes)
    assert timedelta(days=1) / pause * cost * accounts <= most * SHARE * 1.000001


def test_a_budget_of_one_account_is_not_shared() -> None:
    own = Budget("calls", 96, "UTC", shared="account")
    assert pause_between([own], 1, 50, EVERY) == timedelta(minutes=30)
