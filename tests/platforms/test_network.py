"""The line to a site, against a real server on loopback that misbehaves."""

from __future__ import annotations

import gzip
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import pytest

from paloverde.errors import CredentialDead, PermissionMissing, RateLimited, Suspicious, Unreachable
from paloverde.platforms.conversation import Answer, NotThere, Request
from paloverde.platforms.exchange import Exchange
from paloverde.platforms.line import Line, Rules
from paloverde.platforms.network import Limits
from paloverde.platforms.purse import Pocket
from plaza import TOKEN, Plaza, PlazaSite, plaza


def now() -> datetime:
    return datetime.now(UTC)


def line(address: str, *, slept: list[float] | None = None, token: str = TOKEN, **limits: float) -> Line:
    waits = slept if slept is not None else []
    rules = Rules(loopback=True, clock_skew=300)
    given = Limits(**{"attempts": 3, "deadline": 5.0, **limits})  # type: ignore[arg-type]
    purse = Pocket(lambda: sum(waits))  # whose time passes by sleeping
    return Line(
        Plaza(), address, token, clock=now, purse=purse, limits=given, rules=rules, sleep=waits.append
    )


@pytest.fixture
def site() -> Iterator[PlazaSite]:
    with plaza() as running:
        for n in range(8):
            running.post(f"p{n}", f"post {n} " + "x" * 60)
        yield running


@contextmanager
def raw_server(answer: bytes, *, hold: float = 0.0) -> Iterator[str]:
    """A server that sends exactly these bytes to whoever connects, then closes (after `hold` seconds)."""
    listener = socket.create_server(("127.0.0.1", 0))
    listener.settimeout(0.05)
    done = threading.Event()

    def serve() -> None:
        while not done.is_set():
            try:
                client, _ = listener.accept()
            except TimeoutError:
                continue
            with client:
                client.settimeout(5)
                client.recv(65536)
                client.sendall(answer)
                done.wait(hold)

    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"
    finally:
        done.set()
        thread.join(5)
        listener.close()


def test_it_keeps_the_exchange_before_it_judges(site: PlazaSite) -> None:
    kept: list[Exchange] = []
    site.broken["/posts"] = (404, b'{"error": "no such list"}')
    with line(site.url) as plaza_line, pytest.raises(NotThere):
        plaza_line.ask(Request("/posts", purpose="posts"), kept.append)
    assert [(e.status, e.body) for e in kept] == [(404, b'{"error": "no such list"}')]


def test_no_credential_is_in_what_is_kept_or_answered(site: PlazaSite) -> None:
    kept: list[Exchange] = []
    with line(site.url) as plaza_line:
        response = plaza_line.ask(Request("/posts", purpose="posts"), kept.append)
    assert b"access_token=[credential removed]" in response.body
    assert TOKEN not in repr(kept)
    assert TOKEN not in repr(response)
    assert kept[0].decoded
    assert kept[0].taken_out
    assert ("set-cookie", "[credential removed]") in kept[0].headers


def test_bytes_stay_as_they_came_where_nothing_is_taken_out(site: PlazaSite) -> None:
    kept: list[Exchange] = []
    with line(site.url) as plaza_line:
        response = plaza_line.ask(Request("/posts", (("after", "6"),)), kept.append)
    assert not kept[0].decoded
    assert gzip.decompress(kept[0].body) == response.body


def test_it_waits_as_long_as_the_site_says_and_tries_again(site: PlazaSite) -> None:
    slept: list[float] = []
    site.once_broken["/posts"] = [(429, b"{}"), (500, b"{}")]
    with line(site.url, slept=slept) as plaza_line:
        assert plaza_line.ask(Request("/posts"), lambda _: None).status == 200
    assert [wait for wait in slept if wait] == [1.0, 2.0]


def test_a_long_pause_is_left_to_the_scheduler(site: PlazaSite) -> None:
    site.broken["/posts"] = (429, b"{}")
    with line(site.url, longest_wait=0.5) as plaza_line, pytest.raises(RateLimited) as told:
        plaza_line.ask(Request("/posts"), lambda _: None)
    assert told.value.retry_after == 1.0
    assert len(site.asked) == 1


