"""Holds at the command line: counsel orders, custodians are told, the night reconciles; on the simulated sites."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from paloverde.archive.seal import Role
from paloverde.cli import main
from paloverde.orchestration import hold_steps
from paloverde.orchestration.people import People
from paloverde.orchestration.people import Role as Office
from simulatedcity import TODAY, ArchivedCity, archived_city
from stores import NO_SERVER, Place, bucket_at, find_s3

X = "x-cityofpalmaria"
PASSWORD = "a long sentence for tests"


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The archive's home, which the shell knows; counsel Ana and the clerk Cleo may sign in there."""
    people = People(tmp_path / "city" / "users.json")
    people.put("ana", "Ana Ruiz", Office.COUNSEL, PASSWORD)
    people.put("cleo", "Cleo Park", Office.CLERK, PASSWORD)
    monkeypatch.setenv("PALOVERDE_HOME", str(tmp_path / "city"))
    return tmp_path / "city"


@pytest.fixture
def city(home: Path) -> Iterator[ArchivedCity]:
    """X's account, archived for one night."""
    yield from archived(home, None)


@pytest.fixture(params=["directory", pytest.param("s3", marks=pytest.mark.s3)])
def stored_city(
    request: pytest.FixtureRequest, home: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[ArchivedCity]:
    """The same in a directory and on the S3 server."""
    access = find_s3()
    if request.param == "directory":
        yield from archived(home, None)
    elif access is None:
        pytest.skip(NO_SERVER)
    else:
        with bucket_at("s3", access) as bucket:
            monkeypatch.setenv("PALOVERDE_STORE", bucket.url)
            for name, value in bucket.keys.items():
                monkeypatch.setenv(f"PALOVERDE_S3_{name.upper()}", value)
            yield from archived(home, bucket)


def archived(home: Path, place: Place | None) -> Iterator[ArchivedCity]:
    with archived_city(home, place) as running:
        running.tokens = {X: running.tokens[X]}
        running.night()
        yield running
        for hold in running.city.holds.all():  # what bears a legal hold cannot be cleared away
            if not hold.released:
                release(home, hold.id)


def release(home: Path, hold: str) -> int:
    memo = home / "memo.txt"
    memo.write_text(f"The matter of {hold} is settled.")
    return main(["hold", "release", hold, "--memo", str(memo), "--by", "ana"])


def issue(hold: str = "LIT-2026-01", *scope: str, by: str = "ana") -> int:
    words = scope or ("--account", X, "--words", "pool OR library")
    return main(
        ["hold", "issue", hold, "--matter", "Ito v. City", "--trigger", "claim", "--by", by, *words]
    )  # fmt: skip


def bearing(city: ArchivedCity) -> set[str]:
    store = city.city.vault.store
    parts = {sealed.part.stored for role in Role for sealed in city.city.archive.parts(role)}
    return {stored.key for stored in parts if store.standing(stored).legal_hold}


def test_a_hold_from_the_order_to_the_release(
    stored_city: ArchivedCity, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    city = stored_city
    assert issue() == 0
    said = capsys.readouterr().out
    assert "Litigation hold LIT-2026-01, “Ito v. City”, issued by Ana Ruiz (counsel) on " in said
    assert "objects bear the legal hold; " in said
    held = bearing(city)
    assert held
    city.event(site="x", do="post", text="The pool is closed today")
    city.night(TODAY + timedelta(days=1))
    assert main(["hold", "reconcile"]) == 0
    said = capsys.readouterr().out
    assert "items joined, in" in said
    assert len(bearing(city)) > len(held)
    number = len(bearing(city))
    assert f"{number:,} of {number:,} objects bear the legal hold" in said
    assert main(["hold", "list"]) == 0
    assert "LIT-2026-01" in capsys.readouterr().out
    assert release(tmp_path, "LIT-2026-01") == 0
    assert f"{number:,} objects are free now." in capsys.readouterr().out
    assert bearing(city) == set()
    assert main(["hold", "list"]) == 0
    assert capsys.readouterr().out == "No hold is in force.\n"
    assert main(["hold", "show", "LIT-2026-01"]) == 0
    assert "Its legal holds were lifted on " in capsys.readouterr().out


def test_custodians_are_named_told_and_reminded(
    city: ArchivedCity, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    issue()
    who = ["LIT-2026-01", "Lee Wong"]
    assert main(["hold", "custodian", *who, "--contact", "lee@example.org", "--by", "cleo"]) == 0
    assert main(["hold", "reminders"]) == 0
    assert "the notice is to be sent. Lee Wong (lee@example.org)" in capsys.readouterr().out
    letters = tmp_path / "letters"
    notice = ["hold", "notice", *who, "--ask", "Ana Ruiz, room 3", "--by", "ana", "--out", str(letters)]
    assert main(notice) == 0
    assert sorted(file.name for file in letters.iterdir()) == [
        "LIT-2026-01-Lee-Wong.html",
        "LIT-2026-01-Lee-Wong.txt",
    ]
    assert main(["hold", "acknowledge", *who, "--by", "cleo"]) == 1
    assert "No notice of LIT-2026-01 was sent" in capsys.readouterr().err
    assert main([*notice, "--sent"]) == 0
    assert main(["hold", "acknowledge", *who, "--by", "cleo"]) == 0
    assert "; acknowledged on " in capsys.readouterr().out
    assert main(["hold", "reminders"]) == 0
    assert capsys.readouterr().out == "Nobody is to be written to today.\n"


def test_the_nights_steps_reconcile_and_name_whom_to_remind(
    city: ArchivedCity, caplog: pytest.LogCaptureFixture
) -> None:
    issue()
    hold = city.city.holds.get("LIT-2026-01")
    city.city.holds.notices.name(hold, "Lee Wong", "lee@example.org", hold.issued_by)
    city.event(site="x", do="post", text="The pool is closed today")
    city.night(TODAY + timedelta(days=1))
    with caplog.at_level(logging.INFO):
        done = hold_steps.reconcile()
        assert hold_steps.remind() == {"due": 1}
    assert done["objects"] == done["bearing"] == len(bearing(city))
    assert f"{done['objects']:,} of {done['objects']:,} objects bear the legal hold" in caplog.text
    assert "the notice is to be sent. Lee Wong (lee@example.org)" in caplog.text


def test_a_clerk_issues_no_litigation_hold_and_a_stranger_nothing(
    city: ArchivedCity, capsys: pytest.CaptureFixture[str]
) -> None:
    assert issue(by="cleo") == 1
    assert "only counsel may issue a litigation hold" in capsys.readouterr().err
    assert issue(by="Kim") == 1
    assert (
        "'Kim' names nobody who may sign in. Known are: ana (counsel), cleo (clerk)"
        in capsys.readouterr().err
    )
    assert city.city.holds.all() == []


def test_the_ledger_names_counsel_and_who_was_at_the_command_line(
    city: ArchivedCity, capsys: pytest.CaptureFixture[str]
) -> None:
    issue("LIT-7", "--item", "not-there")
    assert "Nothing in the archive answers to not-there yet" in capsys.readouterr().err
    (actor,) = {one.event.actor for one in city.city.ledger.entries() if one.event.what == "hold issued"}
    assert actor.startswith("Ana Ruiz, counsel, command line (")


def test_widening_says_what_the_hold_keeps_now(
    city: ArchivedCity, capsys: pytest.CaptureFixture[str]
) -> None:
    issue("LIT-7", "--words", "library")
    amend = ["hold", "amend", "LIT-7", "--by", "ana", "--reason", "the claim was amended", "--words", "pool"]
    assert main(amend) == 0
    assert "; and, since the hold was widened, every post" in capsys.readouterr().out
    assert main(["hold", "amend", "LIT-7", "--by", "ana", "--reason", "nothing"]) == 1
    assert "The hold would be about nothing" in capsys.readouterr().err
