"""Removed content at the desk: what each role sees of it, what is added to it, and what counsel keeps apart."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest

from archives import add_night, medium, removed
from desk.desks import Desks, served, text_of, until
from desk.shelves import FB, HOSTILE, LIMITED, PNG, Shelves, X, harm_in, shown_by_the_site
from paloverde.archive.seal import RunKind
from paloverde.desk.paces import Paces
from paloverde.desk.people import Person, Role
from paloverde.desk.rights import MAY, Act
from paloverde.installation.removals import Removals, Seen
from paloverde.records import Account, Holder
from paloverde.retention.held import last_run

BUSY = {"search": 10_000, "export": 10_000}
AT = datetime(2026, 5, 9, 9, tzinfo=UTC)
ADVICE = "Counsel says that the block list was overbroad"
MAYOR = "facebook-mayor"


@pytest.fixture
def shelves(tmp_path: Path) -> Shelves:
    """A city where comments were removed: plain, hostile, private, and an official's own post."""
    shelves = Shelves(tmp_path / "shelves")
    city = shelves.city
    city.register_account(Account(MAYOR, "facebook", "44", "mayor", Holder.OFFICIAL))
    night(shelves, FB, [
        gone(shelves, "3", "The pool was closed by mistake", removed_at=AT, media=[medium(PNG, alt_text="A sign")]),
        gone(shelves, "4", "Deleted by its author", cause="author", removed_at=AT + timedelta(hours=2)),
        gone(shelves, "900", "A private word", kind="message", visibility="private", removed_at=AT),
        *(gone(shelves, f"h{n}", text, poster_name=text, permalink=text, removed_at=AT - timedelta(days=1))
          for n, text in enumerate(HOSTILE)),
    ])  # fmt: skip
    night(
        shelves, MAYOR, [gone(shelves, "77", "The mayor's words", account=MAYOR, kind="post", removed_at=AT)]
    )
    return shelves


def gone(shelves: Shelves, native_id: str, text: str, **more: Any) -> dict[str, Any]:
    told: dict[str, Any] = {name: more.pop(name) for name in ("removed_at", "cause") if name in more}
    told = {"cause": "undetermined", "cause_reason": "Nothing tells who did it."} | told
    row = shelves.row(native_id, text, **more)
    versions = [{"version_sha256": row["version_sha256"], "observed_at": AT, "text": text, "media": []}]
    evidence = [{"what": "look-up", "at": AT, "said": "no such item"}]
    return removed(row, versions=versions, evidence=evidence, **told)


def night(shelves: Shelves, account: str, rows: list[dict[str, Any]]) -> None:
    day = date(2026, 5, 9)
    add_night(shelves.city.archive, account, day, [], removed=rows, media=[PNG], kind=RunKind.REMOVAL_CHECK)


@pytest.fixture
def desks(shelves: Shelves) -> Iterator[Desks]:
    with served(Desks(shelves.city, paces=Paces(per_window=BUSY))) as running:
        yield running


def path(item: str, page: str = "/removed/look", **more: str) -> str:
    return f"{page}?{urlencode({'item': item, **more})}"


SIGN, MESSAGE, POST = f"{FB}/comment/3", f"{FB}/message/900", f"{MAYOR}/post/77"


def test_the_list_begins_with_what_nobody_knows_the_cause_of(desks: Desks) -> None:
    said = text_of(desks.get("/removed"))
    assert "The pool was closed" in said
    assert "not settled" in said
    assert said.index("The pool was closed") < said.index("Deleted by its author")
    assert "deleted by its author" in said
    assert "kept until" in said


def test_the_list_is_narrowed_by_account_cause_and_day(desks: Desks) -> None:
    unknown = text_of(desks.get("/removed?cause=undetermined"))
    assert "The pool was closed" in unknown
    assert "Deleted by its author" not in unknown
    only = text_of(desks.get(f"/removed?account={MAYOR}"))
    assert "The mayor&#39;s words" in only
    assert "The pool was closed" not in only
    assert "No removal is like that." in text_of(desks.get("/removed?since=2026-06-01"))
    assert "This is no date" in text_of(desks.get("/removed?since=soon"))


