"""What may and what may not be called a removal: every row of the decision."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from paloverde.archive.register import Item
from paloverde.capture.removal import Cause, Decision, decide, too_many_gone
from paloverde.platforms.conversation import Look, Seen
from paloverde.records import Kind

NOW = datetime(2026, 11, 22, 10, tzinfo=UTC)
MISSED = NOW - timedelta(days=1)


def item(*, absent_since: datetime | None = None) -> Item:
    return Item(
        account="plaza-palmaria", kind=Kind.COMMENT, native_id="c1", stream="comments", within="p1",
        version_sha256="ab" * 32, record_sequence=1, posted_at=MISSED, state="absent" if absent_since else "present",
        first_seen=MISSED, last_seen=MISSED, looked_at=MISSED, absent_since=absent_since, removed_at=None,
    )  # fmt: skip


def look(
    what: Look,
    *,
    absent_since: datetime | None = None,
    hint: str | None = None,
    own: bool = False,
    parent_removed: bool = False,
) -> Decision:
    return decide(
        item(absent_since=absent_since),
        Seen("c1", what, "why", hint),
        NOW,
        own=own,
        parent_removed=parent_removed,
    )


def test_an_absence_and_the_sites_word_make_a_removal() -> None:
    decision = look(Look.GONE, absent_since=MISSED)
    assert decision.removal is not None
    assert decision.removal.removed_at == MISSED
    assert decision.removal.cause is Cause.UNDETERMINED
    assert decision.removal.retain_until == date(2028, 11, 22)


def test_the_first_time_that_it_is_gone_only_starts_the_wait() -> None:
    decision = look(Look.GONE)
    assert decision.removal is None
    assert decision.state == "absent"


@pytest.mark.parametrize("absent_since", [None, MISSED])
def test_an_error_says_nothing(absent_since: datetime | None) -> None:
    decision = look(Look.UNKNOWN, absent_since=absent_since)
    assert (decision.state, decision.removal) == ("unknown", None)


def test_what_is_there_after_all_is_no_removal() -> None:
    assert look(Look.PRESENT, absent_since=MISSED).removal is None


def test_hidden_content_is_held_and_the_city_named() -> None:
    decision = look(Look.HIDDEN)
    assert decision.removal is not None
    assert decision.removal.cause is Cause.CITY


def test_withheld_content_is_held_only_after_an_absence() -> None:
    assert look(Look.WITHHELD).removal is None
    withheld = look(Look.WITHHELD, absent_since=MISSED).removal
    assert withheld is not None
    assert withheld.cause is Cause.PLATFORM


@pytest.mark.parametrize(
    ("facts", "cause"),
    [
        ({"own": True}, Cause.CITY),
        ({"parent_removed": True}, Cause.UNDETERMINED),
        ({"hint": "author"}, Cause.AUTHOR),
        ({"hint": "privacy"}, Cause.PRIVACY),
        ({}, Cause.UNDETERMINED),
    ],
)
def test_a_cause_always_has_its_reason(facts: dict[str, object], cause: Cause) -> None:
    removal = look(Look.GONE, absent_since=MISSED, **facts).removal
    assert removal is not None
    assert removal.cause is cause
    assert removal.cause_reason


@given(st.sampled_from(Look), st.booleans(), st.booleans(), st.booleans())
def test_no_outcome_but_gone_hidden_or_withheld_is_ever_a_removal(
    what: Look, was_absent: bool, own: bool, parent_removed: bool
) -> None:
    decision = look(what, absent_since=MISSED if was_absent else None, own=own, parent_removed=parent_removed)
    if what in (Look.PRESENT, Look.UNKNOWN) or (what is not Look.HIDDEN and not was_absent):
        assert decision.removal is None


@pytest.mark.parametrize(
    ("absent", "known", "asks"),
    [
        (0, 0, False),
        (3, 4, False),
        (4, 10, True),
        (10, 100, False),
        (11, 100, True),
        (20, 9999, False),
        (21, 9999, True),
    ],
)
def test_a_mass_disappearance_asks_a_person(absent: int, known: int, asks: bool) -> None:
    assert (too_many_gone(absent, known, most=20, percent=10) is not None) is asks


@given(st.integers(1767225600, 4070908800).map(lambda seconds: datetime.fromtimestamp(seconds, UTC)))
def test_two_years_are_never_less_than_730_days(confirmed: datetime) -> None:
    removal = decide(
        item(absent_since=confirmed - timedelta(hours=5)),
        Seen("c1", Look.GONE),
        confirmed,
        own=False,
        parent_removed=False,
    ).removal
    assert removal is not None
    assert removal.retain_until >= (confirmed - timedelta(hours=8)).date() + timedelta(days=730)
