"""The set of objects that bear a legal hold is the union over the holds in force: at every step, after any death."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import suppress
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule
from sqlalchemy import select

from paloverde.archive.store import Store, open_store
from paloverde.archive.store.interface import Stored
from paloverde.errors import (
    ArchiveDamaged,
    BadSetting,
    PersonNeeded,
    StoreCannotPromise,
    TryAgain,
    Unreachable,
)
from paloverde.retention.facts import HoldKind
from paloverde.retention.hold_marks import changing_holds
from paloverde.retention.hold_scope import Scope
from paloverde.retention.holds import Trigger
from paloverde.state.books import changing
from paloverde.state.tables import COPIES, HELD_OBJECTS, PARTS
from plaza import PlazaSite, plaza
from retention.holding import CLERK, COUNSEL, FIRST, SECOND, SLUG, HoldingCity, Killed
from stores import NO_SERVER, bucket_at, find_s3


@pytest.fixture
def site() -> Iterator[PlazaSite]:
    with plaza() as running:
        running.post("p1", "The dog park opens on Monday")
        running.comment("p1", "c1", "My DOG is happy")
        running.comment("p1", "c2", "What about parking?", name="Sam Ito")
        yield running


@pytest.fixture
def city(tmp_path: Path, site: PlazaSite) -> HoldingCity:
    city = HoldingCity(tmp_path, site)
    city.night(FIRST)
    return city


class LyingStore:
    """A store that says yes to a legal hold and keeps none, or does not answer."""

    def __init__(self, store: Store, error: Exception | None = None) -> None:
        self._store, self._error = store, error

    def __getattr__(self, name: str) -> Any:
        return getattr(self._store, name)

    def set_legal_hold(self, stored: Stored, on: bool) -> None:
        if self._error:
            raise self._error


def use(city: HoldingCity, store: Any) -> None:
    city.use(msgspec.structs.replace(city.vault, store=store))


def test_only_what_no_other_hold_keeps_is_freed(city: HoldingCity) -> None:
    city.issue("LIT-1", items=("c1",))
    city.issue("LIT-2", items=("c1", "c2"))
    both = city.bearing()
    city.release("LIT-2")
    assert city.bearing() == city.objects_of(("comment", "c1"))
    city.release("LIT-1")
    assert both
    assert city.bearing() == set()
    assert city.tables() == (set(), set())


def test_a_legal_hold_that_somebody_took_off_is_set_again_and_told(city: HoldingCity) -> None:
    city.issue()
    some = sorted(city.bearing())[:2]
    for key in some:
        stored = city.vault.store.find(key)
        assert stored is not None
        city.vault.store.set_legal_hold(stored, on=False)
    done = city.holds.reconcile()
    done.settle()
    assert done.marked.placed == 2
    assert "2 legal holds were set now" in done.sentence()
    assert set(some) <= city.bearing()
    told = city.ledger.entries()[-1].event
    assert (told.what, told.about["objects"]) == ("legal holds reconciled", told.about["bearing"])


def test_a_store_that_keeps_no_legal_hold_is_found_out(city: HoldingCity) -> None:
    use(city, LyingStore(city.vault.store))
    with pytest.raises(
        StoreCannotPromise, match=r"0 of \d+ objects bear the legal hold.* took no legal hold"
    ):
        city.issue()
    with pytest.raises(StoreCannotPromise, match="0 of"):
        city.holds.reconcile().settle()
    city.healed()
    city.holds.reconcile().settle()
    assert city.bearing() == city.objects_of(*city.held())


def test_a_store_that_does_not_answer_is_asked_again_later(city: HoldingCity) -> None:
    use(city, LyingStore(city.vault.store, Unreachable("The store does not answer.")))
    with pytest.raises(TryAgain, match=r"LIT-1 is in force, .*The store does not answer"):
        city.issue()
    city.healed()
    city.issue()
    assert city.bearing() == city.objects_of(*city.held())


def test_a_second_copy_that_refuses_its_keys_leaves_the_hold_in_force_and_told_as_incomplete(
    tmp_path: Path, site: PlazaSite
) -> None:
    second: Any = LyingStore(open_store(f"file://{tmp_path}/second"))
    city = HoldingCity(tmp_path / "city", site, second)
    city.night(FIRST)
    copy(city, second)
    refused = BadSetting("The second copy does not accept these keys.")
    city.use(msgspec.structs.replace(city.vault, second=LyingStore(second, refused)))
    told = r"^LIT-1 is in force, and it is NOT COMPLETE.*hold reconcile.*does not accept these keys\.$"
    with pytest.raises(BadSetting, match=told):
        city.issue()
    held = city.objects_of(*city.held())
    assert city.bearing() == held  # the archive's own objects are marked, whatever the second copy says
    hold = city.holds.get("LIT-1")
    assert f"NOT COMPLETE: only 0 of {len(held)} objects were seen" in city.holds.lack(hold)
    city.use(msgspec.structs.replace(city.vault, second=second._store))
    city.holds.reconcile().settle()
    assert city.holds.lack(hold) == ""
    assert city.bearing(second._store) == held


def test_an_object_that_lost_its_legal_hold_is_counted_as_lacking_it(city: HoldingCity) -> None:
    city.issue()
    hold, number = city.holds.get("LIT-1"), len(city.bearing())
    assert city.holds.lack(hold) == ""
    some = city.vault.store.find(min(city.bearing()))
    assert some is not None
    city.vault.store.set_legal_hold(some, on=False)
    use(city, LyingStore(city.vault.store))
    with pytest.raises(StoreCannotPromise, match="took no legal hold"):
        city.holds.reconcile().settle()
    assert f"only {number - 1} of {number} objects were seen" in city.holds.lack(hold)
    city.healed()
    city.release()
    assert city.holds.lack(city.holds.get("LIT-1")) == ""


def test_an_object_that_is_missing_is_told_and_the_others_are_held_all_the_same(
    city: HoldingCity, tmp_path: Path
) -> None:
    city.issue()
    with city.vault.books.connect() as connection:
        keys = sorted(connection.execute(select(HELD_OBJECTS.c.key)).scalars())
    kept = tmp_path / "kept"
    shutil.move(tmp_path / "archive" / keys[0], kept)
    done = city.holds.reconcile()
    assert (done.marked.objects, done.marked.bearing) == (len(keys), len(keys) - 1)
    with pytest.raises(ArchiveDamaged, match=f"{keys[0]} is missing"):
        done.settle()
    shutil.move(kept, tmp_path / "archive" / keys[0])
    city.holds.reconcile().settle()


def test_one_hold_that_cannot_look_stops_no_other(city: HoldingCity, site: PlazaSite) -> None:
    city.issue("LIT-1", words="dog")
    city.issue("LIT-2", words="parking")
    site.comment("p1", "c8", "No dog, no parking")
    city.night(SECOND)
    find = city.holds._find

    def failing(scope: Scope, after: int, through: int) -> Any:
        if scope.words == "dog":
            raise ArchiveDamaged("This object is damaged.")
        return find(scope, after, through)

    city.holds._find = failing  # type: ignore[assignment]
    done = city.holds.reconcile()
    with pytest.raises(ArchiveDamaged, match="This object is damaged"):
        done.settle()
    assert ("comment", "c8") in city.held("LIT-2")
    assert ("comment", "c8") not in city.held("LIT-1")
    city.healed()
    city.holds.reconcile().settle()
    assert ("comment", "c8") in city.held("LIT-1")


def test_while_one_process_changes_holds_no_other_does(city: HoldingCity) -> None:
    vault = city.vault
    with changing_holds(vault):
        holds, scope = city.holds, Scope(words="dog")
        with pytest.raises(TryAgain, match="A change of litigation holds, or a destruction, is running"):
            holds.reconcile(wait=0.0)
        with pytest.raises(TryAgain, match="LIT-1 is in force, and it is NOT COMPLETE"):
            holds.issue("LIT-1", "Ruiz v. City", scope, Trigger.CLAIM, COUNSEL, wait=0.0)
    assert [hold.id for hold in city.holds.all()] == ["LIT-1"]
    with pytest.raises(PersonNeeded, match="is not gathered yet"):
        city.holds.on(SLUG)
    city.holds.reconcile().settle()
    assert city.bearing() == city.objects_of(("post", "p1"), ("comment", "c1"))


def replaced(city: HoldingCity) -> str:
    """An object that a disposition has replaced: no run names it any more, and it is not destroyed yet."""
    key = min(city.bearing())
    with changing(city.vault.books) as connection:
        connection.execute(PARTS.delete().where(PARTS.c.key == key))
    return key


def bears(city: HoldingCity, key: str) -> bool:
    stored = city.vault.store.find(key)
    assert stored is not None
    return city.vault.store.standing(stored).legal_hold


def test_a_replaced_object_is_freed_before_it_is_forgotten(city: HoldingCity) -> None:
    city.issue()
    key = replaced(city)
    city.release()
    assert not bears(city, key)
    assert city.tables() == (set(), set())


def test_a_replaced_object_keeps_its_legal_hold_while_any_hold_in_force_keeps_it(city: HoldingCity) -> None:
    city.issue()
    city.issue("LIT-2")
    key = replaced(city)
    city.release("LIT-2")
    city.holds.reconcile().settle()
    assert bears(city, key)
    city.release("LIT-1")
    assert not bears(city, key)


def test_a_replaced_object_that_is_gone_is_forgotten(city: HoldingCity) -> None:
    city.issue()
    key = replaced(city)
    (city.home / "archive" / key).unlink()
    assert city.holds.reconcile().marked.rewritten == 1
    assert all(row[0] != key for row in city.tables()[1])


def test_a_legal_hold_that_no_hold_wants_is_named_and_left(tmp_path: Path, site: PlazaSite) -> None:
    second = open_store(f"file://{tmp_path}/second")
    city = HoldingCity(tmp_path / "city", site, second)
    city.night(FIRST)
    copy(city, second)
    assert city.holds.last_strays() is None
    assert city.holds.search_strays("a test").found == ()
    key = min(city.objects_of(("post", "p1")))
    by_hand = second.find(key)
    assert by_hand is not None
    second.set_legal_hold(by_hand, on=True)
    done = city.holds.search_strays("a test")
    assert [(one.store, one.key) for one in done.found] == [(second.description, key)]
    assert "1 bear a legal hold that no hold wants" in done.sentence()
    assert key in done.sentence()
    assert second.standing(by_hand).legal_hold
    city.rebuilt()
    assert city.holds.last_strays() == done
    city.issue(items=("p1",))
    assert city.holds.search_strays("a test").found == ()


def test_what_a_restored_archive_has_forgotten_holding_is_named(city: HoldingCity, tmp_path: Path) -> None:
    older = tmp_path / "older"
    shutil.copytree(city.home, older, ignore=shutil.ignore_patterns("older"))
    city.issue()
    held = city.bearing()
    for lock in (city.home / "archive" / ".locks").rglob("*.json"):
        name = lock.relative_to(city.home)
        (older / name).parent.mkdir(parents=True, exist_ok=True)
        if (older / "archive" / name.relative_to("archive/.locks").with_suffix("")).exists():
            shutil.copy(lock, older / name)
    restored = HoldingCity(older, city.site)
    assert restored.holds.all() == []
    assert {one.key for one in restored.holds.search_strays("a test").found} == held


def writes(work: Any, city: HoldingCity) -> int:
    """How many writes of the store and the database some work takes."""
    counting = city.failing(10**9)
    work(city)
    city.healed()
    return counting.count


@pytest.mark.parametrize("work", ["issue", "release", "end", "night"])
def test_a_death_at_any_write_ends_in_the_same_state(tmp_path: Path, site: PlazaSite, work: str) -> None:
    """Each write of store or database is once the one that never happens; then the same is done again."""

    prepared = HoldingCity(tmp_path / "prepared", site)
    prepared.night(FIRST)
    if work == "end":
        request = Scope(words="dog")
        prepared.holds.issue("PRA-7", "Request 7", request, Trigger.REQUEST, CLERK, HoldKind.REQUEST)
        prepared.holds.close("PRA-7", None, CLERK)
    elif work != "issue":
        prepared.issue()
    if work == "night":
        prepared.issue("LIT-0", items=("c2",))
        site.comment("p1", "c9", "A dog chased the sweeper")
        prepared.night(SECOND)

    def again(name: str) -> HoldingCity:
        city = HoldingCity(shutil.copytree(prepared.home, tmp_path / name), site)
        city.later = timedelta(days=91) if work == "end" else timedelta()
        return city

    todo = {
        "issue": lambda city: city.issue(),
        "release": lambda city: city.release(),
        "end": lambda city: city.holds.reconcile().settle(),
        "night": lambda city: city.holds.reconcile().settle(),
    }[work]
    whole = again("whole")
    number = writes(todo, whole)
    assert number > 10
    for fatal in range(1, number + 1):
        city = again(str(fatal))
        city.failing(fatal)
        with pytest.raises(Killed):
            todo(city)
        city.healed()
        if work != "issue":
            city.holds.on(SLUG)  # a decision can be made, and is refused nothing
        if fatal % 2 == 0:  # nobody comes back to it, and the night completes what had begun
            city.holds.reconcile().settle()
        todo(city)
        assert state(city) == state(whole), f"death at write {fatal} of {number}"
        tables = city.tables()
        city.ledger.settle(patience=0.0)  # as the log does before it signs a head
        city.rebuilt()
        assert city.tables() == tables, f"death at write {fatal} of {number}, then the database was lost"


def state(city: HoldingCity) -> Any:
    items, objects = city.tables()
    kinds = sorted(key.partition("/")[0] for key in city.bearing())
    return {item[:4] for item in items}, sorted(key.partition("/")[0] for key, *_ in objects), kinds


def test_both_copies_bear_the_legal_hold_and_both_are_freed(tmp_path: Path, site: PlazaSite) -> None:
    second = open_store(f"file://{tmp_path}/second")
    city = HoldingCity(tmp_path / "city", site, second)
    city.night(FIRST)
    copy(city, second)
    kept = city.issue()
    assert kept.marked.copies == kept.marked.copies_bearing == kept.marked.objects > 0
    assert city.bearing(second) == city.bearing() == city.objects_of(*city.held())
    assert "second copies do" in kept.marked.sentence()
    city.release()
    assert city.bearing(second) == city.bearing() == set()


def copy(city: HoldingCity, second: Store) -> None:
    """What the second copy's own process does."""
    with changing(city.vault.books) as connection:
        for row in connection.execute(select(PARTS).distinct()).mappings().all():
            stored = Stored(row["key"], row["version_id"], row["sha256"], row["size"])
            lies = second.put(stored.key, city.vault.store.get(stored), locked_until=None)
            values = {
                "key": stored.key, "version_id": stored.version_id, "copy_version_id": lies.version_id,
                "sha256": stored.sha256, "size": stored.size, "copied_at": city.clock(),
            }  # fmt: skip
            connection.execute(COPIES.insert().values(values))


