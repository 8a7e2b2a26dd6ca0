from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from paloverde.simulator.server import RunningSites
from simulator.client import Client
from simulator.conftest import folder

OLD = {
    "tweet_fields": "attachments,author_id,conversation_id,created_at,display_text_range,edit_controls,"
    "edit_history_tweet_ids,entities,id,in_reply_to_user_id,lang,note_tweet,possibly_sensitive,public_metrics,"
    "referenced_tweets,reply_settings,source,text",
    "expansions": "author_id,attachments.media_keys,referenced_tweets.id,entities.mentions.username",
    "user_fields": "created_at,description,public_metrics,verified,verified_type,url,profile_image_url,pinned_tweet_id",
    "media_fields": "url,alt_text,height,width,duration_ms,preview_image_url,variants",
}
NEW = {
    "post_fields": "attachments,conversation_id,created_at,display_text_range,edit_controls,entities,id,lang,"
    "note_post,possibly_sensitive,public_metrics,reply_settings,source,text",
    "expansions": "author_id,attachments.media_keys,referenced_posts,entities.mentions.username,in_reply_to_user_id",
    "user_fields": "created_at,description,public_metrics,verified,verified_type,url,profile_image_url",
    "media_fields": "url,alt_text,height,width,duration_ms,preview_image_url,variants",
}
DM = {
    "dm_event_fields": "attachments,created_at,dm_conversation_id,entities,event_type,id,text",
    "expansions": "sender_id",
}
SPECS = {
    "openapi-2.159-tweetfields.json": OLD,
    "openapi-2.166-20260706.json": OLD,
    "openapi-2.167-docs-20260822.json": NEW,
}


def shown(client: Client, *kinds: str) -> list[dict[str, Any]]:
    truly = [one for kind in kinds for one in client.truth("x", kind=kind)]
    return [one for one in truly if one["state"] != "deleted" and one["stream"] != "scheduled"]


def test_the_timeline_walk_reaches_every_own_post_exactly_once(client: Client) -> None:
    walked = [one["id"] for one in client.x_all(f"users/{client.user}/tweets", max_results="5")]
    truly = [one["id"] for one in shown(client, "post", "comment") if one["author"]["id"] == client.user]
    assert sorted(walked) == sorted(truly)


def test_the_mentions_walk_reaches_every_mention_exactly_once(client: Client) -> None:
    walked = [one["id"] for one in client.x_all(f"users/{client.user}/mentions", max_results="50")]
    others = [one for one in shown(client, "post", "comment") if one["author"]["id"] != client.user]
    truly = [one["id"] for one in others if "@cityofpalmaria" in one["text"].lower()]
    assert sorted(walked) == sorted(truly)


def test_the_followers_walk_reaches_everybody_exactly_once(client: Client, sites: RunningSites) -> None:
    walked = [one["id"] for one in client.x_all(f"users/{client.user}/followers", max_results="70")]
    assert walked == [person.id for person in sites.city.presences["x"].followers]


def test_direct_messages_reach_back_thirty_days(client: Client, sites: RunningSites) -> None:
    walked = [one["id"] for one in client.x_all("dm_events", max_results="30")]
    now = sites.city.clock.now()
    messages = [item for item in sites.city.presences["x"].everything() if item.kind == "message"]
    truly = [item.id for item in messages if (now - item.at).days < 30]
    assert sorted(walked) == sorted(truly)
    assert len(truly) < len(messages)


def test_a_conversation_is_found_by_search_within_seven_days(client: Client, sites: RunningSites) -> None:
    now = sites.city.clock.now()
    comments = [one for one in sites.city.presences["x"].comments if (now - one.at).days < 7]
    root = comments[-1].root
    found = client.x_all(
        "tweets/search/recent", query=f"conversation_id:{root.id} is:reply", max_results="10"
    )
    truly = [one.id for one in comments if one.root is root and one.state.value != "deleted"]
    assert sorted(one["id"] for one in found) == sorted(truly)
    long_ago = sites.city.presences["x"].posts[0]
    assert client.x("tweets/search/recent", query=f"conversation_id:{long_ago.id}").json == {
        "meta": {"result_count": 0}
    }


def test_search_understands_or_minus_and_parentheses(client: Client, sites: RunningSites) -> None:
    roots = {one.root.id for one in sites.city.presences["x"].comments[-20:]}
    query = "(" + " OR ".join(f"conversation_id:{one}" for one in sorted(roots)) + ") -from:cityofpalmaria"
    found = client.x_all(
        "tweets/search/recent", query=query, max_results="100", tweet_fields="author_id,conversation_id"
    )
    assert {one["conversation_id"] for one in found} == roots
    assert client.user not in {one["author_id"] for one in found}
    assert client.x("tweets/search/recent", query="(a").status == 400


