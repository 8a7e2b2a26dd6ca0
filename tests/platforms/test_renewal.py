"""Renewing tokens: against the simulated sites' token endpoints over real HTTP, and by two real processes at once."""

from __future__ import annotations

import json
import subprocess
import sys
import textwrap
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from paloverde.errors import BadQuestion, CredentialDead, Unreachable
from paloverde.platforms.network import Fetched, Http, Limits
from paloverde.platforms.renewal import (
    INSTAGRAM_REFRESH,
    RENEWALS,
    TokenForm,
    hindrance,
    is_due,
    renewals,
    renewed,
)
from paloverde.platforms.renewer import Renewer
from paloverde.platforms.runway import ALARM_DAYS, End, crossed, first_end, token_ends, version_end
from paloverde.platforms.token_text import read_token
from paloverde.settings import Secret
from paloverde.simulator.city import Presence
from paloverde.simulator.server import RunningSites, start
from paloverde.simulator.sites import SITES, build
from paloverde.state.books import open_books
from paloverde.state.credentials import Credential, Credentials

NOW = datetime(2026, 11, 22, 17, tzinfo=UTC)
SLUG = "x-palmaria"
DAY = timedelta(days=1)
X = Credential(
    access_token=Secret("access-1"),
    issued_at=NOW,
    expires_at=NOW + timedelta(hours=2),
    refresh_token=Secret("refresh-1"),
    client_id="app",
    client_secret=Secret("app-secret"),
)
META = replace(X, refresh_token=None, expires_at=NOW + 60 * DAY)


@pytest.fixture
def sites() -> Iterator[RunningSites]:
    with start(build(3, datetime.now(UTC).replace(microsecond=0), scale=0.05)) as running:
        yield running


def presence(sites: RunningSites, site: str) -> Presence:
    return sites.city.presences[site]


def grant(sites: RunningSites, site: str) -> dict[str, Any]:
    (known,) = [one for one in sites.accounts() if one["platform"] == site]
    given: dict[str, Any] = known["grant"]
    return given


class Desk:
    """A table of credentials and its renewer, as an installation has them."""

    def __init__(self, url: str, folder: Path, sites_url: str) -> None:
        self.credentials = Credentials(open_books(url), folder / "key", folder / "answers")
        self.now = datetime.now(UTC)
        ways = renewals("https://graph.facebook.com", f"{sites_url}/tokens")
        self.renewer = Renewer(self.credentials, ways, lambda: Http(Limits(deadline=5)), lambda: self.now)

    def put(self, text: dict[str, Any] | str) -> Credential:
        given = text if isinstance(text, str) else json.dumps(text)
        credential = read_token(given, None, self.now)
        self.credentials.put(SLUG, credential, self.now)
        return credential

    def kept(self) -> Credential:
        kept = self.credentials.get(SLUG)
        assert kept is not None
        return kept.credential


@pytest.fixture
def desk(tmp_path: Path, sites: RunningSites) -> Desk:
    return Desk(f"sqlite:///{tmp_path}/state.db", tmp_path, sites.url)


def test_a_token_is_renewed_only_when_it_comes_near_its_end(desk: Desk, sites: RunningSites) -> None:
    first = desk.put(grant(sites, "x"))
    assert desk.renewer.token(SLUG, "x") == first.access_token.reveal()
    assert desk.kept() == first
    desk.now += timedelta(minutes=95)
    token = desk.renewer.token(SLUG, "x")
    assert token != first.access_token.reveal()
    second = desk.kept()
    assert second.access_token.reveal() == token
    assert second.refresh_token != first.refresh_token
    assert second.expires_at == desk.now + timedelta(hours=2)
    assert second.client_secret == first.client_secret
    assert "dm.read" in second.scopes
    assert presence(sites, "x").tokens[token or ""] == "owner"


def test_the_site_accepts_a_refresh_token_once(desk: Desk, sites: RunningSites) -> None:
    first = desk.put(grant(sites, "x"))
    desk.renewer.instead_of(SLUG, "x", first.access_token.reveal())
    desk.credentials.put(SLUG, first, desk.now)  # as from a backup of yesterday
    with pytest.raises(
        CredentialDead, match=r"refuses to renew the token: invalid_grant\. Sign in at the site"
    ):
        desk.renewer.instead_of(SLUG, "x", first.access_token.reveal())


def test_whoever_comes_second_takes_what_the_first_one_got(desk: Desk, sites: RunningSites) -> None:
    first = desk.put(grant(sites, "x"))
    one = desk.renewer.instead_of(SLUG, "x", first.access_token.reveal())
    two = desk.renewer.instead_of(SLUG, "x", first.access_token.reveal())
    assert one == two
    assert presence(sites, "x").grant["count"] == 1


