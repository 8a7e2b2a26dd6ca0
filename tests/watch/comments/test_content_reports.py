"""A report of content goes from step to step, and one that waits too long is found."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta

import pytest

from paloverde.errors import BadQuestion
from paloverde.records import PACIFIC
from paloverde.watch.check import Finding, Weight
from paloverde.watch.comments.waiting import REPORT_WAITING, due
from paloverde.watch.registers.moderation_cases import CONTENT_REPORTS, ContentReport
from watching import Then, book

AT = datetime(2026, 11, 18, 9, tzinfo=PACIFIC)
HOUR = timedelta(hours=1)
REPORTED = {
    "about": "facebook-palmaria/comment/1",
    "account": "facebook-palmaria",
    "guidelines": "c",
    "why": "It curses at a lifeguard.",
    "reported_by": "Sam Ito, Aquatics",
    "reported_at": "2026-11-18T09:00",
}
TAKEN = REPORTED | {"designee": "Pat Lowe", "designee_at": "2026-11-18T10:00"}
CONSULTED = TAKEN | {"counsel_by": "Pat Lowe", "counsel_at": "2026-11-18T14:00"}
DECIDED = CONSULTED | {
    "decided": "it is hidden", "decided_by": "Pat Lowe", "decided_at": "2026-11-19T09:00",
}  # fmt: skip
DONE = DECIDED | {
    "captured": "facebook-palmaria/comment/1", "acted_by": "Pat Lowe", "acted_at": "2026-11-19T10:00",
}  # fmt: skip
STAYS = CONSULTED | {"decided": "it stays", "decided_by": "Pat Lowe", "decided_at": "2026-11-19T09:00"}


def entered(given: Mapping[str, str]) -> ContentReport:
    return CONTENT_REPORTS.entered(given)


def found(given: Mapping[str, str], at: datetime) -> list[Finding]:
    assert REPORT_WAITING.of_now is not None
    registers = book(entries={"content-reports": [entered(given)]})
    return list(REPORT_WAITING.of_now(Then(at), registers))


@pytest.mark.parametrize(
    ("given", "waits_for", "hours"),
    [
        (REPORTED, "the designee", 24),
        (TAKEN, "counsel to be consulted", 72),
        (CONSULTED, "a decision", 72),
        (DECIDED, "the action at the site", 48),
    ],
)
def test_each_step_is_due_and_is_found_when_it_is_late(
    given: Mapping[str, str], waits_for: str, hours: int
) -> None:
    report = entered(given)
    assert report.waits_for == waits_for
    assert due(report) == AT + hours * HOUR
    assert found(given, AT + hours * HOUR) == []
    (one,) = found(given, AT + hours * HOUR + timedelta(seconds=1))
    assert f"waits for {waits_for}" in one.said
    assert one.about == "content-reports/REP-2026-0001"
    assert one.weight is Weight.WARNING


@pytest.mark.parametrize("given", [DONE, STAYS])
def test_a_report_that_is_done_waits_for_nothing(given: Mapping[str, str]) -> None:
    assert entered(given).waits_for == ""
    assert found(given, AT + timedelta(days=400)) == []


@pytest.mark.parametrize("letters", ["k", "h", "c\nk"])
def test_a_threat_waits_for_nobody(letters: str) -> None:
    (one,) = found(REPORTED | {"guidelines": letters}, AT + 25 * HOUR)
    assert one.weight is Weight.URGENT


@pytest.mark.parametrize(
    ("given", "told"),
    [
        (TAKEN | {"designee": ""}, "both who and when of the designee"),
        (CONSULTED | {"designee": "", "designee_at": ""}, "comes after the designee"),
        (DECIDED | {"counsel_by": "", "counsel_at": ""}, "comes after the consultation of counsel"),
        (DONE | {"decided_by": "", "decided_at": "", "decided": ""}, "comes after the decision"),
        (DONE | {"captured": ""}, "nothing is hidden or removed before that"),
        (DONE | {"captured": "somewhere"}, "nothing is hidden or removed before that"),
        (DONE | {"decided": "it stays"}, "nothing is done at the site then"),
        (DECIDED | {"decided": "not decided yet"}, "choose what was decided"),
        (TAKEN | {"designee_at": "2026-11-18T08:00"}, "the designee is dated before the report"),
        (DECIDED | {"decided_at": "2026-11-18T12:00"}, "dated before the consultation of counsel"),
        (REPORTED | {"guidelines": "z"}, "'z' is no Content Guideline"),
        (REPORTED | {"why": ""}, "Why it may be inappropriate"),
    ],
)
def test_a_step_out_of_its_place_is_refused(given: Mapping[str, str], told: str) -> None:
    with pytest.raises(BadQuestion, match=told):
        entered(given)


def test_no_field_asks_for_what_counsel_said() -> None:
    fields = {field.name: field for field in CONTENT_REPORTS.fields}
    assert "Never write here what counsel said" in fields["counsel_by"].help
    assert {"advice", "opinion", "counsel_said"}.isdisjoint(fields)
