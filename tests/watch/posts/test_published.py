"""What the City said itself, and what it only passed on."""

from __future__ import annotations

import json

import pytest

from paloverde.records import Account, Kind, Poster, Visibility
from paloverde.watch.posts.published import is_posted_by_the_city, is_said_by_the_city, is_share, reproduced
from paloverde.watch.seen import Seen, SeenMedium
from watching import CITY, CITY_ON_X, DAN, MAYOR, picture, seen

ON_LINKEDIN = Account("linkedin-palmaria", "linkedin", "urn:li:organization:5", "cityofpalmaria")
PHOTO = picture("a" * 64)


def told(payload: object, text: str = "", account: Account = CITY, **more: object) -> Seen:
    return seen(text, account=account, payload=json.dumps(payload).encode(), **more)


def test_a_post_an_answer_and_an_event_of_the_city_are_its_words() -> None:
    own = Poster(id=CITY.native_id)
    assert is_said_by_the_city(seen())
    assert is_said_by_the_city(seen(kind=Kind.COMMENT, poster=own))
    assert not is_posted_by_the_city(seen(kind=Kind.COMMENT, poster=own))
    assert is_posted_by_the_city(seen(kind=Kind.EVENT))


@pytest.mark.parametrize(
    "item",
    [
        seen(poster=DAN),
        seen(kind=Kind.COMMENT),
        seen(account=MAYOR),
        seen(kind=Kind.MESSAGE, poster=Poster(id=CITY.native_id)),
        seen(kind=Kind.PROFILE),
        seen(visibility=Visibility.UNPUBLISHED),
    ],
)
def test_what_others_said_and_what_was_not_published_is_not(item: Seen) -> None:
    assert not is_said_by_the_city(item)


def test_a_share_without_a_word_of_the_citys_is_anothers() -> None:
    shared = {"status_type": "shared_story", "parent_id": "5_6"}
    assert is_share(told(shared, "City of Palma Ria shared a post."))
    assert not is_share(told(shared | {"message": "Well said."}, "Well said."))
    assert not is_share(
        told({"status_type": "shared_story"}, "Pool hours")
    )  # a shared page, with its preview
    for word, members in (("retweeted", "referenced_tweets"), ("reposted", "referenced_posts")):
        assert is_share(told({members: [{"type": word, "id": "1"}]}, "RT @a: hello", CITY_ON_X))
    assert not is_share(told({"referenced_tweets": [{"type": "quoted", "id": "1"}]}, "This.", CITY_ON_X))
    assert is_share(told({"reshareContext": {"parent": "urn:li:share:1"}}, "", ON_LINKEDIN))
    assert not is_share(told({"reshareContext": {"parent": "urn:li:share:1"}}, "Well said.", ON_LINKEDIN))


def test_a_picture_of_a_linked_page_or_of_a_shared_post_is_not_reproduced() -> None:
    preview = SeenMedium("https://pictures.example/2.jpg", "share")
    assert reproduced(told({}, media=(PHOTO, preview))) == (PHOTO,)
    shared = {"status_type": "shared_story", "parent_id": "5_6", "message": "Well said."}
    assert reproduced(told(shared, "Well said.", media=(PHOTO,))) == ()
    assert (
        reproduced(
            told({"content": {"article": {"source": "https://a.example"}}}, "x", ON_LINKEDIN, media=(PHOTO,))
        )
        == ()
    )
    assert reproduced(
        told({"content": {"media": {"id": "urn:li:image:1"}}}, "x", ON_LINKEDIN, media=(PHOTO,))
    ) == (PHOTO,)


def test_a_payload_of_another_form_is_taken_for_the_citys_own() -> None:
    odd = seen("x", payload=b'{"referenced_tweets": "retweeted", "retweeted"', media=(PHOTO,))
    assert is_said_by_the_city(odd)
    assert reproduced(odd) == (PHOTO,)
