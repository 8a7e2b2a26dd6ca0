"""The forms in which redacted words could stand in a file, and a file's bytes in the views that show them.

Views undo what writers do to words (case, blanks, tags, escapes); what is packed into other bytes (UTF-16,
base64, hexadecimal) is looked for as such.
"""

from __future__ import annotations

import base64
import html
import re
import unicodedata
from collections.abc import Iterator
from functools import lru_cache
from urllib.parse import unquote_to_bytes

import msgspec

_BLANKS = b" \t\r\n\f\v\0"
_UNSEEN_CHARS = "\u00ad\u200b\u200c\u200d\u2009\u202f\u2060\ufeff"
_UNSEEN = re.compile(b"|".join(char.encode() for char in _UNSEEN_CHARS))
_TO_BLANK = bytes.maketrans(b"\t\r\n\f\v\0", b"      ")
_TAG = re.compile(rb"<[^<>]{0,2000}>")
_JSON = re.compile(rb"\\u([0-9a-fA-F]{4})(?:\\u([dD][c-fC-F][0-9a-fA-F]{2}))?")
_SHORT = {rb"\n": b"\n", rb"\r": b"\r", rb"\t": b"\t", rb"\/": b"/", rb"\"": b'"', rb"\\": b"\\"}
_OCTAL = re.compile(rb"\\([0-3][0-7]{2}|[()\\])")
_LEAST_BASE64, _LEAST_HEX = 7, 12  # characters: fewer stand by chance in any long base64 or list of hashes
_RUN_64, _RUN_HEX = re.compile(rb"[A-Za-z0-9+/_-]{8,}"), re.compile(rb"(?:[0-9a-fA-F]{2}){4,}")
_ENCODINGS = ("utf-8", "utf-16-le", "utf-16-be")
_BEFORE = (0, 2, 3)  # characters of a group that stand before a form, by where the words begin in it
_FROM_ADDRESSES = bytes.maketrans(b"-_", b"+/")
_LEAST_SQUEEZED = 10  # bytes without blanks from which words are found with their blanks gone
_LAM_ALEF = re.compile("\u0644([\u0622\u0623\u0625\u0627])")
_ROUNDS = 3  # escapes within escapes: JSON in an attribute in a web address
_WESTERN = 0x2E80  # from here on scripts write no blanks between words, and two letters are a name


def width(text: str) -> int:
    """How much there is to recognise words by: letters and digits, those of dense scripts twice."""
    return sum(2 if ord(char) >= _WESTERN else 1 for char in text if char.isalnum())


class Forms(msgspec.Struct, frozen=True):
    """The forms of one text, by the view in which each is looked for."""

    plain: frozenset[bytes]
    squeezed: frozenset[bytes]
    lowered: frozenset[bytes]
    exact: frozenset[bytes]


def forms_of(text: str) -> Forms:
    """All forms of some words."""
    spellings = {_collapsed(spelling) for spelling in _spellings(text)}
    plain = {spelling.encode("utf-8", "surrogatepass") for spelling in spellings}
    squeezed = {one.translate(None, _BLANKS) for one in plain}
    as_bytes = _in_bytes(text)
    wide = {one.encode(how, "surrogatepass") for one in _spellings(text) for how in _ENCODINGS[1:]}
    return Forms(
        plain=frozenset(one.lower() for one in plain),
        squeezed=frozenset(one.lower() for one in squeezed if len(one) >= _LEAST_SQUEEZED)
        | frozenset(one.hex().encode() for one in as_bytes if 2 * len(one) >= _LEAST_HEX),
        lowered=frozenset(one.lower() for one in wide),
        exact=frozenset(form for one in as_bytes for form in _base64_forms(one)),
    )


def is_in_base64(text: str, form: bytes, body: bytes, at: int) -> bool:
    """Whether words stand whole where a base64 form of them was found: its first and last letters tell bits
    of neighbours, too, so that the form is without them.
    """
    whole = _in_bytes(text)
    for before in _BEFORE:
        run = _RUN_64.match(body[at - before : at + len(form) + 4]) if at >= before else None
        read = _of_base64(run.group().translate(_FROM_ADDRESSES)) if run else b""
        if any(one in read for one in whole):
            return True
    return False


@lru_cache(maxsize=1024)
def _in_bytes(text: str) -> frozenset[bytes]:
    return frozenset(one.encode(how, "surrogatepass") for one in _cases(text) for how in _ENCODINGS)


def _spellings(text: str) -> set[str]:
    """In each case, and composed and decomposed (Unicode Standard Annex 15)."""
    made = {unicodedata.normalize(form, one) for one in _cases(text) for form in ("NFC", "NFD", "NFKC")}
    return made | _cases(text) | {*_as_extracted(text)}


