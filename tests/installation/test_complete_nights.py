"""Which night is complete: it had all that it asked for, and asked for all that was planned."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from hashlib import sha256
from pathlib import Path

import pytest
from sqlalchemy import Engine, event

from archives import SIGNER, open_empty
from paloverde.archive.commit import commit
from paloverde.archive.gaps import LIMIT, known
from paloverde.archive.reader import Archive
from paloverde.archive.seal import BrokenOff, Coverage, Draft, RunKind
from paloverde.installation.history import State, month
from paloverde.installation.nights import last_nights, nights_between, whole_night
from paloverde.platforms.conversation import Gap, Listing
from paloverde.records import Kind

SLUG = "x-palmaria"
FIRST = date(2026, 11, 2)
STREAMS = ("profile", "posts", "messages")


@pytest.fixture
def archive(tmp_path: Path) -> Archive:
    return open_empty(tmp_path)


def lists(streams: Sequence[str] = STREAMS, *, complete: bool = True) -> Coverage:
    return Coverage([Listing(one, Kind.POST, complete=complete, got=3) for one in streams])


def seal(
    archive: Archive,
    number: int,
    coverage: Coverage | None = None,
    *,
    kind: RunKind = RunKind.NIGHT,
    candidates: int = 0,
    version: str = "1",
) -> date:
    """A run on the day of that number; what day that is."""
    day = FIRST + timedelta(days=number)
    ended = datetime(day.year, day.month, day.day, 10, tzinfo=UTC)
    draft = Draft(
        account=SLUG, platform="x", day=day, kind=kind, digest=sha256(f"{kind} {number} {coverage}".encode()).hexdigest(),
        started_at=ended, ended_at=ended, parts=[], coverage=coverage or lists(),
        counts={"records": 3, "candidates": candidates}, code_version=version,
    )  # fmt: skip
    commit(archive.store, archive.books, SIGNER, draft, locked_until=datetime.now(UTC) + timedelta(days=1))
    return day


def unasked(books: Engine, day: date) -> tuple[str, ...]:
    ((_, told),) = nights_between(books, SLUG, day, day)
    return told


def test_the_newest_night_without_anything_missing_is_the_last_complete_one(archive: Archive) -> None:
    assert whole_night(archive.books, SLUG) is None
    day = seal(archive, 0)
    assert whole_night(archive.books, SLUG) == day
    seal(archive, 1, Coverage(lists().listings, [Gap("posts", Kind.POST, "the site did not answer")]))
    seal(archive, 2, Coverage(lists().listings, broken_off=BrokenOff.LIMIT))
    seal(archive, 3, lists(complete=False))
    seal(archive, 4, Coverage(lists().listings, unread=1))
    assert whole_night(archive.books, SLUG) == day
    assert [one.whole for one in last_nights(archive.books)] == [False]
    newest = seal(archive, 5)
    assert whole_night(archive.books, SLUG) == newest
    assert [one.whole for one in last_nights(archive.books)] == [True]


def test_what_the_site_gives_on_no_night_is_a_limit_and_the_night_is_complete(archive: Archive) -> None:
    limit = Gap("messages", Kind.MESSAGE, "only the 20 newest are shown", "t1", is_limit=True)
    shown = Listing("messages", Kind.MESSAGE, complete=False, got=20, of="t1", declared=25, at_limit=True)
    first = seal(archive, 0, Coverage([*lists().listings, shown], [limit]))
    assert whole_night(archive.books, SLUG) == first
    with archive.books.connect() as connection:
        (gap,) = known(connection, SLUG)
    assert gap.what == LIMIT
    assert "No night can have it; an import of the account's own download may." in str(gap)
    second = seal(archive, 1, Coverage([*lists().listings, shown]))
    assert whole_night(archive.books, SLUG) == second
    seal(archive, 2, Coverage([*lists().listings, shown], [limit, Gap("posts", Kind.POST, "HTTP 503")]))
    assert whole_night(archive.books, SLUG) == second


def test_a_night_that_does_not_ask_for_what_the_nights_before_asked_for_is_not_complete(
    archive: Archive,
) -> None:
    for number in range(7):
        before = seal(archive, number)
    day = seal(archive, 7, lists(STREAMS[:2]))
    assert unasked(archive.books, day) == ("it did not ask for messages, as the nights before did",)
    assert whole_night(archive.books, SLUG) == before
    (last,) = last_nights(archive.books)
    assert (last.day, last.whole, last.unasked) == (day, False, unasked(archive.books, day))
    states = {one.day: one.state for one in month(archive.books, SLUG, FIRST.replace(day=1), FIRST, [])}
    assert (states[before], states[day]) == (State.WHOLE, State.GAPS)


def test_what_is_not_asked_for_stays_missing_however_often_it_is_not_asked_for(archive: Archive) -> None:
    for number in range(7):
        before = seal(archive, number)
    for number in range(7, 20):
        seal(archive, number, lists(STREAMS[:2]))
    assert whole_night(archive.books, SLUG) == before


def test_a_list_that_only_some_nights_ask_for_is_not_planned(archive: Archive) -> None:
    for number in range(8):
        seal(archive, number, lists((*STREAMS, "announced") if number > 1 else STREAMS))
    newest = seal(archive, 8)
    assert whole_night(archive.books, SLUG) == newest


def test_a_list_that_was_refused_was_asked_for_and_another_version_asks_otherwise(archive: Archive) -> None:
    for number in range(7):
        seal(archive, number)
    refused = Coverage(lists(STREAMS[:2]).listings, [Gap("messages", Kind.MESSAGE, "not permitted")])
    assert unasked(archive.books, seal(archive, 7, refused)) == ()
    day = seal(archive, 8, lists(STREAMS[:2]), version="2")
    assert whole_night(archive.books, SLUG) == day


def test_a_night_is_complete_once_what_it_no_longer_saw_was_looked_up(archive: Archive) -> None:
    before = seal(archive, 0)
    day = seal(archive, 1, candidates=2)
    assert unasked(archive.books, day) == (
        "2 items are no longer listed, and no removal check has looked since",
    )
    assert whole_night(archive.books, SLUG) == before
    seal(archive, 1, kind=RunKind.REMOVAL_CHECK)
    assert unasked(archive.books, day) == ()
    assert whole_night(archive.books, SLUG) == day


def test_a_seal_is_read_once(archive: Archive) -> None:
    for number in range(40):
        seal(archive, number, lists(complete=False))
    assert whole_night(archive.books, SLUG) is None
    asked: list[str] = []
    event.listen(archive.books, "before_cursor_execute", lambda *given: asked.append(given[2]))
    assert whole_night(archive.books, SLUG) is None
    assert asked
    assert not [one for one in asked if "body" in one]


def test_nights_before_the_first_are_asked_for_once(archive: Archive) -> None:
    """A list of a hundred new accounts would else take thousands of statements."""
    day = seal(archive, 0)
    asked: list[str] = []
    event.listen(archive.books, "before_cursor_execute", lambda *given: asked.append(given[2]))
    assert whole_night(archive.books, SLUG) == day
    assert len([one for one in asked if "OFFSET" in one]) == 1
