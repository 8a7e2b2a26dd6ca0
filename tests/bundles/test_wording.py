"""What a page says of a record is what the evidence carries, in words."""

from __future__ import annotations

import csv
import io
import json
import re
import zipfile
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import msgspec
import pyarrow.parquet as pq
import pytest

from archives import NIGHT, SIGNER, Row, make_archive, record, removed
from exports import Office, shown, tweet, ytd, zipped
from paloverde.archive.reader import Archive
from paloverde.bundles.build import build_bundle
from paloverde.bundles.pages import PER_VOLUME
from paloverde.bundles.wording import (
    ORIGINS,
    SITES_OWN,
    changes,
    listed,
    origin,
    poster_missing,
    removal_in_words,
    versions_of,
)
from paloverde.records import Missing, Provenance
from paloverde.search.answer import search
from paloverde.search.hits import Hit, Kept, Removal
from plaza import PlazaSite, plaza
from plazacity import City

FIRST, SECOND = date(2026, 11, 20), date(2026, 11, 21)
LATER = NIGHT + timedelta(days=1)
ALREADY = "Was hidden or removed already when it was first archived (exact time not known)."
HIDES = "Cause on record: hidden by the page or by its own word filter (the site does not say which)."
HIT = Hit(
    account="a",
    date=date(2026, 3, 2),
    platform="facebook",
    kind="comment",
    native_id="1",
    version_sha256="v",
    text="pool",
    visibility="public",
    observed_at=NIGHT,
    payload_sha256="p",
    part="part",
    row=0,
    sequence=1,
)
HELD = Removal(removed_at=LATER, confirmed_by="a look-up", cause="author", first_seen=NIGHT)


@pytest.fixture
def site() -> Iterator[PlazaSite]:
    with plaza() as running:
        running.post("p1", "Street sweeping starts Monday")
        running.comment("p1", "c1", "On which route?")
        running.comment("p1", "c2", "A rude word", hidden=True)
        yield running


RECORDS = "data/02_records/"
VOLUMES = f"{RECORDS}html/"


def pages(archive: Archive, folder: Path) -> dict[str, str]:
    answer = search(archive, "*")
    out = folder / "bundle.zip"
    build_bundle(answer, archive, SIGNER, name="1", agency="City of Springfield", now=NIGHT, out=out)
    with zipfile.ZipFile(out) as box:
        inside = {name.partition("/")[2]: name for name in box.namelist()}
        return {path: box.read(name).decode() for path, name in inside.items() if path.startswith(VOLUMES)}


def told(removal: Removal, **more: object) -> str | None:
    hit = msgspec.structs.replace(HIT, removed=removal, **more)
    return removal_in_words(versions_of([hit])[hit.item])


def test_what_was_hidden_at_the_first_night_is_not_said_to_be_hidden_later(
    site: PlazaSite, tmp_path: Path
) -> None:
    city = City(tmp_path, site)
    city.night(FIRST)
    assert city.check(FIRST).removed == ["c2"]
    answer = search(city.archive, "removed:yes")
    words = removal_in_words(versions_of(answer.hits)[answer.hits[0].item])
    assert words == f"{ALREADY} {HIDES}"
    assert "1 of them found hidden or removed." in answer.sentence
    assert answer.to_arrow()["removal_cause"].to_pylist() == ["city"]
    assert answer.to_arrow()["removal_confirmed_by"].to_pylist() == [SITES_OWN]


def test_it_stays_so_where_the_check_comes_only_after_the_second_night(
    site: PlazaSite, tmp_path: Path
) -> None:
    city = City(tmp_path, site)
    city.night(FIRST)
    city.later = timedelta(days=1)
    city.night(SECOND)
    city.check(SECOND)
    (hit,) = search(city.archive, "removed:yes").hits
    assert removal_in_words(versions_of([hit])[hit.item]) == f"{ALREADY} {HIDES}"


def test_what_was_hidden_between_two_nights_says_when_it_was_found_so(
    site: PlazaSite, tmp_path: Path
) -> None:
    city = City(tmp_path, site)
    city.night(FIRST)
    city.later = timedelta(days=1)
    site.comments["p1"]["c1"] |= {"hidden": True, "text": "Changed too"}
    city.night(SECOND)
    city.check(SECOND)
    hits = search(city.archive, "changed").hits  # the first version does not answer this question
    assert len(hits) == 1
    words = removal_in_words(versions_of(hits)[hits[0].item])
    assert words is not None
    assert words.startswith("Found hidden ")
    assert words.endswith(f"it happened at that time or before. {HIDES}")


