"""The simulated LinkedIn: its answers against our schema, and the recorded ones against the same."""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import quote, unquote

import pytest
from jsonschema import Draft202012Validator

from simulator.client import Answer, Client
from simulator.conftest import folder

SCHEMA = json.loads((Path(__file__).parent / "linkedin.schema.json").read_text())
ACTIONS = "List(COMMENT,ADMIN_COMMENT,COMMENT_EDIT,COMMENT_DELETE,SHARE_MENTION)"


def check(kind: str, value: Any) -> None:
    validator = Draft202012Validator({"$ref": f"#/$defs/{kind}", "$defs": SCHEMA["$defs"]})
    errors = [
        f"{'/'.join(map(str, error.absolute_path))}: {error.message}"
        for error in validator.iter_errors(value)
    ]
    assert not errors, errors[:3]


class Page:
    """Asks as the page's administrator, with a query that is sent as it is written."""

    def __init__(self, client: Client) -> None:
        self.client = client
        self.account = client.accounts["linkedin"]
        self.urn: str = self.account["native_id"]
        self.by_author = f"q=author&author={enc(self.urn)}"

    def ask(self, path: str, query: str = "", public: bool = False, **headers: str) -> Answer:
        token = self.account["public_token" if public else "token"]
        known = {
            "Authorization": f"Bearer {token}",
            "Linkedin-Version": "202608",
            "X-Restli-Protocol-Version": "2.0.0",
        }
        sent = {**known, **{name.replace("_", "-"): value for name, value in headers.items()}}
        return self.client.send(
            "GET", f"/linkedin{path}{'?' if query else ''}{query}", {k: v for k, v in sent.items() if v}
        )

    def all(self, path: str, query: str = "") -> list[dict[str, Any]]:
        """Every element, by following the links that the site gives."""
        items: list[dict[str, Any]] = []
        joined = f"{query}&count=100".lstrip("&")
        while True:
            page = self.ask(path, joined).json
            check("paging", page["paging"])
            items += page["elements"]
            following = [link["href"] for link in page["paging"]["links"] if link["rel"] == "next"]
            if not following:
                return items
            joined = following[0].partition("?")[2]

    def setting(self, **values: Any) -> None:
        self.client.control("POST", "settings", {"site": "linkedin", **values})

    def play(self, **event: Any) -> dict[str, Any]:
        happened: dict[str, Any] = self.client.play(site="linkedin", **event)["item"]
        return happened


@pytest.fixture
def page(client: Client) -> Page:
    return Page(client)


def enc(text: str) -> str:
    return quote(text, safe="")


def refused(answer: Answer, status: int, code: str) -> None:
    assert (answer.status, answer.json["code"]) == (status, code)
    check("error", answer.json)


def test_posts_are_as_our_schema_says(page: Page) -> None:
    posts = page.all("/posts", page.by_author)
    for post in posts:
        check("post", post)
        check("post", page.ask(f"/posts/{enc(post['id'])}").json)
    assert {post["author"] for post in posts} == {page.urn}
    assert {post["id"].split(":")[2] for post in posts} == {"share", "ugcPost"}
    assert any("multiImage" in post.get("content", {}) for post in posts)
    changed = [post["lastModifiedAt"] for post in posts]
    assert changed == sorted(changed, reverse=True)


def test_every_own_post_of_the_city_is_listed_and_only_the_author_sees_drafts(page: Page) -> None:
    truth = page.client.truth("linkedin", kind="post", state="present")
    own = {one["id"] for one in truth if one["stream"] == "own"}
    drafts = {one["id"] for one in truth if one["stream"] == "scheduled"}
    assert {post["id"] for post in page.all("/posts", page.by_author)} == own
    shown = page.all("/posts", f"{page.by_author}&viewContext=AUTHOR")
    assert {post["id"] for post in shown} == own | drafts
    assert {post["id"] for post in shown if post["lifecycleState"] == "DRAFT"} == drafts


def test_comments_replies_and_reactions_are_as_our_schema_says(page: Page) -> None:
    found = []
    for post in page.all("/posts", page.by_author):
        comments = page.all(f"/socialActions/{enc(post['id'])}/comments")
        for comment in comments:
            if "commentsSummary" in comment:
                replies = page.all(f"/socialActions/{enc(comment['$URN'])}/comments")
                assert len(replies) == comment["commentsSummary"]["totalFirstLevelComments"]
                assert {reply["parentComment"] for reply in replies} == {comment["$URN"]}
                comments = [*comments, *replies]
        found += comments
        for reaction in page.all(f"/reactions/(entity:{enc(post['id'])})", "q=entity"):
            check("reaction", reaction)
    for comment in found:
        check("comment", comment)
    truth = page.client.truth("linkedin", kind="comment")
    own = {
        one["id"]
        for one in truth
        if one["state"] != "deleted" and one["root"] in {p["id"] for p in page.all("/posts", page.by_author)}
    }
    assert {comment["$URN"] for comment in found} == own
    assert any("impersonator" in comment["created"] for comment in found)


