"""Single sign-on against an issuer on loopback that is honest, or lies in one way at a time."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from httpx import Client, Response
from joserfc.jwk import RSAKey

from desk.desks import text_of
from desk.issuer import CLIENT_ID, SECRET, LyingIssuer, issuing
from desk.owndesk import PASSWORD, START, OwnDesk, browser, serving, sign_in, token_of
from elsewheres import ELSEWHERES, led_to
from paloverde.desk.attempts import PER_PLACE
from paloverde.desk.newcomers import Newcomers, newcomers_of
from paloverde.desk.people import Role
from paloverde.errors import BadSetting
from paloverde.settings import load

NOW = int(START.timestamp())


@pytest.fixture
def issuer() -> Iterator[LyingIssuer]:
    with issuing(lambda: NOW) as one:
        one.claims["groups"] = ["staff", "clerks"]
        yield one


@pytest.fixture
def desk(tmp_path: Path, issuer: LyingIssuer) -> Iterator[OwnDesk]:
    with serving(OwnDesk(tmp_path, **set_up(issuer.address))) as running:
        yield running


def set_up(issuer: str, **more: str) -> dict[str, str]:
    return {
        "PALOVERDE_ALLOW_LOOPBACK_SITES": "true",
        "PALOVERDE_OIDC_ISSUER": issuer,
        "PALOVERDE_OIDC_CLIENT_ID": CLIENT_ID,
        "PALOVERDE_OIDC_CLIENT_SECRET": SECRET,
        "PALOVERDE_OIDC_ROLES": "clerks=clerk,attorneys=counsel",
    } | more


@pytest.fixture
def client(desk: OwnDesk) -> Iterator[Client]:
    with browser(desk.address) as one:
        yield one


def come_back(client: Client, onward: str = "/about") -> Response:
    """To the issuer, which lets everybody in, and back to the desk's answer."""
    left = client.get("/sign-in/city", params={"next": onward})
    assert left.status_code == 303, text_of(left)
    returned = client.get(left.headers["location"])
    assert returned.status_code == 303, returned.text
    return client.get(returned.headers["location"])


def newcomers(desk: OwnDesk) -> Newcomers:
    """What IT has at the command line."""
    return newcomers_of(desk.settings, desk.city.vault.books, desk.clock)


def who_is_in(client: Client) -> str:
    """How the pages name whoever is signed in; empty where nobody is."""
    found = re.search(r"You are signed in as (.+?)\. What", text_of(client.get("/about")))
    return found[1] if found else ""


def refused(client: Client) -> str:
    answer = come_back(client)
    assert answer.status_code == 403
    assert "paloverde_session" not in client.cookies
    return text_of(answer)


def test_the_sign_in_page_offers_it_and_the_groups_give_the_role(desk: OwnDesk, client: Client) -> None:
    page = client.get("/sign-in?next=/about").text
    assert 'href="/sign-in/city?next=%2Fabout"' in page
    answer = come_back(client)
    assert (answer.status_code, answer.headers["location"]) == (303, "/about")
    said = text_of(client.get("/about"))
    assert "signed in as Maria Lopez (clerk)" in said
    assert not desk.people.find("mlopez")  # the users file is for those who have a password


def test_the_browser_is_sent_with_pkce_state_and_nonce_and_keeps_them_in_a_hidden_cookie(
    client: Client,
) -> None:
    first, second = (client.get("/sign-in/city") for _ in range(2))
    asked = [parse_qs(urlsplit(one.headers["location"]).query) for one in (first, second)]
    for name in ("state", "nonce", "code_challenge"):
        assert asked[0][name] != asked[1][name]
        assert len(asked[0][name][0]) == 43
    assert "HttpOnly" in first.headers["set-cookie"]
    assert "SameSite=lax" in first.headers["set-cookie"]


def test_a_password_works_beside_it_until_it_is_switched_off(
    desk: OwnDesk, client: Client, issuer: LyingIssuer, tmp_path: Path
) -> None:
    assert sign_in(client).status_code == 303
    without = OwnDesk(tmp_path / "other", **set_up(issuer.address, PALOVERDE_DESK_PASSWORDS="false"))
    with serving(without), browser(without.address) as other:
        assert 'type="password"' not in other.get("/sign-in").text
        answer = sign_in(other)
        assert (answer.status_code, "use the City’s account" in answer.text) == (403, True)
        assert come_back(other).status_code == 303


