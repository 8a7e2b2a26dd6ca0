"""Plain words: what the installation says names pages and no commands, and each page leads to what is next."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

import pytest

from desk.desks import PERSONS, Desks, served, text_of, until
from desk.shelves import HOSTILE
from paloverde.desk.archived_until import archived_until
from paloverde.desk.frame import page
from paloverde.desk.people import Role
from paloverde.desk.rights import Act
from paloverde.desk.wording import Way, plain, ways_of
from paloverde.errors import BadQuestion, PersonNeeded
from paloverde.requests.events import Received
from paloverde.steps import Step
from requesthall import CLERK, NOW, RequestHall

NUMBER = "PRA-2026-0042"


@pytest.fixture(scope="module")
def hall(tmp_path_factory: pytest.TempPathFactory) -> RequestHall:
    return RequestHall(tmp_path_factory.mktemp("plain"))


@pytest.fixture(scope="module")
def desks(hall: RequestHall) -> Iterator[Desks]:
    with served(Desks(hall.city)) as running:
        yield running


@pytest.mark.parametrize(
    ("sentence", "words", "places"),
    [
        (f"First {Step.SEARCH.of(NUMBER)}.", "First “Search for it”.", ["/search"]),
        (f"Tell it: {Step.LETTER.of(NUMBER, 'none')}.", "Tell it: the letter “No records”.", ["/letters/new?kind=none"]),
        (f"{Step.LINK.of(NUMBER)}, or {Step.RECORD.of(NUMBER)}.", "“Make the link”, or “How it went”.",
         ["/delivery", "/delivery"]),
        (f"First {Step.SIGN}.", "First “Sign the review”.", []),
        (f"Say it: {Step.UNTIL.of()}.", "Say it: “Date that the notice names”.", []),
        (f"Ask; {Step.USERS} shows who.", "Ask; IT shows who.", []),
        ("Run `paloverde rebuild`.", "Run “paloverde rebuild” (a command for IT).", []),
        ("Say `other` for it.", "Say “other” for it.", []),
        ("They wrote `a b`, and “c”.", "They wrote `a b`, and “c”.", []),
        ("Nothing is in the way.", "Nothing is in the way.", []),
    ],
)  # fmt: skip
def test_a_step_is_said_in_its_words_and_leads_to_its_page(
    sentence: str, words: str, places: list[str]
) -> None:
    for told in (plain(sentence), plain(plain(sentence)), plain(BadQuestion(sentence))):
        assert told == words
        assert [way.path for way in ways_of(told)] == [f"/requests/{NUMBER}{place}" for place in places]


def test_a_sentence_within_another_keeps_its_step() -> None:
    inner = BadQuestion(f"Nothing was searched yet: first {Step.SEARCH.of(NUMBER)}.")
    told = plain(PersonNeeded(f"The letter was not sent. {inner}"))
    assert told == "The letter was not sent. Nothing was searched yet: first “Search for it”."
    assert ways_of(told) == (Way("“Search for it”", f"/requests/{NUMBER}/search"),)


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_words_in_a_command_lead_nowhere_else(text: str) -> None:
    named = text.replace("`", "").replace(" ", "")
    for way in plain(f"First `paloverde review sign {named}`.").ways:
        assert way.path.startswith("/requests/")
        assert way.path.count("/") == 4
        assert way.path.isascii()
    assert ways_of(text) == ()


class _Visit:
    """Somebody who may open what `may` says."""

    def __init__(self, may: bool) -> None:
        self._may = may

    person = PERSONS[Role.CLERK]

    def may(self, act: Act) -> bool:
        return act is Act.LOOK

    def opens(self, path: str) -> bool:
        return self._may

    def url(self, path: str) -> str:
        return f"/desk{path}"


@pytest.mark.parametrize(("may", "links"), [(True, 1), (False, 0)])
def test_an_alert_leads_to_the_page_of_its_step_where_the_person_may_open_it(may: bool, links: int) -> None:
    facts = {"visit": _Visit(may), "title": "T", "sentence": f"First {Step.SEARCH.of(NUMBER)}.", "told": "",
             "form_token": str, "form_from": str, "here": ""}  # fmt: skip
    html = page("told.html", facts, framed=True)
    assert "First “Search for it”." in html
    assert html.count(f'<a href="/desk/requests/{NUMBER}/search">Go to “Search for it”</a>') == links
    assert "paloverde" not in text_after(html)


def text_after(html: str) -> str:
    return html.partition("<main")[2]


def test_a_refusal_names_its_page_and_no_command(desks: Desks, hall: RequestHall) -> None:
    with pytest.raises(BadQuestion, match="`paloverde removed list` names what was"):
        hall.city.dossiers.show("x-palmaria/post/none", "this test")
    answer = desks.get("/removed/look?item=x-palmaria/post/none")
    assert "“Removed content” names what was." in text_of(answer)
    assert 'href="/removed">Go to “Removed content”</a>' in answer.text
    assert "`" not in text_of(answer)


def test_todays_page_begins_with_what_waits_and_names_the_rest_in_one_line(
    desks: Desks, hall: RequestHall
) -> None:
    said = text_of(desks.get("/", Role.CLERK))
    assert "Nothing waits in: Records requests, Removed content" in said
    hall.city.requests.receive(
        Received(by=CLERK, at=NOW, number="", channel="letter", text="All", received_on=date(2026, 11, 9))
    )
    page = desks.get("/", Role.CLERK).text
    assert page.index("<h2") < page.index("Nothing waits in: ")
    rest = text_of(desks.get("/", Role.CLERK)).partition("Nothing waits in: ")[2].partition(".")[0]
    assert rest.startswith("Removed content, ")
    assert " and " in rest
    assert "Records requests" not in rest


def test_a_run_is_told_by_its_time_with_its_number(hall: RequestHall) -> None:
    city = hall.city
    assert archived_until(city, 0) == "nothing was archived yet"
    told = archived_until(city, 1)
    assert told.startswith("what was archived until ")
    assert "2026, at " in told
    assert told.endswith("Pacific time (run 1)")
    assert archived_until(city, 10**6) == "what was archived up to run 1,000,000"


def test_what_keeps_items_from_being_destroyed_is_told_in_words(desks: Desks) -> None:
    work = desks.post("/propose-disposition", {}).headers["location"]
    until(lambda: "under way" not in text_of(desks.get(work)))
    said = text_of(desks.get(work))
    assert "Nothing may be destroyed: 3 items stay. What keeps them" in said
    for words in ("less than two years old: 3 items", "no class of an adopted schedule covers it: 3 items"):
        assert words in said
    assert "unknown class" not in said
