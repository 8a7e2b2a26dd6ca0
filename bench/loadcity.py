"""The city of the load test: an installation with many accounts, its nights, its index, its desk.

    python bench/loadcity.py nights FOLDER SITE ACCOUNTS NIGHT AT_ONCE
    python bench/loadcity.py repeating FOLDER SITE ACCOUNTS NIGHT AT_ONCE   nights, until its input ends
    python bench/loadcity.py index|desk FOLDER SITE

Nights run as Airflow runs them: each account in a process of its own, so many at a time. The last line
printed is JSON; the desk prints its address and serves until its input ends.
"""

from __future__ import annotations

import json
import multiprocessing
import os
import resource
import sys
import threading
import time
from collections.abc import Sequence
from datetime import date, timedelta
from multiprocessing.connection import wait
from pathlib import Path
from statistics import quantiles
from typing import Any

import uvicorn
from fastapi import Request

from loadsite import Replies, accounts
from measured import size_of
from paloverde.desk.app import desk_app
from paloverde.desk.areas import PAGES
from paloverde.desk.opened import Opened
from paloverde.desk.people import Person, Role
from paloverde.desk.visit import Visitor
from paloverde.errors import PaloverdeError
from paloverde.installation import Installation, open_installation
from paloverde.platforms.conversation import Platform
from paloverde.records import archive_day
from paloverde.settings import Settings, load

AT_ONCE_AT_THE_DESK = 100  # connections, as `paloverde desk serve` has it
_DAYS_BACK = 300  # the first night's day: those that follow need days of their own


class LoadedCity(Installation):
    """An installation whose accounts are asked for their posts and replies alone."""

    def platform(self, name: str) -> Platform:
        del name
        return Replies()


def opened(folder: Path, site: str) -> LoadedCity:
    plain = open_installation(settings(folder, site))
    return LoadedCity(plain.settings, plain.vault)


def settings(folder: Path, site: str) -> Settings:
    return load(
        {
            "PALOVERDE_HOME": str(folder / "home"),
            "PALOVERDE_X_API": site,
            "PALOVERDE_ALLOW_LOOPBACK_SITES": "true",
            "PALOVERDE_AGENCY_NAME": "City of Palma Ria",
        }
    )


def nights(
    folder: Path, site: str, number: int, night: int, at_once: int, over: threading.Event | None = None
) -> dict[str, Any]:
    """One night of all accounts, and the figures of it. Once it is `over`, no further account is begun."""
    day = archive_day(opened(folder, site).vault.clock()) - timedelta(days=_DAYS_BACK - night)
    forking = multiprocessing.get_context("fork")
    waiting = [account.slug for account in accounts(number)]
    running: dict[Any, tuple[Any, str]] = {}
    told: list[dict[str, Any]] = []
    begun = time.monotonic()
    while waiting or running:
        if over is not None and over.is_set():
            waiting.clear()
        while waiting and len(running) < at_once:
            here, there = forking.Pipe(duplex=False)
            slug = waiting.pop(0)
            process = forking.Process(target=_one_account, args=(there, folder, site, slug, day))
            process.start()
            there.close()
            running[here] = (process, slug)
        for pipe in wait(list(running)):
            process, slug = running.pop(pipe)
            told.append(_told(pipe, slug))
            process.join()
    wall = time.monotonic() - begun
    return _figures(told, wall) | {"night": night, "at_once": at_once, "database_bytes": _database(folder)}


def _one_account(told: Any, folder: Path, site: str, slug: str, day: date) -> None:
    begun = time.monotonic()
    try:
        report = opened(folder, site).archive_night(slug, day, "load-token")
        said = {"records": report.records, "new": report.new_versions, "wrong": "; ".join(report.gaps)}
    except PaloverdeError as error:
        said = {"records": 0, "new": 0, "wrong": f"{type(error).__name__}: {error}"}
    own = resource.getrusage(resource.RUSAGE_SELF)
    told.send({**said, "seconds": time.monotonic() - begun, "cpu": own.ru_utime + own.ru_stime,
               "peak_mb": own.ru_maxrss / 1024})  # fmt: skip


