"""A review at the desk, by two people: what is shown, what is filed, and what nobody gets to see."""

from __future__ import annotations

import gc
import html
import io
import random
import re
import time
from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import msgspec
import pytest
from httpx import Response
from PIL import Image

from archives import add_night, medium
from desk.desks import Desks, served, text_of
from desk.requestdesk import RequestDesk
from desk.shelves import FB, HOSTILE, LIMITED, NOW, Shelves, harm_in
from paloverde.bundles.articles import volume_pages
from paloverde.bundles.pages import Cover
from paloverde.desk.marking import highlighted, numbered, percent, picked, region_of, selected
from paloverde.desk.paces import Paces
from paloverde.desk.people import Person, Role
from paloverde.errors import BadQuestion
from paloverde.records import archive_day
from paloverde.requests.events import (
    Determined,
    Document,
    Outcome,
    Produced,
    Received,
    Released,
    ReviewFinished,
    SignedOff,
    Way,
)
from paloverde.requests.releasing import released_all
from paloverde.requests.review import Decision, Verdict
from paloverde.requests.reviewing import Review
from paloverde.retention.holds import By
from requesthall import CLERK, RequestHall

CLEO = By("Cleo Park", "clerk", "this test")
DORA = Person("dora", "Dora Vale", Role.CLERK, "")
SEEN = datetime(2026, 5, 7, 9, tzinfo=UTC)
NAME, PHONE = "Ofelia Marquez", "760-555-0142"
FACT = {"fact.EX-PRIV.privacy": "a neighbour who asked for nothing", "title": "Deputy Clerk"}
NEARLY = "The pool closes at nine on every Monday of this summer, so bring a towel and a friend"


def png(color: str = "white") -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (64, 48), color).save(out, "PNG")
    return out.getvalue()


# The bundle numbers its records; the preview does not know that number yet.
ARTICLE = re.compile(r'<h2 id="title-\d+">\d+\.(.*?)</article>', re.DOTALL)
WHITE, BLUE = png(), png("blue")


class Room(RequestDesk):
    """A city, its desk, and a request for which records of every kind were found."""

    def __init__(self, shelves: Shelves) -> None:
        self.shelves, self.city = shelves, shelves.city
        self.desks = Desks(shelves.city, paces=Paces(per_window={"search": 10_000}))
        self.number = ""

    def ask(self, question: str, **within: Any) -> None:
        """A request of its own, with what a search finds under review."""
        event = Received(
            by=CLEO, at=NOW, number="", channel="letter", text="All", received_on=date(2026, 11, 16)
        )
        self.number = self.city.requests.receive(event).number
        self.city.requests.search(self.number, question, CLEO, **within)

    def gather(self) -> str:
        return self.done("/review/gather", {})

    def place(self, native_id: str) -> int:
        versions = self.city.reviews.get(self.number).versions
        return next(at for at, version in enumerate(versions, 1) if version[2] == native_id)

    def decision(self, native_id: str) -> Decision | None:
        review = self.city.reviews.get(self.number)
        return review.decision(review.versions[self.place(native_id) - 1])

    def of(self, native_id: str) -> str:
        return f"/review/{self.place(native_id)}"

    def planned(self, place: str, form: dict[str, Any]) -> Response:
        """The page that says what will be decided: it has an address of its own."""
        answer = self.answer(place, form)
        assert answer.status_code == 303, text_of(answer)
        page = self.desks.get(answer.headers["location"])
        assert "Nothing is decided yet" in text_of(page)
        return page

    def file(self, plan: Response, more: dict[str, str] | None = None) -> Response:
        """Decide so, on the page of a plan."""
        return self.desks.post(plan.url.path, self.form_on(plan, "Decide so for") | (more or {}))

    def filed(self, plan: Response, more: dict[str, str] | None = None) -> str:
        return self.desks.done(plan.url.path, self.form_on(plan, "Decide so for") | (more or {}))

    def seen(self, place: str) -> dict[str, str]:
        """What the page of a record says of what was decided when it was shown."""
        return self.form_on(self.page(place), "Not responsive")

    def redact(self, place: str, form: dict[str, Any], facts: dict[str, str] = FACT) -> str:
        plan = self.planned(place, {"code": "EX-PRIV", **form})
        return self.filed(plan, facts)


