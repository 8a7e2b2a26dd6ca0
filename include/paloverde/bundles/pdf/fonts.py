"""The fonts that a PDF is set in, and which characters each of them can show.

Only packaged fonts, and those of a folder that the city names (`PALOVERDE_FONTS_FOLDER`), are ever used: what
else happens to be installed on a machine must not change the bytes of a bundle.
"""

from __future__ import annotations

import weakref
from collections.abc import Iterable, Iterator
from contextlib import ExitStack, contextmanager
from functools import cached_property, lru_cache
from importlib import import_module
from importlib.util import find_spec
from itertools import groupby
from pathlib import Path

import typst
from fontTools.ttLib import TTFont, TTLibError

from paloverde.bundles.scratch import scratch
from paloverde.errors import BadSetting

# Of pymupdf-fonts: FiraGO has Latin, Greek, Cyrillic, Arabic, Hebrew, Devanagari, Thai and Georgian.
_WRAPPED = (
    "FiraGO_Regular",
    "FiraGO_Bold",
    "NotoSans_Regular",
    "NotoSans_Bold",
    "NotoSansSymbols_Regular",
    "NotoSansSymbols2_Regular",
    "NotoSansMath_Regular",
    "NotoMusic_Regular",
)
_FILES = (
    ("noto_cjk_sans_otc", "NotoSansCJK-Regular.ttc"),
    ("deckr_fonts", "fonts/NotoColorEmoji-Regular.ttf"),
)
EMOJI = "Noto Color Emoji"
# Looked through in this order; further families of the city's folder follow by name.
FAMILIES = (
    "FiraGO",
    "Noto Sans",
    "Noto Sans CJK SC",
    "Noto Sans Symbols",
    "Noto Sans Symbols2",
    "Noto Sans Math",
    "Noto Music",
    EMOJI,
)
_REGULAR, _BOLD = 400, 700


class Family:
    """One family: its name as Typst knows it, and its characters, read when first asked for."""

    def __init__(self, name: str, faces: Iterable[typst.FontInfo]) -> None:
        self.name = name
        upright = [face for face in faces if face.style == "normal"]
        # Both faces that are used must have a character; of a family without an upright face none has.
        self._faces = {
            (face.path, face.index)
            for weight in (_REGULAR, _BOLD)
            for face in sorted(upright, key=lambda one: (abs(one.weight - weight), one.weight))[:1]
        }

    @cached_property
    def characters(self) -> frozenset[int]:
        """Code points that the regular and the bold face both have."""
        found = [_characters(path, index) for path, index in self._faces if path]
        return frozenset.intersection(*found) if found else frozenset()

    @cached_property
    def widths(self) -> dict[int, float]:
        """How wide each character is when it stands alone, in em, in the wider of the two faces."""
        found: dict[int, float] = {}
        for path, index in sorted(self._faces):
            for code, width in _widths(path, index).items() if path else ():
                found[code] = max(found.get(code, 0.0), width)
        return found


class Fonts:
    """All fonts of a PDF: `folders` hold their files, `families` are in the order of looking."""

    def __init__(self, own: Path | None) -> None:
        opened = ExitStack()
        weakref.finalize(self, opened.close)
        packaged = opened.enter_context(scratch())
        _lay_out(packaged)
        self.folders = [str(packaged), *([str(own)] if own else [])]
        by_name = _faces(self.folders, own)
        others = sorted(
            name for name, faces in by_name.items() if name not in FAMILIES and _is_in(own, faces[0].path)
        )
        self.families = [Family(name, by_name[name]) for name in (*FAMILIES, *others)]
        self.emoji = FAMILIES.index(EMOJI)

    @property
    def names(self) -> list[str]:
        return [family.name for family in self.families]


@lru_cache(maxsize=4)
def fonts(folder: Path | None = None) -> Fonts:
    """The packaged fonts and those in `folder`. Raises `BadSetting` where either are not there."""
    if folder is not None and not folder.is_dir():
        raise BadSetting(
            f"The folder {folder} with fonts is not there. Make it, or mend PALOVERDE_FONTS_FOLDER."
        )
    return Fonts(folder)


def _lay_out(folder: Path) -> None:
    """All packaged font files in one folder, as Typst takes them."""
    for name in _WRAPPED:
        (folder / f"{name}.ttf").write_bytes(_wrapped(name))
    for package, path in _FILES:
        spec = find_spec(package)
        if spec is None or spec.origin is None:
            raise BadSetting(_NOT_INSTALLED.format(package))
        file = Path(spec.origin).parent / path
        (folder / file.name).symlink_to(file)


def _wrapped(name: str) -> bytes:
    """A font that its package keeps inside of a module."""
    try:
        buffer: bytes = import_module(f"pymupdf_fonts.{name}").fontbuffer
    except ImportError as error:
        raise BadSetting(_NOT_INSTALLED.format("pymupdf_fonts")) from error
    return buffer


_NOT_INSTALLED = (
    "The package {}, which holds fonts for PDF, is not installed. Install the packages of "
    "requirements.txt again (`make env`)."
)


def _faces(folders: list[str], own: Path | None) -> dict[str, list[typst.FontInfo]]:
    """By family, its faces; a packaged one before one of the city's with the same name, as Typst has it."""
    found = typst.Fonts(include_system_fonts=False, include_embedded_fonts=False, font_paths=folders)
    by_place = sorted(found.fonts(), key=lambda face: (_is_in(own, face.path), face.path or "", face.index))
    ordered = sorted(by_place, key=lambda face: face.family)
    return {name: list(faces) for name, faces in groupby(ordered, key=lambda face: face.family)}


def _is_in(folder: Path | None, path: str | None) -> bool:
    return folder is not None and path is not None and folder.resolve() in Path(path).parents


@lru_cache(maxsize=256)
def _characters(path: str, index: int) -> frozenset[int]:
    with _opened(path, index) as font:
        return frozenset(font.getBestCmap() or ())


def _widths(path: str, index: int) -> dict[int, float]:
    with _opened(path, index) as font:
        advances, em = font["hmtx"].metrics, font["head"].unitsPerEm
        return {code: advances[glyph][0] / em for code, glyph in (font.getBestCmap() or {}).items()}


@contextmanager
def _opened(path: str, index: int) -> Iterator[TTFont]:
    try:
        with TTFont(path, fontNumber=index, lazy=True) as font:
            yield font
    except (TTLibError, OSError) as error:
        raise BadSetting(
            f"The font {path} cannot be read ({error}). Take it out of PALOVERDE_FONTS_FOLDER."
        ) from error
