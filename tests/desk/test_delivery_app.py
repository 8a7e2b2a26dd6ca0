"""The web service behind links, asked over a real connection: one file for each link, and nothing else."""

from __future__ import annotations

import base64
import hashlib
import http.client
import io
import os
import re
import socket
import threading
import time
import zipfile
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import NamedTuple

import pytest
import uvicorn

from handover import Handover, build
from paloverde.desk.delivery import Source, Wrongs, delivery_app
from paloverde.desk.ranges import Unsatisfiable, wanted
from paloverde.errors import Unreachable
from paloverde.requests.links import Handing, Offer, new_secret
from requesthall import COUNSEL, WORDS

SECRET = new_secret()
BIG = 64 * 1024 * 1024  # more than what a connection holds on its way
PATIENCE = 20.0  # seconds


class Answer(NamedTuple):
    status: int
    headers: dict[str, str]
    body: bytes


class Served:
    """The service on a free port of this machine."""

    def __init__(self, source: Source, wrongs: Wrongs | None = None) -> None:
        self._socket = socket.socket()
        self._socket.bind(("127.0.0.1", 0))
        self.port = self._socket.getsockname()[1]
        app = delivery_app(source, wrongs)
        config = uvicorn.Config(
            app, access_log=False, server_header=False, log_level="critical", lifespan="off"
        )
        self._server = uvicorn.Server(config)
        self._thread = threading.Thread(target=self._server.run, kwargs={"sockets": [self._socket]})
        self._thread.start()
        until(lambda: self._server.started)

    def stop(self) -> None:
        self._server.should_exit = True
        self._thread.join(PATIENCE)
        self._socket.close()

    def ask(self, path: str, method: str = "GET", **headers: str) -> Answer:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=PATIENCE)
        connection.request(
            method, path, headers={name.replace("_", "-"): text for name, text in headers.items()}
        )
        answer = connection.getresponse()
        got = Answer(answer.status, {k.lower(): v for k, v in answer.getheaders()}, answer.read())
        connection.close()
        return got


def until(holds: Callable[[], bool]) -> None:
    """Wait until something holds."""
    end = time.monotonic() + PATIENCE
    while not holds():
        assert time.monotonic() < end
        time.sleep(0.01)


class BigFile:
    """A source of one large file, which remembers what it was told. `stands` can be taken back."""

    office = "City Clerk, 1 Plaza"

    def __init__(self, folder: Path) -> None:
        self.path, self.stands, self.is_down = folder / "big", True, False
        self.path.touch()
        os.truncate(self.path, BIG)
        self.begun: list[tuple[int, int]] = []
        self.sent: list[int] = []

    def offer(self, secret: str) -> Offer | None:
        if self.is_down:
            raise Unreachable(f"The store did not answer while {len(secret)} letters were looked up.")
        until_ = datetime(2026, 12, 4, tzinfo=UTC)
        return Offer(
            number="PRA-2026-0042", agency="City of Palma Ria", office=self.office, file="R1 <b>\u202e.zip",
            size=BIG, sha256="ab" * 32, until=until_, left=1,
        ) if secret == SECRET else None  # fmt: skip

    def begin(self, secret: str, first: int, last: int) -> Handing | None:
        assert secret == SECRET
        self.begun.append((first, last))
        return Handing("link", len(self.begun), first, last, os.open(self.path, os.O_RDONLY))

    def goes_on(self, handing: Handing) -> bool:
        assert handing.link == "link"
        return self.stands

    def ended(self, handing: Handing, sent: int) -> None:
        os.close(handing.file)
        self.sent.append(sent)


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    home = tmp_path_factory.mktemp("built") / "city"
    return home, build(home)


@pytest.fixture
def hand(built: tuple[Path, str], tmp_path: Path) -> Handover:
    return Handover(*built, tmp_path)


@pytest.fixture
def served(hand: Handover) -> Iterator[Served]:
    service = Served(hand.downloads)
    yield service
    service.stop()


@pytest.fixture
def big(tmp_path: Path) -> BigFile:
    return BigFile(tmp_path)


@pytest.fixture
def service(big: BigFile) -> Iterator[Served]:
    service = Served(big)
    yield service
    service.stop()


def downloads(hand: Handover) -> list[bool]:
    """Of each download that was counted, whether it is whole."""
    (state,) = hand.city.deliveries.links(hand.number)
    return [one.is_whole for one in state.downloads]


def test_a_link_shows_a_page_and_gives_the_bundle(hand: Handover, served: Served) -> None:
    secret, body = hand.secret(), (hand.home / "response.zip").read_bytes()
    page = served.ask(f"/r/{secret}")
    text = page.body.decode()
    assert page.status == 200
    assert hashlib.sha256(body).hexdigest() in text
    assert "python3 verify.py FILE" in text
    assert "clerk@palmaria.example" in text
    assert WORDS not in text
    (link,) = re.findall(r'href="([^"]+)"', text)
    assert downloads(hand) == []
    file = served.ask(f"/r/{link}")
    assert (file.status, file.body) == (200, body)
    assert file.headers["content-length"] == str(len(body))
    assert file.headers["content-type"] == "application/zip"
    assert f"The file is {hand.number}-1.zip." in text
    assert "response.zip" not in text
    with zipfile.ZipFile(io.BytesIO(body)) as box:
        assert f"python verify.py {hand.number}-1.zip\n" in box.read(f"{hand.number}/README.txt").decode()
    assert file.headers["content-disposition"].startswith(f'attachment; filename="{hand.number}-1.zip"')
    digest = base64.b64encode(hashlib.sha256(body).digest()).decode()
    assert file.headers["repr-digest"] == f"sha-256=:{digest}:"
    until(lambda: downloads(hand) == [True])


