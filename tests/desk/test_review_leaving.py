"""Suggestions that somebody looks at and leaves: kept with their name, shown to the signer, asked about no more."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from archives import add_night
from desk.desks import Desks, served, text_of
from desk.requestdesk import RequestDesk
from desk.shelves import FB, NOW, Shelves
from paloverde.desk.people import Role
from paloverde.requests.events import Received
from paloverde.retention.holds import By

CLEO = By("Cleo Park", "clerk", "this test")
SEEN = datetime(2026, 5, 7, 9, tzinfo=UTC)
OWN, OTHER = "760-555-0142", "760-555-0177"


class Room(RequestDesk):
    """A request for which two records were found, with three numbers in them."""

    def __init__(self, shelves: Shelves) -> None:
        self.city, self.desks = shelves.city, Desks(shelves.city)
        asked = Received(
            by=CLEO, at=NOW, number="", channel="letter", text="All", received_on=date(2026, 11, 16)
        )
        self.number = self.city.requests.receive(asked).number
        self.city.requests.search(self.number, "pool", CLEO)

    def decide(self) -> None:
        for place in (1, 2):
            self.done(f"/review/{place}/verdict", {"verdict": "responsive"})


@pytest.fixture
def room(tmp_path: Path) -> Iterator[Room]:
    shelves = Shelves(tmp_path)
    rows = [
        shelves.row("1", f"The pool: call {OWN} or {OTHER}", kind="post", observed_at=SEEN),
        shelves.row("2", f"Pool closed, call {OWN}", kind="post", observed_at=SEEN),
    ]
    add_night(shelves.city.archive, FB, date(2026, 5, 7), rows)
    room = Room(shelves)
    with served(room.desks):
        room.done("/review/gather", {})
        yield room


def leave(room: Room, record: int, *numbers: str, who: Role = Role.CLERK) -> str:
    """Leave the suggestions of these numbers."""
    return room.done(f"/review/{record}/suggestions", {"take": numbers, "do": "leave"}, who)


def test_what_is_left_stands_unanswered_no_more_and_the_signer_sees_by_whom(room: Room) -> None:
    room.decide()
    assert "3 stand in what is handed over" in room.said("/review/sign", Role.COUNSEL)
    told = leave(room, 1, "0")
    assert "1 suggestion is noted as looked at and left by you." in told
    assert f"{OWN}" in told
    assert "left by Cleo Park" in told
    assert "2 suggestions" not in text_of(room.page("/review")).partition("Record 2")[0]
    leave(room, 2, "0")
    page = room.page("/review/sign", Role.COUNSEL)
    assert "1 stands in what is handed over" in text_of(page)
    left = re.search(
        r"<caption>They are handed over as they stand</caption>.*?</table>", page.text, re.DOTALL
    )
    assert left is not None
    assert (left[0].count(OWN), left[0].count(OTHER), left[0].count("Cleo Park")) == (2, 0, 2)
    form = room.form_on(page, "Sign the review")
    assert "look at them all" in room.refused("/review/sign", form, Role.COUNSEL)
    assert "has signed" in room.done("/review/sign", form | {"all_seen": "1"}, Role.COUNSEL)
    signature = room.city.reviews.get(room.number).signature
    assert signature is not None
    assert signature.seen == 1
    (told_of,) = [
        one.event.about for one in room.city.ledger.entries() if "suggestions left" in one.event.what
    ][:1]
    assert told_of == {**told_of, "request": room.number, "suggestions": "1"}


def test_who_left_a_suggestion_may_not_sign_and_a_signature_does_not_outlive_it(room: Room) -> None:
    room.decide()
    leave(room, 1, "0", "1")
    assert "somebody else looks at it and signs" in room.said("/review/sign")
    page = room.page("/review/sign", Role.COUNSEL)
    form = room.form_on(page, "Sign the review") | {"all_seen": "1"}
    room.done("/review/sign", form, Role.COUNSEL)
    assert "The signature does not count any more" in leave(room, 2, "0", who=Role.COUNSEL)
    review = room.city.reviews.get(room.number)
    assert review.signature is None
    assert "has decided" in room.said("/review/sign", Role.COUNSEL)


def test_what_is_left_before_anything_is_decided_counts_as_well(room: Room) -> None:
    leave(room, 1, "0", "1")
    leave(room, 1, "0")  # once more: nothing new
    assert (
        len(room.city.reviews.get(room.number).sparings(room.city.reviews.get(room.number).versions[0])) == 2
    )
    room.decide()
    assert "1 stands in what is handed over" in room.said("/review/sign", Role.COUNSEL)


def test_what_was_left_can_still_be_redacted_and_is_then_no_more_of_it(room: Room) -> None:
    room.decide()
    leave(room, 1, "0", "1")
    shown = room.answer("/review/1/suggestions", {"take": "0", "do": "redact"})
    plan = room.desks.get(shown.headers["location"])
    facts = {"fact.EX-PRIV.privacy": "a neighbour who asked for nothing", "title": "Deputy Clerk"}
    room.desks.done(plan.url.path, room.form_on(plan, "Decide so for") | facts)
    page = room.page("/review/sign", Role.COUNSEL).text
    left = page.partition("They are handed over as they stand")[2].partition("</table>")[0]
    assert (OWN in left, OTHER in left) == (False, True)


def test_nothing_is_left_that_is_no_suggestion_or_without_a_tick(room: Room) -> None:
    assert "No suggestion is ticked" in room.refused("/review/1/suggestions", {"do": "leave"})
    assert "No suggestion is ticked" in room.refused("/review/1/suggestions", {"do": "leave", "take": "7"})
    for role in (Role.AUDITOR, Role.PUBLIC_AFFAIRS):
        answer = room.answer("/review/1/suggestions", {"do": "leave", "take": "0"}, role)
        assert answer.status_code == 403
    review = room.city.reviews.get(room.number)
    assert not any(review.sparings(version) for version in review.versions)
