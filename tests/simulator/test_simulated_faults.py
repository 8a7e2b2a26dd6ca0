"""Every fault as a client sees it on the wire."""

from __future__ import annotations

import gzip
import http.client
import json
import socket
import time
from typing import Any
from urllib.parse import urlsplit

import pytest

from paloverde.simulator.faults import KINDS
from simulator.client import Answer, Client


def ids(answer: Answer) -> list[str]:
    return [one["id"] for one in answer.json["data"]]


def raw(client: Client, path: str, headers: dict[str, str]) -> bytes:
    """Every byte that the server sends until it hangs up."""
    lines = [
        f"GET {path} HTTP/1.1",
        "Host: sites",
        "Connection: close",
        *(f"{k}: {v}" for k, v in headers.items()),
    ]
    with socket.create_connection(("127.0.0.1", client.sites.port), timeout=10) as wire:
        wire.sendall("\r\n".join([*lines, "", ""]).encode())
        received = b""
        while piece := wire.recv(65536):
            received += piece
    return received


def feed(client: Client, **params: str) -> str:
    more = "".join(f"&{name}={value}" for name, value in params.items())
    return f"/facebook/v26.0/me/feed?access_token={client.accounts['facebook']['token']}{more}"


def test_x_says_429_with_a_reset_that_may_lie_in_the_past(client: Client) -> None:
    client.fault(kind="rate_limited", site="x", reset_in=-30)
    answer = client.x("users/me")
    assert (answer.status, answer.headers["x-rate-limit-remaining"]) == (429, "0")
    assert int(answer.headers["x-rate-limit-reset"]) == client.sites.city.clock.now().timestamp() - 30
    assert client.x("users/me").status == 200


@pytest.mark.parametrize(("code", "status"), [(4, 403), (17, 400), (32, 400), (613, 400), (80001, 400)])
def test_facebook_throttles_in_a_body_and_says_how_long(client: Client, code: int, status: int) -> None:
    client.fault(kind="throttle", site="facebook", code=code, minutes=7)
    answer = client.facebook("me/feed")
    assert (answer.status, answer.json["error"]["code"]) == (status, code)
    (usage,) = json.loads(answer.headers["x-business-use-case-usage"])[client.page]
    assert (usage["type"], usage["estimated_time_to_regain_access"]) == ("pages", 7)


def test_facebook_knows_no_429(client: Client) -> None:
    client.fault(kind="rate_limited", site="facebook")
    assert client.facebook("me/feed").json["error"]["code"] == 4


@pytest.mark.parametrize("limit", ["2", "100"])
def test_a_truncated_gzip_body_ends_early(client: Client, limit: str) -> None:
    client.fault(kind="truncated_gzip", site="facebook", keep=0.6)
    received = raw(client, feed(client, limit=limit), {"Accept-Encoding": "gzip"})
    head, _, body = received.partition(b"\r\n\r\n")
    assert b"Content-Encoding: gzip" in head
    with pytest.raises((EOFError, gzip.BadGzipFile)):
        gzip.decompress(body.split(b"\r\n", 1)[-1] if b"chunked" in head else body)
    if b"chunked" in head:
        assert not received.endswith(b"0\r\n\r\n")


@pytest.mark.parametrize("limit", ["2", "100"])
def test_a_short_body_is_shorter_than_announced(client: Client, limit: str) -> None:
    client.fault(kind="short_body", site="facebook", keep=0.5)
    connection = http.client.HTTPConnection("127.0.0.1", client.sites.port, timeout=10)
    connection.request("GET", feed(client, limit=limit))
    with pytest.raises(http.client.IncompleteRead):
        connection.getresponse().read()
    connection.close()


def test_an_empty_page_leads_on_to_everything(client: Client) -> None:
    whole = [one["id"] for one in client.facebook_all("me/feed", limit="20")]
    client.fault(kind="empty_page", site="facebook", path="/v26.0/", nth=1)
    client.fault(kind="empty_page", site="facebook", path="/v26.0/", nth=2)
    pages = list(client.facebook_pages("me/feed", limit="20"))
    assert [len(page["data"]) for page in pages].count(0) == 2
    assert [one["id"] for page in pages for one in page["data"]] == whole


