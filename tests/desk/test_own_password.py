"""Somebody changes their own password, at the desk and before signing in: what ends, what is told, what is not."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from httpx import Client, Response
from sqlalchemy import select

from desk.desks import text_of
from desk.owndesk import PASSWORD, OwnDesk, browser, serving, sign_in, token_of
from paloverde.desk.attempts import PER_PERSON_AND_PLACE
from paloverde.desk.people import People, Role
from paloverde.desk.rights import Act, roles_of
from paloverde.desk.sign_in import ELSEWHERE, WRONG
from paloverde.records import Account
from paloverde.state.tables import FORMS

OWN = "seven herons by the pond"
FIRST = "q7w2k-first-password-by-it"


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[OwnDesk]:
    desk = OwnDesk(tmp_path, PALOVERDE_AGENCY_NAME="City of Palma Ria")
    desk.city.register_account(Account("x-palmaria", "x", "1", "palmaria"))
    desk.city.changes.notice()
    with serving(desk) as running:
        yield running


@pytest.fixture
def client(desk: OwnDesk) -> Iterator[Client]:
    with browser(desk.address) as one:
        yield one


def is_in(client: Client) -> bool:
    return client.get("/password").status_code == 200


def change(client: Client, current: str = PASSWORD, new: str = OWN, again: str | None = None) -> Response:
    page = client.get("/password")
    form = {"form_token": token_of(page.text), "current": current, "new": new, "again": again or new}
    return client.post("/password", data=form)


def before_signing_in(client: Client, **form: str) -> Response:
    return client.post("/sign-in/password", data={"username": "cleo", "new": OWN, "again": OWN} | form)


def told(desk: OwnDesk) -> list[tuple[str, str, str]]:
    """What the ledger says of passwords, by whom, of whom."""
    found = [one.event for one in desk.city.ledger.entries() if one.event.about.get("series") == "people"]
    return [(one.what, one.actor, one.about.get("username", "")) for one in found][1:]


def everything(home: Path) -> bytes:
    return b"".join(path.read_bytes() for path in home.rglob("*") if path.is_file())


def test_the_new_password_counts_this_sign_in_goes_on_and_all_others_end(
    desk: OwnDesk, client: Client
) -> None:
    with browser(desk.address) as other, browser(desk.address) as stranger:
        desk.people.put("omar", "Omar Diaz", Role.AUDITOR, PASSWORD)
        for one, who in ((client, "cleo"), (other, "cleo"), (stranger, "omar")):
            sign_in(one, who)
        answer = change(client)
        assert (answer.status_code, answer.headers["location"]) == (303, "/password")
        assert "Your password is changed. All your other sign-ins ended." in text_of(client.get("/password"))
        assert [is_in(one) for one in (client, other, stranger)] == [True, False, True]
        assert sign_in(other).status_code == 401
        assert sign_in(other, password=OWN).status_code == 303


def test_everything_else_about_the_person_stays(desk: OwnDesk, client: Client) -> None:
    desk.people.put("cleo", "Cleo Park", Role.CLERK, PASSWORD, "City Clerk", ("x-palmaria",))
    sign_in(client)
    change(client)
    person = desk.people.find("cleo")
    assert person is not None
    assert (person.name, person.role, person.title, person.accounts) == (
        "Cleo Park",
        Role.CLERK,
        "City Clerk",
        ("x-palmaria",),
    )


def test_the_ledger_tells_who_changed_theirs_and_neither_password_is_kept_anywhere(
    desk: OwnDesk, client: Client, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    sign_in(client)
    change(client)
    assert told(desk) == [("password changed", "Cleo Park, clerk, desk (cleo)", "cleo")]
    kept = everything(tmp_path)
    for secret in (PASSWORD, OWN):
        assert secret.encode() not in kept
        assert secret not in caplog.text
    auditor = desk.people.put("una", "Una Wolf", Role.AUDITOR, PASSWORD)
    with browser(desk.address) as other:
        sign_in(other, auditor.username)
        page = text_of(other.get("/ledger"))
    assert "Cleo has changed their own password; their other sign-ins ended." in page


def test_what_a_form_with_a_password_says_is_not_to_be_guessed_from_what_is_noted_of_it(
    desk: OwnDesk, client: Client
) -> None:
    """A plain hash of its fields could be tried with a list of passwords; it hangs on the session's secret."""
    noted = set()
    for old, new in ((PASSWORD, OWN), (OWN, PASSWORD), (PASSWORD, OWN)):
        client.cookies.clear()
        sign_in(client, password=old)
        assert change(client, old, new).status_code == 303
        with desk.city.vault.books.connect() as connection:
            noted |= set(connection.execute(select(FORMS.c.content)).scalars())
    assert len(noted) == 3


