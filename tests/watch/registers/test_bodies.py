"""Bodies and their members: what their registers take, and who sat where when (P-56)."""

from __future__ import annotations

from datetime import date

import pytest

from councils import ANA, BEN, COUNCIL, PLANNING, TERM, city, people, post
from paloverde.errors import BadQuestion
from paloverde.watch.registers import ALL
from paloverde.watch.registers.bodies import BODIES, MEMBERS, Body, Member, seats_by_id, seats_of, terms_in
from watching import RUTH, book


@pytest.mark.parametrize(("seats", "majority"), [(1, 1), (2, 2), (3, 2), (4, 3), (5, 3), (7, 4)])
def test_a_majority_is_more_than_half_of_the_seats(seats: int, majority: int) -> None:
    assert Body("b", "B", seats).needed == majority


def test_the_registers_are_among_all() -> None:
    assert ALL["bodies"] is BODIES
    assert ALL["members"] is MEMBERS


def test_a_body_is_entered_as_a_form_gives_it() -> None:
    entry = BODIES.entered(
        {"id": "council", "name": "City Council", "seats": "5", "subject": "All of it.\nEverywhere.",
         "terms": "zoning\n\nEl Paseo", "majority": ""}
    )  # fmt: skip
    assert entry == Body("council", "City Council", 5, "All of it.\nEverywhere.", ("zoning", "El Paseo"))
    assert BODIES.entered(BODIES.typed(entry)) == entry


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ({"seats": "0"}, "at least one seat"),
        ({"seats": "five"}, "“Seats” takes a whole number"),
        ({"majority": "2"}, "a majority of its seats is 3 to 5; 2 is none"),
        ({"majority": "6"}, "6 is none"),
        ({"name": ""}, "fill in “Name”"),
    ],
)
def test_a_body_that_cannot_be_is_refused(given: dict[str, str], told: str) -> None:
    with pytest.raises(BadQuestion, match=told):
        BODIES.entered({"id": "council", "name": "City Council", "seats": "5"} | given)


def test_a_term_that_ends_before_it_begins_is_refused() -> None:
    given = {"body": "council", "person": "ana", "since": "2026-01-02", "until": "2026-01-01"}
    with pytest.raises(BadQuestion, match="the last day lies before the first"):
        MEMBERS.entered(given)
    assert MEMBERS.entered(given | {"until": "2026-01-02"}).sits_on(date(2026, 1, 2))


def test_a_form_offers_people_and_bodies_that_are_registered() -> None:
    assert {field.name: field.of for field in MEMBERS.fields if field.of} == {
        "body": "bodies",
        "person": "people",
    }


def test_a_person_is_known_by_every_id_and_by_the_handle_whatever_its_case() -> None:
    of = city()
    day = date(2026, 11, 20)
    for platform, id_ in (("facebook", "901"), ("facebook", "3001"), ("x", "4001"), ("x", "@ANADUARTE")):
        assert [seat.person.id for seat in seats_by_id(platform, id_, day, of)] == ["ana"]
    assert seats_by_id("x", "901", day, of) == ()
    assert seats_of(post(RUTH, "Hello"), day, of) == ()


def test_the_case_of_a_sites_name_and_blanks_do_not_count() -> None:
    ana = people()[0]
    written = type(ana)(id="ana", name="Ana", standing=ana.standing, known_as=("Facebook: 901",))
    of = book(entries={"people": [written], "bodies": [COUNCIL], "members": [Member("council", "ana", TERM)]})
    assert len(seats_of(post(ANA, "Hello"), date(2026, 11, 20), of)) == 1


def test_a_member_whom_no_register_knows_is_nobody() -> None:
    of = book(entries={"people": people(), "bodies": [COUNCIL], "members": [Member("council", "zed", TERM)]})
    assert seats_of(post(ANA, "Hello"), date(2026, 11, 20), of) == ()
    of = book(entries={"people": people(), "members": [Member("council", "ana", TERM)]})
    assert seats_of(post(ANA, "Hello"), date(2026, 11, 20), of) == ()


def test_a_second_term_after_a_gap_is_a_term() -> None:
    of = city(Member("council", "ben", date(2018, 1, 1), date(2020, 1, 1)), Member("council", "ben", TERM))
    said = post(BEN, "Hello")
    held = {day: len(seats_of(said, day, of)) for day in (date(2019, 1, 1), date(2022, 1, 1), TERM)}
    assert list(held.values()) == [1, 0, 1]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("ZONING and zonings", ["ZONING", "zonings"]),
        ("rezoning, zoningly", []),
        ("el  paseo's lights", ["el  paseo's"]),
        ("the variances", ["variances"]),
        ("", []),
    ],
)
def test_terms_are_whole_words(text: str, words: list[str]) -> None:
    assert [span.words for span in terms_in(text, COUNCIL.terms + PLANNING.terms)] == words


def test_accents_do_not_count_and_places_stay() -> None:
    (span,) = terms_in("¡Más reunión pública!", ("reunion publica",))
    assert (span.start, span.end, span.words) == (5, 20, "reunión pública")


def test_a_term_is_no_pattern() -> None:
    assert terms_in("anything at all", (".*", " ")) == ()
