"""A decision is about what was seen: a colleague's is not undone unnoticed, nor what is closed or has gone out."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path

import msgspec
import pytest
from httpx import Response

from archives import add_night
from desk.desks import Desks, served, text_of
from desk.requestdesk import RequestDesk
from desk.shelves import FB, NOW, Shelves
from paloverde.desk.people import Person, Role
from paloverde.records import archive_day
from paloverde.requests.events import (
    Closed,
    Determined,
    Document,
    Ending,
    Outcome,
    Produced,
    Received,
    Released,
    SignedOff,
    Way,
)
from paloverde.requests.review import Decision, Verdict
from paloverde.retention.holds import By

CLEO = By("Cleo Park", "clerk", "this test")
DORA = Person("dora", "Dora Vale", Role.CLERK, "")
SEEN, LATER = datetime(2026, 5, 7, 9, tzinfo=UTC), datetime(2026, 5, 8, 9, tzinfo=UTC)
NAME = "Ofelia Marquez"
FACT = {"fact.EX-PRIV.privacy": "a neighbour who asked for nothing", "title": "Deputy Clerk"}
TEXTS = (
    f"The pool, says {NAME}",
    "Pool hours, and the library is open",
    "The library has no pool",
    "The library pool closes at nine on every Monday of this summer, so bring a towel and a friend",
)


class Room(RequestDesk):
    """A request for which four records were found, the last in two versions."""

    def __init__(self, shelves: Shelves) -> None:
        self.city, self.desks = shelves.city, Desks(shelves.city)
        asked = Received(
            by=CLEO, at=NOW, number="", channel="letter", text="All", received_on=date(2026, 11, 16)
        )
        self.number = self.city.requests.receive(asked).number
        self.city.requests.search(self.number, "pool", CLEO)

    def decision(self, record: int) -> Decision | None:
        review = self.city.reviews.get(self.number)
        return review.decision(review.versions[record - 1])

    def verdict(self, page: Response, verdict: str, who: Role | Person = Role.CLERK) -> Response:
        """Press a button of a record's page as it was shown."""
        form = self.form_on(page, "Not responsive") | {"verdict": verdict}
        return self.desks.post(f"{page.url.path}/verdict", form, who)

    def decide(self, verdict: str = "responsive") -> None:
        for record in range(1, len(self.city.reviews.get(self.number).versions) + 1):
            assert self.verdict(self.page(f"/review/{record}"), verdict).status_code == 303

    def planned(self, place: str, form: dict[str, object]) -> Response:
        """The page of a plan."""
        return self.desks.get(self.answer(place, form).headers["location"])

    def redact(self, record: int, words: str) -> None:
        plan = self.planned(f"/review/{record}/redact", {"words": words, "code": "EX-PRIV"})
        self.desks.done(plan.url.path, self.form_on(plan, "Decide so for") | FACT)

    def close(self) -> None:
        ended = Closed(by=CLEO, at=NOW, ending=Ending.WITHDRAWN, closed_on=archive_day(NOW), note="By phone.")
        self.city.requests.file(self.number, ended)

    def release(self) -> None:
        """Hand a bundle over that was built from the review as it stands."""
        signing = self.form_on(self.page("/review/sign", Role.COUNSEL), "Sign the review")
        self.done("/review/sign", signing, Role.COUNSEL)
        bundle, built = Document("b.zip", "b" * 64), self.city.reviews.get(self.number).decisions_sha256
        today = archive_day(NOW)
        for event in (
            Determined(
                by=CLEO, at=NOW, outcome=Outcome.FULL, reasons="Public.", sent_on=today, available_at=NOW
            ),
            Produced(by=CLEO, at=NOW, instalment=1, bundle=bundle, records=1, decisions_sha256=built),
            SignedOff(by=By("Ana Ruiz", "counsel", "this test"), at=NOW, sha256=bundle.sha256),
            Released(by=CLEO, at=NOW, sha256=bundle.sha256, way=Way.COUNTER, released_on=today),
        ):
            self.city.requests.file(self.number, event)


@pytest.fixture
def room(tmp_path: Path) -> Iterator[Room]:
    shelves = Shelves(tmp_path)
    rows = [shelves.row(str(n), text, kind="post", observed_at=SEEN) for n, text in enumerate(TEXTS, 1)]
    edited = shelves.row("4", f"{TEXTS[3]} or two", kind="post", observed_at=LATER)
    add_night(shelves.city.archive, FB, date(2026, 5, 7), rows)
    add_night(shelves.city.archive, FB, date(2026, 5, 8), [edited])
    room = Room(shelves)
    with served(room.desks):
        room.done("/review/gather", {})
        yield room


