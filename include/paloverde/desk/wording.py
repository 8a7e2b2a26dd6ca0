"""What the installation says, as the desk says it: each step that a sentence names is a page here. Pure.

A sentence names what to do between backticks, as the command line writes it (`paloverde.steps`). The desk
says the words of that step in its place, and links to its page. A command that is no step is work for IT.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import NamedTuple, Self

from paloverde.bundles.pages import visible
from paloverde.requests.drafting import TITLES
from paloverde.steps import read

_REFERENCE = re.compile(r"`([^`]+)`")
_LETTER = re.compile(r"(?<=^the letter “)\w+(?=”$)")
_WORD = re.compile(r"[\w-]+")  # such as the name of a site
_COMMAND = "paloverde "


class Way(NamedTuple):
    """A page on which something that a sentence asks for is done."""

    words: str
    path: str


class Said(str):
    """A sentence in the words of the desk. `ways` are the pages that it names, each once."""

    __slots__ = ("ways",)
    ways: Sequence[Way]

    def __new__(cls, text: str, ways: Sequence[Way] = ()) -> Self:
        said = super().__new__(cls, text)
        said.ways = tuple(dict.fromkeys(ways))
        return said


def plain(sentence: object) -> Said:
    """A sentence of the installation, or an error, as the desk says it; every unseen character is written."""
    ways: list[Way] = list(ways_of(sentence))

    def in_words(found: re.Match[str]) -> str:
        reference = found[1]
        if step := read(reference):
            words = _LETTER.sub(_titled, step.words)
            ways.extend([Way(words, step.page)] if step.page else [])
            return words
        if reference.startswith(_COMMAND):
            return f"“{reference}” (a command for IT)"
        is_a_word = _WORD.fullmatch(reference)
        return f"“{reference}”" if is_a_word else found[0]  # somebody's own words stay as they are

    text = _REFERENCE.sub(in_words, str(sentence))
    return Said(visible(text), ways)


def _titled(kind: re.Match[str]) -> str:
    """A kind of letter by the name that its pages have for it."""
    return TITLES.get(kind[0], kind[0])


def ways_of(sentence: object) -> Sequence[Way]:
    """The pages that a sentence of the desk names; none of any other text."""
    return sentence.ways if isinstance(sentence, Said) else ()
