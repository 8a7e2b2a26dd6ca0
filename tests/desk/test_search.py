"""Searching at the desk: what is asked, what is found and said, and who may look where."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlencode

import pytest
from starlette.datastructures import QueryParams

from archives import add_night
from desk.desks import Desks, served, text_of, until
from desk.shelves import FB, HOSTILE, LIMITED, NOW, SCRIPT, Shelves, X, harm_in
from paloverde.desk.areas.searches import AT_ONCE
from paloverde.desk.asked import Asked, asked_of
from paloverde.desk.charts import over_time, shares
from paloverde.desk.paces import Paces
from paloverde.desk.people import Person, Role

BUSY = {"search": 10_000, "export": 10_000}


@pytest.fixture(scope="module")
def shelves(tmp_path_factory: pytest.TempPathFactory) -> Shelves:
    return Shelves(tmp_path_factory.mktemp("shelves")).fill()


@pytest.fixture(scope="module")
def desks(shelves: Shelves) -> Iterator[Desks]:
    with served(Desks(shelves.city, paces=Paces(per_window=BUSY))) as running:
        yield running


def found(desks: Desks, q: str, who: Role | Person = Role.CLERK, **more: str) -> str:
    answer = desks.get(f"/search?{urlencode({'q': q, **more})}", who)
    assert answer.status_code == 200, text_of(answer)
    return text_of(answer)


def test_a_search_says_its_sentence_its_numbers_and_its_hits(desks: Desks) -> None:
    said = found(desks, "pool")
    assert "for which this holds: “pool”" in said
    assert "6 hits, in 5 records" in said
    assert "Is the pool heated?" in said
    assert "By account" in said or "Hits by account" in said
    assert "private messages and lists of subscribers were not searched" in said
    page = desks.get("/search?q=heated").text
    assert "<mark>heated</mark>" in page


def test_each_hit_tells_of_a_removal_and_of_an_edit_in_words(desks: Desks) -> None:
    assert "found hidden or removed" in found(desks, "mistake").partition("Hits, oldest first")[2]
    assert "edited" in found(desks, "Tuesday").partition("Hits, oldest first")[2]


def test_the_filters_narrow_what_is_searched(desks: Desks) -> None:
    assert "1 hit, in 1 record" in found(desks, "pool", account=X)
    assert "1 hit, in 1 record" in found(desks, "pool", site="x")
    assert "2 hits, in 2 records" in found(desks, "pool", kind="comment")
    assert "1 hit, in 1 record" in found(desks, "pool OR hostile", removed="yes")
    assert "1 hit, in 1 record" in found(desks, "pool", media="yes")
    assert "0 hits" in found(desks, "pool", since="2026-06-01")
    assert "6 hits" in found(desks, "pool", since="2026-05-06", until="2026-05-06")


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({"q": "pool AND"}, ["something is missing here", "Add the word that should follow", "^"]),
        ({"q": "(pool"}, ["this parenthesis is never closed", "Add )"]),
        ({"q": ""}, ["it is empty", "Write at least one word"]),
        ({"q": "account:nobody"}, ["No account is named nobody"]),
        ({"q": "pool", "account": "nobody"}, ["No account is named nobody"]),
        ({"q": "pool", "kind": "psot"}, ["Did you mean post?"]),
        ({"q": "kind:message"}, ["Tick “Search private messages"]),
        ({"q": "pool", "since": "2026-13-01"}, ["This is no date"]),
        ({"q": "pool", "since": "0001-01-01"}, ["Choose a day between 1990 and 2199"]),
        ({"q": "pool", "since": "2026-05-02", "until": "2026-05-01"}, ["the first: exchange them"]),
        ({"q": "x" * 4_001}, ["4,001 characters"]),
    ],
)
def test_a_mistake_is_shown_with_its_place_and_its_mend(
    desks: Desks, values: dict[str, str], words: list[str]
) -> None:
    answer = desks.get(f"/search?{urlencode(values)}")
    assert answer.status_code == 400
    for word in words:
        assert word in text_of(answer)
    assert f'value="{values["q"][:20]}' in answer.text  # what was typed stands there still


def test_what_a_question_means_is_told_while_it_is_typed_and_nothing_is_noted(
    desks: Desks, shelves: Shelves
) -> None:
    before = len(shelves.told("search made"))
    page = desks.get("/search/help?q=pool+NOT+dog").text
    assert "contains the word “pool”" in page
    assert re.search(r'id="q-meaning"', page)
    assert "this parenthesis is never closed" in desks.get("/search/help?q=(pool").text
    assert len(shelves.told("search made")) == before
    assert 'data-help="/search/help" data-into="q-meaning"' in desks.get("/search").text.replace("  ", " ")


def test_each_page_of_hits_is_noted_in_the_ledger(desks: Desks, shelves: Shelves) -> None:
    before = len(shelves.told("search made"))
    found(desks, "heated")
    found(desks, "heated", page="2")
    told = shelves.told("search made")[before:]
    assert [(one["question"], one["page"]) for one in told] == [("heated", "1"), ("heated", "2")]


def test_private_records_are_searched_for_a_reason_only_and_by_whoever_may(
    desks: Desks, shelves: Shelves
) -> None:
    assert "0 hits" in found(desks, '"private word"')
    answer = desks.get("/search?q=private&private=yes")
    assert answer.status_code == 400
    assert "Say why you look" in text_of(answer)
    said = found(desks, '"private word"', private="yes", reason="A claim of Ms. Ruiz")
    assert "1 hit, in 1 record" in said
    assert shelves.told("search made")[-1]["reason"] == "A claim of Ms. Ruiz"
    assert shelves.told("search made")[-1]["scope"] == "with private records"
    refused = desks.get("/search?q=private&private=yes&reason=x", Role.AUDITOR)
    assert refused.status_code == 403
    assert "private messages" not in text_of(desks.get("/search", Role.AUDITOR)).replace("Filters", "")


def test_somebody_limited_to_an_account_finds_that_alone(desks: Desks) -> None:
    assert "1 hit, in 1 record" in found(desks, "pool", LIMITED)
    assert "1 hit, in 1 record" in found(desks, "pool", LIMITED, account=FB)
    assert FB not in desks.get("/search", LIMITED).text
    assert FB not in desks.get("/search?q=pool", LIMITED).text
    for account in (FB, "nobody"):
        answer = desks.get(f"/search?q=account:{account}+pool", LIMITED)
        assert "0 hits" in text_of(answer) or "account that is not yours" in text_of(answer)
    assert FB not in desks.get("/search?q=account:nobody", LIMITED).text


def test_hostile_words_stay_words_on_every_page_of_a_search(desks: Desks) -> None:
    page = desks.get("/search?q=hostile").text
    assert harm_in(page) == []
    assert "[U+202E]" in page
    assert "[U+0000]" in page
    for text in HOSTILE:
        for path in ("/search", "/search/help"):
            assert (
                harm_in(desks.get(f"{path}?{urlencode({'q': text, 'since': text, 'reason': text})}").text)
                == []
            )


def test_pages_stay_small_whatever_people_write(tmp_path: Path) -> None:
    shelves = Shelves(tmp_path)
    long = ("<&\u202e\u200b" * 20_000) + " swamp " + ("<&\u202e\u200b" * 20_000)
    rows = [shelves.row(str(n), long + str(n), poster_name=long, kind="post") for n in range(60)]
    add_night(shelves.city.archive, FB, NOW.date(), rows)
    with served(Desks(shelves.city)) as desks:
        answer = desks.get("/search?q=*")
        assert "60 hits" in text_of(answer)
        assert len(answer.content) < 300_000
        assert desks.get("/search?q=*&page=999999").status_code == 400
        assert "no such page of hits" in text_of(desks.get("/search?q=*&page=3"))
        second = desks.get("/search?q=*&page=2")
        assert text_of(second).count("post by") == 10
        record = re.search(r'href="(/record\?[^"]+)"', answer.text)
        assert record is not None
        for path in (record[1], record[1].replace("/record?", "/record/payload?"),
                     record[1].replace("/record?", "/record/conversation?")):  # fmt: skip
            page = desks.get(path.replace("&amp;", "&"))
            assert page.status_code == 200
            assert len(page.content) < 300_000, path


def test_an_empty_archive_says_what_comes_first(tmp_path: Path) -> None:
    with served(Desks(Shelves(tmp_path).city)) as desks:
        said = found(desks, "pool")
        assert "Nothing is archived yet" in said
        assert "No search is kept yet" in text_of(desks.get("/search/kept"))


def test_a_kept_search_is_listed_run_again_and_taken_off_the_list(desks: Desks, shelves: Shelves) -> None:
    said = desks.done("/search/keep", {"q": "kept pool OR pool", "kind": "post", "name": f"Pools {SCRIPT}"})
    assert "is kept" in said
    page = desks.get("/search/kept").text
    assert harm_in(page) == []
    assert "Nothing new." in page
    again = re.search(r'href="(/search\?q=kept[^"]+)"', page)
    assert again is not None
    assert "4 hits" in text_of(desks.get(again[1].replace("&amp;", "&")))
    drop = re.search(r'action="(/search/kept/[0-9a-f]+/drop)"', page)
    assert drop is not None
    assert "off the list" in desks.done(drop[1], {})
    assert "kept pool" not in desks.get("/search/kept").text
    assert desks.post(drop[1], {}).status_code == 400
    assert [len(shelves.told(what)) for what in ("search kept", "kept search taken off the list")] == [1, 1]


def test_kept_searches_of_others_and_of_private_records_are_shown_to_whoever_may_see_what_they_find(
    desks: Desks,
) -> None:
    desks.done("/search/keep", {"q": "pool", "name": "Of all accounts"})
    desks.done("/search/keep", {"q": "pool", "account": X, "name": "Of X alone"})
    desks.done("/search/keep", {"q": "pool", "private": "yes", "reason": "why", "name": "With private ones"})
    assert "With private ones" in desks.get("/search/kept").text
    assert "With private ones" not in desks.get("/search/kept", Role.AUDITOR).text
    theirs = desks.get("/search/kept", LIMITED).text
    assert "Of X alone" in theirs
    assert "Of all accounts" not in theirs
    drop = re.findall(r'action="(/search/kept/[0-9a-f]+/drop)"', desks.get("/search/kept").text)
    refused = [desks.post(path, {}, LIMITED).status_code for path in drop]
    assert sorted(refused) == [303, 400, 400]


@pytest.mark.parametrize("indexed", [False, True])
def test_a_kept_search_says_how_much_is_new_since(tmp_path: Path, indexed: bool) -> None:
    shelves = Shelves(tmp_path).fill()
    if indexed:
        shelves.city.index.refresh()
    with served(Desks(shelves.city)) as desks:
        desks.done("/search/keep", {"q": "heated", "name": "Warm water"})
        assert "Nothing new." in desks.get("/search/kept").text
        row = shelves.row("new", "The pool is heated now", observed_at=NOW)
        add_night(shelves.city.archive, FB, NOW.date(), [row])
        assert "1 new" in text_of(desks.get("/search/kept"))


def test_a_search_needs_a_name_to_be_kept(desks: Desks) -> None:
    answer = desks.post("/search/keep", {"q": "pool", "name": " "})
    assert answer.status_code == 400
    assert "Give the search a name" in text_of(answer)


def test_a_search_can_be_cited_with_its_last_seal(desks: Desks, shelves: Shelves) -> None:
    said = found(desks, "pool")
    (last,) = [seal.sequence for seal in shelves.city.archive.seals()][-1:]
    assert shelves.city.searches.seal(last) in said
    assert f"through sealed run {last}" in said
    assert "but for records that were destroyed under the retention schedule since" in said


def test_hits_are_taken_away_as_a_table_with_their_private_marks(desks: Desks, shelves: Shelves) -> None:
    form = {"q": "pool", "private": "yes", "reason": "For counsel"}
    answer = desks.post("/search/export", form)
    assert answer.status_code == 200, text_of(answer)
    assert answer.headers["content-disposition"].endswith('-private.csv"')
    rows = list(csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig"), newline="")))
    assert len(rows) == 7
    assert [row["private"] for row in rows].count("private") == 1
    told = shelves.told("hits taken away")[-1]
    assert (told["hits"], told["scope"]) == ("7", "with private records")
    assert desks.post("/search/export", form, Role.AUDITOR).status_code == 403


def test_no_cell_of_the_table_is_a_formula(desks: Desks) -> None:
    answer = desks.post("/search/export", {"q": "hostile"})
    rows = list(csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig"), newline="")))
    assert len(rows) == len(HOSTILE)
    for row in rows:
        assert not any(value[:1] in "=+-@\t\r" for value in row.values() if value)
        assert "\0" not in "".join(row.values())


def test_a_table_of_many_hits_is_made_while_one_does_something_else(tmp_path: Path) -> None:
    shelves = Shelves(tmp_path)
    rows = [shelves.row(str(number), f"pool {number}") for number in range(AT_ONCE + 1)]
    add_night(shelves.city.archive, FB, NOW.date(), rows)
    with served(Desks(shelves.city)) as desks:
        answer = desks.post("/search/export", {"q": "pool"})
        assert answer.status_code == 303
        path = answer.headers["location"]
        until(lambda: "It is ready" in desks.get(path).text)
        link = re.search(r'href="(/search/taken/[0-9a-f]+)"', desks.get(path).text)
        assert link is not None
        table = desks.get(link[1])
        assert len(table.text.splitlines()) == AT_ONCE + 2
        assert table.headers["content-disposition"].startswith("attachment")
        for theirs in (path, link[1]):
            assert desks.get(theirs, Role.COUNSEL).status_code == 404
        assert "A file of hits" in text_of(desks.get("/"))
        assert "A file of hits" not in text_of(desks.get("/", Role.COUNSEL))
    (kept,) = (shelves.home / "desk" / "hits").iterdir()
    assert kept.stat().st_mode & 0o777 == 0o600


def test_too_many_exports_in_a_minute_wait(shelves: Shelves) -> None:
    with served(Desks(shelves.city, paces=Paces(per_window={"search": 100, "export": 1}))) as desks:
        assert desks.post("/search/export", {"q": "pool"}).status_code == 200
        assert desks.post("/search/export", {"q": "pool"}).status_code == 429


def test_an_address_says_a_search_whole() -> None:
    asked = Asked("pool", ("a", "b"), ("post",), ("x",), "2026-01-01", "2026-02-01", True, True, True, "why")
    assert asked_of(QueryParams(asked.query)) == asked


def test_a_chart_has_a_bar_for_each_month_and_for_each_year_of_many() -> None:
    chart = over_time({"2026-01": 2, "2026-03": 4, "undated": 9})
    assert chart is not None
    assert [(bar.label, bar.number) for bar in chart.bars] == [("2026-01", 2), ("2026-02", 0), ("2026-03", 4)]
    assert chart.sentence == "Hits by month from 2026-01 to 2026-03; the most, 4, in 2026-03."
    years = over_time({"1999-12": 1, "2026-03": 4, "2026-04": 1})
    assert years is not None
    assert (years.of, len(years.bars), years.bars[-1].number) == ("year", 28, 5)
    assert over_time({"2026-01": 2}) is None
    assert [bar.label for bar in shares({"a": 1, "b": 3})] == ["b", "a"]