def test_what_a_colleague_decided_meanwhile_is_shown_with_who_and_when(room: Room) -> None:
    opened = room.page("/review/1")
    room.verdict(room.page("/review/1"), "not responsive", DORA)
    late = room.verdict(opened, "responsive")
    assert late.status_code == 409
    assert "Dora Vale has decided record 1 as “not responsive” meanwhile, on " in text_of(late)
    assert room.decision(1).verdict is Verdict.NOT_RESPONSIVE  # type: ignore[union-attr]
    form = room.form_on(late, "Not responsive") | {"verdict": "responsive"}
    assert "1 decided" in room.done("/review/1/verdict", form)
    assert room.decision(1).decided_by == "Cleo Park"  # type: ignore[union-attr]


def test_what_a_colleague_decided_about_another_record_is_in_nobodys_way(room: Room) -> None:
    opened = room.page("/review/1")
    room.verdict(room.page("/review/2"), "not responsive", DORA)
    assert room.verdict(opened, "responsive").status_code == 303


def test_whoever_decides_several_at_once_is_told_by_whom_some_were_decided(room: Room) -> None:
    plan = room.planned("/review/plan", {"record": ["1", "2"], "verdict": "not responsive"})
    form = room.form_on(plan, "Decide so for")
    for record in (1, 2):
        room.verdict(room.page(f"/review/{record}"), "responsive", DORA)
    late = room.desks.post(plan.url.path, form)
    assert late.status_code == 409
    assert text_of(late).count("Dora Vale has decided record") == 2


def test_a_plan_can_be_gone_back_to_and_is_filed_once(room: Room) -> None:
    plan = room.planned("/review/plan", {"record": ["1", "2"], "verdict": "not responsive"})
    form = room.form_on(plan, "Decide so for 2 records")
    assert "2 decided." in room.desks.done(plan.url.path, form)
    room.verdict(room.page("/review/1"), "responsive")
    back = room.desks.get(plan.url.path)
    assert "This was filed already 2 decided." in text_of(back)
    assert "Decide so for" not in text_of(back)
    room.desks.post(plan.url.path, form)
    assert room.decision(1).verdict is Verdict.RESPONSIVE  # type: ignore[union-attr]


def test_a_plan_is_kept_for_whoever_made_it_and_for_its_request(room: Room) -> None:
    plan = room.planned("/review/plan", {"record": ["1"], "verdict": "not responsive"})
    client = room.desks.client(DORA)
    for path in (plan.url.path, f"{plan.url.path[:-32]}{'0' * 32}", f"{plan.url.path[:-32]}x"):
        answer = client.get(path)
        assert answer.status_code == 303
        assert "not kept any more" in text_of(client.get(answer.headers["location"]))


def test_a_closed_request_is_decided_no_more_until_it_is_opened_again(room: Room) -> None:
    room.verdict(room.page("/review/1"), "responsive")
    opened, plan = (
        room.page("/review/2"),
        room.planned("/review/plan", {"record": "3", "verdict": "responsive"}),
    )
    room.close()
    told = "was closed on Wednesday, November 18, 2026, and nothing is decided in it any more"
    for answer in (
        room.verdict(opened, "responsive"),
        room.desks.post(plan.url.path, room.form_on(plan, "Decide so for")),
        room.answer("/review/2/redact", {"words": "hours", "code": "EX-PRIV"}),
    ):
        assert answer.status_code == 400
        assert told in text_of(answer)
    assert told in room.done("/review/plan", {"record": "3", "verdict": "responsive"})
    assert [room.decision(record) for record in (2, 3)] == [None, None]
    for place in ("/review", "/review/1"):
        page = room.page(place)
        assert told in text_of(page)
        assert f"/requests/{room.number}/step/reopen" in page.text
        assert 'name="verdict"' not in page.text


