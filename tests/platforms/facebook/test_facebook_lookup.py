"""Direct look-ups: only a site that shows its permission may say that something is gone."""

from __future__ import annotations

import pytest

from paloverde.errors import CredentialDead, RateLimited
from paloverde.platforms.conversation import Answer, Look, Request
from paloverde.platforms.facebook import FACEBOOK
from paloverde.records import Kind
from platforms.facebook.graph import (
    ACCOUNT,
    FORBIDDEN,
    PAGE,
    Site,
    comment,
    post,
)
from platforms.graph_site import NOT_THERE, TOO_MUCH, error
from platforms.simulated import Simulated
from platforms.talk import Heard, drive, good


@pytest.fixture
def site() -> Site:
    made = Site()
    made.nodes |= {f"{PAGE}_{number}": post(number) for number in range(1, 121)}
    made.nodes |= {f"1_{number}": comment(number) for number in range(1, 6)}
    return made


def look_up(site: Site, *items: tuple[Kind, str]) -> Heard:
    heard = drive(FACEBOOK, FACEBOOK.look_up(ACCOUNT, list(items)), site)
    assert heard.seen.keys() == {native_id for _, native_id in items}
    return heard


def comments(*numbers: int) -> list[tuple[Kind, str]]:
    return [(Kind.COMMENT, f"1_{number}") for number in numbers]


def test_many_items_are_asked_50_at_a_time(site: Site) -> None:
    heard = look_up(site, *((Kind.POST, f"{PAGE}_{number}") for number in range(1, 121)))
    assert set(heard.looks().values()) == {Look.PRESENT}
    assert [len(dict(one.params)["ids"].split(",")) for one in heard.requests[1:]] == [50, 50, 20]


def test_one_missing_among_others_that_answer_is_gone(site: Site) -> None:
    heard = look_up(site, *comments(1, 2, 77))
    assert heard.looks() == {"1_1": Look.PRESENT, "1_2": Look.PRESENT, "1_77": Look.GONE}


def test_the_witness_answers_after_the_missing_one(site: Site) -> None:
    paths = [one.path for one in look_up(site, *comments(1, 77)).requests]
    assert paths.index("/1_77") < len(paths) - 1
    assert paths[-1] == "/1_1"


def test_an_item_that_the_page_hid_is_hidden(site: Site) -> None:
    site.nodes["1_2"]["is_hidden"] = True
    assert look_up(site, *comments(1, 2)).looks()["1_2"] is Look.HIDDEN


def test_a_permission_lost_in_the_middle_makes_nothing_gone(site: Site) -> None:
    """The answers are those of a deletion; the witness has stopped answering too."""
    asked: list[str] = []

    def lose(request: Request) -> Answer:
        asked.append(request.path)
        return good(comment(1)) if len(asked) == 1 else NOT_THERE

    site.answers |= {"1_1": lose, "1_2": lambda _: NOT_THERE, "": lambda _: NOT_THERE}
    looks = look_up(site, *comments(1, 2)).looks()
    assert looks == {"1_1": Look.PRESENT, "1_2": Look.UNKNOWN}


def test_nothing_answers_so_nothing_is_gone(site: Site) -> None:
    for number in (71, 72):
        site.nodes.pop(f"1_{number}", None)
    heard = look_up(site, *comments(71, 72))
    assert set(heard.looks().values()) == {Look.UNKNOWN}
    assert "no other item answered" in heard.seen["1_71"].reason


def test_a_single_missing_comment_is_gone_where_the_page_still_shows_another(site: Site) -> None:
    site.answers[f"{PAGE}/published_posts"] = lambda _: good(
        {"data": [{"id": f"{PAGE}_1", "comments": {"data": [{"id": "1_1"}]}}]}
    )
    assert look_up(site, *comments(77)).looks() == {"1_77": Look.GONE}


def test_posts_that_answer_do_not_vouch_for_comments(site: Site) -> None:
    """Reading comments is a permission of its own."""
    site.answers[f"{PAGE}/published_posts"] = lambda _: good({"data": [{"id": f"{PAGE}_1"}]})
    looks = look_up(site, (Kind.POST, f"{PAGE}_1"), (Kind.COMMENT, "1_77")).looks()
    assert looks == {f"{PAGE}_1": Look.PRESENT, "1_77": Look.UNKNOWN}


@pytest.mark.parametrize("kind", [Kind.MESSAGE, Kind.CONVERSATION])
def test_messages_and_conversations_are_never_gone(site: Site, kind: Kind) -> None:
    site.nodes["m_1"] = {"id": "m_1"}
    looks = look_up(site, (kind, "m_1"), (kind, "m_2")).looks()
    assert looks == {"m_1": Look.PRESENT, "m_2": Look.UNKNOWN}


@pytest.mark.parametrize(
    "answer", [NOT_THERE, FORBIDDEN, TOO_MUCH, error(2, status=503), Answer(200, {}, b"<html>")]
)
def test_a_page_that_does_not_answer_leaves_everything_unknown(site: Site, answer: Answer) -> None:
    site.answers[PAGE] = lambda _: answer
    assert set(look_up(site, *comments(1, 77)).looks().values()) == {Look.UNKNOWN}


@pytest.mark.parametrize(
    "answer", [FORBIDDEN, TOO_MUCH, error(2, status=503), Answer(200, {}, b"<html>"), error(1)]
)
def test_no_other_error_than_not_there_speaks_of_a_removal(site: Site, answer: Answer) -> None:
    site.answers |= {"1_77": lambda _: answer}
    assert look_up(site, *comments(1, 77)).looks()["1_77"] is Look.UNKNOWN


