"""What PDF/UA-1 asks of fonts: all embedded, each shown character known to Unicode, widths as the font has them."""

from __future__ import annotations

import io
import re
from collections import defaultdict
from collections.abc import Iterator, Sequence
from typing import Any

import pikepdf
from fontTools.cffLib import CFFFontSet
from fontTools.pens.basePen import NullPen
from fontTools.ttLib import TTFont

_HEX = rb"<([0-9A-Fa-f]+)>\s*"
_RANGE = re.compile(_HEX + _HEX + rb"(?:<([0-9A-Fa-f]+)>|\[([^\]]*)\])")
_CHARS = re.compile(rb"beginbfchar(.*?)endbfchar", re.DOTALL)
_RANGES = re.compile(rb"beginbfrange(.*?)endbfrange", re.DOTALL)
_NO_TEXT = {"", "\x00", "\ufeff", "\ufffe"}
_SLACK = 1.5  # thousandths of the size of the letters; widths in a PDF are rounded


def of_fonts(shown: Sequence[Any]) -> Iterator[str]:
    """What is wrong with the fonts of text operators (`font`, `operands`)."""
    used: dict[tuple[int, int], tuple[Any, set[int]]] = {}
    for one in shown:
        codes = used.setdefault(one.font.objgen, (one.font, set()))[1]
        codes.update(_codes(one.operands, 2 if str(one.font.Subtype) == "/Type0" else 1))
    for font, codes in used.values():
        name = str(font.get("/BaseFont", font.get("/Name", "")))
        yield from (f"{told} ({name})" for told in _of_font(font, codes))


def _codes(operands: Sequence[Any], size: int) -> Iterator[int]:
    last = operands[-1]
    for part in last if isinstance(last, pikepdf.Array) else [last]:
        if isinstance(part, pikepdf.String):
            body = bytes(part)
            yield from (int.from_bytes(body[at : at + size]) for at in range(0, len(body), size))


def _of_font(font: Any, codes: set[int]) -> Iterator[str]:
    known = _known(font.ToUnicode.read_bytes()) if "/ToUnicode" in font else {}
    lost = sorted(code for code in codes if known.get(code, "") in _NO_TEXT)
    if lost:
        yield f"10-001 codes {lost[:5]} have no text"
    kind = str(font.Subtype)
    if kind == "/Type3":
        widths = {int(font.FirstChar) + at: float(width) for at, width in enumerate(font.Widths)}
        yield from _of_widths({code: (widths[code], _drawn(font, code)) for code in codes})
        return
    if kind != "/Type0":
        yield f"31-009 a font of the kind {kind}, which is not looked into here"
        return
    inner = font.DescendantFonts[0]
    file = next(
        (inner.FontDescriptor[key] for key in ("/FontFile2", "/FontFile3") if key in inner.FontDescriptor),
        None,
    )
    if file is None:
        yield "31-009 it is not embedded"
        return
    if 0 in codes:
        yield "31-030 the sign for a missing character is shown"
    if str(font.Encoding) != "/Identity-H":
        yield f"31-006 the encoding {font.Encoding} is not looked into here"
    if str(inner.Subtype) == "/CIDFontType2" and str(inner.get("/CIDToGIDMap", "")) != "/Identity":
        yield "31-004 characters are not mapped to glyphs"
    widths, told = _advances(file), _told(inner)
    yield from _of_widths({code: (told[code], widths[code]) for code in codes & {*widths}})
    yield from (f"31-016 glyph {code} is not in the font" for code in sorted(codes - {*widths})[:3])


def _of_widths(widths: dict[int, tuple[float, float]]) -> Iterator[str]:
    wrong = [code for code, (told, real) in sorted(widths.items()) if abs(told - real) > _SLACK]
    if wrong:
        yield f"31-016 glyphs {wrong[:5]} are not as wide as is said"


def _known(cmap: bytes) -> dict[int, str]:
    """A ToUnicode table: the text of each code."""
    found: dict[int, str] = {}
    for block in _CHARS.findall(cmap):
        found.update((int(code, 16), _text(text)) for code, text in re.findall(_HEX + _HEX, block))
    for block in _RANGES.findall(cmap):
        for first, last, text, each in _RANGE.findall(block):
            codes = range(int(first, 16), int(last, 16) + 1)
            texts = [_text(one) for one in re.findall(rb"<([0-9A-Fa-f]+)>", each)]
            start = _text(text) if text else ""
            texts = texts or [start[:-1] + chr(ord(start[-1]) + step) for step in range(len(codes))]
            found.update(zip(codes, texts, strict=True))
    return found


def _text(written: bytes) -> str:
    return bytes.fromhex(written.decode()).decode("utf-16-be")


def _told(inner: Any) -> dict[int, float]:
    """The widths that a CID font's dictionary tells (ISO 32000-1, 9.7.4.3)."""
    given = list(inner.get("/W", []))
    found: dict[int, float] = {}
    while given:
        first = int(given.pop(0))
        after = given.pop(0)
        if isinstance(after, pikepdf.Array):
            found.update((first + at, float(width)) for at, width in enumerate(after))
        else:
            found.update(dict.fromkeys(range(first, int(after) + 1), float(given.pop(0))))
    return defaultdict(lambda: float(inner.get("/DW", 1000)), found)


def _advances(file: Any) -> dict[int, float]:
    """The widths in the font itself, in thousandths, by glyph."""
    body = file.read_bytes()
    if str(file.get("/Subtype", "")) == "/CIDFontType0C":
        return _of_cff(body)
    with TTFont(io.BytesIO(body)) as font:
        order, per_em = font.getGlyphOrder(), font["head"].unitsPerEm
        return {at: font["hmtx"][name][0] * 1000 / per_em for at, name in enumerate(order)}


def _of_cff(body: bytes) -> dict[int, float]:
    fonts = CFFFontSet()
    fonts.decompile(io.BytesIO(body), None)
    (top,) = fonts
    scale = float(getattr(top, "FontMatrix", [0.001])[0]) * 1000
    found = {}
    for at, name in enumerate(top.charset):
        glyph = top.CharStrings[name]
        glyph.draw(NullPen())
        found[int(name[3:]) if name.startswith("cid") else at] = float(glyph.width) * scale
    return found


def _drawn(font: Any, code: int) -> float:
    """The width that a drawn glyph (Type 3) sets."""
    differences, at = {}, 0
    for one in font.Encoding.Differences:
        if isinstance(one, pikepdf.Name):
            differences[at] = str(one)
            at += 1
        else:
            at = int(one)
    operands, operator = pikepdf.parse_content_stream(font.CharProcs[differences[code]])[0]
    assert str(operator) in ("d0", "d1")
    return float(operands[0])
