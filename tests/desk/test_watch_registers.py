"""The registers of the policy at the desk: read by some roles, kept by those that each names."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from datetime import UTC, date, datetime
from html import unescape
from pathlib import Path

import pytest

from desk.desks import Desks, served, text_of, until
from desk.shelves import FB, HOSTILE, LIMITED, Shelves, harm_in
from paloverde.desk.paces import Paces
from paloverde.desk.people import Role
from paloverde.watch.register import Entries
from paloverde.watch.registers import ALL
from paloverde.watch.registers.block_cases import BLOCK_CASES, BlockCase

BUSY = {"search": 10_000, "export": 10_000}
PEOPLE = "/watch/registers/people"
JOAN = {"id": "jrivera", "name": "Joan Rivera", "standing": "staff", "known_as": "x:44196397\r\nfacebook:1"}
QUESTION = {"department": "Parks", "sent_at": "2026-11-17T09:30"}


@pytest.fixture
def shelves(tmp_path: Path) -> Shelves:
    return Shelves(tmp_path / "shelves")


@pytest.fixture
def desks(shelves: Shelves) -> Iterator[Desks]:
    with served(Desks(shelves.city, paces=Paces(per_window=BUSY))) as running:
        yield running


def filed(shelves: Shelves, register: str = "people") -> list[str]:
    return [entry["entry"] for entry in shelves.told("register entry filed") if entry["register"] == register]


def table(desks: Desks, body: str, who: Role = Role.CLERK) -> str:
    """Take a table in, and read what comes of it."""
    files = {"document": ("people.csv", body.encode())}
    client = desks.client(who)
    token = desks.token(client.get("/").text)
    answer = client.post(f"{PEOPLE}/file", data={"form_token": token}, files=files)
    return text_of(client.get(answer.headers["location"]) if answer.status_code == 303 else answer)


def test_the_shelf_says_of_each_register_what_it_is_for_and_who_keeps_it(desks: Desks) -> None:
    answer = desks.get("/watch/registers", Role.AUDITOR)
    said = unescape(text_of(answer))
    for register in ALL.values():
        assert f'href="/watch/registers/{register.name}"' in answer.text
        assert register.title in said
        assert register.about in said
    assert "Begin it" not in said
    assert 'href="/watch/registers/people/new">Begin it' in desks.get("/watch/registers").text


def test_an_empty_register_says_what_to_do_first(desks: Desks) -> None:
    assert "Add the first entry, or take a table in." in text_of(desks.get(PEOPLE))
    assert "It is kept by: clerk, counsel, public affairs." in text_of(desks.get(PEOPLE, Role.AUDITOR))


def test_an_entry_is_added_found_changed_and_withdrawn_and_all_of_it_stays_readable(
    desks: Desks, shelves: Shelves
) -> None:
    said = desks.done(f"{PEOPLE}/new", JOAN)
    assert "jrivera stands in the register." in said
    assert "x:44196397 facebook:1" in said
    assert "Joan Rivera" in text_of(desks.get(f"{PEOPLE}?q=RIVERA"))
    assert "No entry is like that." in text_of(desks.get(f"{PEOPLE}?q=nobody"))
    form = desks.get(f"{PEOPLE}/entries/jrivera/change")
    assert 'value="Joan Rivera"' in form.text
    assert 'name="id"' not in form.text
    changed = {"name": "Joan R. Moss", "standing": "official", "seen": "1"}
    said = desks.done(f"{PEOPLE}/entries/jrivera/change", changed)
    assert "jrivera is changed. What it said before stays below." in said
    assert "Joan Rivera Joan R. Moss" in said  # before, since then
    assert "Version 2" in said
    said = desks.done(f"{PEOPLE}/entries/jrivera/withdraw", {"why": "She moved away"})
    assert "This entry is withdrawn and counts no longer, because: She moved away" in said
    assert "Joan R. Moss" not in text_of(desks.get(PEOPLE))
    assert "withdrawn" in text_of(desks.get(f"{PEOPLE}?withdrawn=yes"))
    assert filed(shelves) == ["jrivera", "jrivera"]
    assert len(shelves.told("register entry withdrawn")) == 1
    again = desks.post(f"{PEOPLE}/entries/jrivera/withdraw", {"why": "Again"})
    assert "is withdrawn already" in text_of(again)


def test_what_is_wrong_is_said_on_the_form_with_what_was_typed(desks: Desks, shelves: Shelves) -> None:
    for given, why in (
        ({"name": "Joan"}, "fill in “Short name”"),
        (JOAN | {"standing": "visitor"}, "takes one of: staff, official"),
        (JOAN | {"began_on": "someday"}, "“Began on” takes a day"),
        (JOAN | {"id": "joan rivera"}, "cannot name an entry"),
    ):
        answer = desks.post(f"{PEOPLE}/new", given)
        assert answer.status_code == 400
        assert why in text_of(answer)
        assert f'value="{given["name"]}"' in answer.text
    assert filed(shelves) == []


def test_a_name_that_is_taken_is_not_taken_again(desks: Desks, shelves: Shelves) -> None:
    desks.done(f"{PEOPLE}/new", JOAN)
    answer = desks.post(f"{PEOPLE}/new", JOAN | {"name": "Another"})
    assert "People has jrivera already. To change that entry: “Change it”." in text_of(answer)
    assert f'href="{PEOPLE}/entries/jrivera/change"' in answer.text
    assert len(filed(shelves)) == 1


def test_what_a_colleague_changed_meanwhile_is_not_overwritten(desks: Desks, shelves: Shelves) -> None:
    desks.done(f"{PEOPLE}/new", JOAN)
    mine = {"name": "Joan A.", "standing": "staff", "seen": "1"}
    desks.done(f"{PEOPLE}/entries/jrivera/change", mine | {"name": "Joan B."}, Role.COUNSEL)
    answer = desks.post(f"{PEOPLE}/entries/jrivera/change", mine)
    assert answer.status_code == 400
    assert "Somebody else has filed something about jrivera" in text_of(answer)
    assert 'value="Joan A."' in answer.text
    assert "Joan B." in text_of(desks.get(f"{PEOPLE}/entries/jrivera"))
    assert len(filed(shelves)) == 2


def test_a_field_offers_the_accounts_and_the_entries_that_it_may_name(desks: Desks) -> None:
    desks.done(f"{PEOPLE}/new", JOAN)
    form = desks.get("/watch/registers/members/new").text
    assert '<input class="usa-input" id="person" name="person" type="text"' in form
    assert '<datalist id="person-known"><option value="jrivera">Joan Rivera</option></datalist>' in form


def test_a_name_that_leads_nowhere_is_told_on_the_page_of_the_entry(desks: Desks) -> None:
    desks.done(f"{PEOPLE}/new", JOAN)
    grant = {"since": "2026-01-05", "granted_by": "Dana Wells", "authority": "publish and answer"}
    said = desks.done("/watch/registers/grants/new", grant | {"person": "Joan Rivera", "account": FB})
    assert "“Joan Rivera” under “Person”: the register “People” has no entry of that name." in said
    report = {"about": f"{FB}/post/1", "guidelines": "c", "why": "It curses.", "reported_by": "Sam Ito"}
    moved = report | {"account": "facebok", "reported_at": "2026-11-18T09:00"}
    told = desks.done("/watch/registers/content-reports/new", moved)
    assert "“facebok” under “Account”: no account of that name is archived now." in told
    said = desks.done("/watch/registers/grants/new", grant | {"person": "jrivera", "account": FB})
    assert "of that name" not in said
    desks.done(f"{PEOPLE}/entries/jrivera/withdraw", {"why": "Entered twice."})
    assert "has no entry of that name" in text_of(desks.get("/watch/registers/grants/entries/G-2026-0002"))


def test_a_list_of_words_and_its_approvals_say_whether_they_count(desks: Desks) -> None:
    lists, approvals = "/watch/registers/word-lists", "/watch/registers/word-list-approvals"
    entry = {"id": "insults", "guideline": "c", "terms": "frack"}
    assert "nobody has approved it yet" in desks.done(f"{lists}/new", entry, Role.PUBLIC_AFFAIRS)
    given = {"list": "insults", "version": "1", "office": "the City Manager or designee"}
    assert "counts nothing: whoever filed" in desks.done(f"{approvals}/new", given, Role.PUBLIC_AFFAIRS)
    refused = desks.post(f"{approvals}/new", given | {"version": "7"}, Role.CLERK)
    assert "insults has no version 7: it has 1 version" in text_of(refused)
    for role, office in ((Role.COUNSEL, "counsel"), (Role.CLERK, "the City Clerk")):
        said = desks.done(f"{approvals}/new", given | {"office": office}, role)
        assert "counts nothing" not in said
    assert "Version 1 counts: it was approved by" in text_of(desks.get(f"{lists}/entries/insults"))


def test_a_case_for_a_block_is_signed_off_by_counsel_alone(desks: Desks, shelves: Shelves) -> None:
    cases, signs = "/watch/registers/block-cases", "/watch/registers/block-sign-offs"
    filing = Entries(shelves.city.cabinet, BLOCK_CASES)
    id_ = filing.put(a_case(FB), "Pat Lowe, public_affairs, desk (pat)", datetime.now(UTC))
    page = f"{cases}/entries/{id_}"
    assert "Counsel has not signed off what this case says now (version 1)" in text_of(desks.get(page))
    given = {"case": id_, "version": "1"}
    for role in (Role.CLERK, Role.PUBLIC_AFFAIRS, Role.IT):
        assert desks.post(f"{signs}/new", given, role).status_code == 403
    told = text_of(desks.post(f"{signs}/new", given | {"version": "2"}, Role.COUNSEL))
    assert f"{id_} has no version 2" in told
    assert filed(shelves, "block-sign-offs") == []
    desks.done(f"{signs}/new", given, Role.COUNSEL)
    assert "Counsel signed it off (" in text_of(desks.get(page))


def a_case(account: str) -> BlockCase:
    """A case as it was filed before anybody was blocked."""
    return BlockCase(
        account=account, user="dwhitlock", removals=tuple(f"{account}/comment/{at}" for at in range(3)),
        comments=140, days=7, staff_time="Six hours a week.", tried="A list.", viewpoint="Advertising.",
        review_on=date(2027, 2, 10), appeal="clerk@palmaria.example",
    )  # fmt: skip


def test_a_version_of_the_policy_is_brought_as_a_file(desks: Desks, shelves: Shelves) -> None:
    versions = "/watch/registers/policy-versions"
    given = {"version": "2026-03", "effective_on": "2026-03-01", "city_name": "City of Palma Ria"}
    assert 'type="file"' in desks.get(f"{versions}/new").text
    typed = desks.post(f"{versions}/new", given | {"sha256": "5f" * 32})
    assert "Choose one file." in text_of(typed)
    pdf = b"%PDF-1.7\n1 0 obj\n<<>>\nendobj\ntrailer\n<<>>\n%%EOF\n"
    files = {"sha256": ("policy.pdf", pdf)}
    said = desks.done(f"{versions}/new", given, files=files)
    assert hashlib.sha256(pdf).hexdigest() in said
    entry = f"{versions}/entries/2026-03"
    assert desks.get(f"{entry}/file", Role.AUDITOR).content == pdf
    desks.done(f"{entry}/change", given | {"adopted_by": "City Council"})
    assert hashlib.sha256(pdf).hexdigest() in text_of(desks.get(entry))
    assert "City Council" in text_of(desks.get(entry))


def test_only_those_whom_a_register_names_keep_it(desks: Desks, shelves: Shelves) -> None:
    members = "/watch/registers/members"
    assert set(ALL["members"].keepers) == {"clerk", "counsel"}
    for path in (f"{members}/new", f"{members}/file"):
        answer = desks.get(path, Role.PUBLIC_AFFAIRS)
        assert answer.status_code == 403
        assert "is kept by: clerk, counsel. You are signed in as public affairs" in text_of(answer)
    given = {"body": "council", "person": "jrivera", "since": "2026-01-01"}
    for role in (Role.PUBLIC_AFFAIRS, Role.AUDITOR, Role.IT, LIMITED):
        assert desks.post(f"{members}/new", given, role).status_code == 403
    assert "Add an entry" not in text_of(desks.get(members, Role.PUBLIC_AFFAIRS))
    desks.done(f"{PEOPLE}/new", JOAN, Role.PUBLIC_AFFAIRS)
    for act in ("change", "withdraw"):
        assert desks.get(f"{PEOPLE}/entries/jrivera/{act}", Role.AUDITOR).status_code == 403
        assert desks.post(f"{PEOPLE}/entries/jrivera/{act}", {"why": "x"}, Role.AUDITOR).status_code == 403
    assert filed(shelves, "members") == []


def test_an_entry_about_a_private_message_is_for_those_who_see_these(desks: Desks) -> None:
    questions = "/watch/registers/questions"
    for kind in ("message", "comment"):
        desks.done(f"{questions}/new", QUESTION | {"item": f"facebook-palmaria/{kind}/77"})
    for role, is_seen in ((Role.CLERK, True), (Role.PUBLIC_AFFAIRS, False), (Role.AUDITOR, False)):
        client = desks.client(role)
        assert ("message/77" in client.get(questions).text) is is_seen
        assert ("message/77" in client.get(f"{questions}/table").text) is is_seen
        assert "comment/77" in client.get(questions).text
        answer = client.get(f"{questions}/entries/question-2026-0001")
        assert answer.status_code == (200 if is_seen else 403)
        assert ("message/77" in answer.text) is is_seen


def test_a_register_is_taken_as_a_table_that_comes_in_again_as_it_was(desks: Desks, shelves: Shelves) -> None:
    desks.done(f"{PEOPLE}/new", JOAN | {"title": "=1+1"})
    answer = desks.get(f"{PEOPLE}/table", Role.AUDITOR)
    assert "attachment" in answer.headers["content-disposition"]
    assert ",'=1+1," in answer.text
    said = table(desks, answer.text)
    assert "0 new entries, 0 entries changed, 1 row that says what stood there." in said
    body = answer.text.replace("Joan Rivera", "Joan Moss") + ",dlee,Dan Lee,official\r\n"
    said = table(desks, body)
    assert "1 new entry, 1 entry changed, 0 rows" in said
    assert "Joan Moss" in said
    assert len(filed(shelves)) == 3


def test_a_table_with_one_wrong_row_files_nothing_and_names_its_line(desks: Desks, shelves: Shelves) -> None:
    said = table(desks, "Short name,Name,standing\nmw,Mei Wong,staff\ndl,Dan Lee,visitor\n")
    assert "Nothing was filed." in said
    assert "Line 3: “What this person is to the City” takes one of" in said
    assert filed(shelves) == []
    assert "Choose one file." in text_of(desks.post(f"{PEOPLE}/file", {}))


def test_a_long_table_is_filed_as_long_work(desks: Desks, shelves: Shelves) -> None:
    rows = "".join(f"p{number},Person {number},staff\n" for number in range(30))
    said = table(desks, f"Short name,Name,standing\n{rows}")
    assert "You may leave this page" in said or "It is ready." in said
    until(lambda: len(filed(shelves)) == 30)
    assert "30 entries." in text_of(desks.get(PEOPLE))


def test_an_e_mail_that_documents_a_consent_fills_in_the_form_and_files_nothing(
    desks: Desks, shelves: Shelves
) -> None:
    releases = "/watch/registers/photo-releases"
    assert f'href="{releases}/mail"' in desks.get(releases, Role.PUBLIC_AFFAIRS).text
    assert f'href="{PEOPLE}/mail"' not in desks.get(PEOPLE).text
    body = (
        "From: Pia Nolan <pia.nolan@palmaria.example>\r\nTo: records@palmaria.example\r\n"
        "Date: Tue, 17 Nov 2026 09:30:00 -0800\r\nSubject: Consent\r\n\r\n"
        "Mr. Otto Reed verbally consented to use a photo of his son, Tim Reed, on the City's Facebook page.\r\n"
    )
    files = {"document": ("consent.eml", body.encode())}
    answer = desks.post(f"{releases}/mail", {}, Role.PUBLIC_AFFAIRS, files=files)
    assert answer.status_code == 200
    for told in ('value="Mr. Otto Reed"', 'value="2026-11-17T09:30"', 'value="verbal consent" selected'):
        assert told in answer.text, told
    assert f'action="{releases}/new"' in answer.text
    assert filed(shelves, "photo-releases") == []
    other = {"document": ("other.eml", body.replace("verbally consented", "declined").encode())}
    assert "documents no verbal consent" in text_of(desks.post(f"{releases}/mail", {}, files=other))
    assert desks.get(f"{releases}/mail", Role.AUDITOR).status_code == 403


def test_hostile_words_do_nothing_on_any_page(desks: Desks, shelves: Shelves) -> None:
    for number, text in enumerate(HOSTILE):
        given = JOAN | {"id": f"h{number}", "name": text or "x", "title": text, "department": text}
        shelves.city.watch.put("people", given, "this test")
        report = {"about": text or "x", "account": text or "x", "guidelines": "c", "why": "x"}
        more = {"reported_by": "x", "reported_at": "2026-11-18T09:00"}
        reported = shelves.city.watch.put("content-reports", report | more, "this test")
        page = f"/watch/registers/content-reports/entries/{reported}"
        assert harm_in(desks.get(page).text) == [], text
        for path in ("", "/change", "/withdraw"):
            answer = desks.get(f"{PEOPLE}/entries/h{number}{path}")
            assert answer.status_code == 200
            if path != "/change":  # what is typed into a field comes back as it was
                assert harm_in(answer.text) == [], text
    for path in ("/watch/registers", PEOPLE, "/watch/registers/members/new"):
        assert harm_in(desks.get(path).text) == []


def test_what_is_not_there_is_said_so(desks: Desks) -> None:
    for path in ("/watch/registers/none", f"{PEOPLE}/entries/nobody", f"{PEOPLE}/entries/%00",
                 f"{PEOPLE}/entries/nobody/change", "/watch/registers/none/new", "/watch/registers/none/table"):  # fmt: skip
        answer = desks.get(path)
        assert answer.status_code == 404, path
        assert "Traceback" not in answer.text