def test_a_dossier_shows_all_that_is_known(desks: Desks) -> None:
    answer = desks.get(path(SIGN))
    said = text_of(answer)
    for told in (
        "The pool was closed by mistake", "Who posted it", "What shows it", "no such item", "Every version",
        "The thread around it", "Pacific", "UTC", "two calendar years after its removal was confirmed",
        "Nobody has settled who removed it",
    ):  # fmt: skip
        assert told in said, told
    assert 'alt="A sign"' in answer.text
    above, _, below = answer.text.partition("<details><summary>How to check this</summary>")
    for check in ("SHA-256 of what the site sent", "The site&#39;s answer"):
        assert check not in above
        assert check in below
    assert desks.get(f"/record?{urlencode({'account': FB, 'kind': 'comment', 'id': '3'})}").status_code == 200


def test_public_affairs_settles_a_cause_with_a_file_that_shows_it(desks: Desks, shelves: Shelves) -> None:
    assert "What the site’s answers show" in text_of(
        desks.get(path(SIGN, "/removed/settle"), Role.PUBLIC_AFFAIRS)
    )
    told = {"item": SIGN, "cause": "city", "because": "The page's activity log", "removed_by": "A. Example"}
    said = settle(desks, told, Role.PUBLIC_AFFAIRS, files={"evidence": ("log.png", PNG)})
    assert "The cause is settled." in said
    assert "removed by somebody who acts for the account (A. Example), as Pia Nolan" in said
    assert "Evidence: log.png" in said
    (event,) = shelves.told("removal cause settled")
    assert event["cause"] == "city"
    assert "The pool was closed" not in text_of(desks.get("/removed?cause=undetermined"))


def look(desks: Desks, told: dict[str, str], who: Role | Person = Role.CLERK) -> tuple[str, str]:
    """Say who removed it, and come to the page that shows what would be filed: its path, its hash."""
    answer = desks.post("/removed/settle", told, who)
    assert answer.status_code == 303, text_of(answer)
    shown = answer.headers["location"].partition("?")[0]
    found = re.search(r'name="seen" value="([0-9a-f]{64})"', desks.get(shown, who).text)
    assert found
    return shown, found[1]


def settle(desks: Desks, told: dict[str, str], who: Role | Person = Role.CLERK, **more: Any) -> str:
    shown, seen = look(desks, told, who)
    return desks.done(shown, {"seen": seen}, who, **more)


def test_nobody_is_accused_by_a_form_that_was_left_as_it_was(desks: Desks) -> None:
    page = desks.get(path(SIGN, "/removed/settle"))
    assert '<option value="" selected>choose one</option>' in page.text
    answer = desks.post("/removed/settle", {"item": SIGN, "cause": "", "because": "The log"})
    assert answer.status_code == 400
    assert "Choose who or what removed it." in text_of(answer)


def test_what_would_be_settled_is_looked_at_before_it_is_filed(desks: Desks, shelves: Shelves) -> None:
    told = {"item": SIGN, "cause": "city", "because": "The activity log", "removed_by": "A. Example"}
    shown, seen = look(desks, told)
    said = text_of(desks.get(shown))
    assert "You settle removed by somebody who acts for the account (A. Example)" in said
    assert "In the name of Cleo Park" in said
    assert "The pool was closed by mistake" in said
    assert shelves.told("removal cause settled") == []
    assert desks.post(shown, {"seen": "0" * 64}).status_code == 400
    assert desks.get(shown, Role.PUBLIC_AFFAIRS).status_code == 400  # somebody else’s
    assert shelves.told("removal cause settled") == []
    desks.done(shown, {"seen": seen})
    again = desks.post(shown, {"seen": seen})
    assert (again.status_code, again.headers["location"]) == (303, path(SIGN))  # where it is seen
    assert len(shelves.told("removal cause settled")) == 1


