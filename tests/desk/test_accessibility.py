"""Every page of the desk in a real browser: for screen readers, by keyboard alone, large, small, in a frame.

WCAG 2.1 A and AA as far as a program can tell (axe), and what it cannot: reflow, the order of focus, what is seen of
it. The pages are found by walking the links from each role's first page.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page

from desk.browsers import SANDBOX, BusyDesks, browsing, walk, watched
from desk.desks import served
from desk.discoverydesk import shelved
from desk.watchdesk import Watched
from matters import Matter
from paloverde.archive.seal import Coverage
from paloverde.desk.people import Role
from paloverde.platforms.conversation import Gap
from paloverde.records import Kind
from requesthall import RequestHall

pytestmark = [pytest.mark.slow, pytest.mark.timeout(900)]  # three cities and some hundred pages in one walk
ROLES = (Role.CLERK, Role.COUNSEL, Role.PUBLIC_AFFAIRS, Role.IT, Role.APPROVER, Role.AUDITOR)
WCAG = {"runOnly": {"type": "tag", "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa"]}}
# All that a keyboard must reach, in the order of the page; of radio buttons with one name, the one in the order.
_STOPS = """() => {
  const all = [...document.querySelectorAll(
    'a[href], button, input:not([type=hidden]), select, textarea, summary, [tabindex="0"]')];
  const groups = new Set();
  const stops = all.filter(it => !it.disabled && it.checkVisibility({visibilityProperty: true})
    && it.getClientRects().length).filter(it => {
      if (it.type !== 'radio') return true;
      const chosen = document.querySelector(`input[type=radio][name="${it.name}"]:checked`);
      if (chosen ? chosen !== it : groups.has(it.name)) return false;
      groups.add(it.name);
      return true;
    });
  stops.forEach((it, n) => it.setAttribute('data-stop', n));
  return stops.length;
}"""
_FOCUS = """() => {
  const it = document.activeElement, style = getComputedStyle(it), box = it.getBoundingClientRect();
  return {stop: it.dataset.stop === undefined ? -1 : Number(it.dataset.stop), name: it.outerHTML.slice(0, 120),
    seen: style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) >= 2 && box.width > 0 && box.left >= 0,
    body: it === document.body};
}"""


# The forms of a page that change something, by their addresses.
_FORMS = (
    """() => [...document.querySelectorAll('main form[method=post]')].map(it => it.getAttribute('action'))"""
)
_SEND = """action => {
  const form = [...document.querySelectorAll('main form[method=post]')]
    .find(it => it.getAttribute('action') === action);
  const words = {date: '2026-11-18', number: '1', email: 'clerk@palmaria.example', time: '10:00'};
  for (const it of form.elements)
    if (it.required && !it.value && it.type !== 'file') it.value = words[it.type] ?? 'pool';
  form.noValidate = window.isBefore = true;
  setTimeout(() => form.requestSubmit(form.querySelector('button:not([type=button])')), 0);
}"""


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with browsing() as found:
        yield found


@pytest.fixture(scope="module")
def desks(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, BusyDesks]]:
    """Three cities: one whose records are of every kind, one that answers a request and has published its log, and
    one that is sued.
    """
    shelves = Watched(tmp_path_factory.mktemp("shelves")).fill()
    shelves.stocked()
    hall = RequestHall(tmp_path_factory.mktemp("hall"))
    gap = Coverage(gaps=[Gap("posts", Kind.POST, "the site did not answer")])
    hall.office.night("x", [], hall.office.now, coverage=gap)
    hall.ready()
    hall.city.log.publish()
    matter = Matter(tmp_path_factory.mktemp("matter"))
    matter.chosen(matter.ordered())
    shelved(matter)
    with (
        served(BusyDesks(shelves.city)) as records,
        served(BusyDesks(hall.city)) as requests,
        served(BusyDesks(matter.city)) as productions,
    ):
        yield {"records": records, "requests": requests, "productions": productions}


@pytest.fixture(scope="module")
def paths(desks: dict[str, BusyDesks]) -> list[tuple[str, Role, str]]:
    """Every page once, with somebody who may open it."""
    found: dict[tuple[str, str], Role] = {}
    for city, one in desks.items():
        for role in ROLES:
            for path in walk(one, role, 1):
                found.setdefault((city, path), role)
    assert len({path for _, path in found}) > 30
    return [(city, role, path) for (city, path), role in found.items()]


class Survey(NamedTuple):
    """What was found on all pages, each opened once."""

    wrong: list[str]  # what the browser said, and what was asked for elsewhere
    wcag: list[str]
    wide: list[str]
    keyboard: list[str]


@pytest.fixture(scope="module")
def survey(browser: Browser, desks: dict[str, BusyDesks], paths: list[tuple[str, Role, str]]) -> Survey:
    """Every page: what axe finds, where it scrolls sideways, what the keyboard reaches."""
    found, axe = Survey([], [], [], []), Axe()
    for city, role in sorted({(city, role) for city, role, _ in paths}):
        with watched(browser, desks[city].address, role) as window:
            for path in [path for one, who, path in paths if (one, who) == (city, role)]:
                page, where = window.open(path), f"{role.value} {path}"
                found.wrong.extend(f"{where}: {wrong}" for wrong in window.wrong)
                found.wide.extend(f"{where}: {wide}" for wide in too_wide(page))
                found.wcag.extend(f"{where}: {fault}" for fault in violations(axe, page))
                found.keyboard.extend(f"{where}: {fault}" for fault in unreached(page))
                window.wrong.clear()
    return found


def violations(axe: Axe, page: Page) -> list[str]:
    """What axe finds, with the first elements concerned."""
    told = axe.run(page, options=WCAG).response["violations"]
    return [f"{one['id']}: {one['help']} {[node['html'][:200] for node in one['nodes'][:2]]}" for one in told]


def too_wide(page: Page) -> list[str]:
    """Where a page must be scrolled sideways: as wide as a phone, and at 200 % of an ordinary window."""
    wide = []
    for width in (320, 640):
        page.set_viewport_size({"width": width, "height": 450})
        if (needed := page.evaluate("document.documentElement.scrollWidth")) > width:
            wide.append(f"{needed} pixels of {width}")
    page.set_viewport_size({"width": 1280, "height": 900})
    return wide


def unreached(page: Page) -> list[str]:
    """What the keyboard does not reach in the order of the page, or reaches unseen."""
    wanted, reached, faults = page.evaluate(_STOPS), list[int](), list[str]()
    for _press in range(wanted * 4 + 20):
        page.keyboard.press("Tab")
        at = page.evaluate(_FOCUS)
        if at["body"] or (reached[1:] and at["stop"] == 0):
            break  # round the page, and back at its beginning
        if at["stop"] >= 0 and reached[-1:] != [at["stop"]]:
            reached.append(at["stop"])
            if not at["seen"]:
                faults.append(f"no focus is seen on {at['name']}")
    if reached != [*range(wanted)]:
        lost = sorted(set(range(wanted)) - set(reached))[:3]
        names = [
            page.locator(f'[data-stop="{n}"]').evaluate("it => it.outerHTML.slice(0, 120)") for n in lost
        ]
        faults.append(f"reached {reached[:20]} of {wanted}, not {names}")
    return faults


def test_no_page_loads_anything_from_elsewhere_or_breaks_its_own_policy(survey: Survey) -> None:
    assert survey.wrong == []


def test_no_page_has_a_fault_against_wcag_that_a_program_can_find(survey: Survey) -> None:
    assert survey.wcag == []


def test_no_page_must_be_scrolled_sideways_on_a_phone_or_at_200_percent(survey: Survey) -> None:
    assert survey.wide == []


def test_a_keyboard_reaches_every_control_in_the_order_of_the_page_and_its_focus_is_seen(
    survey: Survey,
) -> None:
    assert survey.keyboard == []


def test_what_each_form_answers_is_as_good_as_the_page_that_it_stands_on(
    browser: Browser, desks: dict[str, BusyDesks], survey: Survey, paths: list[tuple[str, Role, str]]
) -> None:
    """Forms that are filled in somehow: what is shown before a final step, and what is said of mistakes."""
    faults, axe, sent = list[str](), Axe(), set[str]()
    for city, role in sorted({(city, role) for city, role, _ in paths}):
        with watched(browser, desks[city].address, role) as window:
            for path in [path for one, who, path in paths if (one, who) == (city, role)]:
                page = window.open(path)
                for form in [form for form in page.evaluate(_FORMS) if form not in sent]:
                    sent.add(form)
                    with page.expect_event("response", lambda got: got.request.method == "POST") as sent_to:
                        page.evaluate(_SEND, form)
                    answer, where = sent_to.value, f"{role.value} {path}, the form to {form}"
                    if answer.status >= 500:
                        faults.append(f"{where}: answered {answer.status}")
                    if "attachment" in answer.headers.get("content-disposition", ""):
                        continue
                    page.wait_for_function("!window.isBefore && document.readyState === 'complete'")
                    faults += [f"{where}: {fault}" for fault in (*violations(axe, page), *too_wide(page))]
                    page = window.open(path)
    assert len(sent) > 10
    assert faults == []


def test_the_survey_finds_the_faults_of_a_bad_page(browser: Browser, desks: dict[str, BusyDesks]) -> None:
    bad = (
        '<title>Bad</title><p><font color="#bbbbbb">faint</font></p><input><img src="x">'
        '<button tabindex="5">first</button><a href="/">second</a>' + "x" * 300
    )
    with watched(browser, desks["records"].address) as window:
        window.open("/help")
        window.page.set_content(bad)
        told = " ".join(violations(Axe(), window.page))
        for rule in ("color-contrast", "label", "image-alt", "html-has-lang"):
            assert f"{rule}:" in told
        assert too_wide(window.page)
        assert "reached [" in " ".join(unreached(window.page))
        assert any("x" in wrong for wrong in window.wrong)


def test_a_keyboard_alone_searches_and_skips_to_the_content(
    browser: Browser, desks: dict[str, BusyDesks]
) -> None:
    with watched(browser, desks["records"].address) as window:
        page = window.open("/search")
        page.keyboard.press("Tab")
        page.keyboard.press("Enter")
        assert page.evaluate("document.activeElement.id") == "main"
        page.keyboard.press("Tab")
        page.keyboard.type("pool")
        page.keyboard.press("Enter")
        page.wait_for_url("**/search?*")
        assert "hits" in page.locator("h2").first.inner_text()
        assert window.wrong == []


def test_in_airflows_frame_pages_are_read_and_forms_and_files_go_through(
    browser: Browser, tmp_path: Path
) -> None:
    hall = RequestHall(tmp_path)
    hall.city.log.publish()
    with served(BusyDesks(hall.city, framed=True)) as desks, watched(browser, desks.address) as window:
        frame = f'<!doctype html><title>Airflow</title><iframe name="desk" sandbox="{SANDBOX}" src="/" width="1200" height="800"></iframe>'
        window.context.route(
            f"{desks.address}/airflow", lambda route: route.fulfill(body=frame, content_type="text/html")
        )
        desk = window.open("/airflow").frame(name="desk")
        assert desk is not None
        desk.get_by_role("link", name="Ledger", exact=True).click()
        desk.wait_for_url("**/ledger")
        desk.get_by_label("By whom").fill("Cleo")
        desk.get_by_role("button", name="Show these entries").click()
        desk.wait_for_url("**/ledger?*")
        assert desk.locator("tbody tr").count() > 0
        desk.locator("tbody th a").first.click()
        with window.page.expect_download() as file:
            desk.get_by_role("link", name="Take the proof as a file").click()
        assert Path(file.value.path()).read_bytes().startswith(b"c2sp.org/tlog-proof@v1")
        desk.goto(f"{desks.address}/ledger/check")
        desk.get_by_role("button", name="Check the ledger").click()
        # Once it is ready the page leads on by itself, but where it was ready at once.
        desk.get_by_text(re.compile("It is ready|is whole")).first.wait_for(timeout=30_000)
        if (made := desk.get_by_role("link", name="Open what was made")).is_visible():
            made.click()
        desk.get_by_text("The ledger is whole").wait_for()
        # What Chromium says of Airflow's own choice of attributes.
        assert [wrong for wrong in window.wrong if "can escape its sandboxing" not in wrong] == []


def test_without_a_script_everything_is_still_there(browser: Browser, desks: dict[str, BusyDesks]) -> None:
    with watched(browser, desks["records"].address, java_script_enabled=False) as window:
        page = window.open("/search")
        page.get_by_label("What to look for").fill("pool")
        page.get_by_role("button", name="Search").click()
        page.wait_for_url("**/search?*")
        assert page.locator("mark").count() > 0
