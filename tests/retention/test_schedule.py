"""Schedules as the council adopts them: what is read of the text, what is refused and where, what is filed."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from exports import Office
from paloverde.archive.ledger import Ledger
from paloverde.archive.papers import Cabinet
from paloverde.archive.rebuild import rebuild
from paloverde.errors import BadQuestion
from paloverde.records import Holder, Kind, Provenance, Visibility
from paloverde.retention.schedule import After, Schedules, adopted, file_schedule, too_short
from paloverde.retention.schedule_text import EXAMPLE, LONGEST, read_schedule

TOP = 'resolution = "2026-41"\ntitle = "T"\nadopted_on = 2026-03-10\neffective_from = 2026-04-01\n'
CLASS = '[[classes]]\nid = "A"\ntitle = "All"\n'


def text(*classes: str, top: str = TOP) -> str:
    return top + "".join(CLASS + class_ + "\n" for class_ in classes)


def refused(given: str) -> str:
    with pytest.raises(BadQuestion) as raised:
        read_schedule(given, where="city.toml")
    said = str(raised.value)
    assert said.startswith("city.toml")
    return said


def test_the_example_is_a_schedule() -> None:
    schedule = read_schedule(EXAMPLE, where="example")
    assert schedule.resolution == "2026-41"
    assert (schedule.adopted_on, schedule.effective_to) == (date(2026, 3, 10), None)
    by_id = {class_.id: class_ for class_ in schedule.classes}
    assert by_id["SOC-POST"].kinds == (Kind.POST, Kind.STORY, Kind.EVENT, Kind.ALBUM)
    assert by_id["SOC-PROFILE"].permanent
    assert by_id["SOC-STATUTE"].excluded == "34090(c)"
    assert by_id["SOC-DUPLICATE"].procedure == "CC-7"


def test_the_example_names_every_word_that_may_stand_in_a_list() -> None:
    for noun in (*Kind, *Holder, *Provenance, *Visibility):
        assert noun.value in EXAMPLE


def test_every_member_is_read() -> None:
    given = (
        'kinds = ["comment"]\nholders = ["city", "official"]\nprovenance = ["upload"]\nvisibility = ["hidden"]\n'
        'years = 7\nafter = "removed"'
    )
    sha256 = "ab" * 32
    top = TOP + f'effective_to = 2027-03-31\nfile_sha256 = "{sha256}"\n'
    schedule = read_schedule(text(given, top=top), where="x")
    (class_,) = schedule.classes
    assert (class_.kinds, class_.holders) == ((Kind.COMMENT,), (Holder.CITY, Holder.OFFICIAL))
    assert (class_.provenance, class_.visibility) == ((Provenance.UPLOAD,), (Visibility.HIDDEN,))
    assert (class_.years, class_.after) == (7, After.REMOVED)
    assert (schedule.effective_to, schedule.file_sha256) == (date(2027, 3, 31), sha256)


@pytest.mark.parametrize(
    ("class_", "said"),
    [
        (
            'kinds = ["comment", "tweet"]\nyears = 2',
            "line 8, class A: kinds has 'tweet', which is none of: post,",
        ),
        ("years = -1", "line 8, class A: years must be a whole number from 1 to 1,000"),
        ("years = 0", "line 8, class A: years must be a whole number from 1 to 1,000"),
        ("years = false", "line 8, class A: years must be a whole number"),
        ('years = 2\nduplicate = true\nprocedure = "  "', "line 10, class A: procedure must be some words"),
        ("years = true", "line 8, class A: years must be a whole number"),
        ('years = "2"', "line 8, class A: years must be a whole number"),
        ("", "line 5, class A: it needs exactly one of years, permanent, excluded; it has none of them"),
        (
            "years = 2\npermanent = true",
            "class A: it needs exactly one of years, permanent, excluded; it has years",
        ),
        (
            'excluded = "34090(d)"',
            "line 8, class A: excluded must be one of: 34090(a), 34090(b), 34090(c), 34090(e)",
        ),
        ('years = 2\nafter = "posted"', "line 9, class A: after must be received or removed"),
        ("years = 2\nyaers = 3", "line 9, class A: 'yaers' is not known; known are: id, title"),
        ("years = 2\nduplicate = true", "line 9, class A: duplicate needs years, and procedure"),
        ('years = 2\nprocedure = "x"', "line 9, class A: procedure belongs to duplicate = true"),
        ('kinds = "comment"\nyears = 2', "line 8, class A: kinds must be a list"),
    ],
)
def test_a_mistake_in_a_class_is_told_with_its_line(class_: str, said: str) -> None:
    assert said in refused(text(class_))


@pytest.mark.parametrize(
    ("top", "said"),
    [
        (TOP.replace("2026-04-01", "2026-03-01"), "line 4: effective_from is before adopted_on"),
        (TOP + "effective_to = 2026-03-31\n", "line 5: effective_to is before effective_from"),
        (TOP + 'file_sha256 = "abc"\n', "line 5: file_sha256 must be 64 letters and digits"),
        (TOP.replace('"2026-41"', '" "'), "line 1: resolution must be the resolution's number"),
        (
            TOP.replace('"2026-41"', '"2026-41\\nB"'),
            "line 1: resolution must be the resolution's number on one",
        ),
        (TOP.replace('"T"', '""'), "line 2: title must be some words on one line"),
        (TOP.replace("2026-0", "2926-0"), "line 3: adopted_on is 2926-03-10, a day to come"),
        (TOP + "effective_until = 2027-01-01\n", "line 5: 'effective_until' is not known"),
        (TOP.replace("adopted_on = 2026-03-10\n", ""), "missing required field `adopted_on`"),
        (TOP.replace("2026-03-10", '"March"'), "Invalid RFC3339 encoded date"),
    ],
)
def test_a_mistake_in_the_head_is_told_with_its_line(top: str, said: str) -> None:
    assert said in refused(text("years = 2", top=top))


def test_what_is_no_schedule_at_all_is_refused_in_words() -> None:
    assert "is no TOML" in refused("resolution = ")
    assert "it names no class" in refused(TOP)
    assert "it names no class" in refused(TOP + "classes = 3\n")
    assert "class number 2: it needs an id" in refused(text("years = 2") + "[[classes]]\nyears = 2\n")
    assert "line 9, class A: it stands there twice" in refused(text("years = 2", "years = 3"))
    assert "is too long" in refused("#" * (LONGEST + 1))


def test_a_class_shorter_than_the_law_is_taken_and_named() -> None:
    schedule = read_schedule(text("years = 1"), where="x")
    assert [class_.id for class_ in too_short(schedule)] == ["A"]


def test_the_schedule_that_was_filed_last_for_a_resolution_stands(tmp_path: Path) -> None:
    office = Office(tmp_path)
    ledger = Ledger(office.vault.store, office.vault.books, office.vault.signer, 2)
    cabinet = Cabinet(office.vault, ledger)
    assert adopted(cabinet) == []
    first = read_schedule(text("years = 2"), where="x")
    ended = read_schedule(text("years = 2", top=TOP + "effective_to = 2026-12-31\n"), where="x")
    other = read_schedule(text("years = 5", top=TOP.replace("41", "42")), where="x")
    for one in (first, other, ended):
        file_schedule(cabinet, one, "clerk")
    assert adopted(cabinet) == [ended, other]
    event = ledger.entries()[-1].event
    assert (event.what, event.actor, event.about["resolution"]) == ("schedule adopted", "clerk", "2026-41")
    rebuild(office.vault.store, office.vault.books, lambda _: None)
    assert adopted(cabinet) == [ended, other]


def test_which_schedule_applies_is_asked_for_a_day() -> None:
    ended = read_schedule(text("years = 2", top=TOP + "effective_to = 2026-12-31\n"), where="x")
    known = Schedules((ended,))
    assert [len(known.on(day)) for day in (date(2026, 3, 31), date(2026, 4, 1), date(2026, 12, 31), date(2027, 1, 1))] == [
        0, 1, 1, 0,
    ]  # fmt: skip
    assert ended.standing(date(2026, 3, 31)) == "in effect from Wednesday, April 1, 2026"
    assert (
        ended.standing(date(2026, 5, 1))
        == "in effect since Wednesday, April 1, 2026 through Thursday, December 31, 2026"
    )
    assert ended.standing(date(2027, 5, 1)) == "ended on Thursday, December 31, 2026"


def test_visibility_is_read_only_where_a_class_asks_for_it() -> None:
    asks = read_schedule(text('visibility = ["hidden"]\nyears = 2'), where="x")
    assert Schedules((asks,)).name_visibility
    assert not Schedules((read_schedule(text("years = 2"), where="x"),)).name_visibility