def test_an_unreachable_batch_is_unknown_and_not_asked_one_by_one(site: Site) -> None:
    site.answers[""] = lambda _: error(2, status=503)
    heard = look_up(site, *comments(1, 2, 3))
    assert set(heard.looks().values()) == {Look.UNKNOWN}
    assert len(heard.requests) == 2


def test_an_item_that_the_batch_leaves_out_is_asked_alone(site: Site) -> None:
    site.answers[""] = lambda _: good({"1_1": comment(1)})
    assert look_up(site, *comments(1, 2)).looks() == {"1_1": Look.PRESENT, "1_2": Look.PRESENT}


def test_kinds_are_asked_apart_since_a_wrong_field_fails_all(site: Site) -> None:
    heard = look_up(site, (Kind.POST, f"{PAGE}_1"), (Kind.PROFILE, PAGE), *comments(1))
    assert set(heard.looks().values()) == {Look.PRESENT}
    assert {dict(one.params)["fields"] for one in heard.requests} == {
        "id",
        "id,is_hidden",
        "id,is_hidden,is_published",
    }


def test_another_page_answering_says_nothing(site: Site) -> None:
    site.answers[PAGE] = lambda _: good({"id": "999"})
    assert look_up(site, *comments(1)).looks() == {"1_1": Look.UNKNOWN}


THEIRS, ANOTHER = (
    "777_1",
    "777_2",
)  # posts of somebody else that tag the Page: their ids begin with that one's


def tagging(site: Site, *native_ids: str) -> None:
    site.lists[f"{PAGE}/tagged"] = [{"id": native_id} for native_id in native_ids]


def test_a_post_of_others_that_the_site_denies_and_lists_as_tagging_the_page_is_there(site: Site) -> None:
    tagging(site, THEIRS)
    looks = look_up(site, (Kind.POST, THEIRS), (Kind.POST, f"{PAGE}_1")).looks()
    assert looks == {THEIRS: Look.PRESENT, f"{PAGE}_1": Look.PRESENT}


def test_while_posts_of_others_are_denied_only_the_pages_own_are_called_gone(site: Site) -> None:
    tagging(site, ANOTHER)
    wanted = [(Kind.POST, native_id) for native_id in (THEIRS, f"{PAGE}_900", "900", f"{PAGE}_1")]
    gone = {THEIRS: Look.UNKNOWN, f"{PAGE}_900": Look.GONE, "900": Look.GONE, f"{PAGE}_1": Look.PRESENT}
    assert look_up(site, *wanted).looks() == gone
    site.nodes[ANOTHER] = {"id": ANOTHER}
    assert look_up(site, *wanted).looks() == gone | {THEIRS: Look.GONE}


@pytest.mark.parametrize("answer", [FORBIDDEN, good({"data": 1}), error(2, status=503)])
def test_where_posts_of_others_cannot_be_listed_none_is_called_gone(site: Site, answer: Answer) -> None:
    site.answers[f"{PAGE}/tagged"] = lambda _: answer
    assert look_up(site, (Kind.POST, THEIRS), (Kind.POST, f"{PAGE}_1")).looks()[THEIRS] is Look.UNKNOWN


def test_the_pages_own_posts_need_no_list_of_those_of_others(site: Site) -> None:
    heard = look_up(site, (Kind.POST, f"{PAGE}_900"), (Kind.POST, f"{PAGE}_1"))
    assert heard.looks()[f"{PAGE}_900"] is Look.GONE
    assert not any("tagged" in request.path for request in heard.requests)


def test_look_ups_in_the_simulated_city_hold_with_and_without_posts_of_others() -> None:
    simulated = Simulated(FACEBOOK, scale=0.6)
    theirs, lost = [one.id for one in simulated.presence.posts if one.stream == "tagged"][-2:]
    own = [one.id for one in simulated.presence.posts if one.stream == "own"][-2:]
    simulated.play(do="delete", item=own[0])
    simulated.play(do="delete", item=lost)
    wanted = [(Kind.POST, native_id) for native_id in (*own, theirs, lost)]

    def look() -> dict[str, Look]:
        return drive(FACEBOOK, FACEBOOK.look_up(simulated.account, wanted), simulated).looks()

    truly = {own[0]: Look.GONE, own[1]: Look.PRESENT, theirs: Look.PRESENT, lost: Look.GONE}
    assert look() == truly
    simulated.presence.settings["foreign_lookups"] = False
    assert look() == truly | {lost: Look.UNKNOWN}


def test_an_outage_in_which_everything_looks_gone_removes_nothing() -> None:
    simulated = Simulated(FACEBOOK)
    posts = [item.id for item in simulated.presence.posts if simulated.presence.there(item)][-5:]
    simulated.fault(kind="outage", lookups="gone")
    conversation = FACEBOOK.look_up(simulated.account, [(Kind.POST, native_id) for native_id in posts])
    assert set(drive(FACEBOOK, conversation, simulated).looks().values()) == {Look.UNKNOWN}


@pytest.mark.parametrize(("answer", "raised"), [(error(190), CredentialDead), (error(4), RateLimited)])
def test_a_dead_token_or_a_limit_passes_through(site: Site, answer: Answer, raised: type[Exception]) -> None:
    site.answers["1_2"] = lambda _: answer
    with pytest.raises(raised):
        look_up(site, (Kind.COMMENT, "1_2"))