@pytest.fixture(scope="module")
def room(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Room]:
    shelves = Shelves(tmp_path_factory.mktemp("room"))
    rows = [
        shelves.row("1", f"The pool is closed, says {NAME}. Call {PHONE}. Come by!", kind="post", observed_at=SEEN),
        shelves.row("2", f"{NAME.upper()} runs the pool", kind="post", observed_at=SEEN),
        shelves.row("3", NEARLY, kind="post", observed_at=SEEN),
        shelves.row("4", f"{NEARLY} or two", kind="post", observed_at=SEEN),
        shelves.row("5", "A picture of the pool", kind="post", media=[medium(WHITE)], observed_at=SEEN),
        shelves.row("6", "The pool again", kind="post", media=[medium(WHITE), medium(BLUE)], observed_at=SEEN),
        shelves.row("7", "Pool hours", kind="post", observed_at=SEEN),
        shelves.row("8", f"Pool of Ana. Ana swims.\nAna sings, call {PHONE}", kind="post", observed_at=SEEN),
        shelves.row("900", "A private pool", kind="message", visibility="private", thread_id="t1",
                    observed_at=SEEN),
        *(shelves.row(f"h{n}", f"pool {text}", poster_name=text, poster_username=text, permalink=text,
                      kind="post", observed_at=SEEN) for n, text in enumerate(HOSTILE)),
    ]  # fmt: skip
    add_night(shelves.city.archive, FB, date(2026, 5, 7), rows, media=[WHITE, BLUE])
    room = Room(shelves)
    room.ask("pool", include_private=True)
    with served(room.desks):
        assert "not under review yet" in room.said("/review")
        assert f"{len(rows)} records are new under review" in room.gather()
        yield room


def test_the_list_tells_what_is_left_and_what_to_look_at(room: Room) -> None:
    said = room.said("/review")
    assert "Under review 20" in said
    assert "1 suggestion" in said
    assert "1 like it" in said
    assert "private" in said
    assert "Next undecided record" in said


@pytest.mark.parametrize(
    ("show", "there", "gone"),
    [
        ("private", "A private pool", "Pool hours"),
        ("pictures", "A picture of the pool", "Pool hours"),
        ("suggestions", "Call 760", "Pool hours"),
        ("alike", "or two", "Pool hours"),
        ("exempt", "No record is of this kind", "Pool hours"),
    ],
)
def test_a_filter_shows_only_its_records(room: Room, show: str, there: str, gone: str) -> None:
    said = room.said(f"/review?show={show}")
    assert there in said
    assert gone not in said


def test_a_batch_says_to_how_many_it_applies_before_it_is_filed(room: Room) -> None:
    ticked = {"record": [str(room.place("3"))], "verdict": "not responsive"}
    plan = room.planned("/review/plan", ticked)
    assert "This hands over nothing of 1 record." in text_of(plan)
    assert "1 more record is the same or nearly the same" in text_of(plan)
    wider = room.planned(f"{plan.url.path.removeprefix(f'/requests/{room.number}')}/alike", {})
    assert "It applies to 2 records" in text_of(wider)
    assert room.decision("3") is None
    assert "2 decided." in room.filed(wider)
    assert [room.decision(one).verdict for one in "34"] == [Verdict.NOT_RESPONSIVE] * 2  # type: ignore[union-attr]


def test_what_was_shown_before_somebody_decided_is_shown_again(room: Room) -> None:
    plan = room.planned("/review/plan", {"record": [str(room.place("h0"))], "verdict": "not responsive"})
    room.done(f"{room.of('h1')}/verdict", {"verdict": "not responsive"})
    room.done(f"{room.of('h0')}/verdict", {"verdict": "responsive"}, DORA)
    late = room.file(plan)
    assert late.status_code == 409
    told = f"Dora Vale has decided record {room.place('h0')} as “responsive” meanwhile, on "
    assert told in text_of(late)
    assert room.decision("h0").verdict is Verdict.RESPONSIVE  # type: ignore[union-attr]
    again = room.desks.post(plan.url.path, room.form_on(late, "Decide so for"))
    assert again.status_code == 303
    assert room.decision("h0").verdict is Verdict.NOT_RESPONSIVE  # type: ignore[union-attr]


def test_a_batch_without_a_tick_says_so(room: Room) -> None:
    assert "No record is ticked" in room.done("/review/plan", {"verdict": "responsive"})


