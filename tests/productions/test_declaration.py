"""Drafts for the custodian of records: every figure has its source, and nothing is claimed for anybody."""

from __future__ import annotations

import re
from datetime import date, timedelta
from typing import Any

import msgspec
import pytest
from documents import NOON, PRODUCTION, document, family

from paloverde.errors import BadQuestion
from paloverde.productions.papers.declaration import GROUNDS, declaration
from paloverde.productions.papers.evidence import Checked, Claimed, Evidence, Head, Natives, captured, piece
from paloverde.productions.papers.figures import figures
from paloverde.productions.papers.letter import Notice, Sent, clawback_letter, production_letter
from paloverde.productions.report import Report
from paloverde.productions.resuming import Done
from paloverde.productions.tally import Tally
from paloverde.requests.paper import Grid, Paper

TALLY = Tally(
    documents=1_204, pages=1_391, families=90, treatments={"produced": 1_200, "withheld": 3, "redacted": 1}
)
VOLUME = Done(
    name="VOL001", file="VOL001.zip", sha256="ef" * 32, size=123_456_789, first="PDC0000001", last="PDC0001391",
    tally=TALLY,
)  # fmt: skip
REPORT = Report(
    production=PRODUCTION, first="PDC0000001", last="PDC0001391", tally=TALLY, volumes=(VOLUME,),
    forms=("dat", "pages", "rsmf"), limits=("Stories are given for a day only.",),
)  # fmt: skip
EVIDENCE = Evidence(
    report=REPORT,
    accounts=captured(map(piece, [document(1), document(2, sequence=8, provenance="export")]), {}),
    list_sha256="aa" * 32,
    key="bb" * 32,
    checked=Checked(objects=88, read=80, damaged=0, since=NOON, until=NOON + timedelta(days=3)),
    natives=Natives(1_100, 1_099),
    named=2,
    entries=460,
    head=Head(size=451, counts=2, stamps=(("a timestamping service", "4711", NOON + timedelta(minutes=3)),)),
    gaps=("facebook-palmaria: 2 conversations were not given on November 3.",),
    alone=5,
)


def words(paper: Paper) -> str:
    return re.sub(r"\s+", " ", str(msgspec.to_builtins(paper)))


@pytest.mark.parametrize("ground", GROUNDS)
def test_every_draft_says_that_it_is_one_and_what_it_is_made_for(ground: str) -> None:
    told = words(declaration([ground], EVIDENCE))
    assert "Draft for counsel" in told
    assert "[not signed]" in told
    assert "under penalty of perjury" in told
    assert GROUNDS[ground].cite in told
    assert "Counsel has not verified this template" in told
    assert "{" not in "".join(re.findall(r"says': '[^']*", told))


@pytest.mark.parametrize("ground", GROUNDS)
def test_who_declares_and_what_they_know_is_left_to_the_person(ground: str) -> None:
    first = GROUNDS[ground].says[0]
    assert "I am [name]" in first
    assert any("[" in sentence for sentence in GROUNDS[ground].says[1:])


@pytest.mark.parametrize("ground", GROUNDS)
def test_every_figure_in_a_draft_is_in_the_table_of_sources(ground: str) -> None:
    paper = declaration([ground], EVIDENCE)
    (table,) = [
        block for block in paper.blocks if isinstance(block, Grid) and block.caption.startswith("Where each")
    ]
    used = {name for sentence in GROUNDS[ground].says for name in re.findall(r"\{(\w+)\}", sentence)} - {
        "agency"
    }
    assert {row[0] for row in table.rows} == used
    assert all(row[2] for row in table.rows)