def test_a_page_can_be_read_aloud_and_loads_nothing(hand: Handover, served: Served) -> None:
    text = served.ask(f"/r/{hand.secret()}").body.decode()
    assert '<html lang="en">' in text
    assert text.count("<h1>") == 1
    assert "<main>" in text
    assert not re.search(r"<script|<img|<form|https?://|src=", text)
    style = re.search(r"<style>(.*?)</style>", text, re.DOTALL)
    assert style is not None
    digest = base64.b64encode(hashlib.sha256(style[1].encode()).digest()).decode()
    assert f"'sha256-{digest}'" in served.ask(f"/r/{hand.secret()}").headers["content-security-policy"]


@pytest.mark.parametrize("path", ["", "/file"])
def test_looking_at_the_head_does_not_count(hand: Handover, served: Served, path: str) -> None:
    secret = hand.secret(downloads=1)
    head = served.ask(f"/r/{secret}{path}", "HEAD")
    assert (head.status, head.body) == (200, b"")
    assert downloads(hand) == []
    assert served.ask(f"/r/{secret}/file").status == 200


def test_every_address_that_opens_nothing_gives_the_same_answer(hand: Handover, served: Served) -> None:
    def nothing(path: str, method: str = "GET") -> tuple[int, dict[str, str], bytes]:
        answer = served.ask(path, method)
        return answer.status, {k: v for k, v in answer.headers.items() if k != "date"}, answer.body

    used, old, revoked = hand.secret(downloads=1), hand.secret(days=1), hand.secret()
    assert served.ask(f"/r/{used}/file").status == 200
    until(lambda: not hand.downloads.offer(used))
    name = next(one for one in hand.city.deliveries.links(hand.number) if not one.acts).link.secret_sha256
    hand.city.deliveries.revoke(hand.number, "A privileged letter was in it", COUNSEL, "")
    hand.now += timedelta(days=2)
    unknown = nothing(f"/r/{'A' * 43}")
    assert unknown[0] == 404
    for secret in (used, old, revoked, name, "short", "%2e%2e"):
        assert nothing(f"/r/{secret}") == unknown
        assert nothing(f"/r/{secret}/file") == unknown
    for path in ("/", "/r/", "/r", "/docs", "/openapi.json", "/robots.txt", "/r/a/b/c"):
        assert nothing(path) == unknown
    assert nothing(f"/r/{used}", "POST") == unknown


def test_nothing_is_kept_indexed_framed_or_told_to_others(hand: Handover, served: Served) -> None:
    secret = hand.secret()
    for path in (f"/r/{secret}", f"/r/{secret}/file", "/r/nothing", "/"):
        headers = served.ask(path).headers
        assert headers["cache-control"] == "no-store"
        assert headers["referrer-policy"] == "no-referrer"
        assert "noindex" in headers["x-robots-tag"]
        assert headers["content-security-policy"].startswith("default-src 'none'")
        assert "frame-ancestors 'none'" in headers["content-security-policy"]
        assert headers["x-content-type-options"] == "nosniff"
        assert "set-cookie" not in headers
        assert "server" not in headers


def test_nothing_of_whoever_downloads_is_kept(hand: Handover, served: Served) -> None:
    secret = hand.secret()
    served.ask(f"/r/{secret}/file", User_Agent="Curious/1.0", X_Forwarded_For="203.0.113.77")
    until(lambda: downloads(hand) == [True])
    kept = b"".join(path.read_bytes() for path in hand.home.rglob("*") if path.is_file())
    assert b"Curious" not in kept
    assert b"203.0.113.77" not in kept


def test_a_download_is_resumed_and_counts_once(hand: Handover, served: Served) -> None:
    secret, body = hand.secret(downloads=1), (hand.home / "response.zip").read_bytes()
    first = served.ask(f"/r/{secret}/file", Range="bytes=0-999")
    assert first.status == 206
    assert first.headers["content-range"] == f"bytes 0-999/{len(body)}"
    assert first.headers["content-length"] == "1000"
    until(lambda: len(hand.city.deliveries.links(hand.number)[0].acts) == 2)
    rest = served.ask(f"/r/{secret}/file", Range="bytes=1000-", If_Range=first.headers["etag"])
    assert (rest.status, first.body + rest.body) == (206, body)
    until(lambda: downloads(hand) == [True])
    assert served.ask(f"/r/{secret}/file", Range="bytes=1000-").status == 404


