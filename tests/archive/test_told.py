"""What the sealed runs tell is read once and followed on, and is what the seals say."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import delete, update

from archives import ACCOUNT, NIGHT, add_night, make_archive, open_empty, record
from paloverde.archive.gaps import met
from paloverde.archive.reader import Archive
from paloverde.archive.seal import Coverage, Role, RunKind, Seal
from paloverde.archive.told import ToldRun
from paloverde.errors import ArchiveDamaged
from paloverde.platforms.conversation import Gap
from paloverde.records import Kind, archive_day
from paloverde.search.answer import search
from paloverde.search.overview import overview
from paloverde.state.tables import RUNS

OTHER = "x-cityofpalmaria"
LACKING = Coverage(gaps=[Gap("posts", Kind.POST, "the site shows the newest 3,200 posts alone")])


def night(archive: Archive, number: int, account: str = ACCOUNT) -> None:
    at = NIGHT + timedelta(days=number)
    rows = [record(str(number), "pool", account=account, observed_at=at)]
    add_night(archive, account, archive_day(at), rows, coverage=LACKING if number % 2 else None)


@pytest.fixture
def archive(tmp_path: Path) -> Archive:
    made = make_archive(tmp_path / "one", [record("0", "pool")])
    for number in range(1, 5):
        night(made, number)
    return made


def fields(seal: Seal) -> ToldRun:
    run = seal.run
    records = [part for part in run.parts if part.role is Role.RECORDS]
    lacks = tuple((one.name(run.account), one) for one in met(run))
    dated = [moment for part in records for moment in (part.earliest, part.latest) if moment]
    return ToldRun(
        seal.sequence, seal.previous, run.account, run.platform, run.day, run.kind, lacks,
        min(dated, default=None), max(dated, default=None),
    )  # fmt: skip


def test_it_tells_what_the_seals_say(archive: Archive) -> None:
    night(archive, 9, OTHER)
    told = archive.told.now()
    assert list(told) == [fields(seal) for seal in archive.seals()]
    assert {run.kind for run in told} == {RunKind.NIGHT}
    assert any(run.lacks for run in told)
    assert list(open_empty(Path(archive.books.url.database or "").parent / "none").told.now()) == []


def test_what_came_since_is_added_and_what_was_answered_stays(archive: Archive) -> None:
    before = archive.told.now()
    known = list(before)
    night(archive, 5)
    assert list(before) == known
    assert list(archive.told.now()) == [fields(seal) for seal in archive.seals()]
    assert archive.told.now() is archive.told.now()


def test_an_altered_seal_is_refused_when_it_is_read(archive: Archive) -> None:
    archive.told.now()
    night(archive, 5)
    with archive.books.begin() as connection:
        row = connection.execute(RUNS.select().order_by(RUNS.c.sequence.desc()).limit(1)).mappings().one()
        altered = row["body"].replace('"records":1', '"records":2')
        assert altered != row["body"]
        connection.execute(update(RUNS).where(RUNS.c.sequence == row["sequence"]).values(body=altered))
    with pytest.raises(ArchiveDamaged, match="does not bear the signature"):
        archive.told.now()


def test_a_seal_that_is_left_out_is_missed(archive: Archive) -> None:
    archive.told.now()
    night(archive, 5)
    night(archive, 6)
    with archive.books.begin() as connection:
        connection.execute(delete(RUNS).where(RUNS.c.sequence == 6))
    with pytest.raises(ArchiveDamaged, match="another is missing"):
        archive.told.now()


def test_a_database_that_was_restored_is_read_anew(archive: Archive) -> None:
    night(archive, 5)
    assert len(archive.told.now()) == 6
    with archive.books.begin() as connection:
        connection.execute(delete(RUNS).where(RUNS.c.sequence > 3))
    assert [run.sequence for run in archive.told.now()] == [1, 2, 3]


def test_a_run_that_is_not_sealed_yet_is_not_told(archive: Archive) -> None:
    with archive.books.begin() as connection:
        connection.execute(update(RUNS).where(RUNS.c.sequence == 5).values(pending=True))
    assert [run.sequence for run in archive.told.now()] == [1, 2, 3, 4]
    with archive.books.begin() as connection:
        connection.execute(update(RUNS).where(RUNS.c.sequence == 5).values(pending=False))
    assert [run.sequence for run in archive.told.now()] == [1, 2, 3, 4, 5]


def test_several_may_ask_at_once(archive: Archive) -> None:
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda _: archive.told.now(), range(64)))
    assert all(list(answer) == list(answers[0]) for answer in answers)
    assert len(answers[0]) == 5


def test_a_search_says_what_was_sealed_when_it_was_asked(archive: Archive) -> None:
    assert search(archive, "pool").searched.seals == 5
    night(archive, 5)
    found = search(archive, "pool")
    assert (found.searched.seals, found.searched.last_seal, found.counts.hits) == (6, 6, 6)
    assert overview(archive, "pool", None).searched == found.searched
    assert [str(one) for one in found.limits] != []