def test_what_is_gone_is_named_inside_a_200(client: Client) -> None:
    gone = client.truth("x", state="deleted")[0]["id"]
    here = shown(client, "post")[0]["id"]
    answer = client.x("tweets", ids=f"{here},{gone}")
    assert answer.status == 200
    assert [one["id"] for one in answer.json["data"]] == [here]
    (error,) = answer.json["errors"]
    assert error["resource_id"] == gone
    assert error["type"].endswith("/resource-not-found")
    assert "data" not in client.x(f"tweets/{gone}").json


def test_a_suspended_authors_posts_are_withheld_not_lost(client: Client) -> None:
    comment = next(one for one in shown(client, "comment") if one["author"]["id"] != client.user)
    client.play(site="x", do="ban", who=comment["author"]["id"], by="platform")
    answer = client.x(f"tweets/{comment['id']}").json
    assert "data" not in answer
    assert answer["errors"][0]["type"].endswith("/not-authorized-for-resource")
    assert "errors" in client.x(f"users/{comment['author']['id']}").json
    walked = [one["id"] for one in client.x_all(f"users/{client.user}/mentions", max_results="100")]
    assert comment["id"] not in walked


def test_both_vocabularies_say_the_same_thing(client: Client) -> None:
    path = f"users/{client.user}/tweets"
    old = client.x(path, max_results="100", **OLD).json
    new = client.x(path, max_results="100", **NEW).json
    assert [one["id"] for one in old["data"]] == [one["id"] for one in new["data"]]
    for before, after in zip(old["data"], new["data"], strict=True):
        assert before["edit_history_tweet_ids"] == after["edit_history_post_ids"]
        assert before.get("note_tweet") == after.get("note_post")
        assert before.get("referenced_tweets") == after.get("referenced_posts")
        assert before["public_metrics"]["retweet_count"] == after["public_metrics"]["repost_count"]
    assert set(old["includes"]) == {"users", "media", "tweets"}
    assert set(new["includes"]) == {"users", "media", "posts"}


def test_the_sites_own_vocabulary_can_be_set(client: Client) -> None:
    path = f"users/{client.user}/tweets"
    assert "edit_history_tweet_ids" in client.x(path).json["data"][0]
    client.control("POST", "settings", {"site": "x", "vocabulary": "post"})
    assert "edit_history_post_ids" in client.x(path).json["data"][0]


def test_long_posts_go_on_in_a_note(client: Client) -> None:
    listed = client.x_all(f"users/{client.user}/tweets", max_results="100", tweet_fields="note_tweet")
    long = [one for one in listed if "note_tweet" in one]
    assert long
    for one in long:
        assert len(one["text"]) <= 280 < len(one["note_tweet"]["text"])


def test_text_is_escaped_raw_utf8_and_entities_fit(client: Client) -> None:
    answer = client.x(f"users/{client.user}/tweets", max_results="100", tweet_fields="entities")
    assert not answer.wire.isascii()
    assert any(
        "&amp;" in one["text"] for one in client.x_all(f"users/{client.user}/tweets", max_results="100")
    )
    for one in answer.json["data"]:
        for url in one.get("entities", {}).get("urls", []):
            assert one["text"][url["start"] : url["end"]] == url["url"]


def test_an_edit_gets_a_new_id_and_the_old_one_still_leads_to_its_wording(client: Client) -> None:
    before = client.play(site="x", do="post", text="The pool opens at noon.")["item"]["id"]
    client.control("POST", "clock", {"move": 60})
    after = client.play(site="x", do="edit", item=before, text="The pool opens at 1 p.m.")["item"]["id"]
    assert before != after
    listed = client.x(f"users/{client.user}/tweets").json["data"][0]
    assert listed["id"] == after
    assert listed["edit_history_tweet_ids"] == [before, after]
    first = client.x(f"tweets/{before}").json["data"]
    assert first["text"] == "The pool opens at noon."
    client.play(site="x", do="delete", item=after)
    assert len(client.x("tweets", ids=f"{before},{after}").json["errors"]) == 2


def test_a_pagination_token_expires(client: Client) -> None:
    token = client.x("dm_events", max_results="10").json["meta"]["next_token"]
    assert client.x("dm_events", max_results="10", pagination_token=token).status == 200
    client.control("POST", "clock", {"move": 3 * 3600})
    assert client.x("dm_events", max_results="10", pagination_token=token).status == 400


