"""Who could post on a day (V.A.4, P-14), and what the registers of authority take."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from paloverde.errors import BadQuestion
from paloverde.watch.people.who_may_post import WHO_MAY_POST as REPORT
from paloverde.watch.registers.authorizing import (
    ACKNOWLEDGEMENTS,
    GRANTS,
    SPOKESPERSONS,
    Authority,
    may_answer,
    may_post,
)
from townhall import JO, SAM, grant, signed, version
from watching import CITY, CITY_ON_X, Then, book

MARCH = date(2026, 3, 1)
ENTRIES = {
    "people": [JO, SAM],
    "policy-versions": [version(effective_on=date(2026, 1, 1))],
    "acknowledgements": [signed(given_on=date(2026, 2, 1), signed_on=date(2026, 2, 2))],
    "grants": [
        grant(since=MARCH),
        grant("slund", since=date(2026, 1, 1), until=date(2026, 2, 28)),
        grant("old", since=date(2025, 1, 1), revoked_on=MARCH, revoked_by="Ines Calder"),
        grant("slund", since=MARCH - timedelta(days=9), authority=Authority.ANSWER),
        grant("later", since=MARCH + timedelta(days=1)),
    ],
}


def test_who_could_post_on_the_first_of_march() -> None:
    registers = book(entries=ENTRIES)
    assert may_post(registers, CITY.slug, MARCH) == {"jrivera"}
    assert may_answer(registers, CITY.slug, MARCH) == {"jrivera", "slund"}
    assert may_post(registers, CITY.slug, MARCH - timedelta(days=1)) == {"slund", "old"}
    assert may_post(registers, CITY_ON_X.slug, MARCH) == frozenset()


def test_the_report_of_a_day_says_who_and_by_which_paper() -> None:
    table = REPORT.make(Then(accounts=(CITY, CITY_ON_X)), book(entries=ENTRIES), MARCH, MARCH)
    assert table.rows == (
        (
            *("facebook-palmaria", "Jo Rivera (jrivera)", "Public Affairs Specialist", "publish and answer"),
            *("Sun, Mar 1, 2026", "open", "Ines Calder", "Mon, Feb 2, 2026 (2026-03)", "no", "G-2026-0001"),
        ),
        (
            *("facebook-palmaria", "Sam Lund (slund)", "", "answer comments and messages only"),
            *("Fri, Feb 20, 2026", "open", "Ines Calder", "no", "not said", "G-2026-0004"),
        ),
    )
    assert len(table.columns) == len(table.rows[0])
    assert table.notes[0].startswith("2 grants were in force on Sun, Mar 1, 2026")
    assert "Facebook (of posts and comments) and LinkedIn (of comments) alone" in table.notes[2]
    assert table.notes[3] == "Nobody had a grant on: x-palmaria."


def test_the_report_of_a_span_has_everybody_who_could_on_any_of_its_days() -> None:
    table = REPORT.make(Then(), book(entries=ENTRIES), MARCH - timedelta(days=1), MARCH + timedelta(days=1))
    assert [row[-1] for row in table.rows] == [
        *("G-2026-0001", "G-2026-0005", "G-2026-0003", "G-2026-0002", "G-2026-0004"),
    ]
    ends = {row[-1]: row[5] for row in table.rows}
    assert ends["G-2026-0003"] == "revoked from Sun, Mar 1, 2026 by Ines Calder"
    assert ends["G-2026-0002"] == "Sat, Feb 28, 2026"


GRANT = {"person": "jrivera", "account": CITY.slug, "since": "2026-03-01", "granted_by": "Ines Calder"}


@pytest.mark.parametrize(
    ("more", "why"),
    [
        ({"until": "2026-02-01"}, "last day lies before"),
        ({"revoked_on": "2026-04-01"}, "who revoked"),
        ({"revoked_by": "Ines"}, "from which day"),
        ({"authority": "everything"}, "takes one of"),
    ],
)
def test_a_grant_that_cannot_be_is_refused(more: dict[str, str], why: str) -> None:
    assert GRANTS.entered(GRANT).authority is Authority.PUBLISH
    with pytest.raises(BadQuestion, match=why):
        GRANTS.entered(GRANT | more)


def test_an_acknowledgement_keeps_the_order_of_its_days() -> None:
    given = {"person": "jrivera", "version": "2026-03", "given_on": "2026-03-02"}
    assert ACKNOWLEDGEMENTS.entered(given).uses_own_device is None
    assert ACKNOWLEDGEMENTS.entered(given | {"uses_own_device": "no"}).uses_own_device is False
    with pytest.raises(BadQuestion, match="before the copy was given"):
        ACKNOWLEDGEMENTS.entered(given | {"signed_on": "2026-03-01"})
    with pytest.raises(BadQuestion, match="Human Resources have the original"):
        ACKNOWLEDGEMENTS.entered(given | {"to_human_resources_on": "2026-03-03"})


def test_a_designation_that_ends_before_it_begins_is_refused() -> None:
    given = {"person": "a", "speaks_for": "the City", "designated_by": "the Council", "since": "2026-03-02"}
    with pytest.raises(BadQuestion, match="before the first"):
        SPOKESPERSONS.entered(given | {"until": "2026-03-01"})
