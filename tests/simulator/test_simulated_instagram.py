"""Instagram as the simulated city serves it, held against Meta's own field lists and recorded answers."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any
from urllib.parse import urlencode, urlsplit

import pytest

from paloverde.simulator.instagram import nodes
from paloverde.simulator.instagram.nodes import UNFILLED
from paloverde.simulator.server import RunningSites
from simulator.client import Answer, Client, ids, shape
from simulator.conftest import folder

COMMENT = "id,text,timestamp,username,from{id,username},hidden,parent_id,media{id},replies{id,text,parent_id}"


class Gram:
    """The account's owner, asking over HTTP."""

    def __init__(self, client: Client) -> None:
        self.client = client
        self.account = client.accounts["instagram"]
        self.id: str = self.account["native_id"]

    def ask(self, path: str, *, public: bool = False, **params: str) -> Answer:
        token = self.account["public_token" if public else "token"]
        question = urlencode({"access_token": token, **params})
        return self.client.send("GET", f"/instagram/v26.0/{path}?{question}")

    def all(self, path: str, **params: str) -> list[dict[str, Any]]:
        """Every item, by following `paging.next` as it is given."""
        items: list[dict[str, Any]] = []
        answer = self.ask(path, **params).json
        while True:
            items += answer["data"]
            following = answer.get("paging", {}).get("next")
            if following is None:
                return items
            parts = urlsplit(following)
            answer = self.client.send("GET", f"{parts.path}?{parts.query}").json

    def truth(self, **narrow: str) -> list[dict[str, Any]]:
        return self.client.truth("instagram", **narrow)

    def play(self, **event: Any) -> str:
        happened: str = self.client.play(site="instagram", **event)["item"]["id"]
        return happened


@pytest.fixture
def gram(client: Client) -> Gram:
    return Gram(client)


def own(gram: Gram) -> list[dict[str, Any]]:
    return [one for one in gram.truth(kind="post") if one["stream"] == "own" and one["state"] != "deleted"]


def commented(gram: Gram) -> dict[str, Any]:
    """A comment right under one of the account's own posts, with at least one reply."""
    posts = {one["id"] for one in own(gram)}
    there = [one for one in gram.truth(kind="comment") if one["state"] == "present" and one["root"] in posts]
    parents = {one["parent"] for one in there}
    return next(one for one in there if one["parent"] == one["root"] and one["id"] in parents)


def test_a_token_tells_the_page_and_the_account_that_is_linked_to_it(gram: Gram) -> None:
    told = gram.ask("me", fields="id,instagram_business_account{id,username}").json
    linked = {"id": gram.id, "username": gram.account["handle"]}
    assert told["instagram_business_account"] == linked
    assert told["id"] not in {gram.id, ""}


def test_every_post_is_listed_once_newest_first_and_has_a_picture(gram: Gram) -> None:
    listed = gram.all(f"{gram.id}/media", fields="id,timestamp,media_url", limit="7")
    assert sorted(ids(listed)) == sorted(one["id"] for one in own(gram))
    times = [one["timestamp"] for one in listed]
    assert times == sorted(times, reverse=True)
    assert all(one["media_url"] for one in listed)


def test_posts_of_others_stand_among_the_tags_without_their_owner(gram: Gram) -> None:
    listed = gram.all(f"{gram.id}/tags", fields="id,username,owner")
    truly = {one["id"] for one in gram.truth(kind="post") if one["stream"] in {"tagged", "visitor"}}
    assert set(ids(listed)) == truly
    assert all("owner" not in one for one in listed)
    answer = gram.ask(f"{listed[0]['id']}/comments")
    assert (answer.status, answer.json["error"]["code"]) == (403, 10)


