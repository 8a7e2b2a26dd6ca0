"""In time the requester hears that there are disclosable records; what is withheld is told after the review."""

from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path

import msgspec
import pytest

from paloverde.errors import BadQuestion, PersonNeeded
from paloverde.installation.response_checks import Wish
from paloverde.requests.drafting import Wish as LetterWish
from paloverde.requests.events import Closed, Ending, Outcome, Produced, Way
from paloverde.requests.letters import Delivery
from paloverde.requests.plaintext import as_text
from paloverde.requests.request import State
from requesthall import CLERK, COUNSEL, NOW, SIGNER, RequestHall

DAY = date(2026, 11, 18)
PROMISE = LetterWish(
    reasons="We found posts about the pool.",
    available_at=datetime(2026, 12, 9, 22, tzinfo=UTC),
    delivery=Delivery(Way.DISC, "City Hall"),
)


@pytest.fixture
def hall(tmp_path: Path) -> RequestHall:
    return RequestHall(tmp_path / "city")


def promise(hall: RequestHall) -> None:
    draft = hall.city.letters.draft(hall.number, "disclosable", PROMISE, SIGNER)
    assert [str(one) for one in draft.findings] == []
    hall.city.letters.send(draft.letter, CLERK, "e-mail")


def closing(note: str = "") -> Closed:
    return Closed(by=CLERK, at=NOW, ending=Ending.ANSWERED, closed_on=DAY, note=note)


def test_it_goes_out_before_anything_is_reviewed_and_not_before_anything_is_found(hall: RequestHall) -> None:
    early = hall.city.letters.draft(hall.number, "disclosable", PROMISE, SIGNER)
    assert [one.code for one in early.findings] == ["not-reviewed"]
    hall.search("zebra")
    none = hall.city.letters.draft(hall.number, "disclosable", PROMISE, SIGNER)
    with pytest.raises(BadQuestion, match="No search has found a record yet"):
        hall.city.letters.send(none.letter, CLERK, "e-mail")
    hall.search()
    promise(hall)
    request = hall.city.requests.get(hall.number)
    assert request.state is State.PROMISED
    assert "`paloverde review list" in hall.city.requests.at_hand(hall.number)
    (due,) = hall.city.requests.open()
    assert due[0].determination is not None


def test_the_final_determination_meets_the_law_of_denials_and_is_owed_before_the_end(
    hall: RequestHall, tmp_path: Path
) -> None:
    hits = hall.search()
    promise(hall)
    for note in ("", "The requester waits"):
        with pytest.raises(BadQuestion, match="the final determination is still owed"):
            hall.city.requests.file(hall.number, closing(note))
    full = msgspec.structs.replace(PROMISE, reasons="All are public.")
    letter = hall.city.letters.draft(hall.number, "full", full, SIGNER).letter
    with pytest.raises(PersonNeeded, match="found and not decided yet"):
        hall.city.letters.send(letter, CLERK, "post")
    hall.review(hits)
    hall.sign(hits)
    assert "promises the records and does not say yet what is withheld" in hall.refusals()
    with pytest.raises(PersonNeeded, match="denies nothing"):
        hall.city.letters.send(letter, CLERK, "post")  # as it was drafted before the review
    hall.determine()
    early, final = hall.city.letters.sent(hall.number)
    assert (early.kind, final.kind) == ("disclosable", "part")
    told = " ".join(hall.city.letters.text_of(hall.number, final).decode().split())
    assert "On Wednesday, November 18, 2026 we told you that the City has disclosable records" in told
    assert "Cleo Park, Deputy Clerk" in told
    assert hall.refusals() == ""
    hall.city.responses.build(hall.number, tmp_path / "b.zip", CLERK, lambda _: None, Wish(by_name=True))
    outcomes = [one.outcome for one in hall.city.requests.get(hall.number).events if hasattr(one, "outcome")]
    assert outcomes == [Outcome.DISCLOSABLE, Outcome.PART]


def test_the_certificate_tells_both_determinations(hall: RequestHall) -> None:
    hits = hall.search()
    promise(hall)
    hall.review(hits)
    hall.sign(hits)
    hall.determine()
    told = " ".join(as_text(hall.city.letters.certificate(hall.number)).split())
    assert "there are disclosable records; what is withheld of them is told after review" in told
    assert "a part is handed over, and a part is denied" in told


def test_a_letter_that_was_sent_is_not_sent_again(hall: RequestHall) -> None:
    hall.search()
    promise(hall)
    again = hall.city.letters.draft(hall.number, "disclosable", PROMISE, SIGNER).letter
    with pytest.raises(BadQuestion, match=r"sent already, by Cleo Park on Wednesday, November 18, 2026"):
        hall.city.letters.send(again, COUNSEL, "post")
    later = msgspec.structs.replace(PROMISE, available_at=datetime(2026, 12, 16, 22, tzinfo=UTC))
    moved = hall.city.letters.draft(hall.number, "disclosable", later, SIGNER).letter
    hall.city.letters.send(moved, CLERK, "post")
    assert len(hall.city.letters.sent(hall.number)) == 2


def test_a_bundle_that_did_not_go_out_is_built_again_under_its_number(
    hall: RequestHall, tmp_path: Path
) -> None:
    hall.ready()
    city, number = hall.city, hall.number
    first = city.responses.build(number, tmp_path / "a.zip", CLERK, lambda _: None, Wish(by_name=True))
    second = city.responses.build(
        number, tmp_path / "b.zip", CLERK, lambda _: None, Wish(by_name=True, with_log=True)
    )
    old, new = city.requests.get(number).all(Produced)
    assert (old.instalment, new.instalment, new.replaces) == (1, 1, first.sha256)
    assert new.bundle.name == f"{number}-1-again-2.zip"
    terms = city.deliveries.terms(number, Way.DISC, to="Rosa Quintero")
    assert city.deliveries.show(number, terms).bundle.sha256 == second.sha256
    replaced = city.deliveries.show(number, terms, bundle=first.sha256)
    assert any("was built again since" in told for told in replaced.refusals)
    summary = city.deliveries.show(number, terms)
    city.deliveries.agree(number, terms, summary.sha256, COUNSEL)
    city.deliveries.record(number, Way.DISC, CLERK)
    assert city.requests.get(number).next_instalment == 2
