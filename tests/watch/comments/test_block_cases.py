"""Nobody is blocked without repeated violations, frequency, and an end; and no block goes unexplained."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from msgspec.structs import replace

from moderated import cited, comment, papers, removed
from paloverde.errors import BadQuestion
from paloverde.records import Kind, Poster, Visibility
from paloverde.retention.dossier import Noted
from paloverde.watch.check import Finding
from paloverde.watch.comments.blocking import UNEXPLAINED_BLOCK
from paloverde.watch.register import Entered
from paloverde.watch.registers.block_cases import BLOCK_CASES, SIGN_OFFS, BlockCase, SignOff, signed_off
from paloverde.watch.seen import Seen
from watching import CITY, DAN, NOON, RUTH, Then, book, seen

FILED, SIGNED = NOON - timedelta(days=12), NOON - timedelta(days=11)
COMMENTS = [comment("Buy my gutters", str(at), poster=DAN) for at in range(3)]
ITEMS = tuple(one.item for one in COMMENTS)
ASKED = {
    "account": CITY.slug,
    "user": "7002",
    "blocked_on": "2026-11-10",
    "removals": "\n".join(ITEMS),
    "comments": "140",
    "days": "7",
    "staff_time": "Six hours a week; two people watch the page besides their work.",
    "tried": "A list for V.B.4(f) since October; the words changed each day.",
    "viewpoint": "All of it advertises gutters; complaints of the same user were left standing.",
    "review_on": "2027-02-10",
    "appeal": "clerk@palmaria.example",
}


def blocked(native_id: str = "7002", **known: Any) -> Seen:
    who = known.pop("poster", DAN)
    return seen(
        "", kind=Kind.BLOCKED, native_id=native_id, poster=who, visibility=Visibility.PRIVATE, **known
    )


def case(**given: str) -> BlockCase:
    return BLOCK_CASES.entered(ASKED | given)


def version(entry: BlockCase, number: int = 1) -> Entered[BlockCase]:
    return Entered("BLOCK-2026-0001", entry, number, FILED, "Pat Lowe, public_affairs, desk (pat)")


def signature(number: int = 1, at: datetime = SIGNED, withdrawn: str = "") -> Entered[SignOff]:
    entry = SignOff("BLOCK-2026-0001", number)
    return Entered("SIGN-2026-0001", entry, 1, at, "Cora Vance, counsel, desk (cora)", withdrawn)


def found(
    items: Sequence[Seen],
    *cases: BlockCase,
    day: date = date(2026, 11, 20),
    signs: Sequence[Entered[SignOff]] | None = None,
    **known: Any,
) -> list[Finding]:
    """What is found where counsel signed each case off before the block, unless it is said otherwise."""
    assert UNEXPLAINED_BLOCK.of_now is not None
    given = [signature()] if signs is None else signs
    papers_ = [version(one) for one in cases]
    registers = book(day, {"block-cases": papers_, "block-sign-offs": given})
    return list(UNEXPLAINED_BLOCK.of_now(Then(items=items, **known), registers))


def borne_out(*letters: str) -> dict[str, Any]:
    facts = [removed(one) for one in COMMENTS]
    return {"removals": facts, "papers": papers(facts, cited(*letters))}


def test_a_case_that_has_all_the_policy_asks_is_taken() -> None:
    assert case().removals == ITEMS
    assert BLOCK_CASES.entered(BLOCK_CASES.typed(case())) == case()


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ({"removals": "\n".join(ITEMS[:2])}, "it cites 2 removals, and “repeatedly” asks for at least 3"),
        ({"removals": "\n".join(ITEMS[:1] * 3)}, "it cites 1 removal, and"),
        ({"removals": "he was rude\nagain\nand again"}, "'he was rude' names no item"),
        ({"comments": "2"}, "how many comments"),
        ({"days": "0"}, "how many comments"),
        ({"staff_time": " "}, "What watching them costs"),
        ({"tried": ""}, "What was tried first"),
        ({"viewpoint": ""}, "Why it is not about an opinion"),
        ({"removals": "\n".join([*ITEMS, "x-palmaria/comment/9"])}, "was not removed from facebook-palmaria"),
        ({"blocked_on": "", "ended_on": "2026-11-01"}, "on which day the user was blocked"),
        ({"review_on": "2026-11-10"}, "no block is without an end"),
        ({"review_on": "2027-05-10"}, "by Sunday, May 9, 2027"),
        ({"appeal": ""}, "Where the user can appeal"),
        ({"reviewed_on": "2027-01-10"}, "what that look found"),
        ({"review": "It goes on."}, "what that look found"),
        ({"ended_on": "2026-11-01"}, "before the block"),
    ],
)
def test_a_case_that_lacks_something_is_refused(given: Mapping[str, str], told: str) -> None:
    with pytest.raises(BadQuestion, match=told):
        case(**given)


def test_a_block_goes_on_only_after_another_look() -> None:
    more = {
        "reviewed_on": "2027-02-09",
        "review": "It went on from two other pages.",
        "review_on": "2027-08-01",
    }
    assert case(**more).review_on == date(2027, 8, 1)
    with pytest.raises(BadQuestion, match="no block is without an end"):
        case(**(more | {"review_on": "2027-09-01"}))


def test_a_block_without_a_case_is_found_and_is_private() -> None:
    (one,) = found([blocked()])
    assert one.about == "facebook-palmaria/blocked/7002"
    assert one.private
    assert "In no event is anybody blocked for an opinion." in one.next
    assert "7002" not in one.said + one.next
    assert "Whitlock" not in one.said + one.next


@pytest.mark.parametrize("user", ["7002", "dwhitlock", "@DWhitlock"])
def test_a_case_explains_it_by_any_name_of_the_site(user: str) -> None:
    assert found([blocked(), *COMMENTS], case(user=user), **borne_out("f")) == []


def test_a_case_about_another_user_or_account_explains_nothing() -> None:
    assert len(found([blocked(poster=RUTH, native_id="7001"), *COMMENTS], case(), **borne_out("f"))) == 1
    on_x = "\n".join(f"x-palmaria/comment/{at}" for at in range(3))
    elsewhere = found([blocked()], case(account="x-palmaria", removals=on_x))
    assert [one.about for one in elsewhere] == ["facebook-palmaria/blocked/7002"]


def test_whom_an_account_only_mutes_may_still_speak() -> None:
    assert found([blocked("muted:7002")]) == []


def test_a_case_must_be_borne_out_by_the_archive() -> None:
    (one,) = found([blocked()], case())
    assert one.about == "block-cases/BLOCK-2026-0001"
    assert one.said == (
        f"There is a doubt about the case BLOCK-2026-0001 for a block: the archive knows no removal of {', '.join(ITEMS)}."
    )
    assert one.links == ITEMS


def test_a_removal_without_a_guideline_counts_for_nothing() -> None:
    facts = [removed(one) for one in COMMENTS]
    (one,) = found([*COMMENTS], case(), removals=facts, papers=papers(facts, Noted("Seen by Pat.")))
    assert "no Content Guideline is cited for facebook-palmaria/comment/0" in one.said


def test_off_the_topic_alone_is_no_ground() -> None:
    (one,) = found([*COMMENTS], case(), **borne_out("a"))
    assert "which turns on opinion" in one.said
    assert found([*COMMENTS], case(), **borne_out("a", "k")) == []


def test_what_somebody_else_wrote_is_no_ground_and_what_nobody_is_named_for_may_be() -> None:
    others = [replace(one, poster=RUTH) for one in COMMENTS]
    (one,) = found(others, case(), **borne_out("f"))
    assert "somebody else wrote facebook-palmaria/comment/0" in one.said
    assert found([replace(one, poster=Poster()) for one in COMMENTS], case(), **borne_out("f")) == []
    by_name = [replace(one, poster=Poster(name="Dan Whitlock", id="another-id")) for one in COMMENTS]
    assert found([blocked(), *by_name], case(), **borne_out("f")) == []


def test_a_case_past_its_day_is_found_until_it_is_looked_at_or_ended() -> None:
    def late(a_case: BlockCase, day: date) -> list[str]:
        return [one.which for one in found([*COMMENTS], a_case, day=day, **borne_out("f"))]

    assert late(case(), date(2027, 2, 10)) == []
    assert late(case(), date(2027, 2, 11)) == ["review"]
    assert late(case(ended_on="2027-02-10"), date(2027, 2, 11)) == []
    after = case(reviewed_on="2027-02-11", review="He posted 40 more.", review_on="2027-06-01")
    assert late(after, date(2027, 2, 12)) == []


def test_it_says_since_when_the_site_lists_the_block() -> None:
    (one,) = found([blocked(observed_at=NOON - timedelta(days=40))])
    assert "the site listed it first on Sun, Oct 11, 2026" in one.said


def test_a_block_that_counsel_has_not_signed_off_is_found() -> None:
    (one,) = found([*COMMENTS], case(), signs=(), **borne_out("f"))
    assert one.said == (
        "Somebody is blocked by the case BLOCK-2026-0001, and counsel has not signed off what it says now."
    )
    (again,) = found([blocked(), *COMMENTS], case(blocked_on=""), signs=(), **borne_out("f"))
    assert again.id == one.id
    assert found([*COMMENTS], case(blocked_on=""), signs=(), **borne_out("f")) == []
    withdrawn = signature(withdrawn="Signed by mistake.")
    assert [one.which for one in found([*COMMENTS], case(), signs=[withdrawn], **borne_out("f"))] == [
        "unsigned"
    ]


def test_a_signature_after_the_block_is_told() -> None:
    (one,) = found([*COMMENTS], case(), signs=[signature(at=NOON)], **borne_out("f"))
    assert "counsel signed it off on Friday, November 20, 2026, after the block was made" in one.said


def test_counsel_signs_the_grounds_and_not_what_happens_afterwards() -> None:
    first, blocked_since = version(case(blocked_on="")), version(case(), 2)
    assert signed_off([first, blocked_since], [signature(1)]) == signature(1)
    other = version(case(tried="Nothing was tried."), 3)
    assert signed_off([first, blocked_since, other], [signature(1)]) is None
    assert signed_off([first, blocked_since, other], [signature(3)]) == signature(3)
    assert signed_off([first], [signature(1, at=FILED - timedelta(hours=1))]) is None


@pytest.mark.parametrize("role", ["", "clerk", "public_affairs", "it"])
def test_nobody_but_counsel_signs_off(role: str) -> None:
    given = {"case": "BLOCK-2026-0001", "version": "1"}
    with pytest.raises(BadQuestion, match="only counsel may file that, signed in"):
        SIGN_OFFS.refuse_reserved(given, role)
    SIGN_OFFS.refuse_reserved(given, "counsel")
