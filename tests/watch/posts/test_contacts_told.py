"""Every contact in the City's posts that nobody has entered stands in one list, once."""

from __future__ import annotations

from datetime import date, timedelta

from paloverde.records import Kind, Visibility
from paloverde.watch.posts.contacts_told import CONTACTS_IN_POSTS
from paloverde.watch.registers.contacts import Contact
from paloverde.watch.seen import Seen
from watching import NOON, RUTH, Then, book, picture, seen

ENTERED = book(
    entries={
        "published-contacts": [
            Contact("760-555-0111", "City Hall"),
            Contact("73510 Fred Waring Drive", "City Hall"),
        ]
    }
)
TODAY = date(2026, 11, 20)


def rows(*items: Seen) -> list[tuple[str, ...]]:
    now = Then(NOON + timedelta(hours=1), items=items)
    return list(CONTACTS_IN_POSTS.make(now, ENTERED, TODAY - timedelta(days=7), TODAY).rows)


def test_a_bare_number_stands_there_once_however_it_is_written() -> None:
    posts = [
        seen(text, native_id=str(at))
        for at, text in enumerate(["Call 760-555-0177.", "Call (760) 555-0177 now."])
    ]
    assert rows(*posts) == [
        ("telephone number", "(760) 555-0177", "2", "Fri, Nov 20, 2026", "facebook-palmaria/post/1")
    ]


def test_what_is_entered_free_or_the_citys_own_is_left_out() -> None:
    assert (
        rows(
            seen(
                "Call 760-555-0111 or 800-555-0100, write to pool@palmaria.example, or come to 73510 Fred Waring Drive."
            )
        )
        == []
    )


def test_addresses_and_what_a_picture_is_described_with_stand_there() -> None:
    told = rows(seen("Bring it to 512 Palm Drive.", media=(picture(alt_text="A flyer: ruth@gmail.com"),)))
    assert [row[:2] for row in told] == [
        ("e-mail address", "ruth@gmail.com"),
        ("street address", "512 Palm Drive"),
    ]


def test_only_the_citys_own_words_of_these_days_count() -> None:
    text = "Call 760-555-0177."
    assert (
        rows(
            seen(text, kind=Kind.COMMENT, poster=RUTH),
            seen(text, native_id="2", visibility=Visibility.UNPUBLISHED),
            seen(text, native_id="3", posted_at=NOON - timedelta(days=30)),
        )
        == []
    )
    edited = [seen(text), seen("Call us.", observed_at=NOON + timedelta(minutes=5))]
    assert rows(*edited) == []