def test_whoever_comes_by_it_has_no_password_here_and_ends_their_sign_ins_without_one(
    client: Client,
) -> None:
    come_back(client)
    assert 'href="/password"' not in client.get("/about").text
    told = client.get("/password")
    assert (told.status_code, "its password is changed there" in text_of(told)) == (404, True)
    page = client.get("/my-sign-ins").text
    assert 'type="password"' not in page
    form = {"form_token": token_of(page)}
    changed = client.post("/password", data=form | {"current": "", "new": "x" * 30, "again": "x" * 30})
    assert "its password is changed there" in text_of(changed)
    assert client.post("/sign-out-everywhere", data={"form_token": token_of(page)}).status_code == 303
    assert who_is_in(client) == ""


def test_a_new_password_ends_what_the_same_person_opened_by_single_sign_on(
    desk: OwnDesk, client: Client
) -> None:
    desk.people.put("maria", "Maria Lopez", Role.CLERK, PASSWORD)
    assert "nobody may count as two people" in refused(client)
    newcomers(desk).unite("mlopez@127.0.0.1", "maria")
    come_back(client)
    assert who_is_in(client) == "Maria Lopez (clerk)"
    with browser(desk.address) as other:
        own = {"current": PASSWORD, "new": "seven herons by the pond", "again": "seven herons by the pond"}
        assert other.post("/sign-in/password", data={"username": "maria"} | own).status_code == 303
        assert who_is_in(other) == "Maria Lopez (clerk)"
    assert who_is_in(client) == ""


def test_where_passwords_are_switched_off_none_is_changed(tmp_path: Path, issuer: LyingIssuer) -> None:
    without = OwnDesk(tmp_path / "other", **set_up(issuer.address, PALOVERDE_DESK_PASSWORDS="false"))
    with serving(without), browser(without.address) as other:
        assert "sign-in/password" not in other.get("/sign-in").text
        shown = other.get("/sign-in/password")
        assert (shown.status_code, "use the City’s account" in shown.text) == (403, True)
        own = {"current": PASSWORD, "new": "seven herons by the pond", "again": "seven herons by the pond"}
        assert other.post("/sign-in/password", data={"username": "cleo"} | own).status_code == 403
        assert without.people.check("cleo", PASSWORD)


def test_the_form_of_the_page_that_refuses_leads_to_signing_in(client: Client, issuer: LyingIssuer) -> None:
    """It is shown at /sign-in/back, one step deeper than where it goes."""
    issuer.claims["groups"] = ["staff"]
    answer = come_back(client)
    assert answer.status_code == 403
    assert 'action="../sign-in"' in answer.text
    assert 'href="../sign-in/password"' in answer.text


def test_whoever_has_no_group_of_the_desk_is_refused_in_plain_words(
    client: Client, issuer: LyingIssuer
) -> None:
    issuer.claims["groups"] = ["staff"]
    assert "you have no role at this desk. Ask IT" in refused(client)
    issuer.claims["groups"] = None
    assert "you have no role at this desk" in refused(client)
    issuer.claims |= {"groups": None, "_claim_names": {"groups": "src1"}}
    assert "so many groups" in refused(client)


LIES: dict[str, dict[str, Any]] = {
    "another nonce": {"nonce": "another"},
    "no nonce": {"nonce": None},
    "another audience": {"aud": "another client"},
    "no audience": {"aud": None},
    "several audiences and nobody named": {"aud": [CLIENT_ID, "another"]},
    "made for another client": {"azp": "another"},
    "another issuer": {"iss": "https://evil.example"},
    "expired": {"exp": NOW - 61},
    "an end that is no number": {"exp": "tomorrow"},
    "without an end": {"exp": None},
    "from the future": {"iat": NOW + 3600},
    "not valid yet": {"nbf": NOW + 3600},
    "of nobody": {"sub": ""},
    "of somebody without a name": {"sub": None},
}


