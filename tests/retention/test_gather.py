"""The facts of items: what the register and the sealed objects say of them, and nothing that they do not say."""

from __future__ import annotations

import json
import tracemalloc
import zipfile
from datetime import UTC, date, datetime, timedelta
from itertools import islice
from pathlib import Path
from typing import Any

import pytest

from archives import add_night, record, removed
from exports import Office, account, shown
from paloverde.archive.reader import Archive
from paloverde.archive.seal import RunKind
from paloverde.archive.vault import end_of
from paloverde.records import Account, Holder, Kind, Provenance, Visibility, archive_day
from paloverde.retention.decision import reasons_to_keep
from paloverde.retention.facts import Facts, Ground, HeldBy, HoldKind, ItemId
from paloverde.retention.gather import facts_of
from paloverde.retention.schedule import Schedules
from paloverde.state.books import writing
from paloverde.state.tables import ITEMS
from plaza import ACCOUNT, plaza
from plazacity import City

POSTED = datetime(2024, 5, 6, 17, 0, tzinfo=UTC)
FRIDAY = date(2026, 11, 20)
HOLD = HeldBy("h1", HoldKind.LITIGATION, "Quintero v. Springfield", POSTED)


def nothing(slug: str) -> dict[tuple[Kind, str], tuple[HeldBy, ...]]:
    del slug
    return {}


def gathered(archive: Archive, whose: Account, **more: Any) -> dict[str, Facts]:
    found = facts_of(archive, whose, **{"lock_years": 2, "holds": nothing} | more)
    return {one.item.native_id: one for one in found}


def moved(folder: Path, *lines: dict[str, Any], name: str = "moved") -> Path:
    """Records moved in, in an archive that was made long before anybody handed it in."""
    path = folder / f"{name}.zip"
    with zipfile.ZipFile(path, "w") as file:
        member = zipfile.ZipInfo(f"{name}.jsonl", (2021, 5, 6, 17, 0, 0))
        file.writestr(member, "".join(json.dumps(line) + "\n" for line in lines))
    return path


def register(archive: Archive, rows: list[dict[str, Any]]) -> None:
    empty = {
        "account": "a", "kind": "comment", "stream": "comments", "within": "", "version_sha256": "", "state": "present",
        "record_sequence": 1, "first_seen": POSTED, "last_seen": POSTED, "looked_at": POSTED,
    }  # fmt: skip
    with writing(archive.books) as connection:
        todo = iter(rows)
        while some := list(islice(todo, 1_000)):
            connection.execute(ITEMS.insert(), [empty | row for row in some])


def test_what_the_site_shows_was_received_when_it_was_last_seen(tmp_path: Path, books_url: str) -> None:
    office = Office(tmp_path, books_url=books_url)
    for day in (8, 9, 12):
        seen = datetime(2026, 11, day, 9, tzinfo=UTC)
        office.night("x", [shown("x", "1", "Pool hours", POSTED)], seen)
    one = gathered(office.archive, account("x"))["1"]
    assert one.received_on == date(2026, 11, 12)
    assert one.posted_at == POSTED
    assert (one.shown, one.in_question, one.removed_on, one.visibility) == (True, False, None, "public")
    assert one.provenance == {Provenance.API}
    assert one.locked_until == end_of(date(2028, 11, 12))
    assert one.item == ItemId("x-palmaria", Kind.POST, "1")


def test_the_day_of_receipt_is_the_day_in_the_pacific(tmp_path: Path) -> None:
    office = Office(tmp_path)
    office.night("x", [shown("x", "1", "Pool hours", POSTED)], datetime(2026, 11, 1, 7, 30, tzinfo=UTC))
    office.night("x", [shown("x", "2", "Pool hours", POSTED)], datetime(2026, 11, 2, 7, 30, tzinfo=UTC))
    found = gathered(office.archive, account("x"))
    assert found["1"].received_on == date(2026, 11, 1)  # half past midnight, summer time
    assert found["2"].received_on == date(2026, 11, 1)  # half past eleven at night, winter time


