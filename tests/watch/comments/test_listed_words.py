"""Listed words are found as whole words, with their place, and nothing is decided."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from moderated import comment, listing, words
from paloverde.records import Kind, Visibility
from paloverde.watch.check import Finding, Weight
from paloverde.watch.comments.listed import LISTED_WORDS
from paloverde.watch.comments.terms import Terms
from paloverde.watch.seen import Seen
from watching import THE_CITY, seen

LISTS = (
    words("c", "frack", "blast it", "Móther"),
    words("e", "smut", domains=("casino.example",)),
    words("d", "outlander"),
    words("k", "burn it down"),
)
BOOK = listing(*LISTS)
ORDINARY = (
    "Thank you to everyone who came to the ribbon cutting at the new park!",
    "When does the library open on Saturdays? My kids love the reading room.",
    "The class on 4th St. was great, 5 of 5. Call (760) 555-0100 or write to rec@palmaria.example.",
    "Fracking is not what this is about. Blasting the road, it took a week.",
    "I wrote to the council about the noise at 2 a.m. and nobody answered. Unacceptable!!!",
    "¿Cuándo abre la piscina? Gracias a todos, los niños están felices.",
    "See https://palmaria.example/frack/report and @frack for the agenda.",
    "My password doesn't work on the utility site. Password reset never arrives.",
    "The Password Reset page is down. My password 2026 was refused.",
    "Meeting 2026-11-20 at 18:30, item 12.3, Ordinance 1425, $250,000 for the trail.",
    "Order number 4111111111111112 never came; case 123-45-678.",
)


def found(text: str, **known: Any) -> list[Finding]:
    assert LISTED_WORDS.of_item is not None
    return list(LISTED_WORDS.of_item(comment(text, **known), BOOK))


def listed(one: Seen) -> list[Finding]:
    assert LISTED_WORDS.of_item is not None
    return list(LISTED_WORDS.of_item(one, BOOK))


def test_it_names_the_list_its_version_the_clause_and_the_words() -> None:
    (one,) = found("Oh Frack, the road is closed again. FRACK!")
    assert one.rule == "word-lists/list-c#1"
    assert [(span.start, span.end, span.words) for span in one.spans] == [(3, 8, "Frack"), (36, 41, "FRACK")]
    assert "V.B.4(c)" in one.said
    assert "“Frack”" in one.said
    assert one.version_sha256
    assert one.account == "facebook-palmaria"
    assert one.weight is Weight.WARNING
    assert not one.private


def test_it_says_that_it_was_archived_and_that_nothing_was_hidden() -> None:
    (one,) = found("Frack", sequence=12)
    assert "archived as it was, in run 12" in one.said
    assert "Nothing was hidden here." in one.next


def test_words_of_discrimination_are_pointed_out_with_what_counsel_must_weigh() -> None:
    (one,) = found("Every outlander out of our parks!")
    assert [span.words for span in one.spans] == ["outlander"]
    assert "under V.B.4(d), content that promotes, fosters, or perpetuates discrimination" in one.said
    assert "Speech that offends is protected, too" in one.next
    assert "No filter may act on this by itself" in one.next
    assert found("Everybody is welcome in our parks.") == []


def test_the_ladder_says_whether_a_filter_may_hide() -> None:
    (profane,), (hateful,) = found("frack"), found("outlander go home")
    assert "A filter of the site may hide it by itself (an approved list of words)" in profane.next
    assert "No filter may act on this by itself: a person decides" in hateful.next
    assert "ask counsel" in hateful.next


@pytest.mark.parametrize(
    ("text", "words_"),
    [
        ("FRACK", ["FRACK"]),
        ("fráck", ["fráck"]),
        ("frack's", ["frack"]),
        ("the mother of all storms", ["mother"]),
        ("Blast   it, again", ["Blast   it"]),
        ("blast-it", ["blast-it"]),
        ("frrrrack this", ["frrrrack"]),
        ("f r a c k", ["f r a c k"]),
        ("f.r.a.c.k!", ["f.r.a.c.k"]),
        ("fr@ck, fr*ck and fr4ck", ["fr@ck", "fr*ck", "fr4ck"]),
        ("fr\u200back", ["fr\u200back"]),
        ("😀 fräck 😀", ["fräck"]),
        ("#frack", ["#frack"]),
    ],
)
def test_it_finds_words_as_people_write_them(text: str, words_: list[str]) -> None:
    (one,) = found(text)
    assert [span.words for span in one.spans] == words_
    assert all(text[span.start : span.end] == span.words for span in one.spans)


@pytest.mark.parametrize("text", ["fracking", "xfrack", "frac k", "f r a c k s", "fraack", "frack2", "fr*k"])
def test_what_is_another_word_is_none(text: str) -> None:
    assert found(text) == []


@pytest.mark.parametrize("text", ORDINARY)
def test_ordinary_comments_are_left_alone(text: str) -> None:
    assert found(text) == []


def test_a_linked_site_counts_with_its_parts() -> None:
    (one,) = found("win at https://www.casino.example/now?x=1 and slots.casino.example/free")
    assert one.rule == "word-lists/list-e#1"
    assert [span.words for span in one.spans] == [
        "https://www.casino.example/now?x=1",
        "slots.casino.example/free",
    ]
    assert found("see https://mycasino.example/ and casino.example.org/x") == []


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("oh blast\nit all", "“blast…”: the list"),
        ("oh blast”it", "“blast…”: the list"),
        ("fr\u202eack", "“fr…”: the list"),
        ("frack, FRACK, frack", "“frack”, “FRACK”: the list"),
    ],
)
def test_a_sentence_stays_one_whatever_is_quoted(text: str, told: str) -> None:
    (one,) = found(text)
    assert one.said.startswith(told)
    assert all(text[span.start : span.end] == span.words for span in one.spans)


def test_each_list_is_a_finding_of_its_own() -> None:
    both = found("frack that smut")
    assert {one.rule for one in both} == {"word-lists/list-c#1", "word-lists/list-e#1"}
    assert len({one.id for one in both}) == 2


def test_a_threat_is_looked_at_today_in_private_messages_too() -> None:
    (one,) = found("burn it down")
    assert one.weight is Weight.URGENT
    assert "Sheriff" in one.next
    assert "litigation hold" in one.next
    (message,) = listed(seen("frack you, burn it down", kind=Kind.MESSAGE))
    assert message.private
    assert message.rule == "word-lists/list-k#1"
    assert listed(seen("frack", kind=Kind.MESSAGE)) == []


def test_what_the_city_says_itself_is_another_check_s() -> None:
    assert found("frack", poster=THE_CITY) == []


def test_what_is_hidden_already_is_not_pointed_out_again_unless_it_is_a_threat() -> None:
    assert found("frack", visibility=Visibility.HIDDEN) == []
    (one,) = found("burn it down", visibility=Visibility.HIDDEN)
    assert "The site hides it already." in one.said
    (held,) = found("frack", visibility=Visibility.HELD)
    assert "The site holds it back for review." in held.said


@pytest.mark.parametrize(
    ("text", "secret"),
    [
        ("His social is 539-48-0120, just so you know", "539-48-0120"),
        ("card 4111 1111 1111 1111 exp 12/29", "4111 1111 1111 1111"),
        ("the gate password is Tulip#2291", "Tulip#2291"),
    ],
)
def test_a_secret_is_found_by_its_form_and_never_repeated(text: str, secret: str) -> None:
    (one,) = found(text)
    assert one.weight is Weight.URGENT
    assert "V.B.4(h)" in one.said
    assert [span.words for span in one.spans] == [secret]
    assert secret not in one.said + one.next


def test_without_lists_in_force_no_word_is_flagged() -> None:
    assert LISTED_WORDS.of_item is not None
    assert list(LISTED_WORDS.of_item(comment("frack"), listing())) == []


@given(st.text(max_size=300))
def test_every_place_lies_in_the_text(text: str) -> None:
    terms = Terms([("a", ("frack", "blast it", "x"), ("casino.example",))])
    for one in terms.places(text):
        assert 0 <= one.start < one.end <= len(text)


@given(st.text(alphabet="frack .*@-'é\u200b", max_size=60))
def test_what_is_looked_for_cheaply_first_misses_nothing(text: str) -> None:
    """An ASCII text is looked over before it is cut into words; with a letter beside it that is not."""
    terms = Terms([("a", ("frack",), ())])
    plain = [(one.start, one.end) for one in terms.places(text)]
    assert [(one.start, one.end) for one in terms.places(f"{text} é")] == plain


@pytest.mark.parametrize(
    "text", ["a" * 100_000, "a " * 50_000, "a*" * 50_000, "fr" + "*" * 100_000, "1" * 100_000]
)
def test_a_huge_text_takes_no_time_of_its_own(text: str) -> None:
    assert found(text) == []
