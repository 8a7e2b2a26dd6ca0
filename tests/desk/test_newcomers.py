"""Who comes by single sign-on: what role they have now, under which name, and that nobody is two people."""

from __future__ import annotations

import ast
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine

import paloverde
from paloverde.desk.groups import NoRole, Roles
from paloverde.desk.newcomers import Newcomers
from paloverde.desk.people import People, Person, Role
from paloverde.errors import BadQuestion, BadSetting
from paloverde.state.books import open_books

ISSUER = "https://sign-on.city.example"
PASSWORD = "a long sentence for tests"
MARIA = {"sub": "7", "preferred_username": "mlopez@city.example", "name": "Maria Lopez", "groups": ["clerks"]}
PAIRS = ("clerks=clerk", "attorneys=counsel")


@pytest.fixture
def books(tmp_path: Path) -> Engine:
    return open_books(f"sqlite:///{tmp_path}/state.db")


@pytest.fixture
def people(tmp_path: Path) -> People:
    people = People(tmp_path / "users.json")
    people.put("cleo", "Cleo Park", Role.APPROVER, PASSWORD)
    return people


@pytest.fixture
def newcomers(books: Engine, people: People) -> Newcomers:
    return known(books, people)


def known(books: Engine, people: People, pairs: tuple[str, ...] = PAIRS) -> Newcomers:
    now = datetime(2026, 11, 18, 20, tzinfo=UTC)
    return Newcomers(books, lambda: now, people, Roles("groups", pairs))


def arrive(newcomers: Newcomers, **changed: Any) -> tuple[str, Person]:
    return newcomers.arrive(ISSUER, MARIA | changed)


def refused(newcomers: Newcomers, **changed: Any) -> str:
    with pytest.raises(NoRole) as error:
        arrive(newcomers, **changed)
    return str(error.value)


def test_the_role_is_the_one_that_the_settings_give_the_group_now(
    books: Engine, people: People, newcomers: Newcomers
) -> None:
    subject, person = arrive(newcomers)
    assert (person.username, person.role) == ("mlopez@city.example", Role.CLERK)
    assert not person.is_listed
    changed = known(books, people, ("clerks=auditor",)).find(subject)
    assert changed is not None
    assert changed.role is Role.AUDITOR
    assert known(books, people, ("attorneys=counsel",)).find(subject) is None
    assert known(books, people, ()).find(subject) is None  # single sign-on is switched off


def test_the_first_line_of_a_group_counts(books: Engine, people: People) -> None:
    twice = known(books, people, ("attorneys=counsel", "clerks=auditor", "clerks=clerk"))
    _, person = arrive(twice)
    assert person.role is Role.AUDITOR
    _, person = arrive(twice, groups=["clerks", "attorneys"])
    assert person.role is Role.COUNSEL


def test_a_sign_in_without_a_group_ends_what_was_open_elsewhere(newcomers: Newcomers) -> None:
    subject, _ = arrive(newcomers)
    assert "no role at this desk" in refused(newcomers, groups=["staff"])
    assert newcomers.find(subject) is None
    (one,) = newcomers.all()
    assert one.role is None
    assert arrive(newcomers)[0] == subject
    assert newcomers.find(subject) is not None


@pytest.mark.parametrize(
    "claims",
    [
        {"name": "Cleo Park"},
        {"name": "  cleo   PARK "},
        {"preferred_username": "cleo@city.example"},
        {"preferred_username": "Cleo"},
        {"email": "cleo@city.example"},
    ],
)
def test_who_looks_like_somebody_of_the_users_file_is_not_let_in_as_a_second_person(
    newcomers: Newcomers, claims: dict[str, str]
) -> None:
    for _ in range(2):  # nor the second time
        said = refused(newcomers, **claims)
        assert "nobody may count as two people" in said
        assert "ask IT" in said
    (one,) = newcomers.all()
    assert one.looks_like == "cleo"


def test_who_is_added_to_the_users_file_later_ends_the_session_of_the_same_name(
    newcomers: Newcomers, people: People
) -> None:
    subject, _ = arrive(newcomers)
    people.put("maria", "Maria Lopez", Role.CLERK, PASSWORD)
    assert newcomers.find(subject) is None
    people.remove("maria")
    assert newcomers.find(subject) is not None