def test_what_was_settled_wrong_is_settled_anew_and_both_stand_there(desks: Desks) -> None:
    told = {"item": SIGN, "cause": "city", "because": "The activity log"}
    settle(desks, told)
    assert "Settle anew who removed it" in text_of(desks.get(path(SIGN)))
    page = text_of(desks.get(path(SIGN, "/removed/settle")))
    assert "Why it is settled anew" in page
    assert "Settled so far removed by somebody who acts for the account, as Cleo Park" in page
    said = settle(desks, told | {"cause": "author", "because": "The log was of another day"}, Role.COUNSEL)
    assert "Cause settled: removed by somebody who acts for the account" in said
    assert "Settled anew, because The log was of another day: removed by its author." in said
    assert "It corrects entry 1." in said


def test_a_guideline_for_what_its_author_removed_asks_first(desks: Desks, shelves: Shelves) -> None:
    settle(desks, {"item": SIGN, "cause": "author", "because": "The author wrote to us"})
    told = {"item": SIGN, "guideline": ["c"], "how": "person", "who": "Pia Nolan"}
    doubt = "It is settled that its author removed it: a guideline is cited for what the City removes."
    assert doubt in text_of(desks.get(path(SIGN, "/removed/cite")))
    refused = desks.post("/removed/cite", told)
    assert refused.status_code == 400
    assert "Tick this where it did; else settle the cause anew." in text_of(refused)
    assert shelves.told("guideline cited") == []
    assert "Guideline V.B.4(c)" in desks.done("/removed/cite", told | {"although": "yes"})
    assert doubt not in text_of(desks.get(path(POST, "/removed/cite")))


def test_a_form_that_was_sent_twice_files_once(desks: Desks, shelves: Shelves) -> None:
    told = {"item": SIGN, "note": "Its author wrote to us"}
    desks.done("/removed/note", told)
    again = desks.post("/removed/note", told)
    assert again.status_code == 400
    assert "This was filed already, on " in text_of(again)
    assert len(shelves.told("removal noted")) == 1


def test_a_removed_item_is_called_by_its_words_and_who_said_them(desks: Desks, shelves: Shelves) -> None:
    for page in (
        "/removed",
        path(SIGN),
        *(path(SIGN, f"/removed/{one}") for one in ("settle", "cite", "note")),
    ):
        said = text_of(desks.get(page))
        assert re.search(r"comment by [^:]+: “The pool was closed by mistake”", said), page
    alerts = text_of(desks.get("/removed/consults"))
    assert "“The mayor&#39;s words”" in alerts
    assert "A private word" not in text_of(desks.get("/removed"))  # that takes a reason
    assert "private message 900" in text_of(desks.get("/removed"))
    assert "A private word" not in text_of(desks.get(path(MESSAGE, "/removed/settle")))
    assert shelves.told("private dossier read") == []


def test_a_form_that_is_not_filled_in_is_shown_again_with_what_was_typed(desks: Desks) -> None:
    answer = desks.post("/removed/settle", {"item": SIGN, "cause": "city", "removed_by": "A. Example"})
    assert answer.status_code == 400
    assert "Fill this in." in text_of(answer)
    assert 'value="A. Example"' in answer.text


def test_a_guideline_is_cited_in_the_words_of_the_policy(desks: Desks) -> None:
    page = text_of(desks.get(path(SIGN, "/removed/cite")))
    assert "V.B.4(c): Profane or obscene language or content" in page
    refused = desks.post(
        "/removed/cite", {"item": SIGN, "guideline": ["a"], "how": "rule", "who": "word filter"}
    )
    assert refused.status_code == 400
    assert "a person must decide" in text_of(refused)
    assert "`" not in text_of(refused)
    assert "--" not in text_of(refused)
    told = {
        "item": SIGN,
        "guideline": ["c", "k"],
        "how": "person",
        "who": "Pia Nolan",
        "counsel_on": "2026-05-10",
    }
    said = desks.done("/removed/cite", told)
    assert "Guideline V.B.4(c): Profane or obscene language or content." in said
    assert "Counsel was consulted on Sunday, May 10, 2026" in said


