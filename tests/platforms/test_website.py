"""A look at a page of the City's own website, and at nothing else."""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from paloverde.errors import BadQuestion, Unreachable
from paloverde.platforms.hosts import is_under
from paloverde.platforms.network import Fetched, Http, Limits
from paloverde.platforms.website import look

PAGE = b"<p>Social Media Policy</p>"
HERE = ("127.0.0.1",)


class Site(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        asked.append(self.path)
        match self.path:
            case "/policy":
                self._answer(200, PAGE)
            case "/moved":
                self._answer(301, b"", "/policy")
            case "/away":
                self._answer(302, b"", "http://elsewhere.example/policy")
            case "/odd":
                self._answer(302, b"", "ftp://127.0.0.1/policy")
            case "/round":
                self._answer(302, b"", "/round")
            case "/huge":
                self.send_response(200)
                self.end_headers()
                for _ in range(200):
                    self.wfile.write(b"x" * 64 * 1024)
            case "/short":
                self.send_response(200)
                self.send_header("Content-Length", "1000")
                self.end_headers()
                self.wfile.write(b"x")
            case _:
                self._answer(404, b"no")

    def _answer(self, status: int, body: bytes, to: str = "") -> None:
        self.send_response(status)
        if to:
            self.send_header("Location", to)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None: ...  # noqa: A002 - its name in the library


asked: list[str] = []


@contextmanager
def serving() -> Iterator[str]:
    asked.clear()
    server = ThreadingHTTPServer(("127.0.0.1", 0), Site)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def test_a_page_that_answers_is_known_by_its_hash() -> None:
    with serving() as site:
        for path in ("/policy", "/moved"):
            looked = look(f"{site}{path}", HERE)
            assert (looked.status, looked.sha256) == (200, hashlib.sha256(PAGE).hexdigest())
        assert look(f"{site}/nothing", HERE).status == 404


def test_no_redirect_leads_off_the_citys_website() -> None:
    with serving() as site:
        for path in ("/away", "/odd"):
            looked = look(f"{site}{path}", HERE)
            assert (looked.status, looked.sha256) == (302, "")
            assert "leads away from the City's website" in looked.said
        assert asked == ["/away", "/odd"]


def test_a_page_that_leads_in_circles_is_given_up() -> None:
    with serving() as site:
        looked = look(f"{site}/round", HERE)
        assert looked.status == 0
        assert len(asked) == 5


@pytest.mark.parametrize("path", ["/huge", "/short"])
def test_an_answer_without_end_or_cut_short_is_no_answer(path: str) -> None:
    with serving() as site:
        looked = look(f"{site}{path}", HERE)
        assert looked.status == 0
        assert looked.said


def test_a_server_that_is_not_there_is_said() -> None:
    with serving() as site:
        pass
    looked = look(f"{site}/policy", HERE)
    assert looked.status == 0
    assert "did not answer properly" in looked.said


@pytest.mark.parametrize(
    "url",
    [
        "https://elsewhere.example/policy",
        "https://palmaria.example.elsewhere.example/",
        "https://notpalmaria.example/",
        "https://user@palmaria.example/",
        "https://palmaria.example@elsewhere.example/",
        "https://palmaria.example:0/",
        "https://palmaria.example:99999/",
        "ftp://palmaria.example/",
        "file:///etc/passwd",
        "//palmaria.example/",
        "palmaria.example",
        "http://[::1/",
        "",
    ],
)
def test_whatever_is_not_the_citys_own_is_refused(url: str) -> None:
    with pytest.raises(BadQuestion, match="no page of the City's own website"):
        look(url, ("palmaria.example",))


def test_without_the_setting_nothing_is_asked() -> None:
    with pytest.raises(BadQuestion, match="PALOVERDE_CITY_DOMAINS"):
        look("https://palmaria.example/", ())


def test_a_name_that_leads_into_the_citys_network_is_not_asked() -> None:
    """`localhost` stands for a name of the City's that leads to a private address."""
    with serving() as site:
        looked = look(site.replace("127.0.0.1", "localhost") + "/policy", ("localhost",))
        assert looked.status == 0
        assert "leads to the private address" in looked.said
        assert asked == []
        named = look(site.replace("127.0.0.1", "localhost") + "/policy", ("localhost", "127.0.0.1", "::1"))
        assert named.status == 200


class Fails:
    """A transport that answers nothing."""

    def fetch(self, url: str, headers: dict[str, str], most: int) -> Fetched:
        raise Unreachable("it took too long")

    def save(self, url: str, headers: dict[str, str], most: int, into: Path) -> Fetched:
        raise NotImplementedError

    def close(self) -> None: ...


def test_a_page_that_takes_too_long_is_no_answer() -> None:
    assert look("http://127.0.0.1/policy", HERE, Fails()).said == "it took too long"
    with serving() as site:
        slow = Http(Limits(deadline=0.0001))
        assert look(f"{site}/huge", HERE, slow).status == 0


def test_a_name_is_under_another_only_at_a_dot() -> None:
    assert is_under("WWW.Palmaria.Example.", ("palmaria.example",))
    assert not is_under("evilpalmaria.example", ("palmaria.example",))