RENEWS = """
    import sys, time
    from datetime import UTC, datetime
    from pathlib import Path
    from paloverde.platforms.network import Http, Limits
    from paloverde.platforms.renewal import renewals
    from paloverde.platforms.renewer import Renewer
    from paloverde.state.books import open_books
    from paloverde.state.credentials import Credentials

    url, folder, sites = sys.argv[1], Path(sys.argv[2]), sys.argv[3]
    credentials = Credentials(open_books(url), folder / "key", folder / "answers")
    ways = renewals("https://graph.facebook.com", sites + "/tokens")
    renewer = Renewer(credentials, ways, lambda: Http(Limits()), lambda: datetime.now(UTC))
    kept = credentials.get("x-palmaria")
    print("ready", flush=True)
    sys.stdin.readline()
    print(renewer.instead_of("x-palmaria", "x", kept.credential.access_token.reveal()))
"""


def test_two_processes_never_spend_the_same_refresh_token(
    books_url: str, tmp_path: Path, sites: RunningSites
) -> None:
    """Both find the token dead at the same moment; the site answers slowly, and invalid_grant to a second use."""
    Desk(books_url, tmp_path, sites.url).put(grant(sites, "x"))
    slow = {"kind": "slow", "site": "tokens", "seconds": 0.5, "times": None}
    sites.desk.switchboard.add(slow)
    command = [sys.executable, "-c", textwrap.dedent(RENEWS), books_url, str(tmp_path), sites.url]
    both = [
        subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
        )
        for _ in range(2)
    ]
    for process in both:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
    told = []
    for process in both:
        assert process.stdin is not None
        process.stdin.write("go\n")
        process.stdin.flush()
    for process in both:
        said, trouble = process.communicate(timeout=60)
        assert process.returncode == 0, trouble
        told.append(said.strip())
    assert told[0] == told[1]
    assert presence(sites, "x").tokens[told[0]] == "owner"
    assert presence(sites, "x").grant["count"] == 1
    assert sites.desk.requests["tokens"] == 1


def test_without_the_lock_the_second_use_would_have_been_refused(sites: RunningSites) -> None:
    """What the test above guards against: the endpoint itself does refuse a refresh token that was spent."""
    given = grant(sites, "x")
    way = renewals("", f"{sites.url}/tokens")["x"]
    asked = way.form(read_token(json.dumps(given), None, NOW))
    http = Http(Limits())
    answers = [http.send_form(asked.method, way.address, asked.headers, asked.form) for _ in range(2)]
    http.close()
    assert [answer.status for answer in answers] == [200, 400]
    assert json.loads(answers[1].body)["error"] == "invalid_grant"


def test_an_outage_of_the_endpoint_stops_no_work_while_the_token_lives(
    desk: Desk, sites: RunningSites, caplog: pytest.LogCaptureFixture
) -> None:
    first = desk.put(grant(sites, "x"))
    sites.desk.switchboard.add({"kind": "server_error", "site": "tokens", "times": None})
    desk.now += timedelta(minutes=100)
    assert desk.renewer.token(SLUG, "x") == first.access_token.reveal()
    assert "the work begins with the old token" in caplog.text
    with pytest.raises(Unreachable, match="did not renew the token now"):
        desk.renewer.renew_if_due(SLUG, "x")
    desk.now += timedelta(minutes=30)
    with pytest.raises(Unreachable):
        desk.renewer.token(SLUG, "x")
    sites.desk.switchboard.clear()
    assert desk.renewer.token(SLUG, "x") != first.access_token.reveal()


def test_an_answer_that_never_came_is_named_when_the_site_then_refuses(
    desk: Desk, sites: RunningSites
) -> None:
    first = desk.put(grant(sites, "x"))
    sites.desk.switchboard.add({"kind": "drop", "site": "tokens", "times": 1})
    dead = first.access_token.reveal()
    with pytest.raises(Unreachable):
        desk.renewer.instead_of(SLUG, "x", dead)
    presence(sites, "x").grant["refresh_token"] = "the site had renewed it"
    with pytest.raises(CredentialDead, match="An earlier renewal got no answer, and may have spent it"):
        desk.renewer.instead_of(SLUG, "x", dead)


