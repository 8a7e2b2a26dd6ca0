"""Questions that a department was sent are answered, or listed (P-20)."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest

from paloverde.errors import BadQuestion
from paloverde.watch.check import Finding, Weight
from paloverde.watch.inbox.question_waiting import CHECK
from paloverde.watch.registers.inbox import QUESTIONS, Question
from watching import NOON, Then, book

ITEM = "facebook-palmaria/comment/104_7"


def found(*questions: Question, at: datetime = NOON) -> list[Finding]:
    assert CHECK.of_now is not None
    return list(CHECK.of_now(Then(at), book(entries={"questions": questions})))


def sent(days: float, **more: Any) -> Question:
    told: dict[str, Any] = {
        "item": ITEM,
        "department": "Public Works",
        "sent_at": NOON - timedelta(days=days),
    }
    return Question(**(told | more))


def test_a_question_that_waits_more_than_a_week_is_told() -> None:
    (one,) = found(sent(8))
    assert one.about == "questions/question-2026-0001"
    assert one.said == (
        "A question went to Public Works on Thursday, November 12, 2026; 8 days later no answer is noted."
    )
    assert one.links == (ITEM,)
    assert one.account == "facebook-palmaria"
    assert one.weight is Weight.ADVICE


def test_a_week_is_not_more_than_a_week() -> None:
    assert found(sent(7)) == []
    assert len(found(sent(7.01))) == 1


def test_after_twice_the_time_it_is_for_this_week() -> None:
    assert found(sent(15))[0].weight is Weight.WARNING


@pytest.mark.parametrize("more", [{"answered_at": NOON}, {"reply": "facebook-palmaria/comment/104_9"}])
def test_an_answer_or_a_reply_ends_it(more: dict[str, object]) -> None:
    assert found(sent(30, **more)) == []


def test_it_stays_the_same_finding_while_it_waits() -> None:
    assert found(sent(8))[0].id == found(sent(8), at=NOON + timedelta(days=5))[0].id


def test_a_question_in_a_private_message_is_for_those_who_may_see_it() -> None:
    assert found(sent(8, item="facebook-palmaria/message/m1"))[0].private
    assert not found(sent(8))[0].private


def test_the_register_takes_what_a_form_gives() -> None:
    entry = QUESTIONS.entered({"item": ITEM, "department": "Parks", "sent_at": "2026-11-20T09:00"})
    assert not entry.is_answered
    assert QUESTIONS.entered(QUESTIONS.typed(entry)) == entry


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ({"item": "that comment of Ruth's"}, "is no name of an item"),
        ({"reply": "104_9"}, "is no name of an item"),
        ({"answered_at": "2026-11-19T09:00"}, "the answer lies before the day"),
        ({"department": ""}, "fill in “Department or department head”"),
    ],
)
def test_the_register_refuses_what_cannot_be(given: dict[str, str], told: str) -> None:
    whole = {"item": ITEM, "department": "Parks", "sent_at": "2026-11-20T09:00"} | given
    with pytest.raises(BadQuestion, match=told):
        QUESTIONS.entered(whole)