def test_an_empty_page_of_x_leads_on_to_everything(client: Client) -> None:
    whole = client.x_all(f"users/{client.user}/tweets", max_results="20")
    client.fault(kind="empty_page", site="x", nth=2)
    first = client.x(f"users/{client.user}/tweets", max_results="20").json
    empty = client.x(
        f"users/{client.user}/tweets", max_results="20", pagination_token=first["meta"]["next_token"]
    ).json
    assert "data" not in empty
    assert empty["meta"]["next_token"] != first["meta"]["next_token"]
    assert client.x_all(f"users/{client.user}/tweets", max_results="20") == whole


def test_a_repeated_cursor_gives_the_first_page_for_ever(client: Client) -> None:
    first = client.facebook("me/feed", limit="5")
    client.fault(kind="repeated_cursor", site="facebook", contains="after=", times=None)
    parts = urlsplit(first.json["paging"]["next"])
    for _ in range(3):
        again = client.send("GET", f"{parts.path}?{parts.query}")
        assert ids(again) == ids(first)
        assert again.json["paging"]["next"] == first.json["paging"]["next"]


def test_a_token_expires_in_the_middle_of_a_run(client: Client) -> None:
    client.fault(kind="expired_token", site="facebook", nth=3, times=None, subcode=463)
    assert [client.facebook("me").status for _ in range(4)] == [200, 200, 400, 400]
    error = client.facebook("me").json["error"]
    assert (error["code"], error["error_subcode"]) == (190, 463)


@pytest.mark.parametrize("site", ["facebook", "x"])
@pytest.mark.parametrize("status", [500, 502, 503])
def test_servers_fail(client: Client, site: str, status: int) -> None:
    client.fault(kind="server_error", site=site, status=status)
    answer = client.facebook("me") if site == "facebook" else client.x("users/me")
    assert answer.status == status


def test_answers_are_slow(client: Client) -> None:
    client.fault(kind="slow", site="x", seconds=0.4)
    started = time.monotonic()
    assert client.x("users/me").status == 200
    assert time.monotonic() - started >= 0.4


def test_a_slow_answer_holds_up_nobody_else(client: Client) -> None:
    client.fault(kind="slow", site="x", seconds=3)
    with socket.create_connection(("127.0.0.1", client.sites.port)) as waiting:
        token = client.accounts["x"]["token"]
        waiting.sendall(
            f"GET /x/2/users/me HTTP/1.1\r\nHost: sites\r\nAuthorization: Bearer {token}\r\n\r\n".encode()
        )
        deadline = time.monotonic() + 2
        while not client.sites.desk.switchboard.faults[0].struck and time.monotonic() < deadline:
            time.sleep(0.01)
        started = time.monotonic()
        assert client.facebook("me").status == 200
        assert time.monotonic() - started < 1


def test_a_web_page_comes_instead_of_json(client: Client) -> None:
    client.fault(kind="html", site="facebook")
    answer = client.facebook("me")
    assert answer.headers["content-type"].startswith("text/html")
    assert answer.body.startswith(b"<!DOCTYPE html>")


def test_facebook_asks_for_less_until_it_gets_it(client: Client) -> None:
    poison = ids(client.facebook("me/feed", limit="5"))[3]
    client.fault(kind="reduce_data", site="facebook", contains="feed", times=None, above=4)
    refused = client.facebook("me/feed", limit="5")
    assert (refused.status, refused.json["error"]["code"]) == (500, 1)
    assert "reduce the amount of data" in refused.json["error"]["message"]
    assert client.facebook("me/feed", limit="4").status == 200
    client.fault(kind="reduce_data", site="facebook", contains=poison, times=None, above=100, poison=poison)
    assert client.facebook(poison).status == 500


@pytest.mark.parametrize("code", [10, 200])
def test_facebook_takes_a_permission_away(client: Client, code: int) -> None:
    client.fault(kind="permission_lost", site="facebook", contains="conversations", code=code)
    answer = client.facebook("me/conversations")
    assert (answer.status, answer.json["error"]["code"]) == (403, code)


def test_x_takes_a_permission_away(client: Client) -> None:
    client.fault(kind="permission_lost", site="x")
    assert client.x("dm_events").json["title"] == "Forbidden"


