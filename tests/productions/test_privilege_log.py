"""The privilege log: what was kept back and why, and never what it says."""

from __future__ import annotations

import csv
import io
from typing import Any

import msgspec
from documents import document

from matters import OTHER_COUNSEL, PRIVILEGE, SECRET, redacted, withheld
from paloverde.productions.choosing import Choice
from paloverde.productions.document import Treatment
from paloverde.productions.numbering import Item
from paloverde.productions.privilege_log import COLUMNS, Place, Row, as_csv, places_of, rows, telling
from paloverde.productions.reviewed import Produced, produced, recipients_of
from paloverde.requests.exemptions import PRIVILEGES
from paloverde.requests.releasing import Pair
from paloverde.requests.review import Decision, Exempted, Verdict
from paloverde.search.hits import Hit
from requests_found import decision, hit

NUMBER = "PROD-2026-0001"
WORDS = f"Dana Cole advises us to {SECRET}"
PRIVACY = Exempted("PRIVACY", {"interest": "a neighbour's medical condition, not at issue"})
ROOT = hit("The pool is closed", native_id="10", kind="post")
ADVICE = hit(WORDS, native_id="11", parent_id="10", thread_id="10", poster_name="Rosa Neri")
ALONE = hit(
    "Counsel writes something", native_id="12", kind="message", thread_id="talk", poster_name="Lia Moss"
)
ANSWER = hit(
    "Something else is written", native_id="13", kind="message", thread_id="talk", poster_name="Ned Ode"
)


def made(*decided: tuple[Hit, Decision], requests: tuple[str, ...] = ("1",)) -> Produced:
    choices = [Choice(hit=one, requests=requests) for one, _ in decided]
    pairs = [Pair(one, said, f"{NUMBER}-{at:06}") for at, (one, said) in enumerate(decided, 1)]
    return produced(choices, pairs)


def log(found: Produced, places: dict[str, Place] | None = None) -> list[Row]:
    return rows(NUMBER, found.kept, places or {}, recipients_of(found.records), "Cleo Park")


def test_a_withheld_member_of_a_produced_family_is_a_slip_and_stands_in_the_log() -> None:
    found = made((ROOT, decision(ROOT)), (ADVICE, withheld(ADVICE)))
    (family,) = found.families
    assert [(item.treatment, item.is_root) for item in family] == [
        (Treatment.WHOLE, True), (Treatment.WITHHELD, False),
    ]  # fmt: skip
    assert SECRET not in repr(family[1].record.hit)
    (row,) = log(found, {f"{NUMBER}-000002": Place("PDC0000002", "PDC0000002", "PDC0000001")})
    assert (row.begin, row.family, row.action, row.requests) == ("PDC0000002", "PDC0000001", "withheld", "1")
    assert row.statute == "Evid. Code 950-962"
    assert "Dana Cole, for the City" in row.basis
    assert (row.decided_by, row.reviewed_by) == ("Ana Ruiz, City Attorney", "Cleo Park")


def test_a_family_that_is_withheld_whole_has_no_numbers_and_stands_in_the_log_alone() -> None:
    found = made((ROOT, decision(ROOT)), (ALONE, withheld(ALONE)))
    assert [[item.record.hit.native_id for item in family] for family in found.families] == [["10"]]
    assert [one.control for one in found.alone] == [f"{NUMBER}-000002"]
    (row,) = log(found)
    assert (row.begin, row.end, row.family, row.control_no) == ("", "", "", f"{NUMBER}-000002")


def test_what_is_not_responsive_or_undecided_is_not_produced_and_not_logged() -> None:
    found = made((ROOT, decision(ROOT)), (ADVICE, decision(ADVICE, Verdict.NOT_RESPONSIVE)))
    assert (len(found.records), found.kept) == (1, [])
    undecided = produced([Choice(hit=ROOT), Choice(hit=ADVICE)], [Pair(ROOT, decision(ROOT), "1")])
    assert [one.hit.native_id for one in undecided.records] == ["10"]


