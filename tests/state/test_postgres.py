"""What only a server can do to us: end our sessions, be killed, wait for a lock, have settings of its own."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pyarrow as pa
import pytest
from sqlalchemy import Engine, func, make_url, select, text

from paloverde.archive.commit import Outcome, _decide, commit, settle_pending
from paloverde.archive.ledger import Event, Ledger
from paloverde.archive.reader import Archive
from paloverde.archive.rebuild import rebuild
from paloverde.archive.register import _KNOWN_POSTGRESQL, apply_sightings, known_versions
from paloverde.archive.seal import Coverage, Draft, RunKind
from paloverde.archive.signing import open_signer
from paloverde.archive.store import open_store
from paloverde.archive.vault import Vault
from paloverde.capture.tables import Sighting, sighting_table
from paloverde.errors import Unreachable
from paloverde.state.books import _WRITE_LOCK, open_books, writing
from paloverde.state.tables import ITEMS, RUNS
from postgres import PostgreSQL
from sightings import first_seen

DAY = date(2026, 11, 20)
AT = datetime(2026, 11, 20, 17, tzinfo=UTC)
ODD = ["100%", "%s", "%(a)s", "?", ":colon", "it's", "back\\slash", "señal", "🌵"]


@pytest.fixture
def vault(postgres: PostgreSQL, tmp_path: Path) -> Vault:
    return open_vault(postgres.make_database(), tmp_path)


def open_vault(url: str, folder: Path) -> Vault:
    store = open_store(f"file://{folder}/archive")
    return Vault(store, open_books(url), open_signer(folder / "key.pem"), lambda: datetime.now(UTC), 2)


def run(number: int) -> Draft:
    return Draft("x-palmaria", "x", DAY + timedelta(number), RunKind.NIGHT, f"{number:064}", AT, AT, [],
                 Coverage(), {}, "0")  # fmt: skip


def seal(vault: Vault, draft: Draft) -> Outcome:
    return commit(vault.store, vault.books, vault.signer, draft, vault.locked_until(draft.day)).outcome


def seen(ids: list[str]) -> pa.Table:
    sightings = [
        Sighting("comment", id_, "comments", "p1", "present", AT, "listing", "ab", AT) for id_ in ids
    ]
    return first_seen(sighting_table("x-palmaria", DAY, sightings), new=True)


def in_database(books: Engine, table: object) -> int:
    with books.connect() as connection:
        return connection.execute(select(func.count()).select_from(table)).scalar_one()  # type: ignore[arg-type]


def test_a_server_that_is_killed_between_deciding_and_settling_loses_nothing(
    postgres: PostgreSQL, vault: Vault
) -> None:
    seal(vault, run(1))
    _decide(vault.books, vault.signer, run(2))
    postgres.kill()
    with pytest.raises(Unreachable, match="does not answer"):
        settle_pending(vault.store, vault.books, vault.locked_until(DAY))
    with pytest.raises(Unreachable):
        seal(vault, run(3))
    postgres.start()
    settle_pending(vault.store, vault.books, vault.locked_until(DAY))
    assert seal(vault, run(2)) is Outcome.ANOTHERS
    assert seal(vault, run(3)) is Outcome.MINE
    assert [s.sequence for s in Archive(vault.store, vault.books).seals()] == [1, 2, 3]
    assert len(list(vault.store.walk("runs/"))) == 3


def test_a_server_that_is_killed_in_the_middle_of_a_write_has_written_nothing(
    postgres: PostgreSQL, vault: Vault
) -> None:
    with pytest.raises(Unreachable), writing(vault.books) as connection:
        apply_sightings(connection, 1, seen(["c1", "c2"]))
        postgres.kill()
        apply_sightings(connection, 1, seen(["c3"]))
    postgres.start()
    assert in_database(vault.books, ITEMS) == 0


def test_no_connection_is_left_open_for_anybody_to_cut(vault: Vault) -> None:
    seal(vault, run(1))
    with vault.books.connect() as connection:
        asked = text("SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()")
        assert connection.execute(asked).scalar_one() == 1


def test_a_session_that_is_ended_in_mid_work_is_said_in_one_sentence(
    postgres: PostgreSQL, vault: Vault
) -> None:
    with pytest.raises(Unreachable, match="terminating connection due to administrator command") as raised:
        with writing(vault.books) as connection:
            pid = connection.execute(text("SELECT pg_backend_pid()")).scalar_one()
            postgres.execute(f"SELECT pg_terminate_backend({pid})")
            connection.execute(select(RUNS))
    assert "\n" not in str(raised.value)


def test_writers_make_one_chain_where_the_server_freezes_what_a_transaction_sees(
    postgres: PostgreSQL, tmp_path: Path
) -> None:
    url = postgres.make_database()
    name = make_url(url).database
    postgres.execute(f"ALTER DATABASE \"{name}\" SET default_transaction_isolation = 'repeatable read'")
    vault = open_vault(url, tmp_path)
    with ThreadPoolExecutor(12) as racers:
        outcomes = list(racers.map(lambda number: seal(vault, run(number)), range(12)))
    assert outcomes == [Outcome.MINE] * 12
    assert [s.sequence for s in Archive(vault.store, vault.books).seals()] == list(range(1, 13))


def test_a_writer_waits_for_another_one_a_bounded_time(vault: Vault) -> None:
    with writing(vault.books) as first:
        assert first.execute(text("SHOW lock_timeout")).scalar_one() == "1min"
        with pytest.raises(Unreachable, match="lock timeout"), vault.books.connect() as second:
            second.execute(text("SET LOCAL lock_timeout = '10ms'"))
            second.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": _WRITE_LOCK})


def test_a_database_that_may_only_be_read_is_said(postgres: PostgreSQL, vault: Vault) -> None:
    name = vault.books.url.database
    postgres.execute(f'ALTER DATABASE "{name}" SET default_transaction_read_only = on')
    with pytest.raises(Unreachable, match="read-only transaction"):
        Ledger(vault.store, vault.books, vault.signer, 2).append(Event("search made", "clerk", AT, {}))


def test_every_sign_and_more_ids_than_a_statement_takes_go_through(vault: Vault) -> None:
    kept = [*ODD, *(str(number) for number in range(6000))]
    for sequence in (1, 2):
        with writing(vault.books) as connection:
            apply_sightings(connection, sequence, seen(kept))
    assert in_database(vault.books, ITEMS) == len(kept)
    asked = [*(str(number) for number in range(70_000)), *ODD]
    with vault.books.connect() as connection:
        assert known_versions(connection, "x-palmaria", "comment", asked) == dict.fromkeys(kept, "ab")


def test_what_is_known_is_looked_up_by_key_however_much_there_is(vault: Vault) -> None:
    with writing(vault.books) as connection:
        apply_sightings(connection, 1, seen([str(number) for number in range(2000)]))
        plan = connection.exec_driver_sql(
            "EXPLAIN " + _KNOWN_POSTGRESQL, ("x-palmaria", "comment", ["1", "2"])
        )
        told = "\n".join(line for (line,) in plan)
    assert "Index Scan using items_pkey" in told
    assert "native_id = wanted.wanted" in told.partition("Index Cond")[2]


def test_an_archive_of_sqlite_is_rebuilt_in_postgresql(vault: Vault, tmp_path: Path) -> None:
    small = open_vault(f"sqlite:///{tmp_path}/small.db", tmp_path)
    for number in range(3):
        seal(small, run(number))
    assert rebuild(vault.store, vault.books, lambda _: None).runs == 3
    assert seal(vault, run(2)) is Outcome.ANOTHERS
    assert seal(vault, run(3)) is Outcome.MINE
