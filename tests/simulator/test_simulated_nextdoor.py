from __future__ import annotations

from typing import Any

import pytest

from paloverde.simulator.server import RunningSites
from simulator.client import Answer, Client

POST = {"id", "author_id", "body", "title", "url", "embed_url", "creation_date_epoch_seconds", "comments", "reactions", "media"}  # fmt: skip
COMMENT = {"id", "body", "creation_date_epoch_seconds", "parent_comment_id"}


def ask(client: Client, path: str, *, public: bool = False, **headers: str) -> Answer:
    account = client.accounts["nextdoor"]
    token = account["public_token" if public else "token"]
    return client.send("GET", f"/nextdoor{path}", {"Authorization": f"Bearer {token}", **headers})


def posts(client: Client) -> dict[str, Any]:
    found: dict[str, Any] = ask(
        client, f"/post?secure_profile_id={client.accounts['nextdoor']['native_id']}"
    ).json
    return found


def test_every_own_post_comes_in_one_answer_that_counts_them(client: Client) -> None:
    answer = posts(client)
    truly = [one["id"] for one in client.truth("nextdoor", kind="post") if one["stream"] == "own"]
    assert sorted(one["id"] for one in answer["posts"]) == sorted(truly)
    assert answer["posts_length"] == len(truly)
    assert {frozenset(one) for one in answer["posts"]} == {frozenset(POST)}


def test_every_comment_that_is_there_stands_in_its_post_and_names_nobody(client: Client) -> None:
    answer = posts(client)
    own = {one["id"] for one in answer["posts"]}
    truly = {
        one["id"] for one in client.truth("nextdoor", kind="comment", state="present") if one["root"] in own
    }
    shown = [comment for one in answer["posts"] for comment in one["comments"]]
    assert {str(comment["id"]) for comment in shown} <= truly
    assert {frozenset(comment) for comment in shown} == {frozenset(COMMENT)}
    assert any(comment["parent_comment_id"] for comment in shown)
    assert any(comment["id"] > 2**53 for comment in shown)


def test_the_profile_may_be_named_in_a_header(client: Client) -> None:
    account = client.accounts["nextdoor"]["native_id"]
    assert ask(client, "/post", secure_profile_id=account).json == posts(client)
    assert ask(client, "/post").json["invalid_parameter"] == "secure_profile_id"


def test_a_hidden_comment_is_left_out_without_a_word(client: Client) -> None:
    own = posts(client)["posts"][0]["id"]
    told = client.play(site="nextdoor", do="comment", on=own, text="Shade, please")["item"]["id"]
    assert told in str(posts(client))
    client.play(site="nextdoor", do="hide", item=told)
    assert told not in str(posts(client))


def test_the_agency_feed_nests_comments_and_names_their_writers(client: Client) -> None:
    answer = ask(client, "/partner_api/v1/agency_digest/1187", public=True).json
    assert answer["city_post_count"] == len(answer["posts"])
    comments = [one for post in answer["posts"] for one in post["comments"]]
    assert all(one["author_name"] for one in comments)
    assert any(one["comments"] for one in comments)


def test_posts_can_be_held_back_and_still_be_counted(client: Client) -> None:
    client.control("POST", "settings", {"site": "nextdoor", "held_back": 2})
    answer = posts(client)
    assert len(answer["posts"]) == answer["posts_length"] - 2
    client.control("POST", "settings", {"site": "nextdoor", "without_count": True})
    assert "posts_length" not in posts(client)


@pytest.mark.parametrize(
    ("fault", "status", "error"),
    [
        ({"kind": "rate_limited", "reset_in": 9}, 429, "rate_limited"),
        ({"kind": "expired_token"}, 401, "invalid_token"),
        ({"kind": "permission_lost"}, 403, "access_denied"),
        ({"kind": "server_error", "status": 503}, 503, "server_error"),
    ],
)
def test_trouble_is_told_in_the_sites_own_words(
    client: Client, fault: dict[str, Any], status: int, error: str
) -> None:
    client.fault(site="nextdoor", **fault)
    answer = ask(client, "/me/profiles")
    assert (answer.status, answer.json["error"]) == (status, error)
    assert answer.json["error_description"]


def test_a_web_page_may_come_instead_of_posts(client: Client) -> None:
    client.fault(site="nextdoor", kind="html", path="/post")
    account = client.accounts["nextdoor"]["native_id"]
    assert ask(client, f"/post?secure_profile_id={account}").body.startswith(b"<!DOCTYPE html>")


def test_only_the_owner_sees_the_posts_and_only_with_a_living_token(
    client: Client, sites: RunningSites
) -> None:
    assert ask(client, "/me/profiles", public=True).status == 403
    presence = sites.city.presences["nextdoor"]
    presence.revoked[client.accounts["nextdoor"]["token"]] = 1
    assert ask(client, "/me/profiles").status == 401


def test_the_token_opens_a_private_profile_too(client: Client) -> None:
    answer = ask(client, "/me/profiles").json
    assert len(answer["profile_list"]) == 2
    assert answer["primary_profile_id"] != client.accounts["nextdoor"]["native_id"]