def test_no_secret_is_in_a_log_or_a_message(
    desk: Desk, sites: RunningSites, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("DEBUG")
    given = grant(sites, "facebook") | {"expires_in": 5 * 86400}
    desk.put(given)
    desk.now += 2 * DAY
    token = desk.renewer.renew_if_due(SLUG, "facebook")
    assert token != given["access_token"]
    desk.put(given | {"client_secret": "a-wrong-secret"})
    desk.now += 2 * DAY
    with pytest.raises(CredentialDead) as told:
        desk.renewer.renew_if_due(SLUG, "facebook")
    shown = caplog.text + str(told.value) + repr(TokenForm({"client_secret": "a-wrong-secret"}))
    for secret in (given["access_token"], given["client_secret"], token, "a-wrong-secret"):
        assert str(secret) not in shown


@pytest.mark.parametrize("site", [name for name in ("linkedin", "youtube") if name in SITES])
def test_a_refresh_token_that_does_not_rotate_is_kept(desk: Desk, sites: RunningSites, site: str) -> None:
    first = desk.put(grant(sites, site))
    token = desk.renewer.instead_of(SLUG, site, first.access_token.reveal())
    second = desk.kept()
    assert second.access_token.reveal() == token != first.access_token.reveal()
    assert second.refresh_token == first.refresh_token


def test_facebooks_long_lived_token_is_exchanged_while_it_lives(desk: Desk, sites: RunningSites) -> None:
    desk.put(grant(sites, "facebook") | {"expires_in": 10 * 86400})
    desk.now += timedelta(hours=23)
    first = desk.kept().access_token.reveal()
    assert desk.renewer.token(SLUG, "facebook") == first  # younger than a day
    desk.now += timedelta(hours=2)
    assert desk.renewer.token(SLUG, "facebook") != first
    assert desk.kept().expires_at == desk.now + 60 * DAY


def test_a_dead_token_of_meta_is_not_sent_to_be_renewed(desk: Desk, sites: RunningSites) -> None:
    first = desk.put(grant(sites, "facebook") | {"expires_in": 10 * 86400})
    with pytest.raises(CredentialDead, match="renews only living ones"):
        desk.renewer.instead_of(SLUG, "facebook", first.access_token.reveal())
    assert "tokens" not in sites.desk.requests


def test_nothing_renews_a_bare_token(desk: Desk) -> None:
    desk.put("a-bare-token")
    assert desk.renewer.token(SLUG, "x") == "a-bare-token"
    with pytest.raises(CredentialDead, match=r"what renews it is not kept \(refresh token, client id\)"):
        desk.renewer.instead_of(SLUG, "x", "a-bare-token")
    with pytest.raises(CredentialDead, match="this site renews no token"):
        desk.renewer.instead_of(SLUG, "nextdoor", "a-bare-token")
    assert desk.renewer.token("another", "x") is None


# The rules of each site, without a network.


def test_each_site_is_asked_as_its_own_page_says() -> None:
    assert set(RENEWALS) == {"facebook", "instagram", "x", "youtube", "linkedin"}
    x = RENEWALS["x"].form(X)
    assert x.form == {"grant_type": "refresh_token", "refresh_token": "refresh-1"}
    assert x.headers == {"Authorization": "Basic YXBwOmFwcC1zZWNyZXQ="}
    public = RENEWALS["x"].form(replace(X, client_secret=None))
    assert (public.form["client_id"], public.headers) == ("app", {})
    for site in ("youtube", "linkedin"):
        asked = RENEWALS[site].form(X)
        assert (asked.method, asked.headers) == ("POST", {})
        assert asked.form["client_secret"] == "app-secret"
    exchange = RENEWALS["facebook"].form(META)
    assert (exchange.method, exchange.form["fb_exchange_token"]) == ("GET", "access-1")
    assert INSTAGRAM_REFRESH.form(META).form == {"grant_type": "ig_refresh_token", "access_token": "access-1"}


def test_instagrams_sign_in_is_told_by_the_address_of_its_api() -> None:
    assert renewals("https://graph.facebook.com")["instagram"].needs == ("client_id", "client_secret")
    assert renewals("https://graph.instagram.com")["instagram"] is INSTAGRAM_REFRESH
    assert (
        renewals("", "http://127.0.0.1:1/tokens")["x"].address == "http://127.0.0.1:1/tokens/x/2/oauth2/token"
    )
    assert all(way.address.startswith("https://") for way in RENEWALS.values())


def test_every_rule_names_where_it_is_written() -> None:
    for way in RENEWALS.values():
        assert "/" in way.source
        assert isinstance(way.verified, bool)


@pytest.mark.parametrize(
    ("left", "age", "due"),
    [
        (40 * DAY, 5 * DAY, False),
        (19 * DAY, 5 * DAY, True),
        (19 * DAY, DAY / 2, False),
        (-DAY, 60 * DAY, False),
    ],
)
def test_meta_renews_what_is_a_day_old_and_alive(left: timedelta, age: timedelta, due: bool) -> None:
    credential = replace(META, expires_at=NOW + left, issued_at=NOW - age)
    assert is_due(INSTAGRAM_REFRESH, credential, NOW) is due


def test_an_expired_refresh_token_renews_nothing() -> None:
    over = replace(X, refresh_expires_at=NOW - DAY)
    assert hindrance(RENEWALS["linkedin"], over, NOW) == "its refresh token has expired"
    assert hindrance(RENEWALS["linkedin"], X, NOW) == ""


def answer(status: int, body: Any) -> Fetched:
    return Fetched(status, "", {}, body if isinstance(body, bytes) else json.dumps(body).encode())


def test_the_end_of_linkedins_refresh_token_is_never_extended() -> None:
    ends = NOW + 100 * DAY
    said = {
        "access_token": "a",
        "expires_in": 5184000,
        "refresh_token": "r",
        "refresh_token_expires_in": 31536000,
    }
    after = renewed(replace(X, refresh_expires_at=ends), answer(200, said), NOW)
    assert after.refresh_expires_at == ends
    assert after.expires_at == NOW + 60 * DAY


def test_what_the_answer_leaves_out_stays_as_it_was() -> None:
    after = renewed(replace(X, scopes=("a",)), answer(200, {"access_token": "new"}), NOW)
    assert (after.access_token, after.expires_at, after.scopes) == (Secret("new"), None, ("a",))
    assert after.refresh_token == X.refresh_token
    scoped = renewed(X, answer(200, {"access_token": "new", "scope": "a,b c", "expires_in": "60"}), NOW)
    assert (scoped.scopes, scoped.expires_at) == (("a", "b", "c"), NOW + timedelta(minutes=1))


@pytest.mark.parametrize("seconds", [None, 0, -5, "soon", True, [], 1e300, float("nan")])
def test_an_odd_lifetime_is_no_lifetime(seconds: Any) -> None:
    after = renewed(X, answer(200, {"access_token": "new", "expires_in": seconds}), NOW)
    assert after.expires_at is None


@pytest.mark.parametrize(
    ("status", "body", "error"),
    [
        (400, {"error": "invalid_grant", "error_description": "refresh-1 was spent"}, CredentialDead),
        (401, {"error": "invalid_client"}, CredentialDead),
        (400, {"error": {"message": "refresh-1 is no token", "code": 190}}, CredentialDead),
        (400, {"error": {"message": "try later", "code": 2, "is_transient": True}}, Unreachable),
        (429, {"error": "slow_down"}, Unreachable),
        (503, b"<html>", Unreachable),
        (403, b"<html>", Unreachable),
        (302, {"error": "moved"}, Unreachable),
        (200, {"token": "not what was asked"}, Unreachable),
        (200, {"access_token": 5}, Unreachable),
        (200, b"[1]", Unreachable),
    ],
)
def test_a_refusal_is_told_from_an_outage(status: int, body: Any, error: type[Exception]) -> None:
    with pytest.raises(error) as told:
        renewed(X, answer(status, body), NOW)
    assert "refresh-1" not in str(told.value)


# The token as a person hands it in.


def test_a_bare_token_or_the_sites_json_is_understood() -> None:
    bare = read_token("  token-1\n", None, NOW)
    assert (bare.access_token, bare.expires_at, bare.refresh_token) == (Secret("token-1"), None, None)
    said = {"access_token": "a", "expires_in": 7200, "refresh_token": "r", "scope": "x y", "client_id": 12345}
    whole = read_token(json.dumps(said), None, NOW)
    assert whole.expires_at == NOW + timedelta(hours=2)
    assert (whole.client_id, whole.scopes) == ("12345", ("x", "y"))
    named = read_token('{"access_token": "a", "expires_at": "2026-12-24T10:00:00-08:00"}', None, NOW)
    assert named.expires_at == datetime(2026, 12, 24, 18, tzinfo=UTC)


def test_the_apps_names_stay_where_the_new_token_brings_none() -> None:
    after = read_token("new", X, NOW)
    assert (after.client_id, after.client_secret) == ("app", Secret("app-secret"))
    assert after.refresh_token is None


def test_a_google_project_in_testing_lives_seven_days() -> None:
    said = '{"access_token": "a", "refresh_token": "r", "expires_in": 3599, "testing": true}'
    assert read_token(said, None, NOW).refresh_expires_at == NOW + 7 * DAY
    said = '{"access_token": "a", "refresh_token": "r", "refresh_token_expires_in": 604799}'
    assert read_token(said, None, NOW).refresh_expires_at == NOW + timedelta(seconds=604799)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "two tokens",
        "se\u00f1al",
        "line\nline",
        "{",
        "{}",
        '{"access_token": ""}',
        '{"access_token": ["secret-1"]}',
        '{"access_token": "secret-1", "expires_at": "tomorrow"}',
        '{"access_token": "secret-1", "expires_at": "2026-12-24T10:00:00"}',
        '{"access_token": "secret-1", "expires_in": 1e300}',
        '{"access_token": "secret-1", "expires_at": 1e300}',
        '{"access_token": "secret-1", "expires_in": {}}',
        '{"access_token": "secret-1", "expires_in": true}',
        '["secret-1"]',
        '["secret-1"',
        "[" * 50_000,
        '"secret-1"',
        '"secret-1',
        "'secret-1'",
        "17",
        "true",
        "null",
        '{"access_token": 123}',
        '{"access_token": true}',
        '{"access_token": "\\"secret-1\\""}',
        '{"access_token": "a", "refresh_token": 5}',
        "access_token=secret-1",
    ],
)
def test_what_is_no_token_is_said_and_not_repeated(text: str) -> None:
    with pytest.raises(BadQuestion) as told:
        read_token(text, None, NOW)
    assert "secret-1" not in str(told.value)


