"""Reviews as the City works with them: papers that nobody can lose, numbers that never change."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from pathlib import Path

import msgspec
import pytest

from paloverde.archive.papers import Cabinet, Filed
from paloverde.errors import BadQuestion, PersonNeeded
from paloverde.installation import Installation, Purpose, open_installation
from paloverde.installation.journal import Journal
from paloverde.installation.reviews import Reviews, version_of
from paloverde.records import archive_day
from paloverde.requests.detectors import suggested
from paloverde.requests.events import (
    Closed,
    Determined,
    Document,
    Ending,
    Outcome,
    Produced,
    Received,
    Released,
    ReviewFinished,
    SignedOff,
    Way,
)
from paloverde.requests.review import Decision, Verdict
from paloverde.requests.reviewing import SERIES, SETS, Version
from paloverde.requests.unanswered import left_alone
from paloverde.retention.holds import By
from paloverde.search.hits import Hit
from paloverde.settings import load
from requests_found import NOON, decision, hit, in_part, marked

CLEO, ANA = By("Cleo Park", "clerk", "test"), By("Ana Ruiz", "counsel", "test")
NUMBER = "PRA-2026-0042"
HITS = [hit(f"Record {number}: call 760-555-0142", native_id=str(number)) for number in range(4)]


@pytest.fixture
def city(tmp_path: Path) -> Installation:
    """A city with two requests that were searched for, each with nothing under review."""
    city = opened(tmp_path)
    for number in (NUMBER, "PRA-2026-0007"):
        asked = Received(by=CLEO, at=NOON, number=number, channel="letter", text="Calls",
                         received_on=archive_day(NOON))  # fmt: skip
        city.requests.receive(asked)
        city.requests.search(number, "call", CLEO)
    return city


def opened(home: Path) -> Installation:
    settings = {"PALOVERDE_HOME": str(home), "PALOVERDE_SIGNING_KEY_FILE": str(home / "key.pem")}
    return open_installation(load(settings), lambda: NOON, purpose=Purpose.BEGIN)


def by_version(hits: Sequence[Hit] = HITS) -> dict[Version, Hit]:
    return {version_of(one): one for one in hits}


def whole(hits: Sequence[Hit] = HITS) -> list[Decision]:
    return [decision(one) for one in hits]


def test_a_suggestion_that_is_left_is_kept_with_the_name_and_stands_unanswered_no_more(
    city: Installation,
) -> None:
    city.reviews.gather(NUMBER, HITS, CLEO)
    city.reviews.decide(NUMBER, whole(), by_version(), CLEO)
    version, (found,) = version_of(HITS[1]), suggested(HITS[1])
    before = city.reviews.get(NUMBER)
    assert len(city.reviews.unanswered(before, by_version())) == 4
    (left,) = city.reviews.spare(NUMBER, {version: [found]}, by_version(), CLEO, after=before.papers)
    review = city.reviews.get(NUMBER)
    assert [(one.spared, one.by, one.at) for one in review.sparings(version)] == [(left, CLEO, NOON)]
    assert len(city.reviews.unanswered(review, by_version())) == 3
    assert [one.by.by.name for one in left_alone(review, by_version())] == ["Cleo Park"]
    assert review.decisions_sha256 != before.decisions_sha256
    assert city.reviews.spare(NUMBER, {version: [found]}, by_version(), ANA) == []
    with pytest.raises(BadQuestion, match="3 suggestions"):
        city.reviews.sign(NUMBER, by_version(), ANA, seen=4)
    assert city.reviews.sign(NUMBER, by_version(), ANA, seen=3).signature is not None
    told = [one.event for one in city.ledger.entries() if one.event.what == "suggestions left"]
    assert [(one.actor, one.about["suggestions"]) for one in told] == [(CLEO.actor, "1")]


def test_only_who_reviews_leaves_suggestions_and_only_such_as_there_are(city: Installation) -> None:
    city.reviews.gather(NUMBER, HITS, CLEO)
    version, (found,) = version_of(HITS[0]), suggested(HITS[0])
    strange = msgspec.structs.replace(found, end=found.end - 1)
    with pytest.raises(BadQuestion, match="is not suggested there now"):
        city.reviews.spare(NUMBER, {version: [found, strange]}, by_version(), CLEO)
    with pytest.raises(BadQuestion, match="Somebody else decided"):
        city.reviews.spare(NUMBER, {version: [found]}, by_version(), CLEO, after=7)
    for role in ("auditor", "it", "approver", "public_affairs"):
        with pytest.raises(PersonNeeded, match="reviewing needs clerk or counsel"):
            city.reviews.spare(NUMBER, {version: [found]}, by_version(), By("Una Wolf", role, "test"))
    assert city.reviews.get(NUMBER).papers == 0
    city.reviews.spare(NUMBER, {version: [found]}, by_version(), CLEO)
    by_ana = [msgspec.structs.replace(one, decided_by="Ana Ruiz") for one in whole()]
    city.reviews.decide(NUMBER, by_ana, by_version(), ANA)
    with pytest.raises(PersonNeeded, match="Cleo Park has decided"):
        city.reviews.sign(NUMBER, by_version(), CLEO, seen=3)


def test_what_a_later_search_finds_is_numbered_on(city: Installation) -> None:
    assert city.reviews.gather(NUMBER, HITS[2:], CLEO) == [version_of(one) for one in HITS[2:]]
    assert city.reviews.gather(NUMBER, HITS, CLEO) == [version_of(one) for one in HITS[:2]]
    assert city.reviews.gather(NUMBER, HITS, CLEO) == []
    review = city.reviews.get(NUMBER)
    assert [review.control(version_of(one))[-1] for one in HITS] == ["3", "4", "1", "2"]


def test_two_who_number_at_the_same_moment_number_each_version_once(
    city: Installation, tmp_path: Path
) -> None:
    def gather(one: Installation, hits: Sequence[Hit]) -> None:
        one.reviews.gather(NUMBER, hits, CLEO)

    more = [hit(f"more {number}", native_id=f"m{number}") for number in range(4)]
    threads = [
        threading.Thread(target=gather, args=(opened(tmp_path), [*HITS, *more][first : first + 5]))
        for first in (0, 3)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    found = city.reviews.get(NUMBER).versions
    assert len(found) == len(set(found)) == 8


class Overtaken(Cabinet):
    """A cabinet where somebody else does something after each of our looks at what is numbered."""

    def __init__(self, city: Installation, other: Callable[[], object]) -> None:
        super().__init__(city.vault, city.ledger)
        self._other = other

    def history(self, series: str, subject: str) -> list[Filed]:
        found = super().history(series, subject)
        if series == SETS:
            self._other()
        return found

    def last(self, series: str, subject: str) -> Filed | None:
        found = super().last(series, subject)
        self._other()
        return found


def test_who_numbers_between_two_looks_of_another_is_not_numbered_again(city: Installation) -> None:
    def another() -> None:
        city.reviews.gather(NUMBER, HITS, CLEO)

    journal = Journal(city.vault, city.ledger)
    Reviews(city.vault, Overtaken(city, another), journal, city.requests).gather(NUMBER, HITS, CLEO)
    assert list(city.reviews.get(NUMBER).versions) == [version_of(one) for one in HITS]


def test_a_batch_is_filed_whole_or_not_at_all(city: Installation) -> None:
    city.reviews.gather(NUMBER, HITS, CLEO)
    with pytest.raises(BadQuestion, match=r"PRA-2026-0042-000002: .*no part of it is redacted"):
        city.reviews.decide(NUMBER, [decision(HITS[0]), in_part(HITS[1])], by_version(), CLEO)
    assert len(city.reviews.get(NUMBER).undecided) == 4
    faults = list(city.reviews.faults(NUMBER, [decision(HITS[0]), in_part(HITS[1])], by_version(), CLEO))
    assert [place for place, _ in faults] == [1]


def test_what_stands_already_is_not_filed_again(city: Installation) -> None:
    city.reviews.gather(NUMBER, HITS, CLEO)
    assert len(city.reviews.decide(NUMBER, whole(), by_version(), CLEO)) == 4
    again = [decision(one, decided_by="Ana Ruiz", title="City Attorney") for one in HITS]
    assert city.reviews.decide(NUMBER, again, by_version(), ANA) == []
    assert len(city.cabinet.history(SERIES, NUMBER)) == 1


def test_a_record_that_is_not_under_review_is_not_decided_on(city: Installation) -> None:
    city.reviews.gather(NUMBER, HITS[1:], CLEO)
    with pytest.raises(BadQuestion, match="is not under review"):
        city.reviews.decide(NUMBER, whole(), by_version(), CLEO)
    with pytest.raises(BadQuestion, match="was not looked at"):
        city.reviews.decide(NUMBER, whole(HITS[1:]), {}, CLEO)


def test_a_second_person_signs_and_a_later_decision_undoes_it(city: Installation) -> None:
    city.reviews.gather(NUMBER, HITS, CLEO)
    city.reviews.decide(NUMBER, whole(), by_version(), CLEO)
    with pytest.raises(PersonNeeded, match="has decided in this review"):
        city.reviews.sign(NUMBER, by_version(), CLEO)
    signed = city.reviews.sign(NUMBER, by_version(), ANA, seen=4)
    assert signed.signature is not None
    assert signed.signature.by == ANA
    (told,) = city.requests.get(NUMBER).all(ReviewFinished)
    assert (told.by, told.responsive, told.reviewed) == (ANA, 4, 4)
    with pytest.raises(BadQuestion, match=r"was signed as it stands already, by Ana Ruiz on .*2026"):
        city.reviews.sign(NUMBER, by_version(), ANA)
    assert len(city.requests.get(NUMBER).all(ReviewFinished)) == 1
    city.reviews.decide(NUMBER, [decision(HITS[0], Verdict.NOT_RESPONSIVE)], by_version(), CLEO)
    assert city.reviews.get(NUMBER).signature is None
    events = [entry.event.what for entry in city.ledger.entries()]
    assert [what for what in events if "review" in what] == [
        "records under review", "review decided", "review signed", "request: review finished",
        "review decided",
    ]  # fmt: skip


def test_what_was_made_from_an_earlier_state_is_neither_filed_nor_signed(city: Installation) -> None:
    city.reviews.gather(NUMBER, HITS, CLEO)
    seen = city.reviews.get(NUMBER)
    redacted = in_part(HITS[0], marked(HITS[0], "760-555-0142"))
    city.reviews.decide(NUMBER, [redacted], by_version(), CLEO, seen.papers)
    with pytest.raises(BadQuestion, match="Cleo Park decided something in PRA-2026-0042 meanwhile"):
        city.reviews.decide(NUMBER, whole(), by_version(), CLEO, seen.papers)
    assert city.reviews.get(NUMBER).decision(version_of(HITS[0])) == redacted
    city.reviews.decide(NUMBER, whole(), by_version(), CLEO, 1)
    with pytest.raises(BadQuestion, match="decided or found meanwhile"):
        city.reviews.sign(NUMBER, by_version(), ANA, seen=4, decisions_sha256=seen.decisions_sha256)
    shown = city.reviews.get(NUMBER).decisions_sha256
    assert city.reviews.sign(NUMBER, by_version(), ANA, seen=4, decisions_sha256=shown).signature is not None


def test_the_review_of_a_closed_request_is_not_signed(city: Installation) -> None:
    city.reviews.gather(NUMBER, HITS, CLEO)
    city.reviews.decide(NUMBER, whole(), by_version(), CLEO)
    end = Closed(by=CLEO, at=NOON, note="by telephone", ending=Ending.WITHDRAWN, closed_on=archive_day(NOON))
    city.requests.file(NUMBER, end)
    with pytest.raises(BadQuestion, match=r"`paloverde request reopen PRA-[0-9-]+` opens it again"):
        city.reviews.sign(NUMBER, by_version(), ANA)
    assert city.reviews.get(NUMBER).signature is None


def test_nothing_is_signed_while_redacted_words_stand_elsewhere(city: Installation) -> None:
    city.reviews.gather(NUMBER, HITS, CLEO)
    part = in_part(HITS[0], marked(HITS[0], "760-555-0142"))
    city.reviews.decide(NUMBER, [part, *whole(HITS[1:])], by_version(), CLEO)
    with pytest.raises(
        BadQuestion, match=r"still stand in PRA-2026-0042-000002 .text., PRA-2026-0042-000003"
    ):
        city.reviews.sign(NUMBER, by_version(), ANA)
    accepted = [(f"{NUMBER}-000001", f"{NUMBER}-00000{place}") for place in (2, 3)]
    with pytest.raises(BadQuestion, match=r"still stand in PRA-2026-0042-000004 .text.: "):
        city.reviews.sign(NUMBER, by_version(), ANA, accepted)
    accepted.append((f"{NUMBER}-000001", f"{NUMBER}-000004"))
    signed = city.reviews.sign(NUMBER, by_version(), ANA, accepted, seen=3).signature
    assert signed is not None
    assert signed.accepted == tuple(accepted)
    every = [in_part(one, marked(one, "760-555-0142")) for one in HITS]
    city.reviews.decide(NUMBER, every, by_version(), CLEO)
    assert city.reviews.sign(NUMBER, by_version(), ANA).signature is not None


def release(city: Installation, number: str) -> None:
    """Hand a bundle over that was built from the review as it stands."""
    day, bundle = archive_day(NOON), Document("b.zip", "b" * 64)
    steps = (
        Determined(by=CLEO, at=NOON, outcome=Outcome.FULL, reasons="Public.", sent_on=day, available_at=NOON),
        Produced(
            by=CLEO, at=NOON, instalment=1, bundle=bundle, records=4,
            decisions_sha256=city.reviews.get(number).decisions_sha256,
        ),
        SignedOff(by=ANA, at=NOON, sha256=bundle.sha256),
        Released(by=CLEO, at=NOON, sha256=bundle.sha256, way=Way.COUNTER, released_on=day),
    )  # fmt: skip
    for step in steps:
        city.requests.file(number, step)


def test_the_next_request_learns_what_the_last_was_given(city: Installation) -> None:
    city.reviews.gather("PRA-2026-0007", HITS, CLEO)
    city.reviews.decide("PRA-2026-0007", whole(), by_version(), CLEO)
    city.reviews.gather(NUMBER, HITS, CLEO)
    city.reviews.sign("PRA-2026-0007", by_version(), ANA, seen=4)
    assert city.reviews.earlier(NUMBER) == {}  # signed, and not released
    release(city, "PRA-2026-0007")
    (found,) = city.reviews.earlier(NUMBER)[version_of(HITS[0])]
    assert (found.request, found.decision.verdict) == ("PRA-2026-0007", Verdict.RESPONSIVE)
    assert city.reviews.earlier("PRA-2026-0007") == {}
    again = city.reviews.as_before(city.reviews.get(NUMBER), CLEO, "Deputy Clerk")
    assert [one.version for one in again] == [version_of(one) for one in HITS]
    assert len(city.reviews.decide(NUMBER, again, by_version(), CLEO)) == 4
    assert city.reviews.as_before(city.reviews.get(NUMBER), CLEO, "Deputy Clerk") == []
    part = in_part(HITS[0], marked(HITS[0], "760-555-0142"))
    city.reviews.decide(NUMBER, [part], by_version(), CLEO)
    (told,) = city.reviews.waived(city.reviews.get(NUMBER), by_version())
    assert "PRA-2026-0007 was given it" in told.sentence


def test_thousands_of_decisions_are_papers_that_come_back_as_they_were(city: Installation) -> None:
    many = [hit(f"number {number}", native_id=str(number)) for number in range(3_000)]
    city.reviews.gather(NUMBER, many, CLEO)
    made = whole(many)
    city.reviews.decide(NUMBER, made, by_version(many), CLEO)
    review = city.reviews.get(NUMBER)
    assert list(review.standing) == [version_of(one) for one in review_order(many)]
    assert {review.decision(version_of(one)) for one in many[:50]} == {*made[:50]}
    city.cabinet.prove()


def review_order(hits: Sequence[Hit]) -> list[Hit]:
    return sorted(hits, key=lambda one: one.item)


def test_a_database_that_was_lost_knows_every_decision_again(city: Installation, tmp_path: Path) -> None:
    city.reviews.gather(NUMBER, HITS, CLEO)
    city.reviews.decide(NUMBER, whole(), by_version(), CLEO)
    signed = city.reviews.sign(NUMBER, by_version(), ANA, seen=4)
    city.rebuild(lambda _: None)
    again = city.reviews.get(NUMBER)
    assert again.standing == signed.standing
    assert again.signature == signed.signature
