"""Hiding by a rule and reporting content in a real browser, with something to do: axe, reflow, by keyboard alone."""

from __future__ import annotations

from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe

from desk.browsers import BusyDesks, browsing, watched
from desk.desks import served
from desk.test_accessibility import too_wide, unreached, violations
from hidingcity import PROFANE, HidingCity, hiding_city
from paloverde.desk.people import Role
from paloverde.simulator.city import State

pytestmark = [pytest.mark.slow, pytest.mark.timeout(600)]


def test_what_a_rule_proposes_is_read_and_hidden_by_keyboard(tmp_path: Path) -> None:
    with hiding_city(tmp_path / "home") as city:
        hidden, proposed = city.say(), city.say(f"{PROFANE} Again.")
        city.rule(mode="propose")
        city.night()
        city.city.hidings.hide(city.item(hidden), "cleo", "Cleo Park")
        with (
            served(BusyDesks(city.city)) as desks,
            browsing() as browser,
            watched(browser, desks.address, Role.CLERK) as window,
        ):
            faults, axe = list[str](), Axe()
            for path in pages(city, hidden, proposed):
                page = window.open(path)
                found = [*window.wrong, *too_wide(page), *violations(axe, page), *unreached(page)]
                faults += [f"{path}: {fault}" for fault in found]
                window.wrong.clear()
            assert faults == []
            page = window.open("/watch/hidden")
            page.get_by_role("link", name="Hide now").press("Enter")
            assert f"{PROFANE} Again." in page.locator("main").inner_text()
            page.get_by_role("button", name="Hide it now").press("Enter")
            page.get_by_text("It is hidden at the site").wait_for()
            assert city.truth(proposed).state is State.HIDDEN


def pages(city: HidingCity, hidden: str, proposed: str) -> list[str]:
    return [
        "/watch/hidden",
        f"/watch/hidden/hide?item={city.item(proposed)}",
        f"/watch/hidden/show?item={city.item(hidden)}",
        "/watch/registers/hiding-rules",
        "/watch/registers/hiding-rules/new",
        "/watch/registers/hiding-rules/entries/profanity",
        "/report",
        "/report/new",
    ]