@pytest.mark.parametrize("site", ["facebook", "x"])
def test_a_permission_is_lost_without_a_word(client: Client, site: str) -> None:
    client.fault(kind="permission_lost", site=site, silent=True)
    answer = client.facebook("me/feed") if site == "facebook" else client.x("dm_events")
    assert answer.status == 200
    assert answer.json in ({"data": []}, {"meta": {"result_count": 0}})


def test_an_outage_empties_every_list_and_fails_every_look_up(client: Client) -> None:
    post, tweet = client.truth("facebook", kind="post")[0]["id"], client.truth("x", kind="post")[0]["id"]
    for site in ("facebook", "x"):
        client.fault(kind="outage", site=site, times=None)
    assert client.facebook("me/feed").json == client.facebook(f"{post}/comments").json == {"data": []}
    assert client.x(f"users/{client.user}/mentions").json == {"meta": {"result_count": 0}}
    assert client.facebook("", ids=post).status == 500
    assert client.x("tweets", ids=tweet).status == 503


def test_an_outage_may_claim_that_everything_is_gone(client: Client) -> None:
    tweet = client.truth("x", kind="post")[0]["id"]
    client.fault(kind="outage", site="x", times=None, lookups="gone")
    client.fault(kind="outage", site="facebook", times=None, lookups="gone")
    assert client.x("tweets", ids=tweet).json["errors"][0]["resource_id"] == tweet
    assert client.facebook("", ids="1_2").json["error"]["error_subcode"] == 33


def test_credits_run_out(client: Client) -> None:
    client.fault(kind="credits", site="x")
    answer = client.x("users/me")
    assert (answer.status, answer.json["title"]) == (402, "CreditsDepleted")
    assert answer.json["account_id"] > 2**53


def test_the_connection_drops(client: Client) -> None:
    client.fault(kind="drop", site="x")
    with pytest.raises(http.client.RemoteDisconnected):
        client.x("users/me")


def test_pictures_expire_on_demand(client: Client) -> None:
    name = client.facebook("me/photos", type="uploaded", fields="images", limit="1").json["data"][0][
        "images"
    ][0]["source"]
    client.fault(kind="expired_media", site="media")
    path = name.removeprefix(client.sites.url)
    assert [client.send("GET", path).status for _ in range(2)] == [403, 200]


@pytest.mark.parametrize("site", ["facebook", "x"])
def test_a_shuffled_page_loses_nothing(client: Client, site: str) -> None:
    def ask() -> list[str]:
        return ids(client.facebook("me/feed") if site == "facebook" else client.x("dm_events"))

    before = ask()
    client.fault(kind="shuffled", site=site)
    after = ask()
    assert after != before
    assert sorted(after) == sorted(before)


def test_the_pinned_post_opens_the_first_page(client: Client) -> None:
    pinned = client.sites.city.presences["x"].pinned
    assert pinned is not None
    client.fault(kind="pinned_first", site="x", times=None)
    page = client.x(f"users/{client.user}/tweets", tweet_fields="created_at").json["data"]
    assert page[0]["id"] == pinned.id
    assert page[0]["created_at"] < page[-1]["created_at"]


def test_a_fault_strikes_where_when_and_as_often_as_it_is_told(client: Client) -> None:
    client.fault(kind="server_error", site="facebook", path="/v26.0/me/feed", nth=2, times=2)
    assert [client.facebook("me/feed").status for _ in range(5)] == [200, 500, 500, 200, 200]
    assert client.facebook("me").status == 200
    assert client.x("users/me").status == 200


def test_faults_are_shown_and_switched_off(client: Client) -> None:
    client.fault(kind="html", site="x", times=None)
    board = client.control("GET", "faults")
    assert [(one["kind"], one["site"]) for one in board["on"]] == [("html", "x")]
    assert set(board["kinds"]) == set(KINDS)
    assert client.control("DELETE", "faults") == {"switched_off": 1}
    assert client.x("users/me").status == 200


@pytest.mark.parametrize(
    "wish",
    [{"kind": "nothing", "site": "x"}, {"kind": "credits", "site": "facebook"}, {"kind": "html"}, "html", 7],
)
def test_a_wish_that_cannot_be_met_is_refused_with_a_reason(client: Client, wish: Any) -> None:
    answer = client.send("POST", "/_sim/faults", body=wish)
    assert answer.status == 400
    assert answer.json["error"]
