"""Changes of settings and of who may sign in, as the ledger tells of them: what, from what to what, no secret."""

from __future__ import annotations

import json
import os
import threading
from collections.abc import Mapping
from pathlib import Path

import pytest
from sqlalchemy import event

from paloverde.archive.rebuild import rebuild
from paloverde.desk.people import People, Role
from paloverde.errors import PaloverdeError
from paloverde.installation import Installation, Purpose, open_installation
from paloverde.installation.changes import PEOPLE, SETTINGS
from paloverde.records import Account
from paloverde.settings import load
from paloverde.state.tables import FILED

SECRET = "hush-hush-0123456789"
PASSWORD = "correct horse battery"
Told = list[tuple[str, dict[str, str]]]


class City:
    """A city whose archive has begun, opened with other settings as a test likes."""

    def __init__(self, home: Path) -> None:
        self.home, self.given = home, {"PALOVERDE_HOME": str(home)}
        self.people = People(home / "users.json")
        self.open().register_account(Account("x-palmaria", "x", "1", "palmaria"))

    def open(self, **more: str) -> Installation:
        return self.look(Purpose.BEGIN, **more)

    def look(self, purpose: Purpose, **more: str) -> Installation:
        given = self.given | {f"PALOVERDE_{name.upper()}": text for name, text in more.items()}
        return open_installation(load(given), purpose=purpose)

    def told(self, series: str = SETTINGS) -> Told:
        """What the ledger tells of a series, without what names the paper."""
        entries = [one.event for one in self.look(Purpose.EXAMINE).ledger.entries()]
        return [
            (one.what, {name: text for name, text in one.about.items() if not _names_the_paper(name)})
            for one in entries
            if one.about.get("series") == series
        ]

    def everything(self) -> str:
        """All that lies in the store and the ledger, as one text."""
        files = [path.read_bytes() for path in (self.home / "archive").rglob("*") if path.is_file()]
        return b"\n".join(files).decode(errors="replace")


def _names_the_paper(name: str) -> bool:
    return name.startswith("paper") or name in ("series", "subject")


@pytest.fixture
def city(tmp_path: Path) -> City:
    return City(tmp_path / "home")


def test_an_archive_that_has_not_begun_tells_nothing(tmp_path: Path) -> None:
    given = load({"PALOVERDE_HOME": str(tmp_path)})
    open_installation(given)
    assert open_installation(given).ledger.entries() == []


def test_the_first_opening_tells_what_is_in_force(city: City) -> None:
    assert city.told() == []
    opened = city.open()
    assert city.told() == [("settings in force", {})]
    (filed,) = opened.cabinet.newest(SETTINGS)
    paper = json.loads(opened.cabinet.bytes_of(filed))
    assert paper["settings"]["lock_years"] == "2"
    assert set(paper["settings"]) >= {"store", "database", "fixity_days", "agency_name", "witnesses"}
    assert city.told(PEOPLE) == []  # nobody can sign in


def test_a_changed_setting_is_told_with_what_it_was_and_is(city: City) -> None:
    unset, days = "City (PALOVERDE_AGENCY_NAME is not set)", str(load(city.given).fixity_days)
    city.open()
    city.open(fixity_days="45", agency_name="Palma Ria")
    city.open(agency_name="Palma Ria")
    assert city.told()[1:] == [
        ("settings changed", {"agency_name": f"{unset} -> Palma Ria", "fixity_days": f"{days} -> 45"}),
        ("settings changed", {"fixity_days": f"45 -> {days}"}),
    ]


def test_nothing_is_written_where_nothing_changed(city: City) -> None:
    city.people.put("ana", "Ana Example", Role.CLERK, PASSWORD)
    city.open()
    before = len(city.open().ledger.entries()), city.everything()
    opened = city.open()
    statements: list[str] = []
    event.listen(opened.vault.books, "before_cursor_execute", lambda *told: statements.append(told[2]))
    opened.changes.notice()
    assert len(statements) == 4  # the newest paper of each, proven, and the keys that it is proven by
    assert (len(opened.ledger.entries()), city.everything()) == before


