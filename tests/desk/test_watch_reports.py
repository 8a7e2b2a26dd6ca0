"""Reports of the watch at the desk: made for some days, read with their notes, taken as a table."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from pathlib import Path

import pytest
from httpx import Response

from desk.desks import Desks, served, text_of, until
from desk.shelves import HOSTILE, harm_in
from desk.watchdesk import SKEW, Watched
from paloverde.desk.people import Role

PAGE = f"/watch/reports/{SKEW}"
DAYS = {"since": "2026-10-01", "until": "2026-10-31"}


@pytest.fixture
def desks(tmp_path: Path) -> Iterator[Desks]:
    with served(Desks(Watched(tmp_path / "shelves").city)) as running:
        yield running


def made(desks: Desks, who: Role = Role.CLERK) -> Response:
    """Make the report, and open it when it is ready."""
    work = desks.post(PAGE, DAYS, who).headers["location"]
    until(lambda: "It is ready." in text_of(desks.get(work, who)))
    link = desks.get(work, who).text.partition('class="usa-button" href="')[2].partition('"')[0]
    return desks.get(link, who)


def test_each_role_finds_the_reports_that_it_reads(desks: Desks) -> None:
    assert "Counts removals by side." in text_of(desks.get("/watch/reports"))
    assert "There is no report for your role." in text_of(desks.get("/watch/reports", Role.AUDITOR))
    for answer in (desks.get(PAGE, Role.AUDITOR), desks.post(PAGE, DAYS, Role.AUDITOR)):
        assert answer.status_code == 403
        assert "is read by: clerk, counsel." in text_of(answer)


def test_a_report_is_asked_for_days_and_a_mistake_is_said_at_its_field(desks: Desks) -> None:
    page = desks.get(PAGE).text
    assert 'value="2026-11-18"' in page
    assert 'value="2026-10-19"' in page
    for given, why in (
        ({"since": "", "until": "2026-10-31"}, "Give the day."),
        ({"since": "soon", "until": "2026-10-31"}, "This is no date"),
        ({"since": "2026-11-02", "until": "2026-11-01"}, "The last day is before the first"),
    ):
        answer = desks.post(PAGE, given)
        assert answer.status_code == 400
        assert why in text_of(answer)


def test_a_report_is_made_read_with_its_notes_and_taken_as_a_table(desks: Desks) -> None:
    answer = made(desks)
    said = text_of(answer)
    assert "Thursday, October 1, 2026 to Saturday, October 31, 2026" in said
    assert said.index("A difference of less than ten in a hundred says nothing.") < said.index(
        "facebook-palmaria"
    )
    assert "2026-10-01 to 2026-10-31" in said
    file = desks.get(f"{answer.url.path}/file")
    assert f"{SKEW}-20261001-20261031.csv" in file.headers["content-disposition"]
    rows = list(csv.reader(io.StringIO(file.content.decode("utf-8-sig"), newline="")))
    assert rows[0] == ["Account", "Days"]
    assert rows[-1] == ["A difference of less than ten in a hundred says nothing."]
    assert not any(cell.startswith(("=", "+", "-", "@")) for row in rows for cell in row)
    assert len(rows) == 1 + 2 + len(HOSTILE) + 2


def test_a_report_opens_to_whoever_made_it_alone(desks: Desks) -> None:
    path = made(desks).url.path
    assert desks.get(path, Role.COUNSEL).status_code == 404
    assert desks.get(f"{path}/file", Role.COUNSEL).status_code == 404
    assert desks.get(f"{PAGE}/made/{'0' * 32}").status_code == 404


def test_hostile_words_in_a_report_do_nothing(desks: Desks) -> None:
    answer = made(desks)
    assert harm_in(answer.text) == []
    assert "=HYPERLINK" in answer.text
