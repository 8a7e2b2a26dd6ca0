"""What cannot be filed because of what stands beside it: accounts, lists, cases, removals."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

import pytest
from msgspec.structs import replace

from moderated import cited, comment, filed, papers, removed, words
from paloverde.retention.dossier import Noted
from paloverde.watch.filing import Stated, why_not
from paloverde.watch.now import Now
from paloverde.watch.register import Entered, Register
from paloverde.watch.registers.accounts import ACCOUNT_PAPERS, AccountClass, AccountPapers
from paloverde.watch.registers.authorizing import GRANTS, Grant
from paloverde.watch.registers.block_cases import BLOCK_CASES, SIGN_OFFS, BlockCase, SignOff
from paloverde.watch.registers.corrections import CORRECTIONS, Correction
from paloverde.watch.registers.hiding import HIDING_APPROVALS, HIDING_RULES, HidingRule, RuleApproval
from paloverde.watch.registers.moderation import APPROVALS, WORD_LISTS, Letter, ListApproval, Office
from paloverde.watch.registers.moderation_cases import CONTENT_REPORTS, ContentReport, Decided
from paloverde.watch.registers.people import PEOPLE, Person, Standing
from watching import CITY, DAN, NOON, RUTH, Then

COMMENTS = [comment("Buy my gutters", str(at), poster=DAN) for at in range(3)]
CASE = BlockCase(
    account=CITY.slug,
    user="dwhitlock",
    removals=tuple(one.item for one in COMMENTS),
    comments=140,
    days=7,
    staff_time="Six hours a week.",
    tried="A list for V.B.4(f).",
    viewpoint="All of it advertises gutters.",
    review_on=date(2027, 2, 10),
    appeal="clerk@palmaria.example",
)
BLOCKED = replace(CASE, blocked_on=date(2026, 11, 20))
HOUR = timedelta(hours=1)


class Shelf:
    """Registers and an archive as they stand beside an entry."""

    def __init__(self, *entries: tuple[Register[Any], Entered[Any]], now: Now | None = None) -> None:
        self._entries, self._now = entries, now

    @property
    def now(self) -> Now:
        assert self._now is not None, "nothing of the archive is read for this"
        return self._now

    def has_account(self, slug: str) -> bool:
        return slug == CITY.slug

    def papers(self, register: Register[Any], id_: str) -> Sequence[Entered[Any]]:
        return [one for of, one in self._entries if of is register and one.id == id_]

    def entries(self, register: Register[Any]) -> Sequence[Entered[Any]]:
        return [one for of, one in self._entries if of is register]


def case_paper(
    entry: BlockCase = CASE, number: int = 1, withdrawn: str = ""
) -> tuple[Register[Any], Entered[Any]]:
    return BLOCK_CASES, Entered("BLOCK-2026-0001", entry, number, NOON + number * HOUR, "pat", withdrawn)


def signature(version: int = 1) -> tuple[Register[Any], Entered[Any]]:
    return SIGN_OFFS, Entered(
        "SIGN-2026-0001", SignOff("BLOCK-2026-0001", version), 1, NOON + 9 * HOUR, "cora"
    )


def archive(*letters: str, of: Any = DAN) -> Then:
    """The removals of these comments, each with these guidelines cited."""
    items = [replace(one, poster=of) for one in COMMENTS]
    facts = [removed(one) for one in items]
    return Then(
        items=items, removals=facts, papers=papers(facts, cited(*letters) if letters else Noted("Seen."))
    )


def test_a_grant_on_an_account_that_is_not_there_is_refused() -> None:
    grant = Grant("jrivera", "facebook-palmarai", date(2026, 11, 1), "Noor Haddad")
    assert why_not(GRANTS, Stated(grant), Shelf()) == (
        "there is no account 'facebook-palmarai'. Mend its name; for an account that is yet to be opened, file its "
        "approval under Papers of accounts first (policy V.A.2)."
    )
    assert why_not(GRANTS, Stated(replace(grant, account=CITY.slug)), Shelf()) == ""


def test_a_grant_on_an_account_that_is_approved_and_not_open_yet_is_taken() -> None:
    papers_ = AccountPapers("x-palmaria", AccountClass.CITY, approved_by="Noor Haddad")
    entered = Entered("x-palmaria", papers_, 1, NOON, "cleo")
    grant = Grant("jrivera", "x-palmaria", date(2026, 12, 1), "Noor Haddad")
    assert why_not(GRANTS, Stated(grant), Shelf((ACCOUNT_PAPERS, entered))) == ""
    gone = entered._replace(withdrawn="It is not opened.")
    assert "there is no account" in why_not(GRANTS, Stated(grant), Shelf((ACCOUNT_PAPERS, gone)))


def test_a_grant_can_be_revoked_whatever_became_of_its_account() -> None:
    grant = Grant("jrivera", "x-gone", date(2020, 1, 1), "Noor Haddad")
    revoked = replace(grant, revoked_on=date(2026, 11, 1), revoked_by="Noor Haddad")
    assert why_not(GRANTS, Stated(revoked, "G-2020-0001", grant), Shelf()) == ""
    moved = replace(grant, account="x-other")
    assert why_not(GRANTS, Stated(moved, "G-2020-0001", grant), Shelf()) != ""


def test_an_approval_of_a_list_or_version_that_is_not_there_is_refused() -> None:
    shelf = Shelf((WORD_LISTS, filed(words("c"))))
    assert why_not(APPROVALS, Stated(ListApproval("list-c", 1, Office.CLERK)), shelf) == ""
    unknown = why_not(APPROVALS, Stated(ListApproval("list-k", 1, Office.CLERK)), shelf)
    assert unknown == "there is no list 'list-k'. Take its short name from Lists of words."
    newer = why_not(APPROVALS, Stated(ListApproval("list-c", 2, Office.CLERK)), shelf)
    assert newer == "list-c has no version 2: it has 1 version, which its page numbers."


RULE = HidingRule("profanity", Letter("c"), (CITY.slug,), "Too many.", "list-c", 1)


def test_a_hiding_rule_whose_list_is_there_in_that_version_is_taken() -> None:
    shelf = Shelf((WORD_LISTS, filed(words("c"))), (WORD_LISTS, filed(words("c", "frack"), number=2)))
    assert why_not(HIDING_RULES, Stated(RULE), shelf) == ""
    assert why_not(HIDING_RULES, Stated(replace(RULE, words_version=2)), shelf) == ""
    repeats = replace(RULE, guideline=Letter("f"), words="", words_version=0)
    assert why_not(HIDING_RULES, Stated(repeats), Shelf()) == ""


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"words": "list-x"}, "there is no list 'list-x'. Take its short name from Lists of words."),
        ({"words_version": 2}, "list-c has no version 2: it has 1 version, which its page numbers."),
        (
            {"guideline": Letter("k")},
            "the list list-c is of V.B.4(c) in version 1, and the rule of V.B.4(k): name a list of that Content Guideline.",
        ),
        ({"accounts": (CITY.slug, "x-gone")}, "there is no account 'x-gone'. Mend its name."),
    ],
)
def test_a_hiding_rule_that_could_never_hide_is_refused_when_it_is_filed(
    change: dict[str, Any], told: str
) -> None:
    shelf = Shelf((WORD_LISTS, filed(words("c"))))
    assert why_not(HIDING_RULES, Stated(replace(RULE, **change)), shelf) == told


def test_a_hiding_rule_of_a_withdrawn_list_is_refused_and_can_still_be_ended() -> None:
    shelf = Shelf((WORD_LISTS, filed(words("c"), withdrawn="Wrong.")))
    assert "there is no list" in why_not(HIDING_RULES, Stated(RULE), shelf)
    ended = replace(RULE, until=date(2026, 11, 30))
    assert why_not(HIDING_RULES, Stated(ended, RULE.id, RULE), shelf) == ""


def test_an_approval_of_a_rule_or_version_that_is_not_there_is_refused() -> None:
    shelf = Shelf((HIDING_RULES, Entered(RULE.id, RULE, 1, NOON, "pat")))
    assert why_not(HIDING_APPROVALS, Stated(RuleApproval("profanity", 1, Office.CLERK)), shelf) == ""
    unknown = why_not(HIDING_APPROVALS, Stated(RuleApproval("threats", 1, Office.CLERK)), shelf)
    assert unknown == "there is no rule 'threats'. Take its short name from Hiding rules."
    newer = why_not(HIDING_APPROVALS, Stated(RuleApproval("profanity", 2, Office.CLERK)), shelf)
    assert newer == "profanity has no version 2: it has 1 version, which its page numbers."


def test_a_case_that_the_archive_bears_out_is_taken() -> None:
    assert why_not(BLOCK_CASES, Stated(CASE), Shelf(now=archive("f"))) == ""


def test_a_case_is_refused_where_its_removals_are_not_on_record() -> None:
    told = why_not(BLOCK_CASES, Stated(CASE), Shelf(now=Then(items=COMMENTS)))
    assert told.startswith(
        f"the archive knows no removal of {', '.join(CASE.removals)}. A case rests on removals"
    )


def test_a_case_is_refused_where_somebody_else_wrote_what_it_cites() -> None:
    told = why_not(BLOCK_CASES, Stated(CASE), Shelf(now=archive("f", of=RUTH)))
    assert told.startswith("somebody else wrote facebook-palmaria/comment/0")


@pytest.mark.parametrize(
    ("letters", "told"), [((), "no Content Guideline"), (("a",), "which turns on opinion")]
)
def test_a_case_is_refused_where_no_guideline_bears_it(letters: tuple[str, ...], told: str) -> None:
    assert told in why_not(BLOCK_CASES, Stated(CASE), Shelf(now=archive(*letters)))


def test_a_case_of_an_account_that_is_not_there_is_refused() -> None:
    elsewhere = replace(CASE, account="facebook-palmarai")
    assert why_not(BLOCK_CASES, Stated(elsewhere), Shelf()).startswith(
        "there is no account 'facebook-palmarai'"
    )


def test_nobody_is_blocked_before_counsel_has_signed_off() -> None:
    told = why_not(BLOCK_CASES, Stated(BLOCKED), Shelf(now=archive("f")))
    assert told.startswith("counsel signs a case off before anybody is blocked.")
    change = Stated(BLOCKED, "BLOCK-2026-0001", CASE)
    assert "counsel signs a case off" in why_not(BLOCK_CASES, change, Shelf(case_paper()))
    assert why_not(BLOCK_CASES, change, Shelf(case_paper(), signature())) == ""
    other = Stated(replace(BLOCKED, tried="Nothing."), "BLOCK-2026-0001", CASE)
    assert "counsel signs a case off" in why_not(BLOCK_CASES, other, Shelf(case_paper(), signature()))


def test_a_case_can_be_ended_when_the_archive_holds_its_removals_no_more() -> None:
    ended = replace(BLOCKED, ended_on=date(2029, 1, 1))
    assert why_not(BLOCK_CASES, Stated(ended, "BLOCK-2026-0001", BLOCKED), Shelf()) == ""


def test_counsel_signs_off_only_what_stands_now() -> None:
    sign = Stated(SignOff("BLOCK-2026-0001", 1))
    assert (
        why_not(SIGN_OFFS, sign, Shelf()) == "there is no case 'BLOCK-2026-0001'. Take its name from Blocks."
    )
    assert why_not(SIGN_OFFS, sign, Shelf(case_paper())) == ""
    changed = case_paper(replace(CASE, days=3), 2)
    assert why_not(SIGN_OFFS, sign, Shelf(case_paper(), changed)) == (
        "BLOCK-2026-0001 was changed since: read it again, and sign off version 2."
    )
    none = Stated(SignOff("BLOCK-2026-0001", 7))
    assert "has no version 7: it has 1 version" in why_not(SIGN_OFFS, none, Shelf(case_paper()))


@pytest.mark.parametrize("role", ["", "clerk", "public_affairs"])
def test_what_is_defamatory_only_counsel_decides(role: str) -> None:
    report = ContentReport(COMMENTS[0].item, CITY.slug, ("c", "j"), "It lies about a clerk.", "Sam Ito", NOON)
    assert why_not(CONTENT_REPORTS, Stated(report, role=role), Shelf()) == ""
    decided = replace(report, decided=Decided.LEAVE, decided_by="Cora Vance", decided_at=NOON)
    for before in (report, replace(report, guidelines=("c",))):
        told = why_not(CONTENT_REPORTS, Stated(decided, "REP-2026-0001", before, role), Shelf())
        assert told.startswith("only counsel decides what is reported under V.B.4(j)")
    renamed = replace(decided, guidelines=("c",))  # to take the letter out first is no way around it
    assert why_not(CONTENT_REPORTS, Stated(renamed, "REP-2026-0001", report, role), Shelf()) != ""
    assert why_not(CONTENT_REPORTS, Stated(decided, "REP-2026-0001", report, "counsel"), Shelf()) == ""
    lighter = replace(report, guidelines=("c",))
    assert why_not(CONTENT_REPORTS, Stated(lighter, "REP-2026-0001", report, role), Shelf()) != ""
    acted = replace(decided, why="It lies about a clerk, twice.")
    assert why_not(CONTENT_REPORTS, Stated(acted, "REP-2026-0001", decided, role), Shelf()) == ""


def test_a_correction_names_only_what_the_archive_has() -> None:
    first, second, third = COMMENTS
    shelf = Shelf(now=Then(items=[first, second]))
    assert why_not(CORRECTIONS, Stated(Correction(first.item, (second.item,))), shelf) == ""
    told = why_not(CORRECTIONS, Stated(Correction(first.item, (third.item,))), shelf)
    assert told == f"the archive has no item {third.item}. Take its name from its own page."
    known = Correction(first.item, (third.item,))  # destroyed since: what was filed can be mended
    assert why_not(CORRECTIONS, Stated(replace(known, note="x"), "COR-2026-0001", known), shelf) == ""


def test_most_registers_ask_for_nothing_beside() -> None:
    assert why_not(PEOPLE, Stated(Person("ruth", "Ruth", Standing.STAFF)), Shelf()) == ""
