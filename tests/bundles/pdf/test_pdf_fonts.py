"""Which fonts there are, and that none comes from anywhere else."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from fontTools.ttLib import TTFont

from paloverde.bundles.pdf.fonts import FAMILIES, fonts
from paloverde.bundles.pdf.glyphs import missing
from paloverde.errors import BadSetting


def test_only_packaged_fonts_are_used() -> None:
    assert fonts().names == list(FAMILIES)
    assert all(family.characters for family in fonts().families)


def test_the_citys_folder_adds_its_families_at_the_end(tmp_path: Path) -> None:
    made = _font(tmp_path / "city.ttf", "Cherokee of the City", "ᎩᎳ")
    assert missing([("here", "Ꭹ")], fonts())
    found = fonts(made.parent)
    assert found.names == [*FAMILIES, "Cherokee of the City"]
    assert missing([("here", "Ꭹ")], found) == []
    assert [one.char for one in missing([("here", "Ꮳ")], found)] == ["Ꮳ"]


def test_a_folder_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(BadSetting, match="PALOVERDE_FONTS_FOLDER"):
        fonts(tmp_path / "none")


def test_the_packaged_files_go_with_their_object(tmp_path: Path) -> None:
    folder = Path(fonts(tmp_path).folders[0])
    assert (folder / "FiraGO_Regular.ttf").is_file()
    fonts.cache_clear()
    assert not folder.exists()
    shutil.rmtree(tmp_path)


def _font(file: Path, family: str, text: str) -> Path:
    """A font that draws each of these characters as an A."""
    with TTFont(Path(fonts().folders[0]) / "FiraGO_Regular.ttf") as font:
        for table in font["cmap"].tables:
            if table.isUnicode():
                table.cmap = {ord(char): "A" for char in text}
        for record in font["name"].names:
            if record.nameID in (1, 4, 16):
                record.string = family
        font.save(file)
    return file
