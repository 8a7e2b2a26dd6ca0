"""Long work: it goes on when its page is left, says how far it is, and says so when it broke off."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from fastapi import Request
from sqlalchemy import select

from desk.desks import PERSONS, Desks, served, text_of, until
from paloverde.desk.jobs import JOBS, Job, Jobs, Progress, Work
from paloverde.desk.paces import Paces
from paloverde.desk.people import Role
from paloverde.desk.rights import Act
from paloverde.desk.visit import Desk, Visit, Visitor
from paloverde.errors import BadQuestion
from paloverde.state.tables import JOBS as TABLE
from requesthall import RequestHall

NOW = datetime(2026, 11, 18, 20, tzinfo=UTC)


class Clock:
    now = NOW

    def __call__(self) -> datetime:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def jobs(clock: Clock) -> Jobs:
    return Jobs(clock, beat_seconds=0.05)


class Hall:
    """Somebody at the desk who begins long work."""

    def __init__(self, hall: RequestHall, jobs: Jobs) -> None:
        self.hall, self.jobs, self.books = hall, jobs, hall.city.vault.books

    def visit(self, role: Role = Role.CLERK) -> Visit:
        desk = Desk(lambda: self.hall.city, None, Paces())  # type: ignore[arg-type] # nobody comes in by it
        return Visit(Request({"type": "http"}), desk, Visitor(PERSONS[role], "a secret"))

    def start(self, work: Work, subject: str = "one", role: Role = Role.CLERK, act: Act | None = None) -> str:
        return self.jobs.start(self.visit(role), "The bundle", subject, work, again="/again", act=act)

    def find(self, path: str) -> Job:
        job = self.jobs.find(self.books, path.removeprefix("/progress/"))
        assert job is not None
        return job

    def ended(self, path: str) -> Job:
        until(lambda: self.find(path).outcome)
        return self.find(path)


@pytest.fixture
def desk(hall: RequestHall, jobs: Jobs) -> Hall:
    return Hall(hall, jobs)


def test_it_tells_how_far_it_is_and_where_its_outcome_lies(desk: Hall) -> None:
    go, told = threading.Event(), threading.Event()

    def work(progress: Progress) -> str:
        progress("Half of it is done.", 0.5)
        told.set()
        assert go.wait(20)
        return "/there"

    path = desk.start(work)
    assert told.wait(20)
    job = desk.find(path)
    assert (job.said, job.percent, job.outcome, job.name) == ("Half of it is done.", 50, "", "Cleo Park")
    go.set()
    job = desk.ended(path)
    assert (job.outcome, job.link, job.percent, job.ended) == ("done", "/there", 100, NOW)


def test_one_of_a_kind_and_subject_runs_at_a_time(desk: Hall) -> None:
    go = threading.Event()

    def work(progress: Progress) -> str:
        assert go.wait(20)
        return f"/{progress.id}"

    first = desk.start(work)
    assert desk.start(work) == first
    assert desk.start(work, role=Role.COUNSEL) == first
    other = desk.start(work, subject="two")
    assert other != first
    go.set()
    desk.ended(first)
    desk.ended(other)
    again = desk.start(work)
    assert again != first
    desk.ended(again)


def test_no_more_than_two_work_at_once_and_the_others_wait_for_their_turn(desk: Hall) -> None:
    go, most, working, lock = threading.Event(), 0, 0, threading.Lock()

    def work(progress: Progress) -> str:
        nonlocal most, working
        with lock:
            working += 1
            most = max(most, working)
        assert go.wait(20)
        with lock:
            working -= 1
        return "/there"

    paths = [desk.start(work, subject=str(number)) for number in range(4)]
    until(lambda: working == 2)
    waiting = [desk.find(path) for path in paths if desk.find(path).said == "It waits for its turn."]
    assert len(waiting) >= 2
    go.set()
    assert [desk.ended(path).outcome for path in paths] == ["done"] * 4
    assert most == 2


def test_a_refusal_is_told_in_its_own_words(desk: Hall) -> None:
    def work(progress: Progress) -> str:
        raise BadQuestion("The days are in the wrong order: exchange them.")

    job = desk.ended(desk.start(work))
    assert (job.outcome, job.said) == ("refused", "The days are in the wrong order: exchange them.")


def test_a_fault_of_ours_is_logged_and_told_without_its_insides(
    desk: Hall, caplog: pytest.LogCaptureFixture
) -> None:
    def work(progress: Progress) -> str:
        raise ZeroDivisionError("a secret")

    job = desk.ended(desk.start(work))
    assert job.outcome == "failed"
    assert "secret" not in job.said
    assert "ZeroDivisionError" in caplog.text


def test_work_gives_a_sign_of_life_while_it_says_nothing(desk: Hall, clock: Clock) -> None:
    go = threading.Event()

    def work(progress: Progress) -> str:
        assert go.wait(20)
        return "/there"

    path = desk.start(work)
    clock.now += timedelta(minutes=10)
    with desk.books.connect() as connection:
        until(lambda: connection.execute(select(TABLE.c.seen)).scalar() == clock.now)
    assert desk.find(path).outcome == ""
    go.set()
    assert desk.ended(path).outcome == "done"


def test_work_whose_process_died_broke_off_and_can_be_begun_again(desk: Hall, clock: Clock) -> None:
    with desk.books.begin() as connection:
        lost = Job("0" * 32, "The bundle", "one", "clerk", "Cleo Park", "", "/again", NOW, NOW,
                   "Half of it", 50, None, "", "")  # fmt: skip
        connection.execute(
            TABLE.insert().values({name: getattr(lost, name) for name in lost.__struct_fields__})
        )
    assert desk.find(lost.path).outcome == ""
    clock.now += timedelta(minutes=2)
    again = desk.start(lambda _: "/there")
    assert desk.find(lost.path).outcome == "broken"
    assert desk.ended(again).outcome == "done"


@pytest.fixture
def page(desk: Hall) -> Iterator[Desks]:
    with served(Desks(desk.hall.city)) as running:
        yield running


def test_its_page_says_what_came_of_it_and_how_it_is_begun_again(desk: Hall, page: Desks) -> None:
    hostile = "<script>alert(1)</script>"

    def work(progress: Progress) -> str:
        raise BadQuestion(hostile)

    path = desk.start(work, subject=hostile)
    desk.ended(path)
    answer = page.get(path)
    assert "could not be done" in text_of(answer)
    assert 'href="/again"' in answer.text
    assert hostile not in answer.text
    assert "data-refresh" not in answer.text


def test_its_page_asks_again_while_it_runs_and_todays_page_leads_to_it(desk: Hall, page: Desks) -> None:
    go = threading.Event()

    def work(progress: Progress) -> str:
        progress("A third is done.", 1 / 3)
        assert go.wait(20)
        return "/requests"

    desk.jobs = JOBS  # that of the desk
    path = desk.start(work)
    until(lambda: "A third is done" in page.get(path).text)
    running = page.get(path).text
    assert f'data-refresh="{path}"' in running
    assert '<progress max="100" value="33"' in running
    assert f'href="{path}"' in page.get("/").text
    go.set()
    until(lambda: 'href="/requests">Open what was made' in page.get(path).text)


def test_work_is_shown_to_whoever_began_it_and_to_whoever_may_do_the_same(desk: Hall, page: Desks) -> None:
    own = desk.start(lambda _: "/there", subject="own")
    shared = desk.start(lambda _: "/there", subject="shared", act=Act.BUILD_BUNDLES)
    for path in (own, shared):
        desk.ended(path)
    assert [page.get(path).status_code for path in (own, shared)] == [200, 200]
    assert [page.get(path, Role.COUNSEL).status_code for path in (own, shared)] == [404, 200]
    assert [page.get(path, Role.AUDITOR).status_code for path in (own, shared)] == [404, 404]
    assert page.get("/progress/" + "0" * 32).status_code == 404
