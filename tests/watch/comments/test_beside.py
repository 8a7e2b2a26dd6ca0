"""What a comment shows beside its words: where a shortened address leads, and descriptions of pictures."""

from __future__ import annotations

import json
from typing import Any

from moderated import comment, listing, words
from paloverde.records import Visibility
from paloverde.watch.check import Finding, Weight
from paloverde.watch.comments.beside import LISTED_BESIDE
from watching import CITY_ON_X, THE_CITY, picture

BOOK = listing(words("e", "smut", domains=("casino.example",)), words("k", "burn it down"))
BEHIND = json.dumps(
    {"entities": {"urls": [{"url": "https://t.co/abc", "expanded_url": "https://www.casino.example/now"}]}}
).encode()


def found(text: str, **known: Any) -> list[Finding]:
    assert LISTED_BESIDE.of_item is not None
    return list(LISTED_BESIDE.of_item(comment(text, **known), BOOK))


def test_where_a_shortened_address_of_x_leads_is_compared_with_the_lists() -> None:
    (one,) = found("Look: https://t.co/abc", account=CITY_ON_X, payload=BEHIND)
    assert one.rule == "word-lists/list-e#1"
    assert one.said == (
        "Beside the words of this stands what the list list-e (version 1) names under V.B.4(e): it leads to "
        "casino.example. It is archived as it was, in run 1."
    )
    assert "Nothing was hidden here." in one.next
    assert one.spans == ()
    assert found("Look: https://t.co/abc", account=CITY_ON_X) == []


def test_the_link_that_a_comment_on_facebook_has_attached_is_compared() -> None:
    shared = {"attachments": {"data": [{"type": "share", "url": "https://casino.example/x"}]}}
    assert len(found("Wow", payload=json.dumps(shared).encode())) == 1


def test_the_description_of_a_picture_is_read_and_a_threat_there_is_for_today() -> None:
    (one,) = found("", media=(picture(alt_text="A sign: smut!"),))
    assert "the description of its picture has smut" in one.said
    (threat,) = found("Hi", media=(picture(alt_text="Burn it down"),))
    assert threat.weight is Weight.URGENT


def test_what_stands_in_the_text_is_told_by_the_other_check_alone() -> None:
    assert found("smut at https://casino.example/x", media=(picture(alt_text="smut"),)) == []


def test_what_the_city_shows_and_what_is_hidden_already_is_let_be() -> None:
    shown = (picture(alt_text="smut"),)
    assert found("", media=shown, poster=THE_CITY) == []
    assert found("", media=shown, visibility=Visibility.HIDDEN) == []
    assert found("", media=(picture(alt_text="A sunset"),)) == []
