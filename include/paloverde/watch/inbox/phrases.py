"""Phrases as people say them, ready to be looked for: `requests.toml` says how one is written. Pure.

A text is cut and folded as a search cuts and folds it, so that capitals, accents, hyphens and apostrophes do
not count. Every pattern is bounded: the time is linear in the length of the text, whatever somebody wrote.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import takewhile
from typing import Generic, NamedTuple, Protocol, TypeVar

from paloverde.search.words import Token, tokens
from paloverde.watch.check import Span
from paloverde.watch.words import cut

_PIECE = re.compile(r"\.\.\.|<(?P<list>\w+)>|\((?P<choices>[^()]*)\)(?P<maybe>\?)?|(?P<word>[^\s()<>]+)")
_GAP = r"(?:[^ .]+ ){0,5}?"
_ENDS = re.compile(r"[.!?…]\s|\n\s*\n")  # of a sentence, or of a paragraph
_LONGEST = 20_000  # characters of a text that are looked at: a longer message says what it is before that
_WORD = re.compile(r"\w+")
# Accents, hyphens and apostrophes as folding has them, for a first look that costs little.
_PLAIN = str.maketrans("áàâäéèêëíìîïóòôöúùûüñç", "aaaaeeeeiiiioooouuuunc", "-'’‘‐‑\u00ad")
_HYPHENS = frozenset("-‐‑")
_CUT = {char: _PLAIN[char] or " " for char in _PLAIN}
Lists = Mapping[str, Sequence[str]]


def first_look(text: str) -> set[str]:
    """The words of a text, cut quickly: whatever phrase it has, it has one of the words that this needs.

    A word with a hyphen is there as a whole and in its pieces.
    """
    text = text[:_LONGEST].lower()
    found = set(_WORD.findall(text.translate(_PLAIN)))
    return found | set(_WORD.findall(text.translate(_CUT))) if _HYPHENS & set(text) else found


class Words:
    """A text as a row of folded words with a blank after each; a period stands for the end of a sentence.

    A word with a hyphen or an apostrophe is one word where it is `known` as such, else its pieces are.
    """

    def __init__(self, text: str, known: frozenset[str]) -> None:
        self._text, self._at, self._places, row, length = text, [], [], [], 0
        last = 0
        beginning = takewhile(lambda token: token.end <= _LONGEST, cut(text))
        for token in _each_once(beginning, known):
            if _ENDS.search(text, last, token.start + 1):
                row.append(".")
                length += 2
            self._at.append(length)
            self._places.append((token.start, token.end))
            row.append(token.folded)
            length += len(token.folded) + 1
            last = token.end
        self.row = "".join(f"{word} " for word in row)

    def span(self, start: int, end: int) -> Span:
        """The words of the text that stand between two places of the row."""
        first, last = bisect_right(self._at, start) - 1, bisect_right(self._at, end - 1) - 1
        begun, ended = self._places[first][0], self._places[last][1]
        return Span(begun, ended, self._text[begun:ended])


class Phrases(NamedTuple):
    """Some phrases, looked for at once.

    `words` are such that a text without any of them has no phrase; `known` are all that stand in one.
    """

    pattern: re.Pattern[str] | None
    words: frozenset[str]
    known: frozenset[str]

    def spans(self, words: Words) -> Iterator[Span]:
        """Where they stand, none inside another."""
        for found in self.pattern.finditer(words.row) if self.pattern else ():
            yield words.span(found.start(), found.end())


def phrases(told: Iterable[str], lists: Lists) -> Phrases:
    """Phrases ready to be looked for. `KeyError` names a list that is not there."""
    each = [(_pattern(one, lists), _needed(one, lists)) for one in told]
    joined = "|".join(pattern for pattern, _ in each)
    needed = frozenset(word for _, words in each for word in words)
    pattern = re.compile(f"(?<![^ ])(?:{joined})") if joined else None
    return Phrases(pattern, needed, frozenset(_WORD.findall(joined)))


class Said(Protocol):
    """A row of a list: its phrases, and those in whose presence it says nothing."""

    @property
    def phrases(self) -> tuple[str, ...]: ...

    @property
    def unless(self) -> tuple[str, ...]: ...


R = TypeVar("R", bound=Said)


class Sayings(Generic[R]):
    """Rows of phrases, ready to be looked for in a text."""

    def __init__(self, rows: Iterable[R], lists: Lists) -> None:
        self._rows = [(row, phrases(row.phrases, lists), phrases(row.unless, lists)) for row in rows]
        self._known = frozenset(word for _, *both in self._rows for some in both for word in some.known)

    def met_in(self, text: str) -> Iterator[tuple[R, tuple[Span, ...]]]:
        """Each row that a text meets, in their order, with its places."""
        there = first_look(text)
        likely = [one for one in self._rows if not one[1].words.isdisjoint(there)]
        if not likely:
            return
        words = Words(text, self._known)
        for row, sought, silencing in likely:
            spans = tuple(sought.spans(words))
            if spans and not any(silencing.spans(words)):
                yield row, spans


def _pattern(phrase: str, lists: Lists) -> str:
    return "".join(_piece(found, lists) for found in _PIECE.finditer(phrase))


def _piece(found: re.Match[str], lists: Lists) -> str:
    if found[0] == "...":
        return _GAP
    choices = [word for choice in _choices(found, lists) for word in _of_choice(choice, lists)]
    told = "|".join("".join(f"{re.escape(folded)} " for folded in _folded(one)) for one in choices)
    return f"(?:{told}){'?' if found['maybe'] else ''}"


def _choices(found: re.Match[str], lists: Lists) -> list[str]:
    """What may stand at a place of a phrase."""
    if found["list"] is not None:
        return list(lists[found["list"]])
    return found["choices"].split("|") if found["choices"] is not None else [found["word"]]


def _needed(phrase: str, lists: Lists) -> list[str]:
    """The words of one place of the phrase, that with the longest ones: a text without them has it not."""
    places = [
        [
            max(_folded(word), key=len)
            for choice in _choices(found, lists)
            for word in _of_choice(choice, lists)
        ]
        for found in _PIECE.finditer(phrase)
        if found[0] != "..." and not found["maybe"]
    ]
    return max(places, key=lambda words: min(map(len, words)))


def _of_choice(told: str, lists: Lists) -> Sequence[str]:
    """What one of several choices stands for: itself, or the words of a list."""
    return lists[told.strip("<> ")] if "<" in told else (told,)


def _folded(told: str) -> list[str]:
    return [token.folded for token in _each_once(tokens(told))]


def _each_once(found: Iterable[Token], known: frozenset[str] | None = None) -> Iterator[Token]:
    """Each word once: one with a hyphen or an apostrophe whole where that is known. No name after an @."""
    past = 0
    for token in found:
        is_whole = token.length == 1 or known is None or token.folded in known
        if token.position >= past and token.sign != "@" and is_whole:
            past = token.position + token.length
            yield token
