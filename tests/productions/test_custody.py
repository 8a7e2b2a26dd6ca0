"""The chain of custody: from the ledger what concerns the records, and of counsel's work and others nothing."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import timedelta
from typing import Any

import msgspec
from documents import HOSTILE, NOON, PRODUCTION

from paloverde.archive.ledger import Entry, Event
from paloverde.productions.papers.concerning import Concern, Found, Line
from paloverde.productions.papers.custody import Chain, Place, chain_of_custody
from paloverde.productions.papers.evidence import Checked, Head
from paloverde.requests.paper import Facts, Paper

SEVEN, EIGHT, OTHER = "7a" * 32, "8a" * 32, "9a" * 32
NUMBER, ACCOUNT = "PROD-2026-0001", "facebook-palmaria"
CONCERN = Concern(
    production=NUMBER,
    hold="rivera",
    runs={7: SEVEN, 8: EIGHT},
    objects={"records/1.parquet"},
    items={(ACCOUNT, "comment", "1811"): "PDC0000001", (ACCOUNT, "message", "31"): "PDC0000002"},
    subjects={f"{ACCOUNT}/message/31"},
    is_private=True,
    people={9: "Ana Ruiz, counsel", 20: "Cleo Park, clerk"},
)


def entry(number: int, what: str, /, **about: str) -> Entry:
    event = Event(what, "Ana Ruiz, counsel, command line (ana)", NOON + timedelta(minutes=number), about)
    return Entry(number, "0" * 64, event, "1" * 64)


def found(*entries: Entry, concern: Concern = CONCERN) -> Found:
    gathered = Found(concern)
    for one in entries:
        gathered.take(one)
    return gathered


def told(lines: Iterable[Line]) -> str:
    return "\n".join(f"{line.number} {line.what} {line.who}".strip() for line in lines)


def sealed(number: int, run: int = 7, seal: str = SEVEN, **more: str) -> Entry:
    about = {"account": ACCOUNT, "day": "2026-11-22", "sequence": str(run), "seal": seal, **more}
    return entry(number, "night sealed", **about)


def test_only_entries_that_name_the_seal_of_a_run_tell_of_its_capture() -> None:
    gathered = found(
        sealed(3), sealed(4, 9, OTHER), sealed(5, 8, OTHER),
        entry(6, "import sealed", account=ACCOUNT, sequence="8", seal=EIGHT),
        entry(7, "gaps opened", account=ACCOUNT, sequence="8", seal=EIGHT, number="2", gaps="words of a gap"),
    )  # fmt: skip
    assert told(gathered.captured) == (
        "3 Run 7: facebook-palmaria was archived for the night of 2026-11-22.\n"
        "6 Run 8: files were taken in for facebook-palmaria.\n"
        "7 Run 8: of facebook-palmaria something was not given; new gaps: 2."
    )
    assert gathered.named == {7: 3, 8: 6}


def test_an_entry_that_names_many_seals_counts_those_of_the_records_alone() -> None:
    gathered = found(entry(3, "destruction carried out", order="D-1", seals=f"7:{SEVEN} 9:{OTHER} 8:{EIGHT}"))
    assert told(gathered.captured).startswith("3 Runs 7, 8: other records were lawfully destroyed")
    assert gathered.named == {7: 3, 8: 3}
    strange = found(entry(3, "something new", sequence="7", seal=SEVEN))
    assert strange.named == {7: 3}
    assert "something new" in told(strange.captured)


def test_a_removal_is_told_by_the_number_and_never_by_the_id_at_the_site() -> None:
    gathered = found(
        entry(3, "removal confirmed", account=ACCOUNT, item="1811", day="2026-11-22"),
        entry(4, "removal confirmed", account=ACCOUNT, item="1899", day="2026-11-22"),
        entry(5, "removal confirmed", account="x-palmaria", item="1811", day="2026-11-22"),
    )
    assert told(gathered.captured) == "3 PDC0000001 was found removed or hidden at its site."


def test_of_many_checks_the_first_the_last_and_those_with_damage_are_kept_and_all_are_counted() -> None:
    checks = [
        entry(number, "fixity checked", checked="88", damaged=str(int(number == 30)))
        for number in range(4, 60)
    ]
    gathered = found(entry(2, "fixity checked", checked="1", damaged="0"), sealed(3), *checks)
    assert [line.number for line in gathered.checked] == [4, 30, 59]
    assert gathered.checks == 56
    assert "1 damaged" in told(gathered.checked)


def test_repairs_and_losses_of_own_objects_are_told_and_of_others_not() -> None:
    gathered = found(
        entry(3, "object repaired", key="records/1.parquet"), entry(4, "object lost", key="records/2.parquet")
    )
    assert [line.number for line in gathered.checked] == [3]


def test_the_hold_and_the_production_are_its_own() -> None:
    gathered = found(
        entry(3, "hold issued", hold="rivera", matter="The secret matter"),
        entry(4, "hold issued", hold="another", matter="Another"),
        entry(5, "production: built", production=NUMBER),
        entry(6, "production: built", production="PROD-2026-0002"),
        entry(20, "production: signed off", production=NUMBER),
    )
    assert told(gathered.held) == "3 The hold rivera was placed."
    assert told(gathered.handled) == (
        "5 The volumes were written.\n"
        "20 A second person agreed that exactly these volumes go out. Cleo Park, clerk"
    )
    assert (
        found(entry(3, "hold issued", hold=""), concern=msgspec.structs.replace(CONCERN, hold="")).held == []
    )


def test_counsel_s_own_work_and_names_of_staff_stand_in_no_line() -> None:
    gathered = found(
        entry(3, "search made", question="settle NEAR/5 forty", reason=NUMBER),
        entry(4, "review decided", request=NUMBER, decisions="3"),
        entry(5, "production: noted", production=NUMBER),
        entry(6, "production paper made", production=NUMBER, draft="declaration (fre-902-14)"),
        entry(7, "privileged advice filed", item=f"{ACCOUNT}/comment/1811"),
        entry(8, "records under review", request=NUMBER, records="8"),
        entry(9, "production: ordered", production=NUMBER),
        entry(10, "search made", question="everything", reason="PRA-2026-0001"),
    )
    lines = [*gathered.captured, *gathered.checked, *gathered.held, *gathered.handled]
    assert [line.number for line in lines] == [9]
    assert [line.who for line in lines] == [""]


def test_looks_at_private_records_among_them_are_counted_and_no_others() -> None:
    looks = [
        entry(3, "private record looked at", account=ACCOUNT, kind="message", item="31", reason="to see it"),
        entry(4, "private file looked at", account=ACCOUNT, kind="message", item="32", reason="to see it"),
        entry(5, "private dossier read", item=f"{ACCOUNT}/message/31"),
        entry(6, "found records looked at", request=NUMBER, records="8"),
        entry(7, "found records looked at", request="PRA-2026-0001", records="8"),
    ]
    gathered = found(*looks)
    assert (gathered.looks, gathered.looks_at_all) == (2, 1)
    public = found(*looks, concern=msgspec.structs.replace(CONCERN, is_private=False))
    assert public.looks_at_all == 0


def test_an_export_of_an_account_is_told_where_the_account_is_among_them() -> None:
    gathered = found(
        entry(3, "archive moved out", accounts=f"{ACCOUNT}, x-palmaria"),
        entry(4, "archive moved out", accounts=f"{ACCOUNT}-old"),
    )
    assert told(gathered.handled) == "3 All that is kept of an account was written into a folder."


# The paper

PLACE = Place(begin="PDC0000001", end="PDC0000002", what="Comment", account=ACCOUNT, run=7, sha256="cd" * 32, is_same=True)  # fmt: skip
LINE = Line(17, NOON, "Run 7: facebook-palmaria was archived.")


def chain(**changes: Any) -> Chain:
    plain: dict[str, Any] = {
        "production": PRODUCTION, "about": "documents PDC0000001 to PDC0001391", "documents": 1, "places": (PLACE,),
        "runs": 2, "named": 1, "captured": (LINE,), "checked": (), "checks": 0,
        "compared": Checked(objects=3, read=0, damaged=0), "held": (), "hold": "rivera", "handled": (LINE,), "looks": 4,
        "looks_at_all": 2, "entries": 460, "head": Head(size=451, counts=1),
    }  # fmt: skip
    return Chain(**plain | changes)


def words(paper: Paper) -> str:
    return re.sub(r"\s+", " ", str(msgspec.to_builtins(paper)))


def test_the_paper_is_a_draft_that_names_entries_counts_looks_and_says_what_is_left_out() -> None:
    paper = chain_of_custody(chain(captured=(LINE,) * 501, documents=700))
    said = words(paper)
    assert paper.title == "DRAFT: Chain of custody of documents PDC0000001 to PDC0001391"
    assert "not signed" in said
    assert "through entry 460" in said
    assert "4 at a single one of these documents, 2 at all that was found" in said
    assert "And 1 more entry in the ledger." in said
    assert "699 more documents are in the load files" in said
    assert "Counsel’s own work" in said


def test_what_is_not_on_record_is_said_to_be_so() -> None:
    rootless = msgspec.structs.replace(PRODUCTION, root="")
    said = words(chain_of_custody(chain(production=rootless, head=None, captured=(), handled=(), hold="")))
    for one in (
        "none: no head of the ledger was signed when it was built",
        "No capture of them is on record.",
        "The ledger names the seals of 1 of 2 runs of these documents.",
        "No check is on record.",
        "none of 3 stored objects was read again",
        "It was ordered from no hold.",
    ):
        assert one in said
    assert "Nothing about the hold rivera is on record." in words(chain_of_custody(chain()))


def test_hostile_names_are_text_and_nothing_else() -> None:
    for text in HOSTILE:
        paper = chain_of_custody(chain(production=msgspec.structs.replace(PRODUCTION, matter=text)))
        (facts,) = [block for block in paper.blocks if isinstance(block, Facts)]
        assert ("Matter", text) in facts.pairs
