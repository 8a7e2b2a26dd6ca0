"""One run, one seal, whatever happens between."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import date, datetime

import msgspec
import pyarrow as pa
import pytest
from sqlalchemy import func, select

from paloverde.archive.commit import (
    Outcome,
    _decide,
    already_sealed,
    commit,
    settle_pending,
)
from paloverde.archive.effects import read_effects
from paloverde.archive.reader import Archive
from paloverde.archive.register import in_state, items
from paloverde.archive.seal import FIRST, Draft, Role
from paloverde.archive.store.interface import Store, Stored
from paloverde.archive.vault import Vault
from paloverde.errors import ArchiveDamaged, Unreachable
from paloverde.state.books import writing
from paloverde.state.tables import RUNS

Drafts = Callable[..., Draft]
LATER = date(2026, 11, 21)


def seal(vault: Vault, run: Draft):  # type: ignore[no-untyped-def]  # noqa: ANN201
    return commit(vault.store, vault.books, vault.signer, run, vault.locked_until(run.day))


class Broken:
    """A store whose network fails at the n-th put: before it arrives, or after, when only the answer is lost."""

    def __init__(self, store: Store, *, after: bool) -> None:
        self._store, self._after, self.broken = store, after, True

    def __getattr__(self, name: str) -> object:
        return getattr(self._store, name)

    def put(
        self, key: str, body: bytes, *, locked_until: datetime | None, sha256: str | None = None
    ) -> Stored:
        if not self.broken or self._after:
            stored = self._store.put(key, body, locked_until=locked_until, sha256=sha256)
            if not self.broken:
                return stored
        raise Unreachable("The store did not answer.")


def test_seals_form_a_chain(vault: Vault, draft: Drafts) -> None:
    first, second = seal(vault, draft("c1")), seal(vault, draft("c1", "c2", day=LATER))
    assert [s.seal.sequence for s in (first, second)] == [1, 2]
    assert first.seal.previous == FIRST
    with vault.books.connect() as connection:
        assert (
            second.seal.previous
            == connection.execute(select(RUNS.c.sha256).where(RUNS.c.sequence == 1)).scalar()
        )


def test_an_equal_run_is_anothers(vault: Vault, draft: Drafts) -> None:
    assert seal(vault, draft("c1")).outcome is Outcome.MINE
    assert already_sealed(vault.books, draft("c1")) is not None
    assert seal(vault, draft("c1")).outcome is Outcome.ANOTHERS
    assert len(list(Archive(vault.store, vault.books).seals())) == 1


@pytest.mark.parametrize("after", [False, True], ids=["lost on the way there", "lost on the way back"])
def test_an_unknown_outcome_is_settled_by_the_next_run(vault: Vault, draft: Drafts, after: bool) -> None:
    run = draft("c1")
    store = Broken(vault.store, after=after)
    with pytest.raises(Unreachable):
        commit(store, vault.books, vault.signer, run, vault.locked_until(run.day))  # type: ignore[arg-type]
    archive = Archive(vault.store, vault.books)
    assert list(archive.seals()) == []
    assert archive.parts(Role.SIGHTINGS) == []
    seal(vault, draft("c2", day=LATER))
    assert [s.run.day for s in archive.seals()] == [run.day, LATER]
    assert len(list(vault.store.walk("runs/"))) == 2


def test_a_crash_between_deciding_and_sealing_leaves_nothing_half_done(vault: Vault, draft: Drafts) -> None:
    run = draft("c1", "c2")
    _decide(vault.books, vault.signer, run)
    with vault.books.connect() as connection:
        assert list(items(connection, in_state("x-palmaria", ["comment"], ["present"]))) == []
    settle_pending(vault.store, vault.books, vault.locked_until(run.day), patience=0)
    settle_pending(vault.store, vault.books, vault.locked_until(run.day), patience=0)
    with vault.books.connect() as connection:
        assert len(list(items(connection, in_state("x-palmaria", ["comment"], ["present"])))) == 2
        assert connection.execute(select(func.count()).select_from(RUNS)).scalar() == 1


def test_a_database_from_an_older_backup_is_not_gone_on_with(vault: Vault, draft: Drafts) -> None:
    seal(vault, draft("c1"))
    seal(vault, draft("c1", "c2", day=LATER))
    with writing(vault.books) as connection:  # as a backup from between the two runs would have it
        connection.execute(RUNS.delete().where(RUNS.c.sequence == 2))
    with pytest.raises(ArchiveDamaged, match="The store holds run 2, and the database does not know it"):
        seal(vault, draft("c9", day=date(2026, 11, 23)))
    assert len(list(vault.store.walk("runs/"))) == 2


def test_twelve_writers_racing_with_one_run_make_one_seal(vault: Vault, draft: Drafts) -> None:
    run = draft("c1", "c2")
    with ThreadPoolExecutor(12) as racers:
        outcomes = [r.outcome for r in racers.map(lambda _: seal(vault, run), range(12))]
    assert outcomes.count(Outcome.MINE) == 1
    assert len(list(Archive(vault.store, vault.books).seals())) == 1


def test_twelve_writers_with_their_own_runs_make_one_chain(vault: Vault, draft: Drafts) -> None:
    runs = [draft(f"c{n}", day=date(2026, 10, n + 1)) for n in range(12)]
    with ThreadPoolExecutor(12) as racers:
        assert {r.outcome for r in racers.map(lambda run: seal(vault, run), runs)} == {Outcome.MINE}
    assert [s.sequence for s in Archive(vault.store, vault.books).seals()] == list(range(1, 13))


def many(draft: Drafts, parts: int, rows: int) -> Draft:
    """A run of many tables of sightings, as a large import is."""
    runs = [draft(*(f"{part}-{row}" for row in range(rows))) for part in range(parts)]
    return msgspec.structs.replace(runs[0], parts=[run.parts[0] for run in runs])


def test_the_tables_of_a_large_run_are_opened_one_by_one(vault: Vault, draft: Drafts) -> None:
    whole = seal(vault, many(draft, 6, 2_000)).seal
    before, peaks, size = pa.total_allocated_bytes(), [], 0
    for _, table in read_effects(vault.store, whole):
        assert table.num_rows == 2_000
        size = table.nbytes
        peaks.append(pa.total_allocated_bytes() - before)
    assert len(peaks) == 6
    assert max(peaks) < 3 * size


def test_a_table_that_cannot_be_read_leaves_the_register_as_it_was(vault: Vault, draft: Drafts) -> None:
    run = many(draft, 3, 2)
    _decide(vault.books, vault.signer, run)

    class Damaged(Broken):
        def get(self, stored: Stored) -> bytes:
            body = self._store.get(stored)
            return body[:-40] if stored.key == run.parts[2].key else body

    store = Damaged(vault.store, after=True)
    store.broken = False
    with pytest.raises(ArchiveDamaged):
        settle_pending(store, vault.books, vault.locked_until(run.day))  # type: ignore[arg-type]
    with vault.books.connect() as connection:
        assert list(items(connection, in_state("x-palmaria", ["comment"], ["present"]))) == []
    settle_pending(vault.store, vault.books, vault.locked_until(run.day), patience=0)
    with vault.books.connect() as connection:
        assert len(list(items(connection, in_state("x-palmaria", ["comment"], ["present"])))) == 6


@pytest.mark.parametrize("what", ["hash", "body", "both"])
def test_nothing_is_sealed_after_a_seal_that_was_altered(vault: Vault, draft: Drafts, what: str) -> None:
    seal(vault, draft("c1"))
    with writing(vault.books) as connection:
        body = connection.execute(select(RUNS.c.body)).scalar_one()
        forged = body if what == "hash" else body.replace('"x-palmaria"', '"y-palmaria"')
        sha256 = "de" * 32 if what == "hash" else hashlib.sha256(forged.encode()).hexdigest()
        values = {"body": forged} if what == "body" else {"body": forged, "sha256": sha256}
        connection.execute(RUNS.update().values(values))
    with pytest.raises(ArchiveDamaged, match=r"altered in the database|does not bear the signature"):
        seal(vault, draft("c1", "c2", day=LATER))
    assert len(list(vault.store.walk("runs/"))) == 1
