"""`paloverde removed` and `paloverde consult`: what Public Affairs, the clerk and counsel do with removed content."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from paloverde.cli import main
from paloverde.commands.office import today
from paloverde.desk.people import People, Role
from paloverde.records import Account, Holder
from paloverde.simulator.sites import SITES
from simulatedcity import TODAY, ArchivedCity, archived_city

X, FACEBOOK = "x-cityofpalmaria", "facebook-cityofpalmaria"
LATER = TODAY + timedelta(days=1)


@pytest.fixture
def city(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[ArchivedCity]:
    """X is an official's account here; Facebook the City's."""
    with archived_city(tmp_path / "home") as city:
        monkeypatch.setenv("PALOVERDE_HOME", str(tmp_path / "home"))
        for name in SITES:
            monkeypatch.setenv(f"PALOVERDE_{name.upper()}_API", f"{city.sites.url}/{name}")
        monkeypatch.setenv("PALOVERDE_ALLOW_LOOPBACK_SITES", "true")
        known = city.city.account(X)
        told = ["accounts", "add", X, "--platform", "x", "--id", known.native_id, "--handle", known.handle]
        assert main([*told, "--holder", "official"]) == 0
        city.tokens = {slug: city.tokens[slug] for slug in (X, FACEBOOK)}
        yield city


@pytest.fixture
def removed(city: ArchivedCity) -> dict[str, str]:
    """One post of each account is deleted by the account itself; account -> ITEM."""
    city.night()
    found = {}
    for slug, site in ((X, "x"), (FACEBOOK, "facebook")):
        posts = [one for one in city.truth(slug) if one["kind"] == "post" and one["state"] == "present"]
        own = [one for one in posts if one["stream"] in ("own", "feed", "posts")] or posts
        city.event(site=site, do="delete", item=own[-1]["id"], by="city")
        found[slug] = f"{slug}/post/{own[-1]['id']}"
    city.night(LATER)
    for slug, item in found.items():
        report = city.city.check_removals(slug, LATER, city.tokens[slug])
        assert item.rsplit("/", 1)[-1] in report.removed
        assert report.alerts == ((item,) if slug == X else ())
        assert ("WARNING" in report.sentence()) == (slug == X)
    return found


def said(capsys: pytest.CaptureFixture[str], *words: str) -> str:
    capsys.readouterr()
    assert main(list(words)) == 0
    return capsys.readouterr().out


def test_a_removed_post_from_the_list_to_the_export(
    removed: dict[str, str], city: ArchivedCity, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    item = removed[FACEBOOK]
    listed = said(capsys, "removed", "list", "--account", FACEBOOK, "--since", str(TODAY))
    assert item in listed
    (line,) = [line for line in listed.splitlines() if item in line]
    assert "the account's own post was deleted, by somebody with access to the account" in line
    assert "word filter" not in line
    assert item not in said(capsys, "removed", "list", "--undetermined")
    (tmp_path / "policy.txt").write_text("The Social Media Policy")
    assert "Policy 1 is filed" in said(capsys, "removed", "policy", str(tmp_path / "policy.txt"))
    assert "is filed already" in said(capsys, "removed", "policy", str(tmp_path / "policy.txt"))
    said(
        capsys,
        "removed",
        "settle",
        item,
        "--cause",
        "city",
        "--because",
        "the page's log",
        "--removed-by",
        "A. B.",
    )
    listed = said(capsys, "removed", "list", "--account", FACEBOOK)
    assert "removed by somebody who acts for the account (A. B.), as command line (" in listed
    assert "; 1 paper\n" in listed
    said(
        capsys,
        "removed",
        "cite",
        item,
        "--guideline",
        "c",
        "--reviewer",
        "R. Q.",
        "--counsel-on",
        str(today()),
    )
    said(capsys, "removed", "note", item, "Its author wrote to us")
    shown = said(capsys, "removed", "show", item)
    for words in (
        "Posted:", "(UTC-0", " UTC", "Display name:", "Every version that was seen", "The thread around it",
        "Look-up:", "Absence:", "removed by somebody who acts for the account (A. B.), as",
        "Guideline V.B.4(c): Profane or obscene", "Counsel was consulted on", "Its author wrote to us", "Kept until:",
    ):  # fmt: skip
        assert words in shown
    data = json.loads(said(capsys, "removed", "show", item, "--json"))
    assert data["cause_as_it_stands"] == "city"
    assert [one["paper"]["paper"] for one in data["papers"]] == ["settled", "cited", "noted"]
    out = said(capsys, "removed", "export", "--out", str(tmp_path / "out"), "--account", FACEBOOK)
    assert "holds" in out
    assert item.rsplit("/", 1)[-1] in (tmp_path / "out" / "index.html").read_text()
    assert "guideline cited" in said(capsys, "ledger")


def test_an_officials_deletion_raises_an_alert_until_a_ticket_answers(
    removed: dict[str, str], city: ArchivedCity, capsys: pytest.CaptureFixture[str]
) -> None:
    listed = said(capsys, "removed", "list", "--alerts")
    assert f"{removed[X]}: OPEN: nobody was consulted" in listed
    assert removed[FACEBOOK] not in listed
    assert "1 alert: 1 open, 0 answered." in listed
    opened = said(capsys, "consult", "open", removed[X], "--note", "posted in error")
    assert "found deleted before this ticket was opened" in opened
    ticket = opened.split(" ", 1)[0]
    posted = json.loads(said(capsys, "removed", "show", removed[X], "--json"))["row"]["posted_at"]
    early = datetime.fromisoformat(posted) - timedelta(days=2)
    assert main(["consult", "note", ticket, "--city-manager", early.isoformat()]) == 1
    assert f"is before {removed[X]} was posted" in capsys.readouterr().err
    noted = said(capsys, "consult", "note", ticket, "--city-manager", posted, "--city-attorney", posted)
    assert "lacks" not in noted
    assert "AFTER THE DELETION" in noted
    alerts = said(capsys, "removed", "list", "--alerts")
    told = "it was written down only after the deletion that both were consulted before it"
    assert f"{removed[X]}: answered: {told} (ticket {ticket}, opened" in alerts
    assert "1 alert: 0 open, 1 answered." in alerts
    assert "posted in error" in said(capsys, "consult", "list")
    assert city.city.check_removals(X, LATER, city.tokens[X]).alerts == ()
    assert said(capsys, "ledger").count("deleted without consultation") == 1


def test_whose_an_account_is_stays_where_nothing_is_said(
    city: ArchivedCity, capsys: pytest.CaptureFixture[str]
) -> None:
    known = city.city.account(X)
    said(capsys, "accounts", "add", X, "--platform", "x", "--id", known.native_id, "--handle", "newname")
    assert city.city.account(X) == Account(X, "x", known.native_id, "newname", Holder.OFFICIAL)
    listed = said(capsys, "accounts")
    assert listed.count("an official's own account") == 1
    events = [json.loads(line)["event"] for line in said(capsys, "ledger", "--json").splitlines()]
    last = [event["about"] for event in events if event["what"] == "account registered"][-1]
    assert last == {
        "account": X, "platform": "x", "native_id": known.native_id, "handle": "newname", "holder": "official",
    }  # fmt: skip


def test_counsels_advice_is_read_by_counsel_alone_and_each_look_is_noted(
    removed: dict[str, str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "advice.txt").write_text("Zebra: settle")
    with pytest.raises(SystemExit):
        main(["removed", "advise", removed[X], str(tmp_path / "advice.txt")])
    people = People(tmp_path / "home" / "users.json")
    people.put("ana", "Ana Ruiz", Role.COUNSEL, "the long sentence of ana")
    people.put("cleo", "Cleo Park", Role.CLERK, "the long sentence of cleo")
    signed = {}
    for who in ("ana", "cleo"):
        (tmp_path / who).write_text(f"the long sentence of {who}")
        (tmp_path / who).chmod(0o600)
        signed[who] = ["--as", who, "--password-file", str(tmp_path / who)]
    said(capsys, "removed", "advise", removed[X], str(tmp_path / "advice.txt"), *signed["ana"])
    assert main(["removed", "advice", removed[X], *signed["cleo"]]) == 1
    assert "`advice` needs counsel" in capsys.readouterr().err
    assert "privileged advice read" not in said(capsys, "ledger")
    with pytest.raises(SystemExit):
        main(["removed", "advice", removed[X]])
    assert "Zebra: settle" in said(capsys, "removed", "advice", removed[X], *signed["ana"])
    assert "Zebra" not in said(capsys, "removed", "show", removed[X])
    ledger = said(capsys, "ledger")
    assert "privileged advice read" in ledger
    assert "Zebra" not in ledger


def test_the_guidelines_are_listed_without_an_archive(capsys: pytest.CaptureFixture[str]) -> None:
    assert len(said(capsys, "removed", "guidelines").splitlines()) == 11


def test_a_wrong_item_is_one_sentence(removed: dict[str, str], capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["removed", "show", "nothing"]) == 1
    assert "No item is named 'nothing'" in capsys.readouterr().err
    assert main(["consult", "note", "C-1", "--city-manager", "yesterday"]) == 1
    assert "is not a time" in capsys.readouterr().err