def test_a_removal_counts_from_the_day_of_its_confirmation(tmp_path: Path) -> None:
    with plaza() as site:
        site.post("p1", "Street sweeping starts Monday")
        site.comment("p1", "c1", "On which route?")
        city = City(tmp_path / "city", site)
        city.night(FRIDAY)
        del site.comments["p1"]["c1"]
        city.night(FRIDAY + timedelta(days=1))
        absent = gathered(city.archive, ACCOUNT)["c1"]
        assert (absent.shown, absent.in_question, absent.removed_on) == (False, True, None)
        city.check(FRIDAY + timedelta(days=1))
        found = gathered(city.archive, ACCOUNT)
    gone = found["c1"]
    assert (gone.shown, gone.in_question, gone.cause) == (False, False, "undetermined")
    assert gone.removed_on == archive_day(city.clock())
    assert found["p1"].shown
    only = gathered(city.archive, ACCOUNT, items=[gone.item], visibility=False)
    assert only == {"c1": only["c1"]}
    assert only["c1"].removed_on == gone.removed_on


def test_the_latest_of_several_removals_counts(tmp_path: Path) -> None:
    with plaza() as site:
        site.post("p1", "Street sweeping starts Monday")
        site.comment("p1", "c1", "On which route?")
        city = City(tmp_path / "city", site)
        city.night(FRIDAY)
        said = site.comments["p1"].pop("c1")
        for later in (1, 400):
            city.later = timedelta(days=later)
            day = archive_day(city.clock())
            city.night(day - timedelta(days=1))
            city.check(day)
            gone_on = gathered(city.archive, ACCOUNT)["c1"].removed_on
            site.comments["p1"]["c1"] = said
            city.later += timedelta(days=1)
            city.night(archive_day(city.clock()))
            site.comments["p1"].pop("c1")
    back = gathered(city.archive, ACCOUNT)["c1"]
    assert back.shown  # it came back, and what was removed then is held all the same
    assert back.removed_on == gone_on
    assert gone_on is not None
    assert gone_on >= archive_day(datetime.now(UTC)) + timedelta(days=399)


def test_what_was_handed_in_was_received_on_the_day_of_the_last_import(
    tmp_path: Path, books_url: str
) -> None:
    office = Office(tmp_path, datetime(2026, 3, 2, 20, tzinfo=UTC), books_url)
    line = {"native_id": "9", "text": "Pool hours", "posted_at": "2019-05-06T17:00:00Z"}
    office.take("x", moved(tmp_path, line))
    one = gathered(office.archive, account("x"))["9"]
    assert one.received_on == date(2026, 3, 2)
    assert one.provenance == {Provenance.RECORDS}
    assert not one.shown
    office.now = datetime(2026, 6, 1, 20, tzinfo=UTC)
    office.take("x", moved(tmp_path, line, {"native_id": "10", "text": "More"}, name="more"))
    again = gathered(office.archive, account("x"), visibility=False)
    assert again["9"].received_on == date(2026, 6, 1)  # the same version, in the bytes of another file
    office.night("x", [shown("x", "9", "Pool hours", POSTED)], datetime(2026, 6, 3, 9, tzinfo=UTC))
    assert gathered(office.archive, account("x"))["9"].provenance == {Provenance.RECORDS, Provenance.API}


def test_of_several_removed_objects_the_latest_confirmation_and_its_cause_count(
    tmp_path: Path, books_url: str
) -> None:
    archive = Office(tmp_path, books_url=books_url).archive
    register(archive, [{"native_id": "1", "state": "removed"}])
    for day, cause in ((5, "author"), (9, "city"), (7, "platform")):
        confirmed = datetime(2026, 3, day, 3, tzinfo=UTC)  # the evening before, in the Pacific
        row = removed(record("1", "Pool hours", account="a"), confirmed_at=confirmed, cause=cause)
        add_night(archive, "a", confirmed.date(), [], removed=[row], kind=RunKind.REMOVAL_CHECK)
    one = gathered(archive, Account("a", "facebook", "1", "a"))["1"]
    assert (one.removed_on, one.cause) == (date(2026, 3, 8), "city")
    assert not one.in_question


def test_who_could_see_it_is_what_was_seen_last_and_is_read_only_where_asked_for(tmp_path: Path) -> None:
    office = Office(tmp_path)
    office.night("x", [shown("x", "1", "Pool hours", POSTED)], datetime(2026, 11, 8, 9, tzinfo=UTC))
    assert gathered(office.archive, account("x"))["1"].visibility == "public"
    hidden = shown("x", "1", "Pool hours", POSTED)
    hidden.visibility = Visibility.HIDDEN
    office.night("x", [hidden], datetime(2026, 11, 9, 9, tzinfo=UTC))
    assert gathered(office.archive, account("x"))["1"].visibility == "hidden"
    assert gathered(office.archive, account("x"), visibility=False)["1"].visibility == ""


