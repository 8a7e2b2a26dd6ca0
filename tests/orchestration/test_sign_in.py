from __future__ import annotations

import re
from pathlib import Path

import pytest
from fastapi import Request
from fastapi.responses import RedirectResponse

from elsewheres import ELSEWHERES, led_to
from orchestration.isolated import TestClient
from paloverde.desk.attempts import PER_PERSON_AND_PLACE, WINDOW_SECONDS, Attempts
from paloverde.desk.own_password import change_password
from paloverde.desk.password_door import Change
from paloverde.desk.passwords import Choice
from paloverde.desk.people import People, Person, Role
from paloverde.desk.sign_in import ELSEWHERE, WRONG
from paloverde.errors import Unreachable
from paloverde.orchestration.sign_in import AirflowEntrance, sign_in_app
from paloverde.settings import load

pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning", "ignore::FutureWarning")

PASSWORD = "a long sentence for tests"


class Clock:
    now = 0.0

    def __call__(self) -> float:
        return self.now


def issue(person: Person, kind: str) -> str:
    return f"{kind}-token-of-{person.username}"


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def people(tmp_path: Path) -> People:
    people = People(tmp_path / "users.json")
    people.put("ana", "Ana Example", Role.CLERK, PASSWORD)
    return people


def change_in(people: People) -> Change:
    """As `residents.change_of`, of a city without an archive."""
    given = {"PALOVERDE_HOME": str(people.file.parent), "PALOVERDE_AGENCY_NAME": "City of Palma Ria"}
    settings = load(given)

    def change(person: Person, choice: Choice) -> Person:
        return change_password(people, person, choice, settings, None)

    return change


@pytest.fixture
def browser(people: People, clock: Clock) -> TestClient:
    app = sign_in_app(people, Attempts(clock), issue, change_in(people))
    return TestClient(app, "http://city.test", follow_redirects=False)


def send(browser: TestClient, **form: str) -> tuple[int, str]:
    answer = browser.post("/login", data={"username": "ana", "password": PASSWORD, **form})
    return answer.status_code, answer.text


def test_the_page_has_a_label_for_each_field_and_no_script(browser: TestClient) -> None:
    answer = browser.get("/login", params={"next": '/dags"><script>alert(1)</script>'})
    assert answer.status_code == 200
    fields = re.findall(r'<input id="(\w+)"', answer.text)
    assert fields == re.findall(r'<label for="(\w+)"', answer.text) == ["username", "password"]
    assert "<script" not in answer.text
    assert '<html lang="en">' in answer.text
    assert answer.headers["content-security-policy"].startswith("default-src 'none'; style-src 'sha256-")
    assert answer.headers["x-frame-options"] == "DENY"
    assert answer.headers["cache-control"] == "no-store"


def test_the_right_password_opens_a_session_that_scripts_cannot_read(browser: TestClient) -> None:
    answer = browser.post("/login", data={"username": " Ana ", "password": PASSWORD, "next": "/dags?x=1"})
    assert (answer.status_code, answer.headers["location"]) == (303, "/dags?x=1")
    assert answer.headers["set-cookie"] == "_token=api-token-of-ana; HttpOnly; Path=/; SameSite=lax"


def test_over_tls_the_session_goes_over_tls_only(people: People, clock: Clock) -> None:
    app = sign_in_app(people, Attempts(clock), issue, change_in(people))
    browser = TestClient(app, "https://city.test", follow_redirects=False)
    answer = browser.post("/login", data={"username": "ana", "password": PASSWORD})
    assert answer.headers["set-cookie"].endswith("; Secure")


@pytest.mark.parametrize(
    "next_page",
    ["https://evil.example/", "http://city.test//evil.example/", "/\\evil.example/", "http://[evil", ""],
)
def test_nobody_is_sent_to_another_site(browser: TestClient, next_page: str) -> None:
    answer = browser.post("/login", data={"username": "ana", "password": PASSWORD, "next": next_page})
    assert (answer.status_code, answer.headers["location"]) == (303, "/")


@pytest.mark.parametrize("asked", ELSEWHERES)
def test_no_way_of_writing_another_site_is_a_page_of_airflow(asked: str) -> None:
    request = Request(
        {"type": "http", "path": "/login", "headers": [(b"host", b"city.test")], "scheme": "http"}
    )
    onward = AirflowEntrance(issue).onward(request, asked)
    assert led_to(RedirectResponse(onward).headers["location"], "http://city.test") == "http://city.test", (
        onward
    )
    assert led_to(onward, "http://city.test") == "http://city.test", onward


def test_the_full_address_that_airflow_sends_leads_back_to_its_page(browser: TestClient) -> None:
    answer = browser.post(
        "/login",
        data={"username": "ana", "password": PASSWORD, "next": "http://city.test/dags/nightly_archive"},
    )
    assert answer.headers["location"] == "/dags/nightly_archive"


@pytest.mark.parametrize(
    "form", [{"password": "wrong"}, {"username": "ben"}, {"username": "", "password": ""}]
)
def test_a_wrong_username_and_a_wrong_password_say_the_same(
    browser: TestClient, form: dict[str, str]
) -> None:
    code, text = send(browser, **form)
    assert code == 401
    assert f'<p class="error" id="error" role="alert">{WRONG}</p>' in text
    assert text.count('aria-describedby="error"') == 2


def test_what_was_typed_is_shown_as_text_and_the_password_not_at_all(browser: TestClient) -> None:
    _, text = send(browser, username='"><img src=x>', password="my secret pass")
    assert "<img" not in text
    assert "my secret pass" not in text


