"""Pictures and films of others need the permission of their owner (V.A.13, P-26)."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

import pytest

from paloverde.records import Account
from paloverde.watch.check import Finding
from paloverde.watch.posts.rights import MEDIA_RIGHTS_CHECK
from paloverde.watch.registers.media import MEDIA_RIGHTS, Ground, Right
from paloverde.watch.registers.people import Person, Standing
from paloverde.watch.seen import Seen, SeenMedium
from photographs import flyer, jpeg, photograph, sha256
from watching import CITY, CITY_ON_X, NOON, RUTH, Then, book, picture, seen

DUNES = jpeg(photograph(5), 90)
DUNES_AGAIN = jpeg(photograph(5).resize((320, 240)), 60)
FLYER, FLYER_AGAIN = jpeg(flyer("Fair"), 90), jpeg(flyer("Fair"), 60)
BYTES = {sha256(body): body for body in (DUNES, DUNES_AGAIN, FLYER, FLYER_AGAIN)}
EARLIER = NOON - timedelta(days=3)
OMAR = Person("okhan", "Omar Khan", Standing.STAFF)


def shows(text: str, body: bytes = DUNES_AGAIN, native_id: str = "1", **more: Any) -> Seen:
    return seen(text, native_id=native_id, media=(picture(sha256(body)),), **more)


RUTHS = shows("My morning in the dunes", DUNES, "8", poster=RUTH, posted_at=EARLIER)


def found(
    items: Sequence[Seen], *rights: Right, accounts: tuple[Account, ...] = (CITY, CITY_ON_X)
) -> list[Finding]:
    assert MEDIA_RIGHTS_CHECK.of_now is not None
    now = Then(accounts=accounts, items=items, pictures=BYTES)
    return list(MEDIA_RIGHTS_CHECK.of_now(now, book(entries={"media-rights": rights, "people": [OMAR]})))


def test_a_residents_photograph_uploaded_anew_is_flagged_with_the_earlier_post() -> None:
    (one,) = found([RUTHS, shows("Our beautiful dunes")])
    assert one.about == f"{CITY.slug}/post/1"
    assert one.links == (RUTHS.item,)
    assert "an earlier one of Ruth Okafor" in one.said


def test_whoever_posted_first_owns_no_picture_of_the_citys() -> None:
    later = shows("Look what the City posted", DUNES, "8", poster=RUTH, posted_at=NOON + timedelta(hours=1))
    assert found([later, shows("Our beautiful dunes")]) == []


def test_a_native_share_is_not_flagged() -> None:
    shared = json.dumps({"status_type": "shared_story", "parent_id": "7_8", "message": "Lovely."}).encode()
    assert found([RUTHS, shows("Lovely.", payload=shared)]) == []
    preview = SeenMedium("https://pictures.example/2.jpg", "share", "", sha256(DUNES_AGAIN))
    assert found([RUTHS, seen("News: https://news.example", media=(preview,))]) == []


def test_the_citys_picture_on_its_other_account_is_its_own() -> None:
    on_x = shows("Dunes", DUNES, "8", account=CITY_ON_X, posted_at=EARLIER)
    assert found([on_x, shows("Our beautiful dunes")]) == []


def test_flyers_of_one_pattern_are_not_taken_for_the_same_photograph() -> None:
    theirs = shows("Fair!", FLYER, "8", poster=RUTH, posted_at=EARLIER)
    assert found([theirs, shows("Fair!", FLYER_AGAIN)]) == []


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("Sunrise over the dunes. Photo by Hannah Cole.", "Photo by Hannah Cole."),
        ("📷: @dunewalker", "📷: @dunewalker"),
        ("Image courtesy of the dunes gazette", None),
        ("© 2026 Marco Bell", "© 2026 Marco Bell"),
        ("Foto: Lucía Peña", "Foto: Lucía Peña"),
        ("Photo credit: Hannah Cole", "Photo credit: Hannah Cole"),
        ("Video courtesy of Hannah Cole Films", "Video courtesy of Hannah Cole Films"),
    ],
)
def test_a_credit_line_without_an_entry_is_flagged_with_its_words(text: str, words: str | None) -> None:
    if words is None:  # whoever is named without a capital is not known to be a name
        assert found([shows(text)]) == []
        return
    (one,) = found([shows(text)])
    assert [span.words for span in one.spans] == [words]
    assert one.which == "credit"


@pytest.mark.parametrize(
    "text",
    [
        "Photo by City of Palma Ria",
        "📷 Omar Khan",
        "📸 @cityofpalmaria",
        "Photos by the pool are welcome!",
        "Show us your best picture by Friday's deadline.",
        "Take a photo of the mural",
        "Bring a picture ID.",
    ],
)
def test_the_citys_own_photographers_and_other_words_are_let_be(text: str) -> None:
    assert found([shows(text)]) == []


def test_a_credit_line_without_a_picture_reproduces_nothing() -> None:
    assert found([seen("Photo by Hannah Cole at the library's exhibition")]) == []


def test_an_entry_that_covers_the_post_answers_it() -> None:
    by_item = Right((f"{CITY.slug}/post/1",), Ground.PERMISSION, "Ruth Okafor")
    by_looks = Right((sha256(DUNES),), Ground.LICENCE, "Ruth Okafor")
    for right in (by_item, by_looks):
        assert found([RUTHS, shows("Photo by Ruth Okafor")], right) == []


@pytest.mark.parametrize(
    "limits",
    [{"until": date(2026, 11, 19)}, {"given_on": date(2026, 11, 21)}, {"accounts": (CITY_ON_X.slug,)}],
)
def test_a_permission_for_other_days_or_accounts_does_not(limits: dict[str, Any]) -> None:
    right = Right((sha256(DUNES_AGAIN),), Ground.PERMISSION, "Ruth Okafor", **limits)
    (one,) = found([shows("Our beautiful dunes")], right)
    assert one.which == "MR-2026-0001"
    assert "(MR-2026-0001)" in one.said


@pytest.mark.parametrize(
    ("right", "why"),
    [
        (Right((), Ground.OWN), "Name at least one picture."),
        (Right(("a" * 64,), Ground.PERMISSION), "Say who owns it."),
        (Right(("a" * 64,), Ground.OWN, given_on=date(2026, 2, 1), until=date(2026, 1, 1)), "The last day"),
        (Right(("a" * 64,), Ground.OWN), ""),
    ],
)
def test_an_entry_that_cannot_be_is_refused(right: Right, why: str) -> None:
    assert MEDIA_RIGHTS.wrong is not None
    told = MEDIA_RIGHTS.wrong(right)
    assert told.startswith(why)
    assert bool(told) is bool(why)
