"""A records request at the desk, from the letter on the counter to the requester's hands, by clerk and counsel.

The story is played once, chapter by chapter; the tests say what must hold after each.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator
from datetime import date
from typing import NamedTuple
from urllib.parse import urlencode

import pytest

from desk.desks import served, text_of
from desk.requestdesk import ADDRESS, RequestDesk
from desk.shelves import harm_in
from paloverde.desk.casebook import years_without_table
from paloverde.desk.jobs import JOBS
from paloverde.desk.people import Role
from paloverde.requests.clock import clock
from paloverde.requests.events import Released, SignedOff
from paloverde.steps import Step, read
from requesthall import CLERK, WORDS

CLOSURES = b"date,name\n2026-01-01,New Year\n2026-11-26,Thanksgiving Day\n2026-11-27,Day after Thanksgiving\n"
LETTER = b"Dear City, everything about the pool, please. Mia Ito"
INTAKE = {"channel": "letter", "received_on": "2026-11-16", "text": "Everything about the pool", "name": "Mia Ito",
          "contact": "mia@mail.example"}  # fmt: skip
SIGNED = {"signer": "Cleo Park", "signer_title": "City Clerk"}
REASONS = {"reasons": "They are public records; the name of a private person is not."}
SENDING = {"sent_by": "post", "on": "2026-11-18"}
PROMISED = {"way": "link", "until_on": "2026-12-10", "until_time": "17:00"}
AVAILABLE = {"available_on": "2026-11-25", "available_time": "10:00"}


class Sent(NamedTuple):
    """A letter that was drafted, read and sent: the page of its draft, the page that followed."""

    draft: str
    kept: str


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RequestDesk]:
    desk = RequestDesk(tmp_path_factory.mktemp("story") / "city")
    with served(desk.desks):
        yield desk


def send(desk: RequestDesk, kind: str, fields: dict[str, str]) -> Sent:
    draft = desk.answer("/letters/new", {"kind": kind, **fields, **SIGNED})
    assert "Nothing stops this letter." in text_of(draft), text_of(draft)
    if "Look at what will be filed" in text_of(draft):
        form = desk.form_on(draft, "Look at what will be filed") | SENDING
        return Sent(text_of(draft), desk.confirmed("/letters/send", form, "Note that it was sent"))
    form = desk.form_on(draft, "Note that it was sent") | SENDING
    return Sent(text_of(draft), desk.done("/letters/send", form))


@pytest.fixture(scope="module")
def received(desk: RequestDesk) -> str:
    table = {"table": ("closed.csv", CLOSURES, "text/csv")}
    assert "of 2026 are adopted" in desk.desks.done("/requests/closed-days", {}, files=table)
    document = {"document": ("C:\\letters\\letter.txt", LETTER, "text/plain")}
    said = desk.desks.done("/requests/new", INTAKE, files=document)
    desk.number = "PRA-2026-0002"
    return said


@pytest.fixture(scope="module")
def searched(desk: RequestDesk, received: str) -> str:
    return desk.done("/search", {"q": "pool", "minutes": "20"})


@pytest.fixture(scope="module")
def spoken(desk: RequestDesk, searched: str) -> Sent:
    acknowledged = send(desk, "acknowledgment", {})
    desk.done("/step/ask", {"question": "The old or the new pool?", "on": "2026-11-17"})
    desk.done("/step/answer", {"answer": "Both", "on": "2026-11-18"})
    asked = {
        "custodian": "Ben Ito",
        "title": "Council Member",
        "asked": "His own telephone",
        "on": "2026-11-17",
    }
    desk.done("/step/custodian", asked)
    desk.done(
        "/step/custodian-answer", {"custodian": "Ben Ito", "answer": "Nothing found", "on": "2026-11-18"}
    )
    return acknowledged


@pytest.fixture(scope="module")
def promised(desk: RequestDesk, spoken: Sent) -> Sent:
    return send(desk, "disclosable", {"reasons": "The City has such posts", **AVAILABLE})


@pytest.fixture(scope="module")
def reviewed(desk: RequestDesk, promised: Sent) -> tuple[str, str]:
    """Today's page of counsel before the signature, and of the clerk who decided."""
    desk.review()
    todays = text_of(desk.desks.get("/", Role.COUNSEL)), text_of(desk.desks.get("/"))
    desk.sign()
    return todays