def test_a_note_stands_in_the_dossier(desks: Desks) -> None:
    said = desks.done("/removed/note", {"item": SIGN, "note": f"Its author wrote {HOSTILE[0]}"})
    assert "Note: Its author wrote" in said


def test_the_policy_is_filed_once(desks: Desks) -> None:
    assert "not filed yet" in text_of(desks.get("/removed/guidelines"))
    again = {"document": ("policy.txt", b"The policy")}
    assert "citations name it from now on" in desks.done("/removed/policy", {}, files=again)
    assert "nothing was filed" in desks.done("/removed/policy", {}, files=again)
    assert "filed last on" in text_of(desks.get("/removed/guidelines"))


def test_a_dossier_is_taken_as_pdf_page_and_data_and_the_ledger_says_so(
    desks: Desks, shelves: Shelves
) -> None:
    pdf = desks.get(path(SIGN, "/removed/file", form="pdf"))
    assert pdf.content.startswith(b"%PDF-")
    assert "attachment" in pdf.headers["content-disposition"]
    assert "The pool was closed by mistake" in desks.get(path(SIGN, "/removed/file", form="html")).text
    assert json.loads(desks.get(path(SIGN, "/removed/file", form="json")).text)["row"]["native_id"] == "3"
    assert [event["form"] for event in shelves.told("dossier taken")] == ["pdf", "html", "json"]
    assert desks.get(path(SIGN, "/removed/file", form="exe")).status_code == 400


def test_private_dossiers_need_the_role_and_a_reason(desks: Desks, shelves: Shelves) -> None:
    for role in (Role.PUBLIC_AFFAIRS, Role.AUDITOR):
        assert "900" not in text_of(desks.get("/removed", role))
        for page in ("/removed/look", "/removed/file"):
            answer = desks.get(path(MESSAGE, page), role)
            assert answer.status_code == 403
            assert "A private word" not in answer.text
    assert desks.get(path(MESSAGE, "/removed/settle"), Role.PUBLIC_AFFAIRS).status_code == 403
    assert "say why you look at it" in text_of(desks.get(path(MESSAGE)))
    assert shelves.told("private dossier read") == []
    assert "say why you look at it" in text_of(desks.get(path(MESSAGE, reason="A claim was filed")))
    dossier = desks.for_a_reason(path(MESSAGE), "A claim was filed")
    assert "A private word" in text_of(dossier)
    assert "claim" not in str(dossier.url)
    (event,) = shelves.told("private dossier read")
    assert event["reason"] == "A claim was filed"


def test_nothing_is_told_of_an_item_that_was_private_once(desks: Desks, shelves: Shelves) -> None:
    address, at = "https://fb.example/p/501", AT + timedelta(days=1)
    night(shelves, FB, [gone(shelves, "501", "For friends", kind="post", visibility="private", removed_at=AT,
                             permalink=address)])  # fmt: skip
    add_night(shelves.city.archive, FB, date(2026, 5, 10), [
        shelves.row("502", "Once for friends", kind="post", visibility="private", observed_at=AT),
        shelves.row("502", "Now for all", kind="post", observed_at=at),
    ])  # fmt: skip
    for native_id in ("501", "502"):
        shown_by_the_site(shelves, "post", native_id)
    hidden, shared = f"{FB}/post/501", f"{FB}/post/502"
    for about in (hidden, address, shared):
        desks.done("/removed/consults/open", {"about": about, "note": "About a friend"})
    assert text_of(desks.get("/removed/consults")).count("About a friend") == 3
    for role in (Role.PUBLIC_AFFAIRS, Role.AUDITOR):
        told = text_of(desks.get("/removed/consults", role))
        assert not any(said in told for said in ("About a friend", "501", "502", "C-2026"))
    for item in (hidden, shared):
        for form in ("settle", "cite", "note", "consults/open"):
            values = {"item": item, "about": item, "note": "x", "cause": "city", "because": "x"}
            answer = desks.post(f"/removed/{form}", values, Role.PUBLIC_AFFAIRS)
            assert answer.status_code == 403, form
    for number in (1, 2, 3):
        ticket = f"C-2026-000{number}"
        assert desks.get(f"/removed/consults/note?ticket={ticket}", Role.PUBLIC_AFFAIRS).status_code == 403
        values = {"ticket": ticket, "note": "x"}
        assert desks.post("/removed/consults/note", values, Role.PUBLIC_AFFAIRS).status_code == 403
    kept = f"/kept?{urlencode({'account': FB, 'kind': 'post', 'id': '502'})}"
    assert desks.get(kept, Role.AUDITOR).status_code == 403


