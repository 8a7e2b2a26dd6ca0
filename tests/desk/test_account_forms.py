"""IT's work at the desk: accounts are registered, changed and retired there, tokens handed in, sites asked."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from httpx import Response

from desk.desks import PERSONS, Desks, served, text_of, until
from desk.shelves import HOSTILE, Shelves, X, harm_in
from paloverde.archive.registry import all_accounts
from paloverde.desk.people import Person, Role, people_of
from paloverde.records import Account, Holder, archive_day
from paloverde.settings import SETTINGS
from simulatedcity import ArchivedCity, archived_city

IT = Role.IT
SECRET = "a-secret-token-of-nobody"
MAIL = b"""From: Ana Ruiz <ana@palmaria.example>
To: desk@palmaria.example
Subject: A forwarded comment
Date: Mon, 2 Mar 2026 10:00:00 -0800
Message-ID: <1@palmaria.example>

The fountain is dry.
"""
NEW = {
    "platform": "facebook", "native_id": "4711", "handle": "palmariaparks", "slug": "facebook-parks",
    "holder": "city",
}  # fmt: skip


@pytest.fixture
def shelves(tmp_path: Path) -> Shelves:
    return Shelves(tmp_path)


@pytest.fixture
def desks(shelves: Shelves) -> Iterator[Desks]:
    with served(Desks(shelves.city)) as running:
        yield running


@pytest.fixture(scope="module")
def real(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ArchivedCity]:
    """A city whose sites answer."""
    with archived_city(tmp_path_factory.mktemp("sites")) as city:
        yield city


@pytest.fixture(scope="module")
def real_desks(real: ArchivedCity) -> Iterator[Desks]:
    with served(Desks(real.city)) as running:
        yield running


def ended(desks: Desks, answer: Response) -> Response:
    """The page of long work, once it is over."""
    assert answer.status_code == 303, text_of(answer)
    client = desks.client(IT)
    path = answer.headers["location"]
    until(lambda: "data-refresh" not in client.get(path).text, 60)
    return client.get(path)


def facts_of(shelves: Shelves, slug: str) -> Account:
    return next(one for one in all_accounts(shelves.city.vault.books) if one.slug == slug)


def test_it_registers_an_account_and_is_led_to_its_token(desks: Desks, shelves: Shelves) -> None:
    said = desks.done("/register-account", NEW, IT)
    assert "facebook-parks is registered. Now it needs its token." in said
    assert "Token of facebook-parks" in said
    assert facts_of(shelves, "facebook-parks").native_id == "4711"
    (_, _, told) = shelves.told("account registered")
    assert (told["account"], told["native_id"]) == ("facebook-parks", "4711")
    assert "facebook-parks" in text_of(desks.get("/accounts", IT))


@pytest.mark.parametrize(
    ("slip", "told"),
    [
        ({"slug": X}, "registered already"),
        ({"slug": "No Slug"}, "cannot name an account"),
        ({"slug": ""}, "Fill this in"),
        ({"native_id": "palmariaparks"}, "its number at the site"),
        ({"platform": "myspace"}, "Choose one of the list"),
        ({"handle": " "}, "Fill this in"),
        ({"slug": HOSTILE[0]}, "cannot name an account"),
        ({"native_id": HOSTILE[6]}, "its number at the site"),
    ],
)
def test_a_slip_is_said_on_the_form_with_what_was_typed(
    desks: Desks, shelves: Shelves, slip: dict[str, str], told: str
) -> None:
    before = all_accounts(shelves.city.vault.books)
    answer = desks.post("/register-account", NEW | slip, IT)
    assert answer.status_code == 400
    assert told in text_of(answer)
    assert not harm_in(answer.text)
    assert 'value="palmariaparks"' in answer.text or "handle" in slip
    assert all_accounts(shelves.city.vault.books) == before


def test_a_hostile_name_is_shown_inert_everywhere(desks: Desks) -> None:
    for number, text in enumerate(HOSTILE):
        desks.done("/register-account", NEW | {"handle": text, "slug": f"facebook-h{number}"}, IT)
        for path in ("", "/change", "/token", "/retire", "/health", "/night", "/import"):
            answer = desks.get(f"/accounts/facebook-h{number}{path}", IT)
            assert answer.status_code == 200, path
            if path != "/change":  # there it stands in the field, as it is
                assert not harm_in(answer.text), path
    assert not harm_in(desks.get("/accounts", IT).text)


def test_it_changes_whose_an_account_is_and_its_name_there(desks: Desks, shelves: Shelves) -> None:
    page = desks.get(f"/accounts/{X}/change", IT).text
    assert 'value="palmaria"' in page
    said = desks.done(f"/accounts/{X}/change", {"handle": "mayor", "holder": "official"}, IT)
    assert "an official’s own account" in said
    assert facts_of(shelves, X) == Account(X, "x", "43", "mayor", Holder.OFFICIAL)
    assert shelves.told("account registered")[-1]["holder"] == "official"


def test_retiring_says_first_what_follows_and_can_be_taken_back(desks: Desks, shelves: Shelves) -> None:
    shelves.fill()
    said = text_of(desks.get(f"/accounts/{X}/retire", IT))
    assert "found as before: 1 sealed run" in said
    assert "is retired. Its records stay." in desks.done(f"/accounts/{X}/retire", {}, IT)
    assert X not in {one.slug for one in shelves.city.accounts()}
    assert shelves.told("account retired") == [{"account": X}]
    page = text_of(desks.get(f"/accounts/{X}", IT))
    assert "Archive it again" in page
    assert "Check its access" not in page
    desks.done(f"/accounts/{X}/change", {"handle": "palmaria", "holder": "city"}, IT)
    assert X in {one.slug for one in shelves.city.accounts()}


def test_an_account_of_which_nothing_is_sealed_goes_off_the_list(desks: Desks, shelves: Shelves) -> None:
    assert "goes off the list" in text_of(desks.get(f"/accounts/{X}/retire", IT))
    assert "is off the list" in desks.done(f"/accounts/{X}/retire", {}, IT)
    assert desks.get(f"/accounts/{X}", IT).status_code == 400
    assert shelves.told("account removed") == [{"account": X}]


@pytest.mark.parametrize("as_file", [False, True])
def test_a_token_is_kept_and_never_shown_again(desks: Desks, shelves: Shelves, as_file: bool) -> None:
    files = {"document": ("token.json", f'{{"access_token": "{SECRET}"}}'.encode())} if as_file else None
    said = desks.done(f"/accounts/{X}/token", {} if as_file else {"token": SECRET}, IT, files=files)
    assert f"The token of {X} is kept." in said
    assert "paloverde" not in said.partition("Check the access")[0]
    assert shelves.city.token_of(X) == SECRET
    assert shelves.told("token put in") == [{"account": X}]
    for path in ("", "/token", "/change", "/health", "/runs"):
        assert SECRET not in desks.get(f"/accounts/{X}{path}", IT).text
    assert SECRET not in desks.get("/installation/settings", IT).text
    home = [file for file in shelves.home.rglob("*") if file.is_file()]
    assert not [file for file in home if SECRET.encode() in file.read_bytes()]


@pytest.mark.parametrize(
    "text", ["", " ", "not a token <b>", '{"access_token": 1', "x" * 100_001, f"{SECRET}\0", "[1]"]
)
def test_what_is_no_token_is_refused_without_being_repeated(
    desks: Desks, shelves: Shelves, text: str
) -> None:
    shelves.city.put_token(X, "the-one-before", "t")
    answer = desks.post(f"/accounts/{X}/token", {"token": text}, IT)
    assert answer.status_code == 400
    assert "Nothing was changed" in text_of(answer)
    assert not text.strip() or text.strip() not in answer.text
    assert SECRET not in answer.text
    assert shelves.city.token_of(X) == "the-one-before"


def test_a_token_is_forgotten_after_it_is_said_what_follows(desks: Desks, shelves: Shelves) -> None:
    shelves.city.put_token(X, SECRET, "t")
    assert "No night can ask the site" in text_of(desks.get(f"/accounts/{X}/token/forget", IT))
    assert "is no longer kept" in desks.done(f"/accounts/{X}/token/forget", {}, IT)
    assert not shelves.city.access.credentials.holds(X)
    assert shelves.told("token taken off") == [{"account": X}]


def test_only_it_may_and_who_sees_single_accounts_changes_none(desks: Desks, shelves: Shelves) -> None:
    limited = Person("ida", "Ida Moss", IT, "", accounts=(X,))
    before = shelves.city.accounts()
    refused = [*(role for role in PERSONS if role is not IT), limited]
    for who in refused:
        for path in ("/register-account", "/installation/settings", "/installation/people",
                     *(f"/accounts/{X}/{one}" for one in ("change", "retire", "token", "health", "import"))):  # fmt: skip
            assert desks.get(path, who).status_code == 403, (who, path)
        assert desks.post(f"/accounts/{X}/retire", {}, who).status_code == 403
        assert desks.post(f"/accounts/{X}/token", {"token": SECRET}, who).status_code == 403
        assert desks.post("/register-account", NEW, who).status_code == 403
    for who in (Role.CLERK, limited):
        page = desks.get(f"/accounts/{X}", who).text
        assert f"/accounts/{X}/retire" not in page
        assert "/register-account" not in desks.get("/accounts", who).text
    assert shelves.city.accounts() == before


def test_the_settings_in_force_are_shown_without_a_secret(desks: Desks) -> None:
    answer = desks.get("/installation/settings", IT)
    said = text_of(answer)
    for setting in SETTINGS:
        assert setting.variable in said
    assert "PALOVERDE_AGENCY_NAME City of Palma Ria" in said
    assert "PALOVERDE_S3_SECRET_KEY not set" in said
    assert len(answer.content) < 300_000


def test_the_people_who_may_sign_in_are_listed_with_how_they_are_added(
    desks: Desks, shelves: Shelves
) -> None:
    people_of(shelves.city.settings).put("ana", HOSTILE[1], Role.COUNSEL, "a long enough password", "", (X,))
    answer = desks.get("/installation/people", IT)
    assert f"counsel {X} password" in text_of(answer)
    assert "paloverde users add" in text_of(answer)
    assert "argon2" not in answer.text
    assert not harm_in(answer.text)


def test_an_import_tells_how_it_goes_and_is_sealed_under_the_name_of_who_made_it(
    desks: Desks, shelves: Shelves
) -> None:
    files = [("document", ("one.eml", MAIL))]
    fields = {"format": "", "provenance": "", "kind": ""}
    page = ended(desks, desks.post(f"/accounts/{X}/import", fields, IT, files=files))
    assert "It is ready" in text_of(page)
    (told,) = shelves.told("import sealed")
    assert (told["account"], told["format"]) == (X, "mail")
    (entry,) = [one for one in shelves.city.ledger.entries() if one.event.what == "import sealed"]
    assert "Ivo Lee" in entry.event.actor
    assert "Import" in text_of(desks.get(f"/accounts/{X}/runs", IT))
    again = ended(desks, desks.post(f"/accounts/{X}/import", fields, IT, files=files))
    assert "these files are already sealed" in text_of(again)


def test_an_import_of_nothing_readable_says_so(desks: Desks) -> None:
    fields = {"format": "x", "provenance": "", "kind": ""}
    files = [("document", ("odd.bin", b"\0\1\2"))]
    page = text_of(ended(desks, desks.post(f"/accounts/{X}/import", fields, IT, files=files)))
    assert "It could not be done" in page


@pytest.mark.parametrize(
    ("slip", "told"),
    [
        ({"zone": "Mars"}, "no time zone"),
        ({"columns": "what=nonsense"}, "an equals sign and one of"),
        ({"custodian": "Bo Park"}, "its date and its words"),
        ({"kind": "thought"}, "Choose one of the list"),
        ({}, "Choose the files"),
    ],
)
def test_a_slip_in_the_form_of_an_import_starts_nothing(
    desks: Desks, slip: dict[str, str], told: str
) -> None:
    fields = {"format": "", "provenance": "", "kind": ""}
    answer = desks.post(f"/accounts/{X}/import", fields | slip, IT)
    assert answer.status_code == 400
    assert told in text_of(answer)


def test_a_dead_token_is_found_and_mended_at_the_desk_and_the_night_is_archived(
    real: ArchivedCity, real_desks: Desks
) -> None:
    slug = next(one for one in real.tokens if one.startswith("x-"))
    path = f"/accounts/{slug}"
    real_desks.done(f"{path}/token", {"token": "dead-from-the-beginning"}, IT)
    page = text_of(ended(real_desks, real_desks.post(f"{path}/health", {}, IT)))
    assert "It could not be done" in page
    assert slug in text_of(real_desks.get("/", IT))
    real_desks.done(f"{path}/token", {"token": real.tokens[slug]}, IT)
    assert "It is ready" in text_of(ended(real_desks, real_desks.post(f"{path}/health", {}, IT)))
    assert "its token works" in text_of(real_desks.get("/accounts", IT))
    assert real_desks.post(f"{path}/night", {"day": "2199-01-01"}, IT).status_code == 400
    day = archive_day(real.city.vault.clock()).isoformat()
    done = ended(real_desks, real_desks.post(f"{path}/night", {"day": day}, IT))
    assert "It is ready" in text_of(done)
    assert f"{path}/days/{day}" in done.text
    assert "Night" in text_of(real_desks.get(f"{path}/days/{day}", IT))
    for action in ("removals", "sweep"):
        assert "It is ready" in text_of(ended(real_desks, real_desks.post(f"{path}/{action}", {}, IT)))
