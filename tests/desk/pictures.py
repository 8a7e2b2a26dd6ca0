"""The pictures of the guides, made anew: `make pictures`.

An invented city is made (`picturecity`), its desk is served on loopback, somebody of each role signs in with a
browser, and each page is taken as it is shown to them.
"""

from __future__ import annotations

import io
import shutil
import socket
import sys
import tempfile
from collections.abc import Iterator
from operator import sub
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import urlencode

from PIL import Image
from playwright.sync_api import Browser, Page, sync_playwright

from desk.browsers import FLAGS, PROGRAMS
from desk.owndesk import running
from desk.picturecity import PASSWORD, PictureCity
from paloverde.desk.opened import Opened
from paloverde.desk.people import Role
from paloverde.desk.service import service
from paloverde.settings import load

FOLDER = Path(__file__).parents[2] / "docs" / "guide" / "pictures"
WIDTH, TALLEST = 1200, 1600  # pixels
MOST_BYTES, MOST_BYTES_OF_ALL = 80_000, 1_500_000
# Colors of the palette, and rows of pixels: as many as there is room for.
_TRIED = ((32, TALLEST), (16, TALLEST), (16, 1300), (16, 1000))
_APART = 20  # of 765: colors of the palette differ by more


class Shot(NamedTuple):
    """A page by the name of its picture. `opened` are words of what is unfolded on it."""

    name: str
    who: Role
    path: str
    opened: str = ""


def shots(city: PictureCity) -> Iterator[Shot]:
    """Every page that has a picture, and who looks at it there."""
    clerk, counsel, affairs = Role.CLERK, Role.COUNSEL, Role.PUBLIC_AFFAIRS
    request, review = f"/requests/{city.handed}", f"/requests/{city.begun}/review"
    item = {"account": "facebook-palmaria", "kind": "post", "id": "p7"}
    letter = {
        "kind": "part", "signer": "Cleo Park", "signer_title": "City Clerk", "deniers": "Cleo Park, City Clerk",
        "reasons": "They are public records; a private person’s telephone number is not.",
        "available_on": "2026-11-25", "available_time": "10:00", "way": "disc", "where": "City Hall, 1 Plaza",
    }  # fmt: skip
    yield Shot("today", clerk, "/")
    yield Shot("search", clerk, "/search?q=pool")
    yield Shot("record", clerk, f"/record?{urlencode(item)}")
    yield Shot("requests", clerk, "/requests")
    yield Shot("request", clerk, request)
    yield Shot("request-days", clerk, f"/requests/{city.new}", "How they were counted")
    yield Shot("review", clerk, review)
    yield Shot("review-record", clerk, f"{review}/{city.place('p9')}")
    yield Shot("review-preview", clerk, f"{review}/{city.place('p3')}/released")
    yield Shot("painting", clerk, f"{review}/{city.place('p1')}/picture/1")
    yield Shot("letter", clerk, f"/requests/{city.signed}/letters/new?{urlencode(letter)}")
    yield Shot("bundle", clerk, f"{request}/bundle")
    yield Shot("delivery", counsel, f"{request}/delivery")
    yield Shot("removed-content", affairs, "/removed")
    yield Shot("dossier", affairs, f"/removed/look?{urlencode({'item': 'facebook-palmaria/comment/c7'})}")
    yield Shot("consultations", affairs, "/removed/consults")
    yield Shot("policy", affairs, "/watch")
    yield Shot("holds", counsel, "/holds")
    yield Shot("hold", counsel, "/holds/LIT-2026-03")
    yield Shot("disposition", Role.APPROVER, "/disposition/order-2026-0001")
    yield Shot("discovery", counsel, "/discovery")
    yield Shot("production", counsel, f"/discovery/{city.produced}")
    yield Shot("volumes", clerk, f"/discovery/{city.produced}/volumes")
    yield Shot("accounts", Role.IT, "/accounts")
    yield Shot("account", Role.IT, "/accounts/facebook-palmaria")
    yield Shot("ledger", Role.AUDITOR, "/ledger")
    yield Shot("help", clerk, "/help")


