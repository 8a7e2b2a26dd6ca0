"""Direct look-ups on Instagram: what may be called gone, and what never."""

from __future__ import annotations

import pytest

from paloverde.errors import CredentialDead
from paloverde.platforms.conversation import Look
from paloverde.platforms.instagram import INSTAGRAM
from paloverde.records import Kind
from platforms.graph_site import NOT_THERE, error
from platforms.instagram.gram import (
    ACCOUNT,
    FORBIDDEN,
    GRAM,
    PAGE,
    Site,
    comment,
    post,
)
from platforms.simulated import Simulated
from platforms.talk import Heard, drive, good

POST, OTHER, TAGGED = post(1)["id"], post(2)["id"], post(3)["id"]
COMMENT = comment(1)["id"]


def looked(site: Site, *items: tuple[Kind, str]) -> dict[str, Look]:
    return heard(site, *items).looks()


def heard(site: Site, *items: tuple[Kind, str]) -> Heard:
    return drive(INSTAGRAM, INSTAGRAM.look_up(ACCOUNT, list(items)), site)


def site_with(*ids: str) -> Site:
    site = Site()
    site.nodes |= {native_id: {"id": native_id} for native_id in ids}
    return site


def test_what_answers_is_present_and_what_is_denied_while_others_answer_is_gone() -> None:
    site = site_with(OTHER)
    assert looked(site, (Kind.POST, POST), (Kind.POST, OTHER)) == {POST: Look.GONE, OTHER: Look.PRESENT}


def test_a_comment_that_the_page_hid_is_hidden() -> None:
    site = site_with(COMMENT)
    site.nodes[COMMENT]["hidden"] = True
    assert looked(site, (Kind.COMMENT, COMMENT)) == {COMMENT: Look.HIDDEN}


def test_without_another_post_that_answers_nothing_is_gone() -> None:
    assert looked(site_with(), (Kind.POST, POST)) == {POST: Look.UNKNOWN}


def test_another_post_in_the_list_bears_witness() -> None:
    site = site_with()
    site.posts(post(2))
    assert looked(site, (Kind.POST, POST)) == {POST: Look.GONE}


def test_where_another_account_answers_nothing_is_concluded() -> None:
    site = site_with(OTHER)
    site.answers[GRAM] = lambda _: good({"id": PAGE})
    assert looked(site, (Kind.POST, POST), (Kind.POST, OTHER)) == {POST: Look.UNKNOWN, OTHER: Look.UNKNOWN}


@pytest.mark.parametrize("kind", [Kind.MESSAGE, Kind.CONVERSATION])
def test_messages_and_conversations_are_never_called_gone(kind: Kind) -> None:
    site = site_with("m1")
    assert looked(site, (kind, "m1"), (kind, "m2")) == {"m1": Look.PRESENT, "m2": Look.UNKNOWN}


def test_a_story_that_is_not_there_is_looked_at_like_anything_else() -> None:
    site = site_with()
    site.lists[f"{GRAM}/stories"] = [post(5)]
    assert looked(site, (Kind.STORY, POST)) == {POST: Look.GONE}


def test_a_post_that_the_site_denies_and_lists_as_tagging_the_account_is_there() -> None:
    site = site_with(OTHER)
    site.lists[f"{GRAM}/tags"] = [post(3)]
    looks = looked(site, (Kind.POST, TAGGED), (Kind.POST, OTHER))
    assert looks == {TAGGED: Look.PRESENT, OTHER: Look.PRESENT}


def test_while_posts_of_others_are_denied_no_post_is_called_gone() -> None:
    site = site_with(OTHER)
    site.lists[f"{GRAM}/tags"] = [post(3)]
    assert looked(site, (Kind.POST, POST), (Kind.POST, OTHER))[POST] is Look.UNKNOWN
    site.nodes[TAGGED] = {"id": TAGGED}
    assert looked(site, (Kind.POST, POST), (Kind.POST, OTHER))[POST] is Look.GONE


def test_where_the_tags_cannot_be_listed_no_post_is_called_gone() -> None:
    site = site_with(OTHER)
    site.answers[f"{GRAM}/tags"] = lambda _: FORBIDDEN
    assert looked(site, (Kind.POST, POST), (Kind.POST, OTHER))[POST] is Look.UNKNOWN


def test_all_pages_of_the_tags_are_read() -> None:
    site = site_with(OTHER)
    site.lists[f"{GRAM}/tags"] = [post(100 + number) for number in range(250)] + [post(3)]
    assert looked(site, (Kind.POST, TAGGED), (Kind.POST, OTHER))[TAGGED] is Look.PRESENT


def test_a_dead_token_passes_through() -> None:
    site = site_with()
    site.answers[GRAM] = lambda _: error(190, "expired", 463)
    with pytest.raises(CredentialDead):
        looked(site, (Kind.POST, POST))


def test_the_account_itself_out_of_reach_concludes_nothing() -> None:
    site = site_with(OTHER)
    site.answers[GRAM] = lambda _: NOT_THERE
    assert looked(site, (Kind.POST, POST)) == {POST: Look.UNKNOWN}


def test_look_ups_in_the_simulated_city_hold_with_and_without_posts_of_others() -> None:
    site = Simulated(INSTAGRAM)
    tagged = next(one for one in site.presence.posts if one.stream in {"tagged", "visitor"})
    own = [one.id for one in site.presence.posts if one.stream == "own"][-2:]
    site.play(do="delete", item=own[0])
    wanted = [(Kind.POST, native_id) for native_id in (*own, tagged.id)]

    def look() -> dict[str, Look]:
        return drive(INSTAGRAM, INSTAGRAM.look_up(site.account, wanted), site).looks()

    assert look() == {own[0]: Look.GONE, own[1]: Look.PRESENT, tagged.id: Look.PRESENT}
    site.presence.settings["foreign_lookups"] = False
    assert look() == {own[0]: Look.UNKNOWN, own[1]: Look.PRESENT, tagged.id: Look.PRESENT}
