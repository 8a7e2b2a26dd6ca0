"""Custodians are told what to keep, acknowledge it, or are reminded."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from paloverde.errors import BadQuestion
from paloverde.retention.hold_scope import Scope
from paloverde.retention.holds import Trigger
from plaza import PlazaSite, plaza
from retention.holding import COUNSEL, FIRST, HoldingCity


@pytest.fixture(scope="module")
def site() -> Iterator[PlazaSite]:
    with plaza() as running:
        running.post("p1", "The dog park opens on Monday")
        yield running


@pytest.fixture
def city(tmp_path: Path, site: PlazaSite) -> HoldingCity:
    city = HoldingCity(tmp_path, site)
    city.night(FIRST)
    city.issue()
    city.holds.notices.name(city.holds.get("LIT-1"), "Lee Wong", "lee@example.org", COUNSEL)
    return city


def send(city: HoldingCity) -> str:
    hold = city.holds.get("LIT-1")
    letter = city.holds.letter(hold, city.holds.notices.custodian("LIT-1", "Lee Wong"), "Ana Ruiz, room 3")
    city.holds.notices.sent(hold, "Lee Wong", letter.text, COUNSEL)
    return letter.text


def test_the_notice_says_what_to_keep_and_whom_to_ask(city: HoldingCity) -> None:
    custodian = city.holds.notices.custodian("LIT-1", "Lee Wong")
    letter = city.holds.letter(city.holds.get("LIT-1"), custodian, "Ana Ruiz, room 3")
    for text in (letter.text, letter.page):
        plain = " ".join(text.split())
        assert "City of Palma Ria" in plain
        assert "Duty to preserve records: Ruiz v. City" in plain
        assert "for which this holds: “dog”." in plain
        assert "Ana Ruiz, room 3" in plain
        assert "Reminder" not in plain
    assert max(map(len, letter.text.splitlines())) <= 80


def test_the_letter_is_inert_whatever_the_matter_says(tmp_path: Path, city: HoldingCity) -> None:
    matter = "<script>alert(1)</script>"
    hold = city.holds.issue("LIT-2", matter, Scope(words="dog"), Trigger.CLAIM, COUNSEL).hold
    custodian = city.holds.notices.name(hold, "<b>Lee</b>", "lee@example.org", COUNSEL)
    page = city.holds.letter(hold, custodian, "Ana").page
    assert "<script>" not in page
    assert "<b>" not in page


def test_a_custodian_is_to_be_told_then_reminded_until_the_acknowledgement(city: HoldingCity) -> None:
    (due,) = city.holds.reminders()
    assert "the notice is to be sent" in due.sentence()
    first = send(city)
    assert city.holds.reminders() == []
    city.later += timedelta(days=6)
    assert city.holds.reminders() == []
    city.later += timedelta(days=1)
    (due,) = city.holds.reminders()
    assert "a reminder is due" in due.sentence()
    second = send(city)
    assert "Reminder 1: Duty to preserve" in second
    assert "Reminder" not in first
    assert city.holds.reminders() == []
    city.holds.notices.acknowledged(city.holds.get("LIT-1"), "Lee Wong", COUNSEL)
    city.later += timedelta(days=30)
    assert city.holds.reminders() == []
    told = city.holds.notices.custodian("LIT-1", "Lee Wong").sentence()
    assert ", one reminder, on " in told
    assert "; acknowledged on " in told


def test_nobody_is_reminded_of_a_hold_that_is_over(city: HoldingCity) -> None:
    city.release()
    assert city.holds.reminders() == []


def test_what_was_sent_stands_in_the_paper_in_full_and_survives_the_database(city: HoldingCity) -> None:
    text = send(city)
    city.rebuilt()
    papers = [city.cabinet.bytes_of(filed) for filed in city.cabinet.history("hold-notices", "LIT-1")]
    assert len(papers) == 2
    assert b'"act":"sent"' in papers[1]
    assert city.holds.notices.custodian("LIT-1", "Lee Wong").notices == 1
    assert text.splitlines()[0].encode() in papers[1]


def test_what_was_not_sent_cannot_be_acknowledged(city: HoldingCity) -> None:
    hold = city.holds.get("LIT-1")
    with pytest.raises(BadQuestion, match="No notice of LIT-1 was sent to Lee Wong yet"):
        city.holds.notices.acknowledged(hold, "Lee Wong", COUNSEL)
    with pytest.raises(BadQuestion, match=r"'Kim' is no custodian of LIT-1\. Named are: Lee Wong"):
        city.holds.notices.acknowledged(hold, "Kim", COUNSEL)
    with pytest.raises(BadQuestion, match="a name and a contact"):
        city.holds.notices.name(hold, "Kim", " ", COUNSEL)