@pytest.mark.parametrize("ground", GROUNDS)
def test_no_template_concludes_what_only_a_court_or_a_person_can(ground: str) -> None:
    outside = re.sub(r"\[[^\]]*\]", "", " ".join(GROUNDS[ground].says)).lower()
    for word in (
        *("authentic", "trustworth", "reliable", "accurate", "admissible", "genuine", "complete"),
        *("at or near the time", "regular", "ordinary course", "correct", "true cop", "legal custody"),
        *("authority to certify", "scope of my duty", "with knowledge"),
    ):
        assert word not in outside


def test_every_paper_is_called_a_draft_in_its_title_which_stands_on_each_page() -> None:
    sent = Sent(day=date(2026, 11, 23), to="")
    made = [declaration([one], EVIDENCE) for one in GROUNDS] + [production_letter(EVIDENCE, sent)]
    assert all(paper.title.startswith("DRAFT: ") for paper in made)


def test_two_grounds_of_one_court_make_one_draft_with_the_statements_of_both() -> None:
    paper = declaration(["evidence-1271", "evidence-1530", "evidence-1271"], EVIDENCE)
    told = words(paper)
    for ground in ("evidence-1271", "evidence-1530"):
        assert told.count(f"Statements: {GROUNDS[ground].title}") == 1
        assert GROUNDS[ground].cite in told
    assert told.count("under penalty of perjury") == 1
    (table,) = [one for one in paper.blocks if isinstance(one, Grid) and one.caption.startswith("Where each")]
    assert len({row[0] for row in table.rows}) == len(table.rows)


def test_grounds_of_two_courts_are_two_declarations() -> None:
    with pytest.raises(BadQuestion, match="draft two declarations"):
        declaration(["evidence-1271", "fre-902-14"], EVIDENCE)
    with pytest.raises(BadQuestion, match="Name the ground"):
        declaration([], EVIDENCE)


def test_gaps_and_limits_are_stated() -> None:
    told = words(declaration(["evidence-1271"], EVIDENCE))
    assert "2 conversations were not given on November 3" in told
    assert "Stories are given for a day only" in told
    whole = msgspec.structs.replace(EVIDENCE, gaps=(), report=msgspec.structs.replace(REPORT, limits=()))
    assert "No gap of the accounts that were searched is on record" in words(
        declaration(["evidence-1271"], whole)
    )


def test_of_very_many_gaps_the_paper_says_how_many_it_leaves_out() -> None:
    many = msgspec.structs.replace(EVIDENCE, gaps=tuple(f"Gap {number}." for number in range(400)))
    told = words(declaration(["fre-902-13"], many))
    assert "400 gaps on record" in told
    assert "101 more gaps are on record in the archive" in told  # with the one limit of the search
    assert "Gap 299." in told
    assert "Gap 300." not in told


def test_what_was_never_checked_or_stamped_is_said_to_be_so() -> None:
    rootless = msgspec.structs.replace(REPORT, production=msgspec.structs.replace(PRODUCTION, root=""))
    unread = Checked(objects=88, read=0, damaged=0)
    bare = msgspec.structs.replace(EVIDENCE, checked=unread, head=None, report=rootless)
    told = words(declaration(["fre-902-13"], bare))
    assert "none of 88 stored objects was read again: no check of them is on record" in told
    told = words(declaration(["fre-902-14"], bare))
    assert "none: no head was signed when the volumes were built" in told
    assert "[no signed head]" in told
    assert "under that root: none: there is no signed head" in told
    unstamped = msgspec.structs.replace(EVIDENCE, head=Head(size=451, counts=1))
    told = words(declaration(["fre-902-14"], unstamped))
    assert "none: no timestamping service has stamped this head" in told
    assert "Seals of these runs under that root: 1 of 2" in told


def test_damage_that_a_check_found_is_stated() -> None:
    damaged = msgspec.structs.replace(EVIDENCE.checked, damaged=2)
    told = words(declaration(["fre-902-13"], msgspec.structs.replace(EVIDENCE, checked=damaged)))
    assert "80 of 88 stored objects read again" in told
    assert "2 not as sealed" in told


