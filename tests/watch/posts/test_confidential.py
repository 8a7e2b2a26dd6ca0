"""What is confidential stays out of the City's posts (V.A.12(b), P-23)."""

from __future__ import annotations

import json

import pytest

from paloverde.records import Kind
from paloverde.watch.check import Finding, Weight
from paloverde.watch.posts.confidential import CONFIDENTIAL_MATTERS
from paloverde.watch.registers.people import Person, Standing
from paloverde.watch.seen import Seen
from watching import DAN, book, seen

LENA = Person("lmoss", "Lena Moss", Standing.STAFF, known_as=("facebook:9001",), may_tell_emergencies=True)
OMAR = Person("okhan", "Omar Khan", Standing.STAFF, known_as=("facebook:9002",))
FLOOD = "Flash flood warning until 9 p.m. Shelter in place."


def found(post: Seen, *people: Person) -> list[Finding]:
    assert CONFIDENTIAL_MATTERS.of_item is not None
    return list(CONFIDENTIAL_MATTERS.of_item(post, book(entries={"people": people})))


@pytest.mark.parametrize(
    ("text", "row", "words"),
    [
        (
            "A resident filed a claim against the City over the pothole.",
            "claim",
            "filed a claim against the City",
        ),
        ("We cannot comment on the lawsuit.", "lawsuit", "lawsuit"),
        ("The City's attorney advised us not to.", "advice", "The City's attorney advised"),
        (
            "The supervisor was placed on administrative leave.",
            "personnel",
            "was placed on administrative leave",
        ),
        ("Photos of the crime scene on Portola", "crime", "crime scene"),
        ("The suspect was arrested near the park", "crime", None),
        (FLOOD, "emergency", None),
    ],
)
def test_each_example_of_the_policy_is_flagged_with_its_rule_and_words(
    text: str, row: str, words: str | None
) -> None:
    post = seen(text)
    flagged = {one.which: one for one in found(post)}
    one = flagged[row]
    assert one.rule == f"posts/confidential#2/{row}"
    for span in one.spans:
        assert post.text[span.start : span.end] == span.words
    if words:
        assert words in [span.words for span in one.spans]


@pytest.mark.parametrize(
    "text",
    [
        "The City Attorney's office moves to Sombra Drive.",
        "Claim your free tree at the library!",
        "Personnel from Public Works will pave Portola Avenue.",
        "Fire Station 33 open house: meet the crew.",
        "The Dune Shooting Stars play on Friday.",
        "We suspect you will love the concert.",
        "A film crew is shooting on El Paseo.",
        "Murder mystery dinner at the library",
        "Bus service was suspended because of wind.",
        "School was dismissed early. The kiln was fired.",
    ],
)
def test_everyday_words_are_let_be(text: str) -> None:
    assert found(seen(text)) == []


@pytest.mark.parametrize(
    "text",
    ["A lifeguard was fired.", "The deputies have been suspended.", "He was dismissed.", "shooting on Elm"],
)
def test_the_same_words_of_people_are_flagged(text: str) -> None:
    assert found(seen(text))


def by(publisher: str) -> Seen:
    return seen(FLOOD, payload=json.dumps({"admin_creator": {"id": publisher, "name": "Somebody"}}).encode())


def test_who_is_expressly_authorized_may_tell_of_an_emergency() -> None:
    assert found(by("9001"), LENA, OMAR) == []
    (one,) = found(by("9002"), LENA, OMAR)
    assert (one.which, one.weight) == ("emergency", Weight.ADVICE)


def test_where_the_site_names_no_publisher_anybodys_authority_is_enough() -> None:
    assert found(seen(FLOOD), LENA) == []
    assert found(seen(FLOOD), OMAR)
    gone = Person(
        "lmoss", "Lena Moss", Standing.STAFF, may_tell_emergencies=True, left_on=book().day.replace(day=1)
    )
    assert found(seen(FLOOD), gone)


def test_authority_for_emergencies_covers_nothing_else() -> None:
    assert found(seen("The suspect was arrested."), LENA)


def test_the_public_may_speak_of_all_of_it() -> None:
    assert found(seen("The lawsuit!", poster=DAN)) == []
    assert found(seen("The lawsuit!", kind=Kind.COMMENT)) == []
