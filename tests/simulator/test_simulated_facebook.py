from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from paloverde.simulator.facebook import nodes
from paloverde.simulator.facebook.unfilled import UNFILLED
from paloverde.simulator.graph import fields
from paloverde.simulator.server import RunningSites
from simulator.client import Client, ids, shape

COMMENT_FIELDS = "id,message,created_time,from,is_hidden,parent{id},comment_count"


def test_the_feed_walk_reaches_every_post_exactly_once(client: Client) -> None:
    walked = ids(client.facebook_all(f"{client.page}/feed", limit="7"))
    truly = [
        item["id"] for item in client.truth("facebook", kind="post") if item["stream"] in {"own", "visitor"}
    ]
    assert len(walked) == len(set(walked))
    assert set(walked) == set(truly)


def test_posts_come_newest_first(client: Client) -> None:
    times = [post["created_time"] for post in client.facebook_all("me/published_posts", limit="9")]
    assert times == sorted(times, reverse=True)


@pytest.mark.parametrize("order", ["chronological", "reverse_chronological"])
def test_the_comment_walks_reach_every_comment_exactly_once(client: Client, order: str) -> None:
    walked: list[str] = []
    for post in client.truth("facebook", kind="post"):
        listed = client.facebook_all(f"{post['id']}/comments", filter="stream", order=order, limit="3")
        walked += ids(listed)
    truly = [item["id"] for item in client.truth("facebook", kind="comment") if item["state"] != "deleted"]
    assert sorted(walked) == sorted(truly)


def test_toplevel_leaves_replies_to_their_own_edge(client: Client) -> None:
    reply = next(one for one in client.truth("facebook", kind="comment") if one["parent"] != one["root"])
    top = ids(client.facebook_all(f"{reply['root']}/comments"))
    below = ids(client.facebook_all(f"{reply['parent']}/comments"))
    assert reply["id"] not in top
    assert reply["parent"] in top
    assert reply["id"] in below


def test_a_deletion_between_two_pages_loses_nothing(client: Client) -> None:
    pages = client.facebook_pages("me/feed", limit="10")
    first = ids(next(pages)["data"])
    client.play(site="facebook", do="delete", item=first[-1])
    client.play(site="facebook", do="delete", item=first[2])
    rest = [one for page in pages for one in ids(page["data"])]
    truly = {
        one["id"] for one in client.truth("facebook", kind="post") if one["stream"] in {"own", "visitor"}
    }
    assert {*first, *rest} == truly
    assert len(first + rest) == len(truly)


def test_the_next_address_carries_the_token(client: Client) -> None:
    page = client.facebook("me/feed", limit="2").json
    assert f"access_token={client.accounts['facebook']['token']}" in page["paging"]["next"]
    assert page["paging"]["next"].startswith(client.sites.url)


def test_hidden_comments_show_only_with_the_pages_token(client: Client) -> None:
    hidden = client.truth("facebook", kind="comment", state="hidden")
    assert hidden
    for comment in hidden:
        seen = client.facebook_all(
            f"{comment['root']}/comments", filter="stream", fields="id,is_hidden", limit="100"
        )
        assert {one["id"]: one["is_hidden"] for one in seen}[comment["id"]] is True
        public = client.facebook(
            f"{comment['root']}/comments", public=True, filter="stream", limit="100"
        ).json
        assert comment["id"] not in ids(public["data"])


def test_posters_show_only_with_the_pages_token_and_not_always(client: Client) -> None:
    comments = [one for one in client.truth("facebook", kind="comment") if one["state"] == "present"]
    by_others = [one for one in comments if one["author"]["id"] != client.page]
    signed = next(one for one in by_others if one["signed"])
    unsigned = next(one for one in by_others if not one["signed"])
    shown = client.facebook(signed["id"], fields="from").json
    assert shown["from"] == {"name": signed["author"]["name"], "id": signed["author"]["id"]}
    assert "from" not in client.facebook(unsigned["id"], fields="from,message").json
    assert "from" not in client.facebook(signed["id"], public=True, fields="from,message").json


def test_only_the_newest_messages_can_be_read(client: Client) -> None:
    messages = client.truth("facebook", kind="message")
    counts: dict[str, int] = {}
    for message in messages:
        counts[message["parent"]] = counts.get(message["parent"], 0) + 1
    thread = max(counts, key=lambda name: counts[name])
    assert counts[thread] > 20
    listed = client.facebook_all(f"{thread}/messages", fields="id,created_time,from,message", limit="10")
    assert len(listed) == counts[thread]
    assert ["message" in one for one in listed] == [True] * 20 + [False] * (counts[thread] - 20)
    answer = client.facebook(listed[20]["id"], fields="message")
    assert answer.status == 400
    assert answer.json["error"]["code"] == 100
    assert "deleted" in answer.json["error"]["message"]


