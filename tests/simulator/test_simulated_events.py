from __future__ import annotations

from typing import Any

import pytest

from simulator.client import Client


def state(client: Client, platform: str, native_id: str) -> dict[str, Any]:
    return next(one for one in client.truth(platform) if one["id"] == native_id)


def test_a_comment_appears_is_edited_hidden_shown_deleted_and_restored(client: Client) -> None:
    made = client.play(site="facebook", do="comment", on="latest post", text="¿Y la barrida? 🧹")["item"]
    assert client.facebook(made["id"], fields="message").json["message"] == "¿Y la barrida? 🧹"
    client.play(site="facebook", do="edit", item=made["id"], text="Never mind.")
    assert client.facebook(made["id"], fields="message").json["message"] == "Never mind."
    client.play(site="facebook", do="hide", item=made["id"])
    assert client.facebook(made["id"], fields="is_hidden").json["is_hidden"] is True
    client.play(site="facebook", do="unhide", item=made["id"])
    assert client.facebook(made["id"], fields="is_hidden").json["is_hidden"] is False
    client.play(site="facebook", do="delete", item=made["id"], by="author")
    assert client.facebook(made["id"]).json["error"]["error_subcode"] == 33
    truly = state(client, "facebook", made["id"])
    assert (truly["state"], truly["by"]) == ("deleted", "author")
    assert truly["when"] == client.control("GET", "clock")["now"]
    assert [one["text"] for one in truly["editions"]] == ["¿Y la barrida? 🧹", "Never mind."]
    client.play(site="facebook", do="restore", item=made["id"])
    assert client.facebook(made["id"]).status == 200


def test_a_deleted_post_of_facebook_takes_its_comments_along(client: Client) -> None:
    comment = next(one for one in client.truth("facebook", kind="comment") if one["state"] == "present")
    client.play(site="facebook", do="delete", item=comment["root"])
    assert client.facebook(comment["id"]).json["error"]["error_subcode"] == 33
    truly = state(client, "facebook", comment["id"])
    assert (truly["state"], truly["by"]) == ("deleted", "city")


def test_a_deleted_post_of_x_leaves_its_replies(client: Client) -> None:
    reply = next(one for one in client.truth("x", kind="comment") if one["state"] == "present")
    client.play(site="x", do="delete", item=reply["root"])
    answer = client.x(f"tweets/{reply['id']}", expansions="referenced_tweets.id").json
    assert answer["data"]["id"] == reply["id"]
    assert reply["parent"] != reply["root"] or answer["errors"][0]["resource_id"] == reply["root"]


def test_hiding_a_reply_on_x_leaves_no_trace_on_the_wire(client: Client) -> None:
    reply = next(one for one in client.truth("x", kind="comment") if one["state"] == "present")
    asked = {"tweet_fields": "created_at,public_metrics,text"}
    before = client.x(f"tweets/{reply['id']}", **asked).json
    client.play(site="x", do="hide", item=reply["id"])
    assert client.x(f"tweets/{reply['id']}", **asked).json == before
    assert state(client, "x", reply["id"])["state"] == "hidden"


@pytest.mark.parametrize("platform", ["facebook", "x"])
def test_a_post_and_a_message_are_the_newest_of_their_lists(client: Client, platform: str) -> None:
    client.control("POST", "clock", {"move": 120})
    post = client.play(site=platform, do="post", text="Boil water notice lifted.", photo="A glass of water")[
        "item"
    ]
    message = client.play(site=platform, do="message", text="Is it safe?")["item"]
    if platform == "facebook":
        newest = client.facebook("me/feed", fields="id,full_picture", limit="1").json["data"][0]
        assert "full_picture" in newest
        thread = client.facebook("me/conversations", limit="1").json["data"][0]["id"]
        read = client.facebook(f"{thread}/messages", limit="1", fields="message").json["data"][0]["message"]
    else:
        newest = client.x(f"users/{client.user}/tweets").json["data"][0]
        thread = message["parent"]
        read = client.x(f"dm_conversations/{thread}/dm_events").json["data"][0]["text"]
    assert (newest["id"], thread, read) == (post["id"], message["parent"], "Is it safe?")


