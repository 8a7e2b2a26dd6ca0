"""Letters at the desk: what they may say in place of the review, and the files that are kept beside them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace

import pytest
from starlette.datastructures import QueryParams

from desk.desks import PERSONS, served, text_of
from desk.requestdesk import RequestDesk
from desk.shelves import HOSTILE, harm_in
from paloverde.desk.areas.letter_fields import fields_of, wish_of
from paloverde.desk.people import Role
from paloverde.desk.typed import Typed
from paloverde.requests.drafting import Wish
from paloverde.requests.events import ClarificationAsked, Determined
from paloverde.requests.letters import Counts
from requesthall import NOW

SIGNED = {"signer": "Cleo Park", "signer_title": "City Clerk"}
PART = {
    "kind": "part", **SIGNED,
    "reasons": "They are public records; the name of a private person is not.",
    "available_on": "2026-11-25", "available_time": "10:00", "way": "disc", "where": "City Hall",
}  # fmt: skip
CLAIM = {"claim_1": "EX-PRIV", "claim_1_facts": "a neighbour who asked for nothing", "claim_1_redacted": "1"}
PDF = b"%PDF-1.7 a signed scan"


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RequestDesk]:
    """Everything is reviewed and signed: one record in part, one whole, one not at all."""
    desk = RequestDesk(tmp_path_factory.mktemp("letters") / "city")
    desk.hall.search()
    desk.review()
    desk.sign()
    with served(desk.desks):
        yield desk


def test_left_empty_the_fields_of_a_letter_take_what_the_review_says(desk: RequestDesk) -> None:
    draft = text_of(desk.answer("/letters/new", PART))
    assert "Nothing stops this letter." in draft
    assert "2 records are released, 1 of these with parts taken out" in draft


def test_a_letter_may_say_otherwise_than_the_review_and_shows_that_it_does(desk: RequestDesk) -> None:
    counts = {"counts_released": "7", "counts_redacted": "3", "counts_withheld": "2"}
    names = {"deniers": "Ana Ruiz, City Attorney\nBen Ito, Deputy Clerk"}
    page = desk.answer("/letters/new", PART | CLAIM | counts | names)
    draft = text_of(page)
    assert "7 records are released, 3 of these with parts taken out, 2 records are withheld whole" in draft
    for words in ("Ana Ruiz, City Attorney", "Ben Ito, Deputy Clerk"):
        assert words in draft.partition("The letter")[2]
    assert "<details open>" in page.text
    assert 'name="claim_1_redacted" type="number" value="1"' in page.text
    assert "What stops it" in draft  # it is not what was reviewed, and the lints say so
    assert not desk.city.letters.sent(desk.number)


def test_what_such_a_letter_claims_is_what_was_written(desk: RequestDesk) -> None:
    both = {
        "claim_2": "EX-LITMEMO",
        "claim_2_facts": "matter: Ruiz v. City\nattorney: the City\nattorney: Attorney",
    }
    wish = _wish(desk, PART | CLAIM | both | {"claim_2_withheld": "1", "claim_2_retained": "4"})
    first, second = wish.claims
    assert (first.code, first.facts, first.redacted, first.withheld) == (
        "EX-PRIV", {"privacy": "a neighbour who asked for nothing"}, 1, 0,
    )  # fmt: skip
    assert second.facts == {"matter": "Ruiz v. City", "attorney": "the City Attorney"}
    assert (second.withheld, second.retained) == (1, 4)
    assert _wish(desk, PART | {"counts_released": "0"}).counts == Counts()


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"claim_1": "", "claim_1_facts": "a neighbour"}, "Choose the exemption that this is about"),
        ({"claim_2_withheld": "3"}, "Choose the exemption that this is about"),
        ({"claim_1": "EX-NONE"}, "Choose one of the list"),
        ({"claim_1": "EX-LIT", "claim_1_facts": "Ruiz v. City"}, "Begin each line with what it is about"),
        ({"claim_1": "EX-PRIV", "claim_1_redacted": "-1"}, "Write a whole number"),
        ({"counts_released": "many"}, "Write a whole number"),
        ({"deniers": "Ana Ruiz"}, "Write name and title with a comma"),
    ],
)
def test_a_mistake_is_named_at_its_field_and_nothing_is_lost(
    desk: RequestDesk, fields: dict[str, str], words: str
) -> None:
    answer = desk.answer("/letters/new", PART | fields)
    assert answer.status_code == 400
    assert words in text_of(answer)
    assert "<details open>" in answer.text
    for name, value in fields.items():
        assert value in answer.text or name == "claim_1"  # a choice that is none is no choice
    assert words in desk.refused("/letters/send", PART | fields | {"sent_by": "post"})


def test_a_letter_that_denies_nothing_has_no_such_fields(desk: RequestDesk) -> None:
    for kind in ("acknowledgment", "disclosable", "none", "closure"):
        assert "Where the letter must say otherwise" not in desk.said(f"/letters/new?kind={kind}"), kind
    full = desk.page("/letters/new?kind=full").text
    assert ("counts_released" in full, "claim_1" in full) == (True, False)


def test_hostile_words_in_these_fields_stay_words(desk: RequestDesk) -> None:
    for text in HOSTILE:
        fields = {"claim_1": "EX-PRIV", "claim_1_facts": text, "deniers": f"{text}, {text}"}
        page = desk.answer("/letters/new", PART | fields).text
        assert [one for one in harm_in(page) if not one.startswith("unseen")] == []
        assert (
            harm_in(re.sub(r"<textarea.*?</textarea>", "", page, flags=re.DOTALL)) == []
        )  # typed words stay


def test_two_files_of_one_name_are_both_kept_beside_the_letter(desk: RequestDesk) -> None:
    draft = desk.answer("/letters/new", {"kind": "acknowledgment", **SIGNED})
    form = desk.form_on(draft, "Note that it was sent") | {"sent_by": "post", "on": "2026-11-18"}
    own = "acknowledgment-2026-11-18.pdf"
    files = [("posted", (name, PDF + name.encode() + bytes([at]), "application/pdf"))
             for at, name in enumerate(("scan.pdf", "C:\\letters\\scan.pdf", "scan.pdf", own))]  # fmt: skip
    told = desk.done("/letters/send", form, files=files)
    assert "“Acknowledgment” is noted as sent by post on Wednesday, November 18, 2026" in told
    (sent,) = desk.city.letters.sent(desk.number)
    names = [one.name for one in sent.documents]
    assert names == [
        "acknowledgment-2026-11-18.txt", own, "enclosure-2026-11-18.pdf",
        "sent-scan.pdf", "sent-2-scan.pdf", "sent-3-scan.pdf", f"sent-{own}", "enclosure-2026-11-18.txt",
    ]  # fmt: skip
    bodies = [desk.city.requests.document(desk.number, one.sha256) for one in sent.documents]
    assert len({*bodies}) == len(bodies)
    assert [body[-1] for body in bodies[3:7]] == [0, 1, 2, 3]
    page = desk.said("/letters/1")
    assert all(name in page for name in names)


def test_a_letter_is_noted_with_the_day_on_which_it_went_out_and_what_went_out(desk: RequestDesk) -> None:
    question = {"kind": "clarification", **SIGNED, "questions": "The old or the new pool?"}
    form = desk.form_on(desk.answer("/letters/new", question), "Note that it was sent")
    form |= {"sent_by": "hand, at the counter"}
    assert "Give the day" in desk.refused("/letters/send", form)
    assert "still to come" in desk.refused("/letters/send", form | {"on": "2026-11-19"})
    assert "the request came in on" in desk.refused("/letters/send", form | {"on": "2026-11-13"})
    again = desk.answer("/letters/send", form | {"on": "2026-11-17"})
    assert "It is dated Tuesday, November 17, 2026" in text_of(again)
    assert 'value="2026-11-17"' in again.text
    form = desk.form_on(again, "Note that it was sent") | {
        "sent_by": "hand, at the counter",
        "on": "2026-11-17",
    }
    assert "give the file that went out" in desk.refused("/letters/send", form)
    files = [("posted", ("scan.pdf", PDF, "application/pdf"))]
    told = desk.done("/letters/send", form, files=files)
    assert "is noted as sent by hand, at the counter on Tuesday, November 17, 2026" in told
    asked = desk.city.requests.get(desk.number).last(ClarificationAsked)
    assert asked is not None
    assert (str(asked.asked_on), asked.at) == ("2026-11-17", NOW)


def test_a_determination_is_shown_before_it_is_filed(desk: RequestDesk) -> None:
    draft = desk.answer("/letters/new", PART | {"way": "link"})
    form = desk.form_on(draft, "Look at what will be filed") | {"sent_by": "post", "on": "2026-11-18"}
    assert ">Note that it was sent</button>" not in draft.text
    shown = desk.answer("/letters/send", form)
    assert "This will be filed" in text_of(shown)
    assert "a part is handed over, and a part is denied" in text_of(shown)
    assert not desk.city.requests.get(desk.number).all(Determined)
    last = desk.form_on(shown, "Note that it was sent")
    other = last | {"reasons": "Something else."}
    assert "read it again" in desk.refused("/letters/send", other)
    assert "“Released in part” is noted as sent by post" in desk.done("/letters/send", last)
    assert len(desk.city.requests.get(desk.number).all(Determined)) == 1


def test_letters_have_names_that_people_use(desk: RequestDesk) -> None:
    page = desk.said("/letters")
    assert "Released in part: what is withheld under which law" in page
    assert "the letter “Released in full”" in desk.said("/letters/new?kind=full")


def test_the_wrong_letter_names_the_right_one_and_nothing_in_braces(desk: RequestDesk) -> None:
    full = text_of(
        desk.answer("/letters/new", {**PART, "kind": "full", "counts_redacted": "1", "reasons": ""})
    )
    assert "This is another letter: use the letter “Released in part”" in full
    assert "letters.toml back" not in full
    assert "Something is not filled in: the reasons. Give the reasons:" in full
    assert not re.search(r"\{[a-z]", full)


def test_no_link_is_offered_where_links_have_no_address(desk: RequestDesk) -> None:
    request, settings = desk.city.requests.get(desk.number), desk.city.settings
    without = replace(settings, delivery_address=None)
    ways = {
        field.name: dict(field.options) for field in fields_of("part", request, PERSONS[Role.CLERK], without)
    }
    assert "link" not in ways["way"]
    assert "until_on" not in ways
    assert (
        "link"
        in {
            field.name: dict(field.options)
            for field in fields_of("part", request, PERSONS[Role.CLERK], settings)
        }["way"]
    )


def _wish(desk: RequestDesk, given: dict[str, str]) -> Wish:
    """What a form says for the letter."""
    request, settings = desk.city.requests.get(desk.number), desk.city.settings
    fields = fields_of("part", request, PERSONS[Role.CLERK], settings)
    return wish_of("part", Typed(QueryParams(given), fields))
