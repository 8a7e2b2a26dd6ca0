"""Every object lies twice, under the same lock, and whichever copy is lost comes back from the other."""

from __future__ import annotations

import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import event

from doubled import Doubled, all_kept, directories, file_of, spoil
from paloverde.archive.agreement import fingerprint
from paloverde.archive.copies import copy_all
from paloverde.archive.fixity import Condition, note_checks
from paloverde.archive.kept import everything, waiting_for_check
from paloverde.archive.store import Store
from paloverde.errors import BadSetting, Unreachable
from paloverde.installation import Installation, Purpose, open_installation
from paloverde.retention.hold_marks import changing_holds
from paloverde.search.answer import search
from paloverde.settings import load
from paloverde.state.books import changing
from paloverde.state.tables import COPIES, PARTS, REPAIRS
from stores import NO_SERVER, Place, bucket_at, find_s3


@pytest.fixture
def both(tmp_path: Path) -> Doubled:
    return directories(tmp_path / "city")


@pytest.fixture
def bucket() -> Iterator[Place]:
    access = find_s3()
    if access is None:
        pytest.skip(NO_SERVER)
    with bucket_at("s3", access) as place:
        yield place


def held_twice(city: Installation, first: Store, second: Store) -> list[str]:
    """What is not in both copies with the same bytes, lock and hold."""
    faults = []
    for kept in all_kept(city):
        copy = kept.copy
        if copy is None:
            faults.append(f"{kept.stored.key} is not copied")
            continue
        second.check(copy)
        one, other = first.standing(kept.stored), second.standing(copy)
        if (one.locked_until, one.legal_hold) != (other.locked_until, other.legal_hold):
            faults.append(f"{kept.stored.key} stands otherwise in the second copy")
    return faults


def test_everything_is_copied_under_the_lock_and_hold_of_the_original(both: Doubled) -> None:
    city = both.filled()
    assert {kept.what for kept in all_kept(city)} >= {
        "records",
        "exchanges",
        "media",
        "seal",
        "ledger",
        "paper",
    }
    victim = next(kept.stored for kept in all_kept(city) if kept.what == "media")
    city.vault.store.set_legal_hold(victim, on=True)
    city.vault.store.extend(victim, datetime.now(UTC) + timedelta(days=3000))
    both.second = Place("third", f"file://{both.home}/third")
    city = both.open(Purpose.REBUILD)
    city.rebuild(lambda _: None)  # the table knows nothing of the new place
    assert city.copies.copy().copied == len(all_kept(city))
    assert city.vault.second is not None
    assert held_twice(city, city.vault.store, city.vault.second) == []


def test_what_is_there_is_not_copied_again(both: Doubled) -> None:
    city = both.filled()
    assert city.copies.copy().copied == 0
    both.hand_in(city, "later")
    report = city.copies.copy()
    assert 0 < report.copied < len(all_kept(city))
    assert "are in both copies" in report.sentence()


def test_a_row_that_was_lost_costs_one_look_and_no_second_object(both: Doubled) -> None:
    city = both.filled()
    before = sorted(path for path in Path(both.second.url.removeprefix("file://")).rglob("*"))
    with city.vault.books.begin() as connection:
        connection.execute(COPIES.delete())
    assert city.copies.copy().copied == len(all_kept(city))
    assert sorted(path for path in Path(both.second.url.removeprefix("file://")).rglob("*")) == before


def test_a_copy_that_breaks_off_goes_on_where_it_was(both: Doubled) -> None:
    city = both.filled()
    both.second = Place("full", f"file://{both.home}/full")
    city = both.open(Purpose.REBUILD)
    city.rebuild(lambda _: None)
    folder = Path(both.second.url.removeprefix("file://")) / "records"
    folder.parent.mkdir()
    folder.write_text("in the way")
    with pytest.raises(Unreachable):
        city.copies.copy()
    folder.unlink()
    city.copies.copy()
    assert city.vault.second is not None
    assert held_twice(city, city.vault.store, city.vault.second) == []


def test_another_second_place_is_not_taken_for_the_one_before(both: Doubled) -> None:
    both.filled()
    both.second = Place("other", f"file://{both.home}/other")
    with pytest.raises(BadSetting, match="another second copy than before"):
        both.open().copies.copy()
    both.open(Purpose.REBUILD).rebuild(lambda _: None)
    city = both.open()
    assert city.copies.copy().copied == len(all_kept(city))


def test_what_is_damaged_here_is_named_and_the_rest_is_copied(both: Doubled) -> None:
    city = both.filled()
    both.hand_in(city, "later")
    victim = next(k.stored.key for k in all_kept(city) if k.copy is None and k.what == "records")
    spoil(both.first, victim)
    report = city.copies.copy()
    assert len(report.failed) == 1
    assert victim in report.failed[0]
    assert sum(kept.copy is None for kept in all_kept(city)) == 1


def test_without_a_second_place_it_says_what_to_set(tmp_path: Path) -> None:
    city = open_installation(load({"PALOVERDE_HOME": str(tmp_path)}))
    with pytest.raises(BadSetting, match="PALOVERDE_SECOND_STORE"):
        city.copies.copy()


def test_both_copies_are_compared_by_hash(both: Doubled) -> None:
    city = both.filled()
    assert city.copies.compare().is_whole
    victim = next(kept.stored.key for kept in all_kept(city) if kept.what == "media")
    spoil(both.second, victim)
    report = city.copies.compare()
    assert len(report.damaged) == 1
    assert report.damaged[0].startswith("In the second copy")
    assert victim in report.damaged[0]


