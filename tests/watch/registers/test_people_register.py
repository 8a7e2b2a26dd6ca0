"""The register of people: what of an entry no check could read is refused."""

from __future__ import annotations

import pytest

from paloverde.errors import BadQuestion
from paloverde.watch.registers.people import PEOPLE, Standing

RUTH = {"id": "rokafor", "name": "Ruth Okafor", "standing": "staff"}


@pytest.mark.parametrize(
    "known", ["x:44196397", "x:@ruthokafor", "linkedin:urn:li:person:AbC9", "facebook:1\nx:2"]
)
def test_an_account_at_a_site_is_the_site_and_the_id_there(known: str) -> None:
    assert PEOPLE.entered(RUTH | {"known_as": known}).known_as == tuple(known.splitlines())


@pytest.mark.parametrize(
    "known", ["facebook", "7001", "facebook:", ":7001", "Facebook:7001", "facebook: 7001"]
)
def test_what_no_check_would_find_is_refused(known: str) -> None:
    with pytest.raises(BadQuestion, match="is no account at a site: write the site"):
        PEOPLE.entered(RUTH | {"known_as": f"x:1\n{known}"})


def test_nobody_leaves_before_the_first_day() -> None:
    with pytest.raises(BadQuestion, match="lies before the day on which this person began"):
        PEOPLE.entered(RUTH | {"began_on": "2026-11-02", "left_on": "2026-11-01"})
    assert PEOPLE.entered(RUTH | {"began_on": "2026-11-02", "left_on": "2026-11-02"})


def test_capitals_of_a_choice_do_not_matter() -> None:
    assert PEOPLE.entered(RUTH | {"standing": "Staff"}).standing is Standing.STAFF
