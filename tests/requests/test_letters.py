"""Every letter says what the law asks of it, in plain words, and nothing that it must not."""

from __future__ import annotations

import io
from datetime import UTC, date, datetime
from pathlib import Path

import msgspec
import pytest
from pypdf import PdfReader

from correspondence import (
    BALANCING,
    BUNDLE,
    BY,
    CASE,
    CATCH,
    CLERK,
    CLOSED,
    COUNSEL,
    HOLDINGS,
    NOW,
    OFFICE,
    RECEIVED,
    extension,
    in_part,
    letter,
    production,
    request,
    search,
)
from paloverde.bundles.pdf.letters import paper_pdf
from paloverde.errors import BadQuestion
from paloverde.requests import wording
from paloverde.requests.assistance import Holdings
from paloverde.requests.clock import clock
from paloverde.requests.costs import Sheet
from paloverde.requests.drafting import KINDS, File, Wish, body_of, case_of
from paloverde.requests.events import (
    Determined,
    Document,
    Extended,
    Outcome,
    Produced,
    Released,
    Responsible,
    Way,
)
from paloverde.requests.letters import (
    Acknowledgment,
    Body,
    Claimed,
    Clarification,
    ClawBack,
    Closure,
    Counts,
    Delivery,
    Determination,
    Estimate,
    Letter,
)
from paloverde.requests.lint_words import how_to_give
from paloverde.requests.plaintext import all_texts, as_text
from paloverde.requests.sending import Sent, event_of, out_of_time, sent_before
from paloverde.requests.wording import Words, law_on, table, write
from paloverde.requests.writing import written
from paloverde.wording import at_time, spoken

LATER = datetime(2026, 12, 1, 22, 0, tzinfo=UTC)
PROMISE = Determination(
    outcome=Outcome.DISCLOSABLE, reasons="We found comments of the pool", available_at=LATER
)
LETTERS: dict[str, Body] = {
    "acknowledgment": Acknowledgment(HOLDINGS),
    "clarification": Clarification(("Which pool do you mean?",), HOLDINGS, ("The page lists its pools.",)),
    "extension": extension(),
    "disclosable": PROMISE,
    "full": Determination(outcome=Outcome.FULL, reasons="Nothing is exempt", available_at=LATER),
    "part": in_part(),
    "denied": in_part(outcome=Outcome.DENIED, available_at=None, delivery=None, counts=Counts(0, 0, 3)),
    "none": Determination(outcome=Outcome.NONE, reasons="No record matches", searches=("Found: nothing.",)),
    "not_agency": Determination(
        outcome=Outcome.NOT_AGENCY, reasons="The county runs the pool", elsewhere="the County of Palm, Parks"
    ),
    "estimate": Estimate(Sheet()),
    "production": production(next_at=LATER),
    "closure": Closure("everything was handed over", (("Received", "Monday"),), date(2027, 2, 18)),
    "clawback": ClawBack(
        bundle=BUNDLE, released_at=NOW, privilege="attorney-client privilege",
        items=("PRA-2026-0042-000007, second paragraph",), replacement="The file without these parts.",
    ),
}  # fmt: skip


def text_of(one: Letter) -> str:
    return " ".join(as_text(written(one).paper).split())


def enclosure_of(one: Letter) -> str:
    paper = written(one).enclosure
    assert paper is not None
    return " ".join(as_text(paper).split())


@pytest.mark.parametrize("kind", LETTERS)
def test_every_letter_is_filled_in_and_says_who_writes_and_what_to_do_next(kind: str) -> None:
    one = letter(LETTERS[kind])
    words, text = written(one), text_of(one)
    assert one.kind == kind
    assert words.unfilled == ()
    assert "{" not in text
    for told in ("City of Palmaria", "PRA-2026-0042", "Cleo Park", "City Clerk", "clerk@palmaria.example"):
        assert told in text
    assert "What you can do" in text
    assert "Friday, November 20, 2026" in text
    assert "You never have to say who you are or what the records are for (Gov. Code 7921.300)" in text


def test_each_wording_is_that_of_a_letter_and_each_letter_has_one() -> None:
    assert table().letter.keys() - {"head", "foot", "enclosure"} == LETTERS.keys() == set(KINDS)


