"""Anybody of the City reports content and sees how far it is: their own reports, and nothing else (P-43)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from desk.desks import Desks, served, text_of
from desk.shelves import FB, HOSTILE, Shelves, harm_in
from paloverde.desk.app import routes_of
from paloverde.desk.people import Person, Role

REGISTER = "content-reports"
ELLA, EVAN = (Person(name.lower(), f"{name} Mora", Role.EMPLOYEE, "") for name in ("Ella", "Evan"))
COMMENT = "https://www.facebook.com/palmaria/posts/1?comment_id=2"
REPORT = {"account": FB, "link": COMMENT, "guideline": "c", "why": "It curses at a lifeguard."}


@pytest.fixture
def shelves(tmp_path: Path) -> Shelves:
    return Shelves(tmp_path / "shelves")


@pytest.fixture
def desks(shelves: Shelves) -> Iterator[Desks]:
    with served(Desks(shelves.city)) as running:
        yield running


def sent(desks: Desks, form: dict[str, str], who: Person = ELLA) -> str:
    """Send a report, and read the page that comes of it."""
    client = desks.client(who)
    token = desks.token(client.get("/report/new").text)
    answer = client.post("/report/new", data={"form_token": token} | form)
    return text_of(client.get(answer.headers["location"]) if answer.status_code == 303 else answer)


def decided(shelves: Shelves, id_: str, **more: str) -> None:
    """What those who keep the register enter later."""
    watch = shelves.city.watch
    mine = watch.entries(REGISTER)
    before = mine.register.typed(mine.one(id_).entry)
    watch.put(REGISTER, before | more, "Pat Lowe, public_affairs, desk (pat)", id_)


def test_an_employee_reports_and_sees_how_far_it_is(desks: Desks, shelves: Shelves) -> None:
    assert "You have reported nothing yet." in text_of(desks.get("/report", ELLA))
    said = sent(desks, REPORT)
    assert "Your report is REP-" in said
    assert "It waits for the City Manager’s designee." in said
    (one,) = shelves.city.watch.entries(REGISTER).all()
    assert (one.entry.reported_by, one.by) == ("Ella Mora (ella)", "Ella Mora, employee, desk (ella)")
    at = one.entry.reported_at.isoformat()
    decided(shelves, one.id, designee="Pat Lowe", designee_at=at, counsel_by="Pat Lowe", counsel_at=at)
    said = text_of(desks.get("/report", ELLA))
    assert "it is being looked at" in said
    assert "counsel" not in said.lower().replace("legal counsel", "")
    decided(shelves, one.id, decided="it is hidden", decided_by="Pat Lowe", decided_at=at)
    assert "It was decided that it is hidden; that is being done." in text_of(desks.get("/report", ELLA))
    assert "Pat Lowe" not in text_of(desks.get("/report", ELLA))
    shelves.city.watch.withdraw(REGISTER, one.id, "Counsel said so.", "pat")
    said = text_of(desks.get("/report", ELLA))
    assert "The City took it out of its register." in said
    assert "Counsel said so" not in said


@pytest.mark.parametrize("left", ["account", "guideline"])
def test_a_report_without_its_account_or_guideline_is_not_sent(
    desks: Desks, shelves: Shelves, left: str
) -> None:
    assert "Choose one of the list." in sent(desks, REPORT | {left: ""})
    assert not list(shelves.city.watch.entries(REGISTER).all())


def test_nobody_sees_the_reports_of_another(desks: Desks, shelves: Shelves) -> None:
    sent(desks, REPORT)
    sent(desks, REPORT | {"link": "", "words": "A curse of Evan's.", "why": "Look."}, EVAN)
    assert COMMENT.partition("?")[0] not in text_of(desks.get("/report", EVAN))
    assert "A curse of Evan" not in text_of(desks.get("/report", ELLA))
    (his,) = [one for one in shelves.city.watch.entries(REGISTER).all() if one.entry.words]
    decided(shelves, his.id, reported_by="Ella Mora (ella)")  # a slip of the pen opens nothing
    assert his.id not in text_of(desks.get("/report", ELLA))


def test_every_other_page_refuses_an_employee(desks: Desks, shelves: Shelves) -> None:
    shelves.fill()
    client, tried = desks.client(ELLA), 0
    for route in routes_of(desks.app):
        if route.path in ("/report", "/report/new", "/", "/answers/{id_}", "/password"):
            continue
        for method in route.methods:
            path = re.sub(r"\{[^}]+\}", "x", route.path)
            answer = client.request(method, path, data={} if method == "POST" else None)
            assert answer.status_code == 403, (method, path)
            tried += 1
    assert tried > 100
    hers = desks.post("/watch/registers/people/new", {"id": "x"})  # a form that is not taken
    answer = client.get(hers.request.url.path)
    assert (answer.status_code, "new entry" in text_of(answer)) == (400, False)  # it is the clerk's own
    assert client.get("/").headers["location"] == "/report"
    page = client.get("/report").text
    hrefs = set(re.findall(r'href="(/[^"#?]*)', page)) - {"/"}
    assert {one for one in hrefs if not one.startswith("/static/")} == {"/report", "/report/new", "/password"}


@pytest.mark.parametrize(
    ("more", "told"),
    [
        ({"link": ""}, "Say what you report: its address at the site, or its words."),
        ({"guideline": "z"}, "Choose one of the list."),
        ({"account": "facebook-elsewhere"}, "Choose one of the list."),
        ({"why": " "}, "Fill this in."),
    ],
)
def test_what_lacks_something_is_said_and_not_filed(
    desks: Desks, shelves: Shelves, more: dict[str, str], told: str
) -> None:
    assert told in sent(desks, REPORT | more)
    assert list(shelves.city.watch.entries(REGISTER).all()) == []


def test_nobody_states_who_reports_or_what_was_decided(desks: Desks, shelves: Shelves) -> None:
    more = {
        "reported_by": "Cora Vance",
        "decided": "it stays",
        "decided_by": "Cora Vance",
        "designee": "Cora",
    }
    sent(desks, REPORT | more)
    (one,) = shelves.city.watch.entries(REGISTER).all()
    assert one.entry.reported_by == "Ella Mora (ella)"
    assert one.entry.waits_for == "the designee"


def test_hostile_words_of_a_report_do_nothing(desks: Desks) -> None:
    for text in HOSTILE:
        sent(desks, REPORT | {"link": text, "words": text or "x", "why": text or "x"})
    assert harm_in(desks.get("/report", ELLA).text) == []


@pytest.mark.parametrize("role", [Role.CLERK, Role.IT, Role.APPROVER])
def test_whoever_has_another_role_may_report_too(desks: Desks, role: Role) -> None:
    assert desks.get("/report/new", role).status_code == 200
    assert 'href="/report"' in desks.get("/", role).text
