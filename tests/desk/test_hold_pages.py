"""Holds at the desk: counsel places, widens and releases one, by what was shown; the clerk tells custodians."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest

from desk.desks import Desks, served, text_of, until
from desk.shelves import FB, HOSTILE, LIMITED, Shelves, X, harm_in, shown_by_the_site
from paloverde.desk.jobs import JOBS
from paloverde.desk.paces import Paces
from paloverde.desk.people import Person, Role
from paloverde.desk.rights import MAY, Act
from paloverde.retention.facts import HoldKind
from paloverde.retention.hold_scope import Scope
from paloverde.retention.holds import By, Issued, Trigger

AT = datetime(2026, 5, 7, 9, tzinfo=UTC)
BUSY = {"search": 10_000, "export": 10_000}
MEMO = b"Privileged: the matter of the pool is settled for nothing"
COUNSEL = By("Ana Ruiz", "counsel", "this test")
ASKED = {
    "name": "LIT-2026-03",
    "matter": "Ito v. City",
    "trigger": "claim",
    "words": "pool",
    "unnamed": "yes",
}


@pytest.fixture
def shelves(tmp_path: Path) -> Shelves:
    return Shelves(tmp_path / "shelves").fill()


@pytest.fixture
def desks(shelves: Shelves) -> Iterator[Desks]:
    with served(Desks(shelves.city, paces=Paces(per_window=BUSY))) as running:
        yield running


def worked(
    desks: Desks, path: str, form: dict[str, Any], who: Role | Person = Role.COUNSEL, **more: Any
) -> str:
    """Fill in a form that begins long work, wait, and give the page that it leads to."""
    answer = desks.post(path, form, who, **more)
    assert answer.status_code == 303, text_of(answer)
    work = answer.headers["location"]
    until(lambda: "under way" not in text_of(desks.get(work, who)))
    page = desks.get(work, who)
    assert "It is ready." in text_of(page), text_of(page)
    found = re.search(r'class="usa-button" href="([^"]+)"', page.text)
    assert found
    return found[1]


def today(shelves: Shelves) -> str:
    return str(shelves.city.requests.today())


def seen(page: str) -> str:
    found = re.search(r'name="seen" value="([0-9a-f]{64})"', page)
    assert found, page
    return found[1]


def placed(desks: Desks, **more: Any) -> str:
    """A hold that counsel placed through the pages."""
    shown = worked(desks, "/place-hold", ASKED | more)
    return worked(desks, shown, {"seen": seen(desks.get(shown, Role.COUNSEL).text)})


def test_counsel_places_a_hold_by_what_was_shown(desks: Desks, shelves: Shelves) -> None:
    assert "What it would keep" not in text_of(desks.get("/holds", Role.COUNSEL))
    shown = worked(desks, "/place-hold", ASKED | {"account": [FB]})
    page = desks.get(shown, Role.COUNSEL)
    said = text_of(page)
    assert "contains the word “pool”" in said or "pool" in said
    assert f"In scope now 5 items ({FB}: 5)" in said
    assert shelves.city.holds.all() == []
    onward = worked(desks, shown, {"seen": seen(page.text)})
    said = text_of(desks.get(onward, Role.AUDITOR))
    assert "Ito v. City" in said
    assert "It keeps 5 items" in said
    assert re.search(r"kept: (\d+) of \1\b", said)
    (hold,) = shelves.city.holds.all()
    assert hold.issued_by.name == "Ana Ruiz"
    listed = text_of(desks.get("/holds"))
    assert "LIT-2026-03" in listed
    assert "not complete" not in listed


def test_only_what_was_seen_can_be_confirmed(desks: Desks, shelves: Shelves) -> None:
    shown = worked(desks, "/place-hold", ASKED)
    assert "not what was shown" in text_of(desks.post(shown, {"seen": "0" * 64}, Role.COUNSEL))
    other = Person("bea", "Bea Counsel", Role.COUNSEL, "")
    assert desks.get(shown, other).status_code == 400
    right = seen(desks.get(shown, Role.COUNSEL).text)
    assert "not kept any more" in text_of(desks.post(shown, {"seen": right}, other))
    assert shelves.city.holds.all() == []


def test_a_clerk_places_no_litigation_hold_and_is_offered_none(desks: Desks, shelves: Shelves) -> None:
    assert "/place-hold" not in desks.get("/holds", Role.CLERK).text
    assert "/place-hold" in desks.get("/holds", Role.COUNSEL).text
    for answer in (desks.get("/place-hold"), desks.post("/place-hold", ASKED)):
        assert answer.status_code == 403
        assert "may not place, widen or release litigation holds" in text_of(answer)
    placed(desks)
    page = desks.get("/holds/LIT-2026-03", Role.CLERK).text
    for way in ("widen", "release"):
        assert f"/holds/LIT-2026-03/{way}" not in page
        assert desks.get(f"/holds/LIT-2026-03/{way}").status_code == 403
        assert desks.post(f"/holds/LIT-2026-03/{way}", {}).status_code == 403
    assert "/holds/LIT-2026-03/custodian" in page  # the letters are the clerk's as well
    assert desks.get("/holds/LIT-2026-03/custodian").status_code == 200


def test_a_clerk_widens_the_hold_of_a_request(desks: Desks, shelves: Shelves) -> None:
    by = By("Cleo Park", "clerk", "this test")
    scope = Scope(words="pool", meaning="with pool")
    shelves.city.holds.issue("PRA-2026-0042", "A request", scope, Trigger.REQUEST, by, HoldKind.REQUEST)
    assert "/holds/PRA-2026-0042/widen" in desks.get("/holds/PRA-2026-0042").text
    asked = {"reason": "The request was made wider", "words": "library", "unnamed": "yes"}
    shown = worked(desks, "/holds/PRA-2026-0042/widen", asked, Role.CLERK)
    form = {"seen": seen(desks.get(shown).text)}
    assert worked(desks, shown, form, Role.CLERK).startswith("/holds/PRA-2026-0042")
    assert len(shelves.city.holds.get("PRA-2026-0042").scopes) == 2


def test_why_a_hold_was_placed_is_told_in_words(desks: Desks) -> None:
    placed(desks)
    said = text_of(desks.get("/holds/LIT-2026-03"))
    assert "Why a claim under the Government Claims Act" in said


def test_what_cannot_be_a_hold_is_said_on_the_form(desks: Desks) -> None:
    nothing = desks.post("/place-hold", ASKED | {"words": ""}, Role.COUNSEL)
    assert "would be about nothing" in text_of(nothing)
    odd = desks.post("/place-hold", ASKED | {"since": "2026-02-31"}, Role.COUNSEL)
    assert "This is no date" in text_of(odd)
    assert "cannot name a hold" in text_of(desks.post("/place-hold", ASKED | {"name": "a b"}, Role.COUNSEL))
    assert "Choose one of the list" in text_of(
        desks.post("/place-hold", ASKED | {"trigger": "x"}, Role.COUNSEL)
    )


def test_a_person_whom_the_archive_does_not_know_is_pointed_out(desks: Desks) -> None:
    shown = worked(desks, "/place-hold", ASKED | {"people": "Nobody Such", "items": "nothing-1"})
    said = text_of(desks.get(shown, Role.COUNSEL))
    assert "Nobody in the archive posts under the name, username or id &#39;Nobody Such&#39;" in said
    assert "Nothing in the archive answers to nothing-1 yet" in said


def test_a_hold_is_widened_and_says_so(desks: Desks, shelves: Shelves) -> None:
    placed(desks)
    page = desks.get("/holds/LIT-2026-03/widen", Role.COUNSEL)
    assert "Nothing can be taken out of a hold" in text_of(page)
    told = {"words": "hostile", "reason": "The claim was amended", "account": [FB], "unnamed": "yes"}
    assert "Say why." in text_of(desks.post("/holds/LIT-2026-03/widen", told | {"reason": ""}, Role.COUNSEL))
    shown = worked(desks, "/holds/LIT-2026-03/widen", told)
    assert f"{len(HOSTILE)} items" in text_of(desks.get(shown, Role.COUNSEL))
    onward = worked(desks, shown, {"seen": seen(desks.get(shown, Role.COUNSEL).text)})
    assert "and, since the hold was widened" in text_of(desks.get(onward))
    assert len(shelves.city.holds.get("LIT-2026-03").scopes) == 2


def test_counsel_releases_with_a_memo_that_nobody_else_reads(desks: Desks, shelves: Shelves) -> None:
    placed(desks)
    path = "/holds/LIT-2026-03/release"
    page = desks.get(path, Role.COUNSEL)
    assert "of these objects: they are free then" in text_of(page)
    without = desks.post(path, {"seen": seen(page.text)}, Role.COUNSEL)
    assert "Choose the memo" in text_of(without)
    memo = {"memo": ("settled.txt", MEMO)}
    stale = desks.post(path, {"seen": "0" * 64}, Role.COUNSEL, files=memo)
    assert "has changed meanwhile" in text_of(stale)
    onward = worked(desks, path, {"seen": seen(page.text)}, files=memo)
    said = text_of(desks.get(onward))
    assert "by Ana Ruiz, with the memo settled.txt" in said
    assert not shelves.city.holds.is_active(shelves.city.holds.get("LIT-2026-03"))
    for role in Role:
        answers = [desks.get(one, role) for one in ("/", "/holds?all=yes", onward, path)]
        answers.append(desks.post("/holds/LIT-2026-03/memo", {}, role))
        readers = [answer for answer in answers if MEMO in answer.content]
        assert len(readers) == (Act.SEE_ADVICE in MAY[role]), role
    assert shelves.told("release memo read")


def test_two_orders_about_one_hold_are_two_works_and_the_same_one_is_one(
    desks: Desks, monkeypatch: pytest.MonkeyPatch
) -> None:
    drafts = [
        worked(desks, "/place-hold", ASKED),
        worked(desks, "/place-hold", ASKED | {"words": "hostile"}),
        worked(desks, "/place-hold", ASKED),
    ]
    subjects: list[str] = []

    def start(visit: Any, what: str, subject: str, work: Any, **more: Any) -> str:
        subjects.append(subject)
        return "/holds"

    monkeypatch.setattr(JOBS, "start", start)
    for shown in drafts:
        answer = desks.post(shown, {"seen": seen(desks.get(shown, Role.COUNSEL).text)}, Role.COUNSEL)
        assert answer.status_code == 303
    assert subjects[0] == subjects[2] != subjects[1]
    subjects.clear()
    for words in ("pool", "hostile", "pool"):
        desks.post("/place-hold", ASKED | {"words": words}, Role.COUNSEL)
    assert subjects[0] == subjects[2] != subjects[1]


def test_a_release_is_refused_where_a_letter_is_owed_that_was_not_shown(
    desks: Desks, shelves: Shelves
) -> None:
    placed(desks)
    path = "/holds/LIT-2026-03"
    page = desks.get(f"{path}/release", Role.COUNSEL)
    desks.done(f"{path}/custodian", {"name": "Lee Wong", "contact": "lee@example.org"}, Role.COUNSEL)
    letter = desks.get(f"{path}/letter?{urlencode({'name': 'Lee Wong'})}", Role.COUNSEL)
    desks.done(
        f"{path}/sent",
        {"name": "Lee Wong", "seen": seen(letter.text), "sent_on": today(shelves)},
        Role.COUNSEL,
    )
    stale = desks.post(
        f"{path}/release", {"seen": seen(page.text)}, Role.COUNSEL, files={"memo": ("settled.txt", MEMO)}
    )
    assert "has changed meanwhile" in text_of(stale)


def test_custodians_are_named_written_to_and_heard_from(desks: Desks, shelves: Shelves) -> None:
    placed(desks)
    path = "/holds/LIT-2026-03"
    desks.done(f"{path}/custodian", {"name": "Lee Wong", "contact": "lee@example.org"}, Role.COUNSEL)
    assert "Lee Wong is to be written to today." in text_of(desks.get("/", Role.COUNSEL))
    letter = f"{path}/letter?{urlencode({'name': 'Lee Wong'})}"
    page = desks.get(letter, Role.COUNSEL)
    assert "Ito v. City" in text_of(page)
    assert "Ana Ruiz" in text_of(page)
    assert (
        "attachment"
        in desks.get(letter.replace("/letter", "/letter/page"), Role.COUNSEL).headers["content-disposition"]
    )
    told = {"name": "Lee Wong", "seen": seen(page.text), "sent_on": today(shelves)}
    assert "Give the day" in text_of(desks.post(f"{path}/sent", told | {"sent_on": ""}, Role.COUNSEL))
    tomorrow = str(shelves.city.requests.today() + timedelta(1))
    assert "give a day between" in text_of(
        desks.post(f"{path}/sent", told | {"sent_on": tomorrow}, Role.COUNSEL)
    )
    assert "another one now" in text_of(desks.post(f"{path}/sent", told | {"seen": "0" * 64}, Role.COUNSEL))
    assert "notice sent on" in desks.done(f"{path}/sent", told, Role.COUNSEL)
    again = told | {"seen": seen(desks.get(letter, Role.COUNSEL).text)}
    refused = text_of(desks.post(f"{path}/sent", again, Role.COUNSEL))
    assert "the next is due on" in refused
    heard = {"name": "Lee Wong", "acknowledged_on": today(shelves)}
    early = heard | {"acknowledged_on": str(shelves.city.requests.today() - timedelta(1))}
    assert "give a day between" in text_of(desks.post(f"{path}/acknowledged", early, Role.COUNSEL))
    files = [("signed", ("signed.pdf", b"%PDF-1.7 Lee Wong, signed", "application/pdf"))]
    said = desks.done(f"{path}/acknowledged", heard, Role.COUNSEL, files=files)
    assert "acknowledged on" in said
    (link,) = re.findall(rf"{path}/signed/[0-9a-f]{{64}}", desks.get(letter, Role.COUNSEL).text)
    assert desks.get(link, Role.COUNSEL).content == b"%PDF-1.7 Lee Wong, signed"
    assert desks.get(f"{path}/signed/{'0' * 64}", Role.COUNSEL).status_code == 400
    assert desks.get(f"{path}/letter?name=Nobody", Role.COUNSEL).status_code == 400


def test_a_hold_that_is_not_complete_says_so_and_can_be_completed(desks: Desks, shelves: Shelves) -> None:
    holds = shelves.city.holds
    scope = Scope(words="pool", meaning="with pool")
    holds._papers.issue(issued(shelves, scope))  # as where the process died after the order
    said = text_of(desks.get("/holds/LIT-1", Role.COUNSEL))
    assert "NOT COMPLETE" in said
    assert "`" not in said
    assert "does not keep all yet." in text_of(desks.get("/", Role.COUNSEL))
    worked(desks, "/complete-holds", {})
    assert "NOT COMPLETE" not in text_of(desks.get("/holds/LIT-1"))


def issued(shelves: Shelves, scope: Scope) -> Issued:
    return Issued(
        "LIT-1", HoldKind.LITIGATION, "A matter", Trigger.CLAIM, scope, COUNSEL, shelves.city.vault.clock()
    )


def test_a_record_says_why_it_is_kept(desks: Desks, shelves: Shelves) -> None:
    shown_by_the_site(shelves, "post", "1")
    shown_by_the_site(shelves, "message", "900")
    placed(desks)
    record = f"/record?{urlencode({'account': FB, 'kind': 'post', 'id': '1'})}"
    page = desks.get(record).text
    assert "Why it is kept" in page
    assert 'href="/holds/LIT-2026-03"' in page
    said = text_of(desks.get(f"/kept?{urlencode({'account': FB, 'kind': 'post', 'id': '1'})}"))
    assert "Kept, because" in said
    assert "litigation hold" in said
    assert "two-year floor" in said or "still shown" in said
    missing = f"/kept?{urlencode({'account': FB, 'kind': 'post', 'id': 'none'})}"
    assert "The archive has no such record" in text_of(desks.get(missing))
    assert desks.get("/kept?account=x&kind=odd&id=1").status_code == 400
    message = f"/kept?{urlencode({'account': FB, 'kind': 'message', 'id': '900'})}"
    assert desks.get(message).status_code == 200
    assert desks.get(message, Role.AUDITOR).status_code == 403
    named = {"account": FB, "kind": "message", "id": "900"}
    assert desks.post("/kept", named, Role.AUDITOR).status_code == 403


def test_the_reasons_of_a_record_in_a_large_archive_are_long_work(desks: Desks, shelves: Shelves) -> None:
    shown_by_the_site(shelves, "post", "1")
    onward = worked(desks, "/kept", {"account": FB, "kind": "post", "id": "1"}, Role.CLERK)
    assert "Kept, because" in text_of(desks.get(onward))
    assert desks.get(onward, Role.COUNSEL).status_code == 400


def test_hostile_words_do_nothing_on_the_pages_of_a_hold(desks: Desks) -> None:
    for n, text in enumerate(HOSTILE[:6]):
        hostile = text.replace("\0", "")
        told = {"name": f"LIT-{n}", "matter": hostile, "people": hostile, "items": hostile, "words": ""}
        answer = desks.post("/place-hold", ASKED | told, Role.COUNSEL)
        assert harm_in(answer.text) == []
    told = {"name": "LIT-9", "matter": HOSTILE[5], "people": HOSTILE[0], "items": HOSTILE[1]}
    shown = worked(desks, "/place-hold", ASKED | told)
    assert harm_in(desks.get(shown, Role.COUNSEL).text) == []
    path = worked(desks, shown, {"seen": seen(desks.get(shown, Role.COUNSEL).text)})
    desks.done(f"{path}/custodian", {"name": HOSTILE[1], "contact": HOSTILE[5]}, Role.COUNSEL)
    letter = f"{path}/letter?{urlencode({'name': HOSTILE[1]})}"
    for page in ("/", "/holds", path, letter, f"{path}/widen", f"{path}/release"):
        answer = desks.get(page, Role.COUNSEL)
        assert answer.status_code == 200, text_of(answer)
        assert harm_in(answer.text) == [], page
    for text in HOSTILE:
        assert harm_in(desks.get(f"/holds/{urlencode({'': text})[1:]}").text) == []


def test_who_may_only_look_finds_no_way_to_change_anything(desks: Desks) -> None:
    placed(desks)
    page = desks.get("/holds/LIT-2026-03", Role.AUDITOR).text
    for way in ("/widen", "/release", "/custodian", "/memo", "/complete-holds"):
        assert f'{way}"' not in page, way
    assert "/place-hold" not in desks.get("/holds", Role.AUDITOR).text
    for who in (Role.PUBLIC_AFFAIRS, Role.IT, Role.APPROVER, LIMITED):
        assert desks.get("/holds", who).status_code == 403
    assert desks.get("/holds/LIT-404").status_code == 404
    assert X not in text_of(desks.get("/holds"))
