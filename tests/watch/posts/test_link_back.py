"""Posts link back to the City's website, to the extent possible (policy V, P-08)."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from paloverde.records import Account, Holder, Kind
from paloverde.watch.check import Finding, Weight
from paloverde.watch.posts.link_back import LINK_BACK, LINK_BACK_RATE
from paloverde.watch.posts.outbound import OUTBOUND_LINKS
from paloverde.watch.report import Report, Table
from paloverde.watch.seen import Seen
from watching import CITY, DAN, MAYOR, NOON, Then, book, seen

INSTAGRAM = Account("instagram-palmaria", "instagram", "4000", "cityofpalmaria")
WEEK = (date(2026, 11, 16), date(2026, 11, 22))


def found(post: Seen) -> list[Finding]:
    assert LINK_BACK.of_item is not None
    return list(LINK_BACK.of_item(post, book()))


def test_a_post_that_asks_to_register_and_has_no_link_is_pointed_out_with_the_words() -> None:
    post = seen("Swim lessons are back. Register now, spaces are few!")
    (one,) = found(post)
    assert one.weight is Weight.ADVICE
    assert [(span.words, post.text[span.start : span.end]) for span in one.spans] == [
        ("Register now", "Register now")
    ]
    assert one.rule == "posts/business#2/register"
    assert "“Register now”" in one.said


@pytest.mark.parametrize(
    "text",
    [
        "Register now: https://palmaria.example/pool",
        "Register now: https://tickets.example/pool",  # the report counts where links lead
        "Register now! Link in bio.",
        "Inscríbase hoy. Enlace en la bio.",
        "The register of historic places has a new entry.",
        "Happy Thanksgiving, Palma Ria!",
    ],
)
def test_a_post_with_a_link_and_one_that_asks_for_nothing_are_let_be(text: str) -> None:
    assert found(seen(text)) == []


def test_how_voters_register_is_no_form_of_the_citys() -> None:
    assert found(seen("The last day to register by mail is October 19.")) == []


def test_what_others_say_and_what_an_official_says_is_not_the_citys_post() -> None:
    text = "Register now"
    assert found(seen(text, poster=DAN)) == []
    assert found(seen(text, account=MAYOR)) == []
    assert found(seen(text, kind=Kind.STORY)) == []
    assert found(seen(text))


def report(kind: Report, *posts: Seen, accounts: tuple[Account, ...] = (CITY,)) -> Table:
    return kind.make(Then(accounts=accounts, items=posts), book(), *WEEK)


def test_the_weekly_rate_counts_each_way_and_lists_the_misses() -> None:
    table = report(
        LINK_BACK_RATE,
        seen("Pool: https://palmaria.example/pool", native_id="1"),
        seen("Library: bit.ly/3", native_id="2"),
        seen("Movie night in the park! " * 5, native_id="3", permalink="https://facebook.example/3"),
        seen("Concert tonight", native_id="4"),
    )
    assert [row[2:] for row in table.rows] == [
        ("links back to the City's website", "1 of 4", "25%", ""),
        ("has only a short link, whose end the archive has not seen", "1 of 4", "25%", ""),
        ("has no link back", "2 of 4", "50%", ""),
        (
            "no link back: “Movie night in the park! Movie night in the park! Movie nigh…”",
            "",
            "",
            "https://facebook.example/3",
        ),
        ("no link back: “Concert tonight”", "", "", "facebook-palmaria/post/4"),
    ]
    assert {row[:2] for row in table.rows} == {("facebook-palmaria", "Mon, Nov 16, 2026")}


def test_a_week_without_one_link_back_says_none_of_so_many() -> None:
    table = report(LINK_BACK_RATE, seen("Concert tonight"))
    assert table.rows[0][2:5] == ("links back to the City's website", "0 of 1", "0%")


def test_an_edited_post_counts_once_as_it_was_last_seen() -> None:
    later = datetime(2026, 11, 21, 20, tzinfo=UTC)
    table = report(
        LINK_BACK_RATE,
        seen("Pool opens", posted_at=NOON),
        seen("Pool opens: https://palmaria.example/pool", observed_at=later, posted_at=NOON, sequence=2),
    )
    assert [row[3] for row in table.rows] == ["1 of 1"]


def test_posts_of_other_days_of_other_people_and_shares_are_not_counted() -> None:
    repost = b'{"status_type":"shared_story","parent_id":"9_9"}'
    table = report(
        LINK_BACK_RATE,
        seen("Long ago", native_id="1", posted_at=datetime(2025, 1, 1, tzinfo=UTC)),
        seen("Hello City", native_id="2", poster=DAN),
        seen("City of Palma Ria shared a post.", native_id="3", payload=repost),
        seen("Mine", native_id="4", account=MAYOR),
        accounts=(CITY, MAYOR),
    )
    assert MAYOR.holder is Holder.OFFICIAL
    assert table.rows == ()


def test_without_the_citys_domain_the_report_says_whom_to_ask() -> None:
    table = LINK_BACK_RATE.make(Then(items=[seen()]), book(city_domains=()), *WEEK)
    assert "PALOVERDE_CITY_DOMAINS" in table.notes[0]
    assert table.rows == ()


def test_the_inventory_has_every_link_and_where_it_leads() -> None:
    table = report(
        OUTBOUND_LINKS,
        seen(
            "https://palmaria.example/a and https://news.example/b",
            native_id="1",
            permalink="https://f.example/1",
        ),
        seen("No link here", native_id="2"),
    )
    assert table.rows == (
        ("Fri, Nov 20, 2026", "facebook-palmaria", "the City's own website", "palmaria.example",
         "https://palmaria.example/a", "https://f.example/1"),
        ("Fri, Nov 20, 2026", "facebook-palmaria", "another website", "news.example", "https://news.example/b",
         "https://f.example/1"),
    )  # fmt: skip
    assert table.notes[0] == "2 links, of which 1 leads to another website."
