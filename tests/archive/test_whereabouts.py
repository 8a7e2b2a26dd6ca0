"""Where an item lies: on a small archive with known rows, and on a real night of the Plaza site."""

from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path

from archives import ACCOUNT, add_night, make_archive, medium, open_empty, record, removed
from paloverde.archive.exchanges import held_in
from paloverde.archive.seal import Role
from paloverde.archive.whereabouts import whereabouts
from plaza import ACCOUNT as PLAZA
from plaza import plaza
from plazacity import City

WANTED = frozenset({("comment", "1")})
BODY = b"\xff\xd8 a picture"


def test_rows_removed_items_and_pictures_of_an_item_are_found_and_no_others(tmp_path: Path) -> None:
    mine = record("1", "Street sweeping on Monday", media=[medium(BODY)])
    archive = make_archive(
        tmp_path,
        [mine, record("2", "The library is closed", observed_at=datetime(2026, 3, 3, 9, tzinfo=UTC))],
        removed=[removed(mine), removed(record("2", "The library is closed"))],
        media=[BODY, b"another picture"],
    )
    found = whereabouts(archive, ACCOUNT, WANTED)
    assert [sealed.day for sealed in found.records] == [date(2026, 3, 2)]
    assert ["/1-" in sealed.part.key for sealed in found.removed] == [True]
    assert [archive.store.get(sealed.part.stored) for sealed in found.media] == [BODY]


def test_a_picture_that_another_account_sealed_is_found(tmp_path: Path) -> None:
    archive = open_empty(tmp_path)
    add_night(archive, "x-springfield", date(2026, 3, 1), [], media=[BODY])
    add_night(archive, ACCOUNT, date(2026, 3, 2), [record("1", "Hello", media=[medium(BODY)])])
    found = whereabouts(archive, ACCOUNT, WANTED)
    assert [sealed.account for sealed in found.media] == ["x-springfield"]


def test_an_item_of_the_same_id_and_another_kind_or_account_is_not_found(tmp_path: Path) -> None:
    archive = make_archive(
        tmp_path, [record("1", "A post", kind="post"), record("1", "Hers", account="x-springfield")]
    )
    assert list(whereabouts(archive, ACCOUNT, WANTED)) == []


def test_only_the_runs_that_are_named_are_asked(tmp_path: Path) -> None:
    later = datetime(2026, 3, 3, 9, tzinfo=UTC)
    archive = make_archive(tmp_path, [record("1", "First"), record("1", "Second", observed_at=later)])
    found = whereabouts(archive, ACCOUNT, WANTED, sequences=[2])
    assert [sealed.sequence for sealed in found] == [2]
    assert len(list(whereabouts(archive, ACCOUNT, WANTED))) == 2


def test_the_raw_answers_of_every_night_that_showed_an_item_are_found(tmp_path: Path) -> None:
    with plaza() as site:
        site.post("p1", "Street sweeping starts Monday")
        site.comment("p1", "c1", "Which side of the street?")
        city = City(tmp_path, site)
        for day in (date(2026, 11, 17), date(2026, 11, 18), date(2026, 11, 19)):
            city.night(day)
        archive = city.archive
        found = whereabouts(archive, PLAZA.slug, frozenset({("comment", "c1")}))
    runs = {sealed.of_run for sealed in archive.parts(Role.SIGHTINGS)}
    assert len(runs) > 1
    assert {sealed.of_run for sealed in found.sightings} == runs
    assert {sealed.of_run for sealed in found.exchanges} == runs
    assert len(found.records) == 1
    shown = [
        sealed.part.key
        for sealed in archive.parts(Role.EXCHANGES)
        for answer in held_in(archive.store.get(sealed.part.stored), where=sealed.part.key)
        if b"Which side of the street?" in answer.body
    ]
    assert set(shown) <= {sealed.part.key for sealed in found.exchanges}
    assert shown


def test_a_sweep_keeps_whole_answers_and_what_else_they_show_is_found_there(tmp_path: Path) -> None:
    with plaza() as site:
        site.post("p1", "Street sweeping starts Monday")
        site.comment("p1", "c1", "Which side of the street?")
        city = City(tmp_path, site)
        city.night(date(2026, 11, 17))
        site.comment("p1", "c2", "Both, I was told.")
        report, _ = city.sweep(date(2026, 11, 17))
        found = whereabouts(city.archive, PLAZA.slug, frozenset({("comment", "c1")}), [report.sequence or 0])
    assert found.records == []
    assert [sealed.of_run for sealed in found.exchanges] == [report.sequence]