@pytest.mark.s3
def test_the_server_refuses_to_delete_what_is_held_even_with_the_right_to_lift_locks(
    tmp_path: Path, site: PlazaSite
) -> None:
    access = find_s3()
    if access is None:
        pytest.skip(NO_SERVER)
    with bucket_at("s3", access) as place:
        city = HoldingCity(tmp_path, site)
        city.vault = msgspec.structs.replace(city.vault, store=place.store())
        city.healed()
        city.night(FIRST)
        city.issue()
        held = city.bearing()
        assert held == city.objects_of(*city.held())
        stored = city.vault.store.find(min(held))
        assert stored is not None
        client: Any = city.vault.store
        which = {"Bucket": client.bucket, "Key": stored.key, "VersionId": stored.version_id}
        with pytest.raises(client.client.exceptions.ClientError, match="AccessDenied"):
            client.client.delete_object(**which, BypassGovernanceRetention=True)
        city.release()
        assert city.bearing() == set()
        client.client.delete_object(**which, BypassGovernanceRetention=True)
        assert city.vault.store.find(stored.key) is None


NAMES = ["LIT-1", "LIT-2", "LIT-3"]
ITEMS = ["p1", "p2", "c1", "c2", "c3", "c4"]


class HoldsThatComeAndGo(RuleBasedStateMachine):
    """Holds over shared objects: issued, widened, released, reconciled, across nights, and over a lost database."""

    def __init__(self) -> None:
        super().__init__()
        self.world = plaza()
        self.site = self.world.__enter__()
        self.folder = Path(_FOLDERS.pop())
        for post in ("p1", "p2"):
            self.site.post(post, f"Post {post}")
        for number, post in ((1, "p1"), (2, "p1"), (3, "p2")):
            self.site.comment(post, f"c{number}", f"Comment {number}")
        self.city = HoldingCity(self.folder, self.site)
        self.day = FIRST
        self.city.night(self.day)
        self.scopes: dict[str, set[str]] = {}
        self.rounds = 0

    def name(self, short: str) -> str:
        return f"{short}-{self.rounds}"

    @rule(short=st.sampled_from(NAMES), items=st.sets(st.sampled_from(ITEMS), min_size=1))
    def issue(self, short: str, items: set[str]) -> None:
        if self.name(short) in self.scopes:
            scope = Scope(items=tuple(sorted(items)))
            self.city.holds.amend(self.name(short), scope, "more is at issue", COUNSEL)
        else:
            self.city.issue(self.name(short), items=tuple(sorted(items)))
        self.scopes.setdefault(self.name(short), set()).update(items)

    @precondition(lambda self: self.scopes)
    @rule(data=st.data())
    def release(self, data: st.DataObject) -> None:
        hold = data.draw(st.sampled_from(sorted(self.scopes)))
        self.city.release(hold)
        del self.scopes[hold]
        self.rounds += 1

    @precondition(lambda self: self.scopes)
    @rule(data=st.data(), fatal=st.integers(1, 25))
    def die_while_releasing(self, data: st.DataObject, fatal: int) -> None:
        hold = data.draw(st.sampled_from(sorted(self.scopes)))
        self.city.failing(fatal)
        with suppress(Killed):
            self.city.release(hold)
        self.city.healed()
        self.city.holds.reconcile().settle()
        if self.city.holds.get(hold).released:
            del self.scopes[hold]
            self.rounds += 1

    @rule()
    def a_night(self) -> None:
        self.day += timedelta(days=1)
        if self.day > date(2026, 11, 21):
            return
        self.site.comment("p2", "c4", f"Comment on {self.day}")
        self.city.night(self.day)
        self.city.holds.reconcile().settle()

    @rule()
    def lose_the_database(self) -> None:
        self.city.rebuilt()

    @invariant()
    def what_bears_a_legal_hold_is_the_union_of_the_holds_in_force(self) -> None:
        wanted = {native_id for items in self.scopes.values() for native_id in items}
        known = {("post" if one.startswith("p") else "comment", one) for one in wanted}
        known = {one for one in known if one[1] != "c4" or "c4" in self.site.comments.get("p2", {})}
        assert self.city.held() == known
        assert self.city.bearing() == (self.city.objects_of(*known) if known else set())

    def teardown(self) -> None:
        self.world.__exit__(None, None, None)
        shutil.rmtree(self.folder, ignore_errors=True)


_FOLDERS: list[str] = []


def test_holds_that_come_and_go_over_shared_objects(tmp_path: Path) -> None:
    _FOLDERS.extend(str(tmp_path / f"{number:04}") for number in range(2_000))
    machine = HoldsThatComeAndGo.TestCase
    machine.settings = settings(
        max_examples=12, stateful_step_count=8, deadline=None, database=None,
        suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much],
    )  # fmt: skip
    machine("runTest").runTest()