@pytest.mark.parametrize(
    ("removal", "words"),
    [
        (HELD, "Found removed March 3, 2026, 01:00 AM Pacific (2026-03-03 09:00:00 UTC); it happened at that time or before. Cause on record: author."),
        (Removal(cause="city", cause_reason="The site or the page did."), "Found removed (time not known). Cause on record: The site or the page did (recorded as: city)."),
        (Removal(LATER, SITES_OWN, "city", "anything"), f"Found hidden March 3, 2026, 01:00 AM Pacific (2026-03-03 09:00:00 UTC); it happened at that time or before. {HIDES}"),
        (Removal(NIGHT, SITES_OWN, "city"), f"{ALREADY} {HIDES}"),
        (Removal(), "Found removed (time not known). Cause on record: not known."),
    ],
)  # fmt: skip
def test_a_removal_is_worded_from_the_facts(removal: Removal, words: str) -> None:
    assert told(removal) == words


def test_a_removal_is_never_laid_to_the_city_where_the_site_only_says_hidden() -> None:
    words = told(Removal(LATER, SITES_OWN, "city"))
    assert words is not None
    assert not re.search(r"\bcity\b|Removed by|Later", words)
    assert removal_in_words(versions_of([HIT])[HIT.item]) is None


@pytest.mark.parametrize(
    ("given", "missing", "words"),
    [
        ({"poster_name": "Rosa", "poster_id": "9"}, Missing.API_NOT_EXPOSED, "the site does not give the poster's user name"),
        ({"poster_id": "9"}, Missing.WITHHELD, "the site left the poster's display name and user name out of its answer"),
        ({}, Missing.DELETED_ACCOUNT, "the poster's account was deleted, and the site no longer gives the display name, user name and id"),
        ({"poster_name": "Rosa", "poster_username": "rosa", "poster_id": "9"}, Missing.WITHHELD, None),
        ({}, None, None),
        ({"poster_name": "Rosa", "poster_id": "9"}, "NEW_CODE", "the poster's user name, for a reason noted as NEW_CODE"),
    ],
)  # fmt: skip
def test_a_missing_part_of_the_poster_is_named(
    given: dict[str, str], missing: str | None, words: str | None
) -> None:
    assert poster_missing(msgspec.structs.replace(HIT, poster_missing=missing, **given)) == words


@pytest.mark.parametrize("missing", list(Missing))
def test_no_code_of_a_missing_poster_is_left_without_words(missing: Missing) -> None:
    words = poster_missing(msgspec.structs.replace(HIT, poster_missing=missing))
    assert words is not None
    assert "_" not in words


PICTURE = Kept(url="https://a.example/p.jpg?sig=1", sha256="1")


@pytest.mark.parametrize(
    ("more", "words"),
    [
        ({"text": "x"}, "Changed: the text."),
        ({"visibility": "hidden"}, "Changed: the visibility (from public to hidden)."),
        ({"poster_name": "Rosa", "text": None}, "Changed: the text and poster's display name."),
        ({"media": []}, "Changed: the pictures, videos or attachments."),
        (
            {"media": [Kept(url="https://b.example/p.jpg?sig=2")]},
            "Changed: other data that the site gives with it.",
        ),
    ],
)
def test_what_changed_between_two_versions_is_said(more: dict[str, object], words: str) -> None:
    before = msgspec.structs.replace(HIT, media=[PICTURE])
    assert changes(before, msgspec.structs.replace(before, **more)) == words


@pytest.mark.parametrize(
    ("more", "words"),
    [
        ({}, "The same words from another source, no edit: from the site's own answer to the City (before: from the site's download of the account)."),
        ({"text": "pool\r\n"}, "The same words from another source, no edit: from the site's own answer to the City (before: from the site's download of the account)."),
        ({"poster_name": "Rosa", "visibility": "hidden"}, "The same words from another source, no edit: from the site's own answer to the City (before: from the site's download of the account). Told otherwise here: the poster's display name and visibility (from public to hidden)."),
        ({"text": "pools"}, "Another source tells it differently: from the site's own answer to the City (before: from the site's download of the account). Different: the text."),
        ({"kind": "subscriber_count", "count": 7}, "Another source tells it differently: from the site's own answer to the City (before: from the site's download of the account). Different: the count."),
    ],
)  # fmt: skip
def test_what_another_source_tells_is_no_edit(more: dict[str, object], words: str) -> None:
    before = msgspec.structs.replace(HIT, provenance="export")
    assert changes(before, msgspec.structs.replace(before, provenance="api", **more)) == words


def test_where_no_source_is_noted_a_change_is_a_change() -> None:
    assert changes(HIT, msgspec.structs.replace(HIT, provenance="api", text="x")) == "Changed: the text."