def test_a_comment_answers_by_its_number_under_its_post_or_activity(page: Page) -> None:
    post = next(
        p
        for p in page.all("/posts", page.by_author)
        if ":share:" in p["id"] and page.all(f"/socialActions/{enc(p['id'])}/comments")
    )
    (first, *_) = page.all(f"/socialActions/{enc(post['id'])}/comments")
    assert first["object"].startswith("urn:li:activity:")
    for root in (post["id"], first["object"]):
        assert page.ask(f"/socialActions/{enc(root)}/comments/{first['id']}").json == first
    refused(page.ask(f"/socialActions/{enc(post['id'])}/comments/12345"), 404, "NOT_FOUND")


def test_the_page_its_followers_and_roles_are_as_our_schema_says(page: Page) -> None:
    check("organizationPage", page.ask(f"/organizations/{page.urn.rpartition(':')[2]}").json)
    size = page.ask(f"/networkSizes/{enc(page.urn)}", "edgeType=COMPANY_FOLLOWED_BY_MEMBER").json
    check("networkSize", size)
    assert size["firstDegreeSize"] == len(page.client.sites.city.presences["linkedin"].followers)
    (role,) = page.ask("/organizationAcls", "q=roleAssignee").json["elements"]
    check("role", role)
    assert page.ask("/organizationAcls", "q=roleAssignee", public=True).json["elements"] == []


def test_media_lead_to_their_bytes(page: Page) -> None:
    urns = [
        urn
        for post in page.all("/posts", page.by_author)
        for urn in re.findall(r"urn:li:(?:image|video):\w+", json.dumps(post))
    ]
    assert {urn.split(":")[2] for urn in urns} == {"image", "video"}
    for urn in urns[:6]:
        asset = page.ask(f"/{urn.split(':')[2]}s/{enc(urn)}").json
        check("asset", asset)
        where = asset["downloadUrl"].partition(f":{page.client.sites.port}")[2]
        assert page.client.send("GET", where).status == 200


def test_what_happened_is_told_and_narrowed_by_action_and_time(page: Page) -> None:
    share = next(one["id"] for one in page.all("/posts", page.by_author) if ":share:" in one["id"])
    comment = page.play(do="comment", on=share, text="When do you sweep?")
    page.client.control("POST", "clock", {"move": 60})
    page.play(do="edit", item=comment["id"], text="When do you sweep Ocotillo Way?")
    page.client.control("POST", "clock", {"move": 60})
    page.play(do="delete", item=comment["id"], by="author")
    finder = f"q=criteria&organizationalEntity={enc(page.urn)}"
    every = page.all("/organizationalEntityNotifications", f"{finder}&actions={ACTIONS}")
    for told in every:
        check("notification", told)
    assert len({told["notificationId"] for told in every}) == len(every)
    mine = [
        told
        for told in every
        if told["decoratedGeneratedActivity"].get("comment", {}).get("entity") == comment["id"]
    ]
    assert [told["action"] for told in mine] == ["COMMENT_DELETE", "COMMENT_EDIT", "COMMENT"]
    assert mine[0]["decoratedSourcePost"]["entity"] == share
    start, end = mine[1]["lastModifiedAt"] - 1, mine[1]["lastModifiedAt"]
    narrow = f"{finder}&actions=List(COMMENT_EDIT)&timeRange=(start:{start},end:{end})"
    assert [told["action"] for told in page.all("/organizationalEntityNotifications", narrow)] == [
        "COMMENT_EDIT"
    ]


def test_notifications_are_forgotten_after_sixty_days(page: Page) -> None:
    finder = f"q=criteria&organizationalEntity={enc(page.urn)}&actions={ACTIONS}"
    assert page.all("/organizationalEntityNotifications", finder)
    page.client.control("POST", "clock", {"move": 61 * 86400})
    assert not page.all("/organizationalEntityNotifications", finder)


