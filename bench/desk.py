"""Every kind of page of the desk over real HTTP, in a large archive: how long, how much processor, how large.

    make bench ARGS=desk                        (or: python bench/desk.py [--records N] [--folder F])

The archive is that of `make bench ARGS=search` (corpus.py); what the desk writes goes into a copy whose files
are links. It gets accounts with a month of new items, a records request whose review has 10,000 records, and
a hold. `first` is the first look of a fresh process at that page (the pages stand in the order in which they
are asked), `warm` the median of five more, `cpu` the processor time of server and client for one of these.
Beside the first page it is read what was removed. Where the first look is long work, `work` is how many
seconds its page of progress stood. The limits of a page are 500 ms and 300 kB; what is above is marked, and
fails nothing.
"""

from __future__ import annotations

import argparse
import json
import re
import sys
import tempfile
import threading
import time
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from html import unescape
from pathlib import Path
from statistics import median
from typing import NamedTuple

import httpx
import msgspec
import uvicorn
from fastapi import Request

from corpus import ACCOUNTS
from deskcity import CLERK, decide_all, large_city, request_with_review
from measured import environment, measured
from paloverde.desk.app import desk_app
from paloverde.desk.areas import PAGES
from paloverde.desk.paces import Paces
from paloverde.desk.people import Person, Role
from paloverde.desk.visit import Visitor
from paloverde.installation import Installation
from search import FOLDER

RECORDS = 10_000_000
MILLISECONDS, KILOBYTES = 500, 300  # the limits of one page
_TIMES = 5
_EVERY = 0.1  # seconds between two looks at how far long work is
_PROGRESS = re.compile(r'data-(refresh|onward)="([^"]+)"')
_RECORD = re.compile(r'href="(/record\?[^"]+)"')
_REVIEWED = re.compile(r'href="(/requests/[^"/]+/review/[0-9]+)"')
_COUNSEL = "counsel"


class Took(NamedTuple):
    """What one page took."""

    status: int
    work: float
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
    print(f"{'page':44}{'work s':>9}{'first':>9}{'warm':>9}{'cpu':>9}{'kB':>8}")
    for title, figures in took.said.items():
        one = Took(**figures)
        over = one.warm > MILLISECONDS or one.size > KILOBYTES * 1_000
        mark = "*" if over else " "
        failed = "" if one.status == 200 else f"  answered {one.status}"
        work = f"{one.work:,.1f}" if one.work else ""
        told = f"{work:>9}{one.first:>9,.0f}{one.warm:>8,.0f}{mark}{one.cpu:>9,.0f}{one.size / 1e3:>8,.0f}"
        print(f"{title:44}{told}{failed}")
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
        city = large_city(folder, Path(name))
        number = request_with_review(city)
        with _served(city) as client:
            took = {title: _took(client, path) for title, path in _pages(client, number)}
            plain = decide_all(city, number)
            took |= {title: _took(client, path) for title, path in _decided_pages(number, plain)}
            client.headers["who"] = _COUNSEL
            took["review, sign"] = _took(client, f"/requests/{number}/review/sign")
        return {title: figures._asdict() for title, figures in took.items()}


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
    hits = [part for part in client.get(search).text.split("<h3>") if _RECORD.search(part)]
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
        ("review, with suggestions", "/review?show=suggestions"), ("review, alike", "/review?show=alike"),
        ("delivery", "/delivery"),
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


def _decided_pages(number: str, plain: int) -> Iterator[tuple[str, str]]:
    """What shows a review in which all is decided. `plain` is a record without pictures: there are none."""
    request = f"/requests/{number}"
    yield "decided: a request", request
    yield "decided: review", f"{request}/review"
    yield "decided: review, exempt", f"{request}/review?show=exempt"
    yield "decided: suggestions nobody answered", f"{request}/review?show=standing"
    yield "decided: a record in review", f"{request}/review/{plain}"
    yield "decided: a record as handed over", f"{request}/review/{plain}/released"
    yield "decided: log of what is kept back", f"{request}/review/log"
    yield "decided: its letters", f"{request}/letters"
    yield "bundle preview", f"{request}/bundle"
    yield "decided: today", "/"


def _took(client: httpx.Client, path: str) -> Took:
    work, (first, answer) = 0.0, _once(client, path)
    if answer.status_code == 303 and "/progress/" in answer.headers["location"]:
        work = _worked(client, answer.headers["location"])
        first, answer = _once(client, path)
    cpu, walls = time.process_time(), []
    for _ in range(_TIMES):
        wall, answer = _once(client, path)
        walls.append(wall)
    used = (time.process_time() - cpu) / _TIMES * 1_000
    return Took(answer.status_code, work, first, median(walls), used, len(answer.content))


def _worked(client: httpx.Client, progress: str) -> float:
    """Wait for long work as a browser does; its seconds."""
    started = time.perf_counter()
    while (found := _PROGRESS.search(client.get(progress).text)) and found[1] == "refresh":
        time.sleep(_EVERY)
    if found is None:
        raise SystemExit(f"the work of {progress} was not done")
    return time.perf_counter() - started


def _once(client: httpx.Client, path: str) -> tuple[float, httpx.Response]:
    started = time.perf_counter()
    answer = client.get(path)
    return (time.perf_counter() - started) * 1_000, answer


class _Open:
    """A door that is open to a clerk, and to counsel: what is measured begins behind it."""

    framed = False

    async def visitor(self, request: Request) -> Visitor | None:
        if request.headers.get("who") == _COUNSEL:
            return Visitor(Person("ana", "Ana Ruiz", Role.COUNSEL, ""), "another session")
        return Visitor(Person("cleo", CLERK.name, Role.CLERK, ""), "a session")

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
