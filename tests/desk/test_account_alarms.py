"""An archive that stands still raises an alarm: on Today and on Accounts, to IT with what to do about it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from archives import add_night
from desk.desks import Desks, served, text_of
from desk.shelves import FB, HOSTILE, LIMITED, Shelves, X, harm_in
from paloverde.archive.seal import BrokenOff, Coverage
from paloverde.desk.people import Role
from paloverde.installation import Installation, Purpose, open_installation
from paloverde.platforms.conversation import Gap, Listing
from paloverde.records import Kind
from paloverde.settings import load
from paloverde.state.health import note_canary

LAST = date(2026, 11, 22)
ENDED = datetime(2026, 11, 23, 8, tzinfo=UTC)  # of that day, in California
WHOLE = Coverage([Listing("posts", Kind.POST, complete=True, got=1)])
BROKEN = Coverage(gaps=[Gap("posts", Kind.POST, "the site did not answer")])


@dataclass
class Standstill:
    """A city whose clock is moved on after its last nights."""

    shelves: Shelves
    now: datetime = ENDED
    city: Installation = field(init=False)

    def __post_init__(self) -> None:
        home = self.shelves.home
        settings = {"PALOVERDE_HOME": str(home), "PALOVERDE_SIGNING_KEY_FILE": str(home / "key.pem")}
        self.city = open_installation(load(settings), lambda: self.now, purpose=Purpose.WORK)

    def night(self, slug: str, day: date = LAST, coverage: Coverage = WHOLE) -> None:
        add_night(self.city.archive, slug, day, [], coverage=coverage)


@pytest.fixture
def still(tmp_path: Path) -> Standstill:
    return Standstill(Shelves(tmp_path))


@pytest.fixture
def desks(still: Standstill) -> Iterator[Desks]:
    with served(Desks(still.city)) as running:
        yield running


def lines_of(page: str) -> Sequence[str]:
    """The lines of the first page about accounts."""
    return [line for line in page.splitlines() if "<li" in line and "/accounts" in line and "</a> " in line]


def test_after_a_day_and_a_half_without_a_night_today_warns_and_after_three_days_it_is_urgent(
    still: Standstill, desks: Desks
) -> None:
    still.night(FB)
    still.night(X)
    still.now = ENDED + timedelta(hours=35)
    assert not lines_of(desks.get("/", Role.IT).text)
    still.now = ENDED + timedelta(hours=37)
    (line,) = lines_of(desks.get("/", Role.IT).text)
    assert "desk-urgent" not in line
    still.now = datetime(2029, 6, 5, 20, tzinfo=UTC)
    for role in (Role.IT, Role.CLERK, Role.COUNSEL, Role.PUBLIC_AFFAIRS):
        (line,) = lines_of(desks.get("/", role).text)
        assert "desk-urgent" in line
        told = text_of(desks.get("/accounts", role))
        assert (
            "All accounts: Nothing was archived of any account since the night of Sunday, November 22, 2026, "
            "926 days ago." in told
        )
        assert told.count("last complete night is that of") == 0


def test_one_account_that_stands_still_beside_others_is_named(still: Standstill, desks: Desks) -> None:
    for n in range(5):
        still.night(FB, LAST + timedelta(days=n))
        still.night(X, LAST + timedelta(days=n), BROKEN if n else WHOLE)
    still.now = ENDED + timedelta(days=4, hours=2)
    told = text_of(desks.get("/", Role.IT))
    assert f"{X} Its last complete night is that of Sunday, November 22, 2026, 5 days ago. To do: see" in told
    assert FB not in told
    assert "Its last complete night" in text_of(desks.get(f"/accounts/{X}", Role.IT))
    assert "Its last complete night is" not in text_of(desks.get(f"/accounts/{FB}", Role.IT))


def test_an_account_that_was_never_archived_is_told_some_days_after_it_was_registered(
    still: Standstill, desks: Desks
) -> None:
    still.now = ENDED + timedelta(days=10)
    still.night(FB, still.now.date() - timedelta(days=1))
    assert f"{X} No night was complete since it was registered on Wednesday" in text_of(desks.get("/"))


def test_what_to_do_is_told_to_it_with_the_page_for_it_and_the_others_tell_it(
    still: Standstill, desks: Desks
) -> None:
    still.night(FB)
    still.night(X, LAST - timedelta(days=2))
    still.now = ENDED + timedelta(hours=30)
    told = desks.get("/accounts", Role.IT)
    assert "nightly_archive" in text_of(told)
    assert f'href="/accounts/{X}/night?day=2026-11-23">Go to “Archive a day”' in told.text
    assert "`" not in text_of(told)
    for role in (Role.CLERK, Role.COUNSEL, Role.PUBLIC_AFFAIRS, Role.AUDITOR):
        for page in ("/", "/accounts", f"/accounts/{X}", "/about"):
            said = text_of(desks.get(page, role))
            assert "4 days ago. Tell IT." in said
            assert [word for word in ("paloverde", "nightly_archive", "To do:") if word in said] == []


def test_a_night_at_the_sites_limit_goes_on_by_itself_and_its_cause_is_told_to_it_alone(
    still: Standstill, desks: Desks
) -> None:
    cause = Gap("night", Kind.OTHER, f"it broke off: {HOSTILE[0]} may be asked again in 945 minutes")
    still.night(FB)
    still.night(X, LAST - timedelta(days=1))
    still.night(X, LAST, Coverage(gaps=[cause], broken_off=BrokenOff.LIMIT))
    still.now = ENDED + timedelta(hours=2)
    said = text_of(desks.get("/", Role.CLERK))
    assert "broke off on Sunday, November 22, 2026, at 2:00 a.m. Pacific time at the site’s limit" in said
    assert "it goes on by itself" in said
    assert "minutes" not in said
    assert "goes on by itself. Tell IT" not in said
    answer = desks.get("/", Role.IT)
    assert "945 minutes" in text_of(answer)
    assert not harm_in(answer.text)


def test_a_refused_token_is_urgent_and_what_the_site_said_is_told_to_it_alone(
    still: Standstill, desks: Desks
) -> None:
    still.night(FB)
    still.night(X)
    note_canary(still.city.vault.books, X, False, "HTTP 401", still.now)
    said = text_of(desks.get("/accounts", Role.CLERK))
    when = "Monday, November 23, 2026, at 12:00 a.m. Pacific time"
    assert f"{X}: Its site refused the token on {when}. Tell IT." in said
    assert "HTTP 401" in text_of(desks.get("/accounts", Role.IT))


def test_whoever_sees_some_accounts_reads_no_warning_of_another(still: Standstill, desks: Desks) -> None:
    still.night(X, LAST + timedelta(days=5))
    still.now = ENDED + timedelta(days=5)
    assert FB in text_of(desks.get("/"))
    assert FB not in text_of(desks.get("/", LIMITED))