def test_a_record_opens_with_its_suggestions_marked_and_leads_to_the_next(room: Room) -> None:
    page = room.page(room.of("1"))
    assert f"<mark>{PHONE}</mark>" in page.text
    assert "telephone number" in text_of(page)
    assert 'accesskey="n"' in page.text
    assert 'accesskey="r"' in page.text
    said = room.done(f"{room.of('7')}/verdict", {"verdict": "responsive"})
    assert "1 decided" in said
    assert "Pool hours" not in said


def test_typed_words_are_redacted_and_never_stand_in_what_is_handed_over(room: Room) -> None:
    plan = room.planned(
        f"{room.of('1')}/redact", {"words": NAME.lower(), "code": "EX-PRIV", "scope": "record"}
    )
    assert NAME in text_of(plan)
    assert "Counsel has not confirmed yet that this exemption" in text_of(plan)
    room.filed(plan, FACT)
    room.filed(room.planned(f"{room.of('1')}/suggestions", {"take": "0"}), FACT)
    shown = room.page(f"{room.of('1')}/released").content.decode()
    assert "[redacted: EX-PRIV]" in shown
    for word in (NAME, "Marquez", PHONE, "5550142"):
        assert word not in shown
    assert "<article" in shown
    assert harm_in(shown) == []


def test_the_preview_is_what_the_bundle_shows(room: Room) -> None:
    city, first = room.city, room.place("1")
    review, hits = city.reviews.get(room.number), city.requests.found(room.number, "this test")
    records = released_all(review.pairs(hits))
    cover = Cover("", "", NOW, "", "", "")
    bundle = b"".join(page for _, page in volume_pages(records, cover, {})).decode()
    control = review.control(review.versions[first - 1])
    article = next(one for one in ARTICLE.findall(bundle) if control in one)
    (shown,) = ARTICLE.findall(room.page(f"/review/{first}/released").text)
    assert shown == article
    assert "[redacted: EX-PRIV]" in shown


def test_what_only_bars_the_web_is_claimed_and_handed_over_whole(room: Room) -> None:
    form = {"verdict": "off the web", "barred": "EX-HOME"}
    plan = room.planned(f"{room.of('h10')}/verdict", form)
    fact = {"fact.EX-HOME.official": "a council member's home; no permission was given"}
    room.filed(plan, fact)
    decision = room.decision("h10")
    assert decision is not None
    assert decision.verdict is Verdict.RESPONSIVE
    assert [claim.code for claim in decision.exempted] == ["EX-HOME"]


def test_a_claim_that_lacks_a_fact_is_shown_again_with_what_was_typed(room: Room) -> None:
    plan = room.planned(f"{room.of('2')}/redact", {"words": "runs", "code": "EX-PRIV"})
    lacking = room.file(plan, {"title": "Deputy Clerk", "note": "as typed"})
    assert lacking.status_code == 400
    assert "privacy" in text_of(lacking)
    assert 'value="as typed"' in lacking.text
    assert room.decision("2") is None


def test_the_same_words_everywhere_are_listed_with_their_number_first(room: Room) -> None:
    said = room.said(f"/review/everywhere?words={NAME}")
    assert "2 places in 2 records" in said
    told = room.redact("/review/redact-everywhere", {"words": NAME})
    assert "decided" in told
    assert NAME.upper() not in room.page(f"{room.of('2')}/released").text


def test_numbered_words_and_selections_mark_one_exact_place(room: Room) -> None:
    room.redact(f"{room.of('8')}/redact", {"pick-0": "3, s2"})
    sung = len("Pool of Ana. Ana swims.\n")
    selection = {"sel-where": "text", "sel-from": "0", "sel-start": str(sung), "sel-end": str(sung + 3)}
    room.redact(f"{room.of('8')}/redact", selection)
    decision = room.decision("8")
    assert decision is not None
    assert [(one.start, one.end) for one in decision.spans] == [(8, 12), (13, 23), (24, 27)]
    shown = room.form_on(room.page(room.of("8")), "Take the ticked redactions off")
    stale = room.answer(f"{room.of('8')}/uncover", {"span": ["0", "1"]})
    assert stale.status_code == 409
    assert "Look at it once more. Then tick again" in text_of(stale)
    assert room.decision("8") == decision
    said = room.done(f"{room.of('8')}/uncover", shown | {"span": ["0", "1"]})
    assert "1 decided" in said
    assert [one.start for one in room.decision("8").spans] == [24]  # type: ignore[union-attr]


