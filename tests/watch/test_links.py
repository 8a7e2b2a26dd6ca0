"""Every address that a post leads to is found, wherever its site keeps it, and nothing else is taken for one."""

from __future__ import annotations

import json
import os
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from paloverde.records import Account, Kind
from paloverde.watch.links import Leads, Link, links_of, tells_links
from watching import CITY, CITY_ON_X, DOMAINS, seen

ON_LINKEDIN = Account("linkedin-palmaria", "linkedin", "urn:li:organization:5", "cityofpalmaria")
SHIM = "https://l.facebook.com/l.php?u=https%3A%2F%2Fwww.palmaria.example%2Fpool%3Fa%3D1&h=AT0"


def urls(text: str = "", payload: object = None, account: Account = CITY) -> list[str]:
    body = b"" if payload is None else json.dumps(payload).encode()
    return [link.url for link in links_of(seen(text, account=account, payload=body))]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("See https://www.palmaria.example/pool.", ["https://www.palmaria.example/pool"]),
        ("Hours (https://a.example/b_(c)) here", ["https://a.example/b_(c)"]),
        ("(see palmaria.gov/forms)", ["https://palmaria.gov/forms"]),
        ("Visit palmaria.org, or write.", ["https://palmaria.org"]),
        ("“https://a.example/x”", ["https://a.example/x"]),
        ("Write to jane.doe@palmaria.gov or pool@palmaria.gov.", []),
        ("Join us.It is free. At 5 p.m.Bring water. E.g. this.", []),
        ("Version 2.0.1 of the plan, $1.5 million, 10.15 a.m.", []),
        ("https://[broken and http:// and https://localhost/x", []),
        ("ftp://files.example.org/a", []),
        ("https://a.example/1 https://a.example/1", ["https://a.example/1"]),
    ],
)
def test_what_is_typed_is_read_as_people_mean_it(text: str, expected: list[str]) -> None:
    assert urls(text) == expected


def test_facebooks_detour_is_taken_off_a_shared_page() -> None:
    shared = {"attachments": {"data": [{"type": "share", "media_type": "link", "url": SHIM}]}}
    assert urls("Pool hours:", shared) == ["https://www.palmaria.example/pool?a=1"]
    shared["attachments"]["data"][0]["unshimmed_url"] = "https://palmaria.example/pool"
    assert urls("Pool hours:", shared) == ["https://palmaria.example/pool"]
    assert urls(f"See {SHIM}") == ["https://www.palmaria.example/pool?a=1"]


def test_a_picture_of_the_post_is_no_link_and_a_button_is() -> None:
    picture = {"type": "photo", "media_type": "photo", "url": "https://www.facebook.com/palmaria/photos/1"}
    album = {
        "type": "album",
        "media_type": "album",
        "subattachments": {"data": [picture]},
        "url": "https://x",
    }
    assert urls("", {"attachments": {"data": [picture, album]}}) == []
    button = {"call_to_action": {"type": "SIGN_UP", "value": {"link": "https://palmaria.example/sign-up"}}}
    assert urls("", button) == ["https://palmaria.example/sign-up"]
    assert urls("", {"child_attachments": [{"link": "https://a.example/1"}, 7]}) == ["https://a.example/1"]


def test_on_x_the_address_behind_tco_counts_and_stands_once() -> None:
    entities = {
        "urls": [
            {
                "url": "https://t.co/a",
                "expanded_url": "https://bit.ly/9",
                "unwound_url": "https://palmaria.example/9",
            },
            {"url": "https://t.co/b", "expanded_url": "https://x.com/cityofpalmaria/status/1/photo/1"},
        ]
    }
    assert urls("Pool https://t.co/a https://t.co/b", {"entities": entities}, CITY_ON_X) == [
        "https://palmaria.example/9"
    ]
    assert urls("Short", {"note_tweet": {"text": "Long", "entities": entities}}, CITY_ON_X) == [
        "https://palmaria.example/9"
    ]
    assert urls("Pool https://t.co/c", {"entities": {"urls": []}}, CITY_ON_X) == ["https://t.co/c"]


def test_on_linkedin_an_article_leads_to_its_source() -> None:
    article = {"content": {"article": {"source": "https://palmaria.example/news", "title": "News"}}}
    assert urls("News", article, ON_LINKEDIN) == ["https://palmaria.example/news"]
    older = {
        "specificContent": {
            "com.linkedin.ugc.ShareContent": {"media": [{"originalUrl": "https://a.example"}]}
        }
    }
    assert urls("", older, ON_LINKEDIN) == ["https://a.example"]


@pytest.mark.parametrize(
    "payload",
    [b"", b"null", b'{"attachments":', b'{"attachments":[1]}', b'{"attachments":{"data":{"a":"urls"}}}',
     b'{"entities":{"urls":7}}', b'{"call_to_action":"link","child_attachments":"link","link":1}',
     b'{"content":{"article":"source"},"x":"originalUrl"}', b'{"attachments":' + b'{"data":[' * 3000],
)  # fmt: skip
@pytest.mark.parametrize("account", [CITY, CITY_ON_X, ON_LINKEDIN])
def test_a_payload_of_another_form_costs_nothing_but_its_links(account: Account, payload: bytes) -> None:
    post = seen("See https://palmaria.example", account=account, payload=payload)
    assert [link.host for link in links_of(post)] == ["palmaria.example"]


@pytest.mark.parametrize(
    ("host", "leads"),
    [
        ("palmaria.example", Leads.CITY),
        ("www.palmaria.example", Leads.CITY),
        ("notpalmaria.example", Leads.ELSEWHERE),
        ("palmaria.example.evil.example", Leads.ELSEWHERE),
        ("bit.ly", Leads.SHORT),
        ("m.facebook.com", Leads.SITE),
    ],
)
def test_where_a_link_leads_is_told_by_its_whole_host(host: str, leads: Leads) -> None:
    assert Link(f"https://{host}/", host).leads(DOMAINS) is leads


def test_what_links_a_story_carries_nobody_knows() -> None:
    assert not tells_links(seen(kind=Kind.STORY))
    assert tells_links(seen())


def test_a_long_and_hostile_text_is_read_in_no_time() -> None:
    began = time.process_time()
    for text in ("a." * 50_000, "a-" * 50_000, "https://" * 20_000, "(" * 100_000, "x.com/" * 20_000):
        links_of(seen(text))
    assert time.process_time() - began < 5


def posts_in(told: Any) -> Iterator[dict[str, Any]]:
    if isinstance(told, dict):
        if "message" in told and "attachments" in told:
            yield told
        for value in told.values():
            yield from posts_in(value)
    elif isinstance(told, list):
        for value in told:
            yield from posts_in(value)


@pytest.mark.skipif("PALOVERDE_REAL_SAMPLES" not in os.environ, reason="recorded answers are not here")
def test_in_recorded_posts_each_shared_page_is_found_without_its_detour() -> None:
    folder = Path(os.environ["PALOVERDE_REAL_SAMPLES"], "facebook")
    posts = [
        post
        for path in sorted(folder.rglob("posts/*.json"))
        for post in posts_in(json.loads(path.read_text(encoding="utf-8")))
    ]
    shared = [
        post for post in posts if any(one.get("type") == "share" for one in post["attachments"]["data"])
    ]
    assert shared
    for post in shared:
        meant = post["attachments"]["data"][0]["unshimmed_url"]
        assert meant in urls(post["message"], post)
        assert not any("l.facebook.com" in url for url in urls(post["message"], post))
