"""An import is a sealed run that overwrites nothing, doubles nothing and proves no absence."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from exports import NOW, Office, account, shown, tweet, ytd, zipped
from paloverde.archive.fixity import check_fixity
from paloverde.archive.rebuild import rebuild
from paloverde.archive.register import expected_in, in_state, items, longest_unlooked
from paloverde.archive.seal import Role, RunKind
from paloverde.errors import BadQuestion, Unreadable
from paloverde.imports.said import Declaration, Wish
from paloverde.records import Kind, Medium, Provenance
from paloverde.search.answer import search
from paloverde.state.tables import ITEMS, RUNS

POSTED = datetime(2026, 3, 2, 18, tzinfo=UTC)
LAST_NIGHT = NOW - timedelta(hours=12)
SWEEPING = "Street sweeping starts Monday"


@pytest.fixture
def office(tmp_path: Path) -> Office:
    return Office(tmp_path)


def export(folder: Path, *posts: Any, name: str = "x.zip") -> Path:
    made = {"archiveInfo": {"generationDate": "2026-10-31T08:00:00.000Z"}}
    return zipped(
        folder / name,
        {"data/tweets.js": ytd("tweets", list(posts)), "data/manifest.js": f"window.m = {json.dumps(made)}"},
    )


def lines(folder: Path, *records: dict[str, Any], name: str = "moved.jsonl") -> Path:
    path = folder / name
    path.write_bytes(b"".join(json.dumps(one).encode() + b"\n" for one in records))
    return path


def runs(office: Office) -> list[str]:
    with office.vault.books.connect() as connection:
        sealed = select(RUNS.c.kind).where(~RUNS.c.pending).order_by(RUNS.c.sequence)
        return list(connection.execute(sealed).scalars())


def register(office: Office) -> list[Any]:
    with office.vault.books.connect() as connection:
        return [tuple(row) for row in connection.execute(select(ITEMS).order_by(ITEMS.c.native_id))]


def test_an_import_is_a_run_of_its_own_under_the_day_of_the_import(office: Office, tmp_path: Path) -> None:
    report = office.take("x", export(tmp_path, tweet("1", SWEEPING)))
    assert runs(office) == [RunKind.IMPORT]
    (row,) = office.rows("x")
    assert (row["date"], report.day) == (date(2026, 11, 22), date(2026, 11, 22))
    assert row["observed_at"] == datetime(2026, 10, 31, 8, tzinfo=UTC)


def test_the_same_files_again_are_already_sealed_on_any_day(office: Office, tmp_path: Path) -> None:
    path = export(tmp_path, tweet("1", SWEEPING))
    first = office.take("x", path)
    before = sorted(stored.key for stored in office.archive.store.walk(""))
    office.now += timedelta(days=3)
    again = office.take("x", path)
    assert (again.outcome, again.sequence, again.day) == ("already sealed", first.sequence, first.day)
    assert "nothing was written" in again.sentence()
    assert sorted(stored.key for stored in office.archive.store.walk("")) == before


def test_what_the_api_gave_is_no_edit_for_what_an_export_lacks(office: Office, tmp_path: Path) -> None:
    office.night("x", [shown("x", "1", SWEEPING, POSTED, language="en")], LAST_NIGHT)
    report = office.take("x", export(tmp_path, tweet("1", SWEEPING)))
    assert (report.records, report.new_versions, report.known) == (1, 0, 1)
    assert [row["provenance"] for row in office.rows("x")] == ["api"]
    seen = office.rows("x", Role.SIGHTINGS)[-1]
    assert (seen["state"], seen["how"], seen["is_new_version"]) == ("imported", "import", False)
    assert seen["version_sha256"] == office.rows("x")[0]["version_sha256"]


def test_other_words_are_a_version_and_the_register_keeps_the_sites_own(
    office: Office, tmp_path: Path
) -> None:
    office.night("x", [shown("x", "1", "Street sweeping starts Tuesday", POSTED)], LAST_NIGHT)
    before = register(office)
    report = office.take("x", export(tmp_path, tweet("1", SWEEPING)))
    assert report.new_versions == 1
    assert {row["text"] for row in office.rows("x")} == {SWEEPING, "Street sweeping starts Tuesday"}
    assert register(office) == before


def test_an_old_wording_that_is_held_is_not_a_new_version(office: Office, tmp_path: Path) -> None:
    office.night("x", [shown("x", "1", SWEEPING, POSTED)], LAST_NIGHT - timedelta(days=1))
    office.night("x", [shown("x", "1", "Street sweeping starts Tuesday", POSTED)], LAST_NIGHT)
    assert office.take("x", export(tmp_path, tweet("1", SWEEPING))).new_versions == 0


@pytest.mark.parametrize("state", ["absent", "removed"])
def test_an_export_is_no_look_at_the_site(office: Office, tmp_path: Path, state: str) -> None:
    office.night("x", [shown("x", "1", SWEEPING, POSTED)], LAST_NIGHT - timedelta(days=1))
    office.night("x", [], LAST_NIGHT, absent=("1",))
    if state == "removed":
        with office.vault.books.begin() as connection:
            connection.execute(ITEMS.update().values(state="removed", removed_at=LAST_NIGHT))
    before = office.item("x", "1")
    assert before.state == state
    office.take("x", export(tmp_path, tweet("1", SWEEPING)), lines(tmp_path, {"native_id": "1"}))
    assert office.item("x", "1") == before


def test_what_only_an_export_knows_is_in_no_listing_and_no_rotation(office: Office, tmp_path: Path) -> None:
    office.take("x", export(tmp_path, tweet("1", SWEEPING)))
    item = office.item("x", "1")
    assert (item.state, item.absent_since, item.removed_at) == ("imported", None, None)
    slug, posts = account("x").slug, (Kind.POST,)
    queries = [
        expected_in(slug, "posts", "", None),
        longest_unlooked(slug, posts, NOW + timedelta(days=400), 10),
        in_state(slug, posts, ("present", "hidden", "absent")),
    ]
    with office.vault.books.connect() as connection:
        assert [list(items(connection, query)) for query in queries] == [[], [], []]


def test_the_first_look_at_the_site_takes_the_place_of_an_import(office: Office, tmp_path: Path) -> None:
    office.take("x", export(tmp_path, tweet("1", SWEEPING)))
    office.now += timedelta(days=1)
    office.night("x", [shown("x", "1", SWEEPING, POSTED)], office.now)
    item = office.item("x", "1")
    assert (item.state, item.stream, item.looked_at) == ("present", "posts", office.now)


def test_a_newer_export_moves_what_only_exports_know_and_an_older_one_does_not(
    office: Office, tmp_path: Path
) -> None:
    new, old = (
        lines(tmp_path, {"native_id": "1", "text": text, "observed_at": f"{year}-01-01T00:00:00Z"}, name=text)
        for text, year in (("new.jsonl", 2025), ("old.jsonl", 2022))
    )
    office.take("x", new)
    moved = office.item("x", "1")
    office.take("x", old)
    assert office.item("x", "1") == moved
    assert len(office.rows("x")) == 2


def test_items_without_ids_are_linked_by_kind_second_and_words(office: Office, tmp_path: Path) -> None:
    office.night("facebook", [shown("facebook", "100_1", "Caf\u00e9 opens", POSTED)], LAST_NIGHT)
    seconds = int(POSTED.timestamp())
    posts = [
        {"timestamp": seconds, "data": [{"post": "Caf\u00c3\u00a9 opens"}]},
        {"timestamp": seconds + 1, "data": [{"post": "Caf\u00c3\u00a9 opens"}]},
    ]
    path = zipped(tmp_path / "fb.zip", {"posts/your_posts_1.json": json.dumps(posts)})
    report = office.take("facebook", path)
    assert (report.linked, report.new_versions) == (1, 1)
    linked = next(row for row in office.rows("facebook", Role.SIGHTINGS) if row["detail"])
    assert linked["native_id"] == "100_1"
    assert linked["detail"].startswith("the export's item dyi-")


def test_a_rebuild_from_the_objects_gives_the_same_register(office: Office, tmp_path: Path) -> None:
    office.night("x", [shown("x", "1", "Street sweeping starts Tuesday", POSTED)], LAST_NIGHT)
    office.take("x", export(tmp_path, tweet("1", SWEEPING), tweet("2", "Library opens")))
    before = register(office)
    rebuilt = rebuild(office.vault.store, office.vault.books, lambda _: None)
    assert (rebuilt.runs, rebuilt.missing) == (2, [])
    assert register(office) == before


def test_what_was_imported_is_found_and_whole(office: Office, tmp_path: Path) -> None:
    office.take("x", export(tmp_path, tweet("1", SWEEPING)))
    answer = search(office.archive, "sweeping")
    assert [(hit.native_id, hit.provenance) for hit in answer.hits] == [("1", "export")]
    report = check_fixity(office.vault.store, office.vault.books, NOW, 10**9)
    assert (report.damaged, report.checked > 2) == ([], True)


def test_an_account_without_a_night_says_what_its_import_covers(office: Office, tmp_path: Path) -> None:
    office.take("x", export(tmp_path, tweet("1", SWEEPING)))
    told = [str(limit) for limit in search(office.archive, "sweeping").limits]
    assert not any("No run at all" in words for words in told)
    assert any("import" in words and "posted March 2, 2026" in words for words in told), told


def test_files_of_a_personal_device_need_a_declaration(office: Office, tmp_path: Path) -> None:
    picture = tmp_path / "screen.png"
    picture.write_bytes(b"\x89PNG a message about sweeping")
    with pytest.raises(BadQuestion, match="custodian's declaration"):
        office.take("x", picture, wish=Wish(provenance=Provenance.PERSONAL_DEVICE))
    declared = Declaration("Ana Lindqvist", "2026-11-20", "I sent this from my own telephone.")
    report = office.take("x", picture, wish=Wish(declaration=declared))
    (row,) = office.rows("x")
    assert (report.format, row["provenance"]) == ("files", "personal_device")
    assert json.loads(row["raw"])["custodian"] == "Ana Lindqvist"
    assert office.archive.media(row["media"][0]["sha256"]) == picture.read_bytes()
    assert [
        hit.native_id for hit in search(office.archive, '"own telephone"', include_private=True).hits
    ] == [row["native_id"]]
    assert report.gaps == []
    assert any("what is written or said in them is not" in note for note in report.notes)
    assert [note for note in report.lines() if note.startswith("note: 1 file was handed in as they are")]
    assert "handed in as they are" not in str(search(office.archive, "*").limits)


def test_links_and_files_that_vanish_are_said_in_a_sentence(office: Office, tmp_path: Path) -> None:
    folder = tmp_path / "export"
    folder.mkdir()
    (folder / "a.png").symlink_to(tmp_path / "nowhere")
    (folder / "b.pdf").write_bytes(b"%PDF-1.7")
    report = office.take("x", folder, wish=Wish(format="files"))
    assert any("a.png" in gap and "link" in gap for gap in report.gaps)
    with pytest.raises(Unreadable, match="check the path"):
        office.take("x", tmp_path / "not-there.zip")


def test_a_picture_that_the_site_no_longer_gave_comes_with_the_export(office: Office, tmp_path: Path) -> None:
    lost = shown(
        "x", "1", SWEEPING, POSTED, media=(Medium("https://pbs.twimg.com/media/AbC.jpg", native_id="31"),)
    )
    office.night("x", [lost], LAST_NIGHT)
    assert office.rows("x")[0]["media"][0]["not_captured"]
    named = {
        "media": [{"id_str": "31", "type": "photo", "media_url_https": "https://pbs.twimg.com/media/AbC.jpg"}]
    }
    files = {
        "data/tweets.js": ytd("tweets", [tweet("1", SWEEPING, extended_entities=named)]),
        "data/tweets_media/1-AbC.jpg": b"a park",
    }
    report = office.take("x", zipped(tmp_path / "x.zip", files))
    first, again = office.rows("x")
    assert (report.new_versions, again["version_sha256"]) == (0, first["version_sha256"])
    assert office.archive.media(again["media"][0]["sha256"]) == b"a park"
    assert len(search(office.archive, "sweeping").hits) == 1


def seen(office: Office) -> tuple[object, ...]:
    """What anybody can see of an archive."""
    records = [(row["native_id"], row["text"], row["provenance"]) for row in office.rows("x")]
    hits = [hit.native_id for hit in search(office.archive, "sweeping").hits]
    return sorted(records), sorted(hits), runs(office), [row[:4] for row in register(office)]


def test_a_whole_import_is_the_same_on_either_database(books_url: str, tmp_path: Path) -> None:
    office = Office(tmp_path / "city", books_url=books_url)
    office.night("x", [shown("x", "1", SWEEPING, POSTED)], LAST_NIGHT)
    message = {
        "native_id": "5",
        "kind": "message",
        "text": "Is the pool open? \u0000 \ud83c\udf35",
        "count": 2**53,
    }
    for path in (
        export(tmp_path, tweet("1", SWEEPING), tweet("2", "Sweeping is off")),
        lines(tmp_path, message),
    ):
        first, again = office.take("x", path), office.take("x", path)
        assert (first.outcome, again.outcome, again.sequence) == ("sealed", "already sealed", first.sequence)
    assert sorted(row["native_id"] for row in office.rows("x")) == ["1", "2", "5"]
    assert len(search(office.archive, "pool", include_private=True).hits) == 1
    before = seen(office)
    rebuild(office.archive.store, office.vault.books, lambda _: None)
    assert seen(office) == before
    assert check_fixity(office.archive.store, office.vault.books, NOW, 10**9).damaged == []


@pytest.mark.parametrize(
    ("prefix", "when"),
    [
        ("exchanges/", "before"),
        ("records/", "after"),
        ("runs/", "before"),
        ("runs/", "after"),
    ],
)
def test_an_import_that_was_killed_shows_nothing_and_completes_when_it_is_made_again(
    books_url: str, tmp_path: Path, prefix: str, when: str
) -> None:
    posts = ytd("tweets", [tweet("1", SWEEPING), tweet("2", "No sweeping today")])
    path = zipped(tmp_path / "x.zip", {"data/tweets.js": posts, "data/tweets_media/1-a.jpg": b"a park"})
    office = Office(tmp_path / "city", books_url=books_url)
    nothing = seen(office)
    script = Path(__file__).parents[1] / "dying.py"
    words = [sys.executable, str(script), str(tmp_path / "city"), books_url, prefix, when, str(path)]
    assert subprocess.run(words, check=False).returncode == -signal.SIGKILL
    assert seen(office) == nothing
    office.now += timedelta(days=2)
    report = office.take("x", path)
    # What the dead one had decided is completed, not made a second time.
    assert report.outcome == ("already sealed" if prefix == "runs/" else "sealed")
    assert runs(office) == [RunKind.IMPORT]
    assert [row["native_id"] for row in office.rows("x")] == ["1", "2"]
    assert office.take("x", path).outcome == "already sealed"
    assert check_fixity(office.archive.store, office.vault.books, NOW, 10**9).damaged == []
