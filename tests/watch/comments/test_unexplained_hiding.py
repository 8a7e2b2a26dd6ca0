"""What the public does not see is explained by a list that counted then, or by a guideline that was cited."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from moderated import EARLIER, approved, cited, comment, filed, listing, papers, removed, words
from paloverde.records import Kind, Visibility
from paloverde.retention.dossier import Settled
from paloverde.watch.book import Book
from paloverde.watch.check import Finding, Weight
from paloverde.watch.comments.hidden import hidden, lists_that_hid
from paloverde.watch.comments.hiding import UNEXPLAINED_HIDING
from paloverde.watch.seen import Seen
from watching import NOON, THE_CITY, Then, book

HIDDEN = comment("Oh frack, not again", visibility=Visibility.HIDDEN)
HERE, HOUR = ("facebook-palmaria",), timedelta(hours=1)
FILTER = listing(words("c", hides_at=HERE))


def found(items: Sequence[Seen], a_book: Book | None = None, **known: Any) -> list[Finding]:
    assert UNEXPLAINED_HIDING.of_now is not None
    facts = known.pop("removals", [removed(one) for one in items if one.visibility is Visibility.HIDDEN])
    return list(UNEXPLAINED_HIDING.of_now(Then(items=items, removals=facts, **known), a_book or book()))


def test_a_hidden_comment_that_nothing_explains_is_found() -> None:
    (one,) = found([HIDDEN])
    assert one.about == HIDDEN.item
    assert one.version_sha256 == HIDDEN.version_sha256
    assert "nothing on record says why" in one.said
    assert "Show it again at the site" in one.next


def test_a_list_in_the_filter_of_that_account_explains_it() -> None:
    assert found([HIDDEN], FILTER) == []


def test_a_list_explains_only_what_it_names_where_it_is_set_and_while_it_counts() -> None:
    other = comment("The road is closed again", visibility=Visibility.HIDDEN)
    assert len(found([other], FILTER)) == 1
    assert len(found([HIDDEN], listing(words("c")))) == 1, "it is set in no filter"
    assert len(found([HIDDEN], listing(words("c", hides_at=("x-palmaria",))))) == 1
    proposed = filed(words("c", hides_at=HERE))
    assert len(found([HIDDEN], book(entries={"word-lists": [proposed]}))) == 1, "nobody approved it"


def test_which_version_hid_this_comment_has_one_answer() -> None:
    first = filed(words("c", hides_at=HERE))
    second = filed(words("c", "frack", "smeg", hides_at=HERE), NOON - 2 * HOUR, number=2)
    a_book = book(
        entries={"word-lists": [first, second], "word-list-approvals": approved(first) + approved(second)}
    )

    def rules(text: str, posted: int, hidden_: int) -> list[str]:
        """By the hours before noon at which it was posted and found hidden."""
        one = comment(text, visibility=Visibility.HIDDEN, posted_at=NOON - posted * HOUR)
        fact = removed(one, NOON - hidden_ * HOUR)
        gone = hidden(Then(items=[one], removals=[fact]), fact)
        assert gone is not None
        return [of.rule for of in lists_that_hid(gone, a_book)]

    assert rules("frack", 30, 20) == ["word-lists/list-c#1"]
    assert rules("frack", 1, 0) == ["word-lists/list-c#2"]
    assert rules("frack", 3, 1) == ["word-lists/list-c#1", "word-lists/list-c#2"]
    assert rules("smeg", 30, 20) == []
    assert rules("smeg", 3, 1) == ["word-lists/list-c#2"]


def test_a_list_that_is_withdrawn_explains_what_it_hid_before() -> None:
    version = filed(words("c", hides_at=HERE))
    gone = filed(version.entry, NOON + HOUR, number=2, withdrawn="It hit the name of a street.")
    a_book = book(entries={"word-lists": [version, gone], "word-list-approvals": approved(version, EARLIER)})
    assert found([HIDDEN], a_book) == []


def test_a_cited_guideline_explains_it() -> None:
    facts = [removed(HIDDEN)]
    assert found([HIDDEN], papers=papers(facts, cited("c"))) == []


def test_what_the_author_or_the_site_did_is_not_the_city_s() -> None:
    facts = [removed(HIDDEN)]
    assert found([HIDDEN], papers=papers(facts, Settled("author", "She says so."))) == []
    assert len(found([HIDDEN], papers=papers(facts, Settled("city", "Pat says so.")))) == 1


def test_what_is_shown_again_needs_no_reason_any_more() -> None:
    shown = comment(HIDDEN.text, observed_at=NOON + HOUR)
    assert found([HIDDEN, shown]) == []


def test_what_a_look_up_alone_showed_hidden_is_found_too() -> None:
    """The listing leaves it out, so that its newest version is the public one from before."""
    public = comment("Oh frack, not again", observed_at=NOON - 24 * HOUR)
    assert len(found([public], removals=[removed(public)])) == 1


def test_what_is_gone_altogether_is_not_hidden() -> None:
    public = comment("Oh frack", observed_at=NOON - 24 * HOUR)
    assert found([public], removals=[removed(public, confirmed_by="a direct look-up")]) == []


def test_the_city_s_own_posts_and_private_messages_are_not_comments() -> None:
    own = comment("frack", poster=THE_CITY, visibility=Visibility.HIDDEN)
    message = comment("frack", kind=Kind.MESSAGE, visibility=Visibility.HIDDEN)
    assert found([own, message]) == []


def test_what_the_site_holds_back_waits_for_somebody() -> None:
    held = comment("Nice park, see you there", visibility=Visibility.HELD)
    (one,) = found([held])
    assert one.weight is Weight.ADVICE
    assert "What nobody decides is hidden all the same." in one.next
    shown = comment(held.text, observed_at=NOON + HOUR)
    assert found([held, shown]) == []
    assert found([held], removals=[removed(held, confirmed_by="a direct look-up")]) == []
    old = comment("Nice park", visibility=Visibility.HELD, observed_at=NOON - timedelta(days=61))
    assert found([old]) == []


def test_what_one_night_found_held_under_one_post_is_one_finding() -> None:
    night, next_night = NOON - timedelta(days=2), NOON - timedelta(days=1)
    of_a_post = [
        comment(f"Nice park {n}", f"{n}", visibility=Visibility.HELD, observed_at=night, thread_id="77")
        for n in range(3)
    ]
    elsewhere = comment("Hello", "8", visibility=Visibility.HELD, observed_at=night, thread_id="78")
    later = comment(
        "Me too", "9", visibility=Visibility.HELD, observed_at=next_night, thread_id="77", sequence=2
    )
    many, alone, another_night = sorted(
        found([*of_a_post, elsewhere, later]), key=lambda one: -len(one.links)
    )
    assert many.about == "facebook-palmaria/post/77"
    assert "holds 3 comments under this post back" in many.said
    assert many.links == tuple(one.item for one in of_a_post)
    assert (many.weight, many.account, many.spans) == (Weight.ADVICE, "facebook-palmaria", ())
    assert {alone.about, another_night.about} == {elsewhere.item, later.item}
    shown = comment(of_a_post[0].text, "0", observed_at=NOON, thread_id="77", sequence=3)
    (fewer,) = [one for one in found([*of_a_post, elsewhere, later, shown]) if one.links]
    assert fewer.id == many.id, "its answer stays while somebody works through them"
    assert fewer.links == many.links[1:]


def test_many_hidden_comments_are_read_in_one_pass() -> None:
    """Each is found once, by its last fact, in whatever order the archive gives them."""
    items = [comment(f"Frack {n}", str(n), visibility=Visibility.HIDDEN) for n in range(30)]
    facts = [removed(one, NOON - HOUR) for one in items] + [removed(one) for one in reversed(items)]
    told = found(items, removals=facts)
    assert [one.about for one in told] == [one.item for one in items]
