"""The page about the simulated city is true: what it shows can be sent, what it lists is what there is."""

from __future__ import annotations

import json
import re
import shlex
import urllib.request
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

import paloverde.simulator
from paloverde.simulator.events import EVENTS
from paloverde.simulator.faults import KINDS
from paloverde.simulator.server import RunningSites, start, welcome
from paloverde.simulator.sites import SITES, build

PAGE = (Path(paloverde.simulator.__file__).parent / "README.md").read_text(encoding="utf-8")
SHOWN = [shlex.split(line) for line in PAGE.splitlines() if line.startswith("curl -X POST ")]
DAY = datetime(2026, 11, 20, 22, tzinfo=ZoneInfo("America/Los_Angeles"))


def table(head: str) -> list[str]:
    """The names in the first column of the table that begins so."""
    rows = PAGE.split(f"| {head} |")[1].split("\n\n")[0].splitlines()[2:]
    return [name for row in rows for name in re.findall(r"`(\w+)`", row.split(" | ")[0])]


@pytest.fixture(scope="module")
def sites() -> Iterator[RunningSites]:
    with start(build(1, DAY, scale=0.05)) as sites:
        yield sites


@pytest.mark.parametrize("words", SHOWN, ids=lambda words: words[-1])
def test_a_call_that_the_page_shows_is_taken(sites: RunningSites, words: list[str]) -> None:
    address, body = words[3].replace("http://127.0.0.1:8070", sites.url), words[5]
    with urllib.request.urlopen(urllib.request.Request(address, data=body.encode()), timeout=10) as answer:
        said: Any = json.load(answer)
    sites.desk.switchboard.clear()
    assert answer.status == 200
    assert said


def test_the_page_shows_a_story_a_reel_a_broadcast_and_a_held_comment() -> None:
    shown = " ".join(words[-1] for words in SHOWN)
    for wanted in ('"story"', '"reel"', '"live"', '"hold"'):
        assert wanted in shown


def test_the_page_lists_every_event_and_every_fault() -> None:
    assert sorted(table("do")) == sorted(EVENTS)
    assert sorted(table("kind")) == sorted(KINDS)


def test_the_page_names_every_site_and_all_settings() -> None:
    for name, site in SITES.items():
        assert f"`/{name}/" in PAGE
        assert [setting for setting in site.settings if f"`{setting}`" not in PAGE] == []


def test_what_the_simulated_sites_print_stands_on_the_page() -> None:
    said = welcome(build(1, DAY), "http://127.0.0.1:8070")
    assert re.sub(r"(city-token-\w+-owner-)[0-9a-f]+", r"\1…", said).strip() in PAGE
