from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path

from sqlalchemy import select

from paloverde.archive.commit import commit
from paloverde.archive.fixity import check_fixity
from paloverde.archive.seal import Draft
from paloverde.archive.vault import Vault
from paloverde.state.tables import PARTS


def filled(vault: Vault, draft: Callable[..., Draft]) -> None:
    for n in range(1, 5):
        run = draft(f"c{n}", day=date(2026, 11, n))
        commit(vault.store, vault.books, vault.signer, run, vault.locked_until(run.day))


def test_whole_objects_are_read_and_noted(vault: Vault, draft: Callable[..., Draft]) -> None:
    filled(vault, draft)
    report = check_fixity(vault.store, vault.books, vault.clock(), 10**9)
    assert (report.checked, report.damaged) == (4, [])
    assert "all are whole" in report.sentence()


def test_the_longest_unchecked_come_first_within_the_budget(
    vault: Vault, draft: Callable[..., Draft]
) -> None:
    filled(vault, draft)
    for _ in range(4):
        assert check_fixity(vault.store, vault.books, vault.clock(), 1).checked == 1
    with vault.books.connect() as connection:
        checked = connection.execute(select(PARTS.c.checked_at)).scalars().all()
    assert len(set(checked)) == 4
    assert None not in checked


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