@pytest.mark.parametrize(
    "text",
    [
        '{"access_token": "secret-1", "expires_in": -5}',
        '{"access_token": "secret-1", "expires_at": "2026-11-22T16:59:55Z"}',
        '{"access_token": "secret-1", "expires_in": -5, "refresh_token": "r", "refresh_token_expires_in": -5}',
    ],
)
def test_a_token_that_has_ended_is_refused_with_its_end(text: str) -> None:
    with pytest.raises(
        BadQuestion, match=r"ended on Sunday, November 22, 2026, at 8:59 a\.m\. Pacific"
    ) as told:
        read_token(text, None, NOW)
    assert "secret-1" not in str(told.value)


def test_an_answer_whose_access_token_has_ended_is_taken_where_it_can_be_renewed() -> None:
    said = '{"access_token": "a", "expires_at": "2026-11-20T10:00:00Z", "refresh_token": "r"}'
    assert read_token(said, None, NOW).refresh_token == Secret("r")


@pytest.mark.parametrize("text", ["AAAA%2Fbb%3DCC", "1234|a-b_c", "1//0g.x~y", "QUFB+Lw=="])
def test_the_signs_that_sites_write_tokens_with_are_taken(text: str) -> None:
    assert read_token(text, None, NOW).access_token == Secret(text)