def test_a_rectangle_of_a_picture_is_painted_over_wherever_the_picture_is(room: Room) -> None:
    page = room.page(f"{room.of('5')}/picture/1")
    assert "2 records have this picture" in text_of(page)
    box = {"left": "25", "top": "50", "width": "25", "height": "25"}
    room.redact(f"{room.of('5')}/picture/1", box)
    for one in "56":
        regions = room.decision(one).regions  # type: ignore[union-attr]
        assert [(r.left, r.top, r.width, r.height) for r in regions] == [(16, 24, 16, 12)]
    painted = room.page(f"{room.of('5')}/released/1")
    picture = Image.open(io.BytesIO(painted.content))
    assert picture.getpixel((20, 28)) == (0, 0, 0)
    assert picture.getpixel((60, 2)) == (255, 255, 255)
    shown = room.page(f"{room.of('5')}/released").text
    assert f'src="/requests/{room.number}{room.of("5")}/released/1"' in shown
    shown_now = room.form_on(room.page(room.of("5")), "Take the ticked redactions off")
    room.done(f"{room.of('5')}/uncover", shown_now | {"region": "0"})
    assert [room.decision(one).regions for one in "56"] == [(), ()]  # type: ignore[union-attr]
    wrong = room.answer(f"{room.of('5')}/picture/1", box | {"left": "wide", "code": "EX-PRIV"})
    assert "as a number from 0 to 100" in text_of(wrong)


def test_a_withheld_file_is_not_in_what_is_handed_over(room: Room) -> None:
    room.redact(f"{room.of('6')}/files", {"file": "2"})
    shown = room.page(f"{room.of('6')}/released").text
    assert "[withheld: EX-PRIV]" in shown


def test_a_private_record_is_marked_and_each_look_is_noted(room: Room) -> None:
    before = len(room.shelves.told("found records looked at"))
    assert "A private record" in room.said(room.of("900"))
    assert len(room.shelves.told("found records looked at")) > before
    around = re.search(r'href="(/record/conversation[^"]*)"', room.page(room.of("900")).text)
    assert around
    assert room.desks.get(around[1].replace("&amp;", "&")).status_code == 200


def test_the_number_of_a_review_is_a_reason_only_for_what_is_under_review_in_it(room: Room) -> None:
    asked = Received(by=CLEO, at=NOW, number="", channel="letter", text="x", received_on=date(2026, 11, 16))
    other = room.city.requests.receive(asked).number
    found = re.search(r'href="(/record\?[^"]*why=[^"]*)"', room.page(room.of("900")).text)
    assert found is not None
    path = html.unescape(found[1])
    assert "A private pool" in text_of(room.desks.get(path))
    for number in (other, "PRA-2026-9999"):
        typed = text_of(room.desks.get(path.replace(room.number, number)))
        assert "A private pool" not in typed
        assert "why" in typed
    typed = text_of(room.desks.get(f"/search?q=pool&private=yes&why={room.number}"))
    assert "A private pool" not in typed


def test_withholding_a_whole_record_asks_why_no_part_can_be_released(room: Room) -> None:
    plan = room.planned(f"{room.of('900')}/verdict", {"verdict": "exempt", "code": "EX-PRIV"})
    assert "why no part of it can be separated" in text_of(plan)
    more = FACT | {"fact.EX-PRIV.segregability": "every word names the writer"}
    room.filed(plan, more)
    assert "This record is withheld" in room.said(f"{room.of('900')}/released")
    assert "A private pool" not in room.page(f"{room.of('900')}/released").text
    log = room.said("/review/log")
    assert "whole record" in log
    assert "every word names the writer" in log


def test_what_is_alike_is_decided_like_a_record(room: Room) -> None:
    room.done(f"{room.of('3')}/verdict", {"verdict": "responsive"} | room.seen(room.of("3")))
    plan = room.planned(f"{room.of('3')}/same", {})
    said = room.filed(plan)
    assert "1 decided, 1 stood so already" in said
    assert room.decision("4").verdict is Verdict.RESPONSIVE  # type: ignore[union-attr]