@pytest.fixture(scope="module")
def determined(desk: RequestDesk, reviewed: tuple[str, str]) -> Sent:
    return send(desk, "part", {**REASONS, **AVAILABLE, **PROMISED})


@pytest.fixture(scope="module")
def built(desk: RequestDesk, determined: Sent) -> str:
    """The bundle is built as long work; the page to which that leads."""
    form = desk.form_on(desk.page("/bundle"), "Build exactly this")
    answer = desk.answer("/bundle", form)
    assert answer.status_code == 303, text_of(answer)
    return desk.worked(answer.headers["location"])


@pytest.fixture(scope="module")
def proposed(desk: RequestDesk, built: str) -> str:
    """Cleo chooses thirty days and proposes that; her page."""
    chosen = {"channel": "link", "days": "30", "downloads": "5", "note": "She has a slow line"}
    shown = desk.page(f"/delivery?{urlencode(chosen)}")
    return desk.done("/delivery/propose", desk.form_on(shown, "Propose exactly this"))


@pytest.fixture(scope="module")
def linked(desk: RequestDesk, proposed: str) -> str:
    """Nobody makes a link before counsel has agreed; the page on which its address stands."""
    assert "Nobody has agreed" in desk.refused("/delivery/link", {})
    form = desk.form_on(desk.page("/delivery", Role.COUNSEL), "I agree that exactly this goes out")
    desk.done("/delivery/agree", form, Role.COUNSEL)
    answer = desk.answer("/delivery/link", {})
    assert answer.status_code == 200, text_of(answer)
    assert answer.headers["cache-control"] == "no-store"
    return text_of(answer)


def test_the_intake_says_that_neither_name_nor_purpose_is_needed(desk: RequestDesk) -> None:
    said = text_of(desk.desks.get("/requests/new"))
    assert "Neither a name nor a purpose is needed" in said
    fields = re.findall(r'name="([^"]+)"', desk.desks.get("/requests/new").text)
    assert not {"purpose", "reason", "identity"} & set(fields)


def test_a_comment_that_asks_for_records_is_taken_in_with_its_day_and_its_name(desk: RequestDesk) -> None:
    """The step that a finding names leads here (policy V.A.11)."""
    item = "facebook-palmaria/comment/104_7"
    step = read(Step.RECEIVE.of("message", "2026-11-13", item).strip("`"))
    assert step is not None
    said = desk.desks.get(step.page).text
    assert re.search(r'<option value="message" selected>', said)
    assert 'value="2026-11-13"' in said
    assert f'value="{item}"' in said


def test_a_wrong_table_of_closed_days_is_refused_with_its_line(desk: RequestDesk) -> None:
    wrong = {"table": ("closed.csv", b"date,name\n2026-13-01,Never\n", "text/csv")}
    answer = desk.desks.post("/requests/closed-days", {}, files=wrong)
    assert answer.status_code == 400
    assert "line 2" in text_of(answer).lower()
    for strange in (("days.exe", b"MZ\0\0", ""), ("days.xlsx", b"PK\3\4", ""), ("days.csv", b"", "text/csv")):
        answer = desk.desks.post("/requests/closed-days", {}, files={"table": strange})
        told = f"{strange[0]} is no table of closed days: choose the file that your spreadsheet saves as"
        assert told in text_of(answer)
        assert "picture" not in text_of(answer)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"text": " "}, "Write down what is asked for"),
        ({"received_on": "2026-11-30"}, "has not come yet"),
        ({"received_on": "2026-02-30"}, "This is no date"),
        ({"received_on": ""}, "Give the day"),
        ({"channel": "owl"}, "Choose one of the list"),
        ({"received_time": "25 o'clock"}, "This is no time of day"),
        ({"number": "17"}, "is no number of a request"),
    ],
)
def test_an_intake_that_cannot_be_is_refused_in_words_and_keeps_what_was_typed(
    desk: RequestDesk, change: dict[str, str], words: str
) -> None:
    before = desk.city.requests.numbers()
    answer = desk.desks.post("/requests/new", {**INTAKE, **change})
    assert answer.status_code == 400
    assert words in text_of(answer)
    assert "mia@mail.example" in answer.text
    assert desk.city.requests.numbers() == before


