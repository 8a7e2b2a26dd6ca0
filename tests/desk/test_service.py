"""The desk as its own service, end to end on loopback: who comes in, who stays, who is out."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from httpx import Client
from sqlalchemy import select, text

from desk.desks import text_of
from desk.owndesk import PASSWORD, OwnDesk, browser, second_process, serving, sign_in, token_of
from elsewheres import ELSEWHERES, led_to
from paloverde.desk.attempts import PER_PERSON_AND_PLACE
from paloverde.desk.people import Role
from paloverde.desk.sessions import MOST_AT_ONCE, sessions_of
from paloverde.desk.sign_in import ELSEWHERE, WRONG, own_page
from paloverde.state.tables import FAILED_SIGN_INS, SESSIONS

COOKIE = "paloverde_session"


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[OwnDesk]:
    with serving(OwnDesk(tmp_path)) as running:
        yield running


@pytest.fixture
def client(desk: OwnDesk) -> Iterator[Client]:
    with browser(desk.address) as one:
        yield one


def is_in(client: Client) -> bool:
    answer = client.get("/")
    assert answer.status_code in (200, 303)
    return answer.status_code == 200


def test_it_leads_a_stranger_to_sign_in_and_on_to_the_page_that_was_asked_for(client: Client) -> None:
    led = client.get("/about")
    assert (led.status_code, led.headers["location"]) == (303, "/sign-in?next=%2Fabout")
    assert 'name="next" value="/about"' in client.get(led.headers["location"]).text
    assert "City’s account" not in client.get("/sign-in").text  # none is set up
    answer = sign_in(client, next="/about")
    assert (answer.status_code, answer.headers["location"]) == (303, "/about")
    page = client.get("/about").text
    assert "About this archive" in page
    assert "signed in as Cleo Park (clerk)" in page


@pytest.mark.parametrize(
    "onward", ["https://evil.example/", "/\\evil.example/", "/\t/evil.example", "http://[", ""]
)
def test_it_sends_nobody_to_another_site(client: Client, onward: str) -> None:
    assert sign_in(client, next=onward).headers["location"] == "/"


@pytest.mark.parametrize("asked", ELSEWHERES)
def test_no_way_of_writing_another_site_is_a_page_of_the_desk(asked: str) -> None:
    assert led_to(own_page(asked), "http://city.test") == "http://city.test"


def test_a_page_of_the_desk_is_gone_to_with_its_question(client: Client) -> None:
    onward = "/search?q=pool+%22opening+hours%22&page=2"
    assert sign_in(client, next=onward).headers["location"] == onward


def test_the_judge_of_addresses_sees_where_a_browser_would_go() -> None:
    here = "http://city.test"
    for location in ("//evil.example/", "///evil.example", "/\\evil.example", "/\t/evil.example"):
        assert led_to(location, here) == "http://evil.example", location
    assert led_to("https://evil.example/", here) == "https://evil.example"
    assert led_to("/dags?x=//evil.example", here) == here


def test_a_wrong_password_and_a_form_of_another_site_open_nothing(client: Client) -> None:
    refused = sign_in(client, password="guess")
    assert (refused.status_code, WRONG in refused.text) == (401, True)
    data = {"username": "cleo", "password": PASSWORD}
    strange = client.post("/sign-in", data=data, headers={"origin": "https://evil.example"})
    assert (strange.status_code, ELSEWHERE in strange.text) == (403, True)
    assert not client.cookies
    assert not is_in(client)


def test_the_cookie_is_hidden_from_scripts_and_the_database_knows_only_its_hash(
    desk: OwnDesk, client: Client
) -> None:
    given = sign_in(client).headers["set-cookie"]
    assert given.startswith(f"{COOKIE}=")
    assert "HttpOnly" in given
    assert "SameSite=lax" in given
    secret = client.cookies[COOKIE]
    assert len(secret) == 43  # 256 bits
    with desk.city.vault.books.connect() as connection:
        rows = connection.execute(select(SESSIONS)).all()
    assert len(rows) == 1
    assert secret not in str(rows)


def test_behind_tls_the_cookie_goes_over_tls_only_and_belongs_to_this_host_alone(tmp_path: Path) -> None:
    desk = OwnDesk(tmp_path, PALOVERDE_DESK_ADDRESS="https://desk.city.example")
    with serving(desk), browser(desk.address) as client:
        given = sign_in(client).headers["set-cookie"]
        assert given.startswith(f"__Host-{COOKIE}=")
        assert "Secure" in given
        assert "Path=/" in given
        assert "Domain" not in given
        secret = given.partition("=")[2].partition(";")[0]
        assert client.get("/", headers={"cookie": f"__Host-{COOKIE}={secret}"}).status_code == 200
        # as another machine of the City could set it
        assert client.get("/", headers={"cookie": f"{COOKIE}={secret}"}).status_code == 303


def test_whoever_does_nothing_is_out_and_whoever_works_stays_until_the_day_is_over(
    desk: OwnDesk, client: Client
) -> None:
    sign_in(client)
    desk.clock.pass_minutes(29)
    assert is_in(client)
    desk.clock.pass_minutes(29)
    assert is_in(client)
    desk.clock.pass_minutes(30)
    assert not is_in(client)
    sign_in(client)
    for _ in range(23):
        desk.clock.pass_minutes(25)
        assert is_in(client)
    desk.clock.pass_minutes(25)  # ten hours
    assert not is_in(client)


def test_a_form_token_of_another_session_is_refused(desk: OwnDesk, client: Client) -> None:
    sign_in(client)
    with browser(desk.address) as other:
        sign_in(other)
        stolen = token_of(other.get("/").text)
    answer = client.post("/sign-out", data={"form_token": stolen})
    assert answer.status_code == 400
    assert is_in(client)


@pytest.mark.parametrize("forged", ["", "x", "A" * 43, "../../x", "0" * 64])
def test_a_forged_cookie_opens_nothing(client: Client, forged: str) -> None:
    client.cookies.set(COOKIE, forged)
    assert not is_in(client)


def test_a_session_that_was_planted_before_signing_in_opens_nothing_afterwards(
    desk: OwnDesk, client: Client
) -> None:
    with browser(desk.address) as attacker:
        desk.people.put("omar", "Omar Diaz", Role.AUDITOR, PASSWORD)
        sign_in(attacker, "omar")
        planted = attacker.cookies[COOKIE]
        form = {"username": "cleo", "password": PASSWORD}
        answer = client.post("/sign-in", data=form, headers={"cookie": f"{COOKIE}={planted}"})
        assert answer.status_code == 303
        assert planted not in answer.headers["set-cookie"]
        assert not is_in(attacker)  # the browser that signed in has taken its place


def test_signing_out_ends_it_for_whoever_has_copied_the_cookie_too(desk: OwnDesk, client: Client) -> None:
    sign_in(client)
    copied = client.cookies[COOKIE]
    answer = client.post("/sign-out", data={"form_token": token_of(client.get("/").text)})
    assert (answer.status_code, answer.headers["location"]) == (303, "/sign-in")
    assert answer.headers["clear-site-data"] == '"cache", "storage"'  # no other service's cookies
    with browser(desk.address) as other:
        other.cookies.set(COOKIE, copied)
        assert not is_in(other)
    assert COOKIE not in client.cookies


def test_somebody_sees_where_they_are_signed_in_and_leaves_everywhere_at_once(
    desk: OwnDesk, client: Client
) -> None:
    desk.people.put("omar", "Omar Diaz", Role.AUDITOR, PASSWORD)
    with browser(desk.address) as other, browser(desk.address) as stranger:
        sign_in(client)
        desk.clock.pass_minutes(10)
        sign_in(other)
        sign_in(stranger, "omar")
        page = client.get("/my-sign-ins")
        began, used = "12:00 p.m.", "12:10 p.m."  # one is signed in since then, the other since its last use
        assert [text_of(page).count(moment) for moment in (began, used)] == [1, 3]
        open_browser = client.post("/sign-out-everywhere", data={"form_token": token_of(page.text)})
        assert "This is not your password" in text_of(open_browser)  # whoever passes by ends nothing
        assert [is_in(one) for one in (client, other, stranger)] == [True, True, True]
        form = {"form_token": token_of(page.text), "current": PASSWORD}
        answer = client.post("/sign-out-everywhere", data=form)
        assert answer.status_code == 303
        assert not is_in(client)
        assert not is_in(other)
        assert is_in(stranger)


def test_one_person_has_so_many_sessions_and_the_longest_unused_makes_room(desk: OwnDesk) -> None:
    sessions = sessions_of(desk.settings, desk.city.vault.books, desk.clock)
    person = desk.people.find("cleo")
    assert person is not None
    secrets = []
    for _ in range(MOST_AT_ONCE):
        secrets.append(sessions.begin(person))
        desk.clock.pass_minutes(1)
    assert sessions.visitor(secrets[0]) is not None  # used: the second is the longest unused now
    secrets.append(sessions.begin(person))
    opened = [sessions.visitor(secret) is not None for secret in secrets]
    assert opened == [True, False, *[True] * (MOST_AT_ONCE - 1)]
    assert len(sessions.open()) == MOST_AT_ONCE


@pytest.mark.parametrize("change", ["remove", "password"])
def test_a_removed_person_and_a_new_password_end_every_session_at_once(
    desk: OwnDesk, client: Client, change: str
) -> None:
    with browser(desk.address) as other:
        sign_in(client)
        sign_in(other)
        if change == "remove":
            desk.people.remove("cleo")
        else:
            desk.people.put("cleo", "Cleo Park", Role.CLERK, "another long sentence")
        assert not is_in(client)
        assert not is_in(other)


def test_a_new_limit_to_accounts_counts_at_once_even_where_the_password_stays(
    desk: OwnDesk, client: Client
) -> None:
    sign_in(client)
    assert is_in(client)
    body = desk.people.file.read_text().replace('"accounts": []', '"accounts": ["x-palmaria"]')
    desk.people.file.write_text(body)
    assert is_in(client)
    assert "Records requests" not in client.get("/").text


def test_guessing_is_slowed_down_over_all_processes(desk: OwnDesk, client: Client) -> None:
    with second_process(desk) as address, browser(address) as second:
        for number in range(PER_PERSON_AND_PLACE):
            assert sign_in(second if number % 2 else client, password="guess").status_code == 401
        answer = sign_in(client)
        assert answer.status_code == 429
        assert "Wait 5 minutes" in answer.text
        assert sign_in(second).status_code == 429
    desk.clock.pass_minutes(5)
    assert sign_in(client).status_code == 303


def test_what_was_typed_as_a_username_is_not_kept(desk: OwnDesk, client: Client) -> None:
    sign_in(client, username="my secret pass", password="x")
    with desk.city.vault.books.connect() as connection:
        rows = connection.execute(select(FAILED_SIGN_INS)).all()
    assert len(rows) == 3
    assert "my secret pass" not in str(rows)


def test_a_users_file_that_cannot_be_read_lets_nobody_in_and_is_said_in_words(
    desk: OwnDesk, client: Client
) -> None:
    sign_in(client)
    desk.people.file.write_text("no list of users")
    assert not is_in(client)
    answer = sign_in(client)
    assert answer.status_code == 503
    assert "Nobody can sign in just now" in answer.text


def test_a_database_that_is_gone_lets_nobody_in(desk: OwnDesk, client: Client) -> None:
    sign_in(client)
    with desk.city.vault.books.begin() as connection:
        connection.execute(text("ALTER TABLE sessions RENAME TO gone"))
    assert client.get("/").status_code != 200


def test_every_answer_before_signing_in_runs_no_script_and_stands_in_no_frame(client: Client) -> None:
    for path in ("/sign-in", "/", "/static/desk.css"):
        headers = client.get(path).headers
        assert "default-src 'none'" in headers["content-security-policy"]
        assert "frame-ancestors 'none'" in headers["content-security-policy"]


def test_a_large_body_is_turned_away_before_signing_in(client: Client) -> None:
    assert sign_in(client, password="x" * 20_000).status_code == 413
