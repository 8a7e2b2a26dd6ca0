"""Whether what is alike is treated alike: counted, with what chance alone does, and side by side."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

from moderated import cited, comment, listing, papers, removed, words
from paloverde.records import Account, Holder, Visibility
from paloverde.retention.dossier import Settled
from paloverde.watch.comments.alike import SAME_TEXT
from paloverde.watch.comments.fairness import MODERATION_FAIRNESS
from paloverde.watch.report import Report, Table
from paloverde.watch.seen import Seen
from watching import CITY, CITY_ON_X, NOON, THE_CITY, Then

DAY = date(2026, 11, 20)
GONE = "a direct look-up, after an absence in an earlier run"
BOOK = listing(words("c"))


def made(report: Report, items: Sequence[Seen], since: date = DAY, **known: Any) -> Table:
    return report.make(Then(items=items, **known), BOOK, since, DAY)


def rows_of(table: Table, what: str) -> dict[str, tuple[str, ...]]:
    assert all(len(row) == len(table.columns) for row in table.rows)
    return {row[1]: row[2:] for row in table.rows if row[0] == what}


def test_it_counts_by_account_guideline_and_who_decided() -> None:
    here = [comment(f"Comment number {at}", str(at)) for at in range(10)]
    there = [comment("Another", "x1", account=CITY_ON_X)]
    facts = [removed(one) for one in here[:3]]
    told = papers(facts[:2], cited("c", reviewer="Cleo Marsh")) | papers(
        facts[2:], cited("k", reviewer="Pat Lowe")
    )
    table = made(
        MODERATION_FAIRNESS, [*here, *there], accounts=(CITY, CITY_ON_X), removals=facts, papers=told
    )
    assert rows_of(table, "account") == {
        "facebook-palmaria": ("10", "3", "30.0%", "10.8% to 60.3%", "0"),
        "x-palmaria": ("1", "0", "0.0%", "0.0% to 79.3%", "0"),
    }
    assert rows_of(table, "Content Guideline") == {
        "V.B.4(c)": ("", "2", "66.7%", "", ""),
        "V.B.4(k)": ("", "1", "33.3%", "", ""),
    }
    assert [*rows_of(table, "decided by")] == ["Cleo Marsh", "Pat Lowe"]


def test_what_nobody_settled_is_not_laid_to_the_city() -> None:
    items = [comment(f"Comment number {at}", str(at)) for at in range(4)]
    facts = [removed(one, cause="undetermined", confirmed_by=GONE) for one in items]
    told = (
        papers(facts[:1], Settled("city", "Pat says so."))
        | papers(facts[1:2], cited("c"))
        | papers(facts[2:3], Settled("author", "She says so."))
    )
    table = made(MODERATION_FAIRNESS, items, removals=facts, papers=told)
    assert rows_of(table, "account")["facebook-palmaria"][:2] == ("4", "2")
    assert rows_of(table, "account")["facebook-palmaria"][-1] == "1"
    assert rows_of(table, "Content Guideline").keys() == {"V.B.4(c)", "none cited"}
    assert "not stated" in rows_of(table, "decided by")


def test_what_an_official_hides_on_an_own_account_is_not_laid_to_the_city() -> None:
    mayor = Account("facebook-mayor", "facebook", "77", "mayor", Holder.OFFICIAL)
    items = [comment("A", "1"), comment("B", "2", account=mayor), comment("C", "3", account=mayor)]
    facts = [removed(one) for one in items[:2]]
    told = papers(facts, cited("c", reviewer="Cleo Marsh"))
    table = made(MODERATION_FAIRNESS, items, accounts=(CITY, mayor), removals=facts, papers=told)
    assert rows_of(table, "account").keys() == {"facebook-palmaria"}
    assert rows_of(table, "official's account")["facebook-mayor"][:2] == ("2", "1")
    assert rows_of(table, "decided by")["Cleo Marsh"][1:3] == ("1", "100.0%")
    assert any("not the City" in note for note in table.notes)
    assert not any("not the City" in note for note in made(MODERATION_FAIRNESS, items[:1]).notes)


def test_the_city_s_own_words_and_other_days_do_not_count() -> None:
    items = [
        comment("Ours", "1", poster=THE_CITY),
        comment("Before", "2", posted_at=NOON - timedelta(days=2)),
        comment("After", "3", posted_at=NOON + timedelta(days=2)),
        comment("Now", "4"),
    ]
    assert rows_of(made(MODERATION_FAIRNESS, items), "account")["facebook-palmaria"][0] == "1"


def test_a_comment_counts_once_however_often_it_was_seen() -> None:
    items = [
        comment("Frack", "1"),
        comment(
            "Frack", "1", observed_at=NOON + timedelta(hours=1), posted_at=NOON, visibility=Visibility.HIDDEN
        ),
    ]
    table = made(MODERATION_FAIRNESS, items, removals=[removed(items[1])])
    assert rows_of(table, "account")["facebook-palmaria"][:2] == ("1", "1")


def test_with_nothing_to_count_there_are_no_figures() -> None:
    assert made(MODERATION_FAIRNESS, []).rows == ()


def test_it_says_what_its_figures_do_not_show() -> None:
    notes = " ".join(made(MODERATION_FAIRNESS, []).notes)
    assert "They never show that there is none." in notes
    assert "Figures do not say why." in notes


def test_two_comments_of_the_same_words_are_put_side_by_side() -> None:
    one = comment("The council should resign, all of it.", "1", thread_id="a")
    same = comment("the council should resign -- ALL of it!", "2", thread_id="b")
    other = comment("The council does well, all of it.", "3")
    fact = removed(one)
    table = made(SAME_TEXT, [one, same, other], removals=[fact], papers=papers([fact], cited("a")))
    assert table.rows == (
        (
            "The council should resign, all of it.",
            "facebook-palmaria/comment/1",
            "hidden, found on Fri, Nov 20, 2026",
            "V.B.4(a)",
            "facebook-palmaria/comment/2",
        ),
    )


def test_the_same_words_are_found_across_accounts() -> None:
    one = comment("The council should resign, all of it.", "1")
    same = comment("The council should resign, all of it.", "2", account=CITY_ON_X)
    table = made(SAME_TEXT, [one, same], accounts=(CITY, CITY_ON_X), removals=[removed(same)])
    assert [(row[1], row[3], row[4]) for row in table.rows] == [
        ("x-palmaria/comment/2", "none cited", "facebook-palmaria/comment/1")
    ]


def test_what_is_treated_alike_is_not_listed() -> None:
    same = [comment("The council should resign, all of it.", str(at)) for at in range(3)]
    assert made(SAME_TEXT, same).rows == ()
    assert made(SAME_TEXT, same, removals=[removed(one) for one in same]).rows == ()
    by_author = [removed(same[0], cause="author", confirmed_by=GONE)]
    assert made(SAME_TEXT, same, removals=by_author).rows == ()
    unsettled = [removed(same[0], cause="undetermined", confirmed_by=GONE)]
    assert made(SAME_TEXT, same, removals=unsettled).rows == ()


def test_short_texts_are_not_compared() -> None:
    same = [comment("Thank you!", str(at)) for at in range(3)]
    assert made(SAME_TEXT, same, removals=[removed(same[0])]).rows == ()


def test_many_that_were_left_are_told_by_their_number() -> None:
    same = [comment("The council should resign, all of it.", f"{at:02}") for at in range(15)]
    (row,) = made(SAME_TEXT, same, removals=[removed(same[0])]).rows
    assert row[4].splitlines()[-1] == "and 4 more comments"
