"""A release for a picture of somebody, where the policy asks for one (V.A.8, P-18)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from paloverde.records import Account
from paloverde.watch.check import Finding, Weight
from paloverde.watch.posts.photographs import PHOTO_RELEASE
from paloverde.watch.posts.published import DAYS
from paloverde.watch.register import Entered
from paloverde.watch.registers.media import PHOTO_RELEASES, Basis, Release, Space, Subject
from paloverde.watch.seen import Seen, SeenMedium
from photographs import jpeg, photograph, sha256
from watching import CITY, CITY_ON_X, NOON, Then, book, seen

POOL = jpeg(photograph(1), 90)
POOL_ON_X = jpeg(photograph(1).resize((320, 240)), 60)  # as another site writes it
PARK = jpeg(photograph(2), 90)
BYTES = {sha256(body): body for body in (POOL, POOL_ON_X, PARK)}
BY_ITEM = f"{CITY.slug}/post/1"


def shows(body: bytes, native_id: str = "1", account: Account = CITY, **more: Any) -> Seen:
    medium = SeenMedium(f"https://pictures.example/{sha256(body)[:8]}.jpg", "photo", "", sha256(body))
    return seen("At the pool", native_id=native_id, account=account, media=(medium,), **more)


def found(items: Sequence[Seen], *entries: Release | Entered[Any]) -> list[Finding]:
    assert PHOTO_RELEASE.of_now is not None
    now = Then(accounts=(CITY, CITY_ON_X), items=items, pictures=BYTES)
    return list(PHOTO_RELEASE.of_now(now, book(entries={"photo-releases": entries})))


def stated(*pictures: str, **more: Any) -> Release:
    return Release(pictures or (BY_ITEM,), **({"subject": Subject.PERSON} | more))


def test_a_minor_outside_a_public_event_without_a_release_blocks() -> None:
    (one,) = found([shows(POOL)], stated(shows_minors=True))
    assert one.weight is Weight.URGENT
    assert one.about == "photo-releases/PR-2026-0001"
    assert one.links == (BY_ITEM,)
    assert one.account == CITY.slug
    assert one.said == (
        f"{BY_ITEM}: it shows a minor, and was not taken at a public event, and no release is on file."
    )


@pytest.mark.parametrize(
    ("facts", "is_needed"),
    [
        ({"shows_minors": True, "at_public_event": True}, False),
        ({"subject": Subject.NOBODY, "shows_minors": True}, True),
        ({"subject": Subject.MODEL}, True),
        ({"space": Space.NON_PUBLIC}, True),
        ({"space": Space.PUBLIC}, False),
        ({"subject": Subject.STAFF, "space": Space.NON_PUBLIC}, False),
        ({"subject": Subject.NOBODY, "space": Space.NON_PUBLIC}, False),
    ],
)
def test_a_release_is_asked_for_where_the_policy_does(facts: dict[str, Any], is_needed: bool) -> None:
    assert bool(stated(**facts).needs_release) is is_needed
    assert bool(found([shows(POOL)], stated(**facts))) is is_needed
    assert found([shows(POOL)], stated(**facts, basis=Basis.WRITTEN, given_by="Ana Ruiz")) == []


def test_verbal_consent_is_enough_for_a_minor_and_a_makeshift_for_others() -> None:
    spoken = {"basis": Basis.VERBAL, "given_by": "Ana Ruiz", "given_at": NOON}
    assert found([shows(POOL)], stated(shows_minors=True, **spoken)) == []
    (one,) = found([shows(POOL)], stated(space=Space.NON_PUBLIC, **spoken))
    assert one.weight is Weight.ADVICE
    assert "verbal consent only" in one.said


def test_the_same_photograph_is_known_again_on_another_site() -> None:
    again = shows(POOL_ON_X, "9", CITY_ON_X)
    (one,) = found([shows(POOL), again], stated(shows_minors=True))
    assert one.links == (BY_ITEM, again.item)


def test_a_release_for_one_account_does_not_cover_another() -> None:
    again = shows(POOL_ON_X, "9", CITY_ON_X)
    entry = stated(shows_minors=True, basis=Basis.WRITTEN, given_by="Ana Ruiz", accounts=(CITY.slug,))
    (one,) = found([shows(POOL), again], entry)
    assert one.about == again.item
    assert one.version_sha256 == again.version_sha256
    assert "PR-2026-0001" in one.said
    assert CITY.slug in one.said
    both = stated(
        shows_minors=True, basis=Basis.WRITTEN, given_by="Ana Ruiz", accounts=(CITY.slug, CITY_ON_X.slug)
    )
    assert found([shows(POOL), again], both) == []


def test_pictures_that_nobody_has_looked_at_are_counted_for_the_account() -> None:
    items = [shows(POOL), shows(PARK, "2"), shows(PARK, "3", CITY_ON_X)]
    by_account = {one.about: one for one in found(items)}
    assert by_account[CITY.slug].said.startswith("Nobody has looked at 2 pictures in 2 posts")
    assert by_account[CITY_ON_X.slug].said.startswith("Nobody has looked at 1 picture in 1 post ")
    assert by_account[CITY.slug].weight is Weight.ADVICE
    looked = stated(BY_ITEM, sha256(PARK), subject=Subject.NOBODY)
    assert found(items, looked) == []


def test_only_pictures_of_late_are_counted() -> None:
    old = shows(POOL, posted_at=NOON - timedelta(days=DAYS + 1))
    assert found([old]) == []
    (one,) = found([old], stated(shows_minors=True))  # what a person stated stays open, however old the post
    assert one.weight is Weight.URGENT


def test_a_film_and_a_picture_without_bytes_are_not_looked_at() -> None:
    film = seen(media=(SeenMedium("https://pictures.example/1.mp4", "video", "", "f" * 64),))
    assert found([film]) == []
    gone = seen(media=(SeenMedium("https://pictures.example/1.jpg", "photo"),))
    assert [one.which for one in found([gone])] == ["not looked at"]


def test_a_picture_named_by_its_bytes_that_the_archive_lacks_is_still_an_entry() -> None:
    (one,) = found([], stated("e" * 64, shows_minors=True))
    assert one.said.startswith("1 picture: it shows a minor")


def test_an_old_entry_that_needs_nothing_is_known_by_its_bytes_and_no_longer_by_its_looks() -> None:
    old = Entered(
        "PR-2024-0001",
        stated(sha256(POOL), subject=Subject.NOBODY),
        1,
        datetime(2024, 1, 1, tzinfo=UTC),
        "cleo",
    )
    assert found([shows(POOL)], old) == []
    assert [one.which for one in found([shows(POOL), shows(POOL_ON_X, "9", CITY_ON_X)], old)] == [
        "not looked at"
    ]


@pytest.mark.parametrize(
    ("entry", "why"),
    [
        (stated("somewhere"), "'somewhere' names no picture"),
        (Release((), Subject.NOBODY), "Name at least one picture."),
        (stated(basis=Basis.WRITTEN), "Say who consented."),
        (stated(basis=Basis.VERBAL, given_by="Ana Ruiz"), "Say when the verbal consent was given."),
        (stated(basis=Basis.EXEMPT), "Say why no release is needed."),
        (stated(given_at=NOON, documented_at=NOON - timedelta(hours=1)), "It was written down before"),
        (stated(BY_ITEM, "a" * 64, basis=Basis.EXEMPT, words="A statue."), ""),
    ],
)
def test_an_entry_that_cannot_be_is_refused_with_a_sentence(entry: Release, why: str) -> None:
    assert PHOTO_RELEASES.wrong is not None
    assert PHOTO_RELEASES.wrong(entry).startswith(why)
    assert bool(PHOTO_RELEASES.wrong(entry)) is bool(why)


def test_the_form_takes_what_a_clerk_types() -> None:
    entry = PHOTO_RELEASES.entered(
        {
            "pictures": f"{BY_ITEM}\n{sha256(PARK)}",
            "subject": "a person who can be recognized",
            "shows_minors": "yes",
            "basis": "verbal consent",
            "given_by": "Ana Ruiz",
            "given_at": "2026-11-20T12:00",
        }
    )
    assert entry.pictures == (BY_ITEM, sha256(PARK))
    assert entry.given_at == NOON
