"""Whose a version of an item is, as the checks are told."""

from __future__ import annotations

import pytest

from paloverde.records import Account, Kind, Poster, Visibility
from paloverde.search.scope import PRIVATE_KINDS
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


@pytest.mark.parametrize("kind", Kind)
def test_what_a_search_leaves_out_is_private_to_the_checks_whatever_is_said_of_it(kind: Kind) -> None:
    assert of(PAGE, kind, NOBODY).is_private == (kind.value in PRIVATE_KINDS)
    assert seen("Words", kind=kind, visibility=Visibility.PRIVATE).is_private


def test_messages_subscribers_and_who_is_blocked_are_private() -> None:
    assert {kind for kind in Kind if of(PAGE, kind, NOBODY).is_private} == {
        Kind.MESSAGE, Kind.CONVERSATION, Kind.SUBSCRIBER, Kind.BLOCKED,
    }  # fmt: skip
