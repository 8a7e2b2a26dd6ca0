"""What the installation says, without the commands that it names. Pure.

At the desk a form stands where a sentence names a command: the clause that names one is left out, and so is a
sentence that only does that.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import TypeVar

from paloverde.bundles.pages import visible
from paloverde.errors import PaloverdeError

T = TypeVar("T")

_SENTENCES = re.compile(r"(?<=[.!?]) +(?=[A-Z“])")
_MARKS = (": ", "; ", ", ", " (")
_SWITCHES = (
    (re.compile(r" \(--[a-z-]+(?: [A-Z]+)?\)"), ""),
    (re.compile(r"say so with --[a-z-]+"), "tick the box that says so"),
    (re.compile(r"with --[a-z-]+"), "in the field for it"),
)


def without_commands(text: str) -> str:
    """Sentences as the desk says them, every unseen character written out."""
    for pattern, words in _SWITCHES:
        text = pattern.sub(words, text)
    cut = (_without(sentence) for sentence in _SENTENCES.split(text))
    return visible(" ".join(filter(None, cut)))


def in_plain_words(do: Callable[[], T]) -> T:
    """Do it; what stands in the way is raised in the words of the desk."""
    try:
        return do()
    except PaloverdeError as error:
        raise type(error)(without_commands(str(error))) from error


def _without(sentence: str) -> str:
    named = sentence.find("`")
    if named < 0:
        return sentence
    clause = max(sentence.rfind(mark, 0, named) for mark in _MARKS)
    return f"{sentence[:clause].rstrip(' ,;:')}." if clause > 0 else ""