def take(browser: Browser, city: PictureCity, address: str, folder: Path) -> None:
    """Take every picture; a page that is not shown ends it."""
    windows = {}
    for shot in shots(city):
        if shot.who not in windows:
            windows[shot.who] = _signed_in(browser, address, shot.who, folder)
        page = windows[shot.who]
        _open(page, f"{address}{shot.path}")
        for one in page.locator("details", has_text=shot.opened).all() if shot.opened else ():
            one.evaluate("it => it.open = true")
        _keep(page, folder / f"{shot.name}.png")


def small(taken: bytes) -> bytes:
    """A picture as it is kept: its upper part, in few colors."""
    with Image.open(io.BytesIO(taken)) as whole:
        shown = whole.convert("RGB")
    for colors, rows in _TRIED:
        part = shown.crop((0, 0, shown.width, min(shown.height, rows)))
        out = io.BytesIO()
        part.quantize(palette=_palette(part, colors), dither=Image.Dither.NONE).save(
            out, "PNG", optimize=True
        )
        if len(out.getvalue()) < MOST_BYTES:
            return out.getvalue()
    raise RuntimeError(f"A picture does not become smaller than {MOST_BYTES:,} bytes.")


def _palette(shown: Image.Image, colors: int) -> Image.Image:
    """The colors that are seen most, each apart from the others: so that no gray becomes pink."""
    seen: list[tuple[int, Any]] = sorted(shown.getcolors(shown.width * shown.height) or (), reverse=True)
    chosen: list[tuple[int, int, int]] = []
    for _, color in seen:
        if len(chosen) < colors and all(sum(map(abs, map(sub, color, one))) > _APART for one in chosen):
            chosen.append(color)
    palette = Image.new("P", (1, 1))
    palette.putpalette([part for color in chosen for part in color])
    return palette


def _signed_in(browser: Browser, address: str, who: Role, folder: Path) -> Page:
    view = browser.new_context(viewport={"width": WIDTH, "height": 900}, color_scheme="light", locale="en-US")
    page = view.new_page()
    _open(page, f"{address}/sign-in")
    if who is Role.CLERK:
        _keep(page, folder / "sign-in.png")
    page.fill("[name=username]", who.value)
    page.fill("[name=password]", PASSWORD)
    page.get_by_role("button", name="Sign in", exact=True).click()
    page.wait_for_url(f"{address}/")
    return page


def _open(page: Page, url: str) -> None:
    answer = page.goto(url, wait_until="load")
    if answer is None or answer.status != 200:
        raise RuntimeError(
            f"{url} was answered with {answer and answer.status}: {page.inner_text('body')[:300]}"
        )
    if f" on {socket.gethostname()})" in page.inner_text("body"):
        raise RuntimeError(f"{url} tells of this machine, and a picture of it would, too.")


def _keep(page: Page, path: Path) -> None:
    # In a window as high as the picture, so that what stays in sight while one scrolls stands where it belongs.
    page.set_viewport_size({"width": WIDTH, "height": 400})
    height = page.evaluate("document.documentElement.scrollHeight")
    page.set_viewport_size({"width": WIDTH, "height": min(height, TALLEST)})
    path.write_bytes(small(page.screenshot(animations="disabled")))


def main() -> int:
    """Make all pictures anew, in place of those that there are."""
    program = next(filter(None, map(shutil.which, PROGRAMS)), None)
    if program is None:
        print(
            "No picture was made: no browser is installed (chromium or google-chrome). `make browser` gets one.",
            file=sys.stderr,
        )
        return 1
    with tempfile.TemporaryDirectory(prefix="paloverde-pictures-") as home:
        door = socket.create_server(("127.0.0.1", 0))
        address = f"http://localhost:{door.getsockname()[1]}"
        taken = Path(home) / "pictures"
        taken.mkdir()
        print("Making a city: this takes a minute or two ...")
        city = PictureCity(Path(home) / "city", address).live()
        app = service(load(city.settings), Opened(lambda: city.city), city.city.vault.books, lambda: city.now)
        with running(app, door), sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=program, headless=True, args=[*FLAGS])
            take(browser, city, address, taken)
            browser.close()
        if FOLDER.exists():
            shutil.rmtree(FOLDER)  # not before all are taken
        shutil.copytree(taken, FOLDER)
    sizes = [path.stat().st_size for path in FOLDER.iterdir()]
    print(f"{len(sizes)} pictures, {sum(sizes):,} bytes, in docs/guide/pictures.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