def test_advice_that_is_not_read_or_not_shown_whole_is_not_said_to_be_none(desks: Desks) -> None:
    assert "None is filed yet." in text_of(desks.get(path(SIGN, "/removed/advice"), Role.COUNSEL))
    said = desks.done("/removed/advice", {"item": SIGN, "advice": "x" * 60_100}, Role.COUNSEL)
    assert "100 characters more, not shown here" in said
    again = text_of(desks.post("/removed/advice", {"item": SIGN, "advice": ""}, Role.COUNSEL))
    assert "Some is filed." in again
    assert "None is filed yet." not in again


def test_today_gives_no_all_clear_before_the_removals_are_read(
    desks: Desks, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Removals, "seen", lambda *_: Seen([], 3))
    said = text_of(desks.get("/"))
    assert "3 removals are still being read" in said
    assert "Removed content" not in said.partition("Nothing waits in: ")[2].partition(".")[0]


def test_the_advice_of_counsel_is_in_no_byte_that_another_gets(desks: Desks, shelves: Shelves) -> None:
    said = desks.done("/removed/advice", {"item": SIGN, "advice": ADVICE}, Role.COUNSEL)
    assert ADVICE in said
    assert shelves.told("privileged advice read")
    pages = ["/", "/removed", path(SIGN), "/removed/consults", path(SIGN, "/removed/cite"),
             *(path(SIGN, "/removed/file", form=form) for form in ("html", "json"))]  # fmt: skip
    for role in Role:
        answers = [desks.get(page, role) for page in pages]
        assert not any(ADVICE in answer.text for answer in answers), role
        if Act.SEE_ADVICE not in MAY[role]:
            assert not any("Advice of counsel" in answer.text for answer in answers), role
            assert desks.get(path(SIGN, "/removed/advice"), role).status_code == 403
            assert desks.post("/removed/advice", {"item": SIGN, "advice": "x"}, role).status_code == 403


def test_a_deletion_on_an_officials_account_stands_as_an_alert_until_it_is_answered(desks: Desks) -> None:
    said = text_of(desks.get("/removed/consults"))
    assert f"{POST}" in said
    assert "1 open, 0 answered." in said
    assert "nobody was consulted" in said
    assert "1 deletion on officials’ accounts" in text_of(desks.get("/"))
    told = {"item": POST, "cause": "author", "because": "A visitor's own post"}
    settle(desks, told)
    assert "No deletion on an official’s account raised an alert." in text_of(desks.get("/removed/consults"))