@pytest.mark.parametrize("purpose", [Purpose.EXAMINE, Purpose.REBUILD, Purpose.REPAIR])
def test_who_only_looks_writes_nothing(city: City, purpose: Purpose) -> None:
    city.look(purpose, fixity_days="45")
    assert city.told() == []


def test_of_a_secret_only_its_change_is_told(city: City) -> None:
    keys = {"s3_access_key": SECRET + "a", "s3_secret_key": SECRET + "b"}
    address = f"sqlite:///{city.home}/paloverde.db?timeout=60"
    city.open()
    city.open(**keys)
    city.open(**keys | {"s3_secret_key": SECRET + "c"})
    city.open(**keys | {"s3_secret_key": SECRET + "c"}, database=address)
    city.open()
    assert [about for _, about in city.told()] == [
        {},
        {"secret s3_access_key": "set", "secret s3_secret_key": "set"},
        {"secret s3_secret_key": "changed"},
        {"secret database": "set"},
        {f"secret {name}": "taken out" for name in ("database", "s3_access_key", "s3_secret_key")},
    ]
    assert SECRET not in city.everything()
    assert "timeout" not in city.everything()


def test_a_password_in_the_databases_address_is_not_in_what_is_filed(city: City) -> None:
    """The settings of a city on a server, compared by an installation whose books are here."""
    opened = city.open()
    server = f"postgresql+psycopg://clerk:{SECRET}@db.example/city?sslpassword={SECRET}"
    elsewhere = load(city.given | {"PALOVERDE_DATABASE": server})
    Installation(elsewhere, opened.vault).changes.notice()
    ((_, about),) = city.told()[1:]
    assert about["database"].endswith("-> postgresql+psycopg://clerk@db.example/city")
    assert about["secret database"] == "set"
    assert SECRET not in city.everything()


def test_a_fingerprint_cannot_be_made_without_the_signing_key(tmp_path: Path) -> None:
    prints = set()
    for name in ("one", "other"):
        city = City(tmp_path / name)
        opened = city.open(s3_access_key=SECRET, s3_secret_key=SECRET)
        (filed,) = opened.cabinet.newest(SETTINGS)
        prints |= set(json.loads(opened.cabinet.bytes_of(filed))["secrets"].values())
    assert len(prints) == 4  # not even the same secret twice, or in two cities


def test_another_signing_key_is_told_and_makes_no_secret_look_changed(city: City) -> None:
    keys = {"s3_access_key": SECRET, "s3_secret_key": SECRET}
    first = city.open(**keys)
    made = first.keys.replace("a test", "this test")
    city.open(**keys)
    city.open(**keys)
    assert city.told()[1:] == [
        ("settings changed", {"signing key": f"{first.vault.signer.public_key} -> {made.public_key}"})
    ]


def test_a_value_of_any_length_fits_into_an_entry(city: City) -> None:
    city.open()
    city.open(agency_name="ö" * 50_000)
    ((_, about),) = city.told()[1:]
    assert about["agency_name"].endswith("ö…")
    assert len(about["agency_name"]) < 300


def test_two_homes_are_compared_apart(city: City, tmp_path: Path) -> None:
    """Two machines with one archive and other folders do not tell of each other's settings at every turn."""
    city.open()
    opened = city.open()
    other = load(city.given | {"PALOVERDE_HOME": str(tmp_path / "other"), "PALOVERDE_FIXITY_DAYS": "45"})
    for _ in range(2):
        Installation(other, opened.vault).changes.notice()
        city.open()
    assert [what for what, _ in city.told()] == ["settings in force", "settings in force"]


def test_processes_that_open_at_once_tell_it_once(city: City) -> None:
    opened = [city.look(Purpose.EXAMINE, fixity_days="45") for _ in range(6)]
    gate, troubles = threading.Barrier(6), list[PaloverdeError]()

    def notice(one: Installation) -> None:
        gate.wait()
        try:
            one.changes.notice()
        except PaloverdeError as error:
            troubles.append(error)

    threads = [threading.Thread(target=notice, args=[one]) for one in opened]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert troubles == []
    assert city.told() == [("settings in force", {})]


