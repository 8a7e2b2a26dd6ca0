"""A correction is tied to what it corrects, or is found (policy V.E.4(a), P-60)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

import pytest

from paloverde.errors import BadQuestion
from paloverde.records import Kind
from paloverde.watch.check import Finding
from paloverde.watch.posts.corrections import CORRECTIONS_MADE, UNTIED_CORRECTION
from paloverde.watch.registers.corrections import CORRECTIONS, Correction, Ties, ties_of
from watching import CITY, NOON, RUTH, Then, book, seen

WRONG = seen("The parade is on Friday at 6 p.m.", native_id="1", observed_at=NOON - timedelta(days=2))
RIGHT = seen("Correction: the parade is on Saturday at 6 p.m.", native_id="2")


def tie(item: str = RIGHT.item, *corrects: str, note: str = "The day was wrong.") -> Correction:
    return Correction(item, corrects or (WRONG.item,), note)


def found(*items: Any, ties: tuple[Correction, ...] = ()) -> list[Finding]:
    assert UNTIED_CORRECTION.of_now is not None
    return list(UNTIED_CORRECTION.of_now(Then(items=items), book(entries={"corrections": ties})))


def test_a_post_that_reads_like_a_correction_is_found_until_it_is_tied() -> None:
    (one,) = found(WRONG, RIGHT)
    assert one.about == RIGHT.item
    assert "reads like a correction (“Correction:”)" in one.said
    assert one.rule == "posts/corrections#1/correction"
    assert found(WRONG, RIGHT, ties=(tie(),)) == []
    assert (
        len(found(WRONG, RIGHT, ties=(tie(WRONG.item, RIGHT.item),))) == 1
    )  # the other way round ties nothing
    of_no_post = Correction(RIGHT.item, (), "It corrects what a newspaper wrote.")
    assert found(WRONG, RIGHT, ties=(of_no_post,)) == []


@pytest.mark.parametrize(
    "text",
    [
        "CORRECTION - the meeting begins at 4 p.m.",
        "⚠️ Correction: the library is open.",
        "We previously said that the road closes Monday. It closes Tuesday.",
        "An earlier post had the wrong date; the market is on Sunday.",
        "We apologize for the error: the number is 311.",
        "Corrección: la piscina abre el lunes.",
        "Lamentamos el error: la clínica es el martes.",
    ],
)
def test_it_knows_the_words_of_corrections(text: str) -> None:
    assert len(found(seen(text, native_id="9"))) == 1


@pytest.mark.parametrize(
    "text",
    [
        "The Department of Corrections visits our job fair.",
        "Correctional officers are hiring.",
        "The council previously said nothing about parking.",
        "The corrected agenda is online.",
        "We apologize for the noise tonight.",
        "Visit our website for corrections to the zoning map.",
    ],
)
def test_it_lets_other_words_pass(text: str) -> None:
    assert found(seen(text, native_id="9")) == []


def test_what_the_site_ties_itself_and_what_others_say_is_let_pass() -> None:
    reply = seen(
        "Correction: it is Saturday.", kind=Kind.COMMENT, native_id="3", parent_id="1", poster=WRONG.poster
    )
    assert found(WRONG, reply) == []
    by_ruth = seen(
        "Correction: it was raining.", kind=Kind.COMMENT, native_id="4", parent_id="1", poster=RUTH
    )
    assert found(WRONG, by_ruth) == []


def test_it_looks_back_ninety_days() -> None:
    assert len(found(seen("Correction: x", native_id="8", observed_at=NOON - timedelta(days=90)))) == 1
    assert found(seen("Correction: x", native_id="8", observed_at=NOON - timedelta(days=92))) == []


def test_the_report_puts_both_side_by_side() -> None:
    a_book = book(entries={"corrections": [tie()]})
    since, until = date(2026, 1, 1), date(2027, 1, 1)
    assert CORRECTIONS_MADE.make(Then(items=[WRONG, RIGHT]), a_book, since, until).rows == (
        (
            RIGHT.item, "Fri, Nov 20, 2026", "Correction: the parade is on Saturday at 6 p.m.",
            WRONG.item, "Wed, Nov 18, 2026", "The parade is on Friday at 6 p.m.", "The day was wrong.", "Fri, Nov 20, 2026",
        ),
    )  # fmt: skip
    (gone,) = CORRECTIONS_MADE.make(Then(items=[RIGHT]), a_book, since, until).rows
    assert gone[5] == "not in the archive"


def test_each_of_two_records_knows_the_other() -> None:
    (one,) = book(entries={"corrections": [tie()]}).of(CORRECTIONS).values()
    assert ties_of(RIGHT.item, [one]) == Ties(corrects=(WRONG.item,))
    assert ties_of(WRONG.item, [one]) == Ties(corrected_by=(RIGHT.item,))
    assert ties_of(f"{CITY.slug}/post/99", [one]) == Ties()


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ({"item": "the second one", "corrects": WRONG.item}, "no name of an item"),
        ({"item": RIGHT.item, "corrects": RIGHT.item}, "nothing corrects itself"),
        ({"item": RIGHT.item}, "name what it corrects, or say why"),
    ],
)
def test_what_ties_nothing_is_refused(given: Mapping[str, str], told: str) -> None:
    with pytest.raises(BadQuestion, match=told):
        CORRECTIONS.entered(given)
