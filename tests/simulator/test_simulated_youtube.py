"""The simulated YouTube against Google's discovery document, and each of its traps."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlencode

import jsonschema
import pytest

from paloverde.simulator.city import Item
from paloverde.simulator.server import RunningSites
from simulator.client import Answer, Client
from simulator.conftest import folder

ANSWERS = {
    "channels": "ChannelListResponse",
    "playlistItems": "PlaylistItemListResponse",
    "videos": "VideoListResponse",
    "playlists": "PlaylistListResponse",
    "commentThreads": "CommentThreadListResponse",
    "comments": "CommentListResponse",
    "subscriptions": "SubscriptionListResponse",
    "liveChat/messages": "LiveChatMessageListResponse",
}
THREADS = {"part": "id,snippet,replies", "textFormat": "plainText"}


def ask(client: Client, path: str, *, public: bool = False, etag: str = "", **params: str) -> Answer:
    token = client.accounts["youtube"]["public_token" if public else "token"]
    headers = {"Authorization": f"Bearer {token}", **({"If-None-Match": etag} if etag else {})}
    return client.send("GET", f"/youtube/{path}?{urlencode(params)}", headers)


def every(client: Client, path: str, **params: str) -> list[dict[str, Any]]:
    items: list[dict[str, Any]] = []
    token: dict[str, str] = {}
    while True:
        answer = ask(client, path, **params, **token).json
        items += answer["items"]
        if "nextPageToken" not in answer:
            return items
        token = {"pageToken": answer["nextPageToken"]}


def owner(client: Client) -> str:
    return str(client.accounts["youtube"]["native_id"])


def threads(client: Client, status: str = "published", **more: str) -> list[dict[str, Any]]:
    return every(
        client,
        "commentThreads",
        **THREADS,
        allThreadsRelatedToChannelId=owner(client),
        moderationStatus=status,
        maxResults="100",
        **more,
    )


def comment(client: Client, on: str, words: str, by: str = "someone") -> str:
    happened = client.play(site="youtube", do="comment", on=on, text=words, by=by)
    return str(happened["item"]["id"])


def set_up(client: Client, **settings: Any) -> None:
    client.control("POST", "settings", {"site": "youtube", **settings})


def reason(answer: Answer) -> str:
    return str(answer.json["error"]["errors"][0]["reason"])


def shown(sites: RunningSites, state: str) -> list[Item]:
    return [item for item in sites.city.presences["youtube"].comments if item.state.value == state]


@pytest.fixture
def schemas() -> dict[str, Any]:
    path = folder("PALOVERDE_API_SPECS", "youtube") / "youtube.v3.rev20261104.json"
    loaded: dict[str, Any] = json.loads(path.read_text())["schemas"]
    return {name: strict(schema) for name, schema in loaded.items()}


def strict(schema: dict[str, Any]) -> dict[str, Any]:
    """A schema of the discovery document as JSON Schema that knows no further member."""
    if "$ref" in schema:
        return {"$ref": f"#/$defs/{schema['$ref']}"}
    made: dict[str, Any] = {"type": schema["type"]} if schema.get("type") != "any" else {}
    if "enum" in schema:
        made["enum"] = schema["enum"]
    if schema.get("format") in ("uint64", "int64"):
        made["pattern"] = "^-?[0-9]+$"
    if schema.get("format") == "date-time":
        made["pattern"] = r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z$"
    if "items" in schema:
        made["items"] = strict(schema["items"])
    if schema.get("type") == "object":
        made["properties"] = {name: strict(one) for name, one in schema.get("properties", {}).items()}
        more = schema.get("additionalProperties")
        made["additionalProperties"] = strict(more) if more else False
    return made


def conforms(schemas: dict[str, Any], path: str, payload: dict[str, Any]) -> None:
    jsonschema.Draft202012Validator({"$ref": f"#/$defs/{ANSWERS[path]}", "$defs": schemas}).validate(payload)
    assert payload["kind"] == f"youtube#{ANSWERS[path][0].lower()}{ANSWERS[path][1:]}"


def test_every_answer_is_one_of_the_discovery_document(
    client: Client, sites: RunningSites, schemas: dict[str, Any]
) -> None:
    latest = client.play(site="youtube", do="post", text="Live from the council")["item"]["id"]
    set_up(client, live=latest)
    comment(client, latest, "A question <for> you & me")
    questions: list[tuple[str, dict[str, str]]] = [
        ("channels", {"part": "id,snippet,brandingSettings,contentDetails,statistics,status,topicDetails", "mine": "true"}),
        ("playlistItems", {"part": "id,snippet,contentDetails,status", "playlistId": f"UU{owner(client)[2:]}", "maxResults": "50"}),
        ("videos", {"part": "id,snippet,contentDetails,status,statistics,liveStreamingDetails,recordingDetails", "id": latest}),
        ("playlists", {"part": "id,snippet,status,contentDetails", "mine": "true"}),
        ("subscriptions", {"part": "id,snippet,subscriberSnippet", "mySubscribers": "true", "maxResults": "50"}),
        *(
            ("commentThreads", {**THREADS, "allThreadsRelatedToChannelId": owner(client), "moderationStatus": status})
            for status in ("published", "heldForReview", "likelySpam")
        ),
        ("comments", {"part": "id,snippet", "id": ",".join(item.id for item in shown(sites, "present")[:9])}),
    ]  # fmt: skip
    chat = ask(client, "videos", part="liveStreamingDetails", id=latest).json["items"][0]
    chat_id = chat["liveStreamingDetails"]["activeLiveChatId"]
    questions.append(("liveChat/messages", {"part": "id,snippet,authorDetails", "liveChatId": chat_id}))
    for path, params in questions:
        answer = ask(client, path, **params)
        assert answer.status == 200, answer.body
        assert answer.json["items"], path
        conforms(schemas, path, answer.json)


def test_a_wrong_member_would_be_found(client: Client, schemas: dict[str, Any]) -> None:
    answer = ask(client, "channels", part="statistics", mine="true").json
    for wrong in ({"statistics": {"videoCount": 3}}, {"statistics": {"likes": "3"}}, {"fans": 3}):
        broken = {**answer, "items": [{**answer["items"][0], **wrong}]}
        with pytest.raises(jsonschema.ValidationError):
            conforms(schemas, "channels", broken)


def test_the_uploads_list_reaches_every_video_and_says_who_may_see_it(
    client: Client, sites: RunningSites
) -> None:
    items = every(client, "playlistItems", part="contentDetails,status", playlistId=f"UU{owner(client)[2:]}")
    truly = [item.id for item in sites.city.presences["youtube"].posts]
    assert sorted(item["contentDetails"]["videoId"] for item in items) == sorted(truly)
    assert {item["status"]["privacyStatus"] for item in items} == {"public", "unlisted", "private"}


def test_others_see_no_private_video_and_no_held_comment(client: Client) -> None:
    hidden = client.play(site="youtube", do="hide", item="latest post")["item"]["id"]
    assert (
        ask(client, "videos", part="status", id=hidden).json["items"][0]["status"]["privacyStatus"]
        == "private"
    )
    assert ask(client, "videos", public=True, part="status", id=hidden).json["items"] == []
    asked = {**THREADS, "allThreadsRelatedToChannelId": owner(client), "moderationStatus": "heldForReview"}
    assert reason(ask(client, "commentThreads", public=True, **asked)) == "forbidden"


def test_a_held_comment_is_in_one_pass_only_and_released_in_another(client: Client) -> None:
    made = comment(client, "latest post", "A word")
    found = {
        status: [one["id"] for one in threads(client, status)] for status in ("published", "heldForReview")
    }
    assert made in found["published"]
    assert made not in found["heldForReview"]
    client.play(site="youtube", do="hold", item=made)
    (held,) = [one for one in threads(client, "heldForReview") if one["id"] == made]
    assert held["snippet"]["topLevelComment"]["snippet"]["moderationStatus"] == "heldForReview"
    assert made not in [one["id"] for one in threads(client)]
    client.play(site="youtube", do="hold", item=made, **{"as": "spam"})
    assert made in [one["id"] for one in threads(client, "likelySpam")]
    client.play(site="youtube", do="release", item=made)
    assert made in [one["id"] for one in threads(client)]


def test_only_youtube_holds_comments_back(client: Client) -> None:
    answer = client.send(
        "POST", "/_sim/events", body={"site": "facebook", "do": "hold", "item": "latest comment"}
    )
    assert answer.status == 400
    assert "Only comments on YouTube" in answer.json["error"]


def test_a_rejected_comment_is_nowhere_not_even_by_its_id(client: Client) -> None:
    made = comment(client, "latest post", "A word")
    assert ask(client, "comments", part="id", id=made).json["items"]
    client.play(site="youtube", do="hide", item=made)
    for status in ("published", "heldForReview", "likelySpam"):
        assert made not in [one["id"] for one in threads(client, status)]
    assert ask(client, "comments", part="id", id=made).json["items"] == []


def test_by_its_id_a_comment_does_not_say_how_it_is_moderated(client: Client) -> None:
    made = comment(client, "latest post", "A word")
    (found,) = ask(client, "comments", part="id,snippet", id=made).json["items"]
    assert "moderationStatus" not in found["snippet"]


def test_all_threads_together_are_all_comments_that_are_there(client: Client, sites: RunningSites) -> None:
    walked: set[str] = set()
    for status in ("published", "heldForReview", "likelySpam"):
        for thread in threads(client, status):
            walked.add(thread["id"])
            walked |= {one["id"] for one in thread.get("replies", {}).get("comments", [])}
    truly = {item.id for state in ("present", "held", "spam") for item in shown(sites, state)}
    under_gone = {item.id for item in shown(sites, "present") if item.parent and item.parent.kind == "comment" and item.parent.state.value != "present"}  # fmt: skip
    assert truly - under_gone <= walked <= truly


def test_a_thread_brings_five_replies_and_the_others_are_listed_apart(client: Client) -> None:
    first = comment(client, "latest post", "A question")
    made = [comment(client, first, f"Answer {number}") for number in range(7)]
    deeper = comment(client, made[0], "An answer to an answer")
    (thread,) = [one for one in threads(client) if one["id"] == first]
    assert thread["snippet"]["totalReplyCount"] == 8
    assert len(thread["replies"]["comments"]) == 5
    listed = every(
        client, "comments", part="id,snippet", parentId=first, maxResults="3", textFormat="plainText"
    )
    assert sorted(one["id"] for one in listed) == sorted([*made, deeper])
    assert {one["snippet"]["parentId"] for one in listed} == {first}


def test_pages_by_time_are_short_whatever_is_asked_for(client: Client) -> None:
    asked = {"part": "id", "allThreadsRelatedToChannelId": owner(client), "maxResults": "100"}
    assert len(ask(client, "commentThreads", **asked).json["items"]) == 20
    assert len(ask(client, "commentThreads", **asked, order="relevance").json["items"]) == 100


def test_a_new_comment_between_two_pages_shifts_nothing(client: Client) -> None:
    asked = {"part": "id", "allThreadsRelatedToChannelId": owner(client)}
    first = ask(client, "commentThreads", **asked).json
    before = ask(client, "commentThreads", **asked, pageToken=first["nextPageToken"]).json["items"]
    comment(client, "latest post", "In between")
    after = ask(client, "commentThreads", **asked, pageToken=first["nextPageToken"]).json["items"]
    assert [one["id"] for one in before] == [one["id"] for one in after]


def test_plain_text_is_asked_for_or_comes_as_html(client: Client) -> None:
    made = comment(client, "latest post", "a < b & c")
    asked = {"part": "id,snippet", "id": made}
    assert "a &lt; b &amp; c" in ask(client, "comments", **asked).json["items"][0]["snippet"]["textDisplay"]
    plain = ask(client, "comments", **asked, textFormat="plainText").json["items"][0]["snippet"]
    assert "a < b & c" in plain["textDisplay"]


def test_the_original_words_are_given_to_their_author_only(client: Client) -> None:
    own = comment(client, "latest post", "Ours", by="city")
    other = comment(client, "latest post", "Theirs")
    found = ask(client, "comments", part="id,snippet", id=f"{own},{other}").json["items"]
    assert ["textOriginal" in one["snippet"] for one in found] == [True, False]


def test_an_edit_moves_the_time_of_the_update_and_the_etag(client: Client) -> None:
    made = comment(client, "latest post", "First words")
    (before,) = ask(client, "comments", part="id,snippet", id=made).json["items"]
    assert before["snippet"]["updatedAt"] == before["snippet"]["publishedAt"]
    client.control("POST", "clock", {"move": 3600})
    client.play(site="youtube", do="edit", item=made, text="Other words")
    (after,) = ask(client, "comments", part="id,snippet", id=made).json["items"]
    assert after["snippet"]["updatedAt"] > after["snippet"]["publishedAt"]
    assert after["etag"] != before["etag"]


def test_some_comments_have_no_author(client: Client) -> None:
    found = [one["snippet"]["topLevelComment"]["snippet"] for one in threads(client)]
    bare = [one for one in found if "authorChannelId" not in one]
    assert 0 < len(bare) < len(found) / 10


def test_an_unchanged_answer_is_not_sent_again(client: Client) -> None:
    first = ask(client, "channels", part="id,snippet", mine="true")
    again = ask(client, "channels", etag=first.headers["etag"], part="id,snippet", mine="true")
    assert (again.status, again.body) == (304, b"")
    client.play(site="youtube", do="rename", who="city", name="Palma Ria, the City")
    assert ask(client, "channels", etag=first.headers["etag"], part="id,snippet", mine="true").status == 200


def test_the_days_quota_ends_in_the_middle_of_a_list_and_the_token_still_leads_on(client: Client) -> None:
    whole = [one["id"] for one in threads(client)]
    client.control("POST", "clock", {"move": 86400})
    set_up(client, units_per_day=2)
    asked = {"part": "id", "allThreadsRelatedToChannelId": owner(client), "maxResults": "100"}
    got: list[str] = []
    token: dict[str, str] = {}
    for _ in range(2):
        answer = ask(client, "commentThreads", **asked, **token).json
        got += [one["id"] for one in answer["items"]]
        token = {"pageToken": answer["nextPageToken"]}
    refused = ask(client, "commentThreads", **asked, **token)
    assert (refused.status, reason(refused)) == (403, "quotaExceeded")
    assert b"\\u003ca href=" in refused.body
    set_up(client, units_per_day=10_000)
    client.control("POST", "clock", {"move": 86400})
    while token:
        answer = ask(client, "commentThreads", **asked, **token).json
        got += [one["id"] for one in answer["items"]]
        token = {"pageToken": answer["nextPageToken"]} if "nextPageToken" in answer else {}
    assert got == whole


def test_the_quota_is_full_again_at_midnight_in_california_and_not_before(client: Client) -> None:
    set_up(client, units_per_day=1)
    client.control("POST", "clock", {"set": datetime(2026, 12, 2, 7, 0, tzinfo=UTC).isoformat()})
    statuses = []
    for _ in range(4):
        statuses.append(ask(client, "channels", part="id", mine="true").status)
        client.control("POST", "clock", {"move": timedelta(minutes=25).total_seconds()})
    assert statuses == [200, 403, 403, 200]


def test_comments_that_are_switched_off_have_no_number_and_no_threads(client: Client) -> None:
    commented = threads(client)[0]["snippet"]["videoId"]
    assert (
        "commentCount"
        in ask(client, "videos", part="statistics", id=commented).json["items"][0]["statistics"]
    )
    set_up(client, comments_off=[commented])
    assert (
        "commentCount"
        not in ask(client, "videos", part="statistics", id=commented).json["items"][0]["statistics"]
    )
    assert commented not in {one["snippet"]["videoId"] for one in threads(client)}
    assert reason(ask(client, "commentThreads", part="id", videoId=commented)) == "commentsDisabled"
    set_up(client, comments_disabled=True)
    asked = {"part": "id", "allThreadsRelatedToChannelId": owner(client)}
    assert reason(ask(client, "commentThreads", **asked)) == "commentsDisabled"


def test_only_some_subscribers_are_listed_and_never_more_than_the_cap(
    client: Client, sites: RunningSites
) -> None:
    asked = {"part": "id,subscriberSnippet", "mySubscribers": "true", "maxResults": "50"}
    listed = every(client, "subscriptions", **asked)
    count = len(sites.city.presences["youtube"].followers)
    assert count * 0.8 < len(listed) < count
    set_up(client, subscribers_cap=70)
    assert len(every(client, "subscriptions", **asked)) == 70
    statistics = ask(client, "channels", part="statistics", mine="true").json["items"][0]["statistics"]
    assert statistics["subscriberCount"] == "300"


def test_pages_of_subscribers_can_repeat_for_ever(client: Client) -> None:
    set_up(client, subscribers_repeat=True)
    asked = {"part": "id", "mySubscribers": "true", "maxResults": "50"}
    first = ask(client, "subscriptions", **asked).json
    second = ask(client, "subscriptions", **asked, pageToken=first["nextPageToken"]).json
    assert second["items"] == first["items"]
    assert second["nextPageToken"] != first["nextPageToken"]


def test_a_count_is_rounded_to_three_figures(client: Client, sites: RunningSites) -> None:
    followers = sites.city.presences["youtube"].followers
    followers += followers * 4  # 1,500
    followers.append(followers[0])
    statistics = ask(client, "channels", part="statistics", mine="true").json["items"][0]["statistics"]
    assert statistics["subscriberCount"] == "1500"


def test_a_chat_is_there_while_the_video_is_on_air(client: Client) -> None:
    video = client.play(site="youtube", do="post", text="Live")["item"]["id"]
    set_up(client, live=video)
    (shown_live,) = ask(client, "videos", part="snippet,liveStreamingDetails", id=video).json["items"]
    chat = shown_live["liveStreamingDetails"]["activeLiveChatId"]
    asked = {"part": "id,snippet,authorDetails", "liveChatId": chat}
    first = ask(client, "liveChat/messages", **asked).json
    assert {one["snippet"]["type"] for one in first["items"]} == {
        *("textMessageEvent", "superChatEvent", "tombstone", "messageDeletedEvent", "userBannedEvent")
    }
    assert first["pollingIntervalMillis"]
    again = ask(client, "liveChat/messages", **asked, pageToken=first["nextPageToken"]).json
    assert again["items"] == []
    assert again["nextPageToken"]
    set_up(client, live="")
    assert reason(ask(client, "liveChat/messages", **asked)) == "liveChatEnded"
    assert (
        "liveStreamingDetails"
        not in ask(client, "videos", part="liveStreamingDetails", id=video).json["items"][0]
    )


@pytest.mark.parametrize(
    ("path", "params", "wanted"),
    [
        ("channels", {"mine": "true"}, "missingRequiredParameter"),
        ("channels", {"part": "id"}, "missingRequiredParameter"),
        ("channels", {"part": "nonsense", "mine": "true"}, "unknownPart"),
        ("channels", {"part": "id", "mine": "true", "id": "x"}, "incompatibleParameters"),
        ("playlists", {"part": "id", "mine": "true", "maxResults": "51"}, "invalidParameter"),
        ("playlists", {"part": "id", "mine": "true", "pageToken": "!!"}, "invalidPageToken"),
        ("videos", {"part": "id", "id": ",".join("abc" for _ in range(51))}, "invalidFilters"),
        ("playlistItems", {"part": "id", "playlistId": "UUnobody"}, "playlistNotFound"),
        ("comments", {"part": "id", "parentId": "Ugnobody"}, "commentNotFound"),
        ("commentThreads", {"part": "id", "videoId": "nothing"}, "videoNotFound"),
        ("nothing", {"part": "id"}, "notFound"),
    ],
)
def test_a_question_that_the_site_would_refuse_is_refused(
    client: Client, path: str, params: dict[str, str], wanted: str
) -> None:
    answer = ask(client, path, **params)
    assert reason(answer) == wanted
    assert answer.status in (400, 404)


@pytest.mark.parametrize(
    ("kind", "status", "wanted"),
    [
        ("quota_exceeded", 403, "quotaExceeded"),
        ("rate_limited", 403, "rateLimitExceeded"),
        ("processing_failure", 400, "processingFailure"),
        ("comments_disabled", 403, "commentsDisabled"),
        ("permission_lost", 403, "insufficientPermissions"),
        ("expired_token", 401, "authError"),
        ("server_error", 503, "backendError"),
    ],
)
def test_each_fault_speaks_the_sites_own_words(client: Client, kind: str, status: int, wanted: str) -> None:
    client.fault(site="youtube", kind=kind)
    answer = ask(client, "channels", part="id", mine="true")
    assert (answer.status, reason(answer)) == (status, wanted)
    assert ask(client, "channels", part="id", mine="true").status == 200


@pytest.mark.parametrize("path", ["commentThreads", "subscriptions", "playlistItems"])
def test_an_empty_page_leads_on_to_what_it_should_have_held(client: Client, path: str) -> None:
    asked: dict[str, dict[str, str]] = {
        "commentThreads": {"allThreadsRelatedToChannelId": owner(client)},
        "subscriptions": {"mySubscribers": "true"},
        "playlistItems": {"playlistId": f"UU{owner(client)[2:]}"},
    }
    whole = every(client, path, part="id", **asked[path])
    client.fault(site="youtube", kind="empty_page", path=f"/{path}", nth=2, times=2)
    assert every(client, path, part="id", **asked[path]) == whole


def test_a_revoked_token_opens_nothing(client: Client) -> None:
    client.control("POST", "tokens", {"site": "youtube", "do": "revoke"})
    assert reason(ask(client, "channels", part="id", mine="true")) == "authError"


def test_a_preview_picture_can_be_fetched(client: Client) -> None:
    (found,) = ask(client, "channels", part="snippet", mine="true").json["items"]
    videos = every(client, "playlistItems", part="snippet", playlistId=f"UU{owner(client)[2:]}")
    for thumbnails in (found["snippet"]["thumbnails"], videos[-1]["snippet"]["thumbnails"]):
        path = "/" + thumbnails["high"]["url"].split("/", 3)[3]
        answer = client.send("GET", path)
        assert (answer.status, answer.body[:4]) == (200, b"\x89PNG")


def test_deleting_a_video_takes_its_comments_along(client: Client) -> None:
    video = threads(client)[0]["snippet"]["videoId"]
    before = [one["id"] for one in threads(client) if one["snippet"]["videoId"] == video]
    client.play(site="youtube", do="delete", item=video)
    assert ask(client, "videos", part="id", id=video).json["items"] == []
    assert ask(client, "comments", part="id", id=",".join(before[:9])).json["items"] == []