def test_what_the_requester_has_is_decided_anew_only_after_a_page_that_says_so(room: Room) -> None:
    room.decide()
    room.release()
    page = room.page("/review/1")
    assert "The requester has this record since Wednesday, November 18, 2026" in text_of(page)
    asked = room.verdict(page, "not responsive")
    plan = room.desks.get(asked.headers["location"])
    assert "Handed over already The requester has it since Wednesday, November 18, 2026" in text_of(plan)
    assert "Ana Ruiz has signed this review" in text_of(plan)
    second = room.verdict(room.page("/review/2"), "not responsive")
    assert "/review/plan/" in second.headers["location"]
    assert room.decision(2).verdict is Verdict.RESPONSIVE  # type: ignore[union-attr]
    room.redact(1, NAME)
    form = room.form_on(room.page("/review/1"), "Take the ticked redactions off") | {"span": "0"}
    assert "the requester has it already" in room.refused("/review/1/uncover", form)
    assert "1 decided" in room.done("/review/1/uncover", form | {"out": "yes"})


def test_a_record_under_review_that_is_gone_is_told_as_any_other_that_is(room: Room) -> None:
    (other,) = room.city.search("hours", "this test").hits
    gone = msgspec.structs.replace(other, native_id="77")
    room.city.reviews.gather(room.number, [gone], CLEO)
    record = len(room.city.reviews.get(room.number).versions)
    answer = room.desks.get(f"/requests/{room.number}/review/{record}")
    assert answer.status_code == 404
    assert "was destroyed under the schedule" in text_of(answer)
    assert "There is no such page" not in text_of(answer)


def test_one_tick_accepts_all_places_of_one_word(room: Room) -> None:
    room.decide()
    room.redact(2, "library")
    page = room.page("/review/sign", Role.COUNSEL)
    assert "it may be read in each of the 3 places" in text_of(page)
    assert page.text.count('name="accept"') == 3
    (word,) = re.findall(r'name="word" value="([0-9a-f]+)"', page.text)
    form = room.form_on(page, "Sign the review")
    assert "(“library”)" in room.refused("/review/sign", form, Role.COUNSEL)
    room.done("/review/sign", form | {"word": word}, Role.COUNSEL)
    signature = room.city.reviews.get(room.number).signature
    assert signature is not None
    assert len(signature.accepted) == 3


def test_places_are_written_down_in_plain_words(room: Room) -> None:
    room.decide()
    form = room.form_on(room.page("/review/sign", Role.COUNSEL), "Sign the review")
    for wrong in ("17=23", "1", "in the cover letter"):
        told = room.refused("/review/sign", form | {"places": wrong}, Role.COUNSEL)
        assert "write it as “17 in 23”" in told
    assert "names no record" in room.refused("/review/sign", form | {"places": "1 in mud"}, Role.COUNSEL)
    places = "record 1 in record 2\n1-2 in the words of the search\n3 in the cover letter\n3 in data/a.pdf"
    room.done("/review/sign", form | {"places": places}, Role.COUNSEL)
    signature, control = room.city.reviews.get(room.number).signature, f"{room.number}-00000"
    assert signature is not None
    letter = "data/00_cover_letter/letter."
    assert {*signature.accepted} == {
        (f"{control}1", f"{control}2"), (f"{control}1", "question"), (f"{control}2", "question"),
        (f"{control}3", f"{letter}html"), (f"{control}3", f"{letter}pdf"), (f"{control}3", "data/a.pdf"),
    }  # fmt: skip


def test_the_decisions_of_the_list_come_before_its_records(room: Room) -> None:
    page = room.page("/review").text
    assert page.index('value="not responsive"') < page.index("<table")
    assert page.count('value="not responsive"') == 1
    assert 'accesskey="x"' in page


def test_two_versions_of_one_post_are_told_apart(room: Room) -> None:
    said = room.said("/review")
    assert "version 1 of 2 found" in said
    assert "edited version 2 of 2 found" in said
    searched = text_of(room.desks.get("/search?q=pool"))
    assert "edited version 2 of 2 found" in searched


def test_why_the_like_cannot_be_decided_yet_is_said_in_place_of_a_dead_button(room: Room) -> None:
    page = room.page("/review/4")
    assert "Decide this record first: then the other one can be decided like it" in text_of(page)
    assert "disabled" not in page.text


def test_exemptions_are_named_in_words_and_the_catch_all_stands_last(room: Room) -> None:
    page = room.page("/review/1").text
    listed = re.findall(r'<option value="(EX-[A-Z]+)"', page.partition("</select>")[0])
    assert listed[-1] == "EX-CATCH"
    assert listed[0] == "EX-PRIV"