def test_comments_come_newest_first_top_level_only_and_at_most_fifty(gram: Gram) -> None:
    comment = commented(gram)
    for number in range(60):
        gram.play(do="comment", on=comment["root"], text=f"Comment {number}")
    first = gram.ask(f"{comment['root']}/comments", fields=COMMENT, limit="100").json
    assert len(first["data"]) == 50
    assert first["paging"]["next"]
    listed = gram.all(f"{comment['root']}/comments", fields=COMMENT)
    times = [one["timestamp"] for one in listed]
    assert times == sorted(times, reverse=True)
    assert all("parent_id" not in one for one in listed)


def test_replies_stand_inside_their_comment_and_page_by_themselves(gram: Gram) -> None:
    comment = commented(gram)
    for number in range(9):
        gram.play(do="comment", on=comment["id"], text=f"Reply {number}")
    below = gram.play(do="comment", on=gram.play(do="comment", on=comment["id"], text="So?"), text="So what")
    asked = "id,replies.limit(4){id,parent_id}"
    (shown,) = [
        one for one in gram.all(f"{comment['root']}/comments", fields=asked) if one["id"] == comment["id"]
    ]
    assert len(shown["replies"]["data"]) == 4
    assert shown["replies"]["paging"]["next"]
    everything = gram.all(f"{comment['id']}/replies", fields="id,parent_id", limit="3")
    assert {one["parent_id"] for one in everything} == {comment["id"]}
    assert below in ids(everything), "the site knows one depth of replies"


def test_a_restricted_persons_words_are_counted_and_not_listed(gram: Gram) -> None:
    comment = commented(gram)
    before = gram.ask(comment["root"], fields="comments_count").json["comments_count"]
    gram.client.play(site="instagram", do="mute", who=comment["author"]["id"])
    listed = gram.all(f"{comment['root']}/comments", fields="id")
    assert comment["id"] not in ids(listed)
    assert gram.ask(comment["root"], fields="comments_count").json["comments_count"] == before


def test_a_post_with_an_age_limit_has_cursors_and_no_comments(gram: Gram) -> None:
    root = commented(gram)["root"]
    gram.client.control("POST", "settings", {"site": "instagram", "age_gated": [root]})
    answer = gram.ask(f"{root}/comments").json
    assert answer["data"] == []
    assert answer["paging"]["cursors"]["after"]
    assert "next" not in answer["paging"]
    assert gram.ask(root, fields="comments_count").json["comments_count"] > 0


def test_a_hidden_comment_is_listed_as_hidden(gram: Gram) -> None:
    comment = commented(gram)
    gram.play(do="hide", item=comment["id"])
    listed = {one["id"]: one["hidden"] for one in gram.all(f"{comment['root']}/comments", fields="id,hidden")}
    assert listed[comment["id"]] is True
    assert gram.ask(comment["id"], fields="hidden").json["hidden"] is True


def test_a_story_leaves_after_a_day(gram: Gram) -> None:
    story = gram.play(do="post", stream="story", text="Open until six")
    (shown,) = gram.all(f"{gram.id}/stories", fields="id,media_product_type,permalink,timestamp")
    assert (shown["id"], shown["media_product_type"]) == (story, "STORY")
    assert "/stories/" in shown["permalink"]
    assert story not in ids(gram.all(f"{gram.id}/media"))
    gram.client.control("POST", "clock", {"move": 86_400})
    assert gram.all(f"{gram.id}/stories") == []
    error = gram.ask(story).json["error"]
    assert (error["code"], error["error_subcode"]) == (100, 33)


def test_a_broadcast_is_listed_while_it_lasts(gram: Gram) -> None:
    live = gram.play(do="post", stream="live", text="Council meeting")
    (shown,) = gram.all(f"{gram.id}/live_media", fields="id,media_type,media_url")
    assert shown == {"id": live, "media_type": "BROADCAST"}
    gram.client.control("POST", "clock", {"move": 7_200})
    assert gram.all(f"{gram.id}/live_media") == []


def test_a_claimed_film_has_no_address(gram: Gram) -> None:
    film = gram.play(do="post", text="The market", film="a band plays")
    gram.client.control("POST", "settings", {"site": "instagram", "claimed": [film]})
    shown = gram.ask(film, fields="media_type,media_url,thumbnail_url").json
    assert shown["media_type"] == "VIDEO"
    assert "media_url" not in shown
    assert shown["thumbnail_url"]


