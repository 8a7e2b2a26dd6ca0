"""The pictures of the guides: each is there, said in words, small, and shown at the desk to whoever is signed in."""

from __future__ import annotations

import io
import re
import tomllib
from collections.abc import Iterator
from html import unescape
from pathlib import Path

import pytest
from PIL import Image

from desk.desks import Desks, served, text_of
from desk.picturecity import PictureCity
from desk.pictures import FOLDER, MOST_BYTES, MOST_BYTES_OF_ALL, TALLEST, WIDTH, shots, small
from paloverde.desk import guides
from paloverde.desk.frame import MENU
from paloverde.desk.guides import picture
from paloverde.desk.people import Role
from requesthall import RequestHall

GUIDES = FOLDER.parent
SHOWN = re.compile(r"!\[([^\]]*)\]\(([^)]*)\)")
FILES = sorted(FOLDER.iterdir())


def shown_in(name: str) -> list[tuple[str, str]]:
    """The pictures of a guide: words, address."""
    return SHOWN.findall((GUIDES / f"{name}.md").read_text(encoding="utf-8"))


def all_shown() -> list[tuple[str, str, str]]:
    return [(path.stem, *found) for path in sorted(GUIDES.glob("*.md")) for found in shown_in(path.stem)]


@pytest.fixture(scope="module")
def desks(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desks]:
    with served(Desks(RequestHall(tmp_path_factory.mktemp("pictures")).city)) as running:
        yield running


@pytest.mark.parametrize("title", [entry.title for entry in MENU])
def test_each_entry_of_the_menu_is_shown_in_its_section_of_the_guide_to_the_desk(title: str) -> None:
    text = (GUIDES / "desk.md").read_text(encoding="utf-8")
    section = text.partition(f"\n## {title}\n")[2].partition("\n## ")[0]
    assert f"pictures/{title.lower().replace(' ', '-')}.png" in [
        address for _, address in SHOWN.findall(section)
    ]


def test_each_picture_that_a_guide_names_is_there_and_each_that_is_there_is_named() -> None:
    named = {address for _, _, address in all_shown()}
    assert named == {f"pictures/{path.name}" for path in FILES}


def test_each_picture_is_said_in_words_of_its_own() -> None:
    for name, words, address in all_shown():
        assert len(words.split()) >= 8, (name, address)
        assert words.endswith("."), (name, address)
    for name in {name for name, _, _ in all_shown()}:
        told = [words for words, _ in shown_in(name)]
        assert len(told) == len(set(told)), name


def test_each_picture_is_one_that_the_command_takes() -> None:
    class Anything(PictureCity):
        def __init__(self) -> None:
            pass

        def place(self, native_id: str) -> int:
            return len(native_id)

    taken = {"sign-in", *(shot.name for shot in shots(Anything()))}
    assert {path.stem for path in FILES} == taken


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_a_picture_is_a_small_png_as_wide_as_all_others(path: Path) -> None:
    assert path.stat().st_size < MOST_BYTES
    with Image.open(path) as shown:
        shown.load()
        assert (shown.format, shown.mode, shown.width) == ("PNG", "P", WIDTH)
        assert shown.height <= TALLEST
        assert len(shown.getcolors() or ()) > 2  # no empty page
        assert not shown.info.keys() - {"transparency", "gamma"}  # no words of whoever took it


def test_all_pictures_together_are_small() -> None:
    assert sum(path.stat().st_size for path in FILES) < MOST_BYTES_OF_ALL


def test_a_long_page_is_cut_and_a_full_one_becomes_small() -> None:
    page, out = Image.new("RGB", (WIDTH, 4000), "white"), io.BytesIO()
    page.paste(Image.effect_noise((140, 1600), 90).convert("RGB"))
    page.save(out, "PNG")
    body = small(out.getvalue())
    assert len(body) < MOST_BYTES
    with Image.open(io.BytesIO(body)) as kept:
        assert kept.width == WIDTH
        assert 0 < kept.height < TALLEST


def test_what_does_not_become_small_is_no_picture() -> None:
    out = io.BytesIO()
    Image.effect_noise((WIDTH, TALLEST), 90).save(out, "PNG")
    with pytest.raises(RuntimeError, match="does not become smaller"):
        small(out.getvalue())


def test_help_shows_each_picture_of_a_guide_with_its_words(desks: Desks) -> None:
    for name in sorted({name for name, _, _ in all_shown()}):
        page = desks.get(f"/help/{name}", Role.AUDITOR).text
        found = re.findall(r'<img src="(/help/[^"]+)" alt="([^"]+)" width="1200" height="[0-9]+"', page)
        assert [(address, unescape(words)) for address, words in found] == [
            (f"/help/{address}", words) for words, address in shown_in(name)
        ]
        for address, _ in found:
            answer = desks.get(address, Role.AUDITOR)
            assert answer.status_code == 200
            assert answer.headers["content-type"] == "image/png"
            assert "default-src 'none'" in answer.headers["content-security-policy"]
            assert answer.content == (GUIDES / address.removeprefix("/help/")).read_bytes()


def test_a_picture_is_shown_to_nobody_who_is_not_signed_in(desks: Desks) -> None:
    answer = desks.get("/help/pictures/today.png", None)
    assert answer.status_code == 303
    assert "/sign-in" in answer.headers["location"]


@pytest.mark.parametrize(
    "file",
    ["..%2f..%2fREADME.md", "..%2fdesk.md", "%2e%2e%2f%2e%2e%2fpictures%2ftoday.png", "%2fetc%2fpasswd", "today.PNG",
     "today.png%00", "none.png", "today.png%2f..%2f..%2fdesk.md"],
)  # fmt: skip
def test_nothing_outside_of_the_folder_is_given(desks: Desks, file: str) -> None:
    answer = desks.get(f"/help/pictures/{file}")
    assert answer.status_code in (400, 404)
    assert not answer.headers["content-type"].startswith("image/")
    assert "# " not in text_of(answer)


def test_a_picture_that_was_not_installed_is_said_in_words() -> None:
    assert picture("none.png") is None
    assert picture("../desk.md") is None
    text = "# T\n\n![A <b>pool</b>.](pictures/none.png) ![Evil.](https://evil.example/today.png) ![Up.](../desk.md)\n"
    body = guides._rendered(text, "/help").body
    assert "<img" not in body
    assert "[Picture: A &lt;b&gt;pool&lt;/b&gt;.]" in body


def test_a_wheel_carries_the_pictures_beside_the_guides() -> None:
    wheel = tomllib.loads((GUIDES.parents[1] / "pyproject.toml").read_text(encoding="utf-8"))
    forced = wheel["tool"]["hatch"]["build"]["targets"]["wheel"]["force-include"]
    assert forced["docs/guide"] == "paloverde/desk/docs/guide"
    assert FOLDER.is_relative_to(GUIDES)