def test_a_request_is_taken_in_with_its_letter(desk: RequestDesk, received: str) -> None:
    assert "PRA-2026-0002 is taken in." in received
    assert "determine, and tell the requester, by Wednesday, November 25, 2026" in received
    assert "7 days left" in received
    (kept,) = desk.city.requests.get(desk.number).entries[1].event.documents
    assert kept.name == "letter.txt"
    answer = desk.desks.get(f"/requests/{desk.number}/documents/{kept.sha256}")
    assert answer.content == LETTER
    assert answer.headers["content-disposition"] == "attachment; filename*=UTF-8''letter.txt"


def test_its_page_shows_its_days_with_every_step_of_the_counting(desk: RequestDesk, received: str) -> None:
    said = desk.said()
    for words in ("Wednesday, November 25, 2026", "Monday, November 30, 2026", "Thursday, December 10, 2026",
                  "Day 1 is Tuesday, November 17, 2026", "Thanksgiving Day", "Everything about the pool"):  # fmt: skip
        assert words in said


def test_the_list_shows_what_is_due_first_and_finds_by_words_number_and_state(
    desk: RequestDesk, received: str
) -> None:
    assert "2 requests" in text_of(desk.desks.get("/requests"))
    assert "1 request," in text_of(desk.desks.get("/requests?q=everything+POOL"))
    assert "1 request," in text_of(desk.desks.get("/requests?q=0002"))
    assert "No request is like this" in text_of(desk.desks.get("/requests?state=closed"))


def test_the_list_misses_the_closed_days_of_every_year_that_a_deadline_touches(
    desk: RequestDesk, received: str
) -> None:
    assert "are not adopted yet" not in text_of(desk.desks.get("/requests"))
    request, closures = desk.city.requests.get(desk.number), desk.city.requests.closures()
    late = clock(date(2026, 12, 28), closures)
    assert years_without_table([(request, late)], closures, date(2026, 12, 28)) == [2027]


def test_numbers_are_shown_before_anything_is_searched_for_it(desk: RequestDesk, received: str) -> None:
    before = len(desk.city.requests.get(desk.number).entries)
    said = desk.said(f"/search?{urlencode({'q': 'pool NOT table'})}")
    assert "It would find 2 versions of 2 records" in said
    assert len(desk.city.requests.get(desk.number).entries) == before
    wrong = desk.desks.get(f"/requests/{desk.number}/search?q=pool+AND")
    assert wrong.status_code == 400
    assert "something is missing here" in text_of(wrong)


def test_a_search_for_it_is_filed_held_and_taken_under_review(desk: RequestDesk, searched: str) -> None:
    assert "3 versions found, 3 of them new and under review now" in searched
    said = desk.said()
    assert "To be kept:" in said
    assert "Working time noted so far: 20 minutes" in said
    assert len(desk.city.reviews.get(desk.number).versions) == 3
    assert "the same 3 versions came" in text_of(desk.answer("/repeat", {}))


def test_a_letter_is_shown_with_what_stops_it_and_is_not_sent(desk: RequestDesk, searched: str) -> None:
    draft = text_of(desk.answer("/letters/new", {"kind": "part", "signer": "Cleo Park"}))
    assert "What stops it" in draft
    assert "does not state the estimated date and time" in draft
    assert "--" not in draft
    assert "Look at what will be filed" not in draft
    refused = desk.refused("/letters/send", {"kind": "part", **SENDING, "seen": "", "signer": "Cleo Park"})
    assert "read it again" in refused
    assert not desk.city.letters.sent(desk.number)


def test_a_sent_letter_is_kept_word_for_word_with_its_pdf(desk: RequestDesk, spoken: Sent) -> None:
    assert "is noted as sent by post" in spoken.kept
    assert "City Hall, 1 Plaza, Palma Ria" in spoken.draft
    names = [one.name for one in desk.city.letters.sent(desk.number)[0].documents]
    assert names == [
        "acknowledgment-2026-11-18.txt", "acknowledgment-2026-11-18.pdf",
        "enclosure-2026-11-18.pdf", "enclosure-2026-11-18.txt",
    ]  # fmt: skip
    assert "====" not in spoken.kept
    answer = desk.answer("/letters/new", {"kind": "acknowledgment", "do": "pdf", **SIGNED})
    assert answer.content.startswith(b"%PDF-")


