"""A run that was sealed stands in the ledger, too, whatever became of the process that sealed it."""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from sqlalchemy import text

from doubled import SLUG, Doubled, directories
from paloverde.archive.agreement import fingerprint
from paloverde.archive.telling import untold
from paloverde.capture.importing import import_files
from paloverde.imports.said import Wish
from paloverde.installation import Installation, Purpose
from paloverde.installation.journal import Journal
from paloverde.records import Kind
from paloverde.state.tables import RUNS


@pytest.fixture
def both(tmp_path: Path) -> Doubled:
    return directories(tmp_path / "city")


def sealed_and_killed(both: Doubled, city: Installation) -> int:
    """Seal a run as an import does, and end before the ledger is told; the run's number."""
    folder = both.home / "handed-in"
    folder.mkdir()
    (folder / "said.csv").write_text("native_id,text\n9,The fountain runs again\n")
    wish = Wish(format="table", kind=Kind.POST)
    account = city.account(SLUG)
    return import_files(city.vault, city.archive, account, [folder], wish, lambda _: None).sequence


def told(city: Installation) -> list[tuple[str, str]]:
    """What the ledger tells of sealed runs, and whose seals."""
    events = [entry.event for entry in city.ledger.entries()]
    return [(event.what, event.about["sequence"]) for event in events if "seal" in event.about]


def test_the_next_opening_tells_of_a_run_whose_owner_was_killed_and_once(both: Doubled) -> None:
    city = both.filled()
    number = sealed_and_killed(both, city)
    assert (number, list(untold(city.vault.books))) == (3, [3])
    for _ in range(2):
        city = both.open(Purpose.WORK)
        assert told(city) == [("import sealed", "1"), ("import sealed", "2"), ("import sealed", "3")]
    last = [entry.event for entry in city.ledger.entries()][-1]
    assert last.actor.startswith("noticed at an opening")
    (seal,) = [one for one in city.archive.seals() if one.sequence == 3]
    assert (last.about["account"], last.about["day"]) == (SLUG, str(seal.run.day))
    assert untold(city.vault.books) == {}


def test_a_rebuild_knows_again_what_the_ledger_tells_of(both: Doubled) -> None:
    city = both.filled()
    sealed_and_killed(both, city)
    before = fingerprint(city.vault.books, [RUNS])
    assert city.check_fixity().is_whole
    both.lose_database()
    both.open(Purpose.REBUILD).copies.rebuild()
    city = both.open(Purpose.REPAIR)
    assert fingerprint(city.vault.books, [RUNS]) == before
    assert list(untold(city.vault.books)) == [3]


def test_an_owner_that_lives_tells_for_itself(both: Doubled) -> None:
    city = both.filled()
    number = sealed_and_killed(both, city)
    journal = Journal(city.vault, city.ledger)
    with ThreadPoolExecutor(1) as pool:
        opening = pool.submit(journal.tell_what_was_left, 5.0)
        time.sleep(0.2)
        journal.tell("import sealed", "its owner", sequence=str(number))
        assert opening.result() == 0
    assert told(city)[-1] == ("import sealed", "3")
    assert len(told(city)) == 3


def test_looking_for_what_was_not_told_goes_by_an_index(both: Doubled) -> None:
    city = both.filled()
    with city.vault.books.connect() as connection:
        plan = connection.execute(text("EXPLAIN QUERY PLAN SELECT sequence FROM runs WHERE told = 0")).all()
    assert "ix_runs_untold" in str(plan)
