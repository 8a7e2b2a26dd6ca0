"""What is new since an earlier run is what one search finds and the other did not, with an index or without."""

from __future__ import annotations

import random
from pathlib import Path

import msgspec
import pytest
from randomly import City, random_question, random_scope
from test_agreement import asking, lose

from archives import ACCOUNT, NIGHT, add_night, make_archive, record, removed
from paloverde.archive.reader import Archive
from paloverde.archive.seal import Role
from paloverde.errors import BadQuestion, UnknownAccount
from paloverde.search.answer import search
from paloverde.search.index.asking import Asking
from paloverde.search.index.upkeep import refresh
from paloverde.search.merging import Version, version_of
from paloverde.search.newer import Newer, newer
from paloverde.search.overview import overview
from paloverde.search.scope import Scope
from paloverde.state.tables import PARTS

QUESTIONS = 18  # for each archive


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(2))
def test_what_is_new_is_the_difference_of_two_scans_of_everything(tmp_path: Path, seed: int) -> None:
    """Versions in several segments, parts that are gone and parts that the index does not cover."""
    chance = random.Random(seed)
    city, folder = City(tmp_path, chance), tmp_path / "index"
    for _ in range(3):
        city.grow(1, 30)
        refresh(city.archive, folder, processes=1, largest=50)
    index, told = asking(city.archive, folder), 0
    for stage in (lambda: None, lambda: city.grow(1, 20), lambda: lose(city)):
        stage()
        told += sum(_compared(city, index, random_question(chance)) for _ in range(QUESTIONS // 3))
    assert told > QUESTIONS // 6  # of the others some are refused, or nothing is new in them


def _compared(city: City, index: Asking, question: str) -> bool:
    """Compare, and say whether there was anything new."""
    last = max(seal.sequence for seal in city.archive.seals())
    scope = msgspec.structs.replace(Scope.of(random_scope(city.chance, last)), through=None)
    through = city.chance.randint(0, last)
    try:
        now, then = (_versions(city.archive, question, scope, until) for until in (None, through))
    except (BadQuestion, UnknownAccount):
        return False
    bounds = msgspec.structs.asdict(scope)
    wanted = Newer(len(now), len(now - then), len(then))
    assert wanted.left == len(then - now)
    assert newer(city.archive, question, index, through, **bounds) == wanted, (question, scope, through)
    seen = overview(city.archive, question, index, per_page=7, page=2, newest_first=True, **bounds)
    whole = search(city.archive, question, **bounds).hits
    assert seen.hits == whole[::-1][7:14], (question, scope)
    return bool(wanted.new)


def _versions(archive: Archive, question: str, scope: Scope, through: int | None) -> set[Version]:
    bounds = msgspec.structs.asdict(msgspec.structs.replace(scope, through=through))
    return {version_of(hit) for hit in search(archive, question, **bounds).hits}


@pytest.mark.parametrize("is_indexed", [False, True])
def test_one_that_came_and_one_that_was_destroyed_do_not_cancel_each_other_out(
    tmp_path: Path, is_indexed: bool
) -> None:
    city = make_archive(tmp_path, [record("1", "Pool hours"), record("2", "The pool is closed")])
    index = None
    if is_indexed:
        refresh(city, tmp_path / "index", processes=1)
        index = asking(city, tmp_path / "index")
    kept = search(city, "pool").searched.last_seal
    assert newer(city, "pool", index, kept) == Newer(2, 0, 2)
    add_night(city, ACCOUNT, NIGHT.date().replace(day=20), [record("3", "Another pool")])
    with city.books.begin() as connection:
        connection.execute(PARTS.delete().where(PARTS.c.of_run == 1))
    add_night(city, ACCOUNT, NIGHT.date().replace(day=21), [])  # whatever destroys is sealed
    told = newer(city, "pool", index, kept)
    assert (told.hits, told.new, told.stood, told.left) == (1, 1, 0, 0)


@pytest.mark.parametrize("is_indexed", [False, True])
def test_what_answers_no_longer_is_told_apart_from_what_was_destroyed(
    tmp_path: Path, is_indexed: bool
) -> None:
    city = make_archive(tmp_path, [record("1", "Pool hours"), record("2", "The pool is closed")])
    index = None
    if is_indexed:
        refresh(city, tmp_path / "index", processes=1)
        index = asking(city, tmp_path / "index")
    kept = search(city, "pool").searched.last_seal
    gone = removed(record("2", "The pool is closed"))
    add_night(city, ACCOUNT, NIGHT.date().replace(day=20), [record("3", "A pool")], removed=[gone])
    told = newer(city, "pool removed:no", index, kept)
    assert (told.hits, told.new, told.stood, told.left) == (2, 1, 2, 1)


@pytest.mark.parametrize("how", ["no index", "the index holds all", "the copy was written again since"])
def test_words_that_were_known_by_a_copy_are_not_new_when_the_record_comes(tmp_path: Path, how: str) -> None:
    """A copy of a removed item is taken before the record itself, which is the hit from then on."""
    gone = removed(record("2", "The pool is closed"))
    city = make_archive(tmp_path, [record("1", "Pool hours")], removed=[gone])
    kept = search(city, "pool")
    assert kept.counts.hits == 2
    rows = [record("2", "The pool is closed"), record("3", "Another pool")]
    add_night(city, ACCOUNT, NIGHT.date().replace(day=20), rows)
    index = None
    if how != "no index":
        refresh(city, tmp_path / "index", processes=1)
        index = asking(city, tmp_path / "index")
    if how == "the copy was written again since":
        with city.books.begin() as connection:
            copy = PARTS.update().where(PARTS.c.role == Role.REMOVED.value)
            connection.execute(copy.values(sequence=kept.searched.last_seal + 1))
        assert index is not None
        assert [part.part.role for part in index.now().uncovered] == [Role.REMOVED]
    assert newer(city, "pool", index, kept.searched.last_seal) == Newer(3, 1, 2)