@pytest.mark.parametrize("lie", LIES)
def test_a_token_that_does_not_hold_opens_nothing(client: Client, issuer: LyingIssuer, lie: str) -> None:
    issuer.changed = LIES[lie]
    assert "Begin again" in refused(client)


def test_a_token_that_nobody_or_somebody_else_signed_opens_nothing(
    client: Client, issuer: LyingIssuer
) -> None:
    issuer.signing = RSAKey.generate_key(2048, {"kid": "first"})
    assert "Begin again" in refused(client)


@pytest.mark.parametrize("algorithm", ["none", "HS256", "EdDSA", "made-up"])
def test_a_token_without_a_signature_by_a_private_key_opens_nothing(
    client: Client, issuer: LyingIssuer, algorithm: str
) -> None:
    issuer.unsigned = algorithm
    assert "Begin again" in refused(client)


def test_a_new_key_of_the_issuer_is_asked_for(
    desk: OwnDesk, client: Client, issuer: LyingIssuer, tmp_path: Path
) -> None:
    assert come_back(client).status_code == 303
    issuer.key = issuer.signing = RSAKey.generate_key(2048, {"kid": "second", "use": "sig"})
    fresh = OwnDesk(tmp_path / "later", **set_up(issuer.address))
    with serving(fresh), browser(fresh.address) as other:
        assert come_back(other).status_code == 303


def test_what_came_back_to_another_browser_or_twice_opens_nothing(
    desk: OwnDesk, client: Client, issuer: LyingIssuer
) -> None:
    left = client.get("/sign-in/city")
    back = client.get(left.headers["location"]).headers["location"]
    with browser(desk.address) as other:
        assert other.get(back).status_code == 403
        other.get("/sign-in/city")
        assert other.get(back).status_code == 403
        assert "paloverde_session" not in other.cookies
    assert client.get(back).status_code == 303
    assert client.get(back).status_code == 403  # the way is walked once


@pytest.mark.parametrize(
    "spoiled", ["error=access_denied", "code=made-up", "code=", "iss=https://evil.example"]
)
def test_an_answer_that_is_not_the_issuers_opens_nothing(client: Client, spoiled: str) -> None:
    left = client.get("/sign-in/city")
    state = parse_qs(urlsplit(left.headers["location"]).query)["state"][0]
    answer = client.get(f"/sign-in/back?state={state}&{spoiled}")
    assert answer.status_code in (403, 503)
    assert "paloverde_session" not in client.cookies


def test_an_issuer_that_does_not_answer_is_said_in_words(
    client: Client, issuer: LyingIssuer, tmp_path: Path
) -> None:
    issuer.broken = True
    answer = client.get("/sign-in/city")
    assert (answer.status_code, "does not answer just now" in answer.text) == (503, True)
    issuer.broken, issuer.calls_itself = False, "https://evil.example"
    assert client.get("/sign-in/city").status_code == 503
    issuer.calls_itself = issuer.address
    assert come_back(client).status_code == 303


def test_nobody_becomes_another_person_by_changing_their_name_at_the_issuer(
    desk: OwnDesk, client: Client, issuer: LyingIssuer
) -> None:
    come_back(client)
    issuer.claims |= {"name": "Ana Ruiz", "preferred_username": "aruiz", "groups": ["attorneys"]}
    come_back(client)
    assert "signed in as Maria Lopez (counsel)" in text_of(client.get("/about"))
    (known,) = newcomers(desk).all()
    assert (known.username, known.name, known.role) == ("mlopez@127.0.0.1", "Maria Lopez", Role.COUNSEL)


def test_a_username_that_somebody_had_before_is_not_given_to_another(
    desk: OwnDesk, client: Client, issuer: LyingIssuer
) -> None:
    come_back(client)
    client.cookies.clear()
    issuer.claims |= {"sub": "8", "name": "Mario Lopez"}
    assert "Somebody else has signed in as mlopez@127.0.0.1 before" in refused(client)
    newcomers(desk).forget("mlopez@127.0.0.1")
    assert come_back(client).status_code == 303


