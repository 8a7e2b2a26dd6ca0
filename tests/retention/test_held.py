"""What a hold gathers: what is there, what comes later, and every object in which it lies."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import delete

from archives import make_archive, record
from paloverde.archive.seal import Role
from paloverde.errors import ArchiveDamaged, BadQuestion, PersonNeeded, UnknownAccount
from paloverde.installation.holds import refill_holds
from paloverde.records import Kind, archive_day
from paloverde.retention.facts import HoldKind
from paloverde.retention.held import Joined, holds_on
from paloverde.retention.hold_scope import Scope
from paloverde.retention.holds import Issued, Trigger
from paloverde.search.holding import items_in
from paloverde.state.tables import HELD_ITEMS
from plaza import PlazaSite, plaza
from postgres import PostgreSQL
from retention.holding import CLERK, COUNSEL, FIRST, SECOND, SLUG, THIRD, HoldingCity


@pytest.fixture
def site() -> Iterator[PlazaSite]:
    with plaza() as running:
        running.post("p1", "The dog park opens on Monday")
        running.comment("p1", "c1", "My DOG is happy")
        running.comment("p1", "c2", "What about parking?", name="Sam Ito")
        running.post("p2", "Street sweeping")
        yield running


@pytest.fixture
def city(tmp_path: Path, site: PlazaSite) -> HoldingCity:
    city = HoldingCity(tmp_path, site)
    city.night(FIRST)
    return city


def test_what_matches_is_frozen_in_whatever_case_it_is_written(city: HoldingCity) -> None:
    kept = city.issue(words="dog")
    assert city.held() == {("post", "p1"), ("comment", "c1")}
    assert kept.gathered.items == 2
    assert kept.marked.objects == kept.marked.bearing == len(city.bearing()) > 0
    assert city.bearing() == city.objects_of(("post", "p1"), ("comment", "c1"))


def test_a_match_of_the_next_night_joins_and_its_objects_bear_the_legal_hold(
    city: HoldingCity, site: PlazaSite
) -> None:
    city.issue(words="dog")
    site.comment("p2", "c9", "A dog chased the sweeper")
    city.night(SECOND)
    assert ("comment", "c9") not in city.held()
    done = city.holds.reconcile()
    done.settle()
    assert city.held() == {("post", "p1"), ("comment", "c1"), ("comment", "c9")}
    assert city.bearing() == city.objects_of(*city.held())
    assert done.marked.bearing == done.marked.objects == len(city.bearing())
    assert "of" in done.sentence()


def test_an_edit_that_takes_the_word_out_takes_nothing_out_of_the_hold(
    city: HoldingCity, site: PlazaSite
) -> None:
    city.issue(words="dog")
    site.comments["p1"]["c1"]["text"] = "My cat is happy"
    city.night(SECOND)
    del site.comments["p1"]["c1"]
    city.night(THIRD)
    city.check(THIRD)
    city.holds.reconcile().settle()
    assert ("comment", "c1") in city.held()
    assert city.bearing() == city.objects_of(*city.held())
    assert any(key.startswith("removed/") for key in city.bearing())


def test_what_was_removed_before_the_hold_is_held_too(city: HoldingCity, site: PlazaSite) -> None:
    del site.comments["p1"]["c1"]
    city.night(SECOND)
    assert city.check(SECOND).removed == ["c1"]
    city.issue(words="removed:yes")
    assert city.held() == {("comment", "c1")}


def test_a_removal_joins_a_hold_on_removed_content(city: HoldingCity, site: PlazaSite) -> None:
    city.issue(words="removed:yes")
    assert city.held() == set()
    del site.comments["p1"]["c1"]
    city.night(SECOND)
    assert city.check(SECOND).removed == ["c1"]
    city.holds.reconcile().settle()
    assert city.held() == {("comment", "c1")}
    assert city.bearing() == city.objects_of(("comment", "c1"))


def test_a_night_reads_only_what_new_runs_brought(city: HoldingCity, site: PlazaSite) -> None:
    city.issue(words="dog")
    site.comment("p2", "c9", "A dog chased the sweeper")
    city.night(SECOND)
    old = {one.part.key for one in city.archive.parts(Role.RECORDS) if one.sequence == 1}
    read: list[str] = []
    table = city.archive.table
    city.archive.table = lambda part, columns=None: read.append(part.key) or table(part, columns)  # type: ignore[method-assign,func-returns-value]
    city.holds.reconcile().settle()
    searched = [key for key in read if key.startswith("records/")]
    # The old object is opened once, to see where the item that joined lies in it; the search leaves it.
    assert searched.count(*old) == 1
    read.clear()
    city.holds.reconcile().settle()
    assert read == []


def test_each_look_is_a_paper_that_says_up_to_where(city: HoldingCity, site: PlazaSite) -> None:
    city.issue(words="dog")
    site.comment("p2", "c9", "A dog chased the sweeper")
    city.night(SECOND)
    city.holds.reconcile().settle()
    city.night(THIRD)
    city.holds.reconcile().settle()
    papers = [city.cabinet.read(filed, Joined) for filed in city.cabinet.history("hold-items", "LIT-1")]
    told = [(one.after, one.through, one.count, one.total) for one in papers]
    assert told == [(0, 1, 2, 2), (1, 2, 1, 3), (2, 3, 0, 3)]
    assert papers[1].items == {SLUG: {"comment": ["c9"]}}


def test_the_tables_follow_from_the_objects_alone(city: HoldingCity, site: PlazaSite) -> None:
    city.issue(words="dog")
    city.issue("LIT-2", people=("Sam Ito",), unnamed=False)
    site.comment("p2", "c9", "A dog chased the sweeper")
    city.night(SECOND)
    city.holds.reconcile().settle()
    city.issue("LIT-3", words="sweeping")
    city.release("LIT-3")
    before = city.tables()
    city.rebuilt()
    assert city.tables() == before
    assert {hold for *_, hold, _ in before[0]} == {"LIT-1", "LIT-2"}


def test_it_works_the_same_on_postgresql(postgres: PostgreSQL, tmp_path: Path, site: PlazaSite) -> None:
    city = HoldingCity(tmp_path, site, books_url=postgres.make_database())
    city.night(FIRST)
    city.issue(words="dog")
    city.issue("LIT-2", items=("c2", "p2"))
    site.comment("p2", "c9", "A dog chased the sweeper")
    city.night(SECOND)
    city.holds.reconcile().settle()
    assert ("comment", "c9") in city.held("LIT-1")
    city.release("LIT-1")
    assert city.bearing() == city.objects_of(("comment", "c2"), ("post", "p2"))
    before = city.tables()
    city.rebuilt()
    assert city.tables() == before


def test_the_engine_is_told_of_active_holds_only(city: HoldingCity) -> None:
    city.issue(words="dog")
    city.issue("LIT-2", items=("c1",))
    on = city.holds.on(SLUG)
    assert [held.hold for held in on[Kind.COMMENT, "c1"]] == ["LIT-1", "LIT-2"]
    assert [held.matter for held in on[Kind.POST, "p1"]] == ["Ruiz v. City"]
    city.release("LIT-1")
    assert {item: [held.hold for held in holds] for item, holds in city.holds.on(SLUG).items()} == {
        (Kind.COMMENT, "c1"): ["LIT-2"]
    }


def test_the_hold_of_a_closed_request_says_when_it_ends(city: HoldingCity) -> None:
    city.holds.issue("PRA-7", "Request PRA-7", Scope(items=("c1",)), Trigger.REQUEST, CLERK, HoldKind.REQUEST)
    (held,) = city.holds.on(SLUG)[Kind.COMMENT, "c1"]
    assert (held.kind, held.ends_on) == (HoldKind.REQUEST, None)
    today = archive_day(city.clock())
    city.holds.close("PRA-7", today, CLERK)
    (held,) = city.holds.on(SLUG)[Kind.COMMENT, "c1"]
    assert held.ends_on == today + timedelta(days=90)
    city.holds.reconcile().settle()
    assert city.bearing() == city.objects_of(("comment", "c1"))
    city.later += timedelta(days=91)
    city.holds.reconcile().settle()
    assert city.bearing() == set()


def test_nothing_is_decided_while_a_hold_is_issued_and_not_yet_gathered(city: HoldingCity) -> None:
    papers = city.holds._papers
    scope = Scope(words="dog", meaning="“dog”")
    papers.issue(
        Issued("LIT-1", HoldKind.LITIGATION, "Ruiz v. City", Trigger.CLAIM, scope, COUNSEL, city.clock())
    )
    with pytest.raises(PersonNeeded, match="not gathered yet: first `paloverde hold reconcile`"):
        city.holds.on(SLUG)
    city.holds.reconcile().settle()
    assert (Kind.COMMENT, "c1") in city.holds.on(SLUG)


def test_nothing_is_decided_where_the_database_has_lost_a_held_item(city: HoldingCity) -> None:
    city.issue(words="dog")
    with city.vault.books.begin() as connection:
        connection.execute(delete(HELD_ITEMS).where(HELD_ITEMS.c.native_id == "c1"))
    with pytest.raises(ArchiveDamaged, match="lacks items that the hold LIT-1 keeps"):
        holds_on(city.vault.books, city.cabinet, SLUG)
    city.rebuilt()
    assert (Kind.COMMENT, "c1") in city.holds.on(SLUG)


def test_widening_looks_at_the_whole_archive_again_and_takes_nothing_out(city: HoldingCity) -> None:
    city.issue(words="dog")
    kept = city.holds.amend("LIT-1", Scope(words="sweeping"), "the claim was amended", COUNSEL)
    assert city.held() == {("post", "p1"), ("comment", "c1"), ("post", "p2")}
    assert kept.gathered.items == 1
    assert "since the hold was widened" in kept.hold.sentence()
    assert city.bearing() == city.objects_of(*city.held())


@pytest.mark.parametrize(
    ("scope", "held"),
    [
        ({"people": ("sam ito",)}, {"c2"}),
        ({"people": ("u-sam",)}, {"c2"}),
        ({"people": ("Sam Ito",), "words": "dog"}, set()),
        ({"words": "dog NOT park"}, {"c1"}),
        ({"words": "*"}, {"p1", "p2", "c1", "c2"}),
        ({"accounts": (SLUG,)}, {"p1", "p2", "c1", "c2"}),
        ({"items": (f"{SLUG}/comment/c2",)}, {"c2"}),
        ({"items": (f"{SLUG}/post/c2",)}, set()),
        ({"items": ("c2", "p2")}, {"c2", "p2"}),
        ({"since": date(2026, 10, 31), "until": date(2026, 11, 1), "words": "dog"}, {"p1", "c1"}),
        ({"since": date(2026, 11, 2)}, set()),
        ({"words": "sweeping", "items": ("c2",)}, {"p2", "c2"}),
    ],
)
def test_a_scope_holds_what_it_says(city: HoldingCity, scope: dict[str, object], held: set[str]) -> None:
    city.issue(**scope)
    assert {native_id for kind, native_id in city.held() if kind in ("post", "comment")} == held


def test_what_bears_no_date_and_no_name_is_held_where_it_may_belong(tmp_path: Path) -> None:
    """Hand-made rows: some sites give neither."""
    unnamed = {"poster_name": None, "poster_id": None, "poster_missing": "API_NOT_EXPOSED"}
    rows = [
        record("dated", "No dogs", posted_at=datetime(2026, 2, 1, 20, tzinfo=UTC)),
        record("undated", "No dogs", posted_at=None),
        record("unnamed", "No dogs", **unnamed),
        record("sam", "No dogs", poster_name="Sam Ito"),
        record("link", "No dogs", permalink="https://www.example.org/p/1/"),
        record("message", "No dogs", kind="message", visibility="private"),
    ]
    archive = make_archive(tmp_path, rows)

    def found(**scope: Any) -> set[str]:
        return {item.native_id for item in items_in(archive, Scope(**scope), 0, 9)}

    everything = {"dated", "undated", "unnamed", "sam", "link", "message"}
    assert found(words="dogs") == everything
    assert found(since=date(2026, 3, 1)) == everything - {"dated"}
    assert found(until=date(2026, 2, 1)) == {"dated", "undated"}
    assert found(people=("Sam Ito",)) == {"sam", "unnamed"}
    assert found(people=("Sam Ito",), unnamed=False) == {"sam"}
    assert found(items=("http://example.org/p/1#top",)) == {"link"}
    assert found(words="cats") == set()
    assert {item.native_id for item in items_in(archive, Scope(words="dogs"), 1, 9)} == set()


def test_a_named_item_that_is_not_there_yet_is_told_and_joins_when_it_comes(
    city: HoldingCity, site: PlazaSite
) -> None:
    kept = city.issue(items=("c1", "c77"))
    assert city.holds.absent(kept.hold.scopes[0]) == ["c77"]
    site.comment("p2", "c77", "Here I am")
    city.night(SECOND)
    city.holds.reconcile().settle()
    assert city.held() == {("comment", "c1"), ("comment", "c77")}
    assert city.holds.absent(kept.hold.scopes[0]) == []


def test_a_scope_that_cannot_be_put_is_refused_before_anything_is_filed(city: HoldingCity) -> None:
    with pytest.raises(BadQuestion, match="about nothing"):
        city.holds.issue("LIT-1", "A matter", Scope(), Trigger.CLAIM, COUNSEL)
    with pytest.raises(BadQuestion, match="cannot be understood"):
        city.issue(words='"dog')
    with pytest.raises(UnknownAccount, match="x-nobody"):
        city.issue(accounts=("x-nobody",))
    with pytest.raises(BadQuestion, match="exchange them"):
        city.issue(since=SECOND, until=FIRST)
    assert city.holds.all() == []


def test_the_search_for_a_hold_stands_in_the_ledger(city: HoldingCity) -> None:
    city.issue(words="dog")
    told = [entry.event for entry in city.ledger.entries()]
    assert [event.what for event in told] == ["hold issued", "search made", "hold looked"]
    assert told[1].about["hold"] == "LIT-1"
    assert told[1].about["scope"] == "with private records"
    assert told[1].actor == "Ana Ruiz, counsel, this test"


def test_a_database_that_was_rebuilt_over_damage_is_completed_by_the_next_reconciliation(
    city: HoldingCity, tmp_path: Path
) -> None:
    city.issue(words="dog")
    before = city.tables()
    (record,) = (one.part.key for one in city.archive.parts(Role.RECORDS))
    path = tmp_path / "archive" / record
    whole = path.read_bytes()
    path.chmod(0o600)
    path.write_bytes(whole[:-1] + b"?")
    said: list[str] = []
    refill_holds(city.vault, city.ledger, city.vault.books, said.append)
    assert len(said) == 1
    assert said[0].startswith("What the hold LIT-1 keeps could not be gathered again: ")
    path.write_bytes(whole)
    city.holds.reconcile().settle()
    assert city.tables() == before
