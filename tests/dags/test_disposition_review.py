"""The review of a destruction on real Airflow: who may answer, and what no mark, no XCom and no state releases."""

from __future__ import annotations

import os
import threading
import time
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from orchestration.city import PASSWORD
from orchestration.isolated import AIRFLOWS_OWN_WARNINGS, TestClient
from paloverde.desk.people import People, Role
from paloverde.errors import PersonNeeded
from paloverde.installation import Installation, open_installation
from paloverde.orchestration.disposition_steps import APPROVE, WITHDRAW, answered, option
from paloverde.records import Account
from paloverde.retention.orders import Order
from paloverde.settings import load
from paloverde.wording import spoken
from retention.orders_of import ACCOUNT, WAIT, Clock, an_order

pytestmark = [AIRFLOWS_OWN_WARNINGS, pytest.mark.slow]

API = "/api/v2/dags/disposition_review"
REVIEWS = ("clerk_review", "approver_review")


@pytest.fixture(scope="module")
def server(airflow_database: Path, city_home: Path, bag: Any) -> Iterator[Any]:
    """Airflow's web server, which shares its database with the runs of these tests."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        from airflow.api_fastapi.app import create_app, purge_cached_app  # noqa: PLC0415 - takes seconds

        purge_cached_app()
        yield create_app(apps="core")
        purge_cached_app()


@pytest.fixture
def sign_in(server: Any) -> Callable[[str], TestClient]:
    def one(username: str) -> TestClient:
        stranger = TestClient(server, "http://127.0.0.1", raise_server_exceptions=False)
        answer = stranger.post("/auth/token", json={"username": username, "password": PASSWORD})
        assert answer.status_code == 201, answer.text
        headers = {"Authorization": f"Bearer {answer.json()['access_token']}"}
        return TestClient(server, "http://127.0.0.1", headers=headers, raise_server_exceptions=False)

    return one


@pytest.fixture
def people(city_home: Path) -> Iterator[People]:
    """One person of each role; what a test changes ends with it."""
    file = city_home / "users.json"
    before = file.read_bytes()
    yield People(file)
    file.write_bytes(before)


@pytest.fixture
def city(city_home: Path, people: People) -> Installation:
    return open_installation(load(os.environ))


_made = iter(range(1, 1000))


@pytest.fixture
def order(city: Installation) -> Order:
    """An order of its own for each test; its report lies open for some weeks yet."""
    return an_order(city, Clock(datetime.now(UTC) - timedelta(hours=2)), id_=f"order-2026-{next(_made):04d}")


LONGEST = 90  # seconds that a run may take; its runner would wait for ever


def play(dag: Any, act: Callable[[str], None], **conf: str | None) -> dict[str, str]:
    """Run the review as Airflow's own runner does, while people `act` on it; the state of each task then.

    The runner waits for answers, and must have the main thread (time limits are signals): people have another.
    """
    when = datetime(2026, 1, 1, tzinfo=UTC) + timedelta(minutes=next(_made))
    failed: list[BaseException] = []
    ended = threading.Event()

    def people() -> None:
        try:
            run_id = run_at(when)
            act(run_id)
            assert ended.wait(LONGEST), "The run did not end."
        except (Exception, pytest.fail.Exception) as error:  # noqa: BLE001 - raised again in the test's thread
            failed.append(error)
            for task in (*REVIEWS, "carry_out", "propose", "report"):
                force(run_at(when), task, "failed")

    thread = threading.Thread(target=people, daemon=True)
    thread.start()
    done = dag.test(logical_date=when, run_conf=conf)
    ended.set()
    thread.join(LONGEST)
    if failed:
        raise failed[0]
    return {task.task_id: task.state for task in done.get_task_instances()}


@contextmanager
def database() -> Iterator[Any]:
    from airflow.utils.session import create_session  # noqa: PLC0415 - Airflow is ready by now

    with create_session() as session:
        yield session


def wait_for(what: Callable[[], Any], seconds: float = 40) -> Any:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        found = what()
        if found:
            return found
        time.sleep(0.1)
    raise AssertionError("It never came to that.")


def run_at(when: datetime) -> str:
    """The name of the run of a moment, once there is one."""
    from airflow.models.dagrun import DagRun  # noqa: PLC0415
    from sqlalchemy import select  # noqa: PLC0415

    def found() -> Any:
        where = (DagRun.dag_id == "disposition_review", DagRun.logical_date == when)
        with database() as session:
            return session.scalar(select(DagRun.run_id).where(*where))

    return str(wait_for(found))


def detail(person: TestClient, run_id: str, task: str) -> dict[str, Any]:
    """What a person is shown of a review, once it waits for an answer."""

    def found() -> Any:
        state = state_of(person, run_id, task)
        told = person.get(f"{API}/dagRuns/{run_id}/taskInstances/{task}/-1/hitlDetails")
        return told.json() if state == "awaiting_input" and told.status_code == 200 else None

    shown: dict[str, Any] = wait_for(found)
    return shown


def state_of(person: TestClient, run_id: str, task: str) -> str | None:
    state: str | None = person.get(f"{API}/dagRuns/{run_id}/taskInstances/{task}").json().get("state")
    return state


def answer(person: TestClient, run_id: str, task: str, chosen: str) -> int:
    path = f"{API}/dagRuns/{run_id}/taskInstances/{task}/-1/hitlDetails"
    return person.patch(path, json={"chosen_options": [chosen], "params_input": {}}).status_code


def force(run_id: str, task: str, state: str) -> None:
    """What a person with the database's password could do."""
    from airflow.models.taskinstance import TaskInstance  # noqa: PLC0415
    from sqlalchemy import update  # noqa: PLC0415

    with database() as session:
        where = (TaskInstance.run_id == run_id, TaskInstance.task_id == task)
        session.execute(update(TaskInstance).where(*where).values(state=state))


