"""Whose a version of an item is, as the checks are told."""

from __future__ import annotations

import pytest

from paloverde.records import Account, Kind, Poster, Visibility
from paloverde.watch.seen import Seen
from watching import seen

PAGE = Account("facebook-palmaria", "facebook", "4711", "palmaria")
CHANNEL = Account("youtube-palmaria", "youtube", "UC" + "a" * 22, "palmaria")
NOBODY = Poster()


def of(account: Account, kind: Kind, poster: Poster) -> Seen:
    return seen("Words", account=account, kind=kind, poster=poster)


def test_what_bears_the_accounts_own_id_is_its_own() -> None:
    for kind in (Kind.POST, Kind.COMMENT, Kind.MESSAGE):
        assert of(PAGE, kind, Poster(id=PAGE.native_id)).is_by_the_account
        assert not of(PAGE, kind, Poster(id="9")).is_by_the_account


def test_a_post_of_nobody_is_a_visitors_where_visitors_post() -> None:
    assert not of(PAGE, Kind.POST, NOBODY).is_by_the_account
    assert of(CHANNEL, Kind.POST, NOBODY).is_by_the_account
    assert not of(CHANNEL, Kind.COMMENT, NOBODY).is_by_the_account


@pytest.mark.parametrize("kind", [Kind.MESSAGE, Kind.CONVERSATION, Kind.SUBSCRIBER])
def test_messages_and_subscribers_are_private_whatever_is_said_of_them(kind: Kind) -> None:
    assert of(PAGE, kind, NOBODY).is_private
    assert not of(PAGE, Kind.COMMENT, NOBODY).is_private
    assert seen("Words", visibility=Visibility.PRIVATE).is_private