def test_batch_lookups_answer_all_or_nothing(client: Client) -> None:
    posts = ids(client.facebook("me/feed", limit="3").json["data"])
    found = client.facebook("", ids=",".join(posts), fields="id,message").json
    assert list(found) == posts
    lost = client.facebook("", ids=",".join([posts[0], "1_2"]))
    assert lost.status == 400
    assert lost.json["error"]["error_subcode"] == 33
    assert client.facebook("", ids=",".join(str(n) for n in range(51))).json["error"]["code"] == 100


def test_nested_fields_page_by_themselves(client: Client) -> None:
    asked = f"id,comments.limit(2).filter(stream).summary(true){{{COMMENT_FIELDS}}}"
    for post in client.facebook_all("me/feed", fields=asked, limit="50"):
        total = post["comments"]["summary"]["total_count"]
        assert len(post["comments"]["data"]) == min(2, total)
        assert ("next" in post["comments"].get("paging", {})) == (total > 2)


def test_the_summary_counts_what_is_listed(client: Client) -> None:
    post = client.truth("facebook", kind="comment")[0]["root"]
    answer = client.facebook(f"{post}/comments", filter="stream", summary="true", limit="100").json
    assert answer["summary"]["total_count"] == len(answer["data"])


@pytest.mark.parametrize(
    ("path", "params", "code", "subcode"),
    [
        ("me/feed", {"access_token": "wrong"}, 190, None),
        ("me/feed", {"access_token": ""}, 104, None),
        ("102_999", {}, 100, 33),
        ("no-such-name", {}, 803, None),
        ("me/feed", {"fields": "nonsense"}, 100, None),
        ("me/feed", {"fields": "id,comments{"}, 2500, None),
        ("me/feed", {"after": "nonsense"}, 100, None),
        ("me/feed", {"limit": "many"}, 100, None),
        ("", {}, 100, None),
    ],
)
def test_mistakes_get_graphs_own_error(
    client: Client, path: str, params: dict[str, str], code: int, subcode: int | None
) -> None:
    answer = client.facebook(path, **params)
    assert answer.status in {400, 404}
    error = answer.json["error"]
    assert (error["code"], error.get("error_subcode")) == (code, subcode)
    assert error["fbtrace_id"]


@pytest.mark.parametrize("edge", ["conversations", "scheduled_posts", "blocked"])
def test_the_public_may_not_see_what_is_the_pages_own(client: Client, edge: str) -> None:
    answer = client.facebook(f"me/{edge}", public=True)
    assert (answer.status, answer.json["error"]["code"]) == (403, 200)


def test_a_revoked_token_is_dead_until_it_is_renewed(client: Client) -> None:
    client.control("POST", "tokens", {"site": "facebook", "do": "revoke", "subcode": 460})
    error = client.facebook("me").json["error"]
    assert (error["code"], error["error_subcode"]) == (190, 460)
    renewed = client.control("POST", "tokens", {"site": "facebook", "do": "renew"})
    client.accounts["facebook"]["token"] = renewed[0]["token"]
    assert client.facebook("me").status == 200


def test_a_kept_limit_ends_in_a_throttle(client: Client, sites: RunningSites) -> None:
    client.control("POST", "settings", {"site": "facebook", "limits": "real"})
    now = int(sites.city.clock.now().timestamp()) // 3600
    sites.city.presences["facebook"].calls["graph"] = (now, 4800)
    answer = client.facebook("me")
    assert (answer.status, answer.json["error"]["code"]) == (400, 80001)
    assert json.loads(answer.headers["x-app-usage"])["call_count"] >= 100
    (usage,) = json.loads(answer.headers["x-business-use-case-usage"])[client.page]
    assert 0 < usage["estimated_time_to_regain_access"] <= 61


def test_bodies_are_escaped_as_the_real_ones(client: Client) -> None:
    wire = client.facebook("me/feed", limit="100").wire
    assert wire.isascii()
    assert b"\\u" in wire
    assert b"https:\\/\\/" in wire


