"""Whatever is damaged is found, and put back from the other copy; what is whole nowhere is named."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from sqlalchemy import Table, update

from doubled import Doubled, all_kept, directories, file_of, spoil
from paloverde.archive.agreement import COMPARED, fingerprint
from paloverde.archive.repair import mend_all
from paloverde.archive.seal import Role
from paloverde.archive.store import Store, Stored
from paloverde.archive.store.s3 import S3Store
from paloverde.errors import ArchiveDamaged, TryAgain
from paloverde.installation import Installation, Purpose, open_installation
from paloverde.retention.hold_marks import changing_holds
from paloverde.settings import load
from paloverde.state.tables import CHECKS, COPIES, FILED, ITEMS, LEDGER, LOG, PARTS, REPAIRS, RUNS
from stores import NO_SERVER, bucket_at, find_s3

KINDS = ("records", "sightings", "exchanges", "media", "seal", "ledger", "paper", "log")


@pytest.fixture
def both(tmp_path: Path) -> Doubled:
    return directories(tmp_path / "city")


def one_of(city: Installation, what: str) -> Stored:
    return next(kept.stored for kept in all_kept(city) if kept.what == what)


def flip(path: Path) -> None:
    body = bytearray(path.read_bytes())
    body[len(body) // 2] ^= 1
    path.write_bytes(bytes(body))


def cut(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:-1])


def lose(path: Path) -> None:
    path.unlink()


@pytest.mark.parametrize("damage", [flip, cut, lose])
@pytest.mark.parametrize("copy", ["first", "second"])
def test_every_kind_of_object_is_found_damaged_and_repaired(
    both: Doubled, copy: str, damage: Callable[[Path], None]
) -> None:
    city = both.filled()
    victims = [one_of(city, what) for what in KINDS]
    standings = [city.vault.store.standing(stored) for stored in victims]
    for stored in victims:
        damage(file_of(getattr(both, copy), stored.key))
    report = city.check_fixity()
    assert sorted({one for told in report.damaged for one in keys_of(victims) if one in told}) == keys_of(
        victims
    )
    repaired = city.copies.repair()
    assert (repaired.found, repaired.repaired, repaired.lost) == (len(KINDS), len(KINDS), [])
    assert city.check_fixity().is_whole
    assert [city.vault.store.standing(stored) for stored in victims] == standings


def keys_of(victims: list[Stored]) -> list[str]:
    return sorted(stored.key for stored in victims)


def test_the_damaged_bytes_stay_as_evidence(both: Doubled) -> None:
    city = both.filled()
    victim = one_of(city, "records")
    spoil(both.first, victim.key)
    damaged = file_of(both.first, victim.key).read_bytes()
    city.check_fixity()
    city.copies.repair()
    folder = file_of(both.first, f".damaged/{victim.key}").parent
    assert [path.read_bytes() for path in folder.iterdir()] == [damaged]
    assert victim.key not in [stored.key for stored in city.vault.store.walk(".damaged/")]


def test_a_repair_is_an_event_of_the_ledger(both: Doubled) -> None:
    city = both.filled()
    victim = one_of(city, "media")
    spoil(both.first, victim.key)
    city.check_fixity()
    city.copies.repair()
    (event,) = [e.event for e in city.ledger.entries() if e.event.what == "object repaired"]
    assert (event.about["key"], event.about["sha256"]) == (victim.key, victim.sha256)


def test_what_is_damaged_in_both_copies_is_lost_and_named_every_time(both: Doubled) -> None:
    city = both.filled()
    victim = one_of(city, "media")
    for place in (both.first, both.second):
        spoil(place, victim.key)
    city.check_fixity()
    for _ in range(2):
        report = city.copies.repair()
        assert (report.repaired, report.lost) == (0, [victim.key])
        assert "LOST" in report.sentence()
        assert not city.check_fixity().is_whole


def test_a_seal_that_is_damaged_in_both_copies_comes_back_from_the_database(both: Doubled) -> None:
    city = both.filled()
    for what in ("seal", "ledger", "paper"):
        for place in (both.first, both.second):
            spoil(place, one_of(city, what).key)
    city.check_fixity()
    report = city.copies.repair()
    assert (report.found, report.repaired) == (3, 3)
    assert city.check_fixity().is_whole


def test_a_lock_that_was_taken_off_is_put_on_again(both: Doubled) -> None:
    city = both.filled()
    victim = one_of(city, "records")
    before = city.vault.store.standing(victim)
    for place in (both.first, both.second):
        file_of(place, f".locks/{victim.key}.json").unlink()
    file_of(both.first, f".locks/{one_of(city, 'media').key}.json").write_text("{not json")
    assert len(city.check_fixity().damaged) == 2
    assert city.copies.repair().lost == []
    assert city.check_fixity().is_whole
    after = city.vault.store.standing(victim)
    assert after.locked_until is not None
    assert before.locked_until is not None
    assert after.locked_until >= before.locked_until


def test_a_hold_that_its_copy_lacks_is_put_on_it(both: Doubled) -> None:
    city = both.filled()
    victim = one_of(city, "media")
    city.vault.store.set_legal_hold(victim, on=True)
    assert "legal hold" in " ".join(city.check_fixity().damaged)
    city.copies.repair()
    assert city.vault.second is not None
    assert city.vault.second.standing(victim).legal_hold


@pytest.mark.s3
class TestOnAServerThatLocks:
    @pytest.fixture
    def both(self, tmp_path: Path) -> Iterator[Doubled]:
        access = find_s3()
        if access is None:
            pytest.skip(NO_SERVER)
        with bucket_at("s3", access) as first, bucket_at("s3", access) as second:
            (tmp_path / "city").mkdir()
            yield Doubled(tmp_path / "city", first, second)

    def test_a_missing_version_is_put_back_as_another_one_that_every_reader_reads(
        self, both: Doubled
    ) -> None:
        city = both.filled()
        before = fingerprint(city.vault.books)
        victims = [one_of(city, what) for what in KINDS]
        standings = [city.vault.store.standing(stored) for stored in victims]
        for stored in victims:
            delete(both.first.store(), stored)
        assert len(city.check_fixity().damaged) == len(victims)
        assert city.copies.repair().repaired == len(victims)
        city = both.open()
        for stored in victims:
            city.vault.store.check(stored)
        assert [city.vault.store.standing(stored) for stored in victims] == standings
        assert city.archive.table(next(iter(city.archive.parts(Role.RECORDS))).part).num_rows > 0
        assert city.check_fixity().is_whole
        both.lose_database()
        both.open(Purpose.REBUILD).rebuild(lambda _: None)
        city = both.open()
        assert city.check_fixity().is_whole
        assert fingerprint(city.vault.books, (RUNS, PARTS, ITEMS)) == {
            name: before[name] for name in ("runs", "parts", "items")
        }

    def test_a_copy_that_is_gone_is_made_again(self, both: Doubled) -> None:
        city = both.filled()
        victim = next(kept for kept in all_kept(city) if kept.what == "media")
        assert victim.copy is not None
        delete(both.second.store(), victim.copy)
        assert not city.check_fixity().is_whole
        assert city.copies.repair().repaired == 1
        assert city.check_fixity().is_whole


def delete(store: Store, stored: Stored) -> None:
    """What whoever may lift GOVERNANCE locks could do."""
    assert isinstance(store, S3Store)
    store.client.delete_object(
        Bucket=store.bucket, Key=stored.key, VersionId=stored.version_id, BypassGovernanceRetention=True
    )


ROWS: list[tuple[Table, str, object]] = [
    (RUNS, "body", "{}"),
    (RUNS, "sha256", "0" * 64),
    (RUNS, "pending", True),
    (RUNS, "digest", "f" * 64),
    (PARTS, "sha256", "0" * 64),
    (PARTS, "size", 1),
    (PARTS, "role", "media"),
    (LEDGER, "body", "{}"),
    (LEDGER, "previous", "1" * 64),
    (FILED, "filed_by", "nobody"),
    (LOG, "sha256", "0" * 64),
    (ITEMS, "state", "removed"),
    (ITEMS, "version_sha256", "0" * 64),
]


@pytest.mark.parametrize(("table", "column", "value"), ROWS, ids=[f"{t.name}.{c}" for t, c, _ in ROWS])
def test_a_row_that_was_changed_behind_our_back_is_found_and_put_right(
    both: Doubled, table: Table, column: str, value: object
) -> None:
    city = both.filled()
    before = fingerprint(city.vault.books)
    key = next(iter(table.primary_key))
    with city.vault.books.begin() as connection:
        first = connection.execute(table.select().order_by(key)).first()
        assert first is not None
        here = table.c[key.name] == getattr(first, key.name)
        connection.execute(update(table).where(here).values({column: value}))
    report = city.check_fixity()
    assert [table.name in told for told in report.database].count(True) == 1
    assert city.copies.repair().rows > 0
    assert fingerprint(city.vault.books) == before
    assert city.check_fixity().is_whole


@pytest.mark.parametrize("table", COMPARED, ids=[table.name for table in COMPARED])
def test_rows_that_were_deleted_come_back(both: Doubled, table: Table) -> None:
    city = both.filled()
    before = fingerprint(city.vault.books)
    with city.vault.books.begin() as connection:
        if connection.execute(table.delete()).rowcount == 0:
            pytest.skip("no gap is open here, and nothing is held")
    assert not city.check_fixity().is_whole
    city.copies.repair()
    assert fingerprint(city.vault.books) == before


def test_nothing_is_written_on_top_of_a_ledger_whose_rows_are_wrong(both: Doubled) -> None:
    city = both.filled()
    with city.vault.books.begin() as connection:
        connection.execute(LEDGER.update().values(sha256="0" * 64))
    before = _count(city)
    city.check_fixity()
    assert _count(city) == before


def _count(city: Installation) -> int:
    with city.vault.books.connect() as connection:
        return len(connection.execute(LEDGER.select()).all())


def test_a_copy_whose_row_names_another_version_is_found_again(both: Doubled) -> None:
    city = both.filled()
    with city.vault.books.begin() as connection:
        connection.execute(COPIES.update().values(copy_version_id="nonsense"))
    assert not city.check_fixity().is_whole
    assert city.copies.repair().lost == []
    assert city.check_fixity().is_whole


@pytest.mark.parametrize("seed", range(3))
def test_many_random_damages_at_once_are_all_found_and_repaired(both: Doubled, seed: int) -> None:
    """Objects of either copy and rows of the database; never both copies of one object."""
    city, chance = both.filled(4), random.Random(seed)
    before = fingerprint(city.vault.books)
    kept = all_kept(city)
    for one in chance.sample(kept, len(kept) // 2):
        path = file_of(chance.choice([both.first, both.second]), one.stored.key)
        chance.choice([flip, cut, lose])(path)
    for table, column, value in chance.sample(ROWS, 4):
        with city.vault.books.begin() as connection:
            key = next(iter(table.primary_key))
            first = connection.execute(table.select().order_by(key)).first()
            assert first is not None
            here = table.c[key.name] == getattr(first, key.name)
            connection.execute(update(table).where(here).values({column: value}))
    report = city.check_fixity()
    assert len(report.damaged) == len(kept) // 2
    assert report.database
    repaired = city.copies.repair()
    assert repaired.lost == []
    assert repaired.found == repaired.repaired == len(kept) // 2
    assert city.check_fixity().is_whole
    same = {name: value for name, value in before.items() if name not in ("ledger", "filed")}
    assert {name: fingerprint(city.vault.books)[name] for name in same} == same


def test_a_reader_of_a_mended_object_never_sees_the_damaged_one(both: Doubled) -> None:
    city = both.filled()
    victim = next(iter(city.archive.parts(Role.RECORDS))).part
    spoil(both.first, victim.key)
    with pytest.raises(ArchiveDamaged):
        city.archive.table(victim)
    city.check_fixity()
    city.copies.repair()
    assert city.archive.table(victim).num_rows == victim.rows


def test_checks_and_repairs_are_noted(both: Doubled) -> None:
    city = both.filled()
    victim = one_of(city, "media")
    spoil(both.first, victim.key)
    city.check_fixity()
    with city.vault.books.connect() as connection:
        damaged = connection.execute(CHECKS.select().where(CHECKS.c.damaged != "")).all()
        assert [(row.key, row.damaged) for row in damaged] == [(victim.key, "first")]
    city.copies.repair()
    with city.vault.books.connect() as connection:
        assert connection.execute(CHECKS.select().where(CHECKS.c.damaged != "")).all() == []
        assert [row.key for row in connection.execute(REPAIRS.select())] == [victim.key]


def test_a_repair_does_not_go_beside_a_destruction_and_says_what_is_at_work(both: Doubled) -> None:
    city = both.filled()
    spoil(both.first, one_of(city, "media").key)
    city.check_fixity()
    with (
        changing_holds(city.vault),
        pytest.raises(TryAgain, match="of litigation holds, or a destruction, is running"),
    ):
        city.copies.repair(wait=0.1)
    assert city.copies.repair(wait=0.1).repaired == 1


def test_what_a_destruction_took_meanwhile_is_neither_put_back_nor_named_as_lost(both: Doubled) -> None:
    city = both.filled()
    victim = one_of(city, "media").key
    for place in (both.first, both.second):
        file_of(place, victim).unlink()
    city.check_fixity()

    @contextmanager
    def after_a_destruction() -> Iterator[None]:
        with city.vault.books.begin() as connection:
            connection.execute(PARTS.delete().where(PARTS.c.key == victim))
        yield

    report = mend_all(city.vault, city.ledger, lambda _: None, after_a_destruction)
    assert (report.found, report.lost) == (0, [])


class TestWhatFixitySays:
    def test_which_copy_is_put_back_from_which(self, both: Doubled) -> None:
        city = both.filled()
        media, records = one_of(city, "media"), one_of(city, "records")
        file_of(both.first, media.key).unlink()
        spoil(both.second, records.key)
        told = city.check_fixity().damaged
        assert f"{media.key} is missing from write-once directory {both.home}/first." in " ".join(told)
        (first,) = [one for one in told if media.key in one]
        (second,) = [one for one in told if records.key in one]
        assert first.endswith("It is put back from the second copy by `paloverde repair`.")
        assert second.startswith(f"In the second copy: {records.key} has other bytes")
        assert second.endswith("It is put back from the first by `paloverde repair`.")
        assert "fixity" not in f"{first} {second}"

    def test_what_repair_found_nowhere_is_lost_until_it_is_whole_again(self, both: Doubled) -> None:
        city = both.filled()
        victim = one_of(city, "media")
        backup = file_of(both.first, victim.key).read_bytes()
        for place in (both.first, both.second):
            file_of(place, victim.key).unlink()
        assert "whole in neither copy" in " ".join(city.check_fixity().damaged)
        for _ in range(2):
            assert city.copies.repair().lost == [victim.key]
        (entry,) = [one for one in city.ledger.entries() if one.event.what == "object lost"]
        assert entry.event.about["key"] == victim.key
        told = city.check_fixity().sentence()
        assert f"LOST: a repair found it whole nowhere, as entry {entry.sequence} of the ledger says" in told
        assert "Run `paloverde repair`." not in told
        file_of(both.first, victim.key).write_bytes(backup)
        assert city.check_fixity().totals.damaged == 1  # its copy, which the first can give again
        assert city.copies.repair().lost == []
        assert city.check_fixity().is_whole

    def test_an_object_that_is_in_neither_copy_is_told_of_both_after_a_rebuild_too(
        self, both: Doubled
    ) -> None:
        city = both.filled()
        victim = one_of(city, "media")
        for place in (both.first, both.second):
            file_of(place, victim.key).unlink()
        city.copies.rebuild()
        (told,) = city.check_fixity().damaged
        assert f"{victim.key} is missing from write-once directory {both.home}/first." in told
        assert (
            f"In the second copy: {victim.key} is missing from write-once directory {both.home}/second."
            in told
        )

    def test_a_second_copy_that_is_not_set_any_more_makes_no_loss(self, both: Doubled) -> None:
        city = both.filled()
        victim = one_of(city, "media")
        file_of(both.first, victim.key).unlink()
        without = {k: v for k, v in both.environment().items() if "SECOND" not in k}
        city = open_installation(load(without), purpose=Purpose.REPAIR)
        assert "Set PALOVERDE_SECOND_STORE again" in " ".join(city.check_fixity().damaged)
        report = city.copies.repair()
        assert (report.lost, len(report.left), report.repaired) == ([], 1, 0)
        assert both.open().copies.repair().repaired == 1