def test_an_edit_keeps_the_id_says_so_and_moves_the_post_to_the_top(page: Page) -> None:
    oldest = page.all("/posts", page.by_author)[-1]
    assert not oldest["lifecycleStateInfo"]["isEditedByAuthor"]
    page.play(do="edit", item=oldest["id"], text="Corrected (again) #PalmaRia")
    first = page.all("/posts", page.by_author)[0]
    assert first["id"] == oldest["id"]
    assert first["lifecycleStateInfo"]["isEditedByAuthor"]
    assert first["commentary"] == r"Corrected \(again\) {hashtag|\#|PalmaRia}"
    assert first["lastModifiedAt"] > first["publishedAt"] == oldest["publishedAt"]


def test_a_deletion_moves_all_that_follows_up(page: Page) -> None:
    def few(start: int) -> list[str]:
        return [
            p["id"] for p in page.ask("/posts", f"{page.by_author}&start={start}&count=5").json["elements"]
        ]

    first, second = few(0), few(5)
    page.play(do="delete", item=first[0], by="city")
    assert few(5)[0] == second[1]
    refused(page.ask(f"/posts/{enc(first[0])}"), 404, "NOT_FOUND")


def test_a_version_is_demanded_and_lives_a_year(page: Page) -> None:
    def ask(version: str) -> Answer:
        return page.ask("/organizationAcls", "q=roleAssignee", Linkedin_Version=version)

    refused(ask(""), 400, "VERSION_MISSING")
    for dead in ("202511", "202404", "202612", "latest", "20260801"):
        refused(ask(dead), 426, "NONEXISTENT_VERSION")
    assert ask("202404").json["message"] == "Requested version 20240401 is not active"
    assert ask("202512").status == 200
    page.setting(sunset="202608,202609")
    refused(ask("202608"), 426, "NONEXISTENT_VERSION")


@pytest.mark.parametrize(
    ("name", "value", "status"),
    [
        ("actions", ACTIONS, 200),
        ("actions", enc(ACTIONS), 400),
        ("actions", "COMMENT", 400),
        ("actions", "List(COMMENT", 400),
        ("timeRange", "(start:1,end:1795300000000)", 200),
        ("timeRange", "%28start%3A1%2Cend%3A2%29", 400),
        ("timeRange", "(start:yesterday)", 400),
    ],
)  # fmt: skip
def test_structure_must_stand_as_it_is(page: Page, name: str, value: str, status: int) -> None:
    query = f"q=criteria&organizationalEntity={enc(page.urn)}&{name}={value}"
    answer = page.ask("/organizationalEntityNotifications", query)
    assert answer.status == status
    if status == 400:
        check("error", answer.json)


def test_urns_must_be_encoded_in_paths_and_queries(page: Page) -> None:
    refused(
        page.ask(f"/networkSizes/{page.urn}", "edgeType=COMPANY_FOLLOWED_BY_MEMBER"), 400, "ILLEGAL_ARGUMENT"
    )
    refused(page.ask("/posts", f"q=author&author={page.urn}"), 400, "ILLEGAL_ARGUMENT")
    query = f"q=criteria&organizationalEntity={enc(page.urn)}&actions={ACTIONS}"
    refused(
        page.ask("/organizationalEntityNotifications", query, X_Restli_Protocol_Version=""),
        400,
        "ILLEGAL_ARGUMENT",
    )


def test_a_token_opens_its_page_and_nothing_else(page: Page) -> None:
    refused(page.ask("/organizationAcls", "q=roleAssignee", Authorization=""), 401, "EMPTY_ACCESS_TOKEN")
    refused(
        page.ask("/organizationAcls", "q=roleAssignee", Authorization="Bearer x"), 401, "INVALID_ACCESS_TOKEN"
    )
    other = f"q=author&author={enc('urn:li:organization:1')}"
    refused(page.ask("/posts", other), 403, "ACCESS_DENIED")
    page.client.control("POST", "tokens", {"site": "linkedin", "do": "revoke"})
    refused(page.ask("/posts", page.by_author), 401, "REVOKED_ACCESS_TOKEN")


def test_a_role_without_reading_rights_gets_empty_lists_with_200(page: Page) -> None:
    post = page.all("/posts", page.by_author)[0]["id"]
    page.setting(role="RECRUITING_POSTER")
    assert page.all("/posts", page.by_author) == []
    assert page.all(f"/socialActions/{enc(post)}/comments") == []
    refused(
        page.ask(f"/networkSizes/{enc(page.urn)}", "edgeType=COMPANY_FOLLOWED_BY_MEMBER"),
        403,
        "ACCESS_DENIED",
    )