def test_the_pinned_post_is_known_by_its_owner(client: Client) -> None:
    answer = client.x("users/me", user_fields="pinned_tweet_id", expansions="pinned_tweet_id").json
    assert answer["includes"]["tweets"][0]["id"] == answer["data"]["pinned_tweet_id"]


@pytest.mark.parametrize("path", ["users/me", "dm_events"])
def test_application_tokens_are_kept_out_of_what_is_private(client: Client, path: str) -> None:
    answer = client.x(path, public=True)
    assert (answer.status, answer.json["title"]) == (403, "Unsupported Authentication")


@pytest.mark.parametrize(
    ("path", "params", "status"),
    [
        ("tweets/search/recent", {"query": "a", "max_results": "5"}, 400),
        ("tweets", {"ids": "abc"}, 400),
        ("tweets", {"ids": ",".join(map(str, range(101)))}, 400),
        ("dm_events", {"tweet_fields": "nonsense"}, 400),
        ("nothing/here", {}, 404),
    ],
)
def test_mistakes_get_a_problem(client: Client, path: str, params: dict[str, str], status: int) -> None:
    answer = client.x(path, **params)
    assert answer.status == status
    assert answer.headers["content-type"].startswith("application/problem+json")


def test_strangers_get_a_401(client: Client) -> None:
    assert client.send("GET", "/x/2/users/me").status == 401
    assert client.send("GET", "/x/2/users/me", {"Authorization": "Bearer wrong"}).status == 401


def test_a_kept_limit_ends_in_a_429_with_its_reset(client: Client) -> None:
    client.control("POST", "settings", {"site": "x", "limits": "real"})
    left = [client.x("dm_events").headers["x-rate-limit-remaining"] for _ in range(15)]
    assert left == [str(n) for n in range(14, -1, -1)]
    refused = client.x("dm_events")
    assert refused.status == 429
    now = client.sites.city.clock.now().timestamp()
    assert now < int(refused.headers["x-rate-limit-reset"]) <= now + 900


def validator(doc: dict[str, Any], path: str) -> jsonschema.Draft7Validator:
    """A validator of the answer that an API definition promises. OpenAPI 3.0's `nullable` becomes JSON Schema."""
    answer = doc["paths"][path]["get"]["responses"]["200"]["content"]["application/json"]["schema"]
    return jsonschema.Draft7Validator({**answer, "components": doc["components"]})


def with_nulls(schema: Any) -> Any:
    if isinstance(schema, list):
        return [with_nulls(one) for one in schema]
    if not isinstance(schema, dict):
        return schema
    plain = {name: with_nulls(value) for name, value in schema.items()}
    return {"anyOf": [plain, {"type": "null"}]} if plain.pop("nullable", None) is True else plain


QUESTIONS = [
    ("/2/users/me", "users/me", {}, "user"),
    ("/2/users/{id}", "users/{user}", {}, "user"),
    ("/2/users/by/username/{username}", "users/by/username/cityofpalmaria", {}, "user"),
    ("/2/users/{id}/tweets", "users/{user}/tweets", {"max_results": "100"}, "post"),
    ("/2/users/{id}/mentions", "users/{user}/mentions", {"max_results": "100"}, "post"),
    ("/2/users/{id}/followers", "users/{user}/followers", {"max_results": "1000"}, "user"),
    (
        "/2/tweets/search/recent",
        "tweets/search/recent",
        {"query": "to:cityofpalmaria", "max_results": "100"},
        "post",
    ),
    ("/2/tweets", "tweets", {"ids": "{post},99"}, "post"),
    ("/2/tweets/{id}", "tweets/{post}", {}, "post"),
    ("/2/dm_events", "dm_events", {"max_results": "100"}, "dm"),
    ("/2/dm_conversations/{id}/dm_events", "dm_conversations/{thread}/dm_events", {}, "dm"),
]


@pytest.mark.parametrize("spec", SPECS)
@pytest.mark.parametrize(("template", "path", "params", "kind"), QUESTIONS, ids=[one[0] for one in QUESTIONS])
def test_answers_keep_xs_own_definitions(
    client: Client, spec: str, template: str, path: str, params: dict[str, str], kind: str
) -> None:
    doc = with_nulls(json.loads((folder("PALOVERDE_API_SPECS", "x") / spec).read_text()))
    spoken = "post" if SPECS[spec] is NEW else "tweet"
    client.control("POST", "settings", {"site": "x", "vocabulary": spoken})
    words = {
        "user": client.user,
        "post": shown(client, "post")[-1]["id"],
        "thread": client.x("dm_events", dm_event_fields="dm_conversation_id").json["data"][0][
            "dm_conversation_id"
        ],
    }
    asked = DM if kind == "dm" else SPECS[spec]
    if kind == "user":
        asked = {"user_fields": asked["user_fields"]}
    answer = client.x(path.format(**words), **{k: v.format(**words) for k, v in params.items()}, **asked)
    assert answer.status == 200
    assert "data" in answer.json
    errors = [f"{list(e.path)}: {e.message}" for e in validator(doc, template).iter_errors(answer.json)]
    assert errors == []


