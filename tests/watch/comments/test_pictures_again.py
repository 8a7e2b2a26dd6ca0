"""A picture that was judged once is known again: by its bytes, or by how a photograph looks."""

from __future__ import annotations

import hashlib
from datetime import timedelta
from typing import Any

from moderated import cited, comment, papers, removed
from paloverde.records import Visibility
from paloverde.watch.check import Finding
from paloverde.watch.comments.pictures_again import PICTURE_AGAIN
from paloverde.watch.seen import Seen
from photographs import flyer, jpeg, photograph, png
from watching import CITY, CITY_ON_X, DAN, NOON, THE_CITY, Then, book, picture

JUDGED, ALIKE, OTHER, FLYER = (
    jpeg(photograph(1)), jpeg(photograph(1).resize((320, 240)), 60), jpeg(photograph(2)), png(flyer("Sale")),
)  # fmt: skip
PICTURES = {hashlib.sha256(body).hexdigest(): body for body in (JUDGED, ALIKE, OTHER, FLYER)}
GONE = NOON - timedelta(days=40)


def showing(body: bytes, native_id: str = "9", **known: Any) -> Seen:
    return comment("", native_id, media=(picture(hashlib.sha256(body).hexdigest()),), **known)


def found(*items: Seen, of: Seen, letters: tuple[str, ...] = ("e",)) -> list[Finding]:
    facts = [removed(of, GONE)]
    told = papers(facts, cited(*letters)) if letters else {}
    now = Then(
        NOON, accounts=(CITY, CITY_ON_X), items=[of, *items], removals=facts, papers=told, pictures=PICTURES
    )
    assert PICTURE_AGAIN.of_now is not None
    return list(PICTURE_AGAIN.of_now(now, book()))


REMOVED = showing(JUDGED, "1", observed_at=GONE, poster=DAN)


def test_the_same_bytes_are_known_again_with_what_was_decided() -> None:
    (one,) = found(showing(JUDGED), of=REMOVED)
    assert one.about == "facebook-palmaria/comment/9"
    assert one.said == (
        "This shows the same picture as facebook-palmaria/comment/1, which was removed under V.B.4(e). It is "
        "archived as it was, in run 1."
    )
    assert one.links == ("facebook-palmaria/comment/1",)
    assert "Nothing was hidden here." in one.next


def test_a_photograph_written_anew_is_known_again_on_another_account() -> None:
    (one,) = found(showing(ALIKE, account=CITY_ON_X), of=REMOVED)
    assert one.account == CITY_ON_X.slug


def test_another_picture_is_not() -> None:
    assert found(showing(OTHER), of=REMOVED) == []
    assert found(showing(FLYER), of=REMOVED) == []


def test_what_was_removed_without_a_guideline_says_nothing_of_its_picture() -> None:
    assert found(showing(JUDGED), of=REMOVED, letters=()) == []


def test_what_the_city_shows_and_what_is_hidden_already_is_let_be() -> None:
    assert found(showing(JUDGED, poster=THE_CITY), of=REMOVED) == []
    assert found(showing(JUDGED, visibility=Visibility.HIDDEN), of=REMOVED) == []
    assert found(showing(JUDGED, observed_at=NOON - timedelta(days=9)), of=REMOVED) == []