def test_nothing_in_a_record_does_anything_on_any_page_of_the_review(room: Room) -> None:
    pages = ["/review", "/review/log", "/review/everywhere?words=pool", "/review?show=alike"]
    pages += [room.of(f"h{n}") for n in range(len(HOSTILE))]
    for place in pages:
        assert harm_in(room.page(place).text) == [], place
    client = room.desks.client(Role.CLERK)
    token, review = room.desks.token(client.get("/search").text), f"/requests/{room.number}/review"
    typed = f"{review}/{room.place('7')}/redact"
    for text in HOSTILE:
        assert harm_in(client.get(f"{review}/everywhere", params={"words": text}).text) == []
        form = {"form_token": token, "words": text, "code": text, "pick-0": text}
        assert harm_in(client.post(typed, data=form).text) == []


def test_a_role_without_review_and_a_limited_person_see_nothing_of_it(room: Room) -> None:
    for place in ("", "/1", "/1/released", "/log", "/sign", "/everywhere?words=pool", "/1/picture/1"):
        for who in (Role.AUDITOR, Role.PUBLIC_AFFAIRS, Role.IT, Role.APPROVER, LIMITED):
            answer = room.desks.get(f"/requests/{room.number}/review{place}", who)
            assert answer.status_code == 403, (place, who)
            assert b"pool is closed" not in answer.content


@pytest.mark.parametrize(
    "place", ["/review/0", "/review/999", "/review/x", "/review/1/picture/1", "/review/1/released/7"]
)
def test_a_record_or_file_that_is_not_there_says_so(room: Room, place: str) -> None:
    assert room.desks.get(f"/requests/{room.number}{place}").status_code == 404


def test_the_second_person_signs_with_what_it_says_and_nobody_else(room: Room) -> None:
    rest = room.planned("/review/plan", {"show": "undecided", "whole": "yes", "verdict": "responsive"})
    room.filed(rest)
    assert not room.city.reviews.get(room.number).undecided
    assert "somebody else looks at it and signs" in room.said("/review/sign")
    barred = text_of(room.desks.get(f"/requests/{room.number}/review/sign", DORA))
    assert "Took part before Dora Vale: what they decided was changed since" in barred
    assert "Dora Vale has decided in this review, though nothing of that stands any more" in barred
    page = room.page("/review/sign", Role.COUNSEL)
    assert PHONE in text_of(page)
    form = room.form_on(page, "Sign the review")
    assert "look at them all" in room.refused("/review/sign", form, Role.COUNSEL)
    ticks = dict(re.findall(r'name="(all_seen)" value="(\d+)"', page.text))
    accepted = re.findall(r'name="accept" value="([^"]+)"', page.text)
    if accepted:
        assert "still stand elsewhere" in room.refused("/review/sign", form | ticks, Role.COUNSEL)
    old = form | ticks | {"seen": "0" * 64, "accept": accepted}
    assert "meanwhile" in room.refused("/review/sign", old, Role.COUNSEL)
    told = room.done("/review/sign", form | ticks | {"accept": accepted}, Role.COUNSEL)
    assert "Ana Ruiz has signed the review" in told
    review = room.city.reviews.get(room.number)
    assert review.signature is not None
    assert review.signature.seen == int(ticks["all_seen"])
    assert room.city.requests.get(room.number).last(ReviewFinished) is not None
    undone = room.done(f"{room.of('h2')}/verdict", {"verdict": "not responsive"} | room.seen(room.of("h2")))
    assert "The signature does not count any more" in undone


def test_what_an_earlier_request_was_given_is_offered_and_decided_as_before(tmp_path: Path) -> None:
    shelves = Shelves(tmp_path / "city").fill()
    room = Room(shelves)
    with served(room.desks):
        room.ask("heated")
        room.gather()
        room.done(f"{room.of('2')}/verdict", {"verdict": "responsive"})
        signing = room.form_on(room.page("/review/sign", Role.COUNSEL), "Sign the review")
        room.done("/review/sign", signing, Role.COUNSEL)
        release(room)
        room.ask("pool")
        room.gather()
        first = room.city.requests.numbers()[0]
        said = room.said(room.of("2"))
        assert "Given to earlier requests" in said
        assert first in said
        listed = room.page("/review/earlier")
        assert f"responsive, for {first}" in text_of(listed)
        assert "No undecided record is ticked" in room.done("/review/as-before", {})
        told = room.done("/review/as-before", {"record": str(room.place("2"))})
        assert "1 decided" in told
        assert room.decision("2").verdict is Verdict.RESPONSIVE  # type: ignore[union-attr]


