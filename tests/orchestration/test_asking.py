from __future__ import annotations

from typing import Any

import pytest

from paloverde.errors import BadQuestion
from paloverde.orchestration.asking import asked

REGISTERED = ["facebook-city", "x-city"]


def form(**given: Any) -> dict[str, Any]:
    return {"request_number": "PRA-2026-0042", "words": " street sweeping ", **given}


@pytest.mark.parametrize(
    ("given", "rest"),
    [
        ({}, "on any day, on every account of the City."),
        ({"from": "2026-01-01"}, "from 2026-01-01 on, on every account of the City."),
        ({"to": "2026-01-31", "accounts": ["x-city"]}, "through 2026-01-31, on x-city."),
        (
            {"from": "2026-01-01", "to": "2026-01-31", "accounts": REGISTERED},
            "from 2026-01-01 through 2026-01-31, on facebook-city, x-city.",
        ),
        (
            {"kinds": ["post", "comment"]},
            " in records of the kind post or comment, on any day, on every account of the City.",
        ),
    ],
)
def test_the_question_says_itself(given: dict[str, Any], rest: str) -> None:
    sentence = asked(form(**given), REGISTERED).sentence()
    assert sentence == f"Request PRA-2026-0042 asks for 'street sweeping', {rest}".replace(",  in", " in")


@pytest.mark.parametrize(
    ("given", "sentence"),
    [
        (
            {"from": "2026-02-01", "to": "2026-01-31"},
            "The last day, 2026-01-31, is before the first, 2026-02-01",
        ),
        ({"from": "yesterday"}, "'yesterday' is not a day"),
        ({"kinds": ["post", "message"]}, "This form cannot ask for message; the kinds are post, "),
        (
            {"accounts": ["x-city", "tiktok-city"]},
            "No account is registered as tiktok-city; registered are facebook-city, x-city",
        ),
    ],
)
def test_a_question_that_cannot_be_answered_completely_is_refused(
    given: dict[str, Any], sentence: str
) -> None:
    with pytest.raises(BadQuestion, match=sentence):
        asked(form(**given), REGISTERED)
