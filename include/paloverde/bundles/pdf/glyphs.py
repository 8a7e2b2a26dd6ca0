"""Text in pieces that a PDF can show: each piece with the font that has all of its characters.

Typst would choose fonts by itself, too, but may then drop part of a joined sequence without a word. Here the
choice is made once, for printing and for `missing`, so that what was checked is what is printed.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator
from functools import lru_cache

import msgspec

from paloverde.bundles.pages import visible
from paloverde.bundles.pdf.fonts import Fonts
from paloverde.errors import BadSetting
from paloverde.steps import Step

# A piece as the templates take it: text in the first font; [number of the font, text]; 0 where a line may
# break, 1 where it ends; ["unseen" or "redacted", text].
Piece = str | int | list[int | str]
_BREAK, _END = 0, 1
_SHOWN = 20  # characters that one sentence names

_JOINERS = "\u200c\u200d"
_SELECTORS = range(0xFE00, 0xFE10), range(0xE0100, 0xE01F0), range(0xE0020, 0xE0080)
# Below U+1F000, these are pictures by themselves (Emoji_Presentation of UTS #51).
_PICTURES = (
    "\u231a\u231b\u23e9-\u23ec\u23f0\u23f3\u25fd\u25fe\u2614\u2615\u2648-\u2653\u267f\u2693\u26a1\u26aa\u26ab"
    "\u26bd\u26be\u26c4\u26c5\u26ce\u26d4\u26ea\u26f2\u26f3\u26f5\u26fa\u26fd\u2705\u270a\u270b\u2728\u274c\u274e"
    "\u2753-\u2755\u2757\u2795-\u2797\u27b0\u27bf\u2b1b\u2b1c\u2b50\u2b55\U0001f000-\U0001faff"
)
_SKIN = "\U0001f3fb-\U0001f3ff"
_PART = f"(?:[{_PICTURES}][\ufe0f{_SKIN}]*|[\u00a9\u00ae\u203c-\u3299](?:\ufe0f[{_SKIN}]?|[{_SKIN}]))"
_JOINED = f"(?:[{_PICTURES}\u203c-\u3299][\ufe0f{_SKIN}]*)"
_TAGS = "(?:\U000e0065\U000e006e\U000e0067|\U000e0073\U000e0063\U000e0074|\U000e0077\U000e006c\U000e0073)"
_SEQUENCES = (
    f"\U0001f3f4\U000e0067\U000e0062{_TAGS}\U000e007f"  # England, Scotland, Wales; other tags would hide text
    "|[\U0001f1e6-\U0001f1ff]{2}"
    "|[0-9#*]\ufe0f?\u20e3"
    f"|{_PART}(?:\u200d{_JOINED})*(?!\ufe0e)"
)
# A word as long as a line: an address or a hash often has no place to break. Thai and East Asian lines break
# anywhere.
_UNBROKEN = "[^\\s\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u2e80-\ud7ff\uf900-\ufaff]"
WORDS = re.compile(f"{_UNBROKEN}+")
ENDLESS = 25  # characters
_ENDLESS = re.compile(f"{_UNBROKEN}{{{ENDLESS},}}")
_CUT = 8
_CUT_LETTERS = 40  # joined letters would come apart


class Missing(msgspec.Struct, frozen=True):
    """A character that no font has, its name, and the first place where it stands."""

    char: str
    name: str
    where: str

    def __str__(self) -> str:
        return f"{self.name} in {self.where}"


def missing(texts: Iterable[tuple[str, str]], fonts: Fonts) -> list[Missing]:
    """Of (where, text), every character that cannot be printed, each once."""
    found: dict[str, Missing] = {}
    for where, text in texts:
        if text.isascii():
            continue
        for cluster in _clusters(text):
            for char in _unshown(cluster, fonts):
                found.setdefault(char, Missing(char, named(char), where))
    return list(found.values())


def refuse_missing(texts: Iterable[tuple[str, str]], fonts: Fonts) -> None:
    """Raise `BadSetting` where no font has a character of these texts."""
    if told := unprintable(texts, fonts):
        raise BadSetting(told)


def unprintable(texts: Iterable[tuple[str, str]], fonts: Fonts) -> str:
    """The characters which no font has, where they stand, and the mend, in words; "" where there are none."""
    found = missing(texts, fonts)
    if not found:
        return ""
    more = f" and {len(found) - _SHOWN} more" if len(found) > _SHOWN else ""
    listed = "; ".join(str(one) for one in found[:_SHOWN])
    return (
        f"No font here has {listed}{more}. IT puts a font that has them into the folder that "
        "PALOVERDE_FONTS_FOLDER names; or have such characters printed by their names: "
        f"{Step.BY_NAME}."
    )


def named(char: str) -> str:
    """A character by number and name: U+1F9FF NAZAR AMULET."""
    return f"U+{ord(char):04X} {unicodedata.name(char, 'WITHOUT A NAME')}"


def runs_right_to_left(text: str) -> bool | None:
    """Whether the first letter is of a script that runs from right to left (UAX #9, P2 and P3); None where
    there is no letter.
    """
    if text.isascii():
        return False if any(map(str.isalpha, text)) else None
    strong = (unicodedata.bidirectional(char) for char in text)
    first = next((one for one in strong if one in ("L", "R", "AL")), None)
    return None if first is None else first != "L"


def pieces(text: str, fonts: Fonts) -> list[Piece]:
    """A text as pieces. What no font has stands by its name, what is not seen as [U+202E]."""
    if text.isascii() and text.isprintable() and not _ENDLESS.search(text):  # as most are
        return [text] if text else []
    made: list[Piece] = []
    for font, part in _merged(text.replace("\r\n", "\n").replace("\t", "    "), fonts):
        if isinstance(font, str):
            made.append([font, part])
        else:
            made.extend(_breakable(part, font))
    return made


def _merged(text: str, fonts: Fonts) -> Iterator[tuple[int | str, str]]:
    """Neighbours in one font together."""
    last: int | str = 0
    held: list[str] = []
    for font, part in _shown(text, fonts):
        if held and (font != last or isinstance(font, str)):
            yield last, "".join(held)
            held = []
        last = font
        held.append(part)
    if held:
        yield last, "".join(held)


def _shown(text: str, fonts: Fonts) -> Iterator[tuple[int | str, str]]:
    if text.isascii() and (text.isprintable() or text.replace("\n", "").isprintable()):
        yield 0, text
        return
    for cluster in _clusters(text):
        font = 0 if cluster.isascii() and cluster.isprintable() else _font(cluster, fonts)
        if font is not None:
            yield font, cluster
            continue
        for char in cluster:
            yield from _one(char, fonts)


def _one(char: str, fonts: Fonts) -> Iterator[tuple[int | str, str]]:
    """A character whose neighbours are in another font, or which cannot be shown."""
    if (seen := visible(char)) != char:
        yield "unseen", seen
    elif (font := _font(char, fonts)) is not None:
        yield font, char
    elif not _is_ignorable(char):
        yield "unseen", f"[{named(char)}]"


def _unshown(cluster: str, fonts: Fonts) -> Iterator[str]:
    if cluster.isascii() or _font(cluster, fonts) is not None:
        return
    for char in cluster:
        if visible(char) == char and _font(char, fonts) is None and not _is_ignorable(char):
            yield char


@lru_cache(maxsize=65_536)
def _font(cluster: str, fonts: Fonts) -> int | None:
    """The number of the first font that has all characters of a cluster which are seen."""
    if cluster == "\n":
        return 0
    if any(visible(char) != char for char in cluster) and not _sequences().fullmatch(cluster):
        return None
    needed = [ord(char) for char in cluster if not _is_ignorable(char)]
    order = [fonts.emoji] if _sequences().fullmatch(cluster) else []
    order += range(len(fonts.families))
    return next(
        (number for number in order if needed and fonts.families[number].characters.issuperset(needed)), None
    )


def _is_ignorable(char: str) -> bool:
    """Whether a character only says how others are drawn."""
    return char in _JOINERS or any(ord(char) in one for one in _SELECTORS)


def _clusters(text: str) -> Iterator[str]:
    return (match.group() for match in _cluster().finditer(text))


@lru_cache(maxsize=1)
def _sequences() -> re.Pattern[str]:
    return re.compile(_SEQUENCES)


@lru_cache(maxsize=1)
def _cluster() -> re.Pattern[str]:
    """An emoji; a run of ASCII up to what may belong to the next mark; a character with its marks."""
    marks = "".join(_ranges())
    return re.compile(
        f"(?:{_SEQUENCES})|[ -~]+(?![^\x00-\x7f])|[^\n][{marks}{_JOINERS}]*|\n",
        re.DOTALL,
    )


def _ranges() -> Iterator[str]:
    """All combining marks as ranges of a character class."""
    start = last = 0
    for code in (*range(0x300, 0x1F000), *range(0xE0100, 0xE01F0)):
        if unicodedata.category(chr(code)).startswith("M"):
            if code != last + 1:
                if last:
                    yield f"{chr(start)}-{chr(last)}"
                start = code
            last = code
    yield f"{chr(start)}-{chr(last)}"


def _breakable(text: str, font: int) -> Iterator[Piece]:
    """A piece with its line ends, and with places to break inside of endless words: else they would run off
    the page.
    """
    for number, line in enumerate(text.split("\n")):
        if number:
            yield _END
            if line and (_is_ignorable(line[0]) or unicodedata.category(line[0]).startswith("M")):
                yield _BREAK  # else the line end would be taken for the letter of that mark
        for part in _cut(line):
            yield part if not isinstance(part, str) or font == 0 else [font, part]


def _cut(text: str) -> Iterator[str | int]:
    at = 0
    for match in _ENDLESS.finditer(text):
        step = _CUT if match.group().isascii() else _CUT_LETTERS
        for cut in range(match.start() + step, match.end(), step):
            if unicodedata.category(text[cut]).startswith("M"):
                continue  # a mark stays with its letter
            yield text[at:cut]
            yield _BREAK
            at = cut
    if at < len(text):
        yield text[at:]