def test_no_wording_names_a_law_that_the_table_does_not_have() -> None:
    text = Path(wording.__file__).with_name("letters.toml").read_text(encoding="utf-8")
    named = {name.removeprefix("law.") for name in wording._NAME.findall(text) if name.startswith("law.")}
    assert named
    assert named <= {law.id for law in table().law} | {"id"}  # `{law.id}` stands in the comment


def test_every_law_says_where_its_wording_comes_from_and_none_is_verified_as_shipped() -> None:
    assert all(law.seen in ("text", "memory", "design") and law.cite and law.says for law in table().law)
    assert not any(law.is_verified for law in table().law)


def test_the_acknowledgment_counts_the_days_and_tells_how_the_archive_works() -> None:
    text = text_of(letter(LETTERS["acknowledgment"]))
    assert "By Wednesday, November 25, 2026 we decide whether" in text
    assert (
        "the day on which the request came is not counted. Day 1 is Tuesday, November 17, 2026, and day 10 is "
        "Thursday, November 26, 2026. Since our office is closed on that day, we answer by Wednesday, "
        "November 25, 2026."
    ) in text
    assert "no later than Thursday, December 10, 2026 (Gov. Code 7922.535(b))" in text
    assert "It holds 1 account (Facebook). 1 gap is known that is still open" in text
    enclosed = enclosure_of(letter(LETTERS["acknowledgment"]))
    assert "January 2, 2026 to November 19, 2026 (322 nights)" in enclosed
    assert "Gap, facebook-palmaria, comments, March 3, 2026" in enclosed
    assert "Its machines stand here: City Hall, 1 Plaza, Palmaria." in enclosed
    assert "Gov. Code 7922.535(a), in force since January 1, 2023" in enclosed


def test_the_acknowledgment_is_one_page_however_much_the_archive_lacks() -> None:
    accounts = tuple(
        msgspec.structs.replace(HOLDINGS.accounts[0], site=site, slug=f"{site}-{number}")
        for site in ("Facebook", "Instagram", "LinkedIn", "Nextdoor", "X", "YouTube")
        for number in range(4)
    )
    held = Holdings(HOLDINGS.day, accounts, HOLDINGS.limits * 90, HOLDINGS.standing * 90)
    five_lines = " ".join(["Everything about the pool, its closing and its hours, of all accounts."] * 6)
    one = letter(Acknowledgment(held), case=msgspec.structs.replace(CASE, wording=five_lines))
    body = paper_pdf(written(one).paper, agency="City of Palmaria", made_at=NOW, fonts_folder=None)
    assert len(PdfReader(io.BytesIO(body)).pages) == 1


def test_what_the_enclosure_lacks_blocks_the_letter() -> None:
    one = letter(LETTERS["acknowledgment"], office=msgspec.structs.replace(OFFICE, location=""))
    assert written(one).unfilled == ("location",)
    assert "[where the archive's machines stand]" in enclosure_of(one)
    assert written(letter(LETTERS["full"])).enclosure is None


def test_the_extension_gives_grounds_with_their_section_facts_and_date() -> None:
    text = text_of(letter(extension()))
    assert "We expect to send our determination on: Wednesday, December 9, 2026" in text
    assert (
        "(Gov. Code 7922.535(c)(2)). In this case: 12,400 records were found, and each has to be read."
        in text
    )


def test_the_determination_states_date_and_time_names_and_titles_and_segregability() -> None:
    text = text_of(letter(in_part()))
    assert "will be available: Tuesday, December 1, 2026, at 2:00 p.m. Pacific time" in text
    assert "- Cleo Park, City Clerk - Ana Ruiz, City Attorney" in text
    assert (
        "only the exempt parts were taken out, and each place is marked with its exemption (Gov. Code 7922.525(b))"
        in text
    )
    assert f"Weighed in this case: {BALANCING}." in text
    assert "parts of 2 records and the whole of 1 record" in text
    assert "12 records are released, 2 of these with parts taken out, 1 record is withheld whole." in text


