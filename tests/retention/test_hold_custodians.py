"""Custodians are told what to keep, acknowledge it, or are reminded."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import msgspec
import pytest

from paloverde.archive.doctor import examine
from paloverde.archive.store import Store, open_tamper
from paloverde.archive.store.interface import Grade
from paloverde.errors import BadQuestion
from paloverde.retention.hold_letter import Letter
from paloverde.retention.hold_scope import Scope
from paloverde.retention.holds import Trigger
from paloverde.state.books import changing
from paloverde.state.tables import HELD_OBJECTS
from plaza import PlazaSite, plaza
from retention.holding import COUNSEL, FIRST, HoldingCity

PROMISE = "its store deletes none for anybody until that is taken off"


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


def written(city: HoldingCity, id_: str = "LIT-1") -> Letter:
    hold = city.holds.get(id_)
    return city.holds.letter(hold, city.holds.notices.custodian(id_, "Lee Wong"), "Ana Ruiz, room 3")


def send(city: HoldingCity, *, again: bool = False) -> str:
    letter = written(city)
    city.holds.notices.sent(city.holds.get("LIT-1"), "Lee Wong", letter.text, COUNSEL, again=again)
    return letter.text


def papers(city: HoldingCity) -> int:
    return len(city.cabinet.history("hold-notices", "LIT-1"))


class Guarding:
    """The real store, of another grade."""

    def __init__(self, store: Store, grade: Grade) -> None:
        self._store, self.grade = store, grade

    def __getattr__(self, name: str) -> Any:
        return getattr(self._store, name)


def test_the_notice_promises_no_more_than_a_directory_does(city: HoldingCity) -> None:
    plain = " ".join(written(city).text.split())
    assert "nobody can destroy it" not in plain
    assert "whoever administers the machine on which it lies could still do so, and must not." in plain


def test_the_notice_speaks_of_a_guarding_store_only_once_the_doctor_found_it_and_all_is_marked(
    city: HoldingCity,
) -> None:
    given: Any = Guarding(city.vault.store, Grade.GOVERNANCE)
    city.use(msgspec.structs.replace(city.vault, store=given))
    assert PROMISE not in " ".join(written(city).text.split())
    examine(open_tamper(f"file://{city.home}/archive"), city.vault, city.ledger)
    assert PROMISE in " ".join(written(city).text.split())
    with changing(city.vault.books) as connection:
        connection.execute(HELD_OBJECTS.update().values(seen_at=None))
    unproven = " ".join(written(city).text.split())
    assert PROMISE not in unproven
    assert "The archive's program deletes nothing of it while the hold lasts. This notice" in unproven


def guarded(city: HoldingCity) -> None:
    """Its archive lies in a guarding store, which the doctor found usable."""
    given: Any = Guarding(city.vault.store, Grade.GOVERNANCE)
    city.vault = msgspec.structs.replace(city.vault, store=given)
    city.use(city.vault)
    examine(open_tamper(f"file://{city.home}/archive"), city.vault, city.ledger)
    assert PROMISE in " ".join(written(city).text.split())


def test_the_notice_does_not_speak_for_objects_that_were_sealed_since_the_last_look(
    city: HoldingCity,
) -> None:
    guarded(city)
    city.night(FIRST + timedelta(days=1))
    assert PROMISE not in " ".join(written(city).text.split())
    city.holds.reconcile()
    assert PROMISE in " ".join(written(city).text.split())


def test_the_notice_does_not_speak_of_objects_where_none_is_held(city: HoldingCity) -> None:
    guarded(city)
    city.issue("LIT-3", words="zeppelin")
    city.holds.notices.name(city.holds.get("LIT-3"), "Lee Wong", "lee@example.org", COUNSEL)
    assert city.holds.counts(city.holds.get("LIT-3")) == (0, 0)
    assert PROMISE not in " ".join(written(city, "LIT-3").text.split())


def test_the_notice_does_not_speak_for_a_second_copy_in_a_directory(city: HoldingCity) -> None:
    guarded(city)
    second: Any = Guarding(city.vault.store, Grade.APPLICATION)
    city.use(msgspec.structs.replace(city.vault, second=second))
    assert PROMISE not in " ".join(written(city).text.split())
    second.grade = Grade.GOVERNANCE
    assert PROMISE in " ".join(written(city).text.split())


def test_a_reminder_that_is_not_due_is_not_filed_unless_one_was_really_sent(city: HoldingCity) -> None:
    send(city)
    before = papers(city)
    with pytest.raises(BadQuestion, match=r"already, and the next is due on \w+day, .* say so: `--again`"):
        send(city)
    assert papers(city) == before
    assert city.holds.notices.custodian("LIT-1", "Lee Wong").notices == 1
    send(city, again=True)
    assert city.holds.notices.custodian("LIT-1", "Lee Wong").notices == 2
    city.holds.notices.acknowledged(city.holds.get("LIT-1"), "Lee Wong", COUNSEL)
    with pytest.raises(BadQuestion, match=r"Lee Wong acknowledged the notice on .*: no reminder is due"):
        send(city)


def test_who_was_told_is_released_by_a_letter_which_names_what_still_holds(city: HoldingCity) -> None:
    send(city)
    city.issue("LIT-2", words="dog")
    other = city.holds.get("LIT-2")
    city.holds.notices.name(other, "Lee Wong", "lee@example.org", COUNSEL)
    city.holds.notices.sent(other, "Lee Wong", written(city, "LIT-2").text, COUNSEL)
    city.release("LIT-1")
    (due,) = city.holds.reminders()
    assert "LIT-1, “Ruiz v. City”: it is over, and the letter of release is to be sent." in due.sentence()
    text = send(city)
    plain = " ".join(text.split())
    assert "Re: Release from the duty to preserve records: Ruiz v. City (LIT-1)" in plain
    assert "The hold named above was released by Ana Ruiz on " in plain
    assert "You are still to keep what the notices of these holds name: LIT-2 (Ruiz v. City)." in plain
    assert "Signature" not in plain
    assert city.holds.reminders() == []
    with pytest.raises(BadQuestion, match=r"The letter of release was sent to Lee Wong on .* already"):
        send(city)
    city.rebuilt()
    told = city.holds.notices.custodian("LIT-1", "Lee Wong")
    assert "; released by a letter on " in told.sentence()
    assert b'"act":"freed"' in city.cabinet.bytes_of(city.cabinet.history("hold-notices", "LIT-1")[-1])


def test_who_was_never_told_is_owed_no_release(city: HoldingCity) -> None:
    city.release()
    with pytest.raises(BadQuestion, match="no notice of it was sent to Lee Wong: no letter is owed"):
        send(city, again=True)


def test_the_notice_says_what_to_keep_and_whom_to_ask(city: HoldingCity) -> None:
    custodian = city.holds.notices.custodian("LIT-1", "Lee Wong")
    letter = city.holds.letter(city.holds.get("LIT-1"), custodian, "Ana Ruiz, room 3")
    for text in (letter.text, letter.page):
        plain = " ".join(text.split())
        assert "City of Palma Ria" in plain
        assert "Duty to preserve records: Ruiz v. City" in plain
        assert "private message and other record, that contains the word “dog”." in plain
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


def test_a_custodian_is_to_be_told_then_reminded_until_the_acknowledgment(city: HoldingCity) -> None:
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
    assert ", 1 reminder, on " in told
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


def test_a_custodian_of_a_hold_that_is_widened_is_told_again_at_once(city: HoldingCity) -> None:
    notices = city.holds.notices
    send(city)
    notices.acknowledged(city.holds.get("LIT-1"), "Lee Wong", COUNSEL)
    city.later += timedelta(days=1)
    city.holds.amend("LIT-1", Scope(words="park"), "the claim was amended", COUNSEL)
    (due,) = city.holds.reminders()
    assert "it was widened, and the notice is to be sent again" in due.sentence()
    assert "; acknowledged before it was widened on " in due.sentence()
    with pytest.raises(BadQuestion, match="was widened after the last notice was sent to Lee Wong"):
        notices.acknowledged(city.holds.get("LIT-1"), "Lee Wong", COUNSEL)
    assert "“park”" in " ".join(send(city).split())
    assert city.holds.reminders() == []
    assert "; acknowledged before it was widened on " in notices.custodian("LIT-1", "Lee Wong").sentence()
    city.later += timedelta(days=7)
    assert "a reminder is due" in city.holds.reminders()[0].sentence()
    notices.acknowledged(city.holds.get("LIT-1"), "Lee Wong", COUNSEL)
    told = notices.custodian("LIT-1", "Lee Wong").sentence()
    assert "; acknowledged on " in told
    assert "widened" not in told
    assert city.holds.reminders() == []