def test_conversations_are_those_of_instagram_and_need_the_page(gram: Gram) -> None:
    page = gram.ask("me").json["id"]
    asked = {"platform": "instagram", "fields": "id,message_count,participants,updated_time"}
    listed = gram.all(f"{page}/conversations", **asked)
    assert len(listed) == 20
    assert gram.all(f"{page}/conversations") == [], "the default is messenger"
    assert gram.id in {one["id"] for one in listed[0]["participants"]["data"]}
    assert gram.ask(f"{gram.id}/conversations", platform="instagram").status == 400


def test_only_the_newest_messages_can_be_read(gram: Gram) -> None:
    page = gram.ask("me").json["id"]
    asked = {"platform": "instagram", "fields": "id,message_count"}
    thread = max(gram.all(f"{page}/conversations", **asked), key=lambda one: int(one["message_count"]))
    assert thread["message_count"] > 20
    listed = gram.all(f"{thread['id']}/messages", fields="id,created_time,message,from")
    assert ["message" in one for one in listed] == [True] * 20 + [False] * (thread["message_count"] - 20)
    assert gram.ask(listed[20]["id"], fields="message").json["error"]["error_subcode"] == 33


def test_a_reaction_to_a_message_names_who_and_how(gram: Gram) -> None:
    said = gram.play(do="message", text="The light is out")
    gram.play(do="react", item=said)
    (reaction,) = gram.ask(said, fields="reactions").json["reactions"]["data"]
    assert reaction["reaction"] == "love"
    assert reaction["users"] == [{"id": gram.id, "username": gram.account["handle"]}]


def test_one_missing_id_fails_a_whole_look_up(gram: Gram) -> None:
    known = ids(gram.all(f"{gram.id}/media"))[:3]
    assert list(gram.ask("", ids=",".join(known)).json) == known
    assert gram.ask("", ids=f"{known[0]},179").json["error"]["error_subcode"] == 33


def test_posts_of_others_may_be_denied_by_their_id(gram: Gram) -> None:
    tagged = ids(gram.all(f"{gram.id}/tags"))[0]
    assert gram.ask(tagged).json == {"id": tagged}
    gram.client.control("POST", "settings", {"site": "instagram", "foreign_lookups": False})
    assert gram.ask(tagged).json["error"]["error_subcode"] == 33


def test_a_kept_limit_ends_in_80002(gram: Gram, sites: RunningSites) -> None:
    gram.client.control("POST", "settings", {"site": "instagram", "limits": "real"})
    today = int(sites.city.clock.now().timestamp()) // 86_400
    sites.city.presences["instagram"].calls["graph"] = (today, 4800)
    answer = gram.ask("me")
    assert (answer.status, answer.json["error"]["code"]) == (400, 80002)
    (usage,) = json.loads(answer.headers["x-business-use-case-usage"])[gram.id]
    assert usage["type"] == "instagram"
    assert 0 < usage["estimated_time_to_regain_access"] <= 1440


@pytest.mark.parametrize("kind", ["rate_limited", "throttle"])
def test_a_limit_can_be_switched_on(gram: Gram, kind: str) -> None:
    gram.client.fault(kind=kind, site="instagram", minutes=7)
    answer = gram.ask("me")
    assert (answer.status, answer.json["error"]["code"]) == (400, 80002)
    (usage,) = json.loads(answer.headers["x-business-use-case-usage"])[gram.id]
    assert usage["estimated_time_to_regain_access"] == 7
    assert gram.ask("me").status == 200


def test_too_much_data_can_be_switched_on(gram: Gram) -> None:
    gram.client.fault(kind="reduce_data", site="instagram", above=5, times=None)
    assert gram.ask(f"{gram.id}/media", limit="10").json["error"]["code"] == 1
    assert gram.ask(f"{gram.id}/media", limit="5").status == 200