def test_a_rename_shows_at_once_and_the_id_stays(client: Client) -> None:
    client.play(site="x", do="rename", name="City of Palma Ria, California", username="palmaria_ca")
    me = client.x("users/me").json["data"]
    assert (me["id"], me["username"]) == (client.user, "palmaria_ca")
    assert client.x("users/by/username/palmaria_ca").json["data"]["id"] == client.user
    assert "errors" in client.x("users/by/username/cityofpalmaria").json


def test_a_banned_person_speaks_no_more_and_what_was_said_stays(client: Client) -> None:
    comment = next(
        one for one in client.truth("facebook", kind="comment") if one["author"]["id"] != client.page
    )
    who = comment["author"]["id"]
    client.play(site="facebook", do="ban", who=who)
    assert {"id": who, "name": comment["author"]["name"]} in client.facebook("me/blocked").json["data"]
    assert state(client, "facebook", comment["id"])["state"] == comment["state"]
    refused = client.send(
        "POST", "/_sim/events", body={"site": "facebook", "do": "message", "by": who, "text": "Hello?"}
    )
    assert refused.status == 400
    client.play(site="facebook", do="restore", who=who)
    client.play(site="facebook", do="message", by=who, text="Hello?")


def test_a_suspension_by_the_site_takes_everything_and_can_be_lifted(client: Client) -> None:
    comment = next(
        one for one in client.truth("facebook", kind="comment")
        if one["state"] == "present" and one["author"]["id"] != client.page
    )  # fmt: skip
    client.play(site="facebook", do="ban", who=comment["author"]["id"], by="platform")
    truly = state(client, "facebook", comment["id"])
    assert (truly["state"], truly["by"]) == ("deleted", "platform")
    assert client.facebook(comment["id"]).status == 400
    client.play(site="facebook", do="restore", who=comment["author"]["id"])
    assert client.facebook(comment["id"]).status == 200


def test_followers_come_and_go(client: Client) -> None:
    before = client.facebook("me", fields="followers_count").json["followers_count"]
    client.play(site="facebook", do="unfollow")
    assert client.facebook("me", fields="followers_count").json["followers_count"] == before - 1


def test_a_scheduled_post_is_published_when_its_time_comes(client: Client) -> None:
    waiting = client.facebook("me/scheduled_posts", fields="id,is_published,scheduled_publish_time").json[
        "data"
    ][0]
    assert waiting["is_published"] is False
    client.control("POST", "clock", {"move": 3 * 86400})
    assert client.facebook("me/scheduled_posts").json == {"data": []}
    assert client.facebook("me/feed", limit="1").json["data"][0]["id"] == waiting["id"]


def test_every_event_is_in_the_log(client: Client) -> None:
    client.play(site="x", do="post", text="One")
    client.play(site="facebook", do="hide", item="latest comment")
    log = client.control("GET", "events")
    assert [(one["number"], one["do"], one["site"]) for one in log] == [
        (1, "post", "x-cityofpalmaria"),
        (2, "hide", "facebook-cityofpalmaria"),
    ]


@pytest.mark.parametrize(
    "event",
    [
        {"site": "facebook", "do": "dance"},
        {"site": "myspace", "do": "post", "text": "Hello"},
        {"site": "x", "do": "post"},
        {"site": "x", "do": "comment", "on": "1", "text": "Hello"},
        {"site": "x", "do": "delete", "item": "latest post", "by": "ghosts"},
        {"site": "x", "do": "ban", "who": "city"},
        {"site": "x", "do": "post", "text": "Hello", "by": "nobody-of-that-name"},
    ],
)
def test_an_impossible_event_changes_nothing(client: Client, event: dict[str, str]) -> None:
    before = client.truth("x")
    answer = client.send("POST", "/_sim/events", body=event)
    assert answer.status == 400
    assert answer.json["error"].endswith((".", "someone."))
    assert client.truth("x") == before
    assert client.control("GET", "events") == []
