"""What the installation says, without the commands that it names. Pure.

At the desk a form stands where a sentence names a command: the clause that names one is left out, and so is a
sentence that only does that.
"""

from __future__ import annotations

import re

from paloverde.bundles.pages import visible

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


def _without(sentence: str) -> str:
    named = sentence.find("`")
    if named < 0:
        return sentence
    clause = max(sentence.rfind(mark, 0, named) for mark in _MARKS)
    return f"{sentence[:clause].rstrip(' ,;:')}." if clause > 0 else ""