def test_whom_it_declares_the_same_acts_as_the_person_of_the_users_file(
    newcomers: Newcomers, people: People
) -> None:
    refused(newcomers, email="cleo@city.example")
    newcomers.unite("mlopez@city.example", "cleo")
    subject, person = arrive(newcomers)
    assert (person.username, person.name, person.role) == ("cleo", "Cleo Park", Role.APPROVER)
    assert person == people.find("cleo")
    assert "no role at this desk" in refused(newcomers, groups=[])  # the group is needed all the same
    arrive(newcomers)
    people.remove("cleo")
    assert newcomers.find(subject) is None
    assert "IT has taken your sign-in at this desk away" in refused(newcomers)
    with pytest.raises(BadQuestion, match="Nobody signs in as 'cleo'"):
        newcomers.unite("mlopez@city.example", "cleo")


def test_whom_it_names_is_another_person_as_long_as_the_names_differ(
    newcomers: Newcomers, people: People
) -> None:
    refused(newcomers, email="cleo@city.example")
    newcomers.rename("mlopez@city.example", "Maria Lopez")
    subject, _ = arrive(newcomers, email="cleo@city.example")
    newcomers.rename("mlopez@city.example", "Maria Santos Lopez")
    person = newcomers.find(subject)
    assert person is not None
    assert person.name == "Maria Santos Lopez"  # now, and not from the next sign-in on
    people.put("cleo", "Maria Santos Lopez", Role.APPROVER, PASSWORD)
    assert newcomers.find(subject) is None


def test_a_name_that_somebody_else_has_is_not_given(newcomers: Newcomers) -> None:
    arrive(newcomers)
    arrive(newcomers, sub="8", preferred_username="nhart@city.example", name="Noe Hart")
    for name in ("Cleo Park", "cleo park", "Noe\u00a0Hart"):
        with pytest.raises(BadQuestion, match="give one that nobody else has"):
            newcomers.rename("mlopez@city.example", name)
    assert [one.name for one in newcomers.all()] == ["Maria Lopez", "Noe Hart"]


def test_whoever_is_forgotten_is_out_and_the_username_is_free(newcomers: Newcomers) -> None:
    subject, _ = arrive(newcomers)
    assert "Somebody else has signed in as mlopez@city.example before" in refused(newcomers, sub="9")
    newcomers.forget("mlopez@city.example")
    assert newcomers.find(subject) is None
    other, person = arrive(newcomers, sub="9", name="Mario Lopez")
    assert other != subject
    assert person.name == "Mario Lopez"
    with pytest.raises(BadQuestion, match="Nobody has come by single sign-on as 'nobody'"):
        newcomers.forget("nobody")


def test_a_username_with_an_at_sign_in_the_users_file_stops_everybody(people: People) -> None:
    body = people.file.read_text().replace('"username": "cleo"', '"username": "mlopez@city.example"')
    people.file.write_text(body)
    with pytest.raises(BadSetting, match="which cannot be a username"):
        people.all()


def test_whatever_somebody_signed_in_does_carries_the_username() -> None:
    """By it two people are told apart though names change, so no door may leave it out."""
    package, found = Path(paloverde.__file__).parent, 0
    for file in sorted(package.rglob("*.py")):
        source = file.read_text(encoding="utf-8")
        for node in ast.walk(ast.parse(source)) if " By(" in source else ():
            if not (isinstance(node, ast.Call) and ast.unparse(node.func) == "By"):
                continue
            if isinstance(node.args[0], ast.Attribute):  # a person's name, not that of a timer
                found += 1
                assert "username" in ast.unparse(node.args[3]), f"{file.name}, line {node.lineno}"
    assert found >= 8


def test_nobody_without_a_group_is_let_in_unless_the_city_says_so(books: Engine, people: People) -> None:
    assert "you have no role at this desk" in refused(known(books, people), groups=[])
    open_to_all = known(books, people, (*PAIRS, "*=employee"))
    assert arrive(open_to_all, groups=[])[1].role is Role.EMPLOYEE
    assert arrive(open_to_all, sub="8", preferred_username="ben@city.example", name="Ben", groups=["*"])[
        1
    ].role is (Role.EMPLOYEE)
    assert arrive(open_to_all)[1].role is Role.CLERK
    closed_again = known(books, people)
    assert closed_again.find(arrive(open_to_all, groups=[])[0]) is None


def test_whoever_is_in_no_group_can_be_made_nothing_but_an_employee() -> None:
    with pytest.raises(BadSetting, match="may be employee and nothing else"):
        Roles("groups", ("*=clerk",))