def moves(both: Doubled, to: Place) -> None:
    """The archive moves: its second copy is made there, then the two change their places."""
    city = both.filled()
    before, said = fingerprint(city.vault.books), str(search(city.archive, "sweeping").hits)
    home_of_old = both.first
    both.second = to
    city = both.open(Purpose.REBUILD)
    city.rebuild(lambda _: None)
    city.copies.copy()
    before = fingerprint(city.vault.books)
    both.first, both.second = to, home_of_old
    city = both.open(Purpose.REBUILD)
    rebuilt = city.rebuild(lambda _: None)
    assert (rebuilt.missing, rebuilt.unrepaired, rebuilt.left_out) == ([], [], [])
    assert fingerprint(city.vault.books) == before
    city = both.open()
    city.copies.copy()  # what the ledger tells of the settings that the move changed
    assert str(search(city.archive, "sweeping").hits) == said
    assert city.vault.second is not None
    assert held_twice(city, city.vault.store, city.vault.second) == []
    both.hand_in(city, "after the move")
    city.copies.copy()
    assert city.check_fixity().is_whole
    assert both.open().check_fixity().is_whole


def test_an_archive_moves_from_a_directory_to_another(both: Doubled) -> None:
    moves(both, Place("new", f"file://{both.home}/new"))


@pytest.mark.s3
def test_an_archive_moves_from_a_directory_to_s3_though_seals_name_its_old_versions(
    both: Doubled, bucket: Place
) -> None:
    moves(both, bucket)
    city = both.open()
    with city.vault.books.connect() as connection:
        stand_ins = connection.execute(REPAIRS.select()).all()
    assert {row.version_id for row in stand_ins} == {"1"}


def test_a_lost_first_store_comes_back_from_the_second(both: Doubled) -> None:
    city = both.filled()
    before = fingerprint(city.vault.books)
    both.lose_database()
    both.first = Place("fresh", f"file://{both.home}/fresh")
    city = both.open(Purpose.REBUILD)
    assert city.copies.restore().failed == []
    city.rebuild(lambda _: None)
    assert fingerprint(city.vault.books) == before
    assert city.vault.second is not None
    assert held_twice(city, city.vault.store, city.vault.second) == []
    assert both.open().check_fixity().is_whole


def test_a_copy_that_is_damaged_is_not_put_back(both: Doubled) -> None:
    city = both.filled()
    victim = next(kept.stored.key for kept in all_kept(city) if kept.what == "records")
    spoil(both.second, victim)
    file_of(both.first, victim).unlink()
    report = city.copies.restore()
    assert len(report.failed) == 1
    assert victim in report.failed[0]
    assert not file_of(both.first, victim).exists()


def test_what_is_destroyed_while_copying_does_not_come_back(both: Doubled) -> None:
    city = both.filled()
    both.hand_in(city, "later")
    books, second = city.vault.books, city.vault.second
    assert second is not None
    victim = next(kept.stored.key for kept in all_kept(city) if kept.what == "media" and not kept.copy)

    @contextmanager
    def after_a_destruction() -> Iterator[None]:
        with changing(books) as connection:
            connection.execute(PARTS.delete().where(PARTS.c.key == victim))
        yield

    copy_all(city.vault, lambda _: None, after_a_destruction)
    assert second.find(victim) is None


def test_copying_waits_for_a_destruction(both: Doubled) -> None:
    city = both.filled()
    both.hand_in(city, "later")
    before = len(list(city.vault.second.walk(""))) if city.vault.second else 0
    with changing_holds(city.vault) as turn, ThreadPoolExecutor(1) as pool:
        copying = pool.submit(city.copies.copy)
        time.sleep(0.3)
        assert city.vault.second is not None
        assert len(list(city.vault.second.walk(""))) == before
        assert not copying.done()
        turn.give()
        assert copying.result().copied > 0


def test_comparing_names_what_lies_in_the_second_copy_and_that_nothing_lists(both: Doubled) -> None:
    city = both.filled()
    assert city.copies.compare().is_whole
    victim = next(kept.stored.key for kept in all_kept(city) if kept.what == "media")
    with changing(city.vault.books) as connection:
        connection.execute(PARTS.delete().where(PARTS.c.key == victim))
    report = city.copies.compare()
    assert (report.strays, report.is_whole) == ([victim], False)
    assert victim in report.sentence()


def test_a_second_copy_that_is_no_longer_set_is_told(both: Doubled) -> None:
    both.filled()
    given = {name: value for name, value in both.environment().items() if "SECOND" not in name}
    city = open_installation(load(given))
    assert "The second copy is no longer set" in city.check_fixity().sentence()
    assert "The second copy is no longer set" in city.promise()
    with pytest.raises(BadSetting, match="The second copy is no longer set"):
        city.copies.copy()


def test_going_through_everything_asks_the_database_seldom(both: Doubled) -> None:
    books = both.filled().vault.books
    with changing(books) as connection:
        rows = [
            {
                "key": f"media/{number:064d}", "version_id": "1", "sequence": 1, "of_run": 1, "role": "media",
                "account": "a", "day": date(2026, 3, 2), "sha256": "0" * 64, "size": 1, "rows": 0,
                "undated": 0,
            }
            for number in range(3_000)
        ]  # fmt: skip
        connection.execute(PARTS.insert(), rows)
    asked: list[str] = []
    event.listen(books, "before_cursor_execute", lambda *given: asked.append(given[2]))
    found = [kept for batch in everything(books) for kept in batch]
    assert len({kept.stored.key for kept in found}) == len(found) > 3_000
    assert sum("UNION ALL" in statement for statement in asked) <= 2
    asked.clear()
    begun = datetime.now(UTC)
    for batch in waiting_for_check(books, begun):
        note_checks(books, [Condition(kept, "", "", "", 1) for kept in batch], begun)
    assert sum("UNION ALL" in statement for statement in asked) <= 2