def _told(pipe: Any, slug: str) -> dict[str, Any]:
    try:
        told: dict[str, Any] = pipe.recv()
    except EOFError:
        told = {
            "records": 0,
            "new": 0,
            "wrong": "the process died",
            "seconds": 0.0,
            "cpu": 0.0,
            "peak_mb": 0.0,
        }
    return {**told, "account": slug}


def _figures(told: Sequence[dict[str, Any]], wall: float) -> dict[str, Any]:
    seconds = [one["seconds"] for one in told] or [0.0]
    return {
        "accounts": len(told),
        "records": sum(one["records"] for one in told),
        "new": sum(one["new"] for one in told),
        "wrong": [f"{one['account']}: {one['wrong']}" for one in told if one["wrong"]],
        "wall_s": round(wall, 1),
        "cpu_s": round(sum(one["cpu"] for one in told), 1),
        "account_p50_s": round(quantiles(seconds, n=20)[9], 2) if len(seconds) > 1 else round(seconds[0], 2),
        "account_p95_s": round(quantiles(seconds, n=20)[18], 2) if len(seconds) > 1 else round(seconds[0], 2),
        "account_peak_mb": round(max((one["peak_mb"] for one in told), default=0)),
    }


def _database(folder: Path) -> int:
    return sum(size_of(path) for path in (folder / "home").glob("paloverde.db*"))


def repeating(folder: Path, site: str, number: int, night: int, at_once: int) -> dict[str, Any]:
    """Night after night until the input ends; how many accounts were archived, and what went wrong."""
    over = threading.Event()
    threading.Thread(target=_wait_for_the_end, args=(over,), daemon=True).start()
    done: list[dict[str, Any]] = []
    while not over.is_set():
        done.append(nights(folder, site, number, night + len(done), at_once, over))
    return {"accounts": sum(one["accounts"] for one in done), "wall_s": sum(one["wall_s"] for one in done),
            "wrong": [words for one in done for words in one["wrong"]]}  # fmt: skip


def _wait_for_the_end(over: threading.Event) -> None:
    """Not through `sys.stdin`: a child that is forked meanwhile closes it, and would wait for its lock."""
    os.read(0, 1)
    over.set()


def index(folder: Path, site: str) -> dict[str, Any]:
    """Bring the search index up to date."""
    begun, cpu = time.monotonic(), sum(os.times()[:4])
    done = opened(folder, site).index.refresh()
    used = sum(os.times()[:4]) - cpu  # children included: it is written by several processes
    return {"records": done.records, "wall_s": round(time.monotonic() - begun, 1), "cpu_s": round(used, 1)}


class _Open:
    """A door that is open to any clerk: what is measured begins behind it."""

    framed = False

    async def visitor(self, request: Request) -> Visitor | None:
        who = request.headers.get("who", "cleo")
        return Visitor(Person(who, f"Clerk {who}", Role.CLERK, ""), f"session of {who}")

    def sign_in(self, onward: str) -> str:
        return onward


def desk(folder: Path, site: str) -> None:
    """Serve the desk until the input ends: one process, as `paloverde desk serve`."""
    app = desk_app(Opened(lambda: opened(folder, site)), _Open(), PAGES)
    config = uvicorn.Config(
        app,
        port=0,
        log_level="error",
        access_log=False,
        lifespan="off",
        limit_concurrency=AT_ONCE_AT_THE_DESK,
    )
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    while not server.started:
        time.sleep(0.05)
    print(f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}", flush=True)
    sys.stdin.read()
    server.should_exit = True
    thread.join()


def main(what: str, folder: Path, site: str, *numbers: str) -> None:
    if what == "desk":
        desk(folder, site)
        return
    if what == "index":
        print(json.dumps(index(folder, site)))
        return
    play = {"nights": nights, "repeating": repeating}[what]
    if numbers[1] == "1":  # the accounts are registered once, in a process of its own as well
        _register(folder, site, int(numbers[0]))
    print(json.dumps(play(folder, site, *map(int, numbers))))


def _register(folder: Path, site: str, number: int) -> None:
    city = opened(folder, site)
    for account in accounts(number):
        city.register_account(account)


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]), *sys.argv[3:])
