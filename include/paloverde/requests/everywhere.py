"""The same words wherever they occur in the records under review: folded as a search folds them.

`Ana López`, `ANA LOPEZ` and `ana lopez` are the same words, and `Ana` is not in `Anaheim`. A number is the
same however it is written: `760-555-0142`, `(760) 555-0142`, `7605550142`. The plus and the brackets that
belong to it are found with it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from paloverde.errors import BadQuestion
from paloverde.requests.review import Span
from paloverde.requests.spans import texts_of, whole_letters
from paloverde.search.hits import Hit
from paloverde.search.words import Token, coarse, tokens

LEAST_DIGITS = 7  # from which a number is compared by its digits alone
# Digits, and between them blanks, dashes, points and brackets of any width, as people write numbers.
_NUMBER = re.compile(r"\d(?:[ .()/+‐-―−（）．－\u00a0\u2007\u2009\u202f\u3000-]{0,3}\d)*")
_OPENS, _CLOSES, _PLUS = "(（", ")）", "+＋"


class Occurrence(NamedTuple):
    """Where words occur in a record under review."""

    version: tuple[str, str, str, str]
    where: str
    start: int
    end: int

    def span(self, code: str) -> Span:
        return Span(self.where, self.start, self.end, code)


class Words:
    """Words that are looked for. Raises `BadQuestion` where there is nothing in them to look for."""

    def __init__(self, words: str) -> None:
        self._plain = words.strip()
        if not self._plain:
            raise BadQuestion("Nothing was marked but blanks: mark the words to look for.")
        self.folded = tuple(token.folded for token in _single(words))
        self._rarest = coarse(max(self.folded, key=len, default=""))
        has_letters = any(char.isalpha() for char in self._plain)
        digits = "" if has_letters else _digits(self._plain)
        self.digits = digits if len(digits) >= LEAST_DIGITS else ""

    def places(self, text: str) -> list[tuple[int, int]]:
        """Where they stand in a text, as (start, end), in order, none inside another."""
        found = {*self._as_words(text)} if self.folded else {*self._as_they_are(text)}
        if self.digits:
            found = {_with_its_marks(text, *place) for place in (*found, *self._as_number(text))}
        outer: list[tuple[int, int]] = []
        for start, end in sorted(found, key=lambda place: (place[0], -place[1])):
            if not outer or end > outer[-1][1]:
                outer.append((start, end))
        return outer

    def _as_words(self, text: str) -> Iterator[tuple[int, int]]:
        if self._rarest not in coarse(text):
            return
        there = _single(text)
        folded = [token.folded for token in there]
        first, length, at = self.folded[0], len(self.folded), -1
        while True:
            try:
                at = folded.index(first, at + 1)
            except ValueError:
                return
            if tuple(folded[at : at + length]) == self.folded:
                yield whole_letters(text, there[at].start, there[at + length - 1].end)

    def _as_they_are(self, text: str) -> Iterator[tuple[int, int]]:
        at = text.find(self._plain)
        while at >= 0:
            yield whole_letters(text, at, at + len(self._plain))
            at = text.find(self._plain, at + len(self._plain))

    def _as_number(self, text: str) -> Iterator[tuple[int, int]]:
        for match in _NUMBER.finditer(text):
            if _national(match.group()) == _national(self.digits):
                yield match.span()


def _with_its_marks(text: str, start: int, end: int) -> tuple[int, int]:
    """A number with what belongs to it: the other half of a bracket inside of it, and a plus before it."""
    inside = text[start:end]
    opened, closed = (sum(inside.count(mark) for mark in marks) for marks in (_OPENS, _CLOSES))
    if opened > closed and end < len(text) and text[end] in _CLOSES:
        end += 1
    while start and (text[start - 1] in _PLUS or (closed > opened and text[start - 1] in _OPENS)):
        start -= 1
        opened += text[start] in _OPENS
    return start, end


def _single(text: str) -> list[Token]:
    """The pieces of a text in order, without the runs that stand beside their pieces."""
    return [token for token in tokens(text) if token.length == 1]


def _digits(text: str) -> str:
    return "".join(str(int(char)) for char in text if char.isdecimal())


def same_words(hits: Iterable[Hit], words: str) -> Iterator[Occurrence]:
    """Every place in these records where the same words stand."""
    looked_for = Words(words)
    for hit in hits:
        for where, text in texts_of(hit).items():
            for start, end in looked_for.places(text):
                yield Occurrence(_version(hit), where, start, end)


class Corpus:
    """Records in which many words are looked for, one after another."""

    def __init__(self, hits: Iterable[Hit]) -> None:
        self._texts = [(_version(hit), texts_of(hit)) for hit in hits]
        self._by_word: dict[str, set[int]] = {}
        self._by_number: dict[str, set[int]] = {}
        for number, (_, texts) in enumerate(self._texts):
            for text in texts.values():
                for word in {token.folded for token in _single(text)}:
                    self._by_word.setdefault(word, set()).add(number)
                for match in _NUMBER.finditer(text):
                    self._by_number.setdefault(_national(match.group()), set()).add(number)

    def places(self, words: str) -> Iterator[Occurrence]:
        """Every place in the records where the same words stand."""
        looked_for = Words(words)
        for number in sorted(self._likely(looked_for)):
            version, texts = self._texts[number]
            for where, text in texts.items():
                for start, end in looked_for.places(text):
                    yield Occurrence(version, where, start, end)

    def _likely(self, words: Words) -> set[int]:
        if not words.folded:
            return {*range(len(self._texts))}
        likely = set.intersection(*(self._by_word.get(word, set()) for word in words.folded))
        return likely | self._by_number.get(_national(words.digits), set()) if words.digits else likely


def _version(hit: Hit) -> tuple[str, str, str, str]:
    return hit.account, hit.kind, hit.native_id, hit.version_sha256


def _national(number: str) -> str:
    """A number by its digits, without the 1 of North America before it."""
    return _digits(number).removeprefix("1")
