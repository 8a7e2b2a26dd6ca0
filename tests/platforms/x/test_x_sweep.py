"""Between two nights with X: what is new in few questions, and whose token it is."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest
from x_talk import ACCOUNT, CITY, NOW, OWN, ROSA, city, page, play, post, reply

from paloverde.errors import PermissionMissing, WrongAccount
from paloverde.platforms import PLATFORMS
from paloverde.platforms.conversation import Response
from paloverde.platforms.x import X
from paloverde.records import Account, Kind
from platforms.simulated import Simulated
from platforms.talk import Heard, drive

SINCE = NOW - timedelta(minutes=15)
SEARCH = "/2/tweets/search/recent"


def sweep(*watched: str, since: Any = SINCE, **streams: Any) -> Heard:
    return play(X(words="post").sweep(ACCOUNT, since, watched), city(**streams))


def test_a_quiet_sweep_asks_five_questions_and_proves_nothing() -> None:
    heard = sweep("1", "2")
    assert len(heard.requests) == 5
    assert heard.by_stream.keys() == {"posts", "replies", "mentions", "messages"}
    assert not any(listing.complete for listing in heard.by_stream.values())
    assert heard.gaps == []


def test_only_what_is_new_is_asked_for() -> None:
    heard = sweep("1")
    for path in (f"/2/users/{OWN}/tweets", f"/2/users/{OWN}/mentions", SEARCH):
        assert heard.asked(path)[0]["start_time"] == "2026-11-20T08:45:00Z"


def test_a_dozen_threads_share_a_question_that_every_plan_takes() -> None:
    watched = [str(2**62 + number) for number in range(30)]
    asked = sweep(*watched).asked(SEARCH)
    assert len(asked) == 3
    assert all(len(one["query"]) <= 512 for one in asked)
    assert [native_id for native_id in watched if any(native_id in one["query"] for one in asked)] == watched


def test_a_new_post_is_watched_at_once_by_its_thread() -> None:
    edited = post("9", conversation_id="8")
    assert "conversation_id:8" in sweep(posts=[page(edited)]).asked(SEARCH)[0]["query"]


def test_a_reply_belongs_to_the_listing_of_its_own_thread() -> None:
    found = [page(reply("31", "1"), reply("32", "2"))]
    conversation = X(words="post").sweep(ACCOUNT, SINCE, ["1", "2"])
    places: dict[str, str] = {}
    answers = city(replies=found)
    said: Any = next(conversation)
    while True:
        answer = None
        if hasattr(said, "path"):
            given = answers(said)
            assert isinstance(given, dict)
            answer = Response(said, 200, {}, json.dumps(given).encode(), NOW)
        elif hasattr(said, "records"):
            places |= {record.native_id: said.of for record in said.records if said.stream == "replies"}
        try:
            said = conversation.send(answer)
        except StopIteration:
            break
    assert places == {"31": "1", "32": "2"}


def test_messages_are_read_until_the_pages_reach_what_is_known() -> None:
    def event(native_id: str, at: str) -> dict[str, Any]:
        return {"id": native_id, "event_type": "MessageCreate", "text": "Hola", "created_at": at}

    new, old = event("7", "2026-11-20T08:50:00.000Z"), event("3", "2026-11-01T08:00:00.000Z")
    heard = sweep(messages=[page(new, token="a"), page(old, token="b"), page()])
    assert len(heard.asked("/2/dm_events")) == 2
    assert "7" in [record.native_id for record in heard.records]


def test_threads_beyond_the_search_window_are_not_asked_from_there() -> None:
    heard = sweep("1", since=NOW - timedelta(days=20))
    assert heard.asked(SEARCH)[0]["start_time"] == "2026-11-13T09:01:00Z"


def test_a_token_without_sign_in_leaves_messages_out_and_says_so() -> None:
    heard = sweep(me=PermissionMissing("this needs the account's own sign-in"))
    assert heard.asked("/2/dm_events") == []
    assert [(gap.stream, gap.kind) for gap in heard.gaps] == [("messages", Kind.MESSAGE)]


def test_a_refused_search_is_asked_once_and_is_a_gap() -> None:
    heard = sweep(*map(str, range(40)), replies=PermissionMissing("no credits"))
    assert len(heard.asked(SEARCH)) == 1
    assert [gap.stream for gap in heard.gaps] == ["replies"]


def test_another_accounts_token_ends_the_sweep() -> None:
    with pytest.raises(WrongAccount, match="opens the X account 99"):
        sweep(me={"data": {**CITY, "id": "99"}})


def canary(account: Account, answer: bytes) -> str:
    conversation = X().canary(account)
    request = next(conversation)
    assert request.path == "/2/users/me"
    with pytest.raises(StopIteration) as end:
        conversation.send(Response(request, 200, {}, answer, NOW))
    return str(end.value.value)


def test_the_canary_says_who_answered() -> None:
    said = canary(ACCOUNT, b'{"data":{"id":"1729384756","name":"City of Palma Ria","username":"palmaria"}}')
    assert said == "City of Palma Ria (@palmaria)"


def test_the_canary_believes_no_answer_without_an_account() -> None:
    with pytest.raises(WrongAccount, match="opens nobody's account"):
        canary(ACCOUNT, b'{"data":[]}')


def test_people_whom_the_account_blocks_and_mutes_are_told_apart() -> None:
    heard = play(X(words="post").night(ACCOUNT, SINCE), city(blocked=page(ROSA), muted=page(ROSA)))
    blocks = [record for record in heard.records if record.kind is Kind.BLOCKED]
    assert [record.native_id for record in blocks] == [ROSA["id"], f"muted:{ROSA['id']}"]
    assert all(record.visibility.value == "private" for record in blocks)
    assert heard.by_stream["blocked"].complete


def test_a_token_that_may_not_read_blocks_leaves_one_gap_for_each_list() -> None:
    refused = PermissionMissing("the app may not use this part of X")
    heard = play(X(words="post").night(ACCOUNT, SINCE), city(blocked=refused, muted=refused))
    assert [gap.stream for gap in heard.gaps] == ["blocked", "muted"]
    assert heard.by_stream["messages"].complete


def test_earlier_wordings_of_an_edited_post_are_asked_for_by_their_ids() -> None:
    edited = post("9", conversation_id="7", edit_history_post_ids=["7", "8", "9"])
    first = post("7", text="Street swept Monday", edit_history_post_ids=["7", "8", "9"])
    second = post("8", text="Street swept Tuesday", edit_history_post_ids=["7", "8", "9"])
    heard = play(
        X(words="post").night(ACCOUNT, SINCE),
        city(posts=[page(edited)], lookup={"data": [first, second]}),
    )
    assert [one["ids"] for one in heard.asked("/2/tweets")] == ["7,8"]
    texts = {record.native_id: record.text for record in heard.records if record.kind is Kind.POST}
    assert texts == {"9": "Text 9", "7": "Street swept Monday", "8": "Street swept Tuesday"}
    assert heard.gaps == []


def test_earlier_wordings_that_x_no_longer_gives_are_a_gap() -> None:
    edited = post("9", edit_history_post_ids=["7", "9"])
    refused = play(
        X(words="post").night(ACCOUNT, SINCE), city(posts=[page(edited)], lookup=PermissionMissing("no"))
    )
    assert [gap.cause for gap in refused.gaps] == ["1 earlier wordings of edited posts were not had: no"]
    gone = play(X(words="post").night(ACCOUNT, SINCE), city(posts=[page(edited)]))
    assert [gap.stream for gap in gone.gaps] == ["earlier wordings"]


def test_the_options_of_a_poll_are_words_of_the_post() -> None:
    asks = post("5", attachments={"poll_ids": ["77"]})
    polls = {"polls": [{"id": "77", "options": [{"position": 1, "label": "Shade", "votes": 3}]}]}
    heard = play(X(words="post").night(ACCOUNT, SINCE), city(posts=[page(asks, includes=polls)]))
    assert next(one.text for one in heard.records if one.native_id == "5") == "Text 5\nShade"


def test_both_wordings_of_an_edited_post_come_from_the_simulated_site() -> None:
    site = Simulated(PLATFORMS["x"])
    first = site.play(do="post", text="The street is swept on Monday.")["item"]["id"]
    site.city.clock.move(600)
    second = site.play(do="edit", item=first, text="The street is swept on Tuesday.")["item"]["id"]
    heard = drive(site.platform, site.platform.night(site.account, None), site)
    texts = {record.native_id: record.text for record in heard.records}
    assert (texts[first], texts[second]) == (
        "The street is swept on Monday.",
        "The street is swept on Tuesday.",
    )
    assert [request.path for request in heard.requests].count("/2/tweets") == 1


def test_credits_that_are_used_up_are_one_gap_for_each_list() -> None:
    site = Simulated(PLATFORMS["x"])
    site.fault(kind="credits", path="/2/users/")
    heard = drive(site.platform, site.platform.night(site.account, None), site)
    assert {gap.stream for gap in heard.gaps} >= {"posts", "mentions", "followers", "blocked", "muted"}
    assert all("credits" in gap.cause for gap in heard.gaps)