def test_the_same_letter_is_not_sent_twice(desk: RequestDesk, spoken: Sent) -> None:
    draft = desk.answer("/letters/new", {"kind": "acknowledgment", **SIGNED})
    form = desk.form_on(draft, "Note that it was sent")
    assert "was sent already" in desk.refused("/letters/send", form | SENDING)


def test_what_was_asked_and_answered_stands_in_the_file(desk: RequestDesk, spoken: Sent) -> None:
    said = desk.said("/history")
    for words in (
        "The old or the new pool?",
        "The requester answered",
        "Ben Ito, Council Member",
        "Nothing found",
    ):
        assert words in said
    assert "Ben Ito" in desk.said("/letters/certificate")


def test_an_extension_says_at_its_date_whether_it_may_be(desk: RequestDesk, spoken: Sent) -> None:
    assert "December 10, 2026, may be named. " in desk.said("/extension-date?q=2026-12-10")
    assert "may be named. The office is closed on that day: Saturday." in desk.said(
        "/extension-date?q=2026-12-05"
    )
    late = desk.said("/extension-date?q=2026-12-11")
    assert "is not one of them" in late
    assert "was not filed" not in late  # nothing was pressed
    assert "no date" in desk.said("/extension-date?q=soon")
    form = {
        "until": "2026-12-11",
        "facts_UC2": "3 records",
        "officer": "Ana Ruiz, City Attorney",
        "on": "2026-11-18",
    }
    assert "Thursday, December 10, 2026" in desk.refused("/step/extend", form)
    assert "Write name and title" in desk.refused("/step/extend", {**form, "officer": "Ana Ruiz"})
    shown = desk.answer("/step/extend", {**form, "until": "2026-12-10"})
    assert "The time cannot be extended again" in text_of(shown)
    assert desk.city.requests.get(desk.number).extension is None


def test_what_is_confirmed_is_what_was_seen(desk: RequestDesk, spoken: Sent) -> None:
    form = {"matter": "Ito v. City", "on": "2026-11-18"}
    seen = desk.form_on(desk.answer("/step/litigation", form), "file exactly this")
    changed = desk.answer("/step/litigation", {**seen, "matter": "Ito v. Somebody else"})
    assert changed.status_code == 200
    assert "read it again" in text_of(changed)
    assert desk.city.requests.get(desk.number).state.value != "in litigation"


def test_it_is_promised_before_the_review_and_the_final_word_is_owed(
    desk: RequestDesk, promised: Sent
) -> None:
    assert "noted as sent" in promised.kept
    said = desk.said()
    assert "determined, its records under review" in said
    assert "make the records available, reviewed and determined, as promised" in said
    form = {"ending": "answered", "on": "2026-11-18"}
    assert "the final determination is still owed" in desk.refused("/step/close", form)


def test_who_decided_nothing_is_asked_to_sign(desk: RequestDesk, reviewed: tuple[str, str]) -> None:
    counsel, clerk = reviewed
    assert f"Sign the review of {desk.number}" in counsel
    assert "Sign the review" not in clerk


def test_the_letter_of_the_determination_is_written_from_the_review(
    desk: RequestDesk, determined: Sent
) -> None:
    for words in ("2 records are released", "1 of these with parts taken out", "Cleo Park, Deputy Clerk"):
        assert words in determined.draft
    assert WORDS not in determined.draft


def test_the_bundle_tells_what_is_in_its_way_before_it_is_built(desk: RequestDesk, built: str) -> None:
    nothing = text_of(desk.desks.get("/requests/PRA-2026-0001/bundle"))
    assert "search first" in nothing
    desk.city.requests.search("PRA-2026-0001", "pool", CLERK)
    other = desk.desks.get("/requests/PRA-2026-0001/bundle")
    said = text_of(other)
    assert "What is in the way" in said
    assert "Build exactly this" not in other.text
    assert "paloverde " not in said


