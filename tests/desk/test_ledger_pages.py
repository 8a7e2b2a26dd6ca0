"""The ledger at the desk: who did what, its proofs, and whether it is whole."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from sqlalchemy import update

from desk.desks import Desks, served, text_of, until
from desk.shelves import HOSTILE, harm_in
from ledgers import lengthen
from paloverde.archive.ledger import Event
from paloverde.archive.ledger_pages import MOST_READ, Sieve, newest_first
from paloverde.archive.log.check import check_proof
from paloverde.archive.log.notes import read_head
from paloverde.archive.log.proofs import read_proof
from paloverde.desk.people import Role
from paloverde.retention.privileged import ENTRIES
from paloverde.state.books import writing
from paloverde.state.tables import LEDGER
from requesthall import RequestHall

LATE = datetime(2026, 11, 19, 5, tzinfo=UTC)  # 9 p.m. of Wednesday the 18th in California


@pytest.fixture(scope="module")
def hall(tmp_path_factory: pytest.TempPathFactory) -> RequestHall:
    """A ledger of some 130 entries, the last of them hostile; a head over all but one."""
    hall = RequestHall(tmp_path_factory.mktemp("ledger"))
    lengthen(hall.city.vault, 120)
    for text in HOSTILE:
        hall.city.ledger.append(
            Event("token taken off", f"it Ivo {text}", LATE, {"account": text, "why": text})
        )
    hall.city.log.publish()
    hall.city.ledger.append(Event("hold placed", "counsel Ana Ruiz (desk (ana))", LATE, {"hold": "H-1"}))
    return hall


@pytest.fixture(scope="module")
def desks(hall: RequestHall) -> Iterator[Desks]:
    with served(Desks(hall.city)) as running:
        yield running


def numbers(page: str) -> list[int]:
    return [int(found) for found in re.findall(r'href="/ledger/([0-9]+)"', page)]


def test_entries_come_newest_first_and_page_by_page_until_the_first(desks: Desks, hall: RequestHall) -> None:
    total, seen, path = hall.city.ledger.count(), list[int](), "/ledger"
    while path:
        page = desks.get(path, Role.AUDITOR).text
        assert len(page) < 300_000
        seen += numbers(page)
        found = re.search(r'rel="next" href="([^"]+)"', page)
        path = found[1].replace("&amp;", "&") if found else ""
    assert seen == [*range(total, 0, -1)]


def test_an_entry_is_told_in_words_with_its_day(desks: Desks) -> None:
    said = text_of(desks.get("/ledger"))
    assert "Wed, Nov 18, 2026, 9:00 p.m. counsel Ana Ruiz (desk (ana)) Hold placed hold: H-1" in said


def test_that_there_is_advice_of_counsel_is_told_to_counsel_alone(tmp_path: Path) -> None:
    hall = RequestHall(tmp_path)
    for what in sorted(ENTRIES):
        hall.city.ledger.append(Event(what, "counsel Ana Ruiz", LATE, {"item": "facebook-x/comment/secret"}))
    hall.city.log.publish()
    last = hall.city.ledger.count()
    kept = [last - back for back in range(len(ENTRIES))]
    with served(Desks(hall.city)) as desks:
        assert "Advice of counsel on facebook-x/comment/secret was read." in text_of(
            desks.get("/ledger", Role.COUNSEL)
        )
        assert numbers(desks.get("/ledger?who=ana", Role.COUNSEL).text) == kept
        assert desks.get(f"/ledger/{last}/proof.txt", Role.COUNSEL).status_code == 200
        for role in (Role.CLERK, Role.AUDITOR):
            page = desks.get("/ledger", role)
            assert numbers(page.text)[: len(kept)] == kept  # no number is missing
            assert text_of(page).count("not shown An entry that only counsel may read.") == len(kept)
            entry = desks.get(f"/ledger/{last}", role)
            assert "An entry that only counsel may read." in text_of(entry)
            for answer in (page, entry, desks.get("/ledger?day=2026-11-18", role)):
                assert not any(word in answer.text for word in ("secret", "Ana Ruiz", "dvice", "rivileged"))
            assert desks.get(f"/ledger/{last}/proof.txt", role).status_code == 403
            for narrowed in ("who=ana", "who=counsel", "kind=removed", "kind=looks", "who=ana&kind=removed"):
                assert not {*kept} & {*numbers(desks.get(f"/ledger?{narrowed}", role).text)}


def test_the_list_is_narrowed_by_who_what_and_the_day_in_california(desks: Desks, hall: RequestHall) -> None:
    last = hall.city.ledger.count()
    assert numbers(desks.get("/ledger?who=ANA+ruiz").text) == [last]
    assert numbers(desks.get("/ledger?kind=holds").text)[0] == last
    assert len(numbers(desks.get("/ledger?kind=accounts&day=2026-11-18").text)) >= len(HOSTILE)
    assert numbers(desks.get("/ledger?kind=holds&day=2026-11-18&who=ana").text) == [last]
    assert numbers(desks.get("/ledger?day=2026-11-19").text) == []
    assert "No entry is one of these" in text_of(desks.get("/ledger?who=nobody-at-all"))
    assert "Write the day as 2026-11-18" in text_of(desks.get("/ledger?day=yesterday"))


@pytest.mark.parametrize("who", ["%", "_", '"', "\\", "\0", "é"])
def test_signs_that_databases_know_are_letters_of_a_name(desks: Desks, who: str) -> None:
    answer = desks.client(Role.CLERK).get("/ledger", params={"who": f"Ana{who}"})
    assert answer.status_code == 200
    assert numbers(answer.text) == []


def test_names_that_no_database_folds_are_found_all_the_same(hall: RequestHall) -> None:
    hall.city.ledger.append(Event("note made", "clerk Élodie Ruíz", LATE, {}))
    leaf = newest_first(hall.city.vault.books, Sieve("éLODIE RUÍZ"), 5)
    assert [entry.event.actor for entry in leaf.entries] == ["clerk Élodie Ruíz"]


def test_a_page_looks_through_so_many_entries_and_leads_further_back(hall: RequestHall) -> None:
    leaf = newest_first(hall.city.vault.books, Sieve(day=date(2026, 11, 22)), 5)
    assert len(leaf.entries) == 5
    assert leaf.further == leaf.entries[-1].sequence
    assert not leaf.is_cut
    assert MOST_READ > 1_000


def test_what_is_hostile_in_an_entry_is_shown_as_text(desks: Desks, hall: RequestHall) -> None:
    page = desks.get("/ledger?kind=accounts&day=2026-11-18").text
    assert not harm_in(page)
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page
    for number in numbers(page)[: len(HOSTILE)]:
        assert not harm_in(desks.get(f"/ledger/{number}").text)


def test_an_entry_comes_with_a_proof_that_an_outsider_can_check(desks: Desks, hall: RequestHall) -> None:
    head = read_head(desks.get("/ledger/head.txt").content)
    assert head.size == hall.city.log.prove(1).head.size
    answer = desks.get("/ledger/7/proof.txt", Role.AUDITOR)
    assert answer.headers["content-disposition"] == 'attachment; filename="ledger-entry-7-proof.txt"'
    proof = read_proof(answer.content)
    assert proof.number == 7
    assert check_proof(proof, head, ()).wrong == []
    page = desks.get("/ledger/7").text
    assert "paloverde verify --proof ledger-entry-7-proof.txt" in page
    assert "c2sp.org/tlog-proof@v1" in page


def test_an_entry_that_no_head_covers_yet_says_so(desks: Desks, hall: RequestHall) -> None:
    size = hall.city.log.prove(1).head.size
    said = text_of(desks.get(f"/ledger/{size + 1}"))
    assert "What is newer is in the next head" in said
    assert desks.get(f"/ledger/{size + 1}/proof.txt").status_code == 400
    for number in (0, -1, 10**30, hall.city.ledger.count() + 1):
        answer = desks.get(f"/ledger/{number}")
        assert answer.status_code == 400
        assert "has no entry" in text_of(answer)


def test_heads_are_listed_and_the_newest_is_given_as_it_is(desks: Desks, hall: RequestHall) -> None:
    answer = desks.get("/ledger/heads", Role.AUDITOR)
    assert "Signed heads, newest first (1)" in text_of(answer)
    assert desks.get("/ledger/head.txt").text == hall.city.log.head()


def checked(desks: Desks, form: dict[str, str], who: Role = Role.CLERK) -> str:
    """Begin a check, wait for it, and read what it found."""
    answer = desks.post("/ledger/check", form, who)
    assert answer.status_code == 303, text_of(answer)
    work = answer.headers["location"]
    until(lambda: "It is ready." in desks.get(work, who).text or "could not" in desks.get(work, who).text)
    found = re.search(r'href="(/ledger/checks/[0-9a-f]+)"', desks.get(work, who).text)
    return text_of(desks.get(found[1], who)) if found else text_of(desks.get(work, who))


def test_the_check_of_all_of_it_says_in_words_that_it_is_whole(desks: Desks, hall: RequestHall) -> None:
    said = checked(desks, {})
    assert "The ledger is whole" in said
    assert f"All {hall.city.ledger.count():,} entries follow from one another, and each is signed." in said
    assert "What this check cannot tell" in said
    head = hall.city.log.head().replace("\n", "\r\n")  # as a browser sends it
    said = checked(desks, {"head": head}, Role.AUDITOR)
    assert "compared with the head over" in said
    assert "The head that you kept" in said
    assert hashlib.sha256(hall.city.log.head().encode()).hexdigest() in said


def test_what_is_no_head_comes_back_with_what_to_do(desks: Desks) -> None:
    answer = desks.post("/ledger/check", {"head": "<script>no head"})
    assert "This is not the text of a signed head" in text_of(answer)
    assert "&lt;script&gt;no head" in answer.text


def test_what_a_check_found_is_not_found_under_another_name(desks: Desks) -> None:
    for name in ("0" * 32, "x", "%2e%2e%2fstate.db"):
        assert desks.get(f"/ledger/checks/{name}").status_code == 404


def test_an_altered_entry_is_found_and_never_shown_as_true(tmp_path: Path) -> None:
    hall = RequestHall(tmp_path)
    hall.city.log.publish()
    with writing(hall.city.vault.books) as connection:
        body = connection.execute(LEDGER.select().where(LEDGER.c.sequence == 2)).mappings().one()["body"]
        other = body.replace("installation", "somebody").replace("Cleo", "Nobody")
        assert other != body
        connection.execute(update(LEDGER).where(LEDGER.c.sequence == 2).values(body=other))
    with served(Desks(hall.city)) as desks:
        for path in ("/ledger", "/ledger/2"):
            answer = desks.get(path)
            assert answer.status_code == 500
            assert "does not bear the signature" in text_of(answer)
        assert "does not follow from the one before it" in checked(desks, {})


def test_before_the_first_head_each_page_says_what_is_missing(tmp_path: Path) -> None:
    hall = RequestHall(tmp_path)
    with served(Desks(hall.city)) as desks:
        assert "No head was signed yet" in text_of(desks.get("/ledger/heads"))
        assert "No head was published yet" in text_of(desks.get("/ledger/1"))
        said = checked(desks, {})
        assert "The ledger is whole" in said
        assert "No signed head was published yet" in said


@pytest.mark.parametrize("role", [Role.IT, Role.PUBLIC_AFFAIRS, Role.APPROVER])
def test_whoever_has_no_business_in_the_ledger_is_refused_all_of_it(desks: Desks, role: Role) -> None:
    for path in ("/ledger", "/ledger/1", "/ledger/heads", "/ledger/check", "/ledger/1/proof.txt"):
        assert desks.get(path, role).status_code == 403