@pytest.mark.parametrize(
    ("new", "again", "why"),
    [
        ("too short", None, "has 9 characters; it needs at least 15"),
        ("cleo park cleo 1234", None, "does not count: your name or username"),
        ("palmaria-palmaria-1", None, "does not count: the City’s name"),
        ("qwertyuiopasdfghjk", None, "keys that lie beside each other"),
        (PASSWORD, None, "This is the password that you have"),
        (OWN, "seven heron by the pond", "typed in two ways"),
    ],
)
def test_what_is_not_taken_is_said_in_a_sentence_and_nothing_ends(
    desk: OwnDesk, client: Client, new: str, again: str | None, why: str
) -> None:
    sign_in(client)
    answer = change(client, new=new, again=again)
    assert why in text_of(answer)
    assert f'value="{new}"' not in answer.text
    assert is_in(client)
    assert desk.people.check("cleo", PASSWORD)
    assert told(desk) == []


def test_a_password_that_leaked_elsewhere_is_not_taken_at_either_page(tmp_path: Path) -> None:
    file = tmp_path / "leaked.txt"
    file.write_text(f"{hashlib.sha1(OWN.encode(), usedforsecurity=False).hexdigest().upper()}:3\n")
    desk = OwnDesk(tmp_path / "home", PALOVERDE_LEAKED_PASSWORDS=str(file))
    with serving(desk), browser(desk.address) as client:
        refused = before_signing_in(client, current=PASSWORD)
        assert (refused.status_code, "in a list of those that leaked elsewhere" in refused.text) == (
            400,
            True,
        )
        sign_in(client)
        assert "in a list of those that leaked elsewhere" in text_of(change(client))
        assert change(client, new=OWN + " today").status_code == 303
        file.unlink()  # then nothing is taken for not being there
        answer = before_signing_in(client, current=OWN + " today")
        assert (answer.status_code, "the one until now stays" in answer.text) == (503, True)
        assert str(tmp_path) not in answer.text


def test_whoever_sits_at_an_open_browser_and_guesses_is_slowed_down(desk: OwnDesk, client: Client) -> None:
    sign_in(client)
    for _ in range(PER_PERSON_AND_PLACE):
        assert "This is not your password. Type it again." in text_of(change(client, "a guess"))
    assert "Too many tries. Wait 5 minutes" in text_of(change(client))
    assert desk.people.check("cleo", PASSWORD)
    desk.clock.pass_minutes(5)
    assert change(client).status_code == 303


def test_the_own_password_is_everybodys_and_the_foot_of_each_page_leads_there(
    desk: OwnDesk, client: Client
) -> None:
    assert roles_of(Act.OWN_PASSWORD) == tuple(Role)
    for role, first_page, accounts in ((Role.EMPLOYEE, "/report", ()), (Role.CLERK, "/", ("x-palmaria",))):
        desk.people.put("somebody", "Some Body", role, PASSWORD, accounts=accounts)
        client.cookies.clear()
        sign_in(client, "somebody")
        assert 'href="/password"' in client.get(first_page).text
        assert change(client).status_code == 303, role
        assert desk.people.check("somebody", OWN)