def test_no_row_says_what_is_kept_back() -> None:
    found = made((ROOT, decision(ROOT)), (ADVICE, redacted(ADVICE, SECRET)), (ALONE, withheld(ALONE)))
    written = log(found)
    assert SECRET not in repr(written)
    assert list(telling(written, found.kept)) == []
    loose = msgspec.structs.replace(PRIVILEGE, facts={**PRIVILEGE.facts, "purpose": f"advice to {SECRET}"})
    told = made((ROOT, decision(ROOT)), (ADVICE, redacted(ADVICE, SECRET, loose)))
    assert list(telling(log(told), told.kept)) == [("1", f"{NUMBER}-000002")]


def test_author_and_recipients_are_named_but_where_the_claim_protects_who_they_are() -> None:
    found = made((ALONE, decision(ALONE)), (ANSWER, redacted(ANSWER, "else")))
    (row,) = log(found)
    assert (row.author, row.recipients) == ("Ned Ode", "Lia Moss")
    private = made((ALONE, decision(ALONE)), (ANSWER, redacted(ANSWER, "else", PRIVACY)))
    (row,) = log(private)
    assert "not named" in row.author
    assert "not named" in row.recipients
    assert PRIVILEGES["PRIVACY"].hides_people


def test_whoever_is_kept_back_in_one_message_is_a_recipient_of_none() -> None:
    name = msgspec.structs.replace(
        redacted(ANSWER, "else", PRIVACY), spans=(*redacted(ANSWER, "else", PRIVACY).spans, _name_of(ANSWER))
    )
    found = made((ALONE, decision(ALONE)), (ANSWER, name))
    assert recipients_of(found.records) == {(ALONE.account, "talk"): ("Lia Moss",)}
    again = msgspec.structs.replace(ANSWER, native_id="14", text="More", version_sha256="f" * 64)
    shown = made((ALONE, decision(ALONE)), (ANSWER, name), (again, decision(again)))
    assert recipients_of(shown.records) == {(ALONE.account, "talk"): ("Lia Moss",)}


def test_versions_of_an_item_are_counted_as_they_are_produced() -> None:
    edited = hit("The pool is open", native_id="10", kind="post")
    gone = hit("The pool is gone", native_id="10", kind="post")
    found = made((ROOT, decision(ROOT)), (edited, decision(edited)), (gone, withheld(gone)))
    items: list[Item] = [item for family in found.families for item in family]
    assert sorted((item.version, item.versions) for item in items) == [(1, 1), (1, 2), (2, 2)]


def test_a_record_stands_from_its_first_page_to_the_last_of_its_files() -> None:
    one = document(number=3)
    more = msgspec.structs.replace(one, begin="PDC0000004", end="PDC0000009")
    place = places_of([one, more])[one.control]
    assert (place.begin, place.end) == (one.begin, "PDC0000009")


def test_the_csv_is_read_back_and_holds_no_formula() -> None:
    row = log(made((ALONE, withheld(ALONE, by=OTHER_COUNSEL))))[0]
    hostile: dict[str, Any] = {"basis": "=1+1", "author": 'þ ® "quoted", new\nline', "recipients": "🌵 مسبح"}
    body = as_csv([msgspec.structs.replace(row, **hostile)])
    assert body.startswith(b"\xef\xbb\xbf")
    header, read = csv.reader(io.StringIO(body.decode("utf-8-sig"), newline=""))
    assert tuple(header) == COLUMNS
    told = dict(zip(header, read, strict=True))
    assert told["basis"] == "'=1+1"
    assert told["author"] == hostile["author"]
    assert told["recipients"] == hostile["recipients"]


def _name_of(one: Hit) -> Any:
    return msgspec.structs.replace(
        redacted(one, "else", PRIVACY).spans[0], where="poster_name", start=0, end=len(one.poster_name or "")
    )