def said(capfd: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture) -> str:
    return "".join(capfd.readouterr()) + caplog.text


@pytest.fixture
def review(bag: Any, order: Order) -> Callable[[Callable[[str], None]], dict[str, str]]:
    return lambda act: play(bag.dags["disposition_review"], act, order=order.id)


Review = Callable[[Callable[[str], None]], dict[str, str]]
SignIn = Callable[[str], TestClient]


def test_two_people_answer_and_their_approvals_are_filed_under_their_names(
    city: Installation, order: Order, review: Review, sign_in: SignIn, capfd: Any, caplog: Any
) -> None:
    runs = []

    def act(run_id: str) -> None:
        runs.append(run_id)
        clerk, approver = sign_in("clerk"), sign_in("approver")
        shown = detail(clerk, run_id, "clerk_review")
        assert shown["subject"] == f"{order.id}: review by the clerk's office"
        assert [user["id"] for user in shown["assigned_users"]] == ["clerk"]
        assert order.lines_sha256 in shown["body"]
        assert "| facebook\\-springfield | SOC\\-COMMENT | comment | 2 | 2 |" in shown["body"]
        detail(approver, run_id, "approver_review")
        assert answer(clerk, run_id, "clerk_review", option(APPROVE, order)) == 200
        assert answer(approver, run_id, "approver_review", option(APPROVE, order)) == 200

    states = review(act)
    assert states == {
        "propose": "success", "report": "success", "clerk_review": "success", "approver_review": "success",
        "carry_out": "skipped",
    }  # fmt: skip
    approvals = city.disposition.standing(order.id).approvals
    assert {(one.username, one.role) for one in approvals} == {("clerk", "clerk"), ("approver", "approver")}
    assert {one.lines_sha256 for one in approvals} == {order.lines_sha256}
    assert all(f"Airflow: disposition_review, {runs[0]}, {one.role}_review" in one.how for one in approvals)
    log = said(capfd, caplog)
    assert f"{order.id} is not carried out yet. The report lies open until {spoken(order.opens_on)}" in log
    assert "resolution is missing" in log


def test_marking_clearing_and_writing_xcoms_is_refused_to_everybody(
    city: Installation, order: Order, review: Review, sign_in: SignIn
) -> None:
    def act(run_id: str) -> None:
        detail(sign_in("clerk"), run_id, "clerk_review")
        for role in Role:
            refused(sign_in(role.value), f"{API}/dagRuns/{run_id}", run_id, order)
        for task in REVIEWS:
            force(run_id, task, "skipped")

    review(act)
    assert city.disposition.standing(order.id).approvals == ()


def refused(person: TestClient, run: str, run_id: str, order: Order) -> None:
    """Everything by which somebody might move a review on without answering it."""
    for task in (*REVIEWS, "carry_out"):
        place = f"{run}/taskInstances/{task}"
        xcom = {"key": "return_value", "value": order.id}
        changed = {"value": "x", "map_index": -1}
        tries = [
            person.patch(place, json={"new_state": "success"}),
            person.patch(f"{place}/-1", json={"new_state": "success"}),
            person.post(f"{place}/xcomEntries", json=xcom),
            person.patch(f"{place}/xcomEntries/return_value", json=changed),
            person.post(
                f"{API}/clearTaskInstances", json={"dry_run": False, "dag_run_id": run_id, "task_ids": [task]}
            ),
        ]
        assert [one.status_code for one in tries] == [403] * len(tries), task
    entities = [{"task_id": task, "map_index": -1, "new_state": "success"} for task in REVIEWS]
    many = {"actions": [{"action": "update", "entities": entities}]}
    tries = [
        person.patch(f"{run}/taskInstances", json=many),
        person.patch(run, json={"state": "success"}),
        person.post(f"{run}/clear", json={"dry_run": False}),
        person.delete(run),
    ]
    assert [one.status_code for one in tries] == [403] * len(tries)


