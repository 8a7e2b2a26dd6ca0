"""No personal information in the City's posts, but contacts that are meant to be known (V.A.12(e), P-24)."""

from __future__ import annotations

import time
from typing import Any

import pytest

from paloverde.records import Kind, Poster
from paloverde.requests.detectors import DETECTORS
from paloverde.watch.check import Finding, Weight
from paloverde.watch.posts.personal import PERSONAL_INFORMATION, WEIGHTS
from paloverde.watch.registers.contacts import PUBLISHED_CONTACTS, Contact
from paloverde.watch.registers.people import Person, Standing
from watching import CITY, DAN, book, picture, seen

STAFF = (
    Person("lmoss", "Lena Moss", Standing.STAFF, email="lmoss@palmaria.example", may_be_named=True),
    Person("okhan", "Omar Khan", Standing.STAFF),
    Person("pduarte", "Pilar Duarte", Standing.OFFICIAL),
)
CONTACTS = (Contact("(760) 555-0142", "City Hall"), Contact("tickets@gmail.com", "The theater's box office"))


def found(text: str, **entries: Any) -> list[Finding]:
    assert PERSONAL_INFORMATION.of_item is not None
    named = {"people": STAFF, "published-contacts": CONTACTS} | entries
    return list(PERSONAL_INFORMATION.of_item(seen(text), book(entries=named)))


@pytest.mark.parametrize(
    ("text", "what", "weight"),
    [
        ("Winner: Ana Ruiz, SSN 219-09-9999", "Social Security number", Weight.URGENT),
        ("Refund to card 4111 1111 1111 1111", "card number", Weight.URGENT),
        ("The staff password: Sunrise#42", "password or key", Weight.URGENT),
        ("His driver's license D1234567 was found", "driver's license", Weight.URGENT),
        ("Her cell is 760-555-0199", "telephone number", Weight.WARNING),
        ("To volunteer call Maria Lopez at (760) 555-0177", "telephone number", Weight.WARNING),
        ("Su celular: 760-555-0199", "telephone number", Weight.WARNING),
        ("RSVP to ana.ruiz1970@gmail.com", "e-mail address", Weight.WARNING),
        ("She lives at 44871 Portola Avenue", "street address", Weight.WARNING),
        ("Born 03/04/1951 and still swimming", "date of birth", Weight.WARNING),
        ("Ava Lopez, 9 years old, won the poster contest", "name of a minor", Weight.WARNING),
        ("Congratulations 9-year-old Ava Lopez!", "name of a minor", Weight.WARNING),
        ("Ava Lopez, age 9, won", "name of a minor", Weight.WARNING),
        ("Thank you Omar Khan for fixing the pump", "name of an employee", Weight.ADVICE),
    ],
)
def test_planted_personal_information_is_found(text: str, what: str, weight: Weight) -> None:
    (one,) = [one for one in found(text) if one.which == what]
    assert one.weight is weight
    assert one.spans
    assert one.rule == f"posts/personal#2/{what.replace(' ', '-')}"


@pytest.mark.parametrize(
    "text",
    [
        "Questions? Call City Hall at 760-555-0142 or 760.555.0142.",
        "Call Lena Moss at 760-555-0188",  # whose job includes contact with the public
        "Call Animal Services at 760-555-0111. Call 9-1-1 in an emergency.",
        "Write to clerk@palmaria.example or events@parks.palmaria.example",
        "Tickets: tickets@gmail.com, chamber@chamber.example.com",
        "Concert at 73510 Calle Sombra; open house at 44871 Portola Avenue",
        "Swim lessons for ages 4 and up, kids 5-12 free, 3rd graders welcome",
        "Join the Zoom meeting, passcode: 123456x",
        "Guest Wi-Fi password: palmaria2026",
        "Mayor Pilar Duarte and Lena Moss cut the ribbon.",
        "Founded November 26, 1973. Happy birthday, Palma Ria!",
        "Junior Rangers, age 8 to 12, meet at the park. Palma Ria, 9 a.m.",
        "Little League 12U champions 2026: 12-3!",
        "Power outage? Call Southern California Edison at 1-800-655-4555.",
        "Meet Max, 3 years old and ready for adoption!",
        "Luna Belle, 2 years old, is at the shelter.",
    ],
)
def test_what_a_city_publishes_every_day_is_let_be(text: str) -> None:
    assert found(text) == []


def test_the_sentence_repeats_nothing_of_it_and_the_place_leads_to_it() -> None:
    text = "Winner: Ana Ruiz, SSN 219-09-9999"
    (one,) = found(text)
    assert "219" not in one.said + one.next
    assert text[one.spans[0].start : one.spans[0].end] == one.spans[0].words == "219-09-9999"


def test_a_number_counts_until_it_is_entered_as_an_offices() -> None:
    text = "Ask for her number: 760-555-0166"
    assert found(text)
    entered = (Contact("760 555 0166", "Senior center"),)
    assert found(text, **{"published-contacts": entered}) == []


def test_the_citys_answers_are_looked_at_and_the_publics_comments_are_not() -> None:
    assert PERSONAL_INFORMATION.of_item is not None
    text = "Her cell is 760-555-0199"
    answer = seen(text, kind=Kind.COMMENT, poster=Poster(id=CITY.native_id))
    assert list(PERSONAL_INFORMATION.of_item(answer, book()))
    assert list(PERSONAL_INFORMATION.of_item(seen(text, kind=Kind.COMMENT, poster=DAN), book())) == []


def test_each_weight_is_of_a_detector_that_exists() -> None:
    assert set(WEIGHTS) <= {one.what for one in DETECTORS}


@pytest.mark.parametrize(
    ("contact", "is_one"), [("760-555-0142", True), ("a@b.example", True), ("City Hall", False)]
)
def test_a_contact_is_a_number_or_an_address(contact: str, is_one: bool) -> None:
    assert PUBLISHED_CONTACTS.wrong is not None
    assert (PUBLISHED_CONTACTS.wrong(Contact(contact, "City Hall")) == "") is is_one


def test_ten_thousand_comments_of_the_public_cost_nothing() -> None:
    assert PERSONAL_INFORMATION.of_item is not None
    comment, registers = seen("Her cell is 760-555-0199", kind=Kind.COMMENT), book()
    began = time.process_time()
    for _ in range(10_000):
        list(PERSONAL_INFORMATION.of_item(comment, registers))
    assert time.process_time() - began < 1


def described(alt_text: str) -> list[Finding]:
    assert PERSONAL_INFORMATION.of_item is not None
    return list(PERSONAL_INFORMATION.of_item(seen("Look!", media=(picture(alt_text=alt_text),)), book()))


def test_the_description_of_a_picture_is_read_and_not_quoted() -> None:
    (one,) = described("May be an image of text that says 'SSN 539-48-0120'")
    assert one.which == "description/Social Security number"
    assert one.weight is Weight.URGENT
    assert "539-48-0120" not in one.said + one.next
    assert one.spans == ()
    assert described("A sunset over City Hall, call 760-555-0199") == []