def test_a_used_up_budget_is_not_slept_through(site: PlazaSite) -> None:
    class Paced(Plaza):
        def pace(self, answer: Answer, now: datetime) -> float:
            return 3600.0

    slept: list[float] = []
    with Line(Paced(), site.url, TOKEN, clock=now, rules=Rules(loopback=True), sleep=slept.append) as paced:
        paced.ask(Request("/posts"), lambda _: None)
        with pytest.raises(RateLimited, match=r"may be asked again on \w+day, "):
            paced.ask(Request("/posts"), lambda _: None)
    assert slept == []


def test_a_dead_token_is_not_tried_twice(site: PlazaSite) -> None:
    with (
        line(site.url, token="old") as plaza_line,
        pytest.raises(CredentialDead, match=r"Plaza, posts: HTTP 401"),
    ):
        plaza_line.ask(Request("/posts", purpose="posts"), lambda _: None)
    assert len(site.asked) == 1


def test_a_token_that_dies_under_way_is_renewed_once_and_the_request_asked_again(site: PlazaSite) -> None:
    given: list[str] = []
    kept: list[Exchange] = []

    def renew(dead: str) -> str:
        given.append(dead)
        return TOKEN

    rules = Rules(loopback=True, clock_skew=300)
    with Line(Plaza(), site.url, "old-token", clock=now, rules=rules, renew=renew) as plaza_line:
        assert plaza_line.ask(Request("/posts"), kept.append).status == 200
        assert plaza_line.ask(Request("/posts"), kept.append).status == 200
    assert given == ["old-token"]
    assert [exchange.status for exchange in kept] == [401, 200, 200]
    assert "old-token" not in repr(kept)
    assert TOKEN not in repr(kept)


def test_a_renewed_token_that_is_dead_too_is_not_renewed_without_end(site: PlazaSite) -> None:
    given: list[str] = []

    def renew(dead: str) -> str:
        given.append(dead)
        return "still-dead"

    rules = Rules(loopback=True, clock_skew=300)
    with Line(Plaza(), site.url, "old-token", clock=now, rules=rules, renew=renew) as plaza_line:
        with pytest.raises(CredentialDead):
            plaza_line.ask(Request("/posts"), lambda _: None)
    assert given == ["old-token"]
    assert len(site.asked) == 2


