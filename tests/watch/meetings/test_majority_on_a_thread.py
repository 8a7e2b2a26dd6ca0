"""A majority of one body on one thread (P-56; Gov. Code 54952.2(b)(1) and (b)(3)(A))."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest

from councils import (
    ANA,
    BEN,
    CARLA,
    COUNCIL,
    DEE,
    ELI,
    TERM,
    city,
    comment,
    post,
    reaction,
    strangers_post,
)  # fmt: skip
from paloverde.records import Kind
from paloverde.watch.book import Book
from paloverde.watch.check import Finding, Weight
from paloverde.watch.meetings.majority_on_a_thread import CHECK
from paloverde.watch.registers.bodies import Body, Member
from paloverde.watch.seen import Seen
from watching import DAN, NOON, RUTH, seen

ASKED = strangers_post("Will the zoning change?")


def found(begun: Seen, *others: Seen, of: Book | None = None) -> list[Finding]:
    registers = of or city()
    assert CHECK.begins is not None
    assert CHECK.of_thread is not None
    return list(CHECK.of_thread(begun, [*others, begun], registers)) if CHECK.begins(begun, registers) else []


def test_three_of_five_on_a_strangers_post_are_told() -> None:
    anas, bens = comment(ASKED, ANA, "It may.", "1_2"), comment(ASKED, BEN, "It will not.", "1_3")
    told = found(reaction(ASKED, CARLA), ASKED, anas, bens)
    assert len(told) == 1
    assert told[0].about == "facebook-palmaria/post/1000_1"
    assert told[0].said == (
        "3 members of City Council, which has 5 seats, took part in one thread: Ana Duarte, Ben Ito, "
        "Carla Nunez. On Friday, November 20, 2026, a majority within 72 hours. It speaks of “zoning”, registered for the "
        "subjects of City Council."
    )
    assert told[0].links == (
        "facebook-palmaria/comment/1_2",
        "facebook-palmaria/comment/1_3",
        "facebook-palmaria/reaction/1000_1:903",
    )
    assert told[0].weight is Weight.WARNING


def test_it_is_for_counsel_alone_and_cites_both_sections() -> None:
    told = found(*[comment(ASKED, who, "Zoning!", f"1_{who.id}") for who in (ANA, BEN, CARLA)])[0]
    assert told.privileged
    assert not told.private
    assert "Gov. Code 54952.2(b)(3)(A)" in told.next
    assert "Gov. Code 54952.2(b)(1)" in told.next
    assert told.rule.startswith("bodies/council#1, members/")


def test_two_of_five_on_a_strangers_post_are_none() -> None:
    assert found(comment(ASKED, BEN, "No.", "1_3"), ASKED, comment(ASKED, ANA, "Yes.", "1_2")) == []


def test_one_member_who_says_much_is_one_member() -> None:
    said = [comment(ASKED, ANA, f"And another thing, {n}.", f"1_{n}") for n in range(9)]
    assert found(*said) == []


def test_residents_do_not_make_a_majority() -> None:
    others = [comment(ASKED, who, "Zoning?", f"1_{who.id}") for who in (RUTH, DAN)]
    assert found(comment(ASKED, ANA, "Yes.", "1_9"), ASKED, *others) == []


def test_who_began_the_thread_counts() -> None:
    anas = post(ANA, "Zoning is next.")
    told = found(reaction(anas, BEN), anas, comment(anas, CARLA, "Good.", "1_2"))
    assert "3 members of City Council" in told[0].said
    assert told[0].links[0] == told[0].about == "facebook-ana-duarte/post/3001_1"


def test_one_more_who_joins_is_told_anew_and_the_same_again_is_not() -> None:
    three = [comment(ASKED, who, "Zoning", f"1_{who.id}") for who in (ANA, BEN, CARLA)]
    four = [*three, comment(ASKED, DEE, "Zoning", "1_4")]
    assert found(*three)[0].id == found(three[2], *three[:2])[0].id
    assert found(*four)[0].id != found(*three)[0].id
    assert found(*four)[0].id == found(four[3], *three)[0].id


def test_a_standing_committee_of_three_needs_two() -> None:
    of = city(
        *(Member("parks", who, TERM) for who in ("ana", "ben")), bodies=(Body("parks", "Parks Committee", 3),)
    )
    assert len(found(comment(ASKED, BEN, "No.", "1_3"), comment(ASKED, ANA, "Yes.", "1_2"), of=of)) == 1


def test_a_majority_that_the_register_states_counts() -> None:
    four = Body("council", "City Council", 5, majority=4)
    members = [Member("council", who, TERM) for who in ("ana", "ben", "carla", "dee")]
    said = [comment(ASKED, who, "Zoning", f"1_{who.id}") for who in (ANA, BEN, CARLA, DEE)]
    assert found(*said[:3], of=city(*members, bodies=(four,))) == []
    assert len(found(*said, of=city(*members, bodies=(four,)))) == 1


def test_a_majority_of_another_body_is_none_of_this_one() -> None:
    of = city(
        Member("council", "ana", TERM), Member("council", "ben", TERM), Member("planning", "carla", TERM)
    )
    assert found(*[comment(ASKED, who, "Zoning", f"1_{who.id}") for who in (ANA, BEN, CARLA)], of=of) == []


def test_each_body_with_a_majority_is_told_of() -> None:
    pair = Body("pair", "Two Member Board", 2)
    members = [Member("council", who, TERM) for who in ("ana", "ben", "carla")]
    of = city(*members, Member("pair", "ana", TERM), Member("pair", "ben", TERM), bodies=(COUNCIL, pair))
    told = found(*[comment(ASKED, who, "Zoning", f"1_{who.id}") for who in (ANA, BEN, CARLA)], of=of)
    assert sorted(one.which for one in told) == ["council/3", "pair/2"]


@pytest.mark.parametrize(("day", "is_told"), [(date(2026, 11, 20), True), (date(2026, 11, 19), False)])
def test_who_had_left_the_body_by_then_does_not_count(day: date, is_told: bool) -> None:
    of = city(
        Member("council", "ana", TERM), Member("council", "ben", TERM), Member("council", "carla", TERM, day)
    )
    said = [comment(ASKED, who, "Zoning", f"1_{who.id}") for who in (ANA, BEN, CARLA)]
    assert bool(found(*said, of=of)) is is_told


def test_over_a_long_time_it_is_told_as_such() -> None:
    said = [
        comment(ASKED, who, "Zoning", f"1_{n}", posted_at=NOON - timedelta(days=4 * n))
        for n, who in enumerate((ANA, BEN, CARLA))
    ]
    told = found(*said)[0].said
    assert (
        "From Thursday, November 12, 2026 to Friday, November 20, 2026, never a majority within 72 hours."
        in told
    )


def test_a_majority_close_together_is_seen_in_a_long_thread() -> None:
    old = comment(ASKED, DEE, "Zoning", "1_1", posted_at=NOON - timedelta(days=30))
    near = [
        comment(ASKED, who, "Zoning", f"1_{who.id}", posted_at=NOON - timedelta(hours=24 * n))
        for n, who in enumerate((ANA, BEN, CARLA))
    ]
    told = found(near[0], *near[1:], old)[0].said
    assert told.startswith("4 members of City Council")
    assert ", a majority within 72 hours." in told


def test_a_majority_in_private_messages_is_told_to_who_may_see_them() -> None:
    said = [
        seen("Zoning", kind=Kind.MESSAGE, native_id=f"m{who.id}", poster=who, thread_id="t", parent_id="t")
        for who in (ANA, BEN, ELI)
    ]
    told = found(*said)
    assert len(told) == 1
    assert told[0].private
    assert told[0].privileged
    assert told[0].about == "facebook-palmaria/message/m901"  # the conversation itself is not archived


def test_a_thread_about_something_else_is_told_as_doubtful() -> None:
    cake = strangers_post("Our bakery turns fifty!")
    told = found(*[comment(cake, who, "Congratulations!", f"1_{who.id}") for who in (ANA, BEN, CARLA)])[0]
    assert told.weight is Weight.ADVICE
    assert "it may lie outside of them" in told.said


def test_before_the_newer_section_only_the_older_is_cited() -> None:
    then = datetime(2019, 5, 1, 18, tzinfo=UTC)
    of = city(*(Member("council", who, date(2018, 1, 1)) for who in ("ana", "ben", "carla")))
    said = [comment(ASKED, who, "Zoning", f"1_{who.id}", posted_at=then) for who in (ANA, BEN, CARLA)]
    told = found(*said, of=of)[0]
    assert "54952.2(b)(1)" in told.next
    assert "54952.2(b)(3)" not in told.next
