"""The City's own blog: its feed is asked for each day, kept when it has something new, and nowhere else."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from paloverde.errors import Unreachable
from paloverde.installation import Installation, open_installation
from paloverde.installation.feeds import FeedsFailed, is_of_a_feed
from paloverde.records import Account
from paloverde.settings import load

FEED = "<rss><channel><item><guid>1</guid><title>The pool opens</title></item>{}</channel></rss>"
SECOND = "<item><guid>2</guid><title>Road work</title></item>"


class Blog(ThreadingHTTPServer):
    """A blog on loopback: what its feed says now, by path."""

    said: dict[str, str]

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}"


class Answering(BaseHTTPRequestHandler):
    server: Blog

    def do_GET(self) -> None:
        body = self.server.said.get(self.path)
        self.send_response(404 if body is None else 200)
        self.end_headers()
        self.wfile.write((body or "").encode())

    def log_message(self, format: str, *args: object) -> None: ...  # noqa: A002 - its name in the library


@pytest.fixture
def blog() -> Iterator[Blog]:
    with Blog(("127.0.0.1", 0), Answering) as server:
        server.said = {"/feed": FEED.format("")}
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield server
        server.shutdown()
        thread.join()


def city(home: Path, *addresses: str, names: str = "127.0.0.1") -> Installation:
    made = open_installation(load({"PALOVERDE_HOME": str(home), "PALOVERDE_CITY_DOMAINS": names}))
    for number, address in enumerate(addresses):
        made.register_account(Account(f"other-news-{number}", "other", address, "news"))
    return made


def titles(of: Installation) -> list[str]:
    return sorted(str(hit.text) for hit in of.search("*", "test").hits)


def test_what_is_new_is_kept_and_searched_and_what_is_not_changes_nothing(blog: Blog, tmp_path: Path) -> None:
    of = city(tmp_path / "home", f"{blog.url}/feed")
    assert of.read_feeds("test", lambda _: None).sentence() == "1 feed asked for, 1 with something new."
    assert of.read_feeds("test", lambda _: None).new == 0
    blog.said["/feed"] = FEED.format(SECOND)
    assert of.read_feeds("test", lambda _: None).new == 1
    assert titles(of) == ["Road work", "The pool opens"]
    (deed, _) = [one.event for one in of.ledger.entries() if one.event.what == "import sealed"]
    assert dict(deed.about)["format"] == "feed"


def test_one_that_fails_stops_no_other_and_is_told(blog: Blog, tmp_path: Path) -> None:
    blog.said["/page"] = "<html>News</html>"
    of = city(tmp_path / "home", f"{blog.url}/gone", f"{blog.url}/page", f"{blog.url}/feed")
    done = of.read_feeds("test", lambda _: None)
    assert (done.asked, done.new, len(done.failed)) == (3, 1, 2)
    assert "(status 404)" in done.sentence()
    with pytest.raises(FeedsFailed, match="holds no feed"):
        done.settle()


def test_one_that_does_not_answer_is_tried_again(blog: Blog, tmp_path: Path) -> None:
    done = city(tmp_path / "home", f"{blog.url}/gone").read_feeds("test", lambda _: None)
    with pytest.raises(Unreachable):
        done.settle()


def test_a_name_that_is_not_the_citys_is_never_asked(blog: Blog, tmp_path: Path) -> None:
    done = city(tmp_path / "home", f"{blog.url}/feed", names="palmaria.example").read_feeds(
        "test", lambda _: None
    )
    assert (done.asked, done.new, done.elsewhere) == (0, 0, 1)
    assert done.sentence().endswith(
        "Not asked, at a name that PALOVERDE_CITY_DOMAINS does not have: 1. Hand the files of such a feed in."
    )
    done.settle()


def test_without_a_feed_nothing_is_asked(tmp_path: Path) -> None:
    of = city(tmp_path / "home", "palmaria")
    assert "nothing was asked for" in of.read_feeds("test", lambda _: None).sentence()
    assert not is_of_a_feed(Account("x-palmaria", "x", "https://x.com/palmaria", "palmaria"))