# The runway.


def test_what_renews_itself_is_no_end_and_what_nothing_renews_is() -> None:
    assert token_ends(SLUG, RENEWALS["x"], X, NOW) == []
    (own,) = token_ends(SLUG, RENEWALS["x"], replace(X, refresh_token=None), NOW)
    assert (own.at, own.cause) == (X.expires_at, "the token")
    (own,) = token_ends(SLUG, INSTAGRAM_REFRESH, META, NOW)
    assert own.at == META.expires_at  # should its renewal fail from now on
    linkedin = replace(X, refresh_expires_at=NOW + 30 * DAY)
    (refresh,) = token_ends(SLUG, RENEWALS["linkedin"], linkedin, NOW)
    assert (refresh.at, refresh.cause) == (NOW + 30 * DAY, "what renews the token")
    assert "paloverde accounts token x-palmaria" in refresh.todo


def test_the_first_end_counts() -> None:
    near, far = (End(NOW + days * DAY, "the token", "") for days in (3, 9))
    assert first_end([far, near]) == near
    assert first_end([]) is None
    assert version_end("LinkedIn", "202608", "PALOVERDE_LINKEDIN_VERSION", None) == []


@pytest.mark.parametrize(
    ("left", "due"), [(15, []), (14, [14]), (8, [14]), (7, [14, 7]), (2, [14, 7, 2]), (0, list(ALARM_DAYS)), (-3, list(ALARM_DAYS))]
)  # fmt: skip
def test_alarms_come_as_the_days_run_down(left: int, due: list[int]) -> None:
    end = End(NOW + left * DAY, "the token", "")
    assert end.days_left(NOW) == left
    assert crossed(end, NOW) == due


def test_days_are_the_citys_days() -> None:
    evening = datetime(2026, 11, 23, 7, 30, tzinfo=UTC)  # still 22 November in California
    end = End(datetime(2026, 11, 23, 8, 30, tzinfo=UTC), "the token", "")
    assert end.days_left(evening) == 1