def test_what_is_decided_while_somebody_files_or_signs_is_never_lost(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    hall = RequestHall(tmp_path)
    hits, reviews = hall.search(), hall.city.reviews
    hall.review(hits)
    decide, before = reviews.decide, reviews.get(hall.number)
    (redacted,) = before.chosen(next(control for control in "123" if _is_in_part(before, control)))

    def meanwhile(note: str) -> None:
        decision = reviews.get(hall.number).decision(redacted)
        assert decision is not None
        noted = msgspec.structs.replace(decision, note=note)
        decide(hall.number, [noted], hall.by_version(hits), CLERK)

    def late(*given: Any, **more: Any) -> Any:
        meanwhile("filed first")
        return decide(*given, **more)

    with served(Desks(hall.city)) as desks:
        path = f"/requests/{hall.number}/review"
        whole = next(at for at in "123" if _verdict(before, at) is Verdict.RESPONSIVE)
        monkeypatch.setattr(reviews, "decide", late)
        answer = desks.post(f"{path}/{whole}/verdict", {"verdict": "not responsive", "papers": before.papers})
        assert answer.status_code == 400
        assert f"{CLERK.name} decided something in {hall.number} meanwhile" in text_of(answer)
        assert _verdict(reviews.get(hall.number), whole) is Verdict.RESPONSIVE
        monkeypatch.undo()
        sign = reviews.sign

        def late_sign(*given: Any, **more: Any) -> Any:
            meanwhile("before the signature")
            return sign(*given, **more)

        found = re.search(r'name="seen" value="([0-9a-f]{64})"', desks.get(f"{path}/sign", Role.COUNSEL).text)
        assert found
        monkeypatch.setattr(reviews, "sign", late_sign)
        answer = desks.post(f"{path}/sign", {"seen": found[1]}, Role.COUNSEL)
        assert "decided or found meanwhile" in text_of(answer)
        assert not reviews.get(hall.number).was_signed


def _verdict(review: Review, record: str) -> Verdict | None:
    (version,) = review.chosen(record)
    decision = review.decision(version)
    return decision and decision.verdict


def _is_in_part(review: Review, record: str) -> bool:
    return _verdict(review, record) is Verdict.EXEMPT_IN_PART


def release(room: Room) -> None:
    """Hand a bundle over that was built from the review as it stands."""
    bundle, city = Document("b.zip", "b" * 64), room.city
    built_from = city.reviews.get(room.number).decisions_sha256
    for event in (
        Determined(by=CLEO, at=NOW, outcome=Outcome.FULL, reasons="Public.", sent_on=archive_day(NOW),
                   available_at=NOW),
        Produced(by=CLEO, at=NOW, instalment=1, bundle=bundle, records=1, decisions_sha256=built_from),
        SignedOff(by=By("Ana Ruiz", "counsel", "this test"), at=NOW, sha256=bundle.sha256),
        Released(by=CLEO, at=NOW, sha256=bundle.sha256, way=Way.COUNTER, released_on=archive_day(NOW)),
    ):  # fmt: skip
        city.requests.file(room.number, event)


def test_numbers_of_words_and_sentences_name_exact_places() -> None:
    text = "One two. Three\nfour"
    assert list(picked(text, "2, 4, s1-s2")) == [(4, 8), (15, 19), (0, 14)]
    for wrong in ("5", "0", "2-1", "s4", "x"):
        with pytest.raises(BadQuestion):
            list(picked(text, wrong))
    shown, is_all = numbered(text, (0, len(text)), 10_000)
    assert [(one.first, one.last) for one in shown] == [(1, 2), (3, 3), (4, 4)]
    assert is_all
    shown, is_all = numbered("word " * 10_000, (10_000, 50_000), 1_000)
    assert not is_all
    assert [word.number for word in shown[0].words[:2]] == [2001, 2002]


def test_suggestions_and_redactions_are_told_apart_in_the_words() -> None:
    text = "call 555 or\u202e 777"
    pieces = highlighted(text, (0, len(text)), [(5, 8)], [(6, 11)])
    assert pieces == [("", "call "), ("mark", "5"), ("del", "55 or"), ("unseen", "[U+202E]"), ("", " 777")]


def test_a_long_and_hostile_record_is_read_on_page_by_page(tmp_path: Path) -> None:
    long = "pool <&> \u202e 760-555-0142 " * 3_000
    pictures = [medium(WHITE, alt_text="<\u200b>" * 400) for _ in range(40)]
    shelves = Shelves(tmp_path / "city")
    row = shelves.row("1", long, kind="post", poster_name="<\u202e>" * 500, media=pictures, observed_at=SEEN)
    add_night(shelves.city.archive, FB, date(2026, 5, 7), [row], media=[WHITE])
    room = Room(shelves)
    room.ask("pool")
    with served(room.desks):
        room.gather()
        page = room.page("/review/1")
        assert harm_in(page.text) == []
        onward = re.search(r'href="[^"]*/review/1\?from=(\d+)"', page.text)
        assert onward
        last = room.page(f"/review/1?from={onward[1]}")
        assert "From the beginning of the text" in text_of(last)
        marked = {
            "sel-where": "text",
            "sel-from": onward[1],
            "sel-start": "0",
            "sel-end": "40",
            "code": "EX-PRIV",
        }
        assert "This redacts in 1 record" in text_of(room.planned("/review/1/redact", marked))
        room.page("/review")


def test_a_selection_is_counted_back_over_what_is_written_out() -> None:
    text = "a\u202eb\nc👩‍👧 d"
    assert selected(text, 9, 10) == (2, 3)
    assert selected(text, 3, 4) == (1, 2)
    with pytest.raises(BadQuestion):
        selected(text, 99, 100)


def test_a_rectangle_in_percent_is_never_smaller_than_it_was_marked() -> None:
    region = region_of("a" * 64, (10.05, 0, 95, 0.1), (101, 99), "EX-PRIV")
    assert (region.left, region.top, region.width, region.height) == (10, 0, 91, 1)
    for wrong in ("-1", "101", "nan", "x", ""):
        with pytest.raises(BadQuestion):
            percent(wrong, "left")


WORDS = [
    "park",
    "street",
    "sweeping",
    "council",
    "hours",
    "monday",
    "dog",
    "closed",
    "water",
    "permit",
    "library",
    "tree",
    "budget",
    "vote",
    "bus",
]


def long_work(room: Room, answer: Response, who: Role) -> str:
    """The page that long work leads to."""
    assert answer.status_code == 303
    assert "/progress/" in answer.headers["location"]
    return room.worked(answer.headers["location"], who)


def test_two_thousand_found_records_stay_light_and_quick(tmp_path: Path) -> None:
    chance = random.Random(4)
    shelves = Shelves(tmp_path / "city")
    rows = [
        shelves.row(str(n), f"pool {' '.join(chance.choices(WORDS, k=40))} {f'760-555-{n:04}' if n % 9 == 0 else ''}",
                    kind="post", observed_at=SEEN) for n in range(2_000)
    ]  # fmt: skip
    add_night(shelves.city.archive, FB, date(2026, 5, 7), rows)
    room = Room(shelves)
    room.ask("pool")
    with served(room.desks):
        room.gather()  # which leads to the list, and so to the first look
        same = room.desks.get(f"/requests/{room.number}/review/17")  # whoever else comes waits for the same
        assert "Undecided 2,000" in long_work(room, same, Role.CLERK)
        plan = room.planned("/review/plan", {"show": "undecided", "whole": "yes", "verdict": "responsive"})
        assert "Decide so for 2,000 records" in text_of(plan)
        room.filed(plan)
        room.redact("/review/redact-everywhere", {"words": "760-555-0018"})
        gc.collect()
        gc.freeze()  # what earlier tests of this process left is not looked through on the desk's account
        for place in ("", "?page=40", "?show=suggestions", "?show=alike", "/17", "/17/released", "/log",
                      "/everywhere?words=pool"):  # fmt: skip
            started = time.process_time()
            page = room.page(f"/review{place}")
            assert len(page.content) < 300_000
            assert time.process_time() - started < 0.5, place
        signing = f"/requests/{room.number}/review/sign"
        long_work(room, room.desks.get(signing, Role.COUNSEL), Role.COUNSEL)
        started = time.process_time()
        page = room.page("/review/sign", Role.COUNSEL)
        assert time.process_time() - started < 0.5
        form = room.form_on(page, "Sign the review") | dict(
            re.findall(r'name="(all_seen)" value="(\d+)"', page.text)
        )
        signed = long_work(room, room.desks.post(signing, form, Role.COUNSEL), Role.COUNSEL)
        assert "Signed by Ana Ruiz" in signed
    gc.unfreeze()