def _as_extracted(text: str) -> Iterator[str]:
    """Words that run from right to left as they come out of a page of a PDF: in either order, without signs
    that the font of the words has not, and alef before lam where one shape stands for both.
    """
    if not any(unicodedata.bidirectional(char) in ("R", "AL") for char in text):
        return
    words = "".join(char for char in text if char.isalnum() or char.isspace()).split()
    for some in (words, words[::-1]):
        yield " ".join(some)
        yield _LAM_ALEF.sub("\\1\u0644", " ".join(some))


def _cases(text: str) -> set[str]:
    return {text, text.casefold(), text.lower(), text.upper(), text.title()}


def _collapsed(text: str) -> str:
    return " ".join("".join(char for char in text if char not in _UNSEEN_CHARS).split())


def _base64_forms(body: bytes) -> Iterator[bytes]:
    """What base64 makes of some bytes whatever stands around them: at each of three places in a group."""
    for before in range(3):
        whole = base64.b64encode(b"\0" * before + body)
        first, last = -(-8 * before // 6), 8 * (before + len(body)) // 6
        if last - first >= _LEAST_BASE64:
            yield whole[first:last]
            yield whole[first:last].translate(bytes.maketrans(b"+/", b"-_"))


class Views(msgspec.Struct, frozen=True):
    """A piece of a file as the forms are looked for in it. `plain` are several: as it is, and unescaped."""

    plain: tuple[bytes, ...]
    squeezed: tuple[bytes, ...]
    lowered: bytes
    exact: bytes


def views_of(body: bytes) -> Views:
    """The views of a piece of text."""
    lowered = [_without_unseen(one.lower()) for one in dict.fromkeys(_seen_through(body))]
    return Views(
        plain=tuple(_blanks_collapsed(one) for one in lowered),
        squeezed=tuple(one.translate(None, _BLANKS) for one in lowered),
        lowered=body.lower() if b"\0" in body else b"",
        exact=body.translate(None, _BLANKS),
    )


def decoded(body: bytes) -> bytes:
    """What stands in a piece as base64 or in hexadecimal, run by run: short words are found so."""
    found = [_of_base64(run.translate(_FROM_ADDRESSES)) for run in _RUN_64.findall(body)]
    found += [bytes.fromhex(run.decode()) for run in _RUN_HEX.findall(body)]
    return b"\n".join(found)


def _of_base64(run: bytes) -> bytes:
    whole = run[: len(run) - (len(run) % 4 == 1)]
    return base64.b64decode(whole + b"=" * (-len(whole) % 4))


def binary_views_of(body: bytes) -> Views:
    """The views of a piece of a picture or film, where nothing is escaped."""
    lowered = body.lower()
    return Views((lowered,), (lowered,), lowered, body)


def _seen_through(body: bytes) -> Iterator[bytes]:
    yield body
    plain = _unescaped(body)
    yield plain
    if b"</" in body or b"/>" in body:
        yield _TAG.sub(b"", plain)


def _unescaped(body: bytes) -> bytes:
    for _ in range(_ROUNDS):
        before = body
        body = _one_layer(body)
        if body == before:
            break
    return body


def _one_layer(body: bytes) -> bytes:
    if b"\\" in body:
        body = _JSON.sub(_json_char, body)
        for escaped, char in _SHORT.items():
            body = body.replace(escaped, char)
    if b"&" in body:
        text = html.unescape(body.decode("utf-8", "surrogateescape"))
        body = text.encode("utf-8", "surrogateescape")
    if b"%" in body:
        body = unquote_to_bytes(body)
    if b'"' in body:  # doubled in CSV; texts joined by a formula
        body = body.replace(b'""', b'"').replace(b'"&"', b"")
    return body


def _json_char(match: re.Match[bytes]) -> bytes:
    units = b"".join(bytes.fromhex(unit.decode()) for unit in match.groups() if unit)
    return units.decode("utf-16-be", "replace").encode()


def octal_unescaped(body: bytes) -> bytes:
    """The strings of a PDF with their escapes undone (ISO 32000-1, 7.3.4.2)."""
    return _OCTAL.sub(lambda match: match[1] if len(match[1]) == 1 else bytes([int(match[1], 8)]), body)


def _without_unseen(body: bytes) -> bytes:
    if body.isascii():
        return body
    return _UNSEEN.sub(b"", body.replace("\u00a0".encode(), b" "))


def _blanks_collapsed(body: bytes) -> bytes:
    body = body.translate(_TO_BLANK)
    while b"  " in body:
        body = body.replace(b"  ", b" ")
    return body
