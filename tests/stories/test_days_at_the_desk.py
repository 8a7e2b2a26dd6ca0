"""A day of each person at the desk, in a real browser, by what stands on its pages.

The Clerk answers a records request; counsel places a hold; Public Affairs settles a removal; IT adds an account
and mends a dead token. The city is simulated, the services are real, and everybody signs in.
"""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import NamedTuple

import pytest
from playwright.sync_api import Browser

from desk.browsers import browsing
from paloverde.bundles import verify
from paloverde.cli import main
from paloverde.records import archive_day
from paloverde.simulator.server import RunningSites
from paloverde.wording import spoken
from stories.townhall import (
    NAME,
    PHONE,
    SAID,
    Street,
    TownHall,
    Visitor,
    environment,
    happen,
    simulated_sites,
    streets,
)

PRIVACY = "EX-PRIV: Personnel"
WHY = "a neighbour who did not ask for it"
HOLD = "LIT-2029-01"
MEMO = b"Privileged: the claim is settled"
LATER = timedelta(days=3 * 366)


class City(NamedTuple):
    """The simulated sites, and the town hall that archives one of their accounts."""

    sites: RunningSites
    hall: TownHall
    folder: Path
    ids: dict[str, str]


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with browsing() as found:
        yield found


@pytest.fixture(scope="module")
def city(browser: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[City]:
    del browser  # without one nothing is made
    folder = tmp_path_factory.mktemp("town")
    with simulated_sites() as sites:
        environ = environment(sites, folder / "city")
        ids = happen(sites, environ)
        shutil.copytree(folder / "city", folder / "later")
        with TownHall(environ).open(folder / "links") as hall:
            yield City(sites, hall, folder, ids)


@pytest.fixture
def street(browser: Browser, city: City) -> Iterator[Street]:
    """Today: people come to the desk, and no page does what none may do."""
    with streets(browser, city.hall) as street:
        yield street


@pytest.fixture
def later(browser: Browser, city: City) -> Iterator[Street]:
    """Three years on, when what was deleted may be destroyed."""
    environ = {**city.hall.environ, "PALOVERDE_HOME": str(city.folder / "later")}
    hall = TownHall(environ, lambda: datetime.now(UTC) + LATER)
    with hall.open(city.folder / "later-links"), streets(browser, hall) as street:
        yield street


def today(after: timedelta = timedelta(0)) -> str:
    return archive_day(datetime.now(UTC) + after).isoformat()


@pytest.mark.slow
def test_the_clerk_answers_a_records_request(street: Street, city: City, tmp_path: Path) -> None:
    cleo = street.arrives("cleo")
    number = taken_in(cleo)
    searched(cleo)
    reviewed(cleo)
    ana = street.arrives("ana")
    ana.go(f"Sign the review of {number}").press("Sign the review").reads("by Ana Ruiz")
    determined(cleo)
    cleo.go("Bundle").reads("Nothing stands in the way of this bundle.").press("Build exactly this").worked()
    cleo.reads("In it: 7 record versions", "somebody else looks at this page and agrees")
    ana.go("Today", f"Agree to what goes out of {number}").press("I agree that exactly this goes out")
    cleo.go("Hand it over").reads("Ana Ruiz agreed that").press("Make the link")
    address = cleo.page.get_by_label("The address of the link").inner_text()
    assert address.startswith(city.hall.links)
    bundle = fetched(street.stranger(address), tmp_path)
    words = said_in(bundle)
    assert SAID["hidden"] in words
    assert "[redacted: EX-PRIV]" in words
    assert PHONE not in words
    assert NAME.casefold() not in words.casefold()
    assert verified(bundle, tmp_path).startswith("WHOLE")
    cleo.go("I have it: back to the request").reads("It went out")


def taken_in(cleo: Visitor) -> str:
    """The closed days are adopted, the letter is taken in; the request's number."""
    year = int(today()[:4])
    days = "\n".join(f"{one}-01-01, New Year" for one in (year, year + 1))
    cleo.go("Requests", "Closed days")
    cleo.fill({"Closed days, one on each line: the day and its name": days})
    cleo.press("Adopt the days as they stand here").reads("are adopted")
    cleo.go("Requests", "Take a request in").choose("How it came in", "a letter")
    cleo.fill({
        "Day on which the City first got it": today(),
        "What is asked for, in the requester’s own words": "Everything about Lagunita Pool",
        "Who asks": "Mia Ito",
        "Where the answer goes": "mia@mail.example",
    })  # fmt: skip
    cleo.bring(
        "The letter, or other files that belong to it", "letter.txt", b"Dear City, Lagunita Pool, please"
    )
    cleo.press("Take the request in").reads("is taken in.")
    found = re.search(r"PRA-\d{4}-\d{4}", cleo.main.inner_text())
    assert found
    return found[0]


def searched(cleo: Visitor) -> None:
    cleo.go("Search for it").fill({"What to look for": "Lagunita"}).press("Show the numbers")
    cleo.reads("It would find").fill({"Minutes that you spent on it": "10"})
    cleo.press("Search for this request").reads("new and under review now")


def reviewed(cleo: Visitor) -> None:
    """A suggestion is accepted, a name redacted everywhere, the rest handed over."""
    opened(cleo, SAID["phone"]).tick(PHONE).press("Redact what is ticked…")
    claimed(cleo).press("Decide so for 1 record")
    opened(cleo, SAID["name"]).fill(Words=NAME).press("Look for the words everywhere in this request…")
    cleo.reads("in 2 records").choose("Exemption", PRIVACY).press("Redact them in 2 records…")
    claimed(cleo).press("Decide so for 2 records")
    cleo.go("Review").choose("Show", "Undecided").press("Show these")
    cleo.tick("All that this list shows on all its pages").press("Responsive…")
    cleo.follow(cleo.page.get_by_role("button", name=re.compile(r"^Decide so for \d+ records$")))
    cleo.go("Review").reads("Undecided (0)")


def opened(cleo: Visitor, text: str) -> Visitor:
    """The page of the record that says so."""
    return cleo.go("Review").follow(cleo.row(text).get_by_role("link").first)


def claimed(cleo: Visitor) -> Visitor:
    """What the exemption asks for is written down."""
    cleo.reads("Nothing is decided yet")
    cleo.page.get_by_label("Write down").fill(WHY)
    return cleo


def determined(cleo: Visitor) -> None:
    """The letter is drafted, read, sent by the office, and noted."""
    cleo.go("Letters").choose("Which letter", "Released in part").press("Draft it")
    cleo.fill({
        "Why, in a sentence or two": "They are public records; a neighbour’s number and name are not.",
        "Day on which records will be available": today(timedelta(days=5)),
        "Time of day": "10:00",
    }).choose("How copies are handed over", "by a private link")  # fmt: skip
    cleo.press("Show the letter so").reads("Nothing stops this letter.")
    cleo.press("Look at what will be filed").press("Note that it was sent").reads("is noted as sent")


def fetched(requester: Visitor, folder: Path) -> Path:
    """The requester has the address and nothing else."""
    requester.reads("Your records", "There is no cookie.")
    with requester.page.expect_download() as coming:
        requester.page.get_by_role("link", name=re.compile("^Download the records")).click()
    file = folder / coming.value.suggested_filename
    coming.value.save_as(file)
    assert requester.context.cookies() == []
    return file


def said_in(bundle: Path) -> str:
    with zipfile.ZipFile(bundle) as box:
        pages = [
            box.read(name).decode() for name in box.namelist() if name.endswith((".html", ".json", ".csv"))
        ]
    return "\n".join(pages)


def verified(bundle: Path, folder: Path) -> str:
    """What the program in the bundle says of it, with nothing but Python."""
    with zipfile.ZipFile(bundle) as box:
        (program,) = (name for name in box.namelist() if name.endswith("/verify.py"))
        (folder / "verify.py").write_bytes(box.read(program))
    words = [sys.executable, "-I", "-S", str(folder / "verify.py"), str(bundle)]
    done = subprocess.run(words, capture_output=True, text=True, check=False, cwd=folder, env={})
    assert done.returncode == verify.WHOLE, done.stdout + done.stderr
    return done.stdout


@pytest.mark.slow
def test_counsel_places_a_hold_and_nothing_under_it_is_destroyed(later: Street, city: City) -> None:
    ana, cleo = later.arrives("ana"), later.arrives("cleo")
    ana.go("Holds", "Place a hold").fill({
        "Name of the hold": HOLD, "Matter": "Moss v. City", "Words": '"my arm"',
    }).choose("What made litigation foreseeable", "a claim")  # fmt: skip
    ana.press("Show what it would keep").worked().reads("In scope now", "1 item")
    ana.press("Place the hold").worked().reads("It keeps", "1 item, which")
    notified(ana)
    ana.go("Search").fill({"What to look for": '"my arm"'}).press("Search")
    ana.follow(ana.page.get_by_role("article").get_by_role("link").first)
    ana.reads(SAID["deleted"], f"{HOLD}: Moss v. City").go("Why it is kept").reads(HOLD, "litigation hold")
    cleo.go("Disposition", "Propose an order").press("Look for what may be destroyed").failed()
    cleo.reads("Nothing may be destroyed", "litigation hold")
    released(ana, later)
    cleo.go("Disposition", "Propose an order").press("Look for what may be destroyed").worked()
    cleo.reads("It would destroy 3 items")
    with cleo.page.expect_download() as coming:
        cleo.page.get_by_role("link", name="The same as a table, one line an item").click()
    assert city.ids["deleted"] in coming.value.path().read_text()


def notified(ana: Visitor) -> None:
    """A custodian is named, is sent the notice, and acknowledges it."""
    ana.go("Name a custodian").fill({"Name": "Ben Ito", "E-mail address, or office": "Parks"})
    ana.press("Name this person").go("Letter to Ben Ito").press("Note that it was sent").reads("Noted:")
    ana.go("Letter to Ben Ito").bring("What was signed, as a file", "signed.txt", b"I have read it. Ben Ito")
    ana.press("Note that Ben Ito has acknowledged it").reads("acknowledged")


def released(ana: Visitor, later: Street) -> None:
    """Signed out and in again with her password, counsel releases the hold by her memo."""
    ana.press("Sign out").sign_in("ana").go("Holds", HOLD, "Release it").reads("It keeps")
    ana.bring("Counsel’s memo", "memo.txt", MEMO).press("Release this hold for good").worked()
    ana.reads("by Ana Ruiz, with the memo memo.txt")


def test_public_affairs_settles_a_removal_and_cites_a_guideline(street: Street) -> None:
    pia = street.arrives("pia").go("Removed content")
    pia.follow(pia.row("is a disgrace").get_by_role("link").first)
    pia.reads(SAID["hidden"])
    dossier = pia.page.url
    pia.go("Settle who removed it").choose("Who or what removed it", "somebody who acts for the account")
    pia.fill(
        {"By what it is settled": "The page’s activity log", "The person, where one is known": "Pia Nolan"}
    )
    pia.press("Show what will be filed").reads("somebody who acts for the account")
    pia.press("File this for good").reads("The cause is settled.")
    pia.go("Cite a guideline").tick("V.B.4(a)").fill({"Who decided, or which rule": "Pia Nolan"})
    pia.press("Cite what is ticked").go("Removed content").reads("Settled: removed by somebody who acts for")
    pia.follow(pia.row("is a disgrace").get_by_role("link").first)
    pia.reads("The page’s activity log", "V.B.4(a)", "What people have added")
    ivo = street.arrives("ivo", dossier)
    ivo.reads("Not for this role", "You are signed in as IT, and that role may not see removed content.")
    assert "Removed content" not in ivo.menu
    assert [one for one in ivo.wrong if "403" not in one] == []
    ivo.wrong.clear()


def test_it_adds_an_account_and_mends_its_dead_token(
    street: Street, city: City, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in city.hall.environ.items():
        monkeypatch.setenv(name, value)
    (known,) = (one for one in city.sites.accounts() if one["platform"] == "x")
    ivo = street.arrives("ivo")
    ivo.go("Accounts", "Register an account").choose("Site", "X")
    ivo.fill({
        "Its number there": known["native_id"], "Its name there": known["handle"],
        "The archive’s name for it": "x-palmaria",
    })  # fmt: skip
    ivo.press("Register the account").reads("Now it needs its token.")
    handed_in(ivo, "dead-from-the-beginning").failed()
    assert main(["archive", "x-palmaria"]) == 1
    ivo.go("Today").reads("x-palmaria Its site refused the token", "To do:")
    ivo.go("x-palmaria", "Replace its token")
    handed_in(ivo, known["token"]).worked().reads("Its token works", "1 with gaps")
    assert main(["archive", "x-palmaria"]) == 0
    ivo.go("Today").reads("Nothing waits")
    ivo.go("Accounts")
    row = ivo.row("x-palmaria").inner_text()
    assert spoken(archive_day(datetime.now(UTC))) in row
    assert "its token works" in row


def handed_in(ivo: Visitor, token: str) -> Visitor:
    ivo.fill({"Token of x-palmaria": token}).press("Keep this token")
    return ivo.reads("Now check whether it opens this account.").press("Check it now")
