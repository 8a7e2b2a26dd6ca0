"""Purses: what one line was told holds for all, and units are counted together."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta

import pytest

from paloverde.errors import RateLimited
from paloverde.platforms.conversation import Answer, Budget, Request, Verdict
from paloverde.platforms.line import Line, Rules
from paloverde.platforms.network import Limits
from paloverde.platforms.purse import Pocket, SharedPurse
from paloverde.records import Account
from paloverde.state.books import open_books
from paloverde.state.budgets import Budgets
from plaza import ACCOUNT, TOKEN, Plaza, PlazaSite, plaza

OTHER = Account("plaza-other", "plaza", "200", "Another")
DAY = date(2026, 11, 22)
EVENING = datetime(2026, 11, 23, 7, 59, tzinfo=UTC)  # a minute before midnight in California


class Metered(Plaza):
    """A Plaza that counts units by the day, for the whole app."""

    budgets = (Budget("units", 1000, "America/Los_Angeles"),)

    def lane(self, request: Request) -> str:
        return request.path.split("/")[1]

    def cost(self, request: Request) -> int:
        return 5


class PerAccount(Plaza):
    budgets = (Budget("calls", 3, "UTC", "account"),)


@pytest.fixture
def budgets(books_url: str) -> Budgets:
    return Budgets(open_books(books_url))


@pytest.fixture
def site() -> Iterator[PlazaSite]:
    with plaza() as running:
        running.post("p1", "a post")
        yield running


def test_a_pocket_waits_for_its_lane_and_for_what_concerns_all() -> None:
    time = [0.0]
    pocket = Pocket(lambda: time[0])
    pocket.pause("dm", 60)
    assert (pocket.free_in("dm"), pocket.free_in("posts")) == (60, 0)
    pocket.pause("", 10)
    assert (pocket.free_in("dm"), pocket.free_in("posts")) == (60, 10)
    time[0] = 61
    assert (pocket.free_in("dm"), pocket.free_in("posts")) == (0, 0)


def test_units_are_set_aside_in_blocks_and_the_rest_given_back(budgets: Budgets) -> None:
    purse = SharedPurse(budgets, Metered(), ACCOUNT, lambda: EVENING)
    assert purse.spend(1) == 0.0
    assert budgets.used("plaza", "units", "", DAY) == 10  # a hundredth of the day
    assert purse.spend(5) == 0.0
    purse.close()
    assert budgets.used("plaza", "units", "", DAY) == 6


def test_a_day_that_is_used_up_begins_anew_at_midnight_of_the_sites_zone(budgets: Budgets) -> None:
    now = [EVENING]
    purse = SharedPurse(budgets, Metered(), ACCOUNT, lambda: now[0])
    assert budgets.take("plaza", "units", "", DAY, 999, 1000)
    assert purse.spend(1) == 0.0  # the last one, where no whole block is left
    assert purse.spend(1) == 60.0
    now[0] += timedelta(seconds=61)
    assert purse.spend(1) == 0.0


def test_a_budget_of_the_account_is_not_shared_and_one_of_the_app_is(budgets: Budgets) -> None:
    for account in (ACCOUNT, OTHER):
        purse = SharedPurse(budgets, PerAccount(), account, lambda: EVENING)
        assert [purse.spend(1) > 0 for _ in range(4)] == [False, False, False, True]
    first, second = (SharedPurse(budgets, Metered(), one, lambda: EVENING) for one in (ACCOUNT, OTHER))
    assert first.spend(996) == 0.0
    assert second.spend(5) > 0


def test_a_pause_that_one_line_was_told_holds_for_the_next(budgets: Budgets) -> None:
    first = SharedPurse(budgets, PerAccount(), ACCOUNT, lambda: EVENING)
    first.pause("dm", 900)
    first.pause("posts", 0.2)  # too short to be told to others
    second = SharedPurse(budgets, PerAccount(), ACCOUNT, lambda: EVENING)
    assert (second.free_in("dm"), second.free_in("posts")) == (900, 0)
    stranger = SharedPurse(budgets, PerAccount(), OTHER, lambda: EVENING)
    assert stranger.free_in("dm") == 0
    of_the_app = SharedPurse(budgets, Metered(), ACCOUNT, lambda: EVENING)
    of_the_app.pause("dm", 900)
    assert SharedPurse(budgets, Metered(), OTHER, lambda: EVENING).free_in("dm") == 900


def test_an_odd_pause_of_years_is_not_passed_on(budgets: Budgets) -> None:
    SharedPurse(budgets, PerAccount(), ACCOUNT, lambda: EVENING).pause("dm", 1e9)
    assert SharedPurse(budgets, PerAccount(), ACCOUNT, lambda: EVENING).free_in("dm") == 25 * 3600


def test_a_line_waits_over_midnight_where_it_is_near(budgets: Budgets, site: PlazaSite) -> None:
    now, waited = [EVENING], []

    def sleep(seconds: float) -> None:
        waited.append(seconds)
        now[0] += timedelta(seconds=seconds)

    budgets.take("plaza", "units", "", DAY, 1000, 1000)
    purse = SharedPurse(budgets, Metered(), ACCOUNT, lambda: now[0])
    rules = Rules(loopback=True, clock_skew=1e9)
    with Line(
        Metered(), site.url, TOKEN, clock=lambda: now[0], purse=purse, rules=rules, sleep=sleep
    ) as line:
        assert line.ask(Request("/posts"), lambda _: None).status == 200
    assert waited == [60.0]
    assert budgets.used("plaza", "units", "", DAY + timedelta(1)) == 5


def test_a_second_line_does_not_run_into_the_wall_that_stopped_the_first(
    budgets: Budgets, site: PlazaSite
) -> None:
    class Walled(Metered):
        def judge(self, answer: Answer, now: datetime) -> Verdict:
            verdict = super().judge(answer, now)
            return Verdict(verdict.call, verdict.reason, 3600.0) if answer.status == 429 else verdict

    def now() -> datetime:
        return datetime.now(UTC)

    def line(account: Account) -> Line:
        purse = SharedPurse(budgets, Walled(), account, now)
        rules = Rules(loopback=True, clock_skew=300)
        return Line(Walled(), site.url, TOKEN, clock=now, purse=purse, limits=Limits(), rules=rules)

    site.broken["/posts"] = (429, b"{}")
    with line(ACCOUNT) as first, pytest.raises(RateLimited):
        first.ask(Request("/posts"), lambda _: None)
    with line(OTHER) as second:
        with pytest.raises(RateLimited, match=r"may be asked again on \w+day, ") as told:
            second.ask(Request("/posts"), lambda _: None)
        assert second.ask(Request("/comments/p1"), lambda _: None).status == 200  # another lane
    assert told.value.retry_after == pytest.approx(3600, abs=30)
    assert site.asked == ["/posts", "/comments/p1"]