def by_hand(people: People, **changed: Mapping[str, str] | None) -> None:
    """Change the users file by hand: a person's fields, or None to take the line out."""
    lines = [
        line for line in json.loads(people.file.read_bytes()) if changed.get(line["username"], {}) is not None
    ]
    people.file.write_text(json.dumps([line | (changed.get(line["username"]) or {}) for line in lines]))


def test_what_a_hand_changes_in_the_users_file_is_noticed(city: City) -> None:
    city.people.put("ana", "Ana Example", Role.CLERK, PASSWORD)
    city.people.put("ben", "Ben Example", Role.IT, PASSWORD)
    city.people.put("subject", "An odd username", Role.AUDITOR, PASSWORD)
    city.open()
    hashed = city.people.find("ana")
    assert hashed is not None
    by_hand(city.people, ana={"role": "approver"}, ben=None)
    city.open()
    by_hand(city.people, ana={"password": hashed.password[:-4] + "AAAA", "name": "Ana Other"})
    city.open()
    city.people.file.unlink()
    city.open()
    city.open()
    ana, odd = "added as clerk", "added as auditor"
    assert city.told(PEOPLE) == [
        ("sign-ins in force", {"user ana": ana, "user ben": "added as it", "user subject": odd}),
        ("sign-ins changed", {"user ana": "clerk -> approver", "user ben": "removed, was it"}),
        ("sign-ins changed", {"user ana": "another password, another name"}),
        ("sign-ins changed", {"user ana": "removed, was approver", "user subject": "removed, was auditor"}),
    ]
    assert "argon2" not in city.everything()
    assert hashed.password not in city.everything()


def test_who_noticed_it_is_named_and_nobody_is_blamed(city: City) -> None:
    city.people.put("ana", "Ana Example", Role.CLERK, PASSWORD)
    entry = city.open().ledger.entries()[-1]
    assert entry.event.actor.startswith("noticed at an opening (")
    assert entry.event.about["subject"] == str(city.home)


def test_a_password_that_a_hand_wrote_into_the_file_leaves_no_trace(city: City) -> None:
    city.people.put("ana", "Ana Example", Role.CLERK, PASSWORD)
    by_hand(city.people, ana={"password": "guess me"})
    opened = city.open()
    (filed,) = opened.cabinet.newest(PEOPLE)
    assert json.loads(opened.cabinet.bytes_of(filed))["people"][0]["stamp"] == "no hash of a password"


def test_a_damaged_users_file_is_told_and_stops_no_night(city: City) -> None:
    city.people.put("ana", "Ana Example", Role.CLERK, PASSWORD)
    city.open()
    city.people.file.write_text('[{"username": "ana"')
    city.open()
    city.open()
    ((what, about),) = city.told(PEOPLE)[1:]
    assert what == "sign-ins changed"
    assert "no list of users" in about["trouble"]
    assert about["user ana"] == "removed, was clerk"


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_a_file_that_this_user_may_not_read_is_left_to_another(city: City) -> None:
    city.people.put("ana", "Ana Example", Role.CLERK, PASSWORD)
    city.people.file.chmod(0)
    city.open()
    assert city.told(PEOPLE) == []


def test_very_many_people_fit_into_an_entry(city: City) -> None:
    lines = [
        {"username": f"clerk{n}", "name": "ö" * 200, "role": "clerk", "password": "$argon2id$x"}
        for n in range(2_000)
    ]
    city.people.file.write_text(json.dumps(lines))
    city.open()
    ((_, about),) = city.told(PEOPLE)
    assert about["more"] == "1,900 more are in the paper"


def test_what_was_in_force_comes_back_with_a_rebuild(city: City, tmp_path: Path) -> None:
    city.people.put("ana", "Ana Example", Role.CLERK, PASSWORD)
    opened = city.open()
    before = [filed.entry for series in (SETTINGS, PEOPLE) for filed in opened.cabinet.newest(series)]
    with opened.vault.books.begin() as connection:
        connection.execute(FILED.delete())
    rebuild(opened.vault.store, opened.vault.books, lambda _: None)
    assert before == [filed.entry for series in (SETTINGS, PEOPLE) for filed in opened.cabinet.newest(series)]
    city.open()
    assert len(city.told()) == len(city.told(PEOPLE)) == 1
