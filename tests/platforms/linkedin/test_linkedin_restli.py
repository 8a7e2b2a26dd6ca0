"""Rest.li encoding, down to the bytes on the wire."""

from __future__ import annotations

import threading
from datetime import datetime
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from paloverde.platforms.conversation import Request
from paloverde.platforms.exchange import Exchange
from paloverde.platforms.line import Line, Rules
from paloverde.platforms.linkedin import LinkedIn, restli
from paloverde.platforms.network import Fetched
from paloverde.records import Account
from paloverde.simulator.linkedin import restli as wire
from platforms.talk import NOW

ACCOUNT = Account("linkedin-cityofsaltbrook", "linkedin", "urn:li:organization:5500001", "cityofsaltbrook")


@pytest.mark.parametrize(
    ("value", "encoded"),
    [
        ("urn:li:organization:1", "urn%3Ali%3Aorganization%3A1"),
        ("urn:li:comment:(urn:li:activity:6,7)", "urn%3Ali%3Acomment%3A%28urn%3Ali%3Aactivity%3A6%2C7%29"),
        ("LAST_MODIFIED", "LAST_MODIFIED"),
        ("it's 5 o'clock, ¿no?", "it%27s%205%20o%27clock%2C%20%C2%BFno%3F"),
        ("../me", "..%2Fme"),
        (100, "100"),
        (("COMMENT", "COMMENT_EDIT"), "List(COMMENT,COMMENT_EDIT)"),
        (("urn:li:share:1", "urn:li:share:2"), "List(urn%3Ali%3Ashare%3A1,urn%3Ali%3Ashare%3A2)"),
        ((), "List()"),
        ({"start": 1, "end": 2}, "(start:1,end:2)"),
        ({"entity": "urn:li:share:1"}, "(entity:urn%3Ali%3Ashare%3A1)"),
    ],
)
def test_structure_stands_as_it_is_and_text_is_encoded_whole(value: restli.Value, encoded: str) -> None:
    assert restli.encode(value) == encoded


@given(st.text(max_size=30))
def test_no_text_can_act_as_structure_or_as_a_path(text: str) -> None:
    shown = restli.encode(text.encode(errors="ignore").decode())
    assert not set(shown) & set("(),:'/?#&= ")


@given(st.lists(st.text(alphabet="urn:li(),'%_ ñ", max_size=8).filter(bool), max_size=4))
def test_the_site_reads_the_parts_of_a_path_back(parts: list[str]) -> None:
    assert wire.keys(restli.path(*parts)) == (parts or [""])


class Fake:
    """A transport that writes down the addresses and headers that it is asked for."""

    def __init__(self, body: bytes = b'{"elements":[]}') -> None:
        self.asked: list[tuple[str, dict[str, str]]] = []
        self.body = body

    def fetch(
        self, url: str, headers: dict[str, str], most: int, method: str = "GET", sent: bytes = b""
    ) -> Fetched:
        assert most > 0
        assert (method, sent) == ("GET", b"")
        self.asked.append((url, headers))
        return Fetched(200, "OK", {"content-type": "application/json"}, self.body)

    def save(self, url: str, headers: dict[str, str], most: int, into: Path) -> Fetched:
        into.write_bytes(self.body)
        return self.fetch(url, headers, most)

    def close(self) -> None: ...


def clock() -> datetime:
    return NOW


def test_a_query_goes_over_the_wire_byte_for_byte() -> None:
    transport, kept = Fake(), list[Exchange]()
    line = Line(
        LinkedIn("202608"), "https://api.linkedin.com/rest", "se(cret", clock=clock, transport=transport
    )
    query = restli.query(
        q="criteria",
        organizationalEntity="urn:li:organization:1",
        actions=("COMMENT_EDIT", "COMMENT_DELETE"),
        timeRange={"start": 1, "end": 2},
    )
    line.ask(Request("/organizationalEntityNotifications", query=query), kept.append)
    ((url, headers),) = transport.asked
    assert url == (
        "https://api.linkedin.com/rest/organizationalEntityNotifications?q=criteria"
        "&organizationalEntity=urn%3Ali%3Aorganization%3A1&actions=List(COMMENT_EDIT,COMMENT_DELETE)"
        "&timeRange=(start:1,end:2)"
    )
    assert kept[0].url == url
    assert headers["Linkedin-Version"] == "202608"
    assert headers["X-Restli-Protocol-Version"] == "2.0.0"
    assert headers["X-RestLi-Method"] == "FINDER"
    assert headers["Authorization"] == "Bearer se(cret"
    assert "se(cret" not in str(kept[0])


def test_the_real_transport_changes_no_byte_of_it() -> None:
    asked: list[str] = []

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked.append(self.path)
            self.send_response(200)
            self.send_header("Content-Length", "2")
            self.end_headers()
            self.wfile.write(b"{}")

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002  the name of what it replaces
            """Nothing is printed."""

    with HTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.handle_request)
        thread.start()
        address = f"http://127.0.0.1:{server.server_port}/rest"
        rules = Rules(loopback=True, clock_skew=10**9)
        with Line(LinkedIn(), address, "token", clock=clock, rules=rules) as line:
            path = restli.path("socialActions", "urn:li:comment:(urn:li:activity:6,7)", "comments")
            query = restli.query(
                actions=("COMMENT", "COMMENT_EDIT"), timeRange={"start": 1, "end": 2}, on="a:(b"
            )
            line.ask(Request(path, query=query), lambda _: None)
        thread.join()
    assert asked == [
        (
            "/rest/socialActions/urn%3Ali%3Acomment%3A%28urn%3Ali%3Aactivity%3A6%2C7%29/comments"
            "?actions=List(COMMENT,COMMENT_EDIT)&timeRange=(start:1,end:2)&on=a%3A%28b"
        )
    ]


def test_only_finders_say_that_they_are() -> None:
    headers, _ = LinkedIn().authorize(Request("/posts/urn%3Ali%3Ashare%3A1"), "token")
    assert "X-RestLi-Method" not in headers


def test_a_credential_in_a_ready_query_is_not_kept() -> None:
    transport, kept = Fake(), list[Exchange]()
    line = Line(LinkedIn(), "https://api.linkedin.com/rest", "s3cr3t", clock=clock, transport=transport)
    line.ask(Request("/posts", query="q=author&note=s3cr3t"), kept.append)
    assert "s3cr3t" not in kept[0].url


def test_a_request_may_have_a_ready_query_and_pairs() -> None:
    assert Request("/x", (("a", "(b)"),), query="c=(d)").encoded_query() == "c=(d)&a=%28b%29"
    assert Request("/x", (("a", "b"),)).encoded_query((("e", "f"),)) == "a=b&e=f"
    assert Request("/x").encoded_query() == ""
