"""Holds at the command line: counsel orders, custodians are told, the night reconciles; on the simulated sites."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from orchestration.isolated import AIRFLOWS_OWN_WARNINGS
from paloverde.archive.seal import Role
from paloverde.cli import main
from paloverde.desk.people import People
from paloverde.desk.people import Role as Office
from paloverde.orchestration import hold_steps
from paloverde.requests.custodian_search import Instruction
from paloverde.retention.facts import HoldKind
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
            if hold.kind is HoldKind.LITIGATION and not hold.released:
                release(home, hold.id)


def release(home: Path, hold: str) -> int:
    memo = home / "memo.txt"
    memo.write_text(f"The matter of {hold} is settled.")
    return main(["hold", "release", hold, "--memo", str(memo), *signed(home, "ana")])


def signed(home: Path, who: str, password: str = PASSWORD) -> list[str]:
    """The options of somebody who signs in."""
    file = home / f"password-of-{who}"
    file.write_text(password)
    file.chmod(0o600)
    return ["--as", who, "--password-file", str(file)]


def issue(home: Path, hold: str = "LIT-2026-01", *scope: str, by: str = "ana") -> int:
    words = scope or ("--account", X, "--words", "pool OR library")
    order = ["hold", "issue", hold, "--matter", "Ito v. City", "--trigger", "claim"]
    return main([*order, *signed(home, by), *words])


def bearing(city: ArchivedCity) -> set[str]:
    store = city.city.vault.store
    parts = {sealed.part.stored for role in Role for sealed in city.city.archive.parts(role)}
    return {stored.key for stored in parts if store.standing(stored).legal_hold}


def test_a_hold_from_the_order_to_the_release(
    stored_city: ArchivedCity, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    city = stored_city
    assert issue(tmp_path) == 0
    said = capsys.readouterr().out
    assert "Litigation hold LIT-2026-01, “Ito v. City”, issued by Ana Ruiz (counsel) on " in said
    assert "objects bear the legal hold; " in said
    held = bearing(city)
    assert held
    city.event(site="x", do="post", text="The pool is closed today")
    city.night(TODAY + timedelta(days=1))
    assert main(["hold", "reconcile"]) == 0
    said = capsys.readouterr().out
    assert "item joined, in" in said
    assert len(bearing(city)) > len(held)
    number = len(bearing(city))
    assert f"{number:,} of {number:,} objects bear the legal hold" in said
    assert main(["hold", "list"]) == 0
    assert "LIT-2026-01" in capsys.readouterr().out
    assert release(tmp_path, "LIT-2026-01") == 0
    assert f"{number:,} objects are free now." in capsys.readouterr().out
    assert bearing(city) == set()
    assert main(["hold", "list"]) == 0
    assert capsys.readouterr().out == (
        "No hold is in force.\n1 hold that is over is left out: `paloverde hold list --all` names every one.\n"
    )
    assert main(["hold", "show", "LIT-2026-01"]) == 0
    assert "Its legal holds were lifted on " in capsys.readouterr().out


def test_custodians_are_named_told_and_reminded(
    city: ArchivedCity, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    issue(tmp_path)
    who = ["LIT-2026-01", "Lee Wong"]
    assert main(["hold", "custodian", *who, "--contact", "lee@example.org", *signed(tmp_path, "cleo")]) == 0
    assert main(["hold", "reminders"]) == 0
    assert "the notice is to be sent. Lee Wong (lee@example.org)" in capsys.readouterr().out
    letters = tmp_path / "letters"
    notice = [
        "hold",
        "notice",
        *who,
        "--ask",
        "Ana Ruiz, room 3",
        *signed(tmp_path, "ana"),
        "--out",
        str(letters),
    ]
    assert main(notice) == 0
    assert sorted(file.name for file in letters.iterdir()) == [
        "LIT-2026-01-Lee-Wong.html",
        "LIT-2026-01-Lee-Wong.txt",
    ]
    assert main(["hold", "acknowledge", *who, *signed(tmp_path, "cleo")]) == 1
    assert "No notice of LIT-2026-01 was sent" in capsys.readouterr().err
    assert main([*notice, "--sent"]) == 0
    assert main(["hold", "acknowledge", *who, *signed(tmp_path, "cleo")]) == 0
    assert "; acknowledged on " in capsys.readouterr().out
    assert main(["hold", "reminders"]) == 0
    assert capsys.readouterr().out == "Nobody is to be written to today.\n"


@AIRFLOWS_OWN_WARNINGS
def test_the_nights_steps_reconcile_and_name_whom_to_remind(
    city: ArchivedCity, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    issue(tmp_path)
    hold = city.city.holds.get("LIT-2026-01")
    city.city.holds.notices.name(hold, "Lee Wong", "lee@example.org", hold.issued_by)
    city.event(site="x", do="post", text="The pool is closed today")
    city.night(TODAY + timedelta(days=1))
    today = city.city.device_searches.today()
    told = Instruction(contact="ida@city.test", due_on=today - timedelta(days=1))
    asked_on = today - timedelta(days=2)
    city.city.device_searches.ask(hold.id, "Ida Voss", "", "The pool", told, hold.issued_by, asked_on)
    with caplog.at_level(logging.INFO):
        done = hold_steps.reconcile()
        assert hold_steps.remind() == {"due": 2}
    assert "LIT-2026-01: Ida Voss: asked on " in caplog.text
    assert done["objects"] == done["bearing"] == len(bearing(city))
    assert f"{done['objects']:,} of {done['objects']:,} objects bear the legal hold" in caplog.text
    assert "the notice is to be sent. Lee Wong (lee@example.org)" in caplog.text


def test_a_clerk_issues_no_litigation_hold_and_a_stranger_nothing(
    city: ArchivedCity, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert issue(tmp_path, by="cleo") == 1
    assert "only counsel may issue a litigation hold" in capsys.readouterr().err
    assert issue(tmp_path, by="kim") == 1
    assert "nobody signs in so" in capsys.readouterr().err
    assert city.city.holds.all() == []


def test_the_ledger_names_counsel_and_who_was_at_the_command_line(
    city: ArchivedCity, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    issue(tmp_path, "LIT-7", "--item", "not-there")
    assert "Nothing in the archive answers to not-there yet" in capsys.readouterr().err
    (actor,) = {one.event.actor for one in city.city.ledger.entries() if one.event.what == "hold issued"}
    assert actor.startswith("Ana Ruiz, counsel, command line (")


def test_a_person_or_item_that_the_archive_does_not_know_is_named_and_the_hold_is_issued(
    city: ArchivedCity, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    scope = ["--person", "Nobody At All", "--only-named", "--item", "nonsense/post/1"]
    assert issue(tmp_path, "LIT-7", *scope) == 0
    said = capsys.readouterr()
    assert "It keeps 0 items" in said.out
    assert "Nobody in the archive posts under the name, username or id 'Nobody At All'" in said.err
    assert "answers to nonsense/post/1 yet: no account is named nonsense, see `paloverde acc" in said.err
    poster = next(row["poster_name"] for row in rows(city) if row["poster_name"])
    assert issue(tmp_path, "LIT-8", "--person", poster) == 0
    assert "Look again" not in capsys.readouterr().err


def rows(city: ArchivedCity) -> list[dict[str, str]]:
    tables = [city.city.archive.table(one.part, None) for one in city.city.archive.parts(Role.RECORDS)]
    return [row for table in tables for row in table.to_pylist()]


def test_widening_stays_within_the_accounts_of_the_hold_unless_all_are_asked_for(
    city: ArchivedCity, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    issue(tmp_path, "LIT-7", "--account", X, "--words", "library")
    amend = ["hold", "amend", "LIT-7", *signed(tmp_path, "ana"), "--reason", "more", "--words"]
    capsys.readouterr()
    before = city.city.holds.counts(city.city.holds.get("LIT-7"))
    assert main([*amend, "pool"]) == 0
    said = capsys.readouterr()
    assert f"Widened within its accounts, {X}; --all-accounts reaches every one." in said.err
    assert f"Before, it kept {before[0]:,} items in {before[1]:,} objects." in said.out
    assert city.city.holds.get("LIT-7").scopes[-1].accounts == (X,)
    assert main([*amend, "dog", "--all-accounts"]) == 0
    assert city.city.holds.get("LIT-7").scopes[-1].accounts == ()
    assert main([*amend, "dog", "--all-accounts", "--account", X]) == 1
    issue(tmp_path, "LIT-8", "--item", "x1")
    capsys.readouterr()
    amend[2] = "LIT-8"
    assert main([*amend, "pool"]) == 1
    assert "say of which accounts the rest is to be kept" in capsys.readouterr().err
    assert len(city.city.holds.get("LIT-8").scopes) == 1


def test_a_release_says_that_a_key_was_made_and_whom_a_letter_is_owed(
    city: ArchivedCity, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    issue(tmp_path)
    ana, who = signed(tmp_path, "ana"), ["LIT-2026-01", "Lee Wong"]
    main(["hold", "custodian", *who, "--contact", "lee@example.org", *ana])
    notice = ["hold", "notice", *who, "--ask", "Ana Ruiz, room 3", *ana, "--sent"]
    assert main(notice) == 0
    assert main(notice) == 1
    assert "and the next is due on " in capsys.readouterr().err
    release(tmp_path, "LIT-2026-01")
    said = capsys.readouterr()
    assert f"A key was made for what is privileged: {city.city.settings.privileged_key_file}." in said.err
    assert "The notice promised Lee Wong a letter of release: `paloverde hold notice` writes" in said.out
    assert main(notice) == 0
    said = capsys.readouterr()
    assert "Re: Release from the duty to preserve records: Ito v. City" in said.out
    assert "; released by a letter on " in said.err
    issue(tmp_path, "LIT-2026-02")
    release(tmp_path, "LIT-2026-02")
    assert "A key was made" not in capsys.readouterr().err


def test_a_hold_is_counsels_own_word_and_not_a_rule_that_counsel_has_not_verified(
    city: ArchivedCity, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    issue(tmp_path)
    ((kind, native_id), *_) = city.city.holds.on(X)
    capsys.readouterr()
    assert main(["keep", X, kind.value, native_id]) == 0
    (line,) = [line for line in capsys.readouterr().out.splitlines() if "  litigation hold:" in line]
    assert line == "  litigation hold: no day is known on which it ends; Litigation hold LIT-2026-01"


def test_widening_says_what_the_hold_keeps_now(
    city: ArchivedCity, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    issue(tmp_path, "LIT-7", "--words", "library")
    amend = [
        "hold",
        "amend",
        "LIT-7",
        *signed(tmp_path, "ana"),
        "--reason",
        "the claim was amended",
        "--words",
        "pool",
    ]
    assert main(amend) == 0
    assert "; and, since the hold was widened, every post" in capsys.readouterr().out
    assert main(["hold", "amend", "LIT-7", *signed(tmp_path, "ana"), "--reason", "nothing"]) == 1
    assert "The hold would be about nothing" in capsys.readouterr().err


def test_nobody_acts_as_counsel_without_counsels_password(
    city: ArchivedCity, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    issue(tmp_path)
    held = bearing(city)
    (tmp_path / "memo.txt").write_text("It is over.")
    release_ = ["hold", "release", "LIT-2026-01", "--memo", str(tmp_path / "memo.txt")]
    widen = ["hold", "amend", "LIT-2026-01", "--reason", "more", "--words", "dog"]
    memo = ["hold", "memo", "LIT-2026-01", "--out", str(tmp_path / "out")]
    for order in (release_, widen, memo):
        assert main([*order, *signed(tmp_path, "ana", "a guess of fifteen letters")]) == 1
        assert "The password is not that of 'ana'" in capsys.readouterr().err
        assert main([*order, *signed(tmp_path, "cleo")]) == 1
        assert "only counsel may" in capsys.readouterr().err
    assert bearing(city) == held
    assert len(city.city.holds.get("LIT-2026-01").scopes) == 1


def test_the_memo_of_a_release_is_written_for_counsel_alone(
    city: ArchivedCity, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    issue(tmp_path)
    release(tmp_path, "LIT-2026-01")
    out = tmp_path / "out.txt"
    memo = ["hold", "memo", "LIT-2026-01", "--out", str(out)]
    assert main([*memo, *signed(tmp_path, "cleo")]) == 1
    assert not out.exists()
    assert main([*memo, *signed(tmp_path, "ana")]) == 0
    assert out.read_text() == "The matter of LIT-2026-01 is settled."
    assert out.stat().st_mode & 0o777 == 0o600
    looks = [one.event for one in city.city.ledger.entries() if one.event.what == "release memo read"]
    assert [look.actor.split(", ")[:2] for look in looks] == [["Ana Ruiz", "counsel"]]


def test_the_clerks_office_holds_for_a_request_and_closes_it(
    city: ArchivedCity, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    clerk = signed(tmp_path, "cleo")
    issue_ = ["hold", "issue", "--for-request", "PRA-2026-0042", "--words", "pool OR library", *clerk]
    assert main(issue_) == 0
    assert "Hold for an open records request PRA-2026-0042" in capsys.readouterr().out
    held = bearing(city)
    assert held
    close = ["hold", "close", "PRA-2026-0042", *clerk]
    assert main([*close, "--on", "2020-01-01"]) == 1
    assert "cannot have been closed on Wednesday, January 1, 2020" in capsys.readouterr().err
    assert main(close) == 0
    assert ", and kept to " in capsys.readouterr().out
    assert bearing(city) == held
    assert main([*issue_, "LIT-1"]) == 1
    assert "--for-request takes the place" in capsys.readouterr().err
    assert main(["hold", "issue", "LIT-1", "--words", "pool", *clerk]) == 1
    assert "needs its name, --matter and --trigger" in capsys.readouterr().err


def test_stray_legal_holds_are_named_by_the_search_and_in_the_list(
    city: ArchivedCity, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["hold", "reconcile", "--strays"]) == 0
    assert "none bears a legal hold that no hold wants" in capsys.readouterr().out
    part = next(iter(city.city.archive.parts(Role.RECORDS))).part
    city.city.vault.store.set_legal_hold(part.stored, on=True)
    assert main(["hold", "reconcile", "--strays"]) == 1
    assert part.key in capsys.readouterr().out
    assert main(["hold", "list"]) == 0
    assert "1 bear a legal hold that no hold wants" in capsys.readouterr().out
    assert bearing(city) == {part.key}
