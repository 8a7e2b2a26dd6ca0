"""Every kind of page of the desk over real HTTP, in a large archive: how long, how much processor, how large.

    make bench ARGS=desk                        (or: python bench/desk.py [--records N] [--folder F])

The archive is that of `make bench ARGS=search` (corpus.py); what the desk writes goes into a copy whose files
are links. It gets accounts with a month of new items, a records request whose review has 10,000 records, and
a hold. `first` is the first look of a fresh process at that page (the pages stand in the order in which they
are asked), `warm` the median of five more, `cpu` the processor time of server and client for one of these.
The limits of a page are 500 ms and 300 kB; what is above is marked, and fails nothing.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import re
import shutil
import sys
import tempfile
import threading
import time
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, timedelta
from html import unescape
from pathlib import Path
from statistics import median
from typing import NamedTuple

import httpx
import msgspec
import uvicorn
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from fastapi import Request

from corpus import ACCOUNTS
from measured import environment, measured
from paloverde.desk.app import desk_app
from paloverde.desk.areas import PAGES
from paloverde.desk.paces import Paces
from paloverde.desk.people import Person, Role
from paloverde.desk.visit import Visitor
from paloverde.installation import Installation, Purpose, open_installation
from paloverde.records import Account, archive_day
from paloverde.requests.events import Received
from paloverde.retention.holds import By
from paloverde.settings import load
from paloverde.state.books import open_books, writing
from paloverde.state.tables import ITEMS, METADATA, RUNS
from search import FOLDER

RECORDS = 10_000_000
MILLISECONDS, KILOBYTES = 500, 300  # the limits of one page
_TIMES = 5
_IN_REVIEW = 10_000
_NEW_ITEMS = 300_000  # of one account in a month, for how fast they come to the archive
_RECORD = re.compile(r'href="(/record\?[^"]+)"')
_REVIEWED = re.compile(r'href="(/requests/[^"/]+/review/[0-9]+)"')
_CLERK = By("Cleo Park", "clerk", "bench")


class Took(NamedTuple):
    """What one page took."""

    status: int
    first: float
    warm: float
    cpu: float
    size: int


def main(records: int, folder: Path = FOLDER) -> None:
    """Print the table. `folder` is where archives of several sizes are kept, or the one of this size."""
    folder = folder if folder.name == str(records) else folder / str(records)
    folder.mkdir(parents=True, exist_ok=True)
    for what in ("corpus", "index"):
        _built(what, folder)
    print(environment())
    print(f"{records:,} records in {folder}; milliseconds, * above {MILLISECONDS} ms or {KILOBYTES} kB")
    took = measured([sys.executable, __file__, "--step", str(folder)])
    print(f"{'page':44}{'first':>9}{'warm':>9}{'cpu':>9}{'kB':>8}")
    for title, figures in took.said.items():
        one = Took(**figures)
        over = one.warm > MILLISECONDS or one.size > KILOBYTES * 1_000
        mark = "*" if over else " "
        failed = "" if one.status == 200 else f"  answered {one.status}"
        figures_told = f"{one.first:>9,.0f}{one.warm:>8,.0f}{mark}{one.cpu:>9,.0f}{one.size / 1e3:>8,.0f}"
        print(f"{title:44}{figures_told}{failed}")
    print(f"whole process: {took}")


def _built(what: str, folder: Path) -> None:
    """Build what is not there yet, as `make bench ARGS=search` does."""
    note = folder / f"{what}.json"
    if not note.exists():
        here = str(Path(__file__).with_name("search.py"))
        made = measured([sys.executable, here, "--step", what, "--folder", str(folder)])
        note.write_bytes(msgspec.json.encode(made._asdict()))


def step(folder: Path) -> dict[str, dict[str, float]]:
    """The figures, from a process of its own."""
    with tempfile.TemporaryDirectory(dir=folder.parent, prefix="desk-") as name:
        city = _city(folder, Path(name))
        number = _request(city)
        with _served(city) as client:
            return {title: _took(client, path)._asdict() for title, path in _pages(client, number)}


def _pages(client: httpx.Client, number: str) -> Iterator[tuple[str, str]]:
    """Each kind of page; addresses that a page leads to are read from it."""
    yield "sign-in done, today", "/"
    yield "today again", "/"
    search = "/search?q=parking"
    yield "search, a frequent word", search
    yield "search, page 40", f"{search}&page=40"
    yield "search, two words near", "/search?q=street+NEAR%2F5+sweeping"
    yield "search, a beginning with *", "/search?q=neighbor*"
    yield "search, filtered", f"{search}&account={ACCOUNTS[0]}&kind=comment&since=2024-01-01&until=2024-12-31"
    yield "kept searches", "/search/kept"
    hits = client.get(search).text.split("<h3>")[1:]
    edited = [hit for hit in hits if ">edited<" in hit]  # these have versions to show side by side
    record = unescape(_RECORD.findall((edited or hits)[0])[0])
    yield "a record, versions side by side", record
    yield "its conversation", record.replace("/record?", "/record/conversation?")
    yield "accounts", "/accounts"
    yield "an account", f"/accounts/{ACCOUNTS[0]}"
    yield "its runs", f"/accounts/{ACCOUNTS[0]}/runs"
    yield "its gaps", f"/accounts/{ACCOUNTS[0]}/gaps"
    yield "requests", "/requests"
    request = f"/requests/{number}"
    for title, path in (
        ("a request", ""), ("its history", "/history"), ("its search", "/search"),
        ("its letters", "/letters"),
        ("review of 10,000", "/review"), ("review, page 100", "/review?page=100"),
        ("review, with suggestions", "/review?show=suggested"), ("review, sign", "/review/sign"),
        ("bundle preview", "/bundle"), ("delivery", "/delivery"),
    ):  # fmt: skip
        yield title, f"{request}{path}"
    reviewed = _REVIEWED.findall(client.get(f"{request}/review").text)
    if reviewed:
        yield "a record in review", reviewed[0]
    yield "removed content", "/removed"
    yield "consultations and alerts", "/removed/consults"
    yield "holds", "/holds"
    yield "disposition", "/disposition"
    yield "ledger", "/ledger"
    yield "help", "/help"
    yield "a guide", "/help/desk"


def _took(client: httpx.Client, path: str) -> Took:
    first, answer = _once(client, path)
    cpu, walls = time.process_time(), []
    for _ in range(_TIMES):
        wall, answer = _once(client, path)
        walls.append(wall)
    used = (time.process_time() - cpu) / _TIMES * 1_000
    return Took(answer.status_code, first, median(walls), used, len(answer.content))


def _once(client: httpx.Client, path: str) -> tuple[float, httpx.Response]:
    started = time.perf_counter()
    answer = client.get(path)
    return (time.perf_counter() - started) * 1_000, answer


def _city(folder: Path, home: Path) -> Installation:
    """The City over the archive: what is there is linked, what is new lies in the copy."""
    for part in ("store", "index"):
        shutil.copytree(folder / part, home / part, copy_function=os.link)
    (home / "index" / "lock").unlink(missing_ok=True)
    shutil.copy(folder / "state.db", home)
    key = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))  # that of the corpus
    pem = home / "key.pem"
    pem.write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    pem.chmod(0o600)
    books = open_books(f"sqlite:///{home}/state.db")
    METADATA.create_all(books)  # tables that are younger than the archive
    with writing(books) as connection:
        connection.execute(RUNS.update().values(told=True))  # else the opening notes each in the ledger
    settings = {
        "PALOVERDE_HOME": str(home),
        "PALOVERDE_STORE": f"file://{home}/store",
        "PALOVERDE_DATABASE": f"sqlite:///{home}/state.db",
        "PALOVERDE_INDEX_FOLDER": str(home / "index"),
        "PALOVERDE_SIGNING_KEY_FILE": str(pem),
        "PALOVERDE_AGENCY_NAME": "City of Palma Ria",
    }
    city = open_installation(load(settings), purpose=Purpose.BEGIN)
    for number, slug in enumerate(ACCOUNTS):
        city.register_account(Account(slug, "nextdoor", str(number), slug))
    _fill_register(city)
    return city


def _fill_register(city: Installation) -> None:
    """A month of new items of one account, as nights would have seen them."""
    chance, now = random.Random(5), city.vault.clock()
    row = {"account": ACCOUNTS[0], "stream": "comments", "within": "", "version_sha256": "0" * 64,
           "record_sequence": 1, "state": "present"}  # fmt: skip
    rows = []
    for number in range(_NEW_ITEMS):
        seen = now - timedelta(days=chance.random() * 30)
        posted = seen - timedelta(hours=chance.random() * 24)
        times = {"posted_at": posted, "first_seen": seen, "last_seen": seen, "looked_at": seen}
        rows.append(row | times | {"kind": "comment", "native_id": f"n{number}"})
    first = now - timedelta(days=60)
    rows.append(row | {"kind": "profile", "native_id": "p", "posted_at": None, "first_seen": first,
                       "last_seen": first, "looked_at": first})  # fmt: skip
    with writing(city.vault.books) as connection:
        connection.execute(ITEMS.insert(), rows)


def _request(city: Installation) -> str:
    """A request whose review has 10,000 records."""
    event = Received(by=_CLERK, at=city.requests.now(), number="", channel="letter", text="All about parking",
                     received_on=archive_day(city.vault.clock()) - timedelta(days=3))  # fmt: skip
    number = city.requests.receive(event).number
    since, until = date(2024, 1, 1), date(2024, 12, 31)
    answer, _ = city.requests.search(
        number, "parking", _CLERK, accounts=(ACCOUNTS[0],), since=since, until=until
    )
    city.reviews.gather(number, answer.hits[:_IN_REVIEW], _CLERK)
    print(f"{number} has {len(answer.hits):,} hits", file=sys.stderr)
    return number


class _Open:
    """A door that is open to one clerk: what is measured begins behind it."""

    framed = False

    async def visitor(self, request: Request) -> Visitor | None:
        del request
        return Visitor(Person("cleo", _CLERK.name, Role.CLERK, ""), "a session")

    def sign_in(self, onward: str) -> str:
        return onward


@contextmanager
def _served(city: Installation) -> Iterator[httpx.Client]:
    app = desk_app(lambda: city, _Open(), PAGES, paces=Paces(per_window=defaultdict(lambda: 1_000_000)))
    server = uvicorn.Server(uvicorn.Config(app, port=0, log_level="error", lifespan="off"))
    with httpx.Client(timeout=600) as client:  # made before the thread: both load the same libraries
        thread = threading.Thread(target=server.run, daemon=True)
        thread.start()
        while not server.started:
            time.sleep(0.05)
        port = server.servers[0].sockets[0].getsockname()[1]
        client.base_url = httpx.URL(f"http://127.0.0.1:{port}")
        yield client
    server.should_exit = True
    thread.join()


if __name__ == "__main__":
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--records", type=int, default=RECORDS)
    parser.add_argument("--folder", type=Path, default=FOLDER, help="where the archive is kept")
    parser.add_argument("--step", type=Path, help=argparse.SUPPRESS)
    args = parser.parse_args()
    if args.step:
        print(json.dumps(step(args.step)))
    else:
        main(args.records, args.folder)
