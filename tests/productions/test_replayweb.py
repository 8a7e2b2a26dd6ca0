"""The web archive of a volume in the format's own player, in a real browser."""

from __future__ import annotations

import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from documents import HOSTILE
from loadfiles import member
from plans import park, plan_of
from playwright.sync_api import expect
from replayweb import Player, picture_in, playing

from archives import SIGNER
from paloverde.bundles.pages import visible
from paloverde.productions.build import build
from paloverde.productions.plan import Form

BASE = "https://prod-2026-0001.vol001.production.invalid"


@pytest.fixture(scope="module")
def archive(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("player")
    archive = park(folder)
    build(plan_of(archive, forms=frozenset({Form.WACZ})), archive, SIGNER, folder / "out")
    target = folder / "volume.wacz"
    target.write_bytes(member(folder / "out" / "VOL001.zip", ".wacz"))
    return target


@pytest.fixture(scope="module")
def player(archive: Path) -> Iterator[Player]:
    with playing(archive) as player:
        yield player


def test_the_player_lists_every_document(player: Player) -> None:
    documents = {f"PDC{101 + at:07d}" for at in range(3 + len(HOSTILE))}
    titles = player.listed(1 + len(documents))
    assert {title.partition(":")[0] for title in titles} == {"PROD-2026-0001", *documents}


def test_a_page_shows_the_words_and_the_picture_and_leads_to_the_post(player: Player) -> None:
    page = player.opened(f"{BASE}/PDC0000102.html")
    expect(page.locator("blockquote")).to_have_text("A þ ® cactus 🌵")
    assert picture_in(page) == (900, 500)
    page.get_by_role("link", name="PDC0000101", exact=True).click()
    expect(page.locator("blockquote")).to_have_text("The park opens on Monday. 🌵")


def test_hostile_words_are_words(player: Player) -> None:
    at = next(at for at, text in enumerate(HOSTILE) if "<script" in text)
    page = player.opened(f"{BASE}/PDC{104 + at:07d}.html")
    expect(page.locator("blockquote")).to_have_text(visible(HOSTILE[at]))


def test_nothing_is_loaded_from_elsewhere(player: Player) -> None:
    player.opened(f"{BASE}/PDC0000102.html")
    assert player.elsewhere == []
    player.page.goto("http://elsewhere.invalid/")  # and would have been seen
    assert "GET http://elsewhere.invalid/" in player.elsewhere
    player.elsewhere.clear()


def test_no_file_of_the_archive_is_further_from_its_name_than_the_directory_says(archive: Path) -> None:
    """The player reads a file right behind its name where the zip's directory has nothing more to say of it."""
    body = archive.read_bytes()
    with zipfile.ZipFile(archive) as zipped:
        for info in zipped.infolist():
            beyond = int.from_bytes(body[info.header_offset + 28 : info.header_offset + 30], "little")
            assert beyond == len(info.extra) == 0
