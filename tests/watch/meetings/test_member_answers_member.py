"""One member of a body who answers another (P-56; Gov. Code 54952.2(b)(3)(B))."""

from __future__ import annotations

from datetime import UTC, date, datetime

import msgspec
import pytest

from councils import (
    ANA,
    ANAS_X,
    BEN,
    BENS_X,
    TERM,
    city,
    comment,
    people,
    post,
    reaction,
    strangers_post,
)  # fmt: skip
from paloverde.records import Account, Kind, Poster, Visibility
from paloverde.watch.book import Book
from paloverde.watch.check import Finding, Weight
from paloverde.watch.meetings.member_answers_member import CHECK
from paloverde.watch.registers.bodies import Body, Member
from paloverde.watch.seen import Seen
from watching import DAN, THE_CITY, book, seen

ZONING = "The zoning of the north side is up next month."


def found(begun: Seen, *others: Seen, of: Book | None = None) -> list[Finding]:
    """What the check says, as a round asks it: only where it says that something begins."""
    registers = of or city()
    assert CHECK.begins is not None
    assert CHECK.of_thread is not None
    return list(CHECK.of_thread(begun, [*others, begun], registers)) if CHECK.begins(begun, registers) else []


def test_one_like_by_one_member_of_another_members_post_is_told() -> None:
    anas = post(ANA, ZONING)
    told = found(reaction(anas, BEN), anas)
    assert len(told) == 1
    assert told[0].said == (
        "On Friday, November 20, 2026, Ben Ito reacted to what Ana Duarte said on Friday, November 20, 2026. "
        "Both sit on City Council. It speaks of “zoning”, registered for the subjects of City Council."
    )
    assert told[0].weight is Weight.WARNING
    assert told[0].links == ("facebook-ana-duarte/post/3001_1",)


def test_it_is_for_counsel_alone_and_cites_the_statute_and_what_it_rests_on() -> None:
    anas = post(ANA, ZONING)
    told = found(comment(anas, BEN, "I will vote for that.", "1_5"), anas)[0]
    assert told.privileged
    assert CHECK.answered_by == ("counsel",)
    assert CHECK.clauses == ("P-56",)
    assert "Gov. Code 54952.2(b)(3)(B); read in a public source; not verified by counsel" in told.next
    assert told.rule == "bodies/council#1, members/member-2026-0002#1, members/member-2026-0001#1"


def test_the_same_is_found_whichever_of_the_two_was_archived_last() -> None:
    anas = post(ANA, ZONING)
    bens = comment(anas, BEN, "Agreed on zoning.", "1_5")
    assert [one.id for one in found(bens, anas)] == [one.id for one in found(anas, bens)]


def test_what_a_resident_says_to_a_member_is_no_finding_and_begins_nothing() -> None:
    anas = post(ANA, ZONING)
    ruths = comment(anas, DAN, "What about parking?", "1_5")
    assert CHECK.begins is not None
    assert not CHECK.begins(ruths, city())
    assert found(anas, ruths) == []


def test_a_member_who_answers_a_resident_is_free_to() -> None:
    asked = strangers_post("Is the zoning hearing on Tuesday?")
    assert found(comment(asked, BEN, "It is, at 4 p.m.", "1_5"), asked) == []


def test_a_member_who_goes_on_with_an_own_thread_is_free_to() -> None:
    anas = post(ANA, ZONING)
    assert found(comment(anas, ANA, "Here is the map.", "1_5"), anas) == []


def test_two_ids_of_one_person_are_one_person() -> None:
    page = Poster("Ana Duarte, Council", None, "3001")
    anas = post(page, ZONING)
    assert found(comment(anas, ANA, "As I said.", "1_5"), anas) == []


def test_members_of_two_bodies_are_no_members_of_one() -> None:
    of = city(Member("council", "ana", TERM), Member("planning", "ben", TERM))
    anas = post(ANA, ZONING)
    assert found(reaction(anas, BEN), anas, of=of) == []


def test_who_shares_two_bodies_is_told_of_once_with_both() -> None:
    of = city(*(Member(body, person, TERM) for body in ("council", "planning") for person in ("ana", "ben")))
    anas = post(ANA, ZONING)
    told = found(reaction(anas, BEN), anas, of=of)
    assert len(told) == 1
    assert "Both sit on City Council, Planning Commission." in told[0].said


@pytest.mark.parametrize(
    ("since", "until", "is_told"),
    [
        (date(2026, 11, 20), None, True),  # from that very day
        (date(2026, 11, 21), None, False),  # the day after
        (TERM, date(2026, 11, 20), True),  # to that very day
        (TERM, date(2026, 11, 19), False),  # until the day before
    ],
)
def test_only_who_sat_on_the_day_of_the_answer_counts(since: date, until: date | None, is_told: bool) -> None:
    anas = post(ANA, ZONING)
    for of in (
        city(Member("council", "ana", TERM), Member("council", "ben", since, until)),
        city(Member("council", "ben", TERM), Member("council", "ana", since, until)),
    ):
        assert bool(found(reaction(anas, BEN), anas, of=of)) is is_told


