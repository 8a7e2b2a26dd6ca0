"""Paloverde's own way from wire bytes to a sealed night, and to records alone."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path

from pages import PAGE
from paloverde.archive.signing import open_signer
from paloverde.archive.store import open_store
from paloverde.archive.vault import Vault
from paloverde.capture.night import archive_night
from paloverde.platforms.conversation import Conversation, Found, Listing, Request
from paloverde.platforms.line import Line, Rules
from paloverde.platforms.network import Fetched, Limits, decode
from paloverde.platforms.x import X
from paloverde.platforms.x.read import read_page
from paloverde.records import Account, Kind
from paloverde.state.books import open_books

ACCOUNT = Account("x-bench", "x", "1", "bench")


class Canned:
    """A transport that gives the next page, whatever is asked: the wire without a network."""

    def __init__(self, bodies: Iterator[bytes]) -> None:
        self._bodies = bodies

    def fetch(
        self, url: str, headers: dict[str, str], most: int, method: str = "GET", sent: bytes = b""
    ) -> Fetched:
        del url, headers, most, method, sent
        answered = {"content-type": "application/json; charset=utf-8", "content-encoding": "gzip"}
        return Fetched(200, "OK", answered, next(self._bodies))

    def close(self) -> None: ...


class Timeline(X):
    """X, asked for its posts alone."""

    def night(self, account: Account, since: datetime | None) -> Conversation:
        del account, since
        got, token = 0, None
        while True:
            more = (("pagination_token", token),) if token else ()
            response = yield Request("/2/users/1/tweets", (("max_results", str(PAGE)), *more), "posts")
            assert response is not None
            page = read_page(response.body)
            got += len(page.records)
            yield Found(page.records, page.unread, "posts")
            token = page.next_token
            if token is None:
                yield Listing("posts", Kind.POST, complete=True, got=got)
                return


def night(bodies: Iterator[bytes], folder: Path) -> int:
    """The whole way: decode, check for credentials, keep the bytes, hash, compare with what is known, write
    Parquet with page checksums, store, seal, sign, bring the register up to date."""
    books = open_books(f"sqlite:///{folder}/state.db")
    vault = Vault(open_store(f"file://{folder}/archive"), books, open_signer(folder / "key.pem"), _now, 2)

    def line() -> Line:
        rules = Rules(clock_skew=10**9)
        canned = Canned(bodies)
        return Line(
            Timeline(), "https://api.x.example", "bench-token", clock=_now, rules=rules, transport=canned
        )

    report, trouble = archive_night(vault, Timeline(), ACCOUNT, date(2026, 11, 22), None, line)
    assert trouble is None, trouble
    return report.new_versions


def decoding(bodies: Iterator[bytes], folder: Path) -> int:
    """Records alone: decompress, parse, keep each item's exact bytes."""
    del folder
    limits = Limits()
    return sum(len(read_page(decode(body, "gzip", limits)).records) for body in bodies)


def _now() -> datetime:
    return datetime.now(UTC)
