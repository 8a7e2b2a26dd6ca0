"""Where items stand in a body, what they say, and whether another text says the same."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator

import msgspec

Item = tuple[str, str]  # kind and native id
LEAST = 12  # characters: shorter words are anybody's
_ESCAPE = re.compile(r"\\(u[0-9a-fA-F]{4}|.)", re.DOTALL)
_PLAIN = {"n": "\n", "t": "\t", "r": "\r", "b": "\b", "f": "\f"}
PREVIEW = 20  # characters of the beginning of a text that are taken for a copy of it
_DOTS = "….\u2026 "


class Piece(msgspec.Struct, frozen=True):
    """The bytes of one item in a body: `[start, end)`. `says` is what it says itself.

    Two items may have the same bytes (a profile, and the number of followers in it); they go together only.
    What is not `known` is no item of the archive: an entry of a list that names an item, say.
    """

    item: Item
    start: int
    end: int
    goes: bool
    says: tuple[str, ...] = ()
    known: bool = True

    def repeats(self, words: Words, string: str = "\0") -> bool:
        """Whether its own words hold those of another item, or are these: what it says itself is its own."""
        return any(says(said, words.own) or string in said for said in self.says)


class Words(msgspec.Struct, frozen=True):
    """What an item that goes says, in all its versions: nothing of it may stand anywhere else.

    Texts shorter than `LEAST` are anybody's: they count only where the item is named beside them. `files` are
    the site's ids of its pictures and files.
    """

    item: Item
    texts: tuple[str, ...]
    files: frozenset[str] = frozenset()

    @property
    def own(self) -> tuple[str, ...]:
        return tuple(text for text in self.texts if len(text) >= LEAST)


def says(string: str, texts: tuple[str, ...]) -> bool:
    """Whether a text holds one of these, or shows how one begins."""
    plain = html.unescape(string)
    begun = plain.rstrip(_DOTS)
    return any(
        text in string or text in plain or (len(begun) >= PREVIEW and text.startswith(begun))
        for text in texts
    )


def places(body: bytes, texts: tuple[str, ...]) -> Iterator[int]:
    """Where one of the texts stands in a body of any kind, plain or escaped as in JSON, HTML or a table."""
    for text in texts:
        forms = {text, html.escape(text), text.replace('"', '""'), _escaped(text)}
        forms.add(_escaped(text, ascii_=False))
        for form in (one.encode(errors="replace") for one in forms):
            start = body.find(form)
            while start >= 0:
                yield start
                start = body.find(form, start + 1)


def _escaped(text: str, *, ascii_: bool = True) -> str:
    written = msgspec.json.encode(text).decode()[1:-1]
    return written.encode("ascii", "backslashreplace").decode() if ascii_ else written


def readable(body: bytes) -> str:
    """A body as text with JSON's and HTML's escapes undone: for looking for words only."""
    text = body.decode(errors="replace")
    if "\\" in text:
        text = _ESCAPE.sub(_unescaped, text).encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    return html.unescape(text) if "&" in text else text


def _unescaped(found: re.Match[str]) -> str:
    said = found[1]
    return chr(int(said[1:], 16)) if len(said) == 5 else _PLAIN.get(said, said)