def test_bytes_beyond_the_end_are_refused_and_not_counted(hand: Handover, served: Served) -> None:
    secret, size = hand.secret(), (hand.home / "response.zip").stat().st_size
    answer = served.ask(f"/r/{secret}/file", Range=f"bytes={size}-")
    assert (answer.status, answer.headers["content-range"]) == (416, f"bytes */{size}")
    assert downloads(hand) == []


def test_a_broken_off_download_is_noted_with_what_was_sent(service: Served, big: BigFile) -> None:
    with socket.create_connection(("127.0.0.1", service.port)) as client:
        client.sendall(f"GET /r/{SECRET}/file HTTP/1.1\r\nHost: x\r\n\r\n".encode())
        client.recv(1024)
    until(lambda: bool(big.sent))
    assert big.begun == [(0, BIG - 1)]
    assert 0 <= big.sent[0] < BIG


def test_a_large_file_goes_out_whole(service: Served, big: BigFile) -> None:
    assert len(service.ask(f"/r/{SECRET}/file").body) == BIG
    until(lambda: big.sent == [BIG])


def test_revoking_ends_a_download_on_its_way(service: Served, big: BigFile) -> None:
    with socket.create_connection(("127.0.0.1", service.port), PATIENCE) as client:
        client.sendall(f"GET /r/{SECRET}/file HTTP/1.1\r\nHost: x\r\n\r\n".encode())
        got = len(client.recv(1024))
        big.stands = False
        time.sleep(2.1)  # the service looks again every two seconds
        while piece := client.recv(1024 * 1024):
            got += len(piece)
    assert got < BIG
    until(lambda: bool(big.sent))
    assert big.sent[0] < BIG


def test_a_hostile_file_name_stays_a_name(service: Served) -> None:
    page = service.ask(f"/r/{SECRET}").body.decode()
    assert "<b>" not in page
    assert "\u202e" not in page
    name = service.ask(f"/r/{SECRET}/file", "HEAD").headers["content-disposition"]
    assert name == "attachment; filename=\"R1__b__.zip\"; filename*=UTF-8''R1%20%3Cb%3E%E2%80%AE.zip"


def test_a_store_that_is_down_is_told_plainly_and_in_the_log_without_the_secret(
    service: Served, big: BigFile, caplog: pytest.LogCaptureFixture
) -> None:
    big.is_down = True
    answer = service.ask(f"/r/{SECRET}")
    assert answer.status == 503
    assert "Try the same link again later" in answer.body.decode()
    assert "The store did not answer" in caplog.text
    assert SECRET not in caplog.text


def test_whoever_tries_wrong_addresses_waits_a_minute_and_others_do_not(big: BigFile) -> None:
    now = [100.0]
    wrongs = Wrongs(most=3, clock=lambda: now[0])
    service = Served(big, wrongs)
    try:
        assert [service.ask(f"/r/{new_secret()}").status for _ in range(4)] == [404, 404, 404, 429]
        blocked = service.ask(f"/r/{SECRET}")
        assert (blocked.status, blocked.headers["retry-after"]) == (429, "60")
        assert service.ask(f"/r/{SECRET}", X_Forwarded_For="203.0.113.9").status == 200
        now[0] += 60
        assert service.ask(f"/r/{SECRET}").status == 200
    finally:
        service.stop()


def test_a_neighbour_in_the_same_ipv6_network_is_the_same_client() -> None:
    wrongs = Wrongs(most=1)
    wrongs.note("2001:db8:1:2::5")
    assert wrongs.is_over("2001:db8:1:2:ffff::1")
    assert not wrongs.is_over("2001:db8:1:3::5")
    assert not wrongs.is_over("192.0.2.1")


@pytest.mark.parametrize(
    ("header", "asked"),
    [
        (None, None),
        ("bytes=0-9", (0, 9)),
        ("bytes=10-", (10, 99)),
        ("bytes=90-200", (90, 99)),
        ("bytes=-5", (95, 99)),
        ("bytes=-500", (0, 99)),
        ("Bytes=0-9", (0, 9)),
        ("bytes=0-9,20-29", None),
        ("bytes=9-0", None),
        ("items=0-9", None),
        ("bytes=٣-", None),
        ("bytes=" + "9" * 400 + "-", None),
    ],
)
def test_one_range_is_understood_and_everything_else_means_the_whole(
    header: str | None, asked: tuple[int, int] | None
) -> None:
    assert wanted(header, None, 100, '"x"') == asked


@pytest.mark.parametrize("header", ["bytes=100-", "bytes=100-200", "bytes=-0"])
def test_a_range_beyond_the_file_cannot_be_had(header: str) -> None:
    with pytest.raises(Unsatisfiable):
        wanted(header, None, 100, '"x"')


def test_a_range_of_another_file_means_the_whole_of_this_one() -> None:
    assert wanted("bytes=5-", '"y"', 100, '"x"') is None
    assert wanted("bytes=5-", '"x"', 100, '"x"') == (5, 99)
    assert wanted("bytes=5-", "Fri, 20 Nov 2026 10:00:00 GMT", 100, '"x"') is None