@pytest.mark.parametrize("code", list(Provenance))
def test_every_way_in_which_a_record_came_has_words(code: Provenance) -> None:
    words = origin(msgspec.structs.replace(HIT, provenance=code.value))
    assert words == ORIGINS[code]
    assert "_" not in words
    assert origin(msgspec.structs.replace(HIT, provenance="new_code")) == "noted as new_code"


def test_an_import_and_the_night_after_it_are_told_apart_wherever_counsel_reads(tmp_path: Path) -> None:
    office = Office(tmp_path)
    posted_at = datetime(2026, 3, 2, 18, tzinfo=UTC)
    posts = ytd("tweets", [tweet("1", "Street sweeping starts Monday")])
    office.take("x", zipped(tmp_path / "x.zip", {"data/tweets.js": posts}))
    office.night("x", [shown("x", "1", "Street sweeping starts Monday", posted_at)], office.now)
    answer = search(office.archive, "sweeping")
    out = tmp_path / "bundle.zip"
    build_bundle(answer, office.archive, SIGNER, name="1", agency="City of Springfield", now=NIGHT, out=out)
    with zipfile.ZipFile(out) as box:
        files = {name.partition("/")[2]: box.read(name) for name in box.namelist()}
    first, second = files[f"{VOLUMES}volume-00001.html"].decode().split("<article ")[1:]
    assert (
        "The City did not get this record from the site&#39;s own answer: from the site&#39;s download"
        in first
    )
    assert "The same words from another source, no edit: from the site&#39;s own answer to the City" in second
    assert "Changed:" not in second
    ways = ["export", "api"]
    assert [
        json.loads(line)["provenance"] for line in files[f"{RECORDS}json/records.jsonl"].splitlines()
    ] == ways
    table = list(csv.DictReader(io.StringIO(files[f"{RECORDS}csv/records.csv"].decode("utf-8-sig"))))
    assert [row["provenance"] for row in table] == ways
    assert (
        pq.read_table(io.BytesIO(files[f"{RECORDS}parquet/records.parquet"]))["provenance"].to_pylist()
        == ways
    )
    assert "personal_device       handed in from a personal device" in files["README.txt"].decode()


def test_a_list_is_said_with_commas_and_and() -> None:
    assert [listed(["a"]), listed(["a", "b"]), listed(["a", "b", "c"])] == ["a", "a and b", "a, b and c"]


def edited(native_id: str) -> list[Row]:
    return [
        record(native_id, "The pool opens at ten"),
        record(native_id, "The pool opens at noon", observed_at=LATER),
        record(native_id, "The pool opens at noon", observed_at=LATER + timedelta(days=1), visibility="hidden", version_sha256="c" * 64),
    ]  # fmt: skip


def test_versions_of_an_item_are_numbered_explained_and_linked(tmp_path: Path) -> None:
    (page,) = pages(make_archive(tmp_path, [*edited("1"), record("2", "alone")]), tmp_path).values()
    articles = page.split("<article ")[1:]
    assert [re.findall(r"Version \d of 3", one) for one in articles] == [
        ["Version 1 of 3"], ["Version 2 of 3"], ["Version 3 of 3"], [],
    ]  # fmt: skip
    assert "Changed:" not in articles[0]
    assert "Changed: the text. " in re.sub(r"\s+", " ", articles[1])
    before = f'<a href="../../../{VOLUMES}volume-00001.html#record-1">The version before: record 1</a>'
    assert before in articles[1]
    assert "Changed: the visibility (from public to hidden)." in articles[2]
    assert "The version after" not in articles[2]


def test_the_version_before_is_found_in_another_volume(tmp_path: Path) -> None:
    early = datetime(2026, 2, 1, tzinfo=UTC)
    rows = [record("0", "first", posted_at=early), record("0", "second", observed_at=LATER)]
    rows += [record(f"1{number:04d}", "x", posted_at=early) for number in range(PER_VOLUME)]
    made = pages(make_archive(tmp_path, rows), tmp_path)
    assert 'id="record-1"' in made[f"{VOLUMES}volume-00001.html"]
    one, two = (f"{VOLUMES}volume-0000{number}.html" for number in (1, 2))
    assert f'href="../../../{one}#record-1"' in made[two]
    assert f'href="../../../{two}#record-{len(rows)}"' in made[one]


def test_pages_say_it_without_codes(tmp_path: Path) -> None:
    row = record("1", "x", visibility="hidden", poster_missing="API_NOT_EXPOSED")
    (page,) = pages(
        make_archive(tmp_path, [row], removed=[removed(row, removed_at=NIGHT, confirmed_by=SITES_OWN)]), tmp_path
    ).values()  # fmt: skip
    assert ALREADY in page
    assert HIDES in page
    assert "the site does not give the poster&#39;s user name" in page
    assert "API_NOT_EXPOSED" not in page
    assert "This record was hidden when it was archived." in page
