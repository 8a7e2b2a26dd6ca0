"""A segment is whole or it is none, and nobody else reads it."""

from __future__ import annotations

import stat
from pathlib import Path

import pytest

from archives import Row, medium, open_empty, record, removed
from archives import add_night as seal
from paloverde.archive.reader import Archive
from paloverde.archive.seal import Role
from paloverde.records import archive_day
from paloverde.search.index.building import build
from paloverde.search.index.layout import ABOUT, ARRAYS, ROWS, Damaged
from paloverde.search.index.planning import Job
from paloverde.search.index.segment import Segment


def made(folder: Path, rows: list[Row], *, gone: list[Row] | None = None) -> tuple[Archive, Segment]:
    archive = open_empty(folder)
    seal(archive, rows[0]["account"], archive_day(rows[0]["observed_at"]), rows, removed=gone or [])
    parts = [*archive.parts(Role.RECORDS), *archive.parts(Role.REMOVED)]
    place = folder / "segments" / "one"
    build(archive, [(place, Job(parts, [], len(rows)))], folder / "segments", [], 1, lambda *_: None)
    return archive, Segment(place)


def test_each_row_of_each_part_is_a_document(tmp_path: Path) -> None:
    row = record("1", "Street sweeping", media=[medium(b"x", alt_text="A broom")])
    _, segment = made(tmp_path, [row, record("2", None), record("3", "")], gone=[removed(row)])
    assert segment.documents == 4
    assert [part.role for part in segment.covered] == ["records", "removed"]
    broom = segment.text.find("broom")
    assert broom is not None
    assert segment.rows(segment.text.documents(segment.text.forms(broom)[0]))["native_id"].to_pylist() == [
        "1",
        "1",
    ]


def test_texts_of_one_record_are_passages_apart(tmp_path: Path) -> None:
    _, segment = made(tmp_path, [record("1", "street", media=[medium(b"x", alt_text="sweeping")])])
    words = segment.text
    first, second = (
        words.positions(words.forms(words.find(word) or 0)[0])[0] for word in ("street", "sweeping")
    )
    assert second > first + 1
    assert words.passages_at(first) != words.passages_at(second)
    assert words.documents_at(first) == words.documents_at(second)


def test_names_of_a_poster_are_one_corpus_whoever_bears_them(tmp_path: Path) -> None:
    rows = [
        record(str(number), "x", poster_name="Rosa\0Quintero", poster_username=None) for number in range(3)
    ]
    _, segment = made(tmp_path, [*rows, record("9", "x", poster_name=None, poster_id=None)])
    rosa, quintero = (segment.poster.find(word) for word in ("rosa", "quintero"))
    assert rosa is not None
    assert quintero is not None
    posters = segment.poster.documents(segment.poster.forms(rosa)[0])
    assert len(posters) == 1
    assert segment.of_posters(posters).tolist().count(True) == 3
    places = [segment.poster.positions(segment.poster.forms(word)[0])[0] for word in (rosa, quintero)]
    assert places[1] == places[0] + 1  # one name, one passage


@pytest.mark.parametrize(
    "rows", [[record("1", None)], [record("1", "", poster_name=None, poster_id=None, media=[])]]
)
def test_records_without_a_word_are_documents_too(tmp_path: Path, rows: list[Row]) -> None:
    _, segment = made(tmp_path, rows)
    assert segment.documents == 1
    assert len(segment.text) == 0
    assert segment.text.find("a") is None
    assert segment.text.like("*").tolist() == segment.text.stems("a").tolist() == []
    assert segment.rows([0])["native_id"].to_pylist() == ["1"]


def test_only_the_user_of_the_program_reads_it(tmp_path: Path) -> None:
    _, segment = made(tmp_path, [record("1", "private", kind="message", visibility="private")])
    assert stat.S_IMODE(segment.folder.stat().st_mode) == 0o700
    assert {stat.S_IMODE(path.stat().st_mode) for path in segment.folder.iterdir()} == {0o600}


def test_a_segment_without_its_last_file_is_none(tmp_path: Path) -> None:
    _, segment = made(tmp_path, [record("1", "street")])
    (segment.folder / ABOUT).unlink()
    with pytest.raises(Damaged):
        Segment(segment.folder)


@pytest.mark.parametrize("name", [ARRAYS, ROWS])
def test_a_file_that_was_cut_short_is_noticed(tmp_path: Path, name: str) -> None:
    _, segment = made(tmp_path, [record("1", "street")])
    body = (segment.folder / name).read_bytes()
    (segment.folder / name).write_bytes(body[:-1])
    with pytest.raises(Damaged, match=name):
        Segment(segment.folder)