def test_nobody_of_the_issuer_passes_for_somebody_of_the_users_file(
    client: Client, issuer: LyingIssuer
) -> None:
    for claims in ({"preferred_username": "cleo"}, {"name": "Cleo\u202e Park"}, {"email": "cleo@x.example"}):
        honest = dict(issuer.claims)
        issuer.claims |= claims
        assert "nobody may count as two people" in refused(client)
        issuer.claims = honest
    issuer.claims |= {"sub": "9", "preferred_username": "quinn", "name": "<b>Cleo\u202e Hart</b>"}
    issuer.claims["groups"] = ["attorneys"]
    come_back(client)
    page = client.get("/about").text
    assert "<b>Cleo" not in page
    assert "\u202e" not in page
    assert "(counsel)" in page


def test_a_new_name_role_or_identity_counts_at_once_in_what_is_open(
    desk: OwnDesk, client: Client, issuer: LyingIssuer
) -> None:
    come_back(client)
    assert who_is_in(client) == "Maria Lopez (clerk)"
    newcomers(desk).rename("mlopez@127.0.0.1", "Maria Santos")
    assert who_is_in(client) == "Maria Santos (clerk)"
    with browser(desk.address) as other:
        issuer.claims["groups"] = ["attorneys"]
        come_back(other)
        assert who_is_in(client) == who_is_in(other) == "Maria Santos (counsel)"
        newcomers(desk).unite("mlopez@127.0.0.1", "cleo")
        assert who_is_in(client) == who_is_in(other) == "Cleo Park (clerk)"
        desk.people.put("cleo", "Cleo Park", Role.AUDITOR, "another long sentence")
        assert who_is_in(client) == "Cleo Park (auditor)"
        newcomers(desk).forget("mlopez@127.0.0.1")
        assert who_is_in(client) == who_is_in(other) == ""


def test_a_group_that_is_taken_away_ends_every_session_with_the_next_sign_in(
    desk: OwnDesk, client: Client, issuer: LyingIssuer
) -> None:
    come_back(client)
    with browser(desk.address) as other:
        issuer.claims["groups"] = ["staff"]
        assert "no role at this desk" in refused(other)
    assert who_is_in(client) == ""


def test_answers_that_prove_nothing_are_slowed_down_and_passwords_are_not(client: Client) -> None:
    for number in range(PER_PLACE):
        assert client.get(f"/sign-in/back?state=x&code={number}").status_code == 403
    slowed = client.get("/sign-in/back?state=x&code=y")
    assert slowed.status_code == 429
    assert slowed.headers["retry-after"].isdecimal()
    assert "Too many tries. Wait 5 minutes" in slowed.text
    assert sign_in(client).status_code == 303


def test_the_way_back_leads_to_no_other_site(desk: OwnDesk, client: Client) -> None:
    for onward in ELSEWHERES:
        location = come_back(client, onward).headers["location"]
        assert led_to(location, desk.address) == desk.address, (onward, location)


def test_its_session_ends_as_every_other(desk: OwnDesk, client: Client) -> None:
    come_back(client)
    assert client.get("/about").status_code == 200
    desk.clock.pass_minutes(30)
    assert client.get("/about").status_code == 303


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ({"PALOVERDE_OIDC_CLIENT_ID": None}, "also needs PALOVERDE_OIDC_CLIENT_ID"),
        ({"PALOVERDE_OIDC_ISSUER": "http://sign-on.city.example"}, "must be https"),
        ({"PALOVERDE_OIDC_ROLES": "clerks"}, "pairs such as clerks=clerk"),
        ({"PALOVERDE_OIDC_ISSUER": None, "PALOVERDE_DESK_PASSWORDS": "false"}, "nobody could sign in"),
    ],
)
def test_half_a_set_up_is_refused_in_one_sentence(more: dict[str, str | None], said: str) -> None:
    given = set_up("https://sign-on.city.example") | {"PALOVERDE_DESK_ADDRESS": "https://desk.city.example"}
    with pytest.raises(BadSetting, match=said):
        load({name: value for name, value in (given | more).items() if value is not None})


def test_a_role_that_there_is_not_stops_the_desk(tmp_path: Path, issuer: LyingIssuer) -> None:
    desk = OwnDesk(tmp_path, **set_up(issuer.address, PALOVERDE_OIDC_ROLES="clerks=mayor"))
    desk.door.close()
    with pytest.raises(BadSetting, match="the role 'mayor'"):
        desk.app()