def test_an_empty_page_leads_on_to_what_it_should_have_had(gram: Gram) -> None:
    whole = gram.all(f"{gram.id}/media", limit="9")
    gram.client.fault(kind="empty_page", site="instagram", nth=2, contains="/media")
    assert gram.all(f"{gram.id}/media", limit="9") == whole


@pytest.mark.parametrize(
    ("path", "params", "code"),
    [
        ("me", {"access_token": "wrong"}, 190),
        ("17900000000000001", {}, 100),
        ("me", {"fields": "nonsense"}, 100),
        ("me", {"fields": "id,accounts{"}, 2500),
        ("me/feed", {}, 100),
        ("", {}, 100),
    ],
)
def test_mistakes_get_graphs_own_error(gram: Gram, path: str, params: dict[str, str], code: int) -> None:
    answer = gram.ask(path, **params)
    assert answer.status == 400
    assert answer.json["error"]["code"] == code


def test_the_public_sees_nothing(gram: Gram) -> None:
    answer = gram.ask(f"{gram.id}/media", public=True)
    assert (answer.status, answer.json["error"]["code"]) == (403, 10)


def test_pictures_are_signed_and_expire(gram: Gram) -> None:
    address = gram.all(f"{gram.id}/media", fields="media_url")[0]["media_url"].removeprefix(
        gram.client.sites.url
    )
    assert gram.client.send("GET", address).wire[:4] in {b"\x89PNG", b"\0\0\0\x1c"}
    gram.client.control("POST", "clock", {"move": 3 * 86_400})
    assert gram.client.send("GET", address).status == 403


@pytest.mark.parametrize(
    ("kind", "spec"),
    [("user", "iguser"), ("media", "igmedia"), ("comment", "igcomment"), ("thread", "unifiedthread")],
)
def test_every_field_name_is_metas_own(meta_fields: dict[str, dict[str, Any]], kind: str, spec: str) -> None:
    real = set(meta_fields[spec]) - {"__edges__"}
    edges = set(meta_fields[spec]["__edges__"]) - {""}
    ours = set(nodes.NODES[kind]) | UNFILLED[kind]
    assert ours - real - edges == set()
    assert (real | edges) - ours == set(), "a field of the real site would be refused here"


@pytest.fixture
def recorded() -> Path:
    return folder("PALOVERDE_REAL_SAMPLES", "instagram/sns-sdks__python-facebook/testdata/instagram")


def test_posts_comments_and_accounts_have_the_recorded_shape(gram: Gram, recorded: Path) -> None:
    comment = commented(gram)
    asked = {"comments_p1": comment["root"] + "/comments", "medias_p1": f"{gram.id}/media"}
    first = json.loads((recorded / "apidata/medias/comments_p1.json").read_text())["data"][0]
    assert shape(gram.ask(asked["comments_p1"]).json["data"][0]) == shape(first)
    listed = json.loads((recorded / "apidata/users/medias_p1.json").read_text())
    fields = ",".join(listed["data"][0])
    ours = gram.ask(asked["medias_p1"], fields=fields, limit="1").json
    assert shape(ours) == shape({**listed, "data": listed["data"][:1]}) | {"paging": shape(ours["paging"])}
    assert ours["paging"].keys() == listed["paging"].keys()
    user = json.loads((recorded / "models/ig_user.json").read_text())
    assert shape(gram.ask(gram.id, fields=",".join(user)).json) == shape(user)


def test_a_carousel_has_the_recorded_shape(gram: Gram, recorded: Path) -> None:
    child = json.loads((recorded / "apidata/medias/children.json").read_text())["data"][0]
    fields = ",".join(name for name in child if name != "shortcode")
    carousels = [
        one for one in gram.all(f"{gram.id}/media", fields=f"id,children{{{fields}}}") if "children" in one
    ]
    assert carousels
    del child["shortcode"]
    assert shape(carousels[0]["children"]["data"][0]) == shape(child)
