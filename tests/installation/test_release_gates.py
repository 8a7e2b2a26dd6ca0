"""Whichever way somebody goes, nothing leaves the City that the signed review and the letter do not say."""

from __future__ import annotations

import threading
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from paloverde.errors import BadQuestion, PaloverdeError, PersonNeeded
from paloverde.installation.response_checks import Wish
from paloverde.requests.drafting import Wish as LetterWish
from paloverde.requests.events import (
    Closed,
    Determined,
    Ending,
    Outcome,
    Produced,
    Released,
    SignedOff,
    Way,
)
from paloverde.requests.letters import Delivery
from paloverde.requests.review import Exempted, Verdict
from requesthall import CLERK, COUNSEL, NOW, SIGNER, RequestHall
from requests_found import decision

DAY = date(2026, 11, 18)
HOME = Exempted("EX-HOME", {"official": "a member of the council, who gave no permission"})
FULL = LetterWish(
    reasons="All are public records.",
    available_at=datetime(2026, 11, 25, 18, tzinfo=UTC),
    delivery=Delivery(Way.DISC, "City Hall"),
)


@pytest.fixture
def hall(tmp_path: Path) -> RequestHall:
    return RequestHall(tmp_path / "city")


def built(hall: RequestHall, folder: Path, *, with_log: bool = False) -> str:
    """The response, signed off by counsel; its hash."""
    wish = Wish(by_name=True, with_log=with_log)
    made = hall.city.responses.build(hall.number, folder / "b.zip", CLERK, lambda _: None, wish)
    hall.city.requests.file(hall.number, SignedOff(by=COUNSEL, at=NOW, sha256=made.sha256))
    return made.sha256


def out(sha256: str, way: Way = Way.DISC) -> Released:
    return Released(by=CLERK, at=NOW, sha256=sha256, way=way, released_on=DAY)


def test_a_letter_that_denies_nothing_covers_no_redacted_bundle(hall: RequestHall, tmp_path: Path) -> None:
    hits = hall.search()
    whole = [decision(hit) for hit in hits]
    hall.city.reviews.decide(hall.number, whole, hall.by_version(hits), CLERK)
    hall.sign(hits)
    letter = hall.city.letters.draft(hall.number, "full", FULL, SIGNER).letter
    hall.city.letters.send(letter, CLERK, "post")
    hall.review(hits)
    hall.sign(hits)
    assert "denies nothing: determine part or denied" in hall.refusals()
    with pytest.raises(PersonNeeded, match=r"not-as-reviewed: .* denies nothing"):
        hall.city.letters.send(letter, CLERK, "post")
    hall.determine()
    assert hall.refusals() == ""
    assert len(built(hall, tmp_path)) == 64


def test_a_decision_after_the_build_stops_the_release_and_what_went_out_stays_in_the_register(
    hall: RequestHall, tmp_path: Path
) -> None:
    hits = hall.search()
    hall.review(hits)
    hall.sign(hits)
    assert hall.city.reviews.earlier("PRA-2026-9999") == {}  # signed is not released
    hall.determine()
    sha256, requests = built(hall, tmp_path), hall.city.requests
    second = sorted(hits, key=lambda hit: hit.native_id)[1]
    hall.city.reviews.decide(
        hall.number, [decision(second, Verdict.NOT_RESPONSIVE)], hall.by_version(hits), CLERK
    )
    with pytest.raises(BadQuestion, match="Nobody has signed the review as it stands"):
        requests.file(hall.number, out(sha256))
    hall.sign(hits)
    with pytest.raises(BadQuestion, match="decided since this bundle was built"):
        requests.file(hall.number, out(sha256))
    hall.city.reviews.decide(hall.number, [decision(second)], hall.by_version(hits), CLERK)
    hall.sign(hits)
    requests.file(hall.number, out(sha256))  # what was built is again what stands
    hall.city.reviews.decide(
        hall.number, [decision(second, Verdict.NOT_RESPONSIVE)], hall.by_version(hits), CLERK
    )
    given = hall.city.reviews.earlier("PRA-2026-9999")
    assert [len(earlier) for earlier in given.values()] == [1, 1]
    end = Closed(by=CLERK, at=NOW, ending=Ending.ANSWERED, closed_on=DAY)
    with pytest.raises(BadQuestion, match="Nobody has signed the review as it stands"):
        requests.file(hall.number, end)


