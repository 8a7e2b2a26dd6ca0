"""Drafts for the custodian of records: every figure has its source, and nothing is claimed for anybody."""

from __future__ import annotations

import re
from datetime import date, timedelta
from typing import Any

import msgspec
import pytest
from documents import NOON, PRODUCTION, hit

from paloverde.errors import BadQuestion
from paloverde.productions.papers.custody import Chain, Entry, chain_of_custody
from paloverde.productions.papers.declaration import GROUNDS, declaration
from paloverde.productions.papers.evidence import Checked, Evidence, captured, figures
from paloverde.productions.papers.letter import Claimed, Sent, clawback_letter, production_letter
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
    accounts=captured([hit(), hit(sequence=8, provenance="export")], {}),
    list_sha256="aa" * 32,
    key="bb" * 32,
    head=451,
    stamps=(("a timestamping service", NOON + timedelta(minutes=3)),),
    checked=Checked(NOON, 88, 0),
    gaps=("facebook-palmaria: 2 conversations were not given on November 3.",),
)


def words(paper: Paper) -> str:
    return re.sub(r"\s+", " ", str(msgspec.to_builtins(paper)))


@pytest.mark.parametrize("ground", GROUNDS)
def test_every_draft_says_that_it_is_one_and_what_it_is_made_for(ground: str) -> None:
    told = words(declaration(ground, EVIDENCE))
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
    paper = declaration(ground, EVIDENCE)
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
    for word in ("authentic", "trustworth", "reliable", "accurate and", "admissible", "genuine"):
        assert word not in outside


def test_gaps_and_limits_are_stated() -> None:
    told = words(declaration("evidence-1271", EVIDENCE))
    assert "2 conversations were not given on November 3" in told
    assert "Stories are given for a day only" in told
    whole = msgspec.structs.replace(EVIDENCE, gaps=(), report=msgspec.structs.replace(REPORT, limits=()))
    assert "No gap of these accounts is on record" in words(declaration("evidence-1271", whole))


def test_what_was_never_checked_or_stamped_is_said_to_be_so() -> None:
    rootless = msgspec.structs.replace(REPORT, production=msgspec.structs.replace(PRODUCTION, root=""))
    bare = msgspec.structs.replace(EVIDENCE, checked=None, stamps=(), head=0, report=rootless)
    assert "never: no check of the stored objects is on record" in words(declaration("fre-902-13", bare))
    told = words(declaration("fre-902-14", bare))
    assert "none: no timestamping service has signed this head" in told
    assert "[not recorded]" in told


def test_an_unknown_ground_is_refused_with_those_there_are() -> None:
    with pytest.raises(BadQuestion, match="evidence-1271"):
        declaration("evidence-9", EVIDENCE)


def test_figures_have_unique_names_and_sources() -> None:
    told = figures(EVIDENCE)
    assert len({figure.name for figure in told}) == len(told)
    assert all(figure.source for figure in told)


def letter(**changes: Any) -> str:
    plain: dict[str, Any] = {
        "day": date(2026, 11, 23), "to": "Lena Ortiz", "demands": {"1": "All posts about the park", "2": "The rest"},
        "answered": {"1": 1_200}, "privileges": {"Attorney-client": 3},
    }  # fmt: skip
    return words(production_letter(EVIDENCE, Sent(**plain | changes)))


def test_the_letter_names_reach_volumes_demands_and_what_is_withheld() -> None:
    told = letter()
    for one in (
        "PDC0000001",
        "PDC0001391",
        "1,204 documents",
        "1,391 pages",
        "ef" * 32,
        "Lena Ortiz",
        "3 documents are withheld",
    ):
        assert one in told
    assert "('2', 'The rest', '0')" in told or "['2', 'The rest', '0']" in told
    assert "not meant as a waiver" in told
    assert "Draft for counsel: not signed, not sent." in told


def test_where_nothing_is_withheld_the_letter_says_so() -> None:
    tally = msgspec.structs.replace(TALLY, treatments={"produced": 1_204})
    whole = msgspec.structs.replace(EVIDENCE, report=msgspec.structs.replace(REPORT, tally=tally))
    told = words(production_letter(whole, Sent(day=date(2026, 11, 23), to="")))
    assert "Nothing was withheld or redacted as privileged." in told
    assert "[counsel]" in told


def test_a_claim_of_privilege_names_the_numbers() -> None:
    claimed = Claimed(
        day=date(2026, 12, 1), to="Lena Ortiz", numbers=(("PDC0000007", "PDC0000008", "Attorney-client"),),
        served_on=date(2026, 11, 23),
    )  # fmt: skip
    told = words(clawback_letter("PROD-2026-0001", "Rivera", "City of Palmaria", claimed))
    assert "PDC0000007" in told
    assert "Monday, November 23, 2026" in told
    assert "1 document that it claims" in told


def test_the_chain_names_ledger_entries_and_counts_private_looks() -> None:
    entry = Entry(17, NOON, "facebook-palmaria was archived for the night of Sunday, November 22, 2026.")
    chain = Chain(
        production=PRODUCTION, about="documents PDC0000001 to PDC0001391", captured=(entry,) * 501, checked=(),
        held=(), handled=(entry,), private_looks=4, head=451,
    )  # fmt: skip
    told = words(chain_of_custody(chain))
    assert "through entry 451" in told
    assert "looked at 4 times" in told
    assert "No check is on record." in told
    assert "And 1 more entry in the ledger." in told


def test_how_each_account_was_captured_is_read_from_its_records_and_seals() -> None:
    (one,) = EVIDENCE.accounts
    assert (one.account, one.records, one.runs, one.first, one.last) == ("facebook-palmaria", 2, 2, 7, 8)
    assert len(one.ways) == 2