def test_a_bundle_is_built_as_it_was_seen_or_not_at_all(desk: RequestDesk, determined: Sent) -> None:
    form = desk.form_on(desk.page("/bundle"), "Build exactly this")
    assert "Something changed since you looked" in desk.refused("/bundle", {**form, "seen": "0" * 64})
    assert "Something changed since you looked" in desk.refused("/bundle", {**form, "cost_facts": "other"})
    with pytest.MonkeyPatch.context() as patched:
        subjects: list[str] = []
        patched.setattr(JOBS, "start", lambda *given, **_: subjects.append(given[2]) or "/requests")
        desk.answer("/bundle", form)
        assert subjects == [f"{desk.number} {form['seen']}"]  # who wants another one does not join this


def test_the_built_bundle_is_shown_in_numbers_and_waits_for_somebody_else(
    desk: RequestDesk, built: str
) -> None:
    assert "In it: 2 record versions" in built
    assert "SHA-256 of this summary" in built
    assert "You put this bundle together" in built
    assert "I agree that exactly this" not in desk.page("/delivery").text
    assert f"Agree to what goes out of {desk.number}" in text_of(desk.desks.get("/", Role.COUNSEL))
    assert "Agree to what goes out" not in text_of(desk.desks.get("/"))


def test_nobody_agrees_to_what_they_put_together_or_to_what_they_did_not_see(
    desk: RequestDesk, built: str
) -> None:
    form = desk.form_on(desk.page("/delivery", Role.COUNSEL), "I agree that exactly this goes out")
    assert "somebody else has to agree" in desk.refused("/delivery/agree", form)
    other = {**form, "to": "somebody@else.example"}
    refused = desk.refused("/delivery/agree", other, Role.COUNSEL)
    assert "is not what would go out now" in refused
    assert "paloverde" not in refused.lower().replace("paloverde_", "")
    assert not desk.city.requests.get(desk.number).all(SignedOff)


def test_what_the_letter_promised_is_proposed_and_less_stands_in_the_way(
    desk: RequestDesk, built: str
) -> None:
    assert "The link works for 23 days" in desk.said("/delivery", Role.COUNSEL)
    less = desk.said("/delivery?channel=link&days=14", Role.COUNSEL)
    promised = "promised that the link works until Thursday, December 10, 2026, at 5:00 p.m."
    assert promised in less
    assert "give it 23 days, or say why it goes otherwise" in less
    assert "I agree that" not in less
    other = desk.said("/delivery?channel=disc", Role.COUNSEL)
    assert "promised the copies by a private link, and this goes on a disc or drive" in other
    reason = desk.said("/delivery?channel=disc&otherwise=She+asked+for+a+disc", Role.COUNSEL)
    assert "promised the copies" not in reason
    assert "It goes otherwise than the letter says: She asked for a disc." in reason


def test_what_is_proposed_reaches_whoever_agrees_and_nothing_else_is_agreed_to(
    desk: RequestDesk, proposed: str
) -> None:
    assert "You proposed this: somebody else looks at this page and agrees" in proposed
    page = desk.page("/delivery", Role.COUNSEL)
    for words in ("The link works for 30 days and opens 5 times at most", "She has a slow line"):
        assert words in text_of(page)
    assert "Cleo Park proposed that it goes by a private link" in text_of(page)
    other = desk.said("/delivery?channel=link&days=40", Role.COUNSEL)
    assert "I agree that exactly this goes out" not in other
    form = desk.form_on(page, "I agree that exactly this goes out") | {"days": "40"}
    assert "Cleo Park proposed otherwise" in desk.refused("/delivery/agree", form, Role.COUNSEL)


def test_the_link_is_shown_once_and_kept_nowhere(desk: RequestDesk, linked: str) -> None:
    found = re.search(re.escape(ADDRESS) + r"/r/([\w-]{43})", linked)
    assert found
    for page in (desk.page("/delivery"), desk.page("/history"), desk.page()):
        assert found[1] not in page.text
    (shown,) = (desk.city.settings.home / "desk" / "answers").glob("*.done")
    assert not shown.with_suffix(".json").exists()
    again = desk.desks.get(f"/answers/{shown.name.partition('-')[0]}")
    assert (again.status_code, again.headers["location"]) == (303, f"/requests/{desk.number}/delivery")
    assert "Nobody has agreed" in desk.refused("/delivery/link", {})
    assert len(desk.city.requests.get(desk.number).all(Released)) == 1
    after = desk.said("/delivery")
    assert "Nobody has downloaded it" in after
    assert (
        "It was handed over on Wednesday, November 18, 2026. Cleo Park handed PRA-2026-0002-1.zip over"
        in after
    )
    assert after.index("Hand it over once more") < after.index("What is about to be sent")


