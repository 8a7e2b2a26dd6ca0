"""An overview says what a search says, and shows it page by page, from the index alone."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

import msgspec
import pytest

from archives import ACCOUNT, NIGHT, add_night, make_archive, medium, record, removed
from paloverde.archive.reader import Archive
from paloverde.archive.seal import Role
from paloverde.errors import ArchiveDamaged, Suspicious
from paloverde.search.answer import search
from paloverde.search.index.asking import Asking, Coverage
from paloverde.search.index.opening import open_index
from paloverde.search.index.upkeep import refresh
from paloverde.search.overview import overview
from paloverde.search.question import ask
from paloverde.search.removals import read_removals
from paloverde.search.scan import Scan, name_of
from paloverde.state.tables import PARTS

DAYS = [NIGHT + timedelta(days=number) for number in range(4)]


@pytest.fixture
def city(tmp_path: Path) -> Archive:
    """Four nights: a post that is edited, one that was removed, the same words again, and a picture."""
    return make_archive(
        tmp_path,
        [
            record("1", "Pool hours on Monday", observed_at=DAYS[0]),
            record("2", "The pool is closed", kind="post", observed_at=DAYS[0]),
            record("1", "Pool hours on Tuesday", observed_at=DAYS[1]),
            record(
                "3",
                "Library hours",
                media=[medium(b"x", alt_text="A pool", sha256=None)],
                observed_at=DAYS[2],
            ),
            record("3", "Library hours", media=[medium(b"x", alt_text="A pool")], observed_at=DAYS[3]),
            record("4", "my pool address", kind="message", visibility="private", observed_at=DAYS[3]),
        ],
        removed=[removed(record("2", "The pool is closed", kind="post"))],
        media=[b"x"],
    )


def indexed(archive: Archive, folder: Path) -> Asking:
    refresh(archive, folder / "index", processes=1)
    index = open_index(folder / "index")
    assert index is not None
    return Asking(archive, index)


def test_an_overview_says_what_a_search_says(city: Archive, tmp_path: Path) -> None:
    index = indexed(city, tmp_path)
    seen, answer = overview(city, "pool", index), search(city, "pool")
    assert (seen.counts, seen.hits, seen.sentence, seen.limits) == (
        answer.counts, answer.hits, answer.sentence, answer.limits,
    )  # fmt: skip
    assert (seen.counts.hits, seen.counts.items, seen.counts.removed) == (4, 3, 1)
    assert seen.searched.index == Coverage(seen.searched.last_seal, 0)
    assert str(seen.searched.index) == "The index covers sealed runs 1 to 5; nothing is newer."
    (picture,) = [hit for hit in seen.hits if hit.native_id == "3"]
    assert (picture.sequence, picture.media[0].not_captured, picture.media[0].sha256 is None) == (
        3,
        None,
        False,
    )


def test_pages_follow_each_other_without_a_gap(city: Archive, tmp_path: Path) -> None:
    index = indexed(city, tmp_path)
    pages = [overview(city, "*", index, page=number, per_page=2) for number in (1, 2, 3)]
    assert [hit for page in pages for hit in page.hits] == search(city, "*").hits
    assert [page.pages for page in pages] == [2, 2, 2]
    assert pages[2].hits == []


def test_what_is_newer_than_the_index_is_read_and_said(city: Archive, tmp_path: Path) -> None:
    index = indexed(city, tmp_path)
    newer = [record("2", "The pool is closed", kind="post"), record("9", "Another pool")]
    add_night(city, ACCOUNT, date(2026, 3, 20), newer)
    for told in (overview(city, "pool", index), search(city, "pool", index=index)):
        assert (told.counts, told.hits) == ((whole := search(city, "pool")).counts, whole.hits)
        assert str(told.searched.index) == (
            "The index covers sealed runs 1 to 5; 1 newer one was read directly."
        )
    before = overview(city, "pool", index, through=5)
    assert (before.counts.hits, before.searched.index) == (4, Coverage(5, 0))


def test_what_is_removed_after_the_index_was_built_is_known_to_be(city: Archive, tmp_path: Path) -> None:
    index = indexed(city, tmp_path)
    assert overview(city, "hours removed:yes", index).hits == []
    gone = removed(record("1", "Pool hours on Tuesday"), removed_at=NIGHT + timedelta(days=9))
    add_night(city, ACCOUNT, date(2026, 3, 20), [], removed=[gone])
    seen = overview(city, "hours removed:yes", index)
    assert [hit.text for hit in seen.hits] == ["Pool hours on Monday", "Pool hours on Tuesday"]
    assert (seen.counts, seen.hits) == ((whole := search(city, "hours removed:yes")).counts, whole.hits)


def test_destroyed_words_are_found_no_more_whatever_the_index_holds(city: Archive, tmp_path: Path) -> None:
    index = indexed(city, tmp_path)
    (part,) = [part for part in city.parts(Role.RECORDS) if part.of_run == 2]
    with city.books.begin() as connection:
        connection.execute(PARTS.delete().where(PARTS.c.key == part.part.key))
    add_night(city, ACCOUNT, date(2026, 3, 20), [])  # whatever destroys is sealed
    assert overview(city, "tuesday", index).counts.hits == 0
    assert search(city, "tuesday", index=index).hits == []


def test_only_what_holds_hits_is_read(city: Archive, tmp_path: Path) -> None:
    index = indexed(city, tmp_path)
    (part,) = [part for part in city.parts(Role.RECORDS) if part.of_run == 2]
    path = tmp_path / "store" / part.part.key
    found = next(one for one in (tmp_path / "store").rglob("*") if path.name in str(one) and one.is_file())
    found.chmod(0o600)
    found.write_bytes(found.read_bytes()[:-1] + b"!")
    assert [hit.native_id for hit in search(city, "library", index=index).hits] == ["3"]
    assert overview(city, "tuesday", index).counts.hits == 1
    with pytest.raises(ArchiveDamaged):
        search(city, "tuesday", index=index)
    with pytest.raises(ArchiveDamaged):
        search(city, "library")


def test_an_index_that_says_too_much_ends_the_search(city: Archive) -> None:
    part = city.parts(Role.RECORDS)[0]
    scan = Scan(
        city, ask("library").tree, read_removals(city, []), include_private=False, only={name_of(part): [0]}
    )
    with pytest.raises(Suspicious, match=r"row 0 of .* answers, and the sealed record does not"):
        list(scan.records([part]))


def test_without_an_index_an_overview_is_a_search(city: Archive) -> None:
    answer = search(city, "pool")
    seen = overview(city, "pool", None, per_page=3)
    assert (seen.hits, seen.counts, seen.searched, seen.pages) == (
        answer.hits[:3], answer.counts, answer.searched, 2,
    )  # fmt: skip
    assert seen.searched.index is None


def test_private_records_are_counted_only_where_they_may_be_seen(city: Archive, tmp_path: Path) -> None:
    index = indexed(city, tmp_path)
    assert overview(city, "address", index).counts.hits == 0
    assert overview(city, "address", index, include_private=True).counts.per_kind == {"message": 1}


def test_an_overview_is_json(city: Archive, tmp_path: Path) -> None:
    seen = overview(city, "pool", indexed(city, tmp_path))
    assert msgspec.json.decode(msgspec.json.encode(seen))["searched"]["index"] == {"through": 5, "newer": 0}
