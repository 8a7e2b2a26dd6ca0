"""The search certificate says what was searched and no more, and can be repeated."""

from __future__ import annotations

from datetime import UTC, date, datetime
from functools import partial
from pathlib import Path
from types import SimpleNamespace

import msgspec
import pytest

from archives import make_archive, record
from correspondence import BY, HOLDINGS, request, search
from paloverde.errors import BadQuestion
from paloverde.requests.certificate import (
    Certified,
    certificate,
    no_records_certificate,
    replay_command,
    replay_python,
)
from paloverde.requests.events import CustodianAnswered, CustodianAsked, ReviewFinished
from paloverde.requests.plaintext import as_text
from paloverde.requests.searching import searched, versions_sha256
from paloverde.search.answer import search as search_archive

AT = datetime(2026, 11, 20, 18, 0, tzinfo=UTC)
ASKED = CustodianAsked(
    by=BY, at=AT, custodian="Omar Vidal", title="Council Member", about="Messages on his own telephone",
    asked_on=date(2026, 11, 17),
)  # fmt: skip
ANSWERED = CustodianAnswered(
    by=BY, at=AT, custodian="Omar Vidal", answer="Searched; none.", answered_on=date(2026, 11, 19)
)
EMPTY = search(hits=0, items=0, removed=0, per_term={"pool": 0})


def review(responsive: int, not_responsive: int) -> ReviewFinished:
    return ReviewFinished(
        by=BY, at=AT, responsive=responsive, not_responsive=not_responsive, exempt_in_part=0, exempt=0
    )


def facts(*events: object, **more: object) -> Certified:
    made = Certified(
        request=request(*events),
        agency="City of Palmaria",
        day=date(2026, 11, 20),
        held=HOLDINGS.accounts,
    )
    return msgspec.structs.replace(made, **more)


def text_of(made: Certified, *, none: bool = False, released: bool = False) -> str:
    make = no_records_certificate if none else certificate
    return " ".join(as_text(make(made, released=released), 10_000).split())


def test_it_tells_question_sentence_sources_counts_gaps_limits_people_and_minutes() -> None:
    text = text_of(facts(search(), ASKED, ANSWERED, review(12, 0)))
    for told in (
        "The question as it was put: pool OR “splash pad”",
        "Found: 12 versions of 10 records",
        "Of these records, found hidden or removed: 1",
        "Record versions covered: 4,200",
        "Word or phrase: splash pad Versions: 1",
        "Archived every night: January 2, 2026 to November 19, 2026 (322 nights)",
        "Gap, facebook-palmaria, comments, March 3, 2026",
        "Facebook, earlier wordings: the site does not give them.",
        "Who: Omar Vidal, Council Member",
        "Answer: Searched; none.",
        "Searched by: Cleo Park, clerk",
        "Time spent: 25 minutes",
        "Archive as of sealed run: 41",
        "Hash that this run's seal names: " + "cd" * 32,
        "Digest of what was found (SHA-256): " + "ef" * 32,
        "12 versions of records were found responsive.",
        "kinds comment; posted on or after Friday, May 1, 2026; private messages and lists of subscribers not",
    ):
        assert told in text


def test_no_gap_of_a_search_is_left_out() -> None:
    gaps = tuple(f"Gap, facebook-palmaria, comments, number {number}." for number in range(300))
    text = text_of(facts(search(limits=gaps)))
    assert all(gap in text for gap in gaps)


def test_it_is_refused_where_nothing_was_searched() -> None:
    with pytest.raises(BadQuestion, match="Nothing was searched yet"):
        certificate(facts())


def test_no_records_is_certified_where_nothing_was_found() -> None:
    text = text_of(facts(EMPTY), none=True)
    assert text.startswith("Certificate of no records for records request PRA-2026-0042 ")
    assert "None found a record. In that archive the City has no responsive record." in text


def test_no_records_is_certified_where_all_that_was_found_is_not_responsive() -> None:
    text = text_of(facts(search(), review(0, 12)), none=True)
    assert "12 versions of records were found and reviewed, and none is responsive." in text


@pytest.mark.parametrize(
    ("events", "told"),
    [
        ((search(),), "12 record versions that were found for PRA-2026-0042 nobody has reviewed"),
        ((search(), review(0, 11)), "1 record version that was found"),
        ((search(), review(1, 11)), "1 record version is responsive"),
        ((EMPTY, ASKED), "Omar Vidal was asked for PRA-2026-0042 and has not answered"),
        ((EMPTY, ASKED, ANSWERED, ASKED), "has not answered"),
    ],
)
def test_no_records_is_not_certified_where_nobody_can_know(events: tuple[object, ...], told: str) -> None:
    with pytest.raises(BadQuestion, match=told):
        no_records_certificate(facts(*events))


def test_what_was_not_reviewed_is_said() -> None:
    assert "12 versions of records found has not been reviewed yet" not in text_of(facts(search()))
    assert "12 versions of records that were found have not been reviewed yet" in text_of(facts(search()))


def test_the_form_for_the_requester_names_custodians_by_their_position() -> None:
    text = text_of(facts(search(), ASKED, ANSWERED, review(12, 0)), released=True)
    assert "Who: Council Member" in text
    assert "Omar Vidal" not in text


@pytest.mark.parametrize(
    ("more", "events", "is_told"),
    [
        ({"kept_back": 1}, (search(), review(12, 0)), False),
        ({}, (search(), msgspec.structs.replace(review(11, 0), exempt_in_part=1)), False),
        ({}, (search(), msgspec.structs.replace(review(11, 0), exempt=1)), False),
        ({}, (search(), review(11, 1)), False),
        ({}, (search(), review(11, 0)), False),
        ({}, (search(), review(12, 0)), True),
        ({}, (EMPTY,), True),
    ],
)
def test_the_requester_is_told_no_digest_over_what_is_not_given(
    more: dict[str, int], events: tuple[object, ...], is_told: bool
) -> None:
    made = facts(*events, **more)
    assert "Digest of what was found (SHA-256): " + "ef" * 32 in text_of(made)
    assert ("ef" * 32 in text_of(made, released=True)) is is_told
    assert ("a digest would show whether" in text_of(made, released=True)) is not is_told


def test_the_requester_is_given_no_command_of_the_city() -> None:
    made = facts(search(), review(12, 0))
    for told in ("paloverde search", "paloverde.open_archive()"):
        assert told in text_of(made)
        assert told not in text_of(made, released=True)
    assert "Archive as of sealed run: 41" in text_of(made, released=True)


def test_the_command_that_repeats_it_is_understood_and_asks_the_same() -> None:
    event = search(question='it\'s "a pool" OR $(rm)')
    words = replay_command(event)
    assert words == (
        "paloverde search 'it'\"'\"'s \"a pool\" OR $(rm)' --kind comment --from 2026-05-01 --through 41"
    )


def test_the_search_in_python_finds_the_same_records_and_digest(tmp_path: Path) -> None:
    archive = make_archive(tmp_path, [record("1", "The pool is closed"), record("2", "Street sweeping")])
    answer = search_archive(archive, "pool", kinds=["comment"], since=date(2026, 1, 1))
    event = searched(answer, BY, AT, 5, "")
    text = replay_python(event)
    assert text == (
        "paloverde.open_archive().search('pool', kinds=['comment'], since=date(2026, 1, 1), through="
        f"{answer.searched.last_seal})"
    )
    opened = SimpleNamespace(search=partial(search_archive, archive))
    again = eval(text, {"paloverde": SimpleNamespace(open_archive=lambda: opened), "date": date})
    assert versions_sha256(again.hits) == event.versions_sha256
    assert again.counts.hits == 1
