"""Who may do what, asked of Airflow's own web server with our auth manager in it."""

from __future__ import annotations

import asyncio
import base64
import itertools
import json
import os
import re
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from airflow.configuration import conf
from starlette.requests import Request
from starlette.routing import Mount, Route

from orchestration.city import PASSWORD
from orchestration.isolated import AIRFLOWS_OWN_WARNINGS, TestClient
from paloverde.desk.app import desk_app, routes_of
from paloverde.desk.areas import PAGES
from paloverde.desk.opened import Opened
from paloverde.desk.people import People, Role
from paloverde.desk.rights import MAY
from paloverde.orchestration.airflow_door import AirflowDoor, Marked
from paloverde.orchestration.airflow_door import app as desk
from paloverde.orchestration.airflow_rest import MARK, STARTED_BY, mark_of
from paloverde.orchestration.residents import opening
from paloverde.orchestration.roles import ALL_DAGS, RIGHTS, Dag

pytestmark = AIRFLOWS_OWN_WARNINGS


@pytest.fixture(scope="session")
def server(city_home: Path) -> Iterator[Any]:
    """Airflow's web server, with our DAGs known to it and nothing running."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        from airflow.api_fastapi.app import create_app, purge_cached_app  # noqa: PLC0415 - takes seconds
        from airflow.dag_processing.bundles.manager import DagBundlesManager  # noqa: PLC0415
        from airflow.dag_processing.dagbag import DagBag, sync_bag_to_db  # noqa: PLC0415
        from airflow.utils.db import initdb  # noqa: PLC0415

        initdb()
        DagBundlesManager().sync_bundles_to_db()
        sync_bag_to_db(
            DagBag(os.environ["AIRFLOW__CORE__DAGS_FOLDER"], bundle_name="dags-folder"), "dags-folder", None
        )
        purge_cached_app()
        app = create_app(apps="core")
        yield app
        purge_cached_app()


@pytest.fixture(scope="session")
def stranger(server: Any) -> TestClient:
    return TestClient(server, "http://127.0.0.1", follow_redirects=False, raise_server_exceptions=False)


@pytest.fixture(scope="session")
def people(stranger: TestClient, server: Any) -> dict[Role, TestClient]:
    """A signed-in person of each role, as a program."""
    return {role: signed_in(server, stranger, role) for role in Role}


def signed_in(server: Any, stranger: TestClient, username: str) -> TestClient:
    answer = stranger.post("/auth/token", json={"username": username, "password": PASSWORD})
    assert answer.status_code == 201, answer.text
    headers = {"Authorization": f"Bearer {answer.json()['access_token']}"}
    return TestClient(
        server, "http://127.0.0.1", headers=headers, follow_redirects=False, raise_server_exceptions=False
    )


EVERYBODY = set(Role) - {Role.EMPLOYEE}
# All that Airflow shows to somebody who reports content and does nothing else: the frame around the desk.
FRAME = ("/api/v2/plugins", "/ui/auth/me", "/ui/config", "/ui/auth/menus", "/paloverde/")
IT, CLERK, COUNSEL, AUDITOR = Role.IT, Role.CLERK, Role.COUNSEL, Role.AUDITOR
READ_NIGHTS = EVERYBODY
READ_ALL = EVERYBODY - {Role.PUBLIC_AFFAIRS}
RUN = {"logical_date": None}
REQUEST = {**RUN, "conf": {"request_number": "PRA-2026-0042", "words": "street"}}

# method, path, body, who may. Whoever may gets an answer that is neither 401 nor 403.
MATRIX: list[tuple[str, str, Any, set[Role]]] = [
    ("GET", "/api/v2/dags", None, EVERYBODY),
    ("GET", "/api/v2/dags/nightly_archive", None, READ_NIGHTS),
    ("GET", "/api/v2/dags/fixity_check", None, READ_ALL),
    ("GET", "/api/v2/dags/records_request/dagRuns", None, READ_ALL),
    ("GET", "/api/v2/dags/nightly_archive/dagRuns", None, READ_NIGHTS),
    ("GET", "/api/v2/dags/~/dagRuns", None, EVERYBODY),
    ("POST", "/api/v2/dags/nightly_archive/dagRuns", RUN, {IT}),
    ("POST", "/api/v2/dags/removal_check/dagRuns", RUN, {IT}),
    ("POST", "/api/v2/dags/fixity_check/dagRuns", RUN, {IT}),
    ("GET", "/api/v2/dags/account_health", None, READ_ALL),
    ("POST", "/api/v2/dags/account_health/dagRuns", RUN, {IT}),
    ("POST", "/api/v2/dags/records_request/dagRuns", REQUEST, {CLERK}),
    ("PATCH", "/api/v2/dags/nightly_archive", {"is_paused": False}, {IT}),
    ("PATCH", "/api/v2/dags/records_request", {"is_paused": False}, {IT}),
    ("PATCH", "/api/v2/dags?dag_id_pattern=%25", {"is_paused": False}, {IT}),
    ("DELETE", "/api/v2/dags/nightly_archive", None, set()),
    ("DELETE", "/api/v2/dags/nightly_archive/dagRuns/x", None, set()),
    ("PATCH", "/api/v2/dags/nightly_archive/dagRuns/x", {"state": "success"}, {IT}),
    ("PATCH", "/api/v2/dags/records_request/dagRuns/x", {"state": "success"}, set()),
    ("POST", "/api/v2/dags/nightly_archive/clearTaskInstances", {"dry_run": True}, {IT}),
    ("POST", "/api/v2/dags/records_request/clearTaskInstances", {"dry_run": True}, set()),
    (
        "GET",
        "/api/v2/dags/nightly_archive/dagRuns/x/taskInstances/y/logs/1",
        None,
        {IT, CLERK, COUNSEL, AUDITOR},
    ),
    ("GET", "/api/v2/dags/nightly_archive/dagRuns/x/taskInstances/y/xcomEntries", None, {IT, AUDITOR}),
    (
        "POST",
        "/api/v2/dags/nightly_archive/dagRuns/x/taskInstances/y/xcomEntries",
        {"key": "k", "value": 1},
        set(),
    ),
    ("PATCH", "/api/v2/dags/nightly_archive/dagRuns/x/taskInstances/y", {"new_state": "success"}, {IT}),
    ("POST", "/api/v2/dags/disposition_review/dagRuns", RUN, {CLERK, Role.APPROVER}),
    ("PATCH", "/api/v2/dags/disposition_review", {"is_paused": False}, {IT}),
    ("PATCH", "/api/v2/dags/disposition_review/dagRuns/x", {"state": "success"}, set()),
    ("PATCH", "/api/v2/dags/disposition_review/dagRuns/x/taskInstances/y", {"new_state": "success"}, set()),
    ("POST", "/api/v2/dags/disposition_review/clearTaskInstances", {"dry_run": True}, set()),
    (
        "PATCH",
        "/api/v2/dags/disposition_review/dagRuns/x/taskInstances/y/-1/hitlDetails",
        {"chosen_options": ["z"]},
        {CLERK, Role.APPROVER},
    ),
    ("GET", "/api/v2/dagSources/nightly_archive", None, {IT, AUDITOR}),
    ("GET", "/api/v2/eventLogs", None, {IT, AUDITOR}),
    ("GET", "/api/v2/connections", None, {IT}),
    ("POST", "/api/v2/connections", {"connection_id": "c", "conn_type": "generic"}, {IT}),
    ("DELETE", "/api/v2/connections/c", None, {IT}),
    ("GET", "/api/v2/variables", None, {IT}),
    ("POST", "/api/v2/variables", {"key": "k", "value": "v"}, set()),
    ("GET", "/api/v2/pools", None, {IT, AUDITOR}),
    ("POST", "/api/v2/pools", {"name": "p", "slots": 1}, {IT}),
    ("GET", "/api/v2/config", None, set()),
    ("GET", "/api/v2/importErrors", None, {IT, AUDITOR}),
    ("GET", "/api/v2/jobs", None, {IT, AUDITOR}),
    ("GET", "/api/v2/plugins", None, EVERYBODY),
    ("GET", "/api/v2/providers", None, {IT, AUDITOR}),
    ("GET", "/api/v2/assets", None, {IT, AUDITOR}),
    (
        "POST",
        "/api/v2/backfills",
        {"dag_id": "nightly_archive", "from_date": "2026-01-01", "to_date": "2026-01-02"},
        {IT},
    ),
    ("GET", "/paloverde/", None, EVERYBODY),
    ("GET", "/paloverde/about", None, EVERYBODY),
    ("GET", "/paloverde/search", None, {CLERK, COUNSEL, AUDITOR, Role.PUBLIC_AFFAIRS}),
    ("GET", "/ui/auth/me", None, EVERYBODY),
    ("GET", "/ui/dashboard/dag_stats", None, EVERYBODY),
    # What the UI draws its list of DAGs, a DAG's page and its menu from.
    ("GET", "/ui/dags", None, EVERYBODY),
    ("GET", "/ui/config", None, EVERYBODY),
    ("GET", "/ui/auth/menus", None, EVERYBODY),
    ("GET", "/ui/grid/runs/nightly_archive", None, EVERYBODY),
    ("GET", "/ui/grid/structure/nightly_archive", None, EVERYBODY),
    ("GET", "/api/v2/dags/nightly_archive/details", None, EVERYBODY),
    ("GET", "/api/v2/dags/~/dagRuns/~/hitlDetails", None, EVERYBODY),
]
NAMES = [f"{method} {path}" for method, path, _, _ in MATRIX]


@pytest.mark.parametrize(("method", "path", "body", "may"), MATRIX, ids=NAMES)
def test_who_may_is_answered_and_everybody_else_refused(
    people: dict[Role, TestClient], method: str, path: str, body: Any, may: set[Role]
) -> None:
    refused = {
        role for role, person in people.items() if person.request(method, path, json=body).status_code == 403
    }
    assert refused - {Role.EMPLOYEE} == EVERYBODY - may
    assert (Role.EMPLOYEE in refused) is (path not in FRAME)


def test_it_refuses_an_outsider(stranger: TestClient) -> None:
    for method, path, body, _ in MATRIX:
        assert stranger.request(method, path, json=body).status_code == 401, f"{method} {path}"


def test_public_affairs_sees_two_dags_in_the_list_and_the_clerk_all(people: dict[Role, TestClient]) -> None:
    def seen(role: Role) -> set[str]:
        return {dag["dag_id"] for dag in people[role].get("/api/v2/dags").json()["dags"]}

    assert seen(Role.PUBLIC_AFFAIRS) == {Dag.NIGHTLY, Dag.REMOVALS}
    assert seen(Role.CLERK) == seen(Role.IT) == ALL_DAGS


def test_the_menu_shows_what_a_role_can_open(people: dict[Role, TestClient]) -> None:
    for role, person in people.items():
        shown = set(person.get("/ui/auth/menus").json()["authorized_menu_items"])
        assert shown == RIGHTS[role].menu


def test_a_role_that_has_no_entry_has_no_right() -> None:
    assert set(RIGHTS) == set(Role)
    for rights, method in itertools.product(RIGHTS.values(), ("GET", "POST", "PUT", "DELETE")):
        assert not rights.on_dag(method, "RUN", "another_dag")
        assert not rights.on_dag(method, "A_PART_THAT_AIRFLOW_ADDS_LATER", Dag.NIGHTLY)
        assert not rights.on_dag(method, "A_PART_THAT_AIRFLOW_ADDS_LATER", None)


def test_nobody_deletes_or_forges_the_history_of_a_run() -> None:
    for rights, dag in itertools.product(RIGHTS.values(), ALL_DAGS):
        for part in ("DAG", "RUN", "TASK_INSTANCE", "XCOM", "HITL_DETAIL"):
            assert not rights.on_dag("DELETE", part, dag)
        for method in ("POST", "PUT"):
            assert not rights.on_dag(method, "XCOM", dag)
        assert not rights.on_dag("POST", "HITL_DETAIL", dag)


# What may answer a stranger: the way in, and what a load balancer asks. Nothing of the city's is in it.
OPEN = {
    "/api/v2/auth/login",  # redirects to the sign-in page
    "/api/v2/auth/logout",
    "/api/v2/monitor/health",
    "/api/v2/version",
    "/api/v2/{_:path}",
    "/api/{_:path}",
    "/api/v1/{_:path}",
    "/health",
    "/{rest_of_path:path}",  # the empty page that Airflow's UI is drawn in
    "/openapi.json",
    "/auth/login",
    "/auth/login/password",  # changes nothing without the password
    "/auth/left",  # takes the cookie of whoever signed out
    "/auth/token",
    "/auth/token/cli",
}
FILES = {"/static", "/paloverde/static"}  # Airflow's own scripts and pictures, and the desk's


def routes(app: Any, prefix: str = "") -> Iterator[tuple[str, str]]:
    """Every (method, path) that an application and all that is mounted in it serve."""
    for route in app.routes:
        if isinstance(route, Mount):
            yield from routes(route, prefix + route.path) if route.routes else [("GET", prefix + route.path)]
        elif isinstance(route, Route):
            for method in sorted((route.methods or {"GET"}) - {"HEAD", "OPTIONS"}):
                yield method, prefix + route.path


def test_nothing_that_is_mounted_answers_a_stranger(server: Any, stranger: TestClient) -> None:
    served = sorted(set(routes(server)))
    assert ("GET", "/paloverde/about") in served
    assert len(served) > 150
    answered = []
    for method, path in served:
        if path in OPEN | FILES:
            continue
        code = stranger.request(
            method, path.replace("{", "").replace("}", "").replace(":path", "")
        ).status_code
        if code not in (401, 403):
            answered.append((method, path, code))
    assert answered == []


def test_the_browser_is_led_to_the_sign_in_page_and_back(stranger: TestClient, server: Any) -> None:
    led = stranger.get("/api/v2/auth/login", params={"next": "http://127.0.0.1/dags/nightly_archive"})
    assert led.headers["location"].startswith("/auth/login?next=")
    browser = TestClient(server, "http://127.0.0.1", follow_redirects=False)
    answer = browser.post(
        "/auth/login",
        data={"username": "clerk", "password": PASSWORD, "next": "http://127.0.0.1/dags/nightly_archive"},
    )
    assert (answer.status_code, answer.headers["location"]) == (303, "/dags/nightly_archive")
    assert "HttpOnly" in answer.headers["set-cookie"]
    assert browser.get("/ui/auth/me").json() == {"id": "clerk", "username": "The clerk (clerk)"}
    page = browser.get("/paloverde/about")
    assert page.status_code == 200
    assert "You are signed in as The clerk (clerk)." in page.text
    assert 'href="/paloverde/about"' in page.text or 'href="/paloverde/"' in page.text
    assert "sign-out" not in page.text  # Airflow's menu has its own way out
    assert "frame-ancestors 'self'" in page.headers["content-security-policy"]


def test_a_form_of_the_desk_is_bound_to_airflows_token(stranger: TestClient, server: Any) -> None:
    person = signed_in(server, stranger, Role.CLERK)
    door = AirflowDoor()
    visitors = [
        asyncio.run(door.visitor(Request({"type": "http", "headers": headers})))
        for headers in (
            [(b"authorization", person.headers["authorization"].encode())],
            [(b"cookie", f"_token={person.headers['authorization'].split()[1]}".encode())],
            [(b"authorization", signed_in(server, stranger, Role.CLERK).headers["authorization"].encode())],
        )
    ]
    sessions = [visitor.session for visitor in visitors if visitor]
    assert len(sessions) == 3
    assert sessions[0] == sessions[1] != sessions[2]
    assert person.headers["authorization"].split()[1] not in sessions[0]


def test_the_desk_in_airflow_takes_no_form_but_its_own(people: dict[Role, TestClient]) -> None:
    forms = [
        route.path
        for route in routes_of(desk)
        if "POST" in route.methods and (route.openapi_extra or {})["act"] in MAY[CLERK]
    ]
    assert forms
    for path in forms:
        address = f"/paloverde{re.sub(r'[{][^}]+[}]', 'x', path)}"
        refused = people[CLERK].post(address, data={"form_token": "0" * 64}, follow_redirects=True)
        assert refused.status_code == 400, address
        assert "This form is out of date" in refused.text


def test_the_desk_is_closed_to_who_has_signed_out_or_was_removed(
    stranger: TestClient, server: Any, city_home: Path
) -> None:
    people = People(city_home / "users.json")
    people.put("leaving", "Lea Ving", Role.COUNSEL, PASSWORD)
    person = signed_in(server, stranger, "leaving")
    assert person.get("/paloverde/").status_code == 200
    person.get("/api/v2/auth/logout")
    assert person.get("/paloverde/").status_code == 401
    person = signed_in(server, stranger, "leaving")
    assert person.get("/paloverde/").status_code == 200
    people.remove("leaving")
    assert person.get("/paloverde/").status_code == 401


def test_whoever_sees_some_accounts_alone_has_the_desk_and_nothing_of_airflow(
    stranger: TestClient, server: Any, city_home: Path
) -> None:
    people = People(city_home / "users.json")
    people.put("limited", "Li Moss", Role.CLERK, PASSWORD, accounts=("x-palmaria",))
    person = signed_in(server, stranger, "limited")
    for path in ("/api/v2/dags", "/api/v2/dags/nightly_archive", "/api/v2/dags/records_request/dagRuns"):
        assert person.get(path).status_code == 403
    assert person.post("/api/v2/dags/records_request/dagRuns", json=REQUEST).status_code == 403
    assert person.get("/ui/auth/menus").json()["authorized_menu_items"] == []
    assert person.get("/paloverde/").status_code == 200
    people.remove("limited")


def test_every_answer_of_the_desk_shows_who_started_this_airflow(
    stranger: TestClient, people: dict[Role, TestClient], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert MARK not in stranger.get("/paloverde/").headers
    monkeypatch.setenv(STARTED_BY, "a-secret-of-the-demo")
    for answer in (
        stranger.get("/paloverde/"),
        stranger.get("/paloverde/static/desk.css"),
        people[Role.CLERK].get("/paloverde/"),
        people[Role.CLERK].get("/paloverde/nothing"),
    ):
        assert answer.headers[MARK] == mark_of("a-secret-of-the-demo")
        assert "a-secret-of-the-demo" not in str(answer.headers)


def test_our_page_says_in_words_why_it_does_not_open(
    stranger: TestClient, people: dict[Role, TestClient], city_home: Path
) -> None:
    told = stranger.get("/paloverde/about")
    assert told.status_code == 401
    assert "You are not signed in" in told.text
    assert '<a href="/auth/login?next=%2Fplugin%2Frecords%2Fpaloverde%2Fabout"' in told.text
    missing = people[Role.CLERK].get("/paloverde/nothing")
    assert (missing.status_code, "There is no such page" in missing.text) == (404, True)
    key = city_home / "signing-key.pem"
    whole = key.read_bytes()
    try:
        key.chmod(0o600)
        key.write_bytes(b"no key")
        closed = TestClient(
            Marked(desk_app(Opened(opening(None)), AirflowDoor(), PAGES)),
            "http://127.0.0.1",
            headers=people[Role.CLERK].headers,
            raise_server_exceptions=False,
        ).get("/about")
    finally:
        key.write_bytes(whole)
    assert closed.status_code == 503
    assert "The archive cannot be opened just now. Tell IT" in closed.text
    for page in (told, missing, closed):
        assert "default-src 'none'" in page.headers["content-security-policy"]
        assert str(city_home) not in page.text


def test_signing_out_ends_the_session_even_for_who_kept_its_token(stranger: TestClient, server: Any) -> None:
    person = signed_in(server, stranger, Role.COUNSEL)
    assert person.get("/ui/auth/me").status_code == 200
    led = person.get("/api/v2/auth/logout")
    assert led.headers["location"] == "/auth/left"
    left = person.get("/auth/left")
    assert (left.status_code, left.headers["location"]) == (303, "login")
    assert left.headers["clear-site-data"] == '"cache"'
    assert left.headers["set-cookie"].startswith('_token=""; ')
    assert "Max-Age=0; Path=/" in left.headers["set-cookie"]
    assert person.get("/ui/auth/me").status_code in (401, 403)


def test_a_removed_person_and_a_changed_password_end_the_session_at_once(
    stranger: TestClient, server: Any, city_home: Path
) -> None:
    people = People(city_home / "users.json")
    try:
        person = signed_in(server, stranger, Role.APPROVER)
        assert person.get("/api/v2/dags").status_code == 200
        people.put("approver", "The approver", Role.APPROVER, "another long sentence")
        assert person.get("/api/v2/dags").status_code == 403
        people.put("approver", "The approver", Role.APPROVER, PASSWORD)
        person = signed_in(server, stranger, Role.APPROVER)
        people.remove("approver")
        assert person.get("/api/v2/dags").status_code == 403
    finally:
        people.put("approver", "The approver", Role.APPROVER, PASSWORD)


def test_a_new_password_of_ones_own_ends_all_other_sign_ins_and_this_one_goes_on(
    stranger: TestClient, server: Any, city_home: Path
) -> None:
    """At the desk in Airflow's frame, and beside Airflow's own sign-in page."""
    people, own = People(city_home / "users.json"), "seven herons by the pond"
    try:
        program = signed_in(server, stranger, Role.APPROVER)
        with in_a_browser(server) as here:
            form = {"username": Role.APPROVER.value, "password": PASSWORD}
            assert here.post("/auth/login", data=form).status_code == 303
            token = re.search(
                r'name="form_token" value="([0-9a-f]{64})"', here.get("/paloverde/password").text
            )
            assert token is not None
            form = {"form_token": token[1], "current": PASSWORD, "new": own, "again": own}
            answer = here.post("/paloverde/password", data=form)
            assert (answer.status_code, answer.headers["location"]) == (303, "/paloverde/password")
            assert "HttpOnly" in answer.headers["set-cookie"]
            assert "Your password is changed" in here.get("/paloverde/password").text
            assert here.get("/api/v2/dags").status_code == 200
            assert program.get("/api/v2/dags").status_code == 403
            with in_a_browser(server) as elsewhere:
                form = {"username": Role.APPROVER.value, "current": own, "new": PASSWORD, "again": PASSWORD}
                assert elsewhere.post("/auth/login/password", data=form).status_code == 303
                assert elsewhere.get("/api/v2/dags").status_code == 200
            assert here.get("/api/v2/dags").status_code == 403
    finally:
        people.put("approver", "The approver", Role.APPROVER, PASSWORD)


def in_a_browser(server: Any) -> TestClient:
    return TestClient(server, "http://127.0.0.1", follow_redirects=False, raise_server_exceptions=False)


def test_a_new_role_counts_at_once(stranger: TestClient, server: Any, city_home: Path) -> None:
    person = signed_in(server, stranger, Role.AUDITOR)
    assert person.get("/api/v2/eventLogs").status_code == 200
    people = People(city_home / "users.json")
    stored = people.find("auditor")
    assert stored is not None
    try:
        people.put("auditor", "The auditor", Role.PUBLIC_AFFAIRS, PASSWORD)
        assert signed_in(server, stranger, Role.AUDITOR).get("/api/v2/eventLogs").status_code == 403
    finally:
        people.put("auditor", "The auditor", Role.AUDITOR, PASSWORD)


def test_a_sign_in_ends_by_itself_when_airflows_settings_say(stranger: TestClient) -> None:
    kinds = {"/auth/token": "jwt_expiration_time", "/auth/token/cli": "jwt_cli_expiration_time"}
    for path, setting in kinds.items():
        given = stranger.post(path, json={"username": "clerk", "password": PASSWORD}).json()["access_token"]
        body = given.split(".")[1]
        told = json.loads(base64.urlsafe_b64decode(body + "=" * (-len(body) % 4)))
        assert told["exp"] - told["iat"] == conf.getint("api_auth", setting)


def test_a_forged_token_is_refused(stranger: TestClient) -> None:
    for token in ("x.y.z", "eyJhbGciOiJub25lIn0.eyJzdWIiOiJpdCJ9."):
        assert stranger.get("/api/v2/dags", headers={"Authorization": f"Bearer {token}"}).status_code == 403