def test_nobody_but_the_assigned_role_answers(
    city: Installation, order: Order, review: Review, sign_in: SignIn
) -> None:
    def act(run_id: str) -> None:
        for task in REVIEWS:
            detail(sign_in("clerk"), run_id, task)
        for role in Role:
            for task in REVIEWS:
                if task != f"{role.value}_review":
                    code = answer(sign_in(role.value), run_id, task, option(APPROVE, order))
                    assert code == 403, (role, task)
        assert answer(sign_in("clerk"), run_id, "clerk_review", "Approve") == 400
        assert answer(sign_in("clerk"), run_id, "clerk_review", option(WITHDRAW, order)) == 200
        wait_for(lambda: city.disposition.standing(order.id).withdrawn)
        assert answer(sign_in("approver"), run_id, "approver_review", option(APPROVE, order)) == 200

    states = review(act)
    assert (states["clerk_review"], states["approver_review"]) == ("skipped", "failed")
    assert "(clerk)" in city.disposition.standing(order.id).withdrawn
    assert city.disposition.standing(order.id).approvals == ()


def test_states_that_were_forced_in_airflows_database_release_nothing(
    city: Installation, order: Order, review: Review, sign_in: SignIn, capfd: Any, caplog: Any
) -> None:
    def act(run_id: str) -> None:
        for task in REVIEWS:
            detail(sign_in("clerk"), run_id, task)
        for task in REVIEWS:
            force(run_id, task, "success")

    assert review(act)["carry_out"] == "skipped"
    log = said(capfd, caplog)
    assert f"{order.id} is not carried out yet" in log
    assert "The approval of one of the clerk's office is missing" in log
    assert "The approval of one of the approvers is missing" in log
    assert city.disposition.standing(order.id).approvals == ()


def test_an_xcom_that_was_forged_turns_no_answer_to_another_order(
    city: Installation, order: Order, review: Review, sign_in: SignIn, capfd: Any, caplog: Any
) -> None:
    """Both orders exist; while the people read the one, what the tasks handed on is changed to the other."""
    other = an_order(city, Clock(datetime.now(UTC)), "c7", id_=f"order-2026-{next(_made):04d}")

    def act(run_id: str) -> None:
        for task in REVIEWS:
            detail(sign_in("clerk"), run_id, task)
        forge(run_id, order.id, other.id)
        for role in ("clerk", "approver"):
            assert answer(sign_in(role), run_id, f"{role}_review", option(APPROVE, other)) == 400
            assert answer(sign_in(role), run_id, f"{role}_review", option(APPROVE, order)) == 200

    assert review(act)["carry_out"] == "skipped"
    assert city.disposition.standing(other.id).approvals == ()
    assert len(city.disposition.standing(order.id).approvals) == 2
    assert f"{other.id} is not carried out yet" in said(capfd, caplog)


def forge(run_id: str, real: str, other: str) -> None:
    from airflow.models.xcom import XComModel  # noqa: PLC0415
    from sqlalchemy import select  # noqa: PLC0415

    with database() as session:
        found = session.scalars(select(XComModel).where(XComModel.run_id == run_id)).all()
        assert found
        for one in found:
            one.value = one.value.replace(real, other)


@pytest.fixture
def ripe(city: Installation, city_home: Path) -> Iterator[Order]:
    """An order that lacks nothing but the two approvals. Its list is of records that are not here."""
    city.register_account(Account(ACCOUNT, "facebook", "1234567", "springfield"))
    clock = Clock(datetime.now(UTC) - timedelta(days=WAIT + 10))
    order = an_order(city, clock, id_=f"order-2026-{next(_made):04d}")
    day, paper = city.disposition.today, city_home / "paper.pdf"
    paper.write_text("Signed.")
    city.disposition.resolution(order.id, "2026-41", day, paper, "clerk")
    city.disposition.consent(order.id, "Rosa Quintero", day, paper, "counsel")
    yield order
    city.remove_account(ACCOUNT, "this test")


