"""Officials who speak for the City without being designated (V.E.4(b), P-61)."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from paloverde.records import Kind
from paloverde.watch.check import Finding, Weight
from paloverde.watch.people.speaking import SPOKESPERSON as CHECK
from paloverde.watch.registers.accounts import AccountClass
from paloverde.watch.registers.authorizing import Spokesperson
from townhall import TESS, looked, officials, version
from watching import CITY, MAYOR, seen


def designated(**known: Any) -> Spokesperson:
    told = {"speaks_for": "the City", "since": date(2026, 11, 1), "designated_by": "the City Council"}
    return Spokesperson(person="tduarte", **(told | known))


def found(text: str, account: Any = MAYOR, kind: Kind = Kind.POST, **entries: Any) -> list[Finding]:
    own = [officials(MAYOR.slug, AccountClass.OFFICIAL)]
    told = {"account_papers": own, "people": [TESS], "policy_versions": [version()]}
    return looked(CHECK, seen(text, account=account, kind=kind), **(told | entries))


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("On behalf of the City, I apologize for the noise.", "On behalf of the City"),
        ("I am speaking for the City Council tonight", "speaking for the City Council"),
        (
            "The official position of the\ncity of palma ria is no.",
            "official position of the\ncity of palma ria",
        ),
        ("This is the City’s official statement.", "the City’s official statement"),
    ],
)
def test_words_that_speak_for_the_city_are_flagged_with_their_place(text: str, words: str) -> None:
    (one,) = found(text)
    assert one.spans[0].words == words
    assert text[one.spans[0].start : one.spans[0].end] == words
    assert one.said.startswith("Tess Duarte writes “")
    assert one.weight is Weight.ADVICE


@pytest.mark.parametrize(
    "text",
    [
        "I don’t speak for the City; these views are mine.",
        "I am not speaking on behalf of the City Council.",
        "Nobody here speaks on behalf of the City.",
        "On behalf of the City of Palma Alta, their mayor thanked us.",
        "The city is repairing the road.",
        "I love this city and its council.",
        "",
    ],
)
def test_a_denial_another_city_and_plain_words_are_let_pass(text: str) -> None:
    assert found(text) == []


def test_a_denial_of_the_sentence_before_does_not_count() -> None:
    assert len(found("No, I did not. On behalf of the City: welcome.")) == 1


def test_before_the_citys_name_is_entered_its_full_name_is_no_other_citys() -> None:
    text = "On behalf of the City of Palma Ria I announce that the pool is closed."
    (one,) = found(text, policy_versions=[])
    assert one.spans[0].words == "On behalf of the City"
    assert [one.spans[0].words for one in found(text)] == ["On behalf of the City of Palma Ria"]


def test_a_designated_spokesperson_may() -> None:
    text = "On behalf of the City: welcome."
    assert found(text, spokespersons=[designated()]) == []
    assert len(found(text, spokespersons=[designated(since=date(2026, 11, 21))])) == 1
    assert len(found(text, spokespersons=[designated(until=date(2026, 11, 19))])) == 1


def test_the_citys_own_accounts_speak_for_it() -> None:
    assert found("On behalf of the City: welcome.", account=CITY) == []


def test_a_residents_comment_is_not_the_officials() -> None:
    assert found("On behalf of the City: welcome.", kind=Kind.COMMENT) == []


def test_an_officials_account_without_papers_is_looked_at_too() -> None:
    (one,) = found("On behalf of the City: welcome.", account_papers=[])
    assert one.said.startswith("The official of x-mayor-duarte writes")
