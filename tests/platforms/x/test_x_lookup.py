"""Direct look-ups: X's word about one item, and what is never taken for a removal."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from x_talk import ACCOUNT, CITY, NOW, ROSA, Answer, page, play, post

from paloverde.errors import CredentialDead, PermissionMissing, Unreachable
from paloverde.platforms.conversation import Look, NotThere, Request, Seen, TooMuch
from paloverde.platforms.x import X
from paloverde.records import Kind

EPOCH_MS = 1288834974657


def look(
    items: list[tuple[Kind, str]], site: Callable[[Request], Answer], words: Any = "post"
) -> tuple[dict[str, Seen], list[Request]]:
    seen: dict[str, Seen] = {}

    def listening() -> Any:
        conversation = X(words=words, clock=lambda: NOW).look_up(ACCOUNT, items)
        answer = None
        trouble: Exception | None = None
        while True:
            try:
                said = conversation.throw(trouble) if trouble else conversation.send(answer)
            except StopIteration:
                return
            answer = trouble = None
            if isinstance(said, Seen):
                assert said.native_id not in seen
                seen[said.native_id] = said
                continue
            try:
                answer = yield said
            except Exception as error:  # noqa: BLE001 - handed on to the conversation as the driver does
                trouble = error

    heard = play(listening(), site)
    return seen, heard.requests


def error(native_id: str, name: str, detail: str = "told", **more: Any) -> dict[str, Any]:
    made = {"value": native_id, "resource_id": native_id, "parameter": "ids", "resource_type": "post"}
    return {**made, "detail": detail, "type": f"https://api.x.com/2/problems/{name}", **more}


def one(error_: dict[str, Any]) -> Seen:
    seen, _ = look([(Kind.POST, "7")], lambda _: {"errors": [error_]})
    return seen["7"]


def test_posts_are_looked_up_in_batches_of_a_hundred() -> None:
    items = [(Kind.COMMENT, str(number)) for number in range(1, 251)]
    seen, requests = look(items, lambda request: page(*map(post, dict(request.params)["ids"].split(","))))
    assert [request.path for request in requests] == ["/2/tweets"] * 3
    assert len(seen) == 250
    assert {outcome.look for outcome in seen.values()} == {Look.PRESENT}


@pytest.mark.parametrize(
    ("name", "detail", "look_", "hint"),
    [
        ("resource-not-found", "Could not find post with ids: [7].", Look.GONE, None),
        ("resource-not-found", "User has been suspended: [7].", Look.WITHHELD, "platform"),
        ("not-authorized-for-resource", "Sorry, you are not authorized", Look.WITHHELD, None),
        ("disallowed-resource", "It violates the rules", Look.WITHHELD, "platform"),
        ("resource-unavailable", "Try again", Look.UNKNOWN, None),
        ("internal-error", "Oops", Look.UNKNOWN, None),
    ],
)
def test_an_error_for_one_item_means(name: str, detail: str, look_: Look, hint: str | None) -> None:
    outcome = one(error("7", name, detail))
    assert (outcome.look, outcome.cause_hint, outcome.reason) == (look_, hint, detail)


def test_an_error_about_what_a_post_refers_to_says_nothing_about_the_post() -> None:
    outcome = one(error("7", "resource-not-found", parameter="referenced_posts.id"))
    assert outcome.look is Look.UNKNOWN


def test_a_shown_item_is_present_whatever_the_errors_say() -> None:
    seen, _ = look([(Kind.POST, "7")], lambda _: page(post("7"), errors=[error("7", "resource-not-found")]))
    assert seen["7"].look is Look.PRESENT


def test_an_item_that_x_leaves_out_in_silence_is_unknown() -> None:
    gone = page(post("8"), errors=[error("9", "resource-not-found")])
    seen, _ = look([(Kind.POST, "7"), (Kind.POST, "8"), (Kind.POST, "9")], lambda _: gone)
    assert [seen[one_].look for one_ in "789"] == [Look.UNKNOWN, Look.PRESENT, Look.GONE]


def test_content_withheld_everywhere_is_the_platforms_doing() -> None:
    everywhere = post("7", withheld={"country_codes": ["XX"]})
    somewhere = post("8", withheld={"country_codes": ["DE"]})
    seen, _ = look([(Kind.POST, "7"), (Kind.POST, "8")], lambda _: page(everywhere, somewhere))
    assert (seen["7"].look, seen["7"].cause_hint) == (Look.WITHHELD, "platform")
    assert (seen["8"].look, seen["8"].reason) == (Look.PRESENT, "X withholds it in DE")


@pytest.mark.parametrize(
    "trouble", [PermissionMissing("no"), Unreachable("no"), NotThere("no"), TooMuch("no")]
)
def test_trouble_with_the_question_is_never_a_removal(trouble: Exception) -> None:
    items = [(Kind.POST, "7"), (Kind.COMMENT, "8"), (Kind.PROFILE, "9")]
    seen, _ = look(items, lambda _: trouble, words="auto")
    assert {native_id: outcome.look for native_id, outcome in seen.items()} == dict.fromkeys(
        ("7", "8", "9"), Look.UNKNOWN
    )


def test_a_dead_token_ends_the_look_up() -> None:
    with pytest.raises(CredentialDead):
        look([(Kind.POST, "7")], lambda _: CredentialDead("renew"))


def test_too_much_asks_for_half() -> None:
    def picky(request: Request) -> Answer:
        asked = dict(request.params)["ids"].split(",")
        return TooMuch("less") if len(asked) > 1 else page(*map(post, asked))

    seen, _ = look([(Kind.POST, str(number)) for number in range(1, 5)], picky)
    assert {outcome.look for outcome in seen.values()} == {Look.PRESENT}


def test_users_are_looked_up_as_users() -> None:
    suspended = error("9", "resource-not-found", "User has been suspended: [9].", resource_type="user")
    items = [(Kind.SUBSCRIBER, ROSA["id"]), (Kind.PROFILE, CITY["id"]), (Kind.SUBSCRIBER, "9")]
    seen, requests = look(items, lambda _: page(ROSA, CITY, errors=[suspended]))
    assert [request.path for request in requests] == ["/2/users"]
    assert [seen[key].look for key in (ROSA["id"], CITY["id"], "9")] == [
        Look.PRESENT,
        Look.PRESENT,
        Look.WITHHELD,
    ]


def message_id(sent: datetime) -> str:
    return str((int(sent.timestamp() * 1000) - EPOCH_MS) << 22)


def test_a_recent_message_that_x_does_not_know_is_gone_and_an_old_one_is_unknown() -> None:
    recent, old = message_id(NOW - timedelta(days=3)), message_id(NOW - timedelta(days=40))
    seen, requests = look([(Kind.MESSAGE, recent), (Kind.MESSAGE, old)], lambda _: NotThere("404"))
    assert (seen[recent].look, seen[old].look) == (Look.GONE, Look.UNKNOWN)
    assert [request.path for request in requests] == [f"/2/dm_events/{recent}", f"/2/dm_events/{old}"]
    assert "30 days" in seen[old].reason


def test_an_error_for_a_message_inside_a_good_answer_is_held_to_its_age_too() -> None:
    recent, old = message_id(NOW - timedelta(days=3)), message_id(NOW - timedelta(days=40))

    def site(request: Request) -> Answer:
        native_id = request.path.rpartition("/")[2]
        return {"errors": [error(native_id, "resource-not-found", parameter="event_id")]}

    seen, _ = look([(Kind.MESSAGE, recent), (Kind.MESSAGE, old)], site)
    assert (seen[recent].look, seen[old].look) == (Look.GONE, Look.UNKNOWN)


def test_a_message_question_has_no_word_that_x_may_not_know() -> None:
    event = {"data": {"id": "50", "event_type": "MessageCreate"}}
    seen, requests = look([(Kind.MESSAGE, "50")], lambda _: event)
    assert seen["50"].look is Look.PRESENT
    assert requests[0].params == (("dm_event.fields", "id"),)


@pytest.mark.parametrize(
    "item", [(Kind.OTHER, "7"), (Kind.POST, "sha256:0123456789abcdef"), (Kind.POST, "7,8")]
)
def test_what_cannot_be_looked_up_is_unknown_and_not_asked(item: tuple[Kind, str]) -> None:
    seen, requests = look([item], lambda _: page())
    assert seen[item[1]].look is Look.UNKNOWN
    assert requests == []
