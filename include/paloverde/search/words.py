"""What a word is: one folding and one way of cutting text into tokens, for scan, index and highlighter alike.

Folding (`folded`), the same for questions and for records:

- compatibility forms become plain (Unicode NFKD): full-width, mathematical and circled letters, ligatures;
- upper and lower case are one (Unicode case folding: `ß` is `ss`, Greek final sigma is sigma, Turkish `İ`,
  `ı` are `i`);
- accents are taken off (`café` is `cafe`, `ñ` is `n`); signs that change a letter of Indic, Thai or Japanese
  writing are no accents and stay. A question that starts with `=` compares accents too (`exact_form`);
- digits of every script are 0 to 9;
- what nobody sees is ignored: soft hyphen, zero-width and bidi characters, variation selectors, skin tones of
  emoji; and the stroke that stretches Arabic words (kashida).

Cutting:

- a word is a run of letters and digits. Apostrophes (straight or curly) and hyphens inside it, and commas
  inside numbers, cut it, and the whole run stands beside its pieces: `city's` is found as `city`, `city's`
  and `citys`;
- `#` and `@` before a word are its sign: `#cleanup` is found as `cleanup` and as `#cleanup`;
- addresses fall into their words, so `palmdesert.gov` is found inside them; `addresses` finds them;
- an emoji is a token; a joined sequence (family, flag, profession) is one token;
- where writing has no spaces (Chinese, Japanese, Thai, Lao, Khmer, Burmese, Tibetan) and in Korean, whose
  particles cling to the word, every character with its marks is a token, so that any piece of a text is found
  as a phrase.

Not folded: letters that only look alike (Cyrillic `а` for Latin `a`), small capitals, simplified and
traditional forms.

`stem` gives what the forms of an English word share (`park`, `parks`, `parking`), for questions that ask so.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from functools import lru_cache
from typing import NamedTuple

from snowballstemmer import EnglishStemmer

SIGNS = "#@"
_JOINER = "\u200d"  # joins emoji; inside words it is ignored
_APOSTROPHES = "'’‘‛ʼʻʹ′＇"
_HYPHENS = "-‐‑﹣－"  # hyphens that join; dashes part
_LETTERS = {
    "ø": "o",
    "ł": "l",
    "đ": "d",
    "ħ": "h",
    "ı": "i",
    "æ": "ae",
    "œ": "oe",
    "ð": "d",
    "þ": "th",
    "ŧ": "t",
}
_LETTERS |= dict.fromkeys(_APOSTROPHES, "'") | dict.fromkeys(_HYPHENS, "-")
_KASHIDA = "\u0640"
_INVISIBLE = {ord(_KASHIDA), 0x034F, 0x115F, 0x1160, 0x17B4, 0x17B5, 0x3164, 0xFFA0} | set(
    range(0x180B, 0x1810)
)
_SKIN_TONES = range(0x1F3FB, 0x1F400)
_REGIONAL = range(0x1F1E6, 0x1F200)
_VOICED = (0x3099, 0x309A)
_UNSPACED = (
    (0x0E00, 0x0FFF), (0x1000, 0x109F), (0x1100, 0x11FF), (0x1780, 0x17FF), (0x1950, 0x19DF),
    (0x1A20, 0x1AAF), (0x2E80, 0x2FDF), (0x3005, 0x3007), (0x3021, 0x3035), (0x3040, 0x312F),
    (0x3130, 0x318F), (0x31A0, 0x31BF), (0x31F0, 0x31FF), (0x3400, 0x4DBF), (0x4E00, 0x9FFF),
    (0xA960, 0xA97F), (0xA980, 0xA9DF), (0xA9E0, 0xA9FF), (0xAA60, 0xAADF), (0xAC00, 0xD7FF),
    (0xF900, 0xFAFF), (0x1B000, 0x1B2FF), (0x20000, 0x3FFFF),
)  # fmt: skip

# Classes of folded characters, one letter each, so that one regular expression cuts every script:
# w letter, d digit 0-9, c character that is a token of its own, m mark that clings to it, e emoji or symbol,
# r half a flag, z emoji joiner, j apostrophe or hyphen, and # @ , as they are; everything else parts words.
_WORD = "[wd][wdz]*"
_TOKEN = re.compile(
    rf"(?P<sign>(?<![wdcmz])[#@])?(?:(?P<run>{_WORD}(?:(?:j|(?<=d),(?=d)){_WORD})*)|(?P<character>[cm][mz]*))"
    r"|(?P<emoji>rr|[er](?:z+[er])*)"
)
_CUT = re.compile("[j,]")

# A web address in a text: it has a scheme or `www.`, or is the bare name of a site (`palmdesert.gov`,
# `bit.ly/x`) whose ending is common or which a path follows. The name in an e-mail address is none.
_OF_ADDRESS = r"[^\s<>\"“”„«»‘（）「」『』【】、。，；]"
_ADDRESS = re.compile(
    rf"(?<![a-z0-9_@.-])(?:(?:https?://|www\.){_OF_ADDRESS}+"
    r"|(?:[a-z0-9-]+\.)+(?:(?:com|org|net|gov|edu|mil|int|info|biz)(?![a-z0-9_@-]|\.[a-z0-9])"
    rf"(?:[/?#:]{_OF_ADDRESS}*)?|[a-z]{{2,}}/{_OF_ADDRESS}+))",
    re.IGNORECASE | re.ASCII,
)


class Token(NamedTuple):
    """A word of a text.

    `position` counts words from 0; `length` is how many it covers (a run that stands beside its pieces covers
    them all). `start` and `end` are offsets in the original text.
    """

    folded: str
    sign: str
    position: int
    length: int
    start: int
    end: int


class _Table(dict[int, str]):
    """A character table for `str.translate` that is filled in as characters are met."""

    def __init__(self, rule: Callable[[int], str]) -> None:
        super().__init__()
        self._rule = rule

    def __missing__(self, code: int) -> str:
        self[code] = made = self._rule(code)
        return made


def _fold(code: int) -> str:
    """What one character becomes; empty for what is ignored."""
    char = chr(code)
    if char == _JOINER:
        return char
    plain = unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", char).casefold())
    return "".join(_LETTERS.get(c, _digit(c)) for c in plain if not _is_ignored(c))


def _is_ignored(char: str) -> bool:
    code, category = ord(char), unicodedata.category(char)
    if category in ("Cf", "Me") or code in _INVISIBLE or code in _SKIN_TONES:
        return True
    if 0xFE00 <= code <= 0xFE0F or 0xE0100 <= code <= 0xE01EF:
        return True
    weight = unicodedata.combining(
        char
    )  # 1 overlays, 10-36 Hebrew and Arabic points, from 200 on placed accents
    return weight == 1 or 10 <= weight <= 36 or weight >= 200


def _digit(char: str) -> str:
    value = unicodedata.decimal(char, None)
    return char if value is None else str(value)


def _classify(code: int) -> str:
    """The class letter of a folded character."""
    char = chr(code)
    category = unicodedata.category(char)
    if char in SIGNS or char == ",":
        return char
    if char in "'-":
        return "j"
    if char == _JOINER:
        return "z"
    if code in _REGIONAL:
        return "r"
    if category in ("So", "Cn", "Co") or char == "↔":
        return "e"
    if category[0] not in "LNM":
        return " "
    if code in _VOICED or 0x1160 <= code <= 0x11FF:
        return "m"
    if any(first <= code <= last for first, last in _UNSPACED):
        return "m" if category[0] == "M" else "c"
    return "d" if char.isascii() and char.isdigit() else "w"


def _coarsen(code: int) -> str:
    """A folding coarser than any token: what joins or marks is gone, so it may only find too much."""
    return "".join(
        c for c in _FOLDED[code] if _CLASSES[ord(c)] not in "jmz," and unicodedata.category(c)[0] != "M"
    )


_FOLDED = _Table(_fold)
_CLASSES = _Table(_classify)
_COARSE = _Table(_coarsen)
_ASCII_CLASSES = "".join(_classify(code) for code in range(128))


def class_string(text: str) -> str:
    """The classes of a folded text, one letter each, for whoever cuts many texts at once."""
    return text.translate(_FOLDED).translate(_CLASSES)


def tokens(text: str) -> list[Token]:
    """The tokens of a text in order; a run with apostrophes or hyphens stands before its pieces."""
    if text.isascii():
        return _cut(text.lower(), text.lower().translate(_ASCII_CLASSES), range(len(text) + 1))
    where = [index for index, char in enumerate(text) for _ in _FOLDED[ord(char)]]
    where.append(len(text))
    flat = text.translate(_FOLDED)
    return _cut(flat, flat.translate(_CLASSES), where)


def _cut(flat: str, classes: str, where: range | list[int]) -> list[Token]:
    found: list[Token] = []
    position = 0
    plain = isinstance(where, range)  # ASCII: a character is where it is, and folds to one
    for match in _TOKEN.finditer(classes):
        start, end = match.span()
        sign, run = match["sign"] and flat[start], match["run"]
        start += bool(sign)
        if plain and run and "j" not in run and "," not in run:
            found.append(Token(flat[start:end], sign or "", position, 1, start - bool(sign), end))
            position += 1
            continue
        pieces = _pieces(run, start) if run else [(start, end)]
        if len(pieces) > 1:
            whole = "".join(flat[a:b] for a, b in pieces)
            found.append(_token(whole, sign or "", position, len(pieces), where, start, end))
        for a, b in pieces:
            found.append(_token(flat[a:b], (a == start and sign) or "", position, 1, where, a, b))
            position += 1
    return found


def _pieces(run: str, start: int) -> list[tuple[int, int]]:
    """Where the pieces of a run lie, by its classes."""
    pieces, at = [], start
    for piece in _CUT.split(run):
        pieces.append((at, at + len(piece)))
        at += len(piece) + 1
    return pieces


def _token(
    flat: str, sign: str, position: int, length: int, where: range | list[int], start: int, end: int
) -> Token:
    if not flat.isascii():
        is_emoji = _CLASSES[ord(flat[0])] in "er"
        flat = unicodedata.normalize("NFD", flat if is_emoji else flat.replace(_JOINER, ""))
    first = where[start - 1] if sign else where[start]
    return Token(flat, sign, position, length, first, max(where[end], where[end - 1] + 1))


def exact_form(text: str) -> str:
    """The form that also compares accents and skin tones: case and invisible characters still do not
    count.
    """
    plain = unicodedata.normalize("NFKC", text).casefold()
    kept = (
        c for c in plain if unicodedata.category(c) not in ("Cf", "Me") and not 0xFE00 <= ord(c) <= 0xFE0F
    )
    unsaid = SIGNS + _APOSTROPHES + _HYPHENS + _KASHIDA
    return unicodedata.normalize("NFC", "".join(c for c in kept if c not in unsaid))


@lru_cache(maxsize=1 << 16)
def stem(folded: str) -> str:
    """What the forms of an English word share, by Snowball's English rules (snowballstem.org).

    Words in other letters, and with digits, are their own stems.
    """
    if not (folded.isascii() and folded.isalpha()):
        return folded
    return str(EnglishStemmer().stemWord(folded))  # one that is shared would mix up words of two threads


def addresses(text: str) -> list[tuple[int, int]]:
    """Where web addresses stand in a text: (start, end)."""
    if "." not in text and "://" not in text:
        return []
    return [match.span() for match in _ADDRESS.finditer(text)]


def coarse(text: str) -> str:
    """A folding for cheap pre-selection.

    Every token of a text, folded coarsely, is a piece of the coarsely folded text.
    """
    return text.translate(_COARSE)
