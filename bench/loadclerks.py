"""Clerks at the desk, all at once: each asks for a page, reads it for a second, and asks for the next.

    python bench/loadclerks.py ADDRESS CLERKS SECONDS

The last line printed is JSON: requests a second, milliseconds, and what was not answered with a page.
"""

from __future__ import annotations

import asyncio
import json
import random
import re
import sys
import time
from collections import Counter
from html import unescape
from statistics import quantiles
from typing import Any, NamedTuple

import httpx

READS_SECONDS = 1.0  # a hurried clerk
PATIENCE_SECONDS = 30.0
WORDS = ("sweeping", "library", "permit", "council", "parking", "trail")
_RECORD = re.compile(r'href="(/record\?[^"]+)"')
_PROGRESS = re.compile(r'data-(refresh|onward)="([^"]+)"')


class Asked(NamedTuple):
    """One page that was asked for: `wrong` is "" where it came."""

    title: str
    milliseconds: float
    wrong: str


def pages_of(chance: random.Random, records: list[str]) -> tuple[str, str]:
    """The next page that a clerk asks for: mostly searches and records."""
    word, number = chance.choice(WORDS), chance.randrange(100)
    return chance.choice(
        [
            ("today", "/"),
            ("search, one word", f"/search?q={word}"),
            ("search, one word", f"/search?q={word}"),
            ("search, two words near", f"/search?q={word}+NEAR%2F5+street"),
            ("search, page 5", f"/search?q={word}&page=5"),
            *(("a record", record) for record in records[:2]),
            ("accounts", "/accounts"),
            ("an account", f"/accounts/x-department-{number:03}"),
            ("requests", "/requests"),
            ("ledger", "/ledger"),
        ]
    )


async def clerk(client: httpx.AsyncClient, name: str, until: float, asked: list[Asked]) -> None:
    chance, records = random.Random(name), list[str]()
    await asyncio.sleep(chance.random() * READS_SECONDS)
    while time.monotonic() < until:
        title, path = pages_of(chance, records)
        begun = time.monotonic()
        try:
            answer = await client.get(path, headers={"who": name})
            wrong = "" if answer.status_code in (200, 303) else f"answered {answer.status_code}"
            if title.startswith("search"):
                records = [unescape(found) for found in _RECORD.findall(answer.text)] or records
        except httpx.HTTPError as error:
            wrong = type(error).__name__
        asked.append(Asked(title, (time.monotonic() - begun) * 1_000, wrong))
        await asyncio.sleep(READS_SECONDS)


async def play(address: str, clerks: int, seconds: float) -> dict[str, Any]:
    asked: list[Asked] = []
    limits = httpx.Limits(max_connections=None, max_keepalive_connections=None)
    async with httpx.AsyncClient(base_url=address, timeout=PATIENCE_SECONDS, limits=limits) as client:
        begun = time.monotonic()
        await asyncio.gather(*(clerk(client, f"clerk{n}", begun + seconds, asked) for n in range(clerks)))
        took = time.monotonic() - begun
    return figures(clerks, asked, took)


def figures(clerks: int, asked: list[Asked], took: float) -> dict[str, Any]:
    """Of all that was asked for; the percentiles count what was not answered as well."""
    by_title: dict[str, list[float]] = {}
    for one in asked:
        by_title.setdefault(one.title, []).append(one.milliseconds)
    p50, p95, p99 = percentiles([one.milliseconds for one in asked])
    return {
        "clerks": clerks,
        "requests": len(asked),
        "per_second": round(len(asked) / took, 1),
        "p50_ms": p50,
        "p95_ms": p95,
        "p99_ms": p99,
        "errors": dict(Counter(one.wrong for one in asked if one.wrong)),
        "slowest": max(by_title, key=lambda title: percentiles(by_title[title])[1]),
    }


def percentiles(numbers: list[float]) -> tuple[int, int, int]:
    """The 50th, 95th and 99th; of a single number, that one."""
    cuts = quantiles(numbers, n=100, method="inclusive") if len(numbers) > 1 else numbers * 99
    return round(cuts[49]), round(cuts[94]), round(cuts[98])


def visit_once(address: str) -> None:
    """Each page once before it counts; long work is waited for, as a browser does."""
    with httpx.Client(base_url=address, timeout=600) as client:
        for path in ("/", "/accounts", "/ledger", "/requests", *(f"/search?q={word}" for word in WORDS)):
            answer = client.get(path)
            while answer.status_code == 303:
                answer = client.get(answer.headers["location"])
                while (found := _PROGRESS.search(answer.text)) and found[1] == "refresh":
                    time.sleep(0.2)
                    answer = client.get(str(answer.url))
                answer = client.get(path)
            if answer.status_code != 200:
                raise SystemExit(f"{path} answered {answer.status_code}: {answer.text[:500]}")


if __name__ == "__main__":
    if sys.argv[2] == "0":
        visit_once(sys.argv[1])
    else:
        print(json.dumps(asyncio.run(play(sys.argv[1], int(sys.argv[2]), float(sys.argv[3])))))
