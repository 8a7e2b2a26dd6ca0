"""Whether a rule may hide a comment: each reason against it, and none where there is none."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import msgspec
import pytest

from moderated import comment, listing, words
from paloverde.records import Holder, Kind, Poster, Visibility
from paloverde.watch.book import Book
from paloverde.watch.check import Span
from paloverde.watch.hiding.deciding import REPEATS, SECRETS, Case, too_many, weigh
from paloverde.watch.hiding.record import Stage
from paloverde.watch.register import Entered
from paloverde.watch.registers.hiding import HidingRule, Mode
from paloverde.watch.registers.moderation import Letter
from paloverde.watch.registers.moderation_cases import ContentReport, Decided
from paloverde.watch.registers.people import Person, Standing
from paloverde.watch.seen import Seen
from watching import CITY, MAYOR, NOON, RUTH

PROFANE = "What the frack is this?"
ADVERT = "Cheap roofs, call 760-555-0188 today or tomorrow, best price in the whole valley."


def rule(letter: str = "c", **known: Any) -> Entered[HidingRule]:
    told: dict[str, Any] = {"words": f"list-{letter}", "words_version": 1} | known
    entry = HidingRule("mine", Letter(letter), (CITY.slug,), "Too many.", mode=Mode.HIDE, **told)
    return Entered("mine", entry, 1, NOON, "pat")


def case(seen: Seen | None = None, of: Entered[HidingRule] | None = None, **known: Any) -> Case:
    there = seen or comment(PROFANE)
    told: dict[str, Any] = {
        "version_sha256": there.version_sha256, "seen": there, "source": "word-lists/list-c#1",
        "spans": (Span(9, 14, "frack"),),
    }  # fmt: skip
    return Case(of or rule(), there.item, **(told | known))


def registers(**entries: Any) -> Book:
    entries = {"content_reports": [], "people": [], **entries}
    return listing(words("c", "frack"), **entries)


def against(one: Case, book: Book | None = None) -> tuple[str, ...]:
    return weigh(one, book or registers(), [CITY, MAYOR]).against


def test_a_comment_of_a_resident_that_the_list_names_may_be_hidden() -> None:
    assert against(case()) == ()


def test_nothing_is_hidden_that_is_not_archived() -> None:
    [why] = against(case()._replace(seen=None))
    assert "no sealed capture" in why
    assert "P-21" in why


def test_a_site_that_cannot_hide_is_said() -> None:
    on_linkedin = msgspec.structs.replace(CITY, slug="linkedin-palmaria", platform="linkedin")
    [why] = against(case(comment(PROFANE, account=on_linkedin)))
    assert "LinkedIn gives no program a way" in why


def test_on_an_officials_account_people_are_consulted_first() -> None:
    on_x = comment(PROFANE, account=MAYOR)
    [why] = against(case(on_x))
    assert "V.E.4(d)" in why


def test_what_was_edited_since_is_left_alone() -> None:
    [why] = against(case(version_sha256="0" * 64))
    assert "edited since" in why


@pytest.mark.parametrize(
    ("known", "why"),
    [
        ({"kind": Kind.POST, "poster": RUTH}, "only public comments"),
        ({"visibility": Visibility.PRIVATE}, "only public comments"),
        ({"visibility": Visibility.HIDDEN}, "does not see it already"),
        ({"visibility": Visibility.HELD}, "does not see it already"),
    ],
)
def test_only_public_comments_that_are_seen_are_hidden(known: dict[str, Any], why: str) -> None:
    assert any(why in one for one in against(case(comment(PROFANE, **known))))


@pytest.mark.parametrize(
    "poster",
    [
        Poster(name="City of Palma Ria", id=CITY.native_id),
        Poster(name="Another page of the City", id="1001"),
        Poster(name="Tess Duarte", id="9009"),
        Poster(name="Tess Duarte", username="TessD", id="77"),
        Poster(name="Somebody"),
    ],
    ids=["the City", "another account", "an official", "an official by handle", "nobody knows"],
)
def test_nobody_of_the_city_is_hidden_and_nobody_who_may_be(poster: Poster) -> None:
    known_as = ("facebook:9009", "facebook:@tessd")
    tess = Person("tduarte", "Tess Duarte", Standing.OFFICIAL, known_as=known_as)
    other = msgspec.structs.replace(CITY, slug="facebook-parks", native_id="1001", holder=Holder.CITY)
    book = registers(people=[tess])
    found = weigh(case(comment(PROFANE, poster=poster)), book, [CITY, other]).against
    assert len(found) == 1


def test_staff_who_speak_as_residents_are_treated_as_residents() -> None:
    jo = Person("jo", "Jo Rivera", Standing.STAFF, known_as=(f"facebook:{RUTH.id}",))
    assert against(case(), registers(people=[jo])) == ()


def test_only_the_version_of_the_list_that_the_rule_names_counts() -> None:
    [why] = against(case(source="word-lists/list-c#2"))
    assert "the rule goes by word-lists/list-c#1" in why
    later = rule(words_version=2)
    [why] = against(case(of=later, source="word-lists/list-c#2"))
    assert "does not count in version 2" in why


def test_a_list_of_another_guideline_hides_nothing() -> None:
    [why] = against(case(of=rule("e", words="list-c")))
    assert "another Content Guideline" in why


def test_numbers_and_passwords_need_no_list() -> None:
    leaked = rule("h", words="", words_version=0)
    assert against(case(of=leaked, source=SECRETS)) == ()
    assert against(case(of=leaked)) != ()


def repeated(text: str, seen: Seen, first: Seen) -> tuple[str, ...]:
    spam = rule("f", words="", words_version=0)
    return against(case(seen, spam, source=REPEATS, first=first))


def test_of_exact_repeats_the_first_stays_and_so_does_a_petition() -> None:
    first = comment(ADVERT, "1")
    again = comment(ADVERT, "2", posted_at=NOON + timedelta(hours=1))
    assert repeated(ADVERT, again, first) == ()
    assert "the first of its text" in repeated(ADVERT, first, first)[0]
    assert "the same as the first" in repeated(ADVERT, comment(f"{ADVERT} And more.", "3"), first)[0]
    petition = "Keep the library open on Sundays, the children of this city need it."
    [why] = repeated(petition, comment(petition, "5"), comment(petition, "4"))
    assert "a petition or thanks" in why


@pytest.mark.parametrize(
    ("stage", "why"),
    [
        (Stage.SHOWN, "a person showed it again"),
        (Stage.SHOWING, "a person showed it again"),
        (Stage.HIDDEN, "is hidden already"),
        (Stage.MEANT, "about to be hidden already"),
        (Stage.STILL, "still hidden already"),
    ],
)
def test_what_stands_on_record_beats_the_rule(stage: Stage, why: str) -> None:
    [found] = against(case(stage=stage))
    assert why in found


def test_a_try_that_failed_may_be_made_again() -> None:
    assert against(case(stage=Stage.FAILED)) == ()


def test_what_was_hidden_before_and_is_there_again_is_for_a_person() -> None:
    [why] = against(case(was_removed=True))
    assert "a person decides" in why


@pytest.mark.parametrize("decided", [Decided.NOT_YET, Decided.LEAVE])
def test_what_somebody_reported_and_is_not_decided_or_stays_is_left_alone(decided: Decided) -> None:
    report = ContentReport(
        about=comment(PROFANE).item, account=CITY.slug, guidelines=("c",), why="Rude.", reported_by="Jo",
        reported_at=NOON, decided=decided,
    )  # fmt: skip
    [why] = against(case(), registers(content_reports=[report]))
    assert "it is disputed" in why


def test_what_is_under_a_litigation_hold_is_counsels() -> None:
    [why] = against(case(holds=("LIT-2026-03",)))
    assert "LIT-2026-03" in why


def test_every_reason_is_told_and_not_the_first_alone() -> None:
    assert len(against(case(version_sha256="0" * 64, was_removed=True, stage=Stage.FAILED))) == 2


def test_more_than_the_rule_allows_in_one_round_is_too_many() -> None:
    entry = rule(most=2).entry
    assert too_many(entry, 2) == ""
    assert "3 comments here, more than the 2" in too_many(entry, 3)


def test_a_day_on_which_the_list_has_ended_hides_nothing() -> None:
    ended = listing(words("c", "frack", until=date(2026, 11, 19)), content_reports=[], people=[])
    [why] = weigh(case(), ended, [CITY]).against
    assert "does not count" in why