def test_pictures_are_signed_and_expire(client: Client) -> None:
    photo = client.facebook("me/photos", type="uploaded", fields="images,alt_text_custom", limit="1").json[
        "data"
    ][0]
    address = photo["images"][0]["source"].removeprefix(client.sites.url)
    assert client.send("GET", address).wire.startswith(b"\x89PNG")
    client.control("POST", "clock", {"move": 3 * 86400})
    expired = client.send("GET", address)
    assert (expired.status, expired.wire) == (403, b"URL signature expired")
    assert client.send("GET", address.partition("?")[0]).status == 403
    again = client.facebook(photo["id"], fields="images").json["images"][0]["source"]
    assert client.send("GET", again.removeprefix(client.sites.url)).status == 200


def test_posts_of_others_bear_their_owners_id_and_may_be_denied_by_it(client: Client) -> None:
    tagged = client.facebook_all("me/tagged", fields="id,from")
    assert tagged
    assert all(post["id"].startswith(f"{post['from']['id']}_") for post in tagged if "from" in post)
    assert client.facebook(tagged[0]["id"]).status == 200
    client.control("POST", "settings", {"site": "facebook", "foreign_lookups": False})
    assert client.facebook(tagged[0]["id"]).json["error"]["error_subcode"] == 33


@pytest.mark.parametrize(
    ("kind", "spec"),
    [
        ("post", "pagepost"), ("comment", "comment"), ("thread", "unifiedthread"), ("page", "page"),
        ("photo", "photo"), ("video", "advideo"),
    ],
)  # fmt: skip
def test_every_field_name_is_metas_own(meta_fields: dict[str, dict[str, Any]], kind: str, spec: str) -> None:
    real = set(meta_fields[spec]) - {"__edges__"}
    edges = set(meta_fields[spec]["__edges__"])
    ours = set(nodes.NODES[kind]) | UNFILLED[kind]
    assert ours - real - edges == set()
    assert real - ours == set(), "a field of the real site would be refused here"


def test_a_whole_post_has_only_metas_fields(client: Client, meta_fields: dict[str, dict[str, Any]]) -> None:
    everything = ",".join(name for name in meta_fields["pagepost"] if name != "__edges__")
    for post in client.facebook_all("me/feed", fields=f"{everything},attachments", limit="100"):
        assert set(post) <= {*meta_fields["pagepost"], "attachments"}


def test_comments_have_the_recorded_shape(client: Client, recorded_facebook: Path) -> None:
    recorded = json.loads((recorded_facebook / "apidata/comments/comments_p1.json").read_text())
    post = client.truth("facebook", kind="comment")[0]["root"]
    asked = "comment_count,created_time,like_count,message,permalink_url"
    ours = client.facebook(f"{post}/comments", fields=asked, summary="1", filter="stream", limit="1").json
    assert set(ours) == set(recorded)
    assert shape(ours["summary"]) == shape(recorded["summary"])
    assert set(ours["paging"]) == set(recorded["paging"])
    assert {k: v for k, v in shape(ours["data"][0]).items() if k != "id"} == shape(recorded["data"][0])


def test_messages_have_the_recorded_shape(client: Client, recorded_facebook: Path) -> None:
    recorded = json.loads((recorded_facebook / "models/message.json").read_text())
    for thread in client.facebook_all("me/conversations", limit="50"):
        asked = "created_time,from,id,message,tags,to,attachments"
        for ours in client.facebook_all(f"{thread['id']}/messages", fields=asked):
            if "attachments" in ours:
                recorded["attachments"].pop("paging", None)
                assert shape(ours) == shape(recorded)
                return
    pytest.fail("no message has an attachment")


def test_conversations_have_the_recorded_shape(client: Client, recorded_facebook: Path) -> None:
    recorded = json.loads((recorded_facebook / "models/conversation.json").read_text())
    ours = client.facebook("me/conversations", fields=",".join(recorded), limit="1").json["data"][0]
    assert shape(ours) == shape(recorded)


def test_field_expansion_reads_back_as_written() -> None:
    text = "id,comments.limit(5).filter(stream){id,from{name}},message"
    assert fields.written(fields.parse(text)) == text


def test_edges_answer_alone_as_they_do_inside_fields(client: Client) -> None:
    for post in client.facebook_all("me/feed", fields="attachments,reactions.summary(true)", limit="100"):
        alone = client.facebook(f"{post['id']}/attachments").json
        assert alone == post.get("attachments", {"data": []})
        assert client.facebook(f"{post['id']}/reactions", summary="true").json == post["reactions"]
    inside = client.facebook("me", fields="conversations.limit(3){id,message_count}").json["conversations"][
        "data"
    ]
    assert inside == client.facebook("me/conversations", fields="id,message_count", limit="3").json["data"]