def test_what_somebody_said_before_being_a_member_counts_once_answered_as_one() -> None:
    """The statute speaks of the other member, not of when the other member said it."""
    anas = post(ANA, ZONING, posted_at=datetime(2026, 10, 1, 18, tzinfo=UTC))
    of = city(Member("council", "ana", date(2026, 11, 3)), Member("council", "ben", TERM))
    assert len(found(reaction(anas, BEN), anas, of=of)) == 1


def test_the_day_is_the_citys_own() -> None:
    anas = post(ANA, ZONING)
    late = comment(anas, BEN, "Agreed.", "1_5", posted_at=datetime(2026, 11, 21, 7, 30, tzinfo=UTC))
    of = city(Member("council", "ana", TERM), Member("council", "ben", TERM, date(2026, 11, 20)))
    assert len(found(late, anas, of=of)) == 1  # half past eleven at night in the City


def test_a_thread_with_no_registered_word_is_told_as_doubtful() -> None:
    anas = post(ANA, "Happy birthday to our librarian!")
    told = found(reaction(anas, BEN), anas)[0]
    assert told.weight is Weight.ADVICE
    assert told.said.endswith("it may lie outside of them.")


def test_a_body_without_words_is_told_as_such() -> None:
    of = city(*(Member("arts", person, TERM) for person in ("ana", "ben")), bodies=(Body("arts", "Arts", 3),))
    anas = post(ANA, "The mural is up.")
    told = found(reaction(anas, BEN), anas, of=of)[0]
    assert "No words are registered for the subjects of Arts" in told.said
    assert told.weight is Weight.ADVICE


def test_the_words_of_the_answer_itself_are_pointed_at() -> None:
    anas = post(ANA, "Come to the meeting.")
    told = found(comment(anas, BEN, "¿Y el Presupuesto de el paseo?", "1_5"), anas)[0]
    assert [span.words for span in told.spans] == ["Presupuesto", "el paseo"]
    assert told.weight is Weight.WARNING


def test_two_members_in_one_branch_may_have_answered_each_other() -> None:
    asked = strangers_post("When is the zoning hearing?")
    ruths = comment(asked, DAN, "I would like to know, too.", "1_2")
    anas = comment(asked, ANA, "On Tuesday.", "1_3", parent_id="1_2")
    later = datetime(2026, 11, 20, 21, tzinfo=UTC)
    bens = comment(asked, BEN, "And I am against it.", "1_4", parent_id="1_2", posted_at=later)
    for told in (found(bens, asked, ruths, anas), found(anas, asked, ruths, bens)):
        assert [one.about for one in told] == ["facebook-palmaria/comment/1_4"]
        assert told[0].weight is Weight.ADVICE
        assert "replied in one branch after what Ana Duarte said" in told[0].said
        assert "they may both have answered somebody else" in told[0].said


def test_two_members_who_each_comment_on_a_strangers_post_do_not_answer_each_other() -> None:
    asked = strangers_post("When is the zoning hearing?")
    anas, bens = comment(asked, ANA, "On Tuesday.", "1_3"), comment(asked, BEN, "At four.", "1_4")
    assert found(bens, asked, anas) == []


def test_a_reply_to_a_members_comment_is_told_once_though_both_go_on_in_the_branch() -> None:
    asked = strangers_post("When is the zoning hearing?")
    anas = comment(asked, ANA, "On Tuesday.", "1_3")
    more = comment(asked, ANA, "Sorry, on Wednesday.", "1_4", parent_id="1_3")
    bens = comment(asked, BEN, "Thank you.", "1_5", parent_id="1_3")
    told = found(bens, asked, anas, more)
    assert len(told) == 1
    assert told[0].weight is Weight.WARNING
    assert "answered what Ana Duarte said" in told[0].said


def test_a_reply_on_x_tells_whose_post_it_answers_where_that_is_not_archived() -> None:
    payload = b'{"id":"77","text":"Yes on zoning","in_reply_to_user_id":"4001"}'
    bens = seen(
        "Yes on zoning", account=BENS_X, kind=Kind.COMMENT, native_id="77", parent_id="76", thread_id="76",
        poster=Poster("Ben", "benito", "4002"), payload=payload,
    )  # fmt: skip
    told = found(bens)
    assert len(told) == 1
    assert told[0].said.startswith("On Friday, November 20, 2026, Ben Ito answered what Ana Duarte said.")
    assert told[0].links == ()


