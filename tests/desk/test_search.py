"""Searching at the desk: what is asked, what is found and said, and who may look where."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator
from datetime import timedelta
from html import unescape
from pathlib import Path
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest
from starlette.datastructures import QueryParams

from archives import add_night, removed
from desk.desks import Desks, served, text_of, until
from desk.shelves import FB, HOSTILE, LIMITED, NOW, SCRIPT, Shelves, X, harm_in
from paloverde.desk.areas.hits_taken import AT_ONCE
from paloverde.desk.areas.searches import in_words
from paloverde.desk.asked import Asked, asked_of
from paloverde.desk.charts import over_time, shares
from paloverde.desk.paces import Paces
from paloverde.desk.people import Person, Role
from paloverde.search.newer import Newer

PRIVATELY = "/search?q=%22private+word%22&private=yes"
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


def reason_of(desks: Desks, words: str, who: Role | Person = Role.CLERK) -> str:
    """The number of a reason that was given for private records."""
    return parse_qs(urlsplit(str(desks.for_a_reason(PRIVATELY, words, who).url)).query)["why"][0]


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
    assert "found hidden or removed" in found(desks, "mistake").partition("Hits, newest first")[2]
    assert "edited" in found(desks, "Tuesday").partition("Hits, newest first")[2]


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
        ({"q": ""}, ["The question is empty", "Write at least one word"]),
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
    before = len(shelves.told("search made"))
    for path in (PRIVATELY, f"{PRIVATELY}&reason=A+claim", f"{PRIVATELY}&why={'0' * 32}"):
        assert "Say why you look" in text_of(desks.get(path))
    assert len(shelves.told("search made")) == before
    answer = desks.for_a_reason(PRIVATELY, "A claim of Ms. Ruiz")
    assert "1 hit, in 1 record" in text_of(answer)
    assert "why: “A claim of Ms. Ruiz”" in text_of(answer)
    assert shelves.told("search made")[-1]["reason"] == "A claim of Ms. Ruiz"
    assert shelves.told("search made")[-1]["scope"] == "with private records"
    assert desks.get(PRIVATELY, Role.AUDITOR).status_code == 403
    assert "private messages" not in text_of(desks.get("/search", Role.AUDITOR)).replace("Filters", "")


def test_a_reason_stands_in_no_address_and_opens_nothing_for_anybody_else(
    desks: Desks, shelves: Shelves
) -> None:
    answer = desks.for_a_reason(PRIVATELY, "Zanzibar claim")
    assert "zanzibar" not in str(answer.url).lower()
    addresses = re.findall(r'(?:href|src|action|data-[a-z]+)="([^"]*)"', answer.text)
    assert not [one for one in addresses if "zanzibar" in one.lower()]
    record = next(unescape(one) for one in addresses if one.startswith("/record?"))
    page = desks.get(record)
    assert "A private word about the pool" in text_of(page)
    assert "zanzibar" not in " ".join(re.findall(r'(?:href|src)="([^"]*)"', page.text)).lower()
    assert shelves.told("private record looked at")[-1]["reason"] == "Zanzibar claim"
    for path in (record, str(answer.url.raw_path.decode())):
        theirs = desks.get(path, Role.COUNSEL)
        assert "ay why you look" in text_of(theirs)
        assert "A private word" not in theirs.text


def test_a_reason_leads_on_to_a_page_of_the_desk_alone(desks: Desks) -> None:
    for onward in ("//evil.example/x", "https://evil.example", "/\\evil.example", "/record?q=\r\nx", ""):
        answer = desks.post("/reason", {"onward": onward, "reason": "why"})
        assert answer.status_code == 400, onward
    for reason in ("", "  ", "x" * 301):
        answer = desks.post("/reason", {"onward": "/search?q=pool&private=yes", "reason": reason})
        assert (answer.status_code, "Say why" in text_of(answer)) == (400, True)
        assert 'value="/search?q=pool&amp;private=yes"' in answer.text
    assert desks.post("/reason", {"onward": "/search", "reason": "why"}, Role.AUDITOR).status_code == 403


def test_hits_come_newest_first_and_oldest_first_where_that_is_asked(tmp_path: Path) -> None:
    shelves = Shelves(tmp_path)
    days = [NOW - timedelta(days=number) for number in range(3)]
    rows = [shelves.row(str(n), f"said {n}", posted_at=day, observed_at=NOW) for n, day in enumerate(days)]
    add_night(shelves.city.archive, FB, NOW.date(), rows)
    with served(Desks(shelves.city)) as desks:
        for _ in ("by reading", "by the index"):
            page = desks.get("/search?q=said")
            assert re.findall(r"</mark> (\d)", page.text) == ["0", "1", "2"]
            assert "Hits, newest first" in text_of(page)
            turned = re.search(r'href="([^"]+)">Show the oldest first', page.text)
            assert turned is not None
            other = desks.get(unescape(turned[1]))
            assert re.findall(r"</mark> (\d)", other.text) == ["2", "1", "0"]
            assert "Hits, oldest first" in text_of(other)
            shelves.city.index.refresh()
    told = shelves.told("search made")
    assert [one["order"] for one in told] == ["newest first", "oldest first"] * 2


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
                harm_in(
                    desks.get(
                        f"{path}?{urlencode({'q': text, 'since': text, 'why': text, 'order': text})}"
                    ).text
                )
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
    before = len(shelves.told("search made"))
    desks.get("/search/kept")
    assert len(shelves.told("search made")) == before  # to look at the list is no search
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
    why = reason_of(desks, "why")
    desks.done("/search/keep", {"q": "pool", "private": "yes", "why": why, "name": "With private ones"})
    assert "With private ones" in desks.get("/search/kept").text
    assert "With private ones" not in desks.get("/search/kept", Role.AUDITOR).text
    theirs = desks.get("/search/kept", LIMITED).text
    assert "Of X alone" in theirs
    assert "Of all accounts" not in theirs
    news = re.findall(r'action="(/search/kept/[0-9a-f]+/)drop"', desks.get("/search/kept").text)
    assert sorted(desks.post(f"{path}news", {}, LIMITED).status_code for path in news) == [303, 400, 400]


def test_a_search_is_taken_off_the_list_by_its_keeper_or_by_whoever_works_on_requests(
    tmp_path: Path,
) -> None:
    with served(Desks(Shelves(tmp_path).fill().city)) as desks:
        desks.done("/search/keep", {"q": "pool", "name": "Of Pia"}, Role.PUBLIC_AFFAIRS)
        desks.done("/search/keep", {"q": "pool", "name": "Of Una"}, Role.AUDITOR)
        drops = {}
        for role in (Role.CLERK, Role.PUBLIC_AFFAIRS, Role.AUDITOR):
            page = desks.get("/search/kept", role)
            assert all(name in text_of(page) for name in ("Of Pia", "Of Una"))
            drops[role] = re.findall(r'action="(/search/kept/[0-9a-f]+/drop)"', page.text)
        (pia,), (una,) = drops[Role.PUBLIC_AFFAIRS], drops[Role.AUDITOR]
        assert {*drops[Role.CLERK]} == {pia, una}
        refused = desks.post(una, {}, Role.PUBLIC_AFFAIRS)
        assert refused.status_code == 403
        namesake = Person("una2", "Una Wolf", Role.AUDITOR, "")
        assert desks.post(una, {}, namesake).status_code == 403
        assert "off the list" in desks.done(pia, {}, Role.PUBLIC_AFFAIRS)
        assert "off the list" in desks.done(una, {})


@pytest.mark.parametrize("indexed", [False, True])
def test_a_kept_search_says_on_asking_how_much_is_new_since(tmp_path: Path, indexed: bool) -> None:
    shelves = Shelves(tmp_path).fill()
    if indexed:
        shelves.city.index.refresh()
    with served(Desks(shelves.city)) as desks:
        desks.done("/search/keep", {"q": "pool removed:no", "name": "What stands"})
        news = re.search(r'action="(/search/kept/[0-9a-f]+/news)"', desks.get("/search/kept").text)
        assert news is not None
        assert "Nothing is new. It finds 5 hits now." in desks.done(news[1], {"page": "1"})
        row = shelves.row("new", "The pool is heated now", observed_at=NOW)
        gone = removed(shelves.row("2", "Is the pool heated?", parent_id="1", thread_id="1"))
        add_night(shelves.city.archive, FB, NOW.date(), [row], removed=[gone])
        told = desks.done(news[1], {"page": "1"}, Role.AUDITOR)
        assert "1 hit is new. 1 earlier hit does not answer any more. It finds 5 hits now." in told
    made = [entry.event for entry in shelves.city.ledger.entries() if entry.event.what == "search made"]
    assert [event.about.get("new") for event in made] == [None, "0", "1"]
    assert "Una Wolf" in made[-1].actor


def test_what_is_new_of_private_records_is_told_once_somebody_says_why(tmp_path: Path) -> None:
    shelves = Shelves(tmp_path).fill()
    with served(Desks(shelves.city)) as desks:
        kept = {"q": "pool", "private": "yes", "why": reason_of(desks, "why"), "name": "With private ones"}
        desks.done("/search/keep", kept)
        news = re.search(r'action="(/search/kept/[0-9a-f]+/news)"', desks.get("/search/kept").text)
        assert news is not None
        made = len(shelves.told("search made"))
        asked = desks.post(news[1], {"page": "1"})
        assert "say why" in text_of(asked)
        assert "say why" in text_of(desks.get(news[1]))
        assert len(shelves.told("search made")) == made
        told = desks.for_a_reason(f"{news[1]}?page=1", "The attorney asks")
        told = text_of(desks.get(told.headers["location"])) if told.status_code == 303 else text_of(told)
        last = shelves.told("search made")[-1]
        assert (last["reason"], last["scope"]) == ("The attorney asks", "with private records")
        assert desks.get(news[1], Role.AUDITOR).status_code == 400


@pytest.mark.parametrize(
    ("found", "then", "words"),
    [
        (Newer(3, 0, 3), 3, "Nothing is new. It finds 3 hits now."),
        (
            Newer(3, 1, 2),
            3,
            "1 hit is new. 1 earlier hit was destroyed under the retention schedule since. It",
        ),
        (Newer(1, 0, 3), 3, "Nothing is new. 2 earlier hits do not answer any more. It finds 1 hit now."),
    ],
)
def test_what_is_new_is_not_the_difference_of_two_totals(found: Newer, then: int, words: str) -> None:
    assert words in in_words(found, then)


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
    assert "Say why" in text_of(desks.post("/search/export", {"q": "pool", "private": "yes"}))
    form = {"q": "pool", "private": "yes", "why": reason_of(desks, "For counsel")}
    answer = desks.post("/search/export", form)
    assert answer.status_code == 200, text_of(answer)
    assert answer.headers["content-disposition"].endswith('-private.csv"')
    rows = list(csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig"), newline="")))
    assert len(rows) == 7
    assert [row["private"] for row in rows].count("private") == 1
    told = shelves.told("hits taken away")[-1]
    assert (told["hits"], told["scope"]) == ("7", "with private records")
    assert shelves.told("search made")[-1]["reason"] == "For counsel"
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
        kept = [*(shelves.home / "desk" / "hits").iterdir()]
        assert sorted(one.suffix for one in kept) == [".csv", ".json"]
        assert {one.stat().st_mode & 0o777 for one in kept} == {0o600}
        next(one for one in kept if one.suffix == ".csv").unlink()
        gone = desks.get(link[1])
        assert (gone.status_code, "not kept any more" in text_of(gone)) == (404, True)


@pytest.mark.parametrize("private", [False, True])
def test_a_table_that_waits_opens_to_nobody_whose_sign_in_was_narrowed_since(
    tmp_path: Path, private: bool
) -> None:
    shelves = Shelves(tmp_path)
    more = {"kind": "message", "visibility": "private"} if private else {}
    rows = [shelves.row(str(number), f"pool {number}", **more) for number in range(AT_ONCE + 1)]
    add_night(shelves.city.archive, FB, NOW.date(), rows)
    was = Person("cleo", "Cleo Park", Role.CLERK, "")
    with served(Desks(shelves.city)) as desks:
        form = {"q": "pool"}
        if private:
            form |= {"private": "yes", "why": reason_of(desks, "A claim", was)}
        path = desks.post("/search/export", form, was).headers["location"]
        until(lambda: "It is ready" in desks.get(path, was).text)
        link = re.search(r'href="(/search/taken/[0-9a-f]+)"', desks.get(path, was).text)
        assert link is not None
        assert desks.get(link[1], was).status_code == 200
        for narrowed, is_open in (
            (Person("cleo", "Cleo Park", Role.CLERK, "", accounts=(X,)), False),
            (Person("cleo", "Cleo Park", Role.CLERK, "", accounts=(FB, X)), True),
            (Person("cleo", "Cleo Park", Role.PUBLIC_AFFAIRS, ""), not private),
            (Person("cleo", "Cleo Park", Role.IT, ""), False),
        ):
            answer = desks.get(link[1], narrowed)
            assert answer.status_code == (200 if is_open else 403), narrowed
            assert ("pool 7" in answer.text) == is_open


def test_too_many_exports_in_a_minute_wait(shelves: Shelves) -> None:
    with served(Desks(shelves.city, paces=Paces(per_window={"search": 100, "export": 1}))) as desks:
        assert desks.post("/search/export", {"q": "pool"}).status_code == 200
        assert desks.post("/search/export", {"q": "pool"}).status_code == 429


def test_an_address_says_a_search_whole() -> None:
    asked = Asked(
        "pool", ("a", "b"), ("post",), ("x",), "2026-01-01", "2026-02-01", True, True, True, "why", "oldest"
    )
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
