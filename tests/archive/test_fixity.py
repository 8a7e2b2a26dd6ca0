from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path

import msgspec
from sqlalchemy import event, select

from paloverde.archive.commit import commit
from paloverde.archive.copies import note_copies
from paloverde.archive.fixity import Condition, check_fixity, note_checks
from paloverde.archive.kept import Kept
from paloverde.archive.seal import Draft
from paloverde.archive.store import Stored
from paloverde.archive.vault import Vault
from paloverde.records import archive_day
from paloverde.state.tables import CHECKS, COPIES, PARTS


def filled(vault: Vault, draft: Callable[..., Draft]) -> None:
    for n in range(1, 5):
        run = draft(f"c{n}", day=date(2026, 11, n))
        commit(vault.store, vault.books, vault.signer, run, vault.locked_until(run.day))


def test_whole_objects_are_read_and_noted(vault: Vault, draft: Callable[..., Draft]) -> None:
    filled(vault, draft)
    report = check_fixity(vault.store, vault.books, vault.clock(), 10**9)
    assert (report.checked, report.damaged) == (8, [])  # four seals, and what each of them names
    assert "all are whole" in report.sentence()


def test_the_longest_unchecked_come_first_within_the_budget(
    vault: Vault, draft: Callable[..., Draft]
) -> None:
    filled(vault, draft)
    for _ in range(8):
        assert check_fixity(vault.store, vault.books, vault.clock(), 1).checked == 1
    with vault.books.connect() as connection:
        checked = connection.execute(select(CHECKS.c.checked_at)).scalars().all()
    assert len(set(checked)) == 8


def test_a_damaged_object_is_named_every_time(
    vault: Vault, draft: Callable[..., Draft], tmp_path: Path
) -> None:
    filled(vault, draft)
    victim = next(path for path in (tmp_path / "archive" / "sightings").rglob("*.parquet"))
    victim.chmod(0o600)
    victim.write_bytes(victim.read_bytes()[:-1] + b"?")
    for _ in range(2):
        report = check_fixity(vault.store, vault.books, vault.clock(), 10**9)
        assert len(report.damaged) == 1
        assert victim.name in report.damaged[0]


def test_what_is_new_is_read_every_time_before_what_is_old(vault: Vault, draft: Callable[..., Draft]) -> None:
    filled(vault, draft)
    today = archive_day(vault.clock())
    run = draft("new", day=today)
    commit(vault.store, vault.books, vault.signer, run, vault.locked_until(today))
    check_fixity(vault.store, vault.books, vault.clock(), 10**9)
    begun = vault.clock()
    size = run.parts[0].size
    assert check_fixity(vault.store, vault.books, begun, size).checked >= 1
    with vault.books.connect() as connection:
        keys = connection.execute(select(CHECKS.c.key).where(CHECKS.c.checked_at == begun)).scalars().all()
    assert all(f"date={today}" in key or key.startswith("runs/000000000005") for key in keys)


def test_it_says_what_is_overdue_and_whether_the_budget_suffices(
    vault: Vault, draft: Callable[..., Draft]
) -> None:
    filled(vault, draft)
    now = vault.clock()
    check_fixity(vault.store, vault.books, now, 10**9)
    report = check_fixity(vault.store, vault.books, now + timedelta(days=40), 1)
    assert (report.totals.overdue, report.suffices) == (7, False)
    assert "does NOT suffice: set PALOVERDE_FIXITY_BUDGET_MB" in report.sentence()
    assert "Overdue (last read more than 30 days ago): 7." in report.sentence()
    report = check_fixity(vault.store, vault.books, now + timedelta(days=41), 10**9)
    assert (report.totals.overdue, report.suffices) == (0, True)
    assert "which suffices" in report.sentence()


def test_a_key_that_no_store_can_hold_is_damage_and_no_crash(
    vault: Vault, draft: Callable[..., Draft]
) -> None:
    filled(vault, draft)
    with vault.books.begin() as connection:
        connection.execute(PARTS.update().where(PARTS.c.sequence == 1).values(key="../../etc/passwd"))
    report = check_fixity(vault.store, vault.books, vault.clock(), 10**9)
    assert len(report.damaged) == 1
    assert "no store can hold" in report.damaged[0]


def test_a_batch_of_checks_is_noted_in_few_statements_and_the_last_word_counts(vault: Vault) -> None:
    stored = [Stored(f"records/{number}", "1", "a" * 64, 10) for number in range(300)]
    found = [Condition(Kept(one, "records", None, "1"), "", "", "", 10) for one in stored]
    asked: list[str] = []

    @event.listens_for(vault.books, "before_cursor_execute")
    def count(*told: object) -> None:
        asked.append(str(told[2]))

    note_checks(vault.books, found, vault.clock())
    again = [*found, msgspec.structs.replace(found[7], first="is missing")]
    later = vault.clock() + timedelta(days=1)
    note_checks(vault.books, again, later)
    assert len([one for one in asked if "checks" in one or "copies" in one]) == 4
    with vault.books.connect() as connection:
        rows = {row.key: row for row in connection.execute(select(CHECKS))}
    assert (len(rows), {row.checked_at for row in rows.values()}) == (300, {later})
    assert [row.key for row in rows.values() if row.damaged] == ["records/7"]


def test_that_a_copy_was_compared_is_noted_of_whole_copies_alone(vault: Vault) -> None:
    stored, then = [Stored(f"records/{number}", "1", "a" * 64, 10) for number in range(3)], vault.clock()
    kept = [Kept(one, "records", None, "1") for one in stored]
    note_copies(vault.books, [(one, one.stored) for one in kept], then)
    found = [
        Condition(kept[0], "", "", "", 20),
        Condition(kept[1], "", "is missing", "", 20),
        Condition(msgspec.structs.replace(kept[2], copy_version_id=None), "", "", "", 10),
    ]
    note_checks(vault.books, found, then)
    with vault.books.connect() as connection:
        rows = {row.key: row.checked_at for row in connection.execute(select(COPIES))}
    assert rows == {"records/0": then, "records/1": None, "records/2": None}