@pytest.mark.parametrize("spec", SPECS)
def test_posts_and_messages_use_only_names_that_x_defines(client: Client, spec: str) -> None:
    doc = json.loads((folder("PALOVERDE_API_SPECS", "x") / spec).read_text())
    schemas = doc["components"]["schemas"]
    name = "Post" if "Post" in schemas and "Tweet" not in schemas else "Tweet"
    client.control("POST", "settings", {"site": "x", "vocabulary": "post" if SPECS[spec] is NEW else "tweet"})
    listed = client.x_all(f"users/{client.user}/tweets", max_results="100", **SPECS[spec])
    assert {field for one in listed for field in one} <= set(schemas[name]["properties"])
    assert {field for one in client.x_all("dm_events", **DM) for field in one} <= set(
        schemas["DmEvent"]["properties"]
    )


@pytest.mark.parametrize(
    ("sample", "path", "asked"),
    [
        (
            "timeline/timeline_tweets.json",
            "users/{user}/tweets",
            {"tweet_fields": "created_at,public_metrics"},
        ),
        ("user/followers_resp.json", "users/{user}/followers", {"max_results": "5"}),
        (
            "dm_events/events.json",
            "dm_events",
            {
                "dm_event_fields": "id,text,event_type,dm_conversation_id,created_at",
                "expansions": "sender_id",
            },
        ),
    ],
)
def test_pages_have_the_recorded_names(
    client: Client, recorded_x: Path, sample: str, path: str, asked: dict[str, str]
) -> None:
    recorded = json.loads((recorded_x / sample).read_text())
    ours = client.x(path.format(user=client.user), **asked).json
    assert set(recorded["data"][0]) <= set(ours["data"][0])
    assert set(recorded.get("meta", {})) <= set(ours["meta"])


def test_the_truth_tells_the_text_that_the_wire_carries(client: Client) -> None:
    truly = {one["id"]: one["wire_text"] for one in shown(client, "post", "comment")}
    for path in ("tweets", "mentions"):
        for one in client.x_all(f"users/{client.user}/{path}", max_results="100", tweet_fields="note_tweet"):
            assert one.get("note_tweet", one)["text"] == truly[one["id"]]


def test_every_reply_mentions_the_city_or_is_its_own(client: Client) -> None:
    walked = [
        one["id"]
        for path in ("tweets", "mentions")
        for one in client.x_all(f"users/{client.user}/{path}", max_results="100")
    ]
    assert set(walked) == {one["id"] for one in shown(client, "post", "comment")}


def test_users_are_looked_up_together_and_the_missing_are_named(client: Client, sites: RunningSites) -> None:
    presence = sites.city.presences["x"]
    known, suspended = presence.followers[:2]
    suspended.suspended = sites.city.clock.now()
    answer = client.x("users", ids=f"{known.id},{suspended.id},77").json
    assert [one["id"] for one in answer["data"]] == [known.id]
    assert [one["value"] for one in answer["errors"]] == [suspended.id, "77"]
    assert "suspended" in answer["errors"][0]["detail"]


def test_blocked_and_muted_people_are_listed_for_the_owner_only(client: Client) -> None:
    blocked = client.play(site="x", do="ban")["person"]["id"]
    muted = client.play(site="x", do="mute")["person"]["id"]
    assert [one["id"] for one in client.x_all(f"users/{client.user}/blocking")] == [blocked]
    assert [one["id"] for one in client.x_all(f"users/{client.user}/muting")] == [muted]
    assert client.x(f"users/{client.user}/muting", public=True).status == 403


def test_a_poll_is_included_where_it_is_asked_for(client: Client) -> None:
    asked = client.play(site="x", do="post", text="Which park?", poll=["Washburn", "Ironwood"])["item"]["id"]
    answer = client.x(f"tweets/{asked}", expansions="attachments.poll_ids", poll_fields="voting_status").json
    (poll,) = answer["includes"]["polls"]
    assert answer["data"]["attachments"]["poll_ids"] == [poll["id"]]
    assert [one["label"] for one in poll["options"]] == ["Washburn", "Ironwood"]
    assert poll["voting_status"] == "open"