def test_a_ticket_says_who_was_consulted_and_that_it_was_after_the_deletion(desks: Desks) -> None:
    address = "https://facebook.example/mayor/1"
    said = desks.done("/removed/consults/open", {"about": address, "note": "It names a child"})
    assert "C-2026-0001 is open." in said
    assert "Fill in what there is to be noted." in text_of(
        desks.post("/removed/consults/note", {"ticket": "C-2026-0001"})
    )
    first = {"ticket": "C-2026-0001", "manager_day": "2026-11-17", "manager_time": "09:30"}
    assert "It lacks the City Attorney." in desks.done("/removed/consults/note", first)
    wrong = {"ticket": "C-2026-0001", "attorney_day": "2026-11-30", "attorney_time": "10:00"}
    assert "has not come yet" in text_of(desks.post("/removed/consults/note", wrong))
    last = {
        "ticket": "C-2026-0001",
        "attorney_day": "2026-11-17",
        "attorney_time": "10:00",
        "outcome": "deleted",
    }
    assert "Both were consulted." in desks.done("/removed/consults/note", last)
    said = text_of(desks.get("/removed/consults", Role.AUDITOR))
    assert "consulted Tue, Nov 17, 2026, 9:30 a.m. PST" in said
    assert "Note something on" not in said


def test_a_consultation_by_the_address_of_a_record_finds_the_record(desks: Desks, shelves: Shelves) -> None:
    address = "https://facebook.example/42/posts/78"
    row = shelves.row("42_78", "Words of today", kind="post", permalink=address, observed_at=AT)
    add_night(shelves.city.archive, FB, date(2026, 5, 10), [row])
    shown_by_the_site(shelves, "post", "42_78", last_run(shelves.city.vault.books))
    said = desks.done("/removed/consults/open", {"about": f"{address}/"})
    assert f"About {FB}/post/42_78" in said
    assert "Content in the archive" in said
    other = desks.done("/removed/consults/open", {"about": "https://facebook.example/42/posts/79"})
    assert "no record with this address was found in the archive" in other
    rubbish = desks.post("/removed/consults/open", {"about": "some rubbish"})
    assert rubbish.status_code == 400
    assert "paste the address that stands on the record’s page" in text_of(rubbish)
    assert 'value="some rubbish"' in rubbish.text


def test_hostile_words_do_nothing_on_any_page(desks: Desks) -> None:
    desks.done("/removed/consults/open", {"about": f"https://x.example/{HOSTILE[1]}", "note": HOSTILE[5]})
    told = {"item": f"{FB}/comment/h0", "cause": "city", "because": HOSTILE[0], "removed_by": HOSTILE[1]}
    assert harm_in(desks.get(look(desks, told)[0]).text) == []
    settle(desks, told)
    pages = ["/removed", "/removed/consults"]
    for n in range(len(HOSTILE)):
        pages += [path(f"{FB}/comment/h{n}"), path(f"{FB}/comment/h{n}", "/removed/settle")]
    for page in pages:
        answer = desks.get(page)
        assert answer.status_code == 200, page
        assert harm_in(answer.text) == [], page
        assert len(answer.content) < 300_000
    for text in HOSTILE:
        answer = desks.get(path(text))
        assert answer.status_code == 404
        assert harm_in(answer.text) == []


def test_a_very_large_dossier_still_fits_on_a_page(desks: Desks, shelves: Shelves) -> None:
    row = gone(shelves, "big", "<&>" * 20_000, removed_at=AT, account=X, platform="x")
    row["versions"] = row["versions"] * 400
    night(shelves, X, [row])
    answer = desks.get(path(f"{X}/comment/big"))
    assert len(answer.content) < 300_000
    assert "more facts do not fit on this page" in text_of(answer)


def test_who_may_only_look_finds_no_way_to_change_anything(desks: Desks) -> None:
    page = desks.get(path(SIGN), Role.AUDITOR).text
    assert "/removed/settle" not in page
    for form in ("settle", "cite", "note", "policy", "consults/open"):
        assert desks.post(f"/removed/{form}", {"item": SIGN}, Role.AUDITOR).status_code == 403
    for who in (Role.IT, Role.APPROVER, LIMITED):
        assert desks.get("/removed", who).status_code == 403


def test_what_comes_later_joins_the_list(desks: Desks, shelves: Shelves) -> None:
    before = text_of(desks.get("/removed"))
    assert "“Later”" not in before
    night(shelves, X, [gone(shelves, "later", "Later", account=X, platform="x", removed_at=AT)])
    until(lambda: "“Later”" in text_of(desks.get("/removed")))
