"""A setting that a letter or a link needs is asked for on the first page, before anything is refused for it."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest

from desk.desks import Desks, served, text_of
from paloverde.desk.people import Role
from paloverde.installation import open_installation
from paloverde.settings import load

NEEDED = {
    "PALOVERDE_AGENCY_NAME": ("City of Palma Ria", "The City’s name"),
    "PALOVERDE_RECORDS_OFFICE": ("City Clerk, 1 Plaza", "How the public reaches the office"),
    "PALOVERDE_ARCHIVE_LOCATION": ("City Hall, 1 Plaza", "Where the archive’s machines stand"),
    "PALOVERDE_DELIVERY_ADDRESS": ("https://records.palmaria.example", "The public address of links"),
}


def pages(home: Path, given: Mapping[str, str]) -> dict[Role, str]:
    city = open_installation(load({"PALOVERDE_HOME": str(home), **given}))
    with served(Desks(city)) as desks:
        return {role: text_of(desks.get("/", role)) for role in Role}


@pytest.mark.parametrize("lacking", NEEDED)
def test_what_is_not_set_is_told_to_it_by_its_name_and_to_those_who_send_letters_in_words(
    tmp_path: Path, lacking: str
) -> None:
    said = pages(tmp_path, {name: value for name, (value, _) in NEEDED.items() if name != lacking})
    words = NEEDED[lacking][1]
    assert f"To do: set {lacking}." in said[Role.IT]
    for role in (Role.CLERK, Role.COUNSEL):
        assert words in said[role]
        assert "Tell IT what it is, to be set." in said[role]
        assert "PALOVERDE_" not in said[role]
    for role in (Role.PUBLIC_AFFAIRS, Role.APPROVER, Role.AUDITOR):
        assert words not in said[role]
    for _, other in (one for name, one in NEEDED.items() if name != lacking):
        assert other not in said[Role.IT]


def test_nothing_is_asked_for_once_all_of_it_is_set(tmp_path: Path) -> None:
    said = pages(tmp_path, {name: value for name, (value, _) in NEEDED.items()})
    assert "Not set yet" not in "".join(said.values())
