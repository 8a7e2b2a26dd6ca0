"""Help: every guide can be read at the desk, inert, and its links lead somewhere."""

from __future__ import annotations

import re
from collections.abc import Iterator
from html import unescape
from pathlib import Path

import pytest

from desk.desks import Desks, served, text_of
from desk.shelves import harm_in
from paloverde.desk import guides
from paloverde.desk.guides import SHELF, guide, names, picture
from paloverde.desk.people import Role
from paloverde.desk.rights import MAY, Act
from requesthall import RequestHall

DOCS = Path(__file__).parents[2] / "docs"


@pytest.fixture(scope="module")
def desks(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desks]:
    with served(Desks(RequestHall(tmp_path_factory.mktemp("help")).city)) as running:
        yield running


def test_every_page_of_the_documentation_can_be_read(desks: Desks) -> None:
    files = {path.stem for folder in ("guide", "reference") for path in (DOCS / folder).glob("*.md")}
    assert set(names()) == files
    index = desks.get("/help", Role.IT).text
    for name in files:
        assert f'href="/help/{name}"' in index
        answer = desks.get(f"/help/{name}", Role.IT)
        assert answer.status_code == 200
        assert len(answer.content) < 300_000, name
        assert not harm_in(answer.text.replace("<strong>", "")), name


def test_each_guide_stands_in_the_list_once_and_under_who_needs_it() -> None:
    shelved = [name for _, books in SHELF for name, _ in books]
    assert len(shelved) == len(set(shelved))
    assert {path.stem for path in (DOCS / "guide").glob("*.md")} == set(shelved)


def test_every_link_between_guides_leads_to_a_page_and_a_place_that_are_there(desks: Desks) -> None:
    pages = {name: desks.get(f"/help/{name}").text for name in names()}
    for name, page in pages.items():
        body = page.partition("<main")[2].partition("</main>")[0]
        for address in re.findall(r'<a href="([^"]+)"', body):
            path, _, place = address.partition("#")
            assert not path or path.startswith("/help"), (name, address)
            target = pages[path.removeprefix("/help/")] if path not in ("", "/help") else page
            assert not place or f'id="{place}"' in target or place == "main", (name, address)


def test_tables_and_headings_of_a_guide_are_named_for_whoever_does_not_see_them() -> None:
    found = guide("clerk", lambda path: path)
    assert found is not None
    assert found.title == "Guide for the City Clerk"
    assert "<h1" not in found.body
    assert found.body.count("<table") == found.body.count("<caption")
    assert '<th scope="col">' in found.body
    assert ("the-bundle", "The bundle") in found.sections


def test_nothing_in_a_guide_is_taken_as_html_and_no_link_leads_out() -> None:
    text = "# T\n\n<script>x</script> [a](https://evil.example/x) [b](javascript:x) [c](../README.md) [d](it.md#people)\n"
    body = guides._rendered(text, "/help").body
    assert "<script" not in body
    assert "a (https://evil.example/x)" in body
    assert "javascript:" not in re.findall(r'href="([^"]*)"', body)
    assert re.findall(r'href="([^"]*)"', body) == ["/help/it#people"]


def test_how_a_page_of_reference_is_made_is_told_to_whoever_writes_it_alone(desks: Desks) -> None:
    for name in ("roles", "sites", "settings", "commands", "dags"):
        said = text_of(desks.get(f"/help/{name}"))
        assert "make docs" not in said
        assert "edit there" not in said
    assert "The desk and the command line" in text_of(desks.get("/help/roles"))


@pytest.mark.parametrize("name", ["nothing", "%2e%2e%2fREADME", "clerk.md", "x" * 300, "%00"])
def test_what_is_no_guide_is_not_found(desks: Desks, name: str) -> None:
    assert desks.get(f"/help/{name}").status_code == 404
    assert desks.get(f"/help/pictures/{name}.png").status_code == 404
    assert picture(name) is None


def test_the_table_of_roles_is_the_one_that_the_desk_asks(desks: Desks) -> None:
    said = unescape(text_of(desks.get("/help/who", Role.AUDITOR)))
    roles = " ".join(role.words for role in Role)
    assert f"May {roles} limited to some accounts" in said
    for act in Act:
        cells = " ".join("yes" if act in MAY[role] else "no" for role in Role)
        assert f"{act.value} {cells}" in said


def test_every_role_reads_what_each_site_never_gives(desks: Desks) -> None:
    for role in (role for role in Role if Act.LOOK in MAY[role]):
        said = text_of(desks.get("/help/limits", role))
        assert (
            "hidden comments archived every night Facebook does not say who hid a comment, or when." in said
        )