def test_the_first_password_opens_nothing_but_the_page_to_choose_another(
    desk: OwnDesk, client: Client
) -> None:
    desk.people.put("cleo", "Cleo Park", Role.CLERK, FIRST, temporary=True)
    answer = sign_in(client, password=FIRST, next="/search?q=pool")
    assert answer.status_code == 403
    assert "Choose one of your own" in text_of(answer)
    assert 'action="sign-in/password"' in answer.text  # beside the page that is shown at /sign-in
    assert 'name="next" value="/search?q=pool"' in answer.text
    assert FIRST not in answer.text
    assert not client.cookies
    answer = before_signing_in(client, current=FIRST, next="/search?q=pool")
    assert (answer.status_code, answer.headers["location"]) == (303, "/search?q=pool")
    assert is_in(client)
    assert [person.temporary for person in desk.people.all()] == [False]
    assert told(desk)[-1] == ("password changed", "Cleo Park, clerk, desk (cleo)", "cleo")
    with browser(desk.address) as other:
        assert sign_in(other, password=FIRST).status_code == 401
        assert sign_in(other, password=OWN).status_code == 303


def test_the_first_password_is_not_to_be_kept(desk: OwnDesk, client: Client) -> None:
    desk.people.put("cleo", "Cleo Park", Role.CLERK, FIRST, temporary=True)
    answer = before_signing_in(client, current=FIRST, new=FIRST, again=FIRST)
    assert (answer.status_code, "This is the password that you have" in answer.text) == (400, True)
    assert not client.cookies
    assert desk.people.find("cleo").temporary  # type: ignore[union-attr]


def test_before_signing_in_nothing_is_changed_without_the_password_or_from_another_site(
    desk: OwnDesk, client: Client
) -> None:
    for form, headers, code, why in (
        ({"current": "a guess"}, {}, 401, WRONG),
        ({"current": PASSWORD}, {"origin": "https://evil.example"}, 403, ELSEWHERE),
        ({"current": PASSWORD, "new": "cleo cleo cleo cleo"}, {}, 400, "does not count"),
    ):
        whole = {"username": "cleo", "new": OWN, "again": form.get("new", OWN)} | form
        answer = client.post("/sign-in/password", data=whole, headers=headers)
        assert (answer.status_code, why in answer.text) == (code, True)
    for _ in range(PER_PERSON_AND_PLACE):
        before_signing_in(client, current="a guess")
    assert before_signing_in(client, current=PASSWORD).status_code == 429
    assert not client.cookies
    assert desk.people.check("cleo", PASSWORD)


def test_the_page_before_signing_in_has_a_label_for_each_field_and_leads_back(client: Client) -> None:
    assert '<a href="sign-in/password">Change your password</a>' in client.get("/sign-in").text
    page = client.get("/sign-in/password").text
    fields = re.findall(r'<input id="(\w+)"', page)
    assert fields == re.findall(r'<label for="(\w+)"', page) == ["username", "current", "new", "again"]
    assert 'action="../sign-in/password"' in page
    assert '<a href="../sign-in">Back to signing in</a>' in page
    assert "<script" not in page


def test_another_password_that_it_gave_meanwhile_is_not_written_over(desk: OwnDesk) -> None:
    seen = desk.people.find("cleo")
    assert seen is not None
    desk.people.put("cleo", "Cleo Park", Role.CLERK, FIRST, temporary=True)
    with pytest.raises(Exception, match="IT has changed the sign-in of cleo just now"):
        desk.people.choose(seen, OWN)
    assert desk.people.check("cleo", FIRST)


def test_a_users_file_of_before_there_were_first_passwords_is_read(tmp_path: Path, desk: OwnDesk) -> None:
    text = desk.people.file.read_text()
    assert '"temporary": false' in text
    old = tmp_path / "old.json"
    old.write_text(re.sub(r',\s*"temporary": false', "", text))
    old.chmod(0o600)
    assert "temporary" not in old.read_text()
    person = People(old).check("cleo", PASSWORD)
    assert person is not None
    assert not person.temporary
