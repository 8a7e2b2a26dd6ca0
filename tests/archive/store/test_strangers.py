"""A bucket counts as closed only where the server refuses a stranger in so many words."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from paloverde.archive.store.strangers import refuse_an_open_bucket
from paloverde.errors import StoreCannotPromise, Unreachable


class Server(ThreadingHTTPServer):
    """Answers every listing with one status."""

    status = 403

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"


class _Answers(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        assert isinstance(self.server, Server)
        assert self.path == "/records?list-type=2&max-keys=1"
        self.send_response(self.server.status)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def server() -> Iterator[Server]:
    with Server(("127.0.0.1", 0), _Answers) as made:
        threading.Thread(target=made.serve_forever, daemon=True).start()
        yield made
        made.shutdown()


@pytest.mark.parametrize("status", [401, 403])
def test_a_refusal_is_a_closed_bucket(server: Server, status: int) -> None:
    server.status = status
    refuse_an_open_bucket("records", server.address)


@pytest.mark.parametrize("status", [301, 404, 500, 503])
def test_any_other_answer_says_nothing_and_is_not_taken_for_one(server: Server, status: int) -> None:
    server.status = status
    with pytest.raises(Unreachable, match=f"answered {status} .* is not known"):
        refuse_an_open_bucket("records", server.address)


def test_a_listing_that_is_given_to_a_stranger_is_refused(server: Server) -> None:
    server.status = 200
    with pytest.raises(StoreCannotPromise, match="shows its contents to strangers"):
        refuse_an_open_bucket("records", server.address)


def test_a_server_that_is_not_there_is_told_of() -> None:
    with pytest.raises(Unreachable, match="did not answer"):
        refuse_an_open_bucket("records", "http://127.0.0.1:1")