@pytest.mark.parametrize(
    ("state", "shown_", "in_question"),
    [
        ("present", True, False), ("hidden", False, True), ("absent", False, True), ("gone", False, True),
        ("withheld", False, True), ("unknown", False, True), ("expired", False, False), ("imported", False, False),
        ("removed", False, True),  # and no object tells of the removal: something is missing
    ],
)  # fmt: skip
def test_how_an_item_stands_is_told(tmp_path: Path, state: str, shown_: bool, in_question: bool) -> None:
    archive = Office(tmp_path).archive
    register(archive, [{"native_id": "1", "state": state}])
    one = gathered(archive, Account("a", "x", "1", "a"))["1"]
    assert (one.shown, one.in_question) == (shown_, in_question)


def test_what_was_destroyed_has_no_facts_any_more(tmp_path: Path) -> None:
    archive = Office(tmp_path).archive
    register(
        archive,
        [{"native_id": "1", "state": "destroyed"}, {"native_id": "2"}, {"native_id": "3", "account": "b"}],
    )
    assert list(gathered(archive, Account("a", "x", "1", "a"))) == ["2"]


def test_holds_locks_and_the_holder_come_with_the_facts(tmp_path: Path) -> None:
    archive = Office(tmp_path).archive
    register(archive, [{"native_id": "1"}, {"native_id": "2"}])
    far, near = datetime(2040, 1, 1, tzinfo=UTC), datetime(2025, 1, 1, tzinfo=UTC)
    official = Account("a", "x", "1", "a", Holder.OFFICIAL)
    found = gathered(
        archive,
        official,
        holds=lambda slug: {(Kind.COMMENT, "1"): (HOLD,)} if slug == "a" else {},
        locked=lambda slug: {(Kind.COMMENT, "1"): far, (Kind.COMMENT, "2"): near} if slug == "a" else {},
    )
    assert (found["1"].holds, found["2"].holds) == ((HOLD,), ())
    assert found["1"].locked_until == far
    assert found["2"].locked_until == end_of(date(2026, 5, 6))  # never shorter than its night's lock
    assert found["1"].holder is Holder.OFFICIAL
    reasons = reasons_to_keep(found["1"], date(2099, 1, 1), Schedules())
    assert Ground.LITIGATION in {reason.ground for reason in reasons}


def test_more_items_than_one_statement_names_are_found_too(tmp_path: Path) -> None:
    archive = Office(tmp_path).archive
    register(archive, [{"native_id": str(number)} for number in range(1_200)])
    wanted = [ItemId("a", Kind.COMMENT, str(number)) for number in range(700)]
    assert set(gathered(archive, Account("a", "x", "1", "a"), items=wanted)) == {str(n) for n in range(700)}
    other_kind = [ItemId("a", Kind.POST, "1")]
    assert gathered(archive, Account("a", "x", "1", "a"), items=other_kind) == {}
    assert gathered(archive, Account("a", "x", "1", "a"), items=[]) == {}


def test_memory_does_not_grow_with_the_register(tmp_path: Path, books_url: str) -> None:
    archive = Office(tmp_path, books_url=books_url).archive
    register(archive, [{"native_id": f"{number:019}"} for number in range(20_000)])
    whose = Account("a", "x", "1", "a")
    next(iter(facts_of(archive, whose, lock_years=2, holds=nothing)))  # what is made once
    tracemalloc.start()
    try:
        count = sum(1 for _ in facts_of(archive, whose, lock_years=2, holds=nothing, visibility=False))
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert count == 20_000
    assert peak < 4_000_000  # all facts at once would be several times that


def test_facts_can_be_left_half_read_while_others_write(tmp_path: Path) -> None:
    archive = Office(tmp_path).archive
    register(archive, [{"native_id": "1"}, {"native_id": "2"}])
    stream = facts_of(archive, Account("a", "x", "1", "a"), lock_years=2, holds=nothing)
    first = next(stream)
    register(archive, [{"native_id": "3"}])
    assert {first.item.native_id, *(one.item.native_id for one in stream)} == {"1", "2"}