def test_two_claims_of_one_exemption_with_other_statutes_are_two_points() -> None:
    claims = tuple(
        msgspec.structs.replace(in_part().claims[0], code="EX-LAW", facts={"second_statute": statute})
        for statute in ("Pen. Code 293", "Welf. & Inst. Code 827")
    )
    text = text_of(letter(in_part(claims=claims)))
    assert "Gov. Code 7927.705; Pen. Code 293: " in text
    assert "Gov. Code 7927.705; Welf. & Inst. Code 827: " in text


def test_the_production_tells_how_to_verify_the_bundle() -> None:
    text = text_of(letter(production()))
    assert "PRA-2026-0042-1.zip. Its SHA-256 is " + "ab" * 32 in text
    assert "Run `python verify.py PRA-2026-0042-1.zip`" in text
    assert "sealed with the key ed25519-key-of-palmaria" in text
    assert "This completes what we hand over" in text
    assert "instalment 1 of your records" in text_of(letter(production(next_at=LATER)))


def test_a_production_without_redactions_says_nothing_of_withholding() -> None:
    whole = production(claims=(), deniers=(), counts=Counts(12))
    assert "withheld, and by which law" not in text_of(letter(whole))


def test_the_clawback_names_places_and_that_the_privilege_is_not_waived() -> None:
    text = text_of(letter(LETTERS["clawback"]))
    assert "PRA-2026-0042-000007, second paragraph" in text
    assert "does not waive the privilege (Ardon v. City of Los Angeles (2016) 62 Cal.4th 1176)" in text


def test_the_letter_lists_the_law_that_it_cites_with_the_day_from_which_it_holds() -> None:
    text = text_of(letter(extension()))
    assert "Gov. Code 7922.535(b), in force since January 1, 2023: In unusual circumstances" in text
    assert "7922.545" not in text


def test_what_is_not_in_force_on_the_day_of_the_letter_is_not_cited() -> None:
    assert law_on("extension", date(2023, 1, 1)) is not None
    assert law_on("extension", date(2022, 12, 31)) is None
    early = written(letter(extension(), at=datetime(2022, 6, 1, tzinfo=UTC)))
    assert "law.extension" in early.unfilled


def test_a_requester_without_a_name_is_written_to_all_the_same() -> None:
    nobody = letter(extension(), case=msgspec.structs.replace(CASE, requester=""))
    assert written(nobody).unfilled == ()
    assert "To:" not in as_text(written(nobody).paper)


def test_braces_in_the_words_of_a_requester_are_words() -> None:
    one = letter(extension(), case=msgspec.structs.replace(CASE, wording="all {agency} {law.court} posts"))
    assert "“all {agency} {law.court} posts”" in text_of(one)
    assert written(one).unfilled == ()


def test_what_nothing_fills_stands_in_brackets_and_is_named() -> None:
    one = letter(in_part(available_at=None), office=msgspec.structs.replace(OFFICE, contact=""))
    assert written(one).unfilled == ("available", "contact")
    assert "available: [date and time at which records will be available]" in text_of(one)
    assert "Write to or call [how to reach the records office]." in text_of(one)


def test_each_name_that_a_letter_may_lack_has_words() -> None:
    given = {"today", "number", "received", "channel", "wording", "due", "clock", "day_ten", "extension_max"}
    asked = {"contact", "location", "agency", "signer_name", "signer_title", *how_to_give()}
    assert asked <= table().blank.keys()
    assert not given & table().blank.keys()


def test_a_block_stands_only_where_its_fact_is_there() -> None:
    day = date(2026, 11, 20)
    charged = list(all_texts(write("estimate", Words({"charged": "$1.00"}), day).paper))
    free = list(all_texts(write("estimate", Words(), day).paper))
    assert any("Nothing is charged before you have agreed" in text for text in charged)
    assert not any("Nothing is charged before you have agreed" in text for text in free)


def test_dates_have_their_weekday_and_times_their_half_of_the_day() -> None:
    assert spoken(date(2027, 1, 8)) == "Friday, January 8, 2027"
    assert (
        at_time(datetime(2026, 7, 1, 7, 5, tzinfo=UTC))
        == "Wednesday, July 1, 2026, at 12:05 a.m. Pacific time"
    )
    assert at_time(datetime(2026, 7, 1, 19, 0, tzinfo=UTC)).endswith("at 12:00 p.m. Pacific time")