def test_guessing_is_slowed_down_in_words(browser: TestClient, clock: Clock) -> None:
    for _ in range(PER_PERSON_AND_PLACE):
        assert send(browser, password="guess")[0] == 401
    answer = browser.post("/login", data={"username": "ana", "password": PASSWORD})
    assert answer.status_code == 429
    assert "Too many tries. Wait 5 minutes, then try again." in answer.text
    assert answer.headers["retry-after"] == "300"
    clock.now += WINDOW_SECONDS
    assert send(browser)[0] == 303


def test_programs_share_the_same_limit(browser: TestClient) -> None:
    for _ in range(PER_PERSON_AND_PLACE):
        assert browser.post("/token", json={"username": "ana", "password": "guess"}).status_code == 401
    assert browser.post("/token", json={"username": "ana", "password": PASSWORD}).status_code == 429
    assert send(browser)[0] == 429


@pytest.mark.parametrize(
    "headers",
    [
        {"origin": "https://evil.example"},
        {"origin": "null"},
        {"sec-fetch-site": "cross-site"},
        {"sec-fetch-site": "same-site"},
    ],
)
def test_a_form_on_another_site_is_refused(browser: TestClient, headers: dict[str, str]) -> None:
    answer = browser.post("/login", data={"username": "ana", "password": PASSWORD}, headers=headers)
    assert answer.status_code == 403
    assert ELSEWHERE in answer.text
    assert "set-cookie" not in answer.headers


def test_its_own_form_is_taken(browser: TestClient) -> None:
    headers = {"origin": "http://city.test", "sec-fetch-site": "same-origin"}
    answer = browser.post("/login", data={"username": "ana", "password": PASSWORD}, headers=headers)
    assert answer.status_code == 303


def test_a_program_gets_a_token_for_the_right_password(browser: TestClient) -> None:
    for path, kind in (("/token", "api"), ("/token/cli", "cli")):
        answer = browser.post(path, json={"username": "ana", "password": PASSWORD})
        assert (answer.status_code, answer.json()) == (201, {"access_token": f"{kind}-token-of-ana"})
    refused = browser.post("/token", json={"username": "ana", "password": "wrong"})
    assert (refused.status_code, refused.json()) == (401, {"detail": WRONG})


OWN = {"new": "seven herons by the pond", "again": "seven herons by the pond"}


def test_the_password_that_it_gave_opens_neither_airflow_nor_its_interface_for_programs(
    browser: TestClient, people: People
) -> None:
    people.put("ana", "Ana Example", Role.CLERK, PASSWORD, temporary=True)
    code, text = send(browser, next="/dags")
    assert code == 403
    assert "Choose one of your own" in text
    assert 'action="login/password"' in text
    token = browser.post("/token", json={"username": "ana", "password": PASSWORD})
    assert (token.status_code, "choose one of your own" in token.json()["detail"]) == (403, True)
    assert not browser.cookies


def test_with_a_password_of_ones_own_the_session_begins(browser: TestClient, people: People) -> None:
    people.put("ana", "Ana Example", Role.CLERK, PASSWORD, temporary=True)
    form = {"username": "ana", "current": PASSWORD, "next": "http://city.test/dags"} | OWN
    answer = browser.post("/login/password", data=form)
    assert (answer.status_code, answer.headers["location"]) == (303, "/dags")
    assert answer.headers["set-cookie"].startswith("_token=api-token-of-ana; HttpOnly")
    assert browser.post("/token", json={"username": "ana", "password": OWN["new"]}).status_code == 201
    assert browser.post("/token", json={"username": "ana", "password": PASSWORD}).status_code == 401


def test_a_password_that_is_guessed_first_is_not_taken_and_stands_on_no_page(
    browser: TestClient, people: People
) -> None:
    weak = "palmaria ana example"
    form = {"username": "ana", "current": PASSWORD, "new": weak, "again": weak}
    answer = browser.post("/login/password", data=form)
    assert answer.status_code == 400
    assert "your name or username, the City’s name" in answer.text
    assert weak not in answer.text
    assert 'action="../login/password"' in answer.text
    assert people.check("ana", PASSWORD)


def test_a_file_that_cannot_be_written_changes_nothing_and_says_so(
    people: People, clock: Clock, caplog: pytest.LogCaptureFixture
) -> None:
    def full(person: Person, choice: Choice) -> Person:
        raise Unreachable("/var/city/users.json could not be written (No space left on device).")

    app = sign_in_app(people, Attempts(clock), issue, full)
    browser = TestClient(app, "http://city.test", follow_redirects=False)
    answer = browser.post("/login/password", data={"username": "ana", "current": PASSWORD} | OWN)
    assert answer.status_code == 503
    assert "the one until now stays" in answer.text
    assert "/var/city" not in answer.text
    assert "No space left" in caplog.text


def test_too_large_a_form_is_turned_away_unread(browser: TestClient) -> None:
    answer = browser.post("/login", data={"username": "ana", "password": "x" * 20_000})
    assert answer.status_code == 413
    stream = browser.post("/login", content=iter([b"username=ana&password=x"]))
    assert stream.status_code == 413


def test_a_broken_users_file_is_said_in_words_and_lets_nobody_in(browser: TestClient, people: People) -> None:
    people.file.write_text("not a list of users at all")
    code, text = send(browser)
    assert code == 503
    assert "Nobody can sign in just now" in text
    assert browser.post("/token", json={"username": "ana", "password": PASSWORD}).status_code == 503


def test_nothing_else_is_served(browser: TestClient) -> None:
    for path in ("/", "/docs", "/openapi.json", "/users", "/login/x"):
        assert browser.get(path).status_code == 404


def test_a_password_never_reaches_the_log(browser: TestClient, caplog: pytest.LogCaptureFixture) -> None:
    send(browser, password="my secret pass")
    send(browser, username="my secret pass", password="x")
    assert "ana" in caplog.text
    assert "unknown username" in caplog.text
    assert "my secret pass" not in caplog.text