def test_once_nothing_is_lacking_it_is_tried_and_an_order_of_which_nothing_can_go_stays_open(
    bag: Any, city: Installation, ripe: Order, sign_in: SignIn
) -> None:
    """The archive knows none of this order's items: nothing is called destroyed, and the task says so."""

    def act(run_id: str) -> None:
        for role in ("clerk", "approver"):
            detail(sign_in(role), run_id, f"{role}_review")
            assert answer(sign_in(role), run_id, f"{role}_review", option(APPROVE, ripe)) == 200

    states = play(bag.dags["disposition_review"], act, order=ripe.id)
    assert [name for name, state in states.items() if state != "success"] == ["carry_out"]
    standing = city.disposition.standing(ripe.id)
    assert {approval.role for approval in standing.approvals} == {"clerk", "approver"}
    assert all(approval.how.startswith("Airflow: disposition_review") for approval in standing.approvals)
    assert not standing.certificate


def test_one_person_who_changes_roles_between_the_reviews_is_refused(
    city: Installation, order: Order, review: Review, people: People, sign_in: SignIn
) -> None:
    """IT gives the clerk the approver's role between the two answers."""
    city.disposition.approve(order.id, "clerk", "clerk", "command line")
    people.put("clerk", "The clerk", Role.APPROVER, PASSWORD)
    people.put("another", "Another clerk", Role.CLERK, PASSWORD)

    def act(run_id: str) -> None:
        shown = detail(sign_in("clerk"), run_id, "approver_review")
        assert {user["id"] for user in shown["assigned_users"]} == {"approver", "clerk"}
        assert answer(sign_in("clerk"), run_id, "approver_review", option(APPROVE, order)) == 200
        detail(sign_in("another"), run_id, "clerk_review")
        assert answer(sign_in("another"), run_id, "clerk_review", option(APPROVE, order)) == 200

    assert review(act)["approver_review"] == "failed"
    approvals = [(one.username, one.role) for one in city.disposition.standing(order.id).approvals]
    assert approvals == [("clerk", "clerk"), ("another", "clerk")]


def test_whoever_loses_the_role_before_the_answer_cannot_give_it(
    city: Installation, order: Order, review: Review, people: People, sign_in: SignIn
) -> None:
    def act(run_id: str) -> None:
        for task in REVIEWS:
            detail(sign_in("clerk"), run_id, task)
        people.put("clerk", "The clerk", Role.IT, PASSWORD)
        assert answer(sign_in("clerk"), run_id, "clerk_review", option(APPROVE, order)) == 403
        for task in REVIEWS:
            force(run_id, task, "skipped")

    review(act)
    assert city.disposition.standing(order.id).approvals == ()


def test_where_nobody_has_the_role_nobody_is_asked(
    city: Installation, order: Order, review: Review, people: People, sign_in: SignIn
) -> None:
    """Without an assigned user, Airflow would take the answer of whoever may answer reviews at all."""
    people.remove("approver")

    def act(run_id: str) -> None:
        detail(sign_in("clerk"), run_id, "clerk_review")
        wait_for(lambda: state_of(sign_in("clerk"), run_id, "approver_review") == "failed")
        assert answer(sign_in("clerk"), run_id, "approver_review", option(APPROVE, order)) == 404
        assert answer(sign_in("clerk"), run_id, "clerk_review", option(APPROVE, order)) == 200

    states = review(act)
    assert (states["clerk_review"], states["approver_review"]) == ("success", "failed")
    assert states["carry_out"] == "upstream_failed"


@pytest.mark.parametrize(
    "chosen", [[], ["Approve"], ["Approve order-2026-0001, list x"], ["Reject", "Approve"], None]
)
def test_an_answer_that_is_no_button_is_none(chosen: Any) -> None:
    with pytest.raises(PersonNeeded, match="none of its two buttons"):
        answered({"chosen_options": chosen})


def test_an_order_that_is_withdrawn_is_not_taken_up_again(
    city: Installation, order: Order, review: Review, capfd: Any, caplog: Any
) -> None:
    city.disposition.withdraw(order.id, "A claim was filed", "counsel")
    assert set(review(lambda _run: None).values()) == {"skipped"}
    assert f"{order.id} was withdrawn: A claim was filed (counsel)" in said(capfd, caplog)


def test_with_nothing_to_destroy_nobody_is_asked(
    bag: Any, city: Installation, capfd: Any, caplog: Any
) -> None:
    for standing in city.disposition.open_orders():
        city.disposition.withdraw(standing.order.id, "the tests of it are done", "clerk")
    assert set(play(bag.dags["disposition_review"], lambda _run: None, order=None).values()) == {"skipped"}
    assert "Nothing may be destroyed: 0 items stay" in said(capfd, caplog)