def test_the_same_facts_give_the_same_words() -> None:
    assert as_text(written(letter(in_part())).paper) == as_text(written(letter(in_part())).paper)


@pytest.mark.parametrize("kind", LETTERS)
def test_a_letter_survives_being_filed(kind: str) -> None:
    sent = Sent(
        kind=kind, by=BY, at=NOW, way="e-mail", to="", letter=letter(LETTERS[kind]), documents=(Document("a", "b"),)
    )  # fmt: skip
    again = msgspec.json.decode(msgspec.json.encode(sent, order="sorted"), type=Sent)
    assert as_text(written(again.letter).paper) == as_text(written(sent.letter).paper)


# Drafting from the file of a request

FILE = File(request=request(search()), dates=clock(RECEIVED, CLOSED), holdings=HOLDINGS, bundle=BUNDLE)


def test_the_case_has_what_the_requester_said_and_no_more() -> None:
    case = case_of(FILE.request, FILE.dates)
    assert (case.number, case.requester, case.extended_until) == ("PRA-2026-0042", "Rosa Quintero", None)
    extended = Extended(
        by=BY, at=NOW, grounds=("UC2",), facts={"UC2": "many"}, until=date(2026, 12, 9),
        sent_on=date(2026, 11, 20), officer=CLERK,
    )  # fmt: skip
    assert case_of(request(extended), FILE.dates).due == date(2026, 12, 9)


def test_the_searches_of_the_file_stand_in_the_determination() -> None:
    body = body_of("none", Wish(reasons="none found"), FILE)
    assert isinstance(body, Determination)
    assert body.searches == (search().sentence,)


@pytest.mark.parametrize(
    ("kind", "wish", "file", "told"),
    [
        ("extension", Wish(), FILE, "--until"),
        ("production", Wish(), FILE, "--way"),
        ("production", Wish(), msgspec.structs.replace(FILE, bundle=None), "build one first"),
        ("clawback", Wish(), FILE, "has not been released"),
        ("poem", Wish(), FILE, "There is no letter 'poem'"),
    ],
)
def test_a_letter_about_nothing_is_refused(kind: str, wish: Wish, file: File, told: str) -> None:
    with pytest.raises(BadQuestion, match=told):
        body_of(kind, wish, file)


def test_a_clawback_and_a_closure_take_their_facts_from_the_file() -> None:
    bundle = Document(BUNDLE.file, BUNDLE.sha256)
    made = Produced(by=BY, at=NOW, instalment=1, bundle=bundle, records=12, decisions_sha256="d" * 64)
    out = Released(by=BY, at=LATER, sha256=BUNDLE.sha256, way=Way.DISC, released_on=date(2026, 12, 1))
    told = Determined(by=BY, at=NOW, outcome=Outcome.FULL, reasons="x", sent_on=date(2026, 11, 20))
    file = msgspec.structs.replace(FILE, request=request(told, made, out))
    clawed = body_of("clawback", Wish(privilege="attorney-client"), file)
    assert isinstance(clawed, ClawBack)
    assert clawed.released_at == LATER
    closed = body_of("closure", Wish(reasons="done"), file)
    assert isinstance(closed, Closure)
    assert ("Released", "Tuesday, December 1, 2026: 12 records") in closed.summary


def test_sending_an_extension_is_the_event_of_it() -> None:
    event = event_of(letter(extension()), BY, (Document("extension.txt", "00" * 32),), LATER)
    assert isinstance(event, Extended)
    assert (event.until, event.sent_on, event.grounds) == (date(2026, 12, 9), date(2026, 11, 20), ("UC2",))
    assert event.officer == Responsible("Cleo Park", "City Clerk")
    assert event.at == LATER  # when it was entered
    assert event_of(letter(production()), BY, (), NOW) is None