def test_what_was_claimed_back_is_said_and_left_to_counsel() -> None:
    claimed = (Claimed("PDC0000007", "PDC0000008", ("Attorney work product",), date(2026, 12, 1)),)
    evidence = msgspec.structs.replace(EVIDENCE, claimed=claimed)
    for told in (words(declaration(["evidence-1271"], evidence)), letter(evidence)):
        assert "PDC0000007 to PDC0000008 (Attorney work product; Tuesday, December 1, 2026)" in told
    assert "for counsel to say" in words(declaration(["evidence-1271"], evidence))


def test_withheld_families_without_a_number_are_counted_beside_the_slips() -> None:
    told = words(declaration(["evidence-1530"], EVIDENCE))
    assert "3 documents withheld, 1 document redacted, 5 records without a number" in told


def test_an_unknown_ground_is_refused_with_those_there_are() -> None:
    with pytest.raises(BadQuestion, match="evidence-1271"):
        declaration(["evidence-9"], EVIDENCE)


def test_figures_have_unique_names_and_sources() -> None:
    told = figures(EVIDENCE)
    assert len({figure.name for figure in told}) == len(told)
    assert all(figure.source for figure in told)


def letter(evidence: Evidence = EVIDENCE, **changes: Any) -> str:
    plain: dict[str, Any] = {
        "day": date(2026, 11, 23), "to": "Lena Ortiz", "answered": {"1": 1_200, "2": 0},
        "privileges": {"Attorney-client": 3},
    }  # fmt: skip
    return words(production_letter(evidence, Sent(**plain | changes)))


def test_the_letter_names_reach_volumes_demands_and_what_is_withheld() -> None:
    told = letter()
    for one in (
        "PDC0000001",
        "PDC0001391",
        "1,204 documents",
        "1,391 pages",
        "ef" * 32,
        "Lena Ortiz",
        "3 documents are withheld, with a slip in its place, and 1 redacted. 5 records of families withheld whole",
    ):
        assert one in told
    assert "('2', '0')" in told or "['2', '0']" in told
    assert "not meant as a waiver" in told
    assert "Draft for counsel: not signed, not sent." in told
    assert "For counsel, to be taken off: where each figure comes from" in told


def test_where_nothing_is_withheld_the_letter_says_so() -> None:
    tally = msgspec.structs.replace(TALLY, treatments={"produced": 1_204})
    report = msgspec.structs.replace(REPORT, tally=tally)
    whole = msgspec.structs.replace(EVIDENCE, report=report, alone=0)
    told = words(production_letter(whole, Sent(day=date(2026, 11, 23), to="")))
    assert "Nothing was withheld or redacted as privileged." in told
    assert "[counsel]" in told
    without_numbers = msgspec.structs.replace(EVIDENCE, report=report)
    assert "5 records of families withheld whole" in letter(without_numbers)


def test_a_claim_of_privilege_names_the_numbers() -> None:
    notice = Notice(
        day=date(2026, 12, 1), to="Lena Ortiz", served_on=date(2026, 11, 23),
        claimed=(Claimed("PDC0000007", "PDC0000008", ("Attorney-client",), date(2026, 12, 1)),),
    )  # fmt: skip
    told = words(clawback_letter("PROD-2026-0001", "Rivera", "City of Palmaria", notice))
    assert "PDC0000007" in told
    assert "Attorney-client" in told
    assert "Monday, November 23, 2026" in told
    assert "DRAFT" in told


def test_how_each_account_was_captured_is_read_from_its_records_and_seals() -> None:
    (one,) = EVIDENCE.accounts
    assert (one.account, one.records, one.runs, one.first, one.last) == ("facebook-palmaria", 2, 2, 7, 8)
    assert (one.answered, len(one.ways)) == (1, 2)


def test_files_of_records_are_documents_and_no_records() -> None:
    (one,) = captured(map(piece, family()), {})
    assert one.records == len(family()) - 1