def test_an_agreement_of_the_link_is_none_of_another_way(desk: RequestDesk, linked: str) -> None:
    assert "Nobody has agreed" in desk.refused("/delivery/record", {"by": "counter", "on": "2026-11-18"})
    page = desk.page("/delivery?channel=counter&to=Mia+Ito&otherwise=She+came+by", Role.COUNSEL)
    form = desk.form_on(page, "I agree that exactly this goes out")
    assert "You agree that" in desk.done("/delivery/agree", form, Role.COUNSEL)
    agreed = desk.said("/delivery")
    assert agreed.index("Ana Ruiz agreed that") < agreed.index("What is about to be sent")
    assert "somebody else looks at this page" not in agreed
    (chosen, *_) = re.findall(r'<option value="(\w+)"', desk.page("/delivery").text)
    assert chosen == "counter"  # as was agreed
    told = desk.done("/delivery/record", {"by": "counter", "on": "2026-11-18", "record_note": "She signed"})
    assert "was handed over at the counter to Mia Ito" in told
    assert "She signed" in told


def test_the_file_is_taken_for_a_disc_and_the_file_of_the_request_says_so(
    desk: RequestDesk, linked: str
) -> None:
    (made,) = re.findall(r"/bundle/([0-9a-f]{64})/take", desk.page("/bundle").text)
    answer = desk.answer(f"/bundle/{made}/take", {})
    assert answer.content.startswith(b"PK")
    assert "filename*=UTF-8''PRA-2026-0002-1.zip" in answer.headers["content-disposition"]
    assert "was taken as a file at the desk" in desk.said("/history")
    assert desk.answer(f"/bundle/{'0' * 64}/take", {}).status_code == 404


def test_links_are_closed_after_what_was_taken_by_them_was_shown(desk: RequestDesk, linked: str) -> None:
    assert "Say why" in desk.refused("/delivery/revoke", {"why": " "}, Role.COUNSEL)
    shown = desk.answer("/delivery/revoke", {"why": "A privileged letter was in it"}, Role.COUNSEL)
    assert "1 link will be closed for good" in text_of(shown)
    assert not desk.city.deliveries.links(desk.number)[0].revoked
    done = desk.done("/delivery/revoke", desk.form_on(shown, "Close them for good"), Role.COUNSEL)
    assert "1 link is closed for good" in done
    assert "Revoked by Ana Ruiz" in done


def test_it_is_closed_opened_again_and_its_figures_are_a_table(desk: RequestDesk, linked: str) -> None:
    form = {"ending": "answered", "on": "2026-11-18"}
    assert "Filed: Closed on Wednesday, November 18, 2026" in desk.confirmed(
        "/step/close", form, "file exactly this"
    )
    assert "1 request," in text_of(desk.desks.get("/requests?state=closed"))
    assert "HOLIDAYS WERE NOT" not in desk.said()  # its days count no more
    answer = desk.desks.get("/requests/log.csv")
    rows = list(csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig"))))
    assert [row["number"] for row in rows] == ["PRA-2026-0001", "PRA-2026-0002"]
    assert "Ito" not in answer.text
    assert "words in a note" in desk.refused("/step/reopen", {})
    assert "Filed: Opened again: More was found" in desk.confirmed(
        "/step/reopen", {"note": "More was found"}, "file exactly this"
    )


def test_no_page_of_it_names_a_command_or_carries_harm(desk: RequestDesk, linked: str) -> None:
    for place in ("", "/search", "/search?q=pool", "/letters", "/letters/1", "/letters/new?kind=part", "/bundle",
                  "/delivery", "/history", "/step/extend", "/letters/certificate?none=yes&released=yes"):  # fmt: skip
        page = desk.desks.get(f"/requests/{desk.number}{place}")
        assert harm_in(page.text) == [], place
        assert "`" not in text_of(page), place
        assert len(page.content) < 300_000