def test_addresses_are_logged_at_no_level(site: PlazaSite, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("DEBUG")
    with line(site.url) as plaza_line:
        plaza_line.ask(Request("/posts", (("secret", "in-the-address"),)), lambda _: None)
    assert "in-the-address" not in caplog.text


def test_html_instead_of_json_is_no_answer(site: PlazaSite) -> None:
    site.broken["/posts"] = (200, b"<html>Please log in</html>")
    with line(site.url) as plaza_line, pytest.raises(Unreachable, match="no JSON"):
        plaza_line.ask(Request("/posts"), lambda _: None)
    assert len(site.asked) == 3


GZIPPED = gzip.compress(b'{"items": [], "total": 0}' * 40)


@pytest.mark.parametrize(
    ("answer", "why"),
    [
        (b"HTTP/1.1 200 OK\r\nContent-Length: 500\r\n\r\n{}", "did not answer properly"),
        (
            b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: %d\r\n\r\n%b"
            % (len(GZIPPED) - 9, GZIPPED[:-9]),
            "cut short",
        ),
        (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n", "did not answer properly"),
        (b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 9\r\n\r\nnot gzip!", "damaged"),
        (b"HTTP/1.1 200 OK\r\nContent-Encoding: br\r\nContent-Length: 2\r\n\r\n{}", "not asked for"),
        (b"nonsense\r\n\r\n", "did not answer properly"),
        (b"", "did not answer properly"),
    ],
    ids=["short", "cut gzip", "no last chunk", "bad gzip", "other encoding", "no http", "nothing"],
)
def test_a_damaged_answer_is_never_taken_for_a_whole_one(answer: bytes, why: str) -> None:
    with (
        raw_server(answer) as address,
        line(address, attempts=1) as raw,
        pytest.raises(Unreachable, match=why),
    ):
        raw.ask(Request("/posts"), lambda _: None)


def test_a_bomb_is_not_unpacked() -> None:
    bomb = gzip.compress(bytes(50 * 2**20))
    answer = b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: %d\r\n\r\n%b" % (len(bomb), bomb)
    with raw_server(answer) as address, line(address, attempts=1) as raw:
        with pytest.raises(Unreachable, match="unpacks to more"):
            raw.ask(Request("/posts"), lambda _: None)


def test_an_endless_body_stops_at_the_limit() -> None:
    answer = b"HTTP/1.1 200 OK\r\n\r\n" + b"x" * 300_000
    with raw_server(answer) as address, line(address, attempts=1, max_body=100_000) as raw:
        with pytest.raises(Unreachable, match="larger than"):
            raw.ask(Request("/posts"), lambda _: None)


def test_a_slow_answer_ends_at_the_deadline() -> None:
    answer = b"HTTP/1.1 200 OK\r\nContent-Length: 500\r\n\r\n{"
    with raw_server(answer, hold=20) as address, line(address, attempts=1, deadline=0.5) as raw:
        with pytest.raises(Unreachable, match="too long"):
            raw.ask(Request("/posts"), lambda _: None)


def test_nobody_at_home_is_said_without_the_token() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    with line(f"http://127.0.0.1:{port}", attempts=1) as dead, pytest.raises(Unreachable) as told:
        dead.ask(Request("/posts", (("access_token", TOKEN),)), lambda _: None)
    assert TOKEN not in str(told.value)
    assert "127.0.0.1 did not answer properly" in str(told.value)


def test_a_wrong_clock_stops_the_run() -> None:
    answer = b"HTTP/1.1 200 OK\r\nDate: Sun, 22 Nov 2020 09:00:00 GMT\r\nContent-Length: 2\r\n\r\n{}"
    with raw_server(answer) as address, line(address) as raw:
        with pytest.raises(Suspicious, match=r"Set the clock \(NTP\)"):
            raw.ask(Request("/posts"), lambda _: None)


@pytest.mark.parametrize(
    "url",
    [
        "http://media.example/a.png",
        "https://evil.example/a.png",
        "https://notfbcdn.net/a.png",
        "https://user@scontent.fbcdn.net/a.png",
        "https://scontent.fbcdn.net:8443/a.png",
        "https://169.254.169.254/latest/meta-data",
        "https://127.0.0.1/a.png",
        "file:///etc/passwd",
        "ftp://scontent.fbcdn.net/a.png",
    ],
)
def test_media_comes_only_from_the_sites_own_hosts(url: str, tmp_path: Path) -> None:
    rules = Rules(media_hosts=("fbcdn.net",))
    with Line(Plaza(), "https://site.example", TOKEN, clock=now, rules=rules) as strict:
        with pytest.raises(PermissionMissing):
            strict.fetch_media(url, tmp_path / "a")


def test_media_that_is_gone_is_said(site: PlazaSite, tmp_path: Path) -> None:
    site.files["/files/a.png"] = b"\x89PNG"
    with line(site.url) as plaza_line:
        assert plaza_line.fetch_media(f"{site.url}/files/a.png", tmp_path / "a").read_bytes() == b"\x89PNG"
        with pytest.raises(PermissionMissing, match="no longer gives the file"):
            plaza_line.fetch_media(f"{site.url}/files/b.png", tmp_path / "b")


def test_http_to_another_machine_is_never_asked() -> None:
    def sleepless(_: float) -> None: ...

    sender: Callable[[float], None] = sleepless
    with Line(Plaza(), "http://site.example", TOKEN, clock=now, sleep=sender) as plain:
        with pytest.raises(PermissionMissing, match="only https"):
            plain.ask(Request("/posts"), lambda _: None)
