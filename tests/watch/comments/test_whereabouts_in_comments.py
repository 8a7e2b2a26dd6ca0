"""Where somebody else lives is found by the words beside it; what is meant to be read is let be."""

from __future__ import annotations

from typing import Any

import pytest

from moderated import comment
from paloverde.records import Visibility
from paloverde.watch.check import Finding, Weight
from paloverde.watch.comments.whereabouts import WHEREABOUTS
from paloverde.watch.registers.contacts import Contact
from watching import THE_CITY, book

REGISTERS = book(entries={"published-contacts": [Contact("73510 Sage Street", "The mayor's office")]})


def found(text: str, **known: Any) -> list[Finding]:
    assert WHEREABOUTS.of_item is not None
    return list(WHEREABOUTS.of_item(comment(text, **known), REGISTERS))


@pytest.mark.parametrize(
    ("text", "secret"),
    [
        ("She lives at 74210 Mesquite Lane, go tell her.", "74210 Mesquite Lane"),
        ("Dan Whitlock lives on 512 Palm Drive by the way", "512 Palm Drive"),
        ("The inspector's home address is 74210 Mesquite Lane", "74210 Mesquite Lane"),
        ("You can find him at 912 Cactus Court", "912 Cactus Court"),
        ("His private number is 760-555-0177, ring him all night", "760-555-0177"),
        ("Duarte's cell phone: (760) 555-0177", "(760) 555-0177"),
        ("Let's all march to her house: 74210 Mesquite Lane", "74210 Mesquite Lane"),
        ("Ella vive en 74210 Mesquite Lane", "74210 Mesquite Lane"),
        ("The mayor's house? 74210 Mesquite Lane, blue door", "74210 Mesquite Lane"),
    ],
)
def test_somebody_elses_home_or_number_is_found_and_never_repeated(text: str, secret: str) -> None:
    (one,) = found(text)
    assert [span.words for span in one.spans] == [secret]
    assert one.weight is Weight.URGENT
    assert "V.B.4(h)" in one.said
    assert secret not in one.said + one.next


@pytest.mark.parametrize(
    "text",
    [
        "There is a huge pothole in front of 74210 Sage Street.",
        "Call me at 760-555-0199, I can help with gutters.",
        "I live at 74210 Sage Street and the light is out.",
        "My neighbor at 74212 Sage Street has the same problem.",
        "Call City Hall, their number is 760-555-0111.",
        "They moved the market to 73510 Fred Waring Drive.",
        "Rosa's Tamales, 44100 Town Center Way, best in town.",
        "Her number 7 jersey was the best.",
        "He lives for this park, has been here since 1988.",
        "The mayor lives at 73510 Sage Street: her office says so.",
    ],
)
def test_what_is_meant_to_be_read_is_let_be(text: str) -> None:
    assert found(text) == []


def test_what_the_city_says_and_what_is_hidden_already_is_let_be() -> None:
    text = "She lives at 74210 Mesquite Lane."
    assert found(text, poster=THE_CITY) == []
    assert found(text, visibility=Visibility.HIDDEN) == []
    assert found(text, visibility=Visibility.HELD)