@pytest.mark.parametrize(
    ("kind", "day", "told"),
    [
        ("acknowledgment", 20, ""),
        ("acknowledgment", 21, "is still to come"),
        ("acknowledgment", 15, "the request came in on Monday, November 16, 2026"),
        ("full", 18, "what it tells of was there on"),
        ("full", 20, ""),
        ("closure", 19, ""),
    ],
)
def test_a_letter_goes_out_neither_in_the_future_nor_before_what_it_tells_of(
    kind: str, day: int, told: str
) -> None:
    one = letter(LETTERS[kind], at=datetime(2026, 11, day, 20, tzinfo=UTC))
    searched = msgspec.structs.replace(search(), at=datetime(2026, 11, 19, 20, tzinfo=UTC))
    found = out_of_time(one, request(searched), date(2026, 11, 20))
    assert told in found
    assert bool(told) == bool(found)


def test_delivery_says_where_and_until_when() -> None:
    told = Delivery(Way.LINK, "https://files.palmaria.example/x", LATER).sentence()
    assert told == (
        "You get them by a private link: https://files.palmaria.example/x, until Tuesday, December 1, 2026, at "
        "2:00 p.m. Pacific time."
    )


def test_claims_that_differ_only_in_what_is_not_printed_are_one_point() -> None:
    privacy = [Claimed(code="EX-PRIV", facts={"privacy": whose}, redacted=1) for whose in ("a", "b", "c")]
    weighed = Claimed(code="EX-CATCH", facts={"balancing": BALANCING}, redacted=1)
    text = text_of(letter(in_part(claims=(*privacy, weighed))))
    assert text.count("In the records it is marked EX-PRIV.") == 1
    assert "marked EX-PRIV. Withheld under it: parts of 3 records." in text
    assert "marked EX-CATCH. Withheld under it: parts of 1 record." in text


def test_a_promise_in_time_says_that_records_are_reviewed_and_how_a_denial_would_be_told() -> None:
    text = text_of(letter(PROMISE))
    assert "Tuesday, December 1, 2026, at 2:00 p.m. Pacific time" in text
    for told in (
        "We are reviewing the records that we found",
        "names the exemption, and the name and title of each person who is responsible",
        "Gov. Code 7922.540",
        "Gov. Code 7922.535(a)",
        "The reason: We found comments of the pool.",
    ):
        assert told in text, told
    for silent in ("What is withheld", "except for", "in full"):
        assert silent not in text


@pytest.mark.parametrize("kind", ["full", "part", "denied"])
def test_what_is_told_after_a_promise_says_so(kind: str) -> None:
    promised = msgspec.structs.replace(CASE, promised_on=date(2026, 11, 20))
    told = "On Friday, November 20, 2026 we told you that the City has disclosable records"
    assert told in text_of(letter(LETTERS[kind], case=promised))
    assert "what that review came to" not in text_of(letter(LETTERS[kind]))


def test_a_promise_claims_and_counts_nothing() -> None:
    file = File(request=request(search()), dates=CASE.clock, holdings=HOLDINGS)
    for wish in (Wish(claims=(CATCH,)), Wish(deniers=(COUNSEL,)), Wish(counts=Counts(2, 1))):
        with pytest.raises(BadQuestion, match="counts and denies nothing"):
            body_of("disclosable", wish, file)
    body = body_of("disclosable", Wish(reasons="Found", available_at=LATER), file)
    event = event_of(letter(body), BY, (), NOW)
    assert isinstance(event, Determined)
    assert (event.is_final, event.available_at, event.responsible) == (False, LATER, ())


def test_the_same_letter_is_known_again_and_one_that_says_more_is_not() -> None:
    def sent(body: Body) -> Sent:
        one = letter(body)
        return Sent(kind=one.kind, by=BY, at=NOW, way="post", to="", letter=one, documents=())

    full, part = sent(LETTERS["full"]), sent(LETTERS["part"])
    assert sent_before(letter(LETTERS["full"]), [full]) == full
    assert sent_before(letter(LETTERS["full"], signer=COUNSEL), [full]) == full
    assert sent_before(letter(LETTERS["part"]), [full]) is None
    assert sent_before(letter(LETTERS["full"]), [full, part]) is None  # the review went back to it
    here = sent(Acknowledgment(HOLDINGS))
    assert sent_before(letter(Acknowledgment(msgspec.structs.replace(HOLDINGS, limits=()))), [here]) == here