def test_the_days_calls_are_counted_and_start_again_at_midnight_utc(page: Page) -> None:
    page.setting(limits="real", calls_per_day=3)
    for _ in range(3):
        assert page.ask("/organizationAcls", "q=roleAssignee").status == 200
    answer = page.ask("/organizationAcls", "q=roleAssignee")
    refused(answer, 429, "TOO_MANY_REQUESTS")
    assert not [name for name in answer.headers if "limit" in name or name == "retry-after"]
    page.client.control("POST", "clock", {"set": datetime(2026, 11, 22, tzinfo=UTC).isoformat()})
    assert page.ask("/organizationAcls", "q=roleAssignee").status == 200


@pytest.mark.parametrize(
    ("path", "query"),
    [
        ("/posts", "q=author"),
        ("/posts", "sortBy=LAST_MODIFIED"),
        ("/organizationAcls", ""),
        ("/organizationalEntityNotifications", "q=criteria"),
    ],
)
def test_a_question_without_its_parts_is_refused(page: Page, path: str, query: str) -> None:
    answer = page.ask(path, query)
    assert answer.status in (400, 403)
    check("error", answer.json)


def test_what_is_not_served_is_not_found(page: Page) -> None:
    refused(page.ask("/people/(id:1)"), 404, "RESOURCE_NOT_FOUND")
    refused(page.ask("/messages"), 404, "RESOURCE_NOT_FOUND")
    assert page.client.send("POST", "/linkedin/posts", {"Linkedin-Version": "202608"}).status in (401, 405)


def test_pages_are_bounded_by_count(page: Page) -> None:
    assert len(page.ask("/posts", page.by_author).json["elements"]) == 10
    refused(page.ask("/posts", f"{page.by_author}&count=101"), 400, "ILLEGAL_ARGUMENT")
    href = page.ask("/posts", f"{page.by_author}&count=7").json["paging"]["links"][0]["href"]
    assert "start=7" in href
    assert unquote(href).startswith("/rest/posts?q=author&author=urn:li:organization:")


@pytest.mark.parametrize(
    ("fault", "status", "code"),
    [
        ({"kind": "version_sunset"}, 426, "NONEXISTENT_VERSION"),
        ({"kind": "rate_limited"}, 429, "TOO_MANY_REQUESTS"),
        ({"kind": "permission_lost"}, 403, "ACCESS_DENIED"),
        ({"kind": "expired_token"}, 401, "REVOKED_ACCESS_TOKEN"),
        ({"kind": "server_error", "status": 502}, 502, "INTERNAL_SERVER_ERROR"),
    ],
)
def test_the_switchboard_speaks_as_the_site_does(
    page: Page, fault: dict[str, Any], status: int, code: str
) -> None:
    page.client.fault(site="linkedin", **fault)
    refused(page.ask("/posts", page.by_author), status, code)
    assert page.ask("/posts", page.by_author).status == 200


def test_the_switchboard_can_move_and_blank_items(page: Page) -> None:
    before = page.ask("/posts", page.by_author).json["elements"]
    page.client.fault(site="linkedin", kind="offset_drift", by=2)
    assert page.ask("/posts", page.by_author).json["elements"][0] == before[2]
    page.client.fault(site="linkedin", kind="null_elements")
    assert page.ask("/posts", page.by_author).json["elements"] == [None, *before[1:]]
    page.client.fault(site="linkedin", kind="empty_page")
    empty = page.ask("/posts", page.by_author).json
    check("paging", empty["paging"])
    assert empty["elements"] == []
    assert empty["paging"]["links"]


RECORDED = {
    "error_426_nonexistent_version.json": "error",
    "post_image_posts_api.json": "post",
    "post_video_ugc_organization.json": "post",
}


@pytest.mark.parametrize(("name", "kind"), RECORDED.items())
def test_recorded_objects_fit_the_same_schema(name: str, kind: str) -> None:
    recorded = folder("PALOVERDE_REAL_SAMPLES", "linkedin/quoted") / name
    check(kind, json.loads(recorded.read_text()))


def test_a_recorded_page_of_comments_fits_the_same_schema() -> None:
    recorded = folder("PALOVERDE_REAL_SAMPLES", "linkedin/quoted") / "socialActions_comments_page.json"
    answer = json.loads(recorded.read_text())
    check("paging", answer["paging"])
    for comment in answer["elements"]:
        check("comment", comment)


@pytest.mark.parametrize(
    ("kind", "value"),
    [
        ("post", {"id": "urn:li:share:1"}),
        ("comment", {"id": 5}),
        ("error", {"status": 200, "message": "fine"}),
        ("paging", {"start": -1, "count": 0, "links": []}),
    ],
)
def test_the_schema_refuses_what_is_wrong(kind: str, value: Any) -> None:
    with pytest.raises(AssertionError):
        check(kind, value)
