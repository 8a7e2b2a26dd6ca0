"""The lexemes of questions, and how a wrong place is pointed at. No I/O."""

from __future__ import annotations

import re
from typing import NamedTuple, NoReturn

from paloverde.errors import BadQuestion

QUOTES = '"“”„‟«»＂'
_LEXEME = re.compile(
    rf"(?P<open>\()|(?P<close>\))|(?P<near>(?:near|w|pre)/(?P<distance>\d+)(?=[\s(]|$))"
    rf"|(?P<field>[a-zA-Z_]+):(?!//)(?P<value>[{QUOTES}][^{QUOTES}]*[{QUOTES}]|[^\s()]*)"
    rf"|(?P<phrase>=?[{QUOTES}](?P<inner>[^{QUOTES}]*)[{QUOTES}](?:~(?P<slop>\d+))?)|(?P<word>[^\s(){QUOTES}]+)"
    rf"|(?P<stray>[{QUOTES}])",
    re.IGNORECASE,
)
_NO_FIELDS = ("http", "https", "mailto")


class Mendable(Exception):
    """Something in a question that cannot be understood: what, and how to mend it; without full stops."""

    def __init__(self, what: str, mend: str) -> None:
        super().__init__(what)
        self.what, self.mend = what, mend


class Lexeme(NamedTuple):
    """A piece of a question, from character `at`."""

    what: str  # open, close, near, field, phrase, word, stray, and, or, not, end
    text: str
    at: int
    match: re.Match[str] | None

    def group(self, name: str) -> str:
        """A named part of it; empty where it has none."""
        return (self.match[name] or "") if self.match is not None else ""


def lexemes(text: str) -> list[Lexeme]:
    """The lexemes of a question; the last is its end."""
    return [*(_lexeme(match) for match in _LEXEME.finditer(text)), Lexeme("end", "", len(text), None)]


def refuse(text: str, at: int, what: str, mend: str) -> NoReturn:
    """Raise `BadQuestion` with the place under a caret."""
    line = re.sub(r"\s", " ", text)
    raise BadQuestion(
        f"The question cannot be understood at character {at + 1}: {what.rstrip('.')}. {_ended(mend)}\n"
        f"  {line}\n  {' ' * at}^"
    )


def _ended(sentence: str) -> str:
    return sentence if sentence.endswith((".", "?")) else f"{sentence}."


def _lexeme(match: re.Match[str]) -> Lexeme:
    what = match.lastgroup or ""
    what = {"distance": "near", "value": "field", "inner": "phrase", "slop": "phrase"}.get(what, what)
    if what == "word" and match[0].lower() in ("and", "or", "not"):
        what = match[0].lower()
    if what == "field" and match["field"].lower() in _NO_FIELDS:
        what = "word"
    return Lexeme(what, match[0], match.start(), match)