def test_an_officials_home_is_neither_posted_nor_promised_on_the_web(
    hall: RequestHall, tmp_path: Path
) -> None:
    hits = hall.search()
    first, *rest = hits
    made = [decision(first, exempted=(HOME,)), *(decision(hit) for hit in rest)]
    hall.city.reviews.decide(hall.number, made, hall.by_version(hits), CLERK)
    hall.sign(hits)
    web = LetterWish(
        reasons=FULL.reasons, available_at=FULL.available_at, delivery=Delivery(Way.POSTED, "city.example")
    )
    found = hall.city.letters.draft(hall.number, "full", web, SIGNER).findings
    assert [one.code for one in found] == ["web-barred"]
    hall.city.letters.send(hall.city.letters.draft(hall.number, "full", FULL, SIGNER).letter, CLERK, "post")
    sha256 = built(hall, tmp_path)
    for way in (Way.POSTED, Way.LINK):
        with pytest.raises(BadQuestion, match=r"7928\.205"):
            hall.city.requests.file(hall.number, out(sha256, way))
    assert hall.city.requests.file(hall.number, out(sha256)).all(Released)


def test_nobody_determines_that_there_are_none_while_found_records_lie_there(hall: RequestHall) -> None:
    answer, _ = hall.city.requests.search(hall.number, "pool", CLERK)
    none = Determined(by=CLERK, at=NOW, outcome=Outcome.NONE, reasons="No such record.", sent_on=DAY)
    with pytest.raises(BadQuestion, match="3 record versions were found and not under review yet"):
        hall.city.requests.file(hall.number, none)
    hall.city.reviews.gather(hall.number, answer.hits, CLERK)
    with pytest.raises(BadQuestion, match="not decided yet"):
        hall.city.requests.file(hall.number, none)


def test_no_letter_tells_what_was_determined_before_what_was_found_is_reviewed(hall: RequestHall) -> None:
    def stops() -> str:
        found = hall.city.letters.draft(hall.number, "full", FULL, SIGNER).findings
        return " ".join(str(one) for one in found)

    assert "Nothing was searched yet" in stops()
    answer, _ = hall.city.requests.search(hall.number, "pool", CLERK)
    assert "3 record versions were found and not under review yet" in stops()
    hits, reviews = answer.hits, hall.city.reviews
    reviews.gather(hall.number, hits, CLERK)
    assert "3 record versions were found and not decided yet" in stops()
    whole = [decision(hit) for hit in hits]
    reviews.decide(hall.number, whole, hall.by_version(hits), CLERK)
    assert "Nobody has signed the review" in stops()
    letter = hall.city.letters.draft(hall.number, "full", FULL, SIGNER).letter
    with pytest.raises(PersonNeeded, match=r"not-reviewed: .*Nobody has signed"):
        hall.city.letters.send(letter, CLERK, "post")
    full = Determined(
        by=CLERK, at=NOW, outcome=Outcome.FULL, reasons="Public.", sent_on=DAY, available_at=FULL.available_at
    )
    with pytest.raises(BadQuestion, match="Nobody has signed"):
        hall.city.requests.file(hall.number, full)
    hall.sign(hits)
    assert stops() == ""
    assert hall.city.letters.send(letter, CLERK, "post").kind == "full"


def test_of_two_who_send_a_letter_at_the_same_moment_one_is_refused(hall: RequestHall) -> None:
    hall.search("zebra")
    letter = hall.city.letters.draft(hall.number, "full", FULL, SIGNER).letter
    start, got = threading.Barrier(3), list[str]()

    def send() -> None:
        start.wait()
        try:
            got.append(hall.city.letters.send(letter, CLERK, "post").kind)
        except PaloverdeError:
            got.append("")

    threads = [threading.Thread(target=send) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    sent, request = hall.city.letters.sent(hall.number), hall.city.requests.get(hall.number)
    assert len(sent) == len([one for one in got if one]) == len(request.entries) - 2 >= 1


def test_a_bundle_that_is_put_together_again_has_a_file_name_of_its_own(
    hall: RequestHall, tmp_path: Path
) -> None:
    hall.ready()
    first = built(hall, tmp_path)
    hall.city.requests.file(hall.number, out(first))  # the next is another instalment
    for name in ("1", "2", "3"):
        folder = tmp_path / name
        folder.mkdir()
        built(hall, folder, with_log=name != "1")  # the third is the second, byte for byte
    names = [made.bundle.name for made in hall.city.requests.get(hall.number).all(Produced)]
    assert names == [f"{hall.number}-{ending}.zip" for ending in ("1", "2", "2-again-2", "2-again-2")]