@pytest.mark.parametrize(
    ("text", "payload"),
    [
        ("RT @AnaDuarte: Zoning on Tuesday", b'{"id":"77"}'),
        ("Right. https://t.co/x",
         b'{"id":"77","entities":{"urls":[{"expanded_url":"https://x.com/anaduarte/status/76"}]}}'),
    ],
)  # fmt: skip
def test_a_repost_or_quote_on_x_is_known_by_the_handle(text: str, payload: bytes) -> None:
    bens = seen(text, account=BENS_X, native_id="77", parent_id="76", thread_id="77", payload=payload)
    told = found(bens)
    assert [one.which for one in told] == ["ana"]
    assert "Ben Ito shared what Ana Duarte said" in told[0].said


def test_a_link_to_another_post_is_no_share_of_it() -> None:
    payload = b'{"id":"77","entities":{"urls":[{"expanded_url":"https://x.com/anaduarte/status/12"}]}}'
    assert found(seen("Read this", account=BENS_X, native_id="77", parent_id="76", payload=payload)) == []


def test_a_share_on_facebook_is_known_by_the_page_whose_post_it_is() -> None:
    bens_page = Account("facebook-ben-ito", "facebook", "3002", "benito")
    payload = b'{"id":"3002_5","status_type":"shared_story","parent_id":"3001_1"}'
    shared = seen("So true", account=bens_page, native_id="3002_5", parent_id="3001_1", payload=payload)
    assert [one.which for one in found(shared)] == ["ana"]
    mention = msgspec.structs.replace(shared, payload=b'{"id":"3002_5","status_type":"mobile_status_update"}')
    assert found(mention) == []


def test_a_like_on_linkedin_is_told() -> None:
    page = Account("linkedin-palmaria", "linkedin", "urn:li:organization:1", "palmaria")
    urn = "urn:li:share:5"
    anas = seen(ZONING, account=page, native_id=urn, poster=Poster("Ana Duarte", None, "urn:li:person:1"))
    like = reaction(anas, Poster(None, None, "urn:li:person:2"))
    assert len(found(like, anas)) == 1


@pytest.mark.parametrize("visibility", [Visibility.HELD, Visibility.UNPUBLISHED])
def test_what_nobody_was_shown_is_no_communication(visibility: Visibility) -> None:
    anas = post(ANA, ZONING)
    assert found(comment(anas, BEN, "Agreed", "1_5", visibility=visibility), anas) == []


def test_private_messages_between_two_members_are_no_answer_in_public() -> None:
    first = seen("Zoning?", kind=Kind.MESSAGE, native_id="m1", poster=ANA, thread_id="t", parent_id="t")
    second = seen("Yes", kind=Kind.MESSAGE, native_id="m2", poster=BEN, thread_id="t", parent_id="m1")
    assert found(second, first) == []


def test_what_was_said_before_the_statute_is_not_told() -> None:
    before = datetime(2020, 12, 31, 20, tzinfo=UTC)
    of = city(*(Member("council", person, date(2018, 12, 1)) for person in ("ana", "ben")))
    anas = post(ANA, ZONING, posted_at=before, observed_at=before)
    assert found(reaction(anas, BEN, observed_at=before), anas, of=of) == []
    assert len(found(reaction(anas, BEN), anas, of=of)) == 1


def test_an_edited_answer_is_judged_in_its_new_words() -> None:
    anas = post(ANA, "A good day to all.")
    bens = comment(anas, BEN, "You, too.", "1_5")
    edited = comment(anas, BEN, "You, too. And no to zoning.", "1_5")
    assert [one.weight for one in found(edited, anas, bens)] == [Weight.WARNING]


def test_who_is_on_no_body_or_known_at_no_site_begins_nothing() -> None:
    anas = post(ANA, ZONING)
    assert CHECK.begins is not None
    assert not CHECK.begins(anas, book(entries={"people": people()}))
    assert not CHECK.begins(anas, book())
    assert not CHECK.begins(seen(ZONING, poster=THE_CITY), city())
    assert not CHECK.begins(seen(ZONING, kind=Kind.COMMENT, poster=Poster("Somebody")), city())


def test_a_post_without_a_poster_is_its_accounts() -> None:
    nobody = Poster()
    anas = seen(ZONING, account=ANAS_X, native_id="76", poster=nobody)
    bens = seen("Yes", account=ANAS_X, kind=Kind.COMMENT, native_id="77", parent_id="76", thread_id="76",
                poster=Poster(None, None, "4002"))  # fmt: skip
    assert len(found(bens, anas)) == 1


def test_ids_of_one_site_are_nobody_at_another() -> None:
    anas = post(Poster("Somebody else", None, "4001"), ZONING)  # Ana's id on X, on Facebook
    assert found(reaction(anas, BEN), anas) == []
